"""What may be published, and what a new version changes. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from lms.catalogue.package import LessonSource, Package, Question
from lms.catalogue.package.archive import MOST_BYTES, MOST_FILES
from lms.catalogue.package.course_file import MOST_LESSONS
from lms.catalogue.package.reading import LESSON_LIMIT, MOST_PICTURES


class Refusal(StrEnum):
    """Why a package is not published."""

    NO_SUCH_ORGANISER = "no-such-organiser"
    NOT_YOUR_UNIT = "not-your-unit"
    NOT_YOUR_COURSE = "not-your-course"
    NOTHING_NEW = "nothing-new"


def why_not_publish(
    *, organiser_known: bool, may_organiser: bool, may_course: bool, standing_digest: str | None, digest: str
) -> Refusal | None:
    """Say what forbids publishing, or None. `standing_digest` is that of the current version, None for a new course."""
    if not organiser_known:
        return Refusal.NO_SUCH_ORGANISER
    # Naming one's own unit as organiser must not take over a course of somebody else.
    if not may_course:
        return Refusal.NOT_YOUR_COURSE
    if not may_organiser:
        return Refusal.NOT_YOUR_UNIT
    return Refusal.NOTHING_NEW if standing_digest == digest else None


class DraftRefusal(StrEnum):
    """Why a draft does not take a change."""

    NO_COURSE = "no-such-course"
    NO_PACKAGE = "no-package"
    TOO_MANY_LESSONS = "too-many-lessons"
    TOO_MANY_PICTURES = "too-many-pictures"
    LESSON_TOO_LONG = "lesson-too-long"
    TOO_LARGE = "too-large"
    NO_DRAFT = "no-draft"
    NO_LESSON = "no-lesson"
    CHANGED_MEANWHILE = "changed-meanwhile"
    UNSOUND = "unsound"
    BEHIND = "behind"


def why_not_keep(*, lessons: int, longest_lesson: int, pictures: int, files: int, size: int) -> DraftRefusal | None:
    """Say why the files of a draft could never be published, or None; lengths in bytes."""
    if lessons > MOST_LESSONS:
        return DraftRefusal.TOO_MANY_LESSONS
    if pictures > MOST_PICTURES:
        return DraftRefusal.TOO_MANY_PICTURES
    if longest_lesson > LESSON_LIMIT:
        return DraftRefusal.LESSON_TOO_LONG
    return DraftRefusal.TOO_LARGE if files > MOST_FILES or size > MOST_BYTES else None


def why_not_publish_draft(
    *, problems: int, base_version_id: int, current_version_id: int | None
) -> DraftRefusal | None:
    """Say why a draft does not become a version, or None: nothing that was published meanwhile may get lost."""
    if base_version_id != current_version_id:
        return DraftRefusal.BEHIND
    return DraftRefusal.UNSOUND if problems else None


class Change(StrEnum):
    """What happens to a lesson from one version to the next."""

    ADDED = "added"
    CHANGED = "changed"
    MOVED = "moved"
    REMOVED = "removed"
    SAME = "same"


@dataclass(frozen=True)
class LessonChange:
    """One lesson and what happens to it."""

    change: Change
    title: str
    minutes: int


@dataclass(frozen=True)
class Changes:
    """What a new version changes."""

    lessons: tuple[LessonChange, ...]
    questions_added: int
    questions_changed: int
    questions_removed: int


def changes(before: Package | None, after: Package) -> Changes:
    """Compare two versions of a course: lessons by file name, questions by code."""
    old = {lesson.key: (place, lesson) for place, lesson in enumerate(_lessons(before))}
    lessons = [
        LessonChange(_change(old.get(lesson.key), place, lesson), lesson.title, lesson.minutes)
        for place, lesson in enumerate(after.lessons)
    ]
    kept = {lesson.key for lesson in after.lessons}
    lessons += [
        LessonChange(Change.REMOVED, one.title, one.minutes) for key, (_, one) in old.items() if key not in kept
    ]
    was = {question.code: question for question in _questions(before)}
    now = {question.code: question for question in after.questions}
    return Changes(
        lessons=tuple(lessons),
        questions_added=len(now.keys() - was.keys()),
        questions_changed=sum(was[code] != now[code] for code in now.keys() & was.keys()),
        questions_removed=len(was.keys() - now.keys()),
    )


def _change(before: tuple[int, LessonSource] | None, place: int, lesson: LessonSource) -> Change:
    if before is None:
        return Change.ADDED
    if before[1] != lesson:
        return Change.CHANGED
    return Change.SAME if before[0] == place else Change.MOVED


def _lessons(package: Package | None) -> tuple[LessonSource, ...]:
    return package.lessons if package else ()


def _questions(package: Package | None) -> tuple[Question, ...]:
    return package.questions if package else ()
