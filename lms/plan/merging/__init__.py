"""Two records of one human become one, with everything that either owns."""

from lms.plan.merging import pages
from lms.plan.merging.blueprint import bp

__all__ = ["bp", "pages"]
