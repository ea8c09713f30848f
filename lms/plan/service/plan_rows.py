"""The rows of a plan: what its file names must exist, and what differs is written."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from lms.plan import queries, rules
from lms.plan.models import (
    Audience,
    Clause,
    CourseEquivalent,
    Cycle,
    Plan,
    PlanAmendment,
    Reason,
    Requirement,
    RequirementCourse,
)
from lms.plan.planfile import PlanContent, Problem, RequirementContent
from lms.platform.db import db

ONE_DAY = timedelta(days=1)
AudienceKey = tuple[int, int, bool, str | None, str | None, str | None, date, date]


class BadPlan(Exception):
    """The file cannot be used; `problems` say what to put right, line by line."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


@dataclass(frozen=True)
class Places:
    """What the names in the file stand for."""

    courses: dict[str, int]
    units: dict[tuple[str, date], int]


def resolve(content: PlanContent) -> Places:
    """Find courses, units and position groups; every unknown one is a problem with its line."""
    problems: list[Problem] = []
    courses = queries.course_ids_by_slug(
        slug for r in content.requirements for slug in (*r.courses, *(e.course for e in r.equivalents))
    )
    units: dict[tuple[str, date], int] = {}
    known = queries.units_by_code()
    positions, kinds = queries.known_positions(), queries.known_kinds()
    for clause in content.clauses:
        if clause.lead and clause.lead not in known:
            problems.append(Problem(clause.line, f"Không có đơn vị mã “{clause.lead}”. Hãy sửa mục lead."))
    for requirement in content.requirements:
        for equivalent in requirement.equivalents:
            if equivalent.course not in courses:
                message = f"Chưa có khóa học “{equivalent.course}”. Hãy nhập khóa học trước hoặc sửa tên."
                problems.append(Problem(equivalent.line, message))
        for slug in requirement.courses:
            if slug not in courses:
                message = f"Chưa có khóa học “{slug}”. Hãy nhập khóa học trước (courses import) hoặc sửa tên."
                problems.append(Problem(requirement.courses_line, message))
        for audience in requirement.audiences:
            day = max(audience.from_on, requirement.from_on)
            unit_id = _unit_on(known.get(audience.unit, ()), day)
            if unit_id is None:
                message = f"Không có đơn vị mã “{audience.unit}” vào ngày {day:%d/%m/%Y}. Hãy sửa mã, hoặc ghi from."
                problems.append(Problem(audience.line, message))
            else:
                units[audience.unit, day] = unit_id
            unknown = [p for p in audience.positions if p not in positions]
            problems += [Problem(audience.line, f"Không có nhóm vị trí “{name}”. Hãy sửa mã.") for name in unknown]
            unknown = [k for k in audience.kinds if k not in kinds]
            problems += [Problem(audience.line, f"Không có loại đơn vị “{name}”. Hãy sửa mã.") for name in unknown]
    if problems:
        raise BadPlan(sorted(set(problems)))
    return Places(courses, units)


def _unit_on(bearers: tuple[tuple[int, date, date], ...], day: date) -> int | None:
    """Who bears the code on the day; if nobody does, the only one who ever did."""
    for unit_id, valid_from, valid_to in bearers:
        if valid_from <= day < valid_to:
            return unit_id
    return bearers[0][0] if len(bearers) == 1 else None


def write_head(plan: Plan | None, content: PlanContent, digest: str, now: datetime) -> Plan:
    """Write what the document says of itself; a new plan gets its row."""
    values: dict[str, Any] = {
        "number": content.number,
        "title": content.title,
        "issuer": content.issuer,
        "issued_on": content.issued_on,
        "legal_basis": list(content.legal_basis),
        "note": content.note,
        "digest": digest,
        "imported_at": now,
    }
    if plan is None:
        plan = Plan(code=content.code, **values)
        db.session.add(plan)
    else:
        for name, value in values.items():
            setattr(plan, name, value)
    db.session.flush()
    return plan


def check_amendments(plan: Plan, content: PlanContent) -> None:
    """BadPlan if an amendment on record is missing or told otherwise.

    A file from before an amendment would take it back without a word.
    """
    known = queries.amendments_of(plan.id)
    told = {amendment.number: amendment for amendment in content.amendments}
    problems = [
        Problem(
            told[amendment.number].line if amendment.number in told else 1,
            f"Lần sửa đổi {amendment.number} ({amendment.decision} ngày {amendment.decided_on:%d/%m/%Y}) thiếu hoặc "
            "khác với đã ghi. Hãy tải tệp hiện hành ở trang kế hoạch, sửa trên tệp ấy rồi nhập lại.",
        )
        for amendment in known
        if told.get(amendment.number) != amendment
    ]
    if problems:
        raise BadPlan(problems)


def write_amendments(plan: Plan, content: PlanContent) -> None:
    """Add the amendments that are new."""
    known = queries.amendments_of(plan.id)
    for amendment in content.amendments[len(known) :]:
        db.session.add(
            PlanAmendment(
                plan_id=plan.id, number=amendment.number, decision=amendment.decision, decided_on=amendment.decided_on,
                note=amendment.note,
            )
        )  # fmt: skip


def write_clauses(plan: Plan, content: PlanContent) -> dict[str, int]:
    """Clauses by number; one that is gone from the file stays while a requirement, even an ended one, hangs on it."""
    known = {c.number: c for c in db.session.scalars(sa.select(Clause).where(Clause.plan_id == plan.id))}
    for place, clause in enumerate(content.clauses, 1):
        row = known.get(clause.number) or Clause(plan_id=plan.id, number=clause.number)
        row.place, row.text, row.lead_unit = place, clause.text, clause.lead
        row.cooperating, row.target, row.due_on = list(clause.cooperating), clause.target, clause.due_on
        row.is_example, row.source = clause.is_example, clause.source
        db.session.add(row)
        known[clause.number] = row
    db.session.flush()
    numbers = {clause.number for clause in content.clauses}
    db.session.execute(
        sa.delete(Clause).where(
            Clause.plan_id == plan.id,
            Clause.number.not_in(numbers),
            ~sa.exists().where(Requirement.clause_id == Clause.id),
        )
    )
    return {number: row.id for number, row in known.items()}


def write_requirements(plan: Plan, content: PlanContent, clause_ids: dict[str, int], places: Places) -> dict[int, str]:
    """Requirement id → added, changed or same."""
    known = {r.code: r for r in db.session.scalars(sa.select(Requirement).where(Requirement.plan_id == plan.id))}
    states: dict[int, str] = {}
    for place, wanted in enumerate(content.requirements, 1):
        row = known.get(wanted.code)
        is_new = row is None
        row = row or Requirement(plan_id=plan.id, code=wanted.code)
        differs = _assign(row, {**_values(wanted), "clause_id": clause_ids[wanted.clause]})
        # Another place in the list is no other duty.
        row.place = place
        db.session.add(row)
        db.session.flush()
        listed = [places.courses[slug] for slug in wanted.courses]
        differs |= _write_courses(row.id, list(zip(listed, wanted.versions, strict=True)))
        differs |= _write_equivalents(row.id, wanted, places)
        differs |= _write_cycles(row.id, wanted)
        differs |= _write_audiences(row.id, _audience_keys(wanted, places))
        states[row.id] = "added" if is_new else "changed" if differs else "same"
    return states


def _values(wanted: RequirementContent) -> dict[str, Any]:
    names = (
        "title", "short_title", "rule", "hours_needed", "content_group", "due_rule", "due_days", "accept_before_days",
        "target_percent", "is_example", "from_on", "to_on", "late_days", "minimum_days", "absence_effect",
    )  # fmt: skip
    return {name: getattr(wanted, name) for name in names} | {
        "repeat_months": wanted.repeat.months,
        "expiry_base": wanted.repeat.base,
        "renew_months": wanted.repeat.window_months,
        "minimum_months": wanted.repeat.minimum_months,
    }


def _assign(row: Any, values: dict[str, Any]) -> bool:
    differing = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in differing.items():
        setattr(row, name, value)
    return bool(differing)


def _write_courses(requirement_id: int, courses: list[tuple[int, int | None]]) -> bool:
    table = RequirementCourse
    standing = db.session.execute(
        sa.select(table.course_id, table.min_version)
        .where(table.requirement_id == requirement_id)
        .order_by(table.place)
    )
    if [(row.course_id, row.min_version) for row in standing] == courses:
        return False
    db.session.execute(sa.delete(table).where(table.requirement_id == requirement_id))
    for place, (course_id, min_version) in enumerate(courses, 1):
        db.session.add(table(requirement_id=requirement_id, course_id=course_id, place=place, min_version=min_version))
    return True


def _write_equivalents(requirement_id: int, wanted: RequirementContent, places: Places) -> bool:
    table = CourseEquivalent
    rows = {(places.courses[e.counts_as], places.courses[e.course], e.from_on, e.to_on) for e in wanted.equivalents}
    standing = db.session.execute(
        sa.select(table.course_id, table.equivalent_id, table.from_on, table.to_on).where(
            table.requirement_id == requirement_id
        )
    )
    if {tuple(row) for row in standing} == rows:
        return False
    db.session.execute(sa.delete(table).where(table.requirement_id == requirement_id))
    for course_id, equivalent_id, from_on, to_on in sorted(rows):
        db.session.add(
            table(
                requirement_id=requirement_id, course_id=course_id, equivalent_id=equivalent_id, from_on=from_on,
                to_on=to_on,
            )
        )  # fmt: skip
    return True


def _write_cycles(requirement_id: int, wanted: RequirementContent) -> bool:
    windows = rules.cycles(
        due_rule=wanted.due_rule,
        from_on=wanted.from_on,
        to_on=wanted.to_on,
        fixed_on=wanted.fixed_on,
        month_and_day=wanted.month_and_day,
    )
    standing = db.session.scalars(sa.select(Cycle).where(Cycle.requirement_id == requirement_id).order_by(Cycle.cycle))
    if [rules.Window(c.cycle, c.opens_on, c.closes_on, c.due_on) for c in standing] == windows:
        return False
    db.session.execute(sa.delete(Cycle).where(Cycle.requirement_id == requirement_id))
    db.session.execute(
        sa.insert(Cycle),
        [{"requirement_id": requirement_id, **vars(window)} for window in windows],
    )
    return True


def _audience_keys(wanted: RequirementContent, places: Places) -> list[AudienceKey]:
    """One rule for each combination of position, category and kind."""
    return [
        (
            entry.sign, places.units[entry.unit, max(entry.from_on, wanted.from_on)], entry.subtree,
            position, category, kind, entry.from_on, entry.to_on,
        )
        for entry in wanted.audiences
        for position in entry.positions or (None,)
        for category in entry.categories or (None,)
        for kind in entry.kinds or (None,)
    ]  # fmt: skip


def _write_audiences(requirement_id: int, keys: list[AudienceKey]) -> bool:
    """Keep the rows that still hold, so that reasons keep pointing at them; delete and add the rest.

    What a reform carried on is not the file's to change.
    """
    wanted = Counter(keys)
    gone: list[int] = []
    own = sa.select(Audience).where(Audience.requirement_id == requirement_id, Audience.reform_id.is_(None))
    for row in db.session.scalars(own):
        key = (row.sign, row.unit_id, row.subtree, row.position, row.category, row.kind, row.from_on, row.to_on)
        if wanted[key] > 0:
            wanted[key] -= 1
        else:
            gone.append(row.id)
    db.session.execute(sa.delete(Reason).where(Reason.audience_id.in_(gone)))
    db.session.execute(sa.delete(Audience).where(Audience.id.in_(gone)))
    missing = list(wanted.elements())
    for key in missing:
        sign, unit_id, subtree, position, category, kind, from_on, to_on = key
        db.session.add(
            Audience(
                requirement_id=requirement_id, place=keys.index(key) + 1, sign=sign, unit_id=unit_id, subtree=subtree,
                position=position, category=category, kind=kind, from_on=from_on, to_on=to_on,
            )
        )  # fmt: skip
    return bool(gone or missing)


def end_missing(plan: Plan, content: PlanContent, today: date) -> dict[int, str]:
    """Requirements that the file no longer names end today; their history stays."""
    codes = {requirement.code for requirement in content.requirements}
    states: dict[int, str] = {}
    for row in db.session.scalars(sa.select(Requirement).where(Requirement.plan_id == plan.id)):
        if row.code in codes or row.to_on <= today:
            continue
        row.to_on = max(today, row.from_on)
        for cycle in db.session.scalars(sa.select(Cycle).where(Cycle.requirement_id == row.id)):
            cycle.closes_on = min(cycle.closes_on, row.to_on)
            if cycle.opens_on >= cycle.closes_on:
                db.session.delete(cycle)
            elif row.due_rule == "calendar_year" and cycle.due_on is not None:
                cycle.due_on = min(cycle.due_on, cycle.closes_on - ONE_DAY)
        states[row.id] = "ended"
    return states
