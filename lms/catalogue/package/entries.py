"""YAML read with the line of every value, and typed questions to it that note what is wrong."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from lms.catalogue.package.shape import Problem
from lms.platform import vietnamese

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 12


@dataclass(frozen=True)
class Entry:
    """A value and the line it begins on: text, a list of entries, or keys with entries. None is "nothing written"."""

    line: int
    value: "str | list[Entry] | dict[str, Entry] | None"


class Notes:
    """The problems found in one file so far."""

    def __init__(self, file: str) -> None:
        """Begin without any."""
        self.file = file
        self.problems: list[Problem] = []

    def note(self, line: int, message: str) -> None:
        """Write one down."""
        self.problems.append(Problem(self.file, line, message))


def decoded(content: bytes, notes: Notes) -> str | None:
    """The text of a file in NFC; None, with a note, when it is not UTF-8 text."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        notes.note(line, "Tệp không phải chữ mã UTF-8. Hãy mở bằng trình soạn thảo và lưu lại với mã UTF-8.")
        return None
    text = text.replace("\r\n", "\n")
    if strange := re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffe\uffff]", text):
        line = text.count("\n", 0, strange.start()) + 1
        notes.note(line, f"Có ký tự điều khiển ẩn (mã U+{ord(strange[0]):04X}). Hãy xóa và gõ lại đoạn này.")
        return None
    return unicodedata.normalize("NFC", text)


def entries(content: bytes, notes: Notes) -> Entry | None:
    """The file as entries; None, with a note, when it is not one YAML mapping."""
    text = decoded(content, notes)
    if text is None:
        return None
    try:
        if not _is_plain(text, notes):
            return None
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        notes.note(mark.line + 1 if mark else 0, _explained(error))
        return None
    except yaml.YAMLError:
        notes.note(0, "Tệp không đọc được như YAML. Hãy so lại với mẫu khóa học.")
        return None
    if node is None:
        notes.note(1, "Tệp trống. Hãy viết nội dung theo mẫu khóa học.")
        return None
    entry = _entry(node, notes)
    if not isinstance(entry.value, dict):
        notes.note(entry.line, "Tệp phải bắt đầu bằng các dòng dạng “khóa: giá trị”.")
        return None
    return entry


def _is_plain(text: str, notes: Notes) -> bool:
    """Refuse references and bottomless nesting before anything is built from them."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            notes.note(
                line, "Không dùng tham chiếu YAML (& và *). Hãy viết thẳng giá trị, hoặc đặt chữ trong dấu nháy."
            )
            return False
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            notes.note(line, "Các mục lồng nhau quá sâu. Hãy so lại với mẫu khóa học.")
            return False
    return True


def _explained(error: yaml.MarkedYAMLError) -> str:
    said = f"{error.context or ''} {error.problem or ''}"
    if "mapping values are not allowed" in said:
        return "Có dấu hai chấm nằm trong câu. Hãy đặt cả câu trong dấu nháy kép."
    if "tab" in said or "\\t" in said:
        return "Đầu dòng có phím Tab. Hãy thụt dòng bằng dấu cách."
    if "quoted scalar" in said or "end of stream" in said:
        return "Thiếu dấu nháy đóng. Hãy kiểm tra các dấu nháy từ dòng này trở lên."
    if "single document" in said:
        return "Tệp có nhiều phần ngăn bởi “---”. Hãy giữ một phần."
    return "Sai cú pháp YAML ở đây hoặc ngay dòng trên: kiểm tra thụt dòng, dấu hai chấm, dấu ngoặc và dấu nháy."


def _entry(node: yaml.Node, notes: Notes) -> Entry:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return Entry(line, [_entry(child, notes) for child in node.value])
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Entry] = {}
        for key, child in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            if name in found:
                notes.note(key.start_mark.line + 1, f"Khóa “{name}” viết hai lần. Hãy bỏ một.")
            entry = _entry(child, notes)
            # An empty value "begins" on the next line for YAML; people look at the key.
            found[name] = Entry(key.start_mark.line + 1, None) if entry.value is None else entry
        return Entry(line, found)
    written = str(node.value)
    nothing = isinstance(node, yaml.ScalarNode) and not node.style and written in ("", "~", "null")
    return Entry(line, None if nothing else written)


class Keys:
    """Asks a mapping for its values by kind; what does not fit is noted and answered with a harmless stand-in."""

    def __init__(self, entry: Entry, notes: Notes, name: str = "") -> None:
        """Read `entry`; `name` says in sentences what it is ("Bài thứ 2", "Câu q05")."""
        self.line = entry.line
        self.notes = notes
        self.name = f"{name}: " if name else ""
        self.values: dict[str, Entry] = entry.value if isinstance(entry.value, dict) else {}
        self.is_mapping = isinstance(entry.value, dict)
        if not self.is_mapping:
            self.note(entry.line, "cần các dòng dạng “khóa: giá trị”.")

    def note(self, line: int, message: str) -> None:
        """Write a problem down, beginning with what this mapping is."""
        self.notes.note(line, self.name + message if self.name else message[:1].upper() + message[1:])

    def line_of(self, key: str) -> int:
        """The line a key's value begins on, else the mapping's own."""
        return self.values[key].line if key in self.values else self.line

    def only(self, keys: Iterable[str]) -> None:
        """Note every key that nobody knows."""
        known = list(keys)
        for key in self.values:
            if key not in known:
                self.note(self.values[key].line, f"không có khóa “{key}”. Các khóa được dùng: {', '.join(known)}.")

    def raw(self, key: str) -> Entry | None:
        """The entry; None, with a note, when it is missing or empty."""
        entry = self.values.get(key)
        if self.is_mapping and (entry is None or entry.value is None):
            self.note(self.line_of(key), f"thiếu “{key}”. Hãy thêm dòng “{key}: …”.")
        return None if entry is None or entry.value is None else entry

    def text(self, key: str, most: int, *, optional: bool = False) -> str:
        """Text of 1 to `most` characters, white space folded."""
        if optional and (key not in self.values or self.values[key].value in (None, "")):
            return ""
        entry = self.raw(key)
        return "" if entry is None else self.words(entry, key, most)

    def words(self, entry: Entry, key: str, most: int) -> str:
        """Text of an entry."""
        if not isinstance(entry.value, str):
            self.note(entry.line, f"“{key}” phải là chữ, không phải danh sách.")
            return ""
        text = vietnamese.nfc(entry.value)
        if not text:
            self.note(entry.line, f"“{key}” đang để trống. Hãy điền nội dung.")
        elif len(text) > most:
            self.note(entry.line, f"“{key}” dài {len(text)} ký tự, tối đa {most}. Hãy viết ngắn lại.")
        return text

    def whole(self, key: str, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        entry = self.raw(key)
        if entry is None:
            return low
        if isinstance(entry.value, str) and re.fullmatch(r"\d{1,6}", entry.value) and low <= int(entry.value) <= high:
            return int(entry.value)
        self.note(entry.line, f"“{key}” phải là số nguyên từ {low} đến {high}.")
        return low

    def exact(self, key: str, low: Decimal | None, high: Decimal | None, *, places: int = 6) -> Decimal:
        """A decimal number, written 2.5 or 2,5."""
        entry = self.raw(key)
        if entry is None:
            return low or Decimal(0)
        try:
            value = vietnamese.parse_decimal(entry.value if isinstance(entry.value, str) else "")
        except ValueError:
            self.note(entry.line, f"“{key}” phải là một số, ví dụ 2.5.")
            return low or Decimal(0)
        if len(value.as_tuple().digits) > 15 or -int(value.as_tuple().exponent) > places:
            self.note(entry.line, f"“{key}” có quá nhiều chữ số. Hãy làm tròn, tối đa {places} chữ số sau dấu phẩy.")
        elif (low is not None and value < low) or (high is not None and value > high):
            span = f"từ {low} đến {high}" if high is not None else f"không nhỏ hơn {low}"
            self.note(entry.line, f"“{key}” phải {span}.")
        return value

    def yes(self, key: str, *, default: bool | None = None) -> bool:
        """true or false, also written đúng or sai."""
        if default is not None and key not in self.values:
            return default
        entry = self.raw(key)
        if entry is None:
            return False
        said = vietnamese.fold(entry.value) if isinstance(entry.value, str) else ""
        if said not in ("true", "false", "dung", "sai"):
            self.note(entry.line, f"“{key}” phải là true hoặc false.")
        return said in ("true", "dung")

    def choice(self, key: str, known: Sequence[str], what: str = "") -> str:
        """One of the known codes."""
        entry = self.raw(key)
        if entry is None:
            return ""
        if entry.value not in known:
            self.note(
                entry.line,
                f"“{key}: {_shown(entry)}” không có trong {what or 'danh sách'}. Dùng một trong: {', '.join(known)}.",
            )
            return ""
        return str(entry.value)

    def shape(self, key: str, pattern: str, hint: str) -> str:
        """Text that matches a pattern as a whole."""
        entry = self.raw(key)
        if entry is None:
            return ""
        if isinstance(entry.value, str) and re.fullmatch(pattern, entry.value):
            return entry.value
        self.note(entry.line, f"“{key}: {_shown(entry)}” chưa đúng dạng. {hint}")
        return ""

    def day(self, key: str) -> date | None:
        """A day, written 2023-09-27 or 27/09/2023; may be missing."""
        entry = self.values.get(key)
        if entry is None or entry.value is None:
            return None
        try:
            return vietnamese.parse_day(entry.value if isinstance(entry.value, str) else "")
        except ValueError:
            self.note(entry.line, f"“{key}” phải là ngày, ví dụ 2023-09-27.")
            return None

    def items(self, key: str, low: int, high: int, *, optional: bool = False) -> list[Entry]:
        """A list of `low` to `high` entries."""
        if optional and (key not in self.values or self.values[key].value is None):
            return []
        entry = self.raw(key)
        if entry is None:
            return []
        if not isinstance(entry.value, list):
            self.note(entry.line, f"“{key}” phải là danh sách, mỗi mục một dòng bắt đầu bằng dấu “-”.")
            return []
        if not low <= len(entry.value) <= high:
            span = f"đúng {low}" if low == high else f"từ {low} đến {high}"
            self.note(entry.line, f"“{key}” có {len(entry.value)} mục, cần {span}.")
        return entry.value

    def texts(self, key: str, low: int, high: int, most: int, *, optional: bool = False) -> list[str]:
        """A list of texts, each different."""
        found = [self.words(item, key, most) for item in self.items(key, low, high, optional=optional)]
        self.distinct(key, found)
        return found

    def codes(self, key: str, known: Sequence[str], what: str) -> tuple[str, ...]:
        """A list of known codes, at least one."""
        found = []
        for item in self.items(key, 1, 24):
            if item.value in known:
                found.append(str(item.value))
            else:
                self.note(item.line, f"“{_shown(item)}” không có trong {what}. Dùng một trong: {', '.join(known)}.")
        self.distinct(key, found)
        return tuple(found)

    def distinct(self, key: str, texts: Sequence[str]) -> None:
        """Note texts that stand there twice."""
        for text in sorted({text for text in texts if text and texts.count(text) > 1}):
            self.note(self.line_of(key), f"“{key}” có hai mục giống nhau: “{text}”. Hãy sửa hoặc bỏ một.")

    def each(self, key: str, low: int, high: int, name: Callable[[int, Any], str]) -> list["Keys"]:
        """A list of mappings."""
        return [Keys(item, self.notes, name(n, item)) for n, item in enumerate(self.items(key, low, high), 1)]


def _shown(entry: Entry) -> str:
    if not isinstance(entry.value, str):
        return "…"
    return entry.value if len(entry.value) <= 60 else entry.value[:57] + "…"
