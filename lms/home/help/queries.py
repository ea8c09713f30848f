"""Reading the guides: their files, their pictures, and both as a page."""

import struct
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import yaml
from markdown_it.token import Token

from lms.catalogue.package import Picture, parsed, rendered
from lms.home.help import rules
from lms.home.help.rules import Guide, Section
from lms.platform import vietnamese

HERE = Path(__file__).parent
PAGES = HERE / "pages"
ADDRESS = "/huong-dan/hinh/{name}"


@dataclass(frozen=True)
class Shot:
    """A picture of a page as somebody of the demonstration city sees it."""

    name: str
    role: str
    path: str
    width: int
    height: int
    press: tuple[str, ...] = ()
    """Links to follow after opening the path."""


@cache
def shots() -> dict[str, Shot]:
    """Every picture the guides may show, by file name; whoever takes them reads this list."""
    listed = yaml.safe_load((HERE / "pictures.yaml").read_text(encoding="utf-8"))
    return {
        f"{name}.png": Shot(
            name, one["role"], one["path"], one["width"], one["height"], tuple(one.get("press", ()))
        )
        for name, one in listed.items()
    }  # fmt: skip


@cache
def guides() -> tuple[Guide, ...]:
    """All guides in their order; the number before a file's name is its place."""
    return tuple(
        rules.read(path.stem.partition("-")[2], vietnamese_text(path)) for path in sorted(PAGES.glob("[0-9]*.md"))
    )


def vietnamese_text(path: Path) -> str:
    """The text of a guide's file."""
    return path.read_text(encoding="utf-8")


def guide(slug: str) -> Guide | None:
    """The guide of that address."""
    return next((one for one in guides() if one.slug == slug), None)


@cache
def by_endpoint() -> dict[str, Guide]:
    """Page → the guide that explains it."""
    return {endpoint: one for one in guides() for endpoint in one.endpoints}


@cache
def sections() -> tuple[tuple[Guide, tuple[Section, ...]], ...]:
    """Every guide cut at its headings, as plain text to search in."""
    return tuple((one, tuple(_sections(parsed(one.body)))) for one in guides())


def _sections(tokens: list[Token]) -> list[Section]:
    cut: list[tuple[str, list[str]]] = [("", [])]
    for place, token in enumerate(tokens):
        if token.type != "inline":
            continue
        words = "".join(child.content for child in token.children or () if child.type in ("text", "code_inline"))
        if place and tokens[place - 1].type == "heading_open":
            cut.append((words, []))
        else:
            cut[-1][1].append(words)
    return [Section(heading, anchor(heading), " ".join(text)) for heading, text in cut if heading or text]


def anchor(heading: str) -> str:
    """The id that a heading gets on its page."""
    return "muc-" + vietnamese.slug(heading)[:60] if heading else ""


def html(one: Guide, folder: Path) -> str:
    """The guide as safe HTML, with those of its pictures that lie in the folder."""
    there = tuple(
        (name, size)
        for name in shots()
        if f"media/{name}" in one.body and (size := _size(folder / name)) is not None
    )  # fmt: skip
    return _html(one, there)


@lru_cache(maxsize=64)
def _html(one: Guide, there: tuple[tuple[str, tuple[int, int]], ...]) -> str:
    pictures = {}
    for name, (wide, high) in there:
        shown = shots()[name].width
        pictures[name] = Picture(name, b"", "image/png", shown, round(high * shown / wide), "")
    return rendered(_without_missing(parsed(one.body), pictures), pictures, address=ADDRESS)


def _without_missing(tokens: list[Token], pictures: dict[str, Picture]) -> list[Token]:
    """Leave out the pictures that nobody has taken on this installation: the words tell everything."""
    kept: list[Token] = []
    for place, token in enumerate(tokens):
        if (
            _lacks(tokens, place, pictures)
            or _lacks(tokens, place - 1, pictures)
            or _lacks(tokens, place + 1, pictures)
        ):
            continue
        kept.append(token)
    return kept


def _lacks(tokens: list[Token], place: int, pictures: dict[str, Picture]) -> bool:
    """Whether the token is a paragraph's content: one picture, and that is missing."""
    if not 0 <= place < len(tokens) or tokens[place].type != "inline":
        return False
    children = tokens[place].children or []
    is_picture = [child.type for child in children] == ["image"]
    return is_picture and str(children[0].attrGet("src")).removeprefix("media/") not in pictures


def _size(path: Path) -> tuple[int, int] | None:
    """Width and height of a PNG, from its first bytes; None if it is not there or not one."""
    try:
        with path.open("rb") as file:
            begin = file.read(24)
    except OSError:
        return None
    if not begin.startswith(b"\x89PNG\r\n\x1a\n") or len(begin) < 24:
        return None
    wide, high = struct.unpack(">II", begin[16:24])
    return (wide, high) if wide and high else None
