"""Writing Markdown that shows exactly the words it was given: escaping, emphasis, lists, tables."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from lms.catalogue.office.shape import NewLesson
from lms.catalogue.package.markdown import parsed

_HIDDEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]")
_MARKS = re.compile(
    r"[\\`*\[\]]"  # always
    r"|(?<![^\W_])_|_(?![^\W_])"  # an underscore inside a word means nothing
    r"|<(?=[A-Za-z/!?])"
    r"|&(?=#?\w{1,40};)"
)
_AT_START = re.compile(r"(?m)^(\s*)([#>+\-=~|:])")
_NUMBERED = re.compile(r"(?m)^(\s*\d{1,9})([.)])(?=\s|$)")


@dataclass(frozen=True)
class Run:
    """A stretch of text in one dress; "\\n" is a line break."""

    text: str
    bold: bool = False
    italic: bool = False
    href: str = ""
    code: str = ""
    """Markdown that stands as it is: a picture."""


def clean(text: str) -> str:
    """NFC, one space for every white space, without hidden characters."""
    text = unicodedata.normalize("NFC", _HIDDEN.sub("", text))
    return re.sub(r"[^\S\n]+", " ", text)


def escaped(text: str) -> str:
    """Text inside a line, so that no character of it is read as Markdown."""
    return _MARKS.sub(lambda found: "\\" + found[0], text)


def _is_mark(sign: str) -> bool:
    return not sign.isalnum() and not sign.isspace()


def _dressed(core: str, stars: str, before: str, after: str) -> str:
    """Emphasis, where Markdown would see it as one; plain text where the neighbours forbid it."""
    opens = not before or before.isspace() or (not before.isalnum() and before != "*") or not _is_mark(core[0])
    closes = not after or after.isspace() or not after.isalnum() or not _is_mark(core[-1])
    if before == "*" or after == "*" or not opens or not closes:
        return core
    return f"{stars}{core}{stars}"


def inline(runs: Sequence[Run]) -> str:
    """Runs as the Markdown of one paragraph, line breaks included; "" if they show nothing."""
    merged: list[Run] = []
    for run in (Run(clean(one.text), one.bold, one.italic, one.href, one.code) for one in runs):
        last = merged[-1] if merged else None
        if last and not run.code and not last.code and (last.bold, last.italic, last.href) == (
            run.bold, run.italic, run.href
        ):  # fmt: skip
            merged[-1] = Run(last.text + run.text, run.bold, run.italic, run.href)
        elif run.text or run.code:
            merged.append(run)
    pieces: list[str] = []
    for place, run in enumerate(merged):
        if run.code:
            pieces.append(run.code)
            continue
        text = escaped(run.text)
        core = text.strip()
        if not core:
            pieces.append(text)
            continue
        head, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        if run.href:
            core = f"[{core}](<{run.href}>)".replace("\n", " ")
        elif (run.bold or run.italic) and "\n" not in core:
            following = merged[place + 1] if place + 1 < len(merged) else None
            after = tail or ((following.code or following.text)[:1] if following else "")
            before = head or "".join(pieces)[-1:]
            core = _dressed(core, "*" * (2 * run.bold + run.italic), before, after)
        pieces.append(head + core + tail)
    lines = [re.sub(r" +", " ", line).strip() for line in "".join(pieces).split("\n")]
    return "\\\n".join(_at_start(line) for line in lines if line)


def _at_start(line: str) -> str:
    """A line whose first characters do not make it a heading, a list or a table."""
    return _NUMBERED.sub(r"\1\\\2", _AT_START.sub(r"\1\\\2", line, count=1), count=1)


def address(href: str) -> str:
    """An address that lessons may link to, ready for <…>; "" for any other."""
    href = _HIDDEN.sub("", href).strip()
    if not re.match(r"(?i)(https?://[^/\s]|mailto:[^/\s])", href) or len(href) > 2_000:
        return ""
    return re.sub(r"[\s<>\\]", lambda found: f"%{ord(found[0]):02X}" if ord(found[0]) < 128 else "", href)


@dataclass
class _List:
    """A list that is open at one level."""

    marker: str
    kind: str
    indent: int
    is_numbered: bool


@dataclass
class Writer:
    """A lesson being written."""

    title: str
    blocks: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Footnotes, in the order of their marks."""
    level: int = 1
    lists: list[_List] = field(default_factory=list)
    flip: bool = False

    def add(self, block: str) -> None:
        """A block of its own."""
        if block:
            self.lists = []
            self.blocks.append(block)

    def heading(self, level: int, text: str) -> None:
        """A heading of level 2 to 6; levels that the document skips are closed up."""
        text = text.replace("\\\n", " ").strip()
        if text:
            self.level = max(2, min(level, self.level + 1, 6))
            self.add(f"{'#' * self.level} {text}" if not text.endswith("#") else f"{'#' * self.level} {text[:-1]}\\#")

    def item(self, depth: int, kind: str, number: int | None, text: str) -> None:
        """An item of a list; `kind` tells two lists apart, `number` is None for a bullet."""
        if not text:
            return
        depth = max(0, min(depth, len(self.lists), 5))
        begins = not self.lists
        if self.lists[:1] and depth == 0 and self.lists[0].kind != kind:
            # Markdown would make one of two lists of a kind that follow each other.
            if self.lists[0].is_numbered is (number is not None):
                self.flip = not self.flip
            self.lists, begins = [], True
        if not begins and depth < len(self.lists) and self.lists[depth].kind != kind:
            self.lists = self.lists[:depth]
        self.lists = self.lists[: depth + 1]
        marker = ("*" if self.flip else "-") if number is None else f"{min(number, 999_999)}{')' if self.flip else '.'}"
        indent = self.lists[depth - 1].indent + len(self.lists[depth - 1].marker) + 1 if depth else 0
        opens = depth == len(self.lists)
        if opens:
            self.lists.append(_List(marker, kind, indent, number is not None))
        else:
            self.lists[depth].marker = marker
        pad = " " * (indent + len(marker) + 1)
        line = f"{' ' * indent}{marker} " + text.replace("\n", f"\n{pad}")
        if begins or not self.blocks:
            self.blocks.append(line)
        else:
            # Only a list that begins with 1 may follow its line at once.
            self.blocks[-1] += f"\n\n{line}" if opens and number not in (None, 1) else f"\n{line}"

    def quote(self, blocks: Sequence[str]) -> None:
        """Blocks set apart."""
        inside = "\n\n".join(block for block in blocks if block)
        self.add("\n".join(f"> {line}".rstrip() for line in inside.split("\n")) if inside else "")

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """A table whose first row is its head; cells are inline Markdown."""
        width = max((len(row) for row in rows), default=0)
        if not width:
            return
        lines = []
        for place, row in enumerate(rows):
            cells = [cell.replace("\\\n", " ").replace("\n", " ") for cell in row] + [""] * (width - len(row))
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
            if place == 0:
                lines.append("|" + "---|" * width)
        self.add("\n".join(lines))

    def footnote(self, text: str) -> str:
        """Keep a footnote and give back its mark."""
        self.notes.append(text)
        return f"[{len(self.notes)}]"

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it yet."""
        return not self.blocks

    def lesson(self) -> NewLesson:
        """The lesson, counted as a reader sees it."""
        if self.notes:
            self.level = 1
            self.heading(2, "Chú thích")
            self.add("\n".join(f"{n}. {text}".rstrip() for n, text in enumerate(self.notes, 1)))
            self.notes = []
        text = "\n\n".join(self.blocks).strip() + "\n" if self.blocks else ""
        tokens = parsed(text)
        inner = [child for token in tokens for child in token.children or ()]
        said = " ".join(child.content for child in inner if child.type in ("text", "code_inline"))
        return NewLesson(
            title=self.title,
            text=text,
            words=len(_words(tokens)) if said else 0,
            pictures=sum(child.type == "image" for child in inner),
            tables=sum(token.type == "table_open" for token in tokens),
        )


def _words(tokens: Sequence[object]) -> list[str]:
    """The words of a text, those cut by emphasis whole."""
    found: list[str] = []
    for token in tokens:
        children = getattr(token, "children", None) or ()
        line = "".join(
            child.content if child.type in ("text", "code_inline") else " " if child.type.endswith("break") else ""
            for child in children
        )
        found += line.split()
    return found
