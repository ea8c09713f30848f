"""Reading what stops the clock of a duty: absences, waivers, and the pieces of duties that they stop."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask import abort

from lms.organisation.models import Absence
from lms.organisation.queries.rosters import slices
from lms.organisation.scope import person_within
from lms.plan import rules
from lms.plan.models import Obligation, Plan, Requirement, Segment, Waiver
from lms.platform.access import Actor, Permission
from lms.platform.db import db


@dataclass(frozen=True)
class WaiverRow:
    """A believed exemption."""

    id: int
    requirement_id: int
    requirement: str
    from_on: date
    to_on: date
    reason: str
    decision: str
    approver: str
    recorded_at: datetime


@dataclass(frozen=True)
class RequirementChoice:
    """A requirement from which somebody may be exempted."""

    id: int
    code: str
    title: str
    plan_number: str
    people: int
    """How many of the people asked about must still fulfil it, today or later."""


@dataclass(frozen=True)
class StandingDuty:
    """An obligation with the days on which its clock stands."""

    person_id: int
    requirement: str
    cycle: int
    due_on: date
    is_open: bool
    """Not fulfilled."""
    stops: dict[int, list[rules.Interval]]
    """Kind of segment (1 paused, 2 waived) → days."""


def _waiver_rows() -> Any:
    return (
        sa.select(
            Waiver.id,
            Waiver.requirement_id,
            Requirement.title.label("requirement"),
            Waiver.from_on,
            Waiver.to_on,
            Waiver.reason,
            Waiver.decision,
            Waiver.approver,
            Waiver.recorded_at,
        )
        .join(Requirement, Requirement.id == Waiver.requirement_id)
        .where(Waiver.superseded_at.is_(None))
        .order_by(Waiver.from_on.desc(), Waiver.id.desc())
    )


def waivers_of(person_id: int, requirement_id: int | None = None) -> list[WaiverRow]:
    """A person's believed waivers (of one requirement), newest first."""
    wanted = _waiver_rows().where(Waiver.person_id == person_id)
    if requirement_id is not None:
        wanted = wanted.where(Waiver.requirement_id == requirement_id)
    return [WaiverRow(**row) for row in db.session.execute(wanted).mappings()]


def waiver_for(actor: Actor, permission: Permission, waiver_id: int, today: date) -> Waiver:
    """The waiver, if its person works or last worked within the actor's units; else 404."""
    waiver: Waiver | None = db.session.scalar(
        sa.select(Waiver).where(Waiver.id == waiver_id, person_within(actor, permission, today, Waiver.person_id))
    )
    if waiver is None:
        abort(404)
    return waiver


def requirements_for(person_ids: Sequence[int], today: date) -> list[RequirementChoice]:
    """The requirements that any of these people must still fulfil, today or later, in the order of their plans."""
    rows = db.session.execute(
        sa.select(
            Requirement.id,
            Requirement.code,
            Requirement.title,
            Plan.number,
            sa.func.count(Obligation.person_id.distinct()),
        )
        .join(Plan, Plan.id == Requirement.plan_id)
        .join(Obligation, Obligation.requirement_id == Requirement.id)
        .where(
            Obligation.person_id.in_(person_ids), Obligation.closes_on > today, Obligation.fulfilled_on >= rules.FOREVER
        )
        .group_by(Requirement.id, Requirement.code, Requirement.title, Plan.number, Requirement.place)
        .order_by(Plan.number, Requirement.place, Requirement.id)
    )
    return [RequirementChoice(*row) for row in rows]


def requirement_ids_by_code(codes: Sequence[str]) -> dict[str, list[int]]:
    """Code → ids of the requirements that bear it; two plans may use the same code."""
    found: dict[str, list[int]] = defaultdict(list)
    for row in db.session.execute(
        sa.select(Requirement.code, Requirement.id).where(Requirement.code.in_(codes)).order_by(Requirement.id)
    ):
        found[row.code].append(row.id)
    return found


def standing_duties(person_ids: Sequence[int], today: date) -> dict[tuple[int, int, int], StandingDuty]:
    """The duties of these people that hold today or later: (person, requirement, cycle) → how they stand."""
    stops: dict[tuple[int, int, int], dict[int, list[rules.Interval]]] = defaultdict(dict)
    found = {}
    for some in slices(person_ids):
        pieces = sa.select(
            Segment.person_id, Segment.requirement_id, Segment.cycle, Segment.kind, Segment.from_on, Segment.to_on
        ).where(Segment.person_id.in_(some), Segment.kind != 0)
        for row in db.session.execute(pieces):
            days = stops[row.person_id, row.requirement_id, row.cycle]
            days[row.kind] = rules.union([*days.get(row.kind, []), (row.from_on, row.to_on)])
        duties = (
            sa.select(Obligation, Requirement.title)
            .join(Requirement, Requirement.id == Obligation.requirement_id)
            .where(Obligation.person_id.in_(some), Obligation.closes_on > today)
            .order_by(Requirement.place, Requirement.id, Obligation.cycle)
            .execution_options(populate_existing=True)
        )
        for obligation, title in db.session.execute(duties):
            key = (obligation.person_id, obligation.requirement_id, obligation.cycle)
            found[key] = StandingDuty(
                obligation.person_id,
                title,
                obligation.cycle,
                obligation.due_on,
                obligation.fulfilled_on >= rules.FOREVER,
                stops.get(key, {}),
            )
    return found


@dataclass(frozen=True)
class StopRow:
    """Why the clock of a duty stands, or stood."""

    kind: str
    """Kind of absence, or "mien" for a waiver."""
    from_on: date
    to_on: date
    note: str
    decision: str = ""
    approver: str = ""

    @property
    def is_waiver(self) -> bool:
        """Whether it exempts rather than pauses."""
        return self.kind == "mien"


def stops_of(person_id: int, requirement_id: int, *, from_on: date, to_on: date) -> list[StopRow]:
    """The absences and waivers that touch a duty of those days, in order; one statement."""
    absences = sa.select(
        Absence.kind,
        Absence.from_on,
        Absence.to_on,
        Absence.note,
        sa.literal("").label("decision"),
        sa.literal("").label("approver"),
    ).where(
        Absence.person_id == person_id,
        Absence.superseded_at.is_(None),
        Absence.from_on < to_on,
        Absence.to_on > from_on,
    )
    waivers = sa.select(
        sa.literal("mien"), Waiver.from_on, Waiver.to_on, Waiver.reason, Waiver.decision, Waiver.approver
    ).where(
        Waiver.person_id == person_id,
        Waiver.requirement_id == requirement_id,
        Waiver.superseded_at.is_(None),
        Waiver.from_on < to_on,
        Waiver.to_on > from_on,
    )
    rows = db.session.execute(absences.union_all(waivers)).all()
    return sorted((StopRow(*row) for row in rows), key=lambda stop: (stop.from_on, stop.kind))
