"""What a plan file says, as plain values."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, order=True)
class Problem:
    """Something in the file that must be put right: the line and a Vietnamese sentence."""

    line: int
    message: str


@dataclass(frozen=True)
class ClauseContent:
    """A numbered duty."""

    number: str
    text: str
    lead: str
    cooperating: tuple[str, ...]
    target: str
    due_on: date | None
    is_example: bool
    source: str
    line: int = field(compare=False)


@dataclass(frozen=True)
class AudienceContent:
    """An audience entry; several positions, categories or kinds stand for one rule each."""

    sign: int
    unit: str
    subtree: bool
    positions: tuple[str, ...]
    categories: tuple[str, ...]
    kinds: tuple[str, ...]
    from_on: date
    to_on: date
    line: int = field(compare=False)


@dataclass(frozen=True)
class EquivalentContent:
    """A course that counts as a listed one when it is completed within [from_on, to_on)."""

    course: str
    counts_as: str
    from_on: date
    to_on: date
    line: int = field(compare=False)


@dataclass(frozen=True)
class RepeatContent:
    """A duty that comes again: how long a fulfilment is valid, from what, and when it may be renewed."""

    months: int | None = None
    base: str = "completion"
    window_months: int = 0
    minimum_months: int = 0


@dataclass(frozen=True)
class RequirementContent:
    """A training requirement."""

    code: str
    clause: str
    title: str
    short_title: str
    rule: str
    courses: tuple[str, ...]
    versions: tuple[int | None, ...]
    """For each course the first version that counts; None: every version."""
    equivalents: tuple[EquivalentContent, ...]
    hours_needed: Decimal | None
    content_group: str
    due_rule: str
    due_days: int | None
    fixed_on: date | None
    month_and_day: tuple[int, int]
    late_days: int
    minimum_days: int | None
    absence_effect: str
    repeat: RepeatContent
    accept_before_days: int | None
    target_percent: Decimal | None
    is_example: bool
    from_on: date
    to_on: date
    audiences: tuple[AudienceContent, ...]
    line: int = field(compare=False)
    courses_line: int = field(compare=False)


@dataclass(frozen=True)
class AmendmentContent:
    """A numbered amendment: the paper that ordered it and what it changed."""

    number: int
    decision: str
    """Number of the paper, as it says: 12/QĐ-UBND."""
    decided_on: date
    note: str
    line: int = field(compare=False)


@dataclass(frozen=True)
class PlanContent:
    """A whole plan."""

    code: str
    number: str
    title: str
    issuer: str
    issued_on: date
    legal_basis: tuple[str, ...]
    note: str
    clauses: tuple[ClauseContent, ...]
    requirements: tuple[RequirementContent, ...]
    amendments: tuple[AmendmentContent, ...] = ()


def digest_of(plan: PlanContent) -> str:
    """SHA-256 over what the file says; comments, order of keys and line breaks do not matter."""
    said = _without_lines(asdict(plan))
    if not said["amendments"]:
        # Plans that were kept before there were amendments keep their digest.
        del said["amendments"]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, default=str).encode()).hexdigest()


def _without_lines(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_lines(item) for key, item in value.items() if key not in ("line", "courses_line")}
    if isinstance(value, (list, tuple)):
        return [_without_lines(item) for item in value]
    return value
