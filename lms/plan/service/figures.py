"""The kept figures: made once, marked at every month end, compacted. Each function is one transaction's work."""

from datetime import date, datetime

import sqlalchemy as sa

from lms.plan.figures import changes, lineages, marks
from lms.plan.models import FollowedPerson
from lms.plan.service.derivation import BUILD, LOCK
from lms.platform.db import db, is_postgresql, lock

MARKING = "plan:figures"
"""Two markers exclude each other; nobody else waits for them."""


def forget_old_figures(*, anew: bool = False) -> None:
    """Keep no figures from here on if their lineages do not know a reform (or `anew`), for `begin_figures` to make.

    In a transaction of its own, nobody has to wait while they are made.
    """
    lock(MARKING)
    connection = db.session.connection()
    if changes.are_kept(connection) and (anew or not lineages.know_all_reforms(connection)):
        lock(LOCK)
        changes.forget(connection)


def begin_figures(now: datetime, progress: marks.Progress, *, anew: bool = False) -> bool:
    """Make all changes out of the segments if there are none (or `anew`); False if they were there.

    They are also made anew after a reform that their lineages do not know. Where none were kept, people are followed
    meanwhile as usual, and counted anew in the end; otherwise whoever follows people waits.
    """
    lock(MARKING)
    connection = db.session.connection()
    are_kept = changes.are_kept(connection)
    if are_kept and lineages.know_all_reforms(connection) and not anew:
        return False
    lock(BUILD)
    if are_kept:
        lock(LOCK)
    connection.execute(sa.delete(FollowedPerson))
    building = marks.Building(connection, progress)
    lock(LOCK)
    building.finish(db.session.scalars(sa.select(FollowedPerson.person_id).distinct()).all(), now)
    return True


def days_to_mark(today: date) -> list[date]:
    """The month ends and yesterday, which should have a mark, earliest first; marks of other days are dropped."""
    lock(MARKING)
    connection = db.session.connection()
    days = marks.days_to_mark(connection, today)
    marks.drop_other_marks(connection, days)
    return days


def last_change() -> int:
    """The id up to which changes are complete.

    Ids are given out before they are committed. Whoever appends holds the lock, at least shared, until then; so
    holding it for a moment means that nobody has a smaller id in hand.
    """
    lock(LOCK)
    return marks.last_id(db.session.connection())


def mark_figures(day: date, through: int, now: datetime) -> bool:
    """Bring the mark of a day up to the change `through`, earlier days first; False if there was nothing to do."""
    lock(MARKING)
    connection = db.session.connection()
    return changes.are_kept(connection) and marks.mark(connection, day, through, now)


def compact_figures() -> int:
    """Join the changes that every mark knows; returns how many rows that saved."""
    lock(MARKING)
    return marks.compact(db.session.connection())


def settle_figures() -> None:
    """After much was written, give PostgreSQL fresh statistics. Runs outside any transaction."""
    bind = db.session.get_bind()
    if is_postgresql() and isinstance(bind, sa.Engine):
        with bind.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in ("figure_delta", "figure_mark", "figure_person"):
                connection.exec_driver_sql(f"VACUUM (ANALYZE) {table}")
