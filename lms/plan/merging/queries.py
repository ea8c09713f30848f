"""What two records hold that may be one human's."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from lms.changes import journal
from lms.organisation.models import Person, Posting, UnitName
from lms.organisation.scope import person_within
from lms.platform.access import Actor, Permission
from lms.platform.db import db


def owning() -> dict[sa.Table, sa.Column[Any]]:
    """Every table of facts that names a person, and the column that does, parents before children."""
    return {
        table: column
        for table in journal.journaled()
        for column in table.columns
        if any(key.column is Person.__table__.c.id for key in column.foreign_keys)
    }


def derived() -> dict[sa.Table, sa.Column[Any]]:
    """Every derived table that has rows of a person."""
    tables = (db.metadata.tables[name] for name in sorted(journal.DERIVED) if name in db.metadata.tables)
    return {table: table.c.person_id for table in tables if "person_id" in table.c}


def owned(person_ids: Sequence[int]) -> dict[str, dict[int, int]]:
    """Table → person → how many rows; in one statement."""
    counts = [
        sa.select(sa.literal(table.name), column, sa.func.count()).where(column.in_(person_ids)).group_by(column)
        for table, column in owning().items()
    ]
    found: dict[str, dict[int, int]] = {}
    for name, person_id, rows in db.session.execute(sa.union_all(*counts)):
        found.setdefault(name, {})[person_id] = rows
    return found


def alike(actor: Actor, permission: Permission, person_id: int, today: date, limit: int = 20) -> list[Person]:
    """People within the actor's units with the same name without marks and no other birth, the one himself left out."""
    self = db.session.get_one(Person, person_id)
    wanted = sa.select(Person).where(
        Person.search_key == self.search_key, Person.id != person_id, person_within(actor, permission, today)
    )
    if self.birth_date is not None:
        wanted = wanted.where(sa.or_(Person.birth_date.is_(None), Person.birth_date == self.birth_date))
    return list(db.session.scalars(wanted.order_by(Person.id).limit(limit)))


def numbered(actor: Actor, permission: Permission, personal_id: str, today: date) -> Person | None:
    """The person with this number, if within the actor's units."""
    found: Person | None = db.session.scalar(
        sa.select(Person).where(Person.personal_id == personal_id, person_within(actor, permission, today))
    )
    return found


def units_of(person_ids: Sequence[int]) -> dict[int, str]:
    """Where each one works or last worked, by the latest believed primary posting."""
    rows = db.session.execute(
        sa.select(Posting.person_id, UnitName.name, Posting.department)
        .join(UnitName, sa.and_(UnitName.unit_id == Posting.unit_id, UnitName.from_on < Posting.to_on))
        .where(Posting.person_id.in_(person_ids), Posting.superseded_at.is_(None), Posting.is_primary)
        .order_by(Posting.person_id, Posting.to_on, Posting.from_on, UnitName.from_on)
    )
    return {row[0]: ", ".join(filter(None, (row[2], row[1]))) for row in rows}


def postings_believed(person_ids: Sequence[int]) -> list[Posting]:
    """Every believed posting of the people."""
    return list(
        db.session.scalars(
            sa.select(Posting)
            .where(Posting.person_id.in_(person_ids), Posting.superseded_at.is_(None))
            .order_by(Posting.person_id, Posting.from_on, Posting.id)
        )
    )
