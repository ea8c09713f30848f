"""Which department of a unit a list means, however it is written.

"VP HĐND&UBND" is "Văn phòng HĐND và UBND", "P. KT-HT" is "Phòng Kinh tế, Hạ tầng".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from lms.organisation.roster.values import plain

_SKIPPED = frozenset({"va", "cac"})
_SHORT = {
    "hdnd": "hoi dong nhan dan", "ubnd": "uy ban nhan dan", "mttq": "mat tran to quoc", "cntt": "cong nghe thong tin",
    "gddt": "giao duc dao tao", "ldtbxh": "lao dong thuong binh xa hoi", "tnmt": "tai nguyen moi truong",
    "cchc": "cai cach hanh chinh", "pvhcc": "phuc vu hanh chinh cong", "vhtt": "van hoa thong tin",
    "vhxh": "van hoa xa hoi", "ttpvhcc": "trung tam phuc vu hanh chinh cong", "bqlda": "ban quan ly du an",
    "qlda": "quan ly du an", "qldt": "quan ly do thi",
}  # fmt: skip
"""Abbreviations that every office writes for the same words."""
MOST_OFFERED = 3


@dataclass(frozen=True)
class Departments:
    """What the departments of a list are taken for."""

    taken_for: dict[str, str]
    """Name in the list → name in the unit, where they are written otherwise."""
    new: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Names that the unit does not have, each with those of its names that are nearest."""


def understood(said: Iterable[str], known: Iterable[str]) -> Departments:
    """Find each department of a list among those of the unit; what fits two of them fits none."""
    names = sorted(set(filter(None, known)))
    taken, new = {}, []
    for name in sorted(set(filter(None, said))):
        if name in names:
            continue
        found = _meant(name, names)
        if found is not None:
            taken[name] = found
        elif names:
            new.append((name, _nearest(name, names)))
    return Departments(taken, tuple(new))


def _meant(said: str, names: Sequence[str]) -> str | None:
    for fits in (_is_same_but_case, _is_same_words, _is_shortened):
        found = [name for name in names if fits(said, name)]
        if len(found) == 1:
            return found[0]
        if found:
            return None
    return None


def _is_same_but_case(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name without marks; usual abbreviations written out, and words that only join left out."""
    found: list[str] = []
    for word in plain(name.replace("&", " và ")).split():
        found += _SHORT.get(word, word).split()
    return tuple(word for word in found if word not in _SKIPPED)


def _is_same_words(one: str, other: str) -> bool:
    return words_of(one) == words_of(other)


def _is_shortened(one: str, other: str) -> bool:
    mine, theirs = words_of(one), words_of(other)
    return _covers(mine, theirs) or _covers(theirs, mine)


def _covers(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Whether each word of `short` is a word of `long`, or the initials of some that follow each other, in order."""
    ways = {0}
    for word in short:
        reached = set()
        for at in ways:
            if at < len(long) and long[at] == word:
                reached.add(at + 1)
            elif "".join(w[0] for w in long[at : at + len(word)]) == word:
                reached.add(at + len(word))
        ways = reached
    return len(long) in ways


def _nearest(said: str, names: Sequence[str]) -> tuple[str, ...]:
    """The names that are spelt most like it, the likest first; none when nothing is like it."""
    mine = " ".join(words_of(said))
    rated = sorted(
        ((SequenceMatcher(None, mine, " ".join(words_of(name))).ratio(), name) for name in names), reverse=True
    )
    return tuple(name for rate, name in rated[:MOST_OFFERED] if rate >= 0.6)
