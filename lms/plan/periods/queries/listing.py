"""Reading closed periods, units and requirements as they were called, errata, and kept differences."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms.plan.periods.models import (
    ClosedPeriod,
    ClosedRequirement,
    ClosedUnit,
    ErratumLine,
    PeriodDifference,
    PeriodErratum,
)
from lms.platform.db import db


def periods() -> list[ClosedPeriod]:
    """Every period, the newest day first."""
    return list(
        db.session.scalars(
            sa.select(ClosedPeriod)
            .order_by(ClosedPeriod.as_of.desc(), ClosedPeriod.id.desc())
            .execution_options(populate_existing=True)
        )
    )


def period_of_code(code: str) -> ClosedPeriod | None:
    """The period of that code."""
    return db.session.scalars(sa.select(ClosedPeriod).where(ClosedPeriod.code == code)).one_or_none()


@dataclass(frozen=True)
class Verified:
    """How the seals of all periods stand."""

    periods: int
    broken: int
    first: str
    """The code of a broken one."""
    oldest: datetime | None
    """When the period that was proven longest ago was proven, or closed if it never was since; None: there is none."""


def verification() -> Verified:
    """How many periods there are, how many are broken, and since when all of them are proven."""
    broken = sa.func.count().filter(ClosedPeriod.faults > 0)
    first = sa.func.min(ClosedPeriod.code).filter(ClosedPeriod.faults > 0)
    oldest = sa.func.min(sa.func.coalesce(ClosedPeriod.verified_at, ClosedPeriod.closed_at))
    row = db.session.execute(sa.select(sa.func.count(), broken, first, oldest).select_from(ClosedPeriod)).one()
    return Verified(row[0], row[1], row[2] or "", row[3])


@dataclass(frozen=True)
class UnitFacts:
    """A unit as closed."""

    unit_id: int
    parent_id: int | None
    code: str
    name: str
    short_name: str
    abbreviation: str
    kind: str


def units_of(period_id: int) -> list[UnitFacts]:
    """All units of the day, as they were called."""
    names = ("unit_id", "parent_id", "code", "name", "short_name", "abbreviation", "kind")
    rows = db.session.execute(
        sa.select(*(getattr(ClosedUnit, name) for name in names))
        .where(ClosedUnit.period_id == period_id)
        .order_by(ClosedUnit.number)
    )
    return [UnitFacts(*row) for row in rows]


def requirements_of(period_id: int) -> list[tuple[int, dict[str, Any]]]:
    """Id and facts of each requirement as closed, in the order of reports."""
    rows = db.session.execute(
        sa.select(ClosedRequirement.requirement_id, ClosedRequirement.facts)
        .where(ClosedRequirement.period_id == period_id)
        .order_by(ClosedRequirement.number)
    )
    return [(row[0], json.loads(row[1])) for row in rows]


def errata_of(period_id: int) -> list[PeriodErratum]:
    """The errata of a period in order."""
    return list(
        db.session.scalars(
            sa.select(PeriodErratum).where(PeriodErratum.period_id == period_id).order_by(PeriodErratum.number)
        )
    )


def _of_units(model: type[ErratumLine] | type[PeriodDifference], unit_ids: Collection[int]) -> Any:
    listed = sorted(unit_ids)
    return sa.or_(model.unit_id.in_(listed), model.was_unit_id.in_(listed))


def erratum_lines(
    erratum_id: int, unit_ids: Collection[int] | None = None, *, offset: int = 0, limit: int | None = None
) -> list[ErratumLine]:
    """The lines of an erratum (of some units), or a page of them."""
    wanted = sa.select(ErratumLine).where(ErratumLine.erratum_id == erratum_id).order_by(ErratumLine.number)
    if unit_ids is not None:
        wanted = wanted.where(_of_units(ErratumLine, unit_ids))
    return list(db.session.scalars(wanted.offset(offset).limit(limit)))


def count_erratum_lines(erratum_id: int, unit_ids: Collection[int] | None = None) -> int:
    """How many lines an erratum has (of some units)."""
    wanted = sa.select(sa.func.count()).select_from(ErratumLine).where(ErratumLine.erratum_id == erratum_id)
    if unit_ids is not None:
        wanted = wanted.where(_of_units(ErratumLine, unit_ids))
    return db.session.scalar(wanted) or 0


def period_with(period_id: int) -> ClosedPeriod:
    """The period of that id; else 404."""
    found: ClosedPeriod = db.one_or_404(
        sa.select(ClosedPeriod).where(ClosedPeriod.id == period_id).execution_options(populate_existing=True)
    )
    return found


@dataclass(frozen=True)
class DifferenceFilter:
    """Which differences are meant."""

    cause: str = ""
    unit_ids: Collection[int] | None = None
    """Only those of these units, before or after."""
    requirement_id: int | None = None
    counting: bool = False
    """Only those by which a figure changes."""


def _wanted(period_id: int, chosen: DifferenceFilter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [PeriodDifference.period_id == period_id]
    if chosen.unit_ids is not None:
        found.append(_of_units(PeriodDifference, chosen.unit_ids))
    if chosen.requirement_id is not None:
        found.append(PeriodDifference.requirement_id == chosen.requirement_id)
    if chosen.cause:
        found.append(PeriodDifference.cause == chosen.cause)
    if chosen.counting:
        found.append(PeriodDifference.counts.is_(True))
    return found


def count_differences(period_id: int, chosen: DifferenceFilter) -> int:
    """How many differences are meant."""
    wanted = sa.select(sa.func.count()).select_from(PeriodDifference).where(*_wanted(period_id, chosen))
    return db.session.scalar(wanted) or 0


def differences(period_id: int, chosen: DifferenceFilter, *, offset: int, limit: int) -> list[PeriodDifference]:
    """A page of the differences, by person."""
    wanted = sa.select(PeriodDifference).where(*_wanted(period_id, chosen)).order_by(PeriodDifference.number)
    return list(db.session.scalars(wanted.offset(offset).limit(limit)))


def cause_counts(period_id: int, unit_ids: Collection[int] | None = None) -> dict[str, int]:
    """Main cause → how many differences (of some units)."""
    rows = db.session.execute(
        sa.select(PeriodDifference.cause, sa.func.count())
        .where(*_wanted(period_id, DifferenceFilter(unit_ids=unit_ids)))
        .group_by(PeriodDifference.cause)
    )
    return {row[0]: row[1] for row in rows}
