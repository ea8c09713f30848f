"""A plan as a YAML file, read and checked with line numbers. The format: courses/plans/README.md."""

from lms.plan.planfile.contents import (
    AmendmentContent,
    AudienceContent,
    ClauseContent,
    EquivalentContent,
    PlanContent,
    Problem,
    RepeatContent,
    RequirementContent,
    digest_of,
)
from lms.plan.planfile.reading import ALWAYS, read
from lms.plan.planfile.writing import written

__all__ = [
    "ALWAYS",
    "AmendmentContent",
    "AudienceContent",
    "ClauseContent",
    "EquivalentContent",
    "PlanContent",
    "Problem",
    "RepeatContent",
    "RequirementContent",
    "digest_of",
    "read",
    "written",
]
