"""How the rate came to be: the last month ends in one reading of the segments."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from lms.plan.models import Segment
from lms.platform.db import db
from lms.reports import rules
from lms.reports.queries.figures import FIGURES, Scope
from lms.reports.rules import Point


def trend(scope: Scope, months: int = 12) -> list[Point]:
    """Required and completed at each of the last month ends and on the day itself.

    Segments are grouped by the first of these days that is not before their beginning, end and fulfilment; the points
    follow from those few groups.
    """
    days = rules.month_ends(scope.day, months)

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
