"""Moving one person: at once within an office's own units, by proposal and acceptance between two offices."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from lms.organisation import queries, rules
from lms.organisation.events import PrimarySwitched, TransferAnswered, TransferProposed
from lms.organisation.models import Person, Posting, TransferProposal
from lms.organisation.rules import Refusal
from lms.organisation.service.former import refresh_former_units
from lms.organisation.service.people import Post, hire, leave, move
from lms.platform.columns import FOREVER
from lms.platform.db import db, lock
from lms.platform.events import By, emit
from lms.platform.forms import Refused


class Kind(StrEnum):
    """What is done with a person."""

    MOVE = "chuyen"
    SECOND = "kiem_nhiem"
    SECONDMENT = "biet_phai"
    LEAVE = "thoi"


class Answer(StrEnum):
    """How a proposal stands."""

    OPEN = "cho"
    ACCEPTED = "dong_y"
    REFUSED = "tu_choi"
    WITHDRAWN = "rut"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A move of a person to a unit from a day on; `counts_there` matters for a secondment."""

    kind: Kind
    new_id: int
    on: date
    to_on: date = FOREVER
    department: str = ""
    title: str = ""
    counts_there: bool = False


def transfer(person: Person, wish: Wish, *, source: str = "", by: By, now: datetime) -> Posting:
    """Let a person begin in another unit on a day, which may lie in the past; what follows later stays.

    Moving ends the primary posting of that day; without one, the person begins (comes back). A second posting leaves
    the first alone; a secondment may count for the unit that received the person. Raises Refused.
    """
    lock("postings")
    current = queries.primary_posting_on(person.id, wish.on)
    last = current or queries.last_posting_of(person.id)
    post = Post(
        unit_id=wish.new_id,
        department=wish.department or (current.department if current and current.unit_id == wish.new_id else ""),
        category=last.category if last else "cong_chuc",
        title=wish.title or (last.title if last else ""),
        rank_code=last.rank_code if last else "",
        position=last.position if last else "",
        is_primary=wish.kind is Kind.MOVE,
        source=source,
    )
    if wish.kind is not Kind.MOVE:
        posting = hire(person, post, from_on=wish.on, to_on=wish.to_on, by=by, now=now)
        if wish.kind is Kind.SECONDMENT and wish.counts_there:
            return switch_primary(posting, on=wish.on, by=by, now=now)
        return posting
    if current is None:
        taken = queries.primary_intervals(person.id)
        free = rules.free_time((wish.on, wish.to_on), wish.on, taken) or (wish.on, wish.to_on)
        return hire(person, post, from_on=free[0], to_on=free[1], by=by, now=now)
    if current.unit_id == wish.new_id and (post.department, post.title) == (current.department, current.title):
        raise Refused(Refusal.NOTHING_CHANGED)
    end = current.to_on
    if end == queries.life_of(current.unit_id)[1]:
        # It ended only because its unit did: at the new unit it goes on until the next posting.
        taken = [interval for interval in queries.primary_intervals(person.id) if interval[0] > wish.on]
        end = min((start for start, _end in taken), default=FOREVER)
    return move(current, post, on=wish.on, to_on=min(end, wish.to_on), by=by, now=now)


def dismiss(person: Person, *, on: date, by: By, now: datetime) -> None:
    """Let a person leave: `on` is the first day that no longer belongs to the posting."""
    lock("postings")
    posting = queries.primary_posting_on(person.id, on) or queries.primary_posting_on(
        person.id, date.fromordinal(on.toordinal() - 1)
    )
    if posting is None:
        raise Refused(Refusal.NOT_POSTED)
    leave(posting, on=on, by=by, now=now)


def switch_primary(posting: Posting, *, on: date, by: By, now: datetime) -> Posting:
    """Let a second posting be the one that counts, from a day until its end; the others are second meanwhile."""
    lock("postings")
    db.session.refresh(posting, with_for_update=True)
    if posting.superseded_at is not None:
        raise Refused(Refusal.NOT_BELIEVED)
    begins = max(on, posting.from_on)
    if posting.is_primary or begins >= posting.to_on:
        raise Refused(Refusal.NOTHING_CHANGED)
    person = db.session.get_one(Person, posting.person_id)
    ends = posting.to_on
    others = db.session.scalars(
        sa.select(Posting).where(
            Posting.person_id == person.id,
            Posting.is_primary,
            Posting.superseded_at.is_(None),
            Posting.from_on < ends,
            Posting.to_on > begins,
        )
    ).all()
    for other in others:
        _cut(other, begins, ends, inside_is_primary=False, now=now)
    counted = _cut(posting, begins, ends, inside_is_primary=True, now=now)
    db.session.flush()
    refresh_former_units([person.id])
    event = PrimarySwitched(
        unit_id=posting.unit_id,
        person_id=person.id,
        person_ids=(person.id,),
        name=person.full_name,
        unit=queries.name_on(posting.unit_id, begins),
        on=begins,
    )
    emit(event, by=by)
    return counted


def _cut(posting: Posting, begins: date, ends: date, *, inside_is_primary: bool, now: datetime) -> Posting:
    """Replace a posting by its parts before, within and after the days; returns the part within."""
    posting.superseded_at = now
    first, last = max(begins, posting.from_on), min(ends, posting.to_on)
    inside = _part(posting, first, last, inside_is_primary, now)
    if posting.from_on < first:
        _part(posting, posting.from_on, first, posting.is_primary, now)
    if last < posting.to_on:
        _part(posting, last, posting.to_on, posting.is_primary, now)
    return inside


def _part(posting: Posting, from_on: date, to_on: date, is_primary: bool, now: datetime) -> Posting:
    values: dict[str, Any] = {name: getattr(posting, name) for name in Post.__dataclass_fields__}
    values["is_primary"] = is_primary
    part = Posting(person_id=posting.person_id, from_on=from_on, to_on=to_on, recorded_at=now, **values)
    db.session.add(part)
    return part


# Between two offices --------------------------------------------------------------------------------------------------


def propose(person: Person, wish: Wish, *, note: str = "", by: By, now: datetime) -> TransferProposal:
    """Ask the office of another unit to take a person; Refused while another request for him is open."""
    lock("postings")
    current = queries.primary_posting_on(person.id, wish.on) or queries.last_posting_of(person.id)
    if current is None:
        raise Refused(Refusal.NOT_POSTED)
    if queries.open_proposal_of(person.id) is not None:
        raise Refused(Refusal.ALREADY_PROPOSED)
    if not queries.stands_on(wish.new_id, wish.on):
        raise Refused(Refusal.UNIT_NOT_STANDING)
    if wish.on >= wish.to_on:
        raise Refused(Refusal.ENDS_BEFORE_IT_BEGINS)
    proposal = TransferProposal(
        person_id=person.id,
        old_id=current.unit_id,
        new_id=wish.new_id,
        on_day=wish.on,
        to_on=wish.to_on,
        kind=wish.kind,
        counts_there=wish.counts_there,
        department=wish.department,
        title=wish.title,
        note=note,
        proposed_by=by.account_id,
        proposed_at=now,
        state=Answer.OPEN,
        answer="",
    )
    db.session.add(proposal)
    db.session.flush()
    event = TransferProposed(
        unit_id=proposal.new_id,
        person_id=person.id,
        name=person.full_name,
        old=queries.name_on(proposal.old_id, wish.on),
        new=queries.name_on(proposal.new_id, wish.on),
        on=wish.on,
    )
    emit(event, by=by)
    return proposal


def accept(proposal: TransferProposal, *, by: By, now: datetime) -> Posting:
    """Take the person as proposed; Refused if it was answered before, or can no longer be done."""
    _answer(proposal, Answer.ACCEPTED, "", by, now)
    person = db.session.get_one(Person, proposal.person_id)
    wish = Wish(
        kind=Kind(proposal.kind),
        new_id=proposal.new_id,
        on=proposal.on_day,
        to_on=proposal.to_on,
        department=proposal.department,
        title=proposal.title,
        counts_there=proposal.counts_there,
    )
    return transfer(person, wish, by=by, now=now)


def refuse(proposal: TransferProposal, *, reason: str, by: By, now: datetime) -> None:
    """Say that the person is not taken, and why."""
    _answer(proposal, Answer.REFUSED, reason, by, now)


def withdraw(proposal: TransferProposal, *, by: By, now: datetime) -> None:
    """Take the request back before it is answered."""
    _answer(proposal, Answer.WITHDRAWN, "", by, now)


_SAID = {Answer.ACCEPTED: "đã tiếp nhận", Answer.REFUSED: "không tiếp nhận", Answer.WITHDRAWN: "đã rút đề nghị"}


def _answer(proposal: TransferProposal, answer: Answer, reason: str, by: By, now: datetime) -> None:
    lock("postings")
    db.session.refresh(proposal, with_for_update=True)
    if proposal.state != Answer.OPEN:
        raise Refused(Refusal.ALREADY_ANSWERED)
    proposal.state, proposal.decided_by, proposal.decided_at, proposal.answer = answer, by.account_id, now, reason
    db.session.flush()
    person = db.session.get_one(Person, proposal.person_id)
    event = TransferAnswered(
        unit_id=proposal.old_id,
        person_id=person.id,
        name=person.full_name,
        old=queries.name_on(proposal.old_id, proposal.on_day),
        new=queries.name_on(proposal.new_id, proposal.on_day),
        answer=_SAID[answer],
    )
    emit(event, by=by)
