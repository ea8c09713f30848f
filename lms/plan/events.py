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


@dataclass(frozen=True, kw_only=True)
class DueDaysKept(Event):
    """A plan changed, and due days that people had been told stayed."""

    key: ClassVar[str] = "plan:due:kept"
    plan_id: int
    number: str
    kept: int
    fixed: int


@dataclass(frozen=True, kw_only=True)
class DueDaysShortened(Event):
    """A plan changed and shortened due days that people had been told."""

    key: ClassVar[str] = "plan:due:shortened"
    plan_id: int
    number: str
    shortened: int


@dataclass(frozen=True, kw_only=True)
class DueDayGiven(Event):
    """A person was given a due day for an obligation."""

    name: str
    requirement: str
    cycle: int
    due_before: date
    due_on: date
    reason: str
    decision: str


@dataclass(frozen=True, kw_only=True)
class ToldDaysStayed(Event):
    """Where people work was put right, and due days that would have come earlier stayed as they had been told."""

    key: ClassVar[str] = "plan:due:stayed"
    kept: int


@dataclass(frozen=True, kw_only=True)
class DueDayExtended(DueDayGiven):
    """A person was given more time."""

    key: ClassVar[str] = "plan:due:extended"


@dataclass(frozen=True, kw_only=True)
class DueDayConfirmed(DueDayGiven):
    """A duty that began too late was assigned all the same, as computed."""

    key: ClassVar[str] = "plan:due:confirmed"


@dataclass(frozen=True, kw_only=True)
class RealisticDaySet(DueDayGiven):
    """A duty that began too late was assigned with a day that can be kept."""

    key: ClassVar[str] = "plan:due:realistic"


@dataclass(frozen=True, kw_only=True)
class DutyReleased(Event):
    """A duty that began too late was not assigned; the waiver that says so is told by its own event."""

    key: ClassVar[str] = "plan:due:released"
    name: str
    requirement: str
    cycle: int
    reason: str
    decision: str


@dataclass(frozen=True, kw_only=True)
class GrantWithdrawn(Event):
    """A granted due day was taken back."""

    key: ClassVar[str] = "plan:due:withdrawn"
    name: str
    requirement: str
    due_on: date
    reason: str


@dataclass(frozen=True, kw_only=True)
class PeriodClosed(Event):
    """Figures of a plan on a day were closed; the log, sealed by itself, keeps the digest."""

    key: ClassVar[str] = "plan:period:closed"
    period: int
    code: str
    name: str
    number: str
    as_of: date
    persons: int
    duties: int
    digest: str


@dataclass(frozen=True, kw_only=True)
class PeriodCorrected(Event):
    """An erratum to closed figures was issued."""

    key: ClassVar[str] = "plan:period:corrected"
    period: int
    code: str
    name: str
    erratum: int
    lines: int
    reason: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class PeriodsVerified(Event):
    """Closed periods were proven against their seals."""

    key: ClassVar[str] = "plan:period:verified"
    periods: int
    broken: int


@dataclass(frozen=True, kw_only=True)
class DisputeOpened(Event):
    """Somebody said that a duty of theirs stands wrongly; what they wrote is not for the log."""

    key: ClassVar[str] = "plan:dispute:opened"
    dispute_id: int
    name: str
    requirement: str
    due_on: date


@dataclass(frozen=True, kw_only=True)
class DisputeHanded(Event):
    """A dispute went to another desk, by somebody or because the one before was late."""

    key: ClassVar[str] = "plan:dispute:handed"
    dispute_id: int
    name: str
    requirement: str
    desk: str
    reason: str
    due_on: date


@dataclass(frozen=True, kw_only=True)
class DisputeDecided(Event):
    """A dispute was answered; the fact that the answer made is told by its own event."""

    key: ClassVar[str] = "plan:dispute:decided"
    dispute_id: int
    name: str
    requirement: str
    outcome: str
    effect: str
    fact_id: int | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class DisputeWithdrawn(Event):
    """Whoever sent a dispute took it back."""

    key: ClassVar[str] = "plan:dispute:withdrawn"
    dispute_id: int
    name: str
    requirement: str


@dataclass(frozen=True, kw_only=True)
class DisputeTermSet(Event):
    """Desks have so many working days from a day on."""

    key: ClassVar[str] = "plan:dispute:term-set"
    from_on: date
    days: int


@dataclass(frozen=True, kw_only=True)
class DaysDecided(Event):
    """It was announced that offices are closed, or open, on some days."""

    key: ClassVar[str] = "plan:days:decided"
    first: date
    last: date
    how: str
    """"nghỉ" or "đi làm"."""
    name: str
    document: str


@dataclass(frozen=True, kw_only=True)
class DaysWithdrawn(Event):
    """What was announced for some days holds no more."""

    key: ClassVar[str] = "plan:days:withdrawn"
    first: date
    last: date
    name: str


@dataclass(frozen=True, kw_only=True)
class HeadCountConfirmed(Event):
    """A unit signed off how many people it has."""

    key: ClassVar[str] = "plan:headcount:confirmed"
    unit: str
    on: date
    total: int
