"""Giving people later due days, deciding on duties that began too late, and taking a given day back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from lms.organisation import queries as organisation
from lms.plan import queries
from lms.plan.events import (
    DueDayConfirmed,
    DueDayExtended,
    DueDayGiven,
    DutyReleased,
    GrantWithdrawn,
    RealisticDaySet,
)
from lms.plan.models import DueGrant, Waiver
from lms.plan.queries.grants import Key, WaitingDuty
from lms.plan.rules import FOREVER
from lms.plan.rules.facts import UNDECIDED
from lms.plan.rules.stops import StopRefusal, why_not_extend
from lms.plan.service import notices
from lms.plan.service.derivation import refresh_people
from lms.plan.service.waivers import Exempt, titles_of, waive
from lms.platform.db import db, lock
from lms.platform.events import By, emit
from lms.platform.forms import Refused

SAME = ("person_id", "requirement_id", "cycle", "kind", "due_on")
"""What makes two granted days the same."""


@dataclass(frozen=True)
class Extension:
    """Another due day for one obligation of a person."""

    person_id: int
    requirement_id: int
    cycle: int
    due_on: date
    reason: str
    decision: str

    @property
    def key(self) -> Key:
        """The obligation."""
        return self.person_id, self.requirement_id, self.cycle


def extend(lines: Sequence[Extension], *, by: By, today: date, now: datetime, is_told: bool = True) -> int:
    """Give all of them their day or nobody, and return how many were new: a believed one is not written twice.

    Whoever gets a day is told by letter, unless the caller does so. Refused if the obligation is not open, or the day
    is not later than its due day, in the past or after its end.
    """
    lock("plan:due")
    known = _believed(line.person_id for line in lines)
    new = {(*line.key, "extended", line.due_on): line for line in lines}
    new = {key: line for key, line in new.items() if key not in known}
    if not new:
        return 0
    duties = {duty.key: duty for duty in queries.open_duties((line.person_id for line in new.values()), today)}
    rows = []
    for line in new.values():
        duty = duties.get(line.key)
        if duty is None:
            raise Refused(StopRefusal.NO_DUTY)
        if refusal := why_not_extend(
            opened_on=duty.opened_on, closes_on=duty.closes_on, due_on=duty.due_on,
            fulfilled_on=duty.fulfilled_on, new_on=line.due_on, today=today,
        ):  # fmt: skip
            raise Refused(refusal)
        rows.append(_row(line.key, "extended", duty.opened_on, duty.due_on, line.due_on, line.reason, line.decision))
    titles = _give(rows, DueDayExtended, by=by, today=today, now=now)
    if is_told:
        _tell(rows, titles, notices.EXTENDED, now)
    return len(rows)


class Choice(StrEnum):
    """What becomes of a duty that began too late."""

    CONFIRMED = "confirmed"
    """Assigned as computed."""
    REALISTIC = "realistic"
    """Assigned with a day that leaves the least days and a week."""
    RELEASED = "released"
    """Not assigned: exempt for a time, in which what is studied all the same still counts."""


@dataclass(frozen=True)
class Decision:
    """What was decided on a waiting duty of a person."""

    person_id: int
    requirement_id: int
    cycle: int
    reason: str
    decision: str = ""
    approver: str = ""

    @property
    def key(self) -> Key:
        """The obligation."""
        return self.person_id, self.requirement_id, self.cycle


def decide(
    lines: Sequence[Decision], choice: Choice, *, to_on: date = FOREVER, by: By, today: date, now: datetime
) -> int:
    """Decide on all of them or none, and return how many were new: what was decided so already is passed over.

    `to_on` ends a release; that of a yearly duty ends with its year at the latest. Refused if one does not wait, or
    if its realistic day would lie after its end.
    """
    lock("plan:due")
    waiting = queries.undecided_of((line.person_id for line in lines), today)
    before = _decided(lines, choice, today)
    new: list[tuple[Decision, WaitingDuty]] = []
    for line in {line.key: line for line in lines}.values():
        if line.key in waiting:
            new.append((line, waiting[line.key]))
        elif line.key not in before:
            raise Refused(StopRefusal.NOT_WAITING)
    if not new:
        return 0
    if choice is Choice.RELEASED:
        _release(new, to_on, by=by, today=today, now=now)
        return len(new)
    rows = []
    for line, duty in new:
        due_on = duty.due_on if choice is Choice.CONFIRMED else duty.realistic_on(today)
        if due_on >= duty.closes_on:
            raise Refused(StopRefusal.AFTER_CLOSING)
        rows.append(_row(line.key, choice.value, duty.opened_on, duty.due_on, due_on, line.reason, line.decision))
    event = DueDayConfirmed if choice is Choice.CONFIRMED else RealisticDaySet
    titles = _give(rows, event, by=by, today=today, now=now)
    _tell(rows, titles, notices.CONFIRMED if choice is Choice.CONFIRMED else notices.REALISTIC, now)
    return len(rows)


def withdraw_grant(grant: DueGrant, *, reason: str, by: By, now: datetime) -> None:
    """Take a given day back as if it had never been.

    Refused if it is no longer believed, or if nobody decided it: a day that stayed when a plan changed is given up
    by shortening in a plan only.
    """
    db.session.refresh(grant, with_for_update=True)
    if grant.superseded_at is not None:
        raise Refused(StopRefusal.NOT_BELIEVED)
    if grant.kind in UNDECIDED:
        raise Refused(StopRefusal.NOT_DECIDED)
    grant.superseded_at = now
    refresh_people([grant.person_id])
    title = titles_of([grant.requirement_id])[grant.requirement_id]
    event = GrantWithdrawn(
        person_id=grant.person_id,
        name=organisation.names_of([grant.person_id])[grant.person_id],
        requirement=title,
        due_on=grant.due_on,
        reason=reason,
    )
    emit(event, by=by)
    notices.tell_of_withdrawn(
        grant.person_id, grant.requirement_id, title, grant.cycle, grant.due_on, reason=reason, now=now
    )


def _believed(person_ids: Iterable[int]) -> set[tuple[Any, ...]]:
    return organisation.believed(DueGrant, SAME, person_ids)


def _decided(lines: Sequence[Decision], choice: Choice, today: date) -> set[Key]:
    """The obligations among them on which just this was decided before."""
    people = [line.person_id for line in lines]
    if choice is not Choice.RELEASED:
        return {(row[0], row[1], row[2]) for row in _believed(people) if row[3] == choice}
    rows = organisation.believed(Waiver, ("person_id", "requirement_id", "from_on", "to_on"), people)
    exempt = {(person, requirement) for person, requirement, from_on, to_on in rows if from_on <= today < to_on}
    return {line.key for line in lines if line.key[:2] in exempt}


def _release(new: Sequence[tuple[Decision, WaitingDuty]], to_on: date, *, by: By, today: date, now: datetime) -> None:
    """Not assigned, as a dated waiver: it is seen, has a reason and can be taken back."""
    titles = titles_of([line.requirement_id for line, _duty in new])
    for line, duty in new:
        event = DutyReleased(
            person_id=line.person_id,
            name=duty.full_name,
            requirement=titles[line.requirement_id],
            cycle=line.cycle,
            reason=line.reason,
            decision=line.decision,
        )
        emit(event, by=by)
    exempt = [
        Exempt(
            line.person_id, line.requirement_id, today, min(to_on, duty.closes_on) if line.cycle else to_on,
            line.reason, line.decision, line.approver,
        )
        for line, duty in new
    ]  # fmt: skip
    waive(exempt, by=by, now=now)
    said = [
        notices.Line(line.person_id, f"{titles[line.requirement_id]}{_until(one.to_on)}", line.reason, line.decision)
        for (line, _duty), one in zip(new, exempt, strict=True)
    ]
    notices.tell(said, lead=notices.RELEASED, now=now)


def _until(to_on: date) -> str:
    return "" if to_on == FOREVER else f", đến hết ngày {to_on - timedelta(days=1):%d/%m/%Y}"


def _row(
    key: Key, kind: str, opened_on: date, was_due_on: date, due_on: date, reason: str, decision: str
) -> dict[str, Any]:
    person_id, requirement_id, cycle = key
    return {
        "person_id": person_id,
        "requirement_id": requirement_id,
        "cycle": cycle,
        "kind": kind,
        "opened_on": opened_on,
        "was_due_on": was_due_on,
        "due_on": due_on,
        "reason": reason,
        "decision": decision,
    }


def _give(
    rows: Sequence[dict[str, Any]], event: type[DueDayGiven], *, by: By, today: date, now: datetime
) -> dict[int, str]:
    """Write the days down, let the obligations follow, and announce each; returns the titles of the requirements."""
    common = {"granted_on": today, "account_id": by.account_id, "recorded_at": now}
    db.session.execute(sa.insert(DueGrant), [{**row, **common} for row in rows])
    people = {row["person_id"] for row in rows}
    refresh_people(people)
    names, titles = organisation.names_of(people), titles_of([row["requirement_id"] for row in rows])
    for row in rows:
        told = event(
            person_id=row["person_id"],
            name=names[row["person_id"]],
            requirement=titles[row["requirement_id"]],
            cycle=row["cycle"],
            due_before=row["was_due_on"],
            due_on=row["due_on"],
            reason=row["reason"],
            decision=row["decision"],
        )
        emit(told, by=by)
    return titles


def _tell(rows: Sequence[dict[str, Any]], titles: Mapping[int, str], lead: str, now: datetime) -> None:
    """Write to everybody who got a day, or whose day was confirmed."""
    lines = []
    for row in rows:
        title, before, on = titles[row["requirement_id"]], row["was_due_on"], row["due_on"]
        says = notices.stays(title, on) if before == on else notices.moved(title, before, on)
        lines.append(notices.Line(row["person_id"], says, row["reason"], row["decision"]))
    notices.tell(lines, lead=lead, now=now)
