"""The independent check finds every planted fault, and nothing where all is in order."""

import json
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given

from lms.organisation.models import FormerUnit, Reform, Succession, UnitClosure
from lms.organisation.service import refresh_former_units
from lms.plan import queries, service
from lms.plan.check import days_to_check, former_units
from lms.plan.figures.models import FigureDelta, FigureMark
from lms.plan.models import DerivedCheck, Obligation, Reason, Segment
from lms.plan.rules import FOREVER, PostingFact
from lms.platform import clock
from lms.platform.db import db
from tests.conftest import TODAY
from tests.factories import add, make_posting, make_unit
from tests.plan import world
from tests.plan.plans import apply, make_course
from tests.plan.test_derivation import OFTEN, absences, completions, undone, waivers
from tests.plan.world import World, st


@pytest.fixture
def city(cast):
    """The cast with a plan, and a former unit for An."""
    make_course(organiser=cast.city)
    apply()
    reform = add(Reform(code="thu", title="Thử", effective_on=date(2025, 7, 1)))
    old = make_unit(name="Quận Cũ", kind="quan", parent=cast.city, valid_to=date(2025, 7, 1))
    make_posting(person=cast.person("an"), unit=old, from_on=date(2020, 1, 1), to_on=date(2024, 1, 1), is_primary=False)
    add(Succession(reform_id=reform.id, old_id=old.id, new_id=cast.district.id, share="staff"))
    for who in ("an", "binh"):
        make_posting(person=cast.person(who), unit=old, from_on=date(2019, 1, 1), to_on=date(2023, 1, 1))
    refresh_former_units(None)
    service.rebuild()
    return cast


def check(**options):
    """What a check finds."""
    return service.compare_derived(**options)


def test_where_all_is_in_order_nothing_is_found(city):
    found = check()
    assert (found.differences, found.first) == (0, [])
    assert found.people == 6
    assert found.compared == sum(
        db.session.scalar(sa.select(sa.func.count()).select_from(table)) for table in (Obligation, Segment, Reason)
    ) + db.session.scalar(sa.select(sa.func.count()).select_from(FormerUnit))


FAULTS = {
    "a due day moved": lambda: sa.update(Obligation).values(due_on=Obligation.due_on + 1),
    "an obligation lost": lambda: sa.delete(Obligation),
    "a fulfilment made up": lambda: sa.update(Segment).values(fulfilled_on=date(2026, 1, 1)),
    "a segment counted as paused": lambda: sa.update(Segment).values(kind=1),
    "a segment lost": lambda: sa.delete(Segment),
    "a segment in another unit": lambda: sa.update(Segment).values(unit_id=Segment.unit_id + 1),
    "a reason cut short": lambda: sa.update(Reason).values(from_on=Reason.from_on + 1),
    "a reason lost": lambda: sa.delete(Reason),
    "a former unit swapped": lambda: sa.update(FormerUnit).values(unit_id=FormerUnit.unit_id - 1),
    "a former unit lost": lambda: sa.delete(FormerUnit),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_with_its_person(city, fault):
    an = city.an.person_id
    statement = FAULTS[fault]()
    table = statement.table
    db.session.execute(statement.where(table.c.person_id == an))
    found = check()
    assert found.differences >= 1
    assert {(told["table"], told["person_id"]) for told in found.first} == {(table.name, an)}
    assert found.first[0]["person"].startswith("Đặng Thị An (001")
    assert "•" in found.first[0]["person"]


def test_a_row_that_stands_twice_and_a_row_of_nobody_are_found(city):
    segment = db.session.scalars(sa.select(Segment).where(Segment.person_id == city.an.person_id)).one()
    values = {c.name: getattr(segment, c.name) for c in Segment.__table__.columns if c.name != "id"}
    db.session.execute(sa.insert(Segment).values(values))
    db.session.execute(sa.insert(Segment).values({**values, "person_id": 10_000_000}))
    found = check()
    assert [(told["table"], told["what"], told["person_id"]) for told in found.first] == [
        ("segment", "extra", city.an.person_id),
        ("segment", "extra", 10_000_000),
    ]


def test_a_wrong_closure_is_found_unit_by_unit(city):
    db.session.execute(sa.delete(UnitClosure).where(UnitClosure.unit_id == city.ward.id, UnitClosure.depth == 2))
    [told] = check().first
    assert (told["table"], told["what"], told["person"]) == ("unit_closure", "missing", "")
    assert told["key"] == {"unit_id": city.ward.id, "ancestor_id": city.city.id, "depth": 2}


def test_the_first_hundred_are_kept_and_all_are_counted_and_told(city):
    rows = [
        {"person_id": city.an.person_id, "requirement_id": 1, "audience_id": n, "posting_id": n, "sign": 1,
         "from_on": date(2024, 1, 1), "to_on": FOREVER}
        for n in range(1000, 1150)
    ]  # fmt: skip
    db.session.execute(sa.insert(Reason.__table__), rows)
    told = []
    found = check(tell=told.append)
    assert (found.differences, len(found.first), len(told)) == (150, 100, 150)


def test_batches_cover_everybody_once(city, monkeypatch):
    monkeypatch.setattr("lms.plan.queries.checks.AT_ONCE", 2)
    db.session.execute(sa.update(Segment).values(kind=1).where(Segment.person_id == city.huy.person_id))
    found = check()
    assert found.people == 6
    assert {told["person_id"] for told in found.first} == {city.huy.person_id}
    assert check(people=4).people == 4


def test_the_former_unit_is_that_of_the_last_primary_posting_before_the_reform():
    from lms.plan.rules import Tree

    day = date(2025, 7, 1)
    tree = Tree({1: (date(2000, 1, 1), day), 2: (date(2000, 1, 1), day), 3: (day, FOREVER)}, {}, {})

    def posting(number, unit, begin, primary=True):
        return PostingFact(number, unit, "", "cong_chuc", begin, begin + timedelta(30), primary)

    facts = [posting(1, 1, date(2020, 1, 1)), posting(2, 2, date(2021, 1, 1)), posting(3, 1, date(2022, 1, 1), False)]
    assert former_units(facts, [(7, day)], tree) == {7: 2}
    assert former_units([posting(4, 3, day)], [(7, day)], tree) == {}


@OFTEN
@given(
    city=world.cities(),
    completed=st.lists(completions, max_size=10),
    away=st.lists(absences, max_size=2),
    exempt=st.lists(waivers, max_size=2),
)
def test_whatever_the_facts_a_fresh_derivation_is_found_in_order(session, city, completed, away, exempt):
    with undone():
        here = World(city)
        for completion in completed:
            here.complete(*completion)
        for person, days in away:
            here.absent(person, *days)
        for person, requirement, days in exempt:
            here.waive(person, requirement, *days)
        service.rebuild()
        assert check().first == []


@pytest.fixture
def run(app, city):
    """`flask check-derived`, as a person runs it."""
    db.session.commit()
    return lambda *words: app.test_cli_runner().invoke(args=["check-derived", *words])


def test_the_command_says_that_all_is_in_order_and_leaves_a_record(run, audited):
    done = run()
    assert done.exit_code == 0, done.output
    assert "Đã đối chiếu 6 người" in done.output
    assert "khớp hoàn toàn" in done.output
    [row] = db.session.scalars(sa.select(DerivedCheck)).all()
    assert (row.is_whole, row.people, row.differences, row.first) == (True, 6, 0, [])
    assert row.finished_at is not None
    assert audited()[-1] == "plan:derived:checked"
    assert queries.proof().clean.id == row.id
    assert not queries.proof().is_dirty


def test_the_command_lists_differences_and_ends_with_1(run, city):
    db.session.execute(
        sa.update(Obligation).values(due_on=date(2030, 1, 1)).where(Obligation.person_id == city.an.person_id)
    )
    db.session.commit()
    done = run()
    assert done.exit_code == 1
    assert "Đặng Thị An (001" in done.output
    assert "due_on 2030-01-01" in done.output
    told = run("--json")
    assert told.exit_code == 1
    first, last = told.stdout.strip().splitlines()
    assert json.loads(first)["table"] == "obligation"
    assert json.loads(last)["differences"] == 1
    proof = queries.proof()
    assert (proof.is_dirty, proof.clean) == (True, None)


def test_only_a_clean_check_of_everybody_ends_a_dirty_state(run, city):
    kept = db.session.scalars(sa.select(Segment.kind)).first()
    db.session.execute(sa.update(Segment).values(kind=1))
    db.session.commit()
    assert run().exit_code == 1
    db.session.execute(sa.update(Segment).values(kind=kept))
    db.session.commit()
    assert run("--people", "3").exit_code == 0
    assert queries.proof().is_dirty
    assert run().exit_code == 0
    assert not queries.proof().is_dirty


@pytest.fixture
def kept(city):
    """Figures kept ready for reports, marked at each month end."""
    service.begin_figures(clock.now(), lambda step: None)
    through = service.last_change()
    for day in service.days_to_mark(TODAY):
        service.mark_figures(day, through, clock.now())
    return days_to_check(TODAY)


def test_kept_figures_are_counted_anew(city, kept):
    before = check().compared
    found = check(days=kept)
    assert (found.first, found.compared > before) == ([], True)


@pytest.mark.parametrize("table", [FigureDelta, FigureMark])
def test_a_fault_in_the_kept_figures_is_found_with_day_unit_and_requirement(city, kept, table):
    db.session.execute(sa.update(table).values(required=table.required + 1).where(table.unit_id == city.ward.id))
    found = check(days=kept)
    assert found.differences
    assert {(told["table"], told["key"]["unit_id"]) for told in found.first} == {("figure", city.ward.id)}
    assert all(told["found"]["required"] > told["expected"]["required"] for told in found.first)


def test_a_sample_leaves_the_figures_of_everybody_alone(city, kept):
    db.session.execute(sa.delete(FigureMark))
    assert check(people=3, days=kept).differences == 0
    assert check(days=kept).differences > 0


def test_the_days_looked_at_are_others_each_night_and_today_among_them():
    today, tomorrow = days_to_check(TODAY), days_to_check(TODAY + timedelta(days=1))
    assert today[0] == TODAY
    assert min(today) < TODAY < max(today)
    assert set(today[1:]) != set(tomorrow[1:])
