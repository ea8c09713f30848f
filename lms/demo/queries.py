"""Reading what the drawing of a city starts from: units, successions, courses."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from lms.assessment.models import Question
from lms.catalogue.models import Course, CourseVersion, Lesson
from lms.demo.rules.careers import PLAN_BEGINS, SHARE_OF_PEOPLE, City
from lms.demo.rules.workplaces import WARD_KINDS, Place
from lms.identity.models import Account
from lms.organisation.models import Person, Reform, Succession, Unit, UnitName, UnitPlace
from lms.plan.models import Plan
from lms.platform.db import db


@dataclass(frozen=True)
class CourseFacts:
    """A course's current version, as the drawing of studies needs it."""

    course_id: int
    version_id: int
    hours: Decimal
    content_group: str
    draw: int
    right_to_pass: int
    quiz_minutes: int
    lesson_ids: tuple[int, ...]
    questions: tuple[tuple[int, str, dict[str, Any]], ...]
    """(id, kind, body)."""


def has_units() -> bool:
    """Whether the organisation has been loaded."""
    return db.session.scalar(sa.select(Unit.id).limit(1)) is not None


def has_people() -> bool:
    """Whether anybody is in the database already."""
    return db.session.scalar(sa.select(Person.id).limit(1)) is not None


def has_accounts() -> bool:
    """Whether anybody has an account already."""
    return db.session.scalar(sa.select(Account.id).limit(1)) is not None


def has_courses() -> bool:
    """Whether there is a course."""
    return db.session.scalar(sa.select(Course.id).limit(1)) is not None


def has_plans() -> bool:
    """Whether there is a plan."""
    return db.session.scalar(sa.select(Plan.id).limit(1)) is not None


def city() -> City:
    """Every unit that ever was, and who took its people over."""
    places = _places()
    wards: dict[int, list[int]] = defaultdict(list)
    like: dict[str, list[Place]] = defaultdict(list)
    for place in sorted(places.values(), key=lambda p: (p.code, p.valid_from)):
        if place.kind in WARD_KINDS and place.valid_from <= PLAN_BEGINS < place.valid_to and place.parent_id:
            wards[place.parent_id].append(place.id)
        like[place.kind].append(place)
    return City(places, _heirs(places), dict(wards), dict(like))


def _places() -> dict[int, Place]:
    """Units with the kind, name and parent of their first day."""
    rows = db.session.execute(
        sa.select(
            Unit.id, Unit.code, Unit.valid_from, Unit.valid_to, UnitName.kind, UnitName.short_name, UnitPlace.parent_id
        )
        .join(UnitName, sa.and_(UnitName.unit_id == Unit.id, UnitName.from_on == Unit.valid_from))
        .join(UnitPlace, sa.and_(UnitPlace.unit_id == Unit.id, UnitPlace.from_on == Unit.valid_from))
        .order_by(Unit.code, Unit.valid_from)
    )
    return {
        row.id: Place(row.id, row.code, row.kind, row.short_name, row.valid_from, row.valid_to, row.parent_id)
        for row in rows
    }


def _heirs(places: dict[int, Place]) -> dict[int, list[tuple[int, float]]]:
    rows = db.session.execute(
        sa.select(Succession.old_id, Succession.new_id, Succession.share, Reform.effective_on)
        .join(Reform, Reform.id == Succession.reform_id)
        .where(Succession.new_id.is_not(None))
    ).all()
    heirs: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for row in sorted(rows, key=lambda r: (places[r.old_id].code, places[r.new_id].code, r.effective_on)):
        old, weight = places[row.old_id], SHARE_OF_PEOPLE.get(row.share, 0.0)
        # A unit that goes on after giving land away keeps its people.
        if old.valid_to == row.effective_on and row.new_id != row.old_id:
            heirs[row.old_id].append((row.new_id, weight))
    return dict(heirs)


def unit_standing(code: str, day: date) -> tuple[int, date]:
    """Id and end of the unit that bears a code on a day; raises NoResultFound when there is none."""
    row = db.session.execute(
        sa.select(Unit.id, Unit.valid_to).where(Unit.code == code, Unit.valid_from <= day, Unit.valid_to > day)
    ).one()
    return row.id, row.valid_to


def known_identities() -> tuple[set[str], set[str]]:
    """Personal numbers and e-mail addresses in use."""
    rows = db.session.execute(sa.select(Person.personal_id, Person.email)).all()
    return {row.personal_id for row in rows}, {row.email for row in rows if row.email}


def courses() -> dict[str, CourseFacts]:
    """Slug → the current version of each course, in four statements."""
    rows = db.session.execute(
        sa.select(Course.slug, CourseVersion).join(CourseVersion, CourseVersion.id == Course.current_version_id)
    ).all()
    lessons: dict[int, list[int]] = defaultdict(list)
    for lesson in db.session.execute(sa.select(Lesson.id, Lesson.version_id).order_by(Lesson.version_id, Lesson.place)):
        lessons[lesson.version_id].append(lesson.id)
    questions: dict[int, list[tuple[int, str, dict[str, Any]]]] = defaultdict(list)
    for question in db.session.execute(
        sa.select(Question.id, Question.version_id, Question.kind, Question.body).order_by(
            Question.version_id, Question.code
        )
    ):
        questions[question.version_id].append((question.id, question.kind, question.body))
    return {
        row.slug: CourseFacts(
            course_id=row.CourseVersion.course_id,
            version_id=row.CourseVersion.id,
            hours=row.CourseVersion.hours,
            content_group=row.CourseVersion.content_group,
            draw=row.CourseVersion.draw,
            right_to_pass=-(-row.CourseVersion.draw * row.CourseVersion.pass_percent // 100),
            quiz_minutes=row.CourseVersion.quiz_minutes,
            lesson_ids=tuple(lessons[row.CourseVersion.id]),
            questions=tuple(questions[row.CourseVersion.id]),
        )
        for row in rows
    }


def wards_on(day: date) -> list[int]:
    """The wards of a day, in the order of their codes."""
    rows = db.session.execute(
        sa.select(Unit.id)
        .join(UnitName, UnitName.unit_id == Unit.id)
        .where(Unit.valid_from <= day, Unit.valid_to > day, UnitName.from_on <= day, UnitName.to_on > day)
        .where(UnitName.kind.in_(("phuong", "xa")))
        .order_by(Unit.code)
    )
    return list(rows.scalars())
