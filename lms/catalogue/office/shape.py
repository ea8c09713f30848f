"""What comes out of an office document: lessons as Markdown, their pictures, and what could not be kept."""

from collections.abc import Mapping
from dataclasses import dataclass


class UnreadableDocument(ValueError):
    """The document as a whole is refused; the message is a Vietnamese sentence with the remedy, the code says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, order=True)
class Lost:
    """Something that was not kept, or must be looked at: the place ("Đoạn 12", "Trang 7"), a code, a sentence."""

    where: str
    code: str
    message: str


@dataclass(frozen=True)
class Drawn:
    """A picture of the document in a form that lessons may have; an empty `alt` must be asked for."""

    name: str
    content: bytes
    alt: str
    where: str


@dataclass(frozen=True)
class NewLesson:
    """A lesson as Markdown whose pictures are written ../media/<name>."""

    title: str
    text: str
    words: int
    pictures: int
    tables: int


@dataclass(frozen=True)
class Imported:
    """A document read as lessons."""

    lessons: tuple[NewLesson, ...]
    pictures: Mapping[str, Drawn]
    """By name; in the order of the document."""
    lost: tuple[Lost, ...]
