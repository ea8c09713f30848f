"""Rules of the first page: what is most urgent, which course comes next, how the year stands."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, TypeVar

YEARLY_HOURS = Decimal(40)
"""Tiết of training a year that the ring measures against. The product's own setting, not a quotation of the law: an
hours requirement of a plan is what obliges anybody."""

SOON_DAYS = 7
"""From how many days before the due day a duty counts as due soon."""

OPEN_STATES = frozenset({"not_started", "in_progress", "overdue", "expired", "paused"})
LATE_STATES = frozenset({"overdue", "expired"})


class Urgency(StrEnum):
    """How a duty looks on the first page."""

    OVERDUE = "overdue"
    EXPIRED = "expired"
    """A renewal that is late: what was completed before is no longer valid."""
    DUE_SOON = "due_soon"
    IN_PROGRESS = "in_progress"
    NOT_STARTED = "not_started"
    PAUSED = "paused"


class Duty(Protocol):
    """What the rules need of a duty (plan.queries.Duty)."""

    @property
    def state(self) -> str:
        """A plan state."""

    @property
    def due_on(self) -> date:
        """The due day."""

    @property
    def course_ids(self) -> Sequence[int]:
        """Courses that count, in order."""

    @property
    def done_course_ids(self) -> Collection[int]:
        """Those that count already."""


class Course(Protocol):
    """What the rules need of a course's progress (learning.queries.Progress)."""

    @property
    def completed_on(self) -> date | None:
        """The last completion."""

    @property
    def percent(self) -> int:
        """How far it is done."""


@dataclass(frozen=True)
class Standing:
    """A duty's urgency and the days to its due day; negative when it is over."""

    urgency: Urgency
    days: int


def standing(duty: Duty, today: date) -> Standing:
    """How urgent a duty is today; its due day itself still counts as in time."""
    days = (duty.due_on - today).days
    if duty.state == "paused":
        return Standing(Urgency.PAUSED, days)
    if duty.state in LATE_STATES:
        return Standing(Urgency(duty.state), days)
    if days <= SOON_DAYS:
        return Standing(Urgency.DUE_SOON, days)
    return Standing(Urgency.IN_PROGRESS if duty.state == "in_progress" else Urgency.NOT_STARTED, days)


AnyDuty = TypeVar("AnyDuty", bound=Duty)


def by_urgency(duties: Iterable[AnyDuty]) -> list[AnyDuty]:
    """The duties still open: overdue first, then by due day; those that are paused come last."""
    waiting = [duty for duty in duties if duty.state in OPEN_STATES]
    return sorted(waiting, key=lambda duty: (duty.state == "paused", duty.state not in LATE_STATES, duty.due_on))


def next_course(duty: Duty, progress: Mapping[int, Course]) -> int | None:
    """The course to go on with: the one furthest on of those that do not count yet; None if none is listed."""
    open_courses = [one for one in duty.course_ids if one in progress and one not in duty.done_course_ids]
    return max(open_courses, key=lambda one: _under_way(progress[one]), default=None)


def _under_way(course: Course) -> int:
    """How far a course is done that has not been completed; one that has begins anew."""
    return course.percent % 100


def year_percent(hours: Decimal) -> Decimal:
    """How much of the yearly hours is done, at most 100, two decimals."""
    return min(Decimal(100), (hours * 100 / YEARLY_HOURS).quantize(Decimal("0.01")))
