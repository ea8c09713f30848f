"""Events of learning."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from lms.platform.events import Event


@dataclass(frozen=True, kw_only=True)
class Enrolled(Event):
    """A person is to study, or has chosen, a course version. `person_id` stands in the base class."""

    key: ClassVar[str] = "learning:enrolment:created"
    course_id: int
    version_id: int
    source: str
    title: str


@dataclass(frozen=True, kw_only=True)
class CourseStarted(Event):
    """The first activity of a person in a course version."""

    key: ClassVar[str] = "learning:course:started"
    course_id: int
    on: date
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class CourseCompleted(Event):
    """A person completed a course; `unit_id` is the unit of that day."""

    key: ClassVar[str] = "learning:course:completed"
    completion_id: int
    course_id: int
    version_id: int | None
    completed_on: date
    hours: Decimal
    """In tiết."""
    score: Decimal | None
    title: str


@dataclass(frozen=True, kw_only=True)
class CompletionVoided(Event):
    """A completion no longer counts."""

    key: ClassVar[str] = "learning:completion:voided"
    completion_id: int
    course_id: int
    title: str
    reason: str
