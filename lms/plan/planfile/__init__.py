"""A plan as a YAML file, read and checked with line numbers. The format: courses/plans/README.md."""

from lms.plan.planfile.contents import (
    AudienceContent,
    ClauseContent,
    EquivalentContent,
    PlanContent,
    Problem,
    RepeatContent,
    RequirementContent,
    digest_of,
)
from lms.plan.planfile.reading import read

__all__ = [
    "AudienceContent",
    "ClauseContent",
    "EquivalentContent",
    "PlanContent",
    "Problem",
    "RepeatContent",
    "RequirementContent",
    "digest_of",
    "read",
]
