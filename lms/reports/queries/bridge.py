"""Counting people and obligations by the unit they came from and the unit they are in."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, func, select, union_all

from lms.organisation.models import FormerUnit, Reform
from lms.organisation.queries import reforms_that_repost
from lms.plan.models import Segment
from lms.plan.queries import FigureFormer, kept_figures, kept_reform
from lms.platform.db import db
from lms.reports.bridging import Bridge, Counted, bridge
from lms.reports.queries.compliance import View, tree_on
from lms.reports.queries.figures import FIGURES, Groups, Scope, with_former
from lms.reports.rules import Structure


def reforms_to_bridge(day: date) -> list[Reform]:
    """Reforms up to the day for which everybody's former unit is known, the newest first."""
    return reforms_that_repost(up_to=day)


def view_before(day: date, reform: Reform) -> View:
    """The structure that a reform ended, for figures of a later day."""
    eve = reform.effective_on - timedelta(days=1)
    return View(day, Structure.FORMER, eve, reform.id, reform.effective_on, tree_on(eve))


def bridge_of(scope: Scope, view: View, former: View) -> Bridge:
    """People and obligations in scope on the day, per former × present unit."""
    assert former.reform_id is not None
    return bridge(former.tree, view.tree, scope.unit_id, pairs(scope, former.reform_id))


def pairs(scope: Scope, reform_id: int) -> list[Counted]:
    """Required, completed and people per former × present unit: out of the kept figures, or counted."""
    return _kept_pairs(scope, reform_id) or _counted_pairs(scope, reform_id)


def _kept_pairs(scope: Scope, reform_id: int) -> list[Counted]:
    """Nothing where none are kept, or none of exactly these requirements."""
    whole = Groups.kept(scope.requirement_ids).whole
    if whole is None or not kept_reform(reform_id):
        return []
    kept = _kept(scope, reform_id, whole)
    duties, heads = kept.c.requirement_id > 0, kept.c.requirement_id < 0
    required = func.coalesce(func.sum(kept.c.required).filter(duties), 0)
    rows = db.session.execute(
        select(
            kept.c.former_id,
            kept.c.unit_id,
            required,
            func.coalesce(func.sum(kept.c.completed).filter(duties), 0),
            func.coalesce(func.sum(kept.c.required).filter(heads), 0),
        )
        .group_by(kept.c.former_id, kept.c.unit_id)
        .having(required != 0)
    )
    return [(row[0], row[1], int(row[2]), int(row[3]), int(row[4])) for row in rows]


def kept_cells(scope: Scope, reform_id: int) -> list[tuple[int | None, int, int, int, int]]:
    """(former unit, unit, requirement, required, completed): the bridge by requirement, out of the kept figures."""
    kept = _kept(scope, reform_id)
    keys = (kept.c.former_id, kept.c.unit_id, kept.c.requirement_id)
    required = func.sum(kept.c.required)
    rows = db.session.execute(select(*keys, required, func.sum(kept.c.completed)).group_by(*keys).having(required != 0))
    return [(row[0], row[1], row[2], int(row[3]), int(row[4])) for row in rows]


def _kept(scope: Scope, reform_id: int, *groups: int) -> Any:
    parts = kept_figures(
        scope.day,
        lambda table: [
            FigureFormer.unit_id.label("former_id"),
            *(getattr(table, name) for name in ("unit_id", "requirement_id", "required", "completed")),
        ],
        lambda table: scope.kept_conditions(table, *groups),
        lambda rows, table: with_former(rows, table, reform_id),
    )
    return union_all(*parts).subquery()


def _counted_pairs(scope: Scope, reform_id: int) -> list[Counted]:
    """In one reading of the segments."""
    day = scope.day
    statement = (
        select(
            FormerUnit.unit_id,
            Segment.unit_id,
            func.count(),
            func.count().filter(FIGURES["completed"](day)),
            func.count(Segment.person_id.distinct()),
        )
        .select_from(Segment)
        .outerjoin(FormerUnit, and_(FormerUnit.person_id == Segment.person_id, FormerUnit.reform_id == reform_id))
        .where(*scope.holding(), FIGURES["required"](day))
        .group_by(FormerUnit.unit_id, Segment.unit_id)
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in db.session.execute(statement)]
