"""Column kinds: a model reads as meaning, not as VARCHAR(500)."""

import unicodedata
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

FOREVER = date(9999, 12, 31)
"""The open end of a half-open interval [from_on, to_on): never NULL."""

_EPOCH = date(1970, 1, 1)


class Day(TypeDecorator[date]):
    """A calendar day in Việt Nam.

    DATE on PostgreSQL, a whole number of days since 1970-01-01 on SQLite: `day + n` and `day - day` are then
    the same SQL on both.
    """

    impl = sa.Date
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the storage of this database."""
        return dialect.type_descriptor(sa.Integer() if dialect.name == "sqlite" else sa.Date())

    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        """Turn a day into what the database keeps; a moment is refused, its day depends on the time zone."""
        if value is None or dialect.name != "sqlite":
            return value
        if isinstance(value, datetime):
            raise TypeError("a day column takes a date, not a moment")
        return (value - _EPOCH).days

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        """Turn what the database keeps into a day."""
        if value is None or isinstance(value, date):
            return value
        return _EPOCH + timedelta(days=value)

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        """`day + 30` adds a number; everything else compares days."""
        return sa.Integer() if isinstance(value, int) else self


class Moment(TypeDecorator[datetime]):
    """A moment: always aware, kept in UTC."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive moment; SQLite keeps UTC without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a moment must be aware")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware moment."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class NfcText(TypeDecorator[str]):
    """Text, normalised to NFC on its way in."""

    impl = sa.String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Compose decomposed marks, so that equal words are equal bytes."""
        return value if value is None else unicodedata.normalize("NFC", value)


def vi_text(length: int) -> NfcText:
    """Vietnamese text of at most `length` characters."""
    return NfcText(length)


def long_text() -> NfcText:
    """Vietnamese text without a limit."""
    return NfcText()


def code_text(length: int = 64) -> TypeEngine[str]:
    """An identifier: compared and sorted by bytes on both databases."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def sort_key() -> TypeEngine[str]:
    """A key of `vietnamese.sort_key`: byte order is Vietnamese order."""
    return code_text(600)


def day() -> Day:
    """A calendar day."""
    return Day()


def moment() -> Moment:
    """An aware moment."""
    return Moment()


def big_id() -> TypeEngine[int]:
    """The key of a table that grows with people × requirements."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def json_value() -> TypeEngine[Any]:
    """A JSON value that is read whole, never searched."""
    return sa.JSON().with_variant(JSONB(), "postgresql")


def marks() -> TypeEngine[Any]:
    """A mark, hours or a ratio: exact, two decimals."""
    return sa.Numeric(9, 2)


def rows_of(statement: sa.TextClause, **columns: Any) -> sa.Select[Any]:
    """The rows of a statement of ours, its columns named in their order, each with its type.

    A text alone has its columns looked up by name each time it runs; on a path that is run for every click, that shows.
    """
    rows = statement.columns(*(sa.column(name, kind) for name, kind in columns.items())).subquery("told")
    return sa.select(*rows.c)
