"""Work tables: each step of a derivation leaves one, the next reads it, and all are gone at the end."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
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
        if not self.on_postgresql:
            _teach(connection)

    def day(self, value: date) -> str:
        """A day as this database writes it."""
        return f"DATE '{value.isoformat()}'" if self.on_postgresql else str((value - _EPOCH).days)

    def last_valid(self, since: str, months: str) -> str:
        """SQL for `rules.last_valid_day`."""
        if not self.on_postgresql:
            return f"last_valid({since}, {months})"
        after = f"CAST(({since}) + make_interval(months => CAST({months} AS INTEGER)) AS DATE)"
        is_short = f"EXTRACT(DAY FROM {after}) < EXTRACT(DAY FROM {since})"
        return f"({after} - CASE WHEN {is_short} THEN 0 ELSE 1 END)"

    def months_before(self, day: str, months: str) -> str:
        """SQL for `rules.months_before`."""
        if not self.on_postgresql:
            return f"months_before({day}, {months})"
        return f"CAST(({day}) - make_interval(months => {months}) AS DATE)"

    def month_number(self, day: str) -> str:
        """SQL for the number of a day's month, counted without a gap from year to year."""
        if not self.on_postgresql:
            return f"month_number({day})"
        return f"CAST(EXTRACT(YEAR FROM {day}) * 12 + EXTRACT(MONTH FROM {day}) AS INTEGER)"

    def run(self, statement: str) -> int:
        """Send a statement of ours with GREATEST, LEAST, {forever} and {beginning}; return the number of rows."""
        return self._send(statement).rowcount

    def number(self, statement: str) -> int:
        """The one number that a statement of ours comes to; 0 for none."""
        return int(self._send(statement).scalar() or 0)

    def written(self, statement: str) -> str:
        """A statement of ours as this database writes it."""
        text = statement.replace("{forever}", self.day(FOREVER)).replace("{beginning}", self.day(date.min))
        if not self.on_postgresql:
            text = text.replace("GREATEST(", "max(").replace("LEAST(", "min(")
        return text

    def _send(self, statement: str) -> sa.CursorResult[Any]:
        return self.connection.exec_driver_sql(self.written(statement))

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

    def drop_one(self, name: str) -> None:
        """Leave a table behind that is needed no more."""
        self.run(f"DROP TABLE {name}")
        self.names.remove(name)

    def drop(self) -> None:
        """Leave nothing behind."""
        for name in reversed(self.names):
            self.run(f"DROP TABLE {name}")
        self.names.clear()


def _teach(connection: sa.Connection) -> None:
    """Give SQLite the calendar that PostgreSQL has: days are whole numbers there and know no months."""
    driver: Any = connection.connection.driver_connection
    driver.create_function("last_valid", 2, _last_valid, deterministic=True)
    driver.create_function("months_before", 2, _months_before, deterministic=True)
    driver.create_function("month_number", 1, _month_number, deterministic=True)


def _last_valid(since: int | None, months: int | None) -> int | None:
    if since is None or months is None:
        return None
    day = _EPOCH + timedelta(days=since)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    length = monthrange(year, month + 1)[1]
    found = date(year, month + 1, min(day.day, length))
    return (found - _EPOCH).days - (day.day <= length)


def _months_before(day: int | None, months: int | None) -> int | None:
    if day is None or months is None:
        return None
    now = _EPOCH + timedelta(days=day)
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    return (date(year, month + 1, min(now.day, monthrange(year, month + 1)[1])) - _EPOCH).days


def _month_number(day: int) -> int:
    now = _EPOCH + timedelta(days=day)
    return now.year * 12 + now.month
