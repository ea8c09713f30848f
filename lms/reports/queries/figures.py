"""What each figure means in SQL, and the sums per unit × requirement, kept or counted."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union_all

from lms.organisation.models import FormerUnit, UnitClosure, UnitPlace
from lms.plan.models import Requirement, Segment
from lms.plan.queries import FigureFormer, Kept, group_of, kept_figures, kept_groups, kept_reform, own_group
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
        """The unit for which kept figures are counted."""
        return FigureFormer.unit_id if self.reform_id is not None else table.unit_id  # type: ignore[return-value]

    def kept_joined(self, rows: Rows, table: Kept) -> Rows:
        """Add the former unit to kept figures, if people are counted for it."""
        return rows if self.reform_id is None else with_former(rows, table, self.reform_id)

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

    def kept_conditions(self, table: Kept, *more: int) -> list[Condition]:
        """The same for kept figures, and of `more` groups."""
        return [table.requirement_id.in_((*self.requirement_ids, *more)), *self._part(self.kept_unit(table))]

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


def with_former(rows: Rows, table: Kept, reform_id: int) -> Rows:
    """Add to kept figures the unit of their people before a reform."""
    return rows.outerjoin(
        FigureFormer, and_(FigureFormer.lineage_id == table.lineage_id, FigureFormer.reform_id == reform_id)
    )


@dataclass(frozen=True)
class Counts:
    """Figures per unit × requirement, and the distinct people who must study."""

    cells: list[Counted]
    persons: dict[int | None, int]
    """Unit → people who have any of the requirements; nobody is in two units on one day, so these may be added up."""
    doubled: dict[tuple[int | None, int], int]
    """(unit, requirement) → people, for requirements that a person may have twice on a day; else people are duties."""


def per_unit(scope: Scope) -> Counts:
    """The figures per unit: out of the kept ones, or counted where none are kept."""
    return kept_per_unit(scope) or counted_per_unit(scope)


def kept_per_unit(scope: Scope) -> Counts | None:
    """The figures per unit out of the kept ones, in one statement; None where none are kept."""
    if not may_be_kept(scope):
        return None
    groups = Groups.kept(scope.requirement_ids)
    if not groups.are_kept:
        return None
    parts = kept_figures(
        scope.day,
        lambda table: [
            scope.kept_unit(table).label("unit_id"),
            table.requirement_id,
            *(getattr(table, name) for name in COUNTED),
        ],
        lambda table: scope.kept_conditions(table, *groups.ids),
        scope.kept_joined,
    )
    kept = union_all(*parts).subquery()
    sums = [func.sum(kept.c[name]) for name in COUNTED]
    rows = db.session.execute(
        select(kept.c.unit_id, kept.c.requirement_id, *sums)
        .group_by(kept.c.unit_id, kept.c.requirement_id)
        .having(or_(func.sum(kept.c.required) != 0, func.sum(kept.c.waived) != 0))
    ).all()
    if not rows:
        return None
    cells: list[Counted] = [(row[0], row[1], tuple(row[2:])) for row in rows if row[1] > 0]
    heads = [(row[0], row[1], row[2]) for row in rows if row[1] < 0]
    persons = {unit: number for unit, group, number in heads if group == groups.whole}
    if groups.whole is None:
        persons = persons_per_unit(scope)
    doubled = {(unit, groups.own[group]): number for unit, group, number in heads if group in groups.own}
    return Counts(cells, persons, doubled)


def kept_persons(scope: Scope) -> dict[int | None, int]:
    """Distinct people per unit alone, out of the kept figures."""
    whole = Groups.kept(scope.requirement_ids).whole
    if whole is None or not may_be_kept(scope):
        return {}
    parts = kept_figures(
        scope.day,
        lambda table: [scope.kept_unit(table).label("unit_id"), table.required.label("required")],
        lambda table: replace(scope, requirement_ids=(whole,)).kept_conditions(table),
        scope.kept_joined,
    )
    kept = union_all(*parts).subquery()
    rows = db.session.execute(select(kept.c.unit_id, func.sum(kept.c.required)).group_by(kept.c.unit_id)).all()
    return {row[0]: int(row[1]) for row in rows if row[1]}


@dataclass(frozen=True)
class Groups:
    """Under which ids the distinct people of some requirements are kept."""

    whole: int | None
    """Of all of them together; None: not kept, they are just some requirements."""
    own: dict[int, int]
    """Group → the requirement that a person may have twice on a day."""
    are_kept: bool = True
    """Whether any group is: without one no figures were ever made."""

    @property
    def ids(self) -> list[int]:
        """All of them."""
        return [*self.own, *([] if self.whole is None else [self.whole])]

    @classmethod
    def kept(cls, requirement_ids: Collection[int]) -> "Groups":
        """What is kept of these requirements."""
        known = kept_groups()
        own = {own_group(requirement): requirement for requirement in requirement_ids}
        return cls(
            group_of(known, requirement_ids), {group: own[group] for group in own if group in known}, bool(known)
        )


def may_be_kept(scope: Scope) -> bool:
    """Whether kept figures, if there are any, speak of the former structure that is asked for."""
    return scope.reform_id is None or kept_reform(scope.reform_id)


def counted_per_unit(scope: Scope) -> Counts:
    """The same counted from segments: the figures in one statement that the covering index answers."""
    columns = [func.count().filter(FIGURES[name](scope.day)) for name in COUNTED]
    statement = scope.joined(select(scope.unit, Segment.requirement_id, *columns).select_from(Segment))
    rows = db.session.execute(statement.where(*scope.holding()).group_by(Segment.requirement_id, scope.unit)).all()
    return Counts([(row[0], row[1], tuple(row[2:])) for row in rows], persons_per_unit(scope), _doubled(scope))


def persons_per_unit(scope: Scope) -> dict[int | None, int]:
    """Distinct people who must study, per unit, counted from segments."""
    statement = scope.joined(select(scope.unit.label("unit_id"), Segment.person_id).select_from(Segment))
    heads = statement.where(*scope.holding(), FIGURES["required"](scope.day)).distinct().subquery()
    rows = db.session.execute(select(heads.c.unit_id, func.count()).group_by(heads.c.unit_id)).all()
    return {row[0]: row[1] for row in rows}


def _doubled(scope: Scope) -> dict[tuple[int | None, int], int]:
    """Distinct people per unit × requirement, of requirements whose years overlap."""
    overlapping = select(Requirement.id).where(Requirement.late_days > 0)
    statement = scope.joined(
        select(scope.unit, Segment.requirement_id, func.count(Segment.person_id.distinct())).select_from(Segment)
    )
    rows = db.session.execute(
        statement.where(
            *scope.holding(), FIGURES["required"](scope.day), Segment.requirement_id.in_(overlapping)
        ).group_by(Segment.requirement_id, scope.unit)
    ).all()
    return {(row[0], row[1]): row[2] for row in rows}
