"""The audit log: one row per event, appended, never changed."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.platform.columns import big_id, code_text, day, json_value, moment, vi_text
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


class RecordView(db.Model):  # type: ignore[name-defined]
    """Somebody opened a part of another person's record on a day; however often, it is one row."""

    __tablename__ = "record_view"
    __table_args__ = (
        UniqueConstraint("person_id", "account_id", "day", "what"),
        Index("ix_record_view_day", "day"),
    )

    id: Mapped[int] = mapped_column(big_id(), primary_key=True)
    person_id: Mapped[int]
    """Whose record; a plain number, like that of the account: the log outlives both."""
    account_id: Mapped[int]
    viewer_id: Mapped[int | None]
    """The person who looked."""
    viewer: Mapped[str] = mapped_column(vi_text(160))
    day: Mapped[date] = mapped_column(day())
    what: Mapped[str] = mapped_column(code_text(12))
    """A part of the record: `rules.Part`."""
    last_at: Mapped[datetime] = mapped_column(moment())
    times: Mapped[int] = mapped_column(default=1)


class AuditSeal(db.Model):  # type: ignore[name-defined]
    """A link of the chain over the log: made within seconds by a job, so that nobody waits for it who writes."""

    __tablename__ = "audit_seal"

    day: Mapped[date] = mapped_column(day(), primary_key=True)
    """The day on which it was sealed."""
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1, 2, 3 … within the day."""
    event_id: Mapped[int] = mapped_column(big_id(), unique=True)
    hash: Mapped[str] = mapped_column(code_text(64))


class AuditDay(db.Model):  # type: ignore[name-defined]
    """The end of each day's chain, and up to where rows need not be looked through again for unsealed ones."""

    __tablename__ = "audit_day"

    day: Mapped[date] = mapped_column(day(), primary_key=True)
    number: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(code_text(64))
    floor_id: Mapped[int] = mapped_column(big_id(), default=0)
    """Every row up to this id is sealed, and no transaction still open can hold a smaller one."""
    next_floor_id: Mapped[int] = mapped_column(big_id(), default=0)
    next_floor_at: Mapped[datetime] = mapped_column(moment())
