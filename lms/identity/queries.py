"""Reading accounts."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select

from lms.identity.models import Account, Grant, Role
from lms.organisation.models import Person
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


def account_for_session(account_id: int, today: date) -> AccountRow | None:
    """The account with its grants of today, in one statement; None if unknown or disabled."""
    rows = db.session.execute(
        select(
            Account.person_id,
            Account.login,
            Person.full_name,
            Account.session_stamp,
            Account.must_change,
            Account.notice_seen_at,
            Grant.role,
            Grant.unit_id,
        )
        .select_from(Account)
        .outerjoin(Person, Person.id == Account.person_id)
        .outerjoin(Grant, and_(Grant.account_id == Account.id, Grant.from_on <= today, Grant.to_on > today))
        .where(Account.id == account_id, Account.disabled_at.is_(None))
    ).all()
    if not rows:
        return None
    first = rows[0]
    return AccountRow(
        account_id=account_id,
        person_id=first.person_id,
        name=first.full_name or first.login,
        stamp=first.session_stamp,
        must_change=first.must_change,
        notice_seen=first.notice_seen_at is not None,
        grants=tuple((Role(row.role), row.unit_id) for row in rows if row.role),
    )
