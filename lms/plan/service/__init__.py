"""What changes plans, and what keeps the obligations true."""

from lms.plan.service.checking import Found, Tell, begin_check, compare_derived, finish_check
from lms.plan.service.derivation import (
    MARK_FIGURES,
    rebuild,
    refresh_people,
    refresh_person_course,
    refresh_requirements,
    settle,
)
from lms.plan.service.figures import (
    begin_figures,
    compact_figures,
    days_to_mark,
    forget_old_figures,
    last_change,
    mark_figures,
    settle_figures,
)
from lms.plan.service.grants import Choice, Decision, Extension, decide, extend, withdraw_grant
from lms.plan.service.letters import tell_of_answer, tell_of_proposal
from lms.plan.service.moves import DutyMoved, MoveEffect, RoleEnd, UnitMoved, preview_move
from lms.plan.service.notices import telling_of_absence
from lms.plan.service.plan_rows import BadPlan
from lms.plan.service.plans import PlanChange, import_plan, preview_plan
from lms.plan.service.postings import refresh_posted
from lms.plan.service.previews import StopEffect, preview_stops
from lms.plan.service.successions import follow_successions, people_at
from lms.plan.service.waivers import Exempt, waive, withdraw_waiver

__all__ = [
    "MARK_FIGURES",
    "BadPlan",
    "Choice",
    "Decision",
    "DutyMoved",
    "Exempt",
    "Extension",
    "Found",
    "MoveEffect",
    "PlanChange",
    "RoleEnd",
    "StopEffect",
    "Tell",
    "UnitMoved",
    "begin_check",
    "begin_figures",
    "compact_figures",
    "compare_derived",
    "days_to_mark",
    "decide",
    "extend",
    "finish_check",
    "follow_successions",
    "forget_old_figures",
    "import_plan",
    "last_change",
    "mark_figures",
    "people_at",
    "preview_move",
    "preview_plan",
    "preview_stops",
    "rebuild",
    "refresh_people",
    "refresh_person_course",
    "refresh_posted",
    "refresh_requirements",
    "settle",
    "settle_figures",
    "tell_of_answer",
    "tell_of_proposal",
    "telling_of_absence",
    "waive",
    "withdraw_grant",
    "withdraw_waiver",
]
