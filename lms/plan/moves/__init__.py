"""Pages on which HR moves people: the effect is shown first, another office is asked where it must be."""

from lms.plan.moves import people, proposals
from lms.plan.moves.blueprint import bp

__all__ = ["bp", "people", "proposals"]
