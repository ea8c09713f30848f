"""Figures of a period, summed up from its duties at each stage and kept with it."""

import sqlalchemy as sa

from lms.plan.derive.work import Work
from lms.plan.periods.models import ClosedFigure

# What each figure counts: docs of `rules.figures_of`, the same in SQL as `reports.queries.FIGURES`.
_SUMS = """
SELECT unit_id, requirement_id,
  SUM(CASE WHEN kind < 2 THEN 1 ELSE 0 END) AS required,
  SUM(CASE WHEN kind < 2 AND fulfilled_on <= {day} THEN 1 ELSE 0 END) AS completed,
  SUM(CASE WHEN kind < 2 AND fulfilled_on <= {day} AND fulfilled_on > due_on THEN 1 ELSE 0 END) AS late,
  SUM(CASE WHEN kind < 2 AND fulfilled_on > {day} AND started_on <= {day} THEN 1 ELSE 0 END) AS in_progress,
  SUM(CASE WHEN kind = 0 AND fulfilled_on > {day} AND due_on < {day} THEN 1 ELSE 0 END) AS overdue,
  SUM(CASE WHEN kind = 1 AND fulfilled_on > {day} THEN 1 ELSE 0 END) AS paused,
  SUM(CASE WHEN kind = 2 THEN 1 ELSE 0 END) AS waived, 0 AS persons
FROM ({duties}) d GROUP BY unit_id, requirement_id
"""
_PERSONS = """
SELECT unit_id, 0, 0, 0, 0, 0, 0, 0, 0, COUNT(DISTINCT person_id)
FROM ({duties}) d WHERE kind < 2 GROUP BY unit_id
"""
NAMES = "unit_id, requirement_id, required, completed, late, in_progress, overdue, paused, waived, persons"


def select_of(duties: str, day: str) -> str:
    """The figures of these duties, per unit × requirement, and the persons of each unit (requirement 0)."""
    return f"{_SUMS} UNION ALL {_PERSONS}".replace("{day}", day).replace("{duties}", duties)


def keep(work: Work, period_id: int, stage: int, duties: str, day: str) -> None:
    """Keep the figures of a stage, in place of those that were kept for it."""
    work.connection.execute(
        sa.delete(ClosedFigure.__table__).where(
            ClosedFigure.__table__.c.period_id == period_id, ClosedFigure.__table__.c.stage == stage
        )
    )
    work.run(
        f"INSERT INTO closed_figure (period_id, stage, {NAMES}) "
        f"SELECT {int(period_id)}, {int(stage)}, {NAMES} FROM ({select_of(duties, day)}) s"
    )


def differ(work: Work, period_id: int, stage: int, duties: str, day: str) -> bool:
    """Whether what is kept for a stage does not follow from these duties."""
    kept = f"SELECT {NAMES} FROM closed_figure WHERE period_id = {int(period_id)} AND stage = {int(stage)}"
    counted = f"SELECT {NAMES} FROM ({select_of(duties, day)}) s"
    return bool(
        work.number(f"SELECT COUNT(*) FROM ({kept} EXCEPT {counted}) a")
        or work.number(f"SELECT COUNT(*) FROM ({counted} EXCEPT {kept}) a")
    )
