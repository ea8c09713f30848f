"""Opening a roster file: workbook or text, whatever its program, as rows of cells that know where they stand."""

import io
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from python_calamine import CalamineWorkbook, SheetVisibleEnum

from lms.organisation.roster import apart, letters
from lms.organisation.roster.delimited import cells_of
from lms.organisation.roster.letters import Letters
from lms.organisation.roster.opening import (
    MOST_BYTES,
    MOST_ROWS,
    Format,
    Hidden,
    Opened,
    UnreadableRoster,
    broken,
    look_into,
    refuse_too_long,
)

__all__ = ["MOST_BYTES", "MOST_ROWS", "Cell", "Sheet", "SheetRow", "UnreadableRoster", "book", "sheets"]

Cell = str | float | bool | date | datetime
"""What a cell can hold; an empty one is ""."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row that is not empty: sheet name ("" in a text file), row number as the program shows it, cells."""

    sheet: str
    number: int
    cells: tuple[Cell, ...]


@dataclass
class Sheet:
    """A sheet with what it hides and what was done to its letters."""

    name: str
    rows: list[SheetRow]
    is_hidden: bool = False
    merged: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    """First cell of a merged range (row and column from 0) → its last cell."""
    hidden: Hidden = field(default_factory=Hidden)
    old_letters: dict[Letters, int] = field(default_factory=dict)
    """Cells in TCVN3 or VNI that were made Unicode."""
    decomposed: int = 0
    """Cells whose marks stood apart from their letters and were composed."""
    doubtful: dict[tuple[int, int], str] = field(default_factory=dict)
    """Row number and column (from 0) → the other way in which the letters of the cell can be read."""


def sheets(content: bytes, file_name: str) -> list[list[SheetRow]]:
    """The rows of each sheet. Size is checked before anything is opened; raises UnreadableRoster."""
    return [sheet.rows for sheet in book(content, file_name)]


def book(content: bytes, file_name: str) -> list[Sheet]:
    """Each sheet of the file, its old Vietnamese letters made Unicode; raises UnreadableRoster."""
    opened = look_into(content)
    if opened.format is Format.TEXT:
        found = [Sheet("", list(_filled("", cells_of(content, file_name))))]
    elif opened.format is Format.XLS:
        found = _old_workbook(content)
    else:
        found = _workbook(content, opened)
    for sheet in found:
        _modern(sheet)
    return found


def _old_workbook(content: bytes) -> list[Sheet]:
    try:
        found = apart.read(content)
    except apart.GaveUp as error:
        raise broken() from error
    for _name, _hidden, rows, _left, _merged in found:
        refuse_too_long(len(rows), len(rows) * len(rows[0]) if rows else 0)
    return [
        Sheet(name, list(_filled(name, rows, left=left)), is_hidden, merged)
        for name, is_hidden, rows, left, merged in found
    ]


def _workbook(content: bytes, opened: Opened) -> list[Sheet]:
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return [
            _sheet(workbook, told.name, opened, is_hidden=told.visible is not SheetVisibleEnum.Visible)
            for told in workbook.sheets_metadata
        ]
    except (UnreadableRoster, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # its own kinds for damaged files; a panic of the reader is not even an Exception
        raise broken() from error


def _sheet(workbook: CalamineWorkbook, name: str, opened: Opened, *, is_hidden: bool) -> Sheet:
    sheet = workbook.get_sheet_by_name(name)
    refuse_too_long(sheet.total_height, sheet.total_height * sheet.total_width)
    # The iterator tells blank rows at the top, but not blank columns at the left.
    rows = list(_filled(name, sheet.iter_rows(), left=sheet.start[1] if sheet.start else 0))
    merged = dict(sheet.merged_cell_ranges or ())
    return Sheet(name, rows, is_hidden, merged, opened.hidden.get(name, Hidden()))


def _filled(name: str, rows: Iterable[list[Any]], *, left: int = 0) -> Iterator[SheetRow]:
    """Rows with something in them; blank ones are skipped but counted."""
    # Most cells of a list say what other cells say: they are kept once.
    same: dict[Any, Any] = {}
    pad = ("",) * left
    for number, cells in enumerate(rows, start=1):
        filled = tuple(same.setdefault(cell, cell) if type(cell) is str else _plain(cell) for cell in cells)
        if any(cell != "" and (type(cell) is not str or cell.strip()) for cell in filled):
            yield SheetRow(name, number, pad + filled)


def _plain(cell: Any) -> Cell:
    """A cell of one of the kinds that are read on; durations and times of day are no data of people."""
    if cell is None or isinstance(cell, (timedelta, time)):
        return ""
    return cell


@lru_cache(maxsize=4096)
def _is_old(text: str) -> bool:
    return letters.letters_of(text) in (Letters.TCVN3, Letters.VNI)


def _modern(sheet: Sheet) -> None:
    """Make the old letters of a sheet Unicode; a cell that reads well in two ways is read as its surroundings are."""
    kinds: dict[int, Letters] = {}
    counted: dict[Letters, int] = {}
    of_column: dict[int, dict[Letters, int]] = {}
    for at, row in enumerate(sheet.rows):
        for column, cell in enumerate(row.cells):
            if type(cell) is not str or cell.isascii():
                continue
            sheet.decomposed += not unicodedata.is_normalized("NFC", cell)
            way = letters.letters_of(cell)
            if way in (Letters.TCVN3, Letters.VNI, Letters.UNICODE):
                counted[way] = counted.get(way, 0) + 1
                told = of_column.setdefault(column, {})
                told[way] = told.get(way, 0) + 1
                if way is not Letters.UNICODE:
                    kinds[at] = way
    old: dict[Letters, int] = {way: n for way, n in counted.items() if way is not Letters.UNICODE}
    sheet.old_letters = old
    main = max(old, key=lambda way: old[way]) if old else Letters.UNICODE
    for at, row in enumerate(sheet.rows):
        if any(type(cell) is str and not cell.isascii() for cell in row.cells):
            cells = tuple(
                _read(sheet, row, n, cell, main, kinds.get(at), of_column) for n, cell in enumerate(row.cells)
            )
            sheet.rows[at] = SheetRow(row.sheet, row.number, cells)


def _read(
    sheet: Sheet,
    row: SheetRow,
    column: int,
    cell: Cell,
    main: Letters,
    of_row: Letters | None,
    of_column: dict[int, dict[Letters, int]],
) -> Cell:
    if type(cell) is not str or cell.isascii():
        return cell
    way = letters.letters_of(cell)
    if way in (Letters.TCVN3, Letters.VNI) and way is not main and sheet.old_letters[main] > 4 * sheet.old_letters[way]:
        way = main  # a short word by itself is weak evidence against the whole sheet
    if way is Letters.EITHER:
        if main is Letters.UNICODE:
            way = Letters.UNICODE
        else:
            told = of_column.get(column, {})
            way = of_row or (main if told.get(main, 0) > told.get(Letters.UNICODE, 0) else Letters.UNICODE)
            other = letters.read_as(cell, Letters.UNICODE if way is not Letters.UNICODE else main)
            mixed = bool(told.get(Letters.UNICODE)) and bool(told.get(main))
            if mixed and other != letters.read_as(cell, way):
                sheet.doubtful[(row.number, column)] = other
    return letters.read_as(cell, way)
