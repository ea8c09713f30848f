"""The history of change sets, one of them with everybody it meets, and what may be done with it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from lms.changes import jobs, kinds, rules, service
from lms.changes import labels as changes_labels
from lms.changes import queries as reading
from lms.changes.journal import CannotUndo, Obstacle
from lms.changes.kinds import LEFT_OUT, Unusable
from lms.changes.models import ChangeSet
from lms.changes.rules import State
from lms.organisation import queries as organisation
from lms.plan import queries
from lms.plan.changing import labels
from lms.plan.changing.blueprint import bp
from lms.plan.changing.forms import EffectsForm, UndoForm
from lms.plan.load.pages import hours, limit, quarter_words
from lms.platform import clock, vietnamese
from lms.platform.access import signed_in
from lms.platform.columns import FOREVER
from lms.platform.documents.table import Column, Format, Table
from lms.platform.downloads import table_file
from lms.platform.forms import Refused
from lms.platform.pages import page, paging

UNITS_SHOWN = 200
"""Units among which the list of effects can be narrowed."""


@bp.get("/thay-doi")
@signed_in
def history() -> Response:
    """Every change set, the newest first; who is met by one is for those who may change such things."""
    where = paging(reading.count_changes())
    return page(
        "plan/changes.html", changes=reading.changes(offset=where.offset, limit=where.size), paging=where, labels=labels
    )


def _may(change: ChangeSet) -> bool:
    """Whether the visitor may see whom it meets and do something with it."""
    permission = kinds.kind_of(change.kind).permission
    if change.unit_id is None:
        root = organisation.root_on(clock.today())
        return root is not None and root.id in current_user.roots(permission)
    return bool(organisation.readable_units(current_user, permission, [change.unit_id]))


def _changing(change_id: int) -> ChangeSet:
    """The change set, for who may do something with it: 404 for everybody else."""
    change = reading.change_with(change_id)
    if not _may(change):
        abort(404)
    return change


def _at_rest(change_id: int) -> ChangeSet:
    """The change set, when nothing is being done with it in the background: 409 else."""
    change = _changing(change_id)
    if jobs.under_way(change.id) is not None:
        abort(409)
    return change


@bp.get("/thay-doi/<int:change_id>")
@signed_in
def show(change_id: int) -> Response:
    """What a change set does, and to whom."""
    return _page(reading.change_with(change_id))


def _page(change: ChangeSet, *, undo: UndoForm | None = None, obstacles: list[Obstacle] | None = None) -> Response:
    may, state = _may(change), reading.state_of(change)
    counts = reading.effect_counts(change.id)
    form = EffectsForm(request.args if request.method == "GET" else None, meta={"csrf": False})
    wanted = _wanted(form, change.id, counts) if may else reading.EffectFilter()
    where = paging(reading.count_effects(change.id, wanted) if may else 0)
    lines = reading.effects(change.id, wanted, offset=where.offset, limit=where.size) if may else []
    names = queries.unit_naming({line.unit for line in lines if line.unit}, clock.today())
    return page(
        "plan/change.html",
        status=409 if obstacles else 422 if undo is not None and undo.errors else 200,
        change=change,
        state_now=state,
        query={name: value for name, value in request.args.items() if name in form.data},
        due=due_words,
        may=may,
        needs_approval=jobs.needs_approval(change.kind),
        is_own=change.proposed_by == current_user.account_id,
        job=jobs.under_way(change.id),
        rows=_rows(change),
        overloads=_overloads(change),
        most_hours=limit() // 60,
        totals=_totals(change),
        of_course=change.payload.get("course", ""),
        left_out=sum(int(change.summary.get(what, 0)) for what in LEFT_OUT),
        by_requirement=_by_requirement(counts),
        form=form,
        undo=undo or UndoForm(formdata=None),
        obstacles=obstacles or [],
        lines=lines,
        unit_names=names,
        filtered=wanted != reading.EffectFilter(),
        paging=where,
        labels=labels,
        State=State,
    )


def due_words(due_on: date | None) -> str:
    """A due day as people read it; without one, a dash."""
    if due_on is None:
        return "–"
    return _("chưa xác định") if due_on == FOREVER else vietnamese.short_day(due_on)


def _totals(change: ChangeSet) -> list[tuple[str, int]]:
    """What becomes of duties → how many, in the order of the words."""
    return [(what, int(change.summary[what])) for what in labels.WHAT if change.summary.get(what)]


def _rows(change: ChangeSet) -> list[tuple[str, int]]:
    """What else is written → how many, the most first; what has no word for people is left out."""
    found = change.summary.get("rows", {})
    told = [(labels.TABLES[table], int(number)) for table, number in found.items() if table in labels.TABLES]
    return sorted(told, key=lambda row: -row[1])


def _overloads(change: ChangeSet) -> list[tuple[str, str, int, str]]:
    """Where people would have too much to study: unit, quarter, how many, hours of whoever has the most."""
    told = change.summary.get("overload", [])
    named = queries.unit_naming({code for code, *_rest in told}, clock.today())
    return [
        (named[code].name if code in named else code, quarter_words(date.fromisoformat(first)), people, hours(minutes))
        for code, first, people, minutes in told
    ]


def _by_requirement(counts: list[tuple[str, str, int, int]]) -> list[tuple[str, dict[str, int]]]:
    """Requirement → what becomes of duties → how many."""
    found: dict[str, dict[str, int]] = {}
    for requirement, what, duties, _people in counts:
        found.setdefault(requirement, {})[what] = duties
    return sorted(found.items())


def _wanted(form: EffectsForm, change_id: int, counts: list[tuple[str, str, int, int]]) -> reading.EffectFilter:
    """What the address asks for; the form gets the choices that there are."""
    every = [SelectChoice("", _("Tất cả"))]
    form.loai.choices = every + [SelectChoice(w, labels.WHAT[w]) for w in labels.WHAT if any(c[1] == w for c in counts)]
    form.yeu_cau.choices = every + [SelectChoice(code, code) for code in sorted({c[0] for c in counts})]
    met = reading.units_met(change_id, UNITS_SHOWN)
    named = queries.unit_naming({code for code, _people in met}, clock.today())
    form.don_vi.choices = every + [
        SelectChoice(code, f"{named[code].name if code in named else code} ({n})") for code, n in met
    ]
    if not form.validate():
        return reading.EffectFilter()
    return reading.EffectFilter(
        what=form.loai.data or "",
        requirement=form.yeu_cau.data or "",
        unit=form.don_vi.data or "",
        name=vietnamese.fold(form.ten.data or ""),
    )


@bp.get("/thay-doi/<int:change_id>/tep/<any(xlsx, csv):kind>")
@signed_in
def export(change_id: int, kind: str) -> Response:
    """Everybody whom a change set meets, as a file; numbers stay masked."""
    change = _changing(change_id)
    counts = reading.effect_counts(change.id)
    wanted = _wanted(EffectsForm(request.args, meta={"csrf": False}), change.id, counts)
    rows = (
        {**vars(line), "masked": vietnamese.masked_id(line.personal_id), "said": str(labels.WHAT[line.what])}
        for line in reading.effect_stream(change.id, wanted)
    )
    of_duties = (
        Column("requirement", "Yêu cầu", width=20),
        Column("cycle", "Chu kỳ", Format.WHOLE, width=8),
    )
    due_days = (
        Column("due_before", "Hạn cũ", Format.DAY, width=12),
        Column("due_after", "Hạn mới", Format.DAY, width=12),
    )
    is_of_course = "course" in change.payload
    table = Table(
        title=change.title,
        columns=(
            Column("name", "Họ và tên", width=28),
            Column("masked", "Số định danh", width=16),
            Column("unit", "Mã đơn vị", width=14),
            *(() if is_of_course else of_duties),
            Column("said", "Thay đổi", width=28),
            *(() if is_of_course else due_days),
        ),
        rows=rows,
        notes=(f"Xem trước lúc {vietnamese.short_moment(change.looked_at)}." if change.looked_at else "",),
    )
    return table_file(table, kind, f"thay-doi-{change.id}.{kind}")


def _do(change: ChangeSet, act: Callable[[], object], said: str) -> Response:
    """Do something with a change set and say so; or say why not."""
    try:
        act()
        flash(said)
    except Refused as refused:
        flash(changes_labels.refusal(refused), "soon")
    except Unusable as unusable:
        flash(" ".join(unusable.sentences), "late")
    return redirect(url_for(".show", change_id=change.id), 303)


def _put_off(name: str, change: ChangeSet, **more: Any) -> Response:
    """Let a worker do it, and show how far it is."""
    job_id = jobs.put_off(name, change, by=current_user, now=clock.now(), **more)
    return redirect(url_for("jobs.show", job_id=job_id), 303)


def _refuse(reason: rules.Refusal) -> Callable[[], object]:
    def refuse() -> None:
        raise Refused(reason)

    return refuse


@bp.post("/thay-doi/<int:change_id>/xem-truoc")
@signed_in
def look(change_id: int) -> Response:
    """Find out anew what would happen."""
    change = _at_rest(change_id)
    if reading.state_of(change) not in (State.PROPOSED, State.SEEN, State.APPROVED):
        abort(409)
    if jobs.is_big(change):
        return _put_off(jobs.PREVIEW, change)

    def act() -> None:
        service.preview(change, by=current_user, now=clock.now(), today=clock.today())
        if change.said:
            raise Unusable(change.said)

    return _do(change, act, _("Đã xem trước lại theo dữ liệu mới nhất."))


@bp.post("/thay-doi/<int:change_id>/duyet")
@signed_in
def approve(change_id: int) -> Response:
    """Agree, as a second person."""
    change = _at_rest(change_id)
    return _do(change, lambda: service.approve(change, by=current_user, now=clock.now()), _("Đã duyệt."))


@bp.post("/thay-doi/<int:change_id>/rut")
@signed_in
def withdraw(change_id: int) -> Response:
    """Give it up."""
    change = _at_rest(change_id)
    return _do(
        change, lambda: service.withdraw(change, by=current_user, now=clock.now()), _("Đã rút, không có gì thay đổi.")
    )


@bp.post("/thay-doi/<int:change_id>/ap-dung")
@signed_in
def apply(change_id: int) -> Response:
    """Carry it out as it was seen."""
    change = _at_rest(change_id)
    if jobs.is_big(change):
        refusal = rules.why_not_apply(reading.state_of(change), needs_approval=jobs.needs_approval(change.kind))
        return _put_off(jobs.APPLY, change) if refusal is None else _do(change, _refuse(refusal), "")

    def act() -> None:
        service.apply(
            change,
            needs_approval=jobs.needs_approval(change.kind),
            by=current_user,
            now=clock.now(),
            today=clock.today(),
        )

    return _do(change, act, _("Đã áp dụng. Hoàn tác được từ trang này khi chưa có gì phụ thuộc vào thay đổi."))


@bp.post("/thay-doi/<int:change_id>/hoan-tac")
@signed_in
def undo(change_id: int) -> Response:
    """Put everything back as it was, or say what stands in the way."""
    change = _at_rest(change_id)
    form = UndoForm()
    if not form.validate_on_submit():
        return _page(change, undo=form)
    if jobs.is_big(change) and reading.state_of(change) is State.APPLIED:
        return _put_off(jobs.UNDO, change, reason=form.reason.data or "")
    try:
        rows = service.undo(
            change, reason=form.reason.data or "", by=current_user, now=clock.now(), today=clock.today()
        )
    except CannotUndo as cannot:
        return _page(change, undo=form, obstacles=cannot.obstacles)
    except Refused as refused:
        flash(changes_labels.refusal(refused), "soon")
        return redirect(url_for(".show", change_id=change.id), 303)
    flash(
        _("Đã hoàn tác: %(n)s dòng dữ liệu trở lại như trước, nghĩa vụ học đã tính lại.", n=vietnamese.number(rows, 0))
    )
    return redirect(url_for(".show", change_id=change.id), 303)
