"""In what state an obligation is on a day: derived, never stored."""

from datetime import date
from enum import StrEnum

COUNTS, PAUSED, WAIVED = 0, 1, 2
"""Kinds of a segment."""


class State(StrEnum):
    """Trạng thái của một nghĩa vụ."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    COMPLETED_LATE = "completed_late"
    OVERDUE = "overdue"
    PAUSED = "paused"
    WAIVED = "waived"
    ENDED = "ended"


def state_on(
    day: date, *, closes_on: date, due_on: date, started_on: date, fulfilled_on: date, kind: int = COUNTS
) -> State:
    """The state on `day`, end of that day included: due on the 31st is not late on the 31st.

    `kind` is what the segment of that day says (0 counts, 1 paused, 2 waived). Ended beats everything, a waiver
    beats the result, a result beats a pause, a pause keeps a late one from being called overdue.
    """
    if day >= closes_on:
        return State.ENDED
    if kind == WAIVED:
        return State.WAIVED
    if fulfilled_on <= day:
        return State.COMPLETED if fulfilled_on <= due_on else State.COMPLETED_LATE
    if kind == PAUSED:
        return State.PAUSED
    if due_on < day:
        return State.OVERDUE
    return State.IN_PROGRESS if started_on <= day else State.NOT_STARTED
