"""How a plan file, and clock stops of several people, become change sets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from lms.changes import jobs
from lms.changes import service as changes
from lms.changes.kinds import Kind, register
from lms.changes.models import ChangeSet
from lms.organisation import queries as organisation
from lms.organisation import service as postings
from lms.plan import labels, queries, service
from lms.plan.models import Plan
from lms.plan.planfile import read
from lms.plan.rules.stops import StopRefusal
from lms.platform import clock, files
from lms.platform.access import Actor, Permission
from lms.platform.events import By
from lms.platform.forms import Refused


class PlanMoved(Exception):
    """The plan was changed after the amendment was drawn up from it."""


def _plan_says(error: Exception) -> Sequence[str]:
    if isinstance(error, FileNotFoundError):
        return [_("Tệp gốc không còn trên máy chủ. Hãy gửi lại tệp.")]
    if isinstance(error, PlanMoved):
        return [_("Kế hoạch đã được sửa sau khi bản này được soạn. Hãy rút đề nghị này và soạn lại từ bản hiện hành.")]
    if isinstance(error, service.BadPlan):
        return [_("Dòng %(line)s: %(message)s", line=p.line, message=p.message) for p in error.problems]
    return ()


def _import(payload: Mapping[str, Any], _change_id: int, by: By, now: datetime) -> service.PlanChange:
    """Apply a kept plan file; PlanMoved if it was drawn up from what the plan said before."""
    content = files.kept(payload["sha256"])
    if "basis" in payload and not queries.is_plan_said(payload["code"], payload["basis"]):
        raise PlanMoved
    return service.import_plan(content, by=by, today=clock.today(), now=now, shorten=payload["shorten"])


def title_of(content: bytes) -> str:
    """How a plan file is called in the history of changes; BadPlan if it cannot be used."""
    plan, problems = read(content)
    if plan is None or problems:
        raise service.BadPlan(problems)
    last = f", sửa đổi lần {plan.amendments[-1].number}" if plan.amendments else ""
    return f"Kế hoạch số {plan.number} ({plan.code}){last}"


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


def submit_plan(
    sha256: str, *, shorten: bool, title: str, by: By, now: datetime, today: date, basis: Plan | None = None
) -> ChangeSet:
    """Propose a kept plan file, to be looked at person by person. `basis`: the plan from which it was drawn up."""
    drawn = {"code": basis.code, "basis": basis.digest} if basis is not None else {}
    return jobs.submit(
        PLAN.name,
        title=title,
        payload={"sha256": sha256, "shorten": shorten, **drawn},
        people=queries.posted_people(today),
        unit_id=_root(today),
        by=by,
        now=now,
        today=today,
    )


def _root(today: date) -> int | None:
    root = organisation.root_on(today)
    return root.id if root else None


# Clock stops ----------------------------------------------------------------------------------------------------------

Do = Callable[..., int]


@dataclass(frozen=True)
class Way:
    """A way of stopping clocks: lines of one kind, and the service that records them."""

    line: type
    do: Do
    """Records lines; returns how many were new."""
    is_dated: bool = True
    """Whether the service asks what day it is."""


WAYS = {
    "away": Way(postings.Away, postings.record_absences, is_dated=False),
    "exempt": Way(service.Exempt, service.waive, is_dated=False),
    "extend": Way(service.Extension, service.extend),
    "decide": Way(service.Decision, service.decide),
}


def stops(way: str, lines: Sequence[Any], **more: Any) -> dict[str, Any]:
    """Clock stops as a change set keeps them. `more` is what the service asks for besides: a choice, a day."""
    return {"way": way, "lines": [_plain(asdict(line)) for line in lines], "more": _plain(more)}


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def record(payload: Mapping[str, Any], change_id: int | None, by: By, now: datetime) -> int:
    """Record kept clock stops; returns how many were new. Whom an absence gives another due day is told by letter:
    by the change set, if it is one."""
    if payload["way"] == "away" and change_id is None:
        people = sorted({line["person_id"] for line in payload["lines"]})
        with service.telling_of_absence(people, today=clock.today(), now=now):
            return _record(payload, by, now)
    return _record(payload, by, now)


def _record(payload: Mapping[str, Any], by: By, now: datetime) -> int:
    way = WAYS[payload["way"]]
    more = _meant(payload["more"])
    if way.is_dated:
        more["today"] = clock.today()
    if "choice" in more:
        more["choice"] = service.Choice(more["choice"])
    days = {field.name for field in fields(way.line) if field.type in (date, "date")}
    return way.do([way.line(**_meant(line, days)) for line in payload["lines"]], by=by, now=now, **more)


def _meant(values: Mapping[str, Any], days: set[str] | None = None) -> dict[str, Any]:
    """Values with their days as days."""
    named = days if days is not None else {"to_on"}
    return {n: date.fromisoformat(v) if n in named and isinstance(v, str) else v for n, v in values.items()}


def _stops_say(error: Exception) -> Sequence[str]:
    if isinstance(error, Refused):
        why = labels.STOP_REFUSALS.get(error.reason, labels.STOP_REFUSALS[StopRefusal.NOT_BELIEVED])
        return [_("Chưa ghi gì. %(why)s", why=why)]
    return ()


def stop_many(payload: Mapping[str, Any], *, title: str, actor: Actor, now: datetime, today: date) -> int:
    """Record clock stops of several people at once, as their page has shown them; returns how many were new."""
    return changes.carry_out(
        STOPS.name,
        lambda change_id: record(payload, change_id, actor, now),
        title=title,
        payload=payload,
        unit_id=_at(actor, today),
        by=actor,
        now=now,
        today=today,
    )


def submit_stops(payload: dict[str, Any], *, title: str, actor: Actor, now: datetime, today: date) -> ChangeSet:
    """Propose clock stops of many people, to be looked at person by person."""
    people = len({line["person_id"] for line in payload["lines"]})
    return jobs.submit(
        STOPS.name, title=title, payload=payload, people=people, unit_id=_at(actor, today), by=actor, now=now,
        today=today,
    )  # fmt: skip


def _at(actor: Actor, today: date) -> int | None:
    """The unit under which the visitor acts."""
    roots = sorted(actor.roots(STOPS.permission))
    return roots[0] if roots else _root(today)


PLAN = register(Kind("plan", Permission.PLAN_PLAN_IMPORT, _import, _plan_says))
STOPS = register(Kind("stops", Permission.PLAN_WAIVER_GRANT, record, _stops_say))
