"""Opening a .docx or .pptx without trusting it: what it really is, whether it may be read, its parts as XML."""

import posixpath
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import PurePath
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree
from defusedxml.common import DefusedXmlException

from lms.catalogue.office.shape import UnreadableDocument
from lms.platform.files import UnsafeFile, open_zip

MOST_BYTES = 60 * 1024 * 1024
MOST_FILES = 5_000
MOST_UNPACKED = 160 * 1024 * 1024
MOST_ELEMENTS = 1_000_000
"""Of all parts that are read together: what they cost in memory, not what they weigh."""
DEEPEST = 150
LONGEST_NAME = 255

PICTURES = (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".bmp", ".dib", ".tif", ".tiff", ".webp")


class Kind(StrEnum):
    """What a document is, told by its contents."""

    WORD = ".docx"
    SLIDES = ".pptx"


_MAIN = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": Kind.WORD,
    "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml": Kind.SLIDES,
}
_KIND_WORDS = {Kind.WORD: "văn bản Word", Kind.SLIDES: "bản trình chiếu"}
_SAVE_AS = "Hãy mở bằng Word hoặc PowerPoint, lưu lại dạng .docx hoặc .pptx rồi gửi lại."

_O = "http://schemas.openxmlformats.org"
_STRICT = "http://purl.oclc.org/ooxml"
_PREFIXES = {
    f"{_O}/wordprocessingml/2006/main": "w", f"{_STRICT}/wordprocessingml/main": "w",
    f"{_O}/drawingml/2006/main": "a", f"{_STRICT}/drawingml/main": "a",
    f"{_O}/drawingml/2006/wordprocessingDrawing": "wp", f"{_STRICT}/drawingml/wordprocessingDrawing": "wp",
    f"{_O}/drawingml/2006/picture": "pic", f"{_STRICT}/drawingml/picture": "pic",
    f"{_O}/drawingml/2006/chart": "c", f"{_STRICT}/drawingml/chart": "c",
    f"{_O}/drawingml/2006/diagram": "dgm", f"{_STRICT}/drawingml/diagram": "dgm",
    f"{_O}/officeDocument/2006/relationships": "r", f"{_STRICT}/officeDocument/relationships": "r",
    f"{_O}/officeDocument/2006/math": "m", f"{_STRICT}/officeDocument/math": "m",
    f"{_O}/presentationml/2006/main": "p", f"{_STRICT}/presentationml/main": "p",
    f"{_O}/markup-compatibility/2006": "mc",
    f"{_O}/package/2006/relationships": "rel",
    f"{_O}/package/2006/content-types": "ct",
    "http://schemas.microsoft.com/office/word/2010/wordprocessingShape": "wps",
    "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup": "wpg",
    "http://schemas.microsoft.com/office/drawing/2017/decorative": "adec",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://www.w3.org/XML/1998/namespace": "xml",
    "urn:schemas-microsoft-com:vml": "v",
    "urn:schemas-microsoft-com:office:office": "o",
}  # fmt: skip


@lru_cache(maxsize=2_000)
def _short(name: str) -> str:
    if not name.startswith("{"):
        return name
    space, _, local = name[1:].partition("}")
    return f"{_PREFIXES.get(space, '?')}:{local}"


@dataclass(frozen=True)
class Relation:
    """A part, or an address outside, that a part refers to."""

    kind: str
    """The last word of its type: image, hyperlink, notesSlide …"""
    target: str
    is_outside: bool


@dataclass
class Office:
    """An opened document: its parts by path, XML with short names (w:p, a:blip, r:embed)."""

    kind: Kind
    parts: Mapping[str, bytes]
    main: str = ""
    elements: int = 0
    _trees: dict[str, Element] = field(default_factory=dict)

    def xml(self, path: str) -> Element | None:
        """The root of a part; None if there is no such part. Raises UnreadableDocument for broken or monstrous XML."""
        if path not in self._trees:
            content = self.parts.get(path)
            if content is None:
                return None
            self.elements += content.count(b"<")
            if self.elements > MOST_ELEMENTS:
                raise UnreadableDocument(
                    "too-large",
                    "Tài liệu quá dài hoặc chứa dữ liệu bất thường. Hãy chia thành nhiều tệp nhỏ rồi gửi từng tệp.",
                )
            self._trees[path] = _parsed(content, path)
        return self._trees[path]

    def relations(self, path: str) -> dict[str, Relation]:
        """What a part refers to, by id."""
        folder, name = posixpath.split(path)
        root = self.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
        found = {}
        for one in root if root is not None else ():
            target, outside = one.get("Target", ""), one.get("TargetMode") == "External"
            if not outside:
                target = posixpath.normpath(posixpath.join(folder, target)) if target[:1] != "/" else target.lstrip("/")
            found[one.get("Id", "")] = Relation(one.get("Type", "").rpartition("/")[2], target, outside)
        return found

    def related(self, path: str, kind: str) -> str:
        """The first part of a kind that `path` refers to, "" if none."""
        return next((one.target for one in self.relations(path).values() if one.kind == kind), "")


def opened(content: bytes, name: str) -> Office:
    """Open a document by its bytes and its file name; raises UnreadableDocument with the reason."""
    ending = PurePath(unicodedata.normalize("NFC", name)).suffix.lower()
    if not content:
        raise UnreadableDocument("empty", "Tệp trống. Hãy chọn lại tệp.")
    if len(content) > MOST_BYTES:
        raise UnreadableDocument(
            "too-large",
            f"Tệp nặng {len(content) // 1_048_576} MB, quá mức {MOST_BYTES // 1_048_576} MB. "
            "Hãy nén ảnh trong tệp (Compress Pictures) hoặc chia thành nhiều tệp.",
        )
    if ending in (".docm", ".pptm", ".dotm", ".potm", ".ppsm"):
        raise _macros()
    if ending not in (Kind.WORD, Kind.SLIDES):
        raise UnreadableDocument("not-office", f"Chỉ nhận tệp Word .docx và PowerPoint .pptx. {_SAVE_AS}")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise _compound(content)
    if not content.startswith(b"PK"):
        raise UnreadableDocument(
            "wrong-type", f"Tệp mang đuôi {ending} nhưng nội dung là {_really(content)}. {_SAVE_AS}"
        )
    office = _package(content)
    if office.kind != ending:
        really = _KIND_WORDS[office.kind]
        raise UnreadableDocument(
            "wrong-type", f"Tệp mang đuôi {ending} nhưng nội dung là {really}. Hãy đổi đuôi tệp thành {office.kind}."
        )
    return office


def _macros() -> UnreadableDocument:
    return UnreadableDocument(
        "macros", "Tệp có macro nên không được mở. Hãy lưu lại dạng .docx hoặc .pptx không có macro rồi gửi lại."
    )


def _broken(error: Exception | None = None) -> UnreadableDocument:
    found = UnreadableDocument(
        "broken", "Tệp hỏng hoặc không đúng cấu trúc. Hãy mở lại bằng Word hoặc PowerPoint, lưu thành tệp mới rồi gửi."
    )
    found.__cause__ = error
    return found


def _compound(content: bytes) -> UnreadableDocument:
    """Old binary formats and encrypted ones share a container whose streams are named in UTF-16."""
    if any(name.encode("utf-16-le") in content for name in ("EncryptedPackage", "EncryptionInfo")):
        return UnreadableDocument(
            "encrypted",
            "Tệp có mật khẩu nên không đọc được. Hãy mở tệp, bỏ mật khẩu (File, Info, Protect Document) rồi gửi lại.",
        )
    return UnreadableDocument("old-format", f"Tệp ở định dạng cũ (.doc, .ppt) dù mang đuôi mới. {_SAVE_AS}")


def _really(content: bytes) -> str:
    start = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    known = (
        ((b"%pdf",), "tệp PDF"),
        ((b"\x89png", b"\xff\xd8\xff", b"gif8"), "ảnh"),
        ((b"{\\rtf",), "văn bản RTF"),
        ((b"<html", b"<!doctype html"), "trang web"),
        ((b"<?xml", b"<"), "tệp XML"),
        ((b"mz", b"\x7felf"), "chương trình máy tính"),
    )
    return next((word for starts, word in known if start.startswith(starts)), "dữ liệu khác")


_REFUSALS = {
    "path-escape": "Trong tệp có đường dẫn trỏ ra ngoài hoặc liên kết lạ, tệp có thể đã bị can thiệp. "
    "Hãy lưu lại từ Word hoặc PowerPoint thành tệp mới rồi gửi.",
    "zip-bomb": "Tệp giải nén ra lớn bất thường (nghi là bom nén) nên bị từ chối. Hãy lưu lại từ bản gốc.",
    "too-many-files": f"Trong tệp có quá nhiều phần (tối đa {MOST_FILES}). Hãy chia tài liệu thành nhiều tệp.",
    "encrypted": "Tệp có mật khẩu nên không đọc được. Hãy bỏ mật khẩu rồi gửi lại.",
}


def _is_read(path: str) -> bool:
    """Whether a member is of use: films, fonts and embedded files are never unpacked."""
    low = path.lower()
    return low.endswith((".xml", ".rels")) or ("/media/" in low and low.endswith(PICTURES)) or "vbaproject" in low


def _package(content: bytes) -> Office:
    try:
        parts = open_zip(content, most_files=MOST_FILES, most_bytes=MOST_UNPACKED, wanted=_is_read)
    except UnsafeFile as unsafe:
        if unsafe.code in _REFUSALS:
            raise UnreadableDocument(unsafe.code, _REFUSALS[unsafe.code]) from unsafe
        raise _broken(unsafe) from unsafe
    except (OverflowError, UnicodeDecodeError) as error:
        raise _broken(error) from error
    if any(len(path) > LONGEST_NAME for path in parts):
        raise _broken()
    office = Office(Kind.WORD, parts)
    types = office.xml("[Content_Types].xml")
    if types is None:
        raise UnreadableDocument("wrong-type", f"Đây là tệp nén, không phải tài liệu Word hay PowerPoint. {_SAVE_AS}")
    if any("vbaproject" in path.lower() for path in parts) or any(
        "macroenabled" in one.get("ContentType", "").lower() for one in types
    ):
        raise _macros()
    for one in types:
        kind = _MAIN.get(one.get("ContentType", ""))
        path = one.get("PartName", "").lstrip("/")
        if kind is not None and path in parts:
            office.kind, office.main = kind, path
            return office
    raise UnreadableDocument("wrong-type", f"Tệp không phải tài liệu Word hay bản trình chiếu PowerPoint. {_SAVE_AS}")


def _parsed(content: bytes, path: str) -> Element:
    try:
        root = defusedxml.ElementTree.fromstring(content, forbid_dtd=True)
    except DefusedXmlException as error:
        raise UnreadableDocument(
            "xml-entities",
            "Trong tệp có khai báo DOCTYPE hoặc thực thể XML, có thể kéo tệp bên ngoài, nên bị từ chối. "
            "Hãy lưu lại từ Word hoặc PowerPoint thành tệp mới.",
        ) from error
    except (ParseError, LookupError, ValueError, OverflowError) as error:
        raise _broken(error) from error
    level = [root]
    depth = 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise _broken()
        for one in level:
            one.tag = _short(one.tag) if isinstance(one.tag, str) else "?:comment"
            if one.attrib:
                renamed = {_short(key): value for key, value in one.attrib.items()}
                one.attrib.clear()
                one.attrib.update(renamed)
        level = [child for one in level for child in one]
    return root


def inside(element: Element, *tags: str) -> Iterator[Element]:
    """The descendants with one of the tags."""
    return (one for one in element.iter() if one.tag in tags)


def text_of(element: Element, tag: str) -> str:
    """The text of all descendants with the tag, one after the other."""
    return "".join(one.text or "" for one in element.iter(tag))
