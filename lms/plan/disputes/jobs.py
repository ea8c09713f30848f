"""Every morning, what a desk has not answered in time goes up the line."""

from flask_babel import lazy_gettext as _l

from lms.plan.disputes import service
from lms.platform import clock
from lms.platform.jobs import Run, every_day, job


@job("plan:escalate-disputes", label=_l("Chuyển phản ánh quá hạn lên cấp trên"), schedule=every_day("05:10"))
def escalate_disputes(run: Run) -> None:
    """Hand late disputes to the next desk; a second run of the day finds nothing left."""
    with run.transaction():
        handed = service.escalate(today=clock.today(), now=clock.now())
    run.tell(done=handed, total=handed)
