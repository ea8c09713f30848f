"""Recording that many people are away, in one act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from lms.organisation import queries
from lms.organisation.events import AbsenceRecorded
from lms.organisation.models import Absence
from lms.organisation.rules import Refusal
from lms.platform.db import db, lock
from lms.platform.events import By, emit
from lms.platform.forms import Refused

KEY = ("person_id", "kind", "from_on", "to_on")
"""What makes two absences the same."""


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
    known = queries.believed(Absence, KEY, (line.person_id for line in lines))
    new = list({line.key: line for line in lines if line.key not in known}.values())
    if not new:
        return 0
    db.session.execute(
        sa.insert(Absence),
        [{**vars(line), "account_id": by.account_id, "recorded_at": now} for line in new],
    )
    names = queries.names_of(line.person_id for line in new)
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
