"""What the catalogue announces."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from lms.platform.events import Event


@dataclass(frozen=True, kw_only=True)
class VersionPublished(Event):
    """A new version of a course stands; the question bank travels with it, for whoever keeps questions."""

    key: ClassVar[str] = "catalogue:version:published"
    course_id: int
    version_id: int
    number: int
    """1, 2, 3 … within the course."""
    title: str
    slug: str
    question_count: int
    questions: tuple[dict[str, Any], ...] = field(default=(), metadata={"log": False})
    """One dict a question: code, kind, skill, lesson_key, text, body, explanation."""


@dataclass(frozen=True, kw_only=True)
class LessonsImported(Event):
    """Lessons of an office document were put into the draft of a course."""

    key: ClassVar[str] = "catalogue:draft:imported"
    course_id: int
    slug: str
    title: str
    source: str
    """The name of the file."""
    lessons: int


@dataclass(frozen=True, kw_only=True)
class DraftDiscarded(Event):
    """A draft was given up; its saves are kept."""

    key: ClassVar[str] = "catalogue:draft:discarded"
    course_id: int
    slug: str
    title: str
    saves: int
