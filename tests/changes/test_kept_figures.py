"""What kept figures say after acts on many people have been taken back."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from lms.organisation import service as organisation
from lms.organisation.models import Reform, Succession
from lms.plan import service as plan
from lms.plan.figures.models import FigureHead
from lms.plan.models import Requirement
from lms.plan.queries import checks as reading
from lms.platform import clock
from lms.platform.db import db
from lms.platform.events import SYSTEM
from lms.reports import queries
from lms.reports.queries.figures import counted_per_unit, kept_per_unit
from lms.reports.rules import Structure
from tests.changes.test_journal import done, taken_back
from tests.conftest import TODAY
from tests.factories import add, make_person
from tests.organisation.rosters import as_csv, row
from tests.organisation.test_reforms import FILE, City
from tests.plan import plans

DAYS = (TODAY, TODAY - timedelta(days=200), date(2027, 1, 15))
PLAN = plans.SMALL.replace("tp-ha-noi", "tp")
AMENDED = PLAN.replace("2026-12-31", "2027-01-31").replace("cong_chuc, vien_chuc", "cong_chuc")
FIRST_REFORM = date(2025, 7, 1)


def keep():
    """What the hourly job does."""
    begun = plan.begin_figures(clock.now(), lambda step: None)
    through = plan.last_change()
    for day in plan.days_to_mark(TODAY):
        plan.mark_figures(day, through, clock.now())
    return begun


@pytest.fixture
def city(session):
    """Wards with a plan, behind a reform of last year, with kept figures."""
    city = City()
    for ward in (city.a, city.b, city.c):
        for _ in range(3):
            make_person(unit=ward)
    plans.make_course(organiser=city.city)
    plans.apply(PLAN)
    reform = add(Reform(code="r1", title="Sắp xếp", effective_on=FIRST_REFORM))
    add(Succession(reform_id=reform.id, old_id=city.a.id, new_id=city.b.id, share="staff"))
    organisation.refresh_former_units(None)
    city.first_reform = reform
    assert keep()
    assert are_kept()
    return city


def are_kept():
    return db.session.scalar(sa.select(sa.exists(sa.select(FigureHead.day))))


def kept():
    return {day: reading.figures_kept(day) for day in DAYS}


def differences():
    return plan.compare_derived(days=DAYS).differences


def views(reform_id, day):
    """The whole in today's structure and in the one before the reform."""
    ids = tuple(db.session.scalars(sa.select(Requirement.id)))
    now = queries.view_on(day, Structure.CURRENT)
    before = queries.view_before(day, db.session.get_one(Reform, reform_id))
    return [queries.scope_of(view, ids, None) for view in (now, before)]


def same(one, other):
    """Whether two ways of counting say the same."""
    return one is not None and [sorted(one.cells, key=repr), one.persons] == [
        sorted(other.cells, key=repr),
        other.persons,
    ]


def roster(unit, people):
    """Everybody of the unit leaves, and so many others join."""
    content = as_csv([row(personal_id=f"001192{n:06d}", full_name="Nguyễn Văn Mới") for n in range(people)])
    return lambda: organisation.import_at_once(
        content, file_name="moi.csv", unit=unit, on=TODAY - timedelta(days=30), by=SYSTEM, now=clock.now()
    )


@pytest.mark.parametrize("people", [5, 130], ids=["few", "many"])
def test_a_roster_and_an_amended_plan_taken_back_leave_the_figures_as_they_were(city, people):
    before = kept()
    acts = (
        roster(city.a, people),
        lambda: plans.apply(AMENDED, shorten=True),
        lambda: plans.apply(PLAN.replace("KH-THU", "KH-BA")),
    )
    changes = []
    for act in acts:
        changes.append(done(act))
        assert kept() != before
        assert differences() == 0
    for change in reversed(changes):
        taken_back(change)
        assert differences() == 0
        for day in DAYS:
            assert all(
                same(kept_per_unit(scope), counted_per_unit(scope)) for scope in views(city.first_reform.id, day)
            )
    assert kept() == before
    assert not keep(), "nothing was forgotten"
    assert kept() == before
    assert differences() == 0


def test_a_later_small_reform_leaves_the_former_structure_fast_and_true(city):
    before = kept()
    change = done(
        lambda: organisation.reorganise(
            FILE.encode(), file_name="thu.yaml", on=date(2026, 7, 1), by=SYSTEM, now=clock.now()
        )
    )
    [second] = db.session.scalars(sa.select(Reform.id).where(Reform.effective_on == date(2026, 7, 1)))
    for day in DAYS:
        assert all(same(kept_per_unit(scope), counted_per_unit(scope)) for scope in views(city.first_reform.id, day))
    assert differences() == 0
    assert kept_per_unit(views(second, TODAY)[1]) is None
    assert keep()
    assert same(kept_per_unit(views(second, TODAY)[1]), counted_per_unit(views(second, TODAY)[1]))
    assert differences() == 0
    taken_back(change)
    assert differences() == 0
    keep()
    assert kept() == before
    assert differences() == 0
