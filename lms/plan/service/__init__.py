"""What changes plans, and what keeps the obligations true."""

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
    "PlanChange",
    "import_plan",
    "preview_plan",
    "rebuild",
    "refresh_people",
    "refresh_person_course",
    "refresh_requirements",
    "settle",
]
