"""Appending what segments of a few people that come and go change in the figures: read little, write little."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from lms.plan.figures.changes import ERAS
from lms.plan.figures.contribution import FIGURES, Stretch, changes
from lms.plan.figures.models import FigureDelta, FigureHead, FigureOrigin
from lms.plan.rules import FOREVER, SegmentFact
from lms.platform.columns import Day

ERA_OF_PERSON = """
SELECT 10, o.person_id, e.reform_id, o.unit_id, 0, '', '', 0, 0, e.from_on, e.to_on, e.to_on, e.to_on, e.to_on, e.to_on
FROM figure_era e LEFT JOIN figure_origin o ON o.reform_id = e.reform_id AND o.person_id {one}
WHERE EXISTS (SELECT 1 FROM figure_head)
"""
"""How people were counted so far, with the columns of `queries.following`; nothing while no figures are kept."""
_TRUE = f"""
SELECT e.reform_id, e.from_on, e.to_on, f.person_id, f.unit_id
FROM ({ERAS.replace("{forever}", ":forever").replace("{beginning}", ":beginning")}) e
LEFT JOIN former_unit f ON f.reform_id = e.reform_id AND f.person_id IN :people
"""
_READ_TRUE: Any = (
    sa.text(_TRUE)
    .bindparams(
        sa.bindparam("people", expanding=True),
        sa.bindparam("forever", FOREVER, Day()),
        sa.bindparam("beginning", date.min, Day()),
    )
    .columns(from_on=Day(), to_on=Day())
)


@dataclass
class Origins:
    """The eras of the structure, and for which former unit each of some people stands in them."""

    eras: dict[int, tuple[date, date]] = field(default_factory=dict)
    units: dict[int, dict[int, int]] = field(default_factory=dict)
    """Person → reform → unit."""

    def add(self, reform_id: int, begin: date, end: date, person_id: int | None, unit_id: int | None) -> None:
        """An era, perhaps with the unit for which one of the people stands in it."""
        self.eras[reform_id] = (begin, end)
        if person_id is not None and unit_id is not None:
            self.units.setdefault(person_id, {})[reform_id] = unit_id

    def stretches(self, segments: Iterable[SegmentFact]) -> Iterable[Stretch]:
        """The segments cut where a reform becomes the last one."""
        for s in segments:
            former = self.units.get(s.person_id, {})
            for reform_id, (begin, end) in self.eras.items():
                if s.from_on < end and begin < s.to_on:
                    yield Stretch(
                        s.requirement_id, s.unit_id, former.get(reform_id, 0), s.kind, max(s.from_on, begin),
                        min(s.to_on, end), s.due_on, s.started_on, s.fulfilled_on,
                    )  # fmt: skip


def append(
    connection: sa.Connection,
    gone: Iterable[SegmentFact],
    came: Iterable[SegmentFact],
    was: Origins,
    now: Origins | None = None,
) -> None:
    """Append what segments that go, and others that come, change in the figures; `now` if people's origins differ."""
    found = changes(
        [
            *((-1, stretch) for stretch in was.stretches(gone)),
            *((1, stretch) for stretch in (now or was).stretches(came)),
        ]
    )
    if found:
        names = ("day", "unit_id", "origin_id", "requirement_id", *FIGURES)
        connection.execute(
            sa.insert(FigureDelta.__table__),
            [dict(zip(names, (*key, *numbers), strict=True)) for key, numbers in sorted(found.items())],
        )


def turned_over(connection: sa.Connection, person_ids: Sequence[int], was: Origins) -> Origins | None:
    """The origins that are true now, written down; None if the eras themselves differ: the figures are forgotten.

    Whoever stands for another former unit than before must be appended with all segments, under both.
    """
    now = Origins()
    for row in connection.execute(_READ_TRUE, {"people": list(person_ids)}):
        now.add(*row)
    if now.eras != was.eras:
        connection.execute(sa.delete(FigureHead))
        return None
    turned = [person_id for person_id in person_ids if now.units.get(person_id) != was.units.get(person_id)]
    if turned:
        connection.execute(
            sa.delete(FigureOrigin).where(
                FigureOrigin.reform_id.in_(list(now.eras)), FigureOrigin.person_id.in_(turned)
            )
        )
        rows = [
            {"reform_id": reform_id, "person_id": person_id, "unit_id": unit_id}
            for person_id in turned
            for reform_id, unit_id in now.units.get(person_id, {}).items()
        ]
        if rows:
            connection.execute(sa.insert(FigureOrigin.__table__), rows)
    return now
