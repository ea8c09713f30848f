"""Pages on which HR, or whoever runs a course, enrols many people in it: chosen in the list, or sent as a file."""

from lms.plan.enrolling import pages
from lms.plan.enrolling.blueprint import bp

__all__ = ["bp", "pages"]
