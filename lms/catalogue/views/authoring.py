"""What trainers do: see their courses, upload a package, look at what would change, publish, download."""

from io import BytesIO

from flask import Response, abort, current_app, flash, redirect, send_file, url_for
from flask_babel import gettext as _
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response as Answer

from lms.catalogue import labels, queries, service
from lms.catalogue.forms import PublishForm, UploadForm
from lms.catalogue.package import Reading, read, unpack
from lms.catalogue.queries import VersionFacts
from lms.catalogue.rules import Refusal
from lms.catalogue.views.blueprint import bp
from lms.platform import clock, files
from lms.platform.access import Permission, requires
from lms.platform.files import UnsafeFile
from lms.platform.pages import page

MANAGE = Permission.CATALOGUE_COURSE_MANAGE
SHOWN_PROBLEMS = 100


@bp.get("/soan-khoa-hoc")
@requires(MANAGE)
def manage() -> Response:
    """The courses whose organiser lies in the trainer's units."""
    return page("catalogue/manage.html", courses=queries.managed_courses(current_user, MANAGE))


@bp.route("/soan-khoa-hoc/tai-len", methods=["GET", "POST"])
@requires(MANAGE)
def upload() -> Response | Answer:
    """Take a package, check it whole, keep it only if it is sound; publishing is the next step."""
    form, reading = UploadForm(), Reading(None)
    if form.validate_on_submit():
        archive = form.package.data.read()
        try:
            reading = read(unpack(archive))
        except UnsafeFile as unsafe:
            form.refuse("package", str(unsafe))
        if reading.problems:
            form.refuse(
                "package",
                _("Gói có %(n)s lỗi nên chưa nhận. Hãy sửa theo bảng dưới rồi tải lên lại.", n=len(reading.problems)),
            )
        if reading.package is not None:
            intended = service.intention(reading.package, actor=current_user, today=clock.today())
            if intended.refusal is None or intended.refusal is Refusal.NOTHING_NEW:
                return redirect(url_for(".publish", ticket=_ticket(files.keep(archive))), 303)
            form.refuse("package", str(labels.REFUSALS[intended.refusal]))
    return page(
        "catalogue/upload.html", form=form, problems=reading.problems[:SHOWN_PROBLEMS], total=len(reading.problems)
    )


def _tickets() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="goi-khoa-hoc")


def _ticket(archive: str) -> str:
    """An address for a kept package that only its uploader can use: other kept files stay out of reach."""
    return str(_tickets().dumps([archive, current_user.account_id]))


@bp.route("/soan-khoa-hoc/tai-len/<ticket>", methods=["GET", "POST"])
@requires(MANAGE)
def publish(ticket: str) -> Response | Answer:
    """Show what publishing an uploaded package would do; do it when asked."""
    try:
        archive, account_id = _tickets().loads(ticket)
        package = service.package_in(archive).package
    except (BadSignature, FileNotFoundError):
        abort(404)
    if account_id != current_user.account_id or package is None:
        abort(404)
    form = PublishForm()
    if form.validate_on_submit():
        with form.refusals(labels.REFUSALS):
            version = service.publish(
                package, archive=files.kept(archive), actor=current_user, by=current_user,
                today=clock.today(), now=clock.now(),
            )  # fmt: skip
            flash(_("Đã phát hành phiên bản %(n)s của khóa học “%(title)s”.", n=version.number, title=package.title))
            return redirect(url_for(".manage_course", slug=package.slug), 303)
    intended = service.intention(package, actor=current_user, today=clock.today())
    return page(
        "catalogue/publish.html", form=form, package=package, intended=intended,
        changes=service.intended_changes(intended), change_words=labels.CHANGES, change_looks=labels.CHANGE_LOOK,
        refusal=labels.REFUSALS.get(intended.refusal) if intended.refusal else None,
    )  # fmt: skip


@bp.get("/soan-khoa-hoc/<slug>")
@requires(MANAGE)
def manage_course(slug: str) -> Response:
    """A course for its trainers: versions, lessons as learners see them, and a fresh check of its package."""
    versions = _versions(slug)
    current = next((version for version in versions if version.is_current), versions[0])
    return page(
        "catalogue/manage_course.html", versions=versions, version=current,
        lessons=queries.lessons_of(current.version_id), reading=_reading(current),
    )  # fmt: skip


@bp.get("/soan-khoa-hoc/<slug>/<int:number>/bai/<key>")
@requires(MANAGE)
def preview_lesson(slug: str, number: int, key: str) -> Response:
    """A lesson as learners see it, with nothing recorded."""
    version = _version(slug, number)
    found = queries.lesson_with_html(version.version_id, key)
    if found is None:
        abort(404)
    lesson, html = found
    lessons = queries.lessons_of(version.version_id)
    return page("catalogue/preview_lesson.html", version=version, lesson=lesson, html=html, lessons=lessons)


@bp.get("/soan-khoa-hoc/<slug>/<int:number>/cau-hoi")
@requires(MANAGE)
def bank(slug: str, number: int) -> Response:
    """The question bank of a version with its right answers."""
    version = _version(slug, number)
    reading = _reading(version)
    questions = reading.package.questions if reading and reading.package else ()
    titles = {lesson.key: lesson.title for lesson in queries.lessons_of(version.version_id)}
    return page(
        "catalogue/bank.html", version=version, questions=questions, lesson_titles=titles, is_kept=reading is not None
    )


@bp.get("/soan-khoa-hoc/<slug>/<int:number>/tai-ve")
@requires(MANAGE)
def download(slug: str, number: int) -> Response:
    """The package of a version: the very bytes that were uploaded."""
    version = _version(slug, number)
    try:
        content = files.kept(version.archive) if version.archive else None
    except FileNotFoundError:
        content = None
    if content is None:
        abort(404)
    return send_file(
        BytesIO(content), mimetype="application/zip", as_attachment=True, download_name=f"{slug}-phien-ban-{number}.zip"
    )


def _versions(slug: str) -> list[VersionFacts]:
    return queries.managed_course(current_user, MANAGE, slug) or abort(404)


def _version(slug: str, number: int) -> VersionFacts:
    return next((version for version in _versions(slug) if version.number == number), None) or abort(404)


def _reading(version: VersionFacts) -> Reading | None:
    """The version's package checked by today's rules; None if its zip was never kept or is gone."""
    try:
        return service.package_in(version.archive) if version.archive else None
    except FileNotFoundError:
        return None
