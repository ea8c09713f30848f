"""Why somebody must study: from the document to the person, link by link. Why not is told by `outsides`."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import aliased

from lms.organisation.models import Person, Posting, UnitName
from lms.organisation.scope import person_within
from lms.plan.models import Audience, Clause, Cycle, Obligation, Plan, Reason, Requirement
from lms.plan.queries.screens import AudienceRow, audience_row, audience_rows
from lms.plan.queries.standing import COLUMNS, state_of, with_standing
from lms.plan.rules import State
from lms.platform.access import Actor, Permission
from lms.platform.db import db


@dataclass(frozen=True)
class ReasonRow:
    """An audience rule that met a posting, and when."""

    audience: AudienceRow
    posting_id: int
    unit: str
    department: str
    title: str
    category: str
    posted_on: date
    source: str
    recorded_at: datetime
    is_primary: bool
    unit_id: int
    from_on: date
    to_on: date


@dataclass(frozen=True)
class Why:
    """The chain behind one obligation."""

    obligation_id: int
    person_id: int
    person_name: str
    requirement: Requirement
    clause: Clause
    plan: Plan
    cycle: int
    cycle_due_on: date | None
    opened_on: date
    closes_on: date
    due_on: date
    fulfilled_on: date
    valid_until: date
    """The last day on which the fulfilment is valid; FOREVER while there is none, or if it never ends."""
    state: State

    @property
    def is_renewal(self) -> bool:
        """Whether it renews what was fulfilled before."""
        return self.requirement.repeat_months is not None and self.cycle > 0

    @property
    def hours_needed(self) -> Decimal | None:
        """Tiết, for an hours rule."""
        return self.requirement.hours_needed


def why(actor: Actor, permission: Permission, obligation_id: int, today: date) -> Why:
    """The chain behind an obligation: of one's own, or of a person within the actor's units; else 404."""
    seen: Any = Obligation.person_id == (actor.person_id or 0)
    if actor.roots(permission):
        seen = sa.or_(seen, person_within(actor, permission, today, Obligation.person_id))
    row = db.session.execute(
        with_standing(
            sa.select(*COLUMNS, Obligation.id, Obligation.person_id, Person.full_name, Requirement, Clause, Plan)
            .add_columns(Cycle.due_on.label("cycle_due_on"))
            .select_from(Obligation)
            .join(Person, Person.id == Obligation.person_id)
            .join(Requirement, Requirement.id == Obligation.requirement_id)
        )
        .join(Clause, Clause.id == Requirement.clause_id)
        .join(Plan, Plan.id == Requirement.plan_id)
        .where(Obligation.id == obligation_id, seen)
        .limit(1),
        {"today": today},
    ).one_or_none()
    if row is None:
        abort(404)
    return Why(
        obligation_id=row.id,
        person_id=row.person_id,
        person_name=row.full_name,
        requirement=row.Requirement,
        clause=row.Clause,
        plan=row.Plan,
        cycle=row.cycle,
        cycle_due_on=row.cycle_due_on,
        opened_on=row.opened_on,
        closes_on=row.closes_on,
        due_on=row.due_on,
        fulfilled_on=row.fulfilled_on,
        valid_until=row.valid_until,
        state=state_of(row, today),
    )


def reasons_of(person_id: int, requirement_id: int, *, from_on: date, to_on: date) -> list[ReasonRow]:
    """The rules that met the person's postings within [from_on, to_on), excluding ones too, the newest first."""
    unit_now = aliased(UnitName)
    statement = (
        audience_rows()
        .join(Reason, Reason.audience_id == Audience.id)
        .join(Posting, Posting.id == Reason.posting_id)
        .join(
            unit_now,
            sa.and_(
                unit_now.unit_id == Posting.unit_id,
                unit_now.from_on <= Reason.from_on,
                unit_now.to_on > Reason.from_on,
            ),
        )
        .add_columns(
            Reason.from_on,
            Reason.to_on,
            Posting.id.label("posting_id"),
            Posting.unit_id,
            Posting.department,
            Posting.title,
            Posting.category.label("posted_as"),
            Posting.from_on.label("posted_on"),
            Posting.source,
            Posting.recorded_at,
            Posting.is_primary,
            unit_now.name.label("posted_at"),
        )
        .where(
            Reason.person_id == person_id,
            Reason.requirement_id == requirement_id,
            Reason.from_on < to_on,
            Reason.to_on > from_on,
        )
        .order_by(Reason.from_on.desc(), Posting.is_primary.desc(), Audience.place)
    )
    return [
        ReasonRow(
            audience_row(row), row.posting_id, row.posted_at, row.department, row.title, row.posted_as, row.posted_on,
            row.source, row.recorded_at, row.is_primary, row.unit_id, row.from_on, row.to_on,
        )
        for row in db.session.execute(statement)
    ]  # fmt: skip
