"""Changing change sets."""

from lms.changes.service.acts import (
    MeetsOthers,
    Step,
    apply,
    approve,
    carry_out,
    preview,
    propose,
    quietly,
    undo,
    withdraw,
)
from lms.changes.service.foreseeing import foresee

__all__ = [
    "MeetsOthers",
    "Step",
    "apply",
    "approve",
    "carry_out",
    "foresee",
    "preview",
    "propose",
    "quietly",
    "undo",
    "withdraw",
]
