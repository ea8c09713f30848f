"""Pictures: their true type and size, and SVG that can do nothing but show."""

import re
import struct
from typing import Any
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler

import defusedxml.sax
from defusedxml.common import DefusedXmlException

from lms.catalogue.package.entries import Notes, decoded
from lms.catalogue.package.shape import Picture
from lms.platform.files import digest

CONTENT_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg"}
_WIDEST = 8000


def picture(name: str, content: bytes, notes: Notes) -> Picture | None:
    """Check a picture of media/ and measure it; None, with notes, if it cannot be shown."""
    ending = name[name.rfind(".") :]
    found = _true_type(content)
    if found != ending:
        really = f"là {found[1:].upper()}" if found else "không phải ảnh SVG, PNG hay JPG"
        notes.note(0, f"Tên tệp ghi {ending} nhưng nội dung {really}. Hãy xuất lại ảnh đúng loại.")
        return None
    size = _svg(content, notes) if ending == ".svg" else _png_size(content) if ending == ".png" else _jpg_size(content)
    if size is None:
        if not notes.problems:
            notes.note(0, "Ảnh bị hỏng hoặc thiếu phần đầu. Hãy xuất lại ảnh.")
        return None
    width, height = size
    if not (0 < width <= _WIDEST and 0 < height <= _WIDEST):
        notes.note(0, f"Ảnh rộng {width} và cao {height} điểm; mỗi cạnh phải từ 1 đến {_WIDEST}. Hãy thu nhỏ ảnh.")
        return None
    return Picture(name, content, CONTENT_TYPES[ending], width, height, digest(content))


def _true_type(content: bytes) -> str:
    """The ending that the content deserves, "" if none."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return ".png"
    if content.startswith(b"\xff\xd8\xff"):
        return ".jpg"
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:4096]
    is_markup = start.startswith((b"<?xml", b"<!--", b"<!DOCTYPE", b"<svg"))
    return ".svg" if is_markup and re.search(rb"<(\w+:)?svg[\s>]", content) else ""


def _png_size(content: bytes) -> tuple[int, int] | None:
    if len(content) < 33 or content[12:16] != b"IHDR" or b"IEND" not in content[-16:]:
        return None
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _jpg_size(content: bytes) -> tuple[int, int] | None:
    """Walk the segments to the start of frame, which tells the size."""
    place = 2
    while place + 9 < len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if marker == 0xFF:
            place += 1
            continue
        (length,) = struct.unpack(">H", content[place + 2 : place + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return width, height
        place += 2 + length
    return None


# SVG ------------------------------------------------------------------------------------------------------------------

_ELEMENTS = frozenset(
    {
        "svg", "g", "defs", "title", "desc", "metadata", "rect", "circle", "ellipse", "line", "polyline", "polygon",
        "path", "text", "tspan", "textPath", "marker", "linearGradient", "radialGradient", "stop", "clipPath", "mask",
        "pattern", "symbol", "use", "style",
    }
)  # fmt: skip
_WHY_NOT = {
    "script": "chứa mã lệnh",
    "foreignObject": "nhúng trang web vào ảnh",
    "image": "nhúng ảnh khác vào ảnh",
    "a": "chứa liên kết",
    "iframe": "nhúng trang web vào ảnh",
    "set": "chứa hoạt cảnh có thể đổi nội dung",
    "animate": "chứa hoạt cảnh có thể đổi nội dung",
    "animateTransform": "chứa hoạt cảnh có thể đổi nội dung",
    "animateMotion": "chứa hoạt cảnh có thể đổi nội dung",
}


def _svg(content: bytes, notes: Notes) -> tuple[int, int] | None:
    """Size of a harmless SVG; None, with notes, otherwise."""
    if decoded(content, notes) is None:
        return None
    handler = _Strict(notes)
    try:
        defusedxml.sax.parseString(content, handler, forbid_dtd=True)
    except DefusedXmlException:
        notes.note(
            handler.line,
            "Ảnh SVG có khai báo DOCTYPE hoặc thực thể (ENTITY), có thể kéo tệp bên ngoài. Hãy bỏ phần đó.",
        )
    except SAXParseException as error:
        notes.note(
            error.getLineNumber() or 0, "Ảnh SVG sai cú pháp XML ở đây: kiểm tra thẻ chưa đóng, dấu & hoặc dấu nháy."
        )
    except (SAXException, LookupError, ValueError):
        notes.note(handler.line, "Ảnh SVG không đọc được. Hãy xuất lại ảnh với mã UTF-8.")
    if notes.problems:
        return None
    if handler.size is None:
        notes.note(1, "Ảnh SVG thiếu kích thước. Hãy thêm width và height (số điểm), hoặc viewBox, vào thẻ svg.")
    return handler.size


class _Strict(ContentHandler):
    """Walks an SVG and notes whatever is not a plain drawing, with its line."""

    def __init__(self, notes: Notes) -> None:
        super().__init__()
        self.notes = notes
        self.size: tuple[int, int] | None = None
        self.depth = 0
        self.in_style = False

    @property
    def line(self) -> int:
        """Where the reader is."""
        locator: Any = getattr(self, "_locator", None)
        return int(locator.getLineNumber() or 0) if locator is not None else 0

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - the interface of SAX
        """Check an element and its attributes."""
        local = name.rsplit(":", 1)[-1]
        if self.depth == 0:
            if local != "svg" or attrs.get("xmlns", attrs.get("xmlns:svg")) != "http://www.w3.org/2000/svg":
                self.notes.note(self.line, 'Thẻ ngoài cùng phải là <svg xmlns="http://www.w3.org/2000/svg">.')
            self.size = _svg_size(attrs)
        self.depth += 1
        if local not in _ELEMENTS:
            why = _WHY_NOT.get(local, "không thuộc hình vẽ tĩnh")
            self.notes.note(self.line, f"Ảnh SVG có thẻ <{local}> ({why}) nên bị từ chối. Hãy bỏ thẻ này.")
        self.in_style = local == "style"
        for attribute in attrs.getNames():
            self._check(attribute, attrs.getValue(attribute))

    def _check(self, attribute: str, value: str) -> None:
        local = attribute.rsplit(":", 1)[-1].lower()
        if local.startswith("on"):
            self.notes.note(
                self.line, f"Ảnh SVG có thuộc tính {attribute} (mã chạy khi có sự kiện). Hãy bỏ thuộc tính này."
            )
        elif local == "href" and not value.strip().startswith("#"):
            self.notes.note(self.line, "Ảnh SVG có href trỏ ra ngoài ảnh. Chỉ dùng href dạng #ten trong cùng ảnh.")
        elif local in ("src", "base") or re.search(r"(?i)(java|vb)script:|data:", value):
            self.notes.note(
                self.line, f"Ảnh SVG có thuộc tính {attribute} gọi nội dung bên ngoài. Hãy bỏ thuộc tính này."
            )
        else:
            self._check_css(value if local == "style" else value if "url" in value.lower() else "")

    def _check_css(self, css: str) -> None:
        if re.search(r"(?i)@import|\\|expression\s*\(|url\s*\(\s*['\"]?\s*(?!['\"]?\s*#)[^\s'\"]", css):
            self.notes.note(
                self.line,
                "Ảnh SVG có kiểu (style) gọi url(…) hoặc @import bên ngoài. Chỉ dùng url(#ten) trong cùng ảnh.",
            )

    def endElement(self, name: str) -> None:  # noqa: N802
        """Leave an element."""
        self.depth -= 1
        self.in_style = False

    def characters(self, content: str) -> None:
        """Check the rules inside <style>."""
        if self.in_style:
            self._check_css(content)

    def processingInstruction(self, target: str, data: str) -> None:  # noqa: N802
        """Refuse style sheets and other instructions from outside."""
        self.notes.note(self.line, f"Ảnh SVG có chỉ thị <?{target}?> kéo nội dung bên ngoài. Hãy bỏ dòng này.")


def _svg_size(attrs: Any) -> tuple[int, int] | None:
    """Width and height in pixels from the attributes, else from the viewBox."""
    lengths = [re.fullmatch(r"\s*(\d+(?:\.\d+)?)(px)?\s*", attrs.get(side, "")) for side in ("width", "height")]
    if lengths[0] and lengths[1]:
        return round(float(lengths[0][1])), round(float(lengths[1][1]))
    box = re.fullmatch(
        r"\s*-?[\d.]+[\s,]+-?[\d.]+[\s,]+(\d+(?:\.\d+)?)[\s,]+(\d+(?:\.\d+)?)\s*", attrs.get("viewBox", "")
    )
    return (round(float(box[1])), round(float(box[2]))) if box else None
