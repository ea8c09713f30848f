"""Reading plans, obligations and the facts behind them."""

from lms.plan.queries.checks import Proof, last_checks, proof
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
from lms.plan.queries.screens import (
    AudienceRow,
    ClauseRow,
    RequirementRow,
    UnitNaming,
    clauses_of,
    course_titles_of,
    obliged_on,
    plan_by_code,
    plans,
    requirements_of,
    unit_naming,
)
from lms.plan.queries.whys import Contact, ReasonRow, Why, contacts_for, reasons_of, why, why_not

__all__ = [
    "AudienceRow",
    "ClauseRow",
    "Contact",
    "Duty",
    "Effect",
    "Proof",
    "ReasonRow",
    "RequirementRow",
    "TouchedObligation",
    "UnitNaming",
    "Why",
    "all_duties_of",
    "anybody_is_posted",
    "clauses_of",
    "comparing",
    "contacts_for",
    "course_ids_by_slug",
    "course_titles_of",
    "duties_of",
    "facts_of",
    "known_kinds",
    "known_positions",
    "last_checks",
    "obliged_on",
    "plan_by_code",
    "plans",
    "proof",
    "reasons_of",
    "requirement_facts",
    "requirements_of",
    "study_facts",
    "touched_obligations",
    "tree",
    "unit_naming",
    "units_by_code",
    "why",
    "why_not",
]
