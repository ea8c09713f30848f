"""Reading disputes: one's own, those of a desk, and what a decision may change."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import aliased

from lms.catalogue.models import Course, CourseVersion
from lms.identity.models import Account, Grant, Role
from lms.learning.models import Completion
from lms.organisation.models import Person, Posting, UnitClosure, UnitName
from lms.organisation.scope import person_within, within
from lms.plan.disputes import rules
from lms.plan.disputes.models import Dispute, DisputeFile, DisputeNote, DisputeTerm
from lms.plan.models import Obligation, Plan, Requirement, RequirementCourse
from lms.plan.periods.models import ClosedDuty, ClosedPeriod
from lms.plan.workdays import queries as workdays
from lms.platform import clock
from lms.platform.access import Actor, Permission
from lms.platform.db import db

DECIDE = Permission.PLAN_DISPUTE_DECIDE


class Folder(StrEnum):
    """Which disputes a desk lists."""

    MINE = "cua-toi"
    """Waiting for an answer at a unit where the visitor holds the permission."""
    OPEN = "dang-mo"
    LATE = "qua-han"
    CLOSED = "da-tra-loi"


@dataclass(frozen=True)
class DisputeRow:
    """A dispute as lists and its page show it."""

    id: int
    person_id: int
    name: str
    personal_id: str
    requirement_id: int
    requirement: str
    plan_id: int
    plan_number: str
    rule: str
    cycle: int
    comes_again: bool
    kind: str
    words: str
    was_state: str
    was_due_on: date
    was_fulfilled_on: date
    opened_at: datetime
    opened_by: int | None
    unit_id: int
    unit: str
    desk_id: int
    desk: str
    due_on: date
    steps: int
    closed_at: datetime | None
    closed_by: int | None
    outcome: str
    answer: str
    decision: str
    effect: str
    fact_id: int | None
    obligation_id: int | None
    """None once the duty is no longer derived."""

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.closed_at is None


def _rows() -> Any:
    at, desk = aliased(UnitName), aliased(UnitName)
    return (
        sa.select(
            Dispute.id, Dispute.person_id, Person.full_name, Person.personal_id, Dispute.requirement_id,
            Requirement.title, Requirement.plan_id, Plan.number, Requirement.rule, Dispute.cycle,
            Requirement.repeat_months.is_not(None), Dispute.kind, Dispute.words, Dispute.was_state, Dispute.was_due_on,
            Dispute.was_fulfilled_on, Dispute.opened_at, Dispute.opened_by, Dispute.unit_id,
            sa.func.coalesce(at.name, ""), Dispute.desk_id, sa.func.coalesce(desk.name, ""), Dispute.due_on,
            Dispute.steps, Dispute.closed_at, Dispute.closed_by, Dispute.outcome, Dispute.answer, Dispute.decision,
            Dispute.effect, Dispute.fact_id, Obligation.id,
        )
        .select_from(Dispute)
        .join(Person, Person.id == Dispute.person_id)
        .join(Requirement, Requirement.id == Dispute.requirement_id)
        .join(Plan, Plan.id == Requirement.plan_id)
        .outerjoin(
            Obligation,
            sa.and_(
                Obligation.person_id == Dispute.person_id,
                Obligation.requirement_id == Dispute.requirement_id,
                Obligation.cycle == Dispute.cycle,
            ),
        )
        .outerjoin(
            at, sa.and_(at.unit_id == Dispute.unit_id, at.from_on <= Dispute.opened_on, at.to_on > Dispute.opened_on)
        )
        .outerjoin(
            desk,
            sa.and_(
                desk.unit_id == Dispute.desk_id, desk.from_on <= Dispute.desk_since, desk.to_on > Dispute.desk_since
            ),
        )
    )  # fmt: skip


def _seen(actor: Actor) -> Any:
    """Whether the actor's units hold the desk that answers, the unit from which it was sent, or the person now."""
    return sa.or_(
        within(actor, DECIDE, Dispute.desk_id),
        within(actor, DECIDE, Dispute.unit_id),
        person_within(actor, DECIDE, clock.today(), Dispute.person_id),
    )


def dispute_for(actor: Actor, dispute_id: int) -> DisputeRow:
    """A dispute of one's own, or one that lies within one's units; else 404."""
    seen: Any = Dispute.person_id == (actor.person_id or 0)
    if actor.roots(DECIDE):
        seen = sa.or_(seen, _seen(actor))
    row = db.session.execute(_rows().where(Dispute.id == dispute_id, seen)).one_or_none()
    if row is None:
        abort(404)
    return DisputeRow(*row)


def may_decide(actor: Actor, dispute_id: int) -> bool:
    """Whether the desk that must answer lies within the actor's units, and it is not the actor's own dispute."""
    found = sa.select(Dispute.id).where(
        Dispute.id == dispute_id, within(actor, DECIDE, Dispute.desk_id), Dispute.person_id != (actor.person_id or 0)
    )
    return bool(actor.roots(DECIDE)) and db.session.scalar(found) is not None


def dispute_to_decide(actor: Actor, dispute_id: int) -> Dispute:
    """The dispute, if the actor may decide it; else 404."""
    if not may_decide(actor, dispute_id):
        abort(404)
    return db.session.get_one(Dispute, dispute_id)


def own_dispute(actor: Actor, dispute_id: int) -> Dispute:
    """A dispute of one's own; else 404."""
    found: Dispute = db.one_or_404(
        sa.select(Dispute).where(Dispute.id == dispute_id, Dispute.person_id == (actor.person_id or 0))
    )
    return found


def dispute_with(dispute_id: int) -> Dispute:
    """The dispute, once a page has found that the visitor may act on it."""
    return db.session.get_one(Dispute, dispute_id)


def disputes_of(person_id: int, most: int = 100) -> list[DisputeRow]:
    """A person's disputes, open ones first, then the newest."""
    rows = db.session.execute(
        _rows()
        .where(Dispute.person_id == person_id)
        .order_by(Dispute.closed_at.is_not(None), Dispute.opened_at.desc(), Dispute.id.desc())
        .limit(most)
    )
    return [DisputeRow(*row) for row in rows]


NEWS = timedelta(days=14)
"""How long an answer stays on the first page."""


def news_for(person_id: int, now: datetime) -> list[DisputeRow]:
    """The disputes that the person's first page tells of: open, or answered lately."""
    rows = db.session.execute(
        _rows()
        .where(
            Dispute.person_id == person_id,
            Dispute.outcome != rules.Outcome.WITHDRAWN,
            sa.or_(Dispute.closed_at.is_(None), Dispute.closed_at > now - NEWS),
        )
        .order_by(Dispute.opened_at.desc(), Dispute.id.desc())
        .limit(5)
    )
    return [DisputeRow(*row) for row in rows]


def open_dispute(person_id: int, requirement_id: int, cycle: int) -> int | None:
    """The open dispute about a duty."""
    found = sa.select(Dispute.id).where(
        Dispute.person_id == person_id,
        Dispute.requirement_id == requirement_id,
        Dispute.cycle == cycle,
        Dispute.closed_at.is_(None),
    )
    return db.session.scalar(found)


def _in(actor: Actor, folder: Folder, today: date) -> list[Any]:
    match folder:
        case Folder.MINE:
            return [Dispute.closed_at.is_(None), Dispute.desk_id.in_(sorted(actor.roots(DECIDE)))]
        case Folder.OPEN:
            return [Dispute.closed_at.is_(None), _seen(actor)]
        case Folder.LATE:
            return [Dispute.closed_at.is_(None), Dispute.due_on < today, _seen(actor)]
        case Folder.CLOSED:
            return [Dispute.closed_at.is_not(None), _seen(actor)]


def counted(actor: Actor, today: date) -> dict[Folder, int]:
    """How many disputes each folder holds; one statement."""
    counts = [sa.select(sa.func.count(Dispute.id)).where(*_in(actor, f, today)).scalar_subquery() for f in Folder]
    row = db.session.execute(sa.select(*counts)).one()
    return dict(zip(Folder, row, strict=True))


def count_waiting(actor: Actor) -> int:
    """How many open disputes the actor's own desks must answer."""
    waiting = sa.select(sa.func.count(Dispute.id)).where(*_in(actor, Folder.MINE, date.max))
    return db.session.scalar(waiting) or 0


def listed(actor: Actor, folder: Folder, today: date, *, offset: int, limit: int) -> list[DisputeRow]:
    """The disputes of a folder: open ones by their due day, answered ones the newest first."""
    order = [Dispute.closed_at.desc()] if folder is Folder.CLOSED else [Dispute.due_on, Dispute.opened_at]
    rows = db.session.execute(
        _rows().where(*_in(actor, folder, today)).order_by(*order, Dispute.id).offset(offset).limit(limit)
    )
    return [DisputeRow(*row) for row in rows]


def notes_of(dispute_id: int) -> list[DisputeNote]:
    """What was said and done, the oldest first."""
    return list(
        db.session.scalars(sa.select(DisputeNote).where(DisputeNote.dispute_id == dispute_id).order_by(DisputeNote.id))
    )


def files_of(dispute_id: int) -> list[DisputeFile]:
    """The papers handed in."""
    return list(
        db.session.scalars(sa.select(DisputeFile).where(DisputeFile.dispute_id == dispute_id).order_by(DisputeFile.id))
    )


def file_for(actor: Actor, file_id: int) -> tuple[DisputeFile, int]:
    """A paper of a dispute that the actor may see, and whose it is; else 404."""
    found: DisputeFile = db.one_or_404(sa.select(DisputeFile).where(DisputeFile.id == file_id))
    return found, dispute_for(actor, found.dispute_id).person_id


def term_on(day: date) -> int:
    """How many working days a desk has that is asked on that day."""
    found = sa.select(DisputeTerm.days).where(DisputeTerm.from_on <= day).order_by(DisputeTerm.from_on.desc()).limit(1)
    return db.session.scalar(found) or rules.DAYS


def deadline(received_on: date) -> date:
    """The last day on which a desk is in time that was asked on a day, by the days off that are known so far."""
    return workdays.deadline(received_on, term_on(received_on))


def terms() -> list[DisputeTerm]:
    """Every term that was set, the newest first."""
    return list(db.session.scalars(sa.select(DisputeTerm).order_by(DisputeTerm.from_on.desc())))


def open_disputes() -> list[Dispute]:
    """Every open dispute."""
    return list(db.session.scalars(sa.select(Dispute).where(Dispute.closed_at.is_(None)).order_by(Dispute.id)))


# The line of desks ----------------------------------------------------------------------------------------------------


def lines_of(unit_ids: set[int], today: date) -> dict[int, list[int]]:
    """Unit → the units from it upwards that have HR today, the nearest first; where a unit has ended: as it stood."""
    rows = db.session.execute(
        sa.select(UnitClosure.unit_id, Grant.unit_id, sa.func.min(UnitClosure.depth).label("depth"))
        .select_from(Grant)
        .join(Account, Account.id == Grant.account_id)
        .join(UnitClosure, UnitClosure.ancestor_id == Grant.unit_id)
        .where(
            UnitClosure.unit_id.in_(sorted(unit_ids)),
            UnitClosure.from_on <= today,
            UnitClosure.to_on > today,
            Grant.role == Role.HR,
            Grant.from_on <= today,
            Grant.to_on > today,
            Grant.ended_at.is_(None),
            Account.disabled_at.is_(None),
        )
        .group_by(UnitClosure.unit_id, Grant.unit_id)
        .order_by(UnitClosure.unit_id, "depth")
    )
    found: dict[int, list[int]] = {unit_id: [] for unit_id in unit_ids}
    for unit_id, desk, _depth in rows:
        found[unit_id].append(desk)
    return found


def late_disputes(today: date) -> list[Dispute]:
    """Open disputes whose desk is late, the oldest first."""
    return list(
        db.session.scalars(
            sa.select(Dispute)
            .where(Dispute.closed_at.is_(None), Dispute.due_on < today)
            .order_by(Dispute.due_on, Dispute.id)
        )
    )


def officers_at(unit_id: int, today: date) -> list[str]:
    """Where letters to the HR of a unit go."""
    found = (
        sa.select(Account.email)
        .join(Grant, Grant.account_id == Account.id)
        .where(
            Grant.unit_id == unit_id,
            Grant.role == Role.HR,
            Grant.from_on <= today,
            Grant.to_on > today,
            Grant.ended_at.is_(None),
            Account.disabled_at.is_(None),
        )
        .distinct()
        .order_by(Account.email)
        .limit(20)
    )
    return [address for address in db.session.scalars(found) if address]


def account_of(person_id: int) -> int | None:
    """The person's account."""
    return db.session.scalar(sa.select(Account.id).where(Account.person_id == person_id).limit(1))


# What a decision may change -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ResultRow:
    """A result that counts and may be one that should not."""

    id: int
    title: str
    completed_on: date
    source: str


def courses_for(requirement_id: int) -> list[tuple[int, str]]:
    """The courses whose result could be recognised for a requirement: those it lists, else every course offered."""
    titles = sa.select(Course.id, CourseVersion.title).join(
        CourseVersion, CourseVersion.id == Course.current_version_id
    )
    rows = db.session.execute(
        titles.join(RequirementCourse, RequirementCourse.course_id == Course.id)
        .where(RequirementCourse.requirement_id == requirement_id)
        .order_by(RequirementCourse.place)
    ).all()
    if not rows:
        rows = db.session.execute(titles.where(Course.retired_at.is_(None)).order_by(CourseVersion.sort_title)).all()
    return [(row[0], row[1]) for row in rows]


def results_of(person_id: int, course_ids: list[int]) -> list[ResultRow]:
    """The person's results in these courses that count, the newest first."""
    rows = db.session.execute(
        sa.select(Completion.id, CourseVersion.title, Completion.completed_on, Completion.source)
        .join(Course, Course.id == Completion.course_id)
        .join(CourseVersion, CourseVersion.id == sa.func.coalesce(Completion.version_id, Course.current_version_id))
        .where(Completion.person_id == person_id, Completion.course_id.in_(course_ids), Completion.voided_at.is_(None))
        .order_by(Completion.completed_on.desc(), Completion.id.desc())
    )
    return [ResultRow(*row) for row in rows]


def posting_since(person_id: int, moment: datetime) -> int | None:
    """The last believed posting of the person that was recorded after a moment."""
    found = (
        sa.select(Posting.id)
        .where(Posting.person_id == person_id, Posting.superseded_at.is_(None), Posting.recorded_at >= moment)
        .order_by(Posting.recorded_at.desc(), Posting.id.desc())
        .limit(1)
    )
    return db.session.scalar(found)


def closed_periods_with(row: DisputeRow) -> list[ClosedPeriod]:
    """The closed periods whose figures hold this duty, the newest first."""
    held = sa.select(ClosedDuty.period_id).where(
        ClosedDuty.person_id == row.person_id,
        ClosedDuty.requirement_id == row.requirement_id,
        ClosedDuty.period_id == ClosedPeriod.id,
    )
    return list(
        db.session.scalars(
            sa.select(ClosedPeriod)
            .where(ClosedPeriod.plan_id == row.plan_id, held.exists())
            .order_by(ClosedPeriod.as_of.desc(), ClosedPeriod.id.desc())
        )
    )
