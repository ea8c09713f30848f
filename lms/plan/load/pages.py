"""Units × quarters with the people who have too much, and one's own year ahead."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from flask import abort, current_app, request
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.organisation import queries as organisation
from lms.plan import queries
from lms.plan.load.blueprint import bp
from lms.plan.queries import load
from lms.plan.rules import State
from lms.platform import clock, vietnamese
from lms.platform.access import Permission, requires, signed_in
from lms.platform.documents.table import Column, Format, Table
from lms.platform.downloads import table_file
from lms.platform.forms import row_id
from lms.platform.pages import page

READ = Permission.PLAN_OBLIGATION_READ
MOST_NAMED = 20
MOST_UNITS = 15
"""Units shown at first, those with the most people over the limit; the rest on demand."""
AHEAD = timedelta(days=366)


@dataclass(frozen=True)
class Line:
    """A unit and what lies ahead for it, quarter by quarter; None where nothing does."""

    unit: organisation.UnitRow
    quarters: list[load.UnitLoad | None]
    is_whole: bool
    """Whether it is the unit that was asked for, all below it included."""


def limit() -> int:
    """The most minutes that a person should have in a quarter."""
    return int(current_app.config["LMS"].load_hours) * 60


def quarter_words(first: date) -> str:
    """A quarter by its first day."""
    return _("Quý %(n)s/%(year)s", n=("I", "II", "III", "IV")[(first.month - 1) // 3], year=first.year)


def _asked(today: date) -> organisation.UnitRow:
    """The unit that the address names, or the visitor's own."""
    wanted = request.args.get("don_vi", type=row_id)
    if wanted is None:
        roots = sorted(current_user.roots(READ))
        return organisation.unit_row(roots[0], today)
    return organisation.unit_row(organisation.unit_for(current_user, READ, wanted).id, today)


def _lines(unit: organisation.UnitRow, today: date) -> list[Line]:
    units = [unit, *organisation.children(unit.id, today)]
    found: dict[int, dict[int, load.UnitLoad]] = defaultdict(dict)
    for row in load.unit_loads(unit.id, [one.id for one in units], today, limit()):
        found[row.unit_id][row.quarter] = row
    lines = [
        Line(one, [found[one.id].get(n) for n in range(load.QUARTERS)], one is unit)
        for one in units
        if one is unit or found[one.id]
    ]
    return lines[:1] + sorted(lines[1:], key=lambda line: -max(row.over for row in line.quarters if row))


@bp.get("/khoi-luong-hoc")
@requires(READ)
def units() -> Response:
    """What lies ahead for a unit and those below it, and who has too much."""
    today = clock.today()
    unit = _asked(today)
    people, lines = load.heaviest(unit.id, today, limit(), MOST_NAMED), _lines(unit, today)
    shown = lines if request.args.get("tat-ca") else lines[: 1 + MOST_UNITS]
    return page(
        "plan/load.html",
        unit=unit,
        above=organisation.ancestors(unit.id, today),
        readable=organisation.readable_units(
            current_user, READ, [one.id for one in organisation.ancestors(unit.id, today)]
        ),
        lines=shown,
        units=len(lines) - 1,
        quarters=[quarter_words(first) for first in load.quarters_from(today)[:-1]],
        people=people,
        homes=organisation.units_of_people({row.person_id for row in people}, today),
        most_named=MOST_NAMED,
        limit=limit() // 60,
        hours=hours,
    )


def hours(minutes: float) -> str:
    """Minutes as hours with one decimal."""
    return vietnamese.number(minutes / 60, 1)


@bp.get("/khoi-luong-hoc/tep/<any(xlsx, csv):kind>")
@requires(READ)
def export(kind: str) -> Response:
    """The same table as a file: a row for each unit and quarter."""
    today = clock.today()
    unit = _asked(today)
    firsts = load.quarters_from(today)
    rows = (
        {
            "unit": line.unit.name, "quarter": quarter_words(firsts[n]), "people": row.people,
            "hours": round(row.minutes / 60, 1), "average": round(row.average / 60, 2), "over": row.over,
        }
        for line in _lines(unit, today)
        for n, row in enumerate(line.quarters)
        if row is not None
    )  # fmt: skip
    table = Table(
        title=f"Khối lượng học bắt buộc, {unit.name}",
        columns=(
            Column("unit", "Đơn vị", width=36),
            Column("quarter", "Quý", width=14),
            Column("people", "Người có việc phải học", Format.WHOLE, width=14),
            Column("hours", "Tổng số giờ", width=14),
            Column("average", "Giờ mỗi người", width=14),
            Column("over", f"Người trên {limit() // 60} giờ", Format.WHOLE, width=16),
        ),
        rows=rows,
        notes=(f"Tính ngày {vietnamese.short_day(today)}; việc quá hạn tính vào quý hiện tại.",),
    )
    return table_file(table, kind, f"khoi-luong-hoc.{kind}")


@bp.get("/toi/nam-hoc")
@signed_in
def year() -> Response:
    """One's own year ahead: what is due when, and how long it takes."""
    if current_user.person_id is None:
        abort(403)
    today = clock.today()
    open_states = (State.FUTURE, State.NOT_STARTED, State.IN_PROGRESS, State.OVERDUE, State.EXPIRED, State.PAUSED)
    duties = [
        duty
        for duty in queries.all_duties_of(int(current_user.person_id), today)
        if duty.state in open_states and not duty.is_fulfilled and duty.due_on < today + AHEAD
    ]
    whole = load.weights_of({duty.requirement_id for duty in duties}) if duties else {}
    weights = {duty.obligation_id: whole[duty.requirement_id].left(duty.hours_done) for duty in duties}
    duties.sort(key=lambda duty: (max(duty.due_on, today), duty.requirement_title))
    months: list[tuple[date, list[Any]]] = [
        (month, list(rows)) for month, rows in groupby(duties, key=lambda duty: max(duty.due_on, today).replace(day=1))
    ]
    return page(
        "plan/year.html",
        months=months,
        weights=weights,
        sums={month: load.joint(weights[duty.obligation_id] for duty in rows) for month, rows in months},
        total=load.joint(weights[duty.obligation_id] for duty in duties),
        today=today,
        hours=hours,
    )
