"""Reading the queue."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from lms.platform.access import Actor, Permission
from lms.platform.db import db
from lms.platform.jobs.models import Job, Worker

UNFINISHED: sa.ColumnElement[bool] = sa.and_(Job.done_at.is_(None), Job.cancelled_at.is_(None), Job.dead_at.is_(None))


def due(kinds: Iterable[str], now: datetime) -> sa.ColumnElement[bool]:
    """The jobs that a worker which knows these kinds may take up."""
    return sa.and_(
        UNFINISHED,
        Job.kind.in_(sorted(kinds)),
        Job.run_after <= now,
        sa.or_(Job.leased_until.is_(None), Job.leased_until <= now),
    )


def is_anything_due(kinds: Iterable[str], now: datetime) -> bool:
    """Whether there is something to take up."""
    return bool(db.session.scalar(sa.select(sa.exists(sa.select(Job.id).where(due(kinds, now))))))


def next_due(kinds: Iterable[str], now: datetime) -> Job | None:
    """The job that has waited longest, locked for this transaction; those others hold are passed over."""
    query = (
        sa.select(Job)
        .where(due(kinds, now))
        .order_by(Job.run_after, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(query).first()


def unfinished_with(unique_key: str) -> int | None:
    """The id of the unfinished job with this key."""
    return db.session.scalar(sa.select(Job.id).where(UNFINISHED, Job.unique_key == unique_key))


def made_since(kind: str, due_at: datetime) -> bool:
    """Whether a job was made for this due moment or a later one."""
    return bool(db.session.scalar(sa.select(sa.exists().where(Job.kind == kind, Job.due_at >= due_at))))


def job_for(account: Actor, job_id: int) -> Job:
    """The job, if the account asked for it or looks after all of them; else 404."""
    query = sa.select(Job).where(Job.id == job_id)
    if not account.roots(Permission.PLATFORM_JOB_MANAGE):
        query = query.where(Job.asked_by == account.account_id)
    found: Job = db.one_or_404(query)
    return found


@dataclass(frozen=True)
class Counts:
    """How many jobs there are in each state that asks for attention."""

    waiting: int
    later: int
    retrying: int
    running: int
    lost: int
    oldest: datetime | None
    """Since when the job that has waited longest could have run."""
    dead: int = 0


def counts(now: datetime) -> Counts:
    """The queue in one statement."""
    free = Job.leased_until.is_(None)
    came = sa.and_(free, Job.run_after <= now)
    ahead = sa.and_(free, Job.run_after > now)

    def many(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.coalesce(sa.func.sum(sa.case((sa.and_(*conditions), 1), else_=0)), 0)

    dead = sa.select(sa.func.count()).where(Job.dead_at.is_not(None)).scalar_subquery()
    row = db.session.execute(
        sa.select(
            many(came),
            many(ahead, Job.error == ""),
            many(ahead, Job.error != ""),
            many(Job.leased_until > now),
            many(Job.leased_until <= now),
            sa.func.min(sa.case((came, Job.run_after))),
            dead,
        ).where(UNFINISHED)
    ).one()
    return Counts(*row)


def at_work(most: int = 20) -> Sequence[Job]:
    """Jobs that a worker has in hand, the longest running first."""
    query = sa.select(Job).where(UNFINISHED, Job.leased_until.is_not(None)).order_by(Job.started_at, Job.id)
    return db.session.scalars(query.limit(most)).all()


def in_trouble(now: datetime, most: int = 50) -> Sequence[Job]:
    """Jobs that are not tried any more, and those that failed and wait for their next try; newest first."""
    retrying = sa.and_(UNFINISHED, Job.leased_until.is_(None), Job.run_after > now, Job.error != "")
    query = sa.select(Job).where(sa.or_(Job.dead_at.is_not(None), retrying))
    return db.session.scalars(query.order_by(Job.dead_at.is_(None), Job.id.desc()).limit(most)).all()


def lately_done(since: datetime, most: int = 5) -> Sequence[Job]:
    """Jobs asked for by people that were done since a moment, newest first."""
    query = sa.select(Job).where(Job.done_at >= since, Job.asked_by.is_not(None))
    return db.session.scalars(query.order_by(Job.id.desc()).limit(most)).all()


def last_of_each(kinds: Iterable[str]) -> dict[str, Job]:
    """Kind → the last job that its schedule made."""
    last = sa.select(sa.func.max(Job.id)).where(Job.kind.in_(sorted(kinds)), Job.due_at.is_not(None)).group_by(Job.kind)
    return {job.kind: job for job in db.session.scalars(sa.select(Job).where(Job.id.in_(last)))}


def workers_seen(since: datetime) -> Sequence[Worker]:
    """Workers heard of since a moment."""
    return db.session.scalars(sa.select(Worker).where(Worker.seen_at >= since).order_by(Worker.started_at)).all()


QUIET = timedelta(minutes=2)
"""A worker that has not been heard of for so long is taken for gone."""


def old(kinds: Iterable[str] | None, before: datetime, most: int) -> Sequence[int]:
    """Jobs (of these kinds) that ended before a moment, except the last one that each schedule made."""
    last = sa.select(sa.func.max(Job.id)).where(Job.due_at.is_not(None)).group_by(Job.kind)
    query = sa.select(Job.id).where(sa.or_(Job.done_at < before, Job.cancelled_at < before), Job.id.not_in(last))
    if kinds is not None:
        query = query.where(Job.kind.in_(sorted(kinds)), Job.due_at.is_not(None))
    return db.session.scalars(query.order_by(Job.id).limit(most)).all()
