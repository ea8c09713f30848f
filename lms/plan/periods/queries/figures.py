"""Reading the figures kept for a period."""

import sqlalchemy as sa

from lms.plan.periods.models import ClosedFigure
from lms.platform.db import db

NAMES = ("required", "completed", "late", "in_progress", "overdue", "paused", "waived")
Cell = tuple[int | None, int, tuple[int, ...]]
"""Unit, requirement, figures in the order of NAMES."""


def cells_of(period_id: int, stage: int) -> list[Cell]:
    """The figures of a stage per unit × requirement."""
    rows = db.session.execute(
        sa.select(
            ClosedFigure.unit_id, ClosedFigure.requirement_id, *(getattr(ClosedFigure, name) for name in NAMES)
        ).where(ClosedFigure.period_id == period_id, ClosedFigure.stage == stage, ClosedFigure.requirement_id != 0)
    )
    return [(row[0], row[1], tuple(row[2:])) for row in rows]


def persons_of(period_id: int, stage: int) -> dict[int | None, int]:
    """Distinct persons who must study, per unit; nobody is in two units on one day."""
    rows = db.session.execute(
        sa.select(ClosedFigure.unit_id, ClosedFigure.persons).where(
            ClosedFigure.period_id == period_id, ClosedFigure.stage == stage, ClosedFigure.requirement_id == 0
        )
    )
    return {row[0]: row[1] for row in rows}


def stages_of(period_id: int) -> list[int]:
    """The stages for which figures are kept: 0 as published, n with the errata up to n, −1 as known now."""
    wanted = sa.select(ClosedFigure.stage).where(ClosedFigure.period_id == period_id).distinct()
    return sorted(db.session.scalars(wanted))
