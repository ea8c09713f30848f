"""What a cell says: text, names, days, numbers, kinds of staff, as offices write them."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from lms.organisation.models import StaffCategory
from lms.organisation.roster.letters import without_tone
from lms.organisation.roster.sheets import Cell
from lms.platform import vietnamese

CATEGORIES: Mapping[str, StaffCategory] = {
    "can bo": StaffCategory.OFFICIAL,
    "cb": StaffCategory.OFFICIAL,
    "can bo chuyen trach": StaffCategory.OFFICIAL,
    "cong chuc": StaffCategory.CIVIL_SERVANT,
    "cc": StaffCategory.CIVIL_SERVANT,
    "vien chuc": StaffCategory.PUBLIC_EMPLOYEE,
    "vc": StaffCategory.PUBLIC_EMPLOYEE,
    "hop dong lao dong": StaffCategory.WORKER,
    "hop dong": StaffCategory.WORKER,
    "lao dong hop dong": StaffCategory.WORKER,
    "hdld": StaffCategory.WORKER,
    "ldhd": StaffCategory.WORKER,
    "hd": StaffCategory.WORKER,
    "hd 68": StaffCategory.WORKER,
    "hd68": StaffCategory.WORKER,
    "hd 111": StaffCategory.WORKER,
    "hd111": StaffCategory.WORKER,
    "nguoi lao dong": StaffCategory.WORKER,
    "nld": StaffCategory.WORKER,
    "cong dong": StaffCategory.COMMUNITY,
    "luc luong cong dong": StaffCategory.COMMUNITY,
    "to cong nghe so cong dong": StaffCategory.COMMUNITY,
    "to chuyen doi so cong dong": StaffCategory.COMMUNITY,
}

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad]")
_SERIAL_ZERO = date(1899, 12, 30)
_OLDEST = date(1900, 1, 1)


@lru_cache(maxsize=65536)
def plain(text: str) -> str:
    """A text as it is looked up: folded, without punctuation."""
    return " ".join(re.findall(r"[a-z0-9]+", vietnamese.fold(text)))


@lru_cache(maxsize=65536)
def clean(text: str) -> str:
    """Text with composed marks, single spaces and nothing invisible; the apostrophe that forces text is dropped."""
    if text.isascii() and "  " not in text and text.isprintable():
        return text.strip().lstrip("'").strip()
    return vietnamese.nfc(_INVISIBLE.sub("", text)).lstrip("'’").strip()


def as_text(cell: Cell) -> str:
    """A cell as clean text: whole numbers without “.0”, days as dd/mm/yyyy."""
    if type(cell) is str:
        return clean(cell)
    if isinstance(cell, bool):
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return vietnamese.short_day(cell.date())
    if isinstance(cell, date):
        return vietnamese.short_day(cell)
    return clean(str(cell))


def alike(one: str, other: str) -> bool:
    """Whether two texts differ in capitals, dashes, spaces and the place of the tone only (hoà, hòa)."""
    return one == other or likeness(one) == likeness(other)


@lru_cache(maxsize=65536)
def likeness(text: str) -> str:
    """The same for texts that are alike."""
    words = re.split(r"[\s\-–—,./]+", unicodedata.normalize("NFC", text).lower())
    return " ".join("".join(without_tone(word)) for word in words if word)


# Names ----------------------------------------------------------------------------------------------------------------

_SMALL = frozenset("và của các về theo trong cho tại ở với".split())
_ABBREVIATIONS = frozenset(
    "UBND HĐND MTTQ UBMTTQ UB MTTQVN CNTT TTTT CHQS BCH BQL QLDA VHTT VHXH TNMT GDĐT TCKH KTXH LĐTBXH LĐ TDP HC QT TC "
    "TN CCB LHPN TNCS HCM CSHCM PCCC GPMB TT XD QLĐT VP TH THCS THPT MN KT ĐT GD YT II III IV VI VII VIII IX XI".split()
)
_SEGMENT_KINDS = (
    "trung tâm", "văn phòng", "phòng", "ban", "chi cục", "bộ phận", "thanh tra", "đội", "tổ", "khoa", "trường",
    "trạm", "hạt", "khối", "quỹ", "viện", "xã", "phường", "thị trấn", "huyện", "quận", "sở",
)  # fmt: skip


_SMALL_MARKED = re.compile(r"(?<= )[^\x00-\x7f](?=\w)")


def _is_shouted(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return len(letters) > 1 and text == text.upper() and text != text.lower()


@lru_cache(maxsize=65536)
def person_name(text: str) -> str:
    """A name in its proper letters when it is written all in capitals, or all in small ones; else as it stands.

    Old fonts have no capitals with marks: a word that begins with a small marked vowel among capitals is given one.
    """
    if not (_is_shouted(text) or (text == text.lower() and " " in text)):
        return _SMALL_MARKED.sub(lambda found: found[0].upper(), text) if text[:1].isupper() else text
    return re.sub(r"[^\W\d_]+", lambda found: found[0][0].upper() + found[0][1:].lower(), text)


@lru_cache(maxsize=16384)
def office_name(text: str) -> str:
    """The name of a department in its proper letters when it is written all in capitals; else as it stands."""
    if not _is_shouted(text) or (" " not in text and (text in _ABBREVIATIONS or len(text) < 4)):
        return text
    words, out, is_first = text.split(), [], True
    small = text.lower()
    after = next((len(kind.split()) for kind in _SEGMENT_KINDS if small.startswith(kind + " ")), 0)
    for place, word in enumerate(words):
        bare = word.strip(",.;:()")
        parts = re.split(r"[&/–-]", bare)  # HĐND&UBND
        if all(part in _ABBREVIATIONS for part in parts) or any(sign.isdigit() for sign in bare):
            out.append(word)
        elif word.lower() in _SMALL and place:
            out.append(word.lower())
            is_first = True
            continue
        else:
            of_place = words[0].lower() in ("xã", "phường", "huyện", "quận", "sở") or small.startswith("thị trấn ")
            begins = is_first or place == after or bare.lower() in ("sở",) or (of_place and place >= after)
            out.append(word[0].upper() + word[1:].lower() if begins else word.lower())
        is_first = word in ("-", "–", "&") or word.endswith((",", ";", "-"))
    return " ".join(out)


# Days -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Born:
    """A day of birth as far as it is told: the whole day, or the year alone."""

    day: date | None = None
    year: int | None = None


_PARTS = re.compile(r"(\d{1,2})\s*[/.\-,\s]\s*(\d{1,2})\s*[/.\-,\s]\s*(\d{4}|\d{2})")
_IN_WORDS = re.compile(
    r"(?:ngày|ngay)?\s*(\d{1,2})\s*(?:tháng|thang)\s*(\d{1,2})\s*(?:năm|nam)\s*(\d{4})", re.IGNORECASE
)
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d{1,2}:\d{2}(?::\d{2})?)?")
_EIGHT = re.compile(r"\d{8}")
_MONTH_ONLY = re.compile(r"(\d{1,2})\s*[/.\-]\s*(\d{4})")
_YEAR_ONLY = re.compile(r"(?:năm|nam)?\s*((?:19|20)\d\d)", re.IGNORECASE)


def day_of(cell: Cell, on: date, *, youngest: int = 0) -> date | None:
    """The day in a cell, None when it tells none: a real day, a day number, or text with the day before the month.

    A year of two digits is the latest one that lies at least `youngest` years before `on`. What can be read in two ways
    is not read.
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        if 10_000 < cell < 80_000:
            return _SERIAL_ZERO + timedelta(days=int(cell))
        return _of_digits(str(int(cell)).zfill(8), on) if 1_000_000 < cell < 100_000_000 else None
    text = as_text(cell)
    if found := _PARTS.fullmatch(text):
        return _real(_whole_year(found[3], on, youngest), int(found[2]), int(found[1]))
    if found := _ISO.fullmatch(text):
        return _real(int(found[1]), int(found[2]), int(found[3]))
    if found := _IN_WORDS.fullmatch(text):
        return _real(int(found[3]), int(found[2]), int(found[1]))
    if _EIGHT.fullmatch(text):
        return _of_digits(text, on)
    if text.isdigit() and len(text) == 5 and 10_000 < int(text) < 80_000:
        return _SERIAL_ZERO + timedelta(days=int(text))
    return None


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _whole_year(text: str, on: date, youngest: int) -> int:
    if len(text) == 4:
        return int(text)
    century = on.year // 100 * 100
    return century + int(text) - (100 if century + int(text) > on.year - youngest else 0)


def _of_digits(text: str, on: date) -> date | None:
    """05031985, or 19850305; both at once is not guessed."""
    ways = {
        _real(int(text[4:]), int(text[2:4]), int(text[:2])),
        _real(int(text[:4]), int(text[4:6]), int(text[6:])),
    }
    found = [way for way in ways if way and _OLDEST <= way <= on]
    return found[0] if len(found) == 1 else None


def born_of(cell: Cell, on: date) -> Born | None:
    """The birth as a cell tells it; a year stays a year; None when it cannot be read."""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and 1900 <= cell <= 2100 and int(cell) == cell:
        return Born(year=int(cell))
    if type(cell) is str:
        text = clean(cell)
        if found := _YEAR_ONLY.fullmatch(text):
            return Born(year=int(found[1]))
        if (found := _MONTH_ONLY.fullmatch(text)) and 1 <= int(found[1]) <= 12 and 1900 <= int(found[2]) <= on.year:
            return Born(year=int(found[2]))
    day = day_of(cell, on, youngest=14)
    return Born(day=day) if day else None


# Numbers --------------------------------------------------------------------------------------------------------------

_BETWEEN_DIGITS = re.compile(r"[\s.'’`_-]")


def digits_of(cell: Cell) -> str:
    """A number as typed, without what stands between its digits; wide digits made usual ones."""
    return _BETWEEN_DIGITS.sub("", unicodedata.normalize("NFKC", as_text(cell)))


def shown(text: str) -> str:
    """A value as an example: of what looks like a personal number most is hidden."""
    digits = re.sub(r"\D", "", text)
    return vietnamese.masked_id(digits) if 9 <= len(digits) <= 13 and len(digits) * 2 > len(text) else text


def is_scientific(text: str) -> bool:
    """Whether a spreadsheet has shortened the number: 1,09E+10."""
    return re.fullmatch(r"\d(?:[.,]\d+)?e\+?\d+", text.lower()) is not None


_ONE_PHONE = re.compile(r"(?:\+?84|0084)?0?([2-9]\d{8,9})")


def phone_of(cell: Cell) -> str | None:
    """The first phone number of a cell, as 0912345678; None when there is something that is no number."""
    text = as_text(cell)
    if not text:
        return ""
    for piece in (text, *re.split(r"[,;/\n]| - |hoặc|và", text)):
        digits = re.sub(r"[\s.()–-]", "", piece)
        if re.fullmatch(r"\+?\d{9,15}", digits) and (found := _ONE_PHONE.fullmatch(digits)):
            return f"0{found[1]}"
    return None


_MALE = frozenset({"nam", "m", "male", "trai", "ong"})
_FEMALE = frozenset({"nu", "f", "female", "gai", "ba"})
_CROSSES = frozenset({"x", "v", "co", "1", "+", "*", "√", "✓", "✔", "×", "✗", "☑", "ü"})


def sex_of(text: str) -> str | None:
    """nam or nu; "" for an empty cell, None for anything else."""
    said = plain(text)
    if said in _MALE:
        return "nam"
    if said in _FEMALE:
        return "nu"
    return None if text else ""


def is_cross(cell: Cell) -> bool:
    """Whether a cell is ticked."""
    if cell is True:
        return True
    text = as_text(cell).lower()
    return text in _CROSSES or plain(text) in _CROSSES


def category_of(text: str) -> StaffCategory | None:
    """The kind of staff that a text names, None when it names none or several."""
    said = plain(text)
    if found := CATEGORIES.get(said):
        return found
    if said.startswith(("hop dong ", "hdld ", "hd ", "lao dong hop dong ", "nguoi lao dong ")):
        return StaffCategory.WORKER
    named = {CATEGORIES[word] for word in ("can bo", "cong chuc", "vien chuc") if f" {word} " in f" {said} "}
    return named.pop() if len(named) == 1 and "khong chuyen trach" not in said else None


_COMMUNE_POSTS = ("bi thu", "pho bi thu", "chu tich", "pho chu tich")
_COMMUNE_OFFICES = (
    "chi huy truong", "van phong thong ke", "dia chinh", "tai chinh ke toan", "tu phap ho tich", "van hoa xa hoi",
    "truong cong an",
)  # fmt: skip


def category_by_title(title: str) -> StaffCategory | None:
    """The kind of staff that the law gives a post of a commune (Luật Cán bộ, công chức, Điều 61); None for others."""
    said = plain(title)
    if any(said.startswith(word) for word in _COMMUNE_OFFICES):
        return StaffCategory.CIVIL_SERVANT
    if any(said == word or said.startswith(f"{word} ") for word in _COMMUNE_POSTS):
        return StaffCategory.OFFICIAL
    return None
