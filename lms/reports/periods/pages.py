"""Pages of closed periods: the list, one of them beside what is known now, its people, its errata, closing one."""

from datetime import date
from typing import Any

from flask import Response, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse
from wtforms import SelectChoice

from lms.organisation import queries as organisation
from lms.plan import queries as plan
from lms.plan.headcounts import queries as headcounts
from lms.plan.headcounts.labels import words as headcount_words
from lms.plan.periods import jobs, labels, rules, service
from lms.plan.periods import queries as reading
from lms.plan.periods.models import ClosedPeriod
from lms.plan.periods.queries.people import FIGURES as FIGURES_OF
from lms.platform import clock, vietnamese
from lms.platform.access import Permission, requires
from lms.platform.columns import FOREVER
from lms.platform.downloads import TYPES, table_file
from lms.platform.forms import row_id
from lms.platform.jobs import enqueue
from lms.platform.pages import page, paging
from lms.reports import labels as words
from lms.reports.forms import PeopleSearch
from lms.reports.periods import files
from lms.reports.periods.blueprint import bp
from lms.reports.periods.closed import Shown, may_close, places_of, seen, shown_stages, side_by_side
from lms.reports.periods.forms import CloseForm, ErratumForm
from lms.reports.queries import RequirementFacts
from lms.reports.rules import state_on

MOST_IN_A_FILE = 200_000
_FIGURES = {address: figure for figure, address in words.FIGURE_ADDRESSES.items() if figure in FIGURES_OF}


@bp.get("/chot-so-lieu")
@requires(Permission.REPORTS_COMPLIANCE_READ)
def periods() -> Response:
    """Every period that has a unit of the visitor's in it, the newest first."""
    listed = [(period, Shown(period)) for period in reading.periods()]
    rows = [(period, shown, places[0]) for period, shown in listed if (places := places_of(current_user, shown))]
    return page("reports/periods/periods.html", rows=rows, labels=labels, today=clock.today())


# Closing --------------------------------------------------------------------------------------------------------------


@bp.route("/chot-so-lieu/moi", methods=["GET", "POST"])
@requires(Permission.PLAN_PERIOD_CLOSE)
def close() -> AnyResponse:
    """Close the figures of a plan on a day; of many duties by a worker."""
    form = CloseForm()
    plans = plan.plans()
    if not plans:
        return page("reports/periods/close.html", form=None)
    form.ke_hoach.choices = [SelectChoice(row.code, f"{row.number} – {row.title}") for row in plans]
    choice = organisation.units_for_choice(current_user, Permission.PLAN_PERIOD_CLOSE, clock.today())
    roots = current_user.roots(Permission.PLAN_PERIOD_CLOSE)
    # One's own units first: whoever may close for the city usually does.
    units = [(row.id, row.name) for row in sorted(choice, key=lambda row: row.id not in roots)]
    form.don_vi.choices = [SelectChoice(str(unit_id), name) for unit_id, name in units]
    if request.method == "GET":
        form.ke_hoach.data = request.args.get("ke_hoach") or plans[0].code
        form.ngay.data = _last_month_end(clock.today())
    if form.validate_on_submit():
        unit_id = next((unit_id for unit_id, _name in units if str(unit_id) == form.don_vi.data), None)
        if unit_id is None:
            form.refuse("don_vi", _("Hãy chọn một đơn vị mà anh/chị được chốt số liệu."))
        else:
            with form.refusals(labels.REFUSALS):
                return _close(form, next(row for row in plans if row.code == form.ke_hoach.data).id, unit_id)
    return page("reports/periods/close.html", form=form, status=422 if form.errors or form.form_errors else 200)


def _last_month_end(today: date) -> date:
    return today.replace(day=1) - (date(2000, 1, 2) - date(2000, 1, 1))


def _close(form: CloseForm, plan_id: int, unit_id: int) -> AnyResponse:
    code, as_of, name = form.ke_hoach.data, form.ngay.data, form.ten.data
    assert as_of is not None
    if service.count_duties(plan_id, as_of) > jobs.MOST_AT_ONCE:
        asked = {"plan": code, "as_of": as_of.isoformat(), "name": name, "unit_id": unit_id}
        job = enqueue(
            jobs.CLOSE,
            asked,
            by=current_user,
            now=clock.now(),
            title=_("Chốt số liệu “%(name)s”", name=name)[:200],
            unique_key=f"close-period:{code}:{as_of}:{unit_id}",
            back=url_for(".periods"),
        )
        return redirect(url_for("jobs.show", job_id=job.id))
    service.stand_still()
    period = service.close(
        plan_code=code, as_of=as_of, name=name, unit_id=unit_id, by=current_user, now=clock.now(), today=clock.today()
    )
    flash(_("Đã chốt %(name)s: %(n)s lượt của %(m)s người.", name=period.name,
            n=vietnamese.number(period.duties, 0), m=vietnamese.number(period.persons, 0)))  # fmt: skip
    return redirect(url_for(".show", period_id=period.id), 303)


# One period -----------------------------------------------------------------------------------------------------------


def _seen(period_id: int) -> Shown:
    return seen(current_user, reading.period_with(period_id), request.args.get("don_vi", ""))


def _to_correct(period_id: int) -> Shown:
    """A period to which the visitor may issue errata: 404 for everybody else."""
    shown = Shown(reading.period_with(period_id))
    if not may_close(current_user, shown):
        abort(404)
    return shown


def query_of(shown: Shown) -> dict[str, Any]:
    """The address values that lead back to the unit shown."""
    found: dict[str, Any] = {"period_id": shown.period.id}
    if not shown.is_all and shown.place is not None:
        found["don_vi"] = shown.place.unit_id
    return found


@bp.get("/chot-so-lieu/<int:period_id>")
@requires(Permission.REPORTS_COMPLIANCE_READ)
def show(period_id: int) -> Response:
    """A period: as published, after its errata and as known now, side by side."""
    shown = _seen(period_id)
    stages = shown_stages(shown)
    reports = [shown.report(stage) for stage in stages]
    lines = side_by_side(reports)
    return page(
        "reports/periods/period.html",
        shown=shown,
        period=shown.period,
        query=query_of(shown),
        stages=stages,
        reports=reports,
        lines=[line for line in lines if not line.is_empty],
        quiet=sum(line.is_empty for line in lines),
        heads=[_head(stage) for stage in stages],
        requirements=[
            (r, [report.by_requirement.get(r.id) for report in reports]) for r in reports[0].shown_requirements
        ],
        causes=reading.cause_counts(period_id, shown.unit_ids),
        headcount=_headcount(shown),
        may_close=may_close(current_user, shown),
        labels=labels,
        words=words,
        addresses=words.FIGURE_ADDRESSES,
        rules=rules,
    )


def _headcount(shown: Shown) -> str:
    """The head count that was confirmed when the period was closed."""
    period = shown.period
    if shown.place is None:
        return ""
    return headcount_words(headcounts.confirmed_for(shown.place.unit_id, period.as_of, known_at=period.closed_at))


def _head(stage: int) -> str:
    """What the figures of a stage are called over their columns."""
    if stage == rules.BASIS:
        return _("công bố")
    return _("nay biết") if stage == rules.NOW else _("sau đính chính số %(n)s", n=stage)


@bp.get("/chot-so-lieu/<int:period_id>/tep/<any(pdf, xlsx, csv, json):kind>")
@requires(Permission.REPORTS_COMPLIANCE_READ)
def export(period_id: int, kind: str) -> Response:
    """A period as a file, as published or with the errata up to a number."""
    shown = _seen(period_id)
    stage = request.args.get("dinh_chinh", 0, type=int)
    if not 0 <= stage <= len(shown.errata):
        abort(404)
    types = {**TYPES, "pdf": "application/pdf", "json": "application/json"}
    response = Response(files.WRITERS[kind](shown, stage), content_type=types[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{files.file_name(shown, stage, kind)}"'
    return response


@bp.get("/chot-so-lieu/<int:period_id>/nguoi")
@requires(Permission.REPORTS_COMPLIANCE_READ)
def people(period_id: int) -> Response:
    """The people behind a published figure, as printed then."""
    listing = _listing(period_id)
    duties, persons = reading.count_people(listing["wanted"])
    where = paging(duties)
    shown: Shown = listing["shown"]
    names = {r.id: r.short_title for r in shown.requirements}
    day = shown.period.as_of
    lines = [
        (line, state_on(day, kind=line.kind, due_on=line.due_on, started_on=line.started_on,
                        fulfilled_on=line.fulfilled_on), names.get(line.requirement_id, ""))
        for line in reading.people(listing["wanted"], offset=where.offset, limit=where.size)
    ]  # fmt: skip
    return page(
        "reports/periods/people.html",
        **listing,
        duties=duties,
        persons=persons,
        lines=lines,
        paging=where,
        words=words,
        figures=list(_FIGURES.items()),
        forever=FOREVER,
    )


@bp.get("/chot-so-lieu/<int:period_id>/nguoi/tep/<any(xlsx, csv):kind>")
@requires(Permission.REPORTS_COMPLIANCE_READ)
def people_export(period_id: int, kind: str) -> AnyResponse:
    """The people behind a published figure as a file; numbers stay masked."""
    listing = _listing(period_id)
    duties, persons = reading.count_people(listing["wanted"])
    if duties > MOST_IN_A_FILE:
        abort(413)
    figure = words.FIGURES[listing["figure"]]
    title = f"{figure}: {vietnamese.number(duties, 0)} lượt của {vietnamese.number(persons, 0)} người"
    table = files.people_table(listing["shown"], listing["wanted"], title)
    return table_file(table, kind, f"chot-{period_id}-{words.FIGURE_ADDRESSES[listing['figure']]}.{kind}")


def _listing(period_id: int) -> dict[str, Any]:
    """Which published figure is asked for."""
    shown = _seen(period_id)
    figure = _FIGURES.get(request.args.get("so_lieu", "phai-hoc")) or abort(404)
    requirement = _requirement(shown)
    form = PeopleSearch(request.args)
    form.validate()
    query = {key: request.args[key] for key in ("so_lieu", "yeu_cau", "tim") if request.args.get(key)}
    wanted = reading.Wanted(
        period_id, shown.period.as_of, figure, shown.unit_ids, requirement.id if requirement else None,
        form.tim.data or "",
    )  # fmt: skip
    return {
        "shown": shown, "period": shown.period, "figure": figure, "requirement": requirement, "form": form,
        "query": {**query_of(shown), **query}, "wanted": wanted,
    }  # fmt: skip


def _requirement(shown: Shown) -> RequirementFacts | None:
    """The requirement that the address names; 404 for one that was not closed."""
    code = request.args.get("yeu_cau")
    if not code:
        return None
    return next((r for r in shown.requirements if r.code == code), None) or abort(404)


# What is known now, and errata ----------------------------------------------------------------------------------------


@bp.get("/chot-so-lieu/<int:period_id>/khac-nhau")
@requires(Permission.REPORTS_COMPLIANCE_READ)
def differences(period_id: int) -> Response:
    """Every duty that is known otherwise now, person by person, with its cause."""
    return _differences(_seen(period_id), ErratumForm(formdata=None))


def _differences(shown: Shown, form: ErratumForm) -> Response:
    period = shown.period
    requirement = _requirement(shown)
    chosen = reading.DifferenceFilter(
        cause=request.args.get("nguyen_nhan", ""),
        unit_ids=shown.unit_ids,
        requirement_id=requirement.id if requirement else None,
        counting="doi_so" in request.args,
    )
    where = paging(reading.count_differences(period.id, chosen))
    return page(
        "reports/periods/differences.html",
        status=422 if form.errors or form.form_errors else 200,
        shown=shown,
        period=period,
        query=query_of(shown),
        form=form,
        chosen=chosen,
        requirement=requirement,
        causes=reading.cause_counts(period.id, shown.unit_ids),
        rows=reading.differences(period.id, chosen, offset=where.offset, limit=where.size),
        paging=where,
        side=files.side_words,
        may_close=may_close(current_user, shown) and shown.is_all,
        labels=labels,
    )


@bp.post("/chot-so-lieu/<int:period_id>/so-sanh")
@requires(Permission.PLAN_PERIOD_CLOSE)
def compare(period_id: int) -> AnyResponse:
    """Set a period against what is known now; one of many duties by a worker."""
    period = _to_correct(period_id).period
    if period.duties > jobs.MOST_AT_ONCE:
        job = enqueue(
            jobs.COMPARE,
            {"period_id": period.id},
            by=current_user,
            now=clock.now(),
            title=_("So sánh “%(name)s” với số liệu hiện nay", name=period.name)[:200],
            unique_key=f"compare-period:{period.id}",
            back=url_for(".show", period_id=period.id),
        )
        return redirect(url_for("jobs.show", job_id=job.id))
    service.stand_still()
    found = service.compare(period, now=clock.now())
    if found:
        flash(_("Có %(n)s lượt khác với số liệu đã chốt, kể cả đính chính.", n=vietnamese.number(found, 0)), "soon")
    else:
        flash(_("Không có gì khác: số liệu đã chốt, kể cả đính chính, đúng như hiện nay."))
    return redirect(url_for(".show", period_id=period.id), 303)


@bp.post("/chot-so-lieu/<int:period_id>/dinh-chinh")
@requires(Permission.PLAN_PERIOD_CLOSE)
def correct(period_id: int) -> AnyResponse:
    """Issue an erratum for all differences, or for those that were chosen."""
    shown = _to_correct(period_id)
    form = ErratumForm()
    numbers = None if form.tat_ca.data or "tat_ca" in request.form else _numbers()
    if form.validate_on_submit():
        with form.refusals(labels.REFUSALS):
            if numbers is None and shown.period.differences > jobs.MOST_LINES_AT_ONCE:
                return _correct_later(shown.period, form)
            service.stand_still()
            erratum = service.issue(
                shown.period, reason=form.ly_do.data or "", document=form.van_ban.data or "", numbers=numbers,
                by=current_user, now=clock.now(),
            )  # fmt: skip
            flash(_("Đã ban hành đính chính số %(n)s: %(lines)s lượt.", n=erratum.number,
                    lines=vietnamese.number(erratum.lines, 0)))  # fmt: skip
            return redirect(url_for(".erratum", period_id=period_id, number=erratum.number), 303)
    return _differences(shown, form)


def _correct_later(period: ClosedPeriod, form: ErratumForm) -> AnyResponse:
    """Let a worker issue it."""
    asked = {
        "period_id": period.id, "reason": form.ly_do.data or "", "document": form.van_ban.data or "",
        "after": service.last_erratum(period), "compared_at": jobs.comparison_of(period),
    }  # fmt: skip
    job = enqueue(
        jobs.CORRECT,
        asked,
        by=current_user,
        now=clock.now(),
        title=_("Đính chính “%(name)s”", name=period.name)[:200],
        unique_key=f"correct-period:{period.id}",
        back=url_for(".show", period_id=period.id),
    )
    return redirect(url_for("jobs.show", job_id=job.id), 303)


def _numbers() -> list[int]:
    try:
        return [row_id(number) for number in request.form.getlist("chon")]
    except ValueError:
        abort(422)


@bp.get("/chot-so-lieu/<int:period_id>/dinh-chinh/<int:number>")
@requires(Permission.REPORTS_COMPLIANCE_READ)
def erratum(period_id: int, number: int) -> Response:
    """One erratum, line by line."""
    shown = _seen(period_id)
    if not 1 <= number <= len(shown.errata):
        abort(404)
    issued = shown.errata[number - 1]
    where = paging(reading.count_erratum_lines(issued.id, shown.unit_ids))
    return page(
        "reports/periods/erratum.html",
        shown=shown,
        period=shown.period,
        query=query_of(shown),
        erratum=issued,
        rows=reading.erratum_lines(issued.id, shown.unit_ids, offset=where.offset, limit=where.size),
        paging=where,
        side=files.side_words,
        labels=labels,
    )


@bp.get("/chot-so-lieu/<int:period_id>/dinh-chinh/<int:number>/tep/<any(xlsx, csv):kind>")
@requires(Permission.REPORTS_COMPLIANCE_READ)
def erratum_export(period_id: int, number: int, kind: str) -> AnyResponse:
    """An erratum as a file."""
    shown = _seen(period_id)
    if not 1 <= number <= len(shown.errata):
        abort(404)
    name = files.file_name(shown, 0, kind).removesuffix(f".{kind}")
    return table_file(files.erratum_table(shown, number), kind, f"{name}-bang-dinh-chinh-{number}.{kind}")


@bp.post("/chot-so-lieu/<int:period_id>/kiem-tra")
@requires(Permission.PLAN_PERIOD_CLOSE)
def verify(period_id: int) -> AnyResponse:
    """Prove a period now; one of many duties is proven every night."""
    period: ClosedPeriod = _to_correct(period_id).period
    if period.duties > jobs.MOST_AT_ONCE:
        enqueue("plan:verify-periods", by=current_user, now=clock.now(), unique_key="schedule:plan:verify-periods",
                back=url_for(".show", period_id=period.id))  # fmt: skip
        flash(_("Việc kiểm tra đã được xếp hàng; kết quả hiện ở đây khi xong."))
        return redirect(url_for(".show", period_id=period.id), 303)
    found = service.verify(period)
    said = [labels.finding_words(finding) for finding in found]
    service.note(period, found, said[0] if said else "", now=clock.now())
    if said:
        flash(said[0], "late")
    else:
        flash(_("Niêm phong nguyên vẹn: tính lại từ từng dòng cho đúng dấu SHA-256 đã ghi khi chốt."))
    return redirect(url_for(".show", period_id=period.id), 303)
