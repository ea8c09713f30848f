"""Running one job: slices with a saved cursor, a heartbeat beside it, and what is written down when it fails."""

import logging
import os
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from lms.platform import clock
from lms.platform.config import ROOT
from lms.platform.db import db, transaction
from lms.platform.forms import Refused
from lms.platform.jobs import service
from lms.platform.jobs.models import Job
from lms.platform.jobs.service import Claimed, LeaseLost

TURN = 10.0
"""Seconds after which a sliced job lets the others have their turn."""

log = logging.getLogger(__name__)


class GiveUp(Exception):
    """Raised by a job that no further try can help; the message is shown to administrators: nothing personal in it."""


class Stopped(Exception):
    """Raised by `Run.go_on` where a job is to leave off: cancelled, lost, or the worker ends."""


class Ending(StrEnum):
    """How a turn of a job ended."""

    DONE = "done"
    GAVE_WAY = "gave-way"
    CANCELLED = "cancelled"
    LOST = "lost"
    FAILED = "failed"
    DEAD = "dead"


@dataclass(frozen=True)
class Asker:
    """Who asked for a job: its events are theirs."""

    account_id: int | None
    name: str


class Run:
    """A job in a worker's hands: what it was given, how far it is, and whether it may go on."""

    def __init__(self, claimed: Claimed, is_stopping: Callable[[], bool] = lambda: False) -> None:
        """Begin where the last saved slice ended."""
        self.claimed = claimed
        self.job_id = claimed.id
        self.payload = claimed.payload
        self.cursor = claimed.cursor
        self.attempt = claimed.attempt
        self.by = Asker(claimed.asked_by, claimed.asked_name)
        self.done, self.total, self.word = claimed.done, claimed.total, claimed.word
        self.is_stopping = is_stopping
        self.is_lost = False
        self.is_cancelled = False

    def tell(self, *, done: int | None = None, total: int | None = None, word: str | None = None) -> None:
        """Say how far it is; written down with the slice and by the next heartbeat."""
        self.done = self.done if done is None else done
        self.total = self.total if total is None else total
        self.word = self.word if word is None else word[:200]

    @property
    def progress(self) -> dict[str, Any]:
        """How far it is, as the columns keep it."""
        return {"done": self.done, "total": self.total, "word": self.word}

    def go_on(self) -> None:
        """Leave off here (Stopped) if the job was cancelled or lost or the worker ends; call it between steps."""
        if self.is_lost or self.is_cancelled or self.is_stopping():
            raise Stopped

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction of a job that is not sliced; LeaseLost and rolled back if somebody else has the job by then."""
        with transaction():
            yield
            service.hold(self.job_id, self.claimed.lease)


class Heartbeat(threading.Thread):
    """Extends the lease, over a connection of its own, while a slice runs."""

    def __init__(self, run: Run, engine: sa.Engine, length: timedelta) -> None:
        """Beat some times within each lease, and often enough for a page that shows progress."""
        super().__init__(name=f"job-{run.job_id}-heartbeat", daemon=True)
        self.job = run
        self.engine = engine
        self.length = length
        self.pause = min(length.total_seconds() / 4, 5.0)
        self.over = threading.Event()

    def run(self) -> None:
        """Beat until the job is out of hand."""
        while not self.over.wait(self.pause):
            try:
                self.beat()
            except SQLAlchemyError as error:
                # On SQLite a slice that writes keeps everybody else out, those who would take the job included.
                log.info("job %s: heartbeat left out: %s", self.job.job_id, type(error).__name__)

    def beat(self) -> None:
        """Extend the lease, write progress down, and hear whether to go on."""
        now = clock.now()
        change = (
            sa.update(Job)
            .where(Job.id == self.job.job_id, Job.lease == self.job.claimed.lease)
            .values(leased_until=now + self.length, heard_at=now, **self.job.progress)
            .returning(Job.cancel_asked_at)
        )
        with self.engine.begin() as connection:
            row = connection.execute(change).first()
        self.job.is_lost = row is None
        self.job.is_cancelled = row is not None and row[0] is not None

    def __enter__(self) -> "Heartbeat":
        """Start."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and wait until the last beat is through."""
        self.over.set()
        self.join()


def perform(run: Run, length: timedelta) -> Ending:
    """Work on a job until it ends, fails, or lets the others have their turn; writes down how that went."""
    try:
        ending = _worked(run, length)
    except LeaseLost:
        ending = Ending.LOST
    if ending is Ending.LOST:
        log.warning("job %s (%s) was taken over by another worker", run.job_id, run.claimed.kind.name)
    return ending


def _worked(run: Run, length: timedelta) -> Ending:
    try:
        return _slices(run, length) if run.claimed.kind.sliced else _whole(run)
    except LeaseLost:
        raise
    except Stopped:
        db.session.rollback()
        return _left(run)
    except Exception as error:
        db.session.rollback()
        return _failed(run, error)


def _slices(run: Run, length: timedelta) -> Ending:
    """Slice after slice, each in one transaction with its cursor."""
    began = time.monotonic()
    while True:
        with transaction():
            cursor = run.claimed.kind.act(run)
            now = clock.now()
            is_done = cursor is None
            values: dict[str, Any] = {"cursor": cursor, "heard_at": now, **run.progress}
            if is_done:
                values |= _end_of(run) | {"done_at": now}
            else:
                values |= {"leased_until": now + length, "attempts": 1, "error": ""}
            is_asked_to_stop = service.write(run.job_id, run.claimed.lease, values) is not None
            if is_asked_to_stop and not is_done:
                service.write(run.job_id, run.claimed.lease, service.NOBODYS | {"cancelled_at": now})
        if is_done:
            return Ending.DONE
        run.cursor, run.attempt = cursor, 1
        if is_asked_to_stop:
            return Ending.CANCELLED
        if run.is_stopping() or time.monotonic() - began > TURN:
            with transaction():
                service.let_go(run.job_id, run.claimed.lease, now=clock.now(), fresh=True)
            return Ending.GAVE_WAY


def _whole(run: Run) -> Ending:
    """A job that opens its own transactions."""
    run.claimed.kind.act(run)
    with transaction():
        service.write(run.job_id, run.claimed.lease, run.progress | _end_of(run) | {"done_at": clock.now()})
    return Ending.DONE


def _end_of(run: Run) -> dict[str, Any]:
    """What a job that is done leaves behind: a full bar, and nobody's lease."""
    return service.NOBODYS | {"error": "", "done": run.total or run.done}


def _left(run: Run) -> Ending:
    """Leave off in good order where the job said that it may."""
    if run.is_lost:
        return Ending.LOST
    now = clock.now()
    with transaction():
        if run.is_cancelled:
            service.write(run.job_id, run.claimed.lease, service.NOBODYS | run.progress | {"cancelled_at": now})
        else:
            service.let_go(run.job_id, run.claimed.lease, now=now, fresh=False)
    return Ending.CANCELLED if run.is_cancelled else Ending.GAVE_WAY


def _failed(run: Run, error: Exception) -> Ending:
    log.exception("job %s (%s) failed, try %s", run.job_id, run.claimed.kind.name, run.attempt)
    for_good = isinstance(error, (GiveUp, Refused))
    with transaction():
        died = service.fail(run.claimed, run.attempt, told(error), for_good=for_good, now=clock.now())
    return Ending.DEAD if died else Ending.FAILED


def told(error: BaseException) -> str:
    """What may be kept of an error: its kind, where it happened, and its message only if no data can be in it."""
    if isinstance(error, GiveUp):
        return str(error)[:300]
    where = _place(error)
    if isinstance(error, Refused):
        return f"Refused: {error.reason.name} {where}"[:300]
    if isinstance(error, DBAPIError) and error.orig is not None:
        # The database's own words quote the row: its name of the rule does not.
        diagnosis = getattr(error.orig, "diag", None)
        rule = getattr(diagnosis, "constraint_name", None) or getattr(error.orig, "sqlstate", None) or ""
        return " ".join(filter(None, (type(error.orig).__name__, str(rule), where)))[:300]
    if isinstance(error, OSError) and error.errno is not None:
        return f"{type(error).__name__}: {os.strerror(error.errno)} {where}"[:300]
    return f"{type(error).__name__} {where}"[:300]


def _place(error: BaseException) -> str:
    """File, line and function of ours in which it happened."""
    ours = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(ROOT) and "platform/jobs/running" not in frame.filename
        and ".venv" not in frame.filename
    ]  # fmt: skip
    if not ours:
        return ""
    return f"({Path(ours[-1].filename).relative_to(ROOT)}:{ours[-1].lineno} {ours[-1].name})"
