"""When an obligation is due, which completions count for it, and who began too late to be in time."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from lms.plan.rules.facts import GrantFact, RequirementFact
from lms.plan.rules.intervals import FOREVER, Interval, union
from lms.plan.rules.recurrence import oldest_valid

ONE_DAY = timedelta(days=1)


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


def shifted(due_on: date, opened_on: date, absences: Iterable[Interval]) -> date:
    """A relative due day moved by the days of absence that lie between opening and due day, the moved one included.

    Whoever is away on the opening day begins to count on the day of return. FOREVER while nobody knows the return.
    """
    for begin, end in union((max(begin, opened_on), end) for begin, end in absences):
        if begin > due_on:
            break
        if end >= FOREVER:
            return FOREVER
        due_on += end - begin
    return due_on


def shifts(requirement: RequirementFact) -> bool:
    """Whether absences move the due day; only a relative one can move."""
    return requirement.absence_effect == "shift" and requirement.due_rule == "after_posting"


def pauses(requirement: RequirementFact, cycle: int) -> bool:
    """Whether absences pause: one or the other, never both. An expiry cannot move, so a renewal is paused instead."""
    if shifts(requirement):
        return requirement.repeat_months is not None and cycle > 0
    return requirement.absence_effect == "pause"


def granted(computed_on: date, grants: Sequence[GrantFact], fulfilled_on: date) -> date:
    """The later of the computed and every granted due day: nothing is shortened silently.

    A fixed one holds exactly, whatever became of the plan, while the duty is fulfilled by the day of that
    change; else it is a day like the others.
    """
    fixed = [grant.due_on for grant in grants if grant.kind == "fixed" and fulfilled_on <= grant.granted_on]
    return max(fixed) if fixed else max([computed_on, *(grant.due_on for grant in grants)])


def held(
    *, minimum_days: int | None, opened_on: date, computed_on: date, grants: Sequence[GrantFact]
) -> list[Interval]:
    """The days on which a duty that began too late waits for a decision; it is not overdue meanwhile.

    A day that was kept when a plan changed counts as if the plan said so.
    """
    told_on = max([computed_on, *(grant.due_on for grant in grants if not grant.decides)])
    if minimum_days is None or (told_on - opened_on).days >= minimum_days:
        return []
    decided_on = min((grant.granted_on for grant in grants if grant.decides), default=FOREVER)
    return [(opened_on, decided_on)] if opened_on < decided_on else []


def valid_window(
    *,
    cycle: int,
    cycle_opens_on: date,
    cycle_closes_on: date,
    accept_before_days: int | None,
    opened_on: date,
    closes_on: date,
    late_days: int = 0,
    repeat_months: int | None = None,
) -> Interval:
    """The days [since, until) on which a completion counts for the obligation.

    A yearly duty takes what was done within its window and, if it allows so, some days after it, as late. A single
    one takes earlier completions too, as old as the requirement allows on the day the obligation opens, and nothing
    after it has ended. One that comes again is first fulfilled by what is still valid when it opens; its renewals
    count from their opening on.
    """
    if repeat_months is not None:
        since = opened_on if cycle else oldest_valid(opened_on, repeat_months)
        return since if cycle else max(since, _oldest(opened_on, accept_before_days)), closes_on
    if cycle:
        return cycle_opens_on, _later(cycle_closes_on, late_days)
    return _oldest(opened_on, accept_before_days), closes_on


def _oldest(opened_on: date, accept_before_days: int | None) -> date:
    if accept_before_days is None:
        return date.min
    return date.fromordinal(max(opened_on.toordinal() - accept_before_days, 1))


def _later(day: date, days: int) -> date:
    return date.fromordinal(min(day.toordinal() + days, FOREVER.toordinal()))
