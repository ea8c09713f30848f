"""Half-open intervals of days [from, to): union, intersection, difference, by plain loops."""

from collections.abc import Iterable
from datetime import date

FOREVER = date(9999, 12, 31)
"""The open end. The same day as in the columns, said again so that rules stay free of the database."""

Interval = tuple[date, date]


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """Join overlapping and touching intervals; sorted, empty ones dropped."""
    found = [interval for interval in intervals if interval[0] < interval[1]]
    if len(found) < 2:
        return found
    joined: list[Interval] = []
    for begin, end in sorted(found):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined


def intersect(left: Iterable[Interval], right: Iterable[Interval]) -> list[Interval]:
    """The days that lie in both."""
    others = list(right)
    return union([(max(a, c), min(b, d)) for a, b in left for c, d in others])


def subtract(whole: Iterable[Interval], parts: Iterable[Interval]) -> list[Interval]:
    """The days of `whole` that lie in none of `parts`."""
    left = union(whole)
    for begin, end in union(parts):
        left = [piece for a, b in left for piece in ((a, min(b, begin)), (max(a, end), b)) if piece[0] < piece[1]]
    return left
