"""Reading the log."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, func, literal, select, tuple_

from lms.audit.models import AuditDay, AuditEvent, AuditSeal, RecordView
from lms.audit.rules import Link, Part, canonical
from lms.platform.columns import Day
from lms.platform.db import db


@dataclass(frozen=True)
class LoggedEvent:
    """One row of the log."""

    id: int
    at: datetime
    key: str
    actor: str
    address: str
    unit_id: int | None
    person_id: int | None
    facts: dict[str, Any]


@dataclass(frozen=True)
class ViewRow:
    """Who opened a part of a record on a day."""

    viewer_id: int | None
    viewer: str
    day: date
    part: Part
    last_at: datetime
    times: int


def count_views(person_id: int) -> int:
    """How many rows there are of who saw a person's record."""
    return db.session.scalar(select(func.count()).select_from(RecordView).where(RecordView.person_id == person_id)) or 0


def views(person_id: int, *, offset: int, limit: int) -> list[ViewRow]:
    """A page of who saw a person's record, the newest first."""
    rows = db.session.scalars(
        select(RecordView)
        .where(RecordView.person_id == person_id)
        .order_by(RecordView.last_at.desc(), RecordView.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [ViewRow(r.viewer_id, r.viewer, r.day, Part(r.what), r.last_at, r.times) for r in rows]


def count_events(conditions: Sequence[ColumnElement[bool]]) -> int:
    """How many events the conditions leave; who may see which is the caller's business, who knows units."""
    return db.session.scalar(select(func.count()).select_from(AuditEvent).where(*conditions)) or 0


def events(conditions: Sequence[ColumnElement[bool]], *, offset: int, limit: int) -> list[LoggedEvent]:
    """A page of the log, newest first."""
    rows = db.session.execute(
        select(
            AuditEvent.id,
            AuditEvent.at,
            AuditEvent.key,
            AuditEvent.actor,
            AuditEvent.address,
            AuditEvent.unit_id,
            AuditEvent.person_id,
            AuditEvent.facts,
        )
        .where(*conditions)
        .order_by(AuditEvent.id.desc())
        .offset(offset)
        .limit(limit)
    ).all()
    return [LoggedEvent(*row) for row in rows]


# The chain ------------------------------------------------------------------------------------------------------------

SEALED = ("id", "at", "key", "account_id", "actor", "address", "unit_id", "person_id", "facts")
"""Columns of a row that its seal holds."""
_COLUMNS = [getattr(AuditEvent, name) for name in SEALED]


def _without_seal(after: int) -> ColumnElement[bool]:
    """Rows above an id that have no seal. Both sides are bounded: neither table is ever read from its beginning."""
    seal = select(AuditSeal.event_id).where(AuditSeal.event_id == AuditEvent.id, AuditSeal.event_id > after)
    return and_(AuditEvent.id > after, ~seal.exists())


def unsealed(after: int, most: int) -> list[dict[str, Any]]:
    """Rows above an id that have no seal, in order of id."""
    rows = db.session.execute(select(*_COLUMNS).where(_without_seal(after)).order_by(AuditEvent.id).limit(most))
    return [dict(row._mapping) for row in rows]


def is_any_unsealed() -> bool:
    """Whether there is something to seal, among the rows of the last hours."""
    floor = db.session.scalar(select(func.max(AuditDay.floor_id))) or 0
    return bool(db.session.scalar(select(select(AuditEvent.id).where(_without_seal(floor)).exists())))


def sealed_without_gap(after: int) -> int:
    """The id up to which every row that can be seen is sealed."""
    first = db.session.scalar(select(func.min(AuditEvent.id)).where(_without_seal(after)))
    highest = select(func.max(AuditEvent.id))
    return max(after, db.session.scalar(highest if first is None else highest.where(AuditEvent.id < first)) or 0)


AT_ONCE = 2000
"""Links read together: memory is that of one such batch."""


def chain() -> Iterator[Link]:
    """The chain from its beginning, link by link, with the rows as they stand."""
    place = tuple_(AuditSeal.day, AuditSeal.number)
    query = (
        select(AuditSeal.day, AuditSeal.number, AuditSeal.event_id, AuditSeal.hash, *_COLUMNS)
        .outerjoin(AuditEvent, AuditEvent.id == AuditSeal.event_id)
        .order_by(AuditSeal.day, AuditSeal.number)
        .limit(AT_ONCE)
    )
    after: tuple[date, int] | None = None
    while True:
        here = query
        if after is not None:
            here = query.where(place > tuple_(literal(after[0], Day()), literal(after[1], Integer())))
        rows = db.session.execute(here).all()
        for day, number, event_id, hash_, *values in rows:
            row = dict(zip(SEALED, values, strict=True))
            yield Link(day, number, event_id, hash_, None if row["id"] is None else canonical(row))
        if len(rows) < AT_ONCE:
            return
        after = (rows[-1][0], rows[-1][1])


def days() -> list[AuditDay]:
    """The ends of all days' chains, in order."""
    return list(db.session.scalars(select(AuditDay).order_by(AuditDay.day)))


def count_unsealed(before: datetime) -> tuple[int, int | None]:
    """How many rows written before a moment have no seal, and the first of them."""
    row = db.session.execute(
        select(func.count(), func.min(AuditEvent.id)).where(AuditEvent.at < before, _without_seal(0))
    ).one()
    return row[0], row[1]
