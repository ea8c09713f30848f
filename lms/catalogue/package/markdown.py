"""Lessons: Markdown checked line by line, then rendered to HTML that is safe and ready to read."""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from lms.catalogue.package.entries import Notes
from lms.catalogue.package.shape import Picture
from lms.platform import vietnamese

_PICTURE = re.compile(r"(?:\.\./|\./)?media/([^/\\]+)")
_LONGEST_ALT = 400
ADDRESS = "/khoa-hoc/tep/{sha256}/{name}"
"""Where a picture is served: by content, so that the HTML of a lesson never has to change."""


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable("table")
    # Links are judged by us, with their line; the parser would silently leave bad ones as text.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    parser.add_render_rule("image", _image)
    parser.add_render_rule(
        "table_open", lambda self, tokens, n, options, env: f'{tokens[n].meta["box"]}<table class="lms-table">\n'
    )
    parser.add_render_rule("table_close", lambda self, tokens, n, options, env: "</table></div>\n")
    return parser


def parsed(text: str) -> list[Token]:
    """The tokens of a lesson."""
    return _parser().parse(text)


def _inline(tokens: Sequence[Token]) -> Iterator[tuple[int, Token, Token]]:
    """(line, token, the block around it) of everything inside blocks."""
    for block in tokens:
        line = block.map[0] + 1 if block.map else 1
        for child in block.children or ():
            yield line, child, block
            if child.type in ("softbreak", "hardbreak"):
                line += 1


def check(tokens: Sequence[Token], pictures: Mapping[str, Any], notes: Notes) -> None:
    """Note raw HTML, bad links, pictures that are missing or say nothing, and headings that skip a level."""
    for block in tokens:
        if block.type == "html_block":
            notes.note((block.map or [0])[0] + 1, _no_html(block.content))
    marked = 0
    for line, token, _ in _inline(tokens):
        if token.type == "html_inline" and line != marked:
            notes.note(line, _no_html(token.content))
            marked = line  # one note tells both <b> and </b>
        elif token.type == "link_open":
            _check_link(str(token.attrGet("href") or ""), line, notes)
        elif token.type == "image":
            _check_image(token, line, pictures, notes)
    _check_headings(tokens, notes)


def _no_html(markup: str) -> str:
    shown = " ".join(markup.split())
    shown = shown if len(shown) <= 40 else shown[:37] + "…"
    return f"Có thẻ HTML “{shown}”. Hãy viết bằng Markdown, không dùng thẻ HTML; dấu nhỏ hơn thật thì viết \\<."


def _check_link(href: str, line: int, notes: Notes) -> None:
    if href.startswith("#"):
        notes.note(line, "Liên kết trong cùng bài chưa dùng được. Hãy bỏ liên kết, nhắc tên mục bằng chữ.")
    elif not re.match(r"(?i)(https?://[^/]|mailto:[^/])", href):
        notes.note(
            line, f"Liên kết “{href[:60]}” bị từ chối: chỉ nhận địa chỉ bắt đầu bằng https://, http:// hoặc mailto:."
        )


def _check_image(token: Token, line: int, pictures: Mapping[str, Any], notes: Notes) -> None:
    src = str(token.attrGet("src") or "")
    found = _PICTURE.fullmatch(src)
    if not found:
        notes.note(line, f"Hình “{src[:60]}” phải nằm trong thư mục media của khóa học, viết là ../media/ten-hinh.svg.")
    elif found[1] not in pictures:
        notes.note(line, f"Không có hình media/{found[1]}. Hãy thêm tệp này hoặc sửa tên.")
    alt = token.content.strip()
    if not alt:
        notes.note(
            line, "Hình chưa có mô tả. Hãy ghi điều hình cho thấy giữa hai ngoặc vuông, cho người không nhìn thấy hình."
        )
    elif len(alt) > _LONGEST_ALT:
        notes.note(line, f"Mô tả hình dài {len(alt)} ký tự, tối đa {_LONGEST_ALT}. Phần còn lại nên viết vào bài.")


def _check_headings(tokens: Sequence[Token], notes: Notes) -> None:
    before = 0
    for token in tokens:
        if token.type == "heading_open":
            level = int(token.tag[1])
            if before and level > before + 1:
                line = (token.map or [0])[0] + 1
                notes.note(line, f"Đề mục nhảy từ {'#' * before} sang {'#' * level}. Hãy dùng {'#' * (before + 1)}.")
            before = level


def rendered(tokens: Sequence[Token], pictures: Mapping[str, Picture], *, address: str = ADDRESS) -> str:
    """Safe HTML of a checked text: begins at h2, tables scroll in a named region, pictures have their size."""
    tokens = list(tokens)
    _shift_headings(tokens)
    _name_tables(tokens)
    _mark_cases(tokens)
    _set_pictures(tokens, pictures, address)
    parser = _parser()
    html = parser.renderer.render(tokens, parser.options, {})
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
        strip_comments=True,
    )


_TAGS = {
    "p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "code", "pre", "blockquote", "hr", "br", "a",
    "img", "table", "thead", "tbody", "tr", "th", "td", "div", "figure", "figcaption",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "class"},
    "img": {"src", "alt", "width", "height", "loading", "decoding"},
    "div": {"class", "tabindex", "role", "aria-label"},
    "figure": {"class"},
    "blockquote": {"class"},
    "table": {"class"},
    "th": {"class", "scope"},
    "td": {"class"},
    "ol": {"start"},
    "h2": {"id"},
    "h3": {"id"},
    "h4": {"id"},
    "h5": {"id"},
    "h6": {"id"},
}


def _shift_headings(tokens: Sequence[Token]) -> None:
    """The page's h1 is the lesson's title: the highest heading becomes h2; each gets an id of its own."""
    levels = [int(token.tag[1]) for token in tokens if token.type == "heading_open"]
    shift = 2 - min(levels, default=2)
    taken: dict[str, int] = {}
    for place, token in enumerate(tokens):
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + shift, 6)}"
        if token.type == "heading_open":
            name = "muc-" + (vietnamese.slug(_plain(tokens[place + 1])) or "x")[:60]
            taken[name] = taken.get(name, 0) + 1
            token.attrSet("id", name if taken[name] == 1 else f"{name}-{taken[name]}")


def _plain(token: Token) -> str:
    return "".join(child.content for child in token.children or () if child.type in ("text", "code_inline"))


def _name_tables(tokens: Sequence[Token]) -> None:
    """A table may be wider than a phone: it scrolls in a region that the keyboard reaches and a reader names."""
    number = 0
    for place, token in enumerate(tokens):
        if token.type == "table_open":
            number += 1
            heads = []
            for after in range(place, len(tokens)):
                if tokens[after].type == "thead_close":
                    break
                if tokens[after].type == "th_open":
                    heads.append(_plain(tokens[after + 1]))
            label = escape(f"Bảng {number}: {', '.join(filter(None, heads))}", quote=True)
            token.meta["box"] = f'<div class="lms-tablebox" tabindex="0" role="region" aria-label="{label}">'
        if token.type in ("th_open", "td_open"):
            # The alignment comes as a style attribute, which our pages forbid.
            style = str(token.attrs.pop("style", ""))
            if "right" in style:
                token.attrSet("class", "num")
            elif "center" in style:
                token.attrSet("class", "text-center")
            if token.type == "th_open":
                token.attrSet("scope", "col")


def _mark_cases(tokens: Sequence[Token]) -> None:
    """A quotation that begins with **Tình huống.** is a worked case."""
    for place, token in enumerate(tokens):
        if token.type == "blockquote_open" and place + 2 < len(tokens):
            children = tokens[place + 2].children or []
            begins = [child.content for child in children if child.content][:1]
            if (
                any(child.type == "strong_open" for child in children[:2])
                and begins
                and begins[0].startswith("Tình huống")
            ):
                token.attrSet("class", "lms-case")


def _set_pictures(tokens: Sequence[Token], pictures: Mapping[str, Picture], address: str) -> None:
    """Give every picture its address and size; one that stands alone becomes a figure that opens in full size."""
    for _, token, _block in _inline(tokens):
        if token.type == "image" and (found := _PICTURE.fullmatch(str(token.attrGet("src")))):
            shown = pictures[found[1]]
            token.attrs = {
                "src": address.format(sha256=shown.sha256, name=shown.name),
                "alt": token.content.strip(),
                "width": shown.width,
                "height": shown.height,
                "loading": "lazy",
                "decoding": "async",
            }
    for place, token in enumerate(tokens):
        if token.type == "inline" and [child.type for child in token.children or ()] == ["image"]:
            before, after = tokens[place - 1], tokens[place + 1]
            if before.type == "paragraph_open":
                before.tag = after.tag = "figure"
                before.hidden = after.hidden = False
                before.attrSet("class", "lms-picture")
                (token.children or [])[0].meta["alone"] = True


def _image(self: RendererHTML, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
    token = tokens[place]
    img = f"<img{self.renderAttrs(token)}>"
    if not token.meta.get("alone"):
        return img
    address = escape(str(token.attrs["src"]), quote=True)
    return f'<a href="{address}">{img}</a><figcaption>Chạm vào hình để xem cỡ lớn</figcaption>'
