"""Leaving out, before the plain loops run, the audience rules that cannot meet a person's places of work."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from lms.plan import rules

Place = tuple[int, str, str]
"""(unit, position group, staff category)."""

MOST_REMEMBERED = 2_000
"""Sets of places kept: people of one unit come one after another, and memory stays flat."""


class Narrowing:
    """The requirements of a city, narrowed to one person's places. What is left out would have matched no day."""

    def __init__(self, requirements: Sequence[rules.RequirementFact], tree: rules.Tree) -> None:
        """Begin with nothing remembered."""
        self._requirements = requirements
        self._tree = tree
        self._of = lru_cache(maxsize=MOST_REMEMBERED)(self._narrowed)

    def of(self, postings: Iterable[rules.PostingFact]) -> tuple[rules.RequirementFact, ...]:
        """The requirements with the audience rules that some posting may meet."""
        return self._of(frozenset((p.unit_id, p.position, p.category) for p in postings))

    def _narrowed(self, places: frozenset[Place]) -> tuple[rules.RequirementFact, ...]:
        found = []
        for requirement in self._requirements:
            met = tuple(a for a in requirement.audiences if any(self._may_meet(a, place) for place in places))
            if met:
                found.append(replace(requirement, audiences=met))
        return tuple(found)

    def _may_meet(self, audience: rules.AudienceFact, place: Place) -> bool:
        unit_id, position, category = place
        return (
            audience.position in (None, position)
            and audience.category in (None, category)
            and bool(self._tree.days_under(unit_id, audience.unit_id, subtree=audience.subtree))
        )
