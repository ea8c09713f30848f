"""Drafts: the next version of a course in the making; what is published is never touched."""

import math
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from lms.catalogue import office, queries, rules
from lms.catalogue.events import LessonsImported
from lms.catalogue.models import Course, CourseDraft, DraftSave
from lms.catalogue.office import Imported
from lms.catalogue.package import Reading, drafting, read, unpack
from lms.catalogue.package.drafting import Added
from lms.catalogue.queries import DraftFacts, VersionFacts
from lms.catalogue.rules import DraftRefusal
from lms.platform import files
from lms.platform.db import db, lock
from lms.platform.events import By, emit
from lms.platform.forms import Refused

WORDS_A_MINUTE = 180
"""Vietnamese words, counted by syllables, that somebody who learns reads in a minute."""
LONGEST_WHAT = 300


def files_in(saved: Mapping[str, str]) -> dict[str, bytes]:
    """The contents of the files of a save; FileNotFoundError if one is gone from the store."""
    return {path: files.kept(sha256) for path, sha256 in saved.items()}


def package_of(draft: DraftFacts) -> Reading:
    """The draft checked as a package: what stands between it and publishing."""
    return read(files_in(draft.files))


def start_draft(slug: str, *, by: By, now: datetime) -> DraftFacts:
    """The open draft of a course, begun from its current version if nobody is drafting.

    Refused: DraftRefusal.NO_COURSE, or NO_PACKAGE when the files of the current version are gone.
    """
    lock(f"course:{slug}")
    course = db.session.scalar(select(Course).where(Course.slug == slug).with_for_update())
    if course is None or course.current_version_id is None:
        raise Refused(DraftRefusal.NO_COURSE)
    if standing := queries.draft_of(slug):
        return standing
    base = queries.current_version(course.id)
    assert base is not None
    content = {path: files.keep(data) for path, data in _published_files(base).items()}
    draft = CourseDraft(course_id=course.id, base_version_id=base.version_id, revision=1, started_at=now)
    db.session.add(draft)
    db.session.flush()
    _note_save(draft, content, f"Bắt đầu từ phiên bản {base.number}.", by=by, now=now)
    begun = queries.draft_of(slug)
    assert begun is not None
    return begun


def _published_files(base: VersionFacts) -> dict[str, bytes]:
    try:
        return unpack(files.kept(base.archive))
    except FileNotFoundError as error:
        raise Refused(DraftRefusal.NO_PACKAGE) from error


def _note_save(draft: CourseDraft, content: Mapping[str, str], what: str, *, by: By, now: datetime) -> None:
    db.session.add(
        DraftSave(
            draft_id=draft.id, revision=draft.revision, files=dict(content), saved_at=now, saved_name=by.name[:200],
            what=what[:LONGEST_WHAT],
        )
    )  # fmt: skip
    db.session.flush()


def save(draft: DraftFacts, content: Mapping[str, bytes], what: str, *, by: By, now: datetime) -> int:
    """Save the files as the draft's next revision, which is returned; the caller holds the course's lock."""
    held = db.session.get_one(CourseDraft, draft.draft_id, with_for_update=True)
    held.revision += 1
    _note_save(held, {path: files.keep(data) for path, data in content.items()}, what, by=by, now=now)
    return held.revision


# Office documents -----------------------------------------------------------------------------------------------------


def read_document(content: bytes, name: str, slug: str) -> Imported:
    """Read an office document for a course: its pictures get names that the course does not have yet.

    Raises office.UnreadableDocument.
    """
    standing = _standing_files(slug)
    wanted = office.prefix_of(name)
    prefix, n = wanted, 1
    while any(path.startswith(f"media/{prefix}-") for path in standing):
        n += 1
        prefix = f"{wanted}-{n}"
    return office.read(content, name, prefix=prefix)


def _standing_files(slug: str) -> dict[str, bytes]:
    """The files that a document would be added to."""
    if draft := queries.draft_of(slug):
        return files_in(draft.files)
    version = queries.course_by_slug(slug)
    if version is None:
        raise Refused(DraftRefusal.NO_COURSE)
    return _published_files(version)


def intended_lessons(slug: str, imported: Imported) -> DraftRefusal | None:
    """Say what forbids adding the lessons to the course, or None; nothing changes."""
    return _refusal(_merged(_standing_files(slug), imported, {})[0])


def add_lessons(
    slug: str, imported: Imported, *, source: str, alts: Mapping[str, str], by: By, now: datetime
) -> list[str]:
    """Add the lessons of an office document at the end of the course's draft, and return their keys.

    `source` is the file's name; `alts` holds alternative texts by picture name, where the document had none.
    Refused: DraftRefusal.
    """
    draft = start_draft(slug, by=by, now=now)
    changed, keys = _merged(files_in(draft.files), imported, alts)
    if (refusal := _refusal(changed)) is not None:
        raise Refused(refusal)
    save(draft, changed, f"Đưa vào {len(keys)} bài từ tệp {source[:200]}.", by=by, now=now)
    version = queries.version(draft.base_version_id)
    assert version is not None
    emit(
        LessonsImported(
            unit_id=version.organiser_id, course_id=draft.course_id, slug=slug, title=version.title,
            source=source[:200], lessons=len(keys),
        ),
        by=by,
    )  # fmt: skip
    return keys


def _merged(
    standing: Mapping[str, bytes], imported: Imported, alts: Mapping[str, str]
) -> tuple[dict[str, bytes], list[str]]:
    added = [
        Added(one.title, office.with_alts(one.text, alts), _minutes(one.words, one.pictures))
        for one in imported.lessons
    ]
    changed, keys = drafting.with_lessons(standing, added)
    return {**changed, **{f"media/{name}": one.content for name, one in imported.pictures.items()}}, keys


def _minutes(words: int, pictures: int) -> int:
    return max(1, min(math.ceil(words / WORDS_A_MINUTE + pictures / 2), 300))


def _refusal(content: Mapping[str, bytes]) -> DraftRefusal | None:
    return rules.why_not_keep(
        lessons=len(drafting.outline(content)),
        longest_lesson=max((len(data) for path, data in content.items() if path.startswith("lessons/")), default=0),
        pictures=sum(path.startswith("media/") for path in content),
        files=len(content),
        size=sum(len(data) for data in content.values()),
    )
