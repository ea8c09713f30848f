"""Rules of certificates: numbers, codes, who issues, what is frozen, what may be withdrawn."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from lms.platform import vietnamese

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Thirty signs that nobody confuses on paper: no 0 and O, no 1, I and L, no U."""
CODE_LENGTH = 12


class Ground(StrEnum):
    """Why a certificate is withdrawn: the five grounds of Thông tư 03/2023/TT-BNV, Điều 8."""

    FRAUD = "gian_lan"
    NOT_ELIGIBLE = "sai_doi_tuong"
    ALTERED = "tay_xoa"
    LENT = "cho_muon"
    ISSUER_ERROR = "loi_noi_cap"


class Replacement(StrEnum):
    """Why a newer certificate took its place."""

    RENEWED = "renewed"
    CORRECTED = "corrected"


class Status(StrEnum):
    """What a certificate is worth today."""

    VALID = "valid"
    REPLACED = "replaced"
    REVOKED = "revoked"


class Refusal(StrEnum):
    """Why a change is refused."""

    ALREADY_REVOKED = "already_revoked"
    ALREADY_REPLACED = "already_replaced"
    BEFORE_ISSUE = "before_issue"
    COMPLETION_VOIDED = "completion_voided"
    NOTHING_TO_CORRECT = "nothing_to_correct"


class NotPrinted(StrEnum):
    """Why a paper is not printed."""

    REVOKED = "revoked"
    CORRECTED = "corrected"
    NAME_TOO_LONG = "name_too_long"
    UNIT_TOO_LONG = "unit_too_long"
    COURSE_TOO_LONG = "course_too_long"


def status(*, revoked: bool, replaced: bool) -> Status:
    """What the certificate is worth; a withdrawal weighs more than a replacement."""
    if revoked:
        return Status.REVOKED
    return Status.REPLACED if replaced else Status.VALID


def is_due(*, source: str, voided: bool) -> bool:
    """Whether a completion brings a certificate: not when voided, not when another body has already certified it."""
    return not voided and source != "recognised"


def why_not_revoke(*, issued_on: date, revoked: bool, corrected: bool, today: date) -> Refusal | None:
    """Say what forbids withdrawing the certificate today, or None."""
    if revoked:
        return Refusal.ALREADY_REVOKED
    if corrected:
        return Refusal.ALREADY_REPLACED
    return Refusal.BEFORE_ISSUE if today < issued_on else None


def why_not_reissue(
    *, issued_on: date, revoked: bool, replaced: bool, voided: bool, changed: bool, today: date
) -> Refusal | None:
    """Say what forbids a re-issue today, or None. An identical paper needs no new number: it is printed again."""
    if revoked:
        return Refusal.ALREADY_REVOKED
    if replaced:
        return Refusal.ALREADY_REPLACED
    if voided:
        return Refusal.COMPLETION_VOIDED
    if not changed:
        return Refusal.NOTHING_TO_CORRECT
    return Refusal.BEFORE_ISSUE if today < issued_on else None


# Numbers and codes ----------------------------------------------------------------------------------------------------


def code_of(value: int) -> str:
    """Write a number below 30¹² as a code: 7KQ2-9M4T-H3XW."""
    signs = []
    for _ in range(CODE_LENGTH):
        value, place = divmod(value, len(ALPHABET))
        signs.append(ALPHABET[place])
    text = "".join(reversed(signs))
    return "-".join(text[start : start + 4] for start in range(0, CODE_LENGTH, 4))


CODES = len(ALPHABET) ** CODE_LENGTH
"""How many codes there are (about 2⁵⁹)."""


def read_code(typed: str) -> str | None:
    """The code that somebody typed or scanned, in its written form; None if it cannot be one."""
    signs = re.sub(r"[\s\-–—‑.]+", "", typed.upper())
    if len(signs) != CODE_LENGTH or any(sign not in ALPHABET for sign in signs):
        return None
    return "-".join(signs[start : start + 4] for start in range(0, CODE_LENGTH, 4))


def full_number(number: int, year: int, symbol: str) -> str:
    """00127/2026/GCN-SKHCN."""
    return f"{number:05d}/{year}/{symbol}"


def read_number(typed: str) -> str | None:
    """The number that somebody typed, in its written form ("127 / 2026 / gcn-skhcn" → "00127/2026/GCN-SKHCN")."""
    text = re.sub(r"\s+", "", vietnamese.nfc(typed)).upper()
    match = re.fullmatch(r"0*([1-9]\d{0,8})/(\d{4})/(\S{1,40})", text, re.ASCII)
    return full_number(int(match[1]), int(match[2]), match[3]) if match else None


def symbol(abbreviation: str, taken: Collection[str]) -> str:
    """The symbol of a new book: GCN-SKHCN, or GCN2-SKHCN where another body writes GCN-SKHCN in that year."""
    tail = f"-{abbreviation.upper()}" if abbreviation else ""
    book, place = f"GCN{tail}", 1
    while book in taken:
        place += 1
        book = f"GCN{place}{tail}"
    return book


# Who issues -----------------------------------------------------------------------------------------------------------

LOCAL_AUTHORITIES = frozenset({"thanh_pho", "quan", "huyen", "thi_xa", "phuong", "xa", "thi_tran"})
_CITY_BODIES = frozenset({"so", "ban", "van_phong", "thanh_tra"})
_HEADS = {
    "so": "GIÁM ĐỐC",
    "ban": "TRƯỞNG BAN",
    "van_phong": "CHÁNH VĂN PHÒNG",
    "thanh_tra": "CHÁNH THANH TRA",
    "don_vi_su_nghiep": "GIÁM ĐỐC",
}


@dataclass(frozen=True)
class Name:
    """What a unit is called from a day to a day."""

    name: str
    kind: str
    abbreviation: str
    from_on: date
    to_on: date


@dataclass
class Directory:
    """As much of the dated organisation as is needed to say who issues."""

    lives: dict[int, tuple[date, date]] = field(default_factory=dict)
    names: dict[int, list[Name]] = field(default_factory=dict)
    parents: dict[int, list[tuple[int, date, date]]] = field(default_factory=dict)
    heirs: dict[int, list[int]] = field(default_factory=dict)
    """Unit → who succeeded it, the best claim first."""
    forebears: dict[int, list[int]] = field(default_factory=dict)
    """Unit → whom it succeeded, the best claim first."""

    def name_on(self, unit_id: int, day: date) -> Name | None:
        """The name that held on the day, else the nearest one."""
        known = sorted(self.names.get(unit_id, ()), key=lambda name: name.from_on)
        for name in known:
            if day < name.to_on:
                return name
        return known[-1] if known else None

    def parent_on(self, unit_id: int, day: date) -> int | None:
        """The unit above on the day, else the last one there was."""
        places = sorted(self.parents.get(unit_id, ()), key=lambda place: place[1])
        for parent_id, _from_on, to_on in places:
            if day < to_on:
                return parent_id
        return places[-1][0] if places else None


@dataclass(frozen=True)
class Issuer:
    """The issuing body as it signs on a day."""

    unit_id: int
    name: str
    """As the sentence names it: Sở Khoa học và Công nghệ thành phố Hà Nội."""
    heading: str
    superior: str
    """The line above the heading, "" for a local authority."""
    signer: tuple[str, ...]
    abbreviation: str


def issuing_unit(directory: Directory, unit_id: int, day: date) -> int:
    """The organiser if it lives on the day; else its successor, or the body above; before its time, its forebear."""
    seen: set[int] = set()
    while unit_id not in seen and unit_id in directory.lives:
        seen.add(unit_id)
        born, ended = directory.lives[unit_id]
        if born <= day < ended:
            break
        if day >= ended:
            onward = directory.heirs.get(unit_id) or [
                parent for parent in (directory.parent_on(unit_id, day),) if parent is not None
            ]
        else:
            onward = _namesakes_first(directory, unit_id, day)
        onward = [other for other in onward if other in directory.lives]
        if not onward:
            break
        unit_id = onward[0]
    return unit_id


def _namesakes_first(directory: Directory, unit_id: int, day: date) -> list[int]:
    own = directory.name_on(unit_id, day)

    def other_name(other: int) -> bool:
        name = directory.name_on(other, day)
        return own is None or name is None or name.name != own.name

    return sorted(directory.forebears.get(unit_id, ()), key=other_name)


def issuer_on(directory: Directory, organiser_id: int, day: date, city: str) -> Issuer:
    """The body that issues for an organiser on a day, as it writes itself (`city`: Thành phố Hà Nội)."""
    unit_id = issuing_unit(directory, organiser_id, day)
    own = directory.name_on(unit_id, day) or Name("Đơn vị tổ chức", "", "", day, day)
    if own.kind in LOCAL_AUTHORITIES:
        name = f"Ủy ban nhân dân {lower_first(own.name)}"
        return Issuer(unit_id, name, name, "", ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"), own.abbreviation)
    if own.kind == "ubnd":
        return Issuer(unit_id, own.name, own.name, "", ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"), own.abbreviation)
    above_id = directory.parent_on(unit_id, day)
    above = directory.name_on(above_id, day) if above_id is not None else None
    place = lower_first(city)
    full = own.name
    if own.kind in _CITY_BODIES and place not in own.name:
        full = f"{own.name} {place}"
    head = "HIỆU TRƯỞNG" if own.name.startswith("Trường") else _HEADS.get(own.kind, "THỦ TRƯỞNG ĐƠN VỊ")
    return Issuer(unit_id, full, own.name, _superior(above), (head,), own.abbreviation)


def _superior(above: Name | None) -> str:
    if above is None:
        return ""
    if above.kind in LOCAL_AUTHORITIES:
        return f"UBND {lower_first(above.name)}"
    return above.name.replace("Ủy ban nhân dân", "UBND")


def lower_first(name: str) -> str:
    """Phường Ba Đình → phường Ba Đình: how a unit's name stands inside a sentence."""
    return name[:1].lower() + name[1:]


def place_of(city: str) -> str:
    """Where papers are dated: Thành phố Hà Nội → Hà Nội."""
    for kind in ("Thành phố ", "Tỉnh "):
        if city.startswith(kind):
            return city[len(kind) :]
    return city


# What is frozen -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Facts:
    """What a completion says on the day of issue."""

    completion_id: int
    person_id: int
    course_id: int
    organiser_id: int
    unit_id: int | None
    source: str
    voided: bool
    holder: str
    born_on: date | None
    unit: str
    department: str
    course: str
    version: int | None
    hours: Decimal
    started_on: date | None
    completed_on: date
    score: Decimal | None
    """Percent of the points, 0–100."""


def content(facts: Facts, issuer: Issuer, city: str) -> dict[str, Any]:
    """The paper's words, frozen; days as ISO text, numbers as exact text."""
    return {
        "kind": "giay_chung_nhan",
        "holder": facts.holder,
        "born_on": facts.born_on.isoformat() if facts.born_on else None,
        "unit": facts.unit,
        "department": facts.department,
        "course": facts.course,
        "version": facts.version,
        "hours": str(facts.hours),
        "from": min(facts.started_on or facts.completed_on, facts.completed_on).isoformat(),
        "to": facts.completed_on.isoformat(),
        "score": None if facts.score is None else str(facts.score),
        "issuer": issuer.name,
        "heading": issuer.heading,
        "superior": issuer.superior,
        "place": place_of(city),
        "signer": list(issuer.signer),
    }


CORRECTABLE = ("holder", "born_on", "unit", "department", "course", "hours", "from", "to", "score")
"""What a re-issue can put right; the rest follows from the day of issue."""


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Which words a re-issue would change: key → (old, new)."""
    return {key: (old.get(key), new.get(key)) for key in CORRECTABLE if old.get(key) != new.get(key)}


def workplace(unit: str, department: str) -> str:
    """Phòng Văn hóa - Xã hội, phường Thanh Xuân; local authorities stand in small letters after a department."""
    if not department or department == unit:
        return unit
    if not unit:
        return department
    kinds = ("Phường ", "Xã ", "Thị trấn ", "Quận ", "Huyện ", "Thị xã ", "Thành phố ")
    return f"{department}, {lower_first(unit) if unit.startswith(kinds) else unit}"


def ten_point(score: Decimal) -> Decimal:
    """92.50 per cent → 9.25 of 10, two decimals, half up."""
    return (score / 10).quantize(Decimal("0.01"), ROUND_HALF_UP)


def result_text(score: Decimal | None) -> str:
    """Đạt 9,25/10 điểm (92,50%); without a score only that it was reached."""
    if score is None:
        return "Đạt"
    return f"Đạt {vietnamese.number(ten_point(score), 2)}/10 điểm ({vietnamese.number(score, 2)}%)"


def paper_day(day: date) -> str:
    """15/8/1988, 01/02/1979: days below 10 and months 1 and 2 are padded, as in an office's papers."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"{day.day:02d}/{month}/{day.year}"


# The paper ------------------------------------------------------------------------------------------------------------

NORMAL = {"holder": 30, "workplace": 70, "course": 70, "heading": 68}
"""Characters up to which the large setting holds; above it the paper is set smaller."""
LONGEST = {"holder": 60, "workplace": 160, "course": 240}
"""Characters that were tried in the small setting; more would run into the signature."""


def is_long(*, holder: str, where: str, course: str, heading: str) -> bool:
    """Whether the paper needs the small setting."""
    words = {"holder": holder, "workplace": where, "course": course, "heading": heading}
    return any(len(words[key]) > most for key, most in NORMAL.items())


def why_not_print(*, revoked: bool, corrected: bool, holder: str, where: str, course: str) -> NotPrinted | None:
    """Say why the paper is not printed, or None. What does not fit is refused, never cut."""
    checks: tuple[tuple[bool, NotPrinted], ...] = (
        (revoked, NotPrinted.REVOKED),
        (corrected, NotPrinted.CORRECTED),
        (len(holder) > LONGEST["holder"], NotPrinted.NAME_TOO_LONG),
        (len(where) > LONGEST["workplace"], NotPrinted.UNIT_TOO_LONG),
        (len(course) > LONGEST["course"], NotPrinted.COURSE_TOO_LONG),
    )
    return next((reason for holds, reason in checks if holds), None)


def numbered(last: int, count: int) -> range:
    """The next `count` numbers of a book whose last number is `last`."""
    return range(last + 1, last + count + 1)


NewCode = Callable[[], str]
