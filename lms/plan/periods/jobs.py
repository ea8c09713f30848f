"""Closing, comparing and proving periods in the background."""

import logging
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.plan.events import PeriodsVerified
from lms.plan.periods import labels, queries, rules, service
from lms.plan.periods.models import ClosedPeriod
from lms.platform import clock
from lms.platform.db import db
from lms.platform.events import SYSTEM, emit
from lms.platform.forms import Refused
from lms.platform.jobs import GiveUp, Run, every_day, job

CLOSE = "plan:close-period"
COMPARE = "plan:compare-period"
CORRECT = "plan:correct-period"
MOST_AT_ONCE = 20_000
"""More duties than these are closed, and compared, by a worker."""
MOST_LINES_AT_ONCE = 2_000
"""An erratum of more lines than these is issued by a worker."""

log = logging.getLogger(__name__)


@job(CLOSE, label=_l("Chốt số liệu"), most_attempts=3)
def close_period(run: Run) -> None:
    """Close a period in one transaction: a worker that is killed leaves nothing behind; twice is refused, not done."""
    asked = run.payload
    try:
        with run.transaction():
            service.begin_snapshot()
            period = service.close(
                plan_code=asked["plan"], as_of=date.fromisoformat(asked["as_of"]), name=asked["name"],
                unit_id=asked["unit_id"], by=run.by, now=clock.now(), today=clock.today(),
                tell=lambda step: run.tell(word=step),
            )  # fmt: skip
            run.tell(done=period.duties, total=period.duties)
    except Refused as refused:
        if refused.reason is rules.Refusal.CLOSED_ALREADY and run.attempt > 1:
            return  # an earlier try has done it
        raise GiveUp(str(labels.REFUSALS[rules.Refusal(refused.reason.value)])) from refused


@job(COMPARE, label=_l("So sánh kỳ chốt với số liệu hiện nay"), most_attempts=3)
def compare_period(run: Run) -> None:
    """Set one period against what is known now."""
    with run.transaction():
        service.begin_snapshot()
        period = db.session.get_one(ClosedPeriod, int(run.payload["period_id"]))
        found = service.compare(period, now=clock.now())
        run.tell(done=found, total=found)


@job(CORRECT, label=_l("Ban hành đính chính"), most_attempts=3)
def correct_period(run: Run) -> None:
    """Put right everything that the comparison which was shown found, in one transaction: all of it or nothing.

    A worker that is killed leaves nothing behind. After another comparison nothing is done: nobody has seen that one.
    """
    asked = run.payload
    try:
        with run.transaction():
            service.begin_snapshot()
            period = db.session.get_one(ClosedPeriod, int(asked["period_id"]))
            if service.last_erratum(period) != asked["after"] and run.attempt > 1:
                return  # an earlier try has done it
            if comparison_of(period) != asked["compared_at"]:
                raise Refused(rules.Refusal.CHANGED_MEANWHILE)
            run.tell(total=period.differences)
            erratum = service.issue(
                period, reason=asked["reason"], document=asked["document"], by=run.by, now=clock.now(),
                tell=lambda step: run.tell(word=step),
            )  # fmt: skip
            run.tell(done=erratum.lines)
    except Refused as refused:
        raise GiveUp(str(labels.REFUSALS[rules.Refusal(refused.reason.value)])) from refused


def comparison_of(period: ClosedPeriod) -> str:
    """The last comparison of a period, by its moment; "" while there is none."""
    return period.compared_at.isoformat() if period.compared_at else ""


@job("plan:compare-periods", label=_l("So sánh mọi kỳ chốt với số liệu hiện nay"), schedule=every_day("03:40"))
def compare_periods(run: Run) -> None:
    """Set every period against what is known now, each in its own transaction."""
    with run.transaction():
        ids = [period.id for period in queries.periods()]
    for done, period_id in enumerate(ids):
        run.go_on()
        run.tell(done=done, total=len(ids))
        with run.transaction():
            service.begin_snapshot()
            service.compare(db.session.get_one(ClosedPeriod, period_id), now=clock.now())


@job("plan:verify-periods", label=_l("Kiểm tra niêm phong các kỳ chốt"), schedule=every_day("03:30"))
def verify_periods(run: Run) -> None:
    """Prove every closed period. One that does not hold is shown as a failed job until somebody has looked into it."""
    with run.transaction():
        ids = [period.id for period in queries.periods()]
    broken = []
    for done, period_id in enumerate(ids):
        run.go_on()
        run.tell(done=done, total=len(ids))
        with run.transaction():
            period, words = proven(period_id)
            if words:
                broken.append(f"{period.code}: {words[0]}")
    if ids:
        with run.transaction():
            emit(PeriodsVerified(periods=len(ids), broken=len(broken)), by=SYSTEM)
    if broken:
        raise GiveUp(_("Có %(n)s kỳ chốt không nguyên vẹn; xem trang Chốt số liệu.", n=len(broken)))


def proven(period_id: int) -> tuple[ClosedPeriod, list[str]]:
    """Prove one period and write the verdict down, within the caller's transaction; gives what was found, in words."""
    service.begin_snapshot()
    period = db.session.get_one(ClosedPeriod, period_id, populate_existing=True)
    found = service.verify(period)
    words = [labels.finding_words(finding) for finding in found]
    # The server's own log lies elsewhere: who makes a period anew cannot make that one anew.
    log.info("closed period %s: digest %s, %s faults", period.code, period.digest, len(found))
    service.note(period, found, words[0] if words else "", now=clock.now())
    return period, words
