"""In what state an obligation is on a day: derived, never stored."""

from datetime import date
from enum import StrEnum

from lms.plan.rules.intervals import FOREVER

COUNTS, PAUSED, WAIVED = 0, 1, 2
"""Kinds of a segment."""


class State(StrEnum):
    """Trạng thái của một nghĩa vụ."""

    FUTURE = "future"
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    COMPLETED_LATE = "completed_late"
    VALID = "valid"
    EXPIRING = "expiring"
    OVERDUE = "overdue"
    EXPIRED = "expired"
    PAUSED = "paused"
    WAIVED = "waived"
    ENDED = "ended"


def state_on(
    day: date,
    *,
    closes_on: date,
    due_on: date,
    started_on: date,
    fulfilled_on: date,
    kind: int = COUNTS,
    opened_on: date = date.min,
    valid_until: date = FOREVER,
    renews_on: date = FOREVER,
    renewed_on: date = FOREVER,
    is_renewal: bool = False,
    is_away: bool = False,
) -> State:
    """The state on `day`, end of that day included: due on the 31st is not late on the 31st.

    `kind` is what the segment of that day says (0 counts, 1 paused, 2 waived). Ended beats everything, and so does a
    time out of the audience between two times in it (`is_away`). A waiver beats the result, a result beats a pause, a
    pause keeps a late one from being called overdue. What is valid for a time only is valid, and about to expire
    while its renewal is open (`renews_on`) and not done (`renewed_on`); a renewal that is overdue means that what was
    fulfilled before has expired.
    """
    if day >= closes_on:
        return State.ENDED
    if day < opened_on:
        return State.FUTURE
    if is_away:
        return State.ENDED
    if kind == WAIVED:
        return State.WAIVED
    if fulfilled_on <= day:
        if valid_until < FOREVER:
            return State.EXPIRING if renews_on <= day < renewed_on else State.VALID
        return State.COMPLETED if fulfilled_on <= due_on else State.COMPLETED_LATE
    if kind == PAUSED:
        return State.PAUSED
    if due_on < day:
        return State.EXPIRED if is_renewal else State.OVERDUE
    return State.IN_PROGRESS if started_on <= day else State.NOT_STARTED
