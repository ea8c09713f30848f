"""Vietnamese text: folding for search, keys for order, numbers and dates as offices write them."""

import re
import unicodedata
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from lms.platform.clock import VIETNAM

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}  # huyền hỏi ngã sắc nặng
_FOREIGN_MARK = 6
_END = "!"  # below every primary weight, so that a shorter word comes first
_SPACE = '"'
_MARKS = {"_": "#", "-": "$", ",": "%", ";": "&", ":": "'", ".": "(", "'": ")", "(": "*", ")": "+", "/": ","}


@lru_cache(maxsize=4096)
def _weight(letter: str) -> tuple[str, str, str]:
    """Primary, tone and case weight of one composed character, each printable ASCII."""
    tone, base = 0, ""
    for part in unicodedata.normalize("NFD", letter):
        if part in _TONES:
            tone = _TONES[part]
        else:
            base += part
    base = unicodedata.normalize("NFC", base)
    lower = base.lower()
    place = _ALPHABET.find(lower) if lower else -1
    if place < 0 and len(plain := unicodedata.normalize("NFD", lower)) > 1:
        # Letters of other peoples stand with those of ours that they are made of, behind every tone.
        place, tone = _ALPHABET.find(plain[0]), _FOREIGN_MARK
    if place >= 0:
        primary = chr(ord("A") + place)
    elif lower.isspace():
        primary = _SPACE
    elif lower.isascii() and lower.isdigit():
        primary = lower
    else:
        primary = _MARKS.get(lower[:1], f"~{ord(lower[0]):06x}" if lower else "")
    return primary, str(tone), "1" if base != lower else "0"


@lru_cache(maxsize=65536)
def sort_key(text: str) -> str:
    """A key whose byte order is Vietnamese: letters, then tones (ngang huyền hỏi ngã sắc nặng), then case."""
    weights = [_weight(letter) for letter in unicodedata.normalize("NFC", text)]
    return _END.join("".join(column) for column in zip(*weights, strict=True))


def name_sort_key(full_name: str) -> str:
    """Order people by given name (tên), then by family and middle names."""
    *others, given = full_name.split() or [""]
    return sort_key(given) + _END + sort_key(" ".join(others))


_CONTROLS = {code: None for code in (*range(32), *range(127, 160)) if not chr(code).isspace()}


def nfc(text: str) -> str:
    """Compose marks, turn every run of white space into one space, strip the ends and drop control characters."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_CONTROLS).split())


_FOLDED_D = str.maketrans("đĐ", "dd")


def fold(text: str) -> str:
    """Lower case without marks: "Đặng Thị Ánh" → "dang thi anh"; for search and comparison, never for display."""
    decomposed = unicodedata.normalize("NFD", text.translate(_FOLDED_D))
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).lower().split())


def slug(text: str) -> str:
    """An unaccented, hyphenated name for file names and addresses."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")


def number(value: int | float | Decimal | None, decimals: int | None = None) -> str:
    """12345.5 → "12.345,5"; None → "–". Without `decimals`, as many as the value has, at most two."""
    if value is None:
        return "–"
    exact = Decimal(str(value))
    if decimals is None:
        rounded = exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
        text = f"{rounded:,f}".rstrip("0").rstrip(".")
    else:
        text = f"{exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):,f}"
    return text.translate(str.maketrans(",.", ".,"))


def percent(part: int | Decimal, whole: int | Decimal) -> str:
    """Share with two decimals: "82,50%"; "–" where there is nothing to divide by."""
    share = ratio(part, whole)
    return "–" if share is None else f"{number(share, 2)}%"


def ratio(part: int | Decimal, whole: int | Decimal) -> Decimal | None:
    """Percentage rounded half up to two decimals; None where the whole is 0."""
    if not whole:
        return None
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def short_day(value: date | None) -> str:
    """05/03/2026; None → ""."""
    return "" if value is None else f"{value:%d/%m/%Y}"


def short_moment(value: datetime | None) -> str:
    """14:07 05/03/2026, in Vietnamese time; None → ""."""
    return "" if value is None else f"{value.astimezone(VIETNAM):%H:%M %d/%m/%Y}"


def long_day(value: date) -> str:
    """ngày 05 tháng 3 năm 2026 (NĐ 30/2020/NĐ-CP: days below 10 and months 1, 2 are padded)."""
    month = f"{value.month:02d}" if value.month < 3 else str(value.month)
    return f"ngày {value.day:02d} tháng {month} năm {value.year}"


_WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")


def weekday(value: date) -> str:
    """Thứ Ba."""
    return _WEEKDAYS[value.weekday()]


def minutes_text(minutes: int) -> str:
    """155 → "2 giờ 35 phút"."""
    hours, rest = divmod(max(minutes, 0), 60)
    if not hours:
        return f"{rest} phút"
    return f"{hours} giờ" if not rest else f"{hours} giờ {rest} phút"


def masked_id(personal_id: str) -> str:
    """001192000089 → "001•••••••89": enough to tell two people apart, not enough to misuse."""
    return f"{personal_id[:3]}{'•' * max(len(personal_id) - 5, 0)}{personal_id[-2:]}"


def masked_phone(phone: str) -> str:
    """0912345678 → "09•••••678"; "" stays."""
    return f"{phone[:2]}{'•' * max(len(phone) - 5, 0)}{phone[-3:]}" if len(phone) > 5 else "•" * len(phone)


def parse_decimal(text: str) -> Decimal:
    """Read a mark typed as 8,5 or 8.5; both signs together are refused, not guessed (ValueError)."""
    cleaned = text.strip()
    if "," in cleaned and "." in cleaned:
        raise ValueError("both separators")
    cleaned = cleaned.replace(",", ".")
    if not re.fullmatch(r"-?\d+(\.\d+)?", cleaned):
        raise ValueError("not a number")
    return Decimal(cleaned)


def parse_day(text: str) -> date:
    """Read dd/mm/yyyy, d/m/yyyy, dd-mm-yyyy or an ISO day; anything else raises ValueError."""
    cleaned = text.strip()
    if match := re.fullmatch(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})", cleaned):
        day, month, year = map(int, match.groups())
        return date(year, month, day)
    return date.fromisoformat(cleaned)
