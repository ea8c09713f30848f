"""Enrolments, progress in lessons, and completions."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.platform.columns import big_id, code_text, day, marks, moment, vi_text
from lms.platform.db import db


class Enrolment(db.Model):  # type: ignore[name-defined]
    """A person studies a version; each time anew, after it was completed, is a round of its own."""

    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("person_id", "version_id", "round"),
        Index("ix_enrolment_course", "course_id", "person_id", "started_on"),
        Index("ix_enrolment_version", "version_id"),
    )

    id: Mapped[int] = mapped_column(big_id(), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    round: Mapped[int] = mapped_column(default=1, server_default="1")
    """1, then 2 … for each time the version is studied again."""
    source: Mapped[str] = mapped_column(code_text(16))
    """assigned, chosen or hr."""
    enrolled_at: Mapped[datetime] = mapped_column(moment())
    started_on: Mapped[date | None] = mapped_column(day())
    """The day of the first activity."""
    last_lesson_id: Mapped[int | None] = mapped_column(ForeignKey("lesson.id"))
    last_at: Mapped[datetime | None] = mapped_column(moment())


class LessonProgress(db.Model):  # type: ignore[name-defined]
    """How far a person is in one lesson."""

    __tablename__ = "lesson_progress"

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), primary_key=True)
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lesson.id"), primary_key=True)
    percent: Mapped[int] = mapped_column(default=0)
    """How far down the page was read, 0–100: where to resume."""
    opened_at: Mapped[datetime] = mapped_column(moment())
    done_at: Mapped[datetime | None] = mapped_column(moment())


class Completion(db.Model):  # type: ignore[name-defined]
    """A fact: this person completed this course on this day. Unit and position are those of that day and stay."""

    __tablename__ = "completion"
    __table_args__ = (
        Index("ix_completion_person", "person_id", "course_id", "completed_on"),
        Index("ix_completion_course", "course_id", "completed_on"),
    )

    id: Mapped[int] = mapped_column(big_id(), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("course_version.id"))
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempt.id"), unique=True)
    started_on: Mapped[date | None] = mapped_column(day())
    completed_on: Mapped[date] = mapped_column(day())
    hours: Mapped[Decimal] = mapped_column(marks())
    content_group: Mapped[str] = mapped_column(code_text(8))
    score: Mapped[Decimal | None] = mapped_column(marks())
    source: Mapped[str] = mapped_column(code_text(16))
    """online, class or recognised."""
    evidence: Mapped[str] = mapped_column(vi_text(300), default="")
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    department: Mapped[str] = mapped_column(vi_text(160), default="")
    position: Mapped[str] = mapped_column(code_text(40), default="")
    recorded_at: Mapped[datetime] = mapped_column(moment())
    voided_at: Mapped[datetime | None] = mapped_column(moment())
