"""Reading closed periods, their figures, and what differs from what is known now."""

from lms.plan.periods.queries.figures import NAMES as FIGURE_NAMES
from lms.plan.periods.queries.figures import cells_of, persons_of, stages_of
from lms.plan.periods.queries.listing import (
    DifferenceFilter,
    Verified,
    cause_counts,
    count_differences,
    count_erratum_lines,
    differences,
    errata_of,
    erratum_lines,
    period_of_code,
    period_with,
    periods,
    requirements_of,
    units_of,
    verification,
)
from lms.plan.periods.queries.people import PersonLine, Wanted, count_people, people, people_stream

__all__ = [
    "FIGURE_NAMES",
    "DifferenceFilter",
    "PersonLine",
    "Verified",
    "Wanted",
    "cause_counts",
    "cells_of",
    "count_differences",
    "count_erratum_lines",
    "count_people",
    "differences",
    "errata_of",
    "erratum_lines",
    "people",
    "people_stream",
    "period_of_code",
    "period_with",
    "periods",
    "persons_of",
    "requirements_of",
    "stages_of",
    "units_of",
    "verification",
]
