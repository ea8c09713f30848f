"""The set SQL, the hot path and the plain loops say the same, whatever happens."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from unittest import mock

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.learning.models import Completion
from lms.organisation.models import Posting
from lms.plan import service
from lms.plan.models import Obligation
from lms.plan.service import derivation
from lms.platform.columns import FOREVER
from lms.platform.db import db
from tests.conftest import TODAY
from tests.plan import world
from tests.plan.world import World, derived, expected

OFTEN = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)

hours = st.sampled_from((Decimal(4), Decimal("4.5"), Decimal("0.1")))
completions = st.tuples(
    world.person_numbers, world.course_numbers, world.days, hours, st.sampled_from(world.GROUPS),
    st.sampled_from((None, 1, 2)),
)  # fmt: skip
starts = st.tuples(world.person_numbers, world.course_numbers, world.days)
absences = st.tuples(world.person_numbers, world.intervals())
grants = st.tuples(
    world.person_numbers, st.integers(1, 3), st.sampled_from((0, 0, 1, 2, 2024, 2025)), world.days, world.days,
    st.sampled_from(("extended", "realistic", "confirmed", "kept", "fixed", "fixed")), world.days,
)  # fmt: skip
waivers = st.tuples(world.person_numbers, st.just(1), world.intervals())


@contextmanager
def undone() -> Iterator[None]:
    """Everything inside is rolled back, so that each example begins with an empty database."""
    savepoint = db.session.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()
        db.session.expire_all()


@OFTEN
@given(
    city=world.cities(),
    completed=st.lists(completions, min_size=4, max_size=14),
    started=st.lists(starts, max_size=3),
    away=st.lists(absences, max_size=3),
    exempt=st.lists(waivers, max_size=2),
    given_days=st.lists(grants, max_size=4),
)
def test_the_set_sql_equals_the_plain_loops(session, city, completed, started, away, exempt, given_days):
    with undone():
        here = World(city)
        for completion in completed:
            here.complete(*completion)
        for start in started:
            here.start(*start)
        for person, days in away:
            here.absent(person, *days)
        for person, requirement, days in exempt:
            here.waive(person, requirement, *days)
        for grant in given_days:
            if grant[1] <= len(city["requirements"]):
                here.grant(*grant)
        service.rebuild()
        assert derived(here.people) == expected(here.people)


events = st.one_of(
    st.tuples(st.just("completed"), completions),
    st.tuples(st.just("completed"), completions),
    st.tuples(st.just("voided"), st.integers(0, 5)),
    st.tuples(st.just("started"), starts),
    st.tuples(st.just("joined"), world.person_numbers.flatmap(world.postings)),
    st.tuples(st.just("left"), st.tuples(st.integers(0, 5), world.days)),
    st.tuples(st.just("away"), absences),
    st.tuples(st.just("waived"), waivers),
    st.tuples(st.just("granted"), grants),
    st.tuples(st.just("moved"), st.tuples(st.integers(2, world.UNITS), world.days)),
    st.tuples(st.just("amended"), st.just(None)),
)


@OFTEN
@given(
    city=world.cities(), happening=st.lists(events, min_size=1, max_size=6), few=st.sampled_from((0, derivation.FEW))
)
def test_after_any_events_the_increments_equal_a_rebuild(session, city, happening, few):
    """People are followed one by one, or (with `few` at 0) by the set SQL."""
    with undone(), mock.patch.object(derivation, "FEW", few):
        here = World(city)
        service.rebuild()
        for kind, facts in happening:
            _happen(here, city, kind, facts)
        left_by_increments = derived(here.people)
        assert left_by_increments == expected(here.people)
        service.rebuild()
        assert derived(here.people) == left_by_increments


def _happen(here: World, city, kind, facts) -> None:
    """Write the fact and let the obligations follow, each in its own way."""
    if kind == "completed":
        here.complete(*facts)
        service.refresh_person_course(here.shift + facts[0], here.shift + facts[1], TODAY)
    elif kind == "voided":
        found = db.session.scalars(
            sa.select(Completion).where(Completion.voided_at.is_(None)).order_by(Completion.id)
        ).all()
        for completion in found[facts : facts + 1]:
            completion.voided_at = world.NOW
            service.refresh_person_course(completion.person_id, completion.course_id, TODAY)
    elif kind == "started":
        if here.start(*facts):
            service.refresh_person_course(here.shift + facts[0], here.shift + facts[1], TODAY)
    elif kind == "joined":
        here.post({**facts, "is_primary": False})
        service.refresh_people([here.shift + facts["person"]])
    elif kind == "left":
        _leave(here, *facts)
    elif kind == "away":
        here.absent(facts[0], *facts[1])
        service.refresh_people([here.shift + facts[0]])
    elif kind == "waived":
        here.waive(facts[0], facts[1], *facts[2])
        service.refresh_people([here.shift + facts[0]])
    elif kind == "granted":
        if facts[1] <= len(city["requirements"]):
            here.grant(*facts)
            service.refresh_people([here.shift + facts[0]])
    elif kind == "moved":
        unit, day = facts
        city["places"] = _moved(city["places"], unit, day)
        here.place(city["places"])
        service.refresh_people(here.people)
    elif kind == "amended":
        from lms.plan.models import Audience

        rule = db.session.scalars(sa.select(Audience).order_by(Audience.id)).first()
        rule.subtree, rule.category = not rule.subtree, None
        service.refresh_requirements([rule.requirement_id])


def _leave(here: World, number, day) -> None:
    found = db.session.scalars(sa.select(Posting).where(Posting.superseded_at.is_(None)).order_by(Posting.id)).all()
    for posting in found[number : number + 1]:
        posting.superseded_at = world.NOW
        if posting.from_on < day < posting.to_on:
            here.post(
                {
                    "person": posting.person_id - here.shift, "unit": posting.unit_id - here.shift,
                    "position": posting.position, "category": posting.category, "from_on": posting.from_on,
                    "to_on": day,
                    "is_primary": posting.is_primary,
                }
            )  # fmt: skip
        service.refresh_people([posting.person_id])


def _moved(places, unit, day):
    """From `day` on the unit hangs directly under the root."""
    kept = []
    for place in places:
        if place["unit"] != unit or place["to_on"] <= day:
            kept.append(place)
        elif place["from_on"] < day:
            kept.append({**place, "to_on": day})
    return [*kept, {"unit": unit, "parent": 1, "from_on": day, "to_on": FOREVER}]


def test_a_derivation_that_changes_nothing_writes_nothing(session):
    with undone():
        here = World(_one_person_city())
        service.rebuild()
        before = list(db.session.execute(sa.select(Obligation.id, Obligation.person_id).order_by(Obligation.id)))
        assert len(before) == 1
        service.rebuild()
        service.refresh_people(here.people)
        after = list(db.session.execute(sa.select(Obligation.id, Obligation.person_id).order_by(Obligation.id)))
        assert before == after


def test_the_id_survives_leaving_and_coming_back(session):
    with undone():
        city = _one_person_city()
        here = World(city)
        service.rebuild()
        [first] = db.session.scalars(sa.select(Obligation)).all()
        kept = first.id
        _leave(here, 0, world.BEGIN.replace(year=2025))
        db.session.expire_all()
        [left] = db.session.scalars(sa.select(Obligation)).all()
        assert (left.id, left.closes_on) == (kept, world.BEGIN.replace(year=2025))
        here.post({**city["postings"][0], "from_on": world.BEGIN.replace(year=2026)})
        service.refresh_people(here.people)
        db.session.expire_all()
        [back] = db.session.scalars(sa.select(Obligation)).all()
        assert (back.id, back.opened_on, back.closes_on) == (kept, first.opened_on, FOREVER)


def test_a_posting_that_never_was_leaves_no_obligation(session):
    with undone():
        here = World(_one_person_city())
        service.rebuild()
        db.session.execute(sa.update(Posting).values(superseded_at=world.NOW))
        service.refresh_people(here.people)
        assert derived(here.people) == expected(here.people)
        assert db.session.scalars(sa.select(Obligation)).all() == []


def _one_person_city():
    long_ago = world.date(2000, 1, 1)
    everyone = {
        "sign": 1, "unit_id": 1, "subtree": True, "position": None, "category": None, "kind": None,
        "from_on": long_ago, "to_on": FOREVER,
    }  # fmt: skip
    return {
        "places": [
            {"unit": n, "parent": n - 1 or None, "from_on": long_ago, "to_on": FOREVER}
            for n in range(1, world.UNITS + 1)
        ],
        "kinds": [
            {"unit": n, "kind": "phuong", "from_on": long_ago, "to_on": FOREVER} for n in range(1, world.UNITS + 1)
        ],
        "postings": [
            {
                "person": 1, "unit": 3, "position": "", "category": "cong_chuc", "from_on": world.BEGIN,
                "to_on": FOREVER, "is_primary": True,
            }
        ],
        "requirements": [
            {
                "rule": "any_of", "courses": [1], "hours_needed": None, "content_group": "", "due_rule": "fixed",
                "due_days": None, "fixed_on": world.BEGIN.replace(year=2025), "month_and_day": (12, 31),
                "accept_before_days": None, "from_on": long_ago, "to_on": FOREVER, "audiences": [everyone],
            }
        ],
    }  # fmt: skip
