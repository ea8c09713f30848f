"""Time: what now is, and when a day of Việt Nam begins and ends."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def _system() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system


def set_source(source: Callable[[], datetime] | None) -> None:
    """Let a test or a demonstration decide what now is; None gives the system clock back."""
    global _source
    _source = source or _system


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _source()


def today() -> date:
    """Today's day in Việt Nam."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """The Vietnamese calendar day in which a moment lies."""
    return moment.astimezone(VIETNAM).date()


def end_of(day: date) -> datetime:
    """The moment at which something due on `day` becomes late: 24:00 Vietnamese time."""
    return datetime.combine(day + timedelta(days=1), time.min, VIETNAM).astimezone(UTC)
