"""Duties for the first page, derived from a plan as they are in life."""

import itertools
from datetime import date
from decimal import Decimal

from lms.catalogue.models import CourseVersion
from lms.organisation.models import Unit
from lms.plan import service as plan
from lms.plan.models import Audience, Clause, Cycle, Plan, Requirement, RequirementCourse
from lms.platform import clock
from lms.platform.columns import FOREVER
from tests.factories import add

_counter = itertools.count(1)
BEGIN = date(2024, 1, 1)


def make_requirement(
    *, unit: Unit, courses: tuple[CourseVersion, ...] = (), due_on: date, rule: str = "all_of", hours: int | None = None
) -> Requirement:
    """A requirement for everybody in a unit's subtree, with its obligations."""
    n = next(_counter)
    made = add(
        Plan(
            code=f"KH-{n}", number=f"{n}/KH-UBND", title="Kế hoạch", issuer="UBND", issued_on=BEGIN, legal_basis=[],
            digest=f"{n:064d}", imported_at=clock.now(),
        )
    )  # fmt: skip
    clause = add(Clause(plan_id=made.id, number="1.1", place=1, text="Bồi dưỡng.", cooperating=[]))
    requirement = add(
        Requirement(
            plan_id=made.id, clause_id=clause.id, code=f"R{n}", place=n, title=f"Yêu cầu số {n}", short_title=f"YC {n}",
            rule=rule, hours_needed=Decimal(hours) if hours else None, due_rule="fixed", from_on=BEGIN,
        )
    )  # fmt: skip
    for place, version in enumerate(courses, start=1):
        add(RequirementCourse(requirement_id=requirement.id, course_id=version.course_id, place=place))
    add(Cycle(requirement_id=requirement.id, cycle=0, opens_on=BEGIN, closes_on=FOREVER, due_on=due_on))
    add(
        Audience(
            requirement_id=requirement.id, place=1, sign=1, unit_id=unit.id, subtree=True, from_on=BEGIN, to_on=FOREVER
        )
    )  # fmt: skip
    plan.refresh_requirements([requirement.id])
    return requirement
