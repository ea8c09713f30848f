"""Reading the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from lms.audit.models import AuditEvent
from lms.platform.db import db


@dataclass(frozen=True)
class LoggedEvent:
    """One row of the log."""

    id: int
    at: datetime
    key: str
    actor: str
    address: str
    unit_id: int | None
    person_id: int | None
    facts: dict[str, Any]


def count_events(conditions: Sequence[ColumnElement[bool]]) -> int:
    """How many events the conditions leave; who may see which is the caller's business, who knows units."""
    return db.session.scalar(select(func.count()).select_from(AuditEvent).where(*conditions)) or 0


def events(conditions: Sequence[ColumnElement[bool]], *, offset: int, limit: int) -> list[LoggedEvent]:
    """A page of the log, newest first."""
    rows = db.session.execute(
        select(
            AuditEvent.id,
            AuditEvent.at,
            AuditEvent.key,
            AuditEvent.actor,
            AuditEvent.address,
            AuditEvent.unit_id,
            AuditEvent.person_id,
            AuditEvent.facts,
        )
        .where(*conditions)
        .order_by(AuditEvent.id.desc())
        .offset(offset)
        .limit(limit)
    ).all()
    return [LoggedEvent(*row) for row in rows]
