"""Duties whose own days follow from completions, for one person: by the pure rule, without work tables."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date

import sqlalchemy as sa

from lms.plan import queries, rules
from lms.plan.figures import changes as figures
from lms.plan.models import Obligation, Segment
from lms.platform.db import db

_OBLIGATION = tuple(field.name for field in fields(rules.ObligationFact))
_SEGMENT = tuple(field.name for field in fields(rules.SegmentFact))


def reshape(person_id: int, touched: Sequence[queries.TouchedObligation], today: date) -> list[int]:
    """Derive these duties anew from the reasons that stand, for postings and rules have not changed.

    Returns the ids of obligations newly fulfilled.
    """
    wanted = sorted({row.requirement_id for row in touched})
    [facts] = queries.facts_of([person_id])
    reasons = queries.reason_facts(person_id, wanted)
    obligations: list[rules.ObligationFact] = []
    segments: list[rules.SegmentFact] = []
    for requirement in queries.requirement_facts(wanted):
        found = rules.obligations_of(facts, requirement, rules.span_of(reasons[requirement.id]))
        obligations += found[0]
        segments += found[1]
    _write_obligations(person_id, wanted, obligations)
    _write_segments(person_id, wanted, segments)
    open_before = {(row.requirement_id, row.cycle): row.obligation_id for row in touched if row.fulfilled_on > today}
    return [
        open_before[o.requirement_id, o.cycle]
        for o in obligations
        if o.fulfilled_on <= today and (o.requirement_id, o.cycle) in open_before
    ]


def _write_obligations(person_id: int, requirement_ids: list[int], wanted: list[rules.ObligationFact]) -> None:
    """Update, add and delete what differs; ids stay."""
    standing = {
        (row.requirement_id, row.cycle): row
        for row in db.session.scalars(
            sa.select(Obligation).where(
                Obligation.person_id == person_id, Obligation.requirement_id.in_(requirement_ids)
            )
        )
    }
    for fact in wanted:
        row = standing.pop((fact.requirement_id, fact.cycle), None)
        if row is None:
            db.session.add(Obligation(**asdict(fact)))
            continue
        for name in _OBLIGATION:
            if getattr(row, name) != getattr(fact, name):
                setattr(row, name, getattr(fact, name))
    for gone in standing.values():
        db.session.delete(gone)
    db.session.flush()


def _write_segments(person_id: int, requirement_ids: list[int], wanted: list[rules.SegmentFact]) -> None:
    """Replace the segments that differ; the figures kept of them follow."""
    columns = [getattr(Segment, name) for name in _SEGMENT]
    standing = {
        rules.SegmentFact(*row[1:]): row[0]
        for row in db.session.execute(
            sa.select(Segment.id, *columns).where(
                Segment.person_id == person_id, Segment.requirement_id.in_(requirement_ids)
            )
        )
    }
    gone, came = [s for s in standing if s not in wanted], [s for s in wanted if s not in standing]
    if not gone and not came:
        return
    figures.replaced(db.session.connection(), person_id, gone, came)
    db.session.execute(sa.delete(Segment).where(Segment.id.in_([standing[s] for s in gone])))
    if came:
        db.session.execute(sa.insert(Segment), [asdict(s) for s in came])
    for row in [row for row in db.session if isinstance(row, Segment)]:
        db.session.expire(row)
