"""Proposing, previewing, approving, applying and taking back an act on many people."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from tempfile import TemporaryFile
from typing import Any, TypeVar

import sqlalchemy as sa

from lms.changes import journal, kinds, queries, rules
from lms.changes.events import ChangeApplied, ChangeApproved, ChangeProposed, ChangeUndone, ChangeWithdrawn
from lms.changes.kinds import Unusable
from lms.changes.models import ChangeSet
from lms.changes.rules import Refusal
from lms.changes.service import effects
from lms.platform.db import db
from lms.platform.events import By, emit
from lms.platform.forms import Refused

REQUIREMENT_TABLES = ("requirement", "requirement_course", "course_equivalent", "cycle", "audience")
UNIT_TABLES = ("unit", "unit_name", "unit_place", "succession", "reform")
T = TypeVar("T")
Step = Callable[[str], None]
"""Told the name of each step as it ends, or begins; may raise to leave off."""


class MeetsOthers(Refused):
    """The act would meet people otherwise than was seen; the first few of them."""

    def __init__(self, names: list[str]) -> None:
        """Keep the names."""
        super().__init__(Refusal.CHANGED_MEANWHILE)
        self.names = names


def quietly(_step: str) -> None:
    """Tell nobody."""


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


def preview(change: ChangeSet, *, by: By, now: datetime, today: date, step: Step = quietly) -> None:
    """Find out exactly what would happen, by doing it and taking it back; whom it meets is kept with the change set.

    When it cannot be done, `change.said` tells why and nobody is met. `step` is told how far it is.
    """
    _lock(change)
    savepoint = db.session.begin_nested()
    said: tuple[str, ...] = ()
    told: dict[str, Any] = {}
    with TemporaryFile("w+b") as file:
        try:
            with _stepping(step), kinds.watching(_day(change, today), dry=True) as watch:
                told = _noted(change, lambda: _act(change, by, now))[0]
                step("effects")
                effects.pour(change.id, _met(change, watch), file)
                warnings = watch.warnings()
                told |= warnings | ({"warned": sorted(warnings)} if warnings else {})
        except Unusable as unusable:
            said = unusable.sentences
        finally:
            savepoint.rollback()
            db.session.expire_all()
        change.said = " ".join(said)[:600]
        change.looked_at = None if said else now
        change.approved_at = change.approved_by = None
        db.session.flush()
        if said:
            effects.forget(change.id)
            change.summary = {}
        else:
            step("kept")
            effects.pour_back(change.id, file)
            told["letters"] += kinds.tell(change, dry=True, now=now)
            change.summary = effects.counts(change.id) | told
        db.session.flush()


def _day(change: ChangeSet, today: date) -> date:
    return max(today, kinds.kind_of(change.kind).day(change.payload, today))


def _met(change: ChangeSet, watch: kinds.Watch) -> effects.Told:
    """Whom the act has met, right after it was done."""
    met = kinds.kind_of(change.kind).met
    return effects.all_of(watch.effects(), met(change.payload, change.id) if met is not None else None)


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


def _noted(change: ChangeSet, act: Callable[[], T]) -> tuple[dict[str, Any], T]:
    """Act while the database notes every row; gives how many rows of facts and letters, and what the act gives."""
    connection, letters = db.session.connection(), 0

    def count(session: Any, *_: Any) -> None:
        nonlocal letters
        letters += sum(getattr(row, "__tablename__", "") == "letter" for row in session.new)

    sa.event.listen(db.session, "before_flush", count)
    in_bulk = db.session.info.get("letters", 0)
    try:
        with journal.recording(connection, change.id):
            done = act()
            db.session.flush()
    finally:
        sa.event.remove(db.session, "before_flush", count)
    return {
        "rows": journal.net_counts(connection, change.id),
        "letters": letters + db.session.info.get("letters", 0) - in_bulk,
    }, done


@contextmanager
def _stepping(step: Step) -> Iterator[None]:
    """Let derivations inside say each of their steps."""
    db.session.info["step"] = step
    try:
        yield
    finally:
        del db.session.info["step"]


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


def apply(change: ChangeSet, *, needs_approval: bool, by: By, now: datetime, today: date, step: Step = quietly) -> int:
    """Do what was previewed, noting every row; returns how many rows of facts changed.

    Refused when it was not seen or approved, was done before, or would meet anybody otherwise than was seen. Raises
    Unusable when it can no longer be done. Either way nothing is changed.
    """
    _lock(change)
    if refusal := rules.why_not_apply(queries.state_of(change), needs_approval=needs_approval):
        raise Refused(refusal)
    savepoint = db.session.begin_nested()
    try:
        with _stepping(step), kinds.watching(_day(change, today), dry=False) as watch:
            told, _done = _noted(change, lambda: _act(change, by, now))
            step("effects")
            found = _met(change, watch)
            if not effects.are_kept(change.id, found):
                if strangers := effects.unseen(change.id, found):
                    raise MeetsOthers(strangers)
                effects.write(change.id, found)
        savepoint.commit()
    except BaseException:
        if savepoint.is_active:
            savepoint.rollback()
            db.session.expire_all()
        raise
    change.said = ""
    # What whoever decided was warned of stays readable: it cannot be worked out again beside the duties it is about.
    warned = _warned(change.summary)
    told["letters"] += kinds.tell(change, now=now)
    change.summary = effects.counts(change.id) | told | warned
    change.applied_by, change.applied_at = by.account_id, now
    db.session.flush()
    rows = int(sum(told["rows"].values()))
    emit(ChangeApplied(unit_id=change.unit_id, change_id=change.id, title=change.title, rows=rows), by=by)
    return rows


def _warned(summary: Mapping[str, Any]) -> dict[str, Any]:
    """The warnings in a summary, with the list of them."""
    names = summary.get("warned", [])
    return {name: summary[name] for name in (*names, "warned")} if names else {}


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
    with kinds.watching(_day(change, today), dry=False) as watch:
        told, done = _noted(change, lambda: act(change.id))
        effects.write(change.id, watch.effects())
    told["letters"] += kinds.tell(change, now=now)
    change.summary = effects.counts(change.id) | told
    rows = sum(told["rows"].values())
    db.session.flush()
    emit(ChangeApplied(unit_id=unit_id, change_id=change.id, title=change.title, rows=rows), by=by)
    return rows, done


def undo(change: ChangeSet, *, reason: str, by: By, now: datetime, today: date, step: Step = quietly) -> int:
    """Put every row of facts back as it was and derive what follows; returns how many.

    Refused unless it stands applied. Raises journal.CannotUndo, with what stands in the way, and changes nothing.
    """
    _lock(change)
    if refusal := rules.why_not_undo(queries.state_of(change)):
        raise Refused(refusal)
    db.session.flush()
    step("put back")
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
    with _stepping(step):
        emit(event, by=by)
    kinds.tell(change, is_undone=True, now=now)
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
