"""Days off and working days: what the law says for every year, what was decided for one, and terms in working days."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from lms.plan.workdays.lunar import lunar_day

ONE_DAY = timedelta(days=1)
FIRST_YEAR, LAST_YEAR = 2000, 2099
"""Years for which days off are reckoned and may be decided."""
MOST_DAYS = 31
"""So many days at most are decided in one line."""


class Holiday(StrEnum):
    """Why offices are closed by law: Bộ luật Lao động 2019, Điều 111 và 112."""

    NEW_YEAR = "new-year"
    TET = "tet"
    """The last day of the lunar year and the first three; the fifth day is chosen year by year."""
    HUNG_KINGS = "hung-kings"
    REUNIFICATION = "reunification"
    LABOUR = "labour"
    NATIONAL = "national"
    """2 September; the day beside it is chosen year by year."""
    INSTEAD = "instead"
    """The working day after a holiday that fell on a weekend."""


class Refusal(StrEnum):
    """Why days may not be decided."""

    ENDS_BEFORE_IT_BEGINS = "ends-before"
    TOO_MANY = "too-many"
    OUT_OF_REACH = "out-of-reach"
    GONE = "gone"
    TERM_IN_THE_PAST = "term-past"


def why_not_days(first: date, last: date) -> Refusal | None:
    """Say what forbids deciding the days from `first` to `last`, or None."""
    if last < first:
        return Refusal.ENDS_BEFORE_IT_BEGINS
    if not (first.year >= FIRST_YEAR and last.year <= LAST_YEAR):
        return Refusal.OUT_OF_REACH
    return Refusal.TOO_MANY if (last - first).days >= MOST_DAYS else None


@lru_cache(maxsize=64)
def lawful(year: int) -> Mapping[date, Holiday]:
    """The days off of a year that are certain before anything is decided for it, in order; weekends among them."""
    tet = lunar_day(year, 1, 1)
    found = {
        date(year, 1, 1): Holiday.NEW_YEAR,
        **{tet + timedelta(days=n): Holiday.TET for n in (-1, 0, 1, 2)},
        lunar_day(year, 3, 10): Holiday.HUNG_KINGS,
        date(year, 4, 30): Holiday.REUNIFICATION,
        date(year, 5, 1): Holiday.LABOUR,
        date(year, 9, 2): Holiday.NATIONAL,
    }
    for day in sorted(found):
        if is_weekend(day):
            while day in found or is_weekend(day):
                day += ONE_DAY
            found[day] = Holiday.INSTEAD
    return dict(sorted(found.items()))


def is_weekend(day: date) -> bool:
    """Saturday or Sunday."""
    return day.weekday() >= 5


def is_day_off(day: date, decided: Mapping[date, bool]) -> bool:
    """Whether offices are closed: as decided for the day (True: off), else by weekend and law."""
    if day in decided:
        return decided[day]
    return is_weekend(day) or (FIRST_YEAR <= day.year <= LAST_YEAR and day in lawful(day.year))


def deadline(start: date, days: int, decided: Mapping[date, bool]) -> date:
    """The last of so many working days after the day of receipt, which does not count."""
    day = start
    while days > 0:
        day += ONE_DAY
        days -= not is_day_off(day, decided)
    return day


def each(first: date, last: date) -> Iterator[date]:
    """The days from `first` to `last`, both included."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))
