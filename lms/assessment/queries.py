"""Reading attempts, papers and answers: one function, one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select

from lms.assessment import rules
from lms.assessment.models import Answer, Attempt, Question
from lms.assessment.rules import AttemptState
from lms.catalogue.models import Course, CourseVersion
from lms.platform.db import db


@dataclass(frozen=True)
class AttemptRow:
    """One attempt of a person."""

    id: int
    number: int
    started_at: datetime
    deadline_at: datetime
    submitted_at: datetime | None
    score: Decimal | None
    passed: bool | None

    def state(self, now: datetime) -> AttemptState:
        """What it is now."""
        return rules.state(self.deadline_at, self.submitted_at, now)


@dataclass(frozen=True)
class Sitting(AttemptRow):
    """An attempt with the words and settings its pages need."""

    version_id: int
    course_id: int
    slug: str
    title: str
    quiz_title: str
    draw: int
    quiz_minutes: int
    pass_percent: int
    attempts_allowed: int


@dataclass(frozen=True)
class Place:
    """A square of the palette."""

    place: int
    answered: bool
    flagged: bool
    saved_at: datetime | None


@dataclass(frozen=True)
class Shown:
    """A question of a paper with the last answer saved."""

    place: int
    kind: str
    text: str
    body: Mapping[str, Any]
    shuffle: Sequence[int]
    response: Any | None
    flagged: bool
    saved_at: datetime | None
    explanation: str
    points: Decimal | None

    @property
    def complete(self) -> bool:
        """Whether every part has been answered."""
        return rules.is_complete(self.kind, self.body, self.response)

    @property
    def right_sides(self) -> list[str]:
        """The right-hand sides of a matching question, in its own numbering."""
        return rules.right_sides(self.body)


_ATTEMPT = (
    Attempt.id, Attempt.number, Attempt.started_at, Attempt.deadline_at, Attempt.submitted_at, Attempt.score,
    Attempt.passed,
)  # fmt: skip

_ATTEMPTS: Select[*tuple[Any, ...]] = (
    select(*_ATTEMPT)
    .where(Attempt.person_id == bindparam("person_id"), Attempt.version_id == bindparam("version_id"))
    .order_by(Attempt.number)
)

_SITTING: Select[*tuple[Any, ...]] = (
    select(
        *_ATTEMPT, Attempt.version_id, CourseVersion.course_id, Course.slug, CourseVersion.title,
        CourseVersion.quiz_title, CourseVersion.draw, CourseVersion.quiz_minutes, CourseVersion.pass_percent,
        CourseVersion.attempts_allowed,
    )
    .join(CourseVersion, CourseVersion.id == Attempt.version_id)
    .join(Course, Course.id == CourseVersion.course_id)
    .where(
        Attempt.id == bindparam("attempt_id"),
        Attempt.person_id == bindparam("person_id"),
        Course.slug == bindparam("slug"),
    )
)  # fmt: skip

_PAPER: Select[*tuple[Any, ...]] = (
    select(
        Answer.place, Answer.response, Answer.flagged, Answer.saved_at, Answer.shuffle, Question.kind, Question.text,
        Question.body,
    )
    .outerjoin(Question, and_(Question.id == Answer.question_id, Answer.place == bindparam("place")))
    .where(Answer.attempt_id == bindparam("attempt_id"))
    .order_by(Answer.place)
)  # fmt: skip

_IN_FULL: Select[*tuple[Any, ...]] = (
    select(
        Answer.place, Question.kind, Question.text, Question.body, Answer.shuffle, Answer.response, Answer.flagged,
        Answer.saved_at, Question.explanation, Answer.points,
    )
    .join(Question, Question.id == Answer.question_id)
    .where(Answer.attempt_id == bindparam("attempt_id"))
    .order_by(Answer.place)
)  # fmt: skip


def attempts_of(person_id: int, version_id: int) -> list[AttemptRow]:
    """A person's attempts at a version's quiz, oldest first."""
    rows = db.session.execute(_ATTEMPTS, {"person_id": person_id, "version_id": version_id})
    return [AttemptRow(*row) for row in rows]


def sitting(person_id: int, slug: str, attempt_id: int) -> Sitting | None:
    """An attempt of this person at a quiz of this course; None for everybody else's."""
    found = db.session.execute(_SITTING, {"person_id": person_id, "slug": slug, "attempt_id": attempt_id}).first()
    return Sitting(*found) if found else None


def paper(attempt_id: int, place: int) -> tuple[list[Place], Shown | None]:
    """The palette of an attempt and the question at one place (None if there is no such place)."""
    rows = db.session.execute(_PAPER, {"attempt_id": attempt_id, "place": place}).all()
    places = [Place(row.place, row.response is not None, row.flagged, row.saved_at) for row in rows]
    for row in rows:
        if row.place == place:
            shown = Shown(
                place, row.kind, row.text, row.body, row.shuffle, row.response, row.flagged, row.saved_at, "", None
            )
            return places, shown
    return places, None


def paper_in_full(attempt_id: int) -> list[Shown]:
    """Every question of an attempt with its answer, explanation and points."""
    return [Shown(*row) for row in db.session.execute(_IN_FULL, {"attempt_id": attempt_id})]


def overdue(before: datetime) -> list[int]:
    """Attempts still open although their time ran out before a moment."""
    statement = select(Attempt.id).where(Attempt.submitted_at.is_(None), Attempt.deadline_at <= before)
    return list(db.session.scalars(statement.order_by(Attempt.id)))


def bank_size(version_id: int) -> int:
    """How many questions a version's bank has."""
    counted = db.session.scalar(select(func.count(Question.id)).where(Question.version_id == version_id))
    return int(counted or 0)
