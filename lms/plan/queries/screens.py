"""What the pages of plans show."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from lms.catalogue.models import Course, CourseVersion
from lms.organisation.models import Position, Succession, Unit, UnitName
from lms.organisation.scope import within
from lms.plan.models import Audience, Clause, Cycle, Plan, Requirement, RequirementCourse, Segment
from lms.plan.queries.kept import clause_group, kept_heads, plan_group
from lms.plan.rules.states import WAIVED
from lms.platform.access import Actor, Permission
from lms.platform.db import db, greatest, least


@dataclass(frozen=True)
class ClauseRow:
    """A duty of a plan with how many requirements hang on it."""

    id: int
    plan_id: int
    number: str
    text: str
    lead_unit: str
    cooperating: tuple[str, ...]
    target: str
    due_on: date | None
    is_example: bool
    source: str
    requirements: int


@dataclass(frozen=True)
class AudienceRow:
    """An audience rule with its names."""

    sign: int
    unit: str
    subtree: bool
    position: str | None
    """The group's label."""
    category: str | None
    kind: str | None
    from_on: date
    to_on: date


@dataclass(frozen=True)
class RequirementRow:
    """A requirement with everything its page says in words."""

    id: int
    code: str
    clause_id: int
    title: str
    rule: str
    hours_needed: Decimal | None
    content_group: str
    due_rule: str
    due_days: int | None
    due_on: date | None
    """The fixed day, or that of the first window."""
    accept_before_days: int | None
    target_percent: Decimal | None
    is_example: bool
    from_on: date
    to_on: date
    courses: tuple[str, ...]
    audiences: tuple[AudienceRow, ...]

    @property
    def is_yearly(self) -> bool:
        """Whether it comes anew every year."""
        return self.due_rule == "calendar_year"


@dataclass(frozen=True)
class UnitNaming:
    """A unit's name, and whose successor it lives on as (empty while it stands)."""

    name: str
    now: str


def plans() -> list[Plan]:
    """Every plan, the newest first."""
    return list(db.session.scalars(sa.select(Plan).order_by(Plan.issued_on.desc(), Plan.id)))


def plan_by_code(code: str) -> Plan:
    """The plan of that code; else 404."""
    plan: Plan = db.one_or_404(sa.select(Plan).where(Plan.code == code))
    return plan


def plan_with(code: str) -> Plan | None:
    """The plan of that code, if there is one."""
    found: Plan | None = db.session.scalar(sa.select(Plan).where(Plan.code == code))
    return found


def clauses_of(plan_ids: Iterable[int]) -> list[ClauseRow]:
    """The duties of these plans in their order."""
    count = sa.func.count(Requirement.id)
    rows = db.session.execute(
        sa.select(Clause, count.label("requirements"))
        .outerjoin(Requirement, Requirement.clause_id == Clause.id)
        .where(Clause.plan_id.in_(sorted(set(plan_ids))))
        .group_by(Clause.id)
        .order_by(Clause.plan_id, Clause.place)
    )
    return [
        ClauseRow(
            c.id, c.plan_id, c.number, c.text, c.lead_unit, tuple(c.cooperating), c.target, c.due_on, c.is_example,
            c.source, requirements,
        )
        for c, requirements in rows
    ]  # fmt: skip


def unit_naming(codes: Iterable[str], day: date) -> dict[str, UnitNaming]:
    """Code → the name its bearer had on (or nearest to) that day, and the name of the unit that took it over."""
    heir_name = aliased(UnitName)
    rows = db.session.execute(
        sa.select(Unit.code, UnitName.name, heir_name.name.label("heir"), heir_name.to_on)
        .join(UnitName, UnitName.unit_id == Unit.id)
        .outerjoin(Succession, sa.and_(Succession.old_id == Unit.id, Succession.share == "full"))
        .outerjoin(heir_name, heir_name.unit_id == Succession.new_id)
        .where(Unit.code.in_(sorted(set(codes))))
        .order_by(Unit.code, (UnitName.from_on <= day).desc(), (UnitName.to_on > day).desc(), UnitName.from_on.desc())
    )
    named: dict[str, UnitNaming] = {}
    for row in rows:
        named.setdefault(row.code, UnitNaming(row.name, row.heir or ""))
    return named


def requirements_of(plan_id: int) -> list[RequirementRow]:
    """A plan's requirements in their order, in four statements."""
    due = sa.select(sa.func.min(Cycle.due_on)).where(Cycle.requirement_id == Requirement.id).scalar_subquery()
    rows = db.session.execute(
        sa.select(Requirement, due.label("due_on"))
        .where(Requirement.plan_id == plan_id)
        .order_by(Requirement.place, Requirement.id)
    ).all()
    ids = [row.Requirement.id for row in rows]
    courses = course_titles_of(ids)
    audiences = _audiences_of(Audience.requirement_id.in_(ids))
    return [_requirement(row.Requirement, row.due_on, courses, audiences) for row in rows]


def _requirement(
    row: Requirement,
    due_on: date | None,
    courses: dict[int, tuple[str, ...]],
    audiences: dict[int, tuple[AudienceRow, ...]],
) -> RequirementRow:
    return RequirementRow(
        row.id, row.code, row.clause_id, row.title, row.rule, row.hours_needed, row.content_group, row.due_rule,
        row.due_days, due_on, row.accept_before_days, row.target_percent, row.is_example, row.from_on, row.to_on,
        courses[row.id], audiences[row.id],
    )  # fmt: skip


def course_titles_of(requirement_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Requirement id → titles of its courses, in order."""
    titles: dict[int, tuple[str, ...]] = defaultdict(tuple)
    for row in db.session.execute(
        sa.select(RequirementCourse.requirement_id, sa.func.coalesce(CourseVersion.title, Course.slug).label("title"))
        .join(Course, Course.id == RequirementCourse.course_id)
        .outerjoin(CourseVersion, CourseVersion.id == Course.current_version_id)
        .where(RequirementCourse.requirement_id.in_(sorted(set(requirement_ids))))
        .order_by(RequirementCourse.requirement_id, RequirementCourse.place)
    ):
        titles[row.requirement_id] += (row.title,)
    return titles


def _audiences_of(condition: Any) -> dict[int, tuple[AudienceRow, ...]]:
    found: dict[int, tuple[AudienceRow, ...]] = defaultdict(tuple)
    for row in db.session.execute(audience_rows().where(condition).order_by(Audience.requirement_id, Audience.place)):
        found[row.requirement_id] += (audience_row(row),)
    return found


def audience_rows() -> Any:
    """Audience rules with the name the unit had when the rule began and the label of the position group."""
    # The first day on which the rule could mean the unit, within the unit's own life.
    begin = least(greatest(Audience.from_on, Requirement.from_on, Unit.valid_from), Unit.valid_to - 1)
    return (
        sa.select(
            Audience.requirement_id,
            Audience.sign,
            UnitName.name.label("unit"),
            Audience.subtree,
            sa.func.coalesce(Position.label, Audience.position).label("position"),
            Audience.category,
            Audience.kind,
            Audience.from_on.label("rule_from_on"),
            Audience.to_on.label("rule_to_on"),
        )
        .join(Requirement, Requirement.id == Audience.requirement_id)
        .join(Unit, Unit.id == Audience.unit_id)
        .join(UnitName, sa.and_(UnitName.unit_id == Unit.id, UnitName.from_on <= begin, UnitName.to_on > begin))
        .outerjoin(Position, Position.code == Audience.position)
    )


def audience_row(row: Any) -> AudienceRow:
    """An AudienceRow from a row of `audience_rows`."""
    return AudienceRow(
        row.sign, row.unit, row.subtree, row.position, row.category, row.kind, row.rule_from_on, row.rule_to_on
    )


def obliged_on(
    actor: Actor, permission: Permission, plan_id: int, requirement_ids: Collection[int], day: date
) -> dict[int, int]:
    """Requirement, or group (`plan_group`, `clause_group`) → distinct people of the actor's units who must study."""
    kept = kept_heads(day, requirement_ids, lambda table: [within(actor, permission, table.unit_id)])
    return kept or _obliged_on(actor, permission, plan_id, day)


def _obliged_on(actor: Actor, permission: Permission, plan_id: int, day: date) -> dict[int, int]:
    """The same counted from segments, in one statement."""
    keys = (
        (Requirement.id, lambda key: key),
        (Requirement.clause_id, clause_group),
        (Requirement.plan_id, plan_group),
    )
    counts = [
        sa.select(sa.literal(place).label("place"), column.label("key"), sa.func.count(Segment.person_id.distinct()))
        .select_from(Segment)
        .join(Requirement, Requirement.id == Segment.requirement_id)
        .where(
            Requirement.plan_id == plan_id,
            Segment.from_on <= day,
            Segment.to_on > day,
            Segment.kind != WAIVED,
            within(actor, permission, Segment.unit_id),
        )
        .group_by(column)
        for place, (column, _named) in enumerate(keys)
    ]
    return {keys[place][1](key): people for place, key, people in db.session.execute(sa.union_all(*counts))}
