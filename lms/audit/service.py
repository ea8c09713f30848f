"""Sealing the log: links appended to the chain, many at a time, beside those who write; who saw whose record."""

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from lms.audit import queries, rules
from lms.audit.models import AuditDay, AuditSeal, RecordView
from lms.audit.rules import Part
from lms.platform import clock
from lms.platform.access import Actor
from lms.platform.db import afterwards, db, is_postgresql, lock

AT_ONCE = 1000
VIEWS_KEPT = timedelta(days=365)
"""So long it is kept who saw a record."""
LONGEST_TRANSACTION = timedelta(hours=2)
"""A transaction that writes to the log is committed well before; the nightly run from the start finds the others."""


def seal(after: int | None, *, now: datetime) -> tuple[int | None, int]:
    """Seal the next unsealed rows with ids above `after` (None: above what is known to be sealed).

    Gives the id to go on from, None when none are left, and how many were sealed. Ids are given out before they are
    committed: a row that comes late is sealed late, so the chain follows the order of sealing.
    """
    lock("audit:seal")
    end = _end(clock.day_of(now), now)
    rows = queries.unsealed(end.floor_id if after is None else after, AT_ONCE)
    links = []
    for event in rows:
        end.number += 1
        end.hash = rules.seal(end.hash, end.day, end.number, rules.canonical(event))
        links.append({"day": end.day, "number": end.number, "event_id": event["id"], "hash": end.hash})
    if links:
        db.session.execute(sa.insert(AuditSeal), links)
    db.session.flush()
    return (rows[-1]["id"] if len(rows) == AT_ONCE else None), len(links)


def _end(day: date, now: datetime) -> AuditDay:
    """The end of the chain; a new day begins where the last one ended."""
    last = db.session.scalars(sa.select(AuditDay).order_by(AuditDay.day.desc()).limit(1)).first()
    if last is None or last.day < day:
        before = last or AuditDay(hash=rules.NOTHING, floor_id=0, next_floor_id=0, next_floor_at=now)
        last = AuditDay(
            day=day, number=0, hash=before.hash, floor_id=before.floor_id, next_floor_id=before.next_floor_id,
            next_floor_at=before.next_floor_at,
        )  # fmt: skip
        db.session.add(last)
    # A clock put back goes on with the day that has begun: the chain never runs backwards.
    if now - last.next_floor_at >= LONGEST_TRANSACTION:
        last.floor_id = last.next_floor_id
        last.next_floor_id, last.next_floor_at = queries.sealed_without_gap(last.floor_id), now
    return last


def seen(person_id: int, part: Part, *, by: Actor) -> None:
    """Note, when the page is ready, that the visitor sees a part of this person's record; one's own is not noted."""
    if by.account_id is not None and by.person_id != person_id:
        now = clock.now()
        afterwards(lambda: note_view(person_id, part, by=by, now=now))


def note_view(person_id: int, part: Part, *, by: Actor, now: datetime) -> None:
    """Write down that a part of a person's record was seen: one row a day, however often."""
    insert: Any = (postgresql.insert if is_postgresql() else sqlite.insert)(RecordView)
    values = {
        "person_id": person_id, "account_id": by.account_id, "viewer_id": by.person_id, "viewer": by.name[:160],
        "day": clock.day_of(now), "what": part.value, "last_at": now, "times": 1,
    }  # fmt: skip
    db.session.execute(
        insert.values(**values).on_conflict_do_update(
            index_elements=["person_id", "account_id", "day", "what"],
            set_={"times": RecordView.times + 1, "last_at": now, "viewer": values["viewer"]},
        )
    )


def forget_views(before: date) -> int:
    """Delete what was noted before a day; returns how many rows."""
    gone: Any = db.session.execute(sa.delete(RecordView).where(RecordView.day < before))
    return int(gone.rowcount)
