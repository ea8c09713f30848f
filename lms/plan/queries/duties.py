"""What one person must do, on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from lms.learning.models import Completion
from lms.plan.models import Clause, Cycle, Obligation, Plan, Requirement, RequirementCourse, Segment
from lms.plan.rules import FOREVER, State, state_on
from lms.platform.db import db

URGENCY = {
    State.OVERDUE: 0,
    State.IN_PROGRESS: 1,
    State.NOT_STARTED: 1,
    State.PAUSED: 2,
    State.COMPLETED_LATE: 3,
    State.COMPLETED: 3,
    State.WAIVED: 4,
    State.ENDED: 5,
}


@dataclass(frozen=True)
class Duty:
    """An obligation as its person sees it."""

    obligation_id: int
    requirement_id: int
    requirement_title: str
    requirement_short_title: str
    rule: str
    course_ids: tuple[int, ...]
    """In the order in which the plan lists them; empty for an hours rule."""
    done_course_ids: frozenset[int]
    """Those of them that were validly completed."""
    hours_needed: Decimal | None
    hours_done: Decimal
    content_group: str
    cycle: int
    """The year of a yearly duty, 0 of a single one."""
    opened_on: date
    closes_on: date
    due_on: date
    started_on: date
    fulfilled_on: date
    """FOREVER while it is not fulfilled."""
    state: State
    plan_code: str
    plan_number: str
    clause_number: str

    @property
    def is_fulfilled(self) -> bool:
        """Whether the rule has become true."""
        return self.fulfilled_on < FOREVER

    @property
    def next_course_id(self) -> int | None:
        """The first listed course that is not done yet; None when nothing is left, or for an hours rule."""
        if self.is_fulfilled:
            return None
        return next((course for course in self.course_ids if course not in self.done_course_ids), None)


def counts_since() -> Any:
    """The first day on which a completion counts; the same rule as `rules.valid_window`."""
    return sa.case(
        (Obligation.cycle != 0, Cycle.opens_on),
        (Requirement.accept_before_days.is_(None), sa.literal(date.min, Cycle.opens_on.type)),
        else_=Obligation.opened_on - Requirement.accept_before_days,
    )


def counts_until() -> Any:
    """The day from which a completion counts no more."""
    return sa.case((Obligation.cycle != 0, Cycle.closes_on), else_=Obligation.closes_on)


def _counting() -> tuple[Any, ...]:
    """Conditions on a completion that counts for the obligation."""
    return (
        Completion.person_id == Obligation.person_id,
        Completion.voided_at.is_(None),
        Completion.completed_on >= counts_since(),
        Completion.completed_on < counts_until(),
    )


@lru_cache(maxsize=1)
def _rows() -> Any:
    """The statement, built once; `today` and `person_id` are bound when it runs."""
    today = sa.bindparam("today", type_=Obligation.opened_on.type)
    hours_done = (
        sa.select(sa.func.sum(Completion.hours))
        .where(
            *_counting(),
            Requirement.rule == "hours",
            sa.or_(Requirement.content_group == "", Completion.content_group == Requirement.content_group),
        )
        .correlate(Obligation, Requirement, Cycle)
        .scalar_subquery()
    )
    is_done = (
        sa.exists()
        .where(*_counting(), Completion.course_id == RequirementCourse.course_id)
        .correlate(Obligation, Requirement, Cycle, RequirementCourse)
    )
    return (
        sa.select(
            Obligation.id,
            Obligation.requirement_id,
            Obligation.cycle,
            Obligation.opened_on,
            Obligation.closes_on,
            Obligation.due_on,
            Obligation.started_on,
            Obligation.fulfilled_on,
            Requirement.title,
            Requirement.short_title,
            Requirement.rule,
            Requirement.hours_needed,
            Requirement.content_group,
            Plan.code.label("plan_code"),
            Plan.number.label("plan_number"),
            Clause.number.label("clause_number"),
            RequirementCourse.course_id,
            is_done.label("is_done"),
            hours_done.label("hours_done"),
            Segment.kind,
        )
        .join(Requirement, Requirement.id == Obligation.requirement_id)
        .join(Clause, Clause.id == Requirement.clause_id)
        .join(Plan, Plan.id == Requirement.plan_id)
        .join(Cycle, sa.and_(Cycle.requirement_id == Obligation.requirement_id, Cycle.cycle == Obligation.cycle))
        .outerjoin(RequirementCourse, RequirementCourse.requirement_id == Requirement.id)
        .outerjoin(
            Segment,
            sa.and_(
                Segment.person_id == Obligation.person_id,
                Segment.requirement_id == Obligation.requirement_id,
                Segment.cycle == Obligation.cycle,
                Segment.from_on <= today,
                Segment.to_on > today,
            ),
        )
        .where(Obligation.person_id == sa.bindparam("person_id"))
        .order_by(Requirement.place, Requirement.id, Obligation.cycle, RequirementCourse.place)
    )


@lru_cache(maxsize=1)
def _open_rows() -> Any:
    today = sa.bindparam("today", type_=Obligation.opened_on.type)
    return _rows().where(Obligation.opened_on <= today, Obligation.closes_on > today)


def duties_of(person_id: int, today: date) -> list[Duty]:
    """What the person must do today, the most urgent first, done ones last; what has ended is left out."""
    rows = db.session.execute(_open_rows(), {"person_id": person_id, "today": today}).all()
    return sorted(_duties(rows, today), key=_urgency)


def all_duties_of(person_id: int, today: date) -> list[Duty]:
    """Every obligation the person ever had or will have, the most urgent first, ended ones last."""
    rows = db.session.execute(_rows(), {"person_id": person_id, "today": today}).all()
    return sorted(_duties(rows, today), key=_urgency)


def _urgency(duty: Duty) -> tuple[int, date, int]:
    return URGENCY[duty.state], duty.due_on, duty.obligation_id


def _duties(rows: Iterable[Any], today: date) -> list[Duty]:
    """One duty from the rows of its courses."""
    grouped: dict[int, list[Any]] = {}
    for row in rows:
        grouped.setdefault(row.id, []).append(row)
    return [_duty(found, today) for found in grouped.values()]


def _duty(rows: list[Any], today: date) -> Duty:
    first = rows[0]
    # An outer join may meet two pieces of one day only if primary postings overlap, which their facts forbid.
    courses = tuple(dict.fromkeys(row.course_id for row in rows if row.course_id is not None))
    return Duty(
        obligation_id=first.id,
        requirement_id=first.requirement_id,
        requirement_title=first.title,
        requirement_short_title=first.short_title,
        rule=first.rule,
        course_ids=courses,
        done_course_ids=frozenset(row.course_id for row in rows if row.course_id is not None and row.is_done),
        hours_needed=first.hours_needed,
        hours_done=Decimal(str(first.hours_done or 0)),
        content_group=first.content_group,
        cycle=first.cycle,
        opened_on=first.opened_on,
        closes_on=first.closes_on,
        due_on=first.due_on,
        started_on=first.started_on,
        fulfilled_on=first.fulfilled_on,
        state=state_on(
            today,
            closes_on=first.closes_on,
            due_on=first.due_on,
            started_on=first.started_on,
            fulfilled_on=first.fulfilled_on,
            kind=first.kind or 0,
        ),
        plan_code=first.plan_code,
        plan_number=first.plan_number,
        clause_number=first.clause_number,
    )
