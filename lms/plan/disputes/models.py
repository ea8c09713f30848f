"""Disputes: what somebody holds to be wrong about a duty of theirs, what was said, and what was decided. History."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.platform.columns import big_id, code_text, day, moment, vi_text
from lms.platform.db import db

OPEN = text("closed_at IS NULL")


class Dispute(db.Model):  # type: ignore[name-defined]
    """One person says that one duty stands wrongly. Plain numbers instead of keys to facts: it outlives them."""

    __tablename__ = "dispute"
    __table_args__ = (
        CheckConstraint("(closed_at IS NULL) = (outcome = '')", name="closed"),
        CheckConstraint("outcome IN ('', 'accepted', 'partly', 'refused', 'withdrawn')", name="outcome"),
        Index(
            "uq_dispute_open", "person_id", "requirement_id", "cycle", unique=True,
            sqlite_where=OPEN, postgresql_where=OPEN,
        ),
        Index("ix_dispute_person", "person_id", "opened_at"),
        Index("ix_dispute_desk", "desk_id", "due_on", sqlite_where=OPEN, postgresql_where=OPEN),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    requirement_id: Mapped[int]
    cycle: Mapped[int]
    kind: Mapped[str] = mapped_column(code_text(16))
    """Of `rules.Kind`."""
    words: Mapped[str] = mapped_column(vi_text(2000))
    """What is wrong, as the person says it."""
    was_state: Mapped[str] = mapped_column(code_text(16))
    was_due_on: Mapped[date] = mapped_column(day())
    was_fulfilled_on: Mapped[date] = mapped_column(day())
    """How the duty stood when it was sent."""
    opened_at: Mapped[datetime] = mapped_column(moment())
    opened_on: Mapped[date] = mapped_column(day())
    opened_by: Mapped[int | None]
    unit_id: Mapped[int]
    """Where the person worked on that day."""
    desk_id: Mapped[int]
    """The unit whose HR must answer."""
    desk_since: Mapped[date] = mapped_column(day())
    due_on: Mapped[date] = mapped_column(day())
    """The last day on which that desk is in time."""
    steps: Mapped[int] = mapped_column(default=0)
    """How often it went up because a desk was late."""
    closed_at: Mapped[datetime | None] = mapped_column(moment())
    closed_by: Mapped[int | None]
    outcome: Mapped[str] = mapped_column(code_text(12), default="")
    answer: Mapped[str] = mapped_column(vi_text(1000), default="")
    decision: Mapped[str] = mapped_column(vi_text(120), default="")
    """Number of the paper, if there is one."""
    effect: Mapped[str] = mapped_column(code_text(12), default="")
    """Of `rules.Effect`; "" while there is none."""
    fact_id: Mapped[int | None] = mapped_column(big_id())
    """Key of the fact that the decision made: completion, waiver, granted due day or posting, as `effect` says."""


class DisputeNote(db.Model):  # type: ignore[name-defined]
    """What was said or done about a dispute; only added to."""

    __tablename__ = "dispute_note"
    __table_args__ = (Index("ix_dispute_note_dispute", "dispute_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    dispute_id: Mapped[int] = mapped_column(ForeignKey("dispute.id"))
    kind: Mapped[str] = mapped_column(code_text(12))
    """Of `rules.Said`."""
    words: Mapped[str] = mapped_column(vi_text(2000), default="")
    said_at: Mapped[datetime] = mapped_column(moment())
    account_id: Mapped[int | None]
    author: Mapped[str] = mapped_column(vi_text(160))


class DisputeFile(db.Model):  # type: ignore[name-defined]
    """A paper that was handed in; its content lies among the kept files, under its hash."""

    __tablename__ = "dispute_file"
    __table_args__ = (Index("ix_dispute_file_dispute", "dispute_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    dispute_id: Mapped[int] = mapped_column(ForeignKey("dispute.id"))
    sha256: Mapped[str] = mapped_column(code_text(64))
    name: Mapped[str] = mapped_column(vi_text(120))
    kind: Mapped[str] = mapped_column(code_text(8))
    """pdf, jpg, png or docx, by content."""
    size: Mapped[int]
    sent_at: Mapped[datetime] = mapped_column(moment())
    account_id: Mapped[int | None]


class DisputeTerm(db.Model):  # type: ignore[name-defined]
    """How many working days a desk has, from a day on."""

    __tablename__ = "dispute_term"
    __table_args__ = (CheckConstraint("days BETWEEN 1 AND 90", name="days"),)

    from_on: Mapped[date] = mapped_column(day(), primary_key=True)
    days: Mapped[int]
    recorded_at: Mapped[datetime] = mapped_column(moment())
