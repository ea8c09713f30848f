"""Background work: a queue in the program's own database that loses nothing and does no slice twice."""

from lms.platform.jobs.registry import job
from lms.platform.jobs.rules import every, every_day, every_hour, every_week
from lms.platform.jobs.running import GiveUp, Run, Stopped
from lms.platform.jobs.service import Enqueued, enqueue

__all__ = [
    "Enqueued",
    "GiveUp",
    "Run",
    "Stopped",
    "enqueue",
    "every",
    "every_day",
    "every_hour",
    "every_week",
    "job",
]
