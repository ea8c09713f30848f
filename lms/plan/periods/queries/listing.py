"""Reading closed periods, units and requirements as they were called, errata, and kept differences."""

import json
from dataclasses import dataclass
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


def erratum_lines(erratum_id: int, *, offset: int = 0, limit: int | None = None) -> list[ErratumLine]:
    """The lines of an erratum, or a page of them."""
    wanted = sa.select(ErratumLine).where(ErratumLine.erratum_id == erratum_id).order_by(ErratumLine.number)
    return list(db.session.scalars(wanted.offset(offset).limit(limit)))


@dataclass(frozen=True)
class DifferenceFilter:
    """Which differences are meant."""

    cause: str = ""
    counting: bool = False
    """Only those by which a figure changes."""


def _wanted(period_id: int, chosen: DifferenceFilter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [PeriodDifference.period_id == period_id]
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


def cause_counts(period_id: int) -> dict[str, int]:
    """Main cause → how many differences."""
    rows = db.session.execute(
        sa.select(PeriodDifference.cause, sa.func.count())
        .where(PeriodDifference.period_id == period_id)
        .group_by(PeriodDifference.cause)
    )
    return {row[0]: row[1] for row in rows}
