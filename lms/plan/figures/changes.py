"""Appending what segments that come and go change in the figures, as set SQL. In plain loops: `contribution`."""

from enum import Enum, auto

import sqlalchemy as sa

from lms.plan.derive.work import Work
from lms.plan.figures.contribution import FIGURES
from lms.plan.figures.models import FigureHead

COLUMNS = ", ".join(FIGURES)
MANY = 50_000
"""From so many replaced segments on it is asked whether making everything anew costs less than appending."""

MANY_TURNED = 20_000
"""From so many people with another former unit on the same is taken for granted."""

# A segment is cut where a reform becomes the last one: from then on its people stand for another former unit.
_STRETCH = """
SELECT s.sign, s.requirement_id, s.unit_id, COALESCE(o.unit_id, 0) AS origin_id, s.kind,
  GREATEST(s.from_on, e.from_on) AS begins, LEAST(s.to_on, e.to_on) AS ends,
  s.due_on + 1 AS late_from, s.started_on, s.fulfilled_on
FROM ({source}) s
JOIN figure_era e ON s.from_on < e.to_on AND e.from_on < s.to_on
LEFT JOIN figure_origin o ON o.person_id = s.person_id AND o.reform_id = e.reform_id
"""

# The six days on which a stretch can change a figure: 1 begins, 2 ends, 3 completed, 4 started, 5 no longer open,
# 6 overdue.
_TURN = f"""
SELECT
  CASE n.turn WHEN 1 THEN begins WHEN 2 THEN ends WHEN 3 THEN GREATEST(begins, fulfilled_on)
    WHEN 4 THEN GREATEST(begins, started_on) WHEN 5 THEN LEAST(ends, fulfilled_on)
    ELSE GREATEST(begins, late_from) END AS day,
  unit_id, origin_id, requirement_id,
  CASE WHEN kind < 2 THEN CASE n.turn WHEN 1 THEN sign WHEN 2 THEN -sign ELSE 0 END ELSE 0 END AS required,
  CASE WHEN kind < 2 AND fulfilled_on < ends THEN CASE n.turn WHEN 3 THEN sign WHEN 2 THEN -sign ELSE 0 END
    ELSE 0 END AS completed,
  CASE WHEN kind < 2 AND fulfilled_on < ends AND fulfilled_on >= late_from
    THEN CASE n.turn WHEN 3 THEN sign WHEN 2 THEN -sign ELSE 0 END ELSE 0 END AS late,
  CASE WHEN kind < 2 AND GREATEST(begins, started_on) < LEAST(ends, fulfilled_on)
    THEN CASE n.turn WHEN 4 THEN sign WHEN 5 THEN -sign ELSE 0 END ELSE 0 END AS in_progress,
  CASE WHEN kind = 0 AND GREATEST(begins, late_from) < LEAST(ends, fulfilled_on)
    THEN CASE n.turn WHEN 6 THEN sign WHEN 5 THEN -sign ELSE 0 END ELSE 0 END AS overdue,
  CASE WHEN kind = 1 AND begins < fulfilled_on
    THEN CASE n.turn WHEN 1 THEN sign WHEN 5 THEN -sign ELSE 0 END ELSE 0 END AS paused,
  CASE WHEN kind = 2 THEN CASE n.turn WHEN 1 THEN sign WHEN 2 THEN -sign ELSE 0 END ELSE 0 END AS waived
FROM ({_STRETCH}) p
JOIN (SELECT 1 AS turn UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6) n
  ON n.turn = 1
  OR (n.turn = 2 AND ends < {{forever}})
  OR (kind < 2 AND (
    (n.turn = 3 AND fulfilled_on < ends)
    OR (n.turn = 4 AND GREATEST(begins, started_on) < LEAST(ends, fulfilled_on))
    OR (n.turn = 5 AND begins < fulfilled_on AND LEAST(ends, fulfilled_on) < {{forever}})
    OR (n.turn = 6 AND kind = 0 AND GREATEST(begins, late_from) < LEAST(ends, fulfilled_on))
  ))
"""

_SUMS = ", ".join(f"SUM({name}) AS {name}" for name in FIGURES)
_ANY = " OR ".join(f"SUM({name}) <> 0" for name in FIGURES)
_INTO = f"INSERT INTO figure_delta (day, unit_id, origin_id, requirement_id, {COLUMNS})"
_CHANGES = f"""
SELECT day, unit_id, origin_id, requirement_id, {_SUMS} FROM ({_TURN}) t
GROUP BY day, unit_id, origin_id, requirement_id HAVING {_ANY}
"""

SEGMENT = "person_id, requirement_id, unit_id, kind, from_on, to_on, due_on, started_on, fulfilled_on"

# Reforms that former units are derived for; of several on one day the last one counts, as in reports.
_ERAS = """
SELECT MAX(r.id) AS reform_id, r.effective_on AS from_on FROM reform r
WHERE EXISTS (SELECT 1 FROM succession s WHERE s.reform_id = r.id AND s.share = 'staff')
  OR EXISTS (SELECT 1 FROM former_unit f WHERE f.reform_id = r.id)
GROUP BY r.effective_on
"""
ERAS = f"""
SELECT reform_id, from_on, LEAD(from_on, 1, {{forever}}) OVER (ORDER BY from_on) AS to_on
FROM (SELECT 0 AS reform_id, {{beginning}} AS from_on UNION ALL {_ERAS}) e
"""

_TURNED = """
SELECT {what} AS person_id FROM former_unit f JOIN figure_era e ON e.reform_id = f.reform_id
LEFT JOIN figure_origin o ON o.reform_id = f.reform_id AND o.person_id = f.person_id
WHERE (o.unit_id IS NULL OR o.unit_id <> f.unit_id) AND {of_f}
UNION
SELECT o.person_id FROM figure_origin o
LEFT JOIN former_unit f ON o.reform_id = f.reform_id AND o.person_id = f.person_id
WHERE f.unit_id IS NULL AND {of_o}
"""


def are_kept(connection: sa.Connection) -> bool:
    """Whether changes are to be appended: there is a head."""
    return connection.scalar(sa.select(sa.exists(sa.select(FigureHead.day)))) or False


def forget(work: Work) -> None:
    """Keep nothing from here on: readers count segments until the figures are made anew."""
    work.run("DELETE FROM figure_head")


def append(work: Work, source: str) -> None:
    """Append what these rows (the columns of a segment, and a sign) change."""
    work.run(f"{_INTO} {_CHANGES.replace('{source}', source)}")


class Fate(Enum):
    """What replacing segments does to the kept figures."""

    NONE_KEPT = auto()
    APPENDED = auto()
    FORGOTTEN = auto()
    """It costs less to make everything anew."""


def prepare(work: Work, *, of_people: bool) -> Fate:
    """Sum up, into w_delta, what replacing the segments w_gone_segment by w_came_segment will change.

    People whose former unit has become another one are left to `write`: all their segments must be turned over.
    """
    if not are_kept(work.connection):
        return Fate.NONE_KEPT
    if _eras_differ(work) or (not of_people and _are_too_many(work)):
        return Fate.FORGOTTEN
    some = "{}.person_id IN (SELECT person_id FROM w_person)" if of_people else "1 = 1"
    turned = _TURNED.replace("{what}", "f.person_id").replace("{of_f}", some.format("f"))
    work.make("w_turned", turned.replace("{of_o}", some.format("o")), "person_id")
    if work.number("SELECT COUNT(*) FROM w_turned") > MANY_TURNED:
        return Fate.FORGOTTEN
    work.make("w_delta", _CHANGES.replace("{source}", _replaced(f"NOT {_TURNED_ONE}")))
    return Fate.APPENDED


def write(work: Work, fate: Fate) -> None:
    """Append what was prepared, before segments are replaced; what it holds of people in w_late is taken back."""
    if fate is Fate.FORGOTTEN:
        forget(work)
    elif fate is Fate.APPENDED:
        _turn_over(work)
        work.run(f"{_INTO} SELECT day, unit_id, origin_id, requirement_id, {COLUMNS} FROM w_delta")
        late = "person_id IN (SELECT person_id FROM w_late)"
        append(work, _replaced(f"{late} AND NOT {_TURNED_ONE}", gone=1, came=-1))
        append(work, _replaced(f"{_TURNED_ONE} AND NOT {late}"))


_TURNED_ONE = "person_id IN (SELECT person_id FROM w_turned)"


def _replaced(people: str, *, gone: int = -1, came: int = 1) -> str:
    return (
        f"SELECT {SEGMENT}, {gone} AS sign FROM w_gone_segment WHERE {people} "
        f"UNION ALL SELECT {SEGMENT}, {came} FROM w_came_segment WHERE {people}"
    )


def _eras_differ(work: Work) -> bool:
    known, true = "SELECT reform_id, from_on, to_on FROM figure_era", f"SELECT * FROM ({ERAS}) t"
    return bool(
        work.number(f"SELECT COUNT(*) FROM (SELECT * FROM ({known} EXCEPT {true}) a) d")
        or work.number(f"SELECT COUNT(*) FROM (SELECT * FROM ({true} EXCEPT {known}) a) d")
    )


def _are_too_many(work: Work) -> bool:
    left, came = work.number("SELECT COUNT(*) FROM w_gone_segment"), work.number("SELECT COUNT(*) FROM w_came_segment")
    return left + came > MANY and 4 * left >= work.number("SELECT COUNT(*) FROM segment")


def _turn_over(work: Work) -> None:
    """Take away every segment of these people under the old former unit, and add it under the new one."""
    if not work.number("SELECT COUNT(*) FROM w_turned"):
        return
    segments = f"SELECT {SEGMENT}, {{sign}} AS sign FROM segment WHERE {_TURNED_ONE}"
    append(work, segments.replace("{sign}", "-1"))
    work.run(f"DELETE FROM figure_origin WHERE {_TURNED_ONE}")
    work.run(
        "INSERT INTO figure_origin (reform_id, person_id, unit_id) SELECT f.reform_id, f.person_id, f.unit_id "
        "FROM former_unit f JOIN figure_era e ON e.reform_id = f.reform_id "
        "WHERE f.person_id IN (SELECT person_id FROM w_turned)"
    )
    append(work, segments.replace("{sign}", "1"))
