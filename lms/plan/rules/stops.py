"""What forbids an act on waivers and granted due days."""

from datetime import date, timedelta
from enum import StrEnum

from lms.plan.rules.intervals import FOREVER


class StopRefusal(StrEnum):
    """Why a waiver or a due day is not granted or taken back."""

    ENDS_BEFORE_IT_BEGINS = "stop_ends_before_it_begins"
    NOT_BELIEVED = "stop_not_believed"
    NO_DUTY = "stop_no_duty"
    FULFILLED = "stop_fulfilled"
    NO_DUE_DAY = "stop_no_due_day"
    IN_THE_PAST = "stop_in_the_past"
    NOT_LATER = "stop_not_later"
    AFTER_CLOSING = "stop_after_closing"
    NOT_WAITING = "stop_not_waiting"
    NOT_DECIDED = "stop_not_decided"


REALISTIC_DAYS = 7
"""What a realistic due day gives beyond the least days that a duty needs."""


def why_not_extend(
    *, opened_on: date, closes_on: date, due_on: date, fulfilled_on: date, new_on: date, today: date
) -> StopRefusal | None:
    """Say what forbids another due day for an obligation today, or None: only later, and not in the past."""
    if not opened_on <= today < closes_on:
        return StopRefusal.NO_DUTY
    if fulfilled_on < FOREVER:
        return StopRefusal.FULFILLED
    if due_on >= FOREVER:
        return StopRefusal.NO_DUE_DAY
    if new_on < today:
        return StopRefusal.IN_THE_PAST
    if new_on <= due_on:
        return StopRefusal.NOT_LATER
    return StopRefusal.AFTER_CLOSING if new_on >= closes_on else None


def realistic_day(decided_on: date, minimum_days: int) -> date:
    """The due day that leaves the least days and a week."""
    return decided_on + timedelta(days=minimum_days + REALISTIC_DAYS)
