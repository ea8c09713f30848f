"""A workbook as it was sent gets colours and notes, in a process of its own with little time and memory.

A file from outside is opened by a library that builds all of it; neither its time nor its memory can be bounded from
within. Run as a program, this reads what to do from its input and writes the marked workbook.
"""

import io
import pickle
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

SECONDS, BYTES = 60, 1_500 * 1024 * 1024

AUTHOR = "Bồi dưỡng số"
NOTES = "Ghi chú của hệ thống"
"""The sheet that is added; it is never read as a list."""
COLOURS = {"error": "FFC7CE", "warning": "FFEB9C", "mended": "C6EFCE", "dropped": "D9D9D9"}


class GaveUp(Exception):
    """The library failed, or took too long, or too much."""


def mark(
    content: bytes,
    marks: Sequence[tuple[str, int, int, str, str]],
    values: Sequence[tuple[str, int, int, str]],
    told: Sequence[Sequence[str]],
) -> bytes:
    """Colour cells and give them notes; raises GaveUp.

    `marks`: sheet, row from 1, column from 0, colour, note; `values`: sheet, row, column, text to stand there; `told`: the
    rows of the sheet of notes. Formulas are replaced by their results: a file from outside hands on no formula of ours.
    """
    wanted = pickle.dumps((content, list(marks), list(values), [list(row) for row in told]))
    try:
        done = subprocess.run(
            [sys.executable, "-I", __file__], input=wanted, capture_output=True, timeout=SECONDS + 10, check=True
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise GaveUp from error
    return done.stdout


def _main() -> None:
    import openpyxl
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    content, marks, values, told = pickle.loads(sys.stdin.buffer.read())
    workbook = openpyxl.load_workbook(io.BytesIO(content), data_only=True, keep_links=False)
    if NOTES in workbook.sheetnames:
        del workbook[NOTES]
    firsts = {sheet.title: _firsts(sheet) for sheet in workbook.worksheets}
    for sheet in workbook.worksheets:
        _forget(sheet)
    for name, row, column, text in values:
        cell = _cell(workbook, firsts, name, row, column)
        cell.value, cell.data_type, cell.number_format = text, "s", "@"
    for name, row, column, colour, note in marks:
        cell = _cell(workbook, firsts, name, row, column)
        cell.fill = PatternFill("solid", start_color=COLOURS[colour])
        before = f"{cell.comment.text}\n" if cell.comment else ""
        cell.comment = Comment(f"{before}{note}"[:4000], AUTHOR, height=120, width=320)
    notes = workbook.create_sheet(NOTES)
    for number, row in enumerate(told, start=1):
        for column, text in enumerate(row, start=1):
            cell = notes.cell(number, column)
            cell.value, cell.data_type = text, "s"
    for letters, width in zip("ABCDE", (20, 8, 8, 30, 90), strict=True):
        notes.column_dimensions[letters].width = width
    out = io.BytesIO()
    workbook.save(out)
    sys.stdout.buffer.write(out.getvalue())


def _firsts(sheet: Any) -> Mapping[tuple[int, int], tuple[int, int]]:
    """Cells inside merged ranges → the first cell of the range, the only one that is shown."""
    found = {}
    for held in sheet.merged_cells.ranges:
        if held.size["rows"] * held.size["columns"] <= 10_000:
            for place in held.cells:
                found[place] = (held.min_row, held.min_col)
    return found


def _cell(workbook: Any, firsts: Mapping[str, Any], name: str, row: int, column: int) -> Any:
    return workbook[name].cell(*firsts[name].get((row, column + 1), (row, column + 1)))


def _forget(sheet: Any) -> None:
    """Take away the notes and colours that an earlier file of ours still bears."""
    from openpyxl.styles import PatternFill

    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment is not None and cell.comment.author == AUTHOR:
                cell.comment, cell.fill = None, PatternFill()


if __name__ == "__main__":
    _main()
