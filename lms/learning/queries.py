"""Reading enrolments, progress and completions: one function, one statement."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, or_, select

from lms.catalogue.models import Course, CourseVersion, Lesson
from lms.learning import rules
from lms.learning.models import Completion, Enrolment, LessonProgress
from lms.organisation.models import Posting
from lms.platform import clock
from lms.platform.db import db

# The latest enrolment counts; who has begun stays on that version, everybody else is shown the current one.
_ENROLMENT = (
    select(Enrolment.id)
    .where(Enrolment.course_id == Course.id, Enrolment.person_id == bindparam("person_id"))
    .order_by(Enrolment.id.desc())
    .limit(1)
    .correlate(Course)
    .scalar_subquery()
)
_VERSION = case((Enrolment.started_on.is_not(None), Enrolment.version_id), else_=Course.current_version_id)
_COMPLETION = (
    select(Completion.id)
    .where(
        Completion.course_id == Course.id,
        Completion.person_id == bindparam("person_id"),
        Completion.voided_at.is_(None),
    )
    .order_by(Completion.completed_on.desc(), Completion.id.desc())
    .limit(1)
    .correlate(Course)
    .scalar_subquery()
)


_VOIDED = (
    select(func.max(Completion.voided_at))
    .where(
        Completion.course_id == Course.id,
        Completion.person_id == bindparam("person_id"),
        Completion.version_id == CourseVersion.id,
        Completion.attempt_id.is_not(None),
    )
    .correlate(Course, CourseVersion)
    .scalar_subquery()
)


def _is_completed(row: Any, recorded_at: datetime | None) -> bool:
    """Whether the last completion ends the round of study that a row tells of."""
    elsewhere = row.completed_version_id is None
    if recorded_at is None or (not elsewhere and row.completed_version_id != row.version_id):
        return False
    return rules.is_round_done(
        number=row.round or 1, started_on=row.started_on, completed_on=row.completed_on,
        arrived_on=clock.day_of(recorded_at) if elsewhere else None,
    )  # fmt: skip


@dataclass(frozen=True)
class Study:
    """A course as one person studies it: the version that holds for them, the enrolment, the last completion."""

    course_id: int
    slug: str
    retired_at: datetime | None
    current_version_id: int | None
    version_id: int
    number: int
    title: str
    summary: str
    hours: Decimal
    minutes: int
    quiz_title: str
    draw: int
    quiz_minutes: int
    pass_percent: int
    attempts_allowed: int
    enrolment_id: int | None
    round: int | None
    enrolled_at: datetime | None
    started_on: date | None
    last_lesson_id: int | None
    completion_id: int | None
    completed_on: date | None
    completed_version_id: int | None
    completed_score: Decimal | None
    completed_recorded_at: datetime | None
    voided_at: datetime | None
    """When the last result that was earned by the quiz of this version was voided, if one was."""

    @property
    def completed(self) -> bool:
        """Whether this very version is completed, in this round of study, or was made up for elsewhere meanwhile."""
        return _is_completed(self, self.completed_recorded_at)

    @property
    def since(self) -> datetime | None:
        """The moment from which attempts count: those of this round, after the last voided result; None for all."""
        began = [self.enrolled_at] if (self.round or 1) > 1 else []
        return max((moment for moment in (*began, self.voided_at) if moment is not None), default=None)

    @property
    def has_newer(self) -> bool:
        """Whether a newer version stands than the one being studied."""
        return self.started_on is not None and self.version_id != self.current_version_id and self.retired_at is None


_STUDY: Select[*tuple[Any, ...]] = (
    select(
        Course.id, Course.slug, Course.retired_at, Course.current_version_id, CourseVersion.id, CourseVersion.number,
        CourseVersion.title, CourseVersion.summary, CourseVersion.hours, CourseVersion.minutes,
        CourseVersion.quiz_title, CourseVersion.draw, CourseVersion.quiz_minutes, CourseVersion.pass_percent,
        CourseVersion.attempts_allowed, Enrolment.id, Enrolment.round, Enrolment.enrolled_at,
        Enrolment.started_on, Enrolment.last_lesson_id, Completion.id, Completion.completed_on, Completion.version_id,
        Completion.score, Completion.recorded_at, _VOIDED,
    )
    .select_from(Course)
    .outerjoin(Enrolment, Enrolment.id == _ENROLMENT)
    .join(CourseVersion, CourseVersion.id == _VERSION)
    .outerjoin(Completion, Completion.id == _COMPLETION)
    .where(Course.slug == bindparam("slug"))
)  # fmt: skip


def study(person_id: int, slug: str) -> Study | None:
    """The course as this person studies it; None if unknown, or retired before they began."""
    row = db.session.execute(_STUDY, {"person_id": person_id, "slug": slug}).first()
    if row is None:
        return None
    found = Study(*row)
    return None if found.retired_at is not None and found.started_on is None else found


@dataclass(frozen=True)
class OutlineRow:
    """A lesson in the outline, with this person's progress."""

    lesson_id: int
    place: int
    key: str
    title: str
    minutes: int
    percent: int
    done_at: datetime | None
    html: str | None
    """Only of the lesson asked for."""

    @property
    def done(self) -> bool:
        """Whether it is done."""
        return self.done_at is not None


_OUTLINE: Select[*tuple[Any, ...]] = (
    select(
        Lesson.id, Lesson.place, Lesson.key, Lesson.title, Lesson.minutes, func.coalesce(LessonProgress.percent, 0),
        LessonProgress.done_at, case((Lesson.key == bindparam("key"), Lesson.html)),
    )
    .outerjoin(
        LessonProgress,
        and_(LessonProgress.lesson_id == Lesson.id, LessonProgress.enrolment_id == bindparam("enrolment_id")),
    )
    .where(Lesson.version_id == bindparam("version_id"))
    .order_by(Lesson.place)
)  # fmt: skip


def outline(version_id: int, enrolment_id: int | None, key: str = "") -> list[OutlineRow]:
    """The lessons of a version with the progress of one enrolment, and the text of the lesson called `key`."""
    values = {"version_id": version_id, "enrolment_id": enrolment_id or 0, "key": key}
    return [OutlineRow(*row) for row in db.session.execute(_OUTLINE, values)]


def steps(rows: Iterable[OutlineRow]) -> list[rules.Step]:
    """An outline as the rules see it."""
    return [rules.Step(row.lesson_id, row.minutes, row.done) for row in rows]


@dataclass(frozen=True)
class Progress:
    """How far a person is in a course."""

    course_id: int
    slug: str
    title: str
    hours: Decimal
    minutes: int
    """Of the whole course, its quiz included."""
    minutes_left: int
    percent: int
    lessons: int
    lessons_done: int
    started_on: date | None
    completed_on: date | None
    """The last completion of the course, whatever the version."""
    lesson_place: int | None
    """The lesson to go on with; None when only the quiz is left, or nothing."""
    lesson_key: str
    lesson_title: str


_ENDED = select(Completion.id).where(
    Completion.person_id == Enrolment.person_id, Completion.course_id == Enrolment.course_id,
    Completion.voided_at.is_(None), Completion.recorded_at >= Enrolment.enrolled_at,
)  # fmt: skip
_WAITING = (
    select(Enrolment.course_id)
    .join(Course, Course.id == Enrolment.course_id)
    .where(Enrolment.person_id == bindparam("person_id"), Course.retired_at.is_(None), ~_ENDED.exists())
)
"""The courses in use in which a person is enrolled and which they have not completed since."""

_PROGRESS_OF: Select[*tuple[Any, ...]] = (
    select(
        Course.id.label("course_id"), Course.slug, CourseVersion.id.label("version_id"), CourseVersion.title,
        CourseVersion.hours, CourseVersion.quiz_minutes, Enrolment.round, Enrolment.started_on,
        Enrolment.last_lesson_id, Completion.completed_on, Completion.version_id.label("completed_version_id"),
        Completion.recorded_at.label("completed_recorded_at"),
        Lesson.id.label("lesson_id"), Lesson.place, Lesson.key, Lesson.title.label("lesson_title"), Lesson.minutes,
        LessonProgress.done_at,
    )
    .select_from(Course)
    .outerjoin(Enrolment, Enrolment.id == _ENROLMENT)
    .join(CourseVersion, CourseVersion.id == _VERSION)
    .outerjoin(Completion, Completion.id == _COMPLETION)
    .outerjoin(Lesson, Lesson.version_id == CourseVersion.id)
    .outerjoin(
        LessonProgress, and_(LessonProgress.lesson_id == Lesson.id, LessonProgress.enrolment_id == Enrolment.id)
    )
    .order_by(Course.id, Lesson.place)
)  # fmt: skip
_NAMED = Course.id.in_(bindparam("course_ids", expanding=True))
_PROGRESS = _PROGRESS_OF.where(_NAMED)
_PROGRESS_AND_WAITING = _PROGRESS_OF.where(or_(_NAMED, Course.id.in_(_WAITING)))


def progress_of(person_id: int, course_ids: Iterable[int], *, and_waiting: bool = False) -> dict[int, Progress]:
    """Course id → how far the person is, for every known course of `course_ids`; one statement.

    With `and_waiting` also for those in which they are enrolled and which they have not completed since.
    """
    wanted = sorted(set(course_ids))
    if not wanted and not and_waiting:
        return {}
    statement = _PROGRESS_AND_WAITING if and_waiting else _PROGRESS
    rows = db.session.execute(statement, {"person_id": person_id, "course_ids": wanted}).all()
    return {course_id: _progress(list(group)) for course_id, group in groupby(rows, key=lambda row: row.course_id)}


def _progress(rows: Sequence[Any]) -> Progress:
    first = rows[0]
    lessons = [row for row in rows if row.lesson_id is not None]
    course = [rules.Step(row.lesson_id, row.minutes, row.done_at is not None) for row in lessons]
    completed = _is_completed(first, first.completed_recorded_at)
    going_on = None if completed else rules.resume(course, first.last_lesson_id)
    current = next((row for row in lessons if row.lesson_id == going_on), None)
    return Progress(
        course_id=first.course_id, slug=first.slug, title=first.title, hours=first.hours,
        minutes=sum(step.minutes for step in course) + first.quiz_minutes,
        minutes_left=rules.minutes_left(course, first.quiz_minutes, completed),
        percent=rules.percent_done(course, completed), lessons=len(course),
        lessons_done=sum(step.done for step in course), started_on=first.started_on, completed_on=first.completed_on,
        lesson_place=current.place if current else None, lesson_key=current.key if current else "",
        lesson_title=current.lesson_title if current else "",
    )  # fmt: skip


@dataclass(frozen=True)
class CompletionRow:
    """A completion that counts."""

    completion_id: int
    course_id: int
    slug: str
    title: str
    completed_on: date
    hours: Decimal
    content_group: str
    score: Decimal | None
    source: str
    attempt_id: int | None


_COMPLETIONS: Select[*tuple[Any, ...]] = (
    select(
        Completion.id, Completion.course_id, Course.slug, CourseVersion.title, Completion.completed_on,
        Completion.hours, Completion.content_group, Completion.score, Completion.source, Completion.attempt_id,
    )
    .join(Course, Course.id == Completion.course_id)
    .join(CourseVersion, CourseVersion.id == func.coalesce(Completion.version_id, Course.current_version_id))
    .where(Completion.person_id == bindparam("person_id"), Completion.voided_at.is_(None))
    .order_by(Completion.completed_on.desc(), Completion.id.desc())
)  # fmt: skip


def completions_of(person_id: int) -> list[CompletionRow]:
    """A person's completions that count, newest first."""
    return [CompletionRow(*row) for row in db.session.execute(_COMPLETIONS, {"person_id": person_id})]


def hours_once(year: Iterable[CompletionRow]) -> Decimal:
    """The tiết that completions of one year, the newest first, bring: a course studied again here brings them once."""
    rows = list(year)
    here = {row.course_id: row.hours for row in rows if row.source == rules.CompletionSource.ONLINE}
    elsewhere = (row.hours for row in rows if row.source != rules.CompletionSource.ONLINE)
    return sum((*here.values(), *elsewhere), Decimal(0))


def completion_days(person_id: int, course_id: int) -> list[date]:
    """The days on which a person completed a course, in whatever version, as far as they count."""
    return list(
        db.session.scalars(
            select(Completion.completed_on).where(
                Completion.person_id == person_id, Completion.course_id == course_id, Completion.voided_at.is_(None)
            )
        )
    )


def completion_of_attempt(attempt_id: int) -> int | None:
    """The completion that an attempt earned, if it counts."""
    return db.session.scalar(
        select(Completion.id).where(Completion.attempt_id == attempt_id, Completion.voided_at.is_(None))
    )


@dataclass(frozen=True)
class Workplace:
    """Where a person works on a day."""

    unit_id: int | None = None
    department: str = ""
    position: str = ""


def workplace(person_id: int, day: date) -> Workplace:
    """The primary posting believed for a day; an empty Workplace when there is none."""
    row = db.session.execute(
        select(Posting.unit_id, Posting.department, Posting.position)
        .where(
            Posting.person_id == person_id,
            Posting.is_primary,
            Posting.superseded_at.is_(None),
            Posting.from_on <= day,
            Posting.to_on > day,
        )
        .order_by(Posting.from_on.desc())
        .limit(1)
    ).first()
    return Workplace(*row) if row else Workplace()
