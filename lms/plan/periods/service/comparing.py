"""Setting a closed period, with its errata, against what is known now: duty by duty, each with its causes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms.plan.derive.work import Work
from lms.plan.periods import labels, rules
from lms.plan.periods.models import ClosedPeriod, PeriodDifference, PeriodErratum
from lms.plan.periods.queries import causes as reading
from lms.plan.periods.rules import Cause, Duty
from lms.plan.periods.service import evidence, figures
from lms.plan.periods.service.rows import Rows
from lms.platform.columns import Day
from lms.platform.db import db

AT_ONCE = 2000


@dataclass(frozen=True)
class Difference:
    """A duty that counts otherwise now than the period, with its errata, says; a side that is None does not count."""

    person_id: int
    personal_id: str
    full_name: str
    requirement_id: int
    requirement: str
    cycle: int
    before: Duty | None
    after: Duty | None
    was_evidence: str
    evidence: str
    causes: tuple[Cause, ...]
    words: str
    counts: bool
    """Whether a figure changes by it, or only a detail."""

    @property
    def key(self) -> tuple[int, int, int]:
        """Person, requirement, cycle."""
        return self.person_id, self.requirement_id, self.cycle

    def values(self) -> dict[str, Any]:
        """The columns of a kept difference, or of a line of an erratum."""
        found: dict[str, Any] = {
            "person_id": self.person_id, "requirement_id": self.requirement_id, "cycle": self.cycle,
            "personal_id": self.personal_id, "full_name": self.full_name, "requirement": self.requirement,
            "was_evidence": self.was_evidence, "evidence": self.evidence, "cause": self.causes[0].value,
            "words": self.words, "counts": self.counts,
        }  # fmt: skip
        for prefix, duty in (("was_", self.before), ("", self.after)):
            for name in SIDE:
                found[prefix + name] = None if duty is None else getattr(duty, name)
        return found


SIDE = ("unit_id", "kind", "due_on", "started_on", "fulfilled_on")


def last_erratum(period: ClosedPeriod) -> int:
    """The number of the last erratum; 0 while there is none."""
    number = sa.select(sa.func.max(PeriodErratum.number)).where(PeriodErratum.period_id == period.id)
    return db.session.scalar(number) or 0


def pending_differences(period: ClosedPeriod, person_ids: Iterable[int] | None = None) -> list[Difference]:
    """What a period, with the errata issued so far, says otherwise than what is known now; of some people, or of all.

    Makes work tables: not for the visit of a page. Nothing is kept.
    """
    db.session.flush()
    work = Work(db.session.connection(), bulk=False)
    try:
        return list(_differences(work, period, person_ids))
    finally:
        work.drop()


def _differences(work: Work, period: ClosedPeriod, person_ids: Iterable[int] | None = None) -> Iterator[Difference]:
    rows = Rows(work, period, person_ids)
    work.make("e_differing", rows.differing(last_erratum(period)), "person_id")
    work.make("e_now", "SELECT * FROM e_differing WHERE unit_id IS NOT NULL")
    evidence.find(work, "e_now", work.day(period.as_of), plan_id=period.plan_id)
    known = reading.Known(period)
    after = (-1, -1, -1)
    while True:
        some = db.session.execute(_SOME, dict(zip(("p", "r", "c"), after, strict=True), most=AT_ONCE)).all()
        yield from _told(period, some, known)
        if len(some) < AT_ONCE:
            return
        after = (some[-1].person_id, some[-1].requirement_id, some[-1].cycle)


_SOME: Any = sa.text(
    "SELECT d.*, COALESCE(e.evidence, '') AS evidence FROM e_differing d LEFT JOIN e_evidence e "
    "ON e.person_id = d.person_id AND e.requirement_id = d.requirement_id AND e.cycle = d.cycle "
    "WHERE (d.person_id, d.requirement_id, d.cycle) > (:p, :r, :c) "
    "ORDER BY d.person_id, d.requirement_id, d.cycle LIMIT :most"
).columns(
    sa.column("person_id", sa.Integer), sa.column("requirement_id", sa.Integer), sa.column("cycle", sa.Integer),
    sa.column("was_unit_id", sa.Integer), sa.column("was_kind", sa.Integer), sa.column("was_due_on", Day()),
    sa.column("was_started_on", Day()), sa.column("was_fulfilled_on", Day()),
    sa.column("was_evidence", sa.String), sa.column("unit_id", sa.Integer), sa.column("kind", sa.Integer),
    sa.column("due_on", Day()), sa.column("started_on", Day()), sa.column("fulfilled_on", Day()),
    sa.column("evidence", sa.String),
)  # fmt: skip


def _told(period: ClosedPeriod, rows: Iterable[Any], known: reading.Known) -> Iterator[Difference]:
    listed = list(rows)
    behind = known.behind(listed)
    for row in listed:
        before = _duty(row, "was_", row.was_evidence)
        after = _duty(row, "", row.evidence)
        person = behind.people[row.person_id]
        has_other_rules = row.requirement_id in known.changed_rules
        found = rules.causes(
            before,
            after,
            is_reposted=person.is_reposted,
            is_reformed=known.is_reformed,
            has_other_rules=has_other_rules,
            is_disputed=bool(behind.disputes_between(before, after, person)),
        )
        yield Difference(
            person_id=row.person_id,
            personal_id=person.personal_id,
            full_name=person.full_name,
            requirement_id=row.requirement_id,
            requirement=known.requirements.get(row.requirement_id, f"#{row.requirement_id}")[:300],
            cycle=row.cycle,
            before=before,
            after=after,
            was_evidence=row.was_evidence,
            evidence=row.evidence,
            causes=tuple(found),
            words=labels.causes_words(found, before, after, person, behind, known)[:600],
            counts=rules.figures_of(before, period.as_of) != rules.figures_of(after, period.as_of)
            or (before is not None and after is not None and before.unit_id != after.unit_id),
        )


def _duty(row: Any, prefix: str, behind: str) -> Duty | None:
    unit_id = getattr(row, f"{prefix}unit_id")
    if unit_id is None:
        return None
    kind, due, started, fulfilled = (getattr(row, prefix + name) for name in SIDE[1:])
    return Duty(unit_id, kind, due, started, fulfilled, rules.tokens(behind))


def compare(period: ClosedPeriod, *, now: datetime) -> int:
    """Find anew, and keep, what differs from what is known now, and the figures of now; how many duties differ."""
    db.session.flush()
    db.session.execute(sa.delete(PeriodDifference).where(PeriodDifference.period_id == period.id))
    work = Work(db.session.connection(), bulk=False)
    total = 0
    try:
        batch: list[dict[str, Any]] = []
        for total, difference in enumerate(_differences(work, period), 1):
            batch.append({"period_id": period.id, "number": total, **difference.values()})
            if len(batch) == AT_ONCE:
                db.session.execute(sa.insert(PeriodDifference), batch)
                batch = []
        if batch:
            db.session.execute(sa.insert(PeriodDifference), batch)
        figures.keep(work, period.id, rules.NOW, Rows(work, period).live(), work.day(period.as_of))
    finally:
        work.drop()
    period.compared_at, period.differences = now, total
    db.session.flush()
    return total
