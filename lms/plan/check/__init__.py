"""The independent path: what one person's facts give by plain loops, set against what stands in the derived tables.

Nothing here reads the closure or shares a statement with `lms.plan.derive`. Pure: rows come from `plan.queries`.
"""

from lms.plan.check.differences import Difference, Rows, What, closure_differences, person_differences
from lms.plan.check.figures import FIGURES, FigureSums, days_to_check
from lms.plan.check.narrowing import Narrowing
from lms.plan.check.tree import ClimbingTree, climbing, former_units

__all__ = [
    "FIGURES",
    "ClimbingTree",
    "Difference",
    "FigureSums",
    "Narrowing",
    "Rows",
    "What",
    "climbing",
    "closure_differences",
    "days_to_check",
    "former_units",
    "person_differences",
]
