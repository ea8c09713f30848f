"""What each figure means in SQL, and the sums per unit × requirement, kept or counted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, union_all

from lms.organisation.models import FormerUnit, Posting, UnitClosure, UnitPlace
from lms.plan.models import Segment
from lms.plan.queries import Kept, kept_figures, kept_in_era
from lms.platform.db import db
from lms.reports.rules import Counted, Kind, Part

Condition = ColumnElement[bool]
Rows = Select[*tuple[Any, ...]]

FIGURES: dict[str, Callable[[date], Condition]] = {
    "required": lambda day: Segment.kind < Kind.WAIVED,
    "completed": lambda day: and_(Segment.kind < Kind.WAIVED, Segment.fulfilled_on <= day),
    "on_time": lambda day: and_(
        Segment.kind < Kind.WAIVED, Segment.fulfilled_on <= day, Segment.fulfilled_on <= Segment.due_on
    ),
    "late": lambda day: and_(
        Segment.kind < Kind.WAIVED, Segment.fulfilled_on <= day, Segment.fulfilled_on > Segment.due_on
    ),
    "in_progress": lambda day: and_(Segment.kind < Kind.WAIVED, Segment.fulfilled_on > day, Segment.started_on <= day),
    "not_started": lambda day: and_(Segment.kind < Kind.WAIVED, Segment.fulfilled_on > day, Segment.started_on > day),
    "unfinished": lambda day: and_(Segment.kind < Kind.WAIVED, Segment.fulfilled_on > day),
    "overdue": lambda day: and_(Segment.kind == Kind.COUNTS, Segment.fulfilled_on > day, Segment.due_on < day),
    "paused": lambda day: and_(Segment.kind == Kind.PAUSED, Segment.fulfilled_on > day),
    "waived": lambda day: Segment.kind == Kind.WAIVED,
}
"""Figure → which of the segments that hold on the day it counts. The sums and the lists of people share these."""

COUNTED = ("required", "completed", "late", "in_progress", "overdue", "paused", "waived")
"""Counted in SQL, and kept under the same names; the rest follows (rules.Figures)."""


@dataclass(frozen=True)
class Scope:
    """Whose figures: on which day, by which structure, of which part of it."""

    day: date
    tree_day: date
    """The day whose tree is read: the day itself, or the last day of the former structure."""
    reform_id: int | None
    """In the former structure: people are counted for the unit that this reform ended."""
    requirement_ids: tuple[int, ...]
    unit_id: int | None = None
    """None: the whole. Otherwise this unit with all that is under it."""
    part: Part = Part.UNIT
    own_ids: tuple[int, ...] = ()
    """For Part.OWN: the units whose own staff is meant."""

    @property
    def unit(self) -> ColumnElement[Any]:
        """The unit for which a segment is counted."""
        return FormerUnit.unit_id if self.reform_id is not None else Segment.unit_id  # type: ignore[return-value]

    def kept_unit(self, table: Kept) -> ColumnElement[Any]:
        """The unit for which kept figures are counted; none is 0 there."""
        return func.nullif(table.origin_id, 0) if self.reform_id is not None else table.unit_id  # type: ignore[return-value]

    def joined(self, statement: Rows) -> Rows:
        """Add the former unit, if people are counted for it."""
        if self.reform_id is None:
            return statement
        return statement.outerjoin(
            FormerUnit, and_(FormerUnit.person_id == Segment.person_id, FormerUnit.reform_id == self.reform_id)
        )

    def conditions(self) -> list[Condition]:
        """Segments of these requirements, in this part of the structure, whatever the day."""
        return [Segment.requirement_id.in_(self.requirement_ids), *self._part(self.unit)]

    def kept_conditions(self, table: Kept) -> list[Condition]:
        """The same for kept figures."""
        return [table.requirement_id.in_(self.requirement_ids), *self._part(self.kept_unit(table))]

    def _part(self, unit: ColumnElement[Any]) -> list[Condition]:
        found: list[Condition] = []
        if self.part is Part.OWN:
            found.append(unit.in_(self.own_ids))
        elif self.part is Part.NEVER:
            found.append(unit.is_(None))
        elif self.part is Part.ELSEWHERE:
            stood = select(UnitPlace.unit_id).where(UnitPlace.from_on <= self.tree_day, UnitPlace.to_on > self.tree_day)
            found.append(unit.not_in(stood))
        elif self.unit_id is not None:
            found.append(
                unit.in_(
                    select(UnitClosure.unit_id).where(
                        UnitClosure.ancestor_id == self.unit_id,
                        UnitClosure.from_on <= self.tree_day,
                        UnitClosure.to_on > self.tree_day,
                    )
                )
            )
        return found

    def holding(self) -> list[Condition]:
        """The conditions for segments that hold on the day."""
        return [*self.conditions(), Segment.from_on <= self.day, Segment.to_on > self.day]


def per_unit(scope: Scope) -> list[Counted]:
    """The figures per unit × requirement: out of the kept ones, or counted where none are kept."""
    return kept_per_unit(scope) or counted_per_unit(scope)


def kept_per_unit(scope: Scope) -> list[Counted]:
    """The figures per unit × requirement out of the kept ones; nothing where none are kept."""
    if not may_be_kept(scope):
        return []
    parts = kept_figures(
        scope.day,
        lambda table: [
            scope.kept_unit(table).label("unit_id"),
            table.requirement_id,
            *(getattr(table, name) for name in COUNTED),
        ],
        scope.kept_conditions,
    )
    cells = union_all(*parts).subquery()
    sums = [func.sum(cells.c[name]) for name in COUNTED]
    rows = db.session.execute(
        select(cells.c.unit_id, cells.c.requirement_id, *sums)
        .group_by(cells.c.unit_id, cells.c.requirement_id)
        .having(or_(func.sum(cells.c.required) != 0, func.sum(cells.c.waived) != 0))
    ).all()
    return [(row[0], row[1], tuple(row[2:])) for row in rows]


def may_be_kept(scope: Scope) -> bool:
    """Whether kept figures, if there are any, speak of the former structure that is asked for."""
    return scope.reform_id is None or kept_in_era(scope.day, scope.reform_id)


def counted_per_unit(scope: Scope) -> list[Counted]:
    """The figures per unit × requirement, in one statement that the covering index answers."""
    columns = [func.count().filter(FIGURES[name](scope.day)) for name in COUNTED]
    statement = scope.joined(select(scope.unit, Segment.requirement_id, *columns).select_from(Segment))
    rows = db.session.execute(statement.where(*scope.holding()).group_by(Segment.requirement_id, scope.unit)).all()
    return [(row[0], row[1], tuple(row[2:])) for row in rows]


def persons_per_unit(scope: Scope) -> dict[int | None, int]:
    """Distinct people who must study, per unit; nobody is in two units on one day, so these may be added up."""
    if scope.unit_id is None and scope.part is Part.UNIT:
        return _posted_persons(scope)
    statement = scope.joined(select(scope.unit.label("unit_id"), Segment.person_id).select_from(Segment))
    heads = statement.where(*scope.holding(), FIGURES["required"](scope.day)).distinct().subquery()
    rows = db.session.execute(select(heads.c.unit_id, func.count()).group_by(heads.c.unit_id)).all()
    return {row[0]: row[1] for row in rows}


def _posted_persons(scope: Scope) -> dict[int | None, int]:
    """The same for everybody, from the primary postings of the day.

    A segment lies within a primary posting, so asking for each posting whether there is one comes to the same as
    making the segments distinct, in a third of the time.
    """
    day = scope.day
    must_study = exists(
        select(Segment.id).where(
            Segment.person_id == Posting.person_id,
            Segment.unit_id == Posting.unit_id,
            *scope.holding(),
            FIGURES["required"](day),
        )
    )
    unit = Posting.unit_id if scope.reform_id is None else FormerUnit.unit_id
    statement = select(unit, func.count()).select_from(Posting)
    if scope.reform_id is not None:
        statement = statement.outerjoin(
            FormerUnit, and_(FormerUnit.person_id == Posting.person_id, FormerUnit.reform_id == scope.reform_id)
        )
    rows = db.session.execute(
        statement.where(
            Posting.is_primary, Posting.superseded_at.is_(None), Posting.from_on <= day, Posting.to_on > day, must_study
        ).group_by(unit)
    ).all()
    return {row[0]: row[1] for row in rows}
