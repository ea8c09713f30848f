"""The nightly proof of the figures, and keeping them ready."""

from contextlib import AbstractContextManager
from typing import Any, Protocol

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.plan import service
from lms.plan.check import days_to_check
from lms.plan.disputes import jobs as _disputes  # noqa: F401 - registers its own
from lms.plan.headcounts import jobs as _headcounts  # noqa: F401 - registers its own
from lms.plan.models import DerivedCheck
from lms.plan.periods import jobs as _periods  # noqa: F401 - registers its own
from lms.platform import clock, vietnamese
from lms.platform.db import snapshot, transaction
from lms.platform.events import SYSTEM, By
from lms.platform.jobs import Run, every_day, every_hour, every_week, job


class Steps(Protocol):
    """Whoever drives long work: a job's run, or a command."""

    def transaction(self) -> AbstractContextManager[None]:
        """One step's transaction."""

    def tell(self, *, done: int | None = None, total: int | None = None, word: str | None = None) -> None:
        """Say how far it is."""

    def go_on(self) -> None:
        """Leave off here if that is wanted."""


class Alone:
    """A command: nobody takes its work away."""

    def transaction(self) -> AbstractContextManager[None]:
        """One step's transaction."""
        return transaction()

    def tell(self, **_how_far: Any) -> None:
        """Say nothing: a command prints its own words."""

    def go_on(self) -> None:
        """Go on."""


def check(steps: Steps, people: int | None, tell: service.Tell | None, by: By = SYSTEM) -> DerivedCheck:
    """Recompute everybody (or a sample), all in one snapshot, and write down what was found."""
    with steps.transaction():
        check_id = service.begin_check(is_whole=people is None, now=clock.now()).id

    def batch_done(done: int, total: int) -> None:
        steps.tell(done=done, total=total)
        steps.go_on()

    with snapshot():
        found = service.compare_derived(people, tell, days=days_to_check(clock.today()), batch_done=batch_done)
    with steps.transaction():
        return service.finish_check(check_id, found, by=by, now=clock.now())


@job("plan:check-derived", label=_l("Đối chiếu độc lập mọi số liệu"), schedule=every_day("02:15"), most_attempts=3)
def check_derived(run: Run) -> None:
    """Prove the derived rows and figures; a difference is a finding, not a failure."""
    found = check(run, None, None, by=run.by)
    if found.differences:
        run.tell(word=_("Có %(n)s chỗ lệch", n=vietnamese.number(found.differences, 0)))


@job(service.MARK_FIGURES, label=_l("Tính sẵn số liệu đến từng cuối tháng"), schedule=every_hour(10))
def mark_figures(run: Run) -> None:
    """Bring the marks of all month ends up to date; each is a transaction, and one that is up to date costs nothing."""
    with run.transaction():
        service.forget_old_figures()
    with run.transaction():
        begun = service.begin_figures(clock.now(), lambda step: run.tell(word=step))
    if begun:
        service.settle_figures()
    with run.transaction():
        days = service.days_to_mark(clock.today())
        through = service.last_change()
    built = 0
    for number, day in enumerate(days):
        run.go_on()
        run.tell(done=number, total=len(days))
        with run.transaction():
            built += service.mark_figures(day, through, clock.now())
    if built:
        service.settle_figures()


@job("plan:compact-figures", label=_l("Gộp các thay đổi số liệu cùng ngày"), schedule=every_week(6, "03:15"))
def compact_figures(run: Run) -> None:
    """Join the changes of one day that every mark knows."""
    with run.transaction():
        service.compact_figures()
