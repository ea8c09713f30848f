"""Moving one person between two offices: one asks, the other takes or gives the person, or says why not."""

from datetime import datetime
from enum import StrEnum

from lms.organisation import queries
from lms.organisation.events import TransferAnswered, TransferProposed
from lms.organisation.models import Person, Posting, TransferProposal
from lms.organisation.rules import Refusal
from lms.organisation.service.transfers import Kind, Wish, transfer
from lms.platform.db import db, lock
from lms.platform.events import By, emit
from lms.platform.forms import Refused


class Answer(StrEnum):
    """How a proposal stands."""

    OPEN = "cho"
    ACCEPTED = "dong_y"
    REFUSED = "tu_choi"
    WITHDRAWN = "rut"


SAID = {Answer.ACCEPTED: "đã tiếp nhận", Answer.REFUSED: "không tiếp nhận", Answer.WITHDRAWN: "đã rút đề nghị"}
SAID_OF_ASKS = {**SAID, Answer.ACCEPTED: "đã đồng ý cho chuyển", Answer.REFUSED: "không đồng ý cho chuyển"}


def propose(
    person: Person, wish: Wish, *, note: str = "", is_ask: bool = False, by: By, now: datetime
) -> TransferProposal:
    """Ask the office of another unit to take a person; Refused while another request for him is open.

    `is_ask`: the office of that unit asks, and the one where the person works answers.
    """
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
        source=wish.source,
        note=note,
        is_ask=is_ask,
        proposed_by=by.account_id,
        proposed_at=now,
        state=Answer.OPEN,
        answer="",
    )
    db.session.add(proposal)
    db.session.flush()
    event = TransferProposed(
        unit_id=proposal.old_id if is_ask else proposal.new_id,
        person_id=person.id,
        proposal_id=proposal.id,
        name=person.full_name,
        old=queries.name_on(proposal.old_id, wish.on),
        new=queries.name_on(proposal.new_id, wish.on),
        on=wish.on,
        is_ask=is_ask,
    )
    emit(event, by=by)
    return proposal


def accept(proposal: TransferProposal, *, by: By, now: datetime) -> Posting:
    """Take or give the person as proposed; Refused if it was answered before, or the person was moved meanwhile."""
    _answer(proposal, Answer.ACCEPTED, "", by, now)
    person = db.session.get_one(Person, proposal.person_id)
    current = queries.primary_posting_on(person.id, proposal.on_day) or queries.last_posting_of(person.id)
    heirs = {proposal.old_id, *(row.id for row in queries.successors(proposal.old_id, proposal.on_day))}
    if current is None or current.unit_id not in heirs:
        raise Refused(Refusal.MOVED_MEANWHILE)
    wish = Wish(
        kind=Kind(proposal.kind),
        new_id=proposal.new_id,
        on=proposal.on_day,
        to_on=proposal.to_on,
        department=proposal.department,
        title=proposal.title,
        counts_there=proposal.counts_there,
        source=proposal.source,
    )
    return transfer(person, wish, by=by, now=now)


def refuse(proposal: TransferProposal, *, reason: str, by: By, now: datetime) -> None:
    """Say that the person is not taken or given, and why."""
    _answer(proposal, Answer.REFUSED, reason, by, now)


def withdraw(proposal: TransferProposal, *, by: By, now: datetime) -> None:
    """Take the request back before it is answered."""
    _answer(proposal, Answer.WITHDRAWN, "", by, now)


def _answer(proposal: TransferProposal, answer: Answer, reason: str, by: By, now: datetime) -> None:
    lock("postings")
    db.session.refresh(proposal, with_for_update=True)
    if proposal.state != Answer.OPEN:
        raise Refused(Refusal.ALREADY_ANSWERED)
    proposal.state, proposal.decided_by, proposal.decided_at, proposal.answer = answer, by.account_id, now, reason
    db.session.flush()
    person = db.session.get_one(Person, proposal.person_id)
    said = (SAID_OF_ASKS if proposal.is_ask else SAID)[answer]
    event = TransferAnswered(
        unit_id=proposal.old_id,
        person_id=person.id,
        proposal_id=proposal.id,
        name=person.full_name,
        old=queries.name_on(proposal.old_id, proposal.on_day),
        new=queries.name_on(proposal.new_id, proposal.on_day),
        answer=f"{said}: {reason}" if reason else said,
        new_id=proposal.new_id,
        state=answer,
        asked_by=proposal.proposed_by,
        is_ask=proposal.is_ask,
    )
    emit(event, by=by)
