"""A plan's figures on a day: from codes and days to rows with sums."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import exists, func, select

from lms.organisation.models import Reform, Unit, UnitName, UnitPlace
from lms.plan.models import Clause, Plan, Requirement
from lms.platform import vietnamese
from lms.platform.columns import FOREVER
from lms.platform.db import db
from lms.reports import rules
from lms.reports.queries.figures import Scope, per_unit
from lms.reports.rules import DISTRICTS, Figures, Part, Place, Row, Structure, Tree


class Unknown(LookupError):
    """A plan, unit or day that cannot be reported on; the message is a Vietnamese sentence."""


@dataclass(frozen=True)
class PlanFacts:
    """A plan as reports name it."""

    id: int
    code: str
    number: str
    title: str
    issuer: str
    issued_on: date


@dataclass(frozen=True)
class RequirementFacts:
    """A requirement as reports name it."""

    id: int
    code: str
    clause: str
    title: str
    short_title: str
    target: Decimal | None
    is_example: bool
    from_on: date
    to_on: date


@dataclass(frozen=True)
class View:
    """The standpoint of a report: the day, the structure asked for and the tree it is read in."""

    day: date
    structure: Structure
    tree_day: date
    reform_id: int | None
    reform_on: date | None
    tree: Tree


@dataclass(frozen=True)
class Compliance:
    """A plan's figures."""

    plan: PlanFacts
    requirements: tuple[RequirementFacts, ...]
    view: View
    place: Place | None
    """The unit reported on; None for the whole where there is no single unit above all others."""
    is_whole: bool
    rows: tuple[Row, ...]
    by_requirement: Mapping[int, Figures]
    total: Figures

    @property
    def target(self) -> Decimal | None:
        """The common target in percent."""
        return rules.target_of(self.by_requirement, {r.id: r.target for r in self.requirements})

    @property
    def shown_requirements(self) -> list[RequirementFacts]:
        """Those in force on the day or with anything to count."""
        day = self.view.day
        return [r for r in self.requirements if r.id in self.by_requirement or r.from_on <= day < r.to_on]


def plans() -> list[PlanFacts]:
    """Every plan, the newest first."""
    rows = db.session.execute(
        select(Plan.id, Plan.code, Plan.number, Plan.title, Plan.issuer, Plan.issued_on).order_by(
            Plan.issued_on.desc(), Plan.code
        )
    ).all()
    return [PlanFacts(*row) for row in rows]


def plan_of(code: str) -> PlanFacts:
    """The plan of that code; Unknown says which codes there are."""
    known = plans()
    for plan in known:
        if plan.code == code:
            return plan
    if not known:
        raise Unknown("Chưa có kế hoạch nào. Nạp kế hoạch trước: flask --app wsgi plan import TỆP.")
    raise Unknown(f"Không có kế hoạch mã “{code}”. Các mã đang có: {', '.join(plan.code for plan in known)}.")


def requirements_of(plan_id: int) -> tuple[RequirementFacts, ...]:
    """The plan's requirements in their order."""
    rows = db.session.execute(
        select(
            Requirement.id,
            Requirement.code,
            Clause.number,
            Requirement.title,
            Requirement.short_title,
            Requirement.target_percent,
            Requirement.is_example,
            Requirement.from_on,
            Requirement.to_on,
        )
        .join(Clause, Clause.id == Requirement.clause_id)
        .where(Requirement.plan_id == plan_id)
        .order_by(Clause.place, Requirement.place, Requirement.id)
    ).all()
    return tuple(RequirementFacts(*row) for row in rows)


def view_on(day: date, structure: Structure) -> View:
    """The tree in which figures of a day are read; before any reform the former structure is that of the day."""
    reform_id = reform_on = None
    if structure is Structure.FORMER:
        reform_id, reform_on = reform_before(day)
    tree_day = day if reform_on is None else reform_on - timedelta(days=1)
    return View(day, structure, tree_day, reform_id, reform_on, tree_on(tree_day))


def reform_before(day: date) -> tuple[int | None, date | None]:
    """The last reform up to the day that ended districts: what people mean by the former structure."""
    ended = exists(
        select(Unit.id)
        .join(UnitName, UnitName.unit_id == Unit.id)
        .where(Unit.valid_to == Reform.effective_on, UnitName.kind.in_(sorted(DISTRICTS)))
    )
    row = db.session.execute(
        select(Reform.id, Reform.effective_on)
        .where(Reform.effective_on <= day, ended)
        .order_by(Reform.effective_on.desc(), Reform.id.desc())
        .limit(1)
    ).first()
    return (None, None) if row is None else (row[0], row[1])


def tree_on(day: date) -> Tree:
    """The tree of units as it stood on a day."""
    rows = db.session.execute(
        select(
            UnitPlace.unit_id,
            UnitPlace.parent_id,
            Unit.code,
            UnitName.name,
            UnitName.short_name,
            UnitName.abbreviation,
            UnitName.kind,
        )
        .join(Unit, Unit.id == UnitPlace.unit_id)
        .join(UnitName, UnitName.unit_id == UnitPlace.unit_id)
        .where(UnitPlace.from_on <= day, UnitPlace.to_on > day, UnitName.from_on <= day, UnitName.to_on > day)
        .order_by(Unit.code, UnitPlace.unit_id)
    ).all()
    return Tree(Place(*row) for row in rows)


def scope_of(view: View, requirement_ids: tuple[int, ...], place: Place | None, part: Part = Part.UNIT) -> Scope:
    """Which segments are meant by a unit, or by one of the special rows of a report."""
    own: tuple[int, ...] = ()
    whole = place is None or view.tree.is_whole(place.unit_id)
    unit_id = None if whole else place.unit_id  # type: ignore[union-attr]
    if part is Part.OWN:
        own = tuple(p.unit_id for p in rules.layout(view.tree, unit_id).own)
    return Scope(view.day, view.tree_day, view.reform_id, requirement_ids, unit_id, part, own)


def compliance(
    plan: PlanFacts, view: View, place: Place | None, requirements: tuple[RequirementFacts, ...] | None = None
) -> Compliance:
    """The plan's figures for a unit with all that is under it (None: for all units), row by row."""
    if requirements is None:
        requirements = requirements_of(plan.id)
    scope = scope_of(view, tuple(r.id for r in requirements), place)
    rows, by_requirement, total = _rolled_up(view, scope)
    return Compliance(
        plan=plan,
        requirements=requirements,
        view=view,
        place=place,
        is_whole=scope.unit_id is None,
        rows=tuple(rows),
        by_requirement=by_requirement,
        total=total,
    )


def _rolled_up(view: View, scope: Scope) -> tuple[list[Row], dict[int, Figures], Figures]:
    counts = per_unit(scope)
    return rules.roll_up(view.tree, scope.unit_id, counts.cells, counts.persons, counts.doubled)


def place_of(view: View, code: str | None) -> Place | None:
    """The unit of that code in the view's tree, without a code the unit above all others (None if there is none).

    Raises Unknown, which says what to do.
    """
    if not view.tree.places:
        raise Unknown(
            f"Chưa có cơ cấu tổ chức ngày {vietnamese.short_day(view.tree_day)}. "
            "Nạp đơn vị trước: flask --app wsgi org load."
        )
    if code is None:
        city = view.tree.city
        return city if city is not None and view.tree.is_whole(city.unit_id) else None
    place = view.tree.of_code(code)
    if place is not None:
        return place
    lives = db.session.execute(
        select(func.min(Unit.valid_from), func.max(Unit.valid_to)).where(Unit.code == code)
    ).one()
    if lives[0] is None:
        raise Unknown(f"Không có đơn vị mã “{code}”. Xem mã ở trang Đơn vị.")
    until = "" if lives[1] == FOREVER else f" đến hết {vietnamese.short_day(lives[1] - timedelta(days=1))}"
    raise Unknown(
        f"Đơn vị mã “{code}” không có trong cơ cấu ngày {vietnamese.short_day(view.tree_day)} "
        f"(có từ {vietnamese.short_day(lives[0])}{until}). Chọn ngày khác hoặc cơ cấu khác."
    )
