"""A changed period of validity is for the next result: what has been given stays valid as long as it was."""

from datetime import date

import pytest
import sqlalchemy as sa

from lms.learning.models import Completion
from lms.plan import service
from lms.plan.models import DueGrant, Obligation
from lms.plan.rules import FOREVER
from lms.platform import clock
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.conftest import TODAY
from tests.plan.plans import SMALL, apply, make_course
from tests.plan.test_told_days import complete

DONE = date(2026, 3, 5)


def repeating(months: int, window: int = 2, base: str = "completion", due: str = "{fixed: 2026-12-31}") -> str:
    """The small plan, its results valid for some months."""
    repeat = f"repeat: {{months: {months}, window_months: {window}, from: {base}}}"
    return SMALL.replace("due: {fixed: 2026-12-31}", f"due: {due}\n    {repeat}")


@pytest.fixture
def course(cast):
    """The course of the small plan, valid for a year; An completed it on 05/03/2026, until 04/03/2027."""
    found = make_course(organiser=cast.city)
    apply(repeating(12))
    complete(cast.an.person_id, found, DONE)
    return found


def cycles(person_id: int) -> list[tuple[date, date, date]]:
    """Opening, due and last valid day of each cycle."""
    db.session.expire_all()
    wanted = sa.select(Obligation.opened_on, Obligation.due_on, Obligation.valid_until)
    rows = db.session.execute(wanted.where(Obligation.person_id == person_id).order_by(Obligation.cycle))
    return [tuple(row) for row in rows]


UNTIL = date(2027, 3, 4)


@pytest.mark.parametrize("months", [6, 24])
def test_a_result_stays_valid_as_long_as_it_was_given(cast, course, months):
    change = apply(repeating(months))
    assert change.valid_kept == 1
    first, renewal = cycles(cast.an.person_id)
    assert first[2] == UNTIL
    assert renewal == (date(2027, 1, 5), UNTIL, FOREVER)
    assert service.compare_derived().differences == 0


def test_the_next_result_is_valid_for_the_new_period(cast, course):
    apply(repeating(6))
    complete(cast.an.person_id, course, date(2027, 2, 10))
    assert [row[2] for row in cycles(cast.an.person_id)[:2]] == [UNTIL, date(2027, 8, 9)]
    complete(cast.binh.person_id, course, DONE)
    assert cycles(cast.binh.person_id)[0][2] == date(2026, 9, 4)
    assert service.compare_derived().differences == 0


def test_the_day_from_which_validity_counts_may_change_too(cast, course):
    apply(repeating(12, base="fixed"))
    assert cycles(cast.an.person_id)[0][2] == UNTIL
    apply(repeating(12, base="fixed", due="{fixed: 2026-06-30}"))
    assert cycles(cast.an.person_id)[0][2] == UNTIL
    assert db.session.scalar(sa.select(sa.func.count(DueGrant.id)).where(DueGrant.kind == "valid")) == 1
    assert service.compare_derived().differences == 0


def test_a_renewal_that_counted_goes_on_counting(cast, course):
    complete(cast.an.person_id, course, date(2027, 2, 10))
    before = cycles(cast.an.person_id)
    apply(repeating(24))
    assert [row[1:] for row in cycles(cast.an.person_id)] == [row[1:] for row in before]


def test_a_result_that_is_voided_takes_its_validity_along(cast, course):
    apply(repeating(6))
    completion = complete(cast.an.person_id, course, date(2026, 4, 1))
    assert completion.completed_on > DONE
    first = db.session.scalars(sa.select(Completion).where(Completion.completed_on == DONE)).one()
    first.voided_at = clock.now()
    service.refresh_person_course(cast.an.person_id, course.id, TODAY)
    assert cycles(cast.an.person_id)[0][2] == date(2026, 9, 30)


def test_a_preview_says_how_many_and_leaves_nothing(cast, course):
    change = service.preview_plan(repeating(6).encode(), by=SYSTEM, today=TODAY, now=clock.now())
    assert change.valid_kept == 1
    assert db.session.scalar(sa.select(sa.func.count(DueGrant.id))) == 0
    assert cycles(cast.an.person_id)[0][2] == UNTIL


def test_the_same_period_writes_nothing_down(cast, course):
    assert apply(repeating(12).replace("Kế hoạch thử", "Kế hoạch thử, sửa tên")).valid_kept == 0
    assert db.session.scalar(sa.select(sa.func.count(DueGrant.id))) == 0
