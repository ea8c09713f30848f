"""Recording that many people are away, in one act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from lms.organisation.events import AbsenceRecorded
from lms.organisation.models import Absence, Person
from lms.organisation.queries.rosters import slices
from lms.organisation.rules import Refusal
from lms.platform.db import db, lock
from lms.platform.events import By, emit
from lms.platform.forms import Refused


@dataclass(frozen=True, order=True)
class Away:
    """A person is away in [from_on, to_on)."""

    person_id: int
    kind: str
    from_on: date
    to_on: date
    note: str = ""

    @property
    def key(self) -> tuple[int, str, date, date]:
        """What makes two of them the same."""
        return self.person_id, self.kind, self.from_on, self.to_on


def record_absences(lines: Sequence[Away], *, by: By, now: datetime) -> int:
    """Record all of them or none, and return how many were new: what is believed already is not written twice.

    Refused if one ends before it begins.
    """
    if any(line.from_on >= line.to_on for line in lines):
        raise Refused(Refusal.ENDS_BEFORE_IT_BEGINS)
    lock("postings")
    known = _believed([line.person_id for line in lines])
    new = list({line.key: line for line in lines if line.key not in known}.values())
    if not new:
        return 0
    db.session.execute(
        sa.insert(Absence),
        [{**vars(line), "account_id": by.account_id, "recorded_at": now} for line in new],
    )
    names = _names([line.person_id for line in new])
    people = tuple(sorted({line.person_id for line in new}))
    for place, line in enumerate(new, 1):
        event = AbsenceRecorded(
            person_id=line.person_id,
            # Each absence is a line of the log; what follows from all of them is worked out once, with the last.
            person_ids=people if place == len(new) else (),
            name=names[line.person_id],
            kind=line.kind,
            from_on=line.from_on,
            to_on=line.to_on,
        )
        emit(event, by=by)
    return len(new)


def _believed(person_ids: Sequence[int]) -> set[tuple[int, str, date, date]]:
    found: set[tuple[int, str, date, date]] = set()
    for some in slices(person_ids):
        rows = db.session.execute(
            sa.select(Absence.person_id, Absence.kind, Absence.from_on, Absence.to_on).where(
                Absence.person_id.in_(some), Absence.superseded_at.is_(None)
            )
        )
        found.update((row.person_id, row.kind, row.from_on, row.to_on) for row in rows)
    return found


def _names(person_ids: Sequence[int]) -> dict[int, str]:
    return {
        row.id: row.full_name
        for some in slices(person_ids)
        for row in db.session.execute(sa.select(Person.id, Person.full_name).where(Person.id.in_(some)))
    }
