"""Changing the queue. Every change by a worker names its lease: who lost it changes nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from lms.platform.db import db, is_postgresql
from lms.platform.events import SYSTEM, By, emit
from lms.platform.forms import Refused
from lms.platform.jobs import queries, rules
from lms.platform.jobs.events import JobCancelled, JobDied, JobRetried
from lms.platform.jobs.models import Job, Worker
from lms.platform.jobs.registry import KINDS, Kind

NOBODYS: dict[str, Any] = {"lease": "", "leased_until": None}
"""What a job is written down with when a worker lets it out of its hands."""
VANISHED = "Tiến trình nền biến mất giữa chừng"


class LeaseLost(Exception):
    """Somebody else has the job by now: nothing of this transaction may stay."""


@dataclass(frozen=True)
class Enqueued:
    """A job in the queue."""

    id: int
    is_new: bool
    """False: an unfinished one with the same key was there."""


def enqueue(
    name: str,
    payload: dict[str, Any] | None = None,
    *,
    by: By,
    now: datetime,
    title: str = "",
    unique_key: str | None = None,
    run_after: datetime | None = None,
    back: str = "",
    total: int | None = None,
) -> Enqueued:
    """Put a job into the queue, in the transaction of what causes it.

    With a `unique_key` an unfinished job that has it is given back instead. On PostgreSQL two open transactions with
    the same key wait for each other: choose keys that only those share who would wait anyway.
    """
    if name not in KINDS:
        raise LookupError(f"no such kind of job: {name}")
    values = {
        "kind": name, "title": title, "payload": payload or {}, "unique_key": unique_key, "back": back,
        "asked_by": by.account_id, "asked_name": by.name, "asked_at": now, "run_after": run_after or now,
        "total": total,
    }  # fmt: skip
    while True:
        made = _insert(values)
        if made is not None:
            return Enqueued(made, True)
        assert unique_key is not None, "nothing else can be in the way"
        if (there := queries.unfinished_with(unique_key)) is not None:
            return Enqueued(there, False)  # else it ended between the two statements


def enqueue_due(kind: Kind, due_at: datetime, *, now: datetime) -> bool:
    """Make the job of a due moment unless it was made; False while an earlier one has not ended: ask again later."""
    if queries.made_since(kind.name, due_at):
        return True
    values = {
        "kind": kind.name, "title": "", "payload": {}, "unique_key": f"schedule:{kind.name}", "back": "",
        "due_at": due_at, "asked_by": SYSTEM.account_id, "asked_name": SYSTEM.name, "asked_at": now, "run_after": now,
    }  # fmt: skip
    return _insert(values) is not None


def _insert(values: dict[str, Any]) -> int | None:
    """Insert a row and give its id; None if a unique index has it."""
    insert: Any = (postgresql.insert if is_postgresql() else sqlite.insert)(Job)
    made: int | None = db.session.scalar(insert.values(**values).on_conflict_do_nothing().returning(Job.id))
    return made


@dataclass(frozen=True)
class Claimed:
    """A job that this worker has taken up."""

    id: int
    kind: Kind
    title: str
    payload: dict[str, Any]
    cursor: Any
    lease: str
    attempt: int
    done: int
    total: int | None
    word: str
    asked_by: int | None
    asked_name: str


def claim(lease: str, length: timedelta, *, now: datetime) -> Claimed | None:
    """Take up the job that has waited longest, for the length of a lease; None if nothing is due."""
    while (job := queries.next_due(KINDS, now)) is not None:
        kind = KINDS[job.kind]
        if job.cancel_asked_at is not None:
            _end(job, cancelled_at=now)
        elif job.attempts >= kind.most_attempts:
            # Each try took its worker with it; an exception would have been written down.
            _end(job, dead_at=now, error=VANISHED)
            emit(JobDied(job=job.id, title=_title(job), error=VANISHED), by=SYSTEM)
        else:
            job.attempts += 1
            job.lease, job.leased_until, job.heard_at = lease, now + length, now
            job.started_at = job.started_at or now
            db.session.flush()
            return Claimed(
                job.id, kind, job.title, dict(job.payload), job.cursor, lease, job.attempts, job.done, job.total,
                job.word, job.asked_by, job.asked_name,
            )  # fmt: skip
        db.session.flush()
    return None


def _end(job: Job, **moments: Any) -> None:
    for name, value in (NOBODYS | moments).items():
        setattr(job, name, value)


def _title(job: Job) -> str:
    return job.title or (str(KINDS[job.kind].label) if job.kind in KINDS else job.kind)


def hold(job_id: int, lease: str) -> None:
    """Make sure, until the commit, that the job is still this worker's; LeaseLost rolls everything back."""
    mine = sa.select(Job.id).where(Job.id == job_id, Job.lease == lease).with_for_update()
    if db.session.scalar(mine) is None:
        raise LeaseLost


def write(job_id: int, lease: str, values: dict[str, Any]) -> datetime | None:
    """Write down how far the job is, if it is still this worker's; gives when somebody asked to stop it."""
    change = (
        sa.update(Job)
        .where(Job.id == job_id, Job.lease == lease)
        .values(values)
        .returning(Job.cancel_asked_at)
        .execution_options(synchronize_session=False)
    )
    row = db.session.execute(change).first()
    if row is None:
        raise LeaseLost
    asked: datetime | None = row[0]
    return asked


def let_go(job_id: int, lease: str, *, now: datetime, fresh: bool) -> None:
    """Give the job back to the queue, behind those that wait; `fresh` forgets the tries (a slice was saved)."""
    attempts: Any = 0 if fresh else Job.attempts - 1
    write(job_id, lease, NOBODYS | {"run_after": now, "attempts": attempts})


def fail(claimed: Claimed, attempt: int, error: str, *, for_good: bool, now: datetime) -> bool:
    """Write down that a try failed: it waits for the next one, or dies; says whether it died."""
    if for_good or attempt >= claimed.kind.most_attempts:
        write(claimed.id, claimed.lease, NOBODYS | {"dead_at": now, "error": error})
        title = claimed.title or str(claimed.kind.label)
        emit(JobDied(job=claimed.id, title=title, error=error), by=SYSTEM)
        return True
    again = now + rules.pause_after(attempt)
    write(claimed.id, claimed.lease, NOBODYS | {"run_after": again, "error": error})
    return False


def retry(job: Job, *, by: By, now: datetime) -> None:
    """Let a job run again from the slice at which it stopped; Refused if it is done, at work, or has a successor."""
    db.session.refresh(job, with_for_update=True)
    if refusal := rules.why_not_retry(rules.state_of(job, now)):
        raise Refused(refusal)
    try:
        with db.session.begin_nested():
            job.cancelled_at = job.dead_at = job.cancel_asked_at = None
            job.attempts, job.run_after = 0, now
    except IntegrityError as error:
        db.session.refresh(job)
        raise Refused(rules.Refusal.HAS_SUCCESSOR) from error
    emit(JobRetried(job=job.id, title=_title(job)), by=by)


def cancel(job: Job, *, by: By, now: datetime) -> None:
    """Give a job up: at once if nobody works on it, else after the slice in hand. What was done stays done."""
    db.session.refresh(job, with_for_update=True)
    state = rules.state_of(job, now)
    if refusal := rules.why_not_cancel(state):
        raise Refused(refusal)
    if state is rules.State.RUNNING:
        job.cancel_asked_at = now
    else:
        _end(job, cancelled_at=now, dead_at=None)
    db.session.flush()
    emit(JobCancelled(job=job.id, title=_title(job)), by=by)


def forget(job_ids: Collection[int]) -> None:
    """Delete jobs that ended long ago."""
    if job_ids:
        db.session.execute(sa.delete(Job).where(Job.id.in_(job_ids)).execution_options(synchronize_session=False))


def see_worker(name: str, *, version: str, started_at: datetime, now: datetime) -> None:
    """Note that a worker is there."""
    worker = db.session.get(Worker, name, populate_existing=True)
    if worker is None:
        db.session.add(Worker(name=name, started_at=started_at, seen_at=now, version=version))
    else:
        worker.seen_at = now


def forget_workers(name: str | None = None, *, before: datetime | None = None) -> None:
    """Take away the row of a worker that ends, or of all that have not been heard of since a moment."""
    gone = Worker.name == name if name is not None else Worker.seen_at < before
    db.session.execute(sa.delete(Worker).where(gone).execution_options(synchronize_session=False))
