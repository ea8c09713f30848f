"""Obligations follow the facts: everything at once, some people, some requirements, or one completion."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from time import sleep

import sqlalchemy as sa

from lms.plan.derive import Derivation, Scope
from lms.plan.derive.run import analyse
from lms.plan.models import FollowedPerson, Obligation, Segment
from lms.plan.service import watching
from lms.plan.service.following import follow_people, follow_study
from lms.platform import clock
from lms.platform.db import db, is_postgresql, lock
from lms.platform.events import SYSTEM
from lms.platform.jobs import enqueue

LOCK = "plan:derive"
"""Held shared by whoever follows a few people, until the commit; for itself by a derivation of many that writes."""
BUILD = "plan:build"
"""Held by the one derivation of many people that is under way, from its first reading to its commit."""
MARK_FIGURES = "plan:mark-figures"
"""The job that makes the kept figures and their marks."""
PATIENCE = 900
"""So many times, a second apart, a swap asks for the tables."""
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
    if len(people) > FEW or (people and watching.now()):
        _derive(Scope(person_ids=people))
    elif people:
        db.session.flush()
        hold_people(people)
        follow_people(people)


def hold_people(person_ids: Sequence[int]) -> None:
    """Hold these people, in order of id, against whoever else would follow them.

    A derivation of many waits to write until this transaction ends. If one is under way, the people are noted: what
    it derived of them is old by then.
    """
    if not is_postgresql():
        return
    connection = db.session.connection()
    held = connection.execute(_HOLD, {"people": sorted(person_ids)}).all()
    if not held[0].is_quiet:
        connection.execute(sa.insert(FollowedPerson), [{"person_id": person_id} for person_id in person_ids])


_HOLD = sa.text(
    f"SELECT pg_try_advisory_xact_lock_shared(hashtext('{BUILD}')) AS is_quiet, "
    f"pg_advisory_xact_lock_shared(hashtext('{LOCK}')), "
    "pg_advisory_xact_lock(hashtext('plan:person'), person_id) FROM unnest(CAST(:people AS INTEGER[])) AS person_id"
)


def refresh_requirements(requirement_ids: Iterable[int]) -> None:
    """Derive these requirements anew, for all people."""
    if requirements := set(requirement_ids):
        _derive(Scope(requirement_ids=requirements))


def _derive(scope: Scope, progress: Callable[[str, float], None] | None = None) -> None:
    with derived(scope, progress) as derivation:
        write(derivation)


def _told() -> Callable[[str, float], None] | None:
    """Whoever carries out a change set hears of each step, and may leave off there."""
    step = db.session.info.get("step")
    return (lambda name, _seconds: step(name)) if step else None


@contextmanager
def derived(scope: Scope, progress: Callable[[str, float], None] | None = None) -> Iterator[Derivation]:
    """A scope derived into work tables; whoever follows a few people meanwhile goes on, and notes them."""
    db.session.flush()
    lock(BUILD)
    watch = watching.now()
    connection = db.session.connection()
    connection.execute(sa.delete(FollowedPerson))
    derivation = Derivation(connection, scope, progress or _told())
    derivation.compare(dry=watch is not None and watch.dry)
    if watch is not None:
        watch.meet(derivation)
    yield derivation
    derivation.drop()


def write(derivation: Derivation) -> None:
    """Make ready, then the moment in which everybody waits: write what differs, follow who was followed meanwhile.

    Nothing at all while an act is only looked at.
    """
    if (watch := watching.now()) is not None and watch.dry:
        return
    derivation.build()
    _have_to_itself(swaps=derivation.swaps)
    late = sorted(set(db.session.scalars(sa.select(FollowedPerson.person_id))))
    derivation.write(late)
    for some in batched(late, 100):
        follow_people(some)
    if derivation.leaves_figures_to_make:
        # Reports count segments until it is done; a key of its own, for only derivations of many wait for one another.
        enqueue(MARK_FIGURES, by=SYSTEM, now=clock.now(), unique_key=MARK_FIGURES)
    # Rows were written beside the session: what it remembers of them may be old.
    for row in [row for row in db.session if isinstance(row, (Obligation, Segment))]:
        db.session.expire(row)


def batched(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Slices of at most `size`."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _have_to_itself(*, swaps: bool) -> None:
    """Wait for whoever is following people. Tables that are to be swapped are held too; a long report is waited for
    from outside the queue, or all others would stand behind it."""
    if not (swaps and is_postgresql()):
        lock(LOCK)
        return
    for _ in range(PATIENCE):
        attempt = db.session.begin_nested()
        try:
            connection = db.session.connection()
            connection.exec_driver_sql("SET LOCAL lock_timeout = '500ms'")
            lock(LOCK)
            connection.exec_driver_sql("LOCK TABLE obligation, reason, segment IN ACCESS EXCLUSIVE MODE")
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
            attempt.commit()
            return
        except sa.exc.OperationalError:
            attempt.rollback()
            sleep(1)
    raise TimeoutError("the derived tables were never free for half a second")


def refresh_person_course(person_id: int, course_id: int, today: date) -> list[int]:
    """Follow one start, completion or voided completion of a course; return the ids of obligations it newly fulfilled.

    The hot path: a handful of statements, however large the city is.
    """
    db.session.flush()
    hold_people([person_id])
    return follow_study(person_id, course_id, today)
