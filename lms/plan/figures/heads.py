"""Distinct people: while any duty of a group is required of a person, it counts one in the figures of the group."""

from collections.abc import Iterable, Sequence
from datetime import date

import sqlalchemy as sa

from lms.plan.derive.work import Work
from lms.plan.figures.contribution import FIGURES, Stretch
from lms.plan.figures.models import FigureGroup
from lms.plan.models import Segment
from lms.plan.rules import FOREVER
from lms.plan.rules.intervals import Interval, union
from lms.plan.rules.states import WAIVED

SHAPE = "person_id, requirement_id, unit_id, kind, from_on, to_on"
"""What of a segment says when a person counts, whatever was studied."""
_KEY = "sign, group_id, person_id, unit_id"
_OTHERS = [name for name in FIGURES if name != "required"]

# Overlapping and touching stretches are joined: a row begins a new stay where none of those before it reaches.
_STAY = f"""
SELECT {_KEY}, MIN(from_on) AS begins, MAX(to_on) AS ends FROM (
  SELECT r.*, SUM(is_first) OVER (PARTITION BY {_KEY} ORDER BY from_on, to_on ROWS UNBOUNDED PRECEDING) AS stay FROM (
    SELECT q.*, CASE WHEN from_on <= MAX(to_on) OVER (
        PARTITION BY {_KEY} ORDER BY from_on, to_on ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
      THEN 0 ELSE 1 END AS is_first
    FROM (SELECT DISTINCT s.sign, g.group_id, s.person_id, s.unit_id, s.from_on, s.to_on
      FROM ({{source}}) s JOIN figure_group g ON g.requirement_id = s.requirement_id
      WHERE s.kind < {WAIVED} AND {{of_group}}) q
  ) r
) z GROUP BY {_KEY}, stay
"""
_APPEND = f"""
INSERT INTO {{target}} (day, unit_id, lineage_id, requirement_id, required, {", ".join(_OTHERS)})
SELECT day, unit_id, lineage_id, group_id, SUM(number), {", ".join("0" for _ in _OTHERS)} FROM (
  SELECT CASE n.turn WHEN 1 THEN begins ELSE ends END AS day, unit_id, COALESCE(p.lineage_id, 0) AS lineage_id,
    group_id, CASE n.turn WHEN 1 THEN sign ELSE -sign END AS number
  FROM ({_STAY}) y
  JOIN (SELECT 1 AS turn UNION ALL SELECT 2) n ON n.turn = 1 OR ends < {{forever}}
  LEFT JOIN figure_person p ON p.person_id = y.person_id
) t GROUP BY day, unit_id, lineage_id, group_id HAVING SUM(number) <> 0
"""


def append(work: Work, source: str, of_group: str = "1 = 1", target: str = "figure_delta") -> None:
    """Append what all the duties of some people (the shape of segments, and a sign) come to in heads."""
    work.run(_APPEND.replace("{source}", source).replace("{of_group}", of_group).replace("{target}", target))


def changed(work: Work) -> None:
    """Append what replacing `w_left` by `w_came` changes: for those whose days in a group may have become others."""
    work.make(
        "w_shaped",
        f"SELECT person_id, requirement_id FROM (SELECT {SHAPE}, -1 AS sign FROM w_left "
        f"UNION ALL SELECT {SHAPE}, 1 FROM w_came) d "
        f"GROUP BY {SHAPE} HAVING SUM(sign) <> 0",
        "person_id",
    )
    if not work.number("SELECT COUNT(*) FROM w_shaped"):
        return
    concerned = "person_id IN (SELECT person_id FROM w_shaped)"
    append(
        work,
        f"SELECT {SHAPE}, -1 AS sign FROM segment WHERE {concerned} "
        f"UNION ALL SELECT {SHAPE}, 1 FROM segment WHERE {concerned} AND id NOT IN (SELECT id FROM w_left) "
        f"UNION ALL SELECT {SHAPE}, 1 FROM w_came WHERE {concerned}",
        "g.group_id IN (SELECT x.group_id FROM figure_group x JOIN w_shaped w ON w.requirement_id = x.requirement_id)",
    )


# One person, without work tables --------------------------------------------------------------------------------------

Shape = tuple[int, int, date, date]
"""Requirement, unit, from, to: of a segment that is required."""


def stays(
    connection: sa.Connection, person_id: int, lineage_id: int, gone: Sequence[Shape], came: Sequence[Shape]
) -> Iterable[tuple[int, Stretch]]:
    """What replacing some segments of a person by others changes in heads, as stretches with a sign."""
    if sorted(gone) == sorted(came):
        return
    groups = _groups_with(connection, {shape[0] for shape in (*gone, *came)})
    concerned = set().union(*groups.values())
    rows = connection.execute(
        sa.select(Segment.requirement_id, Segment.unit_id, Segment.from_on, Segment.to_on).where(
            Segment.person_id == person_id, Segment.requirement_id.in_(concerned), Segment.kind < WAIVED
        )
    )
    before: list[Shape] = [(row[0], row[1], row[2], row[3]) for row in rows]
    after = list(before)
    for shape in gone:
        after.remove(shape)
    after += came
    for group_id, members in groups.items():
        for sign, shapes in ((-1, before), (1, after)):
            for unit_id, (begin, end) in _joined(shape for shape in shapes if shape[0] in members):
                yield sign, Stretch(group_id, unit_id, lineage_id, 0, begin, end, FOREVER, FOREVER, FOREVER)


def _groups_with(connection: sa.Connection, requirement_ids: set[int]) -> dict[int, set[int]]:
    """The groups of these requirements, each with all its requirements."""
    theirs = sa.select(FigureGroup.group_id).where(FigureGroup.requirement_id.in_(requirement_ids))
    found: dict[int, set[int]] = {}
    rows = sa.select(FigureGroup.group_id, FigureGroup.requirement_id).where(FigureGroup.group_id.in_(theirs))
    for group_id, requirement_id in connection.execute(rows):
        found.setdefault(group_id, set()).add(requirement_id)
    return found


def _joined(shapes: Iterable[Shape]) -> Iterable[tuple[int, Interval]]:
    units: dict[int, list[Interval]] = {}
    for _, unit_id, begin, end in shapes:
        units.setdefault(unit_id, []).append((begin, end))
    for unit_id, intervals in units.items():
        for interval in union(intervals):
            yield unit_id, interval
