"""Which acts of study count for a requirement, when work began and when the rule became true."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from lms.plan.rules.facts import CompletionFact, EquivalentFact, StartFact
from lms.plan.rules.intervals import FOREVER

Act = TypeVar("Act", CompletionFact, StartFact)


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

    done = [_as(c, name) for c in completions for name in names(c.course_id, c.version, c.completed_on)]
    begun = [_as(s, name) for s in starts for name in names(s.course_id, s.version, s.started_on)]
    return done, begun


def _as(act: Act, course_id: int) -> Act:
    return act if act.course_id == course_id else replace(act, course_id=course_id)


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
    latest_by: date | None = None,
) -> Activity:
    """When work on an obligation began and on which day its rule became true.

    any_of: the first completion of a listed course. all_of: the day the last of them was first completed. hours:
    the day the running sum reaches `hours_needed` tiết. Opening a course counts as a start from any time for a
    single duty over courses, else only within the window. Within a year a course studied here brings its hours once.
    `latest_by`: of a course completed several times up to that day the last completion counts, and of several such
    courses the last one.
    """
    wanted = set(course_ids)
    done = [c for c in completions if since <= c.completed_on < until]
    if rule == "hours":
        done = [c for c in done if content_group in ("", c.content_group)]
        done = _once(done) if yearly else done
        begun = [s for s in starts if content_group in ("", s.content_group)]
    else:
        done = [c for c in done if c.course_id in wanted]
        begun = [s for s in starts if s.course_id in wanted]
    bounded = yearly or rule == "hours"
    days = [s.started_on for s in begun if s.started_on < until and (since <= s.started_on or not bounded)]
    days += [c.completed_on for c in done]
    return Activity(min(days, default=FOREVER), _fulfilled(rule, wanted, hours_needed, done, latest_by or date.min))


def _once(done: Iterable[CompletionFact]) -> list[CompletionFact]:
    """Of each course studied here the first completion, of several on that day the one with the most hours.

    What was learnt elsewhere is another class each time, even if it is recognised as the same course.
    """
    found = list(done)
    first: dict[int, CompletionFact] = {}
    for completion in sorted(found, key=lambda c: (c.completed_on, -c.hours)):
        if completion.version is not None:
            first.setdefault(completion.course_id, completion)
    return [*first.values(), *(c for c in found if c.version is None)]


def _fulfilled(
    rule: str, wanted: set[int], hours_needed: Decimal | None, done: list[CompletionFact], latest_by: date
) -> date:
    if rule == "hours":
        total = Decimal(0)
        for completion in sorted(done, key=lambda c: c.completed_on):
            total += completion.hours
            if hours_needed is not None and total >= hours_needed:
                return completion.completed_on
        return FOREVER
    days = {course: _best({c.completed_on for c in done if c.course_id == course}, latest_by) for course in wanted}
    found = {day for day in days.values() if day < FOREVER}
    if rule == "any_of":
        return _best(found, latest_by)
    return max(found) if found and FOREVER not in days.values() else FOREVER


def _best(days: set[date], latest_by: date) -> date:
    """The last of the days up to `latest_by`, else the first one after it; FOREVER for none."""
    return max((day for day in days if day <= latest_by), default=min(days, default=FOREVER))


@dataclass(frozen=True)
class Progress:
    """How much of an obligation's rule is true: listed courses that are done, tiết that count."""

    course_ids: frozenset[int] = frozenset()
    hours: Decimal = Decimal(0)


def progress_of(
    *,
    rule: str,
    course_ids: Iterable[int],
    min_versions: Iterable[tuple[int, int]],
    equivalents: Iterable[EquivalentFact],
    content_group: str,
    since: date,
    until: date,
    completions: Iterable[CompletionFact],
    yearly: bool = False,
) -> Progress:
    """What of the completions of [since, until) counts for an obligation, whether or not it is enough."""
    done = [c for c in completions if since <= c.completed_on < until]
    if rule == "hours":
        done = [c for c in done if content_group in ("", c.content_group)]
        return Progress(hours=sum((c.hours for c in (_once(done) if yearly else done)), Decimal(0)))
    named, _ = counting(
        course_ids=course_ids, min_versions=min_versions, equivalents=equivalents, completions=done, starts=()
    )
    return Progress(frozenset(c.course_id for c in named) & frozenset(course_ids))
