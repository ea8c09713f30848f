"""What the columns of a roster are: their usual names, what stands in them, and how sure that makes us."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from lms.organisation.roster.sheets import Cell
from lms.organisation.roster.values import as_text, born_of, category_of, digits_of, is_cross, phone_of, sex_of
from lms.organisation.roster.values import plain as _plain

NAMES: Mapping[str, tuple[str, ...]] = {
    "personal_id": (
        "so dinh danh ca nhan", "so dinh danh", "so cccd", "cccd", "so can cuoc", "can cuoc", "can cuoc cong dan",
        "so can cuoc cong dan", "so cccd dinh danh", "so cccd so dinh danh", "ma dinh danh", "ma dinh danh ca nhan",
        "so dinh danh ca nhan cccd", "dinh danh", "so dinh danh cccd", "ma so dinh danh", "so the can cuoc", "cmnd cccd",
        "so cmnd cccd", "so cmtnd cccd", "ma so dinh danh ca nhan", "so the cccd", "cccd so dinh danh", "so ddcn", "ddcn",
    ),
    "staff_code": ("ma can bo", "ma nhan su", "ma nhan vien", "ma so can bo", "ma cbccvc", "ma cb", "ma so", "ma nv",
                   "so hieu cong chuc", "ma cong chuc", "so hieu can bo", "ma ho so", "so hieu cbccvc"),
    "full_name": ("ho va ten", "ho ten", "ho ten khai sinh", "ho va ten khai sinh", "ten", "ho dem va ten",
                  "ho va ten can bo", "ho ten can bo", "ho va ten cbccvc", "ho ten cbccvc", "ten can bo", "ho va ten nguoi",
                  "ten nhan vien", "ho va ten nhan vien", "ho chu dem va ten"),
    "birth_date": ("ngay sinh", "ngay thang nam sinh", "sinh ngay", "nam sinh", "ngay thang sinh", "ngay nam sinh",
                   "sinh nam", "ngay sinh nam sinh", "n sinh", "ns"),
    "sex": ("gioi tinh", "gioi", "nam nu", "phai", "gt"),
    "staff_category": (
        "loai nhan su", "loai", "doi tuong", "loai can bo", "loai lao dong", "cbccvc",
        "doi tuong nhan su", "nhom nhan su", "loai hinh lao dong", "phan loai", "loai cbccvc", "dien",
    ),
    "department": (
        "phong ban", "phong", "bo phan", "phong ban don vi", "don vi cong tac", "phong ban bo phan", "to bo phan",
        "phong chuyen mon", "don vi", "phong ban cong tac", "noi cong tac", "bo phan cong tac", "phong ban chuyen mon",
        "phong don vi", "don vi phong ban", "co quan don vi",
    ),
    "title": (
        "chuc vu chuc danh", "chuc vu", "chuc danh", "chuc danh chuc vu", "chuc vu chuc danh nghe nghiep",
        "vi tri viec lam", "cv cd", "chuc vu hien tai", "chuc vu chinh quyen", "chuc vu cong tac", "vtvl", "cong viec",
        "chuc danh vi tri viec lam",
    ),
    "rank_code": ("ma ngach", "ngach", "ma ngach hang", "ma so ngach", "ma ngach cdnn", "ma cdnn", "ngach hang",
                  "ma so ngach cdnn", "ma so cdnn", "ma ngach cong chuc", "ngach cong chuc"),
    "email": ("thu dien tu", "email", "e mail", "email cong vu", "thu dien tu cong vu", "hop thu cong vu",
              "dia chi email", "mail", "dia chi thu dien tu", "email ca nhan"),
    "phone": ("dien thoai", "so dien thoai", "di dong", "dt", "sdt", "dien thoai di dong", "dtdd", "so dt", "so di dong",
              "dien thoai lien he", "so dien thoai lien he", "sdt lien he", "dt di dong"),
    "since": (
        "ngay ve don vi", "ngay ve", "ngay vao co quan", "ngay bat dau", "ngay tuyen dung", "tu ngay",
        "ngay nhan cong tac", "ngay ve co quan", "ngay vao nganh", "ngay bat dau cong tac", "ngay vao don vi",
        "thoi gian ve don vi",
    ),
}  # fmt: skip
"""Field → folded names without punctuation, as offices write them."""

NEEDED = ("personal_id", "full_name", "staff_category", "department")
"""What a roster must say one way or another to be compared."""

PARTS = ("male", "female", "birth_day", "birth_month", "birth_year", "family_part", "given_part")
"""Columns that tell a field together with others."""

IGNORED = ""
"""What a column is that tells nothing about a person."""

FIELDS = (*NAMES, *PARTS)

SURE = 0.75
"""Below this somebody is asked."""

_KNOWN_NOTHING = frozenset(
    (
        "stt", "tt", "so tt", "so thu tu", "ghi chu", "ky nhan", "chu ky", "trinh do", "ngay cap", "noi cap",
        "que quan", "dan toc", "ton giao", "dia chi", "noi o", "he so", "he so luong", "bac", "bac luong",
        "trinh do chuyen mon", "ngoai ngu", "tin hoc", "ly luan chinh tri", "ten ngach", "dang vien", "noi sinh",
        "ngay vao dang", "chuyen mon", "thuong tru", "noi o hien nay", "quan ly nha nuoc", "phu cap", "chuc vu dang",
        "chuc danh dang", "so nam cong tac", "tham nien",
    )
)  # fmt: skip
_FIELD_OF = {name: field for field, names in NAMES.items() for name in names}

_LIKELY: tuple[tuple[str, str, str], ...] = (
    (r"\b(cccd|dinh danh|can cuoc|cmnd|cmtnd)\b", r"\b(cap|noi)\b", "personal_id"),
    (r"\bho (va )?ten\b", r"\b(cha|me|vo|chong|con|than|bo)\b", "full_name"),
    (r"\bsinh\b", r"\b(noi|con|que|vien|hoat)\b", "birth_date"),
    (r"\b(gioi tinh|nam nu)\b", r"^$", "sex"),
    (r"\b(e ?mail|thu dien tu)\b", r"^$", "email"),
    (r"\b(dien thoai|di dong|sdt|dtdd)\b", r"\bco quan\b", "phone"),
    (r"\b(ma|so hieu) (can bo|nhan (su|vien)|cong chuc|cb|cbccvc)\b", r"^$", "staff_code"),
    (r"\bma (so )?(ngach|cdnn)\b|\bngach\b", r"\b(ten|ngay|bo nhiem|nang)\b", "rank_code"),
    (
        r"\bloai (nhan su|can bo|lao dong|hop dong)\b|\bdoi tuong\b",
        r"\bdao tao|boi duong|chinh sach\b",
        "staff_category",
    ),
    (r"\b(chuc vu|chuc danh|vi tri viec lam)\b", r"\b(dang|doan|khoa hoc|ngay|cu|quy hoach|bo nhiem)\b", "title"),
    (r"\b(phong|ban|bo phan|don vi)\b", r"\b(ngay|dien thoai|cu|truoc|ve)\b", "department"),
    (r"\b(ngay|thoi gian) (ve|vao|nhan|tuyen dung|bat dau)\b", r"\b(dang|doan)\b", "since"),
)
"""What a heading holds, what it must not hold, and which field it then likely is."""

LIKELY, BY_CONTENT = 0.8, 0.6


@dataclass(frozen=True)
class Proposal:
    """A column and what it is taken for."""

    column: int
    label: str
    """The heading as it stands, of two rows with a stroke between them."""
    field: str
    confidence: float
    why: str = ""
    """name, likely, content, chosen, conflict."""
    examples: tuple[str, ...] = ()


def plain(text: object) -> str:
    """A heading as it is looked up: folded, without punctuation."""
    return _plain(str(text))


@lru_cache(maxsize=4096)
def field_named(label: str) -> tuple[str, float]:
    """The field that a heading names, and how surely; "" and 1 for a heading that is known to be of no use."""
    said = re.sub(r"\b\d+$", "", plain(label)).strip() or plain(label)
    if found := _FIELD_OF.get(said):
        return found, 1.0
    if said in _KNOWN_NOTHING:
        return IGNORED, 1.0
    for wanted, unwanted, field in _LIKELY:
        if re.search(wanted, said) and not re.search(unwanted, said):
            return field, LIKELY
    return IGNORED, 0.0


_DAY_PARTS = {"ngay": "birth_day", "thang": "birth_month"}


def field_of_labels(labels: Sequence[str]) -> tuple[str, float]:
    """The field of a column by its headings, the topmost first."""
    above, own = " ".join(labels[:-1]), labels[-1]
    said, over = plain(own), plain(above)
    if said in ("nam", "nu") and "ă" not in own.lower():
        if not over or "sinh" in over or "gioi" in over or over == "nam nu":
            return ("male" if said == "nam" else "female"), 1.0
        return IGNORED, 0.0
    if over and "sinh" in over and said in ("ngay", "thang", "nam"):
        return _DAY_PARTS.get(said, "birth_year"), 1.0
    if over and said in ("so", "ma", "ma so"):
        return field_named(above)
    if said in ("ho dem", "ho lot", "ho va ten dem", "ho va dem", "ho chu dem", "ho", "ho va chu dem"):
        return "family_part", 1.0
    if over and said == "ten" and field_named(above)[0] == "full_name":
        return "given_part", 1.0
    field, surely = field_named(own)
    if over and surely < 1:
        both = field_named(f"{above} {own}")
        if both[1] > surely:
            return both
        if both[1] == 0 and surely == 0:
            return field_named(above) if not said else (IGNORED, 0.0)
    return field, surely


_ROLE = re.compile(
    r"\b(truong|pho|chuyen vien|can su|nhan vien|vien|chu tich|giam doc|ke toan|bi thu|chanh|lai xe|bao ve|tap vu|"
    r"giao vien|hieu truong|thong ke|ho tich|dia chinh)\b"
)
_PLACE = re.compile(
    r"^(phòng|ban|văn phòng|thanh tra|trung tâm|chi cục|bộ phận|lãnh đạo|đội|tổ|khoa|trường|trạm|hạt|khối|viện|xã|phường"
    r"|thị trấn|sở|ubnd|hđnd|thường trực|đảng ủy|đảng uỷ|ủy ban|uỷ ban|mặt trận|hội|đoàn|quỹ|chi nhánh|xí nghiệp)(?=[\s.:,]|$)",
    re.IGNORECASE,
)


def looks_like_an_office(text: str) -> bool:
    """Whether a text begins as the names of departments do."""
    return bool(_PLACE.match(text))


FAMILIES = frozenset(
    "nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly trinh dinh doan lam mai trieu cao chu ta "
    "luu ha luong thai dao to tang kieu nghiem dam vuong quach la an quan phung thach mac khuc tong lo lu giang mau dau "
    "au bach ban bo cam can cat chau chung co cu cung dan dau diep doan dong giap giang han hua kha khong khuat kim lai lanh "
    "lieu lu luc ma man nghe ngan nhan ninh nong nhu ong phi pho phu quang sam son su ta tan thieu thi tieu ton ton tu ung "
    "uong van vi viet vinh xa y doi duong chieu bang tho tien vuong trang van hach kieu lo sung vang giang".split()
)
"""Family names without marks."""


def looks_like_a_person(text: str) -> bool:
    """Whether a text is likely the name of somebody: a usual family name and one to five words more."""
    words = plain(text).split()
    if not (2 <= len(words) <= 6 and words[0] in FAMILIES) or not re.fullmatch(r"[^\W\d_]+(?: [^\W\d_]+)+", text):
        return False
    return all(word[0].isupper() for word in text.split()) or text == text.lower()


def _fits(field: str, cell: Cell) -> bool:
    """Whether a cell could belong to a column of the field."""
    text = as_text(cell)
    if field == "personal_id":
        digits = digits_of(cell)
        return digits.isdigit() and 8 <= len(digits) <= 13
    if field in ("birth_date", "since"):
        return born_of(cell, _FAR) is not None or bool(re.search(r"\d{1,2}[/.\-]\d{1,2}", text))
    if field in ("male", "female"):
        return is_cross(cell) or born_of(cell, _FAR) is not None or sex_of(text) is not None
    if field == "sex":
        return sex_of(text) is not None or is_cross(cell)
    if field == "email":
        return "@" in text
    if field == "phone":
        return phone_of(cell) is not None
    if field == "staff_category":
        return category_of(text) is not None
    if field == "rank_code":
        return bool(re.match(r"[A-Za-z]?[A-Za-z]?\.?\d", text)) or text in ("-", "–")
    letters = sum(letter.isalpha() for letter in text)
    if field in ("full_name", "family_part"):
        return letters >= 2 and letters * 2 > len(text) and not _PLACE.match(text) and "@" not in text
    if field in ("department", "title"):
        return (letters >= 2 and "@" not in text and not looks_like_a_person(text)) or bool(_PLACE.match(text))
    return True


_FAR = date(2100, 1, 1)


def agrees(proposal: Proposal) -> bool:
    """Whether what stands in a column is of the kind that somebody said it was of a file before."""
    if not proposal.field or len(proposal.examples) < 2:
        return True
    return any(_fits(proposal.field, example) for example in proposal.examples)


def _guess(values: Sequence[Cell]) -> str:
    """The field that the values of an unnamed column speak of; "" when they speak of none."""
    texts = [as_text(value) for value in values]

    def share(fit: Iterable[object]) -> float:
        return sum(map(bool, fit)) / len(values)

    if share(digits_of(v).isdigit() and 10 <= len(digits_of(v)) <= 12 and phone_of(v) is None for v in values) > 0.6:
        return "personal_id"
    if share("@" in text for text in texts) > 0.6:
        return "email"
    if share(phone_of(v) and len(digits_of(v)) in (9, 10, 11) for v in values) > 0.6:
        return "phone"
    if share(looks_like_a_person(text) for text in texts) > 0.6 and len(set(texts)) * 2 > len(texts):
        return "full_name"
    if share(category_of(text) for text in texts) > 0.6:
        return "staff_category"
    if share(sex_of(text) for text in texts) > 0.8:
        return "sex"
    if share(_PLACE.match(text) for text in texts) > 0.6:
        return "department"
    if share(_ROLE.search(plain(text)) for text in texts) > 0.6:
        return "title"
    return IGNORED


def propose(headings: Mapping[int, Sequence[str]], samples: Mapping[int, Sequence[Cell]]) -> list[Proposal]:
    """What each column is taken for: by its headings, checked against what stands below them.

    A field told twice goes to the column that is the surer; the other one is left to be asked about.
    """
    found: list[Proposal] = []
    for column, labels in sorted(headings.items()):
        values = [value for value in samples.get(column, ()) if value != "" and as_text(value)]
        label = " / ".join(label for label in labels if label)
        examples = tuple(as_text(value)[:40] for value in values[:3])
        field, surely = field_of_labels(labels) if labels else (IGNORED, 0.0)
        why = "name" if surely == 1.0 else "likely"
        if field and len(values) >= 2:
            fit = sum(_fits(field, value) for value in values) / len(values)
            if fit < 0.4:
                surely, why = min(surely, 0.4), "conflict"
            elif surely < 1 and fit > 0.9:
                surely = max(surely, 0.85)
        elif not field and surely == 0 and len(values) >= 2 and (guess := _guess(values)):
            field, surely, why = guess, BY_CONTENT, "content"
        found.append(Proposal(column, label, field, surely, why, examples))
    return _once_each(found)


_ONE_ONLY = ("personal_id", "full_name", "birth_date", "staff_category")


def _once_each(found: list[Proposal]) -> list[Proposal]:
    """Every field once. A column that only its content speaks for gives way to one with a name."""
    best: dict[str, Proposal] = {}
    for proposal in found:
        if proposal.field and (proposal.field not in best or proposal.confidence > best[proposal.field].confidence):
            best[proposal.field] = proposal
    out = []
    for proposal in found:
        if not proposal.field or best[proposal.field] is proposal:
            out.append(proposal)
        elif proposal.confidence == best[proposal.field].confidence == 1.0 and proposal.field in _ONE_ONLY:
            # Two columns of one name: which one counts is not ours to say.
            out.append(replace(proposal, field=IGNORED, confidence=0.5, why="twice"))
        else:
            out.append(replace(proposal, field=IGNORED, confidence=1.0, why="twice"))
    return out
