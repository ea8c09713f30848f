"""Kinds of jobs made up for tests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from lms.platform.db import db
from lms.platform.jobs.models import Job
from lms.platform.jobs.registry import KINDS, job
from lms.platform.jobs.running import Run


@contextmanager
def only(act: Callable[[Run], Any], **more: Any) -> Iterator[str]:
    """The one kind of job that there is while inside: its name."""
    kept = dict(KINDS)
    KINDS.clear()
    try:
        job("test:kind", label="Việc thử", **more)(act)
        yield "test:kind"
    finally:
        KINDS.clear()
        KINDS.update(kept)


def nothing(run: Run) -> None:
    """Do nothing, whole or as the last slice."""


def due_moments() -> list[datetime]:
    """When each job came up, in order of making."""
    return list(db.session.scalars(db.select(Job.due_at).order_by(Job.id)))
