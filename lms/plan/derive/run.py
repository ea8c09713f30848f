"""One derivation from beginning to end: find out what differs, then write it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import perf_counter

import sqlalchemy as sa

from lms.plan.derive import steps, store, swap
from lms.plan.derive.work import Work
from lms.plan.figures import changes as figures
from lms.plan.figures import lineages

Progress = Callable[[str, float], None]
"""Told after each step: its name and the seconds it took."""


@dataclass(frozen=True)
class Scope:
    """What to derive anew: these people × these requirements; None means all."""

    person_ids: Iterable[int] | None = None
    requirement_ids: Iterable[int] | None = None


class Derivation:
    """A scope derived anew into work tables inside the caller's transaction; nothing else is written yet."""

    of_people: bool
    """Whether the scope names people; else it is of all people."""
    loads: bool
    """Whether nothing stood before, and everything is new."""

    def __init__(self, connection: sa.Connection, scope: Scope, progress: Progress | None = None) -> None:
        """Derive and compare. Others may go on writing: who was followed meanwhile is named to `write`."""
        self.of_people = scope.person_ids is not None
        self.loads = False
        self._work = work = Work(connection, bulk=not self.of_people)
        self._watch = watch = _Watch(progress)
        if work.on_postgresql:
            # Short plans over small tables: compiling them costs more than running them.
            work.run("SET LOCAL jit = off")
            if not self.of_people:
                work.run("SET LOCAL work_mem = '256MB'")
                work.run("SET LOCAL maintenance_work_mem = '512MB'")
        if scope.person_ids is not None:
            work.fill("w_person", "person_id", scope.person_ids)
        work.fill("w_requirement", "requirement_id", _requirements(connection, scope))
        steps.run(work, of_people=self.of_people, watch=watch)

    def compare(self, *, dry: bool = False) -> None:
        """Find out what differs from what stands. A dry one is never written, and prepares nothing for it."""
        work, self._swaps, self._figures = self._work, False, figures.Fate.NONE_KEPT
        self.loads = store.is_empty(work) and not figures.are_kept(work.connection)
        if self.loads:
            return
        if dry:
            store.compare(work, of_people=self.of_people)
            return
        self._compare()

    def build(self) -> None:
        """If much differs, make new tables beside the old ones, to be written next; others may still go on writing."""
        self._swaps = not self.loads and swap.is_worth_it(self._work)
        if self._swaps:
            swap.build(self._work)
            self._watch("built")

    def _compare(self) -> None:
        work = self._work
        store.compare(work, of_people=self.of_people)
        self._watch("compared")
        self._figures = figures.prepare(work, of_people=self.of_people)
        self._watch("figures")

    @property
    def swaps(self) -> bool:
        """Whether writing needs the derived tables for itself, because new ones were built."""
        return self._swaps

    def write(self, late: Iterable[int]) -> None:
        """Write what differs, except for people followed meanwhile; they must be followed again."""
        work = self._work
        if self.loads and store.is_empty(work):
            store.load(work)
            self._watch("loaded")
            return
        if self.loads:
            self._compare()
        work.fill("w_late", "person_id", late)
        self._figures = figures.write(work, self._figures)
        if self._swaps:
            swap.take_over(work)
        else:
            store.write(work)
        self._watch("written")

    @property
    def leaves_figures_to_make(self) -> bool:
        """Whether kept figures were forgotten, or do not know a reform that there is by now."""
        return self._figures is figures.Fate.FORGOTTEN or (
            self._figures is figures.Fate.APPENDED and not lineages.know_all_reforms(self._work.connection)
        )

    def drop(self) -> None:
        """Leave no work table behind."""
        self._work.drop()


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
