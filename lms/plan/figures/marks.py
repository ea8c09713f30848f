"""Making the kept figures: all changes anew, the sums at month ends, fewer rows that say the same."""

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from lms.plan.derive.work import Work
from lms.plan.figures import changes, groups, heads, lineages
from lms.plan.figures.contribution import FIGURES
from lms.plan.figures.models import FigureDelta, FigureHead, FigureMark

Progress = Callable[[str], None]
"""Told what was done."""

FEW = 20_000
"""Up to so many later changes are added to a mark; for more it is summed up anew from the one before."""
CELL = ("unit_id", "lineage_id", "requirement_id")

_CELL, _FIGURES = ", ".join(CELL), ", ".join(FIGURES)
_SUMS = ", ".join(f"SUM({name}) AS {name}" for name in FIGURES)
_ANY = " OR ".join(f"SUM({name}) <> 0" for name in FIGURES)
_SUM_UP = f"""
INSERT INTO figure_mark (day, {_CELL}, {_FIGURES})
SELECT {{day}}, {_CELL}, {_SUMS} FROM (
  SELECT {_CELL}, {_FIGURES} FROM figure_mark WHERE day = {{base}}
  UNION ALL
  SELECT {_CELL}, {_FIGURES} FROM figure_delta WHERE day > {{base}} AND day <= {{day}} AND id <= {{through}}
) z GROUP BY {_CELL} HAVING {_ANY}
"""
_ADD = f"""
INSERT INTO figure_mark (day, {_CELL}, {_FIGURES})
SELECT {{day}}, {_CELL}, {_SUMS} FROM figure_delta
WHERE id > {{known}} AND id <= {{through}} AND day <= {{day}} GROUP BY {_CELL} HAVING {_ANY}
ON CONFLICT (day, {_CELL}) DO UPDATE SET {", ".join(f"{n} = figure_mark.{n} + excluded.{n}" for n in FIGURES)}
"""


class Building:
    """All changes made anew out of the segments, while others may go on following people: nobody reads figures yet.

    The caller keeps derivations of many away, and, if there is a head, everybody who follows people.
    """

    def __init__(self, connection: sa.Connection, progress: Progress) -> None:
        """Make everything but the head."""
        self.work = work = Work(connection, bulk=True)
        self.progress = progress
        for table in (
            "figure_head", "figure_mark", "figure_delta", "figure_person", "figure_former", "figure_lineage",
            "figure_reform", "figure_group",
        ):  # fmt: skip
            work.run(f"DELETE FROM {table}")
        # What is counted is of one moment: whoever is followed later can be taken back. SQLite has one writer.
        self.source = "segment"
        if work.on_postgresql:
            work.run("SET LOCAL work_mem = '256MB'")
            self.source = "w_segment_then"
            work.make(self.source, f"SELECT {changes.SEGMENT} FROM segment")
        lineages.make(work)
        work.run(f"INSERT INTO figure_group (group_id, requirement_id) {groups.GROUPS}")
        progress("đơn vị cũ của từng người")
        columns = f"day, {_CELL}, {_FIGURES}"
        work.make("w_delta", f"SELECT {columns} FROM figure_delta WHERE 1 = 0")
        for requirement_id in self._ids("SELECT id FROM requirement ORDER BY id"):
            self._append(f"requirement_id = {requirement_id}")
        progress("thay đổi theo ngày")
        for group_id in self._ids("SELECT DISTINCT group_id FROM figure_group ORDER BY group_id"):
            self._append_heads(
                f"requirement_id IN (SELECT requirement_id FROM figure_group WHERE group_id = {group_id})",
                f"g.group_id = {group_id}",
            )
        # The changes of a month then lie side by side, and reading them costs few pages.
        work.run(f"INSERT INTO figure_delta ({columns}) SELECT {columns} FROM w_delta ORDER BY day, unit_id")
        if work.on_postgresql:
            work.run("ANALYZE figure_delta")
        progress("số người theo ngày")

    def _ids(self, statement: str) -> Sequence[int]:
        return self.work.connection.scalars(sa.text(statement)).all()

    def _append(self, which: str) -> None:
        changes.append(self.work, f"SELECT {changes.SEGMENT}, 1 AS sign FROM {self.source} WHERE {which}", "w_delta")

    def _append_heads(self, which: str, of_group: str) -> None:
        source = f"SELECT {heads.SHAPE}, 1 AS sign FROM {self.source} WHERE {which}"
        heads.append(self.work, source, of_group, "w_delta")

    def finish(self, late: Collection[int], now: datetime) -> None:
        """Count those anew who were followed meanwhile; from now on figures are kept. Nobody follows people here."""
        work = self.work
        if late:
            work.fill("w_turned", "person_id", late)
            changes.turn_over(work, was=self.source)
        work.drop()
        _head(work.connection, date.min, last_id(work.connection), now)


def last_id(connection: sa.Connection) -> int:
    """The id up to which changes are complete; true only while nobody else can be writing one."""
    heads = connection.scalar(sa.select(sa.func.max(FigureHead.through_id))) or 0
    return max(heads, connection.scalar(sa.select(sa.func.max(FigureDelta.id))) or 0)


def days_to_mark(connection: sa.Connection, today: date) -> list[date]:
    """The month ends from the first change to the last one before today, and yesterday: most ask for today."""
    first = connection.scalar(sa.select(sa.func.min(FigureDelta.day)))
    days: list[date] = []
    day = today - timedelta(days=1)
    while first is not None and day >= first:
        days.append(day)
        day = day.replace(day=1) - timedelta(days=1)
    return days[::-1]


def drop_other_marks(connection: sa.Connection, days: Sequence[date]) -> None:
    """Throw away marks of other days: those that were yesterdays once."""
    kept = (date.min, *days)
    for table in (FigureHead, FigureMark):
        connection.execute(sa.delete(table).where(table.day.not_in(kept)))


def mark(connection: sa.Connection, day: date, through: int, now: datetime) -> bool:
    """Sum up the figures of a day; False if its mark was up to date. Earlier marks must have come first."""
    known = connection.scalar(sa.select(FigureHead.through_id).where(FigureHead.day == day))
    if known is not None and known >= through:
        return False
    work = Work(connection, bulk=True)
    base = connection.scalar(sa.select(sa.func.max(FigureHead.day)).where(FigureHead.day < day))
    assert base is not None, "the beginning has a head"
    values = {"day": work.day(day), "base": work.day(base), "through": str(through), "known": str(known)}
    late = 0
    if known is not None:
        since = sa.and_(FigureDelta.id > known, FigureDelta.id <= through, FigureDelta.day <= day)
        late = connection.scalar(sa.select(sa.func.count()).select_from(FigureDelta).where(since)) or 0
    if known is None or late > FEW:
        connection.execute(sa.delete(FigureMark).where(FigureMark.day == day))
        work.run(_filled(_SUM_UP, values))
    elif late:
        work.run(_filled(_ADD, values))
    _head(connection, day, through, now)
    return known is None or late > 0


def _filled(statement: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        statement = statement.replace(f"{{{name}}}", value)
    return statement


def _head(connection: sa.Connection, day: date, through: int, now: datetime) -> None:
    connection.execute(sa.delete(FigureHead).where(FigureHead.day == day))
    connection.execute(sa.insert(FigureHead).values(day=day, through_id=through, built_at=now))


def compact(connection: sa.Connection) -> int:
    """Join changes of the same day and cell that every mark knows; return how many rows that saved.

    Whoever reads sums the same before and after, and no mark has to tell the joined ones apart. The largest id stays,
    or the next change could be given it again.
    """
    work = Work(connection, bulk=True)
    marked = sa.select(sa.func.min(FigureHead.through_id)).where(FigureHead.day > date.min)
    through = connection.scalar(marked) or 0
    key = f"day, {_CELL}"
    work.make(
        "w_twice",
        f"SELECT MAX(id) AS id, {key}, {_SUMS} FROM figure_delta WHERE id <= {through} "
        f"GROUP BY {key} HAVING COUNT(*) > 1",
        key,
    )
    same = " AND ".join(f"w.{column} = figure_delta.{column}" for column in ("day", *CELL))
    gone = work.run(f"DELETE FROM figure_delta WHERE id <= {through} AND EXISTS (SELECT 1 FROM w_twice w WHERE {same})")
    anything = " OR ".join(f"{name} <> 0" for name in FIGURES)
    kept = work.run(
        f"INSERT INTO figure_delta (id, {key}, {_FIGURES}) SELECT id, {key}, {_FIGURES} FROM w_twice "
        f"WHERE id = {through} OR {anything}"
    )
    work.drop()
    return gone - kept
