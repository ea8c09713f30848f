"""Questions, attempts and answers."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.platform.columns import big_id, code_text, json_value, long_text, marks, moment
from lms.platform.db import db


class Question(db.Model):  # type: ignore[name-defined]
    """A question of one course version's bank; immutable like the version."""

    __tablename__ = "question"
    __table_args__ = (UniqueConstraint("version_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    code: Mapped[str] = mapped_column(code_text(40))
    kind: Mapped[str] = mapped_column(code_text(16))
    """single, multiple, true_false, matching, ordering, numeric."""
    skill: Mapped[str] = mapped_column(code_text(8))
    lesson_key: Mapped[str] = mapped_column(code_text(120), default="")
    text: Mapped[str] = mapped_column(long_text())
    body: Mapped[dict[str, Any]] = mapped_column(json_value())
    """By kind: {options: [{text, correct}]}, {answer: bool}, {pairs: [{left, right}], extra: []}, {items: []},
    {answer, tolerance, unit} (numbers as strings)."""
    explanation: Mapped[str] = mapped_column(long_text())


class Attempt(db.Model):  # type: ignore[name-defined]
    """One go at a course version's final quiz. State follows from the times: submitted_at, deadline_at and now."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("person_id", "version_id", "number"),
        Index(
            "uq_attempt_open",
            "person_id",
            "version_id",
            unique=True,
            sqlite_where=text("submitted_at IS NULL"),
            postgresql_where=text("submitted_at IS NULL"),
        ),
        Index("ix_attempt_version", "version_id", "submitted_at"),
    )

    id: Mapped[int] = mapped_column(big_id(), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    number: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(moment())
    deadline_at: Mapped[datetime] = mapped_column(moment())
    submitted_at: Mapped[datetime | None] = mapped_column(moment())
    """When it ended: handed in, or the moment time ran out."""
    score: Mapped[Decimal | None] = mapped_column(marks())
    """Percent, 0–100."""
    passed: Mapped[bool | None]


class Answer(db.Model):  # type: ignore[name-defined]
    """One drawn question in an attempt, with the last answer saved."""

    __tablename__ = "answer"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    """1 … draw."""
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    shuffle: Mapped[list[int]] = mapped_column(json_value())
    """The order in which this attempt shows the options, right-hand sides or items."""
    response: Mapped[Any | None] = mapped_column(json_value())
    """By kind, in the question's own numbering from 0: [option], [options], bool, {"left": right}, the number given to
    each item ([2, 1, None]), "12.5"; None while unanswered."""
    flagged: Mapped[bool] = mapped_column(default=False)
    """Marked by the learner to look at again."""
    saved_at: Mapped[datetime | None] = mapped_column(moment())
    points: Mapped[Decimal | None] = mapped_column(marks())
    """0–1 once marked."""
