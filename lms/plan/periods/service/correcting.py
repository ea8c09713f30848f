"""Issuing errata: numbered, with a reason, each holding on to the one before."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms.plan.derive.work import Work
from lms.plan.events import PeriodCorrected
from lms.plan.periods import rules
from lms.plan.periods.models import ClosedPeriod, ErratumLine, PeriodDifference, PeriodErratum
from lms.plan.periods.rules import Refusal
from lms.plan.periods.service import figures
from lms.plan.periods.service.canon import change_line
from lms.plan.periods.service.closing import CLOSING, Step
from lms.plan.periods.service.comparing import SIDE, last_erratum, pending_differences
from lms.plan.periods.service.rows import Rows
from lms.plan.periods.service.verifying import digest_of
from lms.platform.db import db, lock
from lms.platform.events import By, emit
from lms.platform.forms import Refused

AT_ONCE = 2000
_SHOWN = ("person_id", "requirement_id", "cycle", *(f"was_{name}" for name in SIDE), *SIDE)


def issue(
    period: ClosedPeriod,
    *,
    reason: str,
    document: str = "",
    numbers: Iterable[int] | None = None,
    by: By,
    now: datetime,
    tell: Step = lambda step: None,
) -> PeriodErratum:
    """Put right all differences that the last comparison found, or those of these numbers.

    Raises Refused: nothing chosen, the facts have changed since they were shown, or the seal is broken. `tell` is told
    each step.
    """
    lock(CLOSING)
    db.session.refresh(period, with_for_update=True)
    if period.faults:
        raise Refused(Refusal.BROKEN_SEAL)
    wanted = sa.select(PeriodDifference).where(PeriodDifference.period_id == period.id)
    if numbers is not None:
        wanted = wanted.where(PeriodDifference.number.in_(sorted(set(numbers))))
    shown = list(db.session.scalars(wanted.order_by(PeriodDifference.number).execution_options(populate_existing=True)))
    if not shown:
        raise Refused(Refusal.NOTHING_TO_CORRECT)
    tell("so sánh lại")
    people = None if numbers is None else {row.person_id for row in shown}
    found = {difference.key: difference for difference in pending_differences(period, people)}
    for row in shown:
        now_known = found.get((row.person_id, row.requirement_id, row.cycle))
        if now_known is None or any(now_known.values()[name] != getattr(row, name) for name in _SHOWN):
            raise Refused(Refusal.CHANGED_MEANWHILE)
    tell("ghi đính chính")
    before = last_erratum(period)
    erratum = PeriodErratum(
        period_id=period.id, number=before + 1, reason=reason, document=document, issued_by=by.account_id,
        issuer=by.name, issued_at=now, lines=len(shown), before=_end_of(period), digest="",
    )  # fmt: skip
    db.session.add(erratum)
    db.session.flush()
    _write(erratum, period.code, shown)
    tell("số liệu")
    work = Work(db.session.connection(), bulk=False)
    duties = Rows(work, period).corrected(erratum.number)
    figures.keep(work, period.id, erratum.number, duties, work.day(period.as_of))
    covered = [row.number for row in shown]
    for start in range(0, len(covered), AT_ONCE):
        db.session.execute(
            sa.delete(PeriodDifference).where(
                PeriodDifference.period_id == period.id,
                PeriodDifference.number.in_(covered[start : start + AT_ONCE]),
            )
        )
    period.differences -= len(covered)
    db.session.flush()
    emit(
        PeriodCorrected(
            period=period.id, code=period.code, name=period.name, erratum=erratum.number, lines=erratum.lines,
            reason=reason, digest=erratum.digest, unit_id=period.unit_id,
        ),
        by=by,
    )  # fmt: skip
    return erratum


def _end_of(period: ClosedPeriod) -> str:
    """The digest that the next erratum holds on to."""
    last = (
        sa.select(PeriodErratum.digest)
        .where(PeriodErratum.period_id == period.id)
        .order_by(PeriodErratum.number.desc())
        .limit(1)
    )
    return db.session.scalar(last) or period.digest


def _write(erratum: PeriodErratum, code: str, shown: list[PeriodDifference]) -> None:
    columns = [
        column.name for column in ErratumLine.__table__.columns if column.name not in ("erratum_id", "number", "mark")
    ]
    rows: list[dict[str, Any]] = []
    for number, row in enumerate(shown, 1):
        line = ErratumLine(erratum_id=erratum.id, number=number, **{name: getattr(row, name) for name in columns})
        line.mark = rules.mark_of(change_line(line))
        rows.append({"erratum_id": erratum.id, "number": number, "mark": line.mark}
                    | {name: getattr(row, name) for name in columns})  # fmt: skip
    for start in range(0, len(rows), AT_ONCE):
        db.session.execute(sa.insert(ErratumLine), rows[start : start + AT_ONCE])
    erratum.digest = digest_of(erratum, code, [_Line(values) for values in rows])
    db.session.flush()


class _Line:
    """Values as attributes."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__.update(values)
