"""Opening a roster file: workbook or text, whatever its program, as rows of cells that know where they stand."""

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from python_calamine import CalamineWorkbook

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 50_000
MOST_CELLS = 5_000_000
MOST_UNPACKED = 400 * 1024 * 1024

Cell = str | float | bool | date | datetime
"""What a cell can hold; an empty one is ""."""


class UnreadableRoster(ValueError):
    """The file as a whole cannot be used; the message is a Vietnamese sentence with the remedy."""


@dataclass(frozen=True)
class SheetRow:
    """A row that is not empty: sheet name ("" in a text file), row number as the program shows it, cells."""

    sheet: str
    number: int
    cells: tuple[Cell, ...]


def sheets(content: bytes, file_name: str) -> list[list[SheetRow]]:
    """The rows of each sheet. Size is checked before anything is opened; raises UnreadableRoster."""
    if len(content) > MOST_BYTES:
        raise UnreadableRoster(
            _(
                "Tệp nặng %(mb)s MB, quá mức 20 MB. Hãy bỏ ảnh và trang tính thừa, hoặc chia tệp theo đơn vị.",
                mb=len(content) // 1_048_576,
            )
        )
    if not content.strip():
        raise UnreadableRoster(_("Tệp trống. Hãy chọn lại tệp danh sách."))
    if content[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        return _workbook(content)
    return [list(_text(content, file_name))]


def _workbook(content: bytes) -> list[list[SheetRow]]:
    broken = _(
        "Không mở được bảng tính: tệp hỏng hoặc có mật khẩu. "
        "Hãy mở tệp bằng Excel, bỏ mật khẩu nếu có, lưu lại dạng .xlsx rồi gửi lại."
    )
    if content.startswith(b"PK"):
        try:
            unpacked = sum(member.file_size for member in zipfile.ZipFile(io.BytesIO(content)).infolist())
        except zipfile.BadZipFile as error:
            raise UnreadableRoster(broken) from error
        if unpacked > MOST_UNPACKED:
            raise UnreadableRoster(_("Tệp giải nén ra lớn bất thường nên bị từ chối. Hãy lưu lại chỉ với danh sách."))
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        found = []
        for name in workbook.sheet_names:
            sheet = workbook.get_sheet_by_name(name)
            _refuse_too_long(sheet.total_height, sheet.total_height * sheet.total_width)
            found.append(list(_filled(name, sheet.to_python(skip_empty_area=False))))
    except UnreadableRoster:
        raise
    except Exception as error:  # the reader raises its own kinds, and Rust panics, for damaged files
        raise UnreadableRoster(broken) from error
    return found


def _refuse_too_long(rows: int, cells: int) -> None:
    if rows > MOST_ROWS or cells > MOST_CELLS:
        raise UnreadableRoster(
            _(
                "Danh sách dài %(rows)s dòng, quá mức %(most)s dòng. "
                "Hãy xóa các dòng trống thừa, hoặc chia tệp theo đơn vị.",
                rows=rows,
                most=MOST_ROWS,
            )
        )


def _text(content: bytes, file_name: str) -> Iterator[SheetRow]:
    text = _decoded(content, file_name)
    lines = text.splitlines()
    _refuse_too_long(len(lines), len(text))
    first = next((line for line in lines if line.strip()), "")
    # The separator is the sign that cuts the first line into most pieces outside quotes.
    counts = {sign: len(next(csv.reader([first], delimiter=sign), [])) for sign in (";", ",", "\t")}
    separator = max(counts, key=lambda sign: counts[sign])
    try:
        yield from _filled("", list(csv.reader(io.StringIO(text), delimiter=separator)))
    except csv.Error as error:
        raise UnreadableRoster(
            _("Không đọc được tệp CSV: dấu ngoặc kép hoặc ô quá dài. Hãy lưu lại tệp dạng .xlsx rồi gửi.")
        ) from error


def _decoded(content: bytes, file_name: str) -> str:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableRoster(
            _(
                "Tệp “%(name)s” không phải bảng tính và không ở dạng chữ UTF-8. "
                "Hãy lưu dạng .xlsx hoặc “CSV UTF-8” rồi gửi lại.",
                name=file_name,
            )
        ) from error
    if "\x00" in text:
        raise UnreadableRoster(
            _("Tệp “%(name)s” không phải danh sách. Hãy gửi tệp .xlsx, .xls, .ods hoặc .csv.", name=file_name)
        )
    return text


def _filled(sheet: str, rows: list[list[Any]]) -> Iterator[SheetRow]:
    """Rows with something in them; blank ones are skipped but counted."""
    for number, cells in enumerate(rows, start=1):
        if any(cell not in ("", None) and str(cell).strip() for cell in cells):
            yield SheetRow(sheet, number, tuple("" if cell is None else cell for cell in cells))
