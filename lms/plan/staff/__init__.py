"""Pages on which HR changes what is known of people: one posting, one person's own fields, many people at once."""

from lms.plan.staff import many, one
from lms.plan.staff.blueprint import bp

__all__ = ["bp", "many", "one"]
