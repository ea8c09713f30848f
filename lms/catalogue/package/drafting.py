"""Changing the files of a package: lessons added, edited, moved, taken out. Pure: files in, files out."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from lms.catalogue.package import markdown
from lms.catalogue.package.entries import Entry, Notes, decoded, entries
from lms.catalogue.package.reading import pictures_of
from lms.platform import vietnamese

COURSE, QUESTIONS = "course.yaml", "questions.yaml"
LONGEST_LESSON_NAME = 60


@dataclass(frozen=True)
class Listed:
    """A lesson as the draft's course.yaml lists it, right or wrong."""

    key: str
    title: str
    minutes: str
    skills: tuple[str, ...]

    @property
    def path(self) -> str:
        """Its file."""
        return f"lessons/{self.key}.md"


@dataclass(frozen=True)
class Added:
    """A lesson to add."""

    title: str
    text: str
    minutes: int


def _plain(entry: Entry | None) -> Any:
    if entry is None or entry.value is None or isinstance(entry.value, str):
        return entry.value if entry is not None else None
    if isinstance(entry.value, list):
        return [_plain(one) for one in entry.value]
    return {key: _plain(value) for key, value in entry.value.items()}


def course_values(files: Mapping[str, bytes]) -> dict[str, Any]:
    """course.yaml as plain values, every one of them text; empty if it cannot be read."""
    found = entries(files.get(COURSE, b""), Notes(COURSE))
    values = _plain(found) if found is not None else {}
    return values if isinstance(values, dict) else {}


def _listed(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    lessons = values.get("lessons")
    return [one for one in lessons if isinstance(one, dict)] if isinstance(lessons, list) else []


def outline(files: Mapping[str, bytes]) -> list[Listed]:
    """The lessons in order, as far as course.yaml lists them."""
    return [
        Listed(
            key=str(one.get("file") or "").removesuffix(".md"),
            title=str(one.get("title") or ""),
            minutes=str(one.get("minutes") or ""),
            skills=tuple(str(code) for code in one.get("skills") or () if isinstance(code, str)),
        )
        for one in _listed(course_values(files))
    ]


def _with_course(files: Mapping[str, bytes], change: Callable[[dict[str, Any]], None]) -> dict[str, bytes]:
    values = course_values(files)
    change(values)
    written = yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=1_000)
    return {**files, COURSE: written.encode()}


def with_lessons(files: Mapping[str, bytes], added: Sequence[Added]) -> tuple[dict[str, bytes], list[str]]:
    """The files with new lessons at the end, and the keys of these; they serve all skills of the course."""
    taken = {path.removeprefix("lessons/").removesuffix(".md") for path in files if path.startswith("lessons/")}
    number = max((int(found[0]) for key in taken if (found := re.match(r"\d{1,4}", key))), default=0)
    keys: list[str] = []
    changed = dict(files)
    for place, lesson in enumerate(added, 1):
        name = vietnamese.slug(lesson.title)[:LONGEST_LESSON_NAME].strip("-") or "bai"
        keys.append(f"{number + place:02d}-{name}")
        changed[f"lessons/{keys[-1]}.md"] = lesson.text.encode()

    def change(values: dict[str, Any]) -> None:
        skills = values.get("skills")
        own = list(skills) if isinstance(skills, list) else []
        values["lessons"] = _listed(values) + [
            {"file": f"{key}.md", "title": lesson.title, "minutes": str(lesson.minutes), "skills": list(own)}
            for key, lesson in zip(keys, added, strict=True)
        ]

    return _with_course(changed, change), keys


def with_lesson(files: Mapping[str, bytes], key: str, *, title: str, minutes: int, text: str) -> dict[str, bytes]:
    """The files with one lesson written anew."""

    def change(values: dict[str, Any]) -> None:
        for one in _listed(values):
            if one.get("file") == f"{key}.md":
                one["title"], one["minutes"] = title, str(minutes)

    return {**_with_course(files, change), f"lessons/{key}.md": text.encode()}


def arranged(files: Mapping[str, bytes], keys: Sequence[str]) -> dict[str, bytes]:
    """The files with the lessons in the order of `keys`; lessons that are not named keep their order behind them."""

    def change(values: dict[str, Any]) -> None:
        places = {f"{key}.md": place for place, key in enumerate(keys)}
        values["lessons"] = sorted(_listed(values), key=lambda one: places.get(str(one.get("file")), len(places)))

    return _with_course(files, change)


def without_lesson(files: Mapping[str, bytes], key: str) -> dict[str, bytes]:
    """The files without one lesson; its pictures stay, and questions that named it stand for the course as a whole."""

    def change(values: dict[str, Any]) -> None:
        values["lessons"] = [one for one in _listed(values) if one.get("file") != f"{key}.md"]

    left = {path: content for path, content in _with_course(files, change).items() if path != f"lessons/{key}.md"}
    found = entries(left.get(QUESTIONS, b""), Notes(QUESTIONS))
    bank = _plain(found) if found is not None else {}
    named = [one for one in bank.get("questions") or () if isinstance(one, dict) and one.get("lesson") == f"{key}.md"]
    for question in named:
        del question["lesson"]
    if named:
        left[QUESTIONS] = yaml.safe_dump(bank, allow_unicode=True, sort_keys=False, width=1_000).encode()
    return left


def lesson_html(files: Mapping[str, bytes], key: str, *, address: str) -> str | None:
    """A lesson as learners will see it, its pictures at `address`; None while something in it must be put right."""
    content = files.get(f"lessons/{key}.md")
    if content is None:
        return None
    notes = Notes(f"lessons/{key}.md")
    found = {name: one for name, one in pictures_of(files)[0].items() if one is not None}
    tokens = markdown.parsed(decoded(content, notes) or "")
    markdown.check(tokens, found, notes)
    return None if notes.problems else markdown.rendered(tokens, found, address=address)
