"""Reading the catalogue: courses, versions, lessons, pictures. One function, one statement."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, case, func, select

from lms.catalogue.models import Course, CourseVersion, Lesson, Media
from lms.organisation.models import Unit, UnitName
from lms.organisation.scope import within
from lms.platform import vietnamese
from lms.platform.access import Actor, Permission
from lms.platform.db import db


@dataclass(frozen=True)
class VersionFacts:
    """A version with its course: everything but the lessons."""

    course_id: int
    slug: str
    organiser_id: int
    organiser: str
    current_version_id: int | None
    retired_at: datetime | None
    version_id: int
    number: int
    title: str
    summary: str
    hours: Decimal
    minutes: int
    content_group: str
    level: str
    skills: list[str]
    goals: list[str]
    sources: list[dict[str, Any]]
    quiz_title: str
    draw: int
    bank_size: int
    quiz_minutes: int
    pass_percent: int
    attempts_allowed: int
    digest: str
    archive: str
    published_at: datetime

    @property
    def is_current(self) -> bool:
        """Whether whoever begins now studies this version."""
        return self.version_id == self.current_version_id


@dataclass(frozen=True)
class LessonFacts:
    """A lesson without its text."""

    lesson_id: int
    version_id: int
    place: int
    key: str
    title: str
    minutes: int
    skills: list[str]


@dataclass(frozen=True)
class CourseCard:
    """A course in a list."""

    course_id: int
    slug: str
    organiser: str
    number: int
    title: str
    summary: str
    hours: Decimal
    minutes: int
    content_group: str
    level: str
    lessons: int
    bank_size: int
    draw: int
    published_at: datetime


# The name a unit bears now, or bore last: an organiser that has ended still has run its courses.
_ORGANISER = (
    select(UnitName.name)
    .where(UnitName.unit_id == Course.organiser_id)
    .order_by(UnitName.from_on.desc())
    .limit(1)
    .correlate(Course)
    .scalar_subquery()
)


def _facts() -> Select[*tuple[Any, ...]]:
    return select(
        Course.id.label("course_id"),
        Course.slug,
        Course.organiser_id,
        func.coalesce(_ORGANISER, "").label("organiser"),
        Course.current_version_id,
        Course.retired_at,
        CourseVersion.id.label("version_id"),
        CourseVersion.number,
        CourseVersion.title,
        CourseVersion.summary,
        CourseVersion.hours,
        CourseVersion.minutes,
        CourseVersion.content_group,
        CourseVersion.level,
        CourseVersion.skills,
        CourseVersion.goals,
        CourseVersion.sources,
        CourseVersion.quiz_title,
        CourseVersion.draw,
        CourseVersion.bank_size,
        CourseVersion.quiz_minutes,
        CourseVersion.pass_percent,
        CourseVersion.attempts_allowed,
        CourseVersion.digest,
        CourseVersion.archive,
        CourseVersion.published_at,
    ).select_from(Course)


def _one(statement: Select[*tuple[Any, ...]]) -> VersionFacts | None:
    row = db.session.execute(statement).one_or_none()
    return None if row is None else VersionFacts(**row._mapping)


def course_by_slug(slug: str) -> VersionFacts | None:
    """The current version of the course with this slug, retired or not; None if there is none."""
    return _one(_facts().join(CourseVersion, CourseVersion.id == Course.current_version_id).where(Course.slug == slug))


def current_version(course_id: int) -> VersionFacts | None:
    """The version that whoever begins the course now will study."""
    return _one(
        _facts().join(CourseVersion, CourseVersion.id == Course.current_version_id).where(Course.id == course_id)
    )


def version(version_id: int) -> VersionFacts | None:
    """Any version, current or not."""
    return _one(
        _facts().join(CourseVersion, CourseVersion.course_id == Course.id).where(CourseVersion.id == version_id)
    )


def versions_of(course_id: int) -> list[VersionFacts]:
    """All versions of a course, newest first."""
    rows = db.session.execute(
        _facts()
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .where(Course.id == course_id)
        .order_by(CourseVersion.number.desc())
    )
    return [VersionFacts(**row._mapping) for row in rows]


def lessons_of(version_id: int) -> list[LessonFacts]:
    """The lessons of a version in order, without their text."""
    rows = db.session.execute(
        select(
            Lesson.id.label("lesson_id"),
            Lesson.version_id,
            Lesson.place,
            Lesson.key,
            Lesson.title,
            Lesson.minutes,
            Lesson.skills,
        )
        .where(Lesson.version_id == version_id)
        .order_by(Lesson.place)
    )
    return [LessonFacts(**row._mapping) for row in rows]


def lesson_html(lesson_id: int) -> str | None:
    """A lesson's text as safe HTML that begins at h2; None if there is no such lesson."""
    return db.session.scalar(select(Lesson.html).where(Lesson.id == lesson_id))


def course_titles(course_ids: Iterable[int]) -> dict[int, str]:
    """Course id → title of its current version."""
    rows = db.session.execute(
        select(Course.id, CourseVersion.title)
        .join(CourseVersion, CourseVersion.id == Course.current_version_id)
        .where(Course.id.in_(sorted(set(course_ids))))
    )
    return {row.id: row.title for row in rows}


def course_ids(slugs: Iterable[str]) -> dict[str, int]:
    """Slug → course id, for those that exist."""
    rows = db.session.execute(select(Course.slug, Course.id).where(Course.slug.in_(sorted(set(slugs)))))
    return {row.slug: row.id for row in rows}


@dataclass(frozen=True)
class Wanted:
    """What a list of courses is narrowed to; empty narrows nothing."""

    words: str = ""
    content_group: str = ""
    level: str = ""


def _cards(wanted: Wanted) -> Select[*tuple[Any, ...]]:
    lessons = (
        select(func.count(Lesson.id))
        .where(Lesson.version_id == CourseVersion.id)
        .correlate(CourseVersion)
        .scalar_subquery()
    )
    statement = (
        select(
            Course.id.label("course_id"),
            Course.slug,
            func.coalesce(_ORGANISER, "").label("organiser"),
            CourseVersion.number,
            CourseVersion.title,
            CourseVersion.summary,
            CourseVersion.hours,
            CourseVersion.minutes,
            CourseVersion.content_group,
            CourseVersion.level,
            lessons.label("lessons"),
            CourseVersion.bank_size,
            CourseVersion.draw,
            CourseVersion.published_at,
        )
        .join(CourseVersion, CourseVersion.id == Course.current_version_id)
        .where(Course.retired_at.is_(None))
    )
    for word in vietnamese.fold(wanted.words).split():
        statement = statement.where(CourseVersion.search_key.contains(word, autoescape=True))
    if wanted.content_group:
        statement = statement.where(CourseVersion.content_group == wanted.content_group)
    if wanted.level:
        statement = statement.where(CourseVersion.level == wanted.level)
    return statement


def count_courses(wanted: Wanted) -> int:
    """How many courses in use match."""
    return db.session.scalar(select(func.count()).select_from(_cards(wanted).subquery())) or 0


def courses(wanted: Wanted, *, skip: int = 0, most: int = 100) -> list[CourseCard]:
    """The courses in use that match, by title."""
    rows = db.session.execute(_cards(wanted).order_by(CourseVersion.sort_title, Course.id).offset(skip).limit(most))
    return [CourseCard(**row._mapping) for row in rows]


def managed_courses(actor: Actor, permission: Permission) -> list[CourseCard]:
    """The courses in use whose organiser lies in the actor's units, by title."""
    rows = db.session.execute(
        _cards(Wanted())
        .where(within(actor, permission, Course.organiser_id))
        .order_by(CourseVersion.sort_title, Course.id)
    )
    return [CourseCard(**row._mapping) for row in rows]


def managed_course(actor: Actor, permission: Permission, slug: str) -> list[VersionFacts]:
    """All versions, newest first, of a course whose organiser lies in the actor's units; else empty."""
    rows = db.session.execute(
        _facts()
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .where(Course.slug == slug, within(actor, permission, Course.organiser_id))
        .order_by(CourseVersion.number.desc())
    )
    return [VersionFacts(**row._mapping) for row in rows]


def may_manage_unit(actor: Actor, permission: Permission, unit_id: int) -> bool:
    """Whether the unit lies in the actor's units."""
    return db.session.scalar(select(Unit.id).where(Unit.id == unit_id, within(actor, permission, Unit.id))) is not None


def organiser_with(code: str, today: date) -> int | None:
    """The unit that bears the code today, else the one that bore it last; None if nobody ever did."""
    holds = and_(Unit.valid_from <= today, Unit.valid_to > today)
    return db.session.scalar(
        select(Unit.id).where(Unit.code == code).order_by(case((holds, 0), else_=1), Unit.valid_from.desc()).limit(1)
    )


@dataclass(frozen=True)
class Picture:
    """A stored picture."""

    sha256: str
    content_type: str


def picture(sha256: str, name: str) -> Picture | None:
    """A picture of any version, by content and name."""
    row = db.session.execute(
        select(Media.sha256, Media.content_type).where(Media.sha256 == sha256, Media.name == name).limit(1)
    ).one_or_none()
    return None if row is None else Picture(**row._mapping)


def lesson_with_html(version_id: int, key: str) -> tuple[LessonFacts, str] | None:
    """One lesson of a version with its text."""
    row = db.session.execute(
        select(
            Lesson.id,
            Lesson.version_id,
            Lesson.place,
            Lesson.key,
            Lesson.title,
            Lesson.minutes,
            Lesson.skills,
            Lesson.html,
        ).where(Lesson.version_id == version_id, Lesson.key == key)
    ).one_or_none()
    return None if row is None else (LessonFacts(*row[:7]), row.html)
