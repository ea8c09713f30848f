"""The duties of a period's day as SQL: as known now, as closed, as closed with its errata, and what differs."""

from collections.abc import Iterable

from lms.plan.derive.work import Work
from lms.plan.periods.models import ClosedPeriod

COLUMNS = "person_id, requirement_id, cycle, unit_id, kind, due_on, started_on, fulfilled_on"

_LIVE = """
SELECT s.person_id, s.requirement_id, s.cycle, s.unit_id, s.kind, s.due_on,
  CASE WHEN s.started_on <= {day} THEN s.started_on ELSE {forever} END AS started_on,
  CASE WHEN s.fulfilled_on <= {day} THEN s.fulfilled_on ELSE {forever} END AS fulfilled_on
FROM segment s
WHERE s.requirement_id IN (SELECT r.id FROM requirement r WHERE r.plan_id = {plan})
  AND s.from_on <= {day} AND s.to_on > {day}{unit}{people}
"""
_UNDER = """
  AND s.unit_id IN (SELECT c.unit_id FROM unit_closure c
    WHERE c.ancestor_id = {unit} AND c.from_on <= {day} AND c.to_on > {day})"""

# The last erratum that speaks of a duty says how it counts; where it left no unit, the duty no longer counts.
_LAST_LINE = """
SELECT {columns} FROM erratum_line l JOIN period_erratum e ON e.id = l.erratum_id
WHERE e.period_id = {period} AND e.number <= {number}{people}
  AND e.number = (SELECT MAX(f.number) FROM erratum_line m JOIN period_erratum f ON f.id = m.erratum_id
    WHERE f.period_id = {period} AND f.number <= {number} AND m.person_id = l.person_id
      AND m.requirement_id = l.requirement_id AND m.cycle = l.cycle)
"""
_CLOSED = "SELECT {columns} FROM closed_duty s WHERE s.period_id = {period}{people}"
_NO_LINE = """
  AND NOT EXISTS (SELECT 1 FROM erratum_line l JOIN period_erratum e ON e.id = l.erratum_id
    WHERE e.period_id = {period} AND e.number <= {number} AND l.person_id = s.person_id
      AND l.requirement_id = s.requirement_id AND l.cycle = s.cycle)
"""
COMPARED = ("unit_id", "kind", "due_on", "started_on", "fulfilled_on")
"""What makes two duties differ; evidence alone does not."""
_DIFFER = " OR ".join(f"b.{name} <> n.{name}" for name in COMPARED)


class Rows:
    """The SELECTs of one period, for everybody or for some people."""

    def __init__(self, work: Work, period: ClosedPeriod, person_ids: Iterable[int] | None = None) -> None:
        """Remember whose."""
        self.work = work
        self.period = period
        self.people = None if person_ids is None else sorted({int(person_id) for person_id in person_ids})

    def _of(self, alias: str) -> str:
        if self.people is None:
            return ""
        listed = ", ".join(map(str, self.people)) or "NULL"
        return f" AND {alias}.person_id IN ({listed})"

    def _written(self, text: str, **more: str) -> str:
        period = self.period
        values = {"period": str(int(period.id)), "day": self.work.day(period.as_of), **more}
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def live(self) -> str:
        """As known now; what happened after the day reads as open."""
        period = self.period
        unit = "" if period.is_whole else _UNDER.replace("{unit}", str(int(period.unit_id)))
        return self._written(_LIVE.replace("{unit}", unit), plan=str(int(period.plan_id)), people=self._of("s"))

    def closed(self) -> str:
        """As published, with the evidence."""
        return self._written(_CLOSED, columns=f"{COLUMNS}, evidence", people=self._of("s"))

    def corrected(self, number: int) -> str:
        """As published with the errata up to that number, with the evidence."""
        if number == 0:
            return self.closed()
        kept = self._written(
            _CLOSED + _NO_LINE, columns=f"{COLUMNS}, evidence", people=self._of("s"), number=str(number)
        )
        names = ", ".join(f"l.{name.strip()}" for name in f"{COLUMNS}, evidence".split(","))
        put = self._written(_LAST_LINE, columns=names, people=self._of("l"), number=str(number))
        return f"{kept} UNION ALL {put} AND l.unit_id IS NOT NULL"

    def differing(self, number: int) -> str:
        """Duties that are known otherwise now than with the errata up to that number; a side not there is NULL."""
        was = ", ".join(f"b.{name} AS was_{name}" for name in COMPARED)
        now = ", ".join(f"n.{name}" for name in COMPARED)
        return (
            "SELECT COALESCE(b.person_id, n.person_id) AS person_id, "
            "COALESCE(b.requirement_id, n.requirement_id) AS requirement_id, COALESCE(b.cycle, n.cycle) AS cycle, "
            f"{was}, COALESCE(b.evidence, '') AS was_evidence, {now} "
            f"FROM ({self.corrected(number)}) b FULL JOIN ({self.live()}) n ON n.person_id = b.person_id "
            "AND n.requirement_id = b.requirement_id AND n.cycle = b.cycle "
            f"WHERE b.person_id IS NULL OR n.person_id IS NULL OR {_DIFFER}"
        )
