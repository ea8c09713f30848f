"""Deriving a few people anew by the pure rule, without work tables: what stands is read, what differs is written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from lms.plan import queries, rules
from lms.plan.figures import persons as figures
from lms.plan.models import Obligation, Reason, Segment
from lms.platform.db import db

Key = tuple[int, int, int]
"""(person, requirement, cycle)."""


@dataclass
class _Difference:
    """What must be written to make what stands what follows from the facts."""

    obligations: list[tuple[rules.ObligationFact, int | None]] = field(default_factory=list)
    """With the id of the row that becomes it, None for a new one."""
    no_obligations: list[int] = field(default_factory=list)
    segments: list[tuple[rules.SegmentFact, int | None]] = field(default_factory=list)
    no_segments: list[int] = field(default_factory=list)
    reasons: list[rules.ReasonFact] = field(default_factory=list)
    no_reasons: list[int] = field(default_factory=list)
    gone: list[rules.SegmentFact] = field(default_factory=list)
    came: list[rules.SegmentFact] = field(default_factory=list)

    def add(self, stands: queries.Standing, derived: rules.Derived) -> None:
        """Compare one person's rows."""
        by_key = {_key(fact): (fact, row_id) for fact, row_id in stands.obligations.items()}
        for fact in derived.obligations:
            old, row_id = by_key.pop(_key(fact), (None, None))
            if old != fact:
                self.obligations.append((fact, row_id))
        self.no_obligations += [row_id for _, row_id in by_key.values()]
        wanted = dict.fromkeys(derived.segments)
        gone = [fact for fact in stands.segments if fact not in wanted]
        came = [fact for fact in wanted if fact not in stands.segments]
        self.gone, self.came = self.gone + gone, self.came + came
        # A segment that begins on the same day becomes the new one: one row is written instead of two.
        free = {(*_key(fact), fact.from_on): stands.segments[fact] for fact in gone}
        self.segments += [(fact, free.pop((*_key(fact), fact.from_on), None)) for fact in came]
        self.no_segments += free.values()

    def add_reasons(self, stands: queries.Standing, reasons: Iterable[rules.ReasonFact]) -> None:
        """Compare one person's reasons."""
        left = dict.fromkeys(reasons)
        for fact, row_id in stands.reasons:
            if fact in left:
                del left[fact]
            else:
                self.no_reasons.append(row_id)
        self.reasons += left


def _key(fact: rules.ObligationFact | rules.SegmentFact) -> Key:
    return fact.person_id, fact.requirement_id, fact.cycle


def follow_study(person_id: int, course_id: int, today: date) -> list[int]:
    """Derive the duties that a course counts for; postings and rules have not changed, so reasons stand as they are.

    Returns the ids of obligations newly fulfilled.
    """
    requirements = queries.requirements_counting(person_id, course_id)
    if not requirements:
        return []
    known = queries.known_of_study(person_id, course_id)
    stands, derived = known.standing[person_id], rules.Derived()
    for requirement in requirements:
        _extend(derived, known.facts[0], requirement, stands.span(requirement.id))
    difference = _Difference()
    difference.add(stands, derived)
    connection = db.session.connection()
    figures.append(connection, difference.gone, difference.came, known.lineages)
    _write(connection, difference)
    open_before = {_key(fact): row_id for fact, row_id in stands.obligations.items() if fact.fulfilled_on > today}
    return [open_before[_key(o)] for o in derived.obligations if o.fulfilled_on <= today and _key(o) in open_before]


def follow_people(person_ids: Sequence[int]) -> None:
    """Derive these people anew for all requirements, reasons included: a constant number of statements."""
    known, reasons = queries.known_of(person_ids), queries.met(person_ids)
    concerned = sorted({reason.requirement_id for found in reasons.values() for reason in found})
    requirements = {r.id: r for r in queries.requirements_named(concerned)}
    connection = db.session.connection()
    was = known.lineages
    now = figures.turned_over(connection, person_ids, was) if was.are_kept else was
    difference = _Difference()
    for person in known.facts:
        stands, derived = known.standing[person.person_id], rules.Derived()
        mine: dict[int, list[rules.ReasonFact]] = {}
        for reason in reasons[person.person_id]:
            mine.setdefault(reason.requirement_id, []).append(reason)
        for requirement_id, found in mine.items():
            _extend(derived, person, requirements[requirement_id], rules.span_of(found))
        own = _Difference()
        own.add(stands, derived)
        own.add_reasons(stands, reasons[person.person_id])
        if now.ids.get(person.person_id) != was.ids.get(person.person_id):
            own.gone, own.came = list(stands.segments), derived.segments
        _join(difference, own)
    figures.append(connection, difference.gone, difference.came, was, now)
    _write(connection, difference)


def _extend(
    derived: rules.Derived,
    facts: rules.PersonFacts,
    requirement: rules.RequirementFact,
    span: Sequence[rules.Interval],
) -> None:
    obligations, segments = rules.obligations_of(facts, requirement, span)
    derived.obligations += obligations
    derived.segments += segments


def _join(whole: _Difference, part: _Difference) -> None:
    for name, rows in vars(part).items():
        getattr(whole, name).extend(rows)


# Writing --------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=3)
def _change(model: Any) -> Any:
    table = model.__table__
    values: dict[str, Any] = {
        column.name: sa.bindparam(f"to_{column.name}") for column in table.columns if column.name != "id"
    }
    return sa.update(table).where(table.c.id == sa.bindparam("at")).values(values)


@lru_cache(maxsize=3)
def _removal(model: Any) -> Any:
    return sa.delete(model.__table__).where(model.__table__.c.id.in_(sa.bindparam("ids", expanding=True)))


def _write(connection: sa.Connection, difference: _Difference) -> None:
    for model, rows, gone in (
        (Obligation, difference.obligations, difference.no_obligations),
        (Segment, difference.segments, difference.no_segments),
        (Reason, [(fact, None) for fact in difference.reasons], difference.no_reasons),
    ):
        changed = [
            {"at": row_id, **{f"to_{name}": value for name, value in vars(fact).items()}}
            for fact, row_id in rows
            if row_id is not None
        ]
        new = [dict(vars(fact)) for fact, row_id in rows if row_id is None]
        if gone:
            connection.execute(_removal(model), {"ids": gone})
        if changed:
            connection.execute(_change(model), changed if len(changed) > 1 else changed[0])
        if new:
            connection.execute(sa.insert(model.__table__), new)
    # Rows were written beside the session: what it remembers of them may be old.
    for row in [row for row in db.session if isinstance(row, (Obligation, Segment))]:
        db.session.expire(row)
