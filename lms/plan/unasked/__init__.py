"""Why a person need not study what plans ask of others: for HR, and for oneself."""

from lms.plan.unasked import pages
from lms.plan.unasked.blueprint import bp

__all__ = ["bp", "pages"]
