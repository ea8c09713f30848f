"""Proving a closed period: everything is read again, and the first thing that is not what was sealed is told."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms.audit import queries as audit
from lms.audit.models import AuditEvent
from lms.plan.derive.work import Work
from lms.plan.events import PeriodClosed, PeriodCorrected
from lms.plan.periods import rules
from lms.plan.periods.models import ClosedBlock, ClosedPeriod, ErratumLine, PeriodErratum
from lms.plan.periods.rules import Fault, Finding
from lms.plan.periods.service import figures, sealing
from lms.plan.periods.service.canon import PARTS, Part, change_line, erratum_head
from lms.plan.periods.service.rows import Rows
from lms.platform.db import db

Walked = Callable[[int], None]
"""Told after each block how many lines were read; may raise to leave off."""


def verify(period: ClosedPeriod, walked: Walked | None = None) -> list[Finding]:
    """Read a period again, from its head to its last erratum; the first fault of each kind, nothing if it is whole.

    Reads only, apart from work tables of its own.
    """
    found = _basis(period, walked)
    found += _errata(period)
    found += _logged(period)
    if not found:
        found += _figures(period)
    return found


def _basis(period: ClosedPeriod, walked: Walked | None) -> list[Finding]:
    kept = dict(
        db.session.execute(
            sa.select(ClosedBlock.place, ClosedBlock.digest).where(ClosedBlock.period_id == period.id)
        ).all()
    )
    running, first, read = hashlib.sha256(), None, 0
    for place, (part, through, text) in enumerate(sealing.text_blocks(period)):
        running.update(text.encode())
        read += text.count("\n")
        if walked is not None:
            walked(read)
        if first is None and kept.get(place) != running.hexdigest():
            first = Finding(Fault.HEAD) if not part else _in_block(period, part, through)
    found = [first] if first is not None else []
    for one in PARTS:
        if extra := _beyond(period, one):
            found.append(extra)
    if not found and running.hexdigest() != period.digest:
        found.append(Finding(Fault.DIGEST))
    return found


def _in_block(period: ClosedPeriod, name: str, through: int) -> Finding:
    """The first line of a block that is not what its mark says, or that is not there."""
    part = next(part for part in PARTS if part.name == name)
    after = (through - 1) // sealing.BLOCK * sealing.BLOCK
    expected = after + 1
    for number, line, mark in sealing.lines(period, part, after, through):
        if number != expected:
            return Finding(Fault.MISSING, name, expected)
        if rules.mark_of(line) != mark:
            return Finding(Fault.ALTERED, name, number, line)
        expected += 1
    if expected <= through:
        return Finding(Fault.MISSING, name, expected)
    return Finding(Fault.SOMEWHERE, name, after + 1, through=through)


def _beyond(period: ClosedPeriod, part: Part) -> Finding | None:
    """A line that the seal knows nothing of."""
    counts = sealing.counts_of(period)
    below = sealing.lines(period, part, -(2**31), 0)
    for number, line, _ in below or sealing.lines(period, part, counts[part.name], 2**31 - 1):
        return Finding(Fault.ADDED, part.name, number, line)
    return None


def _figures(period: ClosedPeriod) -> list[Finding]:
    work = Work(db.session.connection(), bulk=False)
    rows, day = Rows(work, period), work.day(period.as_of)
    return [
        Finding(Fault.FIGURES, number=number)
        for number in (rules.BASIS, *(erratum.number for erratum in _issued(period)))
        if figures.differ(work, period.id, number, rows.corrected(number), day)
    ]


# Errata ---------------------------------------------------------------------------------------------------------------


def _issued(period: ClosedPeriod) -> list[PeriodErratum]:
    return list(
        db.session.scalars(
            sa.select(PeriodErratum)
            .where(PeriodErratum.period_id == period.id)
            .order_by(PeriodErratum.number)
            .execution_options(populate_existing=True)
        )
    )


def _errata(period: ClosedPeriod) -> list[Finding]:
    before = period.digest
    for expected, erratum in enumerate(_issued(period), 1):
        if erratum.number != expected or erratum.before != before:
            return [Finding(Fault.ERRATA_CUT, number=expected)]
        if wrong := _wrong_in(erratum, period.code):
            return [wrong]
        before = erratum.digest
    return []


def digest_of(erratum: PeriodErratum, code: str, rows: list[Any]) -> str:
    """The SHA-256 of an erratum's canonical form, the lines in order of number."""
    running = hashlib.sha256(f"{erratum_head(erratum, code)}\n".encode())
    for row in rows:
        running.update(f"{change_line(row)}\n".encode())
    return running.hexdigest()


def lines_of(erratum_id: int) -> list[ErratumLine]:
    """The lines of an erratum in order."""
    return list(
        db.session.scalars(
            sa.select(ErratumLine)
            .where(ErratumLine.erratum_id == erratum_id)
            .order_by(ErratumLine.number)
            .execution_options(populate_existing=True)
        )
    )


def _wrong_in(erratum: PeriodErratum, code: str) -> Finding | None:
    rows = lines_of(erratum.id)
    for expected, row in enumerate(rows, 1):
        if row.number != expected:
            return Finding(Fault.MISSING, "dinh-chinh", expected, erratum=erratum.number)
        if rules.mark_of(change_line(row)) != row.mark:
            return Finding(Fault.ALTERED, "dinh-chinh", row.number, change_line(row), erratum=erratum.number)
    if len(rows) != erratum.lines:
        fault, number = (Fault.MISSING, len(rows) + 1) if len(rows) < erratum.lines else (Fault.ADDED, len(rows))
        return Finding(fault, "dinh-chinh", number, erratum=erratum.number)
    if digest_of(erratum, code, rows) != erratum.digest:
        return Finding(Fault.ERRATUM, number=erratum.number, erratum=erratum.number)
    return None


# The log --------------------------------------------------------------------------------------------------------------


def _logged(period: ClosedPeriod) -> list[Finding]:
    """Whether the log, which has a chain of its own, tells of the same digests."""
    told = audit.events([AuditEvent.key.in_([PeriodClosed.key, PeriodCorrected.key])], offset=0, limit=100_000)
    of_this = [event for event in told if event.facts.get("period") == period.id]
    closed = [event.facts.get("digest") for event in of_this if event.key == PeriodClosed.key]
    corrected = {
        int(event.facts["erratum"]): str(event.facts["digest"]) for event in of_this if event.key == PeriodCorrected.key
    }
    if closed != [period.digest]:
        return [Finding(Fault.LOG)]
    issued = {erratum.number: erratum.digest for erratum in _issued(period)}
    wrong = sorted(number for number in issued.keys() | corrected.keys() if issued.get(number) != corrected.get(number))
    if not wrong:
        return []
    return [Finding(Fault.LOG if wrong[0] in issued else Fault.ERRATA_CUT, number=wrong[0], erratum=wrong[0])]


def note(period: ClosedPeriod, found: list[Finding], first: str, *, now: datetime) -> None:
    """Write down when a period was proven, and what was found first."""
    period.verified_at, period.faults, period.fault = now, len(found), first[:400]
    db.session.flush()
