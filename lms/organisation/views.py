"""Pages of organisation."""

from flask import Blueprint

from lms.platform.access import open_to_all

bp = Blueprint("organisation", __name__, template_folder="templates")
blueprints = (bp,)


@bp.get("/nhan-su")
@open_to_all
def people() -> str:
    """Placeholder while the domain is being written."""
    return "organisation"
