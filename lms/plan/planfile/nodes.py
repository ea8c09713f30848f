"""YAML with line numbers: values are taken out one by one, and whatever is wrong is noted with its line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import yaml

from lms.plan.planfile.contents import Problem
from lms.platform import vietnamese

DEEPEST = 20
"""Levels of nesting; a plan needs six."""

MISSING_DAY = "Ngày cần ghi dạng 2024-12-31 hoặc 31/12/2024."


@dataclass(frozen=True)
class Item:
    """A node of the file and the line it stands on."""

    node: yaml.Node
    line: int

    @property
    def is_mapping(self) -> bool:
        """Whether it has named fields."""
        return isinstance(self.node, yaml.MappingNode)


def _refusal(text: str) -> Problem | None:
    """What makes a YAML file unsafe to build: anchors, which can explode, and nesting without end."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            return Problem(line, "Tệp dùng neo (&, *) của YAML. Hãy ghi đầy đủ từng mục.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            return Problem(line, "Tệp lồng quá nhiều tầng. Hãy viết theo mẫu trong courses/plans.")
    return None


class Reader:
    """Takes values out of nodes; a wrong one becomes a problem and a harmless stand-in."""

    def __init__(self) -> None:
        """Begin without a problem."""
        self.problems: list[Problem] = []

    def say(self, item: Item | None, message: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(item.line if item else 1, message))

    def open(self, content: bytes) -> Item | None:
        """The top of the file; None when it is no readable YAML. Anchors are refused: they can explode."""
        try:
            text = content.decode("utf-8-sig")
            if (refusal := _refusal(text)) is not None:
                self.problems.append(refusal)
                return None
            node = yaml.compose(text, Loader=yaml.SafeLoader)
        except UnicodeDecodeError:
            self.problems.append(Problem(1, "Tệp không phải văn bản UTF-8. Hãy lưu lại với bảng mã UTF-8."))
            return None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
            self.problems.append(
                Problem(
                    mark.line + 1 if mark else 1, "Không đọc được YAML ở dòng này. Kiểm tra thụt dòng và dấu hai chấm."
                )
            )
            return None
        if node is None:
            self.problems.append(Problem(1, "Tệp trống. Hãy viết theo mẫu trong courses/plans."))
            return None
        return self._item(node)

    def _item(self, node: yaml.Node) -> Item:
        return Item(node, node.start_mark.line + 1)

    def mapping(self, item: Item | None, *, needed: Iterable[str] = (), allowed: Iterable[str] = ()) -> dict[str, Item]:
        """The fields of a mapping; unknown, doubled and missing ones are noted."""
        if item is None:
            return {}
        if not isinstance(item.node, yaml.MappingNode):
            self.say(item, "Ở đây cần các dòng “tên: giá trị”.")
            return {}
        needed = tuple(needed)
        known = {*needed, *allowed}
        fields: dict[str, Item] = {}
        for key_node, value_node in item.node.value:
            key, value = str(key_node.value), self._item(value_node)
            place = self._item(key_node)
            if key not in known:
                self.say(place, f"Không có mục tên “{key}”. Các mục dùng được: {', '.join(sorted(known))}.")
            elif key in fields:
                self.say(place, f"Mục “{key}” được ghi hai lần. Hãy bỏ một dòng.")
            else:
                fields[key] = Item(value.node, place.line)
        for key in needed:
            if key not in fields:
                self.say(item, f"Thiếu mục “{key}”.")
        return fields

    def items(self, item: Item | None) -> list[Item]:
        """The entries of a list."""
        if item is None or self._is_null(item):
            return []
        if not isinstance(item.node, yaml.SequenceNode):
            self.say(item, "Ở đây cần một danh sách, mỗi mục bắt đầu bằng “- ”.")
            return []
        return [self._item(node) for node in item.node.value]

    def one_of(self, item: Item | None, fields: dict[str, Item], kinds: tuple[str, ...], what: str) -> str:
        """Which single one of `kinds` is given; the first stands in when it is not clear."""
        given = [kind for kind in kinds if kind in fields]
        if len(given) == 1:
            return given[0]
        if item is not None:
            self.say(item, f"Cần đúng một {what} trong: {', '.join(kinds)}.")
        return next((kind for kind in given), "any_of" if "any_of" in kinds else kinds[0])

    def text(self, item: Item | None, *, most: int) -> str:
        """A text of at most `most` characters, NFC, white space folded; "" when absent."""
        if item is None or self._is_null(item):
            return ""
        if not isinstance(item.node, yaml.ScalarNode):
            self.say(item, "Ở đây cần một giá trị, không phải danh sách.")
            return ""
        text = vietnamese.nfc(str(item.node.value))
        if not text:
            self.say(item, "Mục này không được để trống.")
        if len(text) > most:
            self.say(item, f"Dài {len(text)} ký tự, quá mức {most}. Hãy viết gọn lại.")
        return text

    def texts(self, item: Item | None, *, most: int) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(self.text(entry, most=most) for entry in self.items(item))

    def choice(self, item: Item | None, words: tuple[str, ...], *, otherwise: str) -> str:
        """One of some words."""
        if item is None:
            return otherwise
        word = self.text(item, most=24)
        if word not in words:
            self.say(item, f"Ở đây cần một trong: {', '.join(words)}.")
            return otherwise
        return word

    def flag(self, item: Item | None, *, otherwise: bool) -> bool:
        """True or false."""
        if item is None:
            return otherwise
        word = self.text(item, most=10).lower()
        if word not in ("true", "false"):
            self.say(item, "Ở đây cần true hoặc false.")
        return word == "true"

    def day(self, item: Item | None) -> date | None:
        """A day, ISO or dd/mm/yyyy."""
        if item is None or self._is_null(item):
            return None
        try:
            day = vietnamese.parse_day(self.text(item, most=20))
        except ValueError:
            self.say(item, MISSING_DAY)
            return None
        if not date(1990, 1, 1) <= day <= date(2100, 12, 31):
            self.say(item, "Năm cần nằm trong khoảng 1990–2100. Hãy kiểm tra lại ngày.")
        return day

    def month_and_day(self, item: Item) -> tuple[int, int]:
        """A day of every year, written 31/12 or 12-31."""
        text = self.text(item, most=5)
        try:
            month, day = map(int, text.split("-")) if "-" in text else map(int, reversed(text.split("/")))
            date(2023, month, day)
        except ValueError:
            self.say(item, "Cần một ngày có ở mọi năm, ghi dạng 31/12.")
            return 12, 31
        return month, day

    def whole(self, item: Item | None, low: int, high: int) -> int | None:
        """A whole number."""
        amount = self.amount(item, low, high)
        if amount is not None and amount != int(amount):
            self.say(item, "Cần một số nguyên.")
        return None if amount is None else int(amount)

    def amount(self, item: Item | None, low: Decimal | int, high: Decimal | int) -> Decimal | None:
        """A number with at most two decimals."""
        if item is None or self._is_null(item):
            return None
        try:
            amount = vietnamese.parse_decimal(self.text(item, most=20))
        except ValueError:
            self.say(item, "Cần một số, ví dụ 60 hoặc 4,5.")
            return None
        if not low <= amount <= high or amount != round(amount, 2):
            self.say(
                item, f"Cần một số từ {vietnamese.number(low)} đến {vietnamese.number(high)}, nhiều nhất hai số lẻ."
            )
        return amount

    def no_doubles(self, keys: list[tuple[str, int]], what: str) -> None:
        """Note every key that stands a second time."""
        seen: set[str] = set()
        for key, line in keys:
            if key in seen:
                self.problems.append(Problem(line, f"{what.format(key)} được ghi hai lần. Hãy đổi một mã."))
            seen.add(key)

    def _is_null(self, item: Item) -> bool:
        return isinstance(item.node, yaml.ScalarNode) and item.node.tag == "tag:yaml.org,2002:null"
