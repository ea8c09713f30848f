"""What one segment adds to the figures, and on which days: the rule in plain loops, the oracle of `changes`."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from lms.plan.rules import FOREVER
from lms.plan.rules.states import COUNTS, PAUSED, WAIVED

FIGURES = ("required", "completed", "late", "in_progress", "overdue", "paused", "waived")
"""The figures that are kept, in the order of the columns."""

ONE_DAY = timedelta(days=1)
Numbers = tuple[int, ...]
"""A number for each of FIGURES."""


@dataclass(frozen=True)
class Stretch:
    """A segment of somebody with a lineage, or a stay in a group of requirements."""

    requirement_id: int
    unit_id: int
    lineage_id: int
    kind: int
    from_on: date
    to_on: date
    due_on: date
    started_on: date
    fulfilled_on: date

    def with_activity(self, started_on: date, fulfilled_on: date) -> "Stretch":
        """The same stretch with other days of study."""
        return replace(self, started_on=started_on, fulfilled_on=fulfilled_on)


def counted_during(stretch: Stretch) -> dict[str, tuple[date, date]]:
    """Figure → the half-open interval in which the stretch counts for it; empty ones are left out."""
    begin, end, fulfilled, due = stretch.from_on, stretch.to_on, stretch.fulfilled_on, stretch.due_on
    open_until = min(end, fulfilled)
    if stretch.kind == WAIVED:
        return {"waived": (begin, end)}
    during = {
        "required": (begin, end),
        "completed": (max(begin, fulfilled), end),
        "in_progress": (max(begin, stretch.started_on), open_until),
    }
    if fulfilled > due:
        during["late"] = during["completed"]
    if stretch.kind == COUNTS and due < FOREVER:
        during["overdue"] = (max(begin, due + ONE_DAY), open_until)
    if stretch.kind == PAUSED:
        during["paused"] = (begin, open_until)
    return {name: days for name, days in during.items() if days[0] < days[1]}


def changes(stretches: Iterable[tuple[int, Stretch]]) -> dict[tuple[date, int, int, int], Numbers]:
    """(day, unit, lineage, requirement) → by how much each figure changes; `sign` −1 takes a stretch away.

    What comes to nothing is left out, and so is whatever would happen at the open end.
    """
    sums: dict[tuple[date, int, int, int], list[int]] = {}
    for sign, stretch in stretches:
        for name, (begin, end) in counted_during(stretch).items():
            for day, number in ((begin, sign), (end, -sign)):
                if day < FOREVER:
                    key = (day, stretch.unit_id, stretch.lineage_id, stretch.requirement_id)
                    sums.setdefault(key, [0] * len(FIGURES))[FIGURES.index(name)] += number
    return {key: tuple(numbers) for key, numbers in sums.items() if any(numbers)}
