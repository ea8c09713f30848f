"""The old binary workbooks (.xls) are read in a process of their own, with little time and memory.

A damaged one can send the reader round in circles or make it ask for all memory there is; neither can be stopped from
within. Run as a program, this reads a workbook from its input and writes its sheets.
"""

import io
import pickle
import resource
import subprocess
import sys
from typing import Any

SECONDS, BYTES = 20, 1_500 * 1024 * 1024


class GaveUp(Exception):
    """The reader failed, or took too long, or too much."""


def read(content: bytes) -> list[tuple[str, bool, list[list[Any]], int, dict[Any, Any]]]:
    """Name, whether it is hidden, rows, empty columns at the left and merged cells of each sheet; raises GaveUp."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", __file__], input=content, capture_output=True, timeout=SECONDS + 10, check=True
        )
        found: list[tuple[str, bool, list[list[Any]], int, dict[Any, Any]]] = pickle.loads(done.stdout)
    except (subprocess.SubprocessError, OSError, pickle.UnpicklingError, EOFError) as error:
        raise GaveUp from error
    return found


def _main() -> None:
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    found = []
    for told in workbook.sheets_metadata:
        sheet = workbook.get_sheet_by_name(told.name)
        left = sheet.start[1] if sheet.start else 0
        hidden = told.visible is not SheetVisibleEnum.Visible
        found.append((told.name, hidden, list(sheet.iter_rows()), left, dict(sheet.merged_cell_ranges or ())))
    sys.stdout.buffer.write(pickle.dumps(found, protocol=pickle.HIGHEST_PROTOCOL))


if __name__ == "__main__":
    _main()
