"""Pages, files and the export command of closed periods; the periods themselves are `lms.plan.periods`."""

from lms.reports.periods import commands, pages
from lms.reports.periods.blueprint import bp

__all__ = ["bp", "commands", "pages"]
