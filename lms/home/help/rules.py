"""Rules of the guides: how a file is read, and which guides answer the words that somebody types."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lms.platform.vietnamese import fold

_HEADER = re.compile(r"(Nhóm|Tóm tắt|Từ khóa|Trang): (.+)")
_SNIPPET = 26
"""Words shown around what was found."""


class BadGuide(ValueError):
    """A guide that is not written as guides are; the message names the line."""


@dataclass(frozen=True)
class Section:
    """What stands under one heading; the first stands under the title and has no anchor."""

    heading: str
    anchor: str
    text: str


@dataclass(frozen=True)
class Guide:
    """A guide as written."""

    slug: str
    title: str
    group: str
    summary: str
    keywords: str
    endpoints: tuple[str, ...]
    """The pages it explains."""
    body: str
    line: int
    """The line of the file that the body begins on."""


@dataclass(frozen=True)
class Hit:
    """A guide that answers, with the section that says most and the words around the place."""

    guide: Guide
    section: Section
    words: tuple[tuple[str, bool], ...]
    """Word → whether it was asked for."""


def read(slug: str, text: str) -> Guide:
    """Read a file: a title, lines "Tên: giá trị" up to the first empty line, then the guide. BadGuide if it differs."""
    lines = text.split("\n")
    if not lines[0].startswith("# "):
        raise BadGuide(f"{slug}: dòng 1 phải là tên bài, viết “# Tên bài”.")
    facts: dict[str, str] = {}
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            break
        found = _HEADER.fullmatch(line)
        if found is None:
            raise BadGuide(f"{slug}: dòng {number} chưa đúng dạng “Nhóm: …”, “Tóm tắt: …”, “Từ khóa: …”, “Trang: …”.")
        facts[found[1]] = found[2].strip()
    if missing := {"Nhóm", "Tóm tắt", "Từ khóa"} - facts.keys():
        raise BadGuide(f"{slug}: thiếu {', '.join(sorted(missing))}.")
    begins = len(facts) + 2
    return Guide(
        slug=slug,
        title=lines[0][2:].strip(),
        group=facts["Nhóm"],
        summary=facts["Tóm tắt"],
        keywords=facts["Từ khóa"],
        endpoints=tuple(facts.get("Trang", "").replace(",", " ").split()),
        body="\n".join(lines[begins:]),
        line=begins + 1,
    )


def found(asked: str, guides: Iterable[tuple[Guide, tuple[Section, ...]]]) -> list[Hit]:
    """The guides that hold every word asked for, with or without marks; the best first."""
    wanted = _words(asked)
    if not wanted:
        return []
    hits = []
    for guide, sections in guides:
        named = _words(f"{guide.title} {guide.keywords}")
        said = set().union(*(_words(f"{part.heading} {part.text}") for part in sections)) | _words(guide.summary)
        if not all(_begins(word, named | said) for word in wanted):
            continue
        best = max(sections, key=lambda part: _weight(wanted, part))
        score = 4 * sum(_begins(word, named) for word in wanted) + _weight(wanted, best)
        phrase = fold(asked) in fold(f"{guide.title} {guide.keywords}")
        hits.append((score + 10 * phrase, Hit(guide, best, _snippet(wanted, guide, best))))
    return [hit for _, hit in sorted(hits, key=lambda pair: -pair[0])]


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", fold(text)))


def _begins(word: str, among: set[str]) -> bool:
    return any(other.startswith(word) for other in among)


def _weight(wanted: set[str], section: Section) -> int:
    heading, text = _words(section.heading), _words(section.text)
    return sum(2 * _begins(word, heading) + _begins(word, text) for word in wanted)


def _snippet(wanted: set[str], guide: Guide, section: Section) -> tuple[tuple[str, bool], ...]:
    """Words of the section around the first that was asked for; the summary where none was."""
    for text in (section.text, guide.summary):
        words = [(word, any(_begins(one, _words(word)) for one in wanted)) for word in text.split()]
        first = next((n for n, (_, is_asked) in enumerate(words) if is_asked), None)
        if first is not None:
            start = max(0, first - 6)
            return tuple(words[start : start + _SNIPPET])
    return tuple((word, False) for word in guide.summary.split())
