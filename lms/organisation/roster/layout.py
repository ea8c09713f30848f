"""How a sheet is laid out: title block, header of one to three rows, and what each row below it is."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from itertools import pairwise

from lms.organisation.roster import columns
from lms.organisation.roster.columns import IGNORED, SURE, Proposal, looks_like_a_person, looks_like_an_office
from lms.organisation.roster.records import Choices
from lms.organisation.roster.sheets import Cell, Sheet, SheetRow
from lms.organisation.roster.values import as_text, clean, digits_of, office_name, plain

LOOK_AHEAD = 60
"""Title blocks above the header are at most this long."""
SAMPLE = 200
"""Rows below a header by which its columns are judged."""


PARTS_OF = {
    "birth_date": ("birth_year", "birth_month", "birth_day", "male", "female"),
    "sex": ("male", "female"),
    "full_name": ("family_part", "given_part"),
}
"""Field → the columns that tell it together."""

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def column_letters(column: int) -> str:
    """0 → A, 27 → AB."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = _LETTERS[rest] + text
    return text


@dataclass(frozen=True)
class Header:
    """A header: the rows it takes, and what its columns are."""

    first: int
    last: int
    """Places among the rows of the sheet, both included."""
    proposals: tuple[Proposal, ...]
    places: Mapping[str, int]
    """Field → column."""
    labels: frozenset[str] = frozenset()
    """Its headings, folded."""
    name_columns: tuple[int, ...] = ()
    """Columns that together hold the name, when a heading stands over several."""

    @property
    def unsure(self) -> list[Proposal]:
        """Columns about which somebody must be asked."""
        return [p for p in self.proposals if p.confidence < SURE and (p.field or p.why in ("conflict", "twice"))]


def label_key(label: str) -> str:
    """A heading as a mapping knows it."""
    return " ".join(label.split())


def _recognised(row: SheetRow, known: Mapping[str, str]) -> int:
    fields, others, said = set(), 0, 0
    for cell in row.cells:
        if type(cell) is not str or not cell or len(cell) > 80:
            continue
        if label_key(clean(cell)) in known:
            said += 1
            continue
        field, surely = columns.field_named(clean(cell))
        if field and surely >= columns.LIKELY and len(cell.split()) <= 8:
            fields.add(field)
        elif surely == 1:
            others += 1
    return said * 3 + len(fields) * 2 + min(others, 2) if fields or said else 0


def find_header(sheet: Sheet, choices: Choices, start: int = 0, reach: int = LOOK_AHEAD) -> Header | None:
    """The header at or after a place; None when there is none."""
    best, score = -1, 0
    known = {label.rpartition(" / ")[2]: field for label, field in choices.columns.items() if field}
    for place in range(start, min(start + reach, len(sheet.rows))):
        found = _recognised(sheet.rows[place], known)
        if found > score:
            best, score = place, found
    return _header_at(sheet, best, choices) if score >= 5 else None


def likely_header(sheet: Sheet) -> Header | None:
    """The first row that could be a header by what stands below it, for somebody to say what its columns are."""
    for place, row in enumerate(sheet.rows[:LOOK_AHEAD]):
        cells = [clean(cell) for cell in row.cells if type(cell) is str and cell]
        if len(cells) < 3 or len(set(cells)) < len(cells) or any(re.search(r"\d{3}|@", cell) for cell in cells):
            continue
        header = _header_at(sheet, place, Choices())
        if any(proposal.field in ("full_name", "personal_id") for proposal in header.proposals):
            return header
    return None


def begins_table(row: SheetRow, header: Header) -> bool:
    """Whether a row below a header is a header again."""
    cells = [clean(cell) for cell in row.cells if type(cell) is str and cell]
    if len(cells) < 3:
        return False
    same = sum(plain(cell) in header.labels for cell in cells)
    return same >= 3 and same * 3 >= len(cells) * 2


def _header_at(sheet: Sheet, place: int, choices: Choices) -> Header:
    rows = sheet.rows
    first = last = place
    main = rows[place]
    if place and rows[place - 1].number == main.number - 1 and _is_above(rows[place - 1], main):
        first = place - 1
    while last + 1 < len(rows) and last < place + 2 and _is_below(sheet, rows[last + 1], main, rows[last].number):
        last += 1
    width = max(len(rows[n].cells) for n in range(first, last + 1))
    headings: dict[int, list[str]] = {}
    for column in range(width):
        labels = [_label(sheet, rows[n], column, rows[n + 1] if n < last else None) for n in range(first, last + 1)]
        if kept := [label for n, label in enumerate(labels) if label and label not in labels[:n]]:
            headings[column] = kept
    body = [row for row in rows[last + 1 : last + 1 + SAMPLE] if _says_much(row)]
    wide = max((len(row.cells) for row in body), default=0)
    samples = {column: [row.cells[column] for row in body if column < len(row.cells)] for column in range(wide)}
    names = _name_columns(headings, samples, sheet, rows[place])
    for column in range(wide):
        if column not in headings and column not in names:
            headings[column] = []
    proposals = [_chosen(proposal, choices) for proposal in columns.propose(headings, samples)]
    said = {proposal.field for proposal in proposals if proposal.why == "chosen"}
    proposals = [
        replace(p, field=IGNORED, confidence=1.0, why="twice") if p.why != "chosen" and p.field in said else p
        for p in proposals
    ]
    places: dict[str, int] = {}
    for proposal in proposals:
        if proposal.field and (proposal.confidence >= SURE or proposal.label):
            places.setdefault(proposal.field, proposal.column)
    known = frozenset(plain(label) for kept in headings.values() for label in kept if label)
    return Header(first, last, tuple(proposals), places, known, names)


def _says_much(row: SheetRow) -> bool:
    return sum(cell != "" for cell in row.cells) >= 3 and not is_numbering(row)


def _chosen(proposal: Proposal, choices: Choices) -> Proposal:
    """What somebody said by hand counts, whatever the heading says."""
    for key in (numbered_key(proposal), label_key(proposal.label)):
        if key in choices.columns:
            return replace(proposal, field=choices.columns[key], confidence=1.0, why="chosen")
    return proposal


def numbered_key(proposal: Proposal) -> str:
    """A column as a mapping knows it when its heading does not tell it from others: "Ghi chú #7", "#7"."""
    return f"{label_key(proposal.label)} #{proposal.column + 1}".strip()


def column_keys(header: Header) -> dict[int, str]:
    """Column → how a mapping knows it."""
    labels = Counter(label_key(proposal.label) for proposal in header.proposals)
    return {
        p.column: numbered_key(p) if labels[label_key(p.label)] > 1 or not p.label else label_key(p.label)
        for p in header.proposals
    }


def _is_above(row: SheetRow, main: SheetRow) -> bool:
    """Whether the row above belongs to the header: it names columns where the row itself is empty."""
    named = 0
    for column, cell in enumerate(row.cells):
        if type(cell) is str and cell and columns.field_named(clean(cell))[1] >= columns.LIKELY:
            below = main.cells[column] if column < len(main.cells) else ""
            named += below == ""
    return named >= 1 and sum(cell != "" for cell in row.cells) >= 2


_SUB = frozenset(
    "nam nu ngay thang so ma ten ho dem dang chinh quyen doan the khac loai he so bac trinh do tuyen dung".split()
)


def _is_below(sheet: Sheet, row: SheetRow, main: SheetRow, above: int) -> bool:
    """Whether the row below belongs to the header: short words, under empty or wide headings only."""
    if row.number != above + 1:
        return False
    cells = [(column, cell) for column, cell in enumerate(row.cells) if cell != ""]
    if not cells or any(type(cell) is not str or re.search(r"\d{3}|@", cell) for _column, cell in cells):
        return False
    if is_numbering(row):
        return False
    inside = named = 0
    for column, cell in cells:
        over = main.cells[column] if column < len(main.cells) else ""
        start = (main.number - 1, column)
        is_wide = start in sheet.merged and sheet.merged[start][1] > column
        right = main.cells[column + 1] if column + 1 < len(main.cells) else ""
        inside += over == "" or is_wide or (right == "" and bool(over))
        words = plain(str(cell)).split()
        named += bool(words) and (set(words) <= _SUB or columns.field_named(clean(str(cell)))[1] >= columns.LIKELY)
    return inside == len(cells) and named * 2 >= len(cells) and named > 0


def _label(sheet: Sheet, row: SheetRow, column: int, below: SheetRow | None) -> str:
    """The heading over a column in one row of a header; a wide one stands over all its columns."""
    own = row.cells[column] if column < len(row.cells) else ""
    if own != "":
        return label_key(as_text(own))
    for (top, left), (bottom, right) in sheet.merged.items():
        if top <= row.number - 1 <= bottom and left <= column <= right and left < column and below is not None:
            return label_key(as_text(row.cells[left])) if left < len(row.cells) else ""
    if below is None or sheet.merged or column >= len(below.cells) or below.cells[column] == "":
        return ""
    # Without merged cells to go by: the heading at the left, if the row below has words here.
    for left in range(column - 1, -1, -1):
        if left < len(row.cells) and row.cells[left] != "":
            return label_key(as_text(row.cells[left]))
    return ""


def _name_columns(
    headings: Mapping[int, Sequence[str]], samples: Mapping[int, Sequence[Cell]], sheet: Sheet, main: SheetRow
) -> tuple[int, ...]:
    """Columns under one heading "Họ và tên": family and middle names in one, the given name in the next."""
    for column, labels in headings.items():
        if columns.field_of_labels(labels)[0] != "full_name" or headings.get(column + 1):
            continue
        values = [as_text(value) for value in samples.get(column + 1, ()) if value != ""]
        short = sum(value.isalpha() and len(value) <= 8 for value in values)
        if len(values) * 2 > len(samples.get(column, ())) and short * 10 > len(values) * 9:
            return column, column + 1
    return ()


# Rows -----------------------------------------------------------------------------------------------------------------


class Is(Enum):
    """What a row below a header is."""

    PERSON = auto()
    SECTION = auto()
    HEADER = auto()
    NOTHING = auto()
    END = auto()
    UNCLEAR = auto()


@dataclass
class Walk:
    """Where one is in a sheet."""

    header: Header
    department: str = ""
    has_ended: bool = False
    counted: dict[str, int] = field(default_factory=dict)


_NUMBERING = re.compile(r"\(?(\d{1,2}|[A-Z]|[a-z])\)?(?:\s*=.*)?")
_TOTAL = re.compile(r"(tong|tong cong|tong so|cong|tong cong danh sach|an dinh danh sach)\b")
_END = re.compile(
    r"(nguoi lap|thu truong|ky (va |ten |ghi |dong )|noi nhan|ha noi ngay|ngay \d*\s*thang|xac nhan|tm |kt |tl |tuq |"
    r"can bo tong hop|phu trach|lap bieu|truong phong (noi vu|to chuc)$)"
)
_SKIP = re.compile(r"(trong do|ghi chu|luu y|chu thich|don vi tinh|bieu so|mau so|kem theo|phu luc|danh sach nay)\b")
_MARKER = re.compile(r"^\s*(?:[IVXL]{1,6}|[A-Z]|\d{1,2}(?:\.\d{1,2})*)\s*[.)/-]\s*(?=\S)")
_ROMAN = re.compile(r"(?:[IVXL]{1,6}|[A-ZĐ])[.)]?")
_COUNT = re.compile(
    r"\s*[:(–-]*\s*\(?\s*\d+\s*(?:người|đ/c|đồng chí|biên chế|cán bộ|CBCC|nguoi)\s*\)?\s*$|\s*\(\d+\)\s*$", re.I
)


def is_numbering(row: SheetRow) -> bool:
    """Whether a row only counts the columns: (1) (2) (3), or A B 1 2."""
    cells = [as_text(cell) for cell in row.cells if cell != ""]
    if len(cells) < 3 or not all(_NUMBERING.fullmatch(cell) for cell in cells):
        return False
    numbers = [int(found) for cell in cells if (found := re.sub(r"\D", "", cell))]
    return len(numbers) >= 2 and all(b - a == 1 for a, b in pairwise(numbers))


def what_is(sheet: Sheet, row: SheetRow, walk: Walk) -> tuple[Is, str]:
    """What a row is, and for a section its text."""
    header = walk.header
    if _has_number(row, header):
        walk.has_ended = False
        return Is.PERSON, ""
    if begins_table(row, header):
        return Is.HEADER, ""
    if is_numbering(row):
        return Is.NOTHING, ""
    filled = [(column, cell) for column, cell in enumerate(row.cells) if cell != "" and as_text(cell)]
    if not filled:
        return Is.NOTHING, ""
    at = header.places
    told = {
        name: row.cells[c]
        for name, c in at.items()
        if c < len(row.cells) and row.cells[c] != "" and as_text(row.cells[c])
    }
    text, column = _words(filled)
    said = plain(text)
    sparse = len(told.keys() - {"full_name", "family_part", "given_part"}) <= 1
    if _TOTAL.match(said) and len(filled) <= 6 and not (len(told) > 3):
        return Is.NOTHING, ""
    few = sparse or len(filled) <= 3
    if few and any(_END.match(plain(as_text(cell))) for _c, cell in filled):
        walk.has_ended = True
        return Is.END, ""
    names = {"full_name", "family_part", "given_part"} & told.keys()
    if not sparse and (names or len(told) >= 3):
        return Is.PERSON, ""
    if walk.has_ended:
        return Is.NOTHING, ""
    if _SKIP.match(said):
        return Is.NOTHING, ""
    return _sparse(sheet, row, walk, filled, text, column)


def _has_number(row: SheetRow, header: Header) -> bool:
    """Whether a personal number stands in its column: then nothing else need be asked about the row."""
    at = header.places.get("personal_id")
    if at is None or at >= len(row.cells) or row.cells[at] == "":
        return False
    numbers = digits_of(row.cells[at])
    return len(numbers) >= 8 and numbers.isdigit()


def _words(filled: Sequence[tuple[int, Cell]]) -> tuple[str, int]:
    """The cell of a row that says most, and its column."""
    return max(((as_text(cell), column) for column, cell in filled), key=lambda pair: sum(map(str.isalpha, pair[0])))


def _sparse(
    sheet: Sheet, row: SheetRow, walk: Walk, filled: Sequence[tuple[int, Cell]], text: str, column: int
) -> tuple[Is, str]:
    """A row that says little: the name of a department, or of a person without anything else."""
    others = [as_text(cell) for c, cell in filled if c != column]
    marked = any(_ROMAN.fullmatch(other) for other in others) or bool(_MARKER.match(text))
    bare = _COUNT.sub("", _MARKER.sub("", text)).strip(" .:-–")
    said = plain(bare)
    if not any(sign.isalpha() for sign in text):
        return Is.NOTHING, ""
    if said.startswith("danh sach"):
        place = department_in(bare)
        return (Is.SECTION, place) if place else (Is.NOTHING, "")
    is_wide = (row.number - 1, column) in sheet.merged and sheet.merged[(row.number - 1, column)][1] - column >= 2
    is_name = column == walk.header.places.get("full_name") and looks_like_a_person(bare)
    only_counts = all(other.isdigit() or _ROMAN.fullmatch(other) or len(other) <= 3 for other in others)
    if only_counts and looks_like_an_office(bare):
        return Is.SECTION, office_name(bare)
    if is_name and not any(_ROMAN.fullmatch(other) for other in others) and not is_wide:
        return Is.PERSON, ""
    if only_counts and not is_name and (marked or is_wide) and len(bare) <= 160:
        return Is.SECTION, office_name(bare)
    return Is.UNCLEAR, text


_PLACE_IN_TITLE = re.compile(
    r"\b((?:xã|phường|thị trấn|phòng|trung tâm|ban|văn phòng|chi cục|thanh tra|đội|trường|trạm)\s+\S.*)$", re.I
)
_NO_SHEET_NAME = re.compile(
    r"(sheet|ds|danh sach|trang|bang|tong hop|du lieu|data|cbccvc|ds cbccvc|ds cbcc|nhan su)? ?\d*"
)


def department_in(title: str) -> str:
    """The department that a title "DANH SÁCH CÁN BỘ XÃ BẮC SƠN" names at its end; "" when it names none."""
    if not plain(title).startswith("danh sach"):
        return ""
    found = _PLACE_IN_TITLE.search(title)
    tail = re.sub(r"\s+(năm|tháng|quý|tính đến|đến ngày)\b.*$", "", found[1], flags=re.I) if found else ""
    return office_name(tail.strip(" .:-–()"))


def department_of_sheet(sheet: Sheet, first: int, *, among_several: bool) -> tuple[str, str]:
    """The department that the title block or the name of the sheet tells, and which of them: title, sheet or ""."""
    for row in reversed(sheet.rows[:first]):
        for cell in row.cells:
            if type(cell) is str and (found := department_in(clean(cell))):
                return found, "title"
    name = clean(sheet.name)
    if looks_like_an_office(name) or (among_several and not _NO_SHEET_NAME.fullmatch(plain(name))):
        return office_name(name), "sheet"
    return "", ""


__all__ = [
    "IGNORED", "Header", "Is", "Walk", "begins_table", "column_keys", "column_letters", "department_of_sheet", "find_header", "label_key",
    "likely_header", "what_is",
]  # fmt: skip
