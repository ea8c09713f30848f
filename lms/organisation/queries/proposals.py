"""Reading requests between offices: who waits for whose answer."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask import abort
from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from lms.organisation.models import Person, TransferProposal, UnitName
from lms.organisation.queries.units import _name_nearest
from lms.organisation.scope import within
from lms.platform.access import Actor, Permission
from lms.platform.db import db

CHANGE = Permission.ORGANISATION_POSTING_CHANGE


class Folder(StrEnum):
    """Where a request lies, seen from one office."""

    RECEIVED = "den"
    SENT = "di"
    ANSWERED = "xong"


@dataclass(frozen=True)
class ProposalRow:
    """A request as its office sees it."""

    id: int
    person_id: int
    name: str
    personal_id: str
    old_id: int
    new_id: int
    old: str
    new: str
    kind: str
    on_day: date
    to_on: date
    counts_there: bool
    department: str
    title: str
    source: str
    note: str
    is_ask: bool
    """Whether the receiving office asked."""
    state: str
    answer: str
    proposed_by: int | None
    proposed_at: datetime
    decided_by: int | None
    decided_at: datetime | None
    is_mine_to_answer: bool
    is_mine: bool

    @property
    def is_open(self) -> bool:
        """Whether nobody has answered yet."""
        return self.decided_at is None

    @property
    def asked_id(self) -> int:
        """The unit whose office answers."""
        return self.old_id if self.is_ask else self.new_id


def open_proposal_of(person_id: int) -> TransferProposal | None:
    """The request for a person that nobody has answered yet."""
    return db.session.scalar(
        select(TransferProposal).where(TransferProposal.person_id == person_id, TransferProposal.decided_at.is_(None))
    )


def proposal_to_answer(actor: Actor, proposal_id: int) -> TransferProposal:
    """A request that the office of one of the actor's units answers; else 404."""
    return _one(proposal_id, _sides(actor)[0])


def proposal_of_mine(actor: Actor, proposal_id: int) -> TransferProposal:
    """A request that one of the actor's units made; else 404."""
    return _one(proposal_id, _sides(actor)[1])


def _one(proposal_id: int, condition: ColumnElement[bool]) -> TransferProposal:
    found: TransferProposal = db.one_or_404(
        select(TransferProposal).where(TransferProposal.id == proposal_id, condition)
    )
    return found


def _sides(actor: Actor) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether a request is to, and whether it is from, one of the actor's units."""
    takes, gives = within(actor, CHANGE, TransferProposal.new_id), within(actor, CHANGE, TransferProposal.old_id)
    is_ask = TransferProposal.is_ask
    return or_(and_(~is_ask, takes), and_(is_ask, gives)), or_(and_(~is_ask, gives), and_(is_ask, takes))


def proposals_counted(actor: Actor) -> dict[Folder, int]:
    """How many requests lie in each folder of the actor."""
    to_me, from_me = _sides(actor)
    is_open = TransferProposal.decided_at.is_(None)
    row = db.session.execute(
        select(
            func.count(case((and_(is_open, to_me), 1))),
            func.count(case((and_(is_open, from_me), 1))),
            func.count(case((and_(~is_open, or_(to_me, from_me)), 1))),
        )
    ).one()
    return dict(zip(Folder, row, strict=True))


def proposals_waiting(actor: Actor) -> int:
    """How many requests wait for the actor's answer."""
    to_me, _from_me = _sides(actor)
    waiting = select(func.count(TransferProposal.id)).where(TransferProposal.decided_at.is_(None), to_me)
    return db.session.scalar(waiting) or 0


def proposals_in(actor: Actor, folder: Folder, day: date, *, offset: int, limit: int) -> list[ProposalRow]:
    """The requests of one folder: those that wait by their day, answered ones the latest first."""
    to_me, from_me = _sides(actor)
    is_open = TransferProposal.decided_at.is_(None)
    wanted = {
        Folder.RECEIVED: and_(is_open, to_me),
        Folder.SENT: and_(is_open, from_me),
        Folder.ANSWERED: and_(~is_open, or_(to_me, from_me)),
    }[folder]
    order: tuple[Any, ...] = (TransferProposal.decided_at.desc(),)
    if folder is not Folder.ANSWERED:
        order = (TransferProposal.on_day,)
    rows = db.session.execute(
        _rows(actor, day).where(wanted).order_by(*order, TransferProposal.id.desc()).offset(offset).limit(limit)
    )
    return [_row(row) for row in rows]


def proposal_for(actor: Actor, proposal_id: int, day: date) -> ProposalRow:
    """A request to or from the actor's units; else 404."""
    to_me, from_me = _sides(actor)
    row = db.session.execute(
        _rows(actor, day).where(TransferProposal.id == proposal_id, or_(to_me, from_me))
    ).one_or_none()
    if row is None:
        abort(404)
    return _row(row)


def _rows(actor: Actor, day: date) -> Any:
    proposal = TransferProposal
    old, new = aliased(UnitName), aliased(UnitName)
    to_me, from_me = _sides(actor)
    return (
        select(
            proposal.id,
            proposal.person_id,
            Person.full_name,
            Person.personal_id,
            proposal.old_id,
            proposal.new_id,
            func.coalesce(old.name, ""),
            func.coalesce(new.name, ""),
            proposal.kind,
            proposal.on_day,
            proposal.to_on,
            proposal.counts_there,
            proposal.department,
            proposal.title,
            proposal.source,
            proposal.note,
            proposal.is_ask,
            proposal.state,
            proposal.answer,
            proposal.proposed_by,
            proposal.proposed_at,
            proposal.decided_by,
            proposal.decided_at,
            to_me,
            from_me,
        )
        .join(Person, Person.id == proposal.person_id)
        .outerjoin(old, and_(old.unit_id == proposal.old_id, old.id == _name_nearest(day, proposal.old_id)))
        .outerjoin(new, and_(new.unit_id == proposal.new_id, new.id == _name_nearest(day, proposal.new_id)))
    )


def _row(row: Any) -> ProposalRow:
    values = dict(zip(ProposalRow.__dataclass_fields__, row, strict=True))
    # SQLite tells a condition as 0 or 1.
    for name in ("is_mine_to_answer", "is_mine"):
        values[name] = bool(values[name])
    return ProposalRow(**values)
