"""The figures of a few days, counted from what every person's facts give, set against the figures that are kept."""

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta

from lms.plan.check.differences import SEGMENT, Difference, Row, What
from lms.plan.rules.states import COUNTS, WAIVED

FIGURES = ("required", "completed", "late", "in_progress", "overdue", "paused", "waived")
Former = tuple[tuple[int, int], ...]
"""(reform, former unit) for each reform before which somebody had one, in order."""
Cell = tuple[int, Former, int]
"""(unit, former units, requirement or group)."""
Numbers = tuple[int, ...]
"""A number for each of FIGURES."""

_REQUIREMENT, _UNIT, _KIND, _FROM, _TO, _DUE, _STARTED, _FULFILLED = (
    SEGMENT.index(name)
    for name in ("requirement_id", "unit_id", "kind", "from_on", "to_on", "due_on", "started_on", "fulfilled_on")
)


def days_to_check(today: date) -> tuple[date, ...]:
    """Today, two days of the past three years and one of the year to come: other ones each night."""
    drawn = random.Random(today.toordinal())
    past = [today - timedelta(days=drawn.randrange(1, 1096)) for _ in range(2)]
    return (today, *past, today + timedelta(days=drawn.randrange(1, 366)))


class FigureSums:
    """The figures of some days by unit, former units and requirement. Memory grows with units, not with people."""

    def __init__(self, days: Sequence[date], reforms: Collection[int], groups: Mapping[int, Sequence[int]]) -> None:
        """Begin with nothing counted; `groups` as requirement → groups whose people are counted once."""
        self.reforms = frozenset(reforms)
        self.groups = groups
        self.counted: dict[date, dict[Cell, list[int]]] = {day: {} for day in days}

    def add(self, segments: Iterable[Row], former: Mapping[int, int]) -> None:
        """Count the segments of one person, who stands for these former units (reform → unit)."""
        units = tuple(sorted((reform, unit) for reform, unit in former.items() if reform in self.reforms))
        heads: set[tuple[date, int, int]] = set()
        for row in segments:
            for day in self.counted:
                if row[_FROM] <= day < row[_TO]:
                    names = _figures_of(row, day)
                    self._count(day, (row[_UNIT], units, row[_REQUIREMENT]), names)
                    if "required" in names:
                        heads |= {(day, row[_UNIT], group) for group in self.groups.get(row[_REQUIREMENT], ())}
        for day, unit_id, group in heads:
            self._count(day, (unit_id, units, group), ["required"])

    def _count(self, day: date, cell: Cell, names: Iterable[str]) -> None:
        numbers = self.counted[day].setdefault(cell, [0] * len(FIGURES))
        for name in names:
            numbers[FIGURES.index(name)] += 1

    def differences(self, day: date, kept: Mapping[Cell, Numbers]) -> list[Difference]:
        """Where the kept figures of a day are not what was counted."""
        counted, zero = self.counted[day], [0] * len(FIGURES)
        found = []
        for cell in sorted(counted.keys() | kept.keys()):
            ours, theirs = counted.get(cell, zero), kept.get(cell, tuple(zero))
            wrong = [n for n in range(len(FIGURES)) if ours[n] != theirs[n]]
            if wrong:
                key = {"day": day, "unit_id": cell[0], "former": _named(cell[1]), "requirement_id": cell[2]}
                expected, standing = ({FIGURES[n]: numbers[n] for n in wrong} for numbers in (ours, theirs))
                found.append(Difference("figure", What.DIFFERS, None, key, expected, standing))
        return found


def _named(former: Former) -> str:
    return ", ".join(f"{reform}:{unit}" for reform, unit in former) or "0"


def _figures_of(row: Row, day: date) -> list[str]:
    """The figures for which a segment of that day counts."""
    if row[_KIND] == WAIVED:
        return ["waived"]
    if row[_FULFILLED] <= day:
        return ["required", "completed", *(["late"] if row[_FULFILLED] > row[_DUE] else [])]
    names = ["required"]
    if row[_STARTED] <= day:
        names.append("in_progress")
    if row[_KIND] != COUNTS:
        names.append("paused")
    elif row[_DUE] < day:
        names.append("overdue")
    return names
