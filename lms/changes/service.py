"""Proposing, previewing, approving, applying and taking back an act on many people."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any, TypeVar

import sqlalchemy as sa

from lms.changes import journal, kinds, queries, rules
from lms.changes.events import ChangeApplied, ChangeApproved, ChangeProposed, ChangeUndone, ChangeWithdrawn
from lms.changes.kinds import Effect, Unusable
from lms.changes.models import ChangeEffect, ChangeSet
from lms.changes.rules import Refusal
from lms.changes.tally import Tally, row_of
from lms.platform.db import db
from lms.platform.events import By, emit
from lms.platform.forms import Refused

REQUIREMENT_TABLES = ("requirement", "requirement_course", "course_equivalent", "cycle", "audience")
SLICE = 5_000
T = TypeVar("T")
UNIT_TABLES = ("unit", "unit_name", "unit_place", "succession", "reform")


def propose(
    kind: str, *, title: str, payload: Mapping[str, Any], unit_id: int | None, by: By, now: datetime
) -> ChangeSet:
    """Write down what somebody wants to do; nothing of it is done."""
    if kinds.kind_of(kind).act is None:
        raise LookupError(f"{kind} is done at once or not at all")
    change = ChangeSet(
        kind=kinds.kind_of(kind).name,
        title=title[:300],
        payload=dict(payload),
        unit_id=unit_id,
        proposed_by=by.account_id,
        proposer=by.name,
        proposed_at=now,
        summary={},
        approver="",
        undo_reason="",
        said="",
    )
    db.session.add(change)
    db.session.flush()
    emit(ChangeProposed(unit_id=unit_id, change_id=change.id, title=change.title), by=by)
    return change


def preview(change: ChangeSet, *, by: By, now: datetime, today: date) -> Tally:
    """Find out exactly what would happen, by doing it and taking it back; what it meets is kept with the change set.

    When it cannot be done, `change.said` tells why and nobody is met.
    """
    _lock(change)
    savepoint = db.session.begin_nested()
    said: tuple[str, ...] = ()
    with TemporaryFile("w+", encoding="utf-8") as spool:
        tally = Tally()
        try:
            with _watched(change, today) as effects:
                _act(change, by, now)
                tally.take(effects(), spool)
        except Unusable as unusable:
            said = unusable.sentences
        finally:
            savepoint.rollback()
            db.session.expire_all()
        db.session.execute(sa.delete(ChangeEffect).where(ChangeEffect.change_id == change.id))
        change.said = " ".join(said)[:600]
        change.looked_at = None if said else now
        change.approved_at = change.approved_by = None
        change.summary = {} if said else tally.summary()
        db.session.flush()
        if not said:
            _keep(change, spool)
    return tally


def _act(change: ChangeSet, by: By, now: datetime) -> Any:
    """Do it; an error that says why it cannot be done becomes Unusable."""
    kind = kinds.kind_of(change.kind)
    assert kind.act is not None, "it was proposed"
    try:
        done = kind.act(change.payload, change.id, by, now)
        db.session.flush()
    except Exception as error:
        if sentences := kind.says(error):
            raise Unusable(*sentences) from error
        raise
    return done


def _keep(change: ChangeSet, spool: IO[str]) -> None:
    """Write the effects down, so many at a time."""
    spool.seek(0)
    place = 0
    while lines := list(islice(spool, SLICE)):
        rows = [row_of(change.id, place + n, line) for n, line in enumerate(lines, 1)]
        db.session.execute(sa.insert(ChangeEffect.__table__), rows)
        place += len(lines)


@contextmanager
def _watched(change: ChangeSet, today: date) -> Iterator[Callable[[], Iterator[Effect]]]:
    """Let everybody who can tell of effects watch what happens inside."""
    day = max(today, kinds.kind_of(change.kind).day(change.payload, today))
    with ExitStack() as stack:
        tellers = [stack.enter_context(watcher(day)) for watcher in kinds.watchers()]
        yield lambda: (effect for tell in tellers for effect in tell())


def approve(change: ChangeSet, *, by: By, now: datetime) -> None:
    """Agree to what was previewed, as a second person; Refused otherwise."""
    _lock(change)
    state = queries.state_of(change)
    if refusal := rules.why_not_approve(state, is_own=by.account_id == change.proposed_by):
        raise Refused(refusal)
    if change.approved_at is not None:
        return
    change.approved_by, change.approver, change.approved_at = by.account_id, by.name, now
    emit(ChangeApproved(unit_id=change.unit_id, change_id=change.id, title=change.title), by=by)


def withdraw(change: ChangeSet, *, by: By, now: datetime) -> None:
    """Give a proposal up; Refused once it was applied."""
    _lock(change)
    if refusal := rules.why_not_withdraw(queries.state_of(change)):
        raise Refused(refusal)
    change.withdrawn_at = now
    emit(ChangeWithdrawn(unit_id=change.unit_id, change_id=change.id, title=change.title), by=by)


def apply(change: ChangeSet, *, needs_approval: bool, by: By, now: datetime, today: date) -> int:
    """Do exactly what was previewed, noting every row; returns how many rows of facts changed.

    Refused when it was not seen or approved, was done before, or would do something else than what was seen. Raises
    Unusable when it can no longer be done. Either way nothing is changed.
    """
    _lock(change)
    if refusal := rules.why_not_apply(queries.state_of(change), needs_approval=needs_approval):
        raise Refused(refusal)
    savepoint = db.session.begin_nested()
    try:
        connection = db.session.connection()
        with _watched(change, today) as effects:
            with journal.recording(connection, change.id):
                _act(change, by, now)
            tally = Tally()
            tally.take(effects())
            if tally.summary() != change.summary:
                raise Refused(Refusal.CHANGED_MEANWHILE)
        savepoint.commit()
    except BaseException:
        if savepoint.is_active:
            savepoint.rollback()
        raise
    rows = sum(len(rows) for rows in journal.net_rows(connection, change.id).values())
    change.applied_by, change.applied_at = by.account_id, now
    db.session.flush()
    emit(ChangeApplied(unit_id=change.unit_id, change_id=change.id, title=change.title, rows=rows), by=by)
    return rows


def carry_out(
    kind: str,
    act: Callable[[int], T],
    *,
    title: str,
    unit_id: int | None,
    by: By,
    now: datetime,
    today: date,
    payload: Mapping[str, Any] | None = None,
) -> T:
    """Do at once what its own page has shown, noted and undoable like any other; returns what the act gives.

    The act is told the number of the change set. Its errors come out as they are, and nothing is changed. What changes
    no row of facts leaves no change set.
    """
    savepoint = db.session.begin_nested()
    try:
        rows, done = _done_at_once(kind, act, title, unit_id, by, now, today, payload or {})
        savepoint.commit() if rows else savepoint.rollback()
    except BaseException:
        if savepoint.is_active:
            savepoint.rollback()
        raise
    return done


def _done_at_once(
    kind: str,
    act: Callable[[int], T],
    title: str,
    unit_id: int | None,
    by: By,
    now: datetime,
    today: date,
    payload: Mapping[str, Any],
) -> tuple[int, T]:
    """The number of rows of facts that it changed, and what the act gives."""
    change = ChangeSet(
        kind=kinds.kind_of(kind).name,
        title=title[:300],
        payload=dict(payload),
        unit_id=unit_id,
        proposed_by=by.account_id,
        proposer=by.name,
        proposed_at=now,
        looked_at=now,
        applied_by=by.account_id,
        applied_at=now,
        summary={},
        approver="",
        undo_reason="",
        said="",
    )
    db.session.add(change)
    db.session.flush()
    connection, tally = db.session.connection(), Tally()
    with TemporaryFile("w+", encoding="utf-8") as spool:
        with _watched(change, today) as effects:
            with journal.recording(connection, change.id):
                done = act(change.id)
                db.session.flush()
            tally.take(effects(), spool)
        _keep(change, spool)
    change.summary = tally.summary()
    rows = sum(len(rows) for rows in journal.net_rows(connection, change.id).values())
    db.session.flush()
    emit(ChangeApplied(unit_id=unit_id, change_id=change.id, title=change.title, rows=rows), by=by)
    return rows, done


def undo(change: ChangeSet, *, reason: str, by: By, now: datetime, today: date) -> int:
    """Put every row of facts back as it was and derive what follows; returns how many.

    Refused unless it stands applied. Raises journal.CannotUndo, with what stands in the way, and changes nothing.
    """
    _lock(change)
    if refusal := rules.why_not_undo(queries.state_of(change)):
        raise Refused(refusal)
    db.session.flush()
    net = journal.put_back(db.session.connection(), change.id)
    db.session.expire_all()
    change.undone_by, change.undone_at, change.undo_reason = by.account_id, now, reason[:300]
    db.session.flush()
    event = ChangeUndone(
        unit_id=change.unit_id,
        change_id=change.id,
        title=change.title,
        reason=reason,
        rows=sum(len(rows) for rows in net.values()),
        tables=tuple(sorted(net)),
        person_ids=_ids(net, {"person": "id"}, "person_id"),
        requirement_ids=_ids(_only(net, REQUIREMENT_TABLES), {"requirement": "id"}, "requirement_id"),
        unit_ids=_ids(_only(net, UNIT_TABLES), {"unit": "id"}, "unit_id"),
        today=today,
    )
    emit(event, by=by)
    return event.rows


def _only(net: Mapping[str, list[journal.Net]], tables: tuple[str, ...]) -> dict[str, list[journal.Net]]:
    return {name: net[name] for name in tables if name in net}


def _ids(net: Mapping[str, list[journal.Net]], own: Mapping[str, str], column: str) -> tuple[int, ...]:
    """The ids of one thing in all rows that were put back."""
    found = set()
    for table, rows in net.items():
        name = own.get(table, column)
        for row in rows:
            for values in (journal.values_of(row.before), journal.values_of(row.after)):
                if values.get(name) is not None:
                    found.add(int(values[name]))
    return tuple(sorted(found))


def _lock(change: ChangeSet) -> None:
    db.session.flush()
    db.session.refresh(change, with_for_update=True)
