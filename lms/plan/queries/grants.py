"""Reading granted due days, the duties that may be given one, and those that wait for a decision."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import aliased

from lms.identity.models import Account
from lms.organisation.models import Person, UnitClosure, UnitName
from lms.organisation.queries import believed
from lms.organisation.queries.rosters import slices
from lms.organisation.scope import person_within, within
from lms.plan import rules
from lms.plan.models import DueGrant, Obligation, Plan, Requirement, Segment
from lms.plan.rules.facts import UNDECIDED
from lms.plan.rules.states import PAUSED
from lms.plan.rules.stops import realistic_day
from lms.platform.access import Actor, Permission
from lms.platform.db import db

Key = tuple[int, int, int]
"""Person, requirement, cycle."""


@dataclass(frozen=True)
class OpenDuty:
    """An obligation that holds today."""

    obligation_id: int
    person_id: int
    requirement_id: int
    cycle: int
    code: str
    requirement: str
    plan_number: str
    comes_again: bool
    """Its cycles are counted for each person; else by the year, or there is only one."""
    opened_on: date
    closes_on: date
    due_on: date
    fulfilled_on: date

    @property
    def key(self) -> Key:
        """Whose it is, what for, which time."""
        return self.person_id, self.requirement_id, self.cycle

    @property
    def choice(self) -> str:
        """What people have in common who must do it: the requirement, and the year of a yearly one."""
        return f"{self.requirement_id}.{0 if self.comes_again else self.cycle}"


def open_duties(person_ids: Iterable[int], today: date) -> list[OpenDuty]:
    """The obligations of these people that hold today, fulfilled ones too, in the order of the plans."""
    found = []
    for some in slices(person_ids):
        rows = db.session.execute(
            sa.select(Obligation, Requirement.code, Requirement.title, Plan.number, Requirement.repeat_months)
            .join(Requirement, Requirement.id == Obligation.requirement_id)
            .join(Plan, Plan.id == Requirement.plan_id)
            .where(Obligation.person_id.in_(some), Obligation.opened_on <= today, Obligation.closes_on > today)
            .order_by(Plan.number, Requirement.place, Requirement.id, Obligation.cycle, Obligation.person_id)
            .execution_options(populate_existing=True)
        )
        for row, code, title, number, months in rows:
            found.append(
                OpenDuty(
                    row.id, row.person_id, row.requirement_id, row.cycle, code, title, number, months is not None,
                    row.opened_on, row.closes_on, row.due_on, row.fulfilled_on,
                )
            )  # fmt: skip
    return found


@dataclass(frozen=True)
class GrantRow:
    """A believed due day that a person was given."""

    id: int
    requirement_id: int
    requirement: str
    cycle: int
    kind: str
    due_on: date
    was_due_on: date | None
    granted_on: date
    reason: str
    decision: str
    granted_by: str
    recorded_at: datetime

    @property
    def is_decided(self) -> bool:
        """Whether somebody decided it for this person, so that it can be taken back."""
        return self.kind not in UNDECIDED


def grants_of(person_id: int, requirement_id: int | None = None) -> list[GrantRow]:
    """The believed due days that a person was given (for one requirement), newest first."""
    giver = aliased(Person)
    wanted: Any = (
        sa.select(
            DueGrant.id,
            DueGrant.requirement_id,
            Requirement.title,
            DueGrant.cycle,
            DueGrant.kind,
            DueGrant.due_on,
            DueGrant.was_due_on,
            DueGrant.granted_on,
            DueGrant.reason,
            DueGrant.decision,
            sa.func.coalesce(giver.full_name, ""),
            DueGrant.recorded_at,
        )
        .join(Requirement, Requirement.id == DueGrant.requirement_id)
        .outerjoin(Account, Account.id == DueGrant.account_id)
        .outerjoin(giver, giver.id == Account.person_id)
        .where(DueGrant.person_id == person_id, DueGrant.superseded_at.is_(None))
        .order_by(DueGrant.id.desc())
    )
    if requirement_id is not None:
        wanted = wanted.where(DueGrant.requirement_id == requirement_id)
    return [GrantRow(*row) for row in db.session.execute(wanted)]


def extensions_of(person_ids: Iterable[int]) -> set[tuple[Any, ...]]:
    """The believed extensions of these people: person, requirement, cycle, due day."""
    found = believed(DueGrant, ("person_id", "requirement_id", "cycle", "due_on", "kind"), person_ids)
    return {row[:4] for row in found if row[4] == "extended"}


def grant_for(actor: Actor, permission: Permission, grant_id: int, today: date) -> DueGrant:
    """The granted day, if its person works or last worked within the actor's units; else 404."""
    grant: DueGrant | None = db.session.scalar(
        sa.select(DueGrant).where(DueGrant.id == grant_id, person_within(actor, permission, today, DueGrant.person_id))
    )
    if grant is None:
        abort(404)
    return grant


# Duties that began too late --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WaitingDuty:
    """A duty that began with fewer days than it needs and waits for a decision."""

    obligation_id: int
    person_id: int
    full_name: str
    personal_id: str
    unit: str
    requirement_id: int
    code: str
    requirement: str
    cycle: int
    opened_on: date
    closes_on: date
    due_on: date
    minimum_days: int

    @property
    def key(self) -> Key:
        """Whose it is, what for, which time."""
        return self.person_id, self.requirement_id, self.cycle

    @property
    def days_given(self) -> int:
        """Days between its opening and its due day."""
        return (self.due_on - self.opened_on).days

    def realistic_on(self, today: date) -> date:
        """The due day that could be kept if it were decided today."""
        return realistic_day(today, self.minimum_days)


def _waiting(today: date, *columns: Any) -> Any:
    """The rule is `rules.held`: it left a paused piece today, and nobody has decided yet."""
    decided = sa.exists().where(
        DueGrant.person_id == Obligation.person_id,
        DueGrant.requirement_id == Obligation.requirement_id,
        sa.or_(Requirement.repeat_months.is_not(None), DueGrant.cycle == Obligation.cycle),
        DueGrant.kind.not_in(sorted(UNDECIDED)),
        DueGrant.superseded_at.is_(None),
    )
    return (
        sa.select(*columns)
        .select_from(Segment)
        .join(
            Obligation,
            sa.and_(
                Obligation.person_id == Segment.person_id,
                Obligation.requirement_id == Segment.requirement_id,
                Obligation.cycle == Segment.cycle,
            ),
        )
        .join(Requirement, Requirement.id == Segment.requirement_id)
        .where(
            Segment.kind == PAUSED,
            Segment.from_on <= today,
            Segment.to_on > today,
            Segment.requirement_id.in_(sa.select(Requirement.id).where(Requirement.minimum_days.is_not(None))),
            Obligation.fulfilled_on >= rules.FOREVER,
            Obligation.due_on < Obligation.opened_on + Requirement.minimum_days,
            sa.or_(Requirement.repeat_months.is_(None), Obligation.cycle == 0),
            ~decided,
        )
    )


def _waiting_rows(today: date) -> Any:
    return (
        _waiting(
            today,
            Obligation.id,
            Obligation.person_id,
            Person.full_name,
            Person.personal_id,
            sa.func.coalesce(UnitName.short_name, ""),
            Obligation.requirement_id,
            Requirement.code,
            Requirement.title,
            Obligation.cycle,
            Obligation.opened_on,
            Obligation.closes_on,
            Obligation.due_on,
            Requirement.minimum_days,
        )
        .join(Person, Person.id == Segment.person_id)
        .outerjoin(
            UnitName,
            sa.and_(UnitName.unit_id == Segment.unit_id, UnitName.from_on <= today, UnitName.to_on > today),
        )
        .order_by(Obligation.due_on, Person.sort_name, Obligation.id)
    )


@dataclass(frozen=True)
class WaitingFilter:
    """Of which requirement and in which unit (with what lies below it); None means any."""

    requirement_id: int | None = None
    unit_id: int | None = None

    def conditions(self, today: date) -> list[sa.ColumnElement[bool]]:
        """The filter as SQL."""
        found: list[sa.ColumnElement[bool]] = []
        if self.requirement_id is not None:
            found.append(Segment.requirement_id == self.requirement_id)
        if self.unit_id is not None:
            below = sa.select(UnitClosure.unit_id).where(
                UnitClosure.ancestor_id == self.unit_id, UnitClosure.from_on <= today, UnitClosure.to_on > today
            )
            found.append(Segment.unit_id.in_(below))
        return found


def count_undecided(actor: Actor, permission: Permission, today: date, wanted: WaitingFilter = WaitingFilter()) -> int:
    """How many duties in the actor's units wait for a decision."""
    statement = _waiting(today, sa.func.count()).where(
        within(actor, permission, Segment.unit_id), *wanted.conditions(today)
    )
    return int(db.session.scalar(statement) or 0)


def undecided(
    actor: Actor, permission: Permission, today: date, wanted: WaitingFilter, *, offset: int, limit: int
) -> list[WaitingDuty]:
    """The duties in the actor's units that wait for a decision, the first due ones first."""
    statement = _waiting_rows(today).where(within(actor, permission, Segment.unit_id), *wanted.conditions(today))
    return [WaitingDuty(*row) for row in db.session.execute(statement.offset(offset).limit(limit))]


def undecided_chosen(
    actor: Actor, permission: Permission, obligation_ids: Sequence[int], today: date
) -> list[WaitingDuty]:
    """Those of these obligations that still wait and lie in the actor's units."""
    found = []
    for some in slices(obligation_ids):
        statement = _waiting_rows(today).where(within(actor, permission, Segment.unit_id), Obligation.id.in_(some))
        found += [WaitingDuty(*row) for row in db.session.execute(statement)]
    return found


def undecided_of(person_ids: Iterable[int], today: date) -> dict[Key, WaitingDuty]:
    """The duties of these people that wait for a decision."""
    found = {}
    for some in slices(person_ids):
        for row in db.session.execute(_waiting_rows(today).where(Segment.person_id.in_(some))):
            duty = WaitingDuty(*row)
            found[duty.key] = duty
    return found


def undecided_requirements(actor: Actor, permission: Permission, today: date) -> list[tuple[int, str, int]]:
    """Requirements with waiting duties in the actor's units: id, code and title, how many."""
    statement = (
        _waiting(today, Requirement.id, Requirement.code, Requirement.title, sa.func.count())
        .where(within(actor, permission, Segment.unit_id))
        .group_by(Requirement.id, Requirement.code, Requirement.title, Requirement.place)
        .order_by(Requirement.place, Requirement.id)
    )
    return [(row[0], f"{row[1]}. {row[2]}", row[3]) for row in db.session.execute(statement)]
