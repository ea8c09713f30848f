"""Drafts: the next version of a course in the making; what is published is never touched."""

import math
from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select

from lms.catalogue import office, queries, rules
from lms.catalogue.events import DraftDiscarded, LessonsImported
from lms.catalogue.models import Course, CourseDraft, CourseVersion, DraftSave
from lms.catalogue.office import Imported
from lms.catalogue.package import Reading, drafting, pack, read, unpack
from lms.catalogue.package.drafting import Added
from lms.catalogue.queries import DraftFacts, VersionFacts
from lms.catalogue.rules import DraftRefusal
from lms.catalogue.service.publishing import publish
from lms.platform import files
from lms.platform.access import Actor
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


# Editing --------------------------------------------------------------------------------------------------------------


def _held(slug: str) -> DraftFacts:
    """The open draft, its course locked; Refused(NO_DRAFT)."""
    lock(f"course:{slug}")
    db.session.execute(select(Course.id).where(Course.slug == slug).with_for_update())
    draft = queries.draft_of(slug)
    if draft is None:
        raise Refused(DraftRefusal.NO_DRAFT)
    return draft


def edit_lesson(slug: str, key: str, *, title: str, minutes: int, text: str, seen: int, by: By, now: datetime) -> int:
    """Write a lesson of the draft anew and return the save's number.

    `seen` is the save that whoever edits looked at. Refused: CHANGED_MEANWHILE when somebody saved the lesson since,
    NO_LESSON, NO_DRAFT, or what no course may hold.
    """
    draft = _held(slug)
    content = files_in(draft.files)
    before = next((one for one in drafting.outline(content) if one.key == key), None)
    if before is None:
        raise Refused(DraftRefusal.NO_LESSON)
    looked_at = queries.files_at(draft.draft_id, seen)
    then = lesson_at(looked_at, key) if looked_at is not None else None
    if lesson_at(draft.files, key) not in (then, (title, str(minutes), text)):
        raise Refused(DraftRefusal.CHANGED_MEANWHILE)
    changed = drafting.with_lesson(content, key, title=title, minutes=minutes, text=text)
    if (refusal := _refusal(changed)) is not None:
        raise Refused(refusal)
    if changed == content:
        return draft.revision
    return save(draft, changed, f"Sửa bài “{title[:150]}”.", by=by, now=now)


def lesson_at(saved: Mapping[str, str], key: str) -> tuple[str, str, str] | None:
    """Title, minutes and text of a lesson as it stood in a save; None if it was not there."""
    if drafting.COURSE not in saved:
        return None
    course = {drafting.COURSE: files.kept(saved[drafting.COURSE])}
    listed = next((one for one in drafting.outline(course) if one.key == key), None)
    if listed is None:
        return None
    text = files.kept(saved[listed.path]).decode("utf-8", "replace") if listed.path in saved else ""
    return listed.title, listed.minutes, text


def preview(slug: str, draft: DraftFacts, key: str) -> str | None:
    """A lesson of the draft as learners will see it; None while something in it must be put right."""
    return drafting.lesson_html(files_in(draft.files), key, address=f"/soan-khoa-hoc/{slug}/nhap/hinh/{{name}}")


def move_lesson(slug: str, key: str, by_places: int, *, by: By, now: datetime) -> None:
    """Move a lesson of the draft up (negative) or down among the others; Refused: NO_LESSON, NO_DRAFT."""
    draft = _held(slug)
    content = files_in(draft.files)
    keys = [one.key for one in drafting.outline(content)]
    if key not in keys:
        raise Refused(DraftRefusal.NO_LESSON)
    place = keys.index(key)
    keys.insert(max(0, min(place + by_places, len(keys) - 1)), keys.pop(place))
    save(draft, drafting.arranged(content, keys), "Đổi thứ tự các bài.", by=by, now=now)


def remove_lesson(slug: str, key: str, *, by: By, now: datetime) -> None:
    """Take a lesson out of the draft; earlier saves still hold it. Refused: NO_LESSON, NO_DRAFT."""
    draft = _held(slug)
    content = files_in(draft.files)
    listed = next((one for one in drafting.outline(content) if one.key == key), None)
    if listed is None:
        raise Refused(DraftRefusal.NO_LESSON)
    save(draft, drafting.without_lesson(content, key), f"Bỏ bài “{listed.title[:150]}”.", by=by, now=now)


def publish_draft(slug: str, *, actor: Actor, by: By, today: date, now: datetime) -> CourseVersion:
    """Make the draft the next version of its course and close it.

    Refused: DraftRefusal, or what `publish` refuses.
    """
    draft = _held(slug)
    content = files_in(draft.files)
    reading = read(content)
    current = queries.current_version(draft.course_id)
    refusal = rules.why_not_publish_draft(
        problems=len(reading.problems),
        base_version_id=draft.base_version_id,
        current_version_id=current.version_id if current else None,
    )
    if refusal is not None or reading.package is None:
        raise Refused(refusal or DraftRefusal.UNSOUND)
    version = publish(reading.package, archive=pack(content, slug), actor=actor, by=by, today=today, now=now)
    held = db.session.get_one(CourseDraft, draft.draft_id)
    held.closed_at, held.published_id = now, version.id
    db.session.flush()
    return version


def discard_draft(slug: str, *, by: By, now: datetime) -> None:
    """Give the draft up; what was saved is kept. Refused: NO_DRAFT."""
    draft = _held(slug)
    held = db.session.get_one(CourseDraft, draft.draft_id)
    held.closed_at = now
    db.session.flush()
    version = queries.version(draft.base_version_id)
    assert version is not None
    emit(
        DraftDiscarded(
            unit_id=version.organiser_id, course_id=draft.course_id, slug=slug, title=version.title,
            saves=draft.revision,
        ),
        by=by,
    )  # fmt: skip
