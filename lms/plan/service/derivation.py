"""Obligations follow the facts: everything at once, some people, some requirements, or one completion."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

import sqlalchemy as sa

from lms.plan.derive import Scope, derive
from lms.plan.derive.run import analyse
from lms.plan.models import Obligation, Segment
from lms.plan.service.following import follow_people, follow_study
from lms.platform.db import db, is_postgresql, lock

LOCK = "plan:derive"
"""Derivations of many people exclude each other; whoever follows a few holds it shared, and those few for itself."""
FEW = 100
"""Up to so many people are derived one by one in memory; for more the set SQL costs less."""


def rebuild(progress: Callable[[str, float], None] | None = None) -> None:
    """Derive everything anew and write what differs; `progress` is told each step and its seconds."""
    _derive(Scope(), progress)
    analyse(db.session.connection())


def settle() -> None:
    """After a big change has been committed, let PostgreSQL mark the derived rows as settled: reports then read the
    index alone. Runs outside any transaction; nothing to do on SQLite."""
    bind = db.session.get_bind()
    if is_postgresql() and isinstance(bind, sa.Engine):
        with bind.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in ("obligation", "segment", "reason"):
                connection.exec_driver_sql(f"VACUUM (ANALYZE) {table}")


def refresh_people(person_ids: Iterable[int]) -> None:
    """Derive these people anew, for all requirements; costs what they cost, not what the city costs."""
    people = sorted(set(person_ids))
    if len(people) > FEW:
        _derive(Scope(person_ids=people))
    elif people:
        db.session.flush()
        hold_people(people)
        follow_people(people)


def hold_people(person_ids: Sequence[int]) -> None:
    """Hold these people, in order of id: whoever follows other people goes on, a derivation of many waits."""
    if is_postgresql():
        db.session.connection().execute(_HOLD, {"people": sorted(person_ids)})


_HOLD = sa.text(
    f"SELECT pg_advisory_xact_lock_shared(hashtext('{LOCK}')), "
    "pg_advisory_xact_lock(hashtext('plan:person'), person_id) FROM unnest(CAST(:people AS INTEGER[])) AS person_id"
)


def refresh_requirements(requirement_ids: Iterable[int]) -> None:
    """Derive these requirements anew, for all people."""
    if requirements := set(requirement_ids):
        _derive(Scope(requirement_ids=requirements))


def _derive(scope: Scope, progress: Callable[[str, float], None] | None = None) -> None:
    db.session.flush()
    lock(LOCK)
    derive(db.session.connection(), scope, progress)
    # Rows were written beside the session: what it remembers of them may be old.
    for row in [row for row in db.session if isinstance(row, (Obligation, Segment))]:
        db.session.expire(row)


def refresh_person_course(person_id: int, course_id: int, today: date) -> list[int]:
    """Follow one start, completion or voided completion of a course; return the ids of obligations it newly fulfilled.

    The hot path: a handful of statements, however large the city is.
    """
    db.session.flush()
    hold_people([person_id])
    return follow_study(person_id, course_id, today)
