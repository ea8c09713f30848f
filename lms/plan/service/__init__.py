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
from lms.plan.service.previews import StopEffect, preview_stops
from lms.plan.service.waivers import Exempt, waive, withdraw_waiver

__all__ = [
    "BadPlan",
    "Exempt",
    "Found",
    "PlanChange",
    "StopEffect",
    "begin_check",
    "compare_derived",
    "finish_check",
    "import_plan",
    "preview_plan",
    "preview_stops",
    "rebuild",
    "refresh_people",
    "refresh_person_course",
    "refresh_requirements",
    "settle",
    "waive",
    "withdraw_waiver",
]
