"""Courses, published versions, lessons, media. A version never changes once it stands."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.platform.columns import code_text, json_value, long_text, marks, moment, sort_key, vi_text
from lms.platform.db import db


class Course(db.Model):  # type: ignore[name-defined]
    """A course: what stays the same over its versions."""

    __tablename__ = "course"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(code_text(80), unique=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    """The unit that runs it: a city body, or the unit itself."""
    current_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("course_version.id", use_alter=True, name="fk_course_current_version_id")
    )
    created_at: Mapped[datetime] = mapped_column(moment())
    retired_at: Mapped[datetime | None] = mapped_column(moment())


class CourseVersion(db.Model):  # type: ignore[name-defined]
    """A published state of a course, with its quiz settings."""

    __tablename__ = "course_version"
    __table_args__ = (
        UniqueConstraint("course_id", "number"),
        CheckConstraint("pass_percent BETWEEN 1 AND 100", name="pass_percent"),
        CheckConstraint("draw >= 1", name="draw"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(vi_text(200))
    sort_title: Mapped[str] = mapped_column(sort_key())
    summary: Mapped[str] = mapped_column(vi_text(600))
    search_key: Mapped[str] = mapped_column(code_text(1000), default="")
    """Title and summary without marks."""
    hours: Mapped[Decimal] = mapped_column(marks())
    """In tiết."""
    content_group: Mapped[str] = mapped_column(code_text(8))
    level: Mapped[str] = mapped_column(code_text(4))
    skills: Mapped[list[str]] = mapped_column(json_value())
    goals: Mapped[list[str]] = mapped_column(json_value())
    sources: Mapped[list[dict[str, Any]]] = mapped_column(json_value())
    minutes: Mapped[int]
    """Study minutes of all lessons together."""
    quiz_title: Mapped[str] = mapped_column(vi_text(200))
    draw: Mapped[int]
    bank_size: Mapped[int] = mapped_column(default=0)
    """Questions in the bank from which `draw` are taken."""
    quiz_minutes: Mapped[int]
    pass_percent: Mapped[int]
    attempts_allowed: Mapped[int]
    digest: Mapped[str] = mapped_column(code_text(64))
    """SHA-256 over the package's files and names: the same content makes no new version."""
    archive: Mapped[str] = mapped_column(code_text(64), default="")
    """SHA-256 of the stored zip that gives the package back."""
    published_at: Mapped[datetime] = mapped_column(moment())
    published_by: Mapped[int | None]


class Lesson(db.Model):  # type: ignore[name-defined]
    """A lesson of one version, rendered and made safe at publication."""

    __tablename__ = "lesson"
    __table_args__ = (UniqueConstraint("version_id", "place"), UniqueConstraint("version_id", "key"))

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    place: Mapped[int]
    """1, 2, 3 …"""
    key: Mapped[str] = mapped_column(code_text(120))
    """The file name without .md."""
    title: Mapped[str] = mapped_column(vi_text(200))
    minutes: Mapped[int]
    skills: Mapped[list[str]] = mapped_column(json_value())
    html: Mapped[str] = mapped_column(long_text())


class Media(db.Model):  # type: ignore[name-defined]
    """A picture of one version; the bytes lie in the file store."""

    __tablename__ = "media"
    __table_args__ = (UniqueConstraint("version_id", "name"), Index("ix_media_sha256", "sha256"))

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    name: Mapped[str] = mapped_column(code_text(120))
    content_type: Mapped[str] = mapped_column(code_text(60))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(code_text(64))


class CourseDraft(db.Model):  # type: ignore[name-defined]
    """What trainers are changing of a course: begun from a published version, closed by publishing or giving up."""

    __tablename__ = "course_draft"
    __table_args__ = (
        CheckConstraint("revision >= 1", name="revision"),
        Index(
            "ux_course_draft_open",
            "course_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    base_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    revision: Mapped[int]
    """The number of its last save."""
    started_at: Mapped[datetime] = mapped_column(moment())
    closed_at: Mapped[datetime | None] = mapped_column(moment())
    published_id: Mapped[int | None] = mapped_column(ForeignKey("course_version.id"))
    """The version it became; None while open, and when given up."""


class DraftSave(db.Model):  # type: ignore[name-defined]
    """The files of a draft as they stood after one save: nothing that was saved is ever lost."""

    __tablename__ = "draft_save"

    draft_id: Mapped[int] = mapped_column(ForeignKey("course_draft.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    files: Mapped[dict[str, str]] = mapped_column(json_value())
    """Path in the package → SHA-256 of the kept content."""
    saved_at: Mapped[datetime] = mapped_column(moment())
    saved_name: Mapped[str] = mapped_column(vi_text(200))
    """Who saved, by name."""
    what: Mapped[str] = mapped_column(vi_text(300))
    """A sentence: what this save changed."""
