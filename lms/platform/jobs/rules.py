"""Rules of jobs: what state one is in, when it is tried again, when a periodic one is due. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from lms.platform.clock import VIETNAM

MOST_ATTEMPTS = 5
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=1)
MONDAY = datetime(2024, 1, 1, tzinfo=VIETNAM).astimezone(UTC)
"""Midnight of a Monday in Việt Nam, where no clock is ever put back: schedules are counted from here."""


class State(StrEnum):
    """What a job is doing, as its moments say."""

    WAITING = "waiting"
    LATER = "later"
    """Its time has not come."""
    RETRYING = "retrying"
    """It failed and waits for its next try."""
    RUNNING = "running"
    LOST = "lost"
    """Its worker has not been heard of; the next free worker takes it up."""
    DONE = "done"
    CANCELLED = "cancelled"
    DEAD = "dead"


FINISHED = frozenset({State.DONE, State.CANCELLED, State.DEAD})


class Moments(Protocol):
    """The moments of a job from which its state follows."""

    run_after: datetime
    leased_until: datetime | None
    done_at: datetime | None
    cancelled_at: datetime | None
    dead_at: datetime | None
    error: str


def state_of(job: Moments, now: datetime) -> State:
    """The state of a job at a moment."""
    if job.done_at is not None:
        return State.DONE
    if job.cancelled_at is not None:
        return State.CANCELLED
    if job.dead_at is not None:
        return State.DEAD
    if job.leased_until is not None:
        return State.RUNNING if job.leased_until > now else State.LOST
    if job.run_after <= now:
        return State.WAITING
    return State.RETRYING if job.error else State.LATER


class Refusal(StrEnum):
    """Why a job is left as it is."""

    IS_DONE = "is-done"
    IS_CANCELLED = "is-cancelled"
    IS_AT_WORK = "is-at-work"
    HAS_SUCCESSOR = "has-successor"
    """Another one with the same key waits or runs."""


def why_not_retry(state: State) -> Refusal | None:
    """Say what forbids running the job again from where it stopped, or None."""
    if state in (State.DEAD, State.CANCELLED, State.RETRYING):
        return None
    return Refusal.IS_DONE if state is State.DONE else Refusal.IS_AT_WORK


def why_not_cancel(state: State) -> Refusal | None:
    """Say what forbids giving the job up, or None."""
    return {State.DONE: Refusal.IS_DONE, State.CANCELLED: Refusal.IS_CANCELLED}.get(state)


def pause_after(attempts: int) -> timedelta:
    """How long to wait after the first, second … failed try: four times as long each time, at most an hour."""
    factor: int = 4 ** min(attempts - 1, 8)  # bounded: a kind may allow any number of tries
    return min(FIRST_PAUSE * factor, LONGEST_PAUSE)


def time_left(started_at: datetime, now: datetime, done: int, total: int | None) -> timedelta | None:
    """How long the rest will take at the pace so far; None when that cannot be said."""
    if not total or done <= 0 or done >= total or now <= started_at:
        return None
    return (now - started_at) * (total - done) / done


@dataclass(frozen=True)
class Schedule:
    """Moments that come again and again, counted from midnight of a Monday in Việt Nam."""

    period: timedelta
    offset: timedelta = timedelta()

    def last(self, now: datetime) -> datetime:
        """The latest due moment not after `now`."""
        first = MONDAY + self.offset
        return first + (now - first) // self.period * self.period

    def next(self, now: datetime) -> datetime:
        """The earliest due moment after `now`."""
        return self.last(now) + self.period


def every(seconds: int) -> Schedule:
    """Again after so many seconds."""
    return Schedule(timedelta(seconds=seconds))


def every_hour(minute: int) -> Schedule:
    """Each hour, so many minutes past it."""
    return Schedule(timedelta(hours=1), timedelta(minutes=minute))


def every_day(at: str) -> Schedule:
    """Each day at "02:15" in Việt Nam."""
    return Schedule(timedelta(days=1), _time(at))


def every_week(weekday: int, at: str) -> Schedule:
    """Each week on a weekday (0 is Monday) at "02:15" in Việt Nam."""
    return Schedule(timedelta(days=7), timedelta(days=weekday) + _time(at))


def _time(at: str) -> timedelta:
    hours, minutes = (int(part) for part in at.split(":"))
    if not (0 <= hours < 24 and 0 <= minutes < 60):
        raise ValueError(f"no time of day: {at}")
    return timedelta(hours=hours, minutes=minutes)
