"""Reading what a move of one person changes."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from lms.identity.models import Account, Grant
from lms.organisation.models import UnitName
from lms.plan import rules
from lms.plan.models import Obligation, Requirement, Segment
from lms.platform.db import db


@dataclass(frozen=True)
class Piece:
    """Days of a duty in one unit."""

    from_on: date
    to_on: date
    unit_id: int
    kind: int
    """0 counts, 1 paused, 2 waived."""


@dataclass(frozen=True)
class PlacedDuty:
    """An obligation with the units in whose figures it counts."""

    requirement: str
    cycle: int
    closes_on: date
    due_on: date
    fulfilled_on: date
    pieces: tuple[Piece, ...]

    @property
    def is_fulfilled(self) -> bool:
        """Whether the rule has become true."""
        return self.fulfilled_on < rules.FOREVER


def placed_duties(person_id: int) -> dict[tuple[int, int], PlacedDuty]:
    """Every obligation of a person, past ones too: (requirement, cycle) → how it stands, in the order of the plans."""
    pieces: dict[tuple[int, int], list[Piece]] = defaultdict(list)
    for row in db.session.execute(
        sa.select(Segment.requirement_id, Segment.cycle, Segment.from_on, Segment.to_on, Segment.unit_id, Segment.kind)
        .where(Segment.person_id == person_id)
        .order_by(Segment.from_on)
    ):
        pieces[row.requirement_id, row.cycle].append(Piece(row.from_on, row.to_on, row.unit_id, row.kind))
    duties = db.session.execute(
        sa.select(
            Obligation.requirement_id,
            Obligation.cycle,
            Requirement.title,
            Obligation.closes_on,
            Obligation.due_on,
            Obligation.fulfilled_on,
        )
        .join(Requirement, Requirement.id == Obligation.requirement_id)
        .where(Obligation.person_id == person_id)
        .order_by(Requirement.place, Requirement.id, Obligation.cycle)
    )
    return {
        (row.requirement_id, row.cycle): PlacedDuty(
            row.title,
            row.cycle,
            row.closes_on,
            row.due_on,
            row.fulfilled_on,
            tuple(pieces[row.requirement_id, row.cycle]),
        )
        for row in duties
    }


@dataclass(frozen=True)
class RoleHeld:
    """A role that a person holds at a unit."""

    role: str
    unit: str
    to_on: date


def roles_held(person_id: int) -> dict[int, RoleHeld]:
    """Grant → the role, for every one of a person's that was not taken back; its unit by the name it bore last."""
    name = (
        sa.select(UnitName.name).where(UnitName.unit_id == Grant.unit_id).order_by(UnitName.from_on.desc()).limit(1)
    ).scalar_subquery()
    rows = db.session.execute(
        sa.select(Grant.id, Grant.role, name.label("unit"), Grant.to_on)
        .join(Account, Account.id == Grant.account_id)
        .where(Account.person_id == person_id, Grant.ended_at.is_(None))
        .order_by(Grant.id)
    )
    return {row.id: RoleHeld(row.role, row.unit or "", row.to_on) for row in rows}
