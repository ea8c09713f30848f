"""Events of assessment."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from lms.platform.events import Event


@dataclass(frozen=True, kw_only=True)
class AttemptStarted(Event):
    """Somebody was given a paper."""

    key: ClassVar[str] = "assessment:attempt:started"
    attempt_id: int
    version_id: int
    number: int
    title: str


@dataclass(frozen=True, kw_only=True)
class AttemptSubmitted(Event):
    """A paper was handed in, or its time ran out, and it is marked."""

    key: ClassVar[str] = "assessment:attempt:submitted"
    attempt_id: int
    version_id: int
    course_id: int
    number: int
    title: str
    submitted_at: datetime
    """When it ended: never later than its deadline."""
    score: Decimal
    """Percent, 0–100."""
    passed: bool
    result: str
    """The outcome as the log says it."""
