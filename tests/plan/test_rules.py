"""Intervals, windows, due days, fulfilment and states."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.plan import rules
from lms.plan.rules import FOREVER, CompletionFact, StartFact, State

DAY0 = date(2024, 1, 1)
days = st.integers(0, 40).map(lambda n: DAY0 + timedelta(days=n))
pairs = st.lists(st.tuples(days, days), max_size=6)


def members(intervals) -> set[date]:
    """The days of intervals, one by one."""
    return {begin + timedelta(days=n) for begin, end in intervals for n in range((end - begin).days)}


@given(left=pairs, right=pairs)
def test_interval_arithmetic_is_set_arithmetic(left, right):
    a, b = members(left), members(right)
    assert members(rules.union([*left, *right])) == a | b
    assert members(rules.intersect(left, right)) == a & b
    assert members(rules.subtract(left, right)) == a - b


@given(left=pairs, right=pairs)
def test_results_are_sorted_apart_and_never_empty(left, right):
    for result in (rules.union(left), rules.intersect(left, right), rules.subtract(left, right)):
        assert all(begin < end for begin, end in result)
        assert all(result[n][1] < result[n + 1][0] for n in range(len(result) - 1))


def test_a_single_duty_has_one_window_of_its_whole_life():
    fixed = date(2024, 12, 31)
    [window] = rules.cycles(due_rule="fixed", from_on=DAY0, to_on=FOREVER, fixed_on=fixed)
    assert window == rules.Window(0, DAY0, FOREVER, fixed)
    [window] = rules.cycles(due_rule="after_posting", from_on=DAY0, to_on=FOREVER, fixed_on=None)
    assert window.due_on is None


def test_a_yearly_duty_has_a_window_for_each_year_cut_to_its_life():
    windows = rules.cycles(due_rule="calendar_year", from_on=date(2024, 7, 1), to_on=date(2026, 3, 1), fixed_on=None)
    assert windows == [
        rules.Window(2024, date(2024, 7, 1), date(2025, 1, 1), date(2024, 12, 31)),
        rules.Window(2025, date(2025, 1, 1), date(2026, 1, 1), date(2025, 12, 31)),
        rules.Window(2026, date(2026, 1, 1), date(2026, 3, 1), date(2026, 2, 28)),
    ]


def test_a_yearly_duty_without_an_end_reaches_2031():
    windows = rules.cycles(due_rule="calendar_year", from_on=DAY0, to_on=FOREVER, fixed_on=None)
    assert [window.cycle for window in windows] == list(range(2024, 2032))


def test_a_requirement_that_ends_before_it_begins_has_no_window():
    assert rules.cycles(due_rule="fixed", from_on=DAY0, to_on=DAY0, fixed_on=DAY0) == []


@pytest.mark.parametrize(
    ("rule", "days", "cycle_due", "opened", "expected"),
    [
        ("fixed", None, date(2024, 12, 31), date(2025, 3, 1), date(2024, 12, 31)),
        ("fixed", 60, date(2024, 12, 31), date(2024, 1, 1), date(2024, 12, 31)),
        ("fixed", 60, date(2024, 12, 31), date(2025, 3, 1), date(2025, 4, 30)),
        ("after_posting", 90, None, date(2024, 2, 29), date(2024, 5, 29)),
        ("calendar_year", None, date(2024, 11, 30), date(2024, 12, 5), date(2024, 11, 30)),
        ("calendar_year", 10, date(2024, 11, 30), date(2024, 12, 5), date(2024, 12, 15)),
        ("calendar_year", 60, date(2024, 11, 30), date(2024, 12, 5), date(2024, 12, 31)),
    ],
)
def test_due_days(rule, days, cycle_due, opened, expected):
    due = rules.due_day(
        due_rule=rule, due_days=days, cycle_due_on=cycle_due, cycle_closes_on=date(2025, 1, 1), opened_on=opened
    )
    assert due == expected


def activity(
    rule, completions, *, courses=(1, 2), hours=None, group="", yearly=False, since=date.min, until=FOREVER, starts=()
):
    """`rules.activity_of` with sensible values."""
    return rules.activity_of(
        rule=rule, course_ids=courses, hours_needed=hours, content_group=group, yearly=yearly, since=since, until=until,
        completions=completions, starts=starts,
    )  # fmt: skip


def done(course: int, day: date, hours: str = "4", group: str = "KHCN") -> CompletionFact:
    """A completion."""
    return CompletionFact(course, day, Decimal(hours), group)


def test_any_of_is_fulfilled_by_the_first_listed_course():
    acts = [done(3, date(2024, 1, 5)), done(2, date(2024, 3, 1)), done(1, date(2024, 2, 1))]
    assert activity("any_of", acts) == rules.Activity(date(2024, 2, 1), date(2024, 2, 1))


def test_all_of_is_fulfilled_on_the_day_of_the_last_missing_course():
    acts = [done(1, date(2024, 1, 5)), done(1, date(2024, 6, 1)), done(2, date(2024, 3, 1))]
    assert activity("all_of", acts) == rules.Activity(date(2024, 1, 5), date(2024, 3, 1))
    assert activity("all_of", acts[:2]) == rules.Activity(date(2024, 1, 5), FOREVER)


def test_hours_are_fulfilled_on_the_day_the_sum_is_reached():
    acts = [done(1, date(2024, 5, 1), "4.5"), done(2, date(2024, 2, 1), "3.5"), done(9, date(2024, 3, 1), "40", "QLNN")]
    assert activity("hours", acts, hours=Decimal(8), group="KHCN").fulfilled_on == date(2024, 5, 1)
    assert activity("hours", acts, hours=Decimal(8)).fulfilled_on == date(2024, 3, 1)
    assert activity("hours", acts, hours=Decimal("8.01"), group="KHCN").fulfilled_on == FOREVER


def test_what_lies_outside_the_window_does_not_count():
    acts = [done(1, date(2023, 12, 31)), done(1, date(2025, 1, 1))]
    assert activity("any_of", acts, yearly=True, since=DAY0, until=date(2025, 1, 1)) == rules.Activity()


def test_opening_a_course_is_a_start_but_last_years_is_not_one_for_this_year():
    begun = [StartFact(1, date(2023, 6, 1))]
    assert activity("any_of", [], starts=begun).started_on == date(2023, 6, 1)
    assert activity("any_of", [], starts=begun, yearly=True, since=DAY0).started_on == FOREVER


@pytest.mark.parametrize(
    ("day", "kind", "fulfilled", "expected"),
    [
        (date(2024, 1, 1), 0, FOREVER, State.NOT_STARTED),
        (date(2024, 3, 1), 0, FOREVER, State.IN_PROGRESS),
        (date(2024, 6, 30), 0, FOREVER, State.IN_PROGRESS),
        (date(2024, 7, 1), 0, FOREVER, State.OVERDUE),
        (date(2024, 7, 1), 1, FOREVER, State.PAUSED),
        (date(2024, 7, 1), 2, date(2024, 6, 1), State.WAIVED),
        (date(2024, 7, 1), 1, date(2024, 6, 30), State.COMPLETED),
        (date(2024, 8, 1), 0, date(2024, 7, 1), State.COMPLETED_LATE),
        (date(2024, 6, 30), 0, date(2024, 7, 1), State.IN_PROGRESS),
        (date(2024, 12, 31), 0, date(2024, 6, 1), State.ENDED),
    ],
)
def test_states(day, kind, fulfilled, expected):
    state = rules.state_on(
        day, closes_on=date(2024, 12, 31), due_on=date(2024, 6, 30), started_on=date(2024, 3, 1),
        fulfilled_on=fulfilled, kind=kind,
    )  # fmt: skip
    assert state is expected
