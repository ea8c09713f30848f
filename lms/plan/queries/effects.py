"""Whom a change meets: who is obliged before and after, requirement by requirement."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from lms.plan.models import Obligation, Requirement
from lms.platform import vietnamese
from lms.platform.columns import Day
from lms.platform.db import db

NAMES_SHOWN = 5


@dataclass(frozen=True)
class Effect:
    """What a change does to one requirement. Numbers are persons whose duty is open today or later."""

    requirement_id: int
    code: str
    title: str
    what: str
    """added, changed, ended or same."""
    obliged: int
    ever: int
    """Persons with any obligation, past ones included."""
    gained: int
    lost: int
    due_later: int
    due_earlier: int
    """Obligations whose due day moves; an earlier day of one that has begun is a shortening, asked for as such."""
    gained_names: tuple[str, ...]
    lost_names: tuple[str, ...]
    """The first few in order of name, with masked numbers."""
    due_kept: int = 0
    """Open obligations that keep the day that was told, because the change would have shortened it."""
    due_fixed: int = 0
    """Fulfilled obligations whose due day stays, whatever the change says."""


_OPEN = """SELECT person_id, requirement_id, MAX(CASE WHEN closes_on > :today THEN 1 ELSE 0 END) AS is_open
FROM {rows} GROUP BY person_id, requirement_id"""
_WAS = "obligation WHERE requirement_id IN :touched"
_NOW = """(SELECT person_id, requirement_id, closes_on FROM w_obligation
  UNION ALL SELECT person_id, requirement_id, closes_on FROM obligation WHERE requirement_id IN :same) n"""

_COMPARED = f"""
SELECT person_id, requirement_id, MAX(was) AS was, MAX(now) AS now, MAX(stands) AS stands FROM (
  SELECT person_id, requirement_id, is_open AS was, 0 AS now, 0 AS stands FROM ({_OPEN.format(rows=_WAS)}) w
  UNION ALL
  SELECT person_id, requirement_id, 0, is_open, 1 FROM ({_OPEN.format(rows=_NOW)}) o
) z GROUP BY person_id, requirement_id
"""

_COUNTS = f"""
SELECT requirement_id, SUM(now) AS obliged, SUM(stands) AS ever,
  SUM(CASE WHEN now > was THEN 1 ELSE 0 END) AS gained, SUM(CASE WHEN was > now THEN 1 ELSE 0 END) AS lost
FROM ({_COMPARED}) c GROUP BY requirement_id
"""

_NAMES = f"""
SELECT requirement_id, gained, personal_id, full_name FROM (
  SELECT c.requirement_id, CASE WHEN c.now > c.was THEN 1 ELSE 0 END AS gained, p.personal_id, p.full_name,
    ROW_NUMBER() OVER (
      PARTITION BY c.requirement_id, CASE WHEN c.now > c.was THEN 1 ELSE 0 END ORDER BY p.sort_name, p.id
    ) AS place
  FROM ({_COMPARED}) c JOIN person p ON p.id = c.person_id WHERE c.now <> c.was AND c.requirement_id IN :touched
) n WHERE place <= {NAMES_SHOWN} ORDER BY requirement_id, gained, place
"""

_DUE = """
SELECT o.requirement_id, SUM(CASE WHEN o.due_on > w.due_on THEN 1 ELSE 0 END) AS later,
  SUM(CASE WHEN o.due_on < w.due_on THEN 1 ELSE 0 END) AS earlier
FROM obligation w
JOIN w_obligation o ON o.person_id = w.person_id AND o.requirement_id = w.requirement_id AND o.cycle = w.cycle
WHERE o.closes_on > :today GROUP BY o.requirement_id
"""


def derived_obligations() -> sa.TableClause:
    """The obligations of a derivation that is not written yet; `Obligation` still says how they were."""
    return sa.table(
        "w_obligation", *(sa.column(c.name, c.type) for c in Obligation.__table__.columns if c.name != "id")
    )


def effects(states: Mapping[int, str], today: date) -> list[Effect]:
    """What a change does, while its obligations lie in the work table of a derivation and nothing is written yet.

    `states` says of each requirement what becomes of it; those that stay the same are told as they stand.
    """

    def rows(text: str) -> Sequence[sa.Row[tuple[object, ...]]]:
        statement = sa.text(text).bindparams(sa.bindparam("today", today, type_=Day()))
        for name, ids in (("touched", sorted(touched)), ("same", sorted(states.keys() - touched))):
            if f":{name}" in text:
                statement = statement.bindparams(sa.bindparam(name, ids, expanding=True))
        return db.session.execute(statement).all()

    touched = {requirement_id for requirement_id, what in states.items() if what != "same"}
    counts = {row.requirement_id: row for row in rows(_COUNTS)}
    due = {row.requirement_id: row for row in rows(_DUE)}
    names: dict[tuple[int, int], tuple[str, ...]] = defaultdict(tuple)
    for row in rows(_NAMES):
        names[row.requirement_id, row.gained] += (f"{row.full_name} ({vietnamese.masked_id(row.personal_id)})",)
    listed = db.session.scalars(
        sa.select(Requirement).where(Requirement.id.in_(list(states))).order_by(Requirement.place, Requirement.id)
    )
    return [
        Effect(
            requirement_id=requirement.id,
            code=requirement.code,
            title=requirement.title,
            what=states[requirement.id],
            obliged=_number(counts.get(requirement.id), "obliged"),
            ever=_number(counts.get(requirement.id), "ever"),
            gained=_number(counts.get(requirement.id), "gained") if requirement.id in touched else 0,
            lost=_number(counts.get(requirement.id), "lost") if requirement.id in touched else 0,
            due_later=_number(due.get(requirement.id), "later"),
            due_earlier=_number(due.get(requirement.id), "earlier"),
            gained_names=names[requirement.id, 1],
            lost_names=names[requirement.id, 0],
        )
        for requirement in listed
    ]


def _number(row: sa.Row[tuple[object, ...]] | None, name: str) -> int:
    return int(getattr(row, name)) if row is not None else 0
