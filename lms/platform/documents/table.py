"""One description of a table that yields HTML cells, CSV, XLSX and PDF alike."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import IO, Any

import xlsxwriter

from lms.platform import vietnamese
from lms.platform.clock import VIETNAM
from lms.platform.columns import FOREVER


class Format(Enum):
    """How a column's values are written."""

    TEXT = "text"
    WHOLE = "whole"
    DECIMAL = "decimal"
    PERCENT = "percent"
    """A number from 0 to 100."""
    DAY = "day"
    MOMENT = "moment"


@dataclass(frozen=True)
class Column:
    """A column: key in the row, Vietnamese heading, format, width in characters for the spreadsheet."""

    key: str
    heading: str
    format: Format = Format.TEXT
    width: int = 14

    @property
    def is_number(self) -> bool:
        """Whether it is set to the right."""
        return self.format in (Format.WHOLE, Format.DECIMAL, Format.PERCENT)

    def text(self, value: Any) -> str:
        """The value as people read it in Vietnamese."""
        if value is None or value == "":
            return "–" if self.format is Format.PERCENT else ""
        match self.format:
            case Format.WHOLE:
                return vietnamese.number(value, 0)
            case Format.DECIMAL:
                return vietnamese.number(value)
            case Format.PERCENT:
                return vietnamese.number(value, 2)
            case Format.DAY:
                return vietnamese.short_day(value)
            case Format.MOMENT:
                return vietnamese.short_moment(value)
            case _:
                return str(value)


@dataclass(frozen=True)
class Table:
    """A titled table. `rows` are mappings or objects with the columns' keys; they may be a stream."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Any]
    notes: Sequence[str] = field(default=())
    """Lines above the head: what the figures are, as of when."""
    total: Any | None = None
    """A last row of sums, written bold."""
    made_at: datetime | None = None
    """The moment that a spreadsheet tells as that of its making; None: now. Given, the same table is the same bytes."""


def value_of(row: Any, key: str) -> Any:
    """A row's value for a key, from a mapping or an attribute; None for an open end, which is never printed."""
    value = row[key] if isinstance(row, dict) else getattr(row, key)
    return None if value == FOREVER else value


def csv_lines(table: Table) -> Iterator[str]:
    """CSV as Excel in a Vietnamese Windows opens it: UTF-8 with BOM, semicolons, decimal commas."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")

    def flush() -> str:
        text = buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        return text

    writer.writerow([column.heading for column in table.columns])
    yield "\ufeff" + flush()
    rows = table.rows if table.total is None else (*table.rows, table.total)
    for count, row in enumerate(rows, 1):
        writer.writerow([_csv_value(column, value_of(row, column.key)) for column in table.columns])
        if count % 500 == 0:
            yield flush()
    yield flush()


def _csv_value(column: Column, value: Any) -> str:
    if value is None:
        return ""
    if column.is_number:
        return str(value).replace(".", ",")
    text = column.text(value)
    # A cell that a spreadsheet would run as a formula is written as text.
    return "'" + text if text and text[0] in "=+-@\t\r" else text


def write_xlsx(table: Table, target: Path | IO[bytes], *, sheet: str = "Số liệu") -> None:
    """Write the table: real numbers and days, frozen head, filter, sums, print set-up on A4 landscape."""
    book = xlsxwriter.Workbook(
        str(target) if isinstance(target, Path) else target,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "default_date_format": "dd/mm/yyyy",
        },
    )
    if table.made_at is not None:
        book.set_properties({"created": table.made_at.replace(tzinfo=None, microsecond=0)})
    base = {"font_name": "Times New Roman", "font_size": 11, "valign": "top", "border": 1}
    styles = {
        (kind, bold): book.add_format({**base, "bold": bold, **extra})
        for bold in (False, True)
        for kind, extra in _XLSX_FORMATS.items()
    }
    head = book.add_format(
        {**base, "bold": True, "text_wrap": True, "align": "center", "valign": "vcenter", "bg_color": "#F2F2F2"}
    )
    title = book.add_format({"font_name": "Times New Roman", "font_size": 14, "bold": True})
    note = book.add_format({"font_name": "Times New Roman", "font_size": 11, "italic": True})
    ws = book.add_worksheet(sheet)
    for place, column in enumerate(table.columns):
        ws.set_column(place, place, column.width)
    ws.write_string(0, 0, table.title, title)
    for line, text in enumerate(table.notes, 1):
        ws.write_string(line, 0, text, note)
    top = len(table.notes) + 2
    for place, column in enumerate(table.columns):
        ws.write_string(top, place, column.heading, head)
    last_row = _write_rows(ws, top, table.columns, table.rows, styles, bold=False)
    if table.total is not None:
        _write_rows(ws, last_row, table.columns, [table.total], styles, bold=True)
    ws.freeze_panes(top + 1, 0)
    ws.autofilter(top, 0, last_row, len(table.columns) - 1)
    ws.set_landscape()
    ws.set_paper(9)
    ws.fit_to_pages(1, 0)
    ws.repeat_rows(top)
    ws.set_margins(left=0.8, right=0.6, top=0.8, bottom=0.8)
    ws.set_footer('&L&"Times New Roman,Italic"&9' + table.title[:80].replace("&", "&&") + "&R&P/&N")
    book.close()


_XLSX_FORMATS: dict[Format, dict[str, Any]] = {
    Format.TEXT: {"text_wrap": True},
    Format.WHOLE: {"num_format": "#,##0"},
    Format.DECIMAL: {"num_format": "#,##0.##"},
    Format.PERCENT: {"num_format": "0.00"},
    Format.DAY: {"num_format": "dd/mm/yyyy"},
    Format.MOMENT: {"num_format": "dd/mm/yyyy hh:mm"},
}


def _write_rows(
    ws: Any, last: int, columns: Sequence[Column], rows: Iterable[Any], styles: dict[Any, Any], *, bold: bool
) -> int:
    """Write rows below row `last`; returns the number of the last one."""
    cells = [(place, column, column.key, styles[(column.format, bold)]) for place, column in enumerate(columns)]
    write_string = ws.write_string
    for row in rows:
        last += 1
        held = row if isinstance(row, dict) else None
        for place, column, key, style in cells:
            value = getattr(row, key) if held is None else held[key]
            if type(value) is str and value:  # most of what there is
                write_string(last, place, value, style)
            else:
                _write_other(ws, last, place, column, value, style)
    return last


def _write_other(ws: Any, number: int, place: int, column: Column, value: Any, style: Any) -> None:
    if value is None or value == "" or value == FOREVER:
        ws.write_blank(number, place, None, style)
    elif isinstance(value, datetime):
        ws.write_datetime(number, place, value.astimezone(VIETNAM).replace(tzinfo=None), style)
    elif isinstance(value, date):
        ws.write_datetime(number, place, value, style)
    elif isinstance(value, (int, float, Decimal)) and column.is_number:
        ws.write_number(number, place, value, style)
    else:
        ws.write_string(number, place, str(value), style)
