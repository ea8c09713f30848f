"""Pages of identity."""

from flask import Blueprint

from lms.platform.access import open_to_all

bp = Blueprint("identity", __name__, template_folder="templates")
blueprints = (bp,)


@bp.get("/dang-nhap")
@open_to_all
def sign_in() -> str:
    """Placeholder while the domain is being written."""
    return "identity"


@bp.get("/doi-mat-khau")
@open_to_all
def change_password() -> str:
    """Placeholder while the domain is being written."""
    return "change_password"


@bp.get("/du-lieu-ca-nhan")
@open_to_all
def notice() -> str:
    """Placeholder while the domain is being written."""
    return "notice"


@bp.get("/thong-bao-du-lieu")
@open_to_all
def privacy() -> str:
    """Placeholder while the domain is being written."""
    return "privacy"


@bp.post("/dang-xuat")
@open_to_all
def sign_out() -> str:
    """Placeholder while the domain is being written."""
    return "out"
