"""How much mandatory study lies ahead, for units and for oneself."""

from lms.plan.load import pages
from lms.plan.load.blueprint import bp

__all__ = ["bp", "pages"]
