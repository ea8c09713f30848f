"""Events of organisation."""

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from lms.platform.events import Event


@dataclass(frozen=True, kw_only=True)
class OrganisationLoaded(Event):
    """Units, names, places or successions were added or put right from the product's own files."""

    key: ClassVar[str] = "organisation:units:loaded"
    added: int
    changed: int


@dataclass(frozen=True, kw_only=True)
class PostingsChanged(Event):
    """Postings or absences of these people changed: what is derived from them must follow. Announced as subclasses."""

    person_ids: tuple[int, ...] = field(default=(), metadata={"log": False})


@dataclass(frozen=True, kw_only=True)
class RecordsMerged(PostingsChanged):
    """Two records of one human became one; that of `gone_id` is no more."""

    key: ClassVar[str] = "organisation:person:merged"
    name: str
    number: str
    """Of the record that is no more, most of it hidden."""
    gone_id: int


@dataclass(frozen=True, kw_only=True)
class PersonHired(PostingsChanged):
    """A person began in a unit."""

    key: ClassVar[str] = "organisation:posting:begun"
    name: str
    unit: str
    department: str
    title: str
    on: date


@dataclass(frozen=True, kw_only=True)
class PersonMoved(PostingsChanged):
    """A person went to another department or unit."""

    key: ClassVar[str] = "organisation:posting:moved"
    name: str
    old: str
    new: str
    on: date


@dataclass(frozen=True, kw_only=True)
class PersonLeft(PostingsChanged):
    """A posting ended."""

    key: ClassVar[str] = "organisation:posting:ended"
    name: str
    unit: str
    on: date


@dataclass(frozen=True, kw_only=True)
class PersonLeftFor(PersonLeft):
    """A posting ended for a stated reason."""

    key: ClassVar[str] = "organisation:posting:ended-for"
    reason: str


@dataclass(frozen=True, kw_only=True)
class PostingCorrected(PostingsChanged):
    """What was recorded of a posting was wrong and has been put right."""

    key: ClassVar[str] = "organisation:posting:corrected"
    name: str
    changes: dict[str, tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class PostingsEdited(PostingsChanged):
    """What postings say changes from a day on: title, department, category, position group, rank."""

    key: ClassVar[str] = "organisation:posting:edited"
    name: str
    on: date
    changes: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class PersonCorrected(Event):
    """A field of a person was put right."""

    key: ClassVar[str] = "organisation:person:corrected"
    name: str
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PersonRevealed(Event):
    """Somebody looked at a person's full personal number."""

    key: ClassVar[str] = "organisation:person:revealed"
    name: str


@dataclass(frozen=True, kw_only=True)
class AbsenceRecorded(PostingsChanged):
    """A person is away for a time."""

    key: ClassVar[str] = "organisation:absence:recorded"
    name: str
    kind: str
    from_on: date
    to_on: date


@dataclass(frozen=True, kw_only=True)
class AbsenceWithdrawn(PostingsChanged):
    """An absence was recorded by mistake."""

    key: ClassVar[str] = "organisation:absence:withdrawn"
    name: str
    kind: str
    from_on: date
    to_on: date
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class RosterApplied(PostingsChanged):
    """A roster file was applied to a unit, all of it in one transaction."""

    key: ClassVar[str] = "organisation:roster:applied"
    import_id: int
    file_name: str
    unit: str
    on: date
    joined: int
    left: int
    moved: int
    corrected: int


@dataclass(frozen=True, kw_only=True)
class UnitsReorganised(Event):
    """Units were merged, split, renamed, dissolved or moved on a day, and their people with them."""

    key: ClassVar[str] = "organisation:units:reorganised"
    reform_id: int
    code: str
    title: str
    on: date
    created: int
    ended: int
    renamed: int
    moved: int
    people: int
    waiting: int
    person_ids: tuple[int, ...] = field(default=(), metadata={"log": False})
    """Everybody whose unit changed, or whose unit changed its place or kind."""
    heirs: dict[int, int | None] = field(default_factory=dict, metadata={"log": False})
    """Ended unit → the one unit that follows it, None where it was dissolved; split units are not in it."""


@dataclass(frozen=True, kw_only=True)
class ReformChoicesMade(PostingsChanged):
    """People of split units were assigned to one of the successors."""

    key: ClassVar[str] = "organisation:reform:chosen"
    reform_id: int
    code: str
    people: int


@dataclass(frozen=True, kw_only=True)
class PrimarySwitched(PostingsChanged):
    """From a day on another of a person's units counts for the figures."""

    key: ClassVar[str] = "organisation:posting:counts"
    name: str
    unit: str
    on: date


@dataclass(frozen=True, kw_only=True)
class TransferProposed(Event):
    """An office asked another to take a person, or to give one; `unit_id` is the unit whose office is asked."""

    key: ClassVar[str] = "organisation:transfer:proposed"
    proposal_id: int
    name: str
    old: str
    new: str
    on: date
    is_ask: bool = field(default=False, metadata={"log": False})
    """Whether the receiving office asks."""


@dataclass(frozen=True, kw_only=True)
class TransferAnswered(Event):
    """The office that was asked accepted or refused, or the asking one took the request back."""

    key: ClassVar[str] = "organisation:transfer:answered"
    proposal_id: int
    name: str
    old: str
    new: str
    answer: str
    """With the reason, if one was given."""
    new_id: int | None = field(default=None, metadata={"log": False})
    state: str = field(default="", metadata={"log": False})
    asked_by: int | None = field(default=None, metadata={"log": False})
    is_ask: bool = field(default=False, metadata={"log": False})
