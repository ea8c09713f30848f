"""Saying what moving one person would do, by doing it and taking it back."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lms.organisation import queries as organisation
from lms.organisation.queries import PostingRow
from lms.plan import queries, rules
from lms.plan.queries import Piece, PlacedDuty, RoleHeld
from lms.platform.db import db, lock


@dataclass(frozen=True)
class DutyMoved:
    """What a move changes in one duty, besides the unit for which it counts."""

    requirement: str
    cycle: int
    closes_on: date
    fulfilled_on: date
    gained: tuple[rules.Interval, ...]
    """Days on which it newly obliges."""
    lost: tuple[rules.Interval, ...]
    due_before: date | None
    """None: there was no such duty."""
    due_after: date | None


@dataclass(frozen=True)
class UnitMoved:
    """From a day on, perhaps until another, so many duties count for another unit."""

    from_on: date
    to_on: date
    old_id: int
    new_id: int
    duties: int


@dataclass(frozen=True)
class RoleEnd:
    """A role that ends with a move."""

    role: str
    unit: str
    on: date | None
    """The first day on which it no longer holds; None: it is over at once."""


@dataclass(frozen=True)
class MoveEffect:
    """A move before and after."""

    before: tuple[PostingRow, ...]
    after: tuple[PostingRow, ...]
    touched: frozenset[int]
    """Units whose postings change."""
    duties: tuple[DutyMoved, ...]
    units: tuple[UnitMoved, ...]
    since: date | None
    """The first day whose figures change."""
    role_ends: tuple[RoleEnd, ...] = ()
    """Roles that end with it."""

    def digest(self) -> str:
        """A mark of what was shown, so that something else is not done."""
        said = [
            [(p.unit_id, p.department, p.title, p.from_on, p.to_on, p.is_primary) for p in self.after],
            self.duties,
            self.units,
            self.role_ends,
        ]
        return hashlib.sha256(repr(said).encode()).hexdigest()


def preview_move(act: Callable[[], object], person_id: int) -> MoveEffect:
    """What `act` would change for the person; nothing stays. Others' moves wait until the transaction ends.

    Raises Refused as `act` does.
    """
    lock("postings")
    savepoint = db.session.begin_nested()
    try:
        before, duties_before = organisation.postings_of(person_id), queries.placed_duties(person_id)
        roles = queries.roles_held(person_id)
        act()
        db.session.flush()
        after, duties_after = organisation.postings_of(person_id), queries.placed_duties(person_id)
        roles_after = queries.roles_held(person_id)
    finally:
        savepoint.rollback()
        db.session.expire_all()
    pairs = [(duties_before.get(key), duties_after.get(key)) for key in dict.fromkeys([*duties_after, *duties_before])]
    return MoveEffect(
        tuple(before),
        tuple(after),
        frozenset(unit_id for unit_id, *_rest in _lines(before) ^ _lines(after)),
        tuple(moved for pair in pairs if (moved := _duty(*pair))),
        tuple(_units_moved(pairs)),
        min((day for pair in pairs for day in _changed_days(*pair)), default=None),
        tuple(_roles_ended(roles, roles_after)),
    )


def _roles_ended(before: Mapping[int, RoleHeld], after: Mapping[int, RoleHeld]) -> Iterator[RoleEnd]:
    """The roles that end earlier than before: on the last day they hold no more, or never begin."""
    for key, held in before.items():
        end = after[key].to_on if key in after else None
        if end != held.to_on:
            yield RoleEnd(held.role, held.unit, end)


def _lines(postings: list[PostingRow]) -> set[tuple[int, str, str, date, date, bool]]:
    return {(p.unit_id, p.department, p.title, p.from_on, p.to_on, p.is_primary) for p in postings}


def _pieces(duty: PlacedDuty | None) -> tuple[Piece, ...]:
    return duty.pieces if duty else ()


def _duty(before: PlacedDuty | None, after: PlacedDuty | None) -> DutyMoved | None:
    one = after or before
    assert one is not None
    held = [(piece.from_on, piece.to_on) for piece in _pieces(before)]
    holds = [(piece.from_on, piece.to_on) for piece in _pieces(after)]
    moved = DutyMoved(
        one.requirement,
        one.cycle,
        one.closes_on,
        one.fulfilled_on,
        tuple(rules.subtract(holds, held)),
        tuple(rules.subtract(held, holds)),
        before.due_on if before else None,
        after.due_on if after else None,
    )
    return moved if moved.gained or moved.lost or moved.due_before != moved.due_after else None


def _units_moved(pairs: Sequence[tuple[PlacedDuty | None, PlacedDuty | None]]) -> Iterator[UnitMoved]:
    """The duties that go from one unit to another, all of them together: some of them begin later than others."""
    shifts: dict[tuple[int, int], list[tuple[date, date]]] = defaultdict(list)
    duties: Counter[tuple[int, int]] = Counter()
    for before, after in pairs:
        found = list(_shifts(before, after))
        for way, days in found:
            shifts[way].append(days)
        duties.update({way for way, _days in found})
    for (old, new), pieces in sorted(shifts.items(), key=lambda shift: min(shift[1])):
        # Where every duty merely ends with its own year or window, the person stays.
        ends = [end for _begin, end in pieces if end < rules.FOREVER]
        yield UnitMoved(min(pieces)[0], max(ends, default=rules.FOREVER), old, new, duties[old, new])


def _shifts(before: PlacedDuty | None, after: PlacedDuty | None) -> Iterator[tuple[tuple[int, int], rules.Interval]]:
    """(Old unit, new unit) and the days on which the duty counts for the other unit; the duty's own end is open."""
    for old in _pieces(before):
        for new in _pieces(after):
            begins, ends = max(old.from_on, new.from_on), min(old.to_on, new.to_on)
            if old.unit_id != new.unit_id and begins < ends and after:
                yield (old.unit_id, new.unit_id), (begins, rules.FOREVER if ends >= after.closes_on else ends)


def _changed_days(before: PlacedDuty | None, after: PlacedDuty | None) -> Iterator[date]:
    """First days on which the duty counts otherwise than before."""
    for some, others in ((_pieces(before), _pieces(after)), (_pieces(after), _pieces(before))):
        for piece in some:
            same = [(o.from_on, o.to_on) for o in others if (o.unit_id, o.kind) == (piece.unit_id, piece.kind)]
            yield from (begin for begin, _end in rules.subtract([(piece.from_on, piece.to_on)], same))
    if before and after and before.due_on != after.due_on:
        # A duty is late, or no longer late, from the day after its due day.
        yield min(before.due_on, after.due_on) + timedelta(days=1)
