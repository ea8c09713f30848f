"""Pages of identity."""

from lms.identity.views import accounts, entry, grants, passwords
from lms.identity.views.blueprint import bp

blueprints = (bp,)

__all__ = ["accounts", "blueprints", "bp", "entry", "grants", "passwords"]
