"""Pages of plan."""

from flask import Blueprint

from lms.platform.access import open_to_all

bp = Blueprint("plan", __name__, template_folder="templates")
blueprints = (bp,)


@bp.get("/ke-hoach")
@open_to_all
def plans() -> str:
    """Placeholder while the domain is being written."""
    return "plan"
