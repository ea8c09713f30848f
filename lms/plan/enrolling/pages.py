"""Enrolling many people in a course, as a change set that is looked at first and can be taken back."""

from collections.abc import Sequence

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from lms.catalogue import queries as catalogue
from lms.catalogue.queries import CourseCard, Wanted
from lms.learning import kinds
from lms.organisation import queries as organisation
from lms.organisation.people import asked
from lms.organisation.queries import Chosen
from lms.organisation.roster.sheets import UnreadableRoster
from lms.plan.enrolling.blueprint import bp
from lms.plan.enrolling.forms import CourseForm, CourseListForm
from lms.plan.stops import flow, lists
from lms.plan.stops.lists import Wrong
from lms.platform import clock, vietnamese
from lms.platform.access import Permission, may, requires
from lms.platform.pages import page

ENROL = Permission.LEARNING_ENROLMENT_GRANT
MOST = 5_000
"""People who can be enrolled at once."""
MOST_COURSES = 500


def _courses() -> list[CourseCard]:
    """The courses that the visitor may enrol people in: HR in every one in use, others in those that they run."""
    if may(Permission.ORGANISATION_PERSON_READ):
        return catalogue.courses(Wanted(), most=MOST_COURSES)
    return catalogue.managed_courses(current_user, Permission.CATALOGUE_COURSE_MANAGE)


def _offer(form: CourseForm) -> dict[str, CourseCard]:
    """Fill the choice of courses; gives them by their short name."""
    courses = {course.slug: course for course in _courses()}
    form.khoa.choices = [
        SelectChoice("", _("Chọn khóa học")),
        *(SelectChoice(course.slug, f"{course.title} ({course.organiser})") for course in courses.values()),
    ]
    if not form.is_submitted():
        form.khoa.data = request.args.get("khoa", "")
    return courses


def _propose(people: Sequence[int], course: CourseCard) -> Response:
    change = kinds.submit(
        people,
        course.course_id,
        course=course.title,
        unit_id=min(current_user.roots(ENROL), default=None),
        by=current_user,
        now=clock.now(),
        today=clock.today(),
    )
    return redirect(url_for("changes.show", change_id=change.id), 303)


@bp.route("/nhan-su/ghi-danh", methods=["GET", "POST"])
@requires(ENROL)
def new() -> Response:
    """Choose the course for the chosen people, or for everybody in a list; who is enrolled is shown on its own page."""
    ids = _ids()
    if ids is None:
        flash(
            _("Danh sách có trên %(n)s người. Hãy lọc bớt rồi ghi danh từng phần.", n=vietnamese.number(MOST, 0)),
            "soon",
        )
        return redirect(asked.address(), 303)
    people = organisation.people_chosen(current_user, ENROL, ids, clock.today()) if ids else []
    if not people:
        return flow.nobody()
    form = CourseForm()
    courses = _offer(form)
    if form.validate_on_submit():
        return _propose([person.id for person in people], courses[form.khoa.data])
    everybody = "tat_ca" in request.values
    return page(
        "plan/enrolling/new.html",
        form=form,
        people=people,
        carried=[("tat_ca", "1"), *asked.carried().items()] if everybody else [("nguoi", str(i)) for i in ids],
    )


def _ids() -> list[int] | None:
    """The people who are meant; None when they are too many."""
    if "tat_ca" not in request.values:
        return [chosen.id for chosen in flow.chosen(ENROL)]
    wanted, _complaint = asked.wanted()
    ids = organisation.ids_on(organisation.listing_of(current_user, ENROL, wanted))
    return ids if len(ids) <= MOST else None


@bp.route("/nhan-su/ghi-danh/nhap-danh-sach", methods=["GET", "POST"])
@requires(ENROL)
def listed() -> Response:
    """Choose the course and send the people as a file."""
    form = CourseListForm()
    courses, wrong = _offer(form), list[Wrong]()
    if form.validate_on_submit() and (said := _read(form)):
        people, wrong = said
        if not wrong:
            return _propose(list(people), courses[form.khoa.data])
        form.refuse("file", _("Có %(n)s dòng cần sửa. Chưa có gì được ghi.", n=len(wrong)))
    return page(
        "plan/enrolling/listed.html",
        form=form,
        wrong=wrong,
        columns=[lists.HEADINGS[name] for name in lists.PEOPLE_COLUMNS],
    )


def _read(form: CourseListForm) -> tuple[dict[int, Chosen], list[Wrong]] | None:
    """The people in the file and the rows that cannot be used; None after a sentence was put on the form."""
    if not form.file.data:
        form.refuse("file", _("Hãy chọn tệp danh sách."))
        return None
    try:
        name = vietnamese.nfc(form.file.data.filename or _("danh sách"))
        _lines, wrong, people = lists.people(form.file.data.read(), name, flow.known(ENROL))
    except UnreadableRoster as unreadable:
        form.refuse("file", str(unreadable))
        return None
    if not people and not wrong:
        form.refuse("file", _("Tệp không có dòng nào dưới dòng tiêu đề."))
        return None
    return people, wrong
