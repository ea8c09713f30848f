"""The list of disputes that wait for HR."""

from flask import request
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.plan.disputes import labels, queries
from lms.plan.disputes.blueprint import bp
from lms.plan.disputes.queries import DECIDE, Folder
from lms.platform import clock
from lms.platform.access import requires
from lms.platform.pages import page, paging


@bp.get("/nhan-su/phan-anh")
@requires(DECIDE)
def desk() -> Response:
    """Disputes of the visitor's units: to answer oneself, open, late, answered."""
    said, today = request.args.get("muc", ""), clock.today()
    folder = Folder(said) if said in set(Folder) else Folder.MINE
    counts = queries.counted(current_user, today)
    pager = paging(counts[folder])
    return page(
        "plan/disputes/desk.html",
        rows=queries.listed(current_user, folder, today, offset=pager.offset, limit=pager.size),
        folder=folder,
        counts=counts,
        paging=pager,
        labels=labels,
        today=today,
    )
