"""Rosters made for a test, and the office's own samples."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lms.organisation.roster.records import HEADINGS

SAMPLES = Path(__file__).parents[1] / "samples" / "rosters"
CLEAN = SAMPLES / "01_quan_ba_dinh_mau_chuan.xlsx"
NEXT_QUARTER = SAMPLES / "02_quan_ba_dinh_quy_sau.xlsx"
AS_CSV = SAMPLES / "06_thi_xa_son_tay.csv"
EXPECTED: dict[str, Any] = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))

DEFAULTS = {
    "personal_id": "001192000089",
    "full_name": "Đặng Thị Ánh",
    "staff_category": "công chức",
    "department": "Phòng Nội vụ",
}


def row(**cells: str) -> dict[str, str]:
    """A row with everything that is needed; `cells` replace or add."""
    return {**DEFAULTS, **cells}


def as_csv(
    rows: Sequence[Mapping[str, str]], *, separator: str = ";", columns: Sequence[str] = (), before: str = ""
) -> bytes:
    """A CSV file as Excel saves it: with a byte order mark, the columns that the rows use unless told."""
    used = list(columns) or [name for name in HEADINGS if name in DEFAULTS or any(name in cells for cells in rows)]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator)
    writer.writerow([HEADINGS[name] for name in used])
    writer.writerows([cells.get(name, "") for name in used] for cells in rows)
    return (before + text.getvalue()).encode("utf-8-sig")
