"""Pages on which HR moves people: the effect is shown first, another office is asked where it must be."""

from lms.plan.moves import asking, people, proposals
from lms.plan.moves.blueprint import bp

__all__ = ["asking", "bp", "people", "proposals"]
