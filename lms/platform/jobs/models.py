"""The queue: jobs that wait, run or have ended, and the processes that work on them."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.platform.columns import big_id, code_text, json_value, moment, vi_text
from lms.platform.db import db

UNFINISHED = text("done_at IS NULL AND cancelled_at IS NULL AND dead_at IS NULL")
DEAD = text("dead_at IS NOT NULL")


class Job(db.Model):  # type: ignore[name-defined]
    """Work put off to a worker, written in the transaction that causes it. Its state follows from its moments."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN done_at IS NULL THEN 0 ELSE 1 END) + (CASE WHEN cancelled_at IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN dead_at IS NULL THEN 0 ELSE 1 END) <= 1",
            name="one_end",
        ),
        Index("ix_job_waiting", "run_after", "id", sqlite_where=UNFINISHED, postgresql_where=UNFINISHED),
        Index("uq_job_unfinished", "unique_key", unique=True, sqlite_where=UNFINISHED, postgresql_where=UNFINISHED),
        Index("ix_job_dead", "dead_at", sqlite_where=DEAD, postgresql_where=DEAD),
        # Finished rows count too: a due moment has one job, however many workers look at the clock.
        Index("uq_job_due", "kind", "due_at", unique=True),
    )

    id: Mapped[int] = mapped_column(big_id(), primary_key=True)
    kind: Mapped[str] = mapped_column(code_text(64))
    title: Mapped[str] = mapped_column(vi_text(200), default="")
    """What the asker calls it; empty means the kind's own name."""
    payload: Mapped[dict[str, Any]] = mapped_column(json_value(), default=dict)
    unique_key: Mapped[str | None] = mapped_column(code_text(160))
    """At most one unfinished job has it."""
    due_at: Mapped[datetime | None] = mapped_column(moment())
    """The moment of the schedule that it was made for."""
    back: Mapped[str] = mapped_column(code_text(300), default="")
    """The address inside the program where its result is to be seen."""
    asked_by: Mapped[int | None]
    """The account, None for the system."""
    asked_name: Mapped[str] = mapped_column(vi_text(160), default="")
    asked_at: Mapped[datetime] = mapped_column(moment())
    run_after: Mapped[datetime] = mapped_column(moment())
    attempts: Mapped[int] = mapped_column(default=0)
    """Tries of the slice that comes next: a saved slice begins anew at nought."""
    lease: Mapped[str] = mapped_column(code_text(160), default="")
    """Whose it is: only who holds this word may write progress or the end."""
    leased_until: Mapped[datetime | None] = mapped_column(moment())
    heard_at: Mapped[datetime | None] = mapped_column(moment())
    cursor: Mapped[Any] = mapped_column(json_value(), nullable=True)
    """Where the next slice begins; None at the start."""
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    word: Mapped[str] = mapped_column(vi_text(200), default="")
    """What is being done just now."""
    started_at: Mapped[datetime | None] = mapped_column(moment())
    cancel_asked_at: Mapped[datetime | None] = mapped_column(moment())
    done_at: Mapped[datetime | None] = mapped_column(moment())
    cancelled_at: Mapped[datetime | None] = mapped_column(moment())
    dead_at: Mapped[datetime | None] = mapped_column(moment())
    error: Mapped[str] = mapped_column(vi_text(300), default="")
    """What went wrong last, without anything personal."""


class Worker(db.Model):  # type: ignore[name-defined]
    """A process that works on jobs; its row goes when it ends in good order."""

    __tablename__ = "job_worker"

    name: Mapped[str] = mapped_column(code_text(120), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(moment())
    seen_at: Mapped[datetime] = mapped_column(moment())
    version: Mapped[str] = mapped_column(code_text(64), default="")
