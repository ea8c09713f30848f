"""Rules of notifications: when to try again, and when to give up."""

from datetime import datetime, timedelta

MOST_TRIES = 6
PAUSES = (1, 5, 30, 120, 120)
"""Minutes until the next try, after the first, second … failed one."""
LEASE = timedelta(minutes=10)
"""For so long a letter belongs to the process that claimed it; if that dies, another takes the letter up."""


def next_try(tries: int, now: datetime) -> datetime | None:
    """When a letter that failed `tries` times (1, 2 …) is tried again; None gives up."""
    if tries >= MOST_TRIES:
        return None
    return now + timedelta(minutes=PAUSES[tries - 1])
