"""The rules of jobs: states, pauses, and when the clock asks for one."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.platform.clock import VIETNAM
from lms.platform.jobs import rules
from lms.platform.jobs.rules import Refusal, Schedule, State, every, every_day, every_hour, every_week
from tests.conftest import NOW

LATER, BEFORE = NOW + timedelta(minutes=1), NOW - timedelta(minutes=1)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@dataclass
class Made:
    """The moments of a job."""

    run_after: datetime = NOW
    leased_until: datetime | None = None
    done_at: datetime | None = None
    cancelled_at: datetime | None = None
    dead_at: datetime | None = None
    error: str = ""


def test_the_state_follows_from_the_moments():
    expected = [
        (Made(), State.WAITING),
        (Made(run_after=LATER), State.LATER),
        (Made(run_after=LATER, error="OSError"), State.RETRYING),
        (Made(run_after=NOW, error="OSError"), State.WAITING),
        (Made(leased_until=LATER), State.RUNNING),
        (Made(leased_until=NOW), State.LOST),
        (Made(leased_until=BEFORE), State.LOST),
        (Made(done_at=BEFORE), State.DONE),
        (Made(cancelled_at=BEFORE), State.CANCELLED),
        (Made(dead_at=BEFORE, error="OSError"), State.DEAD),
    ]
    assert [rules.state_of(moments, NOW) for moments, _ in expected] == [state for _, state in expected]


def test_every_state_says_whether_it_may_run_again_or_be_given_up():
    assert {state for state in State if rules.why_not_retry(state) is None} == {
        State.DEAD, State.CANCELLED, State.RETRYING,
    }  # fmt: skip
    assert rules.why_not_retry(State.DONE) is Refusal.IS_DONE
    assert rules.why_not_retry(State.RUNNING) is Refusal.IS_AT_WORK
    assert {state for state in State if rules.why_not_cancel(state)} == {State.DONE, State.CANCELLED}


def test_pauses_grow_fourfold_to_an_hour():
    waited = [rules.pause_after(attempt).total_seconds() for attempt in range(1, 8)]
    assert waited == [15, 60, 240, 960, 3600, 3600, 3600]


@given(st.integers(1, 10_000))
def test_a_pause_never_shrinks_and_never_passes_an_hour(attempts):
    pause = rules.pause_after(attempts)
    assert timedelta(seconds=15) <= pause <= timedelta(hours=1)
    assert rules.pause_after(attempts + 1) >= pause


@given(st.integers(0, 500), st.integers(0, 500) | st.none(), st.integers(0, 10_000))
def test_what_is_left_is_told_only_when_it_can_be(done, total, seconds):
    left = rules.time_left(NOW, NOW + timedelta(seconds=seconds), done, total)
    if total is None or not 0 < done < total or seconds == 0:
        assert left is None
    else:
        assert left == timedelta(seconds=seconds) * (total - done) / done


def slow_last(fits, now: datetime) -> datetime:
    """Climb back minute by minute on a Vietnamese wall clock until the schedule's words fit."""
    moment = now.astimezone(VIETNAM).replace(second=0, microsecond=0)
    while not fits(moment):
        moment -= timedelta(minutes=1)
    return moment.astimezone(UTC)


TIMES = st.tuples(st.integers(0, 23), st.integers(0, 59))


@given(MOMENTS, TIMES)
def test_every_day_means_that_wall_clock_time_in_vietnam(now, time):
    hour, minute = time
    schedule = every_day(f"{hour:02d}:{minute:02d}")
    assert schedule.last(now) == slow_last(lambda m: (m.hour, m.minute) == time, now)


@given(MOMENTS, st.integers(0, 59))
def test_every_hour_means_that_minute(now, minute):
    assert every_hour(minute).last(now) == slow_last(lambda m: m.minute == minute, now)


@given(MOMENTS, st.integers(0, 6), st.integers(0, 23))
def test_every_week_means_that_weekday_in_vietnam(now, weekday, hour):
    schedule = every_week(weekday, f"{hour:02d}:30")
    assert schedule.last(now) == slow_last(lambda m: (m.weekday(), m.hour, m.minute) == (weekday, hour, 30), now)


@given(MOMENTS, st.integers(1, 10 * 86_400), st.integers(0, 10 * 86_400))
def test_due_moments_are_a_period_apart_and_now_lies_between_two(now, period, offset):
    schedule = Schedule(timedelta(seconds=period), timedelta(seconds=offset))
    last, following = schedule.last(now), schedule.next(now)
    assert last <= now < following
    assert following - last == schedule.period
    assert schedule.last(last) == last
    assert schedule.last(last - timedelta(microseconds=1)) == last - schedule.period


def test_some_seconds_are_counted_from_midnight():
    assert every(10).last(datetime(2026, 11, 24, 1, 0, 19, tzinfo=UTC)) == datetime(2026, 11, 24, 1, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize("words", ["24:00", "02:60", "-1:00"])
def test_a_time_that_no_clock_shows_is_refused(words):
    with pytest.raises(ValueError, match="no time of day"):
        every_day(words)
