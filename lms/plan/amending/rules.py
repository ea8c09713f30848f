"""What may not be changed in a requirement that has begun: what is past stays as it was."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from lms.plan.planfile import AudienceContent, PlanContent, RequirementContent


class Limit(StrEnum):
    """What an amendment would change although it may not."""

    CLAUSE = "clause"
    FIRST_DAY = "first_day"
    LAST_DAY = "last_day"
    COUNTING = "counting"
    """From courses to hours or back, or to hours of another group."""
    DUE_RULE = "due_rule"
    REPEAT = "repeat"
    """From once to again and again, or back."""
    AUDIENCE = "audience"


@dataclass(frozen=True)
class Overstep:
    """A limit that a plan's file passes, and where."""

    line: int
    code: str
    limit: Limit


def has_begun(requirement: RequirementContent, today: date) -> bool:
    """Whether people are obliged by it already."""
    return requirement.from_on <= today


def limits(before: RequirementContent, after: RequirementContent, *, since: date, today: date) -> list[Limit]:
    """What `after` changes although `before` has begun; `since` is the day on which the amendment takes effect."""
    if not has_begun(before, today):
        return []
    found = [
        (before.clause != after.clause, Limit.CLAUSE),
        (before.from_on != after.from_on, Limit.FIRST_DAY),
        (_turned(before.to_on, after.to_on, since), Limit.LAST_DAY),
        (_counting(before) != _counting(after), Limit.COUNTING),
        (before.due_rule != after.due_rule, Limit.DUE_RULE),
        ((before.repeat.months is None) != (after.repeat.months is None), Limit.REPEAT),
        (_is_past_rewritten(before.audiences, after.audiences, since), Limit.AUDIENCE),
    ]
    return [limit for is_passed, limit in found if is_passed]


def oversteps(before: PlanContent, after: PlanContent, today: date) -> list[Overstep]:
    """What a plan's new file changes although it may not, with the lines of the file."""
    known = {requirement.code: requirement for requirement in before.requirements}
    since = min((a.decided_on for a in after.amendments[len(before.amendments) :]), default=today)
    return [
        Overstep(requirement.line, requirement.code, limit)
        for requirement in after.requirements
        if requirement.code in known
        for limit in limits(known[requirement.code], requirement, since=since, today=today)
    ]


def _counting(requirement: RequirementContent) -> tuple[bool, str]:
    return requirement.rule == "hours", requirement.content_group


def _turned(before: date, after: date, since: date) -> bool:
    """Whether an end moves that is past, or moves into the past."""
    return before != after and min(before, after) < since


def _is_past_rewritten(before: Iterable[AudienceContent], after: Iterable[AudienceContent], since: date) -> bool:
    """Whether anybody would have been meant, or left out, otherwise before the day."""
    return _past(before, since) != _past(after, since)


def _past(entries: Iterable[AudienceContent], since: date) -> set[AudienceContent]:
    """The single rules as they held before the day."""
    return {
        replace(
            entry, positions=(position,), categories=(category,), kinds=(kind,), to_on=min(entry.to_on, since), line=0
        )
        for entry in entries
        if entry.from_on < since
        for position in entry.positions or ("",)
        for category in entry.categories or ("",)
        for kind in entry.kinds or ("",)
    }
