"""Appending what segments that come and go change in the figures, as set SQL. In plain loops: `contribution`."""

from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa

from lms.plan.derive.work import Work
from lms.plan.figures import groups, heads, lineages
from lms.plan.figures.contribution import FIGURES, Stretch, changes
from lms.plan.figures.models import FigureDelta, FigureHead, FigurePerson
from lms.plan.models import Segment
from lms.plan.rules import SegmentFact
from lms.plan.rules.states import WAIVED

COLUMNS = ", ".join(FIGURES)
MANY = 50_000
"""From so many replaced segments on it is asked whether making everything anew costs less than appending."""

_STRETCH = """
SELECT s.sign, s.requirement_id, s.unit_id, COALESCE(p.lineage_id, 0) AS lineage_id, s.kind,
  s.from_on AS begins, s.to_on AS ends, s.due_on + 1 AS late_from, s.started_on, s.fulfilled_on
FROM ({source}) s LEFT JOIN figure_person p ON p.person_id = s.person_id
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
_APPEND = f"""
INSERT INTO {{target}} (day, unit_id, lineage_id, requirement_id, {COLUMNS})
SELECT day, unit_id, lineage_id, requirement_id, {_SUMS} FROM ({_TURN}) t
GROUP BY day, unit_id, lineage_id, requirement_id HAVING {_ANY}
"""

SEGMENT = "person_id, requirement_id, unit_id, kind, from_on, to_on, due_on, started_on, fulfilled_on"


def are_kept(connection: sa.Connection) -> bool:
    """Whether changes are to be appended: there is a head."""
    return connection.scalar(sa.select(sa.exists(sa.select(FigureHead.day)))) or False


def forget(work: Work) -> None:
    """Keep nothing from here on: readers count segments until the figures are made anew."""
    work.run("DELETE FROM figure_head")


def append(work: Work, source: str, target: str = "figure_delta") -> None:
    """Append what these rows (the columns of a segment, and a sign) change."""
    work.run(_APPEND.replace("{source}", source).replace("{target}", target))


def changed(work: Work, *, of_people: bool) -> None:
    """Append what replacing the segments `w_left` by `w_came` changes, before they are replaced.

    People whose former units have become other ones are turned over first, with all their segments. Where more would
    be appended than making everything anew costs, or requirements moved to other groups, the figures are forgotten.
    """
    if groups.differ(work) or _are_too_many(work):
        forget(work)
        return
    if lineages.find_turned(work, of_people=of_people):
        _turn_over(work)
    append(work, f"SELECT {SEGMENT}, -1 AS sign FROM w_left UNION ALL SELECT {SEGMENT}, 1 FROM w_came")
    heads.changed(work)


def _are_too_many(work: Work) -> bool:
    left, came = work.number("SELECT COUNT(*) FROM w_left"), work.number("SELECT COUNT(*) FROM w_came")
    return left + came > MANY and 4 * left >= work.number("SELECT COUNT(*) FROM segment")


def _turn_over(work: Work) -> None:
    theirs = f"SELECT {SEGMENT}, {{sign}} AS sign FROM segment WHERE person_id IN (SELECT person_id FROM w_turned)"
    for sign in ("-1", "1"):
        append(work, theirs.replace("{sign}", sign))
        heads.append(work, theirs.replace("{sign}", sign))
        if sign == "-1":
            lineages.turn_over(work)


def studied(
    connection: sa.Connection,
    person_id: int,
    requirement_id: int,
    cycle: int,
    *,
    started_on: date,
    fulfilled_on: date,
) -> None:
    """Append what other days of study change for the segments of one obligation, before they are written.

    The hot path: one reading, one insert of at most a few rows.
    """
    rows = connection.execute(
        sa.select(
            Segment.requirement_id,
            Segment.unit_id,
            sa.func.coalesce(FigurePerson.lineage_id, 0),
            Segment.kind,
            Segment.from_on,
            Segment.to_on,
            Segment.due_on,
            Segment.started_on,
            Segment.fulfilled_on,
        )
        .outerjoin(FigurePerson, FigurePerson.person_id == Segment.person_id)
        .where(
            Segment.person_id == person_id,
            Segment.requirement_id == requirement_id,
            Segment.cycle == cycle,
            sa.exists(sa.select(FigureHead.day)),
        )
    )
    stretches = [Stretch(*row) for row in rows]
    _write(
        connection,
        (pair for s in stretches for pair in ((-1, s), (1, s.with_activity(started_on, fulfilled_on)))),
    )


def replaced(connection: sa.Connection, person_id: int, gone: list[SegmentFact], came: list[SegmentFact]) -> None:
    """Append what replacing some segments of one person by others changes, before they are written."""
    if not are_kept(connection):
        return
    lineage_id = connection.scalar(sa.select(FigurePerson.lineage_id).where(FigurePerson.person_id == person_id)) or 0

    def stretches(sign: int, segments: list[SegmentFact]) -> list[tuple[int, Stretch]]:
        return [
            (
                sign,
                Stretch(
                    s.requirement_id, s.unit_id, lineage_id, s.kind, s.from_on, s.to_on, s.due_on, s.started_on,
                    s.fulfilled_on,
                ),
            )
            for s in segments
        ]  # fmt: skip

    def shapes(segments: list[SegmentFact]) -> list[heads.Shape]:
        return [(s.requirement_id, s.unit_id, s.from_on, s.to_on) for s in segments if s.kind < WAIVED]

    of_heads = heads.stays(connection, person_id, lineage_id, shapes(gone), shapes(came))
    _write(connection, [*stretches(-1, gone), *stretches(1, came), *of_heads])


def _write(connection: sa.Connection, stretches: Iterable[tuple[int, Stretch]]) -> None:
    found = changes(stretches)
    if found:
        names = ("day", "unit_id", "lineage_id", "requirement_id", *FIGURES)
        connection.execute(
            sa.insert(FigureDelta.__table__),
            [dict(zip(names, (*key, *numbers), strict=True)) for key, numbers in sorted(found.items())],
        )
