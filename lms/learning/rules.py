"""Rules of learning: where to go on, how far one is, what may be completed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class EnrolmentSource(StrEnum):
    """Who put a person into a course."""

    ASSIGNED = "assigned"
    CHOSEN = "chosen"
    HR = "hr"


class CompletionSource(StrEnum):
    """Where a completion was earned."""

    ONLINE = "online"
    CLASS = "class"
    RECOGNISED = "recognised"


class Refusal(StrEnum):
    """Why a change in learning is not made."""

    RETIRED = "retired"
    NOT_BEGUN = "not_begun"
    LESSONS_LEFT = "lessons_left"
    COMPLETED_THIS_YEAR = "completed_this_year"
    ROUND_DONE = "round_done"
    IN_THE_FUTURE = "in_the_future"
    NO_HOURS = "no_hours"
    ALREADY_VOIDED = "already_voided"


@dataclass(frozen=True)
class Step:
    """A lesson as the rules see it."""

    lesson_id: int
    minutes: int
    done: bool


def resume(steps: Sequence[Step], last_lesson_id: int | None) -> int | None:
    """The lesson to go on with: the last one opened if not done, else the next one not done; None when all are."""
    at = next((n for n, step in enumerate(steps) if step.lesson_id == last_lesson_id), 0)
    for step in (*steps[at:], *steps[:at]):
        if not step.done:
            return step.lesson_id
    return None


def percent_done(steps: Sequence[Step], completed: bool) -> int:
    """How far a course is done: every lesson and the final quiz are one step each; 100 only when it is completed."""
    if completed:
        return 100
    return 100 * sum(step.done for step in steps) // (len(steps) + 1)


def minutes_left(steps: Sequence[Step], quiz_minutes: int, completed: bool) -> int:
    """Minutes of the lessons not done and of the quiz; 0 when the course is completed."""
    if completed:
        return 0
    return sum(step.minutes for step in steps if not step.done) + quiz_minutes


def is_round_done(
    *, number: int, started_on: date | None, completed_on: date | None, arrived_on: date | None = None
) -> bool:
    """Whether a round of study has ended with the last completion of its version; one studied again needs a new one.

    `arrived_on`: the day on which a result earned elsewhere was written down. It ends the round if it was earned within
    it, and the first round also if it arrived meanwhile and is of the same year: the course would not count once more.
    """
    if completed_on is None:
        return False
    if arrived_on is None:
        return number == 1 or (started_on is not None and completed_on >= started_on)
    if started_on is None:
        return False
    meanwhile = number == 1 and arrived_on >= started_on and completed_on.year == started_on.year
    return completed_on >= started_on or meanwhile


def counts_in_year(earlier: Iterable[date], on: date, since: date | None = None) -> bool:
    """Whether the course counts in that calendar year already: done then, and not before the round begun `since`."""
    return any(day.year == on.year and (since is None or day >= since) for day in earlier)


def why_not_again(earlier: Iterable[date], today: date, *, is_needed: bool) -> Refusal | None:
    """Say what forbids studying a completed course anew, or None: once a year, oftener only if a duty asks for it."""
    days = list(earlier)
    if today in days or (counts_in_year(days, today) and not is_needed):
        return Refusal.COMPLETED_THIS_YEAR
    return None


def why_not_complete(
    earlier: Iterable[date],
    on: date,
    today: date,
    hours: Decimal,
    *,
    since: date | None = None,
    is_needed: bool = False,
) -> Refusal | None:
    """Say what forbids a completion on a day, or None: one course counts once in a calendar year.

    It counts once more where a duty asks for it (`is_needed`), or where a round begun anew `since` that day ends.
    """
    if on > today:
        return Refusal.IN_THE_FUTURE
    if hours <= 0:
        return Refusal.NO_HOURS
    return Refusal.COMPLETED_THIS_YEAR if counts_in_year(earlier, on, since) and not is_needed else None
