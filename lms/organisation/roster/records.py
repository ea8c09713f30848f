"""What a roster says: people, problems row by row, and what was done to make sense of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

HEADINGS: Mapping[str, str] = {
    "personal_id": "Số định danh cá nhân",
    "staff_code": "Mã cán bộ",
    "full_name": "Họ và tên",
    "birth_date": "Ngày sinh",
    "sex": "Giới tính",
    "staff_category": "Loại nhân sự",
    "department": "Phòng, ban",
    "title": "Chức vụ, chức danh",
    "rank_code": "Mã ngạch",
    "email": "Thư điện tử",
    "phone": "Điện thoại",
    "since": "Ngày về đơn vị",
}
"""Field → the heading of the clean template; also how messages name the field."""

LENGTHS = {
    "full_name": 120, "department": 160, "title": 160, "rank_code": 24, "email": 160, "phone": 24, "staff_code": 40,
}  # fmt: skip

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row, where, and how to put it right. An error leaves the row out; a warning does not."""

    sheet: str
    row: int
    field: str
    code: str
    severity: str
    message: str
    who: str = ""
    """The name in the row."""
    said: str = ""
    """What the cell says; most of a personal number is hidden."""
    of_row: int | None = None
    """The earlier row of the same person."""
    offer: str = ""
    """What the cell is likely meant to say."""
    column: int | None = None
    """Where the cell stands, from 0; None when the sheet has no such column."""
    of_sheet: str = ""
    """The sheet of that earlier row."""
    cell: str = ""
    """The whole cell as text, for whoever puts it right; pages and logs show `said`."""


@dataclass(frozen=True, slots=True)
class Note:
    """What was done to make sense of the file, and where: nothing is guessed without saying so."""

    sheet: str
    code: str
    message: str
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """A person as a row tells. Empty text: the row does not say."""

    sheet: str
    row: int
    personal_id: str
    full_name: str
    category: str
    department: str
    birth_date: date | None = None
    sex: str = ""
    title: str = ""
    rank_code: str = ""
    email: str = ""
    phone: str = ""
    staff_code: str = ""
    since: date | None = None
    birth_year: int | None = None
    """The year, where the row tells nothing more of the birth."""


@dataclass(frozen=True)
class Choices:
    """What somebody said about a file by hand."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Heading → field; "" for a column of no use."""
    department: str = ""
    """The department of everybody for whom the file names none."""
    staff_category: str = ""
    """The same for the kind of staff: a StaffCategory value."""
    fixes: Mapping[tuple[str, int], Mapping[str, str]] = field(default_factory=dict)
    """Sheet and row → field → what the cell should say."""
    dropped: frozenset[tuple[str, int]] = frozenset()
    """Rows to leave out."""


@dataclass(frozen=True)
class Roster:
    """What a file says."""

    records: tuple[Record, ...]
    problems: tuple[Problem, ...]
    mentioned: frozenset[str]
    """Numbers, staff codes and names of rows that were left out: whoever is meant has not left."""
    fields: frozenset[str]
    """The columns the file has; what it does not have it does not change."""
    rows: int
    """Rows of people."""
    unnumbered: tuple[Record, ...] = ()
    """Sound rows without a personal number: only somebody who is already known can be meant."""
    notes: tuple[Note, ...] = ()

    @property
    def left_out(self) -> int:
        """Rows that cannot be used."""
        return self.rows - len(self.records)
