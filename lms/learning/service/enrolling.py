"""Enrolling many people in one course at once, and telling of each what becomes of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    text,
)

from lms.catalogue.models import Course, CourseVersion
from lms.changes.models import ChangeRow
from lms.learning.events import Enrolled
from lms.learning.models import Completion, Enrolment
from lms.learning.rules import EnrolmentSource, Refusal
from lms.organisation.models import Person, Posting, Unit
from lms.platform.columns import Day, moment
from lms.platform.db import db, lock
from lms.platform.events import By, emit
from lms.platform.forms import Refused

ENROLLED, ENROLLED_BEFORE, COMPLETED, GONE = "enrolled", "in_it", "completed", "gone"
"""What becomes of somebody: enrolled now; in the course already; completed it already; works here no longer."""

# Whoever comes in between by himself is in it already; nobody is in a round twice.
_ENROL = text(
    "INSERT INTO enrolment (person_id, course_id, version_id, round, source, enrolled_at)"
    " VALUES (:person_id, :course_id, :version_id, 1, :source, :now)"
    " ON CONFLICT (person_id, version_id, round) DO NOTHING"
).bindparams(bindparam("now", type_=moment()))


@dataclass(frozen=True)
class _Opening:
    """A course as whoever begins it today finds it."""

    course_id: int
    slug: str
    title: str
    version_id: int
    number: int
    retired_at: datetime | None


def _opening(course_id: int) -> _Opening:
    row = db.session.execute(
        select(Course.id, Course.slug, CourseVersion.title, CourseVersion.id, CourseVersion.number, Course.retired_at)
        .join(CourseVersion, CourseVersion.id == Course.current_version_id)
        .where(Course.id == course_id)
    ).one()
    return _Opening(*row)


def enrol_many(person_ids: Sequence[int], course_id: int, *, today: date, now: datetime, by: By) -> int:
    """Enrol everybody who is not in the course, has not completed it and works on that day; returns how many.

    Raises Refused(RETIRED).
    """
    lock(f"enrol:{course_id}")
    course = _opening(course_id)
    if course.retired_at is not None:
        raise Refused(Refusal.RETIRED)
    standing = _standing(course, person_ids, today).subquery("s")
    new = list(db.session.scalars(select(standing.c.person_id).where(standing.c.what == ENROLLED)))
    if not new:
        return 0
    values = {"course_id": course_id, "version_id": course.version_id, "source": EnrolmentSource.HR, "now": now}
    db.session.execute(_ENROL, [{**values, "person_id": person_id} for person_id in new])
    for person_id in new:
        event = Enrolled(
            course_id=course_id, version_id=course.version_id, source=EnrolmentSource.HR, title=course.title,
            person_id=person_id,
        )  # fmt: skip
        emit(event, by=by)
    return len(new)


def met(person_ids: Sequence[int], course_id: int, change_id: int, today: date) -> Select[Any]:
    """Everybody named in a change set and what became of them, as `changes.kinds.Effect`, right after it was done.

    The course stands for the requirement, its version for the cycle.
    """
    course = _opening(course_id)
    standing = _standing(course, person_ids, today).subquery("s")
    noted = select(Enrolment.person_id).join(ChangeRow, ChangeRow.key == cast(Enrolment.id, String))
    new = noted.where(
        ChangeRow.change_id == change_id, ChangeRow.table_name == Enrolment.__tablename__, ChangeRow.before.is_(None)
    )
    nothing = literal(None, Day())
    return (
        select(
            Person.id.label("person_id"),
            Person.personal_id,
            Person.full_name.label("name"),
            Person.search_key,
            literal(course.course_id, Integer).label("requirement_id"),
            literal(course.slug).label("requirement"),
            literal(course.number, Integer).label("cycle"),
            standing.c.unit_id,
            func.coalesce(Unit.code, "").label("unit"),
            case((Person.id.in_(new), ENROLLED), else_=standing.c.what).label("what"),
            nothing.label("due_before"),
            nothing.label("due_after"),
        )
        .join(standing, standing.c.person_id == Person.id)
        .outerjoin(Unit, Unit.id == standing.c.unit_id)
    )


def _standing(course: _Opening, person_ids: Sequence[int], today: date) -> Select[Any]:
    """Each of these people, where they work on the day, and what enrolling them now comes to."""
    mine = [Completion.person_id == Person.id, Completion.course_id == course.course_id, Completion.voided_at.is_(None)]
    this_year = Completion.completed_on.between(date(today.year, 1, 1), date(today.year, 12, 31))
    completed = exists().where(*mine, or_(Completion.version_id == course.version_id, this_year))
    # Who began an older version and has not completed it goes on with that one; who has not begun gets the current.
    ended = exists().where(*mine, Completion.version_id == Enrolment.version_id).correlate(Person, Enrolment)
    holds = or_(Enrolment.version_id == course.version_id, Enrolment.started_on.is_(None), ~ended)
    latest = (
        select(func.max(Enrolment.id))
        .where(Enrolment.person_id == Person.id, Enrolment.course_id == course.course_id)
        .correlate(Person)
        .scalar_subquery()
    )
    return (
        select(
            Person.id.label("person_id"),
            Posting.unit_id,
            case(
                (Posting.id.is_(None), GONE),
                (completed, COMPLETED),
                (and_(Enrolment.id.is_not(None), holds), ENROLLED_BEFORE),
                else_=ENROLLED,
            ).label("what"),
        )
        .outerjoin(
            Posting,
            and_(
                Posting.person_id == Person.id, Posting.is_primary.is_(True), Posting.superseded_at.is_(None),
                Posting.from_on <= today, Posting.to_on > today,
            ),
        )
        .outerjoin(Enrolment, Enrolment.id == latest)
        .where(Person.id.in_(person_ids))
    )  # fmt: skip
