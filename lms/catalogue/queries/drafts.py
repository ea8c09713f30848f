"""Reading drafts: the open one of a course, its saves, and the files as they stood at one of them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lms.catalogue.models import Course, CourseDraft, CourseVersion, DraftSave
from lms.platform.db import db


@dataclass(frozen=True)
class DraftFacts:
    """The open draft of a course."""

    draft_id: int
    course_id: int
    base_version_id: int
    base_number: int
    """The published version it began from."""
    revision: int
    files: dict[str, str]
    """Path in the package → SHA-256 of the kept content."""
    saved_at: datetime
    saved_by: str


def draft_of(slug: str) -> DraftFacts | None:
    """The open draft of a course; None if nobody is drafting."""
    row = db.session.execute(
        select(
            CourseDraft.id.label("draft_id"),
            CourseDraft.course_id,
            CourseDraft.base_version_id,
            CourseVersion.number.label("base_number"),
            CourseDraft.revision,
            DraftSave.files,
            DraftSave.saved_at,
            DraftSave.saved_name.label("saved_by"),
        )
        .join(Course, Course.id == CourseDraft.course_id)
        .join(CourseVersion, CourseVersion.id == CourseDraft.base_version_id)
        .join(
            DraftSave, (DraftSave.draft_id == CourseDraft.id) & (DraftSave.revision == CourseDraft.revision)
        )
        .where(Course.slug == slug, CourseDraft.closed_at.is_(None))
    ).one_or_none()  # fmt: skip
    return None if row is None else DraftFacts(**row._mapping)


def files_at(draft_id: int, revision: int) -> dict[str, str] | None:
    """The files as they stood at a save; None if there never was that save."""
    found: dict[str, str] | None = db.session.scalar(
        select(DraftSave.files).where(DraftSave.draft_id == draft_id, DraftSave.revision == revision)
    )
    return found


@dataclass(frozen=True)
class SaveFacts:
    """A save of a draft."""

    revision: int
    saved_at: datetime
    saved_by: str
    what: str


def saves_of(draft_id: int, *, most: int = 20) -> list[SaveFacts]:
    """The last saves of a draft, newest first."""
    rows = db.session.execute(
        select(DraftSave.revision, DraftSave.saved_at, DraftSave.saved_name.label("saved_by"), DraftSave.what)
        .where(DraftSave.draft_id == draft_id)
        .order_by(DraftSave.revision.desc())
        .limit(most)
    )
    return [SaveFacts(**row._mapping) for row in rows]
