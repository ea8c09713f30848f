"""Reading the outbox."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

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


def waiting(now: datetime) -> int:
    """How many letters wait, whether their time has come or not."""
    query = select(db.func.count()).where(
        Letter.sent_at.is_(None), Letter.given_up_at.is_(None), Letter.written_at <= now
    )
    return db.session.scalar(query) or 0
