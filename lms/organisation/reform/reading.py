"""Reading a reform: YAML with sections, or a table (CSV, workbook) with one step a row; and lists of choices."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import yaml

from lms.organisation import labels
from lms.organisation.reform.checking import SHARES
from lms.organisation.reform.draft import Draft, Hanging, Link, NewUnit, Problem, Renaming, UnreadableReform
from lms.organisation.roster.sheets import SheetRow, UnreadableRoster, sheets
from lms.platform import vietnamese

MOST_BYTES = 5 * 1024 * 1024
FIELDS: Mapping[str, tuple[str, ...]] = {
    "units": ("code", "name", "short_name", "abbreviation", "kind", "parent"),
    "successions": ("old", "new", "share", "clause", "default"),
    "renames": ("unit", "name", "short_name", "abbreviation", "kind"),
    "moves": ("unit", "parent"),
}
"""Section → its fields."""
NEEDED = {
    "units": ("code", "name", "kind", "parent"),
    "successions": ("old",),
    "renames": ("unit", "name"),
    "moves": ("unit", "parent"),
}
HEAD = ("code", "title", "decision")
LENGTHS = {
    "code": 40, "old": 40, "new": 40, "unit": 40, "parent": 40, "name": 200, "short_name": 120, "abbreviation": 40,
    "kind": 32, "clause": 40, "title": 300, "decision": 120,
}  # fmt: skip

SHARE_WORDS = {
    "full": "toàn bộ", "partial": "một phần", "remainder": "phần còn lại", "area_only": "chỉ diện tích",
    "staff": "nhân sự",
}  # fmt: skip
"""What a table may say instead of the code of a share."""

HEADINGS = {
    "viec": "act", "act": "act", "ma": "unit", "unit": "unit", "code": "unit", "don vi": "unit",
    "don vi cu": "old", "old": "old", "don vi moi": "new", "new": "new", "phan": "share", "share": "share",
    "ten": "name", "name": "name", "ten ngan": "short_name", "short_name": "short_name",
    "ten viet tat": "abbreviation", "abbreviation": "abbreviation", "loai": "kind", "kind": "kind",
    "cap tren": "parent", "parent": "parent", "khoan": "clause", "clause": "clause", "mac dinh": "default",
    "default": "default",
}  # fmt: skip
"""Heading of a table without marks → field."""
ACTS = {
    "lap": "units", "create": "units", "ke thua": "successions", "succeed": "successions",
    "giai the": "dissolve", "dissolve": "dissolve", "doi ten": "renames", "rename": "renames",
    "chuyen": "moves", "move": "moves",
}  # fmt: skip
"""What a row of a table does → section."""


@dataclass(frozen=True)
class _Row:
    section: str
    line: int
    values: Mapping[str, str]


def read(content: bytes, file_name: str) -> Draft:
    """Read a reform file; raises UnreadableReform with every problem found."""
    if len(content) > MOST_BYTES:
        raise UnreadableReform(file_name, [Problem(1, "Tệp nặng quá 5 MB. Hãy chia thành nhiều đợt.")])
    reader = _Reader(file_name)
    if file_name.lower().endswith((".yaml", ".yml")):
        head, rows = reader.sections(content)
    else:
        head, rows = reader.table(content)
    draft = reader.draft(head, rows)
    if reader.problems:
        raise UnreadableReform(file_name, reader.problems)
    return draft


class _Reader:
    def __init__(self, file_name: str) -> None:
        self.file_name = file_name
        self.problems: list[Problem] = []

    def say(self, line: int, message: str) -> None:
        self.problems.append(Problem(line, message))

    def sections(self, content: bytes) -> tuple[dict[str, str], list[_Row]]:
        """The head and the rows of each section."""
        node = self._top(content)
        head: dict[str, str] = {}
        rows: list[_Row] = []
        for key, value in _pairs(node):
            line = key.start_mark.line + 1
            if key.value in HEAD:
                head[key.value] = _text(value)
            elif key.value in FIELDS and isinstance(value, yaml.SequenceNode):
                rows += [self._row(key.value, item) for item in value.value]
            elif key.value in FIELDS:
                self.say(line, f"Mục “{key.value}” cần là một danh sách: mỗi việc một dòng, bắt đầu bằng dấu gạch (-).")
            else:
                self.say(
                    line,
                    f"Không có mục tên “{key.value}”.{_meant(str(key.value), (*HEAD, *FIELDS))} "
                    f"Các mục dùng được: {', '.join((*HEAD, *FIELDS))}.",
                )
        return head, rows

    def _top(self, content: bytes) -> yaml.Node:
        try:
            text = content.decode("utf-8-sig")
            for event in yaml.parse(text, Loader=yaml.SafeLoader):
                # Anchors can explode into more than memory holds.
                line = event.start_mark.line + 1 if event.start_mark else 1
                if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                    raise UnreadableReform(
                        self.file_name,
                        [Problem(line, "Tệp dùng neo (&, *) của YAML. Hãy ghi đầy đủ từng mục.")],
                    )
            node = yaml.compose(text, Loader=yaml.SafeLoader)
        except UnicodeDecodeError as error:
            told = Problem(1, "Tệp không phải văn bản UTF-8. Hãy lưu lại với bảng mã UTF-8.")
            raise UnreadableReform(self.file_name, [told]) from error
        except (yaml.YAMLError, RecursionError) as error:
            mark = getattr(error, "problem_mark", None)
            told = Problem(mark.line + 1 if mark else 1, "Không đọc được YAML ở dòng này. Kiểm tra thụt dòng.")
            raise UnreadableReform(self.file_name, [told]) from error
        if not isinstance(node, yaml.MappingNode):
            raise UnreadableReform(self.file_name, [Problem(1, "Tệp cần các mục units, successions, renames, moves.")])
        return node

    def _row(self, section: str, node: yaml.Node) -> _Row:
        line = node.start_mark.line + 1
        values: dict[str, str] = {}
        if not isinstance(node, yaml.MappingNode):
            self.say(line, "Ở đây cần các dòng “tên: giá trị”.")
        for key, value in _pairs(node):
            if key.value not in FIELDS[section]:
                allowed = FIELDS[section]
                self.say(
                    key.start_mark.line + 1,
                    f"Phần {section} không có mục “{key.value}”.{_meant(str(key.value), allowed)} "
                    f"Các mục dùng được: {', '.join(allowed)}.",
                )
            values[str(key.value)] = _text(value)
        return _Row(section, line, values)

    def table(self, content: bytes) -> tuple[dict[str, str], list[_Row]]:
        """The rows of the first sheet that has the heading “Việc” (act)."""
        try:
            found = sheets(content, self.file_name)
        except UnreadableRoster as error:
            raise UnreadableReform(self.file_name, [Problem(1, str(error))]) from error
        for sheet in found:
            for number, row in enumerate(sheet):
                places = _places(row, HEADINGS)
                if "act" in places:
                    return {}, [told for told in (self._step(r, places) for r in sheet[number + 1 :]) if told]
        raise UnreadableReform(
            self.file_name, [Problem(1, "Không tìm thấy dòng tiêu đề có cột “Việc”. Hãy theo tệp mẫu.")]
        )

    def _step(self, row: SheetRow, places: Mapping[str, int]) -> _Row | None:
        values = {name: _cell(row, at) for name, at in places.items()}
        section = ACTS.get(vietnamese.fold(values.pop("act").replace("_", " ").replace("-", " ")))
        if section is None:
            self.say(row.number, "Cột “Việc” cần là: lập, kế thừa, giải thể, đổi tên hoặc chuyển.")
            return None
        own = values.get("unit", "")
        if section == "units":
            values["code"] = own or values.get("new", "")
        elif section in ("renames", "moves"):
            values["unit"] = own or values.get("old", "")
        else:
            values["old"] = values.get("old") or own
            if section == "dissolve":
                values["new"], section = "", "successions"
            elif not values.get("new"):
                self.say(
                    row.number, "Dòng kế thừa thiếu “Đơn vị mới”. Nếu đơn vị giải thể, hãy ghi việc là “giải thể”."
                )
        return _Row(section, row.number, {name: value for name, value in values.items() if name in FIELDS[section]})

    def draft(self, head: Mapping[str, str], rows: list[_Row]) -> Draft:
        """The rows as a draft; what is wrong in one is noted."""
        for row in rows:
            self._check(row)
        if not rows:
            self.say(1, "Tệp không có việc sắp xếp nào. Hãy ghi ít nhất một đơn vị.")
        stem = vietnamese.slug(re.sub(r"\.\w+$", "", self.file_name))[:40]
        by = {name: [row for row in rows if row.section == name] for name in FIELDS}
        code = head.get("code") or stem
        if not re.fullmatch(r"[A-Za-z0-9._-]{1,40}", code):
            self.say(1, "Mã đợt sắp xếp (code) gồm chữ không dấu, số và dấu gạch, nhiều nhất 40 ký tự.")
        return Draft(
            code=code,
            title=(head.get("title") or f"Sắp xếp đơn vị theo tệp {self.file_name}")[:300],
            decision=head.get("decision", "")[:120],
            units=tuple(
                NewUnit(
                    line=row.line,
                    code=row.values.get("code", ""),
                    name=row.values.get("name", ""),
                    short_name=row.values.get("short_name") or row.values.get("name", "")[:120],
                    abbreviation=row.values.get("abbreviation", ""),
                    kind=_kind(row.values.get("kind", "")),
                    parent=row.values.get("parent", ""),
                )
                for row in by["units"]
            ),
            links=tuple(
                Link(
                    line=row.line,
                    old=row.values.get("old", ""),
                    new=row.values.get("new", ""),
                    share=_share(row.values.get("share", "")) or "full",
                    clause=row.values.get("clause", ""),
                    is_default=_yes(row.values.get("default", "")),
                )
                for row in by["successions"]
            ),
            renamings=tuple(_renaming(row) for row in by["renames"] if _complete(row)),
            hangings=tuple(Hanging(line=row.line, **row.values) for row in by["moves"] if _complete(row)),
        )

    def _check(self, row: _Row) -> None:
        for name in NEEDED[row.section]:
            if not row.values.get(name):
                self.say(row.line, f"Thiếu mục “{name}”.")
        for name, value in row.values.items():
            if len(value) > LENGTHS.get(name, 40):
                self.say(row.line, f"Mục “{name}” dài quá {LENGTHS.get(name, 40)} ký tự.")
        share = row.values.get("share", "")
        if share and _share(share) not in SHARES:
            self.say(row.line, f"Phần “{share}” không dùng được. Hãy ghi một trong: {', '.join(SHARES)}.")
        kind = row.values.get("kind", "")
        if kind and _kind(kind) not in labels.KINDS:
            self.say(row.line, f"Loại “{kind}” không dùng được. Hãy ghi một trong: {', '.join(labels.KINDS)}.")


def _complete(row: _Row) -> bool:
    return all(row.values.get(name) for name in NEEDED[row.section]) and set(row.values) <= set(FIELDS[row.section])


def _renaming(row: _Row) -> Renaming:
    return Renaming(line=row.line, **{**row.values, "kind": _kind(row.values.get("kind", ""))})


def _kind(text: str) -> str:
    """The code of a kind of unit, also when its word was written: “Thị xã” is thi_xa."""
    code = vietnamese.fold(text).replace(" ", "_")
    return code if code in labels.KINDS else text


def _share(text: str) -> str:
    """The code of a share, also when its words were written: “một phần” is partial."""
    words = vietnamese.fold(text)
    known = {vietnamese.fold(said): code for code, said in SHARE_WORDS.items()}
    return known.get(words, text)


def _meant(text: str, allowed: tuple[str, ...]) -> str:
    """A sentence that offers the word which was probably meant; "" when none is near."""
    near = get_close_matches(text.lower(), allowed, 1, 0.5)
    return f" Có phải anh/chị định ghi “{near[0]}”?" if near else ""


def _pairs(node: yaml.Node) -> Iterator[tuple[Any, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from node.value


def _text(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode) or node.tag == "tag:yaml.org,2002:null":
        return ""
    return vietnamese.nfc(str(node.value))


def _yes(text: str) -> bool:
    return vietnamese.fold(text) in ("true", "yes", "x", "co", "1", "1.0")


def _places(row: SheetRow, headings: Mapping[str, str]) -> dict[str, int]:
    """Field → column, of a row of headings."""
    found: dict[str, int] = {}
    for at, cell in enumerate(row.cells):
        words = vietnamese.fold(str(cell)).strip()
        if words in headings:
            found.setdefault(headings[words], at)
    return found


def _cell(row: SheetRow, at: int) -> str:
    value = row.cells[at] if at < len(row.cells) else ""
    if isinstance(value, float) and value.is_integer():
        value = str(int(value))
    return vietnamese.nfc(str(value))


# Lists of choices -----------------------------------------------------------------------------------------------------

CHOICE_HEADINGS = {
    "so dinh danh": "personal_id", "so dinh danh ca nhan": "personal_id", "personal_id": "personal_id",
    "cccd": "personal_id", "ma ho so": "person", "ma don vi moi": "new", "don vi moi": "new", "new": "new",
    "new_unit": "new", "ma don vi cu": "old", "don vi cu": "old", "old": "old",
}  # fmt: skip


@dataclass(frozen=True)
class Chosen:
    """A person who goes to a unit, by a line of a list; `old` may be empty when he has only one posting that splits."""

    line: int
    person: str
    """The twelve digits of the personal number, or # with the number of the record in this system."""
    new: str
    old: str = ""


def read_choices(content: bytes, file_name: str) -> list[Chosen]:
    """Read a list “personal number → code of the new unit”; raises UnreadableReform."""
    try:
        found = sheets(content, file_name)
    except UnreadableRoster as error:
        raise UnreadableReform(file_name, [Problem(1, str(error))]) from error
    for sheet in found:
        for number, row in enumerate(sheet):
            places = _places(row, CHOICE_HEADINGS)
            if "new" in places and {"personal_id", "person"} & set(places):
                return _chosen(sheet[number + 1 :], places, file_name)
    told = Problem(1, "Không tìm thấy dòng tiêu đề có cột “Số định danh” (hoặc “Mã hồ sơ”) và “Mã đơn vị mới”.")
    raise UnreadableReform(file_name, [told])


def _person(row: SheetRow, places: Mapping[str, int]) -> str:
    """Whom a row of choices names: by the record's number if it is given, else by the personal number."""
    if "person" in places and (record := re.sub(r"\D", "", _cell(row, places["person"]))):
        return f"#{record}"
    return re.sub(r"[\s.]", "", _cell(row, places["personal_id"])) if "personal_id" in places else ""


def _chosen(rows: list[SheetRow], places: Mapping[str, int], file_name: str) -> list[Chosen]:
    problems: list[Problem] = []
    found: dict[tuple[str, str], Chosen] = {}
    for row in rows:
        person = _person(row, places)
        new = _cell(row, places["new"])
        old = _cell(row, places["old"]) if "old" in places else ""
        if not new:
            continue  # not chosen yet
        if not re.fullmatch(r"\d{12}|#\d{1,9}", person):
            problems.append(
                Problem(row.number, "Số định danh cần đủ 12 chữ số. Nếu mất số 0 ở đầu, hãy đặt cột ở dạng Văn bản.")
            )
        elif (person, old) in found:
            problems.append(Problem(row.number, "Người này đã có ở dòng trên. Hãy bỏ một dòng."))
        else:
            found[person, old] = Chosen(row.number, person, new, old)
    if problems:
        raise UnreadableReform(file_name, problems)
    return list(found.values())
