"""Alembic's environment: one transaction a migration, batch mode for SQLite, plain types in the scripts."""

import logging
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import text

config = context.config
logging.getLogger("alembic").setLevel(logging.WARNING)
database = current_app.extensions["migrate"].db


def render_item(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Write our column kinds as the plain functions that each script defines for itself."""
    if kind != "type":
        return False
    name = type(item).__name__
    if name == "Day":
        return "day()"
    if name == "Moment":
        return "moment()"
    if name == "NfcText":
        length = item.impl.length
        return f"sa.String({length})" if length else "sa.Text()"
    variants = getattr(item, "_variant_mapping", {})
    if "postgresql" in variants:
        plain = type(item).__name__
        if plain == "String":
            return f"code({item.length})"
        if plain == "JSON":
            return "json_value()"
    if "sqlite" in variants and type(item).__name__ == "BigInteger":
        return "big_id()"
    return False


def run_migrations_online() -> None:
    """Migrate; on PostgreSQL one migrator at a time, and none waits long behind a lock."""
    with database.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET lock_timeout = '5s'"))
            connection.execute(text("SELECT pg_advisory_lock(2390)"))
            connection.commit()
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_item=render_item,
            render_as_batch=True,
            compare_type=False,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run_migrations_online()
