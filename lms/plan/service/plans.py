"""Importing a plan file: check against what exists, write what differs, and say whom it meets."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from lms.organisation import queries as organisation
from lms.plan.events import DueDaysKept, DueDaysShortened, PlanImported
from lms.plan.models import Plan, PlanImport
from lms.plan.planfile import PlanContent, digest_of, read
from lms.plan.queries import Effect
from lms.plan.service.plan_rows import (
    BadPlan,
    check_amendments,
    end_missing,
    resolve,
    write_amendments,
    write_clauses,
    write_head,
    write_requirements,
)
from lms.plan.service.successions import follow_successions
from lms.plan.service.told import derive_keeping, give_up_kept_days
from lms.platform import files
from lms.platform.db import db, lock
from lms.platform.events import By, emit


@dataclass(frozen=True)
class PlanChange:
    """What importing a file did, or would do."""

    code: str
    number: str
    title: str
    is_new: bool
    changed: bool
    effects: tuple[Effect, ...]
    """One per requirement of the file, and of those it ends."""
    shortens: bool = False
    """Whether days that people were told give way to earlier ones."""
    valid_kept: int = 0
    """Results given before that stay valid as long as they were, although the file says otherwise."""

    def count(self, what: str) -> int:
        """How many requirements were added, changed or ended."""
        return sum(effect.what == what for effect in self.effects)

    @property
    def due_kept(self) -> int:
        """Open obligations that keep the day that was told."""
        return sum(effect.due_kept for effect in self.effects)

    @property
    def due_fixed(self) -> int:
        """Fulfilled obligations whose due day stays."""
        return sum(effect.due_fixed for effect in self.effects)

    @property
    def due_earlier(self) -> int:
        """Obligations that are due earlier than before."""
        return sum(effect.due_earlier for effect in self.effects)


def preview_plan(content: bytes, *, by: By, today: date, now: datetime, shorten: bool = False) -> PlanChange:
    """Say exactly what importing the file would do; nothing stays. BadPlan if it cannot be used."""
    plan = _read(content)
    savepoint = db.session.begin_nested()
    try:
        return _apply(plan, content, by=by, today=today, now=now, shorten=shorten, writing=False)
    finally:
        savepoint.rollback()
        db.session.expire_all()


def import_plan(content: bytes, *, by: By, today: date, now: datetime, shorten: bool = False) -> PlanChange:
    """Apply a plan file: new plan, amendment, or nothing when it says what already stands. BadPlan if unusable.

    Duties that have begun keep the due day that people were told where the file says an earlier one, unless
    `shorten`; those that are fulfilled keep theirs in any case.
    """
    return _apply(_read(content), content, by=by, today=today, now=now, shorten=shorten)


def _read(content: bytes) -> PlanContent:
    plan, problems = read(content)
    if plan is None or problems:
        raise BadPlan(problems)
    return plan


def _apply(
    content: PlanContent, raw: bytes, *, by: By, today: date, now: datetime, shorten: bool, writing: bool = True
) -> PlanChange:
    lock("plan:import")
    places = resolve(content)
    digest = digest_of(content)
    plan = db.session.scalar(sa.select(Plan).where(Plan.code == content.code))
    is_new = plan is None
    if plan is not None:
        check_amendments(plan, content)
    given_up = give_up_kept_days(plan.id, now) if plan is not None and shorten else []
    if plan is not None and plan.digest == digest and not given_up:
        return PlanChange(plan.code, plan.number, plan.title, False, False, ())
    plan = write_head(plan, content, digest, now)
    write_amendments(plan, content)
    clause_ids = write_clauses(plan, content)
    states = write_requirements(plan, content, clause_ids, places)
    states |= end_missing(plan, content, today)
    for requirement_id in follow_successions(states).requirement_ids:
        states[requirement_id] = "changed" if states[requirement_id] == "same" else states[requirement_id]
    states |= {requirement_id: "changed" for requirement_id in given_up if states.get(requirement_id) == "same"}
    db.session.flush()
    touched = [requirement_id for requirement_id, what in states.items() if what != "same"]
    reason = f"Kế hoạch số {content.number} thay đổi ngày {today:%d/%m/%Y}"
    effects, kept = derive_keeping(
        touched, states, shorten=shorten, reason=reason, writing=writing, today=today, by=by, now=now
    )
    change = PlanChange(plan.code, plan.number, plan.title, is_new, True, effects, shorten, kept)
    if writing:
        _record(plan, change, raw, by=by, today=today, now=now)
    return change


def _record(plan: Plan, change: PlanChange, raw: bytes, *, by: By, today: date, now: datetime) -> None:
    root = organisation.root_on(today)
    db.session.add(
        PlanImport(
            plan_id=plan.id,
            sha256=files.digest(raw),
            account_id=by.account_id,
            applied_at=now,
            summary={
                effect.code: {"what": effect.what, "gained": effect.gained, "lost": effect.lost}
                for effect in change.effects
            },
        )
    )
    emit(
        PlanImported(
            unit_id=root.id if root else None,
            plan_id=plan.id,
            code=plan.code,
            number=plan.number,
            added=change.count("added"),
            changed=change.count("changed"),
            ended=change.count("ended"),
            gained=sum(effect.gained for effect in change.effects),
            lost=sum(effect.lost for effect in change.effects),
            on=today,
        ),
        by=by,
    )
    _tell_due_days(plan, change, root.id if root else None, by)


def _tell_due_days(plan: Plan, change: PlanChange, unit_id: int | None, by: By) -> None:
    """Say of how many people the due day stayed, and of how many it was shortened."""
    kept, fixed, shortened = change.due_kept, change.due_fixed, change.due_earlier
    if kept or fixed:
        emit(DueDaysKept(unit_id=unit_id, plan_id=plan.id, number=plan.number, kept=kept, fixed=fixed), by=by)
    if change.shortens and shortened:
        emit(DueDaysShortened(unit_id=unit_id, plan_id=plan.id, number=plan.number, shortened=shortened), by=by)
