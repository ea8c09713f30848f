"""Plan files: what they say, and every mistake with its line."""

from datetime import date
from decimal import Decimal

import pytest

from lms.plan import planfile
from lms.plan.rules import FOREVER
from tests.plan.plans import SHIPPED, SMALL


def problems(text: str) -> list[tuple[int, str]]:
    """Line and sentence of each problem."""
    return [(problem.line, problem.message) for problem in planfile.read(text.encode())[1]]


def test_the_small_file_is_read():
    plan, wrong = planfile.read(SMALL.encode())
    assert wrong == []
    assert (plan.code, plan.issued_on, len(plan.clauses)) == ("KH-THU", date(2023, 9, 27), 1)
    [requirement] = plan.requirements
    assert (requirement.rule, requirement.courses, requirement.fixed_on) == (
        "any_of",
        ("khoa-thu",),
        date(2026, 12, 31),
    )
    assert (requirement.from_on, requirement.to_on) == (date(2024, 1, 1), FOREVER)
    [audience] = requirement.audiences
    assert (audience.sign, audience.subtree, audience.categories) == (1, True, ("cong_chuc", "vien_chuc"))


def test_the_shipped_plan_uses_every_kind_of_rule_and_marks_its_requirements_as_examples():
    plan, wrong = planfile.read(SHIPPED.read_bytes())
    assert wrong == []
    requirements = plan.requirements
    audiences = [audience for requirement in requirements for audience in requirement.audiences]
    assert len(requirements) >= 8
    assert all(requirement.is_example for requirement in requirements)
    assert {requirement.rule for requirement in requirements} == {"all_of", "any_of", "hours"}
    assert {requirement.due_rule for requirement in requirements} == {"fixed", "after_posting", "calendar_year"}
    assert {audience.sign for audience in audiences} == {1, -1}
    assert {audience.subtree for audience in audiences} == {True, False}
    assert any(audience.kinds for audience in audiences)
    assert any(audience.positions for audience in audiences)
    assert any(audience.categories for audience in audiences)
    assert any(requirement.content_group for requirement in requirements)


def test_the_last_day_is_inclusive():
    plan, _ = planfile.read(SMALL.replace("from: 2024-01-01", "from: 2024-01-01\n    to: 31/12/2024").encode())
    assert plan.requirements[0].to_on == date(2025, 1, 1)


def test_hours_with_a_group_and_a_yearly_day():
    text = SMALL.replace("{any_of: [khoa-thu]}", "{hours: 7,5, group: KHCN}".replace("7,5", '"7,5"'))
    text = text.replace("{fixed: 2026-12-31}", "{calendar_year: 30/11, late_joiners_days: 20}")
    plan, wrong = planfile.read(text.encode())
    assert wrong == []
    [requirement] = plan.requirements
    assert (requirement.hours_needed, requirement.content_group) == (Decimal("7.5"), "KHCN")
    assert (requirement.due_rule, requirement.month_and_day, requirement.due_days) == ("calendar_year", (11, 30), 20)


@pytest.mark.parametrize(
    ("wrong", "right", "line", "words"),
    [
        ("code: R1", "code: R1\n    ma: 2", 11, "Không có mục tên “ma”"),
        ("code: R1\n", "code: R1\n    code: R2\n", 11, "ghi hai lần"),
        ('    clause: "1"', '    clause: "9"', 11, "Không có nhiệm vụ số “9”"),
        ('    title: "Hoàn thành khóa thử"\n', "", 10, "Thiếu mục “title”"),
        ("{any_of: [khoa-thu]}", "{any_of: [khoa-thu], hours: 4}", 14, "Cần đúng một quy tắc"),
        ("{any_of: [khoa-thu]}", "{any_of: []}", 14, "ít nhất một khóa"),
        ("{any_of: [khoa-thu]}", "{any_of: [a, a]}", 14, "ghi hai lần"),
        ("{any_of: [khoa-thu]}", "{hours: nhiều}", 14, "Cần một số"),
        ("categories: [cong_chuc, vien_chuc]", "categories: [giam_doc]", 16, "Không có loại nhân sự “giam_doc”"),
        ("{fixed: 2026-12-31}", "{fixed: 31/02/2026}", 17, "Ngày cần ghi"),
        ("{fixed: 2026-12-31}", "{days_after_posting: 1,5}", 17, "Không có mục tên “5”"),
        ("from: 2024-01-01", "from: 2024-01-01\n    to: 2023-01-01", 19, "đứng trước"),
        ("from: 2024-01-01", "from: 1024-01-01", 18, "1990–2100"),
        ("requirements:", "requirements: &neo", 9, "neo"),
        ("plan:", "plan: [", 3, "YAML"),
    ],
)
def test_each_mistake_is_told_with_its_line(wrong, right, line, words):
    assert wrong in SMALL
    found = problems(SMALL.replace(wrong, right, 1))
    assert any(where == line and words in message for where, message in found), found


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"- 1\n- 2\n", b"[" * 5000, b"x" * 1_100_000])
def test_what_is_no_plan_is_refused_with_a_sentence(content):
    plan, wrong = planfile.read(content)
    assert plan is None
    assert wrong
    assert all(problem.message.endswith(".") for problem in wrong)


def test_comments_and_order_of_keys_change_nothing():
    plan, _ = planfile.read(SMALL.encode())
    other, _ = planfile.read(
        SMALL.replace(
            "  code: KH-THU\n  number: 1/KH-THU\n", "  # ghi chú\n  number: 1/KH-THU\n  code: KH-THU\n"
        ).encode()
    )
    assert planfile.digest_of(plan) == planfile.digest_of(other)
    third, _ = planfile.read(SMALL.replace("Kế hoạch thử", "Kế hoạch khác").encode())
    assert planfile.digest_of(plan) != planfile.digest_of(third)
