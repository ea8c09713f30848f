"""What one person's facts and a requirement look like to the rules, and what follows from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from lms.plan.rules.intervals import FOREVER, Interval, intersect, union


@dataclass(frozen=True)
class PostingFact:
    """A believed posting."""

    id: int
    unit_id: int
    position: str
    category: str
    from_on: date
    to_on: date
    is_primary: bool = True


@dataclass(frozen=True)
class CompletionFact:
    """A completion that was not voided; hours in tiết."""

    course_id: int
    completed_on: date
    hours: Decimal = Decimal(0)
    content_group: str = ""
    version: int | None = None
    """Number of the version; None for what was recognised."""


@dataclass(frozen=True)
class StartFact:
    """The first activity in a course version, with the version's content group."""

    course_id: int
    started_on: date
    content_group: str = ""
    version: int | None = None


@dataclass(frozen=True)
class WaiverFact:
    """A believed exemption from one requirement."""

    requirement_id: int
    from_on: date
    to_on: date


VALIDITY = "valid"
"""The grant that is no due day: until when a result fulfilled on `opened_on` stays valid, whatever a plan says now."""
UNDECIDED = frozenset({"kept", "fixed", VALIDITY})
"""Grants by which nobody was decided upon: facts or a plan changed, and what had been told stayed."""


@dataclass(frozen=True)
class GrantFact:
    """A believed due day given for one obligation.

    A single or yearly duty is named by its cycle. Of one that comes again the cycles are counted from completions
    and could be counted anew when an early one is recorded late: its grant is for the cycle that is open on
    `opened_on`, whatever number that has.
    """

    requirement_id: int
    cycle: int
    due_on: date
    granted_on: date
    kind: str = "extended"
    opened_on: date = date.min
    """The day on which the obligation had opened when the day was given; of a fixed one: the day of fulfilment."""

    @property
    def decides(self) -> bool:
        """Whether it was decided for this person; a day that only stayed when a plan changed was not."""
        return self.kind not in UNDECIDED

    def is_for(self, cycle: int, *, comes_again: bool, after_on: date, fulfilled_on: date) -> bool:
        """Whether it is for this cycle, open from the day after the fulfilment before it up to its own."""
        if self.kind == VALIDITY:
            return False
        return after_on < self.opened_on <= fulfilled_on if comes_again else self.cycle == cycle


@dataclass(frozen=True)
class EquivalentFact:
    """A course that counts as a listed one when it is completed within [from_on, to_on)."""

    course_id: int
    equivalent_id: int
    from_on: date
    to_on: date


@dataclass(frozen=True)
class AudienceFact:
    """An audience rule; empty position, category or kind means any."""

    id: int
    sign: int
    unit_id: int
    subtree: bool
    position: str | None
    category: str | None
    kind: str | None
    from_on: date
    to_on: date


@dataclass(frozen=True)
class CycleFact:
    """A window of a requirement."""

    cycle: int
    opens_on: date
    closes_on: date
    due_on: date | None


@dataclass(frozen=True)
class RequirementFact:
    """A requirement with everything that decides."""

    id: int
    rule: str
    course_ids: tuple[int, ...]
    hours_needed: Decimal | None
    content_group: str
    due_rule: str
    due_days: int | None
    accept_before_days: int | None
    from_on: date
    to_on: date
    cycles: tuple[CycleFact, ...]
    audiences: tuple[AudienceFact, ...]
    min_versions: tuple[tuple[int, int], ...] = ()
    """(course, first version that counts)."""
    equivalents: tuple[EquivalentFact, ...] = ()
    minimum_days: int | None = None
    late_days: int = 0
    absence_effect: str = "pause"
    repeat_months: int | None = None
    expiry_base: str = "completion"
    renew_months: int = 0
    minimum_months: int = 0


@dataclass(frozen=True)
class Tree:
    """The dated organisation: where each unit hangs, what kind it is, when it lives."""

    life: Mapping[int, Interval]
    places: Mapping[int, tuple[tuple[int | None, date, date], ...]]
    kinds: Mapping[int, tuple[tuple[str, date, date], ...]]

    def days_under(self, unit_id: int, ancestor_id: int, *, subtree: bool) -> list[Interval]:
        """The days on which the unit is the other one or, with `subtree`, hangs anywhere below it."""
        if unit_id == ancestor_id:
            return [self.life[unit_id]]
        if not subtree:
            return []
        found: list[Interval] = []
        for parent_id, begin, end in self.places.get(unit_id, ()):
            if parent_id is not None:
                above = self.days_under(parent_id, ancestor_id, subtree=True)
                found += intersect([(begin, end)], above)
        return intersect(union(found), [self.life[unit_id]])

    def days_of_kind(self, unit_id: int, kind: str | None) -> list[Interval]:
        """The days on which the unit is of that kind; None is any kind."""
        if kind is None:
            return [(date.min, FOREVER)]
        return union((begin, end) for name, begin, end in self.kinds.get(unit_id, ()) if name == kind)


@dataclass(frozen=True)
class PersonFacts:
    """What is known of one person."""

    person_id: int
    postings: tuple[PostingFact, ...] = ()
    completions: tuple[CompletionFact, ...] = ()
    starts: tuple[StartFact, ...] = ()
    absences: tuple[Interval, ...] = ()
    waivers: tuple[WaiverFact, ...] = ()
    grants: tuple[GrantFact, ...] = ()


@dataclass(frozen=True, order=True)
class ObligationFact:
    """One person × one requirement × one cycle."""

    person_id: int
    requirement_id: int
    cycle: int
    opened_on: date
    closes_on: date
    due_on: date
    started_on: date
    fulfilled_on: date
    valid_until: date = FOREVER


@dataclass(frozen=True, order=True)
class SegmentFact:
    """A piece of an obligation in one unit; kind 0 counts, 1 paused, 2 waived."""

    person_id: int
    requirement_id: int
    cycle: int
    unit_id: int
    kind: int
    from_on: date
    to_on: date
    due_on: date
    started_on: date
    fulfilled_on: date


@dataclass(frozen=True, order=True)
class ReasonFact:
    """An audience rule met a posting."""

    person_id: int
    requirement_id: int
    audience_id: int
    posting_id: int
    sign: int
    from_on: date
    to_on: date


@dataclass
class Derived:
    """What follows from one person's facts."""

    obligations: list[ObligationFact] = field(default_factory=list)
    segments: list[SegmentFact] = field(default_factory=list)
    reasons: list[ReasonFact] = field(default_factory=list)
