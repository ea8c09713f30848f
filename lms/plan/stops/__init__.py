"""Pages on which HR stops the clock of duties or gives it more time, one by one, for many, from a file."""

from lms.plan.stops import absences, decisions, extensions, waivers
from lms.plan.stops.blueprint import bp

__all__ = ["absences", "bp", "decisions", "extensions", "waivers"]
