"""Pages of reforms: upload, look, say who goes where, apply; and who still waits for a unit."""

from collections import Counter
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms.organisation import kinds, labels, queries, service
from lms.organisation.forms import AssignForm, ChoicesForm, ConfirmForm, ReformForm
from lms.organisation.models import Reform, ReformFile
from lms.organisation.reform import lists, samples
from lms.organisation.reform.desk import Desk, Filter, Line, asked_filter, picked, understood
from lms.organisation.reform.draft import UnreadableReform
from lms.organisation.reform.reading import read_choices
from lms.platform import clock, vietnamese
from lms.platform.access import Permission, requires
from lms.platform.forms import Form
from lms.platform.pages import address, page, paging

bp = Blueprint("reform", __name__)

SAMPLE_TYPES = {
    "yaml": "application/yaml",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST_SHOWN = 200
"""People whom a request moves; more are moved by a background job, for which nobody has to wait."""


def _at_the_root() -> None:
    """Only who may do so for the whole tree: 403 for holders of the permission at some unit."""
    root = queries.root_on(clock.today())
    if root is not None and root.id not in current_user.roots(Permission.ORGANISATION_UNIT_REORGANISE):
        abort(403)


@bp.route("/don-vi/sap-xep", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_UNIT_REORGANISE)
def start() -> AnyResponse:
    """Send a reform file; reforms on record."""
    _at_the_root()
    form = ReformForm()
    if form.validate_on_submit() and (arrived := _received(form)):
        return redirect(url_for(".show_file", file_id=arrived.id))
    return page(
        "organisation/reform_start.html",
        form=form,
        files=queries.reform_files(),
        reforms=queries.reforms_on_record(),
    )


@bp.get("/don-vi/sap-xep/mau.<any(yaml, csv, xlsx):kind>")
@requires(Permission.ORGANISATION_UNIT_REORGANISE)
def sample(kind: str) -> AnyResponse:
    """A sample file, written with units that stand today; it can be tried as it is from tomorrow on."""
    _at_the_root()
    on = clock.today() + timedelta(days=1)
    units = samples.worth_showing(queries.standing_units(on).values())
    response = Response(samples.sample(kind, units), content_type=SAMPLE_TYPES[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{samples.name(kind, on)}"'
    return response


def _received(form: ReformForm) -> ReformFile | None:
    day = form.on.data
    if day is None:
        return None  # the form asks for it
    try:
        return service.receive_reform(
            form.file.data.read(),
            file_name=vietnamese.nfc(form.file.data.filename or "sap-xep.yaml"),
            on=day,
            by=current_user,
            now=clock.now(),
        )
    except UnreadableReform as error:
        lists.complain(form, error)
    return None


@bp.get("/don-vi/sap-xep/tep/<int:file_id>")
@requires(Permission.ORGANISATION_UNIT_REORGANISE)
def show_file(file_id: int) -> AnyResponse:
    """What a reform file would do."""
    _at_the_root()
    return _file_page(queries.reform_file(file_id), ChoicesForm())


@bp.post("/don-vi/sap-xep/tep/<int:file_id>/phan-cong")
@requires(Permission.ORGANISATION_UNIT_REORGANISE)
def attach(file_id: int) -> AnyResponse:
    """Give a reform file the list of who goes where."""
    _at_the_root()
    arrived = queries.reform_file(file_id)
    form = ChoicesForm()
    if form.validate_on_submit():
        try:
            name = vietnamese.nfc(form.file.data.filename or "phan-cong.csv")
            outcome = service.attach_choices(arrived, form.file.data.read(), file_name=name)
            flash(_("Đã nhận phân công của %(n)s người.", n=outcome.chosen))
            return redirect(url_for(".show_file", file_id=file_id))
        except UnreadableReform as error:
            lists.complain(form, error)
    return _file_page(arrived, form)


@bp.route("/don-vi/sap-xep/tep/<int:file_id>/don-vi/<int:old_id>", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_UNIT_REORGANISE)
def assign_file(file_id: int, old_id: int) -> AnyResponse:
    """Say on the page who of a split unit goes where, before the file is applied: kept with the file."""
    _at_the_root()
    arrived = queries.reform_file(file_id)
    form, wanted = AssignForm(), asked_filter()
    try:
        outcome, units = service.look_at(arrived)
        if outcome.already:
            return redirect(url_for(".show_file", file_id=file_id))
        asked = next((unit for unit in units if unit.unit_id == old_id), None) or abort(404)
        if form.validate_on_submit() and (picks := _picks(form, asked, wanted, arrived)):
            done = service.pick(arrived, asked.code, picks)
            flash(_("Đã ghi lựa chọn của %(n)s người vào tệp sắp xếp.", n=vietnamese.number(done, 0)))
            return redirect(address())
    except UnreadableReform:
        # The file was applied meanwhile, or no longer fits: its own page says which.
        return redirect(url_for(".show_file", file_id=file_id))
    return _desk_page(arrived, asked, form, wanted)


def _settled(asked: service.UnitAsked, wanted: Filter) -> list[queries.PostedPerson]:
    return [row for row in asked.people if wanted.takes(row.full_name, row.departments, row.person_id in asked.chosen)]


def _picks(form: AssignForm, asked: service.UnitAsked, wanted: Filter, arrived: ReformFile) -> dict[int, str]:
    picks = picked(form, lambda: [row.person_id for row in _settled(asked, wanted)], may_clear=True)
    codes = dict(asked.options)

    def meant(text: str) -> str:
        if codes:
            return text if text in codes else ""
        found, wholly = queries.units_said(text, arrived.on_day)
        return found[0].code if wholly and len(found) == 1 else ""

    known = {row.person_id for row in asked.people}
    return {person: code for person, code in understood(form, picks, meant).items() if person in known}


def _desk_page(arrived: ReformFile, asked: service.UnitAsked, form: AssignForm, wanted: Filter) -> AnyResponse:
    counts = {
        state: len(_settled(asked, Filter(wanted.words, wanted.department, state))) for state in ("cho", "da", "het")
    }
    where = paging(counts[wanted.state])
    lines = [
        Line(
            row.person_id, row.full_name, row.personal_id, row.department, row.title,
            asked.chosen.get(row.person_id, ""), asked.meanwhile, asked.options,
        )
        for row in _settled(asked, wanted)[where.offset : where.offset + where.size]
    ]  # fmt: skip
    named = Counter(name for row in asked.people for name in row.departments)
    desk = Desk(
        unit=asked.name,
        receiving=[name for _code, name in asked.options],
        day=arrived.on_day,
        waiting=len(asked.people) - len(asked.chosen),
        settled=len(asked.chosen),
        listed=where.total,
        lines=lines,
        options=asked.options,
        departments=sorted(named.items(), key=lambda item: vietnamese.sort_key(item[0])),
        filter=wanted,
        hints=[] if asked.options else queries.unit_hints(arrived.on_day, labels.KINDS),
        may_clear=True,
    )
    return page(
        "organisation/assign.html",
        form=form,
        desk=desk,
        paging=where,
        counts=counts,
        crumbs=[
            (_("Sắp xếp đơn vị"), url_for(".start")),
            (_("Xem trước sắp xếp đơn vị"), url_for(".show_file", file_id=arrived.id)),
        ],
        lead=_(
            "Tệp “%(file)s”, có hiệu lực từ ngày %(day)s, chưa áp dụng. Lựa chọn được giữ cùng tệp.",
            file=arrived.file_name,
            day=vietnamese.short_day(arrived.on_day),
        ),
        save_to=address(),
        before=True,
    )


@bp.post("/don-vi/sap-xep/tep/<int:file_id>/ap-dung")
@requires(Permission.ORGANISATION_UNIT_REORGANISE)
def apply_file(file_id: int) -> AnyResponse:
    """Carry out a reform file."""
    _at_the_root()
    arrived = queries.reform_file(file_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            people, asked = service.revisit_reform(arrived).people, kinds.of_reform(arrived, clock.today())
            with_whom: dict[str, Any] = {"by": current_user, "now": clock.now(), "today": clock.today()}
            if request.form.get("buoc") == "tung-nguoi" or kinds.is_seen_apart(kinds.REFORM, people):
                change = kinds.submit(asked, people=people, **with_whom)
                return redirect(url_for("changes.show", change_id=change.id), 303)
            outcome: service.Outcome = kinds.do(asked, **with_whom)
            flash(_("Đã áp dụng: %(n)s người đổi đơn vị từ ngày %(day)s.", n=outcome.people, day=_day(outcome)))
            return redirect(url_for(".show", reform_id=arrived.reform_id))
        except UnreadableReform as error:
            form.form_errors = [*form.form_errors, *error.lines[:20]]
    return _file_page(arrived, form)


def _day(outcome: service.Outcome) -> str:
    return vietnamese.short_day(outcome.on)


def _file_page(arrived: ReformFile, form: Form) -> AnyResponse:
    outcome: service.Outcome | None = None
    broken: list[str] = []
    asked: tuple[service.UnitAsked, ...] = ()
    try:
        outcome, asked = service.look_at(arrived)
    except UnreadableReform as error:
        broken = error.lines
    return page(
        "organisation/reform_file.html",
        form=form,
        choices=form if isinstance(form, ChoicesForm) else ChoicesForm(formdata=None),
        arrived=arrived,
        outcome=outcome,
        asked=asked,
        broken=broken,
        most=MOST_SHOWN,
        is_apart=outcome is not None and kinds.is_seen_apart(kinds.REFORM, outcome.people),
    )


@bp.get("/don-vi/sap-xep/dot/<int:reform_id>")
@requires(Permission.ORGANISATION_UNIT_REORGANISE)
def show(reform_id: int) -> AnyResponse:
    """A reform on record, and who waits for a unit."""
    _at_the_root()
    return _reform_page(queries.reform_with(reform_id), ChoicesForm())


@bp.post("/don-vi/sap-xep/dot/<int:reform_id>/phan-cong")
@requires(Permission.ORGANISATION_UNIT_REORGANISE)
def choose(reform_id: int) -> AnyResponse:
    """Assign people of split units by a list, after the reform."""
    _at_the_root()
    reform = queries.reform_with(reform_id)
    form = ChoicesForm()
    if form.validate_on_submit():
        try:
            name = vietnamese.nfc(form.file.data.filename or "phan-cong.csv")
            chosen = read_choices(form.file.data.read(), name)
            done = service.choose(reform, chosen, file_name=name, by=current_user, now=clock.now())
            flash(_("Đã phân công %(n)s người.", n=done))
            return redirect(url_for(".show", reform_id=reform_id))
        except UnreadableReform as error:
            lists.complain(form, error)
    return _reform_page(reform, form)


def _reform_page(reform: Reform, form: Form) -> AnyResponse:
    on = reform.effective_on
    rows = queries.handovers(reform)
    heirs = _heirs(rows)
    asking = queries.asking(current_user, reform.id)
    where = paging(len(rows))
    return page(
        "organisation/reform_show.html",
        form=form,
        reform=reform,
        total=queries.count_waiting(reform.id) if asking else 0,
        asking=asking,
        handovers=rows[where.offset : where.offset + where.size],
        paging=where,
        begun={row.new_id for row in rows if row.begins},
        ended={row.old_id for row in rows if row.ended},
        went=sum(row.people for row in rows if row.new_id != row.old_id),
        renamed=queries.renamings_on(on),
        rehung=queries.rehangings_on(on),
        grants=service.past_grants_of(heirs, on) if reform.applied_at else [],
        rules=service.rules_of(heirs, on),
        shares=labels.SHARES,
        eve=on - timedelta(days=1),
        bridged=reform.applied_at and on <= clock.today() and "reports.bridge" in current_app.view_functions,
        most=MOST_SHOWN,
    )


def _heirs(rows: list[queries.Handover]) -> list[service.Heir]:
    """Ended units with their successors, as whoever knows roles and rules asks for them."""
    found: dict[int, list[queries.Handover]] = {}
    for row in rows:
        if row.ended and row.share != "area_only":
            found.setdefault(row.old_id, []).append(row)
    heirs = []
    for old_id, some in found.items():
        news = tuple(row.new for row in some if row.new)
        heirs.append(service.Heir(old_id, some[0].old, news[0] if len(news) == 1 else "" if news else None, news))
    return heirs


@bp.get("/don-vi/sap-xep/dot/<int:reform_id>/cho-phan-cong.csv")
@requires(Permission.ORGANISATION_UNIT_REORGANISE)
def waiting_list(reform_id: int) -> AnyResponse:
    """Everybody who waits for a unit, as a list to fill in: the record's number stands for the person."""
    _at_the_root()
    reform = queries.reform_with(reform_id)
    rows = queries.waiting_for_choice(reform)
    options = queries.options_of(reform)
    lines = []
    for row in rows:
        code, heirs = options.get(row.old_id, ("", ()))
        lines.append(
            lists.line(
                person_id=row.person_id, full_name=row.full_name, personal_id=row.personal_id,
                department=row.department, old_code=code, old=row.old, options=heirs,
            )
        )  # fmt: skip
    return lists.sent(lines, f"cho-phan-cong-{reform.code}.csv")
