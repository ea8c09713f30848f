"""Telling, duty by duty, what an act does: what each derivation inside it finds is compared with what stood before.

A watch may be *dry*: derivations are then worked out beside what stands, and not written. Nobody waits for a preview.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import current_app

from lms.changes.kinds import Effect, watches
from lms.plan.derive import Derivation
from lms.plan.derive.store import KEY, TABLES, in_scope, same
from lms.plan.derive.work import Work
from lms.plan.queries import load
from lms.platform import clock
from lms.platform.columns import Day
from lms.platform.db import db

_DAY = Day()
OVERLOADS = 20
"""So many units and quarters are named."""
_KEYS = ", ".join(KEY)

# How a duty stands: where it counts on the day, and for how many days from then on its clock stands still.
_STANDS = f"""
SELECT o.person_id, o.requirement_id, o.cycle, o.opened_on, o.closes_on, o.due_on, o.fulfilled_on, s.unit_id,
  s.paused, s.waived
FROM w_watch_key k JOIN {{obligation}} o ON {same("o", "k", KEY)}
LEFT JOIN (
  SELECT k.person_id, k.requirement_id, k.cycle,
    COALESCE(MAX(CASE WHEN s.from_on <= {{day}} THEN s.unit_id END), MAX(s.unit_id)) AS unit_id,
    SUM(CASE WHEN s.kind = 1 THEN s.to_on - GREATEST(s.from_on, {{day}}) ELSE 0 END) AS paused,
    SUM(CASE WHEN s.kind = 2 THEN s.to_on - GREATEST(s.from_on, {{day}}) ELSE 0 END) AS waived
  FROM w_watch_key k JOIN {{segment}} s ON {same("s", "k", KEY)} AND s.to_on > {{day}}
  GROUP BY k.person_id, k.requirement_id, k.cycle
) s ON {same("s", "k", KEY)}
"""

_NUMBERS = ("unit_id", "due_on", "fulfilled_on", "paused", "waived", "opened_on", "closes_on")
_BEFORE = ", ".join(f"MAX(CASE WHEN now = 0 THEN {name} END) AS {name}_before" for name in _NUMBERS)
_AFTER = ", ".join(f"MAX(CASE WHEN now = 1 THEN {name} END) AS {name}_after" for name in _NUMBERS)

# One line for each duty that is not what it was; ended duties say nothing, before or after.
_COMPARED = f"""
SELECT d.person_id, d.requirement_id, d.cycle, COALESCE(d.unit_id_after, d.unit_id_before) AS unit_id, d.what,
  CASE WHEN d.was = 1 THEN d.due_on_before END AS due_before, CASE WHEN d.now = 1 THEN d.due_on_after END AS due_after,
  d.opened_on_after AS opened_on, d.closes_on_after AS closes_on
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
    SELECT {_KEYS}, MAX(1 - now) AS was, MAX(now) AS now, {_BEFORE}, {_AFTER}
    FROM (
      SELECT 0 AS now, b.* FROM w_watch_before b WHERE b.closes_on > {{day}}
      UNION ALL
      SELECT 1, a.* FROM w_watch_after a WHERE a.closes_on > {{day}}
    ) both_sides GROUP BY {_KEYS}
  ) c
) d
WHERE d.what IS NOT NULL
"""

# Named as people name things, for the keys of what an act adds are others each time.
_NAMED = """
SELECT e.person_id, p.personal_id, p.full_name AS name, p.search_key, e.requirement_id,
  l.code || '/' || r.code AS requirement, e.cycle, e.unit_id, COALESCE(u.code, '') AS unit, e.what, e.due_before,
  e.due_after
FROM w_watch_effect e
JOIN person p ON p.id = e.person_id
JOIN requirement r ON r.id = e.requirement_id JOIN plan l ON l.id = r.plan_id
LEFT JOIN unit u ON u.id = e.unit_id
"""


class Watch:
    """What derivations inside an act have found so far, and how those duties stood before it."""

    def __init__(self, day: date, *, dry: bool) -> None:
        """Begin with nothing met."""
        self.dry = dry
        self.work = Work(db.session.connection(), bulk=False)
        self.day = self.work.day(day)
        self.work.make("w_watch_key", f"SELECT {_KEYS} FROM obligation WHERE 1 = 0", _KEYS)
        self.work.make("w_watch_met", f"SELECT {_KEYS} FROM w_watch_key", _KEYS)
        for side in ("before", "after"):
            self.work.make(f"w_watch_{side}", self._stands("obligation", "segment"), _KEYS)

    def _stands(self, obligation: str, segment: str) -> str:
        return _STANDS.format(day=self.day, obligation=obligation, segment=segment)

    def meet(self, derivation: Derivation) -> None:
        """Take in what a derivation has found, before any of it is written."""
        work, met = self.work, f"EXISTS (SELECT 1 FROM w_watch_met m WHERE {same('m', 'k', KEY)})"
        self._keys(_differing(derivation))
        work.run(f"DELETE FROM w_watch_key WHERE {met.replace('k.', 'w_watch_key.')}")
        self._known("w_watch_key")
        work.run(f"INSERT INTO w_watch_before {self._stands('obligation', 'segment')}")
        work.run(f"INSERT INTO w_watch_met SELECT {_KEYS} FROM w_watch_key")
        # Whatever this derivation speaks of is now what it says, even where an earlier one said something else.
        within = in_scope("w_watch_met", derivation.of_people)
        self._keys(f"SELECT {_KEYS} FROM w_watch_met WHERE {within}")
        work.run(
            "DELETE FROM w_watch_after WHERE EXISTS "
            f"(SELECT 1 FROM w_watch_key k WHERE {same('k', 'w_watch_after', KEY)})"
        )
        work.run(f"INSERT INTO w_watch_after {self._stands('w_obligation', 'w_segment')}")

    def _keys(self, select: str) -> None:
        self.work.run("DELETE FROM w_watch_key")
        self.work.run(f"INSERT INTO w_watch_key {select}")
        self._known("w_watch_key")

    def _known(self, table: str) -> None:
        """Let PostgreSQL know how large a table has become."""
        if self.work.on_postgresql:
            self.work.run(f"ANALYZE {table}")

    def effects(self) -> sa.TextualSelect:
        """Every duty that is not what it was, to be read while the act's names stand and the watch goes on."""
        for table in ("w_watch_before", "w_watch_after"):
            self._known(table)
        self.work.make("w_watch_effect", _COMPARED.replace("{day}", self.day))
        columns = [sa.column(name, _DAY if name.startswith("due") else None) for name in _EFFECT]
        return sa.text(_NAMED).columns(*columns)

    def warnings(self) -> dict[str, Any]:
        """Units in which people would have to study more in a quarter than they should."""
        most = int(current_app.config["LMS"].load_hours) * 60
        found = load.overloads("w_watch_effect", clock.today(), most, OVERLOADS)
        return {"overload": [[row.unit, row.first.isoformat(), row.people, row.most] for row in found]} if found else {}


_EFFECT = tuple(field.name for field in fields(Effect))


def _differing(derivation: Derivation) -> str:
    """The duties in which what is derived differs from what stands."""
    if derivation.loads:
        return f"SELECT {_KEYS} FROM w_obligation"
    tables = ["w_changed"]
    tables += [f"w_{way}_{table.name}" for table, *_ in TABLES if "cycle" in table.c for way in ("gone", "came")]
    return " UNION ".join(f"SELECT {_KEYS} FROM {table}" for table in tables)


@watches
@contextmanager
def watching(day: date, *, dry: bool) -> Iterator[Watch]:
    """Watch an act; whatever derives duties tells it first."""
    watch = Watch(day, dry=dry)
    db.session.info["watch"] = watch
    try:
        yield watch
        watch.work.drop()
    finally:
        del db.session.info["watch"]


def now() -> Watch | None:
    """Who watches, if anybody does."""
    found: Watch | None = db.session.info.get("watch")
    return found
