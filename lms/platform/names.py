"""The parts of a Vietnamese name: family (họ), middle (tên đệm), given (tên gọi), multi-part families included."""

import re
import unicodedata
from dataclasses import dataclass

from lms.platform import vietnamese

_CERTAIN = (
    # Branches of the royal house whose name became the family's: Wikipedia tiếng Việt, “Tôn Thất”; Văn Hạnh,
    # “Văn hóa dòng họ”, list of families. The longer forms name the degree of descent (recalled, not looked up).
    "tôn thất",
    "tôn nữ",
    "công nữ",
    "công tôn nữ",
    "công tằng tôn nữ",
    "công huyền tôn nữ",
    "lai huyền tôn nữ",
    "tằng tôn nữ",
    "huyền tôn nữ",
    # Of Chinese origin, two syllables by themselves (recalled).
    "âu dương",
    "gia cát",
    "hoàng phủ",
    "thượng quan",
    "tư đồ",
    "tư mã",
)
_UNCERTAIN = ("nguyễn phúc", "nguyễn phước")
"""The royal family's own name, but just as well Nguyễn with the middle name Phúc: a family of two parts only where a
middle name is left besides (Nguyễn Phúc Bảo Long, not Nguyễn Phúc Hưng). That is a guess, and says so."""

_MOST = max(len(family.split()) for family in _CERTAIN)


@dataclass(frozen=True)
class Parts:
    """A name in its parts, each as it was written."""

    family: str
    middle: str
    given: str
    is_uncertain: bool = False
    """Whether the family could just as well be its first word alone."""

    @property
    def family_and_middle(self) -> str:
        """Họ và đệm, the column that stands before Tên in many lists."""
        return " ".join(filter(None, (self.family, self.middle)))


def split(full_name: str) -> Parts:
    """The parts of a name: the last word is the given name, the family as many words as a known one has.

    A branch that puts its own word behind the family (Nguyễn Đình, Đặng Trần, Phan Huy) does not make it another
    family, and two families joined without a hyphen cannot be told from a middle name: both count as family and
    middle. Names of peoples who put the family last (Ê Đê, Ba Na) are not told apart.
    """
    words = full_name.split()
    if len(words) < 2:
        return Parts("", "", full_name.strip())
    *before, given = words
    if joined := _joined(before):
        return Parts(" ".join(before[:joined]), " ".join(before[joined:]), given)
    folded = [_plain(word) for word in before]
    for size in range(min(_MOST, len(before)), 1, -1):
        said = " ".join(folded[:size])
        if said in _KNOWN or (said in _MAYBE and size < len(before)):
            return Parts(" ".join(before[:size]), " ".join(before[size:]), given, said in _MAYBE)
    return Parts(before[0], " ".join(before[1:]), given)


def _joined(words: list[str]) -> int:
    """How many words two families take that a hyphen joins (Vũ - Đỗ); 0 where none does."""
    return 3 if len(words) >= 3 and re.fullmatch(r"[-–]", words[1]) else 0


def _plain(word: str) -> str:
    return same_spelling(vietnamese.nfc(word)).lower()


_TONED = re.compile(r"(o[ae]|(?<!q)uy)([\u0300\u0309\u0303\u0301\u0323])(?![a-zđ\u0300-\u036f])", re.IGNORECASE)
"""A tone on the second letter of an open oa, oe or uy (decomposed), where the newer way of writing puts it."""


def same_spelling(text: str) -> str:
    """The text with the tone of every open oa, oe and uy on its first vowel: Hoà and Hòa, Thuý and Thúy become one.

    For comparing only; what people typed is what is shown. The u of "qu" belongs to the consonant (Quý stays Quý), and
    a closed syllable knows one way only (Hoàng).
    """
    decomposed = unicodedata.normalize("NFD", text)
    moved = _TONED.sub(lambda found: found[1][0] + found[2] + found[1][1], decomposed)
    return unicodedata.normalize("NFC", moved)


_KNOWN = frozenset(same_spelling(family) for family in _CERTAIN)
_MAYBE = frozenset(same_spelling(family) for family in _UNCERTAIN)
