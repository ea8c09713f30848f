"""A closed period as a report: the same rows and sums, out of what was kept, as published or at a later stage."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from flask import abort

from lms.plan.periods import queries as reading
from lms.plan.periods import rules as stages
from lms.plan.periods.models import ClosedPeriod, PeriodErratum
from lms.platform.access import Actor, Permission
from lms.platform.columns import FOREVER
from lms.platform.forms import row_id
from lms.reports import rules
from lms.reports.queries import Compliance, PlanFacts, RequirementFacts, View
from lms.reports.rules import Figures, Place, Row, Structure, Tree


class Shown:
    """A period with its units and requirements as they were called, seen from one of its units."""

    def __init__(self, period: ClosedPeriod, place: Place | None = None) -> None:
        """Read units and requirements; `place` None: all that was closed."""
        self.period = period
        self.tree = Tree(Place(**vars(unit)) for unit in reading.units_of(period.id))
        self.place = place or self.tree.places.get(period.unit_id)

    @cached_property
    def requirements(self) -> tuple[RequirementFacts, ...]:
        """As they were called, in the order of reports."""
        return tuple(_requirement(number, facts) for number, facts in reading.requirements_of(self.period.id))

    @cached_property
    def errata(self) -> list[PeriodErratum]:
        """Issued so far, in order."""
        return reading.errata_of(self.period.id)

    @property
    def is_all(self) -> bool:
        """Whether everything that was closed is shown."""
        return self.place is None or self.place.unit_id == self.period.unit_id

    @cached_property
    def unit_ids(self) -> frozenset[int] | None:
        """The units shown; None for every one."""
        if self.is_all:
            return None
        place = self.place
        assert place is not None
        return frozenset(self._under(place.unit_id))

    def _under(self, unit_id: int) -> Iterable[int]:
        yield unit_id
        for child in self.tree.children.get(unit_id, ()):
            yield from self._under(child.unit_id)

    @property
    def options(self) -> list[Place]:
        """The units that have a row of their own."""
        return list(rules.layout(self.tree, self._scope).units)

    @property
    def _scope(self) -> int | None:
        if self.place is None or (self.is_all and self.period.is_whole):
            return None
        return self.place.unit_id

    def report(self, stage: int) -> Compliance:
        """The figures of a stage: 0 as published, n with the errata up to n, −1 as known now."""
        period, units = self.period, self.unit_ids
        cells = [cell for cell in reading.cells_of(period.id, stage) if units is None or cell[0] in units]
        persons = {u: n for u, n in reading.persons_of(period.id, stage).items() if units is None or u in units}
        rows, by_requirement, total = rules.roll_up(self.tree, self._scope, cells, persons)
        plan = PlanFacts(
            period.plan_id, period.plan_code, period.plan_number, period.plan_title, period.plan_issuer,
            period.plan_issued_on,
        )  # fmt: skip
        view = View(period.as_of, Structure.CURRENT, period.as_of, None, None, self.tree)
        return Compliance(
            plan=plan, requirements=self.requirements, view=view, place=self.place, is_whole=self._scope is None,
            rows=tuple(rows), by_requirement=by_requirement, total=total,
        )  # fmt: skip

    def name_of(self, unit_id: int | None) -> str:
        """What a unit was called."""
        if unit_id is None:
            return ""
        place = self.tree.places.get(unit_id)
        return place.name if place else "Đơn vị không có trong cơ cấu của ngày chốt"


def _requirement(number: int, facts: dict[str, Any]) -> RequirementFacts:
    return RequirementFacts(
        id=number,
        code=facts["ma"],
        clause=facts["nhiem_vu"],
        title=facts["ten"],
        short_title=facts["ten_ngan"],
        target=None if facts["muc_tieu"] is None else Decimal(facts["muc_tieu"]),
        is_example=facts["vi_du"],
        from_on=date.fromisoformat(facts["tu"]),
        to_on=FOREVER if facts["den"] is None else date.fromisoformat(facts["den"]),
    )


# Who sees what --------------------------------------------------------------------------------------------------------


def seen(actor: Actor, period: ClosedPeriod, wanted: str = "") -> Shown:
    """A period from the first of the visitor's units in it, or the one asked for; 404 for any other."""
    whole = Shown(period)
    allowed = places_of(actor, whole)
    if not allowed:
        abort(404)
    if not wanted:
        return _from(whole, allowed[0])
    try:
        place = whole.tree.places.get(row_id(wanted))
    except ValueError:
        abort(404)
    inside = {one.unit_id for one in allowed}
    if place is None or not any(above.unit_id in inside for above in whole.tree.above(place.unit_id)):
        abort(404)
    return _from(whole, place)


def _from(whole: Shown, place: Place) -> Shown:
    whole.place = place
    return whole


def places_of(actor: Actor, shown: Shown) -> list[Place]:
    """The topmost units of a period that the visitor may read."""
    roots = actor.roots(Permission.REPORTS_COMPLIANCE_READ)
    base = shown.period.unit_id
    if any(above.unit_id in roots for above in shown.tree.above(base)):
        return [shown.tree.places[base]]
    found = shown.tree.topmost(roots)
    if shown.period.is_whole:
        return found
    return [place for place in found if any(above.unit_id == base for above in shown.tree.above(place.unit_id))]


def may_close(actor: Actor, shown: Shown) -> bool:
    """Whether the visitor may issue errata to a period: who could close it."""
    roots = actor.roots(Permission.PLAN_PERIOD_CLOSE)
    return any(above.unit_id in roots for above in shown.tree.above(shown.period.unit_id))


# Side by side ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One row of a report at every stage that is shown."""

    row: Row
    figures: tuple[Figures, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no stage counts anybody."""
        return all(one.is_empty for one in self.figures)


def side_by_side(reports: list[Compliance]) -> list[Line]:
    """The rows of the reports set beside each other; a row that one of them has not reads nothing there."""
    order: dict[tuple[str, int | None], Row] = {}
    for report in reports:
        for row in report.rows:
            order.setdefault(_key(row), row)
    by_key = [{_key(row): row.figures for row in report.rows} for report in reports]
    return [Line(row, tuple(found.get(key, Figures()) for found in by_key)) for key, row in order.items()]


def _key(row: Row) -> tuple[str, int | None]:
    return row.part.value, row.place.unit_id if row.place else None


def shown_stages(shown: Shown) -> list[int]:
    """The stages that are set side by side: as published, after the last erratum, as known at the last comparison."""
    last = [shown.errata[-1].number] if shown.errata else []
    now = [stages.NOW] if shown.period.compared_at is not None else []
    return [stages.BASIS, *last, *now]
