"""The kinds of change sets, told by the domains that know how to carry them out."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

import sqlalchemy as sa

from lms.changes.models import ChangeSet
from lms.platform.access import Permission
from lms.platform.events import By


@dataclass(frozen=True)
class Effect:
    """What an act does to one duty of one person, as a watch's SELECT tells it."""

    person_id: int
    personal_id: str
    name: str
    search_key: str
    """The name without marks."""
    requirement_id: int
    requirement: str
    """Plan and requirement: KH-239/YC-01."""
    cycle: int
    unit_id: int | None
    unit: str
    """Code of the unit in which the duty counts on the day of the act, after it."""
    what: str
    """gained, lost, later, earlier, paused, waived, counted (again), done (or no more), moved (to another unit);
    of an act on something else than duties what its kind says, or one of LEFT_OUT."""
    due_before: date | None
    due_after: date | None


LEFT_OUT = ("in_it", "completed", "gone")
"""What is told of somebody who was named, but for whom nothing changes."""


class Unusable(Exception):
    """The act cannot be carried out; each sentence says why and what to do."""

    def __init__(self, *sentences: str) -> None:
        """Keep the sentences."""
        super().__init__(*sentences)
        self.sentences = sentences


Act = Callable[[Mapping[str, Any], int, By, datetime], Any]
"""Does it: payload, number of the change set, who, when. Everything it writes is in the caller's transaction."""
Says = Callable[[Exception], Sequence[str]]
"""The sentences for an error with which the act ends when it cannot be done; none for any other error."""


@dataclass(frozen=True)
class Kind:
    """A way of changing something for many people."""

    name: str
    permission: Permission
    """What somebody must hold at the unit of the change set to see whom it meets, apply it and take it back."""
    act: Act | None = None
    """None: its own page shows what it does, and it is done at once."""
    says: Says = lambda error: ()
    day: Callable[[Mapping[str, Any], date], date] = lambda payload, today: today
    """The day on which duties are compared before and after: that of the act, if it lies ahead."""
    met: Callable[[Mapping[str, Any], int], sa.Select[Any]] | None = None
    """Whom the act concerns otherwise than in duties: payload, number of the change set → a SELECT with the columns of
    Effect, read right after the act."""


class Watch(Protocol):
    """Looks on while an act is carried out."""

    def effects(self) -> sa.TextualSelect:
        """A SELECT of every duty that the act changed, its columns those of Effect; good until the watch ends."""

    def warnings(self) -> dict[str, Any]:
        """What whoever decides should know besides, as the change set's summary keeps it; after `effects`."""


class Watcher(Protocol):
    """Begins a watch around an act: duties are compared on `day`. `dry`: what the act derives is not written."""

    def __call__(self, day: date, *, dry: bool) -> AbstractContextManager[Watch]:
        """Watch what happens inside."""


class Teller(Protocol):
    """Writes to people of what a change set does to them, after it was applied or taken back."""

    def __call__(self, change: ChangeSet, *, is_undone: bool, dry: bool, now: datetime) -> int:
        """Write to whoever is met; returns how many letters. `dry`: only count them."""


_kinds: dict[str, Kind] = {}
_watchers: list[Watcher] = []
_tellers: list[Teller] = []


def register(kind: Kind) -> Kind:
    """Make a kind known."""
    _kinds[kind.name] = kind
    return kind


def kind_of(name: str) -> Kind:
    """The kind of that name; KeyError for one that nobody registered."""
    return _kinds[name]


def names() -> list[str]:
    """Every registered kind."""
    return sorted(_kinds)


def watches(watcher: Watcher) -> Watcher:
    """Register who tells what an act does to duties."""
    _watchers[:] = [watcher]
    return watcher


def watching(day: date, *, dry: bool) -> AbstractContextManager[Watch]:
    """Watch what happens inside."""
    return _watchers[0](day, dry=dry)


def tells(teller: Teller) -> Teller:
    """Register who writes to people of what a change set does to them."""
    _tellers[:] = [teller]
    return teller


def tell(change: ChangeSet, *, is_undone: bool = False, dry: bool = False, now: datetime) -> int:
    """Write to whoever is met by a change set; returns how many letters. `dry`: only count them."""
    return sum(teller(change, is_undone=is_undone, dry=dry, now=now) for teller in _tellers)
