"""A plan as it stands, in the words of its file."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from lms.catalogue.models import Course
from lms.organisation.models import Unit
from lms.plan.models import (
    Audience,
    Clause,
    CourseEquivalent,
    Cycle,
    Plan,
    PlanAmendment,
    Requirement,
    RequirementCourse,
)
from lms.plan.planfile import (
    AmendmentContent,
    AudienceContent,
    ClauseContent,
    EquivalentContent,
    PlanContent,
    RepeatContent,
    RequirementContent,
)
from lms.platform.db import db

ONE_DAY = timedelta(days=1)


def plan_content(plan: Plan) -> PlanContent:
    """What a file would say that changes nothing of the plan.

    Left out is what ended before it began, and what reforms carried on: that is not the file's.
    """
    return PlanContent(
        code=plan.code,
        number=plan.number,
        title=plan.title,
        issuer=plan.issuer,
        issued_on=plan.issued_on,
        legal_basis=tuple(plan.legal_basis),
        note=plan.note,
        clauses=_clauses(plan.id),
        requirements=_requirements(plan.id),
        amendments=amendments_of(plan.id),
    )


def is_plan_said(code: str, digest: str) -> bool:
    """Whether a plan still says what has this digest."""
    return bool(db.session.scalar(sa.select(sa.exists().where(Plan.code == code, Plan.digest == digest))))


def amendments_of(plan_id: int) -> tuple[AmendmentContent, ...]:
    """The amendments of a plan in their order."""
    rows = db.session.scalars(
        sa.select(PlanAmendment).where(PlanAmendment.plan_id == plan_id).order_by(PlanAmendment.number)
    )
    return tuple(AmendmentContent(row.number, row.decision, row.decided_on, row.note, 0) for row in rows)


def _clauses(plan_id: int) -> tuple[ClauseContent, ...]:
    rows = db.session.scalars(sa.select(Clause).where(Clause.plan_id == plan_id).order_by(Clause.place, Clause.id))
    return tuple(
        ClauseContent(
            c.number, c.text, c.lead_unit, tuple(c.cooperating), c.target, c.due_on, c.is_example, c.source, 0
        )
        for c in rows
    )


def _requirements(plan_id: int) -> tuple[RequirementContent, ...]:
    rows = db.session.execute(
        sa.select(Requirement, Clause.number)
        .join(Clause, Clause.id == Requirement.clause_id)
        .where(Requirement.plan_id == plan_id, Requirement.from_on < Requirement.to_on)
        .order_by(Requirement.place, Requirement.id)
    ).all()
    ids = [row.Requirement.id for row in rows]
    (courses, equivalents), audiences, windows = _courses(ids), _audiences(ids), _windows(ids)
    return tuple(
        _requirement(row.Requirement, row.number, courses, equivalents, audiences, windows[row.Requirement.id])
        for row in rows
    )


def _requirement(
    row: Requirement,
    clause: str,
    courses: dict[int, dict[str, int | None]],
    equivalents: dict[int, list[EquivalentContent]],
    audiences: dict[int, tuple[AudienceContent, ...]],
    windows: Sequence[Cycle],
) -> RequirementContent:
    return RequirementContent(
        code=row.code,
        clause=clause,
        title=row.title,
        short_title=row.short_title,
        rule=row.rule,
        courses=tuple(courses[row.id]),
        versions=tuple(courses[row.id].values()),
        equivalents=tuple(equivalents[row.id]),
        hours_needed=_plain(row.hours_needed),
        content_group=row.content_group,
        due_rule=row.due_rule,
        due_days=row.due_days,
        fixed_on=windows[0].due_on if row.due_rule == "fixed" and windows else None,
        month_and_day=_month_and_day(windows) if row.due_rule == "calendar_year" else (12, 31),
        late_days=row.late_days,
        minimum_days=row.minimum_days,
        absence_effect=row.absence_effect,
        repeat=RepeatContent(row.repeat_months, row.expiry_base, row.renew_months, row.minimum_months),
        accept_before_days=row.accept_before_days,
        target_percent=_plain(row.target_percent),
        is_example=row.is_example,
        from_on=row.from_on,
        to_on=row.to_on,
        audiences=audiences.get(row.id, ()),
        line=0,
        courses_line=0,
    )


def _plain(amount: Decimal | None) -> Decimal | None:
    """A number as a file says it: without the noughts of the column."""
    if amount is None:
        return None
    return Decimal(int(amount)) if amount == int(amount) else amount.normalize()


def _month_and_day(windows: Sequence[Cycle]) -> tuple[int, int]:
    """The due day of every year: a window that was cut short may tell an earlier one, so a whole one is asked first."""

    def how_cut(window: Cycle) -> int:
        whole = (window.opens_on.month, window.opens_on.day, window.closes_on.month, window.closes_on.day)
        return 0 if whole == (1, 1, 1, 1) else 1 if window.due_on not in (window.opens_on, last(window)) else 2

    def last(window: Cycle) -> Any:
        return window.closes_on - ONE_DAY

    due = [window for window in windows if window.due_on is not None]
    if not due:
        return 12, 31
    best = min(due, key=how_cut).due_on
    assert best is not None
    return best.month, best.day


def _courses(
    ids: Iterable[int],
) -> tuple[dict[int, dict[str, int | None]], dict[int, list[EquivalentContent]]]:
    """Requirement id → its courses in order with the first version that counts, and what counts as one of them."""
    courses: dict[int, dict[str, int | None]] = defaultdict(dict)
    equivalents: dict[int, list[EquivalentContent]] = defaultdict(list)
    other, table = aliased(Course), CourseEquivalent
    for row in db.session.execute(
        sa.select(
            RequirementCourse.requirement_id,
            Course.slug,
            RequirementCourse.min_version,
            other.slug.label("other"),
            table.from_on,
            table.to_on,
        )
        .join(Course, Course.id == RequirementCourse.course_id)
        .outerjoin(
            table,
            sa.and_(
                table.requirement_id == RequirementCourse.requirement_id, table.course_id == RequirementCourse.course_id
            ),
        )
        .outerjoin(other, other.id == table.equivalent_id)
        .where(RequirementCourse.requirement_id.in_(ids))
        .order_by(RequirementCourse.requirement_id, RequirementCourse.place, other.slug)
    ):
        courses[row.requirement_id][row.slug] = row.min_version
        if row.other is not None:
            equivalents[row.requirement_id].append(EquivalentContent(row.other, row.slug, row.from_on, row.to_on, 0))
    return courses, equivalents


def _windows(ids: Iterable[int]) -> dict[int, list[Cycle]]:
    found: dict[int, list[Cycle]] = defaultdict(list)
    for window in db.session.scalars(sa.select(Cycle).where(Cycle.requirement_id.in_(ids)).order_by(Cycle.cycle)):
        found[window.requirement_id].append(window)
    return found


def _audiences(ids: Iterable[int]) -> dict[int, tuple[AudienceContent, ...]]:
    """Requirement id → its entries, first who is meant, then who is left out."""
    rules: dict[int, dict[tuple[Any, ...], list[Any]]] = defaultdict(lambda: defaultdict(list))
    for row in db.session.execute(
        sa.select(Audience, Unit.code)
        .join(Unit, Unit.id == Audience.unit_id)
        .where(Audience.requirement_id.in_(ids), Audience.reform_id.is_(None))
        .order_by(Audience.requirement_id, Audience.sign.desc(), Audience.place, Audience.id)
    ):
        rule = row.Audience
        named = (rule.position is not None, rule.category is not None, rule.kind is not None)
        key = (rule.sign, row.code, rule.subtree, rule.from_on, rule.to_on, *named)
        rules[rule.requirement_id][key].append(rule)
    return {
        requirement_id: tuple(entry for key, rows in groups.items() for entry in _entries(key[1], rows))
        for requirement_id, groups in rules.items()
    }


def _entries(unit: str, rows: Sequence[Audience]) -> list[AudienceContent]:
    """Rules that differ in their lists only, as one entry if that stands for exactly them."""
    positions = tuple(dict.fromkeys(row.position for row in rows if row.position is not None))
    categories = tuple(dict.fromkeys(row.category for row in rows if row.category is not None))
    kinds = tuple(dict.fromkeys(row.kind for row in rows if row.kind is not None))
    one = rows[0]
    combined = max(len(positions), 1) * max(len(categories), 1) * max(len(kinds), 1)
    if combined == len({(row.position, row.category, row.kind) for row in rows}) == len(rows):
        return [AudienceContent(one.sign, unit, one.subtree, positions, categories, kinds, one.from_on, one.to_on, 0)]
    return [entry for row in rows for entry in _entries(unit, [row])]
