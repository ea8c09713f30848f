"""Reading the dated tree of units."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms.organisation.models import Posting, Reform, Succession, Unit, UnitClosure, UnitName, UnitPlace
from lms.organisation.scope import within
from lms.platform.access import Actor, Permission
from lms.platform.columns import Day
from lms.platform.db import db


@dataclass(frozen=True)
class UnitRow:
    """A unit as it was on a day. `depth` counts from where the reading began."""

    id: int
    code: str
    name: str
    short_name: str
    kind: str
    abbreviation: str
    valid_from: date
    valid_to: date
    parent_id: int | None = None
    depth: int = 0
    share: str = ""
    """How a successor or predecessor took part in a reform; empty otherwise."""


def unit_on(code: str, day: date) -> Unit | None:
    """The unit that bears the code on that day: codes are reused."""
    return db.session.scalar(select(Unit).where(Unit.code == code, Unit.valid_from <= day, Unit.valid_to > day))


def unit_of(code: str) -> Unit | None:
    """The unit that bore the code last."""
    return db.session.scalar(select(Unit).where(Unit.code == code).order_by(Unit.valid_from.desc()).limit(1))


def unit_for(actor: Actor, permission: Permission, unit_id: int) -> Unit:
    """The unit, if it lies within the actor's units; else 404."""
    unit: Unit = db.one_or_404(select(Unit).where(Unit.id == unit_id, within(actor, permission, Unit.id)))
    return unit


def readable_units(actor: Actor, permission: Permission, unit_ids: Iterable[int]) -> set[int]:
    """Those of the given units that lie within the actor's units."""
    wanted = sorted(set(unit_ids))
    if not wanted:
        return set()
    return set(db.session.scalars(select(Unit.id).where(Unit.id.in_(wanted), within(actor, permission, Unit.id))))


def root_on(day: date) -> Unit | None:
    """The top of the tree: the city."""
    return db.session.scalar(
        select(Unit)
        .join(UnitPlace, UnitPlace.unit_id == Unit.id)
        .where(UnitPlace.parent_id.is_(None), UnitPlace.from_on <= day, UnitPlace.to_on > day)
        .order_by(Unit.id)
        .limit(1)
    )


def _name_nearest(day: Any, unit: Any = Unit.id) -> Any:
    """The id of the name a unit bore on the day, or of its last name before it, or of its first."""
    name = aliased(UnitName)
    return (
        select(name.id)
        .where(name.unit_id == unit)
        .order_by((name.from_on <= day).desc(), (name.to_on > day).desc(), name.from_on.desc())
        .limit(1)
        .scalar_subquery()
    )


def _rows(day: Any) -> Any:
    """Units with the name of the day; the start of most readings here."""
    return (
        select(
            Unit.id,
            Unit.code,
            UnitName.name,
            UnitName.short_name,
            UnitName.kind,
            UnitName.abbreviation,
            Unit.valid_from,
            Unit.valid_to,
        )
        .select_from(Unit)
        .join(UnitName, and_(UnitName.unit_id == Unit.id, UnitName.id == _name_nearest(day)))
    )


@lru_cache(maxsize=1)
def _one() -> Any:
    # Every act on a posting names its unit, and writing this down costs more than reading the row.
    return _rows(bindparam("day", type_=Day())).where(Unit.id == bindparam("unit"))


def unit_row(unit_id: int, day: date) -> UnitRow:
    """A unit with the name it bore on the day (its nearest name if it did not stand then)."""
    return UnitRow(**db.session.execute(_one(), {"day": day, "unit": unit_id}).mappings().one())


def name_on(unit_id: int, day: date) -> str:
    """What the unit was called on that day."""
    return unit_row(unit_id, day).name


def names_on(unit_ids: Iterable[int], day: date) -> dict[int, str]:
    """Unit id → what it was called on that day."""
    wanted = sorted(set(unit_ids))
    if not wanted:
        return {}
    return {row.id: row.name for row in db.session.execute(_rows(day).where(Unit.id.in_(wanted)))}


def children(unit_id: int | None, day: date) -> list[UnitRow]:
    """Units that hang directly under a unit on that day (None: the roots), in Vietnamese order."""
    parent = UnitPlace.parent_id.is_(None) if unit_id is None else UnitPlace.parent_id == unit_id
    rows = db.session.execute(
        _rows(day)
        .join(UnitPlace, UnitPlace.unit_id == Unit.id)
        .where(parent, UnitPlace.from_on <= day, UnitPlace.to_on > day, Unit.valid_from <= day, Unit.valid_to > day)
        .order_by(UnitName.sort_name, Unit.id)
    )
    return [UnitRow(**row, parent_id=unit_id) for row in rows.mappings()]


def ancestors(unit_id: int, day: date) -> list[UnitRow]:
    """What stands above a unit on that day, the top first, without the unit itself."""
    rows = db.session.execute(
        _rows(day)
        .add_columns(UnitClosure.depth)
        .join(UnitClosure, UnitClosure.ancestor_id == Unit.id)
        .where(
            UnitClosure.unit_id == unit_id,
            UnitClosure.depth > 0,
            UnitClosure.from_on <= day,
            UnitClosure.to_on > day,
        )
        .order_by(UnitClosure.depth.desc())
    )
    return [UnitRow(**row) for row in rows.mappings()]


def tree_on(day: date, root_ids: Iterable[int], depth: int | None = None) -> list[UnitRow]:
    """Every unit at or under the given ones on that day, at most `depth` levels down, each with its parent."""
    below = and_(
        UnitClosure.ancestor_id.in_(sorted(set(root_ids))), UnitClosure.from_on <= day, UnitClosure.to_on > day
    )
    if depth is not None:
        below = and_(below, UnitClosure.depth <= depth)
    levels = (
        select(UnitClosure.unit_id, func.max(UnitClosure.depth).label("depth"))
        .where(below)
        .group_by(UnitClosure.unit_id)
        .subquery()
    )
    rows = db.session.execute(
        _rows(day)
        .add_columns(UnitPlace.parent_id, levels.c.depth)
        .join(levels, levels.c.unit_id == Unit.id)
        .join(UnitPlace, and_(UnitPlace.unit_id == Unit.id, UnitPlace.from_on <= day, UnitPlace.to_on > day))
        .order_by(levels.c.depth, UnitName.sort_name, Unit.id)
    )
    return [UnitRow(**row) for row in rows.mappings()]


def branches(unit_ids: Iterable[int], day: date) -> frozenset[int]:
    """Those of the units that have something under them on that day."""
    found = db.session.scalars(
        select(UnitPlace.parent_id)
        .where(UnitPlace.parent_id.in_(sorted(set(unit_ids))), UnitPlace.from_on <= day, UnitPlace.to_on > day)
        .distinct()
    )
    return frozenset(parent_id for parent_id in found if parent_id is not None)


def heads_under(unit_ids: Iterable[int], day: date) -> dict[int, int]:
    """Unit id → people whose primary posting on that day lies at or under it."""
    rows = db.session.execute(
        select(UnitClosure.ancestor_id, func.count())
        .join(Posting, Posting.unit_id == UnitClosure.unit_id)
        .where(
            UnitClosure.ancestor_id.in_(sorted(set(unit_ids))),
            UnitClosure.from_on <= day,
            UnitClosure.to_on > day,
            *primary_on(day),
        )
        .group_by(UnitClosure.ancestor_id)
    )
    return {row[0]: row[1] for row in rows}


def primary_on(day: date) -> tuple[ColumnElement[bool], ...]:
    """Conditions: a believed primary posting that holds on the day."""
    return (Posting.is_primary.is_(True), Posting.superseded_at.is_(None), Posting.from_on <= day, Posting.to_on > day)


def units_for_choice(actor: Actor, permission: Permission, day: date, also: int | None = None) -> list[UnitRow]:
    """Units worth a line in a selection: within the actor's units, at most two levels below one of his, standing on
    that day; besides his own units and those right below them that have ended, and the unit `also` if it is his."""
    roots = sorted(actor.roots(permission))
    near = select(UnitClosure.unit_id).where(
        UnitClosure.ancestor_id.in_(roots),
        UnitClosure.depth <= 2,
        UnitClosure.from_on <= day,
        UnitClosure.to_on > day,
    )
    below = select(UnitClosure.unit_id).where(UnitClosure.ancestor_id.in_(roots), UnitClosure.depth <= 1)
    wanted = or_(
        Unit.id.in_(near),
        and_(Unit.id.in_(below), Unit.valid_to <= day),
        and_(Unit.id == (also or 0), within(actor, permission, Unit.id)),
    )
    rows = db.session.execute(_rows(day).where(wanted).order_by(UnitName.sort_name, Unit.id))
    return [UnitRow(**row) for row in rows.mappings()]


def successors(unit_id: int, day: date) -> list[UnitRow]:
    """The units that took a unit over, nearest names to `day`; staff-only links included."""
    rows = db.session.execute(
        _rows(day)
        .add_columns(Succession.share)
        .join(Succession, Succession.new_id == Unit.id)
        .where(Succession.old_id == unit_id)
        .order_by(UnitName.sort_name)
    )
    return [UnitRow(**row) for row in rows.mappings()]


def predecessors(unit_id: int, day: date) -> list[UnitRow]:
    """The units that a unit took over."""
    rows = db.session.execute(
        _rows(day)
        .add_columns(Succession.share)
        .join(Succession, Succession.old_id == Unit.id)
        .where(Succession.new_id == unit_id)
        .order_by(UnitName.sort_name)
    )
    return [UnitRow(**row) for row in rows.mappings()]


def reforms_that_repost(up_to: date | None = None) -> list[Reform]:
    """Reforms that ended a level of the structure or were applied to people, newest first.

    Former units are derived for each: reports can be read in the structure before them.
    """
    staff_moved = exists(select(Succession.id).where(Succession.reform_id == Reform.id, Succession.share == "staff"))
    wanted = select(Reform).where(or_(Reform.applied_at.is_not(None), staff_moved)).order_by(Reform.effective_on.desc())
    if up_to is not None:
        wanted = wanted.where(Reform.effective_on <= up_to)
    return list(db.session.scalars(wanted))
