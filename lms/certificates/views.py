"""Pages of certificates."""

from flask import Blueprint

from lms.platform.access import open_to_all

bp = Blueprint("certificates", __name__, template_folder="templates")
blueprints = (bp,)


@bp.get("/chung-nhan")
@open_to_all
def mine() -> str:
    """Placeholder while the domain is being written."""
    return "certificates"


@bp.get("/xac-minh")
@open_to_all
def verify_form() -> str:
    """Placeholder while the domain is being written."""
    return "verify_form"
