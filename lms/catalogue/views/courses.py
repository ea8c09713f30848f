"""What anyone signed in may read: the list of courses, a course, its pictures."""

from io import BytesIO

from flask import Response, abort, current_app, request, send_file, url_for
from flask_login import current_user

from lms.catalogue import labels, queries
from lms.catalogue.queries import Wanted
from lms.catalogue.views.blueprint import bp
from lms.platform import files
from lms.platform.access import Permission, may, signed_in
from lms.platform.pages import page, paging

PER_PAGE = 20


@bp.get("/khoa-hoc")
@signed_in
def courses() -> Response:
    """The courses in use, narrowed by words, content group and level."""
    wanted = Wanted(
        words=request.args.get("tim", "")[:100],
        content_group=_known("nhom", labels.CONTENT_GROUPS),
        level=_known("muc", labels.LEVELS),
    )
    place = paging(queries.count_courses(wanted), PER_PAGE)
    found = queries.courses(wanted, skip=place.offset, most=place.size)
    return page("catalogue/courses.html", courses=found, wanted=wanted, paging=place)


def _known(name: str, codes: dict[str, object]) -> str:
    value = request.args.get(name, "")
    return value if value in codes else ""


@bp.get("/khoa-hoc/<slug>")
@signed_in
def course(slug: str) -> Response:
    """What a course is about, what it takes, and the way in."""
    version = queries.course_by_slug(slug)
    if version is None:
        abort(404)
    lessons = queries.lessons_of(version.version_id)
    may_study = (
        "learning.study" in current_app.view_functions
        and current_user.person_id is not None
        and version.retired_at is None
    )
    study = url_for("learning.study", slug=slug) if may_study else None
    may_enrol = (
        "enrolling.listed" in current_app.view_functions
        and may(Permission.LEARNING_ENROLMENT_GRANT)
        and version.retired_at is None
    )
    enrol = url_for("enrolling.listed", khoa=slug) if may_enrol else None
    return page("catalogue/course.html", version=version, lessons=lessons, study=study, enrol=enrol)


@bp.get("/khoa-hoc/tep/<sha256>/<name>")
@signed_in
def media(sha256: str, name: str) -> Response:
    """A picture of a lesson, by content; it never changes, so browsers keep it."""
    found = queries.picture(sha256, name)
    if found is None:
        abort(404)
    try:
        content = files.kept(found.sha256)
    except FileNotFoundError:
        abort(404)
    response = send_file(BytesIO(content), mimetype=found.content_type, etag=sha256, max_age=31_536_000)
    response.cache_control.private, response.cache_control.public = True, False
    response.cache_control.immutable = True
    # Opened by itself, a picture is a document: it may draw, and nothing else.
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response
