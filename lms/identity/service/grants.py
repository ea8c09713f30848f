"""Roles at units: given, and taken back."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from lms.identity import queries, rules
from lms.identity.events import GrantEnded, GrantGiven, GrantLeftBehind
from lms.identity.labels import ROLES_IN_LOG
from lms.identity.models import Account, Grant, Role
from lms.identity.rules import ManageRefusal
from lms.identity.service.rows import hold
from lms.platform.columns import FOREVER
from lms.platform.db import db, lock
from lms.platform.events import By, emit
from lms.platform.forms import Refused


def give_grant(
    account: Account,
    *,
    role: Role,
    unit_id: int,
    by: By,
    today: date,
    now: datetime,
    from_on: date | None = None,
    to_on: date = FOREVER,
) -> Grant:
    """Give the account a role at a unit and below, from today on; Refused if it has that very role there."""
    lock(f"identity:grants:{account.id}")
    if queries.holds(account.id, role, unit_id, today):
        raise Refused(ManageRefusal.SAME_GRANT)
    grant = Grant(
        account_id=account.id, role=role, unit_id=unit_id, from_on=from_on or today, to_on=to_on,
        granted_by=by.account_id, recorded_at=now,
    )  # fmt: skip
    db.session.add(grant)
    db.session.flush()
    event = GrantGiven(
        login=account.login, role=ROLES_IN_LOG[role], unit=queries.unit_name(unit_id, today), unit_id=unit_id,
        person_id=account.person_id,
    )  # fmt: skip
    emit(event, by=by)
    return grant


def end_grant(grant: Grant, *, by: By, today: date, now: datetime) -> None:
    """Take a role back at once; Refused for one's own last administrator's role."""
    lock(f"identity:grants:{grant.account_id}")
    hold(grant)
    if refusal := rules.why_not_end_grant(
        is_own=grant.account_id == by.account_id,
        is_administrator=grant.role == Role.ADMINISTRATOR,
        other_administrator_grants=queries.administrator_grants_besides(grant, today),
        ended_at=grant.ended_at,
    ):
        raise Refused(refusal)
    grant.ended_at, grant.ended_by = now, by.account_id
    # The interval keeps at least its first day; `ended_at` takes the role away on that day too.
    grant.to_on = max(grant.from_on + timedelta(days=1), min(grant.to_on, today))
    account = db.session.get_one(Account, grant.account_id)
    event = GrantEnded(
        login=account.login, role=ROLES_IN_LOG[Role(grant.role)], unit=queries.unit_name(grant.unit_id, today),
        unit_id=grant.unit_id, person_id=account.person_id,
    )  # fmt: skip
    emit(event, by=by)


def follow_units(heirs: Mapping[int, int | None], *, on: date, by: By, now: datetime) -> None:
    """Let the roles at ended units go to the unit that takes it over from the day on; None: they end with it."""
    held = {
        (row.grant.account_id, row.grant.role, row.unit_id)
        for row in queries.grants_at([new for new in heirs.values() if new is not None], on)
    }
    for row in queries.grants_at(heirs, on):
        grant, new = row.grant, heirs[row.unit_id]
        moved_whole = grant.from_on >= on
        if new is not None and (grant.account_id, grant.role, new) not in held:
            db.session.add(
                Grant(
                    account_id=grant.account_id, role=grant.role, unit_id=new, from_on=max(grant.from_on, on),
                    to_on=grant.to_on, granted_by=grant.granted_by, recorded_at=now,
                )
            )  # fmt: skip
            held.add((grant.account_id, grant.role, new))
        if moved_whole:
            grant.ended_at, grant.ended_by = now, by.account_id
        else:
            grant.to_on = on
    db.session.flush()


def end_left_behind(person_ids: Iterable[int], *, by: By, today: date, now: datetime) -> int:
    """End the roles that people leave behind when they go to another unit, on the day of the move; how many.

    A move told late ends them today. A day before which a role does not begin ends it altogether.
    """
    ended = 0
    for held in queries.held_by_people(person_ids, today):
        grant, left = held.grant, rules.leaves_on(held.worked, held.grant.from_on)
        if left is None or left >= grant.to_on:
            continue
        on = max(left, today)
        if on <= grant.from_on:
            grant.ended_at, grant.ended_by = now, by.account_id
        else:
            grant.to_on = on
        event = GrantLeftBehind(
            login=held.login, role=ROLES_IN_LOG[Role(grant.role)], unit=queries.unit_name(grant.unit_id, today),
            on=on, unit_id=grant.unit_id, person_id=held.person_id,
        )  # fmt: skip
        emit(event, by=by)
        ended += 1
    db.session.flush()
    return ended
