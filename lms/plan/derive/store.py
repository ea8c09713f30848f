"""From the work tables into the derived ones: only what differs is written, so ids and untouched rows stay.

What differs is found first, into work tables, while others go on writing; writing it is a moment of its own.
"""

from typing import Any

import sqlalchemy as sa

from lms.plan.derive.work import Work
from lms.plan.models import Obligation, Reason, Segment

KEY = ("person_id", "requirement_id", "cycle")
VALUES = ("opened_on", "closes_on", "due_on", "started_on", "fulfilled_on", "valid_until")
REASON = ("person_id", "requirement_id", "audience_id", "posting_id", "sign", "from_on", "to_on")
SEGMENT = (*KEY, "unit_id", "kind", "from_on", "to_on", "due_on", "started_on", "fulfilled_on")

TABLES: tuple[tuple[Any, str, tuple[str, ...], tuple[str, ...]], ...] = (
    (Obligation.__table__, "w_obligation", KEY, (*KEY, *VALUES)),
    (Reason.__table__, "w_match", REASON, REASON),
    (Segment.__table__, "w_segment", SEGMENT, SEGMENT),
)
"""Derived table, the work table it follows from, what makes two rows the same, and all columns."""

NOT_LATE = "person_id NOT IN (SELECT person_id FROM w_late)"


def same(left: str, right: str, columns: tuple[str, ...]) -> str:
    """SQL for rows that agree in these columns."""
    return " AND ".join(f"{left}.{column} = {right}.{column}" for column in columns)


def in_scope(table: str, of_people: bool) -> str:
    """SQL for rows of what is derived."""
    scope = f"{table}.requirement_id IN (SELECT requirement_id FROM w_requirement)"
    return f"{scope} AND {table}.person_id IN (SELECT person_id FROM w_person)" if of_people else scope


def compare(work: Work, *, of_people: bool) -> None:
    """Make w_gone_… and w_came_… of each derived table, and w_changed of obligations; write nothing else."""
    differs = " OR ".join(f"o.{column} <> w.{column}" for column in VALUES)
    work.make(
        "w_changed",
        f"SELECT o.id, {', '.join(f'w.{column}' for column in (*KEY, *VALUES))} FROM obligation o "
        f"JOIN w_obligation w ON {same('o', 'w', KEY)} WHERE {differs}",
        "id",
    )
    for table, source, equal, _columns in TABLES:
        name = table.name
        work.make(
            f"w_gone_{name}",
            f"SELECT {name}.* FROM {name} WHERE {in_scope(name, of_people)} "
            f"AND NOT EXISTS (SELECT 1 FROM {source} w WHERE {same(name, 'w', equal)})",
            "id",
        )
        work.make(
            f"w_came_{name}",
            f"SELECT w.* FROM {source} w WHERE NOT EXISTS (SELECT 1 FROM {name} WHERE {same(name, 'w', equal)})",
        )


def write(work: Work) -> None:
    """Write what `compare` found, except for the people in w_late: their rows are others by now."""
    assignments = ", ".join(f"{column} = w.{column}" for column in VALUES)
    work.run(f"UPDATE obligation SET {assignments} FROM w_changed w WHERE obligation.id = w.id AND w.{NOT_LATE}")
    for table, _source, _equal, columns in TABLES:
        name, listed = table.name, ", ".join(columns)
        work.run(f"DELETE FROM {name} WHERE id IN (SELECT id FROM w_gone_{name} WHERE {NOT_LATE})")
        work.run(f"INSERT INTO {name} ({listed}) SELECT {listed} FROM w_came_{name} WHERE {NOT_LATE}")


def is_empty(work: Work) -> bool:
    """Whether nothing was derived so far."""
    return not any(work.connection.scalar(sa.select(sa.exists(sa.select(table.c.id)))) for table, *_ in TABLES)


def load(work: Work) -> None:
    """Fill the empty tables; on PostgreSQL their indexes are built afterwards if the rows are many."""
    for table, source, _equal, columns in TABLES:
        indexes = sorted(table.indexes, key=lambda index: str(index.name)) if work.on_postgresql else []
        many = indexes and work.number(f"SELECT COUNT(*) FROM {source}") > 100_000
        if many:
            for index in indexes:
                index.drop(work.connection)
        listed = ", ".join(columns)
        work.run(f"INSERT INTO {table.name} ({listed}) SELECT {listed} FROM {source}")
        if many:
            for index in indexes:
                index.create(work.connection)
