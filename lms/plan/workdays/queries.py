"""Reading days off, as decided and by law."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from lms.plan.workdays import rules
from lms.plan.workdays.models import DayOff
from lms.platform.db import db

REACH = timedelta(days=240)
"""So far ahead lies the end of the longest term, 90 working days, whatever is decided."""


@dataclass(frozen=True)
class Stretch:
    """Days after each other that were decided at once in the same way."""

    ids: tuple[int, ...]
    first: date
    last: date
    is_off: bool
    name: str
    document: str
    recorded_at: datetime

    @property
    def said(self) -> tuple[bool, str, str, datetime]:
        """What was written down for the days."""
        return self.is_off, self.name, self.document, self.recorded_at


def decided(first: date, last: date) -> dict[date, bool]:
    """What is decided for the days from `first` to `last`: True is off."""
    rows = db.session.execute(_believed().where(DayOff.day >= first, DayOff.day <= last))
    return {row.DayOff.day: row.DayOff.is_off for row in rows}


def _believed() -> Any:
    return sa.select(DayOff).where(DayOff.superseded_at.is_(None))


def deadline(start: date, days: int) -> date:
    """The last of so many working days after `start`, by law and by what is decided so far."""
    return rules.deadline(start, days, decided(start, start + REACH))


def stretches() -> list[Stretch]:
    """Everything that is decided, days after each other joined, the newest first."""
    found: list[Stretch] = []
    for row in db.session.scalars(_believed().order_by(DayOff.day)):
        last = found[-1] if found else None
        same = (row.is_off, row.name, row.document, row.recorded_at)
        if last and last.last + rules.ONE_DAY == row.day and last.said == same:
            found[-1] = Stretch((*last.ids, row.id), last.first, row.day, *same)
            continue
        found.append(Stretch((row.id,), row.day, row.day, *same))
    return found[::-1]


def years_decided() -> frozenset[int]:
    """Years for which anything is decided."""
    return frozenset(
        row.year for row in db.session.scalars(sa.select(DayOff.day).where(DayOff.superseded_at.is_(None)))
    )
