"""Reading people out of a file: each row of a person becomes a record, or says in a sentence why it cannot."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from flask_babel import gettext as _

from lms.organisation.roster import layout
from lms.organisation.roster.columns import NEEDED, Proposal
from lms.organisation.roster.layout import Header, Is, Walk
from lms.organisation.roster.letters import Letters
from lms.organisation.roster.marking import NOTES
from lms.organisation.roster.person import Row, Standing
from lms.organisation.roster.records import ERROR, HEADINGS, Choices, Note, Problem, Record, Roster
from lms.organisation.roster.sheets import Sheet, SheetRow, UnreadableRoster, book
from lms.organisation.roster.values import as_text, category_of, clean, digits_of, plain, shown
from lms.platform import vietnamese

NO_CHOICES = Choices()


class UnclearColumns(UnreadableRoster):
    """It is not plain which column is what: the message asks, `headers` hold what is proposed."""

    def __init__(self, message: str, headers: Sequence[tuple[str, Header]], missing: Sequence[str]) -> None:
        """Keep what is proposed, and the fields that nothing tells."""
        super().__init__(message)
        self.headers = tuple(headers)
        self.missing = tuple(missing)

    @property
    def proposals(self) -> list[Proposal]:
        """Each different heading once."""
        found: dict[str, Proposal] = {}
        for _sheet, header in self.headers:
            for proposal in header.proposals:
                if proposal.label or proposal.field:
                    found.setdefault(layout.label_key(proposal.label) or f"#{proposal.column + 1}", proposal)
        return list(found.values())


def read(content: bytes, file_name: str, on: date, choices: Choices = NO_CHOICES) -> Roster:
    """Read a roster drawn up by the day `on`.

    Raises UnclearColumns when somebody must say which column is what, UnreadableRoster when the file is of no use.
    """
    return read_sheets(book(content, file_name), on, choices)


def read_sheets(sheets: Sequence[Sheet], on: date, choices: Choices = NO_CHOICES) -> Roster:
    """Read the sheets of a roster."""
    reading = _Reading(on, choices)
    shown = _shown(sheets)
    found = [(sheet, layout.find_header(sheet, choices)) for sheet in shown]
    headers = [(sheet.name, header) for sheet, header in found if header is not None]
    if not headers:
        if likely := _likely_headers(shown):
            _refuse_unclear(likely)
        raise UnreadableRoster(
            _(
                "Không tìm thấy dòng tiêu đề. Danh sách cần một dòng có các cột %(columns)s.",
                columns=", ".join(f"“{HEADINGS[name]}”" for name in NEEDED),
            )
        )
    _refuse_unclear(headers, choices)
    for sheet, header in found:
        if header is None:
            reading.leave_out(sheet)
        else:
            reading.take(sheet, header, among_several=len(headers) > 1)
    for sheet in sheets:
        if sheet.is_hidden and sheet not in shown and sheet.rows:
            reading.note(sheet.name, "hidden_sheet", _("Trang tính ẩn “%(name)s” không được đọc.", name=sheet.name))
    if not reading.rows:
        raise UnreadableRoster(_("Tệp chỉ có dòng tiêu đề, không có người nào. Hãy kiểm tra lại tệp."))
    reading.refuse_missing(headers)
    return reading.result()


def _shown(sheets: Sequence[Sheet]) -> list[Sheet]:
    """The sheets to read: those that are not hidden, and not the one that we ourselves add to a file with notes."""
    own = [sheet for sheet in sheets if sheet.name != NOTES]
    return [sheet for sheet in own if not sheet.is_hidden] or own


def headers_of(sheets: Sequence[Sheet], choices: Choices = NO_CHOICES) -> list[tuple[str, Header]]:
    """The header of each sheet that has one."""
    shown = _shown(sheets)
    found = [(sheet.name, layout.find_header(sheet, choices)) for sheet in shown]
    return [(name, header) for name, header in found if header is not None] or _likely_headers(shown)


def _likely_headers(sheets: Sequence[Sheet]) -> list[tuple[str, Header]]:
    """What could be headers when no sheet has one that is known."""
    found = [(sheet.name, layout.likely_header(sheet)) for sheet in sheets]
    return [(name, header) for name, header in found if header is not None]


def _refuse_unclear(headers: Sequence[tuple[str, Header]], choices: Choices = NO_CHOICES) -> None:
    """Ask about columns of which one cannot be sure, and about names and numbers that stand nowhere."""
    lines, missing = [], []
    for name, header in headers:
        at = header.places
        has_name = "full_name" in at or {"family_part", "given_part"} <= at.keys()
        lacks = [
            field
            for field in ("personal_id", "full_name")
            if field not in at and not (field == "full_name" and has_name)
        ]
        said_none = any(p.why == "chosen" for p in header.proposals) and "personal_id" in lacks
        lacks = [field for field in lacks if field == "full_name" or not said_none]
        missing += [field for field in lacks if field not in missing]
        where = _("trang tính “%(sheet)s”", sheet=name) if name else _("tệp")
        if lacks:
            lines.append(
                _(
                    "Không thấy cột %(columns)s trong %(where)s.",
                    columns=", ".join(f"“{HEADINGS[field]}”" for field in lacks), where=where,
                )
            )  # fmt: skip
        lines += [line for line in (_question(proposal, where) for proposal in header.unsure) if line not in lines]
    if lines:
        # What only the rows could still tell (a title, sections, the name of a sheet) is asked for at the same time.
        may_lack = [field for field in ("staff_category",) if not getattr(choices, field)]
        if may_lack and not any(field in header.places for _sheet, header in headers for field in may_lack):
            lines.append(_("Không thấy cột “Loại nhân sự”; nếu tệp không ghi, hãy chọn chung cho cả danh sách."))
        lines.append(_("Hãy chọn lại cột cho đúng, hoặc sửa tên cột ở dòng tiêu đề rồi gửi lại."))
        raise UnclearColumns(" ".join(lines), headers, missing)


def _question(proposal: Proposal, where: str) -> str:
    label, said = proposal.label or _("cột thứ %(n)s", n=proposal.column + 1), ", ".join(map(shown, proposal.examples))
    told = HEADINGS.get(proposal.field, proposal.field)
    if proposal.why == "twice":
        return _(
            "Cột “%(label)s” trong %(where)s trùng nghĩa với cột khác; cột nào được dùng?", label=label, where=where
        )
    if proposal.why == "conflict":
        return _(
            "Cột “%(label)s” trong %(where)s có nội dung không giống “%(field)s” (%(said)s).",
            label=label, where=where, field=told, said=said,
        )  # fmt: skip
    return _(
        "Cột “%(label)s” trong %(where)s có phải là “%(field)s” không (%(said)s)?",
        label=label, where=where, field=told, said=said,
    )  # fmt: skip


@dataclass
class _Reading:
    """The state of reading one file."""

    on: date
    choices: Choices
    records: dict[str, Record] = field(default_factory=dict)
    unnumbered: list[Record] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: dict[tuple[str, str], tuple[str, list[int]]] = field(default_factory=dict)
    mentioned: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)
    rows: int = 0
    without: dict[str, int] = field(default_factory=dict)

    def result(self) -> Roster:
        return Roster(
            tuple(self.records.values()),
            tuple(self.problems),
            frozenset(self.mentioned),
            frozenset(self.fields),
            self.rows,
            tuple(self.unnumbered),
            tuple(Note(sheet, code, said, tuple(rows)) for (sheet, code), (said, rows) in self.notes.items()),
        )

    def note(self, sheet: str, code: str, said: str, row: int | None = None) -> None:
        """Note once a sheet what was done, with all its rows."""
        rows = self.notes.setdefault((sheet, code), (said, []))[1]
        if row is not None:
            rows.append(row)

    def leave_out(self, sheet: Sheet) -> None:
        """A sheet without a header: said, and refused if people seem to stand in it."""
        people = sum(
            any(len(digits_of(cell)) == 12 and digits_of(cell).isdigit() for cell in row.cells if cell != "")
            for row in sheet.rows[:500]
        )
        if people:
            raise UnreadableRoster(
                _(
                    "Trang tính “%(name)s” có người nhưng không có dòng tiêu đề. "
                    "Hãy chép dòng tiêu đề vào đầu trang tính đó, hoặc xóa trang tính, rồi gửi lại.",
                    name=sheet.name,
                )
            )
        if sheet.rows:
            said = _("Trang tính “%(name)s” không có dòng tiêu đề nên không được đọc.", name=sheet.name)
            self.note(sheet.name, "no_header", said)

    def take(self, sheet: Sheet, header: Header, *, among_several: bool) -> None:
        """Read one sheet from its header on."""
        self._note_sheet(sheet, header)
        department, told_by = layout.department_of_sheet(sheet, header.first, among_several=among_several)
        standing = Standing(sheet, self.on, self.choices, category=_category_in_title(sheet, header.first))
        walk, place = Walk(header), header.last + 1
        own_places = walk.header.places
        while place < len(sheet.rows):
            row = sheet.rows[place]
            what, text = layout.what_is(sheet, row, walk)
            if what is Is.HEADER:
                again = layout.find_header(sheet, self.choices, place, reach=2)
                if again is not None and again.first <= place + 1:
                    _refuse_unclear([(sheet.name, again)])
                    walk.header, place, own_places = again, again.last + 1, again.places
                    walk.has_ended = False
                    continue
            what, text = self._settled(row, what, text)
            if what is Is.SECTION:
                walk.department, walk.has_ended = text, False
                self._note_row(row, what)
            elif what in (Is.NOTHING, Is.END):
                self._note_row(row, what)
            elif (row.sheet, row.number) in self.choices.dropped:
                # Somebody said that the row does not count; whoever it means has not left by that.
                self.mentioned.update(Row(standing, row, walk.header).traces())
            elif what is Is.PERSON:
                self.fields.update(_told_by(own_places, header))
                here = walk.department or ("" if "department" in own_places else department)
                if here and not walk.department and told_by:
                    self._note_department(sheet.name, here, told_by)
                standing.department = here or self.choices.department
                self._person(standing, row, walk.header)
            elif what is Is.UNCLEAR:
                self._unclear(sheet, row, text, walk.header)
            place += 1

    def _settled(self, row: SheetRow, what: Is, text: str) -> tuple[Is, str]:
        """What a row is after what somebody said of it: one that was unclear names a department, or is a person."""
        fixes = self.choices.fixes.get((row.sheet, row.number))
        if what is not Is.UNCLEAR or not fixes:
            return what, text
        return (Is.SECTION, fixes["department"]) if fixes.keys() == {"department"} else (Is.PERSON, "")

    def _note_row(self, row: SheetRow, what: Is) -> None:
        """Say that a row is not a person."""
        if what is Is.SECTION:
            said = _("Dòng chỉ có một tên được hiểu là tên phòng, ban của các dòng bên dưới.")
            self.note(row.sheet, "sections", said, row.number)
        else:
            said = _("Dòng đánh số cột, tổng cộng, ghi chú, nơi nhận, chữ ký không phải là người nên không đọc.")
            self.note(row.sheet, "passed_over", said, row.number)

    def _note_sheet(self, sheet: Sheet, header: Header) -> None:
        names = {Letters.TCVN3: "TCVN3 (.VnTime)", Letters.VNI: "VNI"}
        for letters, cells in sheet.old_letters.items():
            self.note(
                sheet.name, f"letters_{letters}",
                _("%(n)s ô gõ bằng bảng mã cũ %(name)s đã được chuyển sang Unicode.", n=cells, name=names[letters]),
            )  # fmt: skip
        if sheet.decomposed:
            said = _("%(n)s ô có dấu tách rời khỏi chữ (Unicode tổ hợp) đã được ghép lại.", n=sheet.decomposed)
            self.note(sheet.name, "decomposed", said)
        first = sheet.rows[header.last].number
        if rows := sorted(row for row in sheet.hidden.rows if row > first):
            for row in rows:
                self.note(
                    sheet.name, "hidden_rows", _("Tệp có dòng ẩn; các dòng này vẫn được đọc như dòng thường."), row
                )
        if columns := [p.label for p in header.proposals if p.field and p.column + 1 in sheet.hidden.columns]:
            said = _("Cột ẩn vẫn được đọc: %(columns)s.", columns=", ".join(columns))
            self.note(sheet.name, "hidden_columns", said)
        if _may_be_swapped(sheet, header, self.on):
            self.note(
                sheet.name, "days_swapped",
                _(
                    "Có thể Excel đã đổi chỗ ngày và tháng ở cột ngày sinh: mọi ô kiểu ngày đều có ngày từ 1 đến 12, "
                    "còn ngày từ 13 trở lên đều là chữ. Hãy đối chiếu vài người trước khi áp dụng."
                ),
            )  # fmt: skip

    def _note_department(self, sheet: str, name: str, told_by: str) -> None:
        said = (
            _("Phòng, ban lấy theo tên của danh sách: %(name)s.", name=name)
            if told_by == "title"
            else _("Phòng, ban lấy theo tên trang tính: %(name)s.", name=name)
        )
        self.note(sheet, f"department_from_{told_by}", said)

    def _unclear(self, sheet: Sheet, row: SheetRow, text: str, header: Header) -> None:
        self.rows += 1
        self.mentioned.add(vietnamese.fold(text))
        self.problems.append(
            Problem(
                sheet.name, row.number, "full_name", "unclear_row", ERROR,
                _(
                    "Dòng chỉ có “%(text)s”, không rõ là tên phòng, ban hay tên người. "
                    "Hãy điền đủ các cột nếu là người, hoặc ghi rõ “Phòng …” nếu là phòng, ban.",
                    text=text[:80],
                ),
                who=text[:120], said=text[:60], column=header.places.get("full_name"), cell=text[:400],
            )
        )  # fmt: skip

    def _person(self, standing: Standing, row: SheetRow, header: Header) -> None:
        """Read one row of a person."""
        self.rows += 1
        parsed = Row(standing, row, header)
        record = parsed.record()
        for code, said in parsed.notes:
            self.note(standing.sheet.name, code, said, row.number)
        for name in parsed.without:
            self.without[name] = self.without.get(name, 0) + 1
        if record is not None and record.personal_id and (earlier := self.records.get(record.personal_id)):
            parsed.complain(
                "personal_id",
                "duplicate_in_file",
                _(
                    "Số định danh trùng với dòng %(row)s (%(name)s). Giữ một dòng là vị trí chính, xóa dòng còn lại.",
                    row=earlier.row
                    if earlier.sheet == row.sheet
                    else _("%(row)s, trang tính “%(sheet)s”", row=earlier.row, sheet=earlier.sheet),
                    name=earlier.full_name,
                ),
                of=(earlier.sheet, earlier.row),
            )
        elif record is None:
            self.mentioned.update(parsed.traces())
        elif record.personal_id:
            self.records[record.personal_id] = record
        else:
            self.unnumbered.append(record)
            self.mentioned.update(parsed.traces())
        self.problems += parsed.problems

    def refuse_missing(self, headers: Sequence[tuple[str, Header]]) -> None:
        """Ask for the kind of staff or the department when no row at all tells it."""
        if missing := [name for name in ("staff_category", "department") if self.without.get(name, 0) == self.rows]:
            where = (
                _("trang tính “%(sheet)s”", sheet=headers[0][0]) if len(headers) == 1 and headers[0][0] else _("tệp")
            )
            raise UnclearColumns(
                _(
                    "Không thấy cột %(columns)s trong %(where)s. "
                    "Hãy đặt tên cột ở dòng tiêu đề đúng như vậy rồi gửi lại, hoặc chọn chung cho cả danh sách.",
                    columns=", ".join(f"“{HEADINGS[name]}”" for name in missing), where=where,
                ),
                headers, missing,
            )  # fmt: skip


_TOLD = {
    "male": ("birth_date", "sex"), "female": ("birth_date", "sex"), "birth_day": ("birth_date",),
    "family_part": ("full_name",), "given_part": ("full_name",),
}  # fmt: skip


def _told_by(places: object, header: Header) -> set[str]:
    """The fields that the columns tell."""
    told = {field for name in header.places for field in _TOLD.get(name, (name,))}
    return (told & HEADINGS.keys()) | {"staff_category", "department"}


def _category_in_title(sheet: Sheet, first: int) -> str:
    """The one kind of staff that a title "DANH SÁCH VIÊN CHỨC …" names; "cán bộ" alone means everybody."""
    for row in sheet.rows[:first]:
        for cell in row.cells:
            text = clean(cell) if type(cell) is str else ""
            if plain(text).startswith("danh sach") and (found := category_of(text)) and "can bo" not in plain(text):
                return found
    return ""


def _may_be_swapped(sheet: Sheet, header: Header, on: date) -> bool:
    """Whether a spreadsheet of another country took day for month: every real day small, every large one text."""
    column = header.places.get("birth_date")
    if column is None:
        return False
    real = text = 0
    for row in sheet.rows[header.last + 1 : header.last + 2_000]:
        cell = row.cells[column] if column < len(row.cells) else ""
        if isinstance(cell, date):
            if cell.day > 12:
                return False
            real += 1
        elif (
            cell != ""
            and (parts := as_text(cell).replace("-", "/").split("/"))
            and len(parts) == 3
            and parts[0].isdigit()
        ):
            if int(parts[0]) <= 12:
                return False
            text += 1
    return real >= 6 and text >= 3
