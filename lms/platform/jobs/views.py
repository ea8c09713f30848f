"""Pages of one job: how far it is, run it again, give it up."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from lms.platform import clock
from lms.platform.access import Permission, may, signed_in
from lms.platform.addresses import safe_next
from lms.platform.forms import Refused
from lms.platform.jobs import labels, queries, rules, service
from lms.platform.jobs.models import Job
from lms.platform.jobs.registry import KINDS
from lms.platform.pages import page

bp = Blueprint("jobs", __name__)
blueprints = (bp,)


class Shown:
    """A job as pages show it: its row, its state at this moment, its words."""

    def __init__(self, job: Job, now: datetime) -> None:
        """Look at the job once."""
        self.row = job
        self.now = now
        self.state = rules.state_of(job, now)
        self.title = labels.title_of(job)
        self.is_finished = self.state in rules.FINISHED
        self.may_retry = rules.why_not_retry(self.state) is None
        self.may_cancel = rules.why_not_cancel(self.state) is None and job.cancel_asked_at is None

    @property
    def percent(self) -> int | None:
        """How far it is, in whole percent; None while nobody knows how much there is."""
        if self.state is rules.State.DONE:
            return 100
        # What is not ended never shows a full bar.
        return min(99, self.row.done * 100 // self.row.total) if self.row.total else None

    @property
    def word(self) -> str:
        """The state in words."""
        return str(labels.STATES[self.state])

    @property
    def look(self) -> str:
        """The look of the state."""
        return labels.STATE_LOOKS[self.state]

    @property
    def left(self) -> str:
        """How long the rest will take, in words; empty when that cannot be said."""
        if self.state is not rules.State.RUNNING or self.row.started_at is None:
            return ""
        left = rules.time_left(self.row.started_at, self.now, self.row.done, self.row.total)
        if left is None:
            return ""
        return labels.span_words(
            left if left < timedelta(minutes=2) else timedelta(minutes=left // timedelta(minutes=1))
        )

    @property
    def ended_at(self) -> datetime | None:
        """When it ended, however."""
        return self.row.done_at or self.row.cancelled_at or self.row.dead_at

    @property
    def worker(self) -> str:
        """The worker that has it in hand."""
        return self.row.lease.partition("#")[0]

    @property
    def tries(self) -> str:
        """Which try this is, and of how many: “2/5”."""
        most = KINDS[self.row.kind].most_attempts if self.row.kind in KINDS else rules.MOST_ATTEMPTS
        return f"{self.row.attempts}/{most}"

    def since(self, moment: datetime) -> str:
        """How long ago something was."""
        return labels.since_words(moment, self.now)


def _shown(job_id: int) -> dict[str, Any]:
    return {
        "job": Shown(queries.job_for(current_user, job_id), clock.now()),
        "is_keeper": may(Permission.PLATFORM_JOB_MANAGE),
    }


@bp.get("/viec/<int:job_id>")
@signed_in
def show(job_id: int) -> Response:
    """How a job goes, for whoever asked for it and for who looks after all of them."""
    return page("jobs/show.html", **_shown(job_id))


@bp.get("/viec/<int:job_id>/tien-do")
@signed_in
def progress(job_id: int) -> Response:
    """The part of the page that changes."""
    return page("jobs/_progress.html", **_shown(job_id))


@bp.post("/viec/<int:job_id>/chay-lai")
@signed_in
def retry(job_id: int) -> Any:
    """Run a job again from where it stopped."""
    job = queries.job_for(current_user, job_id)
    try:
        service.retry(job, by=current_user, now=clock.now())
        flash(_("Đã cho chạy lại: %(title)s. Việc sẽ làm tiếp từ chỗ đã dừng.", title=labels.title_of(job)))
    except Refused as refusal:
        flash(str(labels.REFUSALS[rules.Refusal(refusal.reason.value)]), "soon")
    return _back(job_id)


@bp.post("/viec/<int:job_id>/bo")
@signed_in
def cancel(job_id: int) -> Any:
    """Give a job up."""
    job = queries.job_for(current_user, job_id)
    try:
        service.cancel(job, by=current_user, now=clock.now())
        if job.cancelled_at is None:
            flash(_("Đang dừng: %(title)s. Phần đang làm dở được làm nốt rồi mới dừng.", title=labels.title_of(job)))
        else:
            flash(_("Đã bỏ: %(title)s. Những phần đã làm xong vẫn giữ nguyên.", title=labels.title_of(job)))
    except Refused as refusal:
        flash(str(labels.REFUSALS[rules.Refusal(refusal.reason.value)]), "soon")
    return _back(job_id)


def _back(job_id: int) -> Any:
    return redirect(safe_next(request.form.get("ve")) or url_for("jobs.show", job_id=job_id), 303)
