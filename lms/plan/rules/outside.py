"""Why somebody need not study on a day: which rule of the audience does not mean the person, or what stands instead."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lms.plan.rules.facts import AudienceFact, PersonFacts, PostingFact, RequirementFact, Tree
from lms.plan.rules.intervals import Interval


class Ground(StrEnum):
    """What lets a person out of a requirement on a day."""

    NOT_YET = "not_yet"
    """The requirement begins later."""
    OVER = "over"
    """The requirement has ended."""
    NO_WINDOW = "no_window"
    """No cycle of the requirement was opened for that day."""
    NO_POSTING = "no_posting"
    """No posting is held that day."""
    NO_PRIMARY = "no_primary"
    """Second postings only: a duty counts where the primary one is."""
    NO_AUDIENCE = "no_audience"
    """The requirement names nobody."""
    NO_MATCH = "no_match"
    """No rule of the audience means the person."""
    EXCLUDED = "excluded"
    """A rule leaves the person out."""
    WAIVED = "waived"
    """The person is exempted."""


class Fail(StrEnum):
    """What of a rule does not fit a posting."""

    UNIT = "unit"
    KIND = "kind"
    POSITION = "position"
    CATEGORY = "category"
    RULE_NOT_YET = "rule_not_yet"
    RULE_OVER = "rule_over"


@dataclass(frozen=True)
class Miss:
    """A rule that includes others, and why it does not mean the person, by the posting that comes nearest."""

    audience_id: int
    posting_id: int
    fails: frozenset[Fail]


@dataclass(frozen=True)
class Outside:
    """Everything that lets a person out of one requirement on a day; nothing at all for whoever is obliged."""

    grounds: tuple[Ground, ...] = ()
    misses: tuple[Miss, ...] = ()
    """The nearest first; only while no rule includes the person."""
    excluding: tuple[tuple[int, int], ...] = ()
    """(rule, posting) of those that leave out."""

    @property
    def fails(self) -> frozenset[Fail]:
        """What does not fit of the rule that comes nearest."""
        return self.misses[0].fails if self.misses else frozenset()


def outside(person: PersonFacts, requirement: RequirementFact, tree: Tree, day: date) -> Outside:
    """Say what lets the person out of the requirement on the day. Each clause is asked by itself, not derived."""
    held = [posting for posting in person.postings if posting.from_on <= day < posting.to_on]
    grounds = [*_of_requirement(requirement, day), *_of_postings(held)]
    if any(w.requirement_id == requirement.id and w.from_on <= day < w.to_on for w in person.waivers):
        grounds.append(Ground.WAIVED)
    found = [(rule, posting, _fails(rule, posting, tree, day)) for rule in requirement.audiences for posting in held]
    excluding = tuple((rule.id, posting.id) for rule, posting, fails in found if rule.sign < 0 and not fails)
    if excluding:
        grounds.append(Ground.EXCLUDED)
    misses: tuple[Miss, ...] = ()
    if not any(rule.sign > 0 for rule in requirement.audiences):
        grounds.append(Ground.NO_AUDIENCE)
    elif held and not any(rule.sign > 0 and not fails for rule, _, fails in found):
        grounds.append(Ground.NO_MATCH)
        misses = _nearest((rule, posting, fails) for rule, posting, fails in found if rule.sign > 0)
    return Outside(tuple(grounds), misses, excluding)


def _of_requirement(requirement: RequirementFact, day: date) -> Sequence[Ground]:
    if day < requirement.from_on:
        return [Ground.NOT_YET]
    if day >= requirement.to_on:
        return [Ground.OVER]
    is_open = any(cycle.opens_on <= day < cycle.closes_on for cycle in requirement.cycles)
    return [] if is_open else [Ground.NO_WINDOW]


def _of_postings(held: Sequence[PostingFact]) -> Sequence[Ground]:
    if not held:
        return [Ground.NO_POSTING]
    return [] if any(posting.is_primary for posting in held) else [Ground.NO_PRIMARY]


def _fails(rule: AudienceFact, posting: PostingFact, tree: Tree, day: date) -> frozenset[Fail]:
    """What of the rule does not fit the posting on the day; nothing if it means it."""
    unfit = {
        Fail.RULE_NOT_YET: day < rule.from_on,
        Fail.RULE_OVER: day >= rule.to_on,
        Fail.UNIT: not _holds(tree.days_under(posting.unit_id, rule.unit_id, subtree=rule.subtree), day),
        Fail.KIND: not _holds(tree.days_of_kind(posting.unit_id, rule.kind), day),
        Fail.POSITION: rule.position not in (None, posting.position),
        Fail.CATEGORY: rule.category not in (None, posting.category),
    }
    return frozenset(fail for fail, is_so in unfit.items() if is_so)


def _nearest(found: Iterable[tuple[AudienceFact, PostingFact, frozenset[Fail]]]) -> tuple[Miss, ...]:
    """For each rule the posting that comes nearest to it, the primary one of equals; the nearest rule first."""
    best: dict[int, tuple[int, bool, Miss]] = {}
    for rule, posting, fails in found:
        miss = len(fails), not posting.is_primary, Miss(rule.id, posting.id, fails)
        if rule.id not in best or miss[:2] < best[rule.id][:2]:
            best[rule.id] = miss
    return tuple(miss for _, _, miss in sorted(best.values(), key=lambda row: row[0]))


def _holds(days: Iterable[Interval], day: date) -> bool:
    return any(begin <= day < end for begin, end in days)
