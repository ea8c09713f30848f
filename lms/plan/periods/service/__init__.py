"""Closing a period, proving it, setting it against what is known now, and issuing errata."""

from lms.plan.periods.service.canon import described
from lms.plan.periods.service.closing import begin_snapshot, close, count_duties, stand_still
from lms.plan.periods.service.comparing import Difference, compare, last_erratum, pending_differences
from lms.plan.periods.service.correcting import issue
from lms.plan.periods.service.sealing import lines_of_part, seal, text_blocks
from lms.plan.periods.service.verifying import note, verify

__all__ = [
    "Difference",
    "begin_snapshot",
    "close",
    "compare",
    "count_duties",
    "described",
    "issue",
    "last_erratum",
    "lines_of_part",
    "note",
    "pending_differences",
    "seal",
    "stand_still",
    "text_blocks",
    "verify",
]
