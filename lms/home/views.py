"""Pages of home."""

from flask import Blueprint

from lms.platform.access import open_to_all

bp = Blueprint("home", __name__, template_folder="templates")
blueprints = (bp,)


@bp.get("/")
@open_to_all
def today() -> str:
    """Placeholder while the domain is being written."""
    return "home"
