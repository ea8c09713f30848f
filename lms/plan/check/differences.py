"""What stands and what should stand, set against each other row by row."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from operator import attrgetter
from typing import Any

from lms.plan import rules
from lms.plan.check.tree import ClimbingTree

Row = tuple[Any, ...]
OBLIGATION = tuple(field.name for field in fields(rules.ObligationFact))
SEGMENT = tuple(field.name for field in fields(rules.SegmentFact))
REASON = tuple(field.name for field in fields(rules.ReasonFact))
_obligation, _segment, _reason = attrgetter(*OBLIGATION), attrgetter(*SEGMENT), attrgetter(*REASON)


class What(StrEnum):
    """How a row is wrong."""

    MISSING = "missing"
    EXTRA = "extra"
    DIFFERS = "differs"


@dataclass(frozen=True)
class Difference:
    """A derived row that is not what the facts give."""

    table: str
    what: What
    person_id: int | None
    key: Mapping[str, Any]
    """What names the row: requirement and cycle, unit and ancestor, reform."""
    expected: Mapping[str, Any]
    """What the facts give; of a row that differs only the differing fields."""
    found: Mapping[str, Any]


@dataclass
class Rows:
    """The derived rows of one person, as tuples in the order of OBLIGATION, SEGMENT and REASON."""

    obligations: list[Row]
    segments: list[Row]
    reasons: list[Row]
    former: dict[int, int]
    """Reform id → unit id."""

    @classmethod
    def none(cls) -> "Rows":
        """A person of whom nothing is derived."""
        return cls([], [], [], {})

    @classmethod
    def of(cls, derived: rules.Derived, former: dict[int, int]) -> "Rows":
        """The rows that should stand."""
        return cls(
            [_obligation(fact) for fact in derived.obligations],
            [_segment(fact) for fact in derived.segments],
            [_reason(fact) for fact in derived.reasons],
            former,
        )

    def __len__(self) -> int:
        """How many rows."""
        return len(self.obligations) + len(self.segments) + len(self.reasons) + len(self.former)


def person_differences(person_id: int, expected: Rows, found: Rows) -> list[Difference]:
    """Where the derived rows of one person are not what the facts give."""
    differences = _by_key("obligation", OBLIGATION, 3, expected.obligations, found.obligations)
    # Most people are in order: equal sorted lists end it here.
    if sorted(expected.segments) != sorted(found.segments):
        differences += _by_row("segment", SEGMENT, 3, expected.segments, found.segments)
    reasons, standing = _joined(expected.reasons), _joined(found.reasons)
    if reasons != standing:
        differences += _by_row("reason", REASON, 5, reasons, standing)
    if expected.former != found.former:
        pairs = ("reform_id", "unit_id")
        differences += _by_key("former_unit", pairs, 1, list(expected.former.items()), list(found.former.items()))
    return [Difference(d.table, d.what, person_id, d.key, d.expected, d.found) for d in differences]


def _by_key(
    table: str, names: Sequence[str], width: int, expected: Sequence[Row], found: Sequence[Row]
) -> list[Difference]:
    """Rows known by their first `width` columns; each may stand once."""
    wanted = {row[:width]: row for row in expected}
    standing = {row[:width]: row for row in found}
    if wanted == standing and len(found) == len(standing):
        return []
    differences = []
    for key in sorted(wanted.keys() | standing.keys()):
        ours, theirs = wanted.get(key), standing.get(key)
        if ours == theirs:
            continue
        wrong = [n for n in range(width, len(names)) if ours is None or theirs is None or ours[n] != theirs[n]]
        differences.append(
            Difference(
                table,
                What.MISSING if theirs is None else What.EXTRA if ours is None else What.DIFFERS,
                None,
                _named(names, key),
                {names[n]: ours[n] for n in wrong} if ours else {},
                {names[n]: theirs[n] for n in wrong} if theirs else {},
            )
        )
    twice = Counter(row[:width] for row in found)
    differences += [
        Difference(table, What.EXTRA, None, _named(names, key), {}, {"times": times})
        for key, times in twice.items()
        if times > 1
    ]
    return differences


def _by_row(
    table: str, names: Sequence[str], width: int, expected: Iterable[Row], found: Iterable[Row]
) -> list[Difference]:
    """Rows that have no key of their own: one that is wrong is a missing and an extra one."""
    wanted, standing = Counter(expected), Counter(found)
    missing, extra = wanted - standing, standing - wanted
    return [
        Difference(table, What.MISSING, None, _named(names, row[:width]), _rest(names, row, width), {})
        for row in sorted(missing.elements())
    ] + [
        Difference(table, What.EXTRA, None, _named(names, row[:width]), {}, _rest(names, row, width))
        for row in sorted(extra.elements())
    ]


def _named(names: Sequence[str], key: Row) -> dict[str, Any]:
    return {name: value for name, value in zip(names, key, strict=False) if name != "person_id"}


def _rest(names: Sequence[str], row: Row, width: int) -> dict[str, Any]:
    return dict(zip(names[width:], row[width:], strict=True))


def _joined(reasons: Iterable[Row]) -> list[Row]:
    """Reasons with touching days joined: a unit that moves below the same ancestor cuts them, which says nothing."""
    days: dict[Row, list[rules.Interval]] = {}
    for row in reasons:
        days.setdefault(row[:-2], []).append(row[-2:])
    return sorted((*key, *piece) for key, found in days.items() for piece in rules.union(found))


def closure_differences(tree: ClimbingTree, found: Iterable[tuple[int, int, int, date, date]]) -> list[Difference]:
    """Where unit_closure is not what the places of the units give."""
    wanted = [(unit, *step) for unit in tree.life for step in tree.climb(unit)]
    names = ("unit_id", "ancestor_id", "depth", "from_on", "to_on")
    ours, theirs = _joined(wanted), _joined(found)
    return [] if ours == theirs else _by_row("unit_closure", names, 3, ours, theirs)
