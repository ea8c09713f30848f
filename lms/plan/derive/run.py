"""One derivation from beginning to end."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import perf_counter

import sqlalchemy as sa

from lms.plan.derive import steps, store
from lms.plan.derive.work import Work

Progress = Callable[[str, float], None]
"""Told after each step: its name and the seconds it took."""


@dataclass(frozen=True)
class Scope:
    """What to derive anew: these people × these requirements; None means all."""

    person_ids: Iterable[int] | None = None
    requirement_ids: Iterable[int] | None = None


def derive(connection: sa.Connection, scope: Scope, progress: Progress | None = None) -> None:
    """Derive a scope anew inside the caller's transaction and write what differs."""
    of_people = scope.person_ids is not None
    work = Work(connection, bulk=not of_people)
    watch = _Watch(progress)
    if work.on_postgresql:
        # Short plans over small tables: compiling them costs more than running them.
        work.run("SET LOCAL jit = off")
        if not of_people:
            work.run("SET LOCAL work_mem = '256MB'")
            work.run("SET LOCAL maintenance_work_mem = '512MB'")
    if scope.person_ids is not None:
        work.fill("w_person", "person_id", scope.person_ids)
    work.fill("w_requirement", "requirement_id", _requirements(connection, scope))
    steps.run(work, of_people=of_people, watch=watch)
    for table in (store.obligations, store.reasons, store.segments):
        table(work, of_people=of_people)
        watch(table.__name__)
    work.drop()


def analyse(connection: sa.Connection) -> None:
    """Give PostgreSQL fresh statistics of the derived tables after a big change."""
    if connection.dialect.name == "postgresql":
        for table in ("obligation", "segment", "reason"):
            connection.exec_driver_sql(f"ANALYZE {table}")


def _requirements(connection: sa.Connection, scope: Scope) -> Iterable[int]:
    if scope.requirement_ids is not None:
        return scope.requirement_ids
    return connection.scalars(sa.text("SELECT id FROM requirement"))


class _Watch:
    """Says how long each step took."""

    def __init__(self, progress: Progress | None) -> None:
        self.progress = progress
        self.since = perf_counter()

    def __call__(self, name: str) -> None:
        now = perf_counter()
        if self.progress is not None:
            self.progress(name, now - self.since)
        self.since = now
