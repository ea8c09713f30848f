"""Facts as the pure rules want them, for the independent recomputation; what few people need lies in `following`."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

import sqlalchemy as sa

from lms.catalogue.models import CourseVersion
from lms.learning.models import Completion, Enrolment
from lms.organisation.models import Absence, Posting, Unit, UnitName, UnitPlace
from lms.plan import rules
from lms.plan.models import (
    Audience,
    CourseEquivalent,
    Cycle,
    DueGrant,
    Obligation,
    Requirement,
    RequirementCourse,
    Waiver,
)
from lms.platform.db import db


def window_cycle() -> sa.ColumnElement[int]:
    """The number of the window an obligation lies in: all cycles of a duty that comes again lie in window 0."""
    return sa.case((Requirement.repeat_months.is_(None), Obligation.cycle), else_=0)


Listed = tuple[int, int | None]
"""A course and the first of its versions that counts."""


def _courses_of(requirement_ids: Sequence[int]) -> dict[int, tuple[Listed, ...]]:
    courses: dict[int, tuple[Listed, ...]] = defaultdict(tuple)
    for row in db.session.execute(
        sa.select(RequirementCourse.requirement_id, RequirementCourse.course_id, RequirementCourse.min_version)
        .where(RequirementCourse.requirement_id.in_(requirement_ids))
        .order_by(RequirementCourse.requirement_id, RequirementCourse.place)
    ):
        courses[row.requirement_id] += ((row.course_id, row.min_version),)
    return courses


def _pinned(listed: Iterable[Listed]) -> tuple[tuple[int, int], ...]:
    return tuple((course, version) for course, version in listed if version is not None)


def equivalents_of(requirement_ids: Iterable[int]) -> dict[int, tuple[rules.EquivalentFact, ...]]:
    """Requirement id → the courses that count as its own ones, and when."""
    if not (wanted := list(requirement_ids)):
        return {}
    found: dict[int, tuple[rules.EquivalentFact, ...]] = defaultdict(tuple)
    for row in db.session.scalars(sa.select(CourseEquivalent).where(CourseEquivalent.requirement_id.in_(wanted))):
        found[row.requirement_id] += (rules.EquivalentFact(row.course_id, row.equivalent_id, row.from_on, row.to_on),)
    return found


def _study_of(
    person_ids: Sequence[int],
) -> tuple[dict[int, list[rules.CompletionFact]], dict[int, list[rules.StartFact]]]:
    completions = _completions_of(person_ids)
    starts: dict[int, list[rules.StartFact]] = defaultdict(list)
    for begun in db.session.execute(
        sa.select(
            Enrolment.person_id,
            Enrolment.course_id,
            Enrolment.started_on,
            CourseVersion.content_group,
            CourseVersion.number,
        )
        .join(CourseVersion, CourseVersion.id == Enrolment.version_id)
        .where(Enrolment.person_id.in_(person_ids), Enrolment.started_on.is_not(None))
    ):
        if begun.started_on is not None:
            starts[begun.person_id].append(
                rules.StartFact(begun.course_id, begun.started_on, begun.content_group, begun.number)
            )
    return completions, starts


def completion_facts(person_id: int) -> tuple[rules.CompletionFact, ...]:
    """What one person completed."""
    return tuple(_completions_of([person_id])[person_id])


def _completions_of(person_ids: Sequence[int]) -> dict[int, list[rules.CompletionFact]]:
    completions: dict[int, list[rules.CompletionFact]] = defaultdict(list)
    for row in db.session.execute(
        sa.select(
            Completion.person_id,
            Completion.course_id,
            Completion.completed_on,
            Completion.hours,
            Completion.content_group,
            CourseVersion.number,
        )
        .outerjoin(CourseVersion, CourseVersion.id == Completion.version_id)
        .where(Completion.person_id.in_(person_ids), Completion.voided_at.is_(None))
    ):
        completions[row.person_id].append(
            rules.CompletionFact(row.course_id, row.completed_on, row.hours, row.content_group, row.number)
        )
    return completions


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
    grants: dict[int, list[rules.GrantFact]] = defaultdict(list)
    for grant in db.session.scalars(
        sa.select(DueGrant).where(DueGrant.person_id.in_(person_ids), DueGrant.superseded_at.is_(None))
    ):
        grants[grant.person_id].append(
            rules.GrantFact(
                grant.requirement_id, grant.cycle, grant.due_on, grant.granted_on, grant.kind, grant.opened_on
            )
        )
    completions, starts = _study_of(person_ids)
    return [
        rules.PersonFacts(
            person_id,
            tuple(postings[person_id]),
            tuple(completions[person_id]),
            tuple(starts[person_id]),
            tuple(absences[person_id]),
            tuple(waivers[person_id]),
            tuple(grants[person_id]),
        )
        for person_id in person_ids
    ]


def requirement_facts(requirement_ids: Sequence[int] | None = None) -> list[rules.RequirementFact]:
    """Every requirement, or these, with courses, windows and audience rules."""
    wanted = sa.select(Requirement).order_by(Requirement.id)
    if requirement_ids is not None:
        wanted = wanted.where(Requirement.id.in_(requirement_ids))
    requirements = db.session.scalars(wanted).all()
    ids = [requirement.id for requirement in requirements]
    courses, equivalents = _courses_of(ids), equivalents_of(ids)
    windows: dict[int, list[rules.CycleFact]] = defaultdict(list)
    for cycle in db.session.scalars(sa.select(Cycle).where(Cycle.requirement_id.in_(ids))):
        windows[cycle.requirement_id].append(
            rules.CycleFact(cycle.cycle, cycle.opens_on, cycle.closes_on, cycle.due_on)
        )
    audiences: dict[int, list[rules.AudienceFact]] = defaultdict(list)
    for rule in db.session.scalars(sa.select(Audience).where(Audience.requirement_id.in_(ids))):
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
            tuple(course for course, _ in courses[requirement.id]),
            requirement.hours_needed,
            requirement.content_group,
            requirement.due_rule,
            requirement.due_days,
            requirement.accept_before_days,
            requirement.from_on,
            requirement.to_on,
            tuple(windows[requirement.id]),
            tuple(audiences[requirement.id]),
            min_versions=_pinned(courses[requirement.id]),
            equivalents=equivalents.get(requirement.id, ()),
            minimum_days=requirement.minimum_days,
            late_days=requirement.late_days,
            absence_effect=requirement.absence_effect,
            repeat_months=requirement.repeat_months,
            expiry_base=requirement.expiry_base,
            renew_months=requirement.renew_months,
            minimum_months=requirement.minimum_months,
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
