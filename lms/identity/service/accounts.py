"""Making accounts from people; ending and re-opening them."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select

from lms.identity import queries, rules
from lms.identity.events import AccountDisabled, AccountEnabled, AccountsMade, AccountUnlocked, NoticeRead
from lms.identity.models import Account, Role
from lms.identity.rules import ManageRefusal
from lms.identity.service.grants import give_grant
from lms.identity.service.rows import hold
from lms.organisation.models import Person, Posting
from lms.platform.db import db, lock
from lms.platform.events import By, emit
from lms.platform.forms import Refused


def create_account(person: Person, *, by: By, now: datetime, login: str = "") -> Account:
    """Make the person's account, without a password: a link, a code or `set_password` opens it.

    `login` overrides the rule of `rules.login_for`. One account a person: a second one is a database error.
    """
    if login:
        chosen = rules.normal_login(login)
        account = Account(person_id=person.id, login=chosen, email=person.email.lower(), created_at=now)
        db.session.add(account)
        db.session.flush()
        emit(AccountsMade(count=1, logins=(chosen,), person_id=person.id), by=by)
        return account
    return create_accounts([person], by=by, now=now)[person.id]


def account_of(*, person_id: int | None, account_id: int | None, by: By, now: datetime) -> Account:
    """The account with this id, else the person's account, made if there is none yet."""
    if account_id is not None:
        return db.session.get_one(Account, account_id)
    found = db.session.scalar(select(Account).where(Account.person_id == person_id))
    return found or create_account(db.session.get_one(Person, person_id), by=by, now=now)


def create_accounts(people: Sequence[Person], *, by: By, now: datetime) -> dict[int, Account]:
    """Make accounts for people who have none, all at once; gives person id → account.

    Who was given one meanwhile (a button pressed twice) keeps it.
    """
    if not people:
        return {}
    lock("identity:logins")
    had = _accounts_of(people)
    everyone, people = people, [person for person in people if person.id not in had]
    if not people:
        return had
    wanted = {text.strip().lower() for person in people for text in (person.email, person.staff_code) if text.strip()}
    taken = queries.logins_taken(wanted)
    rows: list[dict[str, Any]] = []
    for person in people:
        login = rules.login_for(email=person.email, staff_code=person.staff_code, opaque=_opaque(), taken=taken)
        taken.add(login)
        # An address that is somebody else's login is a shared mailbox: no link may ever go there.
        own_mailbox = person.email.strip().lower() == login
        rows.append({"person_id": person.id, "login": login, "email": login if own_mailbox else "", "created_at": now})
    db.session.execute(insert(Account), rows)
    unit_id = db.session.scalar(
        select(Posting.unit_id)
        .where(Posting.person_id == people[0].id, Posting.is_primary, Posting.superseded_at.is_(None))
        .order_by(Posting.from_on.desc())
        .limit(1)
    )
    one = people[0].id if len(people) == 1 else None
    logins = tuple(sorted(row["login"] for row in rows))
    emit(AccountsMade(count=len(rows), logins=logins, unit_id=unit_id, person_id=one), by=by)
    return _accounts_of(everyone)


def _accounts_of(people: Sequence[Person]) -> dict[int, Account]:
    found = db.session.scalars(select(Account).where(Account.person_id.in_([person.id for person in people])))
    return {account.person_id: account for account in found if account.person_id is not None}


def _opaque() -> str:
    """Seven signs that say nothing about the person."""
    return "".join(secrets.choice(rules.CODE_LETTERS) for _ in range(7))


def create_first_administrator(*, name: str, email: str, unit_id: int, by: By, today: date, now: datetime) -> Account:
    """Make an account without a person that administers the tree from `unit_id` down; for the start of a city."""
    login = rules.normal_login(email)
    account = Account(login=login, email=login, name=name, created_at=now)
    db.session.add(account)
    db.session.flush()
    emit(AccountsMade(count=1, logins=(login,), unit_id=unit_id), by=by)
    give_grant(account, role=Role.ADMINISTRATOR, unit_id=unit_id, by=by, today=today, now=now)
    return account


def unlock(account: Account, *, by: By, today: date) -> None:
    """Lift the lock after wrong passwords."""
    hold(account)
    if account.locked_until is None:
        raise Refused(ManageRefusal.ALREADY_SO)
    account.failures, account.failed_at, account.locked_until = 0, None, None
    whose = queries.holder_of(account.id, today)
    emit(AccountUnlocked(login=account.login, person_id=whose.person_id, unit_id=whose.unit_id), by=by)


def disable(account: Account, *, by: By, today: date, now: datetime) -> None:
    """Close the account: no sign-in, every open session ends, open links and codes are refused."""
    hold(account)
    if refusal := rules.why_not_disable(is_own=account.id == by.account_id, disabled_at=account.disabled_at):
        raise Refused(refusal)
    account.disabled_at = now
    account.session_stamp += 1
    whose = queries.holder_of(account.id, today)
    emit(AccountDisabled(login=account.login, person_id=whose.person_id, unit_id=whose.unit_id), by=by)


def enable(account: Account, *, by: By, today: date) -> None:
    """Open a closed account again, with the password it had."""
    hold(account)
    if account.disabled_at is None:
        raise Refused(ManageRefusal.ALREADY_SO)
    account.disabled_at = None
    whose = queries.holder_of(account.id, today)
    emit(AccountEnabled(login=account.login, person_id=whose.person_id, unit_id=whose.unit_id), by=by)


def read_notice(account_id: int, *, by: By, today: date, now: datetime) -> None:
    """Note that the personal-data notice was read; the first time counts."""
    account = db.session.get_one(Account, account_id, with_for_update=True)
    if account.notice_seen_at is not None:
        return
    account.notice_seen_at = now
    whose = queries.holder_of(account_id, today)
    emit(NoticeRead(person_id=whose.person_id, unit_id=whose.unit_id), by=by)
