"""Pages of reports: the figures of a plan, the people behind them, the log, and the files of each."""

import csv
import io
import re
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, request
from flask_login import current_user

from lms.audit.labels import SENTENCES
from lms.organisation.queries import count_waiting
from lms.plan import queries as plan
from lms.plan.headcounts import queries as headcounts
from lms.plan.headcounts.labels import said as headcount_said
from lms.plan.headcounts.labels import words as headcount_words
from lms.plan.headcounts.models import HeadCount
from lms.platform import clock, vietnamese
from lms.platform.access import Permission, may, requires
from lms.platform.downloads import table_file
from lms.platform.events import sentence_for
from lms.platform.pages import page, paging
from lms.reports import bridging, charts, choice, health, labels, papers, periods, queries, rules, sheets
from lms.reports.choice import Choice, Links
from lms.reports.forms import AuditFilter, ComplianceFilter, PeopleSearch
from lms.reports.queries import Compliance, EventFilter, RequirementFacts

bp = Blueprint("reports", __name__, template_folder="templates")
blueprints = (bp, periods.bp)

MOST_IN_A_FILE = 200_000
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
}


@lru_cache(maxsize=1)
def _grid() -> dict[str, tuple[int, int]]:
    text = (Path(__file__).parent / "data" / "tile_grid.csv").read_text(encoding="utf-8")
    return {row["code"]: (int(row["column"]), int(row["row"])) for row in csv.DictReader(io.StringIO(text))}


@bp.get("/bao-cao")
@requires(Permission.REPORTS_COMPLIANCE_READ)
def compliance() -> Response:
    """A plan's figures: strip, heat map, trend, map, table."""
    form = ComplianceFilter(request.args)
    chosen = choice.choose(form, current_user, clock.today())
    if chosen is None or chosen.place is None:
        return page("reports/nothing.html", form=form, chosen=chosen)
    report = queries.compliance(chosen.plan, chosen.view, chosen.place)
    rows = _sorted(report)
    return page(
        "reports/compliance.html",
        form=form,
        chosen=chosen,
        report=report,
        rows=rows,
        slowest=_slowest(report),
        tiles=choice.tiles(report, _grid()),
        links=Links(chosen),
        points=_trend(chosen, report.requirements) if "xu_huong" in request.args else None,
        chart=charts.line_chart,
        band=rules.band,
        labels=labels,
        in_the_future=chosen.view.day > clock.today(),
        proof=plan.proof(),
        undecided=_undecided(),
        headcount=headcount_words(_headcount(report)),
        may_count=may(Permission.ORGANISATION_PERSON_READ),
    )


def _undecided() -> int:
    """How many duties wait today for the visitor's decision because they began too late."""
    granting = Permission.PLAN_WAIVER_GRANT
    return plan.count_undecided(current_user, granting, clock.today()) if current_user.roots(granting) else 0


def _headcount(report: Compliance) -> HeadCount | None:
    """The head count that the unit of a report has confirmed for its day or before."""
    return headcounts.confirmed_for(report.place.unit_id, report.view.day) if report.place else None


def _sorted(report: Compliance) -> list[rules.Row]:
    """Rows in report order, or the slowest first."""
    if request.args.get("xep") != "ty-le":
        return list(report.rows)
    return sorted(report.rows, key=lambda row: (row.figures.rate is None, row.figures.rate or 0))


def _slowest(report: Compliance) -> list[rules.Row]:
    """The five units furthest behind, if there are several to compare."""
    late = [row for row in report.rows if row.figures.rate is not None and row.figures.unfinished]
    return sorted(late, key=lambda row: (row.figures.rate, -row.figures.unfinished))[:5] if len(report.rows) > 1 else []


def _trend(chosen: Choice, requirements: tuple[RequirementFacts, ...]) -> list[rules.Point]:
    return queries.trend(choice.scope_of(chosen, requirements))


@bp.get("/bao-cao/xu-huong")
@requires(Permission.REPORTS_COMPLIANCE_READ)
def trend() -> Response:
    """The trend alone, fetched after the page: it reads a year, not a day."""
    chosen = _chosen()
    requirements = queries.requirements_of(chosen.plan.id)
    points = _trend(chosen, requirements)
    target = request.args.get("muc_tieu", "")
    is_percent = re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?", target) is not None
    return page(
        "reports/_trend.html",
        points=points,
        chart=charts.line_chart,
        target=vietnamese.parse_decimal(target) if is_percent else None,
    )


def _chosen() -> Choice:
    """The choice behind a file or fragment, where there is no form to show errors on: 422 says there are some."""
    form = ComplianceFilter(request.args)
    chosen = choice.choose(form, current_user, clock.today())
    if form.errors:
        abort(422)
    if chosen is None or chosen.place is None:
        abort(404)
    return chosen


@bp.get("/bao-cao/tep/<any(pdf, xlsx, csv):kind>")
@requires(Permission.REPORTS_COMPLIANCE_READ)
def export(kind: str) -> Response:
    """What the screen shows, as a file with the same filters."""
    chosen = _chosen()
    proof = plan.proof()
    if kind == "pdf" and proof.is_dirty:
        # An official paper must not carry figures that are known to be in doubt.
        return page("reports/unproven.html", 409, proof=proof, back=chosen.query, labels=labels)
    report = queries.compliance(chosen.plan, chosen.view, chosen.place)
    name = file_name(report, kind)
    if kind == "pdf":
        points = _trend(chosen, report.requirements)
        words = f"{labels.proof_words(proof)}. {headcount_said(_headcount(report))}"
        return _file(papers.compliance_pdf(report, points, clock.today(), words), kind, name)
    table = sheets.compliance_table(report)
    return table_file(replace(table, notes=(*table.notes, f"{headcount_said(_headcount(report))}.")), kind, name)


def file_name(report: Compliance, kind: str) -> str:
    """A name without anything personal: plan, unit code, day."""
    unit = "" if report.is_whole or report.place is None else f"-{report.place.code}"
    return f"bao-cao-{vietnamese.slug(report.plan.code)}{unit}-{report.view.day:%Y-%m-%d}.{kind}"


def _file(content: bytes, kind: str, name: str) -> Response:
    response = Response(content, mimetype=TYPES[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@bp.get("/bao-cao/bang-noi")
@requires(Permission.REPORTS_COMPLIANCE_READ)
def bridge() -> Response:
    """Old × new structure: where the people of each former unit are now, and their obligations."""
    form = ComplianceFilter(request.args)
    chosen = choice.choose(form, current_user, clock.today())
    if chosen is None or chosen.place is None:
        return page("reports/nothing.html", form=form, chosen=chosen)
    found = _bridged(chosen)
    if found is None:
        return page("reports/no_bridge.html", form=form, chosen=chosen)
    return page("reports/bridge.html", form=form, chosen=chosen, labels=labels, **found, **_strands(found["bridge"]))


def _strands(whole: bridging.Bridge) -> dict[str, Any]:
    """The rows asked for: one old unit (cu=), one present unit (moi=), those of either side (xem=)."""
    old, new = whole.from_old, whole.into_new
    side = "new" if request.args.get("moi") or request.args.get("xem") == "moi" else "old"
    asked = request.args.get("moi" if side == "new" else "cu", "")
    rows = new if side == "new" else old
    quiet = [strand for strand in rows if strand.is_unchanged]
    loud = [strand for strand in rows if not strand.is_unchanged]
    if asked:
        shown = [strand for strand in rows if strand.address == asked] or abort(404)
    elif request.args.get("xem") == "giu-nguyen":
        shown = quiet
    else:
        shown = loud
    return {
        "old_rows": old,
        "new_rows": new,
        "side": side,
        "asked": asked,
        "shown": shown,
        "quiet": quiet,
        "loud": loud,
        "only_quiet": not asked and request.args.get("xem") == "giu-nguyen",
        "summed": bridging.summed,
    }


@bp.get("/bao-cao/bang-noi/tep/<any(xlsx, csv):kind>")
@requires(Permission.REPORTS_COMPLIANCE_READ)
def bridge_export(kind: str) -> Response:
    """The bridge as a file."""
    chosen = _chosen()
    found = _bridged(chosen) or abort(404)
    table = sheets.bridge_table(found["bridge"], found["former"], chosen.view, chosen.plan, chosen.place)
    return table_file(table, kind, f"bang-noi-{vietnamese.slug(chosen.plan.code)}-{chosen.view.day:%Y-%m-%d}.{kind}")


def _bridged(chosen: Choice) -> dict[str, Any] | None:
    """The bridge over the reform asked for, else the last one before the day; None when there was none."""
    reforms = queries.reforms_to_bridge(chosen.view.day)
    if not reforms:
        return None
    asked = request.args.get("dot", "")
    seen = next((row for row in reforms if row.id == chosen.view.reform_id), reforms[0])
    reform = next((row for row in reforms if row.code == asked), None) if asked else seen
    if reform is None:
        abort(404)
    view = queries.view_on(chosen.view.day, rules.Structure.CURRENT)
    former = queries.view_before(view.day, reform)
    scope = queries.scope_of(view, tuple(r.id for r in queries.requirements_of(chosen.plan.id)), chosen.place)
    return {
        "bridge": queries.bridge_of(scope, view, former),
        "former": former,
        "reform": reform,
        "reforms": reforms,
        "waiting": count_waiting(reform.id),
        "query": {**chosen.query, "dot": reform.code},
    }


@bp.get("/bao-cao/nguoi")
@requires(Permission.REPORTS_COMPLIANCE_READ)
def people() -> Response:
    """The people behind a figure."""
    listing = _listing()
    obligations, persons = queries.count_people(listing["scope"], listing["figure"], listing["form"].tim.data or "")
    where = paging(obligations)
    lines = queries.people(
        listing["scope"], listing["figure"], listing["form"].tim.data or "", offset=where.offset, limit=where.size
    )
    return page(
        "reports/people.html",
        **listing,
        lines=lines,
        paging=where,
        obligations=obligations,
        persons=persons,
        labels=labels,
        why="plan.why" in current_app.view_functions,
    )


@bp.get("/bao-cao/nguoi/tep/<any(xlsx, csv):kind>")
@requires(Permission.REPORTS_COMPLIANCE_READ)
def people_export(kind: str) -> Response:
    """The list behind a figure as a file; numbers stay masked."""
    listing = _listing()
    search = listing["form"].tim.data or ""
    obligations, persons = queries.count_people(listing["scope"], listing["figure"], search)
    if obligations > MOST_IN_A_FILE:
        abort(413)
    chosen: Choice = listing["chosen"]
    figure = labels.FIGURES[listing["figure"]]
    table = sheets.people_table(
        queries.people_stream(listing["scope"], listing["figure"], search),
        title=f"{figure}: {vietnamese.number(obligations, 0)} lượt của {vietnamese.number(persons, 0)} người",
        day=chosen.view.day,
        structure=labels.structure_words(chosen.view),
        requirement=listing["requirement"],
        former=chosen.view.reform_id is not None,
    )
    name = f"danh-sach-{labels.FIGURE_ADDRESSES[listing['figure']]}-{chosen.view.day:%Y-%m-%d}.{kind}"
    return table_file(table, kind, name)


def _listing() -> dict[str, Any]:
    """Read which figure of which report is asked for."""
    chosen = _chosen()
    requirements = queries.requirements_of(chosen.plan.id)
    requirement = None
    if code := request.args.get("yeu_cau"):
        requirement = next((r for r in requirements if r.code == code), None) or abort(404)
        requirements = (requirement,)
    part = choice.part_of(chosen, request.args.get("phan", ""))
    form = PeopleSearch(request.args)
    form.validate()
    query = {key: request.args[key] for key in ("so_lieu", "phan", "yeu_cau", "tim") if request.args.get(key)}
    return {
        "form": form,
        "query": {**chosen.query, **query},
        "chosen": chosen,
        "figure": choice.figure_of(request.args.get("so_lieu", labels.FIGURE_ADDRESSES["required"])),
        "requirement": requirement,
        "part": part,
        "scope": choice.scope_of(chosen, requirements, part),
        "place_name": _place_name(chosen, part),
    }


def _place_name(chosen: Choice, part: rules.Part) -> str:
    row = rules.Row(part, chosen.place, rules.Figures())
    return labels.row_name(row)


@bp.get("/nhat-ky")
@requires(Permission.AUDIT_EVENT_READ)
def audit() -> Response:
    """The log, newest first, as sentences."""
    form = AuditFilter(request.args)
    form.validate()
    wanted = EventFilter(name=form.ten.data or "", group=form.nhom.data or "", first=form.tu.data, last=form.den.data)
    where = paging(queries.count_seen(current_user, wanted))
    entries = queries.events_seen(current_user, wanted, offset=where.offset, limit=where.size)
    lines = [(entry, sentence_for(SENTENCES, entry.event.key, entry.event.facts)) for entry in entries]
    filtered = bool(wanted.name or wanted.group or wanted.first or wanted.last)
    return page("reports/audit.html", form=form, lines=lines, paging=where, filtered=filtered)


@bp.get("/he-thong")
@requires(Permission.PLATFORM_SYSTEM_READ)
def system() -> Response:
    """How the system is: what was checked, the queue of background work, whether the figures are proven."""
    found = health.look(clock.now())
    return page("reports/system.html", health=found, proof=found.proof, checks=plan.last_checks(), labels=labels)
