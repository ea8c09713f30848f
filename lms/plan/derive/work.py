"""Work tables: each step of a derivation leaves one, the next reads it, and all are gone at the end."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from lms.platform.columns import FOREVER

_EPOCH = date(1970, 1, 1)


class Work:
    """The work tables of one derivation on one connection.

    Small derivations use temporary tables. `bulk` uses unlogged ordinary ones on PostgreSQL: temporary tables forbid
    parallel plans. The caller holds the lock that keeps two derivations apart.
    """

    def __init__(self, connection: sa.Connection, *, bulk: bool) -> None:
        """Begin with no work table."""
        self.connection = connection
        self.on_postgresql = connection.dialect.name == "postgresql"
        self.kind = "UNLOGGED" if bulk and self.on_postgresql else "TEMP"
        self.names: list[str] = []

    def day(self, value: date) -> str:
        """A day as this database writes it."""
        return f"DATE '{value.isoformat()}'" if self.on_postgresql else str((value - _EPOCH).days)

    def run(self, statement: str) -> int:
        """Send a statement of ours with GREATEST, LEAST, {forever} and {beginning}; return the number of rows."""
        return self._send(statement).rowcount

    def number(self, statement: str) -> int:
        """The one number that a statement of ours comes to; 0 for none."""
        return int(self._send(statement).scalar() or 0)

    def _send(self, statement: str) -> sa.CursorResult[Any]:
        text = statement.replace("{forever}", self.day(FOREVER)).replace("{beginning}", self.day(date.min))
        if not self.on_postgresql:
            text = text.replace("GREATEST(", "max(").replace("LEAST(", "min(")
        return self.connection.exec_driver_sql(text)

    def make(self, name: str, select: str, *indexes: str) -> None:
        """Fill a work table. SQLite joins by index only, so it gets the indexes; PostgreSQL gets statistics."""
        self.run(f"CREATE {self.kind} TABLE {name} AS {select}")
        self.names.append(name)
        if self.on_postgresql:
            self.run(f"ANALYZE {name}")
        else:
            for number, columns in enumerate(indexes):
                self.run(f"CREATE INDEX temp.{name}_{number} ON {name} ({columns})")

    def fill(self, name: str, column: str, ids: Iterable[int]) -> None:
        """A work table of ids."""
        self.run(f"CREATE {self.kind} TABLE {name} ({column} BIGINT PRIMARY KEY)")
        self.names.append(name)
        rows: Sequence[dict[str, Any]] = [{"id": value} for value in sorted(set(ids))]
        if rows:
            self.connection.execute(sa.text(f"INSERT INTO {name} ({column}) VALUES (:id)"), rows)
        if self.on_postgresql:
            self.run(f"ANALYZE {name}")

    def drop(self) -> None:
        """Leave nothing behind."""
        for name in reversed(self.names):
            self.run(f"DROP TABLE {name}")
        self.names.clear()
