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

__all__ = [
    "MeetsOthers",
    "Step",
    "apply",
    "approve",
    "carry_out",
    "preview",
    "propose",
    "quietly",
    "undo",
    "withdraw",
]
