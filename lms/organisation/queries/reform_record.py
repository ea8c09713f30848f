"""Reading what a reform on record did: which unit handed over to which, with how many people, and what changed name."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from lms.organisation.models import FormerUnit, Posting, Reform, Succession, Unit, UnitName, UnitPlace
from lms.organisation.queries.units import _name_nearest, primary_on
from lms.platform.db import db


@dataclass(frozen=True)
class Handover:
    """An old unit handing over to a new one; `new_id` is None when it was dissolved."""

    old_id: int
    old: str
    ended: bool
    begins: bool
    """Whether the new unit was founded on the day."""
    new_id: int | None
    new: str
    share: str
    clause: str
    people: int
    """Whose primary posting was in the old unit on the eve and is in the new one on the day, as known now."""


@dataclass(frozen=True)
class Renamed:
    """A unit that went on under another name."""

    unit_id: int
    old: str
    new: str


@dataclass(frozen=True)
class Rehung:
    """A unit that went on under another parent."""

    unit_id: int
    unit: str
    old: str
    new: str


def _eve(on: date) -> date:
    return date.fromordinal(on.toordinal() - 1)


def handovers(reform: Reform) -> list[Handover]:
    """Every succession of a reform with the people who went that way, by old unit."""
    on = reform.effective_on
    old_name, new_name, heir = aliased(UnitName), aliased(UnitName), aliased(Unit)
    rows = db.session.execute(
        select(
            Succession.old_id,
            func.coalesce(old_name.name, "").label("old"),
            Unit.valid_to,
            heir.valid_from,
            Succession.new_id,
            func.coalesce(new_name.name, "").label("new"),
            Succession.share,
            Succession.clause,
        )
        .join(Unit, Unit.id == Succession.old_id)
        .outerjoin(heir, heir.id == Succession.new_id)
        .outerjoin(
            old_name,
            and_(old_name.unit_id == Succession.old_id, old_name.id == _name_nearest(_eve(on), Succession.old_id)),
        )
        .outerjoin(
            new_name, and_(new_name.unit_id == Succession.new_id, new_name.id == _name_nearest(on, Succession.new_id))
        )
        .where(Succession.reform_id == reform.id)
        .order_by(old_name.sort_name, Succession.old_id, Succession.id)
    ).all()
    people = people_who_went(reform)
    return [
        Handover(
            row.old_id, row.old, row.valid_to == on, row.valid_from == on, row.new_id, row.new, row.share, row.clause,
            people.get((row.old_id, row.new_id), 0) if row.new_id is not None else 0,
        )
        for row in rows
    ]  # fmt: skip


def people_who_went(reform: Reform) -> dict[tuple[int, int], int]:
    """(Unit of the eve, unit of the day) → people, by primary postings as known now."""
    rows = db.session.execute(
        select(FormerUnit.unit_id, Posting.unit_id, func.count(Posting.person_id.distinct()))
        .join(Posting, Posting.person_id == FormerUnit.person_id)
        .where(FormerUnit.reform_id == reform.id, *primary_on(reform.effective_on))
        .group_by(FormerUnit.unit_id, Posting.unit_id)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def renamings_on(on: date) -> list[Renamed]:
    """Units that went on under another name from a day."""
    old, new = aliased(UnitName), aliased(UnitName)
    rows = db.session.execute(
        select(new.unit_id, old.name, new.name)
        .join(old, and_(old.unit_id == new.unit_id, old.to_on == new.from_on))
        .where(new.from_on == on, old.name != new.name)
        .order_by(new.sort_name)
    )
    return [Renamed(*row) for row in rows]


def rehangings_on(on: date) -> list[Rehung]:
    """Units that went on under another parent from a day."""
    old, new, unit, was, now = (
        aliased(UnitPlace), aliased(UnitPlace), aliased(UnitName), aliased(UnitName), aliased(UnitName),
    )  # fmt: skip
    rows = db.session.execute(
        select(new.unit_id, unit.name, was.name, now.name)
        .join(old, and_(old.unit_id == new.unit_id, old.to_on == new.from_on))
        .join(unit, and_(unit.unit_id == new.unit_id, unit.id == _name_nearest(on, new.unit_id)))
        .join(was, and_(was.unit_id == old.parent_id, was.id == _name_nearest(_eve(on), old.parent_id)))
        .join(now, and_(now.unit_id == new.parent_id, now.id == _name_nearest(on, new.parent_id)))
        .where(new.from_on == on, old.parent_id != new.parent_id)
        .order_by(unit.sort_name, new.id)
    )
    return [Rehung(*row) for row in rows]
