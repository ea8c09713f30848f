"""Sealing a period: one SHA-256 over its canonical form, and the digests on the way that say where it was broken."""

import hashlib
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from lms.plan.periods.models import ClosedBlock, ClosedPeriod
from lms.plan.periods.service.canon import PARTS, Part, head_of, line_sql
from lms.platform.db import db, is_postgresql

BLOCK = 1000
"""Lines between two digests on the way."""


def lines(period: ClosedPeriod, part: Part, after: int, through: int) -> list[tuple[int, str, str]]:
    """Number, line and mark of a part's rows with numbers in (after, through], in order."""
    rows = db.session.connection().exec_driver_sql(_lines_sql(period, part, after, through))
    return [(row[0], row[1], row[2]) for row in rows]


def _lines_sql(period: ClosedPeriod, part: Part, after: int, through: int) -> str:
    line = line_sql(part, "t", on_postgresql=is_postgresql())
    return (
        f"SELECT t.number, {line}, t.mark FROM {part.table} t WHERE t.period_id = {int(period.id)} "
        f"AND t.number > {int(after)} AND t.number <= {int(through)} ORDER BY t.number"
    )


def counts_of(period: ClosedPeriod) -> dict[str, int]:
    """Part → how many lines it had when it was sealed."""
    numbers = (period.units, period.requirements, period.persons, period.duties)
    return {part.name: number for part, number in zip(PARTS, numbers, strict=True)}


def text_blocks(period: ClosedPeriod) -> Iterator[tuple[str, int, str]]:
    """The canonical form piece by piece: part, number of its last line, text. The head is a piece of its own."""
    yield "", 0, head_of(period) + "\n"
    counts = counts_of(period)
    for part in PARTS:
        for after in range(0, counts[part.name], BLOCK):
            through = min(after + BLOCK, counts[part.name])
            found = lines(period, part, after, through)
            yield part.name, through, "".join(f"{line}\n" for _, line, _ in found)


def seal(period: ClosedPeriod) -> None:
    """Write down the digest of the period, and those at the end of each block."""
    db.session.flush()
    running = hashlib.sha256()
    blocks: list[dict[str, Any]] = []
    for place, (part, through, text) in enumerate(text_blocks(period)):
        running.update(text.encode())
        blocks.append(
            {"period_id": period.id, "place": place, "part": part, "through": through, "digest": running.hexdigest()}
        )
    db.session.execute(sa.insert(ClosedBlock), blocks)
    period.digest = running.hexdigest()
    db.session.flush()


def lines_of_part(period: ClosedPeriod, name: str) -> list[tuple[int, str, str]]:
    """Number, line and mark of every row of a part, whatever its number."""
    part = next(part for part in PARTS if part.name == name)
    return lines(period, part, -(2**31), 2**31 - 1)
