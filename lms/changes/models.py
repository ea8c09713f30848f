"""Change sets, whom they meet, and every row of facts that they changed."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from lms.platform.columns import big_id, code_text, day, json_value, moment, vi_text
from lms.platform.db import db


class ChangeSet(db.Model):  # type: ignore[name-defined]
    """An act on many people: proposed, looked at, perhaps approved, applied, undone. The moments are its state."""

    __tablename__ = "change_set"
    __table_args__ = (Index("ix_change_set_unit", "unit_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(code_text(40))
    """What is done; a registered kind."""
    title: Mapped[str] = mapped_column(vi_text(300))
    payload: Mapped[dict[str, Any]] = mapped_column(json_value())
    """What the kind needs to do it: marks of kept files, lines, days."""
    unit_id: Mapped[int | None]
    """The unit under which the act falls; a plain number: the history outlives what it speaks of."""
    proposed_by: Mapped[int | None]
    proposer: Mapped[str] = mapped_column(vi_text(160))
    proposed_at: Mapped[datetime] = mapped_column(moment())
    looked_at: Mapped[datetime | None] = mapped_column(moment())
    """When the preview was made."""
    summary: Mapped[dict[str, Any]] = mapped_column(json_value())
    """Counts of the preview: people gained, lost, …"""
    approved_by: Mapped[int | None]
    approver: Mapped[str] = mapped_column(vi_text(160), default="")
    approved_at: Mapped[datetime | None] = mapped_column(moment())
    applied_by: Mapped[int | None]
    applied_at: Mapped[datetime | None] = mapped_column(moment())
    undone_by: Mapped[int | None]
    undone_at: Mapped[datetime | None] = mapped_column(moment())
    undo_reason: Mapped[str] = mapped_column(vi_text(300), default="")
    withdrawn_at: Mapped[datetime | None] = mapped_column(moment())
    said: Mapped[str] = mapped_column(vi_text(600), default="")
    """Why it could not be previewed, applied or undone the last time; empty when nothing stood in the way."""


class ChangeEffect(db.Model):  # type: ignore[name-defined]
    """What a change set would do to one duty of one person, as the preview found it."""

    __tablename__ = "change_effect"
    __table_args__ = (
        Index("ix_change_effect_what", "change_id", "what", "place"),
        Index("ix_change_effect_unit", "change_id", "unit_id"),
    )

    change_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    """A plain number: somebody whom the act would bring is not on record yet."""
    personal_id: Mapped[str] = mapped_column(code_text(12))
    name: Mapped[str] = mapped_column(vi_text(160))
    search_key: Mapped[str] = mapped_column(code_text(160))
    """The name without marks."""
    requirement_id: Mapped[int]
    requirement: Mapped[str] = mapped_column(code_text(90))
    cycle: Mapped[int]
    unit_id: Mapped[int | None]
    unit: Mapped[str] = mapped_column(code_text(40))
    what: Mapped[str] = mapped_column(code_text(12))
    """gained, lost, later, earlier, paused, waived, counted, done or moved."""
    due_before: Mapped[date | None] = mapped_column(day())
    due_after: Mapped[date | None] = mapped_column(day())


class ChangeRow(db.Model):  # type: ignore[name-defined]
    """One row of facts as a change set found and left it; noted by the database itself while the set is applied."""

    __tablename__ = "change_row"
    __table_args__ = (Index("ix_change_row_change", "change_id", "table_name", "id"),)

    id: Mapped[int] = mapped_column(big_id(), primary_key=True)
    change_id: Mapped[int]
    table_name: Mapped[str] = mapped_column(code_text(40))
    key: Mapped[str] = mapped_column(code_text(200))
    """The row's primary key, its values joined by commas."""
    before: Mapped[Any | None] = mapped_column(sa.Text().with_variant(JSONB(none_as_null=True), "postgresql"))
    """None: the row was added."""
    after: Mapped[Any | None] = mapped_column(sa.Text().with_variant(JSONB(none_as_null=True), "postgresql"))
    """None: the row was deleted."""
