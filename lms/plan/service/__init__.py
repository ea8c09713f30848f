"""What changes plans, and what keeps the obligations true."""

from lms.plan.service.checking import Found, begin_check, compare_derived, finish_check
from lms.plan.service.derivation import (
    rebuild,
    refresh_people,
    refresh_person_course,
    refresh_requirements,
    settle,
)
from lms.plan.service.plans import BadPlan, PlanChange, import_plan, preview_plan

__all__ = [
    "BadPlan",
    "Found",
    "PlanChange",
    "begin_check",
    "compare_derived",
    "finish_check",
    "import_plan",
    "preview_plan",
    "rebuild",
    "refresh_people",
    "refresh_person_course",
    "refresh_requirements",
    "settle",
]
