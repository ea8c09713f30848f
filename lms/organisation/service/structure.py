"""Writing the structure of a reform: units end and begin, are renamed and moved, and hand over to each other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from lms.organisation.models import Reform, Succession, TransferProposal, Unit, UnitName, UnitPlace
from lms.organisation.reform.checking import NOBODY, Standing, Structure, renamed
from lms.organisation.reform.draft import Draft, Link
from lms.platform import vietnamese
from lms.platform.columns import FOREVER
from lms.platform.db import db
from lms.platform.events import By


@dataclass(frozen=True)
class Case:
    """A checked reform file, ready to be shown or carried out."""

    structure: Structure
    standing: Mapping[str, Standing]
    on: date
    sha256: str

    @property
    def draft(self) -> Draft:
        """What the file says."""
        return self.structure.draft

    def name(self, code: str) -> str:
        """What the unit of a code is called from the day on."""
        created = next((unit.name for unit in self.draft.units if unit.code == code), None)
        return created or (self.standing[code].name if code in self.standing else code)

    def meanwhile(self, code: str) -> str:
        """Where people of an old unit are counted as long as nobody says otherwise: code of its default successor.

        Of a dissolved one it is the nearest unit above it that stands on the day, or what takes the place of that one.
        """
        fate = self.structure.fates[code]
        above = "" if fate.default else self.standing[code].parent
        while above:
            over = self.structure.fates.get(above)
            if over is None or not over.ends:
                return above
            if over.default:
                return over.default
            above = self.standing[above].parent
        return fate.default


def write(case: Case, by: By, now: datetime) -> tuple[Reform, dict[str, int]]:
    """Write the reform, its units and successions; returns code → id of the units that stand on the day."""
    draft, on = case.draft, case.on
    reform = Reform(
        code=draft.code,
        title=draft.title,
        decision=draft.decision,
        effective_on=on,
        sha256=case.sha256,
        account_id=by.account_id,
        applied_at=now,
    )
    db.session.add(reform)
    db.session.flush()
    ended = sorted(case.standing[code].id for code, fate in case.structure.fates.items() if fate.ends)
    _end(ended, on)
    ids = {code: unit.id for code, unit in case.standing.items()}
    ids |= _begin(case, ids)
    _rename(case, on)
    _hang(case, ids, on)
    links = [_succession(reform, link, case, ids) for link in draft.links]
    if links:
        db.session.execute(sa.insert(Succession.__table__), links)
    return reform, ids


def _end(unit_ids: list[int], on: date) -> None:
    if not unit_ids:
        return
    db.session.execute(sa.update(Unit).where(Unit.id.in_(unit_ids)).values(valid_to=on))
    for model in (UnitName, UnitPlace):
        db.session.execute(sa.update(model).where(model.unit_id.in_(unit_ids), model.to_on > on).values(to_on=on))


def _begin(case: Case, ids: dict[str, int]) -> dict[str, int]:
    """Insert the new units with their names and places; code → id."""
    units = case.draft.units
    if not units:
        return {}
    table = Unit.__table__
    made = db.session.execute(
        sa.insert(table).returning(table.c.code, table.c.id),
        [{"code": unit.code, "valid_from": case.on, "valid_to": FOREVER} for unit in units],
    )
    new = {row[0]: row[1] for row in made}
    known = {**ids, **new}
    db.session.execute(
        sa.insert(UnitName.__table__),
        [
            _name(
                new[unit.code],
                case.on,
                name=unit.name,
                short_name=unit.short_name,
                abbreviation=unit.abbreviation,
                kind=unit.kind,
            )
            for unit in units
        ],
    )
    db.session.execute(
        sa.insert(UnitPlace.__table__),
        [
            {"unit_id": new[unit.code], "parent_id": known[unit.parent], "from_on": case.on, "to_on": FOREVER}
            for unit in units
        ],
    )
    return new


def _name(unit_id: int, on: date, **fields: str) -> dict[str, Any]:
    return {
        "plan_role": "",
        **fields,
        "unit_id": unit_id,
        "sort_name": vietnamese.sort_key(fields["name"]),
        "search_key": vietnamese.fold(fields["name"]),
        "from_on": on,
        "to_on": FOREVER,
    }


def _rename(case: Case, on: date) -> None:
    rows = case.draft.renamings
    if not rows:
        return
    ids = {row.unit: case.standing[row.unit].id for row in rows}
    columns = (UnitName.unit_id, UnitName.name, UnitName.abbreviation, UnitName.kind, UnitName.plan_role)
    standing = {
        row["unit_id"]: row
        for row in db.session.execute(
            sa.select(*columns).where(UnitName.unit_id.in_(ids.values()), UnitName.to_on > on)
        ).mappings()
    }
    db.session.execute(
        sa.update(UnitName).where(UnitName.unit_id.in_(ids.values()), UnitName.to_on > on).values(to_on=on)
    )
    db.session.execute(
        sa.insert(UnitName.__table__),
        [
            _name(
                ids[row.unit],
                on,
                **renamed(row, dict(standing[ids[row.unit]])),
                plan_role=standing[ids[row.unit]]["plan_role"],
            )
            for row in rows
        ],
    )


def _hang(case: Case, ids: Mapping[str, int], on: date) -> None:
    rows = case.structure.hangings
    if not rows:
        return
    moved = [case.standing[row.unit].id for row in rows]
    db.session.execute(sa.update(UnitPlace).where(UnitPlace.unit_id.in_(moved), UnitPlace.to_on > on).values(to_on=on))
    db.session.execute(
        sa.insert(UnitPlace.__table__),
        [
            {
                "unit_id": case.standing[row.unit].id,
                "parent_id": ids[row.parent],
                "from_on": on,
                "to_on": FOREVER,
            }
            for row in rows
        ],
    )


def _succession(reform: Reform, link: Link, case: Case, ids: Mapping[str, int]) -> dict[str, Any]:
    fate = case.structure.fates[link.old]
    is_mover = link.share != NOBODY
    return {
        "reform_id": reform.id,
        "old_id": case.standing[link.old].id,
        "new_id": ids[link.new] if link.new else None,
        "share": link.share,
        "clause": link.clause,
        "is_default": is_mover and link.new == fate.default,
    }


# Open requests to move people -----------------------------------------------------------------------------------------


def _heirs_of_ended(case: Case) -> dict[int, str]:
    """Ended unit → code of the unit that takes over what is open there."""
    fates = case.structure.fates
    return {case.standing[old].id: fate.default for old, fate in fates.items() if fate.ends and fate.default}


def _open_at(unit_ids: Iterable[int], on: date) -> sa.ColumnElement[bool]:
    """Requests that nobody has answered, for a day from which these units stand no more."""
    wanted = sorted(set(unit_ids))
    return sa.and_(
        TransferProposal.decided_at.is_(None),
        TransferProposal.on_day >= on,
        sa.or_(TransferProposal.old_id.in_(wanted), TransferProposal.new_id.in_(wanted)),
    )


def proposals_touching(case: Case) -> int:
    """How many open requests go to the heirs of units that end."""
    wanted = sa.select(sa.func.count()).select_from(TransferProposal).where(_open_at(_heirs_of_ended(case), case.on))
    return db.session.scalar(wanted) or 0


def move_proposals(case: Case, ids: Mapping[str, int]) -> None:
    """Let the office of the heir answer, or take back, what was asked of a unit that ends, or by it."""
    heirs = {old: ids[new] for old, new in _heirs_of_ended(case).items()}
    if not heirs:
        return
    rows = db.session.scalars(sa.select(TransferProposal).where(_open_at(heirs, case.on))).all()
    for row in rows:
        row.old_id = heirs.get(row.old_id, row.old_id)
        row.new_id = heirs.get(row.new_id, row.new_id)
    db.session.flush()
