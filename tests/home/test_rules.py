"""Rules of the first page."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.home import rules
from lms.home.rules import Standing, Urgency

TODAY = date(2026, 11, 24)
STATES = ("not_started", "in_progress", "overdue", "paused", "completed", "completed_late", "waived", "ended")


@dataclass(frozen=True)
class Duty:
    """A duty as the rules see it."""

    state: str = "not_started"
    due_on: date = TODAY
    course_ids: tuple[int, ...] = ()
    done_course_ids: frozenset[int] = field(default=frozenset())


@dataclass(frozen=True)
class Course:
    """A course as the rules see it."""

    percent: int = 0
    completed_on: date | None = None


@given(st.lists(st.builds(Duty, state=st.sampled_from(STATES), due_on=st.dates(date(2026, 1, 1), date(2027, 1, 1)))))
def test_only_open_duties_are_listed_late_ones_first_then_by_due_day(duties):
    listed = rules.by_urgency(duties)
    assert sorted(map(id, listed)) == sorted(id(duty) for duty in duties if duty.state in rules.OPEN_STATES)
    keys = [(duty.state == "paused", duty.state != "overdue", duty.due_on) for duty in listed]
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    ("state", "days", "standing"),
    [
        ("overdue", -4, Standing(Urgency.OVERDUE, -4)),
        ("in_progress", 0, Standing(Urgency.DUE_SOON, 0)),
        ("not_started", 7, Standing(Urgency.DUE_SOON, 7)),
        ("not_started", 8, Standing(Urgency.NOT_STARTED, 8)),
        ("in_progress", 8, Standing(Urgency.IN_PROGRESS, 8)),
        ("paused", -4, Standing(Urgency.PAUSED, -4)),
    ],
    ids=["late", "on-the-day", "a-week", "more-than-a-week", "under-way", "paused"],
)
def test_a_duty_is_as_urgent_as_its_due_day(state, days, standing):
    assert rules.standing(Duty(state, TODAY + timedelta(days)), TODAY) == standing


def test_the_course_furthest_on_comes_next_and_what_counts_already_never():
    progress = {1: Course(100, TODAY), 2: Course(20), 3: Course(60), 4: Course(60)}
    assert rules.next_course(Duty(course_ids=(1, 2, 3, 4)), progress) == 3
    assert rules.next_course(Duty(course_ids=(1, 2, 3), done_course_ids=frozenset({3})), progress) == 2
    assert rules.next_course(Duty(course_ids=(1,)), progress) == 1
    assert rules.next_course(Duty(course_ids=(1,), done_course_ids=frozenset({1})), progress) is None
    assert rules.next_course(Duty(), progress) is None


@given(st.decimals(0, 200, places=2))
def test_the_ring_is_never_more_than_full(hours):
    share = rules.year_percent(hours)
    assert 0 <= share <= 100
    assert (share == 100) == (hours * 100 / rules.YEARLY_HOURS >= Decimal("99.995"))
