"""Reading grants: which hold, who gave them, and to whom one could be given."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from flask import abort
from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms.identity.labels import ROLES_IN_LOG
from lms.identity.models import Account, Grant, Role
from lms.organisation.models import Person, Posting, Unit, UnitClosure, UnitName, UnitPlace
from lms.organisation.queries import slices
from lms.organisation.scope import person_within, within
from lms.platform import vietnamese
from lms.platform.access import Actor, Permission
from lms.platform.db import db

GRANTS = Permission.IDENTITY_GRANT_MANAGE
MOST_CANDIDATES = 20


@dataclass(frozen=True)
class GrantRow:
    """A grant that holds, as the page shows it."""

    grant_id: int
    account_id: int
    name: str
    login: str
    role: Role
    unit: str
    from_on: date
    recorded_at: datetime
    granted_by: str


@dataclass(frozen=True)
class Candidate:
    """Somebody to whom a role could be given."""

    person_id: int | None
    account_id: int | None
    name: str
    login: str
    unit: str

    @property
    def value(self) -> str:
        """How a form names the person: the account if there is one, else the person."""
        return f"a{self.account_id}" if self.account_id is not None else f"p{self.person_id}"


def in_force(today: date) -> ColumnElement[bool]:
    """Whether a grant holds today."""
    return and_(Grant.from_on <= today, Grant.to_on > today, Grant.ended_at.is_(None))


def unit_name(unit_id: int, today: date) -> str:
    """The unit's name of today, or its last one."""
    return (
        db.session.scalar(
            select(UnitName.name)
            .where(UnitName.unit_id == unit_id, UnitName.from_on <= today)
            .order_by(UnitName.from_on.desc())
            .limit(1)
        )
        or ""
    )


def grants_within(actor: Actor, today: date, *, name: str = "") -> list[GrantRow]:
    """The grants that hold at the actor's units, by the name of their holder."""
    giver, giver_person = aliased(Account), aliased(Person)
    name_now = (
        select(UnitName.name)
        .where(UnitName.unit_id == Grant.unit_id, UnitName.from_on <= today)
        .order_by(UnitName.from_on.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(
            Grant.id.label("grant_id"),
            Grant.account_id,
            func.coalesce(Person.full_name, func.nullif(Account.name, ""), Account.login).label("name"),
            Account.login,
            Grant.role,
            func.coalesce(name_now, "").label("unit"),
            Grant.from_on,
            Grant.recorded_at,
            func.coalesce(giver_person.full_name, giver.login, "").label("granted_by"),
        )
        .join(Account, Account.id == Grant.account_id)
        .outerjoin(Person, Person.id == Account.person_id)
        .outerjoin(giver, giver.id == Grant.granted_by)
        .outerjoin(giver_person, giver_person.id == giver.person_id)
        .where(in_force(today), within(actor, GRANTS, Grant.unit_id))
        .order_by(func.coalesce(Person.sort_name, Account.login), Grant.id)
    )
    for word in vietnamese.fold(name).split():
        query = query.where(
            or_(Person.search_key.contains(word, autoescape=True), Account.login.contains(word, autoescape=True))
        )
    return [GrantRow(**{**row._asdict(), "role": Role(row.role)}) for row in db.session.execute(query)]


def candidates(actor: Actor, name: str, today: date) -> list[Candidate]:
    """People at work in the actor's units (and accounts without a person, for who holds the root); at most 20."""
    words = vietnamese.fold(name).split()
    if not words:
        return []
    holds_root = exists(
        select(UnitPlace.id).where(
            UnitPlace.parent_id.is_(None), UnitPlace.unit_id.in_(sorted(actor.roots(GRANTS))), UnitPlace.to_on > today
        )
    )
    matches = [
        or_(Person.search_key.contains(word, autoescape=True), Account.login.contains(word, autoescape=True))
        for word in words
    ]
    at_work = exists(
        select(Posting.id).where(
            Posting.person_id == Person.id,
            Posting.is_primary,
            Posting.superseded_at.is_(None),
            Posting.from_on <= today,
            Posting.to_on > today,
        )
    )
    columns = (Person.id, Account.id, Person.full_name, Account.name, Account.login)
    of_people = (
        select(*columns)
        .select_from(Person)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(*matches, at_work, person_within(actor, GRANTS, today))
        .order_by(Person.sort_name, Person.id)
        .limit(MOST_CANDIDATES)
    )
    of_accounts = (
        select(*columns)
        .select_from(Account)
        .outerjoin(Person, Person.id == Account.person_id)
        .where(*matches, Account.person_id.is_(None), holds_root)
        .limit(MOST_CANDIDATES)
    )
    rows = [*db.session.execute(of_people), *db.session.execute(of_accounts)][:MOST_CANDIDATES]
    units = _units_of([row[0] for row in rows if row[0] is not None], today)
    return [
        Candidate(person, account, full_name or own_name or login, login or "", units.get(person, ""))
        for person, account, full_name, own_name, login in rows
    ]


def _units_of(person_ids: list[int], today: date) -> dict[int | None, str]:
    """Person → name of the unit of the latest primary posting."""
    rows = db.session.execute(
        select(Posting.person_id, UnitName.name)
        .join(UnitName, UnitName.unit_id == Posting.unit_id)
        .where(
            Posting.person_id.in_(person_ids),
            Posting.is_primary,
            Posting.superseded_at.is_(None),
            Posting.from_on <= today,
            UnitName.from_on <= today,
        )
        .order_by(Posting.from_on, UnitName.from_on)
    )
    return {row.person_id: row.name for row in rows}


def holds(account_id: int, role: Role, unit_id: int, today: date) -> bool:
    """Whether the account holds this very role at this very unit today."""
    query = select(Grant.id).where(
        Grant.account_id == account_id, Grant.role == role, Grant.unit_id == unit_id, in_force(today)
    )
    return db.session.scalar(query.limit(1)) is not None


def grant_for(actor: Actor, grant_id: int) -> Grant:
    """The grant, if it is at one of the actor's units; else 404."""
    found: Grant | None = db.session.scalar(
        select(Grant).where(Grant.id == grant_id, within(actor, GRANTS, Grant.unit_id))
    )
    return found if found is not None else abort(404)


def administrator_grants_besides(grant: Grant, today: date) -> int:
    """How many other administrator's grants the holder has today."""
    query = select(func.count()).where(
        Grant.account_id == grant.account_id, Grant.role == Role.ADMINISTRATOR, Grant.id != grant.id, in_force(today)
    )
    return db.session.scalar(query) or 0


@dataclass(frozen=True)
class GrantAtUnit:
    """A grant that reaches beyond a day at a unit that ends on it."""

    grant: Grant
    unit_id: int
    holder: str
    role: str


def grants_at(unit_ids: Iterable[int], on: date) -> list[GrantAtUnit]:
    """The grants at these units that would still hold on the day, by unit and holder."""
    rows = db.session.execute(
        select(
            Grant,
            func.coalesce(Person.full_name, func.nullif(Account.name, ""), Account.login),
        )
        .join(Account, Account.id == Grant.account_id)
        .outerjoin(Person, Person.id == Account.person_id)
        .where(Grant.unit_id.in_(sorted(set(unit_ids))), Grant.to_on > on, Grant.ended_at.is_(None))
        .order_by(Grant.unit_id, func.coalesce(Person.sort_name, Account.login), Grant.id)
    )
    return [GrantAtUnit(row[0], row[0].unit_id, row[1], ROLES_IN_LOG[Role(row[0].role)]) for row in rows]


def grants_cut_off(unit_ids: Iterable[int], on: date) -> list[tuple[GrantAtUnit, list[int]]]:
    """Grants that units had on the eve of the day on which they ended, each with the units where it went on.

    A grant that still stands at such a unit comes with none and is told by its `to_on` beyond the day.
    """
    wanted = sorted(set(unit_ids))
    holder = func.coalesce(Person.full_name, func.nullif(Account.name, ""), Account.login)
    rows = db.session.execute(
        select(Grant, holder)
        .join(Account, Account.id == Grant.account_id)
        .outerjoin(Person, Person.id == Account.person_id)
        .where(
            Grant.unit_id.in_(wanted),
            Grant.from_on < on,
            or_(Grant.to_on == on, and_(Grant.to_on > on, Grant.ended_at.is_(None))),
        )
        .order_by(Grant.unit_id, func.coalesce(Person.sort_name, Account.login), Grant.id)
    ).all()
    begun: dict[tuple[int, str], list[int]] = {}
    if not rows:
        return []
    for account_id, role, unit_id in db.session.execute(
        select(Grant.account_id, Grant.role, Grant.unit_id)
        .where(Grant.from_on == on, Grant.account_id.in_(sorted({row[0].account_id for row in rows})))
        .order_by(Grant.id)
    ):
        begun.setdefault((account_id, role), []).append(unit_id)
    return [
        (
            GrantAtUnit(grant, grant.unit_id, name, ROLES_IN_LOG[Role(grant.role)]),
            begun.get((grant.account_id, grant.role), []) if grant.to_on == on else [],
        )
        for grant, name in rows
    ]


BOUND = (Role.HR, Role.LEADER, Role.TRAINER)
"""Roles that hang on a place of work. An administrator's is ended by another administrator only."""


@dataclass(frozen=True)
class HeldByPerson:
    """A role of a person, and the days on which they work at its unit or below it."""

    grant: Grant
    login: str
    person_id: int | None
    worked: tuple[tuple[date, date], ...]


def held_by_people(person_ids: Iterable[int], today: date) -> list[HeldByPerson]:
    """The roles of these people that hold today or later and hang on where they work; two statements for 5,000 of them.

    Those at a unit that has ended are not among them: what becomes of them is decided where units are reorganised.
    """
    wanted = (
        select(Grant, Account.login, Account.person_id)
        .join(Account, Account.id == Grant.account_id)
        .join(Unit, and_(Unit.id == Grant.unit_id, Unit.valid_to > today))
        .where(Grant.role.in_(BOUND), Grant.to_on > today, Grant.ended_at.is_(None))
    )
    found = (
        row for some in slices(person_ids) for row in db.session.execute(wanted.where(Account.person_id.in_(some)))
    )
    rows = sorted(found, key=lambda row: row[0].id)
    if not rows:
        return []
    worked: dict[tuple[int | None, int], list[tuple[date, date]]] = {}
    for person_id, unit_id, from_on, to_on in db.session.execute(
        select(Posting.person_id, UnitClosure.ancestor_id, Posting.from_on, Posting.to_on)
        .join(UnitClosure, UnitClosure.unit_id == Posting.unit_id)
        .where(
            Posting.person_id.in_(sorted({row.person_id for row in rows})),
            UnitClosure.ancestor_id.in_(sorted({row[0].unit_id for row in rows})),
            UnitClosure.from_on < Posting.to_on,
            UnitClosure.to_on > Posting.from_on,
            Posting.is_primary,
            Posting.superseded_at.is_(None),
        )
    ):
        worked.setdefault((person_id, unit_id), []).append((from_on, to_on))
    return [
        HeldByPerson(grant, login, person_id, tuple(worked.get((person_id, grant.unit_id), ())))
        for grant, login, person_id in rows
    ]
