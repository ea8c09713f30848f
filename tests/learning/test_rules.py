"""Rules of learning."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from lms.learning import rules
from lms.learning.rules import Refusal, Step

TODAY = date(2026, 11, 24)
courses = st.lists(st.booleans(), max_size=8).map(
    lambda done: [Step(n, 10 + n, finished) for n, finished in enumerate(done, start=1)]
)


@given(courses, st.integers(0, 9))
def test_one_resumes_at_a_lesson_not_done_as_near_as_possible_after_the_last_one(steps, last):
    found = rules.resume(steps, last)
    open_lessons = [step.lesson_id for step in steps if not step.done]
    if not open_lessons:
        assert found is None
        return
    at = last if any(step.lesson_id == last for step in steps) else 1
    assert found == min(open_lessons, key=lambda lesson: (lesson < at, lesson))


@given(courses, st.booleans())
def test_only_a_completed_course_is_a_hundred_percent_and_only_it_has_no_minutes_left(steps, completed):
    percent = rules.percent_done(steps, completed)
    assert 0 <= percent <= 100
    assert (percent == 100) == completed
    assert (rules.minutes_left(steps, 20, completed) == 0) == completed


@given(courses, st.data())
def test_finishing_a_lesson_brings_one_further_and_leaves_fewer_minutes(steps, data):
    left = [n for n, step in enumerate(steps) if not step.done]
    if not left:
        return
    n = data.draw(st.sampled_from(left))
    after = [*steps[:n], Step(steps[n].lesson_id, steps[n].minutes, True), *steps[n + 1 :]]
    assert rules.percent_done(after, False) > rules.percent_done(steps, False)
    assert rules.minutes_left(after, 20, False) < rules.minutes_left(steps, 20, False)


def test_a_course_counts_once_in_a_calendar_year():
    assert rules.why_not_complete([date(2025, 12, 31)], TODAY, TODAY, Decimal(4)) is None
    assert rules.why_not_complete([date(2026, 1, 1)], TODAY, TODAY, Decimal(4)) is Refusal.COMPLETED_THIS_YEAR


def test_a_completion_lies_not_ahead_and_has_hours():
    assert rules.why_not_complete([], TODAY + timedelta(1), TODAY, Decimal(4)) is Refusal.IN_THE_FUTURE
    assert rules.why_not_complete([], TODAY, TODAY, Decimal(0)) is Refusal.NO_HOURS
