"""Facts that jobs announce."""

from dataclasses import dataclass
from typing import ClassVar

from lms.platform.events import Event


@dataclass(frozen=True, kw_only=True)
class JobRetried(Event):
    """A job that failed or was given up is to run again."""

    key: ClassVar[str] = "platform:job:retried"
    job: int
    title: str


@dataclass(frozen=True, kw_only=True)
class JobCancelled(Event):
    """A job was given up."""

    key: ClassVar[str] = "platform:job:cancelled"
    job: int
    title: str


@dataclass(frozen=True, kw_only=True)
class JobDied(Event):
    """A job failed so often that it is not tried any more."""

    key: ClassVar[str] = "platform:job:died"
    job: int
    title: str
    error: str
