"""Reading what a move of one person changes, and who answers for a unit."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from lms.identity.models import Account, Grant, Role
from lms.organisation.models import Person, Unit, UnitClosure, UnitName
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
class Officer:
    """Somebody in HR, with the unit at which they hold the role."""

    name: str
    email: str
    unit_id: int
    unit: str


def office_of(unit_id: int, today: date, most: int = 20) -> list[Officer]:
    """The HR accounts nearest above a unit: those of the unit itself, else of the next one up."""
    rows = db.session.execute(
        sa.select(
            sa.func.coalesce(Person.full_name, sa.func.nullif(Account.name, ""), Account.login).label("name"),
            Account.email,
            Unit.id,
            UnitName.name.label("unit"),
            UnitClosure.depth,
        )
        .select_from(Grant)
        .join(Account, Account.id == Grant.account_id)
        .outerjoin(Person, Person.id == Account.person_id)
        .join(UnitClosure, UnitClosure.ancestor_id == Grant.unit_id)
        .join(Unit, Unit.id == Grant.unit_id)
        .join(UnitName, sa.and_(UnitName.unit_id == Unit.id, UnitName.from_on <= today, UnitName.to_on > today))
        .where(
            UnitClosure.unit_id == unit_id,
            UnitClosure.from_on <= today,
            UnitClosure.to_on > today,
            Grant.role == Role.HR,
            Grant.from_on <= today,
            Grant.to_on > today,
            Grant.ended_at.is_(None),
            Account.disabled_at.is_(None),
        )
        .order_by(UnitClosure.depth, Person.sort_name, Account.id)
        .limit(most)
    ).all()
    return [Officer(row.name, row.email, row.id, row.unit) for row in rows if row.depth == rows[0].depth]


def account_names(account_ids: list[int]) -> dict[int, str]:
    """Account → the name of whoever uses it."""
    rows = db.session.execute(
        sa.select(Account.id, sa.func.coalesce(Person.full_name, sa.func.nullif(Account.name, ""), Account.login))
        .outerjoin(Person, Person.id == Account.person_id)
        .where(Account.id.in_(account_ids))
    )
    return {row[0]: row[1] for row in rows}


def address_of(account_id: int | None) -> str:
    """Where letters to an account go; empty if it is closed or unknown."""
    found = sa.select(Account.email).where(Account.id == account_id, Account.disabled_at.is_(None))
    return db.session.scalar(found) or ""
