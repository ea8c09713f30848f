"""Reading one account: for the session, for sign-in, for a link or a code."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, or_, select

from lms.identity.models import Account, Grant, Invitation, Role
from lms.organisation.models import Person, Posting
from lms.platform.db import db


@dataclass(frozen=True)
class AccountRow:
    """What a session needs to know of an account."""

    account_id: int
    person_id: int | None
    name: str
    stamp: int
    must_change: bool
    notice_seen: bool
    grants: tuple[tuple[Role, int], ...]


@dataclass(frozen=True)
class Holder:
    """Whose account it is, as someone who acts (a `By`) and as someone an event is about."""

    account_id: int | None
    name: str
    person_id: int | None
    unit_id: int | None
    """Where the person works (or last worked); the unit in whose log the event belongs."""


# Built once: every request of somebody signed in begins with it.
_ACCOUNT: Select[*tuple[Any, ...]] = (
    select(
        Account.person_id,
        Account.login,
        Account.name,
        Person.full_name,
        Account.session_stamp,
        Account.must_change,
        Account.notice_seen_at,
        Grant.role,
        Grant.unit_id,
    )
    .select_from(Account)
    .outerjoin(Person, Person.id == Account.person_id)
    .outerjoin(
        Grant,
        and_(
            Grant.account_id == Account.id,
            Grant.from_on <= bindparam("today"),
            Grant.to_on > bindparam("today"),
            Grant.ended_at.is_(None),
        ),
    )
    .where(Account.id == bindparam("account_id"), Account.disabled_at.is_(None))
)


def account_for_session(account_id: int, today: date) -> AccountRow | None:
    """The account with its grants of today, in one statement; None if unknown or disabled."""
    rows = db.session.execute(_ACCOUNT, {"account_id": account_id, "today": today}).all()
    if not rows:
        return None
    first = rows[0]
    return AccountRow(
        account_id=account_id,
        person_id=first.person_id,
        name=first.full_name or first.name or first.login,
        stamp=first.session_stamp,
        must_change=first.must_change,
        notice_seen=first.notice_seen_at is not None,
        grants=tuple((Role(row.role), row.unit_id) for row in rows if row.role),
    )


_BY_LOGIN = (
    select(Account)
    .where(or_(Account.login == bindparam("login"), Account.email == bindparam("login")))
    .order_by(case((Account.login == bindparam("login"), 0), else_=1), Account.id)
    .limit(1)
)


def account_by_login(login: str) -> Account | None:
    """The account with this login, else with this e-mail address (already lower case); None if there is none."""
    if not login:
        return None
    return db.session.scalars(_BY_LOGIN, {"login": login}).first()


_HOLDER: Select[*tuple[Any, ...]] = (
    select(Account.person_id, Account.login, Account.name, Person.full_name, Posting.unit_id)
    .select_from(Account)
    .outerjoin(Person, Person.id == Account.person_id)
    .outerjoin(
        Posting,
        and_(
            Posting.person_id == Account.person_id,
            Posting.is_primary,
            Posting.superseded_at.is_(None),
            Posting.from_on <= bindparam("today"),
        ),
    )
    .where(Account.id == bindparam("account_id"))
    .order_by(Posting.from_on.desc())
    .limit(1)
)


def holder_of(account_id: int, today: date) -> Holder:
    """The name behind an account and where its person works."""
    row = db.session.execute(_HOLDER, {"account_id": account_id, "today": today}).one()
    return Holder(account_id, row.full_name or row.name or row.login, row.person_id, row.unit_id)


def invitation_by_hash(token_hash: str, kind: str) -> tuple[Invitation, Account] | None:
    """The link or code with this hash, with its account; None if there never was one."""
    row = db.session.execute(
        select(Invitation, Account)
        .join(Account, Account.id == Invitation.account_id)
        .where(Invitation.token_hash == token_hash, Invitation.kind == kind)
    ).first()
    return (row[0], row[1]) if row else None


def last_letter_at(account_id: int) -> datetime | None:
    """When the account was last sent a link, None if never."""
    return db.session.scalar(
        select(func.max(Invitation.made_at)).where(Invitation.account_id == account_id, Invitation.kind == "link")
    )


def logins_taken(wanted: Iterable[str]) -> set[str]:
    """Which of these logins some account already has."""
    return set(db.session.scalars(select(Account.login).where(Account.login.in_(sorted(set(wanted))))))
