"""Looking at a file before anything of it is parsed: what it is, whether it may be opened, what it hides."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from flask_babel import gettext as _

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 200_000
MOST_CELLS = 6_000_000
MOST_UNPACKED = 400 * 1024 * 1024
PIECE = 4 * 1024 * 1024


class UnreadableRoster(ValueError):
    """The file as a whole cannot be used; the message is a Vietnamese sentence with the remedy."""


class Format(StrEnum):
    """What a file is, told by its first bytes and not by its name."""

    XLSX = "xlsx"
    ODS = "ods"
    XLS = "xls"
    TEXT = "text"


@dataclass
class Hidden:
    """What a sheet does not show at first sight; rows and columns count from 1."""

    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    unvalued: set[str] = field(default_factory=set)
    """Cells with a formula whose result was never worked out: B7."""
    faulty: set[str] = field(default_factory=set)
    """Cells that show an error, such as #REF!"""


@dataclass(frozen=True)
class Opened:
    """A file that may be parsed."""

    format: Format
    hidden: dict[str, Hidden] = field(default_factory=dict)
    """Sheet name → what it hides; nothing for formats that do not say so."""


def broken() -> UnreadableRoster:
    """The error for a file that no reader opens."""
    return UnreadableRoster(
        _(
            "Không mở được bảng tính: tệp hỏng hoặc có mật khẩu. "
            "Hãy mở tệp bằng Excel, bỏ mật khẩu nếu có, lưu lại dạng .xlsx rồi gửi lại."
        )
    )


def _macros() -> UnreadableRoster:
    return UnreadableRoster(
        _("Tệp có macro nên không được mở. Hãy lưu lại dạng “Excel Workbook (.xlsx)” không có macro rồi gửi lại.")
    )


def _encrypted() -> UnreadableRoster:
    return UnreadableRoster(
        _(
            "Tệp có mật khẩu nên không đọc được. Hãy mở bằng Excel, bỏ mật khẩu (File, Info, Protect Workbook) rồi gửi lại."
        )
    )


def _swollen() -> UnreadableRoster:
    return UnreadableRoster(_("Tệp giải nén ra lớn bất thường nên bị từ chối. Hãy lưu lại chỉ với danh sách."))


def _not_a_list(what: str) -> UnreadableRoster:
    return UnreadableRoster(
        _(
            "Đây là %(what)s, không phải bảng tính. Hãy chép danh sách sang Excel, lưu dạng .xlsx rồi gửi lại.",
            what=what,
        )
    )


def refuse_too_long(rows: int, cells: int) -> None:
    """Raise UnreadableRoster for a list of more rows or cells than one file may have."""
    if rows > MOST_ROWS or cells > MOST_CELLS:
        raise UnreadableRoster(
            _(
                "Danh sách dài %(rows)s dòng, quá mức %(most)s dòng (hoặc quá nhiều cột). "
                "Hãy xóa các dòng, cột trống thừa, hoặc chia tệp theo đơn vị.",
                rows=rows,
                most=MOST_ROWS,
            )
        )


def look_into(content: bytes) -> Opened:
    """Say what the file is and what it hides; raises UnreadableRoster for whatever must not be opened."""
    if len(content) > MOST_BYTES:
        raise UnreadableRoster(
            _(
                "Tệp nặng %(mb)s MB, quá mức 20 MB. Hãy bỏ ảnh và trang tính thừa, hoặc chia tệp theo đơn vị.",
                mb=len(content) // 1_048_576,
            )
        )
    if not content.strip():
        raise UnreadableRoster(_("Tệp trống. Hãy chọn lại tệp danh sách."))
    if content.startswith(b"PK"):
        return _archive(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        _refuse_in_compound(content)
        return Opened(Format.XLS)
    _refuse_other(content)
    return Opened(Format.TEXT)


def _wide(name: str) -> bytes:
    return name.encode("utf-16-le")


def _refuse_in_compound(content: bytes) -> None:
    """Streams of a compound file are named in its directory, in UTF-16."""
    if _wide("EncryptedPackage") in content or _wide("EncryptionInfo") in content:
        raise _encrypted()
    if _wide("WordDocument") in content:
        raise _not_a_list(_("văn bản Word"))
    if _wide("PowerPoint Document") in content:
        raise _not_a_list(_("bản trình chiếu"))
    if _wide("_VBA_PROJECT") in content:
        raise _macros()


def _refuse_other(content: bytes) -> None:
    start = content[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"%pdf"):
        raise _not_a_list(_("tệp PDF"))
    if start.startswith((b"\x89png", b"\xff\xd8\xff", b"gif8", b"{\\rtf")):
        raise _not_a_list(_("ảnh hoặc văn bản định dạng khác (không phải chữ UTF-8)"))
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"mime-version:")):
        raise UnreadableRoster(
            _(
                "Tệp mang đuôi bảng tính nhưng thật ra là trang web (nhiều phần mềm xuất như vậy). "
                "Hãy mở bằng Excel, lưu lại dạng .xlsx rồi gửi."
            )
        )


def _archive(content: bytes) -> Opened:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError) as error:
        raise broken() from error
    names = {member.filename for member in members}
    if any(member.flag_bits & 1 for member in members):
        raise _encrypted()
    if any(name.lower().endswith("vbaproject.bin") or name.startswith("Basic/") for name in names):
        raise _macros()
    if "word/document.xml" in names:
        raise _not_a_list(_("văn bản Word"))
    if "xl/workbook.bin" in names:
        raise UnreadableRoster(_("Tệp ở dạng .xlsb. Hãy mở bằng Excel, lưu lại dạng .xlsx rồi gửi lại."))
    try:
        if "xl/workbook.xml" in names:
            return Opened(Format.XLSX, _xlsx(archive, members))
        if "content.xml" in names:
            _count(archive, [member for member in members if member.filename != "content.xml"], 0)
            _Ods().look(archive)
            return Opened(Format.ODS)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, KeyError) as error:
        raise broken() from error
    raise _not_a_list(_("tệp nén"))


def _pieces(archive: zipfile.ZipFile, name: str, total: int) -> Iterator[tuple[bytes, int]]:
    """A member piece by piece, with the bytes unpacked so far; real bytes are counted, never what the archive claims."""
    with archive.open(name) as source:
        while piece := source.read(PIECE):
            total += len(piece)
            if total > MOST_UNPACKED:
                raise _swollen()
            yield piece, total


def _count(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], total: int) -> int:
    for member in members:
        for piece, so_far in _pieces(archive, member.filename, total):
            total = so_far
            if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece:
                raise broken()
    return total


_SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^>]*)>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s([^>]*)>")
_ATTRIBUTE = re.compile(rb"([\w:]+)\s*=\s*[\"']([^\"']*)[\"']")
_MARKUP = {b"&amp;": b"&", b"&lt;": b"<", b"&gt;": b">", b"&quot;": b'"', b"&apos;": b"'"}


def _attributes(text: bytes) -> dict[str, str]:
    found = {}
    for name, value in _ATTRIBUTE.findall(text):
        for code, sign in _MARKUP.items():
            value = value.replace(code, sign)
        found[name.decode("ascii", "replace").rpartition(":")[2]] = value.decode("utf-8", "replace")
    return found


def _sheet_members(archive: zipfile.ZipFile, names: set[str]) -> dict[str, str]:
    """Member → the name of its sheet."""
    relations = {}
    if "xl/_rels/workbook.xml.rels" in names:
        for text in _RELATION.findall(archive.read("xl/_rels/workbook.xml.rels")):
            told = _attributes(text)
            target = told.get("Target", "")
            relations[told.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    sheets = (_attributes(text) for text in _SHEET.findall(archive.read("xl/workbook.xml")))
    return {relations.get(told.get("id", ""), ""): told.get("name", "") for told in sheets}


def _xlsx(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> dict[str, Hidden]:
    names = {member.filename for member in members}
    is_sheet = {name for name in names if name.startswith("xl/") and "sheet" in name.lower() and name.endswith(".xml")}
    total = _count(archive, [member for member in members if member.filename not in is_sheet], 0)
    titles = _sheet_members(archive, names)
    found = {}
    for name in sorted(is_sheet | (set(titles) & names)):
        looking = _Xlsx()
        total = looking.look(archive, name, total)
        if name in titles:
            found[titles[name]] = looking.hidden
    return found


_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_ROW_NUMBER = re.compile(rb"(?<![\w:])r\s*=\s*[\"'](\d+)[\"']")
_IS_HIDDEN = re.compile(rb"hidden\s*=\s*[\"'](?:1|true)[\"']")
_COLUMN = re.compile(rb"<(?:\w+:)?col\s([^>]*)>")
_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s/>])")
_PLACED = re.compile(rb"<(?:\w+:)?c\s[^>]*?(?<![\w:])r\s*=\s*[\"']([A-Z]{1,3})\d{1,7}[\"']")
_FAR = re.compile(rb"(?<![\w:])r\s*=\s*[\"'](?:[A-Z]{3,}\d|[A-Z]*\d{7,}|[^\"']*&)")
_TWO_LETTERS = re.compile(rb"(?<![\w:])r\s*=\s*[\"']([A-Z]{2})\d")
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\s[^>]*?(?<![\w:])r\s*=\s*[\"']([A-Z]{1,3}\d{1,7})[\"'][^>]*>\s*"
    rb"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_ERROR = re.compile(
    rb"<(?:\w+:)?c\s(?=[^>]*\bt\s*=\s*[\"']e[\"'])[^>]*?(?<![\w:])r\s*=\s*[\"']([A-Z]{1,3}\d{1,7})[\"']"
)


def column_number(letters: str) -> int:
    """A → 1, AB → 28."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


@dataclass
class _Xlsx:
    """The XML of one sheet, looked through without building anything: how far it reaches and what it hides.

    The reader makes room for every cell up to the last one, so a sheet that names a far cell is refused before.
    """

    hidden: Hidden = field(default_factory=Hidden)
    rows: int = 0
    unplaced: int = 0
    columns: int = 26

    def look(self, archive: zipfile.ZipFile, name: str, total: int) -> int:
        rest = b""
        for piece, so_far in _pieces(archive, name, total):
            total = so_far
            text = rest + piece
            cut = max(text.rfind(b"<row"), text.rfind(b":row "), 0)
            if len(text) - cut > 4 * PIECE:
                raise broken()
            if cut:
                cut = text.rfind(b"<", 0, cut + 1)
            rest = text[cut:]
            self._take(text[:cut])
        self._take(rest)
        refuse_too_long(self.rows, self.rows * max(self.columns, min(self.unplaced, 16_384)))
        return total

    def _take(self, text: bytes) -> None:
        if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
            raise broken()
        if _FAR.search(text):
            refuse_too_long(1_048_576, 0)
        for attributes in _ROW.findall(text):
            told = _ROW_NUMBER.search(attributes)
            self.rows = int(told[1]) if told else self.rows + 1
            if b"hidden" in attributes and _IS_HIDDEN.search(attributes):
                self.hidden.rows.add(self.rows)
            if self.rows > MOST_ROWS:
                refuse_too_long(self.rows, 0)
        self.unplaced += len(_CELL.findall(text)) - len(_PLACED.findall(text))
        for letters in set(_TWO_LETTERS.findall(text)):
            self.columns = max(self.columns, column_number(letters.decode()))
        for attributes in _COLUMN.findall(text):
            if _IS_HIDDEN.search(attributes):
                told_column = _attributes(attributes)
                first, last = int(told_column.get("min", "1")), int(told_column.get("max", "1"))
                self.hidden.columns.update(range(first, min(last, first + 200) + 1))
        if b"<f" in text or b":f" in text:
            self.hidden.unvalued.update(found.decode() for found in _FORMULA.findall(text))
        if b'"e"' in text or b"'e'" in text:
            self.hidden.faulty.update(found.decode() for found in _ERROR.findall(text))


_ODS_ROW = re.compile(rb"<table:table-row\b([^>]*)>")
_ODS_CELL = re.compile(rb"<table:(?:covered-)?table-cell\b([^>]*?)(/?)>")
_TIMES_ROWS = re.compile(rb"number-rows-repeated\s*=\s*[\"'](\d+)[\"']")
_TIMES_COLUMNS = re.compile(rb"number-columns-repeated\s*=\s*[\"'](\d+)[\"']")


@dataclass
class _Ods:
    """The content of an .ods: repeats are written as numbers, which a reader would write out."""

    rows: int = 0
    blank: int = 0
    width: int = 1

    def look(self, archive: zipfile.ZipFile) -> None:
        rest = b""
        for piece, _total in _pieces(archive, "content.xml", 0):
            text = rest + piece
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                raise broken()
            cut = max(text.rfind(b"<table:table-row"), text.rfind(b"<table:table "), 0)
            if len(text) - cut > 4 * PIECE:
                raise broken()
            rest = text[cut:]
            self._take(text[:cut])
        self._take(rest)

    def _take(self, text: bytes) -> None:
        starts = [found.start() for found in _ODS_ROW.finditer(text)] + [len(text)]
        for start, end in pairwise(starts):
            self._row(text[start:end])

    def _row(self, text: bytes) -> None:
        """One row: blank ones count only when something follows."""
        opening = _ODS_ROW.match(text)
        repeated = _TIMES_ROWS.search(opening[1]) if opening else None
        times = int(repeated[1][:9]) if repeated else 1
        width = last = 0
        for attributes, closed in _ODS_CELL.findall(text):
            cells = _TIMES_COLUMNS.search(attributes)
            width += int(cells[1][:9]) if cells else 1
            if not closed or b"office:" in attributes:
                last = width
        if b"</table:table>" in text:
            self.blank = self.rows = 0 if not last else self.rows
        if not last:
            self.blank += times
            return
        self.rows += self.blank + times
        self.blank = 0
        self.width = max(self.width, last)
        refuse_too_long(self.rows, self.rows * self.width)
