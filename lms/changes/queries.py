"""Reading change sets, whom they meet and what they did."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from lms.changes import rules
from lms.changes.models import ChangeEffect, ChangeSet
from lms.platform.db import db


@dataclass(frozen=True)
class ChangeRow:
    """A change set as the history lists it."""

    id: int
    kind: str
    title: str
    state: rules.State
    proposer: str
    proposed_at: datetime
    approver: str
    applied_at: datetime | None
    undone_at: datetime | None
    undo_reason: str
    people: int
    duties: int


@dataclass(frozen=True)
class EffectFilter:
    """Which of the effects to show."""

    what: str = ""
    requirement: str = ""
    unit: str = ""
    name: str = ""
    """Words of a name, as typed."""


@dataclass(frozen=True)
class EffectLine:
    """What a change set would do to one duty of one person."""

    person_id: int
    personal_id: str
    name: str
    requirement: str
    cycle: int
    unit: str
    what: str
    due_before: date | None
    due_after: date | None


def moments_of(change: ChangeSet) -> rules.Moments:
    """What has happened to a change set."""
    return rules.Moments(change.looked_at, change.approved_at, change.applied_at, change.undone_at, change.withdrawn_at)


def state_of(change: ChangeSet) -> rules.State:
    """How far a change set has come."""
    return rules.state_of(moments_of(change))


def change_with(change_id: int) -> ChangeSet:
    """The change set, else 404."""
    found: ChangeSet = db.one_or_404(sa.select(ChangeSet).where(ChangeSet.id == change_id))
    return found


def count_changes() -> int:
    """How many change sets there are."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(ChangeSet)) or 0


def changes(*, offset: int, limit: int) -> list[ChangeRow]:
    """A page of the history, the newest first."""
    rows = db.session.scalars(sa.select(ChangeSet).order_by(ChangeSet.id.desc()).offset(offset).limit(limit))
    return [
        ChangeRow(
            row.id, row.kind, row.title, state_of(row), row.proposer, row.proposed_at, row.approver, row.applied_at,
            row.undone_at, row.undo_reason, int(row.summary.get("people", 0)), int(row.summary.get("duties", 0)),
        )
        for row in rows
    ]  # fmt: skip


def changes_of(kind: str, unit_ids: Iterable[int], *, most: int = 500) -> Sequence[ChangeSet]:
    """The latest change sets of one kind for these units, the newest first."""
    wanted = sa.select(ChangeSet).where(ChangeSet.kind == kind, ChangeSet.unit_id.in_(sorted(set(unit_ids))))
    return db.session.scalars(wanted.order_by(ChangeSet.id.desc()).limit(most)).all()


def effect_counts(change_id: int) -> list[tuple[str, str, int, int]]:
    """Requirement, what becomes of duties, how many duties, how many people: by requirement."""
    rows = db.session.execute(
        sa.select(
            ChangeEffect.requirement,
            ChangeEffect.what,
            sa.func.count(),
            sa.func.count(ChangeEffect.personal_id.distinct()),
        )
        .where(ChangeEffect.change_id == change_id)
        .group_by(ChangeEffect.requirement, ChangeEffect.what)
        .order_by(ChangeEffect.requirement, ChangeEffect.what)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _chosen(change_id: int, wanted: EffectFilter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [ChangeEffect.change_id == change_id]
    if wanted.what:
        found.append(ChangeEffect.what == wanted.what)
    if wanted.requirement:
        found.append(ChangeEffect.requirement == wanted.requirement)
    if wanted.unit:
        found.append(ChangeEffect.unit == wanted.unit)
    found += [ChangeEffect.search_key.contains(word, autoescape=True) for word in wanted.name.split()]
    return found


def count_effects(change_id: int, wanted: EffectFilter) -> int:
    """How many effects the filter leaves. `name` is folded by the caller."""
    chosen = _chosen(change_id, wanted)
    return db.session.scalar(sa.select(sa.func.count()).select_from(ChangeEffect).where(*chosen)) or 0


def effects(change_id: int, wanted: EffectFilter, *, offset: int, limit: int) -> list[EffectLine]:
    """A page of the effects, in the order of the preview."""
    statement = _lines(change_id, wanted).offset(offset).limit(limit)
    return [EffectLine(*row) for row in db.session.execute(statement)]


def effect_stream(change_id: int, wanted: EffectFilter) -> Iterator[EffectLine]:
    """All of the effects, without holding them in memory."""
    for row in db.session.execute(_lines(change_id, wanted).execution_options(yield_per=2000)):
        yield EffectLine(*row)


def _lines(change_id: int, wanted: EffectFilter) -> Any:
    return (
        sa.select(
            ChangeEffect.person_id,
            ChangeEffect.personal_id,
            ChangeEffect.name,
            ChangeEffect.requirement,
            ChangeEffect.cycle,
            ChangeEffect.unit,
            ChangeEffect.what,
            ChangeEffect.due_before,
            ChangeEffect.due_after,
        )
        .where(*_chosen(change_id, wanted))
        .order_by(ChangeEffect.place)
    )


def units_met(change_id: int, most: int) -> Sequence[tuple[str, int]]:
    """Codes of the units with the most effects, and how many people there."""
    rows = db.session.execute(
        sa.select(ChangeEffect.unit, sa.func.count(ChangeEffect.personal_id.distinct()).label("people"))
        .where(ChangeEffect.change_id == change_id, ChangeEffect.unit != "")
        .group_by(ChangeEffect.unit)
        .order_by(sa.text("people DESC"), ChangeEffect.unit)
        .limit(most)
    )
    return [(row[0], row[1]) for row in rows]
