"""Reports say when they were last proven, and no official paper goes out while figures are in doubt."""

from datetime import timedelta

import pytest

from lms.plan.models import DerivedCheck
from lms.platform import clock
from tests.factories import add
from tests.reports.factories import make_plan, make_requirement, make_segment


@pytest.fixture
def plan(cast):
    """A plan with one person's duty."""
    made = make_plan()
    make_segment(person=cast.person("an"), requirement=make_requirement(plan=made), unit=cast.ward)
    return made


def checked(*, differences: int = 0, hours_ago: int = 6, is_whole: bool = True, is_done: bool = True) -> DerivedCheck:
    """A check that was made."""
    at = clock.now() - timedelta(hours=hours_ago)
    told = {
        "table": "segment", "what": "differs", "person_id": 1, "person": "Đặng Thị An (001•••••••01)",
        "key": {"requirement_id": 1, "requirement": "YC-1", "cycle": 2025},
        "expected": {"due_on": "2025-12-31"}, "found": {"due_on": "9999-12-31"},
    }  # fmt: skip
    return add(
        DerivedCheck(
            started_at=at, finished_at=at + timedelta(seconds=90) if is_done else None, is_whole=is_whole, people=1234,
            compared=56789, differences=differences, first=[told] * min(differences, 100),
        )
    )  # fmt: skip


def test_the_report_says_when_it_was_last_proven(browse, cast, plan):
    assert "chưa có lần đối chiếu độc lập nào" in browse.as_(cast.binh).get("reports.compliance").text
    checked()
    shown = browse.as_(cast.binh).get("reports.compliance")
    assert "Đối chiếu độc lập sạch lần cuối lúc 02:00 24/11/2026" in shown.text
    assert "của 1.234 người" in shown.text


def test_an_official_paper_is_refused_while_figures_are_in_doubt(browse, cast, plan):
    checked(hours_ago=30)
    checked(differences=3)
    shown = browse.as_(cast.binh).get("reports.compliance")
    assert "thấy 3 chỗ lệch" in shown.text
    refused = browse.as_(cast.binh).get("reports.export", 409, kind="pdf")
    assert refused.heading == "Chưa xuất được báo cáo chính thức"
    assert "Lần khớp hoàn toàn gần nhất: 02:00 23/11/2026." in refused.text
    assert "Quay lại báo cáo" in refused.links()
    assert browse.as_(cast.binh).get("reports.export", kind="csv").status == 200


def test_a_clean_sample_does_not_end_the_doubt_and_a_clean_whole_does(browse, cast, plan):
    checked(differences=3, hours_ago=9)
    checked(is_whole=False, hours_ago=8)
    checked(is_done=False, hours_ago=7)
    browse.as_(cast.binh).get("reports.export", 409, kind="pdf")
    checked()
    paper = browse.as_(cast.binh).with_budget(13).get("reports.export", kind="pdf")
    assert paper.response.mimetype == "application/pdf"


def test_the_command_refuses_an_official_paper_too(app, session, cast, plan, tmp_path):
    checked(differences=3)
    session.commit()
    out = tmp_path / "bao-cao.pdf"
    words = ["report", "compliance", "--plan", "KH-239", "--as-of", "2026-11-24", "--format", "pdf", "--out", str(out)]
    done = app.test_cli_runner().invoke(args=words)
    assert done.exit_code == 1
    assert "check-derived" in done.output
    assert not out.exists()


def test_the_system_page_lists_checks_and_differences(browse, cast):
    empty = browse.as_(cast.giang).get("reports.system")
    assert "Chưa đối chiếu lần nào" in empty.text
    checked(hours_ago=40)
    assert browse.as_(cast.giang).get("reports.system").table(0)[2][:2] == ["Đối chiếu độc lập", "Quá lâu"]
    checked(is_done=False, hours_ago=7)
    checked(differences=120)
    shown = browse.as_(cast.giang).get("reports.system")
    assert "Số liệu đang lệch 120 chỗ." in shown.text
    assert [row[1] for row in shown.table(2)] == ["Có lệch", "Chưa xong hoặc bị ngắt", "Sạch"]
    assert shown.table(3)[0][1:] == [
        "đoạn nghĩa vụ theo đơn vị", "Khác", "yêu cầu YC-1, chu kỳ 2025", "hạn 31/12/2025", "hạn –",
    ]  # fmt: skip
    checked(hours_ago=1)
    assert browse.as_(cast.giang).get("reports.system").table(0)[2] == [
        "Đối chiếu độc lập", "Sạch", "Sạch lần cuối lúc 07:00 24/11/2026, 1.234 người", "",
    ]  # fmt: skip
