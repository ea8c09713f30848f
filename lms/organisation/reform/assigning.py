"""Pages on which the office of a split unit says who goes where, after the reform."""

from flask import Blueprint, Response, flash, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms.organisation import labels, queries, service
from lms.organisation.forms import AssignForm, ChoicesForm
from lms.organisation.models import Reform
from lms.organisation.reform import lists
from lms.organisation.reform.desk import Desk, Filter, Line, asked_filter, picked, understood
from lms.organisation.reform.draft import UnreadableReform
from lms.organisation.reform.reading import read_choices
from lms.platform import clock, vietnamese
from lms.platform.access import Permission, requires
from lms.platform.forms import Form
from lms.platform.pages import address, page, paging

bp = Blueprint("assign", __name__)

CHANGE = Permission.ORGANISATION_POSTING_CHANGE


@bp.get("/don-vi/phan-cong")
@requires(CHANGE)
def units() -> AnyResponse:
    """Old units whose people the visitor may assign."""
    return page("organisation/assign_units.html", rows=queries.asking(current_user))


@bp.route("/don-vi/phan-cong/<int:reform_id>/<int:old_id>", methods=["GET", "POST"])
@requires(CHANGE)
def unit(reform_id: int, old_id: int) -> AnyResponse:
    """Everybody of an old unit with the units among which to choose."""
    asking = queries.asking_for(current_user, reform_id, old_id)
    reform = queries.reform_with(reform_id)
    form, wanted = AssignForm(), asked_filter()
    if form.validate_on_submit():
        picks = picked(form, lambda: _listed(reform, old_id, wanted), may_clear=False)
        if not queries.heirs_of(current_user, reform, old_id):
            picks = understood(form, picks, lambda text: _meant(text, reform))
        if picks:
            done = service.assign(
                reform,
                old_id,
                {person: int(new) for person, new in picks.items() if new.isdecimal() and len(new) < 10},
                actor=current_user,
                by=current_user,
                now=clock.now(),
            )
            _tell(done, len(picks) - done.done)
            return redirect(address())
    return _desk_page(reform, asking, form, ChoicesForm(formdata=None), wanted)


def _listed(reform: Reform, old_id: int, wanted: Filter) -> list[int]:
    return queries.ids_asked(
        current_user,
        reform,
        old_id,
        department=wanted.department,
        words=wanted.words,
        confirmed=wanted.confirmed,
    )


def _meant(text: str, reform: Reform) -> str:
    """The one unit of the day that a text names, else ""."""
    found, wholly = queries.units_said(text, reform.effective_on)
    return str(found[0].id) if wholly and len(found) == 1 else ""


def _tell(done: service.Assigned, refused: int) -> None:
    if done.done:
        flash(_("Đã phân công %(n)s người.", n=vietnamese.number(done.done, 0)))
    if refused:
        told = _(
            "%(n)s người chưa phân công được: đơn vị khác đã nhận, hoặc người đó đã chuyển công tác, "
            "hoặc đơn vị chọn không nhận người của đơn vị cũ này.",
            n=vietnamese.number(refused, 0),
        )
        flash(told, "soon")


@bp.post("/don-vi/phan-cong/<int:reform_id>/<int:old_id>/danh-sach")
@requires(CHANGE)
def upload(reform_id: int, old_id: int) -> AnyResponse:
    """Assign people of an old unit by a list."""
    asking = queries.asking_for(current_user, reform_id, old_id)
    reform = queries.reform_with(reform_id)
    form = ChoicesForm()
    if form.validate_on_submit():
        try:
            name = vietnamese.nfc(form.file.data.filename or "phan-cong.csv")
            done = service.choose(
                reform,
                read_choices(form.file.data.read(), name),
                file_name=name,
                actor=current_user,
                old_id=old_id,
                by=current_user,
                now=clock.now(),
            )
            flash(_("Đã phân công %(n)s người.", n=vietnamese.number(done, 0)))
            return redirect(url_for(".unit", reform_id=reform_id, old_id=old_id))
        except UnreadableReform as error:
            lists.complain(form, error)
    return _desk_page(reform, asking, form, form, asked_filter())


@bp.get("/don-vi/phan-cong/<int:reform_id>/<int:old_id>/danh-sach.csv")
@requires(CHANGE)
def list_to_fill(reform_id: int, old_id: int) -> Response:
    """Everybody of an old unit who waits, as a list to fill in."""
    asking = queries.asking_for(current_user, reform_id, old_id)
    reform = queries.reform_with(reform_id)
    heirs = tuple(heir.code for heir in queries.heirs_of(current_user, reform, old_id))
    rows = queries.people_asked(current_user, reform, old_id, confirmed=False, limit=lists.MOST)
    code = queries.unit_row(old_id, reform.effective_on).code
    lines = [
        lists.line(
            person_id=row.person_id, full_name=row.full_name, personal_id=row.personal_id, department=row.department,
            old_code=code, old=asking.old, options=heirs,
        )
        for row in rows
    ]  # fmt: skip
    return lists.sent(lines, f"phan-cong-{reform.code}-{vietnamese.slug(code)}.csv")


def _desk_page(reform: Reform, asking: queries.Asking, form: Form, choices: ChoicesForm, wanted: Filter) -> AnyResponse:
    old_id, on = asking.old_id, reform.effective_on
    heirs = queries.heirs_of(current_user, reform, old_id)
    waiting, settled = queries.count_asked(
        current_user, reform, old_id, department=wanted.department, words=wanted.words
    )
    where = paging({None: waiting + settled, True: settled, False: waiting}[wanted.confirmed])
    people = queries.people_asked(
        current_user,
        reform,
        old_id,
        department=wanted.department,
        words=wanted.words,
        confirmed=wanted.confirmed,
        offset=where.offset,
        limit=where.size,
    )
    every = tuple((str(heir.id), heir.name) for heir in heirs)
    own = tuple((str(heir.id), heir.name) for heir in heirs if heir.is_mine)
    desk = Desk(
        unit=asking.old,
        receiving=[heir.name for heir in heirs],
        day=on,
        waiting=asking.waiting,
        settled=asking.settled,
        listed=where.total,
        lines=[_line(row, every if row.may_send else own) for row in people],
        options=every if any(row.may_send for row in people) else own,
        departments=queries.departments_asked(current_user, reform, old_id),
        filter=wanted,
        hints=[] if heirs else queries.unit_hints(on, labels.KINDS),
    )
    return page(
        "organisation/assign.html",
        form=form,
        choices=choices,
        desk=desk,
        paging=where,
        counts={"cho": waiting, "da": settled, "het": waiting + settled},
        crumbs=[
            (_("Đơn vị"), url_for("organisation.units")),
            (_("Phân công đơn vị mới"), url_for("assign.units")),
        ],
        lead=_("%(title)s, có hiệu lực từ ngày %(day)s.", title=asking.title, day=vietnamese.short_day(on)),
        save_to=address() if form is not choices else url_for(".unit", reform_id=reform.id, old_id=old_id),
        upload_to=url_for(".upload", reform_id=reform.id, old_id=old_id),
        list_at=url_for(".list_to_fill", reform_id=reform.id, old_id=old_id),
        before=False,
    )


def _line(row: queries.AskedPerson, options: tuple[tuple[str, str], ...]) -> Line:
    value = str(row.new_id or "") if row.confirmed else ""
    return Line(row.person_id, row.full_name, row.personal_id, row.department, row.title, value, row.new, options)
