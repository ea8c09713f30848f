"""From one person's facts to obligations, segments and reasons, by plain loops.

The same rule as the set SQL in `lms.plan.derive`, said a second time and in another way (own climb up the tree, no
closure, no window functions), so that each proves the other. The path of a single completion uses its parts.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise

from lms.plan.rules.due import due_day, granted, held, pauses, shifted, shifts, valid_window
from lms.plan.rules.facts import (
    VALIDITY,
    CycleFact,
    Derived,
    GrantFact,
    ObligationFact,
    PersonFacts,
    ReasonFact,
    RequirementFact,
    SegmentFact,
    Tree,
)
from lms.plan.rules.intervals import FOREVER, Interval, intersect, subtract, union
from lms.plan.rules.recurrence import ONE_DAY, renewal_opens, valid_until
from lms.plan.rules.states import COUNTS, PAUSED, WAIVED, State, state_on
from lms.plan.rules.study import Activity, activity_of, counting


def derive(person: PersonFacts, requirements: Iterable[RequirementFact], tree: Tree) -> Derived:
    """Everything that follows for one person."""
    derived = Derived()
    for requirement in requirements:
        reasons = reasons_of(person, requirement, tree)
        derived.reasons += reasons
        obligations, segments = obligations_of(person, requirement, span_of(reasons))
        derived.obligations += obligations
        derived.segments += segments
    return derived


def states_of(derived: Derived, requirements: Iterable[RequirementFact], day: date) -> dict[tuple[int, int], State]:
    """(requirement, cycle) → the state of one person's obligation at the end of `day`; ended and future ones too."""
    repeating = {requirement.id for requirement in requirements if requirement.repeat_months is not None}
    kinds = {(s.requirement_id, s.cycle): s.kind for s in derived.segments if s.from_on <= day < s.to_on}
    after = {(o.requirement_id, o.cycle - 1): o for o in derived.obligations if o.requirement_id in repeating}
    states = {}
    for o in derived.obligations:
        renewal = after.get((o.requirement_id, o.cycle))
        states[o.requirement_id, o.cycle] = state_on(
            day,
            opened_on=o.opened_on,
            closes_on=o.closes_on,
            due_on=o.due_on,
            started_on=o.started_on,
            fulfilled_on=o.fulfilled_on,
            kind=kinds.get((o.requirement_id, o.cycle), COUNTS),
            valid_until=o.valid_until,
            renews_on=renewal.opened_on if renewal else FOREVER,
            renewed_on=renewal.fulfilled_on if renewal else FOREVER,
            is_renewal=o.requirement_id in repeating and o.cycle > 0,
            is_away=is_away(day, [s for s in derived.segments if s.requirement_id == o.requirement_id]),
        )
    return states


def is_away(day: date, segments: Iterable[SegmentFact]) -> bool:
    """Whether a person is out of a requirement's audience on the day, who was in it before and will be again."""
    days = union((segment.from_on, segment.to_on) for segment in segments)
    return any(before[1] <= day < after[0] for before, after in pairwise(days))


def reasons_of(person: PersonFacts, requirement: RequirementFact, tree: Tree) -> list[ReasonFact]:
    """Every audience rule that met a posting, and when."""
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


def span_of(reasons: Iterable[ReasonFact]) -> list[Interval]:
    """The days on which at least one rule includes and none excludes."""
    reasons = list(reasons)
    return subtract(
        [(r.from_on, r.to_on) for r in reasons if r.sign > 0], [(r.from_on, r.to_on) for r in reasons if r.sign < 0]
    )


def obligations_of(
    person: PersonFacts, requirement: RequirementFact, span: Sequence[Interval]
) -> tuple[list[ObligationFact], list[SegmentFact]]:
    """What follows from the days on which a person is meant by a requirement."""
    obligations: list[ObligationFact] = []
    segments: list[SegmentFact] = []
    for cycle in requirement.cycles:
        pieces = [
            (begin, end)
            for begin, end in intersect(span, [(cycle.opens_on, late_end(requirement, cycle))])
            if begin < cycle.closes_on
        ]
        if not pieces:
            continue
        if requirement.repeat_months is not None:
            _repeating(person, requirement, cycle, pieces, obligations, segments)
        else:
            obligation, pieces = _single(person, requirement, cycle, pieces)
            obligations.append(obligation)
            segments += _segments(person, requirement, cycle, obligation, pieces)
    return obligations, segments


def late_end(requirement: RequirementFact, cycle: CycleFact) -> date:
    """The day from which even a late completion counts no more for the cycle."""
    days = requirement.late_days if cycle.cycle and requirement.repeat_months is None else 0
    return date.fromordinal(min(cycle.closes_on.toordinal() + days, FOREVER.toordinal()))


def _computed_due(person: PersonFacts, requirement: RequirementFact, cycle: CycleFact, opened_on: date) -> date:
    """The due day by rule, before anything that was granted."""
    due_on = due_day(
        due_rule=requirement.due_rule,
        due_days=requirement.due_days,
        cycle_due_on=cycle.due_on,
        cycle_closes_on=cycle.closes_on,
        opened_on=opened_on,
    )
    return shifted(due_on, opened_on, person.absences) if shifts(requirement) else due_on


def _grants(
    person: PersonFacts, requirement: RequirementFact, cycle: int, fulfilled_on: date, after_on: date = date.min
) -> list[GrantFact]:
    again = requirement.repeat_months is not None
    return [
        grant
        for grant in person.grants
        if grant.requirement_id == requirement.id
        and grant.is_for(cycle, comes_again=again, after_on=after_on, fulfilled_on=fulfilled_on)
    ]


def _single(
    person: PersonFacts, requirement: RequirementFact, cycle: CycleFact, pieces: list[Interval]
) -> tuple[ObligationFact, list[Interval]]:
    """A single duty or that of one year. Who fulfilled within the year is done with it when it ends."""
    opened_on = pieces[0][0]
    since, until = valid_window(
        cycle=cycle.cycle,
        cycle_opens_on=cycle.opens_on,
        cycle_closes_on=cycle.closes_on,
        accept_before_days=requirement.accept_before_days,
        opened_on=opened_on,
        closes_on=pieces[-1][1],
        late_days=requirement.late_days,
    )
    activity = _activity(person, requirement, since, until, bounded=cycle.cycle != 0)
    if activity.fulfilled_on < cycle.closes_on:
        pieces = intersect(pieces, [(cycle.opens_on, cycle.closes_on)])
    computed_on = _computed_due(person, requirement, cycle, opened_on)
    return ObligationFact(
        person.person_id,
        requirement.id,
        cycle.cycle,
        opened_on,
        pieces[-1][1],
        granted(computed_on, _grants(person, requirement, cycle.cycle, activity.fulfilled_on), activity.fulfilled_on),
        activity.started_on,
        activity.fulfilled_on,
    ), pieces


def _repeating(
    person: PersonFacts,
    requirement: RequirementFact,
    window: CycleFact,
    pieces: list[Interval],
    obligations: list[ObligationFact],
    segments: list[SegmentFact],
) -> None:
    """A duty that comes again: each fulfilment is valid for a time and opens the next cycle before it ends.

    Of results older than the duty the newest counts: it is valid the longest. Renewals open with the duty at the
    earliest. In the figures the next cycle begins on the day after the last valid one, so that nobody counts twice
    and a renewal in time never shows as a gap.
    """
    months, last = requirement.repeat_months or 0, pieces[-1][1]
    opened_on = first_on = pieces[0][0]
    computed_on = anchor_on = _computed_due(person, requirement, window, opened_on)
    begin, least_on, number, after_on = date.min, opened_on, 0, date.min
    while opened_on < last:
        since, until = valid_window(
            cycle=number,
            cycle_opens_on=window.opens_on,
            cycle_closes_on=window.closes_on,
            accept_before_days=requirement.accept_before_days,
            opened_on=opened_on,
            closes_on=last,
            repeat_months=months,
        )
        latest = first_on if number == 0 else None
        activity = _activity(person, requirement, since, until, bounded=number > 0, latest_by=latest)
        given = _grants(person, requirement, number, activity.fulfilled_on, after_on)
        due_on = granted(computed_on, given, activity.fulfilled_on)
        expires_on = FOREVER
        if activity.fulfilled_on < FOREVER:
            expires_on = valid_until(
                base=requirement.expiry_base,
                months=months,
                minimum_months=requirement.minimum_months,
                fulfilled_on=activity.fulfilled_on,
                due_on=due_on,
                previous_on=computed_on,
                anchor_on=anchor_on,
                least_on=least_on,
            )
            expires_on = _stays_valid(person, requirement, activity.fulfilled_on) or expires_on
        end = last if expires_on == FOREVER else min(last, expires_on + ONE_DAY)
        obligation = ObligationFact(
            person.person_id, requirement.id, number, opened_on, end, due_on, activity.started_on,
            activity.fulfilled_on, expires_on,
        )  # fmt: skip
        obligations.append(obligation)
        segments += _segments(person, requirement, window, obligation, intersect(pieces, [(begin, end)]))
        if expires_on == FOREVER:
            return
        opens_on = renewal_opens(
            valid_until_on=expires_on, renew_months=requirement.renew_months, fulfilled_on=activity.fulfilled_on
        )
        opened_on = max(first_on, opens_on)
        computed_on = least_on = expires_on
        after_on = activity.fulfilled_on
        begin, number = expires_on + ONE_DAY, number + 1


def _stays_valid(person: PersonFacts, requirement: RequirementFact, fulfilled_on: date) -> date | None:
    """The last valid day that a result had been given before a plan changed; None if nothing was written down."""
    days = [
        grant.due_on
        for grant in person.grants
        if grant.kind == VALIDITY and grant.requirement_id == requirement.id and grant.opened_on == fulfilled_on
    ]
    return max(days, default=None)


def _activity(
    person: PersonFacts,
    requirement: RequirementFact,
    since: date,
    until: date,
    *,
    bounded: bool,
    latest_by: date | None = None,
) -> Activity:
    completions, starts = person.completions, person.starts
    if requirement.rule != "hours":
        done, begun = counting(
            course_ids=requirement.course_ids,
            min_versions=requirement.min_versions,
            equivalents=requirement.equivalents,
            completions=completions,
            starts=starts,
        )
        completions, starts = tuple(done), tuple(begun)
    return activity_of(
        rule=requirement.rule,
        course_ids=requirement.course_ids,
        hours_needed=requirement.hours_needed,
        content_group=requirement.content_group,
        yearly=bounded,
        since=since,
        until=until,
        completions=completions,
        starts=starts,
        latest_by=latest_by,
    )


def _segments(
    person: PersonFacts,
    requirement: RequirementFact,
    window: CycleFact,
    obligation: ObligationFact,
    pieces: list[Interval],
) -> list[SegmentFact]:
    """The pieces cut by primary posting; a waiver beats a pause, by absence or by waiting for a decision."""
    waived = union((w.from_on, w.to_on) for w in person.waivers if w.requirement_id == obligation.requirement_id)
    stops = list(person.absences) if pauses(requirement, obligation.cycle) else []
    if requirement.repeat_months is None or obligation.cycle == 0:
        stops += held(
            minimum_days=requirement.minimum_days,
            opened_on=obligation.opened_on,
            computed_on=_computed_due(person, requirement, window, obligation.opened_on),
            grants=_grants(person, requirement, obligation.cycle, obligation.fulfilled_on),
        )
    paused = subtract(stops, waived)
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
                obligation.person_id, obligation.requirement_id, obligation.cycle, posting.unit_id, kind, begin, end,
                obligation.due_on, obligation.started_on, obligation.fulfilled_on,
            )
            for kind, days in parts
            for begin, end in days
        ]  # fmt: skip
    return found
