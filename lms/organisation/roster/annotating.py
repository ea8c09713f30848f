"""The file of a roster with its wrong cells coloured and a note in each, to be put right in Excel and sent again."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import xlsxwriter
from flask_babel import gettext as _

from lms.organisation.roster import marking, reading
from lms.organisation.roster.layout import PARTS_OF, Header, column_letters
from lms.organisation.roster.marking import COLOURS, NOTES
from lms.organisation.roster.opening import Format, look_into
from lms.organisation.roster.records import Choices, Problem, Roster
from lms.organisation.roster.sheets import Cell, Sheet, SheetRow, book

MOST_KEPT = 400_000
"""Cells of a workbook up to which its own layout is kept, or all of it is written anew; of larger ones only the notes."""
DAY = "dd/mm/yyyy"
LIST = "Danh sách"
"""What the one sheet of a text file is called."""


@dataclass(frozen=True)
class Mark:
    """A cell to be coloured, and what its note says."""

    sheet: str
    row: int
    column: int
    colour: str
    note: str


def annotated(content: bytes, file_name: str, roster: Roster, choices: Choices, more: Iterable[Problem] = ()) -> bytes:
    """The file as an .xlsx with its faults marked, and what was put right on the page written in.

    A workbook of that format keeps its layout; others get the same rows and columns. `more`: problems found by comparing.
    Raises UnreadableRoster like the reader, whose limits hold.
    """
    opened = look_into(content)
    sheets = [sheet for sheet in book(content, file_name) if sheet.name != NOTES]
    headers = dict(reading.headers_of(sheets, choices))
    marks = [*_of_problems([*roster.problems, *more], headers)]
    values, mended = _mended(choices, sheets, headers)
    marks += mended
    told = _told(marks)
    if sum(len(row.cells) for sheet in sheets for row in sheet.rows) > MOST_KEPT:
        return _anew([], [], [], told)
    if opened.format is Format.XLSX:
        try:
            flat = [(m.sheet, m.row, m.column, m.colour, m.note) for m in marks]
            return marking.mark(content, flat, values, told)
        except marking.GaveUp:
            pass  # the layout is lost, not the notes
    return _anew(sheets, marks, values, told)


def _place(field: str, header: Header | None) -> int:
    """The column that tells a field; the name's, or the first, when none does."""
    if header is None:
        return 0
    at = header.places
    for name in (field, *PARTS_OF.get(field, ()), "full_name", "family_part", "personal_id"):
        if name in at:
            return at[name]
    return 0


def _of_problems(problems: Iterable[Problem], headers: Mapping[str, Header]) -> Iterable[Mark]:
    for p in problems:
        column = p.column if p.column is not None else _place(p.field, headers.get(p.sheet))
        yield Mark(p.sheet, p.row, column, p.severity, p.message)


def _mended(
    choices: Choices, sheets: Sequence[Sheet], headers: Mapping[str, Header]
) -> tuple[list[tuple[str, int, int, str]], list[Mark]]:
    """What was put right on the page: text to write, and its marks; rows that were left out are only marked."""
    known = {(sheet.name, row.number) for sheet in sheets for row in sheet.rows}
    values, marks = [], []
    for (sheet, row), cells in choices.fixes.items():
        for field, said in cells.items():
            header = headers.get(sheet)
            if header is None or (sheet, row) not in known:
                continue
            column = _place(field, header)
            if field in header.places:
                values.append((sheet, row, column, said))
            marks.append(Mark(sheet, row, column, "mended", _("Đã sửa trên trang thành: %(said)s", said=said or "–")))
    for sheet, row in choices.dropped:
        if (sheet, row) in known:
            column = _place("full_name", headers.get(sheet))
            marks.append(Mark(sheet, row, column, "dropped", _("Dòng này đã được bỏ trên trang. Hãy xóa dòng.")))
    return values, marks


def _told(marks: Sequence[Mark]) -> list[list[str]]:
    """The rows of the sheet of notes."""
    words = {
        "error": _("sai, chưa dùng được"), "warning": _("nên xem lại"), "mended": _("đã sửa trên trang"),
        "dropped": _("đã bỏ trên trang"),
    }  # fmt: skip
    rows = [
        [_("Ô đỏ: sai, dòng chưa dùng được. Ô vàng: nên xem lại. Ô xanh: đã sửa trên trang. Ô xám: dòng đã bỏ.")],
        [_("Sửa ngay trong trang tính của danh sách, lưu rồi gửi lại. Trang ghi chú này không được đọc.")],
        [_("Trang tính"), _("Dòng"), _("Ô"), _("Mức"), _("Vì sao, và cách sửa")],
    ]
    for mark in sorted(marks, key=lambda mark: (mark.sheet, mark.row, mark.column)):
        cell = f"{column_letters(mark.column)}{mark.row}"
        rows.append([mark.sheet or LIST, str(mark.row), cell, words[mark.colour], mark.note])
    return rows


def _anew(
    sheets: Sequence[Sheet],
    marks: Sequence[Mark],
    values: Sequence[tuple[str, int, int, str]],
    told: Sequence[Sequence[str]],
) -> bytes:
    """The same rows and columns in a workbook of our own; text stays text, whatever sign it begins with."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    workbook = xlsxwriter.Workbook(out, options)
    looks = {
        (colour, shape): workbook.add_format({"num_format": shape, **({"bg_color": f"#{code}"} if code else {})})
        for colour, code in {**COLOURS, "": ""}.items()
        for shape in ("@", "General", DAY)
    }
    for sheet in sheets:
        page = workbook.add_worksheet(_name(sheet.name))
        page.set_column(0, max((len(row.cells) for row in sheet.rows), default=1), 18)
        here = [mark for mark in marks if mark.sheet == sheet.name]
        colours = {(mark.row, mark.column): mark.colour for mark in here}
        said = {(row, column): text for name, row, column, text in values if name == sheet.name}
        for row in sheet.rows:
            _write(page, row, colours, said, looks)
        notes: dict[tuple[int, int], list[str]] = {}
        for mark in here:
            notes.setdefault((mark.row, mark.column), []).append(mark.note)
        for (number, column), lines in notes.items():
            page.write_comment(number - 1, column, "\n".join(lines)[:4000], {"author": marking.AUTHOR, "x_scale": 2.5})
        for (top, left), (bottom, right) in sheet.merged.items():
            if (bottom, right) != (top, left):
                _merge(page, sheet, top, left, bottom, right, looks[colours.get((top + 1, left), ""), "@"])
    notes_page = workbook.add_worksheet(NOTES)
    for column, width in enumerate((20, 8, 8, 30, 90)):
        notes_page.set_column(column, column, width)
    for number, line in enumerate(told):
        for column, text in enumerate(line):
            notes_page.write_string(number, column, text)
    workbook.close()
    return out.getvalue()


def _name(name: str) -> str:
    return name or LIST


def _write(
    page: xlsxwriter.worksheet.Worksheet,
    row: SheetRow,
    colours: Mapping[tuple[int, int], str],
    said: Mapping[tuple[int, int], str],
    looks: Mapping[tuple[str, str], object],
) -> None:
    for column in range(max([len(row.cells), *(c + 1 for r, c in colours if r == row.number)])):
        at = (row.number, column)
        cell: Cell = said.get(at, row.cells[column] if column < len(row.cells) else "")
        look = looks[colours.get(at, ""), DAY if isinstance(cell, date) else "@"]
        if isinstance(cell, bool):
            page.write_boolean(row.number - 1, column, cell)
        elif isinstance(cell, (int, float)):
            page.write_number(row.number - 1, column, cell, looks[colours.get(at, ""), "General"])
        elif isinstance(cell, date):
            page.write_datetime(row.number - 1, column, cell, look)
        elif cell:
            page.write_string(row.number - 1, column, cell, look)
        elif at in colours:
            page.write_blank(row.number - 1, column, None, look)


def _merge(
    page: xlsxwriter.worksheet.Worksheet, sheet: Sheet, top: int, left: int, bottom: int, right: int, plain: object
) -> None:
    """Merge cells again; the text of the first one is written with them."""
    row = next((row for row in sheet.rows if row.number == top + 1), None)
    cell = row.cells[left] if row and left < len(row.cells) else ""
    if isinstance(cell, str):
        page.merge_range(top, left, bottom, right, "", plain)
        page.write_string(top, left, cell, plain)
