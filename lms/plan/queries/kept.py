"""Figures of a day out of the kept ones: the last mark, the changes since, and those that came late."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from lms.plan.figures.contribution import FIGURES as KEPT_FIGURES
from lms.plan.figures.models import FigureDelta, FigureEra, FigureHead, FigureMark
from lms.platform.db import db

__all__ = ["KEPT_FIGURES", "Kept", "kept_figures", "kept_in_era"]

Kept = type[FigureMark] | type[FigureDelta]
Rows = Select[*tuple[Any, ...]]


def kept_figures(
    day: date,
    columns: Callable[[Kept], Sequence[ColumnElement[Any]]],
    conditions: Callable[[Kept], Sequence[ColumnElement[bool]]],
) -> list[Rows]:
    """Selects whose rows, put together and summed, are the figures at the end of `day`.

    Without a head all of them are empty: figures are then not kept, and segments must be counted. Day and id of the
    mark are read inside each statement, so that one statement never mixes a mark with the changes of another moment.
    """
    head = select(func.max(FigureHead.day)).where(FigureHead.day <= day).scalar_subquery()
    through = select(FigureHead.through_id).where(FigureHead.day == head).scalar_subquery()
    # A second bound changes nothing, but lets PostgreSQL expect few rows and take the index.
    last = select(func.max(FigureDelta.id)).scalar_subquery()
    return [
        select(*columns(FigureMark)).where(FigureMark.day == head, *conditions(FigureMark)),
        select(*columns(FigureDelta)).where(FigureDelta.day > head, FigureDelta.day <= day, *conditions(FigureDelta)),
        select(*columns(FigureDelta)).where(
            FigureDelta.id > through, FigureDelta.id <= last, FigureDelta.day <= head, *conditions(FigureDelta)
        ),
    ]


def kept_in_era(day: date, reform_id: int) -> bool:
    """Whether kept figures of that day know the former units of this reform."""
    era = select(FigureEra.reform_id).where(FigureEra.from_on <= day, FigureEra.to_on > day)
    return db.session.scalar(era) == reform_id
