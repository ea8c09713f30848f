"""Duties that come again after some months: how long a fulfilment is valid and when it may be renewed.

One convention, in calendar months: something valid for N months from a day is valid up to and including the day before
the Nth anniversary of that day; where that month has no such day, up to and including its last day.
"""

from calendar import monthrange
from datetime import date, timedelta

from lms.plan.rules.intervals import FOREVER

ONE_DAY = timedelta(days=1)


def last_valid_day(since: date, months: int) -> date:
    """The last day of `months` calendar months that begin on `since`: 05/03/2024 and 12 months give 04/03/2025."""
    year, month = _month_after(since, months)
    if year > FOREVER.year:
        return FOREVER
    last = monthrange(year, month)[1]
    return date(year, month, since.day) - ONE_DAY if since.day <= last else date(year, month, last)


def months_before(day: date, months: int) -> date:
    """The same day `months` earlier, or the last day of that month where it has no such day."""
    year, month = _month_after(day, -months)
    if year < 1:
        return date.min
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _month_after(day: date, months: int) -> tuple[int, int]:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return year, month + 1


def valid_until(
    *,
    base: str,
    months: int,
    minimum_months: int,
    fulfilled_on: date,
    due_on: date,
    previous_on: date,
    anchor_on: date,
    least_on: date,
) -> date:
    """The last day on which a fulfilment is valid.

    completion: counted from the fulfilment. previous: on time, from the day after the previous expiry (the first
    time: after the computed due day), else from the fulfilment. fixed: the first of the days that lie whole periods
    before or after the first due day (`anchor_on`) and leave at least `minimum_months`. `due_on` includes what was
    granted, `previous_on` does not: an extension is for its own cycle only. Never before `least_on`, the day the duty
    opened or the previous expiry, and never before the fulfilment itself.
    """
    least = max(least_on, fulfilled_on)
    if base == "fixed" and anchor_on < FOREVER:
        return _fixed_day(anchor_on, months, max(least, last_valid_day(fulfilled_on, minimum_months)))
    if base == "previous" and fulfilled_on <= due_on and previous_on < FOREVER:
        return max(least, last_valid_day(previous_on + ONE_DAY, months))
    return max(least, last_valid_day(fulfilled_on, months))


def _fixed_day(anchor_on: date, months: int, least: date) -> date:
    """Step back while it leaves enough, then forward until it does."""
    since, periods = anchor_on + ONE_DAY, 0
    while _period_end(since, (periods - 1) * months) >= least:
        periods -= 1
    while _period_end(since, periods * months) < least:
        periods += 1
    return _period_end(since, periods * months)


def _period_end(since: date, months: int) -> date:
    return last_valid_day(since, months)


def renewal_opens(*, valid_until_on: date, renew_months: int, fulfilled_on: date) -> date:
    """The first day on which a renewal counts; the fulfilment itself is none."""
    return max(months_before(valid_until_on + ONE_DAY, renew_months), fulfilled_on + ONE_DAY)


def oldest_valid(opened_on: date, months: int) -> date:
    """The first day on which a completion is still valid when the duty opens."""
    return months_before(opened_on, months) + ONE_DAY
