"""Reading plans, obligations and the facts behind them."""

from lms.plan.queries.facts import (
    TouchedObligation,
    facts_of,
    requirement_facts,
    study_facts,
    touched_obligations,
    tree,
)

__all__ = [
    "TouchedObligation",
    "facts_of",
    "requirement_facts",
    "study_facts",
    "touched_obligations",
    "tree",
]
