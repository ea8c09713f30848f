"""Writing many rows at once: COPY on PostgreSQL, executemany on SQLite, in the session's own transaction."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa

from lms.platform.db import db, is_postgresql

CHUNK = 20_000
Row = tuple[Any, ...]


def write(table: sa.Table, columns: Sequence[str], rows: Iterable[Row]) -> int:
    """Append rows of plain values (days, moments, lists …) to a table; returns how many."""
    connection = db.session.connection()
    converted = _converted(table, columns, rows, connection.dialect)
    names = ", ".join(f'"{name}"' for name in columns)
    driver: Any = connection.connection.driver_connection
    count = 0
    if is_postgresql():
        with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
            for row in converted:
                copy.write_row(row)
                count += 1
        return count
    marks = ", ".join("?" * len(columns))
    statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'
    while chunk := list(islice(converted, CHUNK)):
        driver.executemany(statement, chunk)
        count += len(chunk)
    return count


def _converted(table: sa.Table, columns: Sequence[str], rows: Iterable[Row], dialect: sa.Dialect) -> Any:
    """The rows as the driver wants them; columns whose values it takes as they are cost nothing."""
    converters: list[tuple[int, Callable[..., Any]]] = []
    for index, name in enumerate(columns):
        kind = table.c[name].type
        if isinstance(kind, sa.TypeDecorator) and isinstance(kind.impl, sa.String):
            # Names are composed already (the tables of names are): normalising them again would only take time.
            continue
        convert = kind.dialect_impl(dialect).bind_processor(dialect)
        if convert is not None:
            converters.append((index, convert))
    if not converters:
        yield from rows
        return
    for row in rows:
        values = list(row)
        for index, convert in converters:
            values[index] = convert(values[index])
        yield values


def next_id(table: sa.Table) -> int:
    """The first free id of a table."""
    return int(db.session.scalar(sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0))) or 0) + 1


def settle(*tables: sa.Table) -> None:
    """Let the database continue numbering after ids that were given here, and know how large the tables became."""
    if not is_postgresql():
        db.session.execute(sa.text("ANALYZE"))
        return
    for table in tables:
        if "id" in table.c:
            db.session.execute(
                sa.text(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), "
                    f"(SELECT greatest(coalesce(max(id), 0), 1) FROM {table.name}))"
                )
            )
        db.session.execute(sa.text(f"ANALYZE {table.name}"))
