"""Walking the whole chain and setting it against the log; reads only, memory stays flat."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from lms.audit import queries
from lms.audit.rules import NOTHING, Fault, Walk

IN_TIME = timedelta(minutes=10)
"""A row without a seal is suspicious when it is older."""
MOST_KEPT = 20


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong."""

    fault: Fault
    day: date | None
    number: int | None
    event_id: int | None


@dataclass
class Verified:
    """What was found."""

    links: int = 0
    faults: int = 0
    first: list[Finding] = field(default_factory=list)
    waiting: int = 0
    """Rows of the last minutes that are still to be sealed."""
    day: date | None = None
    head: str = NOTHING
    """The end of the chain: kept elsewhere, it proves later that nothing before it was made anew."""

    @property
    def is_clean(self) -> bool:
        """Whether the log is what was sealed."""
        return not self.faults

    def note(self, fault: Fault, day: date | None, number: int | None, event_id: int | None) -> None:
        """Count a finding and keep the first ones."""
        self.faults += 1
        if len(self.first) < MOST_KEPT:
            self.first.append(Finding(fault, day, number, event_id))


def verify(*, now: datetime, every: Callable[[int], None] | None = None) -> Verified:
    """Walk the chain from its beginning. Call it inside `db.snapshot()`; `every` is told how many links were walked."""
    found, walk, ends = Verified(), Walk(), {row.day: row for row in queries.days()}
    reached: dict[date, tuple[int, str]] = {}
    for link in queries.chain():
        if fault := walk.step(link):
            found.note(fault, link.day, link.number, link.event_id)
        reached[link.day] = (link.number, link.hash)
        if every is not None and walk.links % queries.AT_ONCE == 0:
            every(walk.links)
    for day, end in ends.items():
        if end.number and reached.get(day) != (end.number, end.hash):
            found.note(Fault.CUT, day, end.number, None)
    for day in sorted(reached.keys() - ends.keys()):
        found.note(Fault.CUT, day, None, None)
    late, first = queries.count_unsealed(now - IN_TIME)
    if late:
        found.note(Fault.UNSEALED, None, None, first)
        found.faults += late - 1
    found.waiting = queries.count_unsealed(now)[0] - late
    found.links, found.day, found.head = walk.links, walk.day, walk.hash
    return found
