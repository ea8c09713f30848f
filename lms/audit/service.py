"""Sealing the log: links appended to the chain, many at a time, beside those who write."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from lms.audit import queries, rules
from lms.audit.models import AuditDay, AuditSeal
from lms.platform import clock
from lms.platform.db import db, lock

AT_ONCE = 1000
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
