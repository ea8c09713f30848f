"""How a plan file, and clock stops of several people, become change sets."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from lms.changes import service as changes
from lms.changes.kinds import Kind, register
from lms.changes.models import ChangeSet
from lms.organisation import queries as organisation
from lms.plan import service
from lms.plan.planfile import read
from lms.platform import clock, files
from lms.platform.access import Actor, Permission
from lms.platform.events import By


def _says(error: Exception) -> Sequence[str]:
    if isinstance(error, FileNotFoundError):
        return [_("Tệp gốc không còn trên máy chủ. Hãy gửi lại tệp.")]
    if isinstance(error, service.BadPlan):
        return [_("Dòng %(line)s: %(message)s", line=p.line, message=p.message) for p in error.problems]
    return ()


def _import(payload: Mapping[str, Any], _change_id: int, by: By, now: datetime) -> service.PlanChange:
    """Apply a kept plan file."""
    content = files.kept(payload["sha256"])
    return service.import_plan(content, by=by, today=clock.today(), now=now, shorten=payload["shorten"])


PLAN = register(Kind("plan", Permission.PLAN_PLAN_IMPORT, _import, _says))
STOPS = register(Kind("stops", Permission.PLAN_WAIVER_GRANT))


def title_of(content: bytes) -> str:
    """How a plan file is called in the history of changes; BadPlan if it cannot be used."""
    plan, problems = read(content)
    if plan is None or problems:
        raise service.BadPlan(problems)
    return f"Kế hoạch số {plan.number} ({plan.code})"


def apply_plan(sha256: str, *, shorten: bool, title: str, by: By, now: datetime, today: date) -> service.PlanChange:
    """Apply a kept plan file at once, as its page has shown it."""
    payload = {"sha256": sha256, "shorten": shorten}
    return changes.carry_out(
        PLAN.name,
        lambda change_id: _import(payload, change_id, by, now),
        title=title,
        payload=payload,
        unit_id=_root(today),
        by=by,
        now=now,
        today=today,
    )


def propose_plan(sha256: str, *, shorten: bool, title: str, by: By, now: datetime, today: date) -> ChangeSet:
    """Propose a kept plan file, for a second person to approve."""
    payload = {"sha256": sha256, "shorten": shorten}
    change = changes.propose(PLAN.name, title=title, payload=payload, unit_id=_root(today), by=by, now=now)
    changes.preview(change, by=by, now=now, today=today)
    return change


def _root(today: date) -> int | None:
    root = organisation.root_on(today)
    return root.id if root else None


def stop_many(act: Callable[[], int], *, title: str, actor: Actor, now: datetime, today: date) -> int:
    """Record clock stops of several people at once, as their page has shown them; returns how many were new."""
    roots = sorted(actor.roots(STOPS.permission))
    return changes.carry_out(
        STOPS.name,
        lambda _change_id: act(),
        title=title,
        unit_id=roots[0] if roots else _root(today),
        by=actor,
        now=now,
        today=today,
    )
