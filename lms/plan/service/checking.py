"""Recomputing every derived row by the independent path, and writing down what was found."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from lms.plan import queries, rules
from lms.plan.check import (
    ClimbingTree,
    Difference,
    FigureSums,
    Narrowing,
    Rows,
    climbing,
    closure_differences,
    former_units,
    person_differences,
)
from lms.plan.events import DerivedRowsChecked
from lms.plan.models import DerivedCheck
from lms.plan.queries import checks as reading
from lms.platform.db import db
from lms.platform.events import By, emit

MOST_KEPT = 100
"""Differences kept with the check; all of them are told while it runs."""


@dataclass
class Found:
    """What a check found."""

    people: int = 0
    compared: int = 0
    differences: int = 0
    first: list[dict[str, Any]] = field(default_factory=list)


Tell = Callable[[dict[str, Any]], None]
"""Told each difference as it is found, ready for JSON: table, what, person, key, expected, found."""


BatchDone = Callable[[int, int], None]
"""Told after each batch how many people are recomputed, of how many; may raise to leave off."""


def begin_check(*, is_whole: bool, now: datetime) -> DerivedCheck:
    """Write down that a check begins; one that never ends stays visible as such."""
    check = DerivedCheck(started_at=now, is_whole=is_whole, people=0, compared=0, differences=0, first=[])
    db.session.add(check)
    db.session.flush()
    return check


def finish_check(check_id: int, found: Found, *, by: By, now: datetime) -> DerivedCheck:
    """Write down what a check found."""
    check = db.session.get_one(DerivedCheck, check_id, populate_existing=True)
    check.finished_at = now
    check.people, check.compared = found.people, found.compared
    check.differences, check.first = found.differences, found.first
    db.session.flush()
    emit(DerivedRowsChecked(people=found.people, differences=found.differences, is_whole=check.is_whole), by=by)
    return check


def compare_derived(
    people: int | None = None,
    tell: Tell | None = None,
    *,
    days: Sequence[date] = (),
    batch_done: BatchDone | None = None,
) -> Found:
    """Recompute everybody (or a sample of so many people) and compare with what stands; reads only.

    When everybody is recomputed, the kept figures of `days` are counted anew too.
    Call it inside `db.snapshot()`: facts and derived rows must be of one moment. Memory is that of one batch.
    """
    reading.hold_tables()
    check = _Check(tell, days if people is None else ())
    check.take(closure_differences(check.tree, reading.closure_rows()), {})
    total = people if people is not None else reading.count_people()
    for batch in reading.batches() if people is None else reading.sample(people):
        check.batch(batch)
        if batch_done is not None:
            batch_done(check.found.people, total)
    check.figures()
    return check.found


class _Check:
    """One run: what all people share, and what was found so far."""

    def __init__(self, tell: Tell | None, days: Sequence[date]) -> None:
        self.tell = tell
        self.found = Found()
        self.tree: ClimbingTree = climbing(queries.tree())
        self.narrowing = Narrowing(queries.requirement_facts(), self.tree)
        self.reforms = reading.reposting_reforms()
        self.codes = reading.requirement_codes()
        self.sums = FigureSums(days, reading.kept_reforms(), reading.head_groups())

    def batch(self, batch: reading.Batch) -> None:
        """Recompute some people."""
        rows = reading.standing(batch)
        differences: list[Difference] = []
        for facts in queries.facts_of(batch.person_ids) if batch.person_ids else ():
            standing = rows.pop(facts.person_id, None) or Rows.none()
            expected = self._expected(facts)
            self.found.compared += max(len(expected), len(standing))
            self.sums.add(expected.segments, expected.former)
            differences += person_differences(facts.person_id, expected, standing)
        # What is left belongs to nobody.
        for person_id, left in sorted(rows.items()):
            self.found.compared += len(left)
            differences += person_differences(person_id, Rows.none(), left)
        self.found.people += len(batch.person_ids)
        if differences:
            self.take(differences, reading.people_named(sorted({d.person_id or 0 for d in differences})))

    def figures(self) -> None:
        """Set the kept figures, if any are kept, against what was counted."""
        for day in self.sums.counted:
            kept = reading.figures_kept(day)
            if kept is not None:
                self.found.compared += len(kept)
                self.take(self.sums.differences(day, kept), {})

    def _expected(self, facts: rules.PersonFacts) -> Rows:
        derived = rules.derive(facts, self.narrowing.of(facts.postings), self.tree)
        return Rows.of(derived, former_units(facts.postings, self.reforms, self.tree))

    def take(self, differences: Iterable[Difference], names: Mapping[int, str]) -> None:
        """Count differences, keep the first, tell all."""
        for difference in differences:
            self.found.differences += 1
            told = _told(difference, names, self.codes)
            if len(self.found.first) < MOST_KEPT:
                self.found.first.append(told)
            if self.tell is not None:
                self.tell(told)


def _told(difference: Difference, names: Mapping[int, str], codes: Mapping[int, str]) -> dict[str, Any]:
    key = {name: _plain(value) for name, value in difference.key.items()}
    if "requirement_id" in key:
        key["requirement"] = codes.get(key["requirement_id"], f"#{key['requirement_id']}")
    person_id = difference.person_id
    return {
        "table": difference.table,
        "what": difference.what.value,
        "person_id": person_id,
        "person": "" if person_id is None else names.get(person_id, f"#{person_id}"),
        "key": key,
        "expected": {name: _plain(value) for name, value in difference.expected.items()},
        "found": {name: _plain(value) for name, value in difference.found.items()},
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
