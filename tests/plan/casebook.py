"""The golden cases as their file tells them: sentences of an office, read into plain values."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from lms.plan.rules import FOREVER, State
from lms.platform.vietnamese import parse_decimal

FILE = Path(__file__).with_name("cases.yaml")
DAY = r"\d\d/\d\d/\d{4}"
COURSES = {"Kỹ năng số": "KHCN", "An toàn thông tin": "KHCN", "Quản lý nhà nước": "QLNN"}
"""Course → its content group; each of 8 tiết, in versions 1 and 2."""
PEOPLE = ("An", "Bình", "Chi", "Dũng")
CATEGORIES = {"cán bộ": "can_bo", "công chức": "cong_chuc", "viên chức": "vien_chuc"}
KINDS = {
    "Thành phố": "thanh_pho", "Quận": "quan", "Phường": "phuong", "Xã": "xa", "Sở": "so", "Trường": "don_vi_su_nghiep",
}  # fmt: skip
"""First word of a unit's name → its kind."""
STATES = {
    "chưa đến ngày": State.FUTURE, "chưa bắt đầu": State.NOT_STARTED, "đang học": State.IN_PROGRESS,
    "hoàn thành đúng hạn": State.COMPLETED, "hoàn thành trễ hạn": State.COMPLETED_LATE,
    "còn hiệu lực": State.VALID, "sắp hết hạn": State.EXPIRING, "hết hạn": State.EXPIRED, "quá hạn": State.OVERDUE,
    "tạm dừng": State.PAUSED, "được miễn": State.WAIVED, "kết thúc": State.ENDED,
}  # fmt: skip
FIGURES = {
    "phải học": "required", "lượt": "required", "người": "persons", "hoàn thành": "completed", "đúng hạn": "on_time",
    "trễ hạn": "late", "đang học": "in_progress", "chưa bắt đầu": "not_started", "quá hạn": "overdue",
    "tạm dừng": "paused", "được miễn": "waived",
}  # fmt: skip

_WHO = rf"(?:(?P<who>{'|'.join(PEOPLE)}) )?"
_POST = rf"(?P<unit>.+?)(?: là (?P<category>{'|'.join(CATEGORIES)}))?(?: vị trí (?P<position>\S+))?"
_UNTIL = rf"(?: đến hết (?P<last>{DAY}))?"
_COURSE = rf"(?P<course>{'|'.join(COURSES)})"
_DONE = rf"{_COURSE}(?: (?P<hours>[\d,]+) tiết)?(?: nhóm (?P<group>[A-Z]+))?"
_CYCLE = r"(?: (?:năm|kỳ) (?P<cycle>\d+))?"

FACTS = {
    "hired": f"vào {_POST}{_UNTIL}",
    "second": f"kiêm nhiệm ở {_POST}{_UNTIL}",
    "moved": "chuyển đến (?P<unit>.+)",
    "left": "thôi việc",
    "seconded": f"biệt phái đến (?P<unit>.+?){_UNTIL}, (?P<counts>tính ở nơi đến|vẫn tính ở nơi đi)",
    "began_rightly": f"thực ra đã vào từ (?P<begin>{DAY})",
    "away": f"nghỉ (?P<kind>thai sản|ốm|đi học)(?:{_UNTIL}|, chưa rõ ngày về)",
    "not_away": "không nghỉ nữa, hủy ngày nghỉ đã ghi",
    "waived": f"được miễn(?: yêu cầu (?P<need>[^,]+?))?(?:{_UNTIL}|, không thời hạn)",
    "not_waived": "bị hủy miễn",
    "granted": f"(?P<kind>được gia hạn|được lùi hạn|phải giữ hạn|được báo giữ hạn cũ){_CYCLE} đến (?P<due>{DAY})",
    "began": rf"bắt đầu học {_COURSE}(?:, phiên bản (?P<version>\d))?",
    "completed": rf"hoàn thành {_DONE}(?:, phiên bản (?P<version>\d))?",
    "recognised": f"được công nhận {_DONE}",
    "voided": f"bị hủy kết quả {_COURSE} ngày (?P<of>{DAY})",
    "submitted": rf"nộp bài đạt {_COURSE} lúc (?P<time>\d\d:\d\d:\d\d)",
    "ended": "yêu cầu(?: (?P<need>.+?))? kết thúc",
}
"""What happened → the sentence that says it, after the day and, if it is not An, the person."""

REFORM = {
    "units": "lập (?P<unit>.+) thuộc (?P<parent>.+)",
    "merged": "nhập (?P<olds>.+) vào (?P<new>.+)",
    "split": "tách (?P<old>.+?) thành (?P<new>.+) và (?P<rest>.+)",
    "dissolved": "giải thể (?P<old>.+)",
    "renamed": "đổi tên (?P<old>.+) thành (?P<name>.+)",
    "hung": "đưa (?P<unit>.+) về (?P<parent>.+)",
    "chose": f"(?P<who>{'|'.join(PEOPLE)}) chọn (?P<unit>.+)",
}

NEED = {
    "any_of": "học một trong (?P<courses>.+)",
    "all_of": "học đủ (?P<courses>.+)",
    "one": f"học (?P<courses>{'|'.join(COURSES)})",
    "hours": r"đủ (?P<hours>[\d,]+) tiết(?: nhóm (?P<group>[A-Z]+))?",
    "fixed": f"hạn (?P<day>{DAY})",
    "after_posting": r"hạn (?P<days>\d+) ngày từ khi thuộc đối tượng",
    "calendar_year": r"hằng năm đến (?P<day>\d\d/\d\d)",
    "late_joiners": r"người vào sau có ít nhất (?P<days>\d+) ngày",
    "life": f"thi hành từ (?P<begin>{DAY}){_UNTIL}",
    "audience": (
        rf"(?P<sign>dành cho|trừ) (?:(?P<category>{'|'.join(CATEGORIES)}) )?(?:vị trí (?P<position>\S+) )?"
        rf"(?:ở các (?P<kind>phường|xã|quận|sở) thuộc )?(?P<alone>riêng )?(?P<unit>.+?)"
        rf"(?: từ (?P<begin>{DAY}))?{_UNTIL}"
    ),
    "accepts": r"nhận kết quả trong (?P<days>\d+) ngày trước khi mở",
    "minimum": r"cần ít nhất (?P<days>\d+) ngày để học",
    "late": r"học bù được thêm (?P<days>\d+) ngày sau năm",
    "absence": "tạm vắng thì (?P<effect>lùi hạn|tạm dừng|vẫn tính)",
    "repeats": r"có giá trị (?P<months>\d+) tháng kể từ (?P<base>ngày hoàn thành|ngày hết hạn trước|ngày cố định)",
    "renews": r"học lại được trước (?P<months>\d+) tháng",
    "leaves": r"mỗi lần còn ít nhất (?P<months>\d+) tháng",
    "version": rf"{_COURSE} từ phiên bản (?P<version>\d)",
    "equivalent": f"(?P<equivalent>{'|'.join(COURSES)}) thay được {_COURSE}(?: từ (?P<begin>{DAY}))?{_UNTIL}",
}

DUTY = {
    "due_on": f"hạn (?P<due_on>{DAY})",
    "no_due": "chưa có hạn",
    "fulfilled_on": f"hoàn thành ngày (?P<fulfilled_on>{DAY})",
    "unfulfilled": "chưa hoàn thành",
    "unstarted": "không có ngày bắt đầu",
    "started_on": f"bắt đầu ngày (?P<started_on>{DAY})",
    "opened_on": f"mở từ (?P<opened_on>{DAY})",
    "closes_on": f"hết phải học từ (?P<closes_on>{DAY})",
    "open": "còn phải học",
    "valid_until": f"có giá trị đến hết (?P<valid_until>{DAY})",
    "unit": "tính cho (?P<unit>.+)",
    "nowhere": "không tính cho đơn vị nào",
    "none": "không có nghĩa vụ",
}

OPEN = {"no_due": "due_on", "unfulfilled": "fulfilled_on", "unstarted": "started_on", "open": "closes_on"}
"""What a sentence says has no day → the field."""


class Unreadable(ValueError):
    """A sentence that no pattern knows; the message quotes it and names the case."""


@dataclass(frozen=True)
class Fact:
    """Something that happened to somebody on a day, and the day on which it was written down."""

    what: str
    day: date
    told_on: date
    who: str
    values: Mapping[str, Any]
    steps: tuple[tuple[str, Mapping[str, str]], ...] = ()
    """Of a reform: what is done to which units."""


@dataclass(frozen=True)
class Need:
    """A requirement: its sentences as (what, values)."""

    name: str
    phrases: tuple[tuple[str, Mapping[str, Any]], ...]


@dataclass(frozen=True)
class Expected:
    """What must be so on a day: of a person's duty, or of a unit's figures."""

    day: date
    sentence: str
    who: str = "An"
    need: str = ""
    cycle: int | None = None
    unit: str = ""
    is_former: bool = False
    items: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Case:
    """A situation: requirements, what happened, what must follow."""

    number: int
    name: str
    rules: tuple[int, ...]
    needs: tuple[Need, ...]
    facts: tuple[Fact, ...]
    """In the order in which they were written down."""
    expected: tuple[Expected, ...]
    units: Mapping[str, str | None] = field(repr=False)
    """Unit → parent, as long as nothing is reformed."""


@lru_cache(maxsize=1)
def cases() -> tuple[Case, ...]:
    """Every case of the file; Unreadable names the sentence that is not understood."""
    content = yaml.load(FILE.read_text(encoding="utf-8"), Loader=_Strict)
    found = [_case(number, row, content["units"]) for number, row in enumerate(content["cases"], 1)]
    names = [case.name for case in found]
    if twice := {name for name in names if names.count(name) > 1}:
        raise Unreadable(f"hai trường hợp cùng tên: {sorted(twice)}")
    return tuple(found)


class _Strict(yaml.SafeLoader):
    """Refuses a key that stands twice: the second would silently replace the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        if len(set(keys)) < len(keys):
            raise Unreadable(f"khóa lặp lại ở dòng {node.start_mark.line + 1}")
        return super().construct_mapping(node, deep)


def day(text: str) -> date:
    """A day as an office writes it: 05/03/2026."""
    d, m, y = map(int, text.split("/"))
    return date(y, m, d)


def day_after(text: str | None) -> date:
    """The first day after the last one told; FOREVER if none was."""
    return FOREVER if text is None else date.fromordinal(day(text).toordinal() + 1)


def kind_of(unit: str) -> str:
    """The kind of a unit, which its name tells."""
    return next(kind for word, kind in KINDS.items() if unit.startswith(word))


def _case(number: int, row: Mapping[str, Any], units: Mapping[str, str | None]) -> Case:
    try:
        if unknown := set(row) - {"name", "rule", "requirement", "requirements", "facts", "expect"}:
            raise Unreadable(f"mục lạ: {sorted(unknown)}")
        told = row["rule"] if isinstance(row.get("rule", ()), list) else [row["rule"]] if "rule" in row else []
        needs = row.get("requirements") or {"": row.get("requirement", [])}
        facts = sorted((_fact(line) for line in row.get("facts", [])), key=lambda fact: fact.told_on)
        here = _mentioned(row, units)
        for fact in facts:
            here |= {values["unit"]: values["parent"] for what, values in fact.steps if what == "units"}
            here |= {values["name"]: None for what, values in fact.steps if what == "renamed"}
        return Case(
            number, row["name"], tuple(told), tuple(_need(name, lines) for name, lines in needs.items()),
            tuple(_with_postings(facts)), tuple(_expected(row["expect"], here, tuple(needs))), here,
        )  # fmt: skip
    except (Unreadable, KeyError, AttributeError, TypeError) as error:
        raise Unreadable(f"trường hợp “{row.get('name')}”: {error!r}") from error


POSTINGS = ("hired", "second", "moved", "left", "seconded", "began_rightly")
"""Facts that say where somebody works."""


def _with_postings(facts: list[Fact]) -> list[Fact]:
    """Whoever is not said to come before anything else is a civil servant of Hàng Bạc since 01/01/2024."""
    first = {fact.who: fact.what for fact in reversed(facts) if fact.what in POSTINGS}
    named = {"An", *(fact.who for fact in facts if fact.who), *_who_chose(facts)}
    missing = [who for who in PEOPLE if who in named and first.get(who) != "hired"]
    values = {"unit": "Phường Hàng Bạc", "category": None, "position": None, "last": None}
    return [Fact("hired", date(2024, 1, 1), date(2024, 1, 1), who, values) for who in missing] + facts


def _who_chose(facts: list[Fact]) -> set[str]:
    return {values["who"] for fact in facts for what, values in fact.steps if what == "chose"}


def _mentioned(row: Mapping[str, Any], units: Mapping[str, str | None]) -> dict[str, str | None]:
    """The units that a case names, with everything above them."""
    text, wanted = repr(row), {"Phường Hàng Bạc"}
    wanted |= {name for name in units if name in text}
    for name in list(wanted):
        above: str | None = name
        while above is not None:
            wanted.add(above)
            above = units[above]
    return {name: parent for name, parent in units.items() if name in wanted}


def _fact(line: str | Mapping[str, list[str]]) -> Fact:
    if not isinstance(line, str):
        [(head, lines)] = line.items()
        on = day(_match(f"(?P<day>{DAY}) sắp xếp đơn vị", head)["day"])
        return Fact("reformed", on, on, "", {}, tuple(_one_of(REFORM, text) for text in lines))
    whole = _match(rf"(?P<day>{DAY}) {_WHO}(?P<rest>.+?)(?:, ghi ngày (?P<told>{DAY}))?", line)
    what, values = _one_of(FACTS, whole["rest"])
    return Fact(what, day(whole["day"]), day(whole["told"] or whole["day"]), whole["who"] or "An", values)


def _need(name: str, lines: list[str]) -> Need:
    return Need(name, tuple(_one_of(NEED, line) for line in lines))


def _expected(
    told: Mapping[str, str | list[str]], units: Mapping[str, Any], needs: tuple[str, ...]
) -> Iterator[Expected]:
    for on, sentences in told.items():
        for sentence in [sentences] if isinstance(sentences, str) else sentences:
            yield _expectation(day(on), sentence, units, needs)


def _expectation(on: date, sentence: str, units: Mapping[str, Any], needs: tuple[str, ...]) -> Expected:
    former = sentence.startswith("theo đơn vị cũ ")
    rest = sentence.removeprefix("theo đơn vị cũ ")
    unit = max((name for name in units if rest.startswith(f"{name} ")), key=len, default="")
    if unit:
        items = tuple(_figure(item) for item in rest.removeprefix(f"{unit} ").split(", "))
        return Expected(on, sentence, unit=unit, is_former=former, items=items)
    named = "|".join(re.escape(name) for name in needs if name)
    subject = _match(
        rf"{_WHO}" + (rf"(?:yêu cầu (?P<need>{named}) )?" if named else "(?P<need>)")
        + r"(?:(?:năm|kỳ) (?P<cycle>\d+) )?(?P<items>.+)", rest,
    )  # fmt: skip
    cycle = None if subject["cycle"] is None else int(subject["cycle"])
    items = tuple(_item(item) for item in subject["items"].split(", "))
    return Expected(on, sentence, subject["who"] or "An", subject["need"] or "", cycle, items=items)


def _item(text: str) -> tuple[str, Any]:
    if text in STATES:
        return "state", STATES[text]
    what, values = _one_of(DUTY, text)
    if what in OPEN:
        return OPEN[what], FOREVER
    if what in ("none", "nowhere"):
        return {"none": "none", "nowhere": "unit"}[what], None
    [(name, value)] = values.items()
    return name, value if name == "unit" else day(value)


def _figure(text: str) -> tuple[str, Any]:
    if text.startswith("tỷ lệ "):
        told = text.removeprefix("tỷ lệ ")
        return "rate", None if told == "–" else parse_decimal(told.removesuffix("%"))
    found = _match(rf"(?P<word>{'|'.join(FIGURES)}) (?P<number>\d+)", text)
    return FIGURES[found["word"]], int(found["number"])


def _one_of(patterns: Mapping[str, str], text: str) -> tuple[str, Mapping[str, Any]]:
    for what, pattern in patterns.items():
        if found := re.fullmatch(pattern, text):
            return what, found.groupdict()
    raise Unreadable(f"không hiểu câu “{text}”")


def _match(pattern: str, text: str) -> Mapping[str, Any]:
    found = re.fullmatch(pattern, text)
    if found is None:
        raise Unreadable(f"không hiểu câu “{text}”")
    return found.groupdict()


def number(text: str | None, default: str) -> Decimal:
    """Tiết as an office writes them: 7,5."""
    return parse_decimal(text or default)
