"""Distinct people: while any duty of a group is required of a person, it counts one in the figures of the group."""

from collections.abc import Iterable, Mapping
from datetime import date

import sqlalchemy as sa

from lms.plan.derive.work import Work
from lms.plan.figures.contribution import FIGURES, Stretch
from lms.plan.rules import FOREVER, SegmentFact
from lms.plan.rules.intervals import Interval, union
from lms.plan.rules.states import WAIVED
from lms.platform.columns import Day, rows_of

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
  FROM ({{stays}}) y
  JOIN (SELECT 1 AS turn UNION ALL SELECT 2) n ON n.turn = 1 OR ends < {{forever}}
  LEFT JOIN {{persons}} p ON p.person_id = y.person_id
) t GROUP BY day, unit_id, lineage_id, group_id HAVING SUM(number) <> 0
"""


def append(work: Work, source: str, of_group: str = "1 = 1", target: str = "figure_delta") -> None:
    """Append what all the duties of some people (the shape of segments, and a sign) come to in heads."""
    _append(work, _stays(source, of_group), target, "figure_person")


def prepare(work: Work) -> None:
    """Make w_stay: which stays in groups go and come where w_gone_segment is replaced by w_came_segment."""
    work.make(
        "w_shaped",
        f"SELECT person_id, requirement_id FROM (SELECT {SHAPE}, -1 AS sign FROM w_gone_segment "
        f"UNION ALL SELECT {SHAPE}, 1 FROM w_came_segment) d "
        f"GROUP BY {SHAPE} HAVING SUM(sign) <> 0",
        "person_id",
    )
    concerned = "person_id IN (SELECT person_id FROM w_shaped)"
    stays = _stays(
        f"SELECT {SHAPE}, -1 AS sign FROM segment WHERE {concerned} "
        f"UNION ALL SELECT {SHAPE}, 1 FROM segment WHERE {concerned} "
        "AND NOT EXISTS (SELECT 1 FROM w_gone_segment w WHERE w.id = segment.id) "
        f"UNION ALL SELECT {SHAPE}, 1 FROM w_came_segment WHERE {concerned}",
        "g.group_id IN (SELECT x.group_id FROM figure_group x JOIN w_shaped w ON w.requirement_id = x.requirement_id)",
    )
    one = "group_id, person_id, unit_id, begins, ends"
    work.make(
        "w_stay",
        f"SELECT SUM(sign) AS sign, {one} FROM ({stays}) a GROUP BY {one} HAVING SUM(sign) <> 0",
        "person_id",
    )


def append_stays(
    work: Work, people: str, *, times: int = 1, target: str = "figure_delta", persons: str = "figure_person"
) -> None:
    """Append the stays of w_stay of some people, for the lineages told by `persons`."""
    stays = f"SELECT {times} * sign AS sign, group_id, person_id, unit_id, begins, ends FROM w_stay WHERE {people}"
    _append(work, stays, target, persons)


def _stays(source: str, of_group: str) -> str:
    return _STAY.replace("{source}", source).replace("{of_group}", of_group)


def _append(work: Work, stays: str, target: str, persons: str) -> None:
    work.run(_APPEND.replace("{stays}", stays).replace("{target}", target).replace("{persons}", persons))


# A few people, without work tables ------------------------------------------------------------------------------------

Shape = tuple[int, int, date, date]
"""Requirement, unit, from, to: of a segment that is required."""

_CONCERNED = "SELECT group_id FROM figure_group WHERE requirement_id IN :requirements"
# Both in one statement: a completion is waited for.
_GROUPS_AND_STANDING = rows_of(
    sa.text(f"""
SELECT person_id, requirement_id, unit_id AS other, from_on, to_on FROM segment
WHERE person_id IN :people AND kind < {WAIVED}
  AND requirement_id IN (SELECT requirement_id FROM figure_group WHERE group_id IN ({_CONCERNED}))
UNION ALL SELECT 0, requirement_id, group_id, NULL, NULL FROM figure_group WHERE group_id IN ({_CONCERNED})
""").bindparams(sa.bindparam("people", expanding=True), sa.bindparam("requirements", expanding=True)),
    person_id=sa.Integer(),
    requirement_id=sa.Integer(),
    other=sa.Integer(),
    from_on=Day(),
    to_on=Day(),
)


def stays(
    connection: sa.Connection,
    gone: Iterable[SegmentFact],
    came: Iterable[SegmentFact],
    was: Mapping[int, int],
    now: Mapping[int, int],
) -> Iterable[tuple[int, Stretch]]:
    """What replacing some segments by others changes in heads, as stretches with a sign.

    `was` and `now`: person → lineage, 0 where there is none. Whoever has another one must be given with all segments.
    """
    going, coming = _shapes(gone), _shapes(came)
    people = [
        person_id
        for person_id in going.keys() | coming.keys()
        if was.get(person_id, 0) != now.get(person_id, 0)
        or sorted(going.get(person_id, ())) != sorted(coming.get(person_id, ()))
    ]
    if not people:
        return
    named = {shape[0] for shapes in (going, coming) for person_id in people for shape in shapes.get(person_id, ())}
    groups, standing = _groups_and_standing(connection, people, named)
    for person_id in people:
        before = standing.get(person_id, [])
        after = list(before)
        for shape in going.get(person_id, ()):
            after.remove(shape)
        after += coming.get(person_id, ())
        for sign, lineages, shapes in ((-1, was, before), (1, now, after)):
            for group_id, members in groups.items():
                for unit_id, (begin, end) in _joined(shape for shape in shapes if shape[0] in members):
                    lineage_id = lineages.get(person_id, 0)
                    yield sign, Stretch(group_id, unit_id, lineage_id, 0, begin, end, FOREVER, FOREVER, FOREVER)


def _shapes(segments: Iterable[SegmentFact]) -> dict[int, list[Shape]]:
    found: dict[int, list[Shape]] = {}
    for s in segments:
        if s.kind < WAIVED:
            found.setdefault(s.person_id, []).append((s.requirement_id, s.unit_id, s.from_on, s.to_on))
    return found


def _groups_and_standing(
    connection: sa.Connection, people: list[int], requirement_ids: set[int]
) -> tuple[dict[int, set[int]], dict[int, list[Shape]]]:
    """The groups of these requirements, each with all its requirements; person → the shapes that stand of them."""
    groups: dict[int, set[int]] = {}
    standing: dict[int, list[Shape]] = {}
    values = {"people": people, "requirements": list(requirement_ids)}
    for person_id, requirement_id, other, begins, ends in connection.execute(_GROUPS_AND_STANDING, values):
        if person_id:
            standing.setdefault(person_id, []).append((requirement_id, other, begins, ends))
        else:
            groups.setdefault(other, set()).add(requirement_id)
    return groups, standing


def _joined(shapes: Iterable[Shape]) -> Iterable[tuple[int, Interval]]:
    units: dict[int, list[Interval]] = {}
    for _, unit_id, begin, end in shapes:
        units.setdefault(unit_id, []).append((begin, end))
    for unit_id, intervals in units.items():
        for interval in union(intervals):
            yield unit_id, interval
