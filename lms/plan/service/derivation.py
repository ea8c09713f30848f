"""Obligations follow the facts: everything at once, some people, some requirements, or one completion."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

import sqlalchemy as sa

from lms.plan import queries, rules
from lms.plan.derive import Scope, derive
from lms.plan.derive.run import analyse
from lms.plan.figures.changes import studied
from lms.plan.models import Obligation, Segment
from lms.plan.service.reshaping import reshape
from lms.platform.db import db, is_postgresql, lock

LOCK = "plan:derive"
"""Derivations exclude each other; a completion holds it shared, or a derivation could overwrite what it just wrote."""


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
    if people := set(person_ids):
        _derive(Scope(person_ids=people))


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

    The hot path: spans and due days cannot have changed, so only first activity and fulfilment are worked out anew,
    by the pure rule, for the obligations that this course can touch.
    """
    db.session.flush()
    if is_postgresql():
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(sa.func.hashtext(LOCK))))
    touched = queries.touched_obligations(person_id, course_id)
    if not touched:
        return []
    shaping = [row for row in touched if row.shapes]
    fulfilled = reshape(person_id, shaping, today) if shaping else []
    completions, starts = queries.study_facts(person_id)
    for row in touched:
        if row.shapes:
            continue
        activity = _activity_of(row, completions, starts)
        if activity == rules.Activity(row.started_on, row.fulfilled_on):
            continue
        _write_activity(row, activity)
        if row.fulfilled_on > today >= activity.fulfilled_on:
            fulfilled.append(row.obligation_id)
    return fulfilled


def _activity_of(
    row: queries.TouchedObligation,
    completions: Sequence[rules.CompletionFact],
    starts: Sequence[rules.StartFact],
) -> rules.Activity:
    if row.rule != "hours":
        completions, starts = rules.counting(
            course_ids=row.course_ids,
            min_versions=row.min_versions,
            equivalents=row.equivalents,
            completions=completions,
            starts=starts,
        )
    return rules.activity_of(
        rule=row.rule,
        course_ids=row.course_ids,
        hours_needed=row.hours_needed,
        content_group=row.content_group,
        yearly=row.cycle != 0,
        since=row.since,
        until=row.until,
        completions=completions,
        starts=starts,
    )


def _write_activity(row: queries.TouchedObligation, activity: rules.Activity) -> None:
    """Update the obligation and its one to three segments; the figures kept of them follow."""
    studied(
        db.session.connection(), row.person_id, row.requirement_id, row.cycle,
        started_on=activity.started_on, fulfilled_on=activity.fulfilled_on,
    )  # fmt: skip
    values = {"started_on": activity.started_on, "fulfilled_on": activity.fulfilled_on}
    for table, condition in (
        (Obligation, Obligation.id == row.obligation_id),
        (
            Segment,
            sa.and_(
                Segment.person_id == row.person_id,
                Segment.requirement_id == row.requirement_id,
                Segment.cycle == row.cycle,
            ),
        ),
    ):
        db.session.execute(sa.update(table).where(condition).values(values))
