"""Closing attempts whose time ran out and whose owners have not come back."""

from datetime import datetime

from flask_babel import lazy_gettext as _l

from lms.assessment import queries, rules, service
from lms.platform import clock
from lms.platform.db import snapshot
from lms.platform.jobs import Run, every, job


def _is_needed(now: datetime) -> bool:
    return bool(queries.overdue(now - rules.LAG))


@job("assessment:close-overdue", label=_l("Đóng bài kiểm tra đã hết giờ"), schedule=every(60), is_needed=_is_needed)
def close_overdue(run: Run) -> None:
    """Close them one by one, each in a transaction of its own; one that its owner just handed in is left alone."""
    now = clock.now()
    with snapshot():
        waiting = queries.overdue(now - rules.LAG)
    for number, attempt_id in enumerate(waiting):
        run.go_on()
        run.tell(done=number, total=len(waiting))
        with run.transaction():
            service.close_one_overdue(attempt_id, now=now, by=run.by)
