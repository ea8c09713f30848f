"""Finding the header of a roster: Vietnamese column names, spelt in many ways, in any order."""

import re
from collections.abc import Mapping, Sequence

from flask_babel import gettext as _

from lms.organisation.roster.sheets import SheetRow, UnreadableRoster
from lms.platform.vietnamese import fold

NAMES: Mapping[str, tuple[str, ...]] = {
    "personal_id": (
        "so dinh danh ca nhan", "so dinh danh", "so cccd", "cccd", "so can cuoc", "can cuoc", "can cuoc cong dan",
        "so can cuoc cong dan", "so cccd dinh danh", "so cccd so dinh danh", "ma dinh danh", "ma dinh danh ca nhan",
        "so dinh danh ca nhan cccd", "dinh danh",
    ),
    "staff_code": ("ma can bo", "ma nhan su", "ma nhan vien", "ma so can bo", "ma cbccvc", "ma cb", "ma so"),
    "full_name": ("ho va ten", "ho ten", "ho ten khai sinh", "ho va ten khai sinh", "ten", "ho dem va ten"),
    "birth_date": ("ngay sinh", "ngay thang nam sinh", "sinh ngay", "nam sinh", "ngay thang sinh"),
    "sex": ("gioi tinh", "gioi", "nam nu", "phai"),
    "staff_category": (
        "loai nhan su", "loai", "doi tuong", "loai can bo", "loai lao dong", "cbccvc",
        "doi tuong nhan su", "nhom nhan su",
    ),
    "department": (
        "phong ban", "phong", "bo phan", "phong ban don vi", "don vi cong tac", "phong ban bo phan", "to bo phan",
        "phong chuyen mon",
    ),
    "title": (
        "chuc vu chuc danh", "chuc vu", "chuc danh", "chuc danh chuc vu", "chuc vu chuc danh nghe nghiep",
        "vi tri viec lam",
    ),
    "rank_code": ("ma ngach", "ngach", "ma ngach hang", "ma so ngach", "ma ngach cdnn", "ma cdnn", "ngach hang"),
    "email": ("thu dien tu", "email", "e mail", "email cong vu", "thu dien tu cong vu", "hop thu cong vu",
              "dia chi email"),
    "phone": ("dien thoai", "so dien thoai", "di dong", "dt", "sdt", "dien thoai di dong", "dtdd"),
    "since": (
        "ngay ve don vi", "ngay ve", "ngay vao co quan", "ngay bat dau", "ngay tuyen dung", "tu ngay",
        "ngay nhan cong tac", "ngay ve co quan",
    ),
}  # fmt: skip
"""Field → folded names without punctuation, as offices write them."""

NEEDED = ("personal_id", "full_name", "staff_category", "department")
"""Without one of these columns a roster says too little to be compared."""

LOOK_AHEAD = 40
"""Title blocks above the header are at most this long."""

_FIELD_OF = {name: field for field, names in NAMES.items() for name in names}


def plain(text: object) -> str:
    """A heading as it is looked up: folded, without punctuation."""
    return " ".join(re.findall(r"[a-z0-9]+", fold(str(text))))


def header(rows: Sequence[SheetRow]) -> tuple[int, dict[str, int]] | None:
    """Where the header stands among the rows, and field → column; None when the sheet has none.

    A heading used twice counts once, the first time.
    """
    best: tuple[int, dict[str, int]] | None = None
    for place, row in enumerate(rows[:LOOK_AHEAD]):
        found: dict[str, int] = {}
        for column, cell in enumerate(row.cells):
            field = _FIELD_OF.get(plain(cell)) if isinstance(cell, str) else None
            if field:
                found.setdefault(field, column)
        if len(found) >= 3 and (best is None or len(found) > len(best[1])):
            best = place, found
    return best


def refuse_missing(columns: Mapping[str, int], sheet: str, headings: Mapping[str, str]) -> None:
    """Raise UnreadableRoster when a needed column is not there, naming it."""
    if missing := [headings[field] for field in NEEDED if field not in columns]:
        where = _("trang tính “%(sheet)s”", sheet=sheet) if sheet else _("tệp")
        raise UnreadableRoster(
            _(
                "Không thấy cột %(columns)s trong %(where)s. Hãy đặt tên cột ở dòng tiêu đề đúng như vậy rồi gửi lại.",
                columns=", ".join(f"“{name}”" for name in missing),
                where=where,
            )
        )
