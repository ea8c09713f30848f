"""Due days that people were told stay when a plan changes."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa

from lms.plan import queries
from lms.plan.derive import Scope
from lms.plan.models import DueGrant, Obligation, Requirement
from lms.plan.queries.effects import derived_obligations
from lms.plan.rules import FOREVER
from lms.plan.rules.facts import VALIDITY
from lms.plan.service.derivation import derived, write
from lms.platform.db import db
from lms.platform.events import By


@dataclass
class Stayed:
    """How many due days of one requirement stayed although its rule changed."""

    kept: int = 0
    """Of duties that were open: the rule would have shortened them."""
    fixed: int = 0
    """Of duties that were fulfilled: the rule would have moved them."""


def derive_keeping(
    requirement_ids: Sequence[int],
    states: Mapping[int, str],
    *,
    shorten: bool,
    reason: str,
    writing: bool,
    today: date,
    by: By,
    now: datetime,
) -> tuple[tuple[queries.Effect, ...], int]:
    """Derive changed requirements anew and keep what must stay; returns what it does to each requirement of `states`,
    and how many results keep their validity.

    What must stay is found while nothing is written yet; then all is derived once more.
    """
    stayed: dict[int, Stayed] = {}
    valid: dict[int, int] = {}

    def keep_validities() -> bool:
        valid.update(keep_given_validities(requirement_ids, reason=reason, today=today, by=by, now=now))
        return bool(valid)

    def keep_days() -> bool:
        stayed.update(keep_told_days(requirement_ids, shorten=shorten, reason=reason, today=today, by=by, now=now))
        return bool(stayed)

    waiting: list[Callable[[], bool]] = [keep_validities, keep_days]
    while True:
        with derived(Scope(requirement_ids=requirement_ids)) as derivation:
            if any(waiting.pop(0)() for _ in list(waiting)):
                continue
            effects = tuple(_with(one, stayed.get(one.requirement_id)) for one in queries.effects(states, today))
            if writing and requirement_ids:
                write(derivation)
        return effects, sum(valid.values())


def _with(effect: queries.Effect, stayed: Stayed | None) -> queries.Effect:
    return effect if stayed is None else replace(effect, due_kept=stayed.kept, due_fixed=stayed.fixed)


def keep_told_days(
    requirement_ids: Sequence[int], *, shorten: bool, reason: str, today: date, by: By, now: datetime
) -> dict[int, Stayed]:
    """Write down the due days that must stay, while the new ones are derived but not written.

    A fulfilled duty keeps its due day exactly: what was late stays late, what was in time stays so. An open one that
    had begun never gets an earlier day, unless the act is to shorten. Returns what stayed by requirement; if
    anything did, derive once more.
    """
    now_is = derived_obligations()
    begun = [
        now_is.c.person_id == Obligation.person_id,
        now_is.c.requirement_id == Obligation.requirement_id,
        now_is.c.cycle == Obligation.cycle,
        Obligation.requirement_id.in_(requirement_ids),
        Obligation.opened_on <= today,
        Obligation.due_on < FOREVER,
    ]
    fulfilled = sa.and_(Obligation.fulfilled_on < FOREVER, now_is.c.fulfilled_on < FOREVER)
    fixed = sa.and_(*begun, fulfilled, now_is.c.due_on != Obligation.due_on)
    # What ends with this very change needs no day any more.
    goes_on = sa.or_(now_is.c.closes_on > today, now_is.c.closes_on == Obligation.closes_on)
    kept = sa.and_(*begun, sa.not_(fulfilled), goes_on, now_is.c.due_on < Obligation.due_on)
    stayed: dict[int, Stayed] = defaultdict(Stayed)
    for kind, which in (("fixed", fixed),) if shorten else (("fixed", fixed), ("kept", kept)):
        told = sa.select(Obligation.__table__, now_is.c.fulfilled_on.label("done_on"))
        found = told.join(now_is, which).subquery()
        columns = {
            "person_id": found.c.person_id,
            "requirement_id": found.c.requirement_id,
            "cycle": found.c.cycle,
            "kind": sa.literal(kind),
            "due_on": found.c.due_on,
            "opened_on": found.c.done_on if kind == "fixed" else found.c.opened_on,
            "granted_on": sa.literal(today, DueGrant.granted_on.type),
            "reason": sa.literal(reason),
            "decision": sa.literal(""),
            "account_id": sa.literal(by.account_id, DueGrant.account_id.type),
            "recorded_at": sa.literal(now, DueGrant.recorded_at.type),
        }
        counts = sa.select(found.c.requirement_id, sa.func.count()).group_by(found.c.requirement_id)
        for requirement_id, number in db.session.execute(counts):
            setattr(stayed[requirement_id], kind, number)
        db.session.execute(sa.insert(DueGrant).from_select(list(columns), sa.select(*columns.values())))
    return dict(stayed)


def keep_given_validities(
    requirement_ids: Sequence[int], *, reason: str, today: date, by: By, now: datetime
) -> dict[int, int]:
    """Write down until when results are valid that have been given, if what is derived now would say otherwise.

    A changed period is for the next result. Of a requirement for which any validity would change all are kept: which
    results are renewals may follow from it. Returns how many by requirement; if any, derive once more.
    """
    now_is, table = derived_obligations(), Obligation.__table__
    same = [now_is.c[name] == table.c[name] for name in ("person_id", "requirement_id", "cycle", "fulfilled_on")]
    given = [Obligation.requirement_id.in_(requirement_ids), Obligation.valid_until < FOREVER]
    changed = list(
        db.session.scalars(
            sa.select(Obligation.requirement_id)
            .join(now_is, sa.and_(*same))
            .where(*given, now_is.c.valid_until < FOREVER, now_is.c.valid_until != Obligation.valid_until)
            .distinct()
        )
    )
    if not changed:
        return {}
    columns = {
        "person_id": Obligation.person_id,
        "requirement_id": Obligation.requirement_id,
        "cycle": Obligation.cycle,
        "kind": sa.literal(VALIDITY),
        "due_on": Obligation.valid_until,
        "opened_on": Obligation.fulfilled_on,
        "granted_on": sa.literal(today, DueGrant.granted_on.type),
        "reason": sa.literal(reason),
        "decision": sa.literal(""),
        "account_id": sa.literal(by.account_id, DueGrant.account_id.type),
        "recorded_at": sa.literal(now, DueGrant.recorded_at.type),
    }
    known = sa.exists().where(
        DueGrant.person_id == Obligation.person_id,
        DueGrant.requirement_id == Obligation.requirement_id,
        DueGrant.opened_on == Obligation.fulfilled_on,
        DueGrant.kind == VALIDITY,
        DueGrant.superseded_at.is_(None),
    )
    kept = [Obligation.requirement_id.in_(changed), Obligation.valid_until < FOREVER, ~known]
    counts = sa.select(Obligation.requirement_id, sa.func.count()).where(*kept).group_by(Obligation.requirement_id)
    found = {row[0]: row[1] for row in db.session.execute(counts)}
    if found:
        rows = sa.select(*columns.values()).where(*kept)
        db.session.execute(sa.insert(DueGrant).from_select(list(columns), rows))
    return found


def give_up_kept_days(plan_id: int, now: datetime) -> list[int]:
    """Before an explicit shortening: no longer believe the days of a plan that were only kept; whose they were."""
    kept = [
        DueGrant.kind == "kept",
        DueGrant.superseded_at.is_(None),
        DueGrant.requirement_id.in_(sa.select(Requirement.id).where(Requirement.plan_id == plan_id)),
    ]
    requirement_ids = list(db.session.scalars(sa.select(DueGrant.requirement_id).where(*kept).distinct()))
    if requirement_ids:
        db.session.execute(sa.update(DueGrant).where(*kept).values(superseded_at=now))
    return requirement_ids
