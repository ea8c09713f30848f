"""Pages on which HR stops the clock of duties: absences and waivers, one by one, for many, from a file."""

from lms.plan.stops import absences, waivers
from lms.plan.stops.blueprint import bp

__all__ = ["absences", "bp", "waivers"]
