"""Events of catalogue."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from lms.platform.events import Event


@dataclass(frozen=True, kw_only=True)
class VersionPublished(Event):
    """A course version stands."""

    key: ClassVar[str] = "catalogue:version:published"
    course_id: int
    version_id: int
    number: int
    title: str
    slug: str
    questions: tuple[dict[str, Any], ...] = field(default=(), metadata={"log": False})
    """Each with code, kind, skill, lesson_key, text, body, explanation; see assessment.models.Question for `body`."""
