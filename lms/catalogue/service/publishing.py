"""Publishing: a sound package becomes a new, immutable version of its course, or nothing when nothing changed."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy import select

from lms.catalogue import queries, rules
from lms.catalogue.events import VersionPublished
from lms.catalogue.models import Course, CourseVersion, Lesson, Media
from lms.catalogue.package import Package, Reading, Source, read, unpack
from lms.catalogue.queries import VersionFacts
from lms.catalogue.rules import Changes, Refusal
from lms.platform import files, vietnamese
from lms.platform.access import Actor, Permission
from lms.platform.db import db, lock
from lms.platform.events import By, emit
from lms.platform.forms import Refused


@dataclass(frozen=True)
class Intention:
    """What publishing a package would do."""

    package: Package
    organiser_id: int | None
    standing: VersionFacts | None
    """The current version, None if the course is new."""
    refusal: Refusal | None

    @property
    def number(self) -> int:
        """The number the new version would bear."""
        return self.standing.number + 1 if self.standing else 1


def intention(package: Package, *, actor: Actor | None, today: date) -> Intention:
    """What publishing would do and whether the actor may; None as actor is the system, which may everything."""
    organiser_id = queries.organiser_with(package.organiser, today)
    standing = queries.course_by_slug(package.slug)
    return Intention(
        package=package,
        organiser_id=organiser_id,
        standing=standing,
        refusal=rules.why_not_publish(
            organiser_known=organiser_id is not None,
            may_organiser=organiser_id is not None and _may(actor, organiser_id),
            may_course=standing is None or _may(actor, standing.organiser_id),
            standing_digest=standing.digest if standing else None,
            digest=package.digest,
        ),
    )


def _may(actor: Actor | None, unit_id: int) -> bool:
    return actor is None or queries.may_manage_unit(actor, Permission.CATALOGUE_COURSE_MANAGE, unit_id)


def publish(
    package: Package, *, archive: bytes, actor: Actor | None, by: By, today: date, now: datetime
) -> CourseVersion:
    """Make the package the current version of its course, with its lessons, pictures and question bank.

    `archive` is the zip that `download` will give back, byte by byte. Refused: Refusal, also NOTHING_NEW when the
    current version holds exactly these files.
    """
    lock(f"course:{package.slug}")
    intended = intention(package, actor=actor, today=today)
    if intended.refusal is not None or intended.organiser_id is None:
        raise Refused(intended.refusal or Refusal.NO_SUCH_ORGANISER)
    course = db.session.scalar(select(Course).where(Course.slug == package.slug).with_for_update())
    if course is None:
        course = Course(slug=package.slug, organiser_id=intended.organiser_id, created_at=now)
        db.session.add(course)
        db.session.flush()
    version = _version(package, course_id=course.id, number=intended.number, archive=archive, by=by, now=now)
    db.session.add(version)
    db.session.flush()
    _add_contents(package, version.id)
    course.organiser_id, course.current_version_id, course.retired_at = intended.organiser_id, version.id, None
    db.session.flush()
    emit(
        VersionPublished(
            unit_id=course.organiser_id, course_id=course.id, version_id=version.id, number=version.number,
            title=package.title, slug=package.slug, question_count=len(package.questions),
            questions=tuple(asdict(question) for question in package.questions),
        ),
        by=by,
    )  # fmt: skip
    return version


def _version(package: Package, *, course_id: int, number: int, archive: bytes, by: By, now: datetime) -> CourseVersion:
    return CourseVersion(
        course_id=course_id,
        number=number,
        title=package.title,
        sort_title=vietnamese.sort_key(package.title),
        summary=package.summary,
        search_key=vietnamese.fold(f"{package.title} {package.summary}")[:1000],
        hours=package.hours,
        content_group=package.content_group,
        level=package.level,
        skills=list(package.skills),
        goals=list(package.goals),
        sources=[_source(source) for source in package.sources],
        minutes=package.minutes,
        quiz_title=package.quiz.title,
        draw=package.quiz.draw,
        bank_size=len(package.questions),
        quiz_minutes=package.quiz.minutes,
        pass_percent=package.quiz.pass_percent,
        attempts_allowed=package.quiz.attempts,
        digest=package.digest,
        archive=files.keep(archive),
        published_at=now,
        published_by=by.account_id,
    )


def _source(source: Source) -> dict[str, str | None]:
    return {"title": source.title, "number": source.number, "date": source.on.isoformat() if source.on else None}


def _add_contents(package: Package, version_id: int) -> None:
    db.session.add_all(
        Lesson(
            version_id=version_id, place=place, key=lesson.key, title=lesson.title, minutes=lesson.minutes,
            skills=list(lesson.skills), html=lesson.html,
        )
        for place, lesson in enumerate(package.lessons, 1)
    )  # fmt: skip
    db.session.add_all(
        Media(
            version_id=version_id, name=picture.name, content_type=picture.content_type, size=len(picture.content),
            sha256=files.keep(picture.content),
        )
        for picture in package.pictures
    )  # fmt: skip


@lru_cache(maxsize=4)
def package_in(archive: str) -> Reading:
    """The package in a kept zip, by the zip's SHA-256; FileNotFoundError if the zip is gone."""
    return read(unpack(files.kept(archive)))


def standing_package(version: VersionFacts | None) -> Package | None:
    """The package a version was made from; None if its zip is gone or was never kept."""
    try:
        return package_in(version.archive).package if version and version.archive else None
    except FileNotFoundError:
        return None


def intended_changes(intended: Intention) -> Changes:
    """What the new version changes against the current one."""
    return rules.changes(standing_package(intended.standing), intended.package)
