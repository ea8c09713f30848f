"""Duties follow where people work; a posting put right so that it began earlier brings no due day forward."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from lms.plan.derive import Scope
from lms.plan.events import ToldDaysStayed
from lms.plan.models import DueGrant, Obligation, Requirement
from lms.plan.queries.effects import derived_obligations
from lms.plan.rules import FOREVER
from lms.plan.service.derivation import FEW, derived, refresh_people, write
from lms.platform.db import db
from lms.platform.events import By, emit

FIRST_CYCLE = sa.or_(Requirement.repeat_months.is_(None), Obligation.cycle == 0)
"""A renewal is due when the result before it expires, whoever works where."""


def refresh_posted(person_ids: Iterable[int], *, by: By, today: date, now: datetime) -> None:
    """Derive these people anew after their postings changed; a due day that has been told never comes earlier."""
    people = sorted(set(person_ids))
    if len(people) > FEW:
        with derived(Scope(person_ids=people)) as derivation:
            shortened = _shortened_in_bulk(today)
            if not shortened:
                write(derivation)
    else:
        told = _told(people, today) if people else {}
        refresh_people(people)
        shortened = _shortened(told, today)
    if not shortened:
        return
    values = {
        "kind": "kept",
        "granted_on": today,
        "reason": f"Vị trí công tác được ghi lại ngày {today:%d/%m/%Y}",
        "decision": "",
        "account_id": by.account_id,
        "recorded_at": now,
    }
    db.session.execute(sa.insert(DueGrant), [{**row, **values} for row in shortened])
    refresh_people(people if len(people) > FEW else {row["person_id"] for row in shortened})
    emit(ToldDaysStayed(kept=len(shortened)), by=by)


_COLUMNS = (
    Obligation.person_id,
    Obligation.requirement_id,
    Obligation.cycle,
    Obligation.opened_on,
    Obligation.closes_on,
    Obligation.due_on,
    Obligation.fulfilled_on,
)


def _begun(today: date) -> sa.Select[*tuple[Any, ...]]:
    """The obligations that had begun and had a due day."""
    return (
        sa.select(*_COLUMNS)
        .join(Requirement, Requirement.id == Obligation.requirement_id)
        .where(Obligation.opened_on <= today, Obligation.due_on < FOREVER, FIRST_CYCLE)
    )


def _told(people: Sequence[int], today: date) -> dict[tuple[int, int, int], Any]:
    rows = db.session.execute(_begun(today).where(Obligation.person_id.in_(people)))
    return {tuple(row[:3]): row for row in rows}


def _shortened(told: dict[tuple[int, int, int], Any], today: date) -> list[dict[str, Any]]:
    """What must be written down so that the days told stay; nothing for what ends with this very change."""
    found = []
    if told:
        for now_is in _told(sorted({key[0] for key in told}), today).values():
            was = told.get(tuple(now_is[:3]))
            if was is None or now_is.due_on >= was.due_on:
                continue
            # What ends with this very change needs no day any more.
            if now_is.fulfilled_on < FOREVER or now_is.closes_on > today or now_is.closes_on == was.closes_on:
                found.append(_row(was, now_is.fulfilled_on))
    return found


def _shortened_in_bulk(today: date) -> list[dict[str, Any]]:
    """The same while the new obligations lie in the work table and nothing is written yet."""
    now_is = derived_obligations()
    same = [now_is.c[name] == Obligation.__table__.c[name] for name in ("person_id", "requirement_id", "cycle")]
    goes_on = sa.or_(
        now_is.c.fulfilled_on < FOREVER, now_is.c.closes_on > today, now_is.c.closes_on == Obligation.closes_on
    )
    statement = _begun(today).add_columns(now_is.c.fulfilled_on.label("done_on")).join(now_is, sa.and_(*same))
    rows = db.session.execute(statement.where(now_is.c.due_on < Obligation.due_on, goes_on))
    return [_row(row, row.done_on) for row in rows]


def _row(was: Any, done_on: date) -> dict[str, Any]:
    """A grant that is for the obligation as it now stands: `rules.GrantFact.is_for`."""
    return {
        "person_id": was.person_id,
        "requirement_id": was.requirement_id,
        "cycle": was.cycle,
        "opened_on": min(was.opened_on, done_on),
        "due_on": was.due_on,
        "was_due_on": was.due_on,
    }
