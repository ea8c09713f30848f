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


def why_not_complete(earlier: Iterable[date], on: date, today: date, hours: Decimal) -> Refusal | None:
    """Say what forbids a completion on a day, or None: one course counts once in a calendar year."""
    if on > today:
        return Refusal.IN_THE_FUTURE
    if hours <= 0:
        return Refusal.NO_HOURS
    return Refusal.COMPLETED_THIS_YEAR if any(day.year == on.year for day in earlier) else None
