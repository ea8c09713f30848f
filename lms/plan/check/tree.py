"""Climbing from a unit to its parents, day by day, without the closure; each climb is made once and remembered."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from lms.plan import rules

HIGHEST = 64
"""No tree is so deep: a longer climb is a circle, and its rest is left out."""

Step = tuple[int, int, date, date]
"""(ancestor, depth, from, to)."""


@dataclass(frozen=True)
class ClimbingTree(rules.Tree):
    """The dated organisation, with the climbs made so far."""

    climbs: dict[int, tuple[Step, ...]] = field(default_factory=dict, compare=False)

    def climb(self, unit_id: int) -> tuple[Step, ...]:
        """Everything above a unit, itself at depth 0, while every link of the chain stood."""
        found = self.climbs.get(unit_id)
        if found is None:
            found = self.climbs[unit_id] = tuple(self._climb(unit_id))
        return found

    def _climb(self, unit_id: int) -> Iterable[Step]:
        waiting = [(unit_id, 0, *self.life[unit_id])] if unit_id in self.life else []
        while waiting:
            unit, depth, begin, end = waiting.pop()
            first, last = self.life.get(unit, (begin, begin))
            begin, end = max(begin, first), min(end, last)
            if begin >= end or depth > HIGHEST:
                continue
            yield unit, depth, begin, end
            for parent, from_on, to_on in self.places.get(unit, ()):
                if parent is not None:
                    waiting.append((parent, depth + 1, max(begin, from_on), min(end, to_on)))

    def days_under(self, unit_id: int, ancestor_id: int, *, subtree: bool) -> list[rules.Interval]:
        """The days on which the unit is the other one or, with `subtree`, hangs anywhere below it."""
        if unit_id != ancestor_id and not subtree:
            return []
        return rules.union(
            (begin, end)
            for ancestor, depth, begin, end in self.climb(unit_id)
            if ancestor == ancestor_id and (subtree or depth == 0)
        )


def climbing(tree: rules.Tree) -> ClimbingTree:
    """The same tree, climbed by this module."""
    return ClimbingTree(**vars(tree))


def former_units(
    postings: Iterable[rules.PostingFact], reforms: Iterable[tuple[int, date]], tree: rules.Tree
) -> dict[int, int]:
    """Reform id → where a person stood in the structure that the reform ended: the last primary posting begun before
    it in a unit that stood on its eve."""
    found = {}
    own = [posting for posting in postings if posting.is_primary]
    for reform_id, effective_on in reforms:
        before = [p for p in own if p.from_on < effective_on <= tree.life[p.unit_id][1]]
        if before:
            found[reform_id] = max(before, key=lambda p: (p.from_on, p.id)).unit_id
    return found
