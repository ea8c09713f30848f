"""Reading people out of rows: each row becomes a record, or says in a sentence why it cannot."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from flask_babel import gettext as _

from lms.organisation import rules
from lms.organisation.models import StaffCategory
from lms.organisation.roster import columns
from lms.organisation.roster.sheets import Cell, SheetRow, UnreadableRoster, sheets
from lms.platform import vietnamese

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

CATEGORIES: Mapping[str, StaffCategory] = {
    "can bo": StaffCategory.OFFICIAL,
    "cb": StaffCategory.OFFICIAL,
    "cong chuc": StaffCategory.CIVIL_SERVANT,
    "cc": StaffCategory.CIVIL_SERVANT,
    "vien chuc": StaffCategory.PUBLIC_EMPLOYEE,
    "vc": StaffCategory.PUBLIC_EMPLOYEE,
    "hop dong lao dong": StaffCategory.WORKER,
    "hop dong": StaffCategory.WORKER,
    "hdld": StaffCategory.WORKER,
    "nguoi lao dong": StaffCategory.WORKER,
    "nld": StaffCategory.WORKER,
    "cong dong": StaffCategory.COMMUNITY,
    "to cong nghe so cong dong": StaffCategory.COMMUNITY,
    "to chuyen doi so cong dong": StaffCategory.COMMUNITY,
}

LENGTHS = {
    "full_name": 120, "department": 160, "title": 160, "rank_code": 24, "email": 160, "phone": 24, "staff_code": 40,
}  # fmt: skip

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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
    """Rows under the header."""

    @property
    def left_out(self) -> int:
        """Rows that cannot be used."""
        return self.rows - len(self.records)


def read(content: bytes, file_name: str, on: date) -> Roster:
    """Read a roster drawn up by the day `on`; raises UnreadableRoster when the file as a whole is of no use."""
    reading = _Reading(on)
    headless = True
    for rows in sheets(content, file_name):
        found = columns.header(rows)
        if found is None:
            continue
        headless = False
        place, places = found
        columns.refuse_missing(places, rows[place].sheet, HEADINGS)
        reading.fields.update(places)
        for row in rows[place + 1 :]:
            reading.take(row, places)
    if headless:
        raise UnreadableRoster(
            _(
                "Không tìm thấy dòng tiêu đề. Danh sách cần một dòng có các cột %(columns)s.",
                columns=", ".join(f"“{HEADINGS[name]}”" for name in columns.NEEDED),
            )
        )
    if not reading.rows:
        raise UnreadableRoster(_("Tệp chỉ có dòng tiêu đề, không có người nào. Hãy kiểm tra lại tệp."))
    return reading.result()


@dataclass
class _Reading:
    """The state of reading one file."""

    on: date
    records: dict[str, Record] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    mentioned: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)
    rows: int = 0

    def result(self) -> Roster:
        return Roster(
            tuple(self.records.values()),
            tuple(self.problems),
            frozenset(self.mentioned),
            frozenset(self.fields),
            self.rows,
        )

    def take(self, row: SheetRow, places: Mapping[str, int]) -> None:
        """Read one row under the header."""
        cells = {name: row.cells[at] for name, at in places.items() if at < len(row.cells)}
        self.rows += 1
        parsed = _Row(row, cells, self.on)
        record = parsed.record()
        if record is not None and (earlier := self.records.get(record.personal_id)):
            parsed.complain(
                "personal_id",
                "duplicate_in_file",
                _(
                    "Số định danh trùng với dòng %(row)s (%(name)s). Giữ một dòng là vị trí chính, xóa dòng còn lại.",
                    row=earlier.row,
                    name=earlier.full_name,
                ),
            )
            record = None
        elif record is None:
            self.mentioned.update(parsed.traces())
        self.problems += parsed.problems
        if record is not None:
            self.records[record.personal_id] = record


class _Row:
    """One row while it is being read."""

    def __init__(self, row: SheetRow, cells: Mapping[str, Cell], on: date) -> None:
        self.row, self.cells, self.on = row, cells, on
        self.problems: list[Problem] = []

    def complain(self, name: str, code: str, message: str, severity: str = ERROR) -> None:
        """Note a problem of this row."""
        said = _as_text(self.cells.get(name, ""))
        self.problems.append(
            Problem(
                self.row.sheet,
                self.row.number,
                name,
                code,
                severity,
                message,
                who=_as_text(self.cells.get("full_name", "")),
                said=vietnamese.masked_id(said) if name == "personal_id" else said[:60],
            )
        )

    def text(self, name: str) -> str:
        """A cell as clean text, cut to what the database keeps (with a warning)."""
        value = _as_text(self.cells.get(name, ""))
        most = LENGTHS.get(name)
        if most and len(value) > most:
            self.complain(
                name,
                "too_long",
                _(
                    "%(field)s dài quá %(most)s ký tự nên bị cắt bớt. Hãy viết gọn lại.",
                    field=HEADINGS[name],
                    most=most,
                ),
                WARNING,
            )
            value = value[:most].strip()
        return value

    def record(self) -> Record | None:
        """The person, or None when something that must be right is not."""
        personal_id = self._personal_id()
        name = self.text("full_name")
        if not name:
            self.complain("full_name", "missing_name", _("Thiếu họ tên. Hãy điền họ và tên như giấy khai sinh."))
        category = self._category()
        department = self.text("department")
        if not department:
            self.complain(
                "department", "missing_department", _("Thiếu phòng, ban. Hãy điền tên phòng nơi người này làm việc.")
            )
        born, sex = self._born(), self._sex()
        if any(problem.severity == ERROR for problem in self.problems) or not personal_id:
            return None
        self._doubt(personal_id, sex, born)
        return Record(
            sheet=self.row.sheet,
            row=self.row.number,
            personal_id=personal_id,
            full_name=name,
            category=category,
            department=department,
            birth_date=born,
            sex=sex,
            title=self.text("title"),
            rank_code=self.text("rank_code"),
            email=self._email(),
            phone=_phone(self.text("phone")),
            staff_code=self.text("staff_code"),
            since=self._since(),
        )

    def traces(self) -> Iterator[str]:
        """By what the person of a wrong row may still be recognised."""
        digits = re.sub(r"\D", "", _as_text(self.cells.get("personal_id", "")))
        if digits:
            yield digits.zfill(12)
        if code := _as_text(self.cells.get("staff_code", "")):
            yield code
        if name := _as_text(self.cells.get("full_name", "")):
            yield vietnamese.fold(name)

    def _personal_id(self) -> str:
        raw = self.cells.get("personal_id", "")
        text = re.sub(r"[\s.'’-]", "", _as_text(raw))
        if not text:
            self.complain(
                "personal_id",
                "missing_personal_id",
                _("Thiếu số định danh nên chưa dùng được dòng này. Hãy điền đủ 12 chữ số."),
                WARNING,
            )
        elif rules.is_personal_id(text):
            return text
        elif re.fullmatch(r"\d(?:[.,]\d+)?e\+?\d+", _as_text(raw).lower()):
            self._bad_id(
                _(
                    "Bảng tính đã đổi số định danh thành dạng “1,09E+10” và mất chữ số. "
                    "Hãy định dạng cột là Văn bản rồi nhập lại."
                )
            )
        elif not text.isdigit():
            self._bad_id(_("Số định danh chỉ gồm chữ số, ô này có ký tự khác. Hãy nhập lại đủ 12 chữ số."))
        elif isinstance(raw, (int, float)) or len(text) in (9, 10):
            self._bad_id(
                _(
                    "Số định danh chỉ còn %(n)s chữ số: bảng tính đã bỏ số 0 ở đầu. "
                    "Hãy định dạng cột là Văn bản rồi nhập lại đủ 12 chữ số.",
                    n=len(text),
                )
            )
        else:
            self._bad_id(
                _(
                    "Số định danh có 12 chữ số, ô này có %(n)s. Hãy đối chiếu với thẻ căn cước rồi nhập lại.",
                    n=len(text),
                )
            )
        return ""

    def _bad_id(self, message: str) -> None:
        self.complain("personal_id", "bad_personal_id", message)

    def _category(self) -> str:
        said = self.text("staff_category")
        category = CATEGORIES.get(columns.plain(said))
        if category is None:
            self.complain(
                "staff_category",
                "unknown_category",
                _(
                    "Loại nhân sự “%(said)s” không có trong danh mục. "
                    "Hãy ghi: cán bộ, công chức, viên chức hoặc hợp đồng lao động.",
                    said=said,
                )
                if said
                else _("Thiếu loại nhân sự. Hãy ghi: cán bộ, công chức, viên chức hoặc hợp đồng lao động."),
            )
            return ""
        return category

    def _born(self) -> date | None:
        raw = self.cells.get("birth_date", "")
        if raw == "" or not _as_text(raw):
            return None
        if year := _year_only(raw):
            self.complain(
                "birth_date",
                "birth_year_only",
                _("Chỉ có năm sinh %(year)s. Nên bổ sung ngày, tháng; tạm thời để trống ngày sinh.", year=year),
                WARNING,
            )
            return None
        born = _as_day(raw)
        if born is None:
            self.complain(
                "birth_date",
                "bad_birth_date",
                _(
                    "Ngày sinh “%(said)s” không có thật. Hãy ghi dạng ngày/tháng/năm, ví dụ 05/03/1988.",
                    said=_as_text(raw),
                ),
            )
        elif not date(1900, 1, 1) <= born <= self.on:
            self.complain(
                "birth_date",
                "bad_birth_date",
                _("Ngày sinh %(day)s nằm ngoài khoảng hợp lý. Hãy xem lại năm.", day=vietnamese.short_day(born)),
            )
        return born

    def _sex(self) -> str:
        said = columns.plain(self.text("sex"))
        if not said:
            return ""
        if said in ("nam", "nu"):
            return said
        self.complain("sex", "unknown_sex", _("Giới tính ghi Nam hoặc Nữ; ô này được bỏ qua."), WARNING)
        return ""

    def _email(self) -> str:
        email = self.text("email").lower()
        if email and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
            self.complain(
                "email",
                "bad_email",
                _("Thư điện tử chưa đúng dạng, ví dụ ten@example.gov.vn; ô này được bỏ qua."),
                WARNING,
            )
            return ""
        return email

    def _since(self) -> date | None:
        raw = self.cells.get("since", "")
        if not _as_text(raw):
            return None
        since = None if _year_only(raw) else _as_day(raw)
        if since is None:
            self.complain(
                "since",
                "bad_since",
                _("Ngày về đơn vị “%(said)s” không đọc được; tính từ ngày của danh sách.", said=_as_text(raw)),
                WARNING,
            )
        return since

    def _doubt(self, personal_id: str, sex: str, born: date | None) -> None:
        sentences = {
            rules.Doubt.PREFIX: _("Ba chữ số đầu của số định danh không thuộc tỉnh, thành nào. Nên đối chiếu lại."),
            rules.Doubt.SEX: _("Chữ số thứ tư của số định danh không khớp giới tính. Nên đối chiếu lại."),
            rules.Doubt.CENTURY: _("Chữ số thứ tư của số định danh không khớp thế kỷ sinh. Nên đối chiếu lại."),
            rules.Doubt.YEAR: _("Chữ số thứ năm, thứ sáu của số định danh không khớp năm sinh. Nên đối chiếu lại."),
        }
        for doubt in rules.doubts_about(personal_id, sex=sex, born=born):
            self.complain("personal_id", doubt, sentences[doubt], WARNING)


_SERIAL_ZERO = date(1899, 12, 30)


def _as_text(cell: Cell) -> str:
    """A cell as text: whole numbers without “.0”, everything NFC with single spaces."""
    if isinstance(cell, bool):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return vietnamese.short_day(cell.date())
    if isinstance(cell, date):
        return vietnamese.short_day(cell)
    return vietnamese.nfc(str(cell)).replace("\u200b", "").replace("\ufeff", "")


def _as_day(cell: Cell) -> date | None:
    """A real day, a day typed as d/m/yyyy, or a spreadsheet's day number; None when it is no day."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, (int, float)) and 10_000 < cell < 80_000:
        return _SERIAL_ZERO + timedelta(days=int(cell))
    try:
        return vietnamese.parse_day(_as_text(cell))
    except ValueError:
        return None


def _year_only(cell: Cell) -> str:
    text = _as_text(cell)
    return text if re.fullmatch(r"(19|20)\d\d", text) else ""


def _phone(text: str) -> str:
    """Digits only; the 0 that a spreadsheet drops is put back."""
    digits = re.sub(r"[\s.()-]", "", text)
    return f"0{digits}" if re.fullmatch(r"[1-9]\d{8}", digits) else digits
