"""Reading what a move of one person needs, and the requests between offices."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from lms.organisation.models import Person, Posting, TransferProposal, Unit, UnitName
from lms.organisation.queries.units import _name_nearest
from lms.organisation.rules import Interval
from lms.organisation.scope import within
from lms.platform import vietnamese
from lms.platform.access import Actor, Permission
from lms.platform.db import db

CHANGE = Permission.ORGANISATION_POSTING_CHANGE


@dataclass(frozen=True)
class ProposalRow:
    """A request as the list shows it."""

    id: int
    person_id: int
    name: str
    personal_id: str
    old: str
    new: str
    kind: str
    on_day: date
    to_on: date
    department: str
    title: str
    note: str
    state: str
    answer: str
    proposed_at: datetime
    decided_at: datetime | None
    is_mine_to_answer: bool
    is_mine: bool


def last_posting_of(person_id: int) -> Posting | None:
    """The believed primary posting that began last."""
    return db.session.scalar(
        select(Posting)
        .where(Posting.person_id == person_id, Posting.is_primary, Posting.superseded_at.is_(None))
        .order_by(Posting.from_on.desc(), Posting.id.desc())
        .limit(1)
    )


def primary_intervals(person_id: int) -> list[Interval]:
    """The days taken by believed primary postings, in order."""
    rows = db.session.execute(
        select(Posting.from_on, Posting.to_on)
        .where(Posting.person_id == person_id, Posting.is_primary, Posting.superseded_at.is_(None))
        .order_by(Posting.from_on)
    )
    return [(row[0], row[1]) for row in rows]


def life_of(unit_id: int) -> Interval:
    """From when to when a unit stands."""
    row = db.session.execute(select(Unit.valid_from, Unit.valid_to).where(Unit.id == unit_id)).one()
    return row[0], row[1]


def stands_on(unit_id: int, day: date) -> bool:
    """Whether the unit stands on the day."""
    begins, ends = life_of(unit_id)
    return begins <= day < ends


def person_with(person_id: int) -> Person:
    """The person, once a page has found that the visitor may change him."""
    return db.session.get_one(Person, person_id)


def second_posting_for(actor: Actor, posting_id: int) -> Posting:
    """A believed second posting of a person whose posting lies within the actor's units; else 404."""
    found: Posting = db.one_or_404(
        select(Posting).where(
            Posting.id == posting_id,
            Posting.superseded_at.is_(None),
            Posting.is_primary.is_(False),
            within(actor, CHANGE, Posting.unit_id),
        )
    )
    return found


def is_within(actor: Actor, unit_id: int) -> bool:
    """Whether the actor may change postings in the unit."""
    return db.session.scalar(select(Unit.id).where(Unit.id == unit_id, within(actor, CHANGE, Unit.id))) is not None


def units_said(text: str, day: date) -> list[int]:
    """Units that stand on the day and are meant by a code, a name, or a name with the code in brackets."""
    said = vietnamese.nfc(text)
    code = said[said.rfind("(") + 1 : -1].strip() if said.endswith(")") else said
    rows = db.session.scalars(
        select(Unit.id)
        .join(UnitName, and_(UnitName.unit_id == Unit.id, UnitName.from_on <= day, UnitName.to_on > day))
        .where(
            Unit.valid_from <= day,
            Unit.valid_to > day,
            or_(Unit.code == code, UnitName.search_key == vietnamese.fold(said)),
        )
        .order_by((Unit.code == code).desc(), Unit.id)
        .limit(5)
    ).all()
    return list(rows)


def unit_hints(day: date, kinds: Iterable[str], limit: int = 500) -> list[str]:
    """Names with codes of units that stand on the day, to be offered while typing."""
    rows = db.session.execute(
        select(UnitName.name, Unit.code)
        .join(Unit, Unit.id == UnitName.unit_id)
        .where(
            Unit.valid_from <= day,
            Unit.valid_to > day,
            UnitName.from_on <= day,
            UnitName.to_on > day,
            UnitName.kind.in_(sorted(kinds)),
        )
        .order_by(UnitName.sort_name)
        .limit(limit)
    )
    return [f"{row[0]} ({row[1]})" for row in rows]


def open_proposal_of(person_id: int) -> TransferProposal | None:
    """The request for a person that nobody has answered yet."""
    return db.session.scalar(
        select(TransferProposal).where(TransferProposal.person_id == person_id, TransferProposal.decided_at.is_(None))
    )


def proposal_to_answer(actor: Actor, proposal_id: int) -> TransferProposal:
    """A request to one of the actor's units; else 404."""
    found: TransferProposal = db.one_or_404(
        select(TransferProposal).where(
            TransferProposal.id == proposal_id, within(actor, CHANGE, TransferProposal.new_id)
        )
    )
    return found


def proposal_of_mine(actor: Actor, proposal_id: int) -> TransferProposal:
    """A request from one of the actor's units; else 404."""
    found: TransferProposal = db.one_or_404(
        select(TransferProposal).where(
            TransferProposal.id == proposal_id, within(actor, CHANGE, TransferProposal.old_id)
        )
    )
    return found


def proposals_for(actor: Actor, day: date, limit: int = 100) -> list[ProposalRow]:
    """Requests to and from the actor's units: open ones first, then the latest."""
    old, new = aliased(UnitName), aliased(UnitName)
    proposal = TransferProposal
    to_me, from_me = within(actor, CHANGE, proposal.new_id), within(actor, CHANGE, proposal.old_id)
    rows = db.session.execute(
        select(
            proposal.id,
            proposal.person_id,
            Person.full_name,
            Person.personal_id,
            func.coalesce(old.name, ""),
            func.coalesce(new.name, ""),
            proposal.kind,
            proposal.on_day,
            proposal.to_on,
            proposal.department,
            proposal.title,
            proposal.note,
            proposal.state,
            proposal.answer,
            proposal.proposed_at,
            proposal.decided_at,
            to_me,
            from_me,
        )
        .join(Person, Person.id == proposal.person_id)
        .outerjoin(old, and_(old.unit_id == proposal.old_id, old.id == _name_nearest(day, proposal.old_id)))
        .outerjoin(new, and_(new.unit_id == proposal.new_id, new.id == _name_nearest(day, proposal.new_id)))
        .where(or_(to_me, from_me))
        .order_by(proposal.decided_at.is_not(None), proposal.id.desc())
        .limit(limit)
    )
    return [_proposal(row) for row in rows]


def _proposal(row: Any) -> ProposalRow:
    values = dict(zip(ProposalRow.__dataclass_fields__, row, strict=True))
    # SQLite tells a condition as 0 or 1.
    for name in ("is_mine_to_answer", "is_mine"):
        values[name] = bool(values[name])
    return ProposalRow(**values)
