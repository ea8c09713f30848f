"""The figures of a few days, counted from what every person's facts give, set against the figures that are kept."""

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from lms.plan.check.differences import SEGMENT, Difference, Row, What
from lms.plan.rules.states import COUNTS, WAIVED

FIGURES = ("required", "completed", "late", "in_progress", "overdue", "paused", "waived")
Cell = tuple[int, int, int]
"""(unit, former unit or 0, requirement)."""
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
    """The figures of some days by unit, former unit and requirement. Memory grows with units, not with people."""

    def __init__(self, days: Sequence[date], reforms: Sequence[tuple[int, date]]) -> None:
        """Begin with nothing counted; `reforms` as (id, effective day)."""
        last = {day: max(((on, key) for key, on in reforms if on <= day), default=None) for day in days}
        self.reform_on = {day: found and found[1] for day, found in last.items()}
        self.counted: dict[date, dict[Cell, list[int]]] = {day: {} for day in days}

    def add(self, segments: Iterable[Row], former: Mapping[int, int]) -> None:
        """Count the segments of one person, who stands for these former units (reform → unit)."""
        for row in segments:
            for day, cells in self.counted.items():
                if row[_FROM] <= day < row[_TO]:
                    origin = former.get(self.reform_on[day] or 0, 0)
                    numbers = cells.setdefault((row[_UNIT], origin, row[_REQUIREMENT]), [0] * len(FIGURES))
                    for name in _figures_of(row, day):
                        numbers[FIGURES.index(name)] += 1

    def differences(self, day: date, kept: Mapping[Cell, Numbers]) -> list[Difference]:
        """Where the kept figures of a day are not what was counted."""
        counted, zero = self.counted[day], [0] * len(FIGURES)
        found = []
        for cell in sorted(counted.keys() | kept.keys()):
            ours, theirs = counted.get(cell, zero), kept.get(cell, tuple(zero))
            wrong = [n for n in range(len(FIGURES)) if ours[n] != theirs[n]]
            if wrong:
                key = {"day": day, "unit_id": cell[0], "origin_id": cell[1], "requirement_id": cell[2]}
                expected, standing = ({FIGURES[n]: numbers[n] for n in wrong} for numbers in (ours, theirs))
                found.append(Difference("figure", What.DIFFERS, None, key, expected, standing))
        return found


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
