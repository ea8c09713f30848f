"""Styles and numbering of a Word document: which paragraph is a heading, which a list, and what its number says."""

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from lms.catalogue.office import counting
from lms.platform import vietnamese

_HEADING = re.compile(r"(?:heading|dau de|tieu de|de muc)\s*([1-9])")
"""Names of heading styles without marks, in English and as Vietnamese programs call them."""
_TITLES = ("title", "tieu de", "ten tai lieu", "ten khoa hoc")
_DEEPEST_STYLE = 20


@dataclass(frozen=True)
class Look:
    """What a paragraph is."""

    level: int = 0
    """1 to 9 for a heading, else 0."""
    is_title: bool = False
    is_contents: bool = False
    is_quote: bool = False
    list_id: str = ""
    """The numbering it belongs to, "" outside lists."""
    depth: int = 0


@dataclass(frozen=True)
class Label:
    """What numbering puts before a paragraph."""

    text: str
    """"Điều 3.", "a)"; "" for a bullet."""
    number: int | None
    is_simple: bool
    """A bullet, or a plain decimal number: Markdown writes it by itself."""


@dataclass
class _Style:
    name: str
    based_on: str
    level: int | None
    list_id: str | None
    depth: int | None


@dataclass
class _Level:
    form: str
    text: str
    start: int


def _value(parent: Element | None, tag: str) -> str | None:
    found = parent.find(tag) if parent is not None else None
    return found.get("w:val") if found is not None else None


class Styles:
    """Answers what a paragraph is; counts numbered ones as they come."""

    def __init__(self, styles: Element | None, numbering: Element | None) -> None:
        """Read both parts; either may be missing."""
        self.styles = {one.get("w:styleId", ""): _style(one) for one in styles if one.tag == "w:style"} if (
            styles is not None
        ) else {}  # fmt: skip
        self.default = next(
            (
                one.get("w:styleId", "") for one in (styles if styles is not None else ())
                if one.tag == "w:style" and one.get("w:type") == "paragraph" and one.get("w:default") in ("1", "true")
            ),
            "",
        )  # fmt: skip
        self.levels: dict[str, dict[int, _Level]] = {}
        self.abstract: dict[str, str] = {}
        self.counts: dict[str, list[int]] = {}
        self._read_numbering(numbering)

    def _read_numbering(self, numbering: Element | None) -> None:
        kinds: dict[str, dict[int, _Level]] = {}
        for one in numbering if numbering is not None else ():
            if one.tag == "w:abstractNum":
                kinds[one.get("w:abstractNumId", "")] = {
                    counting.whole(level.get("w:ilvl"), 0): _Level(
                        _value(level, "w:numFmt") or "decimal",
                        _value(level, "w:lvlText") or "",
                        counting.whole(_value(level, "w:start"), 1),
                    )
                    for level in one.findall("w:lvl")
                }
            elif one.tag == "w:num":
                name, kind = one.get("w:numId", ""), _value(one, "w:abstractNumId") or ""
                self.levels[name] = dict(kinds.get(kind, {}))
                # Lists of one kind go on counting, unless one of them begins anew.
                self.abstract[name] = name if one.find("w:lvlOverride") is not None else f"kind {kind}"

    def look(self, p: Element) -> Look:
        """What the paragraph is, by its own properties, else by its style and those that it is based on."""
        own = p.find("w:pPr")
        named = _value(own, "w:pStyle")
        level: int | None = _outline(own)
        list_id, depth = _numbered(own)
        is_title = is_contents = is_quote = False
        name = named if named is not None else self.default
        for _ in range(_DEEPEST_STYLE):
            style = self.styles.get(name)
            if style is None:
                break
            said = vietnamese.fold(style.name).strip()
            if level is None:
                found = _HEADING.fullmatch(said)
                level = int(found[1]) if found else style.level
            is_title = is_title or (said in _TITLES and level is None)
            is_contents = is_contents or re.fullmatch(r"(toc|muc luc)( ?\d| heading)?", said) is not None
            is_quote = is_quote or said in ("quote", "intense quote", "trich dan", "trich dan dam")
            if depth is None and (found := re.fullmatch(r"list (?:bullet|number) ([2-5])", said)):
                depth = int(found[1]) - 1  # Word's own styles for inner levels are lists of level 0, only indented
            if list_id is None:
                list_id, depth = style.list_id, style.depth if depth is None else depth
            name = style.based_on
        if not self.styles and named and (found := re.fullmatch(r"(?i)heading\s?([1-9])", named)):
            level = int(found[1])
        in_list = list_id if list_id and list_id != "0" and list_id in self.levels else ""
        return Look(level or 0, is_title, is_contents, is_quote, in_list, max(0, min(depth or 0, 8)))

    def label(self, look: Look) -> Label | None:
        """Count the paragraph and say what stands before it; None outside lists."""
        if not look.list_id:
            return None
        levels = self.levels[look.list_id]
        level = levels.get(look.depth, _Level("bullet", "", 1))
        if level.form in ("bullet", "none"):
            return Label("", None, level.form == "bullet")
        counts = self.counts.setdefault(self.abstract[look.list_id], [])
        while len(counts) <= look.depth:
            above = levels.get(len(counts), level)
            counts.append(above.start - 1 if len(counts) == look.depth else above.start)
        counts[look.depth] += 1
        del counts[look.depth + 1 :]
        number = counts[look.depth]
        if level.form == "decimal" and re.fullmatch(rf"%{look.depth + 1}[.)]?", level.text.strip()):
            return Label(level.text.strip().replace(f"%{look.depth + 1}", str(number)), number, True)
        text = re.sub(
            r"%([1-9])",
            lambda found: (
                counting.counted(counts[n], levels.get(n, level).form) if (n := int(found[1]) - 1) < len(counts) else ""
            ),
            level.text[:60],
        )
        return Label(" ".join(text.split()), number, False)


def _outline(properties: Element | None) -> int | None:
    said = _value(properties, "w:outlineLvl")
    return None if said is None else number + 1 if 0 <= (number := counting.whole(said, 9)) < 9 else 0


def _numbered(properties: Element | None) -> tuple[str | None, int | None]:
    found = properties.find("w:numPr") if properties is not None else None
    depth = _value(found, "w:ilvl")
    return _value(found, "w:numId"), counting.whole(depth, 0) if depth is not None else None


def _style(style: Element) -> _Style:
    properties = style.find("w:pPr")
    list_id, depth = _numbered(properties)
    return _Style(
        name=_value(style, "w:name") or "", based_on=_value(style, "w:basedOn") or "", level=_outline(properties),
        list_id=list_id, depth=depth,
    )  # fmt: skip
