"""Figures of a day out of the kept ones: the last mark, the changes since, and those that came late."""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, union_all

from lms.plan.figures.contribution import FIGURES as KEPT_FIGURES
from lms.plan.figures.groups import clause_group, group_of, own_group, plan_group
from lms.plan.figures.models import FigureDelta, FigureFormer, FigureGroup, FigureHead, FigureMark, FigureReform
from lms.plan.models import Requirement
from lms.platform.db import db

__all__ = [
    "KEPT_FIGURES",
    "FigureFormer",
    "Kept",
    "clause_group",
    "group_of",
    "kept_figures",
    "kept_groups",
    "kept_heads",
    "kept_reform",
    "own_group",
    "plan_group",
]

Kept = type[FigureMark] | type[FigureDelta]
Rows = Select[*tuple[Any, ...]]


def kept_figures(
    day: date,
    columns: Callable[[Kept], Sequence[ColumnElement[Any]]],
    conditions: Callable[[Kept], Sequence[ColumnElement[bool]]],
    joined: Callable[[Rows, Kept], Rows] = lambda rows, table: rows,
) -> list[Rows]:
    """Selects whose rows, put together and summed, are the figures at the end of `day`.

    Without a head all of them are empty: figures are then not kept, and segments must be counted. Day and id of the
    mark are read inside each statement, so that one statement never mixes a mark with the changes of another moment.
    """
    head = select(func.max(FigureHead.day)).where(FigureHead.day <= day).scalar_subquery()
    through = select(FigureHead.through_id).where(FigureHead.day == head).scalar_subquery()
    # A second bound changes nothing, but lets PostgreSQL expect few rows and take the index.
    last = select(func.max(FigureDelta.id)).scalar_subquery()
    times: tuple[tuple[Kept, list[ColumnElement[bool]]], ...] = (
        (FigureMark, [FigureMark.day == head]),
        (FigureDelta, [FigureDelta.day > head, FigureDelta.day <= day]),
        (FigureDelta, [FigureDelta.id > through, FigureDelta.id <= last, FigureDelta.day <= head]),
    )
    return [
        joined(select(*columns(table)).select_from(table), table).where(*when, *conditions(table))
        for table, when in times
    ]


def kept_reform(reform_id: int) -> bool:
    """Whether kept figures know the units before this reform."""
    return db.session.get(FigureReform, reform_id) is not None


def kept_groups() -> dict[int, frozenset[int]]:
    """Group (an id below zero among kept requirements, whose `required` are distinct people) → its requirements."""
    found: dict[int, set[int]] = {}
    members = select(FigureGroup.group_id, FigureGroup.requirement_id)
    # One that was taken back with its plan may not have left its groups yet.
    for group_id, requirement_id in db.session.execute(
        members.where(FigureGroup.requirement_id.in_(select(Requirement.id)))
    ):
        found.setdefault(group_id, set()).add(requirement_id)
    return {group_id: frozenset(members) for group_id, members in found.items()}


def kept_heads(
    day: date, requirement_ids: Collection[int], conditions: Callable[[Kept], Sequence[ColumnElement[bool]]]
) -> dict[int, int]:
    """Requirement, or group made of nothing else → distinct people who must study; empty where no figures are kept."""
    wanted = frozenset(requirement_ids)
    groups = [group_id for group_id, members in kept_groups().items() if members <= wanted]
    parts = kept_figures(
        day,
        lambda table: [table.requirement_id.label("key"), table.required.label("required")],
        lambda table: [table.requirement_id.in_((*wanted, *groups)), *conditions(table)],
    )
    kept = union_all(*parts).subquery()
    rows = db.session.execute(select(kept.c.key, func.sum(kept.c.required)).group_by(kept.c.key)).all()
    found = {row[0]: int(row[1]) for row in rows}
    return {key: found.get(own_group(key), number) if key > 0 else number for key, number in found.items()}
