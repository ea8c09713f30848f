"""From one person's facts to obligations, segments and reasons, by plain loops.

The same rule as the set SQL in `lms.plan.derive`, said a second time and in another way (own climb up the tree, no
closure, no window functions), so that each proves the other. The path of a single completion uses `activity_of`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from lms.plan.rules.intervals import FOREVER, Interval, intersect, subtract, union
from lms.plan.rules.states import COUNTS, PAUSED, WAIVED

ONE_DAY = timedelta(days=1)


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


@dataclass(frozen=True)
class StartFact:
    """The first activity in a course version, with the version's content group."""

    course_id: int
    started_on: date
    content_group: str = ""


@dataclass(frozen=True)
class WaiverFact:
    """A believed exemption from one requirement."""

    requirement_id: int
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


@dataclass(frozen=True)
class Activity:
    """First activity and fulfilment; FOREVER where there is none."""

    started_on: date = FOREVER
    fulfilled_on: date = FOREVER


def derive(person: PersonFacts, requirements: Iterable[RequirementFact], tree: Tree) -> Derived:
    """Everything that follows for one person."""
    derived = Derived()
    for requirement in requirements:
        reasons = _reasons(person, requirement, tree)
        derived.reasons += reasons
        span = subtract(
            [(r.from_on, r.to_on) for r in reasons if r.sign > 0], [(r.from_on, r.to_on) for r in reasons if r.sign < 0]
        )
        for cycle in requirement.cycles:
            pieces = intersect(span, [(cycle.opens_on, cycle.closes_on)])
            if pieces:
                obligation = _obligation(person, requirement, cycle, pieces)
                derived.obligations.append(obligation)
                derived.segments += _segments(person, obligation, pieces)
    return derived


def _reasons(person: PersonFacts, requirement: RequirementFact, tree: Tree) -> list[ReasonFact]:
    found = []
    for audience in requirement.audiences:
        for posting in person.postings:
            if audience.position not in (None, posting.position) or audience.category not in (None, posting.category):
                continue
            days = intersect([(posting.from_on, posting.to_on)], [(audience.from_on, audience.to_on)])
            days = intersect(days, [(requirement.from_on, requirement.to_on)])
            days = intersect(days, tree.days_under(posting.unit_id, audience.unit_id, subtree=audience.subtree))
            days = intersect(days, tree.days_of_kind(posting.unit_id, audience.kind))
            found += [
                ReasonFact(person.person_id, requirement.id, audience.id, posting.id, audience.sign, begin, end)
                for begin, end in days
            ]
    return found


def _obligation(
    person: PersonFacts, requirement: RequirementFact, cycle: CycleFact, pieces: list[Interval]
) -> ObligationFact:
    opened_on, closes_on = pieces[0][0], pieces[-1][1]
    due_on = due_day(
        due_rule=requirement.due_rule,
        due_days=requirement.due_days,
        cycle_due_on=cycle.due_on,
        cycle_closes_on=cycle.closes_on,
        opened_on=opened_on,
    )
    since, until = valid_window(
        cycle=cycle.cycle,
        cycle_opens_on=cycle.opens_on,
        cycle_closes_on=cycle.closes_on,
        accept_before_days=requirement.accept_before_days,
        opened_on=opened_on,
        closes_on=closes_on,
    )
    activity = activity_of(
        rule=requirement.rule,
        course_ids=requirement.course_ids,
        hours_needed=requirement.hours_needed,
        content_group=requirement.content_group,
        yearly=cycle.cycle != 0,
        since=since,
        until=until,
        completions=person.completions,
        starts=person.starts,
    )
    return ObligationFact(
        person.person_id,
        requirement.id,
        cycle.cycle,
        opened_on,
        closes_on,
        due_on,
        activity.started_on,
        activity.fulfilled_on,
    )


def due_day(
    *, due_rule: str, due_days: int | None, cycle_due_on: date | None, cycle_closes_on: date, opened_on: date
) -> date:
    """The last day on which fulfilling is in time.

    after_posting: so many days after the first day of the span (a reform, which opens a new posting, must not push
    it). fixed and calendar_year: the cycle's day, or, for a late joiner, `due_days` after opening if that is later;
    a yearly duty is never due after its window.
    """
    if due_rule == "after_posting" or cycle_due_on is None:
        return opened_on + timedelta(days=due_days or 0)
    due = cycle_due_on if due_days is None else max(cycle_due_on, opened_on + timedelta(days=due_days))
    return min(due, cycle_closes_on - ONE_DAY) if due_rule == "calendar_year" else due


def valid_window(
    *,
    cycle: int,
    cycle_opens_on: date,
    cycle_closes_on: date,
    accept_before_days: int | None,
    opened_on: date,
    closes_on: date,
) -> Interval:
    """The days [since, until) on which a completion counts for the obligation.

    A yearly duty takes what was done within its window. A single one takes earlier completions too, as old as the
    requirement allows on the day the obligation opens, and nothing after it has ended.
    """
    if cycle:
        return cycle_opens_on, cycle_closes_on
    if accept_before_days is None:
        return date.min, closes_on
    oldest = opened_on.toordinal() - accept_before_days
    return date.fromordinal(max(oldest, 1)), closes_on


def activity_of(
    *,
    rule: str,
    course_ids: Iterable[int],
    hours_needed: Decimal | None,
    content_group: str,
    yearly: bool,
    since: date,
    until: date,
    completions: Iterable[CompletionFact],
    starts: Iterable[StartFact],
) -> Activity:
    """When work on an obligation began and on which day its rule became true.

    any_of: the first completion of a listed course. all_of: the day the last of them was first completed. hours:
    the day the running sum reaches `hours_needed` tiết. Opening a course counts as a start from any time for a
    single duty over courses, else only within the window.
    """
    wanted = set(course_ids)
    done = [c for c in completions if since <= c.completed_on < until]
    if rule == "hours":
        done = [c for c in done if content_group in ("", c.content_group)]
        begun = [s for s in starts if content_group in ("", s.content_group)]
    else:
        done = [c for c in done if c.course_id in wanted]
        begun = [s for s in starts if s.course_id in wanted]
    bounded = yearly or rule == "hours"
    days = [s.started_on for s in begun if s.started_on < until and (since <= s.started_on or not bounded)]
    days += [c.completed_on for c in done]
    return Activity(min(days, default=FOREVER), _fulfilled(rule, wanted, hours_needed, done))


def _fulfilled(rule: str, wanted: set[int], hours_needed: Decimal | None, done: list[CompletionFact]) -> date:
    if rule == "hours":
        total = Decimal(0)
        for completion in sorted(done, key=lambda c: c.completed_on):
            total += completion.hours
            if hours_needed is not None and total >= hours_needed:
                return completion.completed_on
        return FOREVER
    first: dict[int, date] = {}
    for completion in done:
        first[completion.course_id] = min(first.get(completion.course_id, FOREVER), completion.completed_on)
    if rule == "any_of":
        return min(first.values(), default=FOREVER)
    return max(first.values()) if wanted and len(first) == len(wanted) else FOREVER


def _segments(person: PersonFacts, obligation: ObligationFact, pieces: list[Interval]) -> list[SegmentFact]:
    waived = union((w.from_on, w.to_on) for w in person.waivers if w.requirement_id == obligation.requirement_id)
    paused = subtract(person.absences, waived)
    found = []
    for posting in person.postings:
        if not posting.is_primary:
            continue
        present = intersect(pieces, [(posting.from_on, posting.to_on)])
        parts = (
            (COUNTS, subtract(present, [*waived, *paused])),
            (PAUSED, intersect(present, paused)),
            (WAIVED, intersect(present, waived)),
        )
        found += [
            SegmentFact(
                obligation.person_id,
                obligation.requirement_id,
                obligation.cycle,
                posting.unit_id,
                kind,
                begin,
                end,
                obligation.due_on,
                obligation.started_on,
                obligation.fulfilled_on,
            )
            for kind, days in parts
            for begin, end in days
        ]
    return found
