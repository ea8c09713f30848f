"""What a course package holds, once it has been read and found sound."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, order=True)
class Problem:
    """What is wrong, where, and how to put it right. Line 0 speaks of the file as a whole, file "" of the package."""

    file: str
    line: int
    message: str

    @property
    def place(self) -> str:
        """`lessons/01-x.md:12`, `course.yaml`, or "" for the whole package."""
        return f"{self.file}:{self.line}" if self.line else self.file

    def __str__(self) -> str:
        """The problem as a line of a terminal."""
        return f"{self.place}: {self.message}" if self.place else self.message


@dataclass(frozen=True)
class Picture:
    """A picture: its bytes and the size it is shown at."""

    name: str
    content: bytes
    content_type: str
    width: int
    height: int
    sha256: str


@dataclass(frozen=True)
class Source:
    """A legal or other source of the course."""

    title: str
    number: str
    on: date | None


@dataclass(frozen=True)
class LessonSource:
    """A lesson as written, and as the learner will see it."""

    key: str
    title: str
    minutes: int
    skills: tuple[str, ...]
    text: str
    html: str


@dataclass(frozen=True)
class Question:
    """A question; `body` as documented with the table of questions."""

    code: str
    kind: str
    skill: str
    lesson_key: str
    text: str
    body: dict[str, Any]
    explanation: str


@dataclass(frozen=True)
class Quiz:
    """The rules of the final quiz."""

    title: str
    draw: int
    minutes: int
    pass_percent: int
    attempts: int


@dataclass(frozen=True)
class Package:
    """A sound course package."""

    slug: str
    title: str
    summary: str
    hours: Decimal
    content_group: str
    level: str
    organiser: str
    skills: tuple[str, ...]
    goals: tuple[str, ...]
    sources: tuple[Source, ...]
    quiz: Quiz
    lessons: tuple[LessonSource, ...]
    questions: tuple[Question, ...]
    pictures: tuple[Picture, ...]
    digest: str

    @property
    def minutes(self) -> int:
        """Study minutes of all lessons together."""
        return sum(lesson.minutes for lesson in self.lessons)
