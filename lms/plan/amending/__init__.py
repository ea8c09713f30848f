"""Pages on which a published plan is amended: a requirement changed, added or ended, each as a change set."""

from lms.plan.amending import pages
from lms.plan.amending.blueprint import bp
from lms.plan.amending.pages import beyond_limits, is_at_root

__all__ = ["beyond_limits", "bp", "is_at_root", "pages"]
