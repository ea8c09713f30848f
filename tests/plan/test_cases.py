"""Named situations and the figures an office expects: the plain loops, a full derivation and the increments agree."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from lms.organisation.models import Reform
from lms.plan import queries, rules, service
from lms.plan.models import Obligation, Reason, Requirement, Segment
from lms.plan.rules.states import WAIVED
from lms.platform.db import db
from lms.reports import queries as reports
from lms.reports.queries.compliance import tree_on
from lms.reports.rules import Structure
from tests.plan.casebook import Expected, cases
from tests.plan.staging import PLAN, Played, Stage
from tests.plan.world import derived, expected

ALL = cases()


@dataclass(frozen=True)
class Seen:
    """An obligation as one of the ways sees it on a day."""

    cycle: int
    state: rules.State
    opened_on: date
    closes_on: date
    due_on: date
    started_on: date
    fulfilled_on: date
    valid_until: date
    unit: int | None
    """Where it counts that day."""


Duties = dict[tuple[str, str], list[Seen]]
"""(person, requirement) → the obligations."""


@dataclass(frozen=True)
class Told:
    """What a case's expectations met: for each of its days and units what each way says."""

    duties: dict[date, Duties]
    figures: dict[Expected, dict[str, Any]]
    units: dict[str, int]
    outside: dict[tuple[date, str, str], tuple[bool, tuple[rules.Ground, ...]]] = field(default_factory=dict)
    """(day, person, requirement) → whether the person is obliged, and what lets them out."""


@dataclass(frozen=True)
class Whole:
    """All cases by one way."""

    told: dict[str, Told]
    derived: rules.Derived
    expected: rules.Derived


@pytest.fixture(scope="module")
def ways(app: Any) -> Iterator[dict[str, Whole]]:
    """Every case played once: what the plain loops, the increments and a full derivation make of its facts."""
    with app.app_context():
        engine = db.engine
        connection = engine.connect()
        outer = connection.begin()
        engines = db._app_engines[app]
        engines[None] = connection
        try:
            yield _by_each_way()
        finally:
            db.session.remove()
            engines[None] = engine
            outer.rollback()
            connection.close()


def _by_each_way() -> dict[str, Whole]:
    stage = Stage(ALL)
    stage.play()
    people = [person for one in stage.played for person in one.people.values()]
    facts = {person.person_id: person for person in queries.facts_of(people)}
    requirements, tree = queries.requirement_facts(), queries.tree()
    plain = {}
    for one in stage.played:
        wanted = [r for r in requirements if r.id in one.needs.values()]
        plain[one.case.name] = Told(
            {e.day: _by_plain_loops(one, facts, wanted, tree, e.day) for e in one.case.expected}, {}, one.units,
            _outside(one, facts, wanted, tree),
        )  # fmt: skip
    right = expected(people)
    found = {"plain loops": Whole(plain, right, right), "increments": _read(stage, people, right)}
    for table in (Obligation, Reason, Segment):
        db.session.execute(sa.delete(table))
    service.rebuild()
    return found | {"full derivation": _read(stage, people, right)}


def _by_plain_loops(one: Played, facts: Any, wanted: Any, tree: rules.Tree, day: date) -> Duties:
    seen: Duties = {}
    for name, person_id in one.people.items():
        derived_ = rules.derive(facts[person_id], wanted, tree)
        states = rules.states_of(derived_, wanted, day)
        for need, requirement_id in one.needs.items():
            seen[name, need] = [
                _seen(o, states[requirement_id, o.cycle], derived_.segments, day)
                for o in derived_.obligations
                if o.requirement_id == requirement_id
            ]
    return seen


def _outside(one: Played, facts: Any, wanted: Any, tree: rules.Tree) -> Any:
    """Around every day that a case tells of: who is obliged, and what lets the others out."""
    told = {expected_.day for expected_ in one.case.expected} | {fact.day for fact in one.case.facts}
    days = {day + timedelta(days=n) for day in told for n in (-1, 0, 1)}
    needs = {requirement_id: need for need, requirement_id in one.needs.items()}
    found = {}
    for name, person_id in one.people.items():
        segments = rules.derive(facts[person_id], wanted, tree).segments
        for day in days:
            held = {s.requirement_id for s in segments if s.from_on <= day < s.to_on and s.kind != WAIVED}
            for requirement in wanted:
                grounds = rules.outside(facts[person_id], requirement, tree, day).grounds
                found[day, name, needs[requirement.id]] = requirement.id in held, grounds
    return found


def _seen(obligation: rules.ObligationFact, state: rules.State, segments: Any, day: date) -> Seen:
    o = obligation
    units = [
        s.unit_id
        for s in segments
        if (s.person_id, s.requirement_id, s.cycle) == (o.person_id, o.requirement_id, o.cycle)
        and s.from_on <= day < s.to_on
    ]
    assert len(units) <= 1, "counted twice on one day"
    return Seen(
        o.cycle, state, o.opened_on, o.closes_on, o.due_on, o.started_on, o.fulfilled_on, o.valid_until,
        units[0] if units else None,
    )  # fmt: skip


def _read(stage: Stage, people: list[int], right: rules.Derived) -> Whole:
    """What stands in the database, read the way the pages and reports read it."""
    db.session.expire_all()
    standing = derived(people)
    plan = reports.plan_of(PLAN)
    requirements = reports.requirements_of(plan.id)
    told = {}
    for one in stage.played:
        own = set(one.people.values())
        mine = _of_people(standing, own)
        duties = {e.day: _by_pages(one, mine, e.day) for e in one.case.expected if not e.unit}
        figures = {e: _figures(one, e, plan, requirements) for e in one.case.expected if e.unit}
        told[one.case.name] = Told(duties, figures, one.units)
    return Whole(told, standing, right)


def _of_people(whole: rules.Derived, people: set[int]) -> rules.Derived:
    """What was derived for these people only."""
    return replace(
        whole,
        obligations=[o for o in whole.obligations if o.person_id in people],
        segments=[s for s in whole.segments if s.person_id in people],
    )


def _by_pages(one: Played, standing: rules.Derived, day: date) -> Duties:
    seen: Duties = {}
    for name, person_id in one.people.items():
        states = {(d.requirement_id, d.cycle): d.state for d in queries.all_duties_of(person_id, day)}
        for need, requirement_id in one.needs.items():
            seen[name, need] = [
                _seen(o, states[requirement_id, o.cycle], standing.segments, day)
                for o in standing.obligations
                if (o.person_id, o.requirement_id) == (person_id, requirement_id)
            ]
    return seen


def _figures(one: Played, told: Expected, plan: reports.PlanFacts, requirements: Any) -> dict[str, Any]:
    """The report's figures for the unit, through the query of the report itself."""
    day = told.day
    if told.is_former:
        view = reports.view_before(day, db.session.get_one(Reform, one.reforms[-1]))
    else:
        view = reports.View(day, Structure.CURRENT, day, None, None, tree_on(day))
    wanted = tuple(r for r in requirements if r.id in one.needs.values())
    total = reports.compliance(plan, view, view.tree.places[one.units[told.unit]], wanted).total
    return {name: getattr(total, name) for name, _ in told.items}


# The tests ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_a_case_comes_out_as_the_office_expects(ways, case):
    wrong = [
        f"{way}: {told.day:%d/%m/%Y} {told.sentence} – {problem}"
        for way, whole in ways.items()
        for told in case.expected
        for problem in _problems(whole.told[case.name], told)
    ]
    assert wrong == []


def _problems(found: Told, told: Expected) -> Iterator[str]:
    if told.unit:
        if told in found.figures:
            figures = found.figures[told]
            yield from (f"{name}: {figures[name]}" for name, value in told.items if figures[name] != value)
        return
    duties = found.duties[told.day][told.who, told.need]
    duty = _meant(duties, told)
    for name, value in told.items:
        if name == "none":
            if [d for d in duties if told.cycle in (None, d.cycle)]:
                yield f"có {duties}"
        elif duty is None:
            yield "không có nghĩa vụ nào"
        else:
            wanted = found.units[value] if name == "unit" and value else value
            if getattr(duty, name) != wanted:
                yield f"{name}: {getattr(duty, name)}"


def _meant(duties: list[Seen], told: Expected) -> Seen | None:
    """The duty of the cycle told; else the one that counts on the day, the last one that ended, the first to come."""
    if told.cycle is not None:
        return next((d for d in duties if d.cycle == told.cycle), None)
    counting = [d for d in duties if d.unit is not None]
    assert len(counting) <= 1, f"{told.sentence}: nói rõ năm hay kỳ nào"
    begun = [d for d in duties if d.opened_on <= told.day]
    return (counting or begun[-1:] or duties[:1] or [None])[0]


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_whoever_is_not_obliged_is_told_why_and_nobody_else(ways, case):
    outside = ways["plain loops"].told[case.name].outside
    assert outside
    assert {key: told for key, told in outside.items() if told[0] == bool(told[1])} == {}


@pytest.mark.parametrize("way", ["increments", "full derivation"])
def test_everything_derived_equals_the_plain_loops(ways, way):
    assert ways[way].derived == ways[way].expected


def test_every_requirement_of_a_case_is_derived(ways):
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Requirement)) == sum(len(c.needs) for c in ALL)
