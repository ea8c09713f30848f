"""Events of plan."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from lms.platform.events import Event


@dataclass(frozen=True, kw_only=True)
class PlanImported(Event):
    """A plan file was applied: requirements added, changed or ended, people obliged or released."""

    key: ClassVar[str] = "plan:plan:imported"
    plan_id: int
    code: str
    number: str
    added: int
    changed: int
    ended: int
    gained: int
    lost: int
    on: date


@dataclass(frozen=True, kw_only=True)
class DerivedRowsChecked(Event):
    """The derived rows were recomputed by the independent path."""

    key: ClassVar[str] = "plan:derived:checked"
    people: int
    differences: int
    is_whole: bool


@dataclass(frozen=True, kw_only=True)
class WaiverGranted(Event):
    """A person was exempted from a requirement."""

    key: ClassVar[str] = "plan:waiver:granted"
    name: str
    requirement: str
    from_on: date
    to_on: date
    reason: str
    decision: str
    approver: str


@dataclass(frozen=True, kw_only=True)
class WaiverWithdrawn(Event):
    """An exemption was taken back."""

    key: ClassVar[str] = "plan:waiver:withdrawn"
    name: str
    requirement: str
    from_on: date
    reason: str
