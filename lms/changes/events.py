"""What change sets announce."""

from dataclasses import dataclass, field
from datetime import date

from lms.platform.events import Event


@dataclass(frozen=True, kw_only=True)
class ChangeProposed(Event):
    """Somebody wants to change something for many people; nothing is changed yet."""

    key = "changes:change:proposed"
    change_id: int
    title: str


@dataclass(frozen=True, kw_only=True)
class ChangeApproved(Event):
    """A second person agrees."""

    key = "changes:change:approved"
    change_id: int
    title: str


@dataclass(frozen=True, kw_only=True)
class ChangeWithdrawn(Event):
    """It will not be done."""

    key = "changes:change:withdrawn"
    change_id: int
    title: str


@dataclass(frozen=True, kw_only=True)
class ChangeApplied(Event):
    """It was done, whole."""

    key = "changes:change:applied"
    change_id: int
    title: str
    rows: int
    """Rows of facts that were changed."""


@dataclass(frozen=True, kw_only=True)
class ChangeUndone(Event):
    """Every row of facts is again what it was; listeners derive what follows."""

    key = "changes:change:undone"
    change_id: int
    title: str
    reason: str
    rows: int
    tables: tuple[str, ...] = field(metadata={"log": False})
    person_ids: tuple[int, ...] = field(metadata={"log": False})
    """People whose facts were put back."""
    requirement_ids: tuple[int, ...] = field(metadata={"log": False})
    """Requirements whose own rows were put back; those that are gone again among them."""
    unit_ids: tuple[int, ...] = field(metadata={"log": False})
    """Units whose life, name or place was put back."""
    today: date = field(metadata={"log": False})
