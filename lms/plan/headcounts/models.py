"""Confirmed head counts: appended, superseded by a later one of the same day, never changed."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.platform.columns import code_text, day, json_value, moment, vi_text
from lms.platform.db import db


class HeadCount(db.Model):  # type: ignore[name-defined]
    """A unit, with everything under it, confirmed how many people of which category it has on a day."""

    __tablename__ = "head_count"
    __table_args__ = (Index("ix_head_count_unit", "unit_id", "on_day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int]
    """A plain number: the confirmation outlives what it speaks of."""
    on_day: Mapped[date] = mapped_column(day())
    total: Mapped[int]
    counts: Mapped[dict[str, Any]] = mapped_column(json_value())
    """Staff category → people."""
    account_id: Mapped[int | None]
    confirmer: Mapped[str] = mapped_column(vi_text(160))
    confirmed_at: Mapped[datetime] = mapped_column(moment())
    note: Mapped[str] = mapped_column(vi_text(300), default="")
    superseded_at: Mapped[datetime | None] = mapped_column(moment())


class HeadCountPerson(db.Model):  # type: ignore[name-defined]
    """Somebody who was counted, and as what."""

    __tablename__ = "head_count_person"

    head_count_id: Mapped[int] = mapped_column(ForeignKey("head_count.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(primary_key=True)
    category: Mapped[str] = mapped_column(code_text(24))
