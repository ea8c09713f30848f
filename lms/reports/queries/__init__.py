"""Reading figures, the people behind them, the trend, and the log."""

from lms.reports.queries.audit import Entry, EventFilter, count_seen, events_seen
from lms.reports.queries.bridge import bridge_of, reforms_to_bridge, view_before
from lms.reports.queries.compliance import (
    Compliance,
    PlanFacts,
    RequirementFacts,
    Unknown,
    View,
    compliance,
    place_of,
    plan_of,
    plans,
    reform_before,
    requirements_of,
    scope_of,
    view_on,
)
from lms.reports.queries.figures import FIGURES, Scope
from lms.reports.queries.people import PersonLine, count_people, people, people_stream
from lms.reports.queries.trend import trend

__all__ = [
    "FIGURES",
    "Compliance",
    "Entry",
    "EventFilter",
    "PersonLine",
    "PlanFacts",
    "RequirementFacts",
    "Scope",
    "Unknown",
    "View",
    "bridge_of",
    "compliance",
    "count_people",
    "count_seen",
    "events_seen",
    "people",
    "people_stream",
    "place_of",
    "plan_of",
    "plans",
    "reform_before",
    "reforms_to_bridge",
    "requirements_of",
    "scope_of",
    "trend",
    "view_before",
    "view_on",
]
