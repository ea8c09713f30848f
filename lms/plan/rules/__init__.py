"""Rules of plan over plain values: who is obliged, when it is due, when it is fulfilled, in what state it is."""

from lms.plan.rules.cycles import Window, cycles
from lms.plan.rules.derivation import derive, late_end, obligations_of, reasons_of, span_of, states_of
from lms.plan.rules.due import due_day, granted, held, pauses, shifted, shifts, valid_window
from lms.plan.rules.facts import (
    AudienceFact,
    CompletionFact,
    CycleFact,
    Derived,
    EquivalentFact,
    GrantFact,
    ObligationFact,
    PersonFacts,
    PostingFact,
    ReasonFact,
    RequirementFact,
    SegmentFact,
    StartFact,
    Tree,
    WaiverFact,
)
from lms.plan.rules.intervals import FOREVER, Interval, intersect, subtract, union
from lms.plan.rules.recurrence import last_valid_day, months_before, oldest_valid, renewal_opens, valid_until
from lms.plan.rules.states import State, state_on
from lms.plan.rules.study import Activity, activity_of, counting

__all__ = [
    "FOREVER",
    "Activity",
    "AudienceFact",
    "CompletionFact",
    "CycleFact",
    "Derived",
    "EquivalentFact",
    "GrantFact",
    "Interval",
    "ObligationFact",
    "PersonFacts",
    "PostingFact",
    "ReasonFact",
    "RequirementFact",
    "SegmentFact",
    "StartFact",
    "State",
    "Tree",
    "WaiverFact",
    "Window",
    "activity_of",
    "counting",
    "cycles",
    "derive",
    "due_day",
    "granted",
    "held",
    "intersect",
    "last_valid_day",
    "late_end",
    "months_before",
    "obligations_of",
    "oldest_valid",
    "pauses",
    "reasons_of",
    "renewal_opens",
    "shifted",
    "shifts",
    "span_of",
    "state_on",
    "states_of",
    "subtract",
    "union",
    "valid_until",
    "valid_window",
]
