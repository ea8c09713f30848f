"""Telling, duty by duty, what an act does: obligations as they stood before whatever it derives anew, and after."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import date

import sqlalchemy as sa

from lms.changes.kinds import Effect, watches
from lms.plan.derive.work import Work
from lms.platform.columns import Day
from lms.platform.db import db

_DAY = Day()

# How a duty stands: where it counts on the day, and for how many days from then on its clock stands still.
_OF_DUTY = (
    "FROM segment s WHERE s.person_id = o.person_id AND s.requirement_id = o.requirement_id AND s.cycle = o.cycle"
)
_STANDS = f"""
SELECT o.person_id, o.requirement_id, o.cycle, o.closes_on, o.due_on, o.fulfilled_on,
  COALESCE((SELECT MAX(s.unit_id) {_OF_DUTY} AND s.from_on <= {{day}} AND s.to_on > {{day}}),
    (SELECT MAX(s.unit_id) {_OF_DUTY} AND s.from_on > {{day}})) AS unit_id,
  (SELECT SUM(s.to_on - GREATEST(s.from_on, {{day}})) {_OF_DUTY} AND s.to_on > {{day}} AND s.kind = 1) AS paused,
  (SELECT SUM(s.to_on - GREATEST(s.from_on, {{day}})) {_OF_DUTY} AND s.to_on > {{day}} AND s.kind = 2) AS waived
FROM obligation o
"""

_COVERED = """(EXISTS (SELECT 1 FROM w_all)
  OR EXISTS (SELECT 1 FROM w_met_person c WHERE c.person_id = o.person_id)
  OR EXISTS (SELECT 1 FROM w_met_requirement c WHERE c.requirement_id = o.requirement_id))"""

_NUMBERS = ("unit_id", "due_on", "fulfilled_on", "paused", "waived")
_BEFORE = ", ".join(f"MAX(CASE WHEN now = 0 THEN {name} END) AS {name}_before" for name in _NUMBERS)
_AFTER = ", ".join(f"MAX(CASE WHEN now = 1 THEN {name} END) AS {name}_after" for name in _NUMBERS)

# One line for each duty that is not what it was; ended duties say nothing, before or after. Named as people name
# things, for the keys of what an act adds are others each time.
_COMPARED = f"""
SELECT d.person_id, p.personal_id, p.full_name, d.requirement_id, l.code || '/' || r.code AS requirement, d.cycle,
  COALESCE(d.unit_id_after, d.unit_id_before) AS unit_id, COALESCE(u.code, '') AS unit, d.what,
  CASE WHEN d.was = 1 THEN d.due_on_before END AS due_before, CASE WHEN d.now = 1 THEN d.due_on_after END AS due_after
FROM (
  SELECT c.*, CASE WHEN was = 0 THEN 'gained' WHEN now = 0 THEN 'lost'
    WHEN fulfilled_on_before <> fulfilled_on_after THEN 'done'
    WHEN COALESCE(waived_after, 0) > COALESCE(waived_before, 0) THEN 'waived'
    WHEN COALESCE(paused_after, 0) > COALESCE(paused_before, 0) THEN 'paused'
    WHEN COALESCE(paused_after, 0) + COALESCE(waived_after, 0) < COALESCE(paused_before, 0) + COALESCE(waived_before, 0)
      THEN 'counted'
    WHEN due_on_after > due_on_before THEN 'later' WHEN due_on_after < due_on_before THEN 'earlier'
    WHEN COALESCE(unit_id_before, 0) <> COALESCE(unit_id_after, 0) THEN 'moved' END AS what
  FROM (
    SELECT person_id, requirement_id, cycle, MAX(1 - now) AS was, MAX(now) AS now, {_BEFORE}, {_AFTER}
    FROM (
      SELECT 0 AS now, b.* FROM w_before b WHERE b.closes_on > {{day}}
      UNION ALL
      SELECT 1, a.* FROM ({_STANDS} WHERE {_COVERED}) a WHERE a.closes_on > {{day}}
    ) both_sides GROUP BY person_id, requirement_id, cycle
  ) c
) d
JOIN person p ON p.id = d.person_id
JOIN requirement r ON r.id = d.requirement_id JOIN plan l ON l.id = r.plan_id
LEFT JOIN unit u ON u.id = COALESCE(d.unit_id_after, d.unit_id_before)
WHERE d.what IS NOT NULL
ORDER BY d.what, l.code, r.place, r.code, p.personal_id, d.cycle
"""


_EFFECT = tuple(field.name for field in fields(Effect))


class Watch:
    """What an act has derived anew so far, and how it stood before."""

    def __init__(self, day: date) -> None:
        """Begin with nothing remembered."""
        self.work = Work(db.session.connection(), bulk=False)
        self.day = self.work.day(day)
        self.work.make("w_before", f"SELECT * FROM ({_STANDS.replace('{day}', self.day)}) z WHERE 1 = 0")
        for table, column in (("w_met_person", "person_id"), ("w_met_requirement", "requirement_id"), ("w_all", "n")):
            self.work.fill(table, column, ())

    def remember(self, person_ids: Iterable[int] | None, requirement_ids: Iterable[int] | None) -> None:
        """Keep how duties stand that are about to be derived anew: of these people, these requirements, or all."""
        where = "1 = 1"
        if person_ids is not None:
            self._meet("w_now_person", "person_id", person_ids)
            where = "EXISTS (SELECT 1 FROM w_now_person n WHERE n.person_id = o.person_id)"
        elif requirement_ids is not None:
            self._meet("w_now_requirement", "requirement_id", requirement_ids)
            where = "EXISTS (SELECT 1 FROM w_now_requirement n WHERE n.requirement_id = o.requirement_id)"
        self.work.run(f"INSERT INTO w_before {_STANDS.replace('{day}', self.day)} WHERE {where} AND NOT {_COVERED}")
        if person_ids is not None:
            self._cover("w_met_person", "w_now_person", "person_id")
        elif requirement_ids is not None:
            self._cover("w_met_requirement", "w_now_requirement", "requirement_id")
        elif not self.work.number("SELECT COUNT(*) FROM w_all"):
            self.work.run("INSERT INTO w_all (n) VALUES (1)")

    def _meet(self, table: str, column: str, ids: Iterable[int]) -> None:
        self.work.run(f"DROP TABLE IF EXISTS {table}")
        if table in self.work.names:
            self.work.names.remove(table)
        self.work.fill(table, column, ids)

    def _cover(self, table: str, source: str, column: str) -> None:
        self.work.run(
            f"INSERT INTO {table} ({column}) SELECT {column} FROM {source} n "
            f"WHERE NOT EXISTS (SELECT 1 FROM {table} c WHERE c.{column} = n.{column})"
        )

    def effects(self) -> Iterator[Effect]:
        """Every duty that is not what it was, in a fixed order."""
        columns = [sa.column(name, _DAY if name.startswith("due") else None) for name in _EFFECT]
        text = self.work.written(_COMPARED.replace("{day}", self.day))
        for row in db.session.connection().execute(sa.text(text).columns(*columns)):
            yield Effect(*row)


@watches
@contextmanager
def watching(day: date) -> Iterator[Callable[[], Iterator[Effect]]]:
    """Watch an act; whatever derives duties tells it first."""
    watch = Watch(day)
    watches_here = db.session.info.setdefault("watches", [])
    watches_here.append(watch)
    try:
        yield watch.effects
        watch.work.drop()
    finally:
        watches_here.remove(watch)


def tell(person_ids: Iterable[int] | None, requirement_ids: Iterable[int] | None) -> None:
    """Say what is about to be derived anew; costs nothing when nobody watches."""
    for watch in db.session.info.get("watches", ()):
        watch.remember(person_ids, requirement_ids)
