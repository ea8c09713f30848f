"""The windows of a requirement: one for a single duty, one a calendar year for a yearly one."""

from dataclasses import dataclass
from datetime import date, timedelta

LAST_YEAR = 2031
"""The last year for which a yearly duty without an end gets a window: the plan looks as far as 2030."""


@dataclass(frozen=True)
class Window:
    """One cycle [opens_on, closes_on) and its due day, None where the due day is relative."""

    cycle: int
    opens_on: date
    closes_on: date
    due_on: date | None


def cycles(
    *, due_rule: str, from_on: date, to_on: date, fixed_on: date | None, month_and_day: tuple[int, int] = (12, 31)
) -> list[Window]:
    """The windows of a requirement that lives in [from_on, to_on).

    A fixed or relative duty has the one window 0. A yearly one has a window for each year it touches, cut to its
    life, due on `month_and_day` of that year or, if the window closes earlier, on its last day.
    """
    if from_on >= to_on:
        return []
    if due_rule != "calendar_year":
        return [Window(0, from_on, to_on, fixed_on if due_rule == "fixed" else None)]
    windows = []
    for year in range(from_on.year, min((to_on - timedelta(days=1)).year, LAST_YEAR) + 1):
        opens, closes = max(from_on, date(year, 1, 1)), min(to_on, date(year + 1, 1, 1))
        due = min(date(year, *month_and_day), closes - timedelta(days=1))
        windows.append(Window(year, opens, closes, max(due, opens)))
    return windows
