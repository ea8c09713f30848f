"""Whether two records may become one, and what becomes of postings that lie over each other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from lms.platform import vietnamese


class MergeRefusal(StrEnum):
    """Why two records do not become one."""

    ONE_RECORD = "one_record"
    NOT_ALIKE = "not_alike"
    SAME_DAY = "same_day"
    BOTH_IN_A_TEST = "both_in_a_test"
    BOTH_PROPOSED = "both_proposed"


@dataclass(frozen=True)
class Self:
    """What tells whether two records may be one human."""

    id: int
    full_name: str
    birth_date: date | None
    birth_year: int | None


def why_not_merge(kept: Self, gone: Self) -> MergeRefusal | None:
    """Say why the records are plainly not those of one human, or None."""
    if kept.id == gone.id:
        return MergeRefusal.ONE_RECORD
    born = [p.birth_date.year if p.birth_date else p.birth_year for p in (kept, gone)]
    dated = kept.birth_date and gone.birth_date and kept.birth_date != gone.birth_date
    other_birth = bool(dated) or (None not in born and born[0] != born[1])
    other_name = vietnamese.fold(kept.full_name) != vietnamese.fold(gone.full_name)
    return MergeRefusal.NOT_ALIKE if other_birth and other_name else None


@dataclass(frozen=True, order=True)
class Held:
    """A primary posting: in which unit, from a day to a day."""

    from_on: date
    to_on: date
    id: int
    unit_id: int


@dataclass(frozen=True, order=True)
class Piece:
    """What is left of a posting: the days it holds from now on."""

    from_on: date
    to_on: date
    id: int


class SameDay(Exception):
    """Two postings in different units begin on one day: which one is right is not ours to say."""


def merged(kept: Iterable[Held], gone: Iterable[Held]) -> list[Piece]:
    """The days that each posting holds when two people are one: never two on one day.

    In one unit the kept record is believed; else the posting that began later, as after a move. Raises SameDay.
    """
    mine, theirs = sorted(kept), sorted(gone)
    days = sorted({day for held in (*mine, *theirs) for day in (held.from_on, held.to_on)})
    pieces: list[Piece] = []
    for start, end in pairwise(days):
        winner = _believed(_on(mine, start), _on(theirs, start))
        if winner is None:
            continue
        last = pieces[-1] if pieces else None
        if last is not None and last.id == winner.id and last.to_on == start:
            pieces[-1] = Piece(last.from_on, end, winner.id)
        else:
            pieces.append(Piece(start, end, winner.id))
    return pieces


def _on(held: Sequence[Held], day: date) -> Held | None:
    return next((one for one in held if one.from_on <= day < one.to_on), None)


def _believed(mine: Held | None, theirs: Held | None) -> Held | None:
    if mine is None or theirs is None:
        return mine or theirs
    if mine.unit_id == theirs.unit_id:
        return mine
    if mine.from_on == theirs.from_on:
        raise SameDay
    return mine if mine.from_on > theirs.from_on else theirs
