"""Finding out what an act would do to duties without leaving a proposal behind."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from lms.changes.service.acts import preview, propose
from lms.platform.db import db
from lms.platform.events import By


def foresee(
    kind: str, *, title: str, payload: Mapping[str, Any], unit_id: int | None, by: By, now: datetime, today: date
) -> dict[str, Any] | None:
    """What a preview would count: `people`, `duties`, and how many of them are gained, lost and so on.

    None when it cannot be done as things stand. Nothing is written.
    """
    savepoint = db.session.begin_nested()
    try:
        change = propose(kind, title=title, payload=payload, unit_id=unit_id, by=by, now=now)
        preview(change, by=by, now=now, today=today)
        return None if change.said else dict(change.summary)
    finally:
        savepoint.rollback()
        db.session.expire_all()
