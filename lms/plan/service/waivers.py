"""Exempting people from requirements, and taking an exemption back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from lms.organisation import queries as organisation
from lms.plan.events import WaiverGranted, WaiverWithdrawn
from lms.plan.models import Requirement, Waiver
from lms.plan.rules.stops import StopRefusal
from lms.plan.service.derivation import refresh_people
from lms.platform.db import db, lock
from lms.platform.events import By, emit
from lms.platform.forms import Refused

KEY = ("person_id", "requirement_id", "from_on", "to_on")
"""What makes two waivers the same."""


@dataclass(frozen=True)
class Exempt:
    """A person is exempted from a requirement in [from_on, to_on)."""

    person_id: int
    requirement_id: int
    from_on: date
    to_on: date
    reason: str
    decision: str = ""
    approver: str = ""

    @property
    def key(self) -> tuple[int, int, date, date]:
        """Its part of KEY."""
        return self.person_id, self.requirement_id, self.from_on, self.to_on


def waive(lines: Sequence[Exempt], *, by: By, now: datetime) -> int:
    """Exempt all of them or nobody, and return how many waivers were new: a believed one is not written twice.

    Refused if one ends before it begins.
    """
    if any(line.from_on >= line.to_on for line in lines):
        raise Refused(StopRefusal.ENDS_BEFORE_IT_BEGINS)
    lock("plan:waiver")
    people = sorted({line.person_id for line in lines})
    known = organisation.believed(Waiver, KEY, people)
    new = list({line.key: line for line in lines if line.key not in known}.values())
    if not new:
        return 0
    db.session.execute(
        sa.insert(Waiver), [{**vars(line), "account_id": by.account_id, "recorded_at": now} for line in new]
    )
    refresh_people(line.person_id for line in new)
    names, titles = organisation.names_of(people), titles_of([line.requirement_id for line in new])
    for line in new:
        event = WaiverGranted(
            person_id=line.person_id,
            name=names[line.person_id],
            requirement=titles[line.requirement_id],
            from_on=line.from_on,
            to_on=line.to_on,
            reason=line.reason,
            decision=line.decision,
            approver=line.approver,
        )
        emit(event, by=by)
    return len(new)


def withdraw_waiver(waiver: Waiver, *, reason: str, by: By, now: datetime) -> None:
    """Take an exemption back as if it had never been; Refused if it is no longer believed."""
    db.session.refresh(waiver, with_for_update=True)
    if waiver.superseded_at is not None:
        raise Refused(StopRefusal.NOT_BELIEVED)
    waiver.superseded_at = now
    refresh_people([waiver.person_id])
    event = WaiverWithdrawn(
        person_id=waiver.person_id,
        name=organisation.names_of([waiver.person_id])[waiver.person_id],
        requirement=titles_of([waiver.requirement_id])[waiver.requirement_id],
        from_on=waiver.from_on,
        reason=reason,
    )
    emit(event, by=by)


def titles_of(requirement_ids: Sequence[int]) -> dict[int, str]:
    """Requirement id → title."""
    rows = db.session.execute(sa.select(Requirement.id, Requirement.title).where(Requirement.id.in_(requirement_ids)))
    return {row.id: row.title for row in rows}
