"""Appending what segments of a few people that come and go change in the figures: read little, write little."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from lms.plan.figures import heads
from lms.plan.figures.contribution import FIGURES, Stretch, changes
from lms.plan.figures.models import FigureDelta, FigureFormer, FigureLineage, FigurePerson
from lms.plan.rules import SegmentFact

LINEAGE_OF_PERSON = """
SELECT 10, p.person_id, p.lineage_id, 0, 0, l.units, '', 0, 0, h.day, h.day, h.day, h.day, h.day, h.day
FROM (SELECT MIN(day) AS day FROM figure_head) h
LEFT JOIN figure_person p ON p.person_id {one} LEFT JOIN figure_lineage l ON l.id = p.lineage_id
WHERE h.day IS NOT NULL
"""
"""How people were counted so far, with the columns of `queries.following`; nothing while no figures are kept."""

_TRUE: Any = sa.text(
    "SELECT r.reform_id, f.person_id, f.unit_id FROM figure_reform r "
    "LEFT JOIN former_unit f ON f.reform_id = r.reform_id AND f.person_id IN :people ORDER BY r.reform_id"
).bindparams(sa.bindparam("people", expanding=True))


@dataclass
class Lineages:
    """For which lineage each of some people is counted; who is missing, for none."""

    are_kept: bool = False
    """Whether figures are kept at all."""
    ids: dict[int, int] = field(default_factory=dict)
    """Person → lineage."""
    units: dict[int, str] = field(default_factory=dict)
    """Person → the former units of that lineage, as `FigureLineage.units`."""

    def add(self, person_id: int | None, lineage_id: int, units: str) -> None:
        """Figures are kept; perhaps with the lineage of one of the people."""
        self.are_kept = True
        if person_id is not None:
            self.ids[person_id], self.units[person_id] = lineage_id, units


def append(
    connection: sa.Connection,
    gone: Sequence[SegmentFact],
    came: Sequence[SegmentFact],
    was: Lineages,
    now: Lineages | None = None,
) -> None:
    """Append what replacing some segments by others changes in the figures, before they are written.

    `now` if lineages differ: whoever has another one must be given with all segments.
    """
    if not was.are_kept:
        return
    is_now = (now or was).ids
    found = changes(
        [
            *((-1, _stretch(segment, was.ids)) for segment in gone),
            *((1, _stretch(segment, is_now)) for segment in came),
            *heads.stays(connection, gone, came, was.ids, is_now),
        ]
    )
    if found:
        names = ("day", "unit_id", "lineage_id", "requirement_id", *FIGURES)
        connection.execute(
            sa.insert(FigureDelta.__table__),
            [dict(zip(names, (*key, *numbers), strict=True)) for key, numbers in sorted(found.items())],
        )


def _stretch(s: SegmentFact, lineages: dict[int, int]) -> Stretch:
    return Stretch(
        s.requirement_id, s.unit_id, lineages.get(s.person_id, 0), s.kind, s.from_on, s.to_on, s.due_on, s.started_on,
        s.fulfilled_on,
    )  # fmt: skip


def turned_over(connection: sa.Connection, person_ids: Sequence[int], was: Lineages) -> Lineages:
    """The lineages that are true now, written down.

    Whoever has another one than before must be appended with all segments, under both.
    """
    reforms: dict[int, None] = {}
    former: dict[int, dict[int, int]] = {}
    for reform_id, person_id, unit_id in connection.execute(_TRUE, {"people": list(person_ids)}):
        reforms[reform_id] = None
        if person_id is not None:
            former.setdefault(person_id, {})[reform_id] = unit_id
    units = {
        person_id: ",".join(str(found.get(reform_id, 0)) for reform_id in reforms)
        for person_id, found in former.items()
    }
    turned = [person_id for person_id in person_ids if units.get(person_id) != was.units.get(person_id)]
    now = Lineages(True, {p: id for p, id in was.ids.items() if units.get(p) == was.units.get(p)}, units)
    if turned:
        wanted = {units[person_id]: former[person_id] for person_id in turned if person_id in units}
        ids = _lineages(connection, wanted) if wanted else {}
        now.ids |= {person_id: ids[units[person_id]] for person_id in turned if person_id in units}
        connection.execute(sa.delete(FigurePerson).where(FigurePerson.person_id.in_(turned)))
        rows = [{"person_id": p, "lineage_id": now.ids[p]} for p in turned if p in now.ids]
        if rows:
            connection.execute(sa.insert(FigurePerson.__table__), rows)
    return now


def _lineages(connection: sa.Connection, wanted: dict[str, dict[int, int]]) -> dict[str, int]:
    """Units → id of the lineage; new ones are written with their former units (reform → unit)."""
    known = sa.select(FigureLineage.units, FigureLineage.id).where(FigureLineage.units.in_(list(wanted)))
    ids = {row.units: row.id for row in connection.execute(known)}
    missing = sorted(wanted.keys() - ids.keys())
    if not missing:
        return ids
    insert: Any = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert
    # Another one who writes the same at the same moment is waited for: then it is there, former units and all.
    written = connection.execute(
        insert(FigureLineage.__table__)
        .values([{"units": units} for units in missing])
        .on_conflict_do_nothing()
        .returning(FigureLineage.id, FigureLineage.units)
    ).all()
    rows = [
        {"lineage_id": row.id, "reform_id": reform_id, "unit_id": unit_id}
        for row in written
        for reform_id, unit_id in wanted[row.units].items()
    ]
    if rows:
        connection.execute(sa.insert(FigureFormer.__table__), rows)
    return {row.units: row.id for row in connection.execute(known)}
