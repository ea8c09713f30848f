"""Changing attempts: begin, save an answer, hand in, close what ran out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random, SystemRandom
from typing import Any

from sqlalchemy import Row, Select, bindparam, exists, func, insert, null, select, update

from lms.assessment import rules
from lms.assessment.events import AttemptStarted, AttemptSubmitted
from lms.assessment.models import Answer, Attempt, Question
from lms.assessment.rules import AttemptState as AttemptState
from lms.assessment.rules import Kind as Kind
from lms.assessment.rules import Refusal as Refusal
from lms.assessment.rules import Unreadable as Unreadable
from lms.catalogue.models import CourseVersion
from lms.platform import clock, vietnamese
from lms.platform.db import db, lock
from lms.platform.events import By, emit
from lms.platform.forms import Refused

_CHANCE = SystemRandom()


@dataclass(frozen=True)
class Standing:
    """Where a person stands with a quiz: what forbids a new attempt, and how many are left this year."""

    refusal: Refusal | None
    left: int


def standing(attempts: Sequence[Any], allowed: int, today: date, since: datetime | None = None) -> Standing:
    """Say whether a new attempt may begin, from the person's attempts (queries.attempts_of).

    Those of this year count; where the course is studied anew, only those since that moment.
    """
    past = [rules.Past(attempt.started_at, bool(attempt.passed)) for attempt in attempts]
    began = clock.end_of(date(today.year - 1, 12, 31))
    if since is not None:
        began = max(began, since)
    return Standing(rules.why_not_start(past, allowed, began), rules.attempts_left(past, allowed, began))


# Questions ------------------------------------------------------------------------------------------------------------


def add_questions(version_id: int, questions: Sequence[Mapping[str, Any]]) -> None:
    """Write the question bank of a published version."""
    if questions:
        fields = ("code", "kind", "skill", "lesson_key", "text", "body", "explanation")
        rows = [{"version_id": version_id, **{name: question[name] for name in fields}} for question in questions]
        db.session.execute(insert(Question), rows)


# Beginning ------------------------------------------------------------------------------------------------------------


def start_attempt(
    person_id: int,
    version_id: int,
    *,
    now: datetime,
    by: By,
    chance: Random | None = None,
    since: datetime | None = None,
) -> int:
    """Give a paper and return the attempt's id; an attempt still open is given back, one that ran out is closed first.

    Of a course studied anew only the attempts `since` that moment count. Raises Refused when no attempt is left, the
    quiz is passed, or the bank is too small.
    """
    lock(f"attempt:{person_id}:{version_id}")
    version = db.session.execute(_SETTINGS, {"version_id": version_id}).one()
    past = db.session.execute(_PAST, {"person_id": person_id, "version_id": version_id}).all()
    if past and past[-1].submitted_at is None:
        last = past[-1]
        if rules.state(last.deadline_at, None, now) is AttemptState.OPEN:
            return int(last.id)
        submit(last.id, person_id=person_id, now=now, by=by)
        past = db.session.execute(_PAST, {"person_id": person_id, "version_id": version_id}).all()
    refusal = standing(past, version.attempts_allowed, clock.day_of(now), since).refusal
    if refusal is not None:
        raise Refused(refusal)
    return _hand_out(person_id, version, len(past) + 1, now, by, chance or _CHANCE)


_SETTINGS: Select[*tuple[Any, ...]] = select(
    CourseVersion.id, CourseVersion.title, CourseVersion.draw, CourseVersion.quiz_minutes,
    CourseVersion.attempts_allowed,
).where(CourseVersion.id == bindparam("version_id"))  # fmt: skip

_PAST: Select[*tuple[Any, ...]] = (
    select(Attempt.id, Attempt.started_at, Attempt.deadline_at, Attempt.submitted_at, Attempt.passed)
    .where(Attempt.person_id == bindparam("person_id"), Attempt.version_id == bindparam("version_id"))
    .order_by(Attempt.number)
)

_SEEN = (
    select(func.count())
    .select_from(Answer)
    .join(Attempt, Attempt.id == Answer.attempt_id)
    .where(
        Answer.question_id == Question.id,
        Attempt.person_id == bindparam("person_id"),
        Attempt.version_id == bindparam("version_id"),
    )
    .scalar_subquery()
)

_POOL: Select[*tuple[Any, ...]] = (
    select(Question.id, Question.kind, Question.body, _SEEN.label("seen"))
    .where(Question.version_id == bindparam("version_id"))
    .order_by(Question.id)
)


def _hand_out(
    person_id: int, version: Row[*tuple[Any, ...]], number: int, now: datetime, by: By, chance: Random
) -> int:
    pool = db.session.execute(_POOL, {"person_id": person_id, "version_id": version.id}).all()
    questions = {row.id: row for row in pool}
    try:
        drawn = rules.draw(list(questions), {row.id: row.seen for row in pool}, version.draw, chance)
    except Unreadable as error:
        raise Refused(error.reason) from error
    attempt = Attempt(
        person_id=person_id, version_id=version.id, number=number, started_at=now,
        deadline_at=now + timedelta(minutes=version.quiz_minutes),
    )  # fmt: skip
    db.session.add(attempt)
    db.session.flush()
    rows = [
        {
            "attempt_id": attempt.id,
            "place": place,
            "question_id": question,
            "shuffle": rules.shuffle(questions[question].kind, questions[question].body, chance),
            "flagged": False,
        }
        for place, question in enumerate(drawn, start=1)
    ]
    db.session.execute(insert(Answer), rows)
    event = AttemptStarted(
        attempt_id=attempt.id, version_id=version.id, number=number, title=version.title, person_id=person_id
    )
    emit(event, by=by)
    return attempt.id


# Answering ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Saved:
    """What was saved."""

    answered: bool
    complete: bool


# The share lock makes handing in wait for a save that came first, so that no acknowledged answer goes unmarked.
_TO_ANSWER: Select[*tuple[Any, ...]] = (
    select(Question.kind, Question.body, Answer.shuffle, Attempt.submitted_at, Attempt.deadline_at)
    .select_from(Attempt)
    .join(Answer, Answer.attempt_id == Attempt.id)
    .join(Question, Question.id == Answer.question_id)
    .where(
        Attempt.id == bindparam("attempt_id"),
        Attempt.person_id == bindparam("person_id"),
        Answer.place == bindparam("place"),
    )
    .with_for_update(read=True, of=Attempt)
)

_SAVE = update(Answer.__table__).where(
    Answer.attempt_id == bindparam("at_attempt"),
    Answer.place == bindparam("at_place"),
    exists().where(
        Attempt.id == bindparam("at_attempt"), Attempt.submitted_at.is_(None), Attempt.deadline_at > bindparam("since")
    ),
)
_SAVE_SOME = _SAVE.values(response=bindparam("response"), flagged=bindparam("flagged"), saved_at=bindparam("saved_at"))
_SAVE_NONE = _SAVE.values(response=null(), flagged=bindparam("flagged"), saved_at=bindparam("saved_at"))


def save_answer(
    attempt_id: int, place: int, *, person_id: int, form: Mapping[str, Sequence[str]], now: datetime
) -> Saved | None:
    """Save one answer for good: two statements. None when this person has no such question.

    `now` is the moment the request arrived; the answer counts until 30 seconds after the deadline.
    Raises Unreadable for an answer that cannot be meant, Refused(OVER) when the attempt has ended.
    """
    key = {"attempt_id": attempt_id, "person_id": person_id, "place": place}
    found = db.session.execute(_TO_ANSWER, key).first()
    if found is None:
        return None
    response = rules.read(found.kind, found.body, found.shuffle, form)
    values: dict[str, Any] = {
        "at_attempt": attempt_id,
        "at_place": place,
        "since": now - rules.LAG,
        "flagged": bool(form.get("xem_lai")),
        "saved_at": now,
    }
    if response is None:
        done = db.session.execute(_SAVE_NONE, values)
    else:
        done = db.session.execute(_SAVE_SOME, {**values, "response": response})
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Refused(Refusal.OVER)
    return Saved(response is not None, rules.is_complete(found.kind, found.body, response))


# Handing in -----------------------------------------------------------------------------------------------------------

_TO_CLOSE: Select[*tuple[Any, ...]] = (
    select(
        Attempt.id, Attempt.person_id, Attempt.version_id, Attempt.number, Attempt.deadline_at, Attempt.submitted_at,
        CourseVersion.course_id, CourseVersion.title, CourseVersion.pass_percent,
    )
    .join(CourseVersion, CourseVersion.id == Attempt.version_id)
    .where(Attempt.id == bindparam("attempt_id"), Attempt.person_id == bindparam("person_id"))
    .with_for_update(of=Attempt)
)  # fmt: skip

_TO_MARK: Select[*tuple[Any, ...]] = (
    select(Answer.place, Answer.response, Question.kind, Question.body)
    .join(Question, Question.id == Answer.question_id)
    .where(Answer.attempt_id == bindparam("attempt_id"))
)

_MARK = (
    update(Answer.__table__)
    .where(Answer.attempt_id == bindparam("at_attempt"), Answer.place == bindparam("at_place"))
    .values(points=bindparam("earned"))
)


def submit(attempt_id: int, *, person_id: int, now: datetime, by: By) -> bool:
    """Close and mark an attempt; False when this person has no such attempt.

    Handing in twice changes nothing. It ends now, or when its time ran out, whichever came first.
    """
    attempt = db.session.execute(_TO_CLOSE, {"attempt_id": attempt_id, "person_id": person_id}).first()
    if attempt is None:
        return False
    if attempt.submitted_at is None:
        _close(attempt, rules.ended_at(attempt.deadline_at, now), by)
    return True


def _close(attempt: Row[*tuple[Any, ...]], ended_at: datetime, by: By) -> None:
    answers = db.session.execute(_TO_MARK, {"attempt_id": attempt.id}).all()
    earned = {row.place: rules.points(row.kind, row.body, row.response) for row in answers}
    score = rules.score(earned.values(), len(answers))
    passed = score >= attempt.pass_percent
    marks = [
        {"at_attempt": attempt.id, "at_place": place, "earned": rules.kept_points(value)}
        for place, value in earned.items()
    ]
    db.session.execute(_MARK, marks)
    db.session.execute(
        update(Attempt)
        .where(Attempt.id == attempt.id)
        .values(submitted_at=ended_at, score=score, passed=passed)
        .execution_options(synchronize_session=False)
    )
    emit(
        AttemptSubmitted(
            attempt_id=attempt.id, version_id=attempt.version_id, course_id=attempt.course_id, number=attempt.number,
            title=attempt.title, submitted_at=ended_at, score=score, passed=passed, result=_result(score, passed),
            person_id=attempt.person_id,
        ),
        by=by,
    )  # fmt: skip


def _result(score: Decimal, passed: bool) -> str:
    return f"{vietnamese.number(score, 2)}%, {'đạt' if passed else 'chưa đạt'}"


def close_one_overdue(attempt_id: int, *, now: datetime, by: By) -> bool:
    """Close an attempt whose time, lag included, has run out; False when there is nothing to do any more."""
    owner = db.session.scalar(select(Attempt.person_id).where(Attempt.id == attempt_id))
    if owner is None:
        return False
    attempt = db.session.execute(_TO_CLOSE, {"attempt_id": attempt_id, "person_id": owner}).one()
    if attempt.submitted_at is not None or now < attempt.deadline_at + rules.LAG:
        return False
    _close(attempt, attempt.deadline_at, by)
    return True
