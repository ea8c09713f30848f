"""Lists of absences, waivers and extensions as files: each row becomes a line, or says in a sentence why it cannot."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from flask_babel import gettext as _

from lms.organisation.queries import Chosen
from lms.organisation.roster.columns import plain
from lms.organisation.roster.sheets import Cell, SheetRow, UnreadableRoster, sheets
from lms.organisation.service import Away
from lms.plan.labels import ABSENCES
from lms.plan.service import Exempt, Extension
from lms.platform import vietnamese
from lms.platform.columns import FOREVER

MOST_LINES = 2_000

Line = TypeVar("Line")

_DAYS = {
    "from_on": ("tu ngay", "ngay bat dau", "bat dau"),
    "last_on": ("den het ngay", "den ngay", "ngay ket thuc", "het ngay"),
}
_WHO = {
    "personal_id": ("so dinh danh ca nhan", "so dinh danh", "cccd", "so cccd", "can cuoc", "so can cuoc"),
    "full_name": ("ho va ten", "ho ten"),
}
PEOPLE_COLUMNS: Mapping[str, tuple[str, ...]] = _WHO
ABSENCE_COLUMNS: Mapping[str, tuple[str, ...]] = {
    **_WHO, "kind": ("ly do", "loai tam vang", "loai"), **_DAYS, "note": ("ghi chu",),
}  # fmt: skip
WAIVER_COLUMNS: Mapping[str, tuple[str, ...]] = {
    **_WHO,
    "requirement": ("ma yeu cau", "yeu cau"),
    **_DAYS,
    "reason": ("ly do mien", "ly do"),
    "decision": ("so quyet dinh", "quyet dinh"),
    "approver": ("nguoi quyet dinh", "nguoi ky"),
}
EXTENSION_COLUMNS: Mapping[str, tuple[str, ...]] = {
    **_WHO,
    "requirement": ("ma yeu cau", "yeu cau"),
    "year": ("nam",),
    "due_on": ("han moi", "gia han den", "gia han den ngay", "han"),
    "cause": ("ly do gia han", "ly do"),
    "decision": ("so quyet dinh", "quyet dinh"),
}

HEADINGS = {
    "personal_id": "Số định danh cá nhân",
    "full_name": "Họ và tên",
    "kind": "Lý do",
    "from_on": "Từ ngày",
    "last_on": "Đến hết ngày",
    "note": "Ghi chú",
    "requirement": "Mã yêu cầu",
    "reason": "Lý do miễn",
    "decision": "Số quyết định",
    "approver": "Người quyết định",
    "year": "Năm",
    "due_on": "Hạn mới",
    "cause": "Lý do gia hạn",
}
NOT_NEEDED = frozenset({"full_name", "last_on", "note", "year"})


@dataclass(frozen=True)
class Wrong:
    """A row that cannot be used, and how to put it right."""

    row: int
    who: str
    message: str


class Complaint(ValueError):
    """What is wrong with a row, as a sentence."""


@dataclass(frozen=True)
class _Row:
    number: int
    cells: Mapping[str, Cell]

    def text(self, name: str) -> str:
        """A cell as text; empty when the column is not there."""
        cell = self.cells.get(name, "")
        if isinstance(cell, float) and cell.is_integer():
            return str(int(cell))
        if isinstance(cell, (date, datetime)):
            return f"{cell:%d/%m/%Y}"
        return vietnamese.nfc(str(cell)).strip()

    def needed(self, name: str, most: int = 300) -> str:
        """A cell that must hold something."""
        text = self.text(name)
        if not text:
            raise Complaint(_("Thiếu “%(heading)s”.", heading=HEADINGS[name]))
        if len(text) > most:
            raise Complaint(_("“%(heading)s” dài quá %(most)s ký tự.", heading=HEADINGS[name], most=most))
        return text

    def day(self, name: str) -> date | None:
        """A day, None for an empty cell."""
        text = self.text(name)
        if not text:
            return None
        try:
            return vietnamese.parse_day(text)
        except ValueError as error:
            raise Complaint(
                _("“%(heading)s” là “%(said)s”, cần dạng ngày/tháng/năm.", heading=HEADINGS[name], said=text[:20])
            ) from error

    def days(self) -> tuple[date, date]:
        """The half-open days of the row."""
        begin, last = self.day("from_on"), self.day("last_on")
        if begin is None:
            raise Complaint(_("Thiếu “%(heading)s”.", heading=HEADINGS["from_on"]))
        if last is None:
            return begin, FOREVER
        if last < begin:
            raise Complaint(_("“Đến hết ngày” phải từ “Từ ngày” trở đi."))
        return begin, last + timedelta(days=1)


def rows_of(content: bytes, file_name: str, columns: Mapping[str, tuple[str, ...]]) -> list[_Row]:
    """The rows under the header; UnreadableRoster, a sentence, when the file as a whole is of no use."""
    for rows in sheets(content, file_name):
        for place, row in enumerate(rows[:40]):
            places = _places(row, columns)
            if "personal_id" not in places:
                continue
            if missing := [HEADINGS[name] for name in columns if name not in places and name not in NOT_NEEDED]:
                raise UnreadableRoster(
                    _("Không thấy cột %(columns)s. Hãy đặt tên cột ở dòng tiêu đề đúng như vậy rồi gửi lại.",
                      columns=", ".join(f"“{name}”" for name in missing))
                )  # fmt: skip
            below = rows[place + 1 :]
            if len(below) > MOST_LINES:
                raise UnreadableRoster(
                    _("Tệp có %(n)s dòng, nhiều nhất là %(most)s. Hãy chia tệp rồi gửi từng phần.",
                      n=len(below), most=MOST_LINES)
                )  # fmt: skip
            return [_Row(r.number, {name: r.cells[n] for name, n in places.items() if n < len(r.cells)}) for r in below]
    raise UnreadableRoster(
        _("Không thấy dòng tiêu đề có cột “Số định danh cá nhân”. Hãy thêm dòng tiêu đề rồi gửi lại.")
    )


def _places(row: SheetRow, columns: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, cell in enumerate(row.cells):
        said = plain(cell)
        name = next((name for name, known in columns.items() if said in known and name not in found), None)
        if name:
            found[name] = place
    return found


Known = Callable[[list[str]], Mapping[str, Chosen]]
"""Personal numbers → those of them who may be acted on."""


def _who(row: _Row, known: Mapping[str, Chosen]) -> Chosen:
    number = row.text("personal_id").lstrip("'")
    person = known.get(number)
    if person is None:
        raise Complaint(_("Không có người mang số định danh này trong đơn vị của anh/chị. Hãy kiểm tra đủ 12 chữ số."))
    name = row.text("full_name")
    if name and vietnamese.fold(name) != vietnamese.fold(person.full_name):
        raise Complaint(
            _("Số định danh là của %(name)s, không phải “%(said)s”.", name=person.full_name, said=name[:60])
        )
    return person


def people(content: bytes, file_name: str, known: Known) -> tuple[list[Chosen], list[Wrong], dict[int, Chosen]]:
    """Whom a list of people names: the people, wrong rows, the people by id."""
    return _lines(rows_of(content, file_name, PEOPLE_COLUMNS), known, lambda _row, person: person)


def absences(content: bytes, file_name: str, known: Known) -> tuple[list[Away], list[Wrong], dict[int, Chosen]]:
    """What a list of absences says: lines, wrong rows, the people."""
    kinds = {plain(str(word)): code for code, word in ABSENCES.items()} | {plain(code): code for code in ABSENCES}

    def line(row: _Row, person: Chosen) -> Away:
        said = row.needed("kind")
        kind = kinds.get(plain(said))
        if kind is None:
            words = ", ".join(f"“{word}”" for word in ABSENCES.values())
            raise Complaint(
                _("Không hiểu lý do “%(said)s”. Hãy ghi một trong: %(words)s.", said=said[:40], words=words)
            )
        begin, end = row.days()
        return Away(person.id, kind, begin, end, row.text("note")[:300])

    return _lines(rows_of(content, file_name, ABSENCE_COLUMNS), known, line)


def waivers(
    content: bytes, file_name: str, known: Known, requirements: Callable[[list[str]], Mapping[str, list[int]]]
) -> tuple[list[Exempt], list[Wrong], dict[int, Chosen]]:
    """What a list of waivers says: lines, wrong rows, the people."""
    rows = rows_of(content, file_name, WAIVER_COLUMNS)
    ids = requirements(sorted({row.text("requirement") for row in rows}))

    def line(row: _Row, person: Chosen) -> Exempt:
        code = row.needed("requirement")
        found = ids.get(code, [])
        if not found:
            raise Complaint(_("Không có yêu cầu mang mã “%(code)s”.", code=code[:40]))
        if len(found) > 1:
            raise Complaint(_("Mã “%(code)s” có ở nhiều kế hoạch. Hãy miễn từ trang của từng người.", code=code[:40]))
        begin, end = row.days()
        return Exempt(
            person.id, found[0], begin, end, row.needed("reason"), row.needed("decision", 120),
            row.needed("approver", 160),
        )  # fmt: skip

    return _lines(rows, known, line)


LineOf = Callable[[Chosen, str, int | None, tuple[date, str, str]], Extension]
"""Person, code, year, and what is asked for (day, reason, decision) → the line; or a Complaint."""


def extensions(
    content: bytes, file_name: str, known: Known, line_of: Callable[[Iterable[Chosen]], LineOf]
) -> tuple[list[Extension], list[Wrong], dict[int, Chosen]]:
    """What a list of extensions says: lines, wrong rows, the people."""
    rows = rows_of(content, file_name, EXTENSION_COLUMNS)
    people = known([row.text("personal_id").lstrip("'") for row in rows])
    find, seen = line_of(people.values()), dict[tuple[int, int, int], int]()

    def line(row: _Row, person: Chosen) -> Extension:
        day = row.day("due_on")
        if day is None:
            raise Complaint(_("Thiếu “%(heading)s”.", heading=HEADINGS["due_on"]))
        year = row.text("year")
        if year and not (year.isascii() and year.isdigit() and len(year) == 4):
            raise Complaint(_("“Năm” là “%(said)s”, cần bốn chữ số.", said=year[:20]))
        asked = (day, row.needed("cause"), row.needed("decision", 120))
        found = find(person, row.needed("requirement"), int(year) if year else None, asked)
        if found.key in seen:
            raise Complaint(_("Người này và yêu cầu này đã có ở dòng %(n)s.", n=seen[found.key]))
        seen[found.key] = row.number
        return found

    return _lines(rows, lambda numbers: people, line)


def _lines(
    rows: list[_Row], known: Known, line: Callable[[_Row, Chosen], Line]
) -> tuple[list[Line], list[Wrong], dict[int, Chosen]]:
    people = known([row.text("personal_id").lstrip("'") for row in rows])
    lines, wrong, named = [], [], {}
    for row in rows:
        try:
            person = _who(row, people)
            lines.append(line(row, person))
            named[person.id] = person
        except Complaint as complaint:
            wrong.append(Wrong(row.number, row.text("full_name"), str(complaint)))
    return lines, wrong, named
