"""Audience rules go on at the units that follow an ended one, from the day of the reform, as rows of their own."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from lms.plan import queries
from lms.plan.models import Audience, Reason
from lms.plan.queries.successions import Handover, Rule
from lms.platform.db import db


@dataclass(frozen=True)
class Followed:
    """What carrying rules on changed."""

    requirement_ids: frozenset[int] = frozenset()
    unit_ids: frozenset[int] = frozenset()
    """The units of rules that are new or gone: people in them may be meant or no more."""


def follow_successions(requirement_ids: Collection[int] | None = None) -> Followed:
    """Make the rules that reforms carry on what follows from the plans' own rules and the reforms on record.

    Done anew after every reform and every import of a plan, so neither undoes the other. A rule that ends before the
    reform, or that its plan already names for the successor, is not carried on.
    """
    db.session.flush()
    rules = queries.rules_at_ended_units(requirement_ids)
    standing = dict(queries.rules_carried_on(requirement_ids))
    wanted = _carried_on(rules)
    gone = {rule: row_id for rule, row_id in standing.items() if rule not in wanted}
    came = [rule for rule in wanted if rule not in standing]
    if gone:
        db.session.execute(sa.delete(Reason).where(Reason.audience_id.in_(list(gone.values()))))
        db.session.execute(sa.delete(Audience).where(Audience.id.in_(list(gone.values()))))
    if came:
        db.session.execute(sa.insert(Audience.__table__), [vars(rule) for rule in came])
    changed = [*gone, *came]
    return Followed(frozenset(rule.requirement_id for rule in changed), frozenset(rule.unit_id for rule in changed))


def _carried_on(own: Sequence[Rule]) -> list[Rule]:
    """Reform by reform, so that what one carried on the next one carries further."""
    known = list(own)
    found: list[Rule] = []
    for reform in queries.reforms_in_order():
        reach = [rule for rule in known if rule.from_on < reform.on < rule.to_on]
        for rule, unit_ids in _heirs(reach, queries.handover(reform, {rule.unit_id for rule in reach})):
            for unit_id in unit_ids:
                further = rule.carried_to(unit_id, reform)
                if not any(other.covers(further) for other in known):
                    known.append(further)
                    found.append(further)
    return found


def _heirs(rules: Iterable[Rule], handover: Handover) -> Iterable[tuple[Rule, list[int]]]:
    for rule in rules:
        unit_ids = handover.heirs_of(rule.unit_id, subtree=rule.subtree)
        if unit_ids:
            yield rule, unit_ids


def people_at(unit_ids: Collection[int], since: date) -> set[int]:
    """Everybody who is or will be posted at or below these units."""
    return queries.people_below(unit_ids, since) if unit_ids else set()
