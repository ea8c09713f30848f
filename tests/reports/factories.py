"""A plan with its requirements, and segments written as the plan's derivation writes them."""

import itertools
from datetime import date
from decimal import Decimal

from lms.organisation.models import FormerUnit, Person, Reform, Unit
from lms.plan.models import Clause, Obligation, Plan, Requirement, Segment
from lms.platform import clock
from lms.platform.columns import FOREVER
from lms.platform.db import db
from tests.factories import add

_counter = itertools.count(1)


def make_plan(*, code: str = "KH-239", number: str = "239/KH-UBND") -> Plan:
    """A plan with one clause."""
    plan = add(
        Plan(
            code=code, number=number,
            title="Kế hoạch chuyển đổi số, xây dựng thành phố Hà Nội thông minh đến năm 2025, định hướng đến năm 2030",
            issuer="Ủy ban nhân dân thành phố Hà Nội", issued_on=date(2023, 9, 27), legal_basis=[], digest="",
            imported_at=clock.now(),
        )
    )  # fmt: skip
    add(Clause(plan_id=plan.id, number="1.1", place=1, text="Bồi dưỡng kỹ năng số", cooperating=[]))
    return plan


def make_requirement(
    *, plan: Plan, code: str = "", title: str = "", target: Decimal | None = Decimal(95), is_example: bool = False
) -> Requirement:
    """A requirement of the plan's first clause."""
    n = next(_counter)
    clause = Clause.__table__.c

    clause_id = db.session.scalar(db.select(clause.id).where(clause.plan_id == plan.id))
    return add(
        Requirement(
            plan_id=plan.id, clause_id=clause_id, code=code or f"YC-{n}", place=n, title=title or f"Yêu cầu số {n}",
            short_title=(title or f"Yêu cầu {n}")[:60], rule="any_of", due_rule="fixed", target_percent=target,
            is_example=is_example, from_on=date(2023, 10, 1),
        )
    )  # fmt: skip


def make_segment(
    *,
    person: Person,
    requirement: Requirement,
    unit: Unit,
    kind: int = 0,
    cycle: int = 0,
    from_on: date = date(2024, 1, 1),
    to_on: date = FOREVER,
    due_on: date = date(2026, 12, 31),
    started_on: date = FOREVER,
    fulfilled_on: date = FOREVER,
) -> Segment:
    """A stretch of an obligation, with its obligation if there is none yet."""

    known = db.session.scalar(
        db.select(Obligation.id).where(
            Obligation.person_id == person.id,
            Obligation.requirement_id == requirement.id,
            Obligation.cycle == cycle,
        )
    )
    if known is None:
        add(
            Obligation(
                person_id=person.id, requirement_id=requirement.id, cycle=cycle, opened_on=from_on, closes_on=to_on,
                due_on=due_on, started_on=started_on, fulfilled_on=fulfilled_on,
            )
        )  # fmt: skip
    return add(
        Segment(
            person_id=person.id, requirement_id=requirement.id, cycle=cycle, unit_id=unit.id, kind=kind,
            from_on=from_on, to_on=to_on, due_on=due_on, started_on=started_on, fulfilled_on=fulfilled_on,
        )
    )  # fmt: skip


def make_reform(*, effective_on: date = date(2025, 7, 1)) -> Reform:
    """A reform; which units it ended is said by their days."""
    return add(Reform(code=f"cai-cach-{next(_counter)}", title="Sắp xếp", effective_on=effective_on))


def was_in(person: Person, unit: Unit, reform: Reform) -> None:
    """Note the person's last unit in the structure that the reform ended."""
    add(FormerUnit(reform_id=reform.id, person_id=person.id, unit_id=unit.id))
