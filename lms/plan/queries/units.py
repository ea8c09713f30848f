"""Reading how many obligations are counted for units."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import func, select

from lms.plan.models import Segment
from lms.platform.db import db

WAIVED = 2
"""The kind of a stretch that obliges to nothing."""


def duties_in(unit_ids: Iterable[int], day: date) -> tuple[int, int]:
    """Obligations that are counted for these units on the day, waived ones left out, and of how many people."""
    row = db.session.execute(
        select(func.count(), func.count(Segment.person_id.distinct())).where(
            Segment.unit_id.in_(sorted(set(unit_ids))),
            Segment.from_on <= day,
            Segment.to_on > day,
            Segment.kind != WAIVED,
        )
    ).one()
    return row[0], row[1]
