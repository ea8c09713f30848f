"""Reading for the independent check: derived rows person by person, and how the last checks ended."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from lms.organisation import queries as organisation
from lms.organisation.models import FormerUnit, Person, UnitClosure
from lms.plan.check.differences import OBLIGATION, REASON, SEGMENT, Rows
from lms.plan.check.figures import FIGURES, Cell, Numbers
from lms.plan.figures.groups import clause_group, own_group, plan_group
from lms.plan.figures.models import FigureFormer, FigureHead, FigureReform
from lms.plan.models import DerivedCheck, Obligation, Reason, Requirement, Segment
from lms.plan.queries.kept import Kept, kept_figures
from lms.platform import vietnamese
from lms.platform.db import db, is_postgresql

AT_ONCE = 500
"""People read together: memory stays that of one such batch, however large the city is."""


@dataclass(frozen=True)
class Batch:
    """People to recompute together, and the ids between which their derived rows lie."""

    person_ids: list[int]
    after: int | None = None
    """Rows of ids above this one, up to `until`, belong to the batch, whether such a person exists or not."""
    until: int | None = None


def hold_tables() -> None:
    """Before the first reading: keep the derived tables from being swapped for new ones, which this snapshot would
    find empty."""
    if is_postgresql():
        db.session.connection().exec_driver_sql("LOCK TABLE obligation, reason, segment IN ACCESS SHARE MODE")


def batches() -> Iterator[Batch]:
    """Everybody, in order of id; every id is covered by exactly one batch."""
    after: int | None = None
    while True:
        wanted = sa.select(Person.id).order_by(Person.id).limit(AT_ONCE)
        ids = list(db.session.scalars(wanted if after is None else wanted.where(Person.id > after)))
        last = len(ids) < AT_ONCE
        yield Batch(ids, -1 if after is None else after, None if last else ids[-1])
        if last:
            return
        after = ids[-1]


def count_people() -> int:
    """How many people there are."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(Person)) or 0


def sample(people: int) -> Iterator[Batch]:
    """So many people, drawn by chance."""
    ids = sorted(db.session.scalars(sa.select(Person.id).order_by(sa.func.random()).limit(people)))
    for start in range(0, len(ids), AT_ONCE):
        yield Batch(ids[start : start + AT_ONCE])


def standing(batch: Batch) -> dict[int, Rows]:
    """Person id → the derived rows that stand."""
    rows: dict[int, Rows] = defaultdict(Rows.none)
    for model, names, part in (
        (Obligation, OBLIGATION, "obligations"),
        (Segment, SEGMENT, "segments"),
        (Reason, REASON, "reasons"),
    ):
        columns = [getattr(model, name) for name in names]
        for row in db.session.execute(sa.select(*columns).where(_of(batch, model.person_id))):
            getattr(rows[row[0]], part).append(tuple(row))
    former = sa.select(FormerUnit.person_id, FormerUnit.reform_id, FormerUnit.unit_id)
    for row in db.session.execute(former.where(_of(batch, FormerUnit.person_id))):
        rows[row.person_id].former[row.reform_id] = row.unit_id
    return rows


def _of(batch: Batch, person_id: Any) -> sa.ColumnElement[bool]:
    if batch.after is None:
        among: sa.ColumnElement[bool] = person_id.in_(batch.person_ids)
        return among
    above: sa.ColumnElement[bool] = person_id > batch.after
    return above if batch.until is None else sa.and_(above, person_id <= batch.until)


def closure_rows() -> list[tuple[int, int, int, date, date]]:
    """The closure as it stands: (unit, ancestor, depth, from, to)."""
    rows = db.session.execute(
        sa.select(
            UnitClosure.unit_id, UnitClosure.ancestor_id, UnitClosure.depth, UnitClosure.from_on, UnitClosure.to_on
        )
    )
    return [tuple(row) for row in rows]  # type: ignore[misc]


def reposting_reforms() -> list[tuple[int, date]]:
    """Reforms for which former units are derived: (id, effective day)."""
    return [(reform.id, reform.effective_on) for reform in organisation.reforms_that_repost()]


def figures_kept(day: date) -> dict[Cell, Numbers] | None:
    """The kept figures of a day; None if none are kept, so that reports count segments."""
    if not db.session.scalar(sa.select(sa.exists(sa.select(FigureHead.day)))):
        return None
    lineages: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for row in db.session.execute(sa.select(FigureFormer.lineage_id, FigureFormer.reform_id, FigureFormer.unit_id)):
        lineages[row[0]].append((row[1], row[2]))

    def columns(kept: Kept) -> list[sa.ColumnElement[int]]:
        return [getattr(kept, name) for name in ("unit_id", "lineage_id", "requirement_id", *FIGURES)]

    rows = sa.union_all(*kept_figures(day, columns, lambda kept: [])).subquery()
    cell = [rows.c.unit_id, rows.c.lineage_id, rows.c.requirement_id]
    sums = sa.select(*cell, *(sa.func.sum(rows.c[name]) for name in FIGURES)).group_by(*cell)
    return {
        (row[0], tuple(sorted(lineages.get(row[1], ()))), row[2]): tuple(int(n) for n in row[3:])
        for row in db.session.execute(sums)
        if any(row[3:])
    }


def kept_reforms() -> frozenset[int]:
    """The reforms whose former units the kept figures know."""
    return frozenset(db.session.scalars(sa.select(FigureReform.reform_id)))


def head_groups() -> dict[int, list[int]]:
    """Requirement → the groups in which its people are counted once, from the plans as they stand."""
    found: dict[int, list[int]] = {}
    rows = sa.select(Requirement.id, Requirement.plan_id, Requirement.clause_id, Requirement.late_days)
    for requirement_id, plan_id, clause_id, late_days in db.session.execute(rows):
        own = [own_group(requirement_id)] if late_days else []
        found[requirement_id] = [plan_group(plan_id), clause_group(clause_id), *own]
    return found


def people_named(person_ids: Sequence[int]) -> dict[int, str]:
    """Person id → name and masked number."""
    rows = db.session.execute(
        sa.select(Person.id, Person.full_name, Person.personal_id).where(Person.id.in_(person_ids))
    )
    return {row.id: f"{row.full_name} ({vietnamese.masked_id(row.personal_id)})" for row in rows}


def requirement_codes() -> dict[int, str]:
    """Requirement id → its code."""
    return {row.id: row.code for row in db.session.execute(sa.select(Requirement.id, Requirement.code))}


@dataclass(frozen=True)
class Proof:
    """How far the figures are proven: the last clean check of everybody, and what has been found since."""

    clean: DerivedCheck | None
    dirty: DerivedCheck | None
    """The last check that found differences, if no clean check of everybody came after it."""

    @property
    def is_dirty(self) -> bool:
        """Whether figures may not go out as official ones."""
        return self.dirty is not None


def proof() -> Proof:
    """The last clean check of everybody and the last one with differences, in one statement."""
    done = DerivedCheck.finished_at.is_not(None)
    last_clean = sa.select(sa.func.max(DerivedCheck.id)).where(
        done, DerivedCheck.is_whole, DerivedCheck.differences == 0
    )
    last_dirty = sa.select(sa.func.max(DerivedCheck.id)).where(done, DerivedCheck.differences > 0)
    found = db.session.scalars(
        sa.select(DerivedCheck)
        .where(DerivedCheck.id.in_(last_clean.union_all(last_dirty)))
        .execution_options(populate_existing=True)
    ).all()
    clean = next((check for check in found if not check.differences), None)
    dirty = next((check for check in found if check.differences), None)
    return Proof(clean, dirty if dirty and (clean is None or dirty.id > clean.id) else None)


def last_checks(most: int = 20) -> list[DerivedCheck]:
    """The last checks, newest first."""
    return list(db.session.scalars(sa.select(DerivedCheck).order_by(DerivedCheck.id.desc()).limit(most)))
