"""Bringing the tree of units to what the product's own files say, and deriving the closure from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from lms.organisation import reference, rules
from lms.organisation.events import OrganisationLoaded
from lms.organisation.models import Position, Reform, Succession, Unit, UnitClosure, UnitName, UnitPlace
from lms.organisation.service.former import refresh_former_units
from lms.platform import vietnamese
from lms.platform.columns import FOREVER
from lms.platform.db import db, lock
from lms.platform.events import By, emit


@dataclass
class Loaded:
    """How many rows were added and how many put right."""

    added: int = 0
    changed: int = 0

    @property
    def is_nothing(self) -> bool:
        """Whether everything stood as the files say."""
        return not (self.added or self.changed)


def load_atlas(atlas: reference.Atlas | None = None, *, by: By) -> Loaded:
    """Bring units, reforms, successions and positions to what the files say; a second run changes nothing.

    Rows that are not in the files (schools, later reforms) are left alone.
    """
    lock("organisation")
    atlas = atlas or reference.atlas()
    loaded = Loaded()
    _bring(
        loaded,
        Unit,
        ("code", "valid_from"),
        [{"code": unit.code, "valid_from": unit.from_on, "valid_to": unit.to_on} for unit in atlas.units],
    )
    ids = {(code, day): id for id, code, day in db.session.execute(sa.select(Unit.id, Unit.code, Unit.valid_from))}
    _bring(loaded, UnitName, ("unit_id", "from_on"), [_name(unit, ids) for unit in atlas.units])
    _bring(
        loaded,
        UnitPlace,
        ("unit_id", "from_on"),
        [
            {
                "unit_id": ids[place.unit],
                "parent_id": ids[place.parent] if place.parent else None,
                "from_on": place.from_on,
                "to_on": place.to_on,
            }
            for place in atlas.places
        ],
    )
    _bring(loaded, Reform, ("code",), [vars(reform) for reform in atlas.reforms])
    reforms = {code: id for id, code in db.session.execute(sa.select(Reform.id, Reform.code))}
    _bring(
        loaded,
        Succession,
        ("reform_id", "old_id", "new_id"),
        [
            {
                "reform_id": reforms[link.reform],
                "old_id": ids[link.old],
                "new_id": ids[link.new],
                "share": link.share,
                "clause": link.clause,
            }
            for link in atlas.successions
        ],
    )
    _bring(
        loaded,
        Position,
        ("code",),
        [
            {"code": p.code, "label": p.label, "levels": list(p.levels), "staff_types": list(p.staff_types)}
            for p in atlas.positions
        ],
    )
    if not loaded.is_nothing:
        rebuild_closure()
        refresh_former_units(None)
        emit(OrganisationLoaded(added=loaded.added, changed=loaded.changed), by=by)
    return loaded


def _name(unit: reference.UnitFact, ids: dict[tuple[str, Any], int]) -> dict[str, Any]:
    return {
        "unit_id": ids[unit.code, unit.from_on],
        "name": unit.name,
        "short_name": unit.short_name,
        "abbreviation": unit.abbreviation,
        "kind": unit.kind,
        "plan_role": unit.plan_role,
        "sort_name": vietnamese.sort_key(unit.name),
        "search_key": vietnamese.fold(unit.name),
        "from_on": unit.from_on,
        "to_on": unit.to_on,
    }


def _bring(loaded: Loaded, model: Any, key: tuple[str, ...], wanted: Sequence[dict[str, Any]]) -> None:
    """Insert the wanted rows that are missing and update those that differ; one row is known by its key columns."""
    if not wanted:
        return
    table = model.__table__
    names = list(wanted[0])
    standing = {
        tuple(row[name] for name in key): row
        for row in db.session.execute(sa.select(*(table.c[name] for name in names))).mappings()
    }
    missing, differing = [], []
    later = set(db.session.scalars(sa.select(Reform.effective_on).where(Reform.sha256 != "")))
    for row in wanted:
        found = standing.get(tuple(row[name] for name in key))
        if found is None:
            missing.append(row)
            continue
        kept = {name: found[name] if _is_ended(found[name], row[name], later) else row[name] for name in names}
        if any(found[name] != kept[name] for name in names):
            differing.append(kept)
    if missing:
        db.session.execute(sa.insert(table), missing)
    if differing:
        change = sa.update(table).where(*(table.c[name] == sa.bindparam(f"key_{name}") for name in key))
        change = change.values({name: sa.bindparam(f"new_{name}") for name in names if name not in key})
        db.session.execute(
            change,
            [{f"{'key' if name in key else 'new'}_{name}": row[name] for name in names} for row in differing],
        )
    loaded.added += len(missing)
    loaded.changed += len(differing)


def _is_ended(found: Any, wanted: Any, later: set[date]) -> bool:
    """Whether what the files leave open was ended by a later reform that came as a file of its own."""
    return bool(wanted == FOREVER and found in later)


def rebuild_closure() -> int:
    """Derive unit_closure anew from the places of all units; call after any change of UnitPlace or of a unit's life."""
    lives = {
        id: (start, end) for id, start, end in db.session.execute(sa.select(Unit.id, Unit.valid_from, Unit.valid_to))
    }
    places = [
        rules.Place(*row)
        for row in db.session.execute(
            sa.select(UnitPlace.unit_id, UnitPlace.parent_id, UnitPlace.from_on, UnitPlace.to_on)
        )
    ]
    derived = [vars(under) for under in rules.closure(lives, places)]
    db.session.execute(sa.delete(UnitClosure))
    if derived:
        db.session.execute(sa.insert(UnitClosure.__table__), derived)
    return len(derived)
