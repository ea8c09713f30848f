"""Which acts of study count for a requirement, when work began and when the rule became true."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from lms.plan.rules.facts import CompletionFact, EquivalentFact, StartFact
from lms.plan.rules.intervals import FOREVER


@dataclass(frozen=True)
class Activity:
    """First activity and fulfilment; FOREVER where there is none."""

    started_on: date = FOREVER
    fulfilled_on: date = FOREVER


def counting(
    *,
    course_ids: Iterable[int],
    min_versions: Iterable[tuple[int, int]],
    equivalents: Iterable[EquivalentFact],
    completions: Iterable[CompletionFact],
    starts: Iterable[StartFact],
) -> tuple[list[CompletionFact], list[StartFact]]:
    """The acts of study as acts in the listed courses: old versions dropped, equivalent courses renamed."""
    listed, least = set(course_ids), dict(min_versions)
    others = list(equivalents)

    def names(course_id: int, version: int | None, day: date) -> set[int]:
        found = {e.course_id for e in others if e.equivalent_id == course_id and e.from_on <= day < e.to_on}
        if course_id in listed and (version is None or version >= least.get(course_id, version)):
            found.add(course_id)
        return found

    done = [replace(c, course_id=name) for c in completions for name in names(c.course_id, c.version, c.completed_on)]
    begun = [replace(s, course_id=name) for s in starts for name in names(s.course_id, s.version, s.started_on)]
    return done, begun


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
