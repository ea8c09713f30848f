"""Reading where letters to people go, and whose due days a change set moves."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from lms.changes.models import ChangeEffect
from lms.identity.models import Account
from lms.organisation.models import Person
from lms.organisation.queries.rosters import slices
from lms.plan.models import Obligation, Requirement
from lms.platform.db import db

# The address of the account, as the person keeps it; else the one on record.
_ADDRESS = sa.func.coalesce(sa.func.nullif(Account.email, ""), Person.email)
_ACCOUNT = sa.and_(Account.person_id == Person.id, Account.disabled_at.is_(None))


@dataclass(frozen=True)
class Addressee:
    """A person to whom a letter can go."""

    name: str
    email: str


def addressees(person_ids: Iterable[int]) -> dict[int, Addressee]:
    """Person → name and address, for those of them who have an address."""
    found = {}
    for some in slices(person_ids):
        rows = db.session.execute(
            sa.select(Person.id, Person.full_name, _ADDRESS.label("email"))
            .outerjoin(Account, _ACCOUNT)
            .where(Person.id.in_(some), _ADDRESS != "")
        )
        found.update({row.id: Addressee(row.full_name, row.email) for row in rows})
    return found


@dataclass(frozen=True)
class MovedDay:
    """A due day of a person that is another one now."""

    requirement: str
    due_before: date
    due_on: date


def _moved(change_id: int) -> sa.Select[Any]:
    return (
        sa.select(Person.id)
        .select_from(ChangeEffect)
        .join(Person, Person.id == ChangeEffect.person_id)
        .outerjoin(Account, _ACCOUNT)
        .where(
            ChangeEffect.change_id == change_id,
            ChangeEffect.what.in_(("later", "earlier")),
            ChangeEffect.due_before.is_not(None),
            ChangeEffect.due_after.is_not(None),
            _ADDRESS != "",
        )
    )


def count_moved(change_id: int) -> int:
    """How many people with an address get another due day by a change set."""
    people = _moved(change_id).distinct().subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(people)) or 0


def moved_by(change_id: int) -> Iterator[tuple[Addressee, list[MovedDay]]]:
    """Everybody with an address to whom a change set gives another due day, one after another, and those days."""
    e = ChangeEffect
    rows = db.session.execute(
        _moved(change_id)
        .outerjoin(Requirement, Requirement.id == e.requirement_id)
        .add_columns(
            Person.full_name,
            _ADDRESS.label("email"),
            sa.func.coalesce(Requirement.title, e.requirement).label("requirement"),
            e.due_before,
            e.due_after,
        )
        .order_by(Person.id, e.place)
        .execution_options(yield_per=2_000)
    )
    for _person_id, lines in groupby(rows, key=lambda row: row.id):
        days = list(lines)
        yield (
            Addressee(days[0].full_name, days[0].email),
            [MovedDay(row.requirement, row.due_before, row.due_after) for row in days],
        )


def due_days(person_id: int, requirement_id: int) -> dict[int, date]:
    """Cycle → due day of a person's obligations of a requirement."""
    rows = db.session.execute(
        sa.select(Obligation.cycle, Obligation.due_on).where(
            Obligation.person_id == person_id, Obligation.requirement_id == requirement_id
        )
    )
    return {row.cycle: row.due_on for row in rows}
