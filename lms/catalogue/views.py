"""Pages of catalogue."""

from flask import Blueprint

from lms.platform.access import open_to_all

bp = Blueprint("catalogue", __name__, template_folder="templates")
blueprints = (bp,)


@bp.get("/khoa-hoc")
@open_to_all
def courses() -> str:
    """Placeholder while the domain is being written."""
    return "catalogue"
