"""Every few minutes, rosters that wait in the folder are fetched."""

from datetime import datetime

from flask import current_app
from flask_babel import lazy_gettext as _l

from lms.organisation import fetching
from lms.platform import clock
from lms.platform.jobs import Run, every, job


def _is_needed(_now: datetime) -> bool:
    return current_app.config["LMS"].roster_folder is not None


@job(
    "organisation:fetch-rosters",
    label=_l("Nhận danh sách nhân sự từ thư mục"),
    schedule=every(300),
    is_needed=_is_needed,
)
def fetch_rosters(run: Run) -> None:
    """Fetch what is there; a file that was kept by an earlier try is only moved aside."""
    settings = current_app.config["LMS"]
    if settings.roster_folder is None:
        return
    found = fetching.fetch(settings.roster_folder, apply=settings.roster_apply, now=clock.now, today=clock.today())
    run.tell(done=len(found), total=len(found))
