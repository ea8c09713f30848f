"""The blueprint that the pages of identity share."""

from flask import Blueprint

from lms.identity import labels

bp = Blueprint("identity", __name__, template_folder="../templates")


@bp.context_processor
def words() -> dict[str, object]:
    """Words of the domain for its templates."""
    return {
        "ROLES": labels.ROLES,
        "ROLE_HELP": labels.ROLE_HELP,
        "STATES": labels.STATES,
        "STATE_LOOKS": labels.STATE_LOOKS,
    }
