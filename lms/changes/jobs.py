"""Looking at, carrying out and taking back a change set in the background.

Each is one transaction: a worker that is killed leaves nothing behind, and the next try begins anew. The lease is
checked before the commit, so that it is done once.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.changes import labels, queries, rules, service
from lms.changes.journal import CannotUndo
from lms.changes.kinds import Unusable
from lms.changes.models import ChangeSet
from lms.platform import clock, vietnamese
from lms.platform.db import db
from lms.platform.events import By
from lms.platform.forms import Refused
from lms.platform.jobs import Run, enqueue, job
from lms.platform.jobs.models import Job
from lms.platform.jobs.queries import unfinished_with

PREVIEW, APPLY, UNDO = "changes:preview", "changes:apply", "changes:undo"
MANY = 2_000
"""Change sets of more people than this are previewed, applied and taken back in the background."""
STEPS = 25
"""About as many steps as one derivation has; those of a second one do not move the bar."""


def is_big(change: ChangeSet) -> bool:
    """Whether nobody should wait for it in front of a page."""
    summary = change.summary
    met = (change.payload.get("people", 0), summary.get("people", 0), sum(summary.get("rows", {}).values()))
    return max(map(int, met)) > MANY


def needs_approval(kind: str) -> bool:
    """Whether the office wants a second person to agree to such changes."""
    return kind in current_app.config["LMS"].approved_kinds


def submit(
    kind: str,
    *,
    title: str,
    payload: dict[str, Any],
    people: int,
    unit_id: int | None,
    by: By,
    now: datetime,
    today: date,
) -> ChangeSet:
    """Propose an act that concerns about so many people, and preview it, at once or in the background."""
    change = service.propose(
        kind, title=title, payload={**payload, "people": people}, unit_id=unit_id, by=by, now=now
    )  # fmt: skip
    if is_big(change):
        put_off(PREVIEW, change, by=by, now=now)
    else:
        service.preview(change, by=by, now=now, today=today)
    return change


def put_off(name: str, change: ChangeSet, *, by: By, now: datetime, **more: Any) -> int:
    """Let a worker do it; gives the job, the one under way if there is one."""
    change.said = ""
    return enqueue(
        name,
        {"change_id": change.id, **more},
        by=by,
        now=now,
        title=change.title[:200],
        unique_key=key(change.id),
        back=url_for("changes.show", change_id=change.id),
        total=STEPS,
    ).id


def key(change_id: int) -> str:
    """One thing is done with a change set at a time."""
    return f"change:{change_id}"


def under_way(change_id: int) -> Job | None:
    """The job that is doing something with the change set."""
    job_id = unfinished_with(key(change_id))
    return db.session.get(Job, job_id) if job_id is not None else None


@job(PREVIEW, label=_l("Xem trước thay đổi"), most_attempts=5)
def preview(run: Run) -> None:
    """Find out whom it meets."""

    def act(change: ChangeSet) -> None:
        if rules.why_not_withdraw(queries.state_of(change)) is None:
            service.preview(change, by=run.by, now=clock.now(), today=clock.today(), step=_steps(run))

    _do(run, act)


@job(APPLY, label=_l("Áp dụng thay đổi"), most_attempts=5)
def apply(run: Run) -> None:
    """Carry it out; what an earlier try has done is left alone."""

    def act(change: ChangeSet) -> None:
        if change.applied_at is None:
            service.apply(
                change,
                needs_approval=needs_approval(change.kind),
                by=run.by,
                now=clock.now(),
                today=clock.today(),
                step=_steps(run),
            )

    _do(run, act)


@job(UNDO, label=_l("Hoàn tác thay đổi"), most_attempts=5)
def undo(run: Run) -> None:
    """Take it back; what an earlier try has taken back is left alone."""

    def act(change: ChangeSet) -> None:
        if change.undone_at is None:
            service.undo(
                change,
                reason=str(run.payload["reason"]),
                by=run.by,
                now=clock.now(),
                today=clock.today(),
                step=_steps(run),
            )

    _do(run, act)


def _do(run: Run, act: Callable[[ChangeSet], None]) -> None:
    """Do it in one transaction; what stands in the way is written down with the change set, for whoever asked."""
    change_id = int(run.payload["change_id"])
    try:
        with run.transaction():
            act(queries.change_with(change_id))
        return
    except Refused as refused:
        said = labels.refusal(refused)
    except Unusable as unusable:
        said = " ".join(unusable.sentences)
    except CannotUndo as cannot:
        said = _(
            "Chưa hoàn tác được, chưa có gì thay đổi: %(n)s dòng dữ liệu đang vướng.",
            n=vietnamese.number(len(cannot.obstacles), 0),
        )
    with run.transaction():
        queries.change_with(change_id).said = said[:600]


def _steps(run: Run) -> service.Step:
    done = 0

    def step(name: str) -> None:
        nonlocal done
        done += 1
        run.go_on()
        run.tell(done=min(done, STEPS - 1), word=str(labels.STEPS.get(name, labels.DERIVING)))

    return step
