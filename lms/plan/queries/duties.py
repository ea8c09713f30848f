"""What one person must do, on a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from lms.catalogue.models import CourseVersion
from lms.plan import rules
from lms.plan.models import Clause, CourseEquivalent, Cycle, Obligation, Plan, Requirement, RequirementCourse
from lms.plan.queries.facts import completion_facts, equivalents_of
from lms.plan.queries.standing import COLUMNS, TODAY, state_of, with_standing
from lms.plan.rules import FOREVER, State
from lms.plan.rules.states import WAIVED
from lms.platform.db import db

URGENCY = {
    State.OVERDUE: 0,
    State.EXPIRED: 0,
    State.IN_PROGRESS: 1,
    State.NOT_STARTED: 1,
    State.PAUSED: 2,
    State.EXPIRING: 3,
    State.VALID: 3,
    State.COMPLETED_LATE: 3,
    State.COMPLETED: 3,
    State.WAIVED: 4,
    State.FUTURE: 5,
    State.ENDED: 6,
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
    """Those of them that were validly completed, themselves or by an equivalent."""
    hours_needed: Decimal | None
    hours_done: Decimal
    content_group: str
    cycle: int
    """The year of a yearly duty; for one that comes again 0 at first, then 1, 2 …; 0 of a single one."""
    repeat_months: int | None
    """How long a fulfilment is valid; None: for ever."""
    opened_on: date
    closes_on: date
    due_on: date
    started_on: date
    fulfilled_on: date
    """FOREVER while it is not fulfilled."""
    valid_until: date
    """The last day on which the fulfilment is valid; FOREVER while there is none, or if it never ends."""
    state: State
    plan_code: str
    plan_number: str
    clause_number: str

    @property
    def is_fulfilled(self) -> bool:
        """Whether the rule has become true."""
        return self.fulfilled_on < FOREVER

    @property
    def is_renewal(self) -> bool:
        """Whether it renews what was fulfilled before."""
        return self.repeat_months is not None and self.cycle > 0

    @property
    def next_course_id(self) -> int | None:
        """The first listed course that is not done yet; None when nothing is left, or for an hours rule."""
        if self.is_fulfilled:
            return None
        return next((course for course in self.course_ids if course not in self.done_course_ids), None)


@lru_cache(maxsize=1)
def _rows() -> Any:
    """The statement, built once; `today` and `person_id` are bound when it runs."""
    has_equivalents = sa.exists().where(CourseEquivalent.requirement_id == Requirement.id)
    wanted = sa.select(
        Obligation.id,
        Obligation.requirement_id,
        *COLUMNS,
        Requirement.title,
        Requirement.short_title,
        Requirement.rule,
        Requirement.hours_needed,
        Requirement.content_group,
        Requirement.accept_before_days,
        Requirement.late_days,
        Cycle.opens_on.label("window_opens_on"),
        Cycle.closes_on.label("window_closes_on"),
        has_equivalents.label("has_equivalents"),
        Plan.code.label("plan_code"),
        Plan.number.label("plan_number"),
        Clause.number.label("clause_number"),
        RequirementCourse.course_id,
        RequirementCourse.min_version,
    ).select_from(Obligation)
    wanted = wanted.join(Requirement, Requirement.id == Obligation.requirement_id)
    return (
        with_standing(wanted)
        .join(Clause, Clause.id == Requirement.clause_id)
        .join(Plan, Plan.id == Requirement.plan_id)
        .outerjoin(RequirementCourse, RequirementCourse.requirement_id == Requirement.id)
        .where(Obligation.person_id == sa.bindparam("person_id"))
        .order_by(Requirement.place, Requirement.id, Obligation.cycle, RequirementCourse.place)
    )


@lru_cache(maxsize=1)
def _open_rows() -> Any:
    return _rows().where(Obligation.opened_on <= TODAY, Obligation.closes_on > TODAY)


def duties_of(person_id: int, today: date) -> list[Duty]:
    """What the person must do today, the most urgent first, done ones last; what has ended is left out."""
    rows = db.session.execute(_open_rows(), {"person_id": person_id, "today": today}).all()
    return sorted(_duties(person_id, rows, today), key=_urgency)


def all_duties_of(person_id: int, today: date) -> list[Duty]:
    """Every obligation the person ever had or will have, the most urgent first, ended ones last."""
    rows = db.session.execute(_rows(), {"person_id": person_id, "today": today}).all()
    return sorted(_duties(person_id, rows, today), key=_urgency)


def asks_for(person_id: int, course_id: int, version_id: int | None, on: date) -> bool:
    """Whether a duty of the person that is still open would come further by one more completion of a course that day.

    What was completed before does not help a renewal, nor a duty that takes recent results or a later version only.
    Hours do not ask for the same course twice.
    """
    version = db.session.scalar(sa.select(CourseVersion.number).where(CourseVersion.id == version_id))
    grouped: dict[int, list[Any]] = {}
    for row in db.session.execute(_rows(), {"person_id": person_id, "today": on}):
        if row.fulfilled_on == FOREVER and row.rule != "hours" and row.kind != WAIVED:
            grouped.setdefault(row.id, []).append(row)
    if not grouped:
        return False
    before = completion_facts(person_id)
    after = (*before, rules.CompletionFact(course_id, on, version=version))
    equivalents = equivalents_of({row[0].requirement_id for row in grouped.values() if row[0].has_equivalents})
    wanted = [_counted(rows, equivalents) for rows in grouped.values()]
    return any(rules.progress_of(**w, completions=after) != rules.progress_of(**w, completions=before) for w in wanted)


def _urgency(duty: Duty) -> tuple[int, date, int]:
    return URGENCY[duty.state], duty.due_on, duty.obligation_id


def _duties(person_id: int, rows: Iterable[Any], today: date) -> list[Duty]:
    """One duty from the rows of its courses, with what counts for it by the rule of the derivation itself."""
    grouped: dict[int, list[Any]] = {}
    for row in rows:
        grouped.setdefault(row.id, []).append(row)
    if not grouped:
        return []
    completions = completion_facts(person_id)
    equivalents = equivalents_of({row[0].requirement_id for row in grouped.values() if row[0].has_equivalents})
    return [
        _duty(found, rules.progress_of(**_counted(found, equivalents), completions=completions), today)
        for found in grouped.values()
    ]


def _counted(rows: Sequence[Any], equivalents: dict[int, tuple[rules.EquivalentFact, ...]]) -> dict[str, Any]:
    """What the rule must know of an obligation to say which completions count for it."""
    first = rows[0]
    since, until = rules.valid_window(
        cycle=first.cycle,
        cycle_opens_on=first.window_opens_on,
        cycle_closes_on=first.window_closes_on,
        accept_before_days=first.accept_before_days,
        opened_on=first.opened_on,
        closes_on=first.closes_on,
        late_days=first.late_days,
        repeat_months=first.repeat_months,
    )
    pinned = {row.course_id: row.min_version for row in rows if row.min_version is not None}
    return {
        "rule": first.rule,
        "course_ids": _courses(rows),
        "min_versions": tuple(pinned.items()),
        "equivalents": equivalents.get(first.requirement_id, ()),
        "content_group": first.content_group,
        "since": since,
        "until": until,
        "yearly": first.cycle != 0,
    }


def _courses(rows: Sequence[Any]) -> tuple[int, ...]:
    # An outer join may meet two pieces of one day only if primary postings overlap, which their facts forbid.
    return tuple(dict.fromkeys(row.course_id for row in rows if row.course_id is not None))


def _duty(rows: Sequence[Any], progress: rules.Progress, today: date) -> Duty:
    first = rows[0]
    return Duty(
        obligation_id=first.id,
        requirement_id=first.requirement_id,
        requirement_title=first.title,
        requirement_short_title=first.short_title,
        rule=first.rule,
        course_ids=_courses(rows),
        done_course_ids=progress.course_ids,
        hours_needed=first.hours_needed,
        hours_done=progress.hours,
        content_group=first.content_group,
        cycle=first.cycle,
        repeat_months=first.repeat_months,
        opened_on=first.opened_on,
        closes_on=first.closes_on,
        due_on=first.due_on,
        started_on=first.started_on,
        fulfilled_on=first.fulfilled_on,
        valid_until=first.valid_until,
        state=state_of(first, today),
        plan_code=first.plan_code,
        plan_number=first.plan_number,
        clause_number=first.clause_number,
    )
