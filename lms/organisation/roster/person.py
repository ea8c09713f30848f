"""One row of a person while it is being read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from flask_babel import gettext as _

from lms.organisation import rules
from lms.organisation.roster.layout import PARTS_OF, Header, column_letters
from lms.organisation.roster.records import ERROR, HEADINGS, LENGTHS, WARNING, Choices, Problem, Record
from lms.organisation.roster.sheets import Cell, Sheet, SheetRow
from lms.organisation.roster.values import (
    Born,
    as_text,
    born_of,
    category_by_title,
    category_of,
    day_of,
    digits_of,
    is_cross,
    is_scientific,
    office_name,
    person_name,
    phone_of,
    sex_of,
)
from lms.platform import vietnamese


@dataclass
class Standing:
    """What holds for the rows of a sheet at a place."""

    sheet: Sheet
    on: date
    choices: Choices
    category: str = ""
    """The kind of staff that the title of the list names."""
    department: str = ""
    """The section in which the row stands, or what else names the department of rows without one."""


@dataclass
class Row:
    """A row, its problems and what was done to read it."""

    standing: Standing
    row: SheetRow
    header: Header
    problems: list[Problem] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    """Needed fields that neither the row nor anything around it tells."""

    def __post_init__(self) -> None:
        """Take the cells, with what somebody put right by hand."""
        cells = self.row.cells
        self.cells: dict[str, Cell] = {name: cells[at] for name, at in self.header.places.items() if at < len(cells)}
        fixes = self.standing.choices.fixes.get((self.row.sheet, self.row.number))
        if fixes:
            self.cells.update(fixes)
        self.fixed = fixes or {}

    def complain(
        self,
        name: str,
        code: str,
        message: str,
        severity: str = ERROR,
        *,
        of: tuple[str, int] | None = None,
        offer: str = "",
    ) -> None:
        """Note a problem of this row."""
        said = as_text(self.cells.get(name, ""))
        self.problems.append(
            Problem(
                self.row.sheet,
                self.row.number,
                name,
                code,
                severity,
                message,
                who=self._name()[:120],
                said=vietnamese.masked_id(said) if name == "personal_id" else said[:60],
                of_row=of[1] if of else None,
                offer=offer,
                column=self._column(name),
                of_sheet=of[0] if of else "",
                cell=said[:400],
            )
        )

    def _column(self, name: str) -> int | None:
        """Where the field stands; of one told by several columns, the first that says something, else the first."""
        places = self.header.places
        if name in places:
            return places[name]
        parts = [places[part] for part in PARTS_OF.get(name, ()) if part in places]
        filled = [at for at in parts if at < len(self.row.cells) and self.row.cells[at] != ""]
        return next(iter(filled or parts), None)

    def text(self, name: str) -> str:
        """A cell as clean text, cut to what the database keeps (with a warning)."""
        value = as_text(self.cells.get(name, ""))
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
        self._hidden_faults()
        sex, born = self._sex(), self._born()
        personal_id = self._personal_id(sex, born)
        written = self._full_name()
        name = person_name(written)
        if name != written:
            self.notes.append(
                ("name_letters", _("Họ tên viết toàn chữ hoa hoặc chữ thường được viết lại: “%(name)s”…", name=name))
            )
        if not name:
            self.complain("full_name", "missing_name", _("Thiếu họ tên. Hãy điền họ và tên như giấy khai sinh."))
        title = self.text("title")
        category = self._category(title)
        department = office_name(self.text("department")) or self.standing.department
        if not department:
            self.without.append("department")
            self.complain(
                "department", "missing_department", _("Thiếu phòng, ban. Hãy điền tên phòng nơi người này làm việc.")
            )
        self._doubtful_letters()
        if any(problem.severity == ERROR for problem in self.problems):
            return None
        if personal_id:
            self._doubt(personal_id, sex, born)
        return Record(
            sheet=self.row.sheet,
            row=self.row.number,
            personal_id=personal_id,
            full_name=name,
            category=category,
            department=department[: LENGTHS["department"]],
            birth_date=born.day,
            birth_year=born.year,
            sex=sex,
            title=title,
            rank_code=self._rank(),
            email=self._email(),
            phone=self._phone(),
            staff_code=self.text("staff_code"),
            since=self._since(),
        )

    def traces(self) -> Iterator[str]:
        """By what the person of a wrong row may still be recognised."""
        digits = re.sub(r"\D", "", as_text(self.cells.get("personal_id", "")))
        if digits:
            yield digits.zfill(12)
        if code := as_text(self.cells.get("staff_code", "")):
            yield code
        if name := self._name():
            yield vietnamese.fold(name)

    def _full_name(self) -> str:
        """The name; of two columns under one heading, or of two headings, both."""
        if "full_name" in self.fixed:
            return self.text("full_name")
        if {"family_part", "given_part"} <= self.header.places.keys():
            parts = (as_text(self.cells.get(part, "")) for part in ("family_part", "given_part"))
            return " ".join(part for part in parts if part)[: LENGTHS["full_name"]]
        if self.header.name_columns:
            cells = self.row.cells
            parts = (as_text(cells[at]) for at in self.header.name_columns if at < len(cells))
            return " ".join(part for part in parts if part)[: LENGTHS["full_name"]]
        return self.text("full_name")

    def _name(self) -> str:
        if self.header.name_columns or "family_part" in self.header.places:
            return self._full_name()
        return as_text(self.cells.get("full_name", ""))

    def _hidden_faults(self) -> None:
        """Formulas that were never worked out, and cells that show an error."""
        hidden = self.standing.sheet.hidden
        if not (hidden.unvalued or hidden.faulty):
            return
        for name, at in self.header.places.items():
            cell = f"{column_letters(at)}{self.row.number}"
            if name in self.fixed or cell not in hidden.unvalued | hidden.faulty:
                continue
            named = name if name in HEADINGS else "birth_date"
            severity = (
                ERROR
                if named in ("personal_id", "full_name", "birth_date", "staff_category", "department")
                else WARNING
            )
            self.complain(
                named, "no_value",
                _(
                    "Ô %(cell)s là công thức chưa có kết quả hoặc bị lỗi. "
                    "Hãy mở tệp bằng Excel, sửa công thức, lưu lại rồi gửi.",
                    cell=cell,
                ),
                severity,
            )  # fmt: skip

    def _doubtful_letters(self) -> None:
        doubtful = self.standing.sheet.doubtful
        if not doubtful:
            return
        for name in ("full_name", "department", "title"):
            at = self.header.places.get(name)
            if at is not None and name not in self.fixed and (other := doubtful.get((self.row.number, at))):
                self.complain(
                    name, "letters_unclear",
                    _(
                        "Trang tính lẫn bảng mã cũ: ô này đọc là “%(one)s”, cũng có thể là “%(other)s”. Hãy đối chiếu.",
                        one=as_text(self.cells[name]), other=other,
                    ),
                    WARNING, offer=other,
                )  # fmt: skip

    def _personal_id(self, sex: str, born: Born) -> str:
        raw = self.cells.get("personal_id", "")
        text = digits_of(raw)
        if not text:
            if not any(problem.field == "personal_id" for problem in self.problems):
                self.complain(
                    "personal_id",
                    "missing_personal_id",
                    _("Thiếu số định danh: dòng này chỉ dùng được cho người hệ thống đã biết. Hãy điền đủ 12 chữ số."),
                    WARNING,
                )
            return ""
        if rules.is_personal_id(text):
            return text
        if is_scientific(as_text(raw)):
            self._bad_id(
                _(
                    "Bảng tính đã đổi số định danh thành dạng “1,09E+10” và mất chữ số. "
                    "Hãy định dạng cột là Văn bản rồi nhập lại."
                )
            )
        elif not text.isdigit():
            self._bad_id(_("Số định danh chỉ gồm chữ số, ô này có ký tự khác. Hãy nhập lại đủ 12 chữ số."))
        elif len(text) in (10, 11) and text[0] != "0":
            return self._restored(text.zfill(12), sex, born)
        elif len(text) == 9:
            self._bad_id(_("Ô này có 9 chữ số, có thể là số chứng minh nhân dân cũ. Hãy nhập số định danh 12 chữ số."))
        else:
            self._bad_id(
                _(
                    "Số định danh có 12 chữ số, ô này có %(n)s. Hãy đối chiếu với thẻ căn cước rồi nhập lại.",
                    n=len(text),
                )
            )
        return ""

    def _restored(self, number: str, sex: str, born: Born) -> str:
        """A number whose zeros a spreadsheet has dropped, if it then fits the person in every way."""
        if rules.doubts_about(number, sex=sex, born=born.day or (date(born.year, 1, 1) if born.year else None)):
            self.complain(
                "personal_id", "bad_personal_id",
                _(
                    "Số định danh chỉ còn %(n)s chữ số: bảng tính đã bỏ số 0 ở đầu, nhưng thêm số 0 thì không khớp "
                    "giới tính hoặc năm sinh. Hãy nhập lại đủ 12 chữ số.",
                    n=len(number.lstrip("0")),
                ),
            )  # fmt: skip
            return ""
        self.notes.append(("id_restored", _("Đã thêm lại số 0 ở đầu số định danh mà bảng tính làm mất.")))
        return number

    def _bad_id(self, message: str) -> None:
        self.complain("personal_id", "bad_personal_id", message)

    def _category(self, title: str) -> str:
        said = self.text("staff_category")
        found = category_of(said) if said else None
        if found:
            return found
        if not said:
            for name, at in self.header.places.items():
                if name.startswith("category:") and at < len(self.row.cells) and is_cross(self.row.cells[at]):
                    return name.removeprefix("category:")
            if by_title := category_by_title(title):
                self.notes.append(
                    ("category_from_title", _("Loại nhân sự được suy từ chức danh theo Luật Cán bộ, công chức."))
                )
                return by_title
            if self.standing.category:
                self.notes.append(("category_from_list", _("Loại nhân sự lấy theo tên của danh sách.")))
                return self.standing.category
            if self.standing.choices.staff_category:
                return self.standing.choices.staff_category
            self.without.append("staff_category")
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

    def _sex(self) -> str:
        """The sex: in words, or told by which of two columns is filled."""
        raw = self.cells.get("sex", "")
        said = as_text(raw)
        if said:
            if found := sex_of(said):
                return found
            self.complain("sex", "unknown_sex", _("Giới tính ghi Nam hoặc Nữ; ô này được bỏ qua."), WARNING)
            return ""
        male, female = as_text(self.cells.get("male", "")), as_text(self.cells.get("female", ""))
        if male and female:
            self.complain("sex", "unknown_sex", _("Cả hai cột Nam và Nữ đều có ghi; giới tính được bỏ qua."), WARNING)
            return ""
        if male or female:
            return "nam" if male else "nu"
        if "female" in self.header.places and "male" not in self.header.places:
            self.notes.append(("sex_by_blank", _("Cột Nữ để trống được hiểu là Nam.")))
            return "nam"
        return ""

    def _birth_cell(self) -> Cell:
        if raw := self.cells.get("birth_date", ""):
            return raw
        places = self.header.places
        if "birth_year" in places and "birth_date" not in self.fixed:
            parts = [as_text(self.cells.get(part, "")) for part in ("birth_day", "birth_month", "birth_year")]
            return "/".join(part for part in parts if part) if parts[2] else ""
        filled = [self.cells[part] for part in ("male", "female") if as_text(self.cells.get(part, ""))]
        return filled[0] if len(filled) == 1 and not is_cross(filled[0]) else ""

    def _born(self) -> Born:
        raw = self._birth_cell()
        if raw == "" or not as_text(raw):
            return Born()
        born = born_of(raw, self.standing.on)
        said = as_text(raw)
        if "birth_date" not in self.cells:
            self.cells["birth_date"] = raw
        if born is None:
            self.complain(
                "birth_date",
                "bad_birth_date",
                _(
                    "Ngày sinh “%(said)s” không có thật. Hãy ghi dạng ngày/tháng/năm, ví dụ 05/03/1988.",
                    said=said,
                ),
            )
            return Born()
        day = born.day or date(born.year or 1, 1, 1)
        if not date(1900, 1, 1) <= day <= self.standing.on:
            self.complain(
                "birth_date",
                "bad_birth_date",
                _("Ngày sinh %(day)s nằm ngoài khoảng hợp lý. Hãy xem lại năm.", day=said),
            )
            return Born()
        if born.year:
            self.complain(
                "birth_date",
                "birth_year_only",
                _("Chỉ có năm sinh %(year)s. Nên bổ sung ngày, tháng; tạm thời chỉ ghi năm.", year=born.year),
                WARNING,
            )
        return born

    def _rank(self) -> str:
        text = self.text("rank_code")
        return "" if text in ("-", "–", "—", "0") else text

    def _email(self) -> str:
        email = self.text("email").lower().replace(" ", "")
        if email and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
            if email not in ("-", "–"):
                self.complain(
                    "email",
                    "bad_email",
                    _("Thư điện tử chưa đúng dạng, ví dụ ten@example.gov.vn; ô này được bỏ qua."),
                    WARNING,
                )
            return ""
        return email

    def _phone(self) -> str:
        phone = phone_of(self.cells.get("phone", ""))
        if phone is None:
            if as_text(self.cells["phone"]) not in ("-", "–"):
                self.complain(
                    "phone",
                    "bad_phone",
                    _("Số điện thoại không đọc được, ví dụ đúng 0912345678; ô này được bỏ qua."),
                    WARNING,
                )
            return ""
        return phone[: LENGTHS["phone"]]

    def _since(self) -> date | None:
        raw = self.cells.get("since", "")
        if not as_text(raw):
            return None
        since = day_of(raw, self.standing.on)
        if since is not None and not 1900 <= since.year <= self.standing.on.year + 2:
            since = None
        if since is None:
            self.complain(
                "since",
                "bad_since",
                _("Ngày về đơn vị “%(said)s” không đọc được; tính từ ngày của danh sách.", said=as_text(raw)),
                WARNING,
            )
        return since

    def _doubt(self, personal_id: str, sex: str, born: Born) -> None:
        day = born.day or (date(born.year, 1, 1) if born.year else None)
        doubts = rules.doubts_about(personal_id, sex=sex, born=day)
        if not doubts:
            return
        sentences = {
            rules.Doubt.PREFIX: _("Ba chữ số đầu của số định danh không thuộc tỉnh, thành nào. Nên đối chiếu lại."),
            rules.Doubt.SEX: _("Chữ số thứ tư của số định danh không khớp giới tính. Nên đối chiếu lại."),
            rules.Doubt.CENTURY: _("Chữ số thứ tư của số định danh không khớp thế kỷ sinh. Nên đối chiếu lại."),
            rules.Doubt.YEAR: _("Chữ số thứ năm, thứ sáu của số định danh không khớp năm sinh. Nên đối chiếu lại."),
        }
        for doubt in doubts:
            self.complain("personal_id", doubt, sentences[doubt], WARNING)
