"""Reading people with the state of their accounts, within the units of whoever asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import abort
from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from lms.identity.models import Account, Grant, Invitation, Role
from lms.identity.rules import AccountState
from lms.organisation.models import Person, Posting, UnitClosure, UnitName
from lms.organisation.scope import person_within, within
from lms.platform import vietnamese
from lms.platform.access import Actor, Permission
from lms.platform.db import db

MANAGE = Permission.IDENTITY_ACCOUNT_MANAGE


@dataclass(frozen=True)
class AccountFilter:
    """What the page of accounts is narrowed to; empty fields do not narrow."""

    unit_id: int | None = None
    department: str = ""
    state: AccountState | None = None
    name: str = ""


@dataclass(frozen=True)
class Choice:
    """A unit to choose."""

    id: int
    name: str


@dataclass(frozen=True)
class PersonAccount:
    """A person and where the account stands."""

    person_id: int
    full_name: str
    personal_id: str
    staff_code: str
    person_email: str
    unit_id: int
    unit: str
    department: str
    title: str
    left_on: date | None
    """The day on which the last posting ended, None while the person works."""
    account_id: int | None
    login: str
    email: str
    state: AccountState
    last_signed_in_at: datetime | None
    locked_until: datetime | None
    invited_until: datetime | None
    """Until when the newest unused link or code opens the account."""
    is_beyond: bool
    """Holds a role above or outside the units of whoever asks: only to be seen."""


def units_within(actor: Actor, permission: Permission, today: date) -> list[Choice]:
    """The units of today in which the actor holds the permission, in the order of their names."""
    rows = db.session.execute(
        select(UnitName.unit_id, UnitName.name)
        .where(UnitName.from_on <= today, UnitName.to_on > today, within(actor, permission, UnitName.unit_id))
        .order_by(UnitName.sort_name, UnitName.unit_id)
    )
    return [Choice(row.unit_id, row.name) for row in rows]


def unit_for(actor: Actor, permission: Permission, unit_id: int) -> int:
    """The unit's id, if the actor holds the permission there; else 404."""
    found = db.session.scalar(
        select(UnitName.unit_id)
        .where(UnitName.unit_id == unit_id, within(actor, permission, UnitName.unit_id))
        .limit(1)
    )
    return found if found is not None else abort(404)


def beyond_reach(actor: Actor, today: date) -> ColumnElement[bool]:
    """Whether the account holds a role that the actor may not touch.

    That is a role at a unit outside those where the actor manages accounts, or an administrator's role where the
    actor does not manage grants: otherwise a printed code would be a way to a higher office.
    """
    return exists(
        select(Grant.id).where(
            Grant.account_id == Account.id,
            Grant.from_on <= today,
            Grant.to_on > today,
            Grant.ended_at.is_(None),
            or_(
                ~within(actor, MANAGE, Grant.unit_id),
                and_(
                    Grant.role == Role.ADMINISTRATOR,
                    ~within(actor, Permission.IDENTITY_GRANT_MANAGE, Grant.unit_id),
                ),
            ),
        )
    )


def _state(now: datetime) -> ColumnElement[str]:
    return case(
        (Account.id.is_(None), literal(AccountState.NONE.value)),
        (Account.disabled_at.is_not(None), literal(AccountState.DISABLED.value)),
        (and_(Account.locked_until.is_not(None), Account.locked_until > now), literal(AccountState.LOCKED.value)),
        (Account.password_hash == "", literal(AccountState.INVITED.value)),
        else_=literal(AccountState.ACTIVE.value),
    )


def _people(actor: Actor, today: date, chosen: AccountFilter, *columns: Any, with_names: bool = False) -> Select[Any]:
    """Who works in the actor's units today, and who has left them but still has an account that opens."""
    later = aliased(Posting)
    is_last = ~exists(
        select(later.id).where(
            later.person_id == Posting.person_id,
            later.is_primary,
            later.superseded_at.is_(None),
            later.from_on > Posting.from_on,
            later.from_on <= today,
        )
    )
    query = (
        select(*columns)
        .select_from(Posting)
        .outerjoin(Account, Account.person_id == Posting.person_id)
        .where(
            Posting.is_primary,
            Posting.superseded_at.is_(None),
            Posting.from_on <= today,
            or_(
                Posting.to_on > today,
                and_(Account.id.is_not(None), Account.disabled_at.is_(None), is_last),
            ),
            within(actor, MANAGE, Posting.unit_id),
        )
    )
    if with_names or chosen.name:
        query = query.join(Person, Person.id == Posting.person_id)
    if chosen.unit_id is not None:
        query = query.where(
            Posting.unit_id.in_(select(UnitClosure.unit_id).where(UnitClosure.ancestor_id == chosen.unit_id))
        )
    if chosen.department:
        query = query.where(Posting.department == chosen.department)
    for word in vietnamese.fold(chosen.name).split():
        query = query.where(Person.search_key.contains(word, autoescape=True))
    return query


def counts_by_state(actor: Actor, chosen: AccountFilter, *, today: date, now: datetime) -> dict[AccountState, int]:
    """How many people there are in each state, whatever state the filter names."""
    state = _state(now)
    rows = db.session.execute(_people(actor, today, chosen, state, func.count()).group_by(state))
    return {AccountState(value): count for value, count in rows}


def departments_within(actor: Actor, unit_id: int, today: date) -> list[str]:
    """The departments of a unit (with those below) in which somebody works, in Vietnamese order."""
    query = _people(actor, today, AccountFilter(unit_id=unit_id), Posting.department).distinct()
    return sorted((name for name in db.session.scalars(query) if name), key=vietnamese.sort_key)


def _rows(query: Select[Any]) -> list[PersonAccount]:
    return [
        PersonAccount(**{**row._asdict(), "state": AccountState(row.state), "is_beyond": bool(row.is_beyond)})
        for row in db.session.execute(query)
    ]


def _full(actor: Actor, chosen: AccountFilter, *, today: date, now: datetime) -> Select[Any]:
    invited_until = (
        select(func.max(Invitation.expires_at))
        .where(Invitation.account_id == Account.id, Invitation.used_at.is_(None))
        .scalar_subquery()
    )
    name_on = (
        select(UnitName.name)
        .where(UnitName.unit_id == Posting.unit_id, UnitName.from_on <= today)
        .order_by(UnitName.from_on.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = _people(
        actor,
        today,
        chosen,
        Person.id.label("person_id"),
        Person.full_name,
        Person.personal_id,
        Person.staff_code,
        Person.email.label("person_email"),
        Posting.unit_id,
        func.coalesce(name_on, "").label("unit"),
        Posting.department,
        Posting.title,
        case((Posting.to_on <= today, Posting.to_on), else_=None).label("left_on"),
        Account.id.label("account_id"),
        func.coalesce(Account.login, "").label("login"),
        func.coalesce(Account.email, "").label("email"),
        _state(now).label("state"),
        Account.last_signed_in_at,
        Account.locked_until,
        invited_until.label("invited_until"),
        beyond_reach(actor, today).label("is_beyond"),
        with_names=True,
    ).order_by(Person.sort_name, Person.id)
    return query if chosen.state is None else query.where(_state(now) == chosen.state.value)


def page_of_people(
    actor: Actor, chosen: AccountFilter, *, offset: int, size: int, today: date, now: datetime
) -> list[PersonAccount]:
    """One page of the people with their accounts, by given name."""
    return _rows(_full(actor, chosen, today=today, now=now).offset(offset).limit(size))


def people_chosen(actor: Actor, person_ids: Sequence[int], *, today: date, now: datetime) -> list[PersonAccount]:
    """These people with their accounts; 404 if one of them is not in the actor's units."""
    rows = _rows(_full(actor, AccountFilter(), today=today, now=now).where(Person.id.in_(sorted(set(person_ids)))))
    if {row.person_id for row in rows} != set(person_ids):
        abort(404)
    return rows


def people_of_department(
    actor: Actor, unit_id: int, department: str, *, today: date, now: datetime
) -> list[PersonAccount]:
    """Who works in a department of a unit ("" for all departments), with their accounts."""
    chosen = AccountFilter(unit_id=unit_id, department=department)
    return [row for row in _rows(_full(actor, chosen, today=today, now=now)) if row.left_on is None]


def account_to_manage(actor: Actor, account_id: int, *, today: date) -> tuple[Account, bool]:
    """The account and whether it is beyond the actor's reach; 404 if its person works outside the actor's units."""
    row = db.session.execute(
        select(Account, beyond_reach(actor, today)).where(
            Account.id == account_id, person_within(actor, MANAGE, today, Account.person_id)
        )
    ).first()
    return (row[0], bool(row[1])) if row else abort(404)
