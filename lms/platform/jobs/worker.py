"""The worker: a process that looks at the clock, takes jobs up one after another, and ends in good order."""

import ctypes
import logging
import os
import secrets
import signal
import socket
import time
from datetime import datetime, timedelta
from types import FrameType

from flask import Flask
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from lms.platform import clock
from lms.platform.db import db, snapshot, transaction
from lms.platform.jobs import queries, service
from lms.platform.jobs.registry import KINDS
from lms.platform.jobs.running import Ending, Heartbeat, Run, perform
from lms.platform.version import version

LEASE = timedelta(seconds=60)
SEEN_EVERY = 20.0
"""Seconds between two notes that the worker is there."""
ASK_AGAIN = 5.0
"""Seconds until a due job that an earlier one held up is looked at again."""
LONGEST_WAIT = 30.0
"""Seconds between two tries to reach a database that is away."""
PR_SET_PDEATHSIG = 1

log = logging.getLogger(__name__)


class Worker:
    """One process working on jobs."""

    def __init__(self, app: Flask, *, lease: timedelta = LEASE, idle: float = 1.0, parent: int | None = None) -> None:
        """Prepare to work; `idle` seconds pass between two looks at an empty queue; it ends with process `parent`."""
        self.app = app
        self.lease = lease
        self.idle = idle
        self.parent = parent
        self.name = f"{socket.gethostname()[:80]}:{os.getpid()}:{secrets.token_hex(3)}"
        self.started_at = clock.now()
        self.is_stopping = False
        self._claims = 0
        self._seen = float("-inf")
        self._settled: dict[str, datetime] = {}
        self._ask_after: dict[str, float] = {}

    # What one look at the queue does ---------------------------------------------------------------------------------

    def step(self, *, with_heartbeat: bool = True) -> Ending | None:
        """Make what the clock asks for, take up one job and work on it; None if nothing was due."""
        now = clock.now()
        self.look_at_clock(now)
        with snapshot():
            # Asking takes no lock; on SQLite claiming takes the one there is.
            anything = queries.is_anything_due(KINDS, now)
        if not anything:
            return None
        self._claims += 1
        with transaction():
            claimed = service.claim(f"{self.name}#{self._claims}", self.lease, now=clock.now())
        if claimed is None:
            return None
        run = Run(claimed, self.should_stop)
        if not with_heartbeat:
            return perform(run, self.lease)
        with Heartbeat(run, db.engine, self.lease):
            ending = perform(run, self.lease)
        if ending is not Ending.GAVE_WAY:
            log.info("job %s (%s): %s", claimed.id, claimed.kind.name, ending.value)
        return ending

    def look_at_clock(self, now: datetime) -> None:
        """Make a job for each schedule whose latest due moment has none; of several missed ones the latest counts."""
        for kind in list(KINDS.values()):
            if kind.schedule is None:
                continue
            due = kind.schedule.last(now)
            if self._settled.get(kind.name) == due or time.monotonic() < self._ask_after.get(kind.name, 0.0):
                continue
            if kind.is_needed is not None:
                with snapshot():
                    needed = kind.is_needed(now)
                if not needed:
                    self._settled[kind.name] = due
                    continue
            with transaction():
                settled = service.enqueue_due(kind, due, now=now)
            if settled:
                self._settled[kind.name] = due
            else:
                self._ask_after[kind.name] = time.monotonic() + ASK_AGAIN

    # The life of the process -----------------------------------------------------------------------------------------

    def work(self, *, once: bool = False) -> None:
        """Work until told to stop; `once`: until nothing is due."""
        self._hear_signals()
        log.info("worker %s begins, %s kinds of jobs", self.name, len(KINDS))
        wait = 0.0
        while not self.should_stop():
            try:
                self._be_seen()
                if wait:
                    log.info("worker %s: the database is back", self.name)
                wait = 0.0
                ending = self.step()
            except (DBAPIError, PoolTimeout) as error:
                wait = min(max(wait * 2, 1.0), LONGEST_WAIT)
                log.warning("worker %s: database away (%s), next try in %.0f s", self.name, _short(error), wait)
                self._forget_connections()
                self._sleep(wait)
                continue
            finally:
                db.session.remove()
            if ending is None:
                if once:
                    break
                self._sleep(self.idle)
        self._end()

    def should_stop(self) -> bool:
        """Whether a signal came, or the process that this one belongs to has ended."""
        if self.parent is not None and os.getppid() != self.parent:
            self.is_stopping = True
        return self.is_stopping

    def _hear_signals(self) -> None:
        def stop(number: int, _frame: FrameType | None) -> None:
            self.is_stopping = True
            # A second signal does not wait for the slice.
            signal.signal(number, signal.SIG_DFL)

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        if self.parent is not None and hasattr(libc := ctypes.CDLL(None), "prctl"):
            libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))

    def _be_seen(self) -> None:
        if time.monotonic() - self._seen < SEEN_EVERY:
            return
        with transaction():
            service.see_worker(self.name, version=version(), started_at=self.started_at, now=clock.now())
        self._seen = time.monotonic()

    def _sleep(self, seconds: float) -> None:
        """Sleep, but notice within half a second that it is time to stop."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self.should_stop():
            time.sleep(min(left, 0.5))

    def _forget_connections(self) -> None:
        db.session.remove()
        db.engine.dispose()
        self._seen = float("-inf")

    def _end(self) -> None:
        try:
            with transaction():
                service.forget_workers(self.name)
        except DBAPIError as error:
            log.warning("worker %s: %s", self.name, _short(error))
        log.info("worker %s ends", self.name)


def _short(error: Exception) -> str:
    original = getattr(error, "orig", None) or error
    return (str(original).strip().splitlines() or [""])[0][:200] or type(original).__name__
