"""The queue's own upkeep."""

from datetime import timedelta

from flask_babel import lazy_gettext as _l

from lms.platform import clock
from lms.platform.jobs import queries, service
from lms.platform.jobs.registry import KINDS, job
from lms.platform.jobs.rules import every_day
from lms.platform.jobs.running import Run

KEPT = timedelta(days=30)
KEPT_FREQUENT = timedelta(days=1)
"""What comes several times an hour is of no interest the day after."""
AT_ONCE = 500


@job("platform:clean", label=_l("Dọn các việc nền đã xong từ lâu"), sliced=True, schedule=every_day("03:45"))
def clean(run: Run) -> bool | None:
    """Forget jobs that ended a month ago, frequent ones after a day, and workers that vanished."""
    now = clock.now()
    frequent = [kind.name for kind in KINDS.values() if kind.schedule and kind.schedule.period < timedelta(hours=1)]
    ended = [*queries.old(None, now - KEPT, AT_ONCE), *queries.old(frequent, now - KEPT_FREQUENT, AT_ONCE)]
    service.forget(ended)
    run.tell(done=run.done + len(ended))
    if len(ended) >= AT_ONCE:
        return True
    service.forget_workers(before=now - timedelta(days=1))
    return None
