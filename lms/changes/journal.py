"""The database notes every row of facts that an act changes, and puts each of them back when it is undone.

Triggers do it, so that no service can forget a row. On PostgreSQL they stand on every table of facts and wake when the
transaction names a change set; on SQLite, which has one writer, they are made for the time of the act.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from lms.platform.db import db

DERIVED = frozenset(
    {"obligation", "segment", "reason", "former_unit", "unit_closure", "figure_delta", "figure_former", "figure_group",
     "figure_head", "figure_lineage", "figure_mark", "figure_person", "figure_reform", "followed_person", "person_word"}
)  # fmt: skip
"""Follows from facts: it is derived anew, never put back."""

HISTORY = frozenset(
    {
        "audit_day", "audit_event", "audit_seal", "change_effect", "change_row", "change_set", "closed_block",
        "closed_duty", "closed_figure", "closed_period", "closed_person", "closed_requirement", "closed_unit",
        "day_off", "derived_check", "dispute", "dispute_file", "dispute_note", "dispute_term", "erratum_line",
        "head_count", "head_count_person", "job", "job_worker", "letter", "period_difference", "period_erratum",
        "record_view",
    }
)  # fmt: skip
"""Tells what happened and stays."""

SETTING = "lms.change"
"""Names the change set to PostgreSQL's triggers for one transaction."""

SLICE = 2_000


@dataclass(frozen=True)
class Net:
    """What a change set did to one row in the end."""

    table: str
    key: str
    before: str | None
    """The row as JSON, as the database writes it; None where there was none."""
    after: str | None


@dataclass(frozen=True)
class Obstacle:
    """A row that something else has changed since, or that something else needs."""

    table: str
    key: str
    values: dict[str, Any]
    is_needed: bool = False
    """Something later hangs on it; else it was itself changed later."""


class CannotUndo(Exception):
    """Something depends on what the change set did."""

    def __init__(self, obstacles: list[Obstacle]) -> None:
        """Keep what stands in the way."""
        super().__init__(f"{len(obstacles)} rows stand in the way")
        self.obstacles = obstacles


def journaled() -> list[sa.Table]:
    """The tables whose rows are noted, parents before children."""
    return [t for t in db.metadata.sorted_tables if t.name not in DERIVED | HISTORY]


@contextmanager
def recording(connection: sa.Connection, change_id: int) -> Iterator[None]:
    """Note every row of facts that is changed inside, under the change set, within the caller's transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.set_config(SETTING, str(change_id), True)))
        try:
            yield
        finally:
            if not _is_broken(connection):
                connection.execute(sa.select(sa.func.set_config(SETTING, "", True)))
        return
    for table in journaled():
        for statement in _sqlite_triggers(table, change_id):
            connection.exec_driver_sql(statement)
    try:
        yield
    finally:
        for table in journaled():
            for verb in ("insert", "update", "delete"):
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS temp.note_{table.name}_{verb}")


def _is_broken(connection: sa.Connection) -> bool:
    """Whether PostgreSQL takes no more statements in this transaction; its rollback clears the setting by itself."""
    driver: Any = connection.connection.driver_connection
    return bool(driver.info.transaction_status.name == "INERROR")


def _json(table: sa.Table, of: str) -> str:
    pairs = ", ".join(f"'{c.name}', {of}.{_quoted(c.name)}" for c in table.columns)
    return f"json_object({pairs})"


def _quoted(name: str) -> str:
    return f'"{name}"'


def _key(table: sa.Table, of: str) -> str:
    return " || ',' || ".join(f"CAST({of}.{_quoted(c.name)} AS TEXT)" for c in table.primary_key)


def _sqlite_triggers(table: sa.Table, change_id: int) -> list[str]:
    def trigger(verb: str, alias: str, before: str, after: str) -> str:
        return (
            f"CREATE TEMP TRIGGER note_{table.name}_{verb} AFTER {verb.upper()} ON main.{_quoted(table.name)} BEGIN "
            f"INSERT INTO change_row (change_id, table_name, key, before, after) "
            f"VALUES ({int(change_id)}, '{table.name}', {_key(table, alias)}, {before}, {after}); END"
        )

    old, new = _json(table, "OLD"), _json(table, "NEW")
    return [
        trigger("insert", "NEW", "NULL", new),
        trigger("update", "NEW", old, new),
        trigger("delete", "OLD", old, "NULL"),
    ]


_NET = """FROM (
  SELECT table_name, key, MIN(id) AS first_id, MAX(id) AS last_id FROM change_row
  WHERE change_id = :change GROUP BY table_name, key) k
JOIN change_row f ON f.id = k.first_id JOIN change_row l ON l.id = k.last_id"""


def net_rows(connection: sa.Connection, change_id: int) -> dict[str, list[Net]]:
    """Table → what became of each row, however often it was changed; rows that ended as they began are left out."""
    rows = connection.execute(
        # As text: of a million rows, parsed ones take up gigabytes.
        sa.text(
            "SELECT f.table_name, f.key, CAST(f.before AS TEXT), CAST(l.after AS TEXT) "
            f"{_NET} ORDER BY f.table_name, k.first_id"
        ),
        {"change": change_id},
    )
    found: dict[str, list[Net]] = {}
    for table, key, before, after in rows:
        if before != after:
            found.setdefault(table, []).append(Net(table, key, before, after))
    return found


def net_counts(connection: sa.Connection, change_id: int) -> dict[str, int]:
    """Table → how many of its rows ended otherwise than they began."""
    differs = "IS DISTINCT FROM" if connection.dialect.name == "postgresql" else "IS NOT"
    rows = connection.execute(
        sa.text(f"SELECT f.table_name, COUNT(*) {_NET} WHERE f.before {differs} l.after GROUP BY f.table_name"),
        {"change": change_id},
    )
    return {row[0]: int(row[1]) for row in rows}


def put_back(connection: sa.Connection, change_id: int) -> dict[str, list[Net]]:
    """Make every row of facts what it was before the change set; raises CannotUndo and changes nothing.

    Returns what was put back, so that the caller can derive what follows.
    """
    net = net_rows(connection, change_id)
    obstacles = [o for name, rows in net.items() for o in _changed_since(connection, _table(name), rows)]
    if obstacles:
        raise CannotUndo(obstacles)
    order = [table for table in journaled() if table.name in net]
    savepoint = connection.begin_nested()
    at: tuple[str, list[Net]] = ("", [])
    try:
        for table in order:
            at = (table.name, [row for row in net[table.name] if row.after is None])
            _write(connection, table, [row.before for row in at[1]], "insert")
        for table in reversed(order):
            at = (table.name, [row for row in net[table.name] if row.before is None])
            _delete(connection, table, [row.key for row in at[1]])
            changed = [row.before for row in net[table.name] if row.before is not None and row.after is not None]
            _write(connection, table, changed, "update")
    except sa.exc.IntegrityError as error:
        savepoint.rollback()
        raise CannotUndo([Obstacle(at[0], row.key, values_of(row.after), True) for row in at[1][:20]]) from error
    savepoint.commit()
    return net


def _table(name: str) -> sa.Table:
    return db.metadata.tables[name]


def values_of(row: Any) -> dict[str, Any]:
    """A noted row as column → value as the database keeps it; empty for None."""
    if row is None:
        return {}
    return dict(json.loads(row) if isinstance(row, str) else row)


def _slices(rows: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(rows), SLICE):
        yield rows[start : start + SLICE]


def _changed_since(connection: sa.Connection, table: sa.Table, rows: list[Net]) -> list[Obstacle]:
    """Rows that are no longer what the change set left."""
    found: list[Obstacle] = []
    as_json = "CAST(to_jsonb(t) AS TEXT)" if connection.dialect.name == "postgresql" else _json(table, "t")
    for some in _slices(rows):
        statement = sa.text(
            f"SELECT {_key(table, 't')} AS key, {as_json} FROM {_quoted(table.name)} t "
            f"WHERE {_key(table, 't')} IN :keys"
            if len(table.primary_key) > 1
            else f"SELECT {_key(table, 't')} AS key, {as_json} FROM {_quoted(table.name)} t "
            f"WHERE t.{_quoted(next(iter(table.primary_key)).name)} IN :keys"
        ).bindparams(sa.bindparam("keys", [_typed(table, row.key) for row in some], expanding=True))
        standing = {row[0]: row[1] for row in connection.execute(statement)}
        found += [
            Obstacle(table.name, row.key, values_of(row.after or row.before))
            for row in some
            if standing.get(row.key) != row.after
        ]
    return found


def _typed(table: sa.Table, key: str) -> Any:
    """A key as the database compares it: a number where the one key column is one."""
    columns = list(table.primary_key)
    if len(columns) == 1 and isinstance(columns[0].type, sa.Integer):
        return int(key)
    return key


def _where(table: sa.Table) -> str:
    return " AND ".join(f"{_quoted(c.name)} = :{c.name}" for c in table.primary_key)


def _delete(connection: sa.Connection, table: sa.Table, keys: list[str]) -> None:
    """Delete rows, and before them what was derived of them."""
    columns = list(table.primary_key)
    derived = [
        (child, key.parent)
        for child in map(_table, sorted(DERIVED))
        for key in child.foreign_keys
        if key.column.table is table
    ]
    for child, column in derived:
        for some in _slices([int(key) for key in keys]):
            connection.execute(sa.delete(child).where(column.in_(some)))
    for some in _slices(keys):
        values = [dict(zip((c.name for c in columns), _parts(columns, key), strict=True)) for key in some]
        connection.execute(sa.text(f"DELETE FROM {_quoted(table.name)} WHERE {_where(table)}"), values)


def _parts(columns: list[Any], key: str) -> list[Any]:
    parts = key.split(",") if len(columns) > 1 else [key]
    return [
        int(part) if isinstance(column.type, sa.Integer) else part for column, part in zip(columns, parts, strict=True)
    ]


def _write(connection: sa.Connection, table: sa.Table, rows: list[Any], verb: str) -> None:
    """Insert rows as they were, or update those of the same key."""
    names = [column.name for column in table.columns]
    listed = ", ".join(_quoted(name) for name in names)
    if connection.dialect.name == "postgresql":
        source = f"jsonb_populate_recordset(NULL::{_quoted(table.name)}, CAST(:rows AS jsonb))"
        if verb == "insert":
            statement = f"INSERT INTO {_quoted(table.name)} ({listed}) SELECT {listed} FROM {source} s"
        else:
            keys = {column.name for column in table.primary_key}
            assigned = ", ".join(f"{_quoted(n)} = s.{_quoted(n)}" for n in names if n not in keys)
            same = " AND ".join(f"t.{_quoted(n)} = s.{_quoted(n)}" for n in sorted(keys))
            statement = f"UPDATE {_quoted(table.name)} t SET {assigned} FROM {source} s WHERE {same}"
        for some in _slices(rows):
            connection.execute(sa.text(statement), {"rows": f"[{','.join(some)}]"})
        return
    if verb == "insert":
        statement = f"INSERT INTO {_quoted(table.name)} ({listed}) VALUES ({', '.join(f':{n}' for n in names)})"
    else:
        assigned = ", ".join(f"{_quoted(n)} = :{n}" for n in names)
        statement = f"UPDATE {_quoted(table.name)} SET {assigned} WHERE {_where(table)}"
    for some in _slices(rows):
        connection.execute(sa.text(statement), [values_of(row) for row in some])
