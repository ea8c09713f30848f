"""Reading plans, obligations and the facts behind them."""

from lms.plan.queries.duties import Duty, all_duties_of, duties_of
from lms.plan.queries.effects import Effect, comparing
from lms.plan.queries.facts import (
    TouchedObligation,
    facts_of,
    requirement_facts,
    study_facts,
    touched_obligations,
    tree,
)
from lms.plan.queries.names import anybody_is_posted, course_ids_by_slug, known_kinds, known_positions, units_by_code

__all__ = [
    "Duty",
    "Effect",
    "TouchedObligation",
    "all_duties_of",
    "anybody_is_posted",
    "comparing",
    "course_ids_by_slug",
    "duties_of",
    "facts_of",
    "known_kinds",
    "known_positions",
    "requirement_facts",
    "study_facts",
    "touched_obligations",
    "tree",
    "units_by_code",
]
