"""Pages on which an act on many people is looked at, approved, carried out and taken back."""

from lms.plan.changing import pages
from lms.plan.changing.blueprint import bp

__all__ = ["bp", "pages"]
