"""Why a person need not study what plans ask of others, or has nothing to do for it, as of a day."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from lms.organisation.models import Unit, UnitClosure, UnitName, UnitPlace
from lms.plan import rules
from lms.plan.models import Audience, Clause, Cycle, Plan, Requirement
from lms.plan.queries.following import Standing, known_of, requirements_named
from lms.plan.queries.screens import AudienceRow, audience_row, audience_rows
from lms.plan.queries.stops import WaiverRow, waivers_of
from lms.plan.rules import State
from lms.plan.rules.states import WAIVED
from lms.platform.db import db


@dataclass(frozen=True)
class Place:
    """A posting held on the day, as far as rules ask for it."""

    unit: str
    category: str
    position: str
    is_primary: bool


@dataclass(frozen=True)
class MissedRule:
    """A rule of the audience and what of it does not fit; nothing for one that leaves out."""

    audience: AudienceRow
    place: Place
    fails: frozenset[rules.Fail] = frozenset()


@dataclass(frozen=True)
class Asked:
    """A requirement as the page names it."""

    id: int
    title: str
    plan_code: str
    plan_number: str
    clause_number: str
    from_on: date
    to_on: date


@dataclass(frozen=True)
class OutsideRow:
    """A requirement by which the person is not obliged on the day, and everything that lets them out."""

    asked: Asked
    grounds: tuple[rules.Ground, ...]
    misses: tuple[MissedRule, ...]
    excluding: tuple[MissedRule, ...]
    waiver: WaiverRow | None
    begins_on: date | None
    """The day from which they must, as everything stands now; None while there is none."""
    ended_on: date | None
    """The day since which they must no more; None if they never had to."""
    obligation_id: int | None
    """The obligation they had or will have, for its own page."""


@dataclass(frozen=True)
class IdleRow:
    """A requirement by which the person is obliged, and why there is nothing to do for it on the day."""

    asked: Asked
    obligation_id: int
    state: State
    fulfilled_on: date
    valid_until: date
    by: tuple[int, ...]
    """Courses completed on the day it was fulfilled that count for it."""
    is_equivalent: bool
    """None of them is named by the plan itself."""
    away: rules.Interval | None
    """The absence that pauses it; None if it waits for a decision."""


@dataclass(frozen=True)
class Unasked:
    """Everything of plans that a person has nothing to do for on a day."""

    outside: list[OutsideRow]
    idle: list[IdleRow]
    left_on: date | None
    """The day since which no posting was held, if none is."""
    comes_on: date | None
    """The day on which the next posting begins, if none is held."""


IDLE = (State.COMPLETED, State.COMPLETED_LATE, State.VALID, State.PAUSED)


def unasked(person_id: int, day: date) -> Unasked:
    """What the person need not do on the day, and why, in the order of plans."""
    known = known_of([person_id])
    [facts], standing = known.facts, known.standing[person_id]
    asked, wanted, named = _requirements()
    tree, names = _tree_above({posting.unit_id for posting in facts.postings})
    places = {
        posting.id: Place(_on(names[posting.unit_id], day), posting.category, posting.position, posting.is_primary)
        for posting in facts.postings
    }
    obliged = {
        s.requirement_id for s in standing.segments if s.from_on <= day < s.to_on and s.kind != WAIVED
    }  # fmt: skip
    waivers = {row.requirement_id: row for row in waivers_of(person_id) if row.from_on <= day < row.to_on}
    rows = []
    for requirement in wanted:
        if requirement.id in obliged:
            continue
        found = rules.outside(facts, requirement, tree, day)
        begins_on, ended_on = _around(standing, requirement.id, day)
        rows.append(
            OutsideRow(
                asked[requirement.id],
                found.grounds,
                tuple(MissedRule(named[m.audience_id], places[m.posting_id], m.fails) for m in found.misses),
                tuple(MissedRule(named[audience], places[posting]) for audience, posting in found.excluding),
                waivers.get(requirement.id),
                begins_on,
                ended_on,
                _obligation_near(standing, requirement.id, day),
            )
        )
    left_on, comes_on = _gap(facts, day)
    return Unasked(rows, _idle(facts, standing, asked, obliged, day), left_on, comes_on)


def _around(standing: Standing, requirement_id: int, day: date) -> tuple[date | None, date | None]:
    """The next day on which the person must, and the first one since which they must no more."""
    days = rules.union(
        (s.from_on, s.to_on) for s in standing.segments if s.requirement_id == requirement_id and s.kind != WAIVED
    )
    begins = [begin for begin, _ in days if begin > day]
    ended = [end for _, end in days if end <= day]
    return min(begins, default=None), max(ended, default=None)


def _obligation_near(standing: Standing, requirement_id: int, day: date) -> int | None:
    """The obligation that held last by then, else the first to come."""
    own = [(o.opened_on > day, abs((o.opened_on - day).days), number)
           for o, number in standing.obligations.items() if o.requirement_id == requirement_id]  # fmt: skip
    return min(own)[2] if own else None


def _gap(facts: rules.PersonFacts, day: date) -> tuple[date | None, date | None]:
    if any(posting.from_on <= day < posting.to_on for posting in facts.postings):
        return None, None
    return (
        max((posting.to_on for posting in facts.postings if posting.to_on <= day), default=None),
        min((posting.from_on for posting in facts.postings if posting.from_on > day), default=None),
    )


def _idle(
    facts: rules.PersonFacts, standing: Standing, asked: dict[int, Asked], obliged: Collection[int], day: date
) -> list[IdleRow]:
    """The duties of the day that ask for nothing now: done, valid, or paused."""
    if not obliged:
        return []
    wanted = {requirement.id: requirement for requirement in requirements_named(sorted(obliged))}
    whole = rules.Derived(
        [o for o in standing.obligations if o.requirement_id in obliged],
        [s for s in standing.segments if s.requirement_id in obliged],
    )
    states = rules.states_of(whole, wanted.values(), day)
    rows = []
    for duty, number in standing.obligations.items():
        state = states.get((duty.requirement_id, duty.cycle))
        if state not in IDLE:
            continue
        done, equal = _by(facts, wanted[duty.requirement_id], duty.fulfilled_on)
        away = next((days for days in facts.absences if days[0] <= day < days[1]), None)
        rows.append(
            IdleRow(asked[duty.requirement_id], number, state, duty.fulfilled_on, duty.valid_until, done, equal,
                    away if state is State.PAUSED else None)
        )  # fmt: skip
    order = list(asked)
    return sorted(rows, key=lambda row: (order.index(row.asked.id), row.fulfilled_on))


def _by(
    facts: rules.PersonFacts, requirement: rules.RequirementFact, fulfilled_on: date
) -> tuple[tuple[int, ...], bool]:
    """The courses completed that day that count for a rule over courses; whether only as equivalents."""
    done = [c for c in facts.completions if c.completed_on == fulfilled_on]
    if requirement.rule == "hours":
        return (), False

    def counting(equivalents: tuple[rules.EquivalentFact, ...]) -> list[int]:
        return [
            c.course_id
            for c in done
            if rules.counting(
                course_ids=requirement.course_ids,
                min_versions=requirement.min_versions,
                equivalents=equivalents,
                completions=[c],
                starts=(),
            )[0]
        ]

    own, counted = counting(()), counting(requirement.equivalents)
    return tuple(dict.fromkeys(own or counted)), bool(counted) and not own


# Requirements and units -----------------------------------------------------------------------------------------------


def _requirements() -> tuple[dict[int, Asked], list[rules.RequirementFact], dict[int, AudienceRow]]:
    """Every requirement in the order of plans: how it is named, its life, windows and audience; rule → its names."""
    windows: dict[int, list[rules.CycleFact]] = defaultdict(list)
    asked: dict[int, Asked] = {}
    for row in db.session.execute(
        sa.select(Requirement.id, Requirement.title, Requirement.from_on, Requirement.to_on)
        .add_columns(Plan.code, Plan.number, Clause.number.label("clause"))
        .add_columns(Cycle.cycle, Cycle.opens_on, Cycle.closes_on, Cycle.due_on)
        .join(Plan, Plan.id == Requirement.plan_id)
        .join(Clause, Clause.id == Requirement.clause_id)
        .outerjoin(Cycle, Cycle.requirement_id == Requirement.id)
        .order_by(Plan.issued_on.desc(), Plan.id, Requirement.place, Requirement.id)
    ):
        asked[row.id] = Asked(row.id, row.title, row.code, row.number, row.clause, row.from_on, row.to_on)
        if row.cycle is not None:
            windows[row.id].append(rules.CycleFact(row.cycle, row.opens_on, row.closes_on, row.due_on))
    audiences: dict[int, list[rules.AudienceFact]] = defaultdict(list)
    named: dict[int, AudienceRow] = {}
    more = (Audience.id, Audience.unit_id, Audience.position.label("position_code"))
    statement = audience_rows().add_columns(*more).order_by(Audience.requirement_id, Audience.place, Audience.id)
    for row in db.session.execute(statement):
        named[row.id] = audience_row(row)
        audiences[row.requirement_id].append(
            rules.AudienceFact(row.id, row.sign, row.unit_id, row.subtree, row.position_code, row.category, row.kind,
                               row.rule_from_on, row.rule_to_on)
        )  # fmt: skip
    return asked, [_fact(one, windows[one.id], audiences[one.id]) for one in asked.values()], named


_PLAIN = rules.RequirementFact(0, "any_of", (), None, "", "fixed", None, None, date.min, date.max, (), ())
"""What of a requirement does not matter to whom it means."""


def _fact(asked: Asked, windows: list[rules.CycleFact], audiences: list[rules.AudienceFact]) -> rules.RequirementFact:
    return replace(
        _PLAIN, id=asked.id, from_on=asked.from_on, to_on=asked.to_on, cycles=tuple(windows), audiences=tuple(audiences)
    )


Named = list[tuple[str, date, date]]


def _tree_above(unit_ids: Collection[int]) -> tuple[rules.Tree, dict[int, Named]]:
    """The dated organisation at and above these units, and the names of each unit."""
    above = sa.select(UnitClosure.ancestor_id).where(UnitClosure.unit_id.in_(sorted(unit_ids)))
    life: dict[int, rules.Interval] = {}
    places: dict[int, list[tuple[int | None, date, date]]] = defaultdict(list)
    for row in db.session.execute(
        sa.select(Unit.id, Unit.valid_from, Unit.valid_to, UnitPlace.parent_id, UnitPlace.from_on, UnitPlace.to_on)
        .outerjoin(UnitPlace, UnitPlace.unit_id == Unit.id)
        .where(Unit.id.in_(above))
    ):
        life[row.id] = (row.valid_from, row.valid_to)
        if row.from_on is not None:
            places[row.id].append((row.parent_id, row.from_on, row.to_on))
    kinds: dict[int, list[tuple[str, date, date]]] = defaultdict(list)
    names: dict[int, Named] = defaultdict(list)
    rows: Any = db.session.execute(
        sa.select(UnitName.unit_id, UnitName.kind, UnitName.name, UnitName.from_on, UnitName.to_on)
        .where(UnitName.unit_id.in_(above))
        .order_by(UnitName.from_on)
    )
    for row in rows:
        kinds[row.unit_id].append((row.kind, row.from_on, row.to_on))
        names[row.unit_id].append((row.name, row.from_on, row.to_on))
    # Where a unit above hung while it was not above them leads to units that are not read, and says nothing of them.
    climbed = {
        unit: tuple(place for place in found if place[0] is None or place[0] in life) for unit, found in places.items()
    }
    return rules.Tree(life, climbed, {unit: tuple(found) for unit, found in kinds.items()}), names


def _on(names: Named, day: date) -> str:
    """The name borne on the day, else the first one."""
    return next((name for name, begin, end in names if begin <= day < end), names[0][0] if names else "")
