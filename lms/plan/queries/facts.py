"""Facts as the pure rules want them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from lms.catalogue.models import CourseVersion
from lms.learning.models import Completion, Enrolment
from lms.organisation.models import Absence, Posting, Unit, UnitName, UnitPlace
from lms.plan import rules
from lms.plan.models import Audience, Cycle, Obligation, Requirement, RequirementCourse, Waiver
from lms.platform.db import db


@dataclass(frozen=True)
class TouchedObligation:
    """An obligation that an act of study can change, with what the rule needs."""

    obligation_id: int
    person_id: int
    requirement_id: int
    cycle: int
    rule: str
    course_ids: tuple[int, ...]
    hours_needed: Decimal | None
    content_group: str
    since: date
    until: date
    started_on: date
    fulfilled_on: date


def touched_obligations(person_id: int, course_id: int) -> list[TouchedObligation]:
    """The person's obligations that this course counts for, locked; every hours duty is among them."""
    listed = sa.select(RequirementCourse.requirement_id).where(RequirementCourse.course_id == course_id)
    rows = db.session.execute(
        sa.select(Obligation, Requirement, Cycle)
        .join(Requirement, Requirement.id == Obligation.requirement_id)
        .join(
            Cycle,
            sa.and_(Cycle.requirement_id == Obligation.requirement_id, Cycle.cycle == Obligation.cycle),
        )
        .where(
            Obligation.person_id == person_id,
            sa.or_(Requirement.rule == "hours", Obligation.requirement_id.in_(listed)),
        )
        .order_by(Obligation.id)
        .with_for_update(of=Obligation)
        .execution_options(populate_existing=True)
    ).all()
    if not rows:
        return []
    courses = _courses_of([requirement.id for _, requirement, _ in rows])
    touched = []
    for obligation, requirement, cycle in rows:
        since, until = rules.valid_window(
            cycle=cycle.cycle,
            cycle_opens_on=cycle.opens_on,
            cycle_closes_on=cycle.closes_on,
            accept_before_days=requirement.accept_before_days,
            opened_on=obligation.opened_on,
            closes_on=obligation.closes_on,
        )
        touched.append(
            TouchedObligation(
                obligation.id,
                person_id,
                requirement.id,
                cycle.cycle,
                requirement.rule,
                courses[requirement.id],
                requirement.hours_needed,
                requirement.content_group,
                since,
                until,
                obligation.started_on,
                obligation.fulfilled_on,
            )
        )
    return touched


def _courses_of(requirement_ids: Sequence[int]) -> dict[int, tuple[int, ...]]:
    courses: dict[int, tuple[int, ...]] = defaultdict(tuple)
    for row in db.session.execute(
        sa.select(RequirementCourse.requirement_id, RequirementCourse.course_id)
        .where(RequirementCourse.requirement_id.in_(requirement_ids))
        .order_by(RequirementCourse.requirement_id, RequirementCourse.place)
    ):
        courses[row.requirement_id] += (row.course_id,)
    return courses


def study_facts(person_id: int) -> tuple[tuple[rules.CompletionFact, ...], tuple[rules.StartFact, ...]]:
    """What one person completed and began."""
    completions, starts = _study_of([person_id])
    return tuple(completions[person_id]), tuple(starts[person_id])


def _study_of(
    person_ids: Sequence[int],
) -> tuple[dict[int, list[rules.CompletionFact]], dict[int, list[rules.StartFact]]]:
    completions: dict[int, list[rules.CompletionFact]] = defaultdict(list)
    for row in db.session.execute(
        sa.select(
            Completion.person_id,
            Completion.course_id,
            Completion.completed_on,
            Completion.hours,
            Completion.content_group,
        ).where(Completion.person_id.in_(person_ids), Completion.voided_at.is_(None))
    ):
        completions[row.person_id].append(
            rules.CompletionFact(row.course_id, row.completed_on, row.hours, row.content_group)
        )
    starts: dict[int, list[rules.StartFact]] = defaultdict(list)
    for begun in db.session.execute(
        sa.select(Enrolment.person_id, Enrolment.course_id, Enrolment.started_on, CourseVersion.content_group)
        .join(CourseVersion, CourseVersion.id == Enrolment.version_id)
        .where(Enrolment.person_id.in_(person_ids), Enrolment.started_on.is_not(None))
    ):
        if begun.started_on is not None:
            starts[begun.person_id].append(rules.StartFact(begun.course_id, begun.started_on, begun.content_group))
    return completions, starts


def facts_of(person_ids: Sequence[int]) -> list[rules.PersonFacts]:
    """The believed facts of these people, for the independent recomputation."""
    postings: dict[int, list[rules.PostingFact]] = defaultdict(list)
    for posting in db.session.scalars(
        sa.select(Posting).where(Posting.person_id.in_(person_ids), Posting.superseded_at.is_(None))
    ):
        postings[posting.person_id].append(
            rules.PostingFact(
                posting.id,
                posting.unit_id,
                posting.position,
                posting.category,
                posting.from_on,
                posting.to_on,
                posting.is_primary,
            )
        )
    absences: dict[int, list[rules.Interval]] = defaultdict(list)
    for absence in db.session.scalars(
        sa.select(Absence).where(Absence.person_id.in_(person_ids), Absence.superseded_at.is_(None))
    ):
        absences[absence.person_id].append((absence.from_on, absence.to_on))
    waivers: dict[int, list[rules.WaiverFact]] = defaultdict(list)
    for waiver in db.session.scalars(
        sa.select(Waiver).where(Waiver.person_id.in_(person_ids), Waiver.superseded_at.is_(None))
    ):
        waivers[waiver.person_id].append(rules.WaiverFact(waiver.requirement_id, waiver.from_on, waiver.to_on))
    completions, starts = _study_of(person_ids)
    return [
        rules.PersonFacts(
            person_id,
            tuple(postings[person_id]),
            tuple(completions[person_id]),
            tuple(starts[person_id]),
            tuple(absences[person_id]),
            tuple(waivers[person_id]),
        )
        for person_id in person_ids
    ]


def requirement_facts() -> list[rules.RequirementFact]:
    """Every requirement with its courses, windows and audience rules."""
    requirements = db.session.scalars(sa.select(Requirement).order_by(Requirement.id)).all()
    courses = _courses_of([requirement.id for requirement in requirements])
    windows: dict[int, list[rules.CycleFact]] = defaultdict(list)
    for cycle in db.session.scalars(sa.select(Cycle)):
        windows[cycle.requirement_id].append(
            rules.CycleFact(cycle.cycle, cycle.opens_on, cycle.closes_on, cycle.due_on)
        )
    audiences: dict[int, list[rules.AudienceFact]] = defaultdict(list)
    for rule in db.session.scalars(sa.select(Audience)):
        audiences[rule.requirement_id].append(
            rules.AudienceFact(
                rule.id,
                rule.sign,
                rule.unit_id,
                rule.subtree,
                rule.position,
                rule.category,
                rule.kind,
                rule.from_on,
                rule.to_on,
            )
        )
    return [
        rules.RequirementFact(
            requirement.id,
            requirement.rule,
            courses[requirement.id],
            requirement.hours_needed,
            requirement.content_group,
            requirement.due_rule,
            requirement.due_days,
            requirement.accept_before_days,
            requirement.from_on,
            requirement.to_on,
            tuple(windows[requirement.id]),
            tuple(audiences[requirement.id]),
        )
        for requirement in requirements
    ]


def tree() -> rules.Tree:
    """The dated organisation, read from places and names, not from the closure."""
    places: dict[int, list[tuple[int | None, date, date]]] = defaultdict(list)
    for place in db.session.execute(
        sa.select(UnitPlace.unit_id, UnitPlace.parent_id, UnitPlace.from_on, UnitPlace.to_on)
    ):
        places[place.unit_id].append((place.parent_id, place.from_on, place.to_on))
    kinds: dict[int, list[tuple[str, date, date]]] = defaultdict(list)
    for name in db.session.execute(sa.select(UnitName.unit_id, UnitName.kind, UnitName.from_on, UnitName.to_on)):
        kinds[name.unit_id].append((name.kind, name.from_on, name.to_on))
    life = {
        row.id: (row.valid_from, row.valid_to)
        for row in db.session.execute(sa.select(Unit.id, Unit.valid_from, Unit.valid_to))
    }
    return rules.Tree(
        life, {unit: tuple(rows) for unit, rows in places.items()}, {unit: tuple(rows) for unit, rows in kinds.items()}
    )
