"""Changing what one person studies: enrol, begin, keep the place, finish lessons, complete."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, insert, or_, select, text, update
from sqlalchemy.exc import IntegrityError

from lms.catalogue.models import Course, CourseVersion, Lesson
from lms.learning import queries, rules
from lms.learning.events import CompletionVoided, CourseCompleted, CourseStarted, Enrolled
from lms.learning.models import Completion, Enrolment, LessonProgress
from lms.learning.rules import CompletionSource, EnrolmentSource, Refusal
from lms.organisation.models import Posting
from lms.platform import clock
from lms.platform.columns import moment
from lms.platform.db import db, lock
from lms.platform.events import By, emit
from lms.platform.forms import Refused

Needs = Callable[[int, int, int | None, date], bool]
"""Whether a duty of a person asks for the course, in that version, on that day, whatever was completed before."""
_needs: list[Needs] = []


def tells_of_needs(needs: Needs) -> Needs:
    """Register who knows why people study, and so whether a completed course must be completed once more."""
    if needs not in _needs:
        _needs.append(needs)
    return needs


def _is_needed(person_id: int, course_id: int, version_id: int | None, on: date) -> bool:
    return any(needs(person_id, course_id, version_id, on) for needs in _needs)


# Enrolling ------------------------------------------------------------------------------------------------------------


def enrol(person_id: int, course_id: int, *, source: EnrolmentSource, now: datetime, by: By) -> int:
    """Put a person into a course and return the enrolment's id; who is in it already stays as they are.

    Somebody who completed an older version is enrolled in the current one. Raises Refused(RETIRED).
    """
    lock(f"enrol:{person_id}:{course_id}")
    course = db.session.execute(
        select(Course.current_version_id, Course.retired_at, CourseVersion.title)
        .join(CourseVersion, CourseVersion.id == Course.current_version_id)
        .where(Course.id == course_id)
    ).one()
    latest = _latest(person_id, course_id)
    if latest is not None and _holds(latest, course.current_version_id):
        return latest.id
    if course.retired_at is not None:
        raise Refused(Refusal.RETIRED)
    enrolment = Enrolment(
        person_id=person_id, course_id=course_id, version_id=course.current_version_id, source=source, enrolled_at=now
    )
    try:
        with db.session.begin_nested():
            db.session.add(enrolment)
    except IntegrityError:
        # Whoever enrols many people at once does not wait for each of them: the same moment, and they are in it.
        meanwhile = _latest(person_id, course_id)
        if meanwhile is None:
            raise
        return meanwhile.id
    emit(
        Enrolled(
            course_id=course_id, version_id=course.current_version_id, source=source, title=course.title,
            person_id=person_id,
        ),
        by=by,
    )  # fmt: skip
    return enrolment.id


def _latest(person_id: int, course_id: int) -> Enrolment | None:
    return db.session.scalar(
        select(Enrolment)
        .where(Enrolment.person_id == person_id, Enrolment.course_id == course_id)
        .order_by(Enrolment.id.desc())
        .limit(1)
    )


def _holds(enrolment: Enrolment, current_version_id: int) -> bool:
    """Whether an enrolment is the one to go on with: of the current version, or of an older one not completed yet."""
    if enrolment.version_id == current_version_id or enrolment.started_on is None:
        return True
    completed = db.session.scalar(
        select(Completion.id).where(
            Completion.person_id == enrolment.person_id,
            Completion.version_id == enrolment.version_id,
            Completion.voided_at.is_(None),
        )
    )
    return completed is None


def begin(person_id: int, course_id: int, *, today: date, now: datetime, by: By) -> int:
    """Begin to study: enrol if need be, note the first day, and return the enrolment's id.

    Who was enrolled but had not begun gets the current version; who has completed it begins a new round, if one is
    open to them (`why_not_again`), and else stays where they are. Raises Refused(RETIRED).
    """
    enrolment_id = enrol(person_id, course_id, source=EnrolmentSource.CHOSEN, now=now, by=by)
    enrolment = db.session.get_one(Enrolment, enrolment_id)
    if enrolment.started_on is not None:
        if not _is_done(enrolment) or why_not_again(person_id, course_id, today=today) is not None:
            return enrolment_id
        enrolment = Enrolment(
            person_id=person_id, course_id=course_id, version_id=enrolment.version_id, round=enrolment.round + 1,
            source=EnrolmentSource.CHOSEN, enrolled_at=now,
        )  # fmt: skip
        db.session.add(enrolment)
    course = db.session.execute(
        select(Course.current_version_id, Course.retired_at, CourseVersion.title)
        .join(CourseVersion, CourseVersion.id == Course.current_version_id)
        .where(Course.id == course_id)
    ).one()
    if course.retired_at is not None:
        raise Refused(Refusal.RETIRED)
    enrolment.version_id = course.current_version_id
    enrolment.started_on = today
    enrolment.last_at = now
    db.session.flush()
    unit_id = queries.workplace(person_id, today).unit_id
    emit(CourseStarted(course_id=course_id, on=today, title=course.title, person_id=person_id, unit_id=unit_id), by=by)
    return enrolment.id


def _is_done(enrolment: Enrolment) -> bool:
    """Whether its round has been completed."""
    found = select(Completion.completed_on, Completion.version_id, Completion.recorded_at).where(
        Completion.person_id == enrolment.person_id,
        Completion.course_id == enrolment.course_id,
        or_(Completion.version_id == enrolment.version_id, Completion.version_id.is_(None)),
        Completion.voided_at.is_(None),
    )
    return any(
        rules.is_round_done(
            number=enrolment.round, started_on=enrolment.started_on, completed_on=row.completed_on,
            arrived_on=None if row.version_id is not None else clock.day_of(row.recorded_at),
        )
        for row in db.session.execute(found)
    )  # fmt: skip


def why_not_again(person_id: int, course_id: int, *, today: date) -> Refusal | None:
    """Say what forbids studying a completed course anew today, or None: it was not completed this year, or a duty asks
    for it although it was."""
    course = db.session.execute(
        select(Course.current_version_id, Course.retired_at).where(Course.id == course_id)
    ).one()  # fmt: skip
    if course.retired_at is not None:
        return Refusal.RETIRED
    earlier = queries.completion_days(person_id, course_id)
    if (refusal := rules.why_not_again(earlier, today, is_needed=False)) is None:
        return None
    is_needed = _is_needed(person_id, course_id, course.current_version_id, today)
    return rules.why_not_again(earlier, today, is_needed=True) if is_needed else refusal


# Lessons --------------------------------------------------------------------------------------------------------------

_LESSON = (
    select(Enrolment.id.label("enrolment_id"), Enrolment.course_id, Lesson.id.label("lesson_id"), Lesson.version_id)
    .select_from(Course)
    .join(
        Enrolment,
        Enrolment.id
        == select(Enrolment.id)
        .where(Enrolment.course_id == Course.id, Enrolment.person_id == bindparam("person_id"))
        .order_by(Enrolment.id.desc())
        .limit(1)
        .correlate(Course)
        .scalar_subquery(),
    )
    .join(Lesson, Lesson.version_id == Enrolment.version_id)
    .where(
        Course.slug == bindparam("slug"), Lesson.key == bindparam("key"), Enrolment.started_on.is_not(None)
    )
)  # fmt: skip

_KEEP = text(
    "INSERT INTO lesson_progress (enrolment_id, lesson_id, percent, opened_at, done_at)"
    " VALUES (:enrolment_id, :lesson_id, :percent, :at, :done_at)"
    " ON CONFLICT (enrolment_id, lesson_id) DO UPDATE SET percent = excluded.percent,"
    " done_at = coalesce(lesson_progress.done_at, excluded.done_at)"
).bindparams(bindparam("at", type_=moment()), bindparam("done_at", type_=moment()))

_LAST = (
    update(Enrolment.__table__)
    .where(Enrolment.id == bindparam("at_enrolment"))
    .values(last_lesson_id=bindparam("at_lesson"), last_at=bindparam("at"))
)


def keep_place(person_id: int, slug: str, key: str, percent: int, *, now: datetime) -> bool:
    """Keep how far down a lesson was read (0–100): three statements. False when the person is not in that lesson."""
    return _keep(person_id, slug, key, percent, None, now)


def finish_lesson(person_id: int, slug: str, key: str, *, now: datetime) -> bool:
    """Mark a lesson as done; the first time counts. False when the person is not in that lesson."""
    return _keep(person_id, slug, key, 100, now, now)


def _keep(person_id: int, slug: str, key: str, percent: int, done_at: datetime | None, now: datetime) -> bool:
    found = db.session.execute(_LESSON, {"person_id": person_id, "slug": slug, "key": key}).first()
    if found is None:
        return False
    values = {"enrolment_id": found.enrolment_id, "lesson_id": found.lesson_id, "percent": max(0, min(percent, 100))}
    db.session.execute(_KEEP, {**values, "at": now, "done_at": done_at})
    db.session.execute(_LAST, {"at_enrolment": found.enrolment_id, "at_lesson": found.lesson_id, "at": now})
    return True


def why_not_sit(person_id: int, version_id: int) -> Refusal | None:
    """Say what forbids the final quiz: not begun, completed, or a lesson not done; None when it may be taken."""
    enrolment = db.session.scalar(
        select(Enrolment)
        .where(
            Enrolment.person_id == person_id, Enrolment.version_id == version_id, Enrolment.started_on.is_not(None)
        )
        .order_by(Enrolment.round.desc())
        .limit(1)
    )  # fmt: skip
    if enrolment is None:
        return Refusal.NOT_BEGUN
    if _is_done(enrolment):
        return Refusal.ROUND_DONE
    done = select(LessonProgress.lesson_id).where(
        LessonProgress.enrolment_id == enrolment.id, LessonProgress.done_at.is_not(None)
    )
    left = select(Lesson.id).where(Lesson.version_id == version_id, Lesson.id.not_in(done)).limit(1)
    return None if db.session.scalar(left) is None else Refusal.LESSONS_LEFT


# Completing -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Result:
    """What is to be recorded as a completion."""

    person_id: int
    course_id: int
    completed_on: date
    source: CompletionSource
    version_id: int | None = None
    attempt_id: int | None = None
    started_on: date | None = None
    hours: Decimal | None = None
    """In tiết; None takes the course's own."""
    content_group: str = ""
    """Empty takes the course's own."""
    score: Decimal | None = None
    evidence: str = ""
    since: date | None = None
    """The day on which the course was begun anew: what was completed before does not stand in the way."""


def complete(
    person_id: int, version_id: int, *, attempt_id: int, score: Decimal, on: date, now: datetime, by: By
) -> int | None:
    """Record that a passed attempt completed its course; None when the course was completed in that year already."""
    row = db.session.execute(
        select(CourseVersion.course_id, Enrolment.started_on, Enrolment.round)
        .outerjoin(
            Enrolment, (Enrolment.version_id == CourseVersion.id) & (Enrolment.person_id == person_id)
        )
        .where(CourseVersion.id == version_id)
        .order_by(Enrolment.round.desc())
        .limit(1)
    ).one()  # fmt: skip
    result = Result(
        person_id=person_id, course_id=row.course_id, version_id=version_id, attempt_id=attempt_id, completed_on=on,
        started_on=row.started_on, score=score, source=CompletionSource.ONLINE,
        since=row.started_on if (row.round or 1) > 1 else None,
    )  # fmt: skip
    try:
        return record_completion(result, today=on, now=now, by=by)
    except Refused:
        return None


# Title and worth of the version (the current one, if none is named), where the person worked on the day, and a row for
# each time the course was completed before.
_BEFORE_COMPLETING: Select[*tuple[Any, ...]] = (
    select(
        CourseVersion.title, CourseVersion.hours, CourseVersion.content_group, Posting.unit_id, Posting.department,
        Posting.position, Completion.completed_on,
    )
    .select_from(CourseVersion)
    .outerjoin(
        Posting,
        Posting.id
        == select(Posting.id)
        .where(
            Posting.person_id == bindparam("person_id"),
            Posting.is_primary,
            Posting.superseded_at.is_(None),
            Posting.from_on <= bindparam("day"),
            Posting.to_on > bindparam("day"),
        )
        .order_by(Posting.from_on.desc())
        .limit(1)
        .correlate(None)
        .scalar_subquery(),
    )
    .outerjoin(
        Completion,
        (Completion.person_id == bindparam("person_id"))
        & (Completion.course_id == bindparam("course_id"))
        & Completion.voided_at.is_(None),
    )
    .where(
        CourseVersion.id
        == func.coalesce(
            bindparam("version_id", type_=Integer()),
            select(Course.current_version_id).where(Course.id == bindparam("course_id")).scalar_subquery(),
        )
    )
)  # fmt: skip
_COMPLETE = insert(Completion.__table__).returning(Completion.__table__.c.id)


def record_completion(result: Result, *, today: date, now: datetime, by: By) -> int:
    """Write a completion with the unit and position of its day, and announce it; returns its id.

    Raises Refused when the course is completed in that calendar year already and no duty asks for it once more, the
    day lies ahead, or no hours count.
    """
    lock(f"completion:{result.person_id}:{result.course_id}")
    key = {"person_id": result.person_id, "course_id": result.course_id}
    on, version_id = result.completed_on, result.version_id
    rows = db.session.execute(_BEFORE_COMPLETING, {**key, "version_id": version_id, "day": on}).all()
    before = rows[0]
    earlier = [row.completed_on for row in rows if row.completed_on is not None]
    hours = before.hours if result.hours is None else result.hours
    refusal = rules.why_not_complete(earlier, on, today, hours, since=result.since)
    if refusal is Refusal.COMPLETED_THIS_YEAR and _is_needed(result.person_id, result.course_id, version_id, on):
        refusal = rules.why_not_complete(earlier, on, today, hours, is_needed=True)
    if refusal is not None:
        raise Refused(refusal)
    unit_id = before.unit_id
    values: dict[str, Any] = {
        **key, "version_id": version_id, "attempt_id": result.attempt_id, "started_on": result.started_on,
        "completed_on": on, "hours": hours, "content_group": result.content_group or before.content_group,
        "score": result.score, "source": result.source, "evidence": result.evidence, "unit_id": unit_id,
        "department": before.department or "", "position": before.position or "", "recorded_at": now,
    }  # fmt: skip
    completion_id = db.session.connection().execute(_COMPLETE, values).scalar_one()
    emit(
        CourseCompleted(
            completion_id=completion_id, course_id=result.course_id, version_id=version_id, completed_on=on,
            hours=hours, score=result.score, title=before.title, person_id=result.person_id, unit_id=unit_id,
        ),
        by=by,
    )  # fmt: skip
    return int(completion_id)


def _current(course_id: int) -> int | None:
    return db.session.scalar(select(Course.current_version_id).where(Course.id == course_id))


def void_completion(completion_id: int, *, reason: str, now: datetime, by: By) -> None:
    """Let a completion no longer count, for a stated reason; its row stays. Raises Refused(ALREADY_VOIDED)."""
    completion = db.session.get_one(Completion, completion_id, with_for_update=True)
    if completion.voided_at is not None:
        raise Refused(Refusal.ALREADY_VOIDED)
    completion.voided_at = now
    db.session.flush()
    title = db.session.scalar(
        select(CourseVersion.title).where(
            CourseVersion.id == (completion.version_id or _current(completion.course_id))
        )
    )  # fmt: skip
    emit(
        CompletionVoided(
            completion_id=completion.id, course_id=completion.course_id, title=title or "", reason=reason,
            person_id=completion.person_id, unit_id=completion.unit_id,
        ),
        by=by,
    )  # fmt: skip
