"""One-time ways in: a link by e-mail, a link on the command line, a printed code. Only hashes are kept."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import current_app
from sqlalchemy import insert, select, update

from lms.identity import labels, queries, rules
from lms.identity.events import (
    AccountInvited,
    CodesPrinted,
    InvitationUsed,
    LinkShown,
    PasswordLinkSent,
)
from lms.identity.models import Account, Invitation
from lms.identity.queries import PersonAccount
from lms.identity.rules import InvitationRefusal, ManageRefusal, NotInvited
from lms.identity.service.accounts import create_accounts
from lms.identity.service.passwords import set_password
from lms.identity.service.rows import hold
from lms.identity.service.signing_in import keyed_hash
from lms.organisation.models import Person
from lms.platform.db import db
from lms.platform.events import By, emit
from lms.platform.forms import Refused

LINK_PATH = "/kich-hoat/"
LINK, CODE = "link", "code"


@dataclass(frozen=True)
class Slip:
    """What is printed for one person; the code stands nowhere else."""

    name: str
    unit: str
    department: str
    login: str
    code: str


def _end_open(account_ids: Sequence[int], now: datetime) -> None:
    """Let the newest link or code be the only one that opens an account."""
    db.session.execute(
        update(Invitation)
        .where(Invitation.account_id.in_(account_ids), Invitation.used_at.is_(None), Invitation.expires_at > now)
        .values(expires_at=now)
        .execution_options(synchronize_session=False)
    )


def _new_links(account_ids: Sequence[int], now: datetime) -> dict[int, str]:
    """Make each account's new link and give its address."""
    tokens = {account_id: secrets.token_urlsafe(32) for account_id in account_ids}
    _end_open(account_ids, now)
    db.session.execute(
        insert(Invitation),
        [
            {
                "account_id": account_id, "kind": LINK, "token_hash": link_hash(token), "made_at": now,
                "expires_at": now + rules.INVITATION_LIFE,
            }
            for account_id, token in tokens.items()
        ],
    )  # fmt: skip
    site = current_app.config["LMS"].public_url
    return {account_id: f"{site}{LINK_PATH}{token}" for account_id, token in tokens.items()}


def link_hash(token: str) -> str:
    """What is kept of a link."""
    return hashlib.sha256(token.encode()).hexdigest()


def code_hash(code: str) -> str:
    """What is kept of a code: keyed, because a code is shorter than a link."""
    return keyed_hash(f"code:{rules.normal_code(code)}")


def one_time_link(account: Account, *, by: By, today: date, now: datetime) -> str:
    """Make a link to be handed over by hand (the command line); it ends any earlier one."""
    link = _new_links([account.id], now)[account.id]
    whose = queries.holder_of(account.id, today)
    emit(LinkShown(login=account.login, person_id=whose.person_id, unit_id=whose.unit_id), by=by)
    return link


def invite_by_email(account: Account, *, by: By, today: date, now: datetime) -> None:
    """Send a link to set the first password to the account's address, by way of the outbox."""
    whose = queries.holder_of(account.id, today)
    link = _new_links([account.id], now)[account.id]
    emit(_invited(account, link, name=whose.name, unit_id=whose.unit_id), by=by)


def _invited(account: Account, link: str, *, name: str, unit_id: int | None) -> AccountInvited:
    return AccountInvited(
        login=account.login, person_id=account.person_id, unit_id=unit_id, recipient=account.email,
        subject=labels.INVITATION_SUBJECT, body=_text(labels.INVITATION_BODY, account, name, link),
    )  # fmt: skip


def invite_people(people: Sequence[PersonAccount], *, by: By, now: datetime) -> tuple[int, list[NotInvited]]:
    """Invite whom one may; gives how many letters were written and the reasons for those who get none."""
    reasons = {
        row.person_id: rules.why_not_invite(
            state=row.state, address=row.email if row.account_id else row.person_email, is_beyond=row.is_beyond
        )
        for row in people
    }
    wanted = [row for row in people if reasons[row.person_id] is None]
    without = [row.person_id for row in wanted if row.account_id is None]
    persons = db.session.scalars(select(Person).where(Person.id.in_(without))).all() if without else []
    create_accounts(persons, by=by, now=now)
    accounts = {
        account.person_id: account
        for account in db.session.scalars(
            select(Account).where(Account.person_id.in_([row.person_id for row in wanted]))
        )
    }
    passed_over = [reason for reason in reasons.values() if reason is not None]
    # An address that turned out to be another account's login (a shared mailbox) gets no letter.
    reachable = [row for row in wanted if accounts[row.person_id].email]
    passed_over += [NotInvited.NO_ADDRESS] * (len(wanted) - len(reachable))
    if reachable:
        links = _new_links([accounts[row.person_id].id for row in reachable], now)
        for row in reachable:
            account = accounts[row.person_id]
            emit(_invited(account, links[account.id], name=row.full_name, unit_id=row.unit_id), by=by)
    return len(reachable), passed_over


def _text(template: str, account: Account, name: str, link: str) -> str:
    settings = current_app.config["LMS"]
    return template.format(name=name, login=account.login, link=link, city=settings.city_name, site=settings.public_url)


def forgotten(login: str, *, today: date, now: datetime) -> None:
    """Send a link for a new password, if the account exists, opens, and has an address; else do nothing.

    The caller must say the same in every case.
    """
    account = queries.account_by_login(rules.normal_login(login))
    if account is None or account.disabled_at is not None or not account.email:
        return
    last = queries.last_letter_at(account.id)
    if last is not None and now < last + rules.LETTER_PAUSE:
        return
    whose = queries.holder_of(account.id, today)
    link = _new_links([account.id], now)[account.id]
    event = PasswordLinkSent(
        login=account.login, person_id=whose.person_id, unit_id=whose.unit_id, recipient=account.email,
        subject=labels.RESET_SUBJECT, body=_text(labels.RESET_BODY, account, whose.name, link),
    )  # fmt: skip
    emit(event, by=whose)


def issue_codes(people: Sequence[PersonAccount], *, by: By, now: datetime) -> list[Slip]:
    """Make a one-time code for each of these people, and an account for those who have none.

    People whose account is closed, or beyond the reach of whoever asks, are left out; Refused if nobody is left.
    Earlier links and codes of the same people end. One event for each unit and department.
    """
    wanted = [row for row in people if row.state is not rules.AccountState.DISABLED and not row.is_beyond]
    if not wanted:
        raise Refused(ManageRefusal.NOBODY)
    without = [row.person_id for row in wanted if row.account_id is None]
    persons = db.session.scalars(select(Person).where(Person.id.in_(without))).all() if without else []
    made = create_accounts(persons, by=by, now=now)
    logins = {row.person_id: row.login or made[row.person_id].login for row in wanted}
    accounts = {row.person_id: row.account_id or made[row.person_id].id for row in wanted}
    _end_open(sorted(accounts.values()), now)
    codes = {row.person_id: _code() for row in wanted}
    db.session.execute(
        insert(Invitation),
        [
            {
                "account_id": accounts[person], "kind": CODE, "token_hash": code_hash(code), "made_at": now,
                "expires_at": now + rules.CODE_LIFE,
            }
            for person, code in codes.items()
        ],
    )  # fmt: skip
    groups: dict[tuple[int, str, str], list[str]] = {}
    for row in wanted:
        groups.setdefault((row.unit_id, row.unit, row.department), []).append(logins[row.person_id])
    for (unit_id, unit, department), members in groups.items():
        event = CodesPrinted(
            department=department or unit, count=len(members), logins=tuple(sorted(members)), unit_id=unit_id
        )
        emit(event, by=by)
    return [
        Slip(row.full_name, row.unit, row.department, logins[row.person_id], rules.grouped_code(codes[row.person_id]))
        for row in wanted
    ]


def _code() -> str:
    return "".join(secrets.choice(rules.CODE_LETTERS) for _ in range(rules.CODE_LENGTH))


def open_by_link(token: str, *, password: str, today: date, now: datetime) -> Account:
    """Set the password by a link, once; raises Refused(InvitationRefusal or Weakness)."""
    return _open(queries.invitation_by_hash(link_hash(token), LINK), password, today, now)


def open_by_code(login: str, *, code: str, password: str, today: date, now: datetime) -> Account:
    """Set the password by login and printed code, once; raises Refused(InvitationRefusal or Weakness)."""
    found = queries.invitation_by_hash(code_hash(code), CODE)
    if found is not None and found[1].login != rules.normal_login(login):
        found = None
    return _open(found, password, today, now)


def why_not_link(token: str, *, now: datetime) -> InvitationRefusal | None:
    """Say why a link opens nothing, or None; changes nothing."""
    found = queries.invitation_by_hash(link_hash(token), LINK)
    return InvitationRefusal.UNKNOWN if found is None else _why_not(*found, now)


def _why_not(invitation: Invitation, account: Account, now: datetime) -> InvitationRefusal | None:
    return rules.why_not_use(
        used_at=invitation.used_at, expires_at=invitation.expires_at, disabled_at=account.disabled_at, now=now
    )


def _open(found: tuple[Invitation, Account] | None, password: str, today: date, now: datetime) -> Account:
    if found is None:
        raise Refused(InvitationRefusal.UNKNOWN)
    invitation, account = found
    hold(invitation)
    if refusal := _why_not(invitation, account, now):
        raise Refused(refusal)
    whose = queries.holder_of(account.id, today)
    set_password(account, password=password, by=whose, today=today)
    invitation.used_at = now
    account.last_signed_in_at = now
    db.session.flush()
    _end_open([account.id], now)
    kind = labels.INVITATION_KINDS[invitation.kind]
    emit(InvitationUsed(login=account.login, kind=kind, person_id=whose.person_id, unit_id=whose.unit_id), by=whose)
    return account
