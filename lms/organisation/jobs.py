"""Reforms of many people in the background: one transaction, so that a worker that is killed leaves nothing behind."""

from flask_babel import lazy_gettext as _l

from lms.organisation import queries, service
from lms.organisation.reform.draft import UnreadableReform
from lms.platform import clock
from lms.platform.jobs import GiveUp, Run, job

APPLY = "organisation:apply-reform"


@job(APPLY, label=_l("Áp dụng sắp xếp đơn vị"), most_attempts=3)
def apply_reform(run: Run) -> None:
    """Carry out a kept reform file, all or nothing; a file that was carried out by an earlier try is left alone."""
    with run.transaction():
        arrived = queries.reform_file(int(run.payload["file_id"]))
        if arrived.reform_id is not None:
            return
        try:
            outcome = service.apply_reform(arrived, by=run.by, now=clock.now())
        except UnreadableReform as error:
            # No further try can help: the file has to be changed.
            raise GiveUp(error.lines[0]) from error
        run.tell(done=outcome.people, total=outcome.people)
