"""The audit log: one row per event, appended, never changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.platform.columns import big_id, code_text, json_value, moment, vi_text
from lms.platform.db import db


class AuditEvent(db.Model):  # type: ignore[name-defined]
    """Who did what, when, from where. Ids are plain numbers: the log outlives what it speaks of."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_unit", "unit_id", "id"),
        Index("ix_audit_event_person", "person_id", "id"),
        Index("ix_audit_event_key", "key", "id"),
    )

    id: Mapped[int] = mapped_column(big_id(), primary_key=True)
    at: Mapped[datetime] = mapped_column(moment())
    key: Mapped[str] = mapped_column(code_text(64))
    account_id: Mapped[int | None]
    actor: Mapped[str] = mapped_column(vi_text(160))
    address: Mapped[str] = mapped_column(code_text(45), default="")
    unit_id: Mapped[int | None]
    person_id: Mapped[int | None]
    facts: Mapped[dict[str, Any]] = mapped_column(json_value())
