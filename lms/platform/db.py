"""The database: one session per request, one commit in one hook, the same rules on SQLite and PostgreSQL."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, g, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.functions import GenericFunction

from lms.platform import vietnamese
from lms.platform.config import Config

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Base(DeclarativeBase):
    """The base of every model."""

    metadata = sa.MetaData(naming_convention=NAMING)


db = SQLAlchemy(
    model_class=Base,
    disable_autonaming=True,
    # Only felt by a session bound to a connection that is already in a transaction (the tests).
    session_options={"join_transaction_mode": "create_savepoint", "expire_on_commit": False},
)


class greatest(GenericFunction[Any]):  # noqa: N801 - named as the SQL function is
    """The later of two days, the larger of two numbers; `max` on SQLite."""

    inherit_cache = True


class least(GenericFunction[Any]):  # noqa: N801
    """The earlier of two days, the smaller of two numbers; `min` on SQLite."""

    inherit_cache = True


class instr(GenericFunction[int]):  # noqa: N801
    """Where a text first stands in another, from 1; 0: nowhere. `strpos` on PostgreSQL."""

    inherit_cache = True


@compiles(instr, "postgresql")
def _instr(element: Any, compiler: Any, **kw: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **kw)})"


@compiles(greatest, "sqlite")
def _greatest(element: Any, compiler: Any, **kw: Any) -> str:
    return f"max({compiler.process(element.clauses, **kw)})"


@compiles(least, "sqlite")
def _least(element: Any, compiler: Any, **kw: Any) -> str:
    return f"min({compiler.process(element.clauses, **kw)})"


def init_app(app: Flask, config: Config) -> None:
    """Bind the database and the request hooks to the app."""
    app.config["SQLALCHEMY_DATABASE_URI"] = config.database_url
    if config.on_sqlite:
        options: dict[str, Any] = {"connect_args": {"check_same_thread": False, "timeout": 15}}
    else:
        options = {
            "pool_size": 8,
            "max_overflow": 8,
            "pool_timeout": 10,
            "pool_recycle": 1800,
            # Compiling a plan costs more than it saves on short statements, and seconds when statistics are stale.
            # Days as text are always those of ISO 8601, however the server is set up: seals are made of them.
            "connect_args": {"options": "-c jit=off -c datestyle=ISO"},
        }
    # What was asked of the database may be somebody's number: an error in the log tells the statement without it.
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {**options, "hide_parameters": not config.development}
    db.init_app(app)
    with app.app_context():
        _prepare_sqlite(db.engine) if config.on_sqlite else _prepare_postgresql(db.engine)
    app.after_request(_finish)


def only_reading() -> bool:
    """Whether this is the visit of a page, which writes nothing; what it leaves behind comes after it."""
    return has_request_context() and request.method in SAFE_METHODS and not g.get("has_been_read", False)


def _prepare_sqlite(engine: sa.Engine) -> None:
    @sa.event.listens_for(engine, "connect")
    def connect(connection: sqlite3.Connection, _record: Any) -> None:
        # The driver must not open transactions by itself, or savepoints do not hold.
        connection.isolation_level = None
        connection.create_collation("vi", _compare_vietnamese)
        connection.create_function("sha256_mark", 1, _sha256_mark, deterministic=True)
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",  # an answer said to be saved survives a power cut
            "foreign_keys=ON",
            "busy_timeout=15000",
            "temp_store=MEMORY",
            "cache_size=-65536",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # A writer takes the one write lock at once: waiting is then possible, upgrading later is not.
        reading = only_reading() or connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _prepare_postgresql(engine: sa.Engine) -> None:
    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # The database itself refuses what a visit of a page would write; so such a visit may end by COMMIT (_finish).
        reading = only_reading()
        driver: Any = connection.connection.driver_connection
        if bool(driver.read_only) is not reading:
            driver.read_only = reading
        if reading:
            g.only_read = True


def _compare_vietnamese(left: str, right: str) -> int:
    a, b = vietnamese.sort_key(left), vietnamese.sort_key(right)
    return (a > b) - (a < b)


def _sha256_mark(text: str) -> str:
    """What PostgreSQL has by itself: the first 16 characters of a text's SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _finish(response: Response) -> Response:
    """End the request's transaction: commit what a successful unsafe request did, roll back everything else."""
    wanted = request.method not in SAFE_METHODS and response.status_code < 400
    if wanted or g.pop("keep_changes", False):
        db.session.commit()
        for act in g.pop("after_commit", ()):
            act()
    else:
        # The driver forgets its prepared statements at every ROLLBACK, and planning a page costs more than reading it.
        if g.pop("only_read", False):
            db.session.expunge_all()
            db.session.commit()
        db.session.rollback()
        g.pop("after_commit", None)
    if response.status_code < 400:
        _leave_behind()
    return response


def _leave_behind() -> None:
    acts = g.pop("afterwards", [])
    if acts:
        g.has_been_read = True
        with transaction():
            for act in acts:
                act()


def afterwards(act: Callable[[], None]) -> None:
    """Write something when the page is ready and before it is sent, in a short transaction of its own: a visit
    itself writes nothing. Nothing is written if the answer is an error."""
    g.setdefault("afterwards", []).append(act)


def keep_changes() -> None:
    """Commit although the answer is an error: a failed sign-in must still be counted."""
    g.keep_changes = True


def after_commit(act: Callable[[], None]) -> None:
    """Run `act` once the current request or transaction has been committed; never if it is rolled back."""
    if "after_commit" not in g:
        g.after_commit = []
    g.after_commit.append(act)


@contextmanager
def transaction() -> Iterator[None]:
    """The request hook's twin for commands and jobs: commit at the end, roll back on any error."""
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        g.pop("after_commit", None)
        raise
    for act in g.pop("after_commit", ()):
        act()


@contextmanager
def snapshot() -> Iterator[None]:
    """Read everything inside as it stands at one moment, while others go on writing; nothing is kept.

    REPEATABLE READ on PostgreSQL, a read transaction without the write lock on SQLite. Begin with no transaction open.
    """
    bind = db.session.get_bind()
    if isinstance(bind, sa.Engine):
        options: dict[str, Any] = {"reading": True}
        if bind.dialect.name == "postgresql":
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        db.session.connection(execution_options=options)
    try:
        yield
    finally:
        if isinstance(bind, sa.Engine):
            db.session.rollback()


def is_postgresql() -> bool:
    """Whether the session talks to PostgreSQL."""
    return db.session.get_bind().dialect.name == "postgresql"


def spoken(statement: str) -> str:
    """A statement of ours with GREATEST and LEAST, as the session's database says them."""
    return statement if is_postgresql() else statement.replace("GREATEST(", "max(").replace("LEAST(", "min(")


def lock(name: str) -> None:
    """Hold a named lock until the transaction ends; SQLite's one writer does the same by itself."""
    if is_postgresql():
        db.session.connection().execute(_LOCK, {"name": name})


_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtext(:name))")
