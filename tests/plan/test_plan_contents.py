"""A plan as it stands, written as a file: what is read back is the same plan, and importing it changes nothing."""

from dataclasses import replace
from datetime import date
from random import Random

import pytest
import sqlalchemy as sa

from lms.plan import planfile, queries, service
from lms.plan.models import Plan, PlanAmendment
from lms.platform import clock
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.conftest import TODAY
from tests.plan.plans import SHIPPED, SMALL, apply, make_course
from tests.plan.sequences.city import City
from tests.plan.sequences.events import Case
from tests.plan.sequences.plan_files import PlanFile
from tests.plan.sequences.runs import undone

AMENDED = SMALL.replace(
    "clauses:",
    """\
  amendments:
    - {number: 1, decision: "12/QĐ-UBND", decided_on: 2026-03-05, note: "Lùi hạn"}
clauses:""",
)


def read(content: bytes) -> planfile.PlanContent:
    """A file without a mistake."""
    plan, wrong = planfile.read(content)
    assert wrong == []
    assert plan is not None
    return plan


def standing() -> planfile.PlanContent:
    """The only plan as it stands."""
    return queries.plan_content(db.session.scalars(sa.select(Plan)).one())


@pytest.mark.parametrize("seed", range(60))
def test_what_is_written_is_read_back(seed):
    random = Random(seed)
    file = PlanFile(seed, (0, 1, 2, 3, 4))
    for _ in range(seed % 5):
        file.amend(random)
    plan = read(file.text())
    again = read(planfile.written(plan))
    assert again == plan
    assert planfile.digest_of(again) == planfile.digest_of(plan)


@pytest.mark.parametrize("text", [SHIPPED.read_text(encoding="utf-8"), AMENDED])
def test_a_file_by_hand_is_written_and_read_back(text):
    plan = read(text.encode())
    assert read(planfile.written(plan)) == plan


@pytest.mark.parametrize("seed", range(20))
def test_what_stands_is_told_as_a_file_that_changes_nothing(session, seed):
    random = Random(seed)
    with undone():
        city = City(Case(seed, (1, 2), (0, 1, 2, 3), (), together=False))
        for step in range(3):
            city.plan.amend(random)
            day = date(2024, 6 + step, 1)
            service.import_plan(city.plan.text(str(step)), by=SYSTEM, today=day, now=clock.now())
        told = planfile.written(standing())
        change = service.import_plan(told, by=SYSTEM, today=TODAY, now=clock.now())
        assert {effect.what for effect in change.effects} <= {"same"}, change.effects
        assert planfile.written(standing()) == told


def test_the_small_plan_is_told_as_it_was_written(cast):
    make_course(organiser=cast.city)
    apply()
    assert planfile.digest_of(standing()) == planfile.digest_of(read(SMALL.encode()))
    assert not apply(planfile.written(standing()).decode()).changed


def test_an_amendment_is_kept_with_its_paper(cast):
    make_course(organiser=cast.city)
    apply()
    apply(AMENDED)
    [amendment] = db.session.scalars(sa.select(PlanAmendment))
    assert (amendment.number, amendment.decision, amendment.note) == (1, "12/QĐ-UBND", "Lùi hạn")
    assert standing().amendments[0].decided_on == date(2026, 3, 5)


@pytest.mark.parametrize(("wrong", "right"), [("12/QĐ-UBND", "13/QĐ-UBND"), (AMENDED, SMALL)])
def test_a_file_from_before_an_amendment_is_refused(cast, wrong, right):
    make_course(organiser=cast.city)
    apply(AMENDED)
    with pytest.raises(service.BadPlan) as bad:
        apply(AMENDED.replace(wrong, right).replace("Kế hoạch thử", "Kế hoạch khác"))
    assert "Hãy tải tệp hiện hành" in bad.value.problems[0].message
    assert standing().title == "Kế hoạch thử"


def test_amendments_are_numbered_from_one(cast):
    plan, wrong = planfile.read(AMENDED.replace("number: 1,", "number: 2,").encode())
    assert plan is None
    assert [(problem.line, problem.message) for problem in wrong] == [
        (8, "Lần sửa đổi thứ 1 cần ghi number: 1. Hãy đánh số lại từ 1.")
    ]


def test_amendments_of_no_plan_leave_its_digest_as_it_was():
    plan = read(SMALL.encode())
    assert planfile.digest_of(plan) != planfile.digest_of(read(AMENDED.encode()))
    assert planfile.digest_of(plan) == planfile.digest_of(replace(plan, amendments=()))
