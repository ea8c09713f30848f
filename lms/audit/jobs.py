"""Sealing the log within seconds, looking for rows that came late, and proving the chain each night."""

import logging
from datetime import datetime

from flask_babel import lazy_gettext as _l

from lms.audit import checking, labels, queries, service
from lms.platform import clock
from lms.platform.db import snapshot
from lms.platform.jobs import GiveUp, Run, every, every_day, job

log = logging.getLogger(__name__)


def _is_needed(now: datetime) -> bool:
    return queries.is_any_unsealed()


@job("audit:seal", label=_l("Niêm phong các dòng nhật ký mới"), sliced=True, schedule=every(5), is_needed=_is_needed)
def seal(run: Run) -> int | None:
    """Append links for what was logged lately."""
    following, sealed = service.seal(run.cursor, now=clock.now())
    run.tell(done=run.done + sealed)
    return following


@job("audit:sweep", label=_l("Niêm phong các dòng nhật ký ghi muộn"), sliced=True, schedule=every_day("03:00"))
def sweep(run: Run) -> int | None:
    """The same from the first row on: a transaction may have stayed open for longer than anybody thought."""
    following, sealed = service.seal(run.cursor or 0, now=clock.now())
    run.tell(done=run.done + sealed)
    return following


@job("audit:forget-views", label=_l("Xóa lượt xem hồ sơ quá hạn lưu"), schedule=every_day("03:20"))
def forget_views(run: Run) -> None:
    """Delete what was noted of who saw whose record when it has been kept long enough."""
    with run.transaction():
        run.tell(done=service.forget_views(clock.today() - service.VIEWS_KEPT))


@job("audit:verify", label=_l("Kiểm tra chuỗi niêm phong của nhật ký"), schedule=every_day("03:10"))
def verify(run: Run) -> None:
    """Prove the chain. One that does not hold is shown as a failed job until somebody has looked into it."""

    def walked(links: int) -> None:
        run.tell(done=links)
        run.go_on()

    with snapshot():
        found = checking.verify(now=clock.now(), every=walked)
    run.tell(done=found.links)
    # The server's own log lies elsewhere: who makes the chain anew cannot make that one anew.
    log.info("audit chain: %s links, day %s, head %s, %s faults", found.links, found.day, found.head, found.faults)
    if not found.is_clean:
        raise GiveUp(labels.finding_words(found.first[0]))
