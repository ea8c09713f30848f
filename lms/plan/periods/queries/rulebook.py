"""The requirements of a plan with everything that decides, as canonical JSON."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from lms.catalogue.models import Course, CourseVersion
from lms.plan import queries as plan
from lms.plan.models import Clause, Requirement, RequirementCourse
from lms.plan.periods import rules
from lms.platform.columns import FOREVER
from lms.platform.db import db


def rules_of(plan_id: int) -> dict[int, str]:
    """Requirement id → how it is called and everything that decides, in the order of reports."""
    named = db.session.execute(
        sa.select(Requirement, Clause.number)
        .join(Clause, Clause.id == Requirement.clause_id)
        .where(Requirement.plan_id == plan_id)
        .order_by(Clause.place, Requirement.place, Requirement.id)
    ).all()
    decide = {fact.id: fact for fact in plan.requirement_facts([row[0].id for row in named])}
    courses = _courses(plan_id)
    return {
        row.id: rules.canonical_json(
            {
                "ma": row.code,
                "nhiem_vu": clause,
                "ten": row.title,
                "ten_ngan": row.short_title,
                "muc_tieu": None if row.target_percent is None else f"{row.target_percent:.2f}",
                "vi_du": row.is_example,
                "tu": row.from_on.isoformat(),
                "den": _plain(row.to_on),
                "khoa": courses[row.id],
                "quy_tac": _plain(asdict(decide[row.id])),
            }
        )
        for row, clause in named
    }


def decides(facts: Mapping[str, Any] | None) -> Any:
    """The part of it by which duties are decided; None if it is not there."""
    return None if facts is None else facts["quy_tac"]


def _courses(plan_id: int) -> dict[int, list[dict[str, Any]]]:
    """Requirement id → its courses, and the version that was the present one."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    rows = db.session.execute(
        sa.select(RequirementCourse.requirement_id, Course.id, Course.slug, CourseVersion.number, CourseVersion.digest)
        .join(Requirement, Requirement.id == RequirementCourse.requirement_id)
        .join(Course, Course.id == RequirementCourse.course_id)
        .outerjoin(CourseVersion, CourseVersion.id == Course.current_version_id)
        .where(Requirement.plan_id == plan_id)
        .order_by(RequirementCourse.requirement_id, RequirementCourse.place, Course.id)
    )
    for requirement_id, course_id, slug, number, digest in rows:
        found[requirement_id].append({"id": course_id, "ma": slug, "phien_ban": number, "sha256": digest})
    return found


def _plain(value: Any) -> Any:
    """A rule's value as JSON has it: rows without an order of their own are sorted, an open end is null."""
    if isinstance(value, date):
        return None if value == FOREVER else value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        found = [_plain(one) for one in value]
        rows = bool(found) and isinstance(found[0], (dict, list))
        return sorted(found, key=lambda row: rules.canonical_json({"": row})) if rows else found
    return value
