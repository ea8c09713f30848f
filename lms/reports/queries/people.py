"""The people behind a figure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from lms.organisation.models import Person, Posting, UnitName
from lms.plan.models import Obligation, Requirement, Segment
from lms.platform import vietnamese
from lms.platform.db import db
from lms.reports.queries.figures import FIGURES, Rows, Scope
from lms.reports.rules import State, state_on


@dataclass(frozen=True)
class PersonLine:
    """One obligation of one person, as it stands on the day."""

    person_id: int
    name: str
    masked_id: str
    title: str
    department: str
    unit: str
    former_unit: str
    requirement: str
    state: State
    due_on: date
    fulfilled_on: date | None
    obligation_id: int | None


def _chosen(scope: Scope, figure: str, search: str, statement: Rows) -> Rows:
    chosen = scope.joined(statement).where(*scope.holding(), FIGURES[figure](scope.day))
    for word in vietnamese.fold(search).split():
        chosen = chosen.where(Person.search_key.contains(word, autoescape=True))
    return chosen


def count_people(scope: Scope, figure: str, search: str = "") -> tuple[int, int]:
    """How many obligations and how many distinct people a figure counts."""
    statement = select(func.count(), func.count(Segment.person_id.distinct())).select_from(Segment)
    if search:
        statement = statement.join(Person, Person.id == Segment.person_id)
    row = db.session.execute(_chosen(scope, figure, search, statement)).one()
    return int(row[0]), int(row[1])


def people(scope: Scope, figure: str, search: str, *, offset: int, limit: int) -> list[PersonLine]:
    """A page of the list, by name."""
    statement = _lines(scope, figure, search).offset(offset).limit(limit)
    return [_line(row, scope.day) for row in db.session.execute(statement)]


def people_stream(scope: Scope, figure: str, search: str) -> Iterator[PersonLine]:
    """The whole list, by name, without holding it in memory."""
    for row in db.session.execute(_lines(scope, figure, search).execution_options(yield_per=2000)):
        yield _line(row, scope.day)


def _lines(scope: Scope, figure: str, search: str) -> Rows:
    day = scope.day
    former = aliased(UnitName)
    statement = (
        select(
            Person.id,
            Person.full_name,
            Person.personal_id,
            Posting.title,
            Posting.department,
            UnitName.name,
            (former.name if scope.reform_id is not None else UnitName.name).label("former"),
            Requirement.short_title,
            Segment.kind,
            Segment.due_on,
            Segment.started_on,
            Segment.fulfilled_on,
            Obligation.id.label("obligation_id"),
        )
        .select_from(Segment)
        .join(Person, Person.id == Segment.person_id)
        .join(Requirement, Requirement.id == Segment.requirement_id)
        .outerjoin(UnitName, and_(UnitName.unit_id == Segment.unit_id, UnitName.from_on <= day, UnitName.to_on > day))
        .outerjoin(
            Obligation,
            and_(
                Obligation.person_id == Segment.person_id,
                Obligation.requirement_id == Segment.requirement_id,
                Obligation.cycle == Segment.cycle,
            ),
        )
        .outerjoin(
            Posting,
            and_(
                Posting.person_id == Segment.person_id,
                Posting.unit_id == Segment.unit_id,
                Posting.is_primary,
                Posting.superseded_at.is_(None),
                Posting.from_on <= day,
                Posting.to_on > day,
            ),
        )
    )
    chosen = _chosen(scope, figure, search, statement)
    if scope.reform_id is not None:
        chosen = chosen.outerjoin(
            former,
            and_(former.unit_id == scope.unit, former.from_on <= scope.tree_day, former.to_on > scope.tree_day),
        )
    return chosen.order_by(Person.sort_name, Person.id, Requirement.place, Requirement.id)


def _line(row: Any, day: date) -> PersonLine:
    return PersonLine(
        person_id=row[0],
        name=row[1],
        masked_id=vietnamese.masked_id(row[2]),
        title=row[3] or "",
        department=row[4] or "",
        unit=row[5] or "",
        former_unit=row.former or "",
        requirement=row.short_title,
        state=state_on(day, kind=row.kind, due_on=row.due_on, started_on=row.started_on, fulfilled_on=row.fulfilled_on),
        due_on=row.due_on,
        fulfilled_on=row.fulfilled_on if row.fulfilled_on <= day else None,
        obligation_id=row.obligation_id,
    )
