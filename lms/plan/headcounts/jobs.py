"""A week before a quarter ends, units that have not confirmed their head count are reminded."""

from flask_babel import lazy_gettext as _l

from lms.plan.headcounts import service
from lms.platform import clock
from lms.platform.jobs import Run, every_day, job


@job("plan:remind-head-counts", label=_l("Nhắc xác nhận quân số"), schedule=every_day("07:30"))
def remind_head_counts(run: Run) -> None:
    """Write the letters of the day, if it is one for letters."""
    with run.transaction():
        units = service.remind(today=clock.today(), now=clock.now())
    run.tell(done=units, total=units)
