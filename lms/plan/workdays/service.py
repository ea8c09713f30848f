"""Deciding which days are off, and for how long desks have to answer; open terms are never shortened by it."""

from collections.abc import Iterable
from datetime import date, datetime

import sqlalchemy as sa

from lms.plan.events import DaysDecided, DaysWithdrawn
from lms.plan.workdays import rules
from lms.plan.workdays.models import DayOff
from lms.plan.workdays.rules import Refusal
from lms.platform.db import db
from lms.platform.events import By, emit
from lms.platform.forms import Refused


def decide(first: date, last: date, *, is_off: bool, name: str, document: str, by: By, now: datetime) -> int:
    """Say of the days from `first` to `last` that offices are closed, or open; how many days.

    What was decided for any of them before is no longer believed. Raises Refused.
    """
    if refusal := rules.why_not_days(first, last):
        raise Refused(refusal)
    days = list(rules.each(first, last))
    _supersede(DayOff.day.in_(days), now)
    db.session.add_all(
        DayOff(day=day, is_off=is_off, name=name, document=document, account_id=by.account_id, recorded_at=now)
        for day in days
    )
    db.session.flush()
    how = "nghỉ" if is_off else "đi làm"
    emit(DaysDecided(first=first, last=last, how=how, name=name, document=document), by=by)
    return len(days)


def withdraw(ids: Iterable[int], *, by: By, now: datetime) -> None:
    """Take back what was decided: the week and the law hold again. Raises Refused if it was taken back before."""
    wanted = sorted(set(ids))
    believed = sa.select(DayOff).where(DayOff.id.in_(wanted), DayOff.superseded_at.is_(None)).order_by(DayOff.day)
    found = list(db.session.scalars(believed.with_for_update()))
    if not found or len(found) != len(wanted):
        raise Refused(Refusal.GONE)
    _supersede(DayOff.id.in_(wanted), now)
    emit(DaysWithdrawn(first=found[0].day, last=found[-1].day, name=found[0].name), by=by)


def _supersede(which: sa.ColumnElement[bool], now: datetime) -> None:
    believed = sa.update(DayOff).where(which, DayOff.superseded_at.is_(None))
    db.session.execute(believed.values(superseded_at=now), execution_options={"synchronize_session": "fetch"})
