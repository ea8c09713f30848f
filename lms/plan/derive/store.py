"""From the work tables into the derived ones: only what differs is written, so ids and untouched rows stay."""

from typing import Any

import sqlalchemy as sa

from lms.plan.derive.work import Work
from lms.plan.figures import changes as figures
from lms.plan.models import Obligation, Reason, Segment

KEY = ("person_id", "requirement_id", "cycle")
VALUES = ("opened_on", "closes_on", "due_on", "started_on", "fulfilled_on", "valid_until")
REASON = ("person_id", "requirement_id", "audience_id", "posting_id", "sign", "from_on", "to_on")
SEGMENT = (*KEY, "unit_id", "kind", "from_on", "to_on", "due_on", "started_on", "fulfilled_on")


def _same(left: str, right: str, columns: tuple[str, ...]) -> str:
    return " AND ".join(f"{left}.{column} = {right}.{column}" for column in columns)


def _in_scope(table: str, of_people: bool) -> str:
    scope = f"{table}.requirement_id IN (SELECT requirement_id FROM w_requirement)"
    return f"{scope} AND {table}.person_id IN (SELECT person_id FROM w_person)" if of_people else scope


def obligations(work: Work, *, of_people: bool) -> None:
    """Update what changed, add what is new, delete what never held: the id survives leaving and coming back."""
    if _load_into_empty(work, Obligation.__table__, "w_obligation", (*KEY, *VALUES)):
        return
    assignments = ", ".join(f"{column} = w.{column}" for column in VALUES)
    differs = " OR ".join(f"obligation.{column} <> w.{column}" for column in VALUES)
    work.run(
        f"UPDATE obligation SET {assignments} FROM w_obligation w WHERE {_same('obligation', 'w', KEY)} AND ({differs})"
    )
    _replace(work, "obligation", "w_obligation", KEY, (*KEY, *VALUES), of_people)


def reasons(work: Work, *, of_people: bool) -> None:
    """Replace the reasons that differ."""
    if not _load_into_empty(work, Reason.__table__, "w_match", REASON):
        _replace(work, "reason", "w_match", REASON, REASON, of_people)


def segments(work: Work, *, of_people: bool) -> None:
    """Replace the segments that differ; the figures kept of them follow."""
    if not figures.are_kept(work.connection):
        if not _load_into_empty(work, Segment.__table__, "w_segment", SEGMENT):
            _replace(work, "segment", "w_segment", SEGMENT, SEGMENT, of_people)
        return
    same = _same("segment", "w", SEGMENT)
    gone = f"{_in_scope('segment', of_people)} AND NOT EXISTS (SELECT 1 FROM w_segment w WHERE {same})"
    work.make("w_left", f"SELECT segment.* FROM segment WHERE {gone}", "id")
    work.make("w_came", f"SELECT w.* FROM w_segment w WHERE NOT EXISTS (SELECT 1 FROM segment WHERE {same})")
    figures.changed(work, of_people=of_people)
    listed = ", ".join(SEGMENT)
    work.run("DELETE FROM segment WHERE id IN (SELECT id FROM w_left)")
    work.run(f"INSERT INTO segment ({listed}) SELECT {listed} FROM w_came")


def _replace(
    work: Work, table: str, source: str, same: tuple[str, ...], columns: tuple[str, ...], of_people: bool
) -> None:
    """Delete the rows of the scope that no longer follow, insert those that newly do."""
    work.run(
        f"DELETE FROM {table} WHERE {_in_scope(table, of_people)} "
        f"AND NOT EXISTS (SELECT 1 FROM {source} w WHERE {_same(table, 'w', same)})"
    )
    listed = ", ".join(columns)
    work.run(
        f"INSERT INTO {table} ({listed}) SELECT {listed} FROM {source} w "
        f"WHERE NOT EXISTS (SELECT 1 FROM {table} WHERE {_same(table, 'w', same)})"
    )


def _load_into_empty(work: Work, table: Any, source: str, columns: tuple[str, ...]) -> bool:
    """Fill an empty table, its indexes built afterwards on PostgreSQL; False if the table holds anything."""
    if work.connection.scalar(sa.select(sa.exists(sa.select(table.c.id)))):
        return False
    indexes = sorted(table.indexes, key=lambda index: str(index.name)) if work.on_postgresql else []
    many = indexes and (work.connection.exec_driver_sql(f"SELECT COUNT(*) FROM {source}").scalar() or 0) > 100_000
    if many:
        for index in indexes:
            index.drop(work.connection)
    listed = ", ".join(columns)
    work.run(f"INSERT INTO {table.name} ({listed}) SELECT {listed} FROM {source}")
    if many:
        for index in indexes:
            index.create(work.connection)
    return True
