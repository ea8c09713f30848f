"""Reading who answers for a unit, and where letters to accounts go."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from lms.identity.models import Account, Grant, Role
from lms.organisation.models import Person, Unit, UnitClosure, UnitName
from lms.platform.db import db


@dataclass(frozen=True)
class Officer:
    """Somebody in HR, with the unit at which they hold the role."""

    name: str
    email: str
    unit_id: int
    unit: str


def office_of(unit_id: int, today: date, most: int = 20, *, people_only: bool = False) -> list[Officer]:
    """The HR accounts nearest above a unit: those of the unit itself, else of the next one up.

    `people_only`: those that belong to a person on record.
    """
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
            Person.id.is_not(None) if people_only else sa.true(),
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
