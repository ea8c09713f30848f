"""The people behind a closed figure, as published."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from lms.plan.periods.models import ClosedDuty, ClosedPerson
from lms.platform import vietnamese
from lms.platform.db import db

FIGURES: dict[str, Callable[[date], sa.ColumnElement[bool]]] = {
    "required": lambda day: ClosedDuty.kind < 2,
    "completed": lambda day: sa.and_(ClosedDuty.kind < 2, ClosedDuty.fulfilled_on <= day),
    "on_time": lambda day: sa.and_(
        ClosedDuty.kind < 2, ClosedDuty.fulfilled_on <= day, ClosedDuty.fulfilled_on <= ClosedDuty.due_on
    ),
    "late": lambda day: sa.and_(
        ClosedDuty.kind < 2, ClosedDuty.fulfilled_on <= day, ClosedDuty.fulfilled_on > ClosedDuty.due_on
    ),
    "in_progress": lambda day: sa.and_(
        ClosedDuty.kind < 2, ClosedDuty.fulfilled_on > day, ClosedDuty.started_on <= day
    ),
    "not_started": lambda day: sa.and_(ClosedDuty.kind < 2, ClosedDuty.fulfilled_on > day, ClosedDuty.started_on > day),
    "overdue": lambda day: sa.and_(ClosedDuty.kind == 0, ClosedDuty.fulfilled_on > day, ClosedDuty.due_on < day),
    "paused": lambda day: sa.and_(ClosedDuty.kind == 1, ClosedDuty.fulfilled_on > day),
    "waived": lambda day: ClosedDuty.kind == 2,
}
"""Figure → which of the closed duties it counts."""


@dataclass(frozen=True)
class PersonLine:
    """One closed duty of one person."""

    person_id: int
    name: str
    masked_id: str
    title: str
    department: str
    unit_id: int
    requirement_id: int
    cycle: int
    kind: int
    due_on: date
    started_on: date
    fulfilled_on: date
    evidence: str


@dataclass(frozen=True)
class Wanted:
    """Which closed duties are meant."""

    period_id: int
    day: date
    figure: str = "required"
    unit_ids: Collection[int] | None = None
    """None: every unit."""
    requirement_id: int | None = None
    search: str = ""


def _chosen(wanted: Wanted, statement: Any) -> Any:
    found = (
        statement.select_from(ClosedDuty)
        .join(
            ClosedPerson,
            sa.and_(ClosedPerson.period_id == ClosedDuty.period_id, ClosedPerson.person_id == ClosedDuty.person_id),
        )
        .where(ClosedDuty.period_id == wanted.period_id, FIGURES[wanted.figure](wanted.day))
    )
    if wanted.unit_ids is not None:
        found = found.where(ClosedDuty.unit_id.in_(sorted(wanted.unit_ids)))
    if wanted.requirement_id is not None:
        found = found.where(ClosedDuty.requirement_id == wanted.requirement_id)
    for word in vietnamese.fold(wanted.search).split():
        found = found.where(ClosedPerson.search_key.contains(word, autoescape=True))
    return found


def count_people(wanted: Wanted) -> tuple[int, int]:
    """How many duties and how many distinct people are meant."""
    columns = sa.func.count(), sa.func.count(ClosedDuty.person_id.distinct())
    row = db.session.execute(_chosen(wanted, sa.select(*columns))).one()
    return int(row[0]), int(row[1])


def _lines(wanted: Wanted) -> Any:
    columns = (
        ClosedDuty.person_id, ClosedPerson.full_name, ClosedPerson.personal_id, ClosedPerson.title,
        ClosedPerson.department, ClosedDuty.unit_id, ClosedDuty.requirement_id, ClosedDuty.cycle, ClosedDuty.kind,
        ClosedDuty.due_on, ClosedDuty.started_on, ClosedDuty.fulfilled_on, ClosedDuty.evidence,
    )  # fmt: skip
    return _chosen(wanted, sa.select(*columns)).order_by(
        ClosedPerson.sort_name, ClosedPerson.person_id, ClosedDuty.number
    )


def people(wanted: Wanted, *, offset: int, limit: int) -> list[PersonLine]:
    """A page of the list, by name."""
    return [_line(row) for row in db.session.execute(_lines(wanted).offset(offset).limit(limit))]


def people_stream(wanted: Wanted) -> Iterator[PersonLine]:
    """The whole list, by name, without holding it in memory."""
    for row in db.session.execute(_lines(wanted).execution_options(yield_per=2000)):
        yield _line(row)


def _line(row: Any) -> PersonLine:
    return PersonLine(row[0], row[1], vietnamese.masked_id(row[2]), *row[3:])
