"""Rules of organisation: intervals, the tree that follows from them, personal numbers, what forbids a posting."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

Interval = tuple[date, date]
"""Half-open: the first day that belongs to it, the first day that no longer does."""


@dataclass(frozen=True)
class Place:
    """A unit under a parent from a day to a day; parent None is a root."""

    unit_id: int
    parent_id: int | None
    from_on: date
    to_on: date


@dataclass(frozen=True, order=True)
class Under:
    """A unit under an ancestor (itself at depth 0) from a day to a day."""

    unit_id: int
    ancestor_id: int
    depth: int
    from_on: date
    to_on: date


class Circle(ValueError):
    """A unit would lie under itself."""


class Refusal(StrEnum):
    """Why a change of a person's facts is not made."""

    UNIT_NOT_STANDING = "unit_not_standing"
    ALREADY_POSTED = "already_posted"
    ENDS_BEFORE_IT_BEGINS = "ends_before_it_begins"
    NOT_BELIEVED = "not_believed"
    NOTHING_CHANGED = "nothing_changed"
    PERSON_KNOWN = "person_known"
    BAD_PERSONAL_ID = "bad_personal_id"
    CHANGED_MEANWHILE = "changed_meanwhile"
    ALREADY_APPLIED = "already_applied"
    MANY_LEFT = "many_left"
    LEAVES_SELF = "leaves_self"
    OTHERS_UNIT = "others_unit"
    NOT_POSTED = "not_posted"
    ALREADY_PROPOSED = "already_proposed"
    ALREADY_ANSWERED = "already_answered"
    ALREADY_HERE = "already_here"
    NO_SECOND_POSTING = "no_second_posting"
    ONLY_POSTING = "only_posting"
    MOVED_MEANWHILE = "moved_meanwhile"


def overlap(one: Interval, other: Interval) -> Interval | None:
    """The days that lie in both, None when there is none."""
    start, end = max(one[0], other[0]), min(one[1], other[1])
    return (start, end) if start < end else None


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The same days as few intervals as possible, in order."""
    out: list[Interval] = []
    for start, end in sorted(intervals):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


def closure(lives: Mapping[int, Interval], places: Iterable[Place]) -> list[Under]:
    """Every unit under each of its ancestors while every link of the chain and every unit on it stood.

    `lives` gives the life of each unit. Raises Circle when a unit would lie under itself.
    """
    by_unit: dict[int, list[Place]] = {unit: [] for unit in lives}
    for place in places:
        by_unit[place.unit_id].append(place)
    done: dict[int, list[Under]] = {}
    for unit in lives:
        _climb(unit, lives, by_unit, done, ())
    return sorted(under for found in done.values() for under in found)


def _climb(
    unit: int,
    lives: Mapping[int, Interval],
    by_unit: Mapping[int, Sequence[Place]],
    done: dict[int, list[Under]],
    path: tuple[int, ...],
) -> list[Under]:
    """What stands above one unit; parents are worked out first and remembered."""
    if unit in path:
        raise Circle(" > ".join(map(str, (*path, unit))))
    if unit in done:
        return done[unit]
    pieces: dict[tuple[int, int], list[Interval]] = {(unit, 0): [lives[unit]]}
    for place in by_unit[unit]:
        held = overlap((place.from_on, place.to_on), lives[unit])
        if place.parent_id is None or held is None:
            continue
        for above in _climb(place.parent_id, lives, by_unit, done, (*path, unit)):
            if both := overlap(held, (above.from_on, above.to_on)):
                pieces.setdefault((above.ancestor_id, above.depth + 1), []).append(both)
    done[unit] = [
        Under(unit, ancestor, depth, start, end)
        for (ancestor, depth), intervals in pieces.items()
        for start, end in merged(intervals)
    ]
    return done[unit]


def free_time(wanted: Interval, on: date, taken: Iterable[Interval]) -> Interval | None:
    """The part of `wanted` around the day `on` that no interval of `taken` holds; None when `on` itself is taken."""
    start, end = wanted
    for other_start, other_end in taken:
        if other_end <= on:
            start = max(start, other_end)
        elif other_start > on:
            end = min(end, other_start)
        else:
            return None
    return (start, end) if start <= on < end else None


# The prefixes issued before 01/07/2025, one a province of birth registration. Since Nghị định 70/2024/NĐ-CP the
# structure of the number is no longer prescribed: all of this only warns.
_PREFIXES = frozenset(
    "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 037 038 "  # noqa: SIM905
    "040 042 044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 077 079 080 082 "
    "083 084 086 087 089 091 092 093 094 095 096".split()
)


class Doubt(StrEnum):
    """What looks odd about a personal number; never a reason to refuse it."""

    PREFIX = "personal_id_prefix"
    SEX = "personal_id_sex"
    CENTURY = "personal_id_century"
    YEAR = "personal_id_year"


def is_personal_id(text: str) -> bool:
    """Whether it has the one shape that is required: exactly twelve digits."""
    return len(text) == 12 and text.isascii() and text.isdigit()


def doubts_about(personal_id: str, *, sex: str, born: date | None) -> list[Doubt]:
    """What of a well-formed personal number does not fit the person: sex is "nam", "nu" or "" (unknown)."""
    found = []
    century_and_sex, year = int(personal_id[3]), personal_id[4:6]
    if personal_id[:3] not in _PREFIXES:
        found.append(Doubt.PREFIX)
    if sex and (century_and_sex % 2 == 0) != (sex == "nam"):
        found.append(Doubt.SEX)
    if born is not None:
        if 1900 + century_and_sex // 2 * 100 != born.year // 100 * 100:
            found.append(Doubt.CENTURY)
        if year != f"{born.year % 100:02d}":
            found.append(Doubt.YEAR)
    return found
