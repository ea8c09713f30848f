"""Reform after reform on a small tree: nobody is lost, totals stay to the person, every former structure reconciles."""

import os
from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest
import sqlalchemy as sa

from lms.learning.service import CompletionSource, Result, record_completion
from lms.organisation import queries as organisation
from lms.organisation.models import Person, Posting, Succession, Unit
from lms.organisation.service import hire, refresh_former_units, reorganise, undecided
from lms.plan import queries, rules
from lms.plan import service as plan
from lms.platform.db import db
from lms.platform.events import SYSTEM
from lms.reports import queries as reports
from lms.reports.rules import Structure
from tests.plan.sequences import shared_acts, truth
from tests.plan.sequences.acts import draw_post
from tests.plan.sequences.city import TODAY, City
from tests.plan.sequences.events import Case
from tests.plan.sequences.runs import undone
from tests.plan.world import NOW

TREES = int(os.environ.get("TREES") or ("24" if os.environ.get("CI") else "8"))
PEOPLE, REFORMS, PARTS = 12, 4, 4
ONE_DAY = timedelta(days=1)


def small_city(seed: int) -> City:
    """People in every unit, some in two, with results; duties for everybody wherever he is."""
    random = Random(seed)
    city = City(Case(seed, tuple(range(1, PEOPLE + 1)), (0, 1, 2, 3), (), together=False))
    for spec in city.plan.specs.values():
        # A rule that names one unit or kind may rightly end with a reform.
        spec |= {"audience": [{"unit": "tp", "categories": ["cong_chuc", "vien_chuc"]}], "exclude": []}
        spec.pop("to", None)
    plan.import_plan(city.plan.text("mọi người"), by=SYSTEM, today=date(2024, 1, 1), now=NOW)
    for person_id in city.people.values():
        person = db.session.get_one(Person, person_id)
        for is_primary in (True, False)[: random.choice((1, 1, 2))]:
            begin = date(2024, 9, 1) + timedelta(days=random.randrange(500))
            hire(person, draw_post(city, random, begin, is_primary=is_primary), from_on=begin, by=SYSTEM, now=NOW)
        result = Result(
            person_id=person_id, course_id=random.choice(city.courses), source=CompletionSource.RECOGNISED,
            completed_on=date(2024, 10, 1) + timedelta(days=random.randrange(700)),
        )  # fmt: skip
        record_completion(result, today=TODAY, now=NOW, by=SYSTEM)
    return city


def duties(city: City, day: date) -> dict[int, Counter]:
    """Person → (clause, requirement, cycle, due day, state) of the duties that are his on a day, from the segments."""
    clauses = dict(db.session.execute(sa.text("SELECT id, clause_id FROM requirement")).all())
    found: dict[int, Counter] = {person_id: Counter() for person_id in city.people.values()}
    for row in truth.stored()["segment"]:
        segment = rules.SegmentFact(*row)
        if segment.from_on <= day < segment.to_on:
            state = rules.state_on(
                day, closes_on=segment.to_on, due_on=segment.due_on, started_on=segment.started_on,
                fulfilled_on=segment.fulfilled_on, kind=segment.kind,
            )  # fmt: skip
            key = (clauses[segment.requirement_id], segment.requirement_id, segment.cycle, segment.due_on, state)
            found[segment.person_id][key] += 1
    return found


def posted(day: date) -> dict[int, set[str]]:
    """Person → codes of his units on a day."""
    found: dict[int, set[str]] = {}
    rows = db.session.execute(
        sa.select(Posting.person_id, Unit.code, Unit.valid_from, Unit.valid_to)
        .join(Unit, Unit.id == Posting.unit_id)
        .where(Posting.superseded_at.is_(None), Posting.from_on <= day, Posting.to_on > day)
    )
    for person_id, code, begins, ends in rows:
        assert begins <= day < ends, f"somebody is posted in {code}, which does not stand on {day}"
        found.setdefault(person_id, set()).add(code)
    return found


def everything() -> dict[str, list]:
    """Every row of facts and of what is derived from them."""
    places = ("unit", "unit_name", "unit_place", "unit_closure", "succession")
    people = ("posting", "reform_choice", "former_unit", "audit_event")
    rows = {name: db.session.execute(sa.text(f"SELECT * FROM {name}")) for name in places + people}
    return {name: sorted(map(tuple, found), key=repr) for name, found in rows.items()} | truth.stored()


def reconciles(day: date) -> None:
    """Every former structure, and the bridge to it, adds up to the figures of today's structure."""
    of_plan = reports.plan_of("KH")
    now = reports.view_on(day, Structure.CURRENT)
    report = reports.compliance(of_plan, now, None)
    scope = reports.scope_of(now, tuple(r.id for r in report.requirements), None)
    for reform in organisation.reforms_that_repost(up_to=day):
        former = reports.view_before(day, reform)
        old = reports.compliance(of_plan, former, None)
        assert old.total == report.total, f"{reform.code} on {day}"
        assert dict(old.by_requirement) == dict(report.by_requirement)
        bridge = reports.bridge_of(scope, now, former)
        for rows in (bridge.old, bridge.new, bridge.pairs):
            figures = [row.figures for row in rows]
            assert sum(f.required for f in figures) == bridge.total.required == report.total.required
            assert sum(f.completed for f in figures) == bridge.total.completed == report.total.completed
            assert sum(f.persons for f in figures) == bridge.total.persons == report.total.persons


@pytest.mark.parametrize("part", range(PARTS))
def test_reform_after_reform_nobody_is_lost_and_every_structure_reconciles(session, part):
    done = Counter()
    for seed in range(part, TREES, PARTS):
        with undone():
            city = small_city(seed)
            random = Random(-seed - 1)
            for _ in range(REFORMS):
                _one_more(city, random, done)
    assert done["applied"] > done["refused"]
    assert done["moved"] > 0
    assert done["waiting"] > 0


def _one_more(city: City, random: Random, done: Counter) -> None:
    day = city.next_reform_day()
    before = {on: duties(city, on) for on in (day - ONE_DAY, day, TODAY)}
    stood = posted(day)
    savepoint = db.session.begin_nested()
    try:
        told = shared_acts.reform(city, random)
        savepoint.commit()
    except shared_acts.UnreadableReform:
        savepoint.rollback()
        done["refused"] += 1
        return
    done["applied"] += 1
    [reform, *_] = organisation.reforms_that_repost()
    waiting = {row.person_id: row for row in undecided(reform)}
    done["waiting"] += len(waiting)
    after = posted(day)
    dissolved = _in_dissolved_units(reform.id)
    for person_id, codes in stood.items():
        done["moved"] += codes != after.get(person_id)
        lost = len(codes) > len(after.get(person_id, ())) and person_id not in dissolved
        merged = len(codes) > 1
        assert not lost or merged, f"{told}: {person_id} was in {codes}, is in {after.get(person_id)}"
        assert person_id in after or person_id in waiting, f"{told}: {person_id} is lost"
    for on, duty in before.items():
        now = duties(city, on)
        for person_id, his in duty.items():
            if on < day or person_id not in dissolved:
                assert now[person_id] == his, f"{told}: duties of {person_id} on {on}"
    for on in (day, TODAY):
        reconciles(on)
    _second_time_changes_nothing(city, told)
    if waiting and random.random() < 0.5:
        shared_acts.choose(city, random)
        reconciles(TODAY)
    assert queries.tree().life.keys() >= {unit.id for unit in city.units}


def _in_dissolved_units(reform_id: int) -> set[int]:
    """Who was in a unit that nothing succeeds: until somebody chooses for him he is listed, and counted nowhere."""
    ended = sa.select(Succession.old_id).where(Succession.reform_id == reform_id, Succession.new_id.is_(None))
    return set(db.session.scalars(sa.select(Posting.person_id).where(Posting.unit_id.in_(ended))))


def _second_time_changes_nothing(city: City, told: str) -> None:
    before = everything()
    text, day = city.last_reform
    again = reorganise(text, file_name="sap-xep.yaml", on=day, by=SYSTEM, now=NOW)
    assert again.already
    assert everything() == before, told
    plan.rebuild()
    refresh_former_units(None)
    assert everything() == before, told
