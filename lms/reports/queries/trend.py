"""How the rate came to be: the last month ends in one statement."""

from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, select, union_all

from lms.plan.models import Segment
from lms.plan.queries import Kept, kept_figures
from lms.platform.db import db
from lms.reports import rules
from lms.reports.queries.figures import FIGURES, Scope, may_be_kept
from lms.reports.rules import Point


def trend(scope: Scope, months: int = 12) -> list[Point]:
    """Required and completed at each of the last month ends and on the day itself."""
    days = rules.month_ends(scope.day, months)
    return _kept(scope, days) or _counted(scope, days)


def _kept(scope: Scope, days: list[date]) -> list[Point]:
    """Out of the kept figures, whose marks lie on these days; nothing where none are kept."""
    if not may_be_kept(scope):
        return []
    parts: list[Any] = []
    for number, day in enumerate(days):
        parts += kept_figures(day, partial(_sums, number), scope.kept_conditions, scope.kept_joined)
    points = union_all(*parts).subquery()
    rows = db.session.execute(
        select(points.c.point, func.sum(points.c.required), func.sum(points.c.completed)).group_by(points.c.point)
    ).all()
    found = {row[0]: (row[1] or 0, row[2] or 0) for row in rows}
    if not any(required for required, _ in found.values()):
        return []
    return [Point(day, *found.get(number, (0, 0))) for number, day in enumerate(days)]


def _sums(number: int, table: Kept) -> list[ColumnElement[Any]]:
    return [
        literal(number).label("point"),
        func.sum(table.required).label("required"),
        func.sum(table.completed).label("completed"),
    ]


def _counted(scope: Scope, days: list[date]) -> list[Point]:
    """Out of the segments.

    They are grouped by the first of these days that is not before their beginning, end and fulfilment; the points
    follow from those few groups.
    """

    def place(column: Any) -> ColumnElement[int]:
        return case((column > days[-1], len(days)), *((column <= day, n) for n, day in enumerate(days)))

    begins, ends, fulfilled = place(Segment.from_on), place(Segment.to_on), place(Segment.fulfilled_on)
    statement = scope.joined(select(begins, ends, fulfilled, func.count()).select_from(Segment))
    required = FIGURES["required"](date.min)
    rows = db.session.execute(
        statement.where(*scope.conditions(), required, Segment.from_on <= days[-1], Segment.to_on > days[0]).group_by(
            begins, ends, fulfilled
        )
    ).all()
    return rules.trend(days, ((row[0], row[1], row[2], row[3]) for row in rows))
