"""New derived tables beside the old ones, to take their places in a moment: PostgreSQL only.

Rewriting a quarter of the city in place takes as long as it takes, and everybody waits. The new tables are filled and
indexed while others read and write the old ones; obligations keep their ids.
"""

from typing import Any

import sqlalchemy as sa

from lms.plan.derive.store import KEY, TABLES
from lms.plan.derive.work import Work

MANY = 100_000
"""From so many rows to write on, new tables are quicker than changing the old ones."""


def is_worth_it(work: Work) -> bool:
    """Whether what `store.compare` found is so much that the tables had better be made anew."""
    if not work.on_postgresql:
        return False
    found = ("w_changed", *(f"w_{what}_{table.name}" for table, *_ in TABLES for what in ("gone", "came")))
    return sum(work.number(f"SELECT COUNT(*) FROM {name}") for name in found) > MANY


def build(work: Work) -> None:
    """Fill next_… with what stands and does not change, and with what newly follows; index it."""
    for table, _source, equal, columns in TABLES:
        name, listed = table.name, ", ".join(columns)
        work.run(f"CREATE TABLE next_{name} (LIKE {name} INCLUDING DEFAULTS)")
        changed = "AND NOT EXISTS (SELECT 1 FROM w_changed c WHERE c.id = t.id)" if equal == KEY else ""
        work.run(
            f"INSERT INTO next_{name} (id, {listed}) SELECT id, {listed} FROM {name} t "
            f"WHERE NOT EXISTS (SELECT 1 FROM w_gone_{name} g WHERE g.id = t.id) {changed}"
        )
        if equal == KEY:
            work.run(f"INSERT INTO next_{name} (id, {listed}) SELECT id, {listed} FROM w_changed")
        work.run(f"INSERT INTO next_{name} ({listed}) SELECT {listed} FROM w_came_{name}")
        for index, definition in _indexes(table):
            work.run(f"CREATE {definition.format(index='next_' + index, table='next_' + name)}")
        work.run(f"ANALYZE next_{name}")


def take_over(work: Work) -> None:
    """Let the new tables take the places of the old ones; rows of people in w_late are taken from the old ones.

    The caller holds the tables for itself. Whoever reads by an older snapshot must hold them too, or would find
    nothing: see `queries.checks`.
    """
    for table, _source, _equal, columns in TABLES:
        name, listed = table.name, ", ".join(columns)
        work.run(f"DELETE FROM next_{name} WHERE person_id IN (SELECT person_id FROM w_late)")
        # A late person's new rows may have been given ids of rows that stand: none is, ids come from one sequence.
        work.run(
            f"INSERT INTO next_{name} (id, {listed}) SELECT id, {listed} FROM {name} "
            "WHERE person_id IN (SELECT person_id FROM w_late)"
        )
        work.run(f"ALTER SEQUENCE {name}_id_seq OWNED BY next_{name}.id")
        work.run(f"DROP TABLE {name}")
        work.run(f"ALTER TABLE next_{name} RENAME TO {name}")
        for constraint in _constraints(table):
            kind = "PRIMARY KEY" if isinstance(constraint, sa.PrimaryKeyConstraint) else "UNIQUE"
            work.run(
                f"ALTER TABLE {name} ADD CONSTRAINT {_name(table, constraint)} {kind} "
                f"USING INDEX next_{_name(table, constraint)}"
            )
        for index in table.indexes:
            work.run(f"ALTER INDEX next_{index.name} RENAME TO {index.name}")


def _constraints(table: Any) -> list[Any]:
    kinds = (sa.PrimaryKeyConstraint, sa.UniqueConstraint)
    return [constraint for constraint in table.constraints if isinstance(constraint, kinds)]


def _name(table: Any, constraint: Any) -> str:
    """The name as the naming convention writes it."""
    columns = "_".join(column.name for column in constraint.columns)
    return f"pk_{table.name}" if isinstance(constraint, sa.PrimaryKeyConstraint) else f"uq_{table.name}_{columns}"


def _indexes(table: Any) -> list[tuple[str, str]]:
    """Name and definition of the indexes of a table, those of its constraints among them."""
    found = []
    for constraint in _constraints(table):
        listed = ", ".join(column.name for column in constraint.columns)
        found.append((_name(table, constraint), f"UNIQUE INDEX {{index}} ON {{table}} ({listed})"))
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        listed = ", ".join(column.name for column in index.columns)
        found.append((str(index.name), f"INDEX {{index}} ON {{table}} ({listed})"))
    return found
