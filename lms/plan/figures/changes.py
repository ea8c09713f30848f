"""Appending what segments that come and go change in the figures, as set SQL. In plain loops: `contribution`."""

from enum import Enum, auto

import sqlalchemy as sa

from lms.plan.derive.work import Work
from lms.plan.figures import groups, heads, lineages
from lms.plan.figures.contribution import FIGURES
from lms.plan.figures.models import FigureHead

COLUMNS = ", ".join(FIGURES)
MANY = 50_000
"""From so many replaced segments on it is asked whether making everything anew costs less than appending."""

MANY_TURNED = 20_000
"""From so many people with other former units on the same is taken for granted."""

_STRETCH = """
SELECT s.sign, s.requirement_id, s.unit_id, COALESCE(p.lineage_id, 0) AS lineage_id, s.kind,
  s.from_on AS begins, s.to_on AS ends, s.due_on + 1 AS late_from, s.started_on, s.fulfilled_on
FROM ({source}) s LEFT JOIN {persons} p ON p.person_id = s.person_id
"""

# The six days on which a stretch can change a figure: 1 begins, 2 ends, 3 completed, 4 started, 5 no longer open,
# 6 overdue.
_TURN = f"""
SELECT
  CASE n.turn WHEN 1 THEN begins WHEN 2 THEN ends WHEN 3 THEN GREATEST(begins, fulfilled_on)
    WHEN 4 THEN GREATEST(begins, started_on) WHEN 5 THEN LEAST(ends, fulfilled_on)
    ELSE GREATEST(begins, late_from) END AS day,
  unit_id, lineage_id, requirement_id,
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
CELL = f"day, unit_id, lineage_id, requirement_id, {COLUMNS}"
_CHANGES = f"""
SELECT day, unit_id, lineage_id, requirement_id, {_SUMS} FROM ({_TURN}) t
GROUP BY day, unit_id, lineage_id, requirement_id HAVING {_ANY}
"""

SEGMENT = "person_id, requirement_id, unit_id, kind, from_on, to_on, due_on, started_on, fulfilled_on"


def are_kept(connection: sa.Connection) -> bool:
    """Whether changes are to be appended: there is a head."""
    return connection.scalar(sa.select(sa.exists(sa.select(FigureHead.day)))) or False


def forget(connection: sa.Connection) -> None:
    """Keep nothing from here on: readers count segments until the figures are made anew."""
    connection.execute(sa.delete(FigureHead))


def append(work: Work, source: str, target: str = "figure_delta", persons: str = "figure_person") -> None:
    """Append what these rows (the columns of a segment, and a sign) change for the lineages told by `persons`."""
    work.run(f"INSERT INTO {target} ({CELL}) {_changes(source, persons)}")


def _changes(source: str, persons: str = "figure_person") -> str:
    return _CHANGES.replace("{source}", source).replace("{persons}", persons)


class Fate(Enum):
    """What replacing segments does to the kept figures."""

    NONE_KEPT = auto()
    APPENDED = auto()
    FORGOTTEN = auto()
    """It costs less to make everything anew."""


def prepare(work: Work, *, of_people: bool) -> Fate:
    """Sum up, into w_delta, what replacing the segments w_gone_segment by w_came_segment will change.

    People whose former units have become other ones are left to `write`: all their segments must be turned over.
    """
    if not are_kept(work.connection):
        return Fate.NONE_KEPT
    if groups.differ(work) or (not of_people and _are_too_many(work)):
        return Fate.FORGOTTEN
    if lineages.find_turned(work, of_people=of_people) > MANY_TURNED:
        return Fate.FORGOTTEN
    # As which lineage those were counted who are followed meanwhile: `write` takes them back as the very same.
    work.make(
        "w_counted",
        "SELECT person_id, lineage_id FROM figure_person WHERE person_id IN (SELECT person_id FROM w_gone_segment "
        "UNION SELECT person_id FROM w_came_segment)",
        "person_id",
    )
    heads.prepare(work)
    work.make("w_delta", _changes(_replaced(f"NOT {_TURNED_ONE}"), "w_counted"))
    heads.append_stays(work, f"NOT {_TURNED_ONE}", target="w_delta", persons="w_counted")
    return Fate.APPENDED


def write(work: Work, fate: Fate) -> Fate:
    """Append what was prepared, before segments are replaced; what it holds of people in w_late is taken back.

    Returns what became of the figures in the end.
    """
    if fate is Fate.APPENDED and groups.have_left_some(work):
        fate = Fate.FORGOTTEN
    if fate is Fate.FORGOTTEN:
        forget(work.connection)
    elif fate is Fate.APPENDED:
        turn_over(work)
        work.run(f"INSERT INTO figure_delta ({CELL}) SELECT {CELL} FROM w_delta")
        late = "person_id IN (SELECT person_id FROM w_late)"
        if work.number("SELECT COUNT(*) FROM w_late"):
            append(work, _replaced(f"{late} AND NOT {_TURNED_ONE}", gone=1, came=-1), persons="w_counted")
            heads.append_stays(work, f"{late} AND NOT {_TURNED_ONE}", times=-1, persons="w_counted")
        if work.number("SELECT COUNT(*) FROM w_turned"):
            append(work, _replaced(f"{_TURNED_ONE} AND NOT {late}"))
            heads.append_stays(work, f"{_TURNED_ONE} AND NOT {late}")
    return fate


_TURNED_ONE = "person_id IN (SELECT person_id FROM w_turned)"


def _replaced(people: str, *, gone: int = -1, came: int = 1) -> str:
    return (
        f"SELECT {SEGMENT}, {gone} AS sign FROM w_gone_segment WHERE {people} "
        f"UNION ALL SELECT {SEGMENT}, {came} FROM w_came_segment WHERE {people}"
    )


def _are_too_many(work: Work) -> bool:
    left, came = work.number("SELECT COUNT(*) FROM w_gone_segment"), work.number("SELECT COUNT(*) FROM w_came_segment")
    return left + came > MANY and 4 * left >= work.number("SELECT COUNT(*) FROM segment")


def turn_over(work: Work, was: str = "segment") -> None:
    """Take away every segment of the people of w_turned, as it `was`, under the former units they were counted for,
    and add those that stand under the true ones."""
    if not work.number("SELECT COUNT(*) FROM w_turned"):
        return
    for sign, table in ((-1, was), (1, "segment")):
        segments = f"SELECT {SEGMENT}, {sign} AS sign FROM {table} WHERE {_TURNED_ONE}"
        append(work, segments)
        heads.append(work, segments)
        if sign < 0:
            lineages.turn_over(work)
