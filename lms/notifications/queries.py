"""Reading the outbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, or_, select

from lms.notifications.models import Letter
from lms.platform.db import db


def letters_due(now: datetime, most: int) -> Sequence[Letter]:
    """Letters that wait to be sent, oldest first, locked for this transaction; those others hold are passed over."""
    query = (
        select(Letter)
        .where(Letter.sent_at.is_(None), Letter.given_up_at.is_(None), Letter.next_try_at <= now)
        .order_by(Letter.next_try_at, Letter.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return db.session.scalars(query).all()


def is_any_due(now: datetime) -> bool:
    """Whether a letter is to be sent now."""
    due = select(Letter.id).where(Letter.sent_at.is_(None), Letter.given_up_at.is_(None), Letter.next_try_at <= now)
    return bool(db.session.scalar(select(due.exists())))


@dataclass(frozen=True)
class Outbox:
    """How the outbox stands."""

    waiting: int
    oldest: datetime | None
    """When the letter that waits longest was written."""
    retrying: int
    """Letters among the waiting that failed at least once."""
    given_up: int
    """Letters given up since the moment asked for."""
    error: str
    """What was said last of a letter given up or waiting."""


def outbox(since: datetime) -> Outbox:
    """The outbox in one statement; letters given up are counted since a moment."""
    open_ = and_(Letter.sent_at.is_(None), Letter.given_up_at.is_(None))
    lately = Letter.given_up_at >= since
    last = (
        select(Letter.error)
        .where(Letter.error != "", or_(open_, lately))
        .order_by(Letter.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    row = db.session.execute(
        select(
            func.count(case((open_, 1))),
            func.min(case((open_, Letter.written_at))),
            func.count(case((and_(open_, Letter.error != ""), 1))),
            func.count(case((lately, 1))),
            last,
        ).where(Letter.sent_at.is_(None))
    ).one()
    return Outbox(row[0], row[1], row[2], row[3], row[4] or "")


def waiting(now: datetime) -> int:
    """How many letters wait, whether their time has come or not."""
    query = select(db.func.count()).where(
        Letter.sent_at.is_(None), Letter.given_up_at.is_(None), Letter.written_at <= now
    )
    return db.session.scalar(query) or 0
