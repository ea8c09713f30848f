"""What lies behind duties that are known otherwise now: the facts, by whom and when they were recorded."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from lms.catalogue.models import Course, CourseVersion
from lms.learning.models import Completion
from lms.organisation.models import Absence, Person, Posting, Reform, UnitName
from lms.plan.disputes.models import Dispute
from lms.plan.models import DueGrant, PlanImport, Waiver
from lms.plan.periods.models import ClosedPeriod, ClosedPerson, ClosedRequirement, ClosedUnit
from lms.plan.periods.queries.rulebook import decides, rules_of
from lms.plan.periods.rules import Duty
from lms.platform.db import db


@dataclass(frozen=True)
class PersonBehind:
    """Somebody, as closed and as posted now on the day."""

    personal_id: str
    full_name: str
    is_reposted: bool
    """Another posting holds on the day than when the period was closed, or none does any more."""
    posting_id: int | None
    posted_at: datetime | None
    """When the posting that holds now was recorded."""
    source: str


@dataclass(frozen=True)
class Fact:
    """A fact behind a duty, ready to be told."""

    title: str
    """Of the course; the decision, or the kind of an absence."""
    day: date
    until: date | None
    recorded_at: datetime
    ended_at: datetime | None
    """When it was voided or superseded."""


@dataclass(frozen=True)
class Answer:
    """The answer to a dispute that made a fact, or ended one."""

    number: int
    decision: str
    closed_at: datetime


@dataclass
class Behind:
    """What lies behind some duties."""

    people: dict[int, PersonBehind] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)
    """Token of the evidence → fact."""
    answers: dict[str, Answer] = field(default_factory=dict)
    """Token of the evidence, or of a posting, → the answer to a dispute that made or ended it."""

    def disputes_between(self, before: Duty | None, after: Duty | None, person: PersonBehind) -> list[Answer]:
        """The answers behind what came, what went, and a posting that holds only now."""
        was, now = (side.evidence if side else frozenset() for side in (before, after))
        changed = sorted(was ^ now)
        if person.is_reposted and person.posting_id is not None:
            changed.append(f"p{person.posting_id}")
        return list(dict.fromkeys(self.answers[token] for token in changed if token in self.answers))


class Known:
    """What all duties of a period share."""

    def __init__(self, period: ClosedPeriod) -> None:
        """Read rules then and now, units then and now, reforms and amendments since."""
        self.period = period
        closed = {
            row.requirement_id: json.loads(row.facts)
            for row in db.session.scalars(sa.select(ClosedRequirement).where(ClosedRequirement.period_id == period.id))
        }
        now = {requirement_id: json.loads(text) for requirement_id, text in rules_of(period.plan_id).items()}
        self.changed_rules = {
            requirement_id
            for requirement_id in closed.keys() | now.keys()
            if decides(closed.get(requirement_id)) != decides(now.get(requirement_id))
        }
        """Requirements that decide by other rules now, or that were not there, or are no longer."""
        self.requirements = {number: str(facts["ten_ngan"]) for number, facts in {**now, **closed}.items()}
        self.amended_at: datetime | None = db.session.scalar(
            sa.select(sa.func.max(PlanImport.applied_at)).where(
                PlanImport.plan_id == period.plan_id, PlanImport.applied_at > period.closed_at
            )
        )
        reforms = sa.select(Reform.title).where(
            Reform.applied_at > period.closed_at, Reform.effective_on <= period.as_of
        )
        self.reforms: list[str] = list(db.session.scalars(reforms.order_by(Reform.effective_on)))
        self.units = _unit_names(period)

    @property
    def is_reformed(self) -> bool:
        """Whether a reform that holds on the day was carried out after the period was closed."""
        return bool(self.reforms)

    def unit(self, unit_id: int | None) -> str:
        """The name of a unit, as closed; of one that was not there then, as it is called now."""
        return "" if unit_id is None else self.units.get(unit_id, f"#{unit_id}")

    def behind(self, rows: Sequence[Any]) -> Behind:
        """What lies behind these duties, in a handful of statements."""
        found = Behind()
        if not rows:
            return found
        person_ids = sorted({row.person_id for row in rows})
        found.people = _people(self.period, person_ids)
        found.answers = _answers(person_ids)
        found.facts = _facts({token for row in rows for token in f"{row.was_evidence} {row.evidence}".split()})
        return found


def _unit_names(period: ClosedPeriod) -> dict[int, str]:
    day = period.as_of
    now = sa.select(UnitName.unit_id, UnitName.name).where(UnitName.from_on <= day, UnitName.to_on > day)
    closed = sa.select(ClosedUnit.unit_id, ClosedUnit.name).where(ClosedUnit.period_id == period.id)
    return {row[0]: row[1] for statement in (now, closed) for row in db.session.execute(statement)}


def _people(period: ClosedPeriod, person_ids: Sequence[int]) -> dict[int, PersonBehind]:
    day = period.as_of
    closed = {
        row.person_id: row
        for row in db.session.execute(
            sa.select(
                ClosedPerson.person_id, ClosedPerson.personal_id, ClosedPerson.full_name, ClosedPerson.posting_id
            ).where(ClosedPerson.period_id == period.id, ClosedPerson.person_id.in_(person_ids))
        )
    }
    now = {
        row.id: row
        for row in db.session.execute(
            sa.select(
                Person.id,
                Person.personal_id,
                Person.full_name,
                Posting.id.label("posting_id"),
                Posting.recorded_at,
                Posting.source,
            )
            .outerjoin(
                Posting,
                sa.and_(
                    Posting.person_id == Person.id,
                    Posting.is_primary,
                    Posting.superseded_at.is_(None),
                    Posting.from_on <= day,
                    Posting.to_on > day,
                ),
            )
            .where(Person.id.in_(person_ids))
        )
    }
    return {person_id: _person(closed.get(person_id), now.get(person_id)) for person_id in person_ids}


def _person(closed: Any, now: Any) -> PersonBehind:
    shown = closed or now
    return PersonBehind(
        personal_id=shown.personal_id if shown else "",
        full_name=shown.full_name if shown else "",
        is_reposted=(closed.posting_id if closed else None) != (now.posting_id if now else None),
        posting_id=now.posting_id if now else None,
        posted_at=now.recorded_at if now else None,
        source=(now.source or "") if now else "",
    )


_TOKENS = {"completion": "c", "void": "c", "extend": "g", "waive": "w", "posting": "p"}
"""What the answer to a dispute did → the letter of its fact."""


def _answers(person_ids: Sequence[int]) -> dict[str, Answer]:
    rows = db.session.execute(
        sa.select(Dispute.id, Dispute.effect, Dispute.fact_id, Dispute.decision, Dispute.closed_at)
        .where(Dispute.person_id.in_(person_ids), Dispute.closed_at.is_not(None), Dispute.fact_id.is_not(None))
        .order_by(Dispute.id)
    )
    return {
        f"{_TOKENS[row.effect]}{row.fact_id}": Answer(row.id, row.decision, row.closed_at)
        for row in rows
        if row.effect in _TOKENS
    }


def _facts(tokens: Iterable[str]) -> dict[str, Fact]:
    ids: dict[str, list[int]] = {}
    for token in sorted(tokens):
        ids.setdefault(token[0], []).append(int(token[1:]))
    found: dict[str, Fact] = {}
    if numbers := ids.get("c"):
        title = sa.func.coalesce(CourseVersion.title, Course.slug)
        rows = db.session.execute(
            sa.select(Completion.id, title, Completion.completed_on, Completion.recorded_at, Completion.voided_at)
            .join(Course, Course.id == Completion.course_id)
            .outerjoin(CourseVersion, CourseVersion.id == Course.current_version_id)
            .where(Completion.id.in_(numbers))
        )
        found |= {f"c{row[0]}": Fact(row[1], row[2], None, row[3], row[4]) for row in rows}
    for letter, model, said, day, until in (
        ("w", Waiver, Waiver.decision, Waiver.from_on, Waiver.to_on),
        ("a", Absence, Absence.kind, Absence.from_on, Absence.to_on),
        ("g", DueGrant, DueGrant.decision, DueGrant.due_on, DueGrant.granted_on),
    ):
        if numbers := ids.get(letter):
            statement: Any = sa.select(model.id, said, day, until, model.recorded_at, model.superseded_at)
            for row in db.session.execute(statement.where(model.id.in_(numbers))):
                found[f"{letter}{row[0]}"] = Fact(row[1], row[2], row[3], row[4], row[5])
    return found
