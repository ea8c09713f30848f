"""Pages of reports."""

from flask import Blueprint

from lms.platform.access import open_to_all

bp = Blueprint("reports", __name__, template_folder="templates")
blueprints = (bp,)


@bp.get("/bao-cao")
@open_to_all
def compliance() -> str:
    """Placeholder while the domain is being written."""
    return "reports"
