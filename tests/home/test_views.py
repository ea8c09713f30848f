"""The first page and one's own record."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from lms.audit import service as log
from lms.learning import service as learning
from lms.learning.service import CompletionSource, Result
from lms.organisation.models import Posting, StaffCategory
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.conftest import NOW, TODAY
from tests.home.making import make_requirement
from tests.learning.making import make_course, make_enrolment


@pytest.fixture
def an(browse, cast):
    return browse.as_(cast.an).with_budget(8)


def complete(person_id, version, on, source=CompletionSource.ONLINE, **more):
    """A completion on a day."""
    result = Result(
        person_id=person_id, course_id=version.course_id, version_id=version.id, completed_on=on, source=source, **more
    )
    return learning.record_completion(result, today=TODAY, now=NOW, by=SYSTEM)


def primary(page):
    """The words of the red button: there is one at most."""
    buttons = page.soup.select("main .btn-primary")
    assert len(buttons) <= 1
    return buttons[0].get_text(" ", strip=True) if buttons else ""


def test_a_visitor_is_led_to_sign_in(browse):
    assert browse.get("home.today", 302).location.startswith("/dang-nhap")


def test_nothing_due_says_so_and_offers_the_courses(an):
    page = an.get("home.today")
    assert page.heading == "Hôm nay"
    assert "Thứ Ba, 24/11/2026." in page.text
    assert "Không còn việc học nào đến hạn" in page.text
    assert primary(page) == ""


def test_the_late_duty_leads_and_the_others_follow_by_due_day(an, cast):
    late, soon, later = (
        make_course(organiser=cast.city, title=title) for title in ("Khóa trễ", "Khóa gấp", "Khóa sau")
    )
    make_requirement(unit=cast.ward, courses=(later,), due_on=TODAY + timedelta(30))
    make_requirement(unit=cast.ward, courses=(soon,), due_on=TODAY + timedelta(6))
    make_requirement(unit=cast.ward, courses=(late,), due_on=TODAY - timedelta(4))
    page = an.get("home.today")
    assert page.soup.select_one("#viec-gap").get_text() == "Khóa trễ"
    assert [tag.get_text() for tag in page.soup.select(".lms-tasks h3")] == ["Khóa gấp", "Khóa sau"]
    assert "Anh/chị còn 3 việc học, khoảng 2 giờ 30 phút. Một việc đã quá hạn 4 ngày." in page.text
    for words in ("Quá hạn 4 ngày", "Còn 6 ngày", "Chưa bắt đầu", "Vì sao tôi phải học?"):
        assert words in page.text
    assert primary(page) == "Bắt đầu"


def test_the_button_begins_the_course_and_then_goes_on_where_one_stopped(an, cast):
    version = make_course(organiser=cast.city)
    make_requirement(unit=cast.ward, courses=(version,), due_on=TODAY + timedelta(30))
    form = an.get("home.today").soup.select_one(".lms-sheet--lead form")
    assert an.follow(an.post(form["action"])).heading == "Bài về việc số 1"
    page = an.get("home.today")
    assert primary(page) == "Học tiếp"
    assert "Đang ở bài 1: Bài về việc số 1" in page.text
    assert page.links()["Học tiếp"].endswith("/01-bai")
    assert "Đang học" in page.text


def test_when_only_the_quiz_is_left_the_page_says_so(an, cast):
    version = make_course(organiser=cast.city)
    make_requirement(unit=cast.ward, courses=(version,), due_on=TODAY + timedelta(30))
    make_enrolment(person_id=cast.an.person_id, version=version, done=True)
    page = an.get("home.today")
    assert "Đã học xong các bài, còn bài kiểm tra" in page.text
    assert "Còn 20 phút" in page.text
    assert primary(page) == "Làm bài kiểm tra"
    assert page.links()["Làm bài kiểm tra"].endswith("/bai-kiem-tra")


def test_a_duty_fulfilled_leaves_the_list_and_shows_its_paper(an, cast):
    version = make_course(organiser=cast.city, title="Khóa đã xong")
    make_requirement(unit=cast.ward, courses=(version,), due_on=TODAY + timedelta(30))
    complete(cast.an.person_id, version, TODAY, score=Decimal("92.5"))
    page = an.get("home.today")
    assert "Không còn việc học nào đến hạn" in page.text
    assert "24/11/2026 · điểm 92,50 · 4,0 tiết" in page.text
    assert "Mở giấy chứng nhận Khóa đã xong" in page.links()


def test_of_several_courses_the_next_one_is_offered(an, cast):
    first, second = (
        make_course(organiser=cast.city, title="Khóa một"),
        make_course(organiser=cast.city, title="Khóa hai"),
    )
    make_requirement(unit=cast.ward, courses=(first, second), due_on=TODAY + timedelta(30))
    complete(cast.an.person_id, first, TODAY)
    page = an.get("home.today")
    assert page.soup.select_one("#viec-gap").get_text() == "Khóa hai"
    assert "Yêu cầu gồm 2 khóa" in page.text


def test_a_duty_in_hours_shows_how_many_and_leads_to_the_courses(an, cast):
    make_requirement(unit=cast.ward, rule="hours", hours=40, due_on=TODAY + timedelta(30))
    complete(cast.an.person_id, make_course(organiser=cast.city, hours=Decimal("6.5")), TODAY)
    page = an.get("home.today")
    assert "Đã có 6,5/40 tiết" in page.text
    assert primary(page) == "Chọn khóa học"


def test_the_ring_counts_this_years_hours(an, cast):
    for on in (date(2026, 1, 2), TODAY, date(2025, 12, 31)):
        complete(cast.an.person_id, make_course(organiser=cast.city, hours=Decimal("6.5")), on)
    ring = an.get("home.today").soup.select_one(".lms-ring")
    assert ring["aria-label"] == "13 trên 40 tiết, đạt 32,5%"


def test_the_communitys_helpers_have_no_yearly_hours(an, cast):
    posting = db.session.query(Posting).filter_by(person_id=cast.an.person_id).one()
    posting.category = StaffCategory.COMMUNITY
    assert an.get("home.today").soup.select_one(".lms-ring") is None


def test_whoever_has_work_finds_it_on_the_first_page(browse, cast):
    page = browse.as_(cast.binh).with_budget(10).get("home.today")
    assert "Công việc được giao" in page.text
    assert "Báo cáo thực hiện" in page.links()


def test_an_account_without_a_person_finds_its_work(browse, cast):
    cast.giang.person_id = None
    page = browse.as_(cast.giang).get("home.today")
    assert "không gắn với hồ sơ nhân sự" in page.text
    assert "Tài khoản" in page.links()
    browse.as_(cast.giang).get("home.me", 403)


def test_ones_own_record_masks_the_number_and_lists_results_by_year(an, cast):
    version = make_course(organiser=cast.city, title="Khóa năm ngoái")
    complete(cast.an.person_id, version, date(2025, 5, 6))
    complete(cast.an.person_id, version, TODAY, source=CompletionSource.RECOGNISED, hours=Decimal(2))
    page = an.get("home.me")
    assert page.heading == "Đặng Thị An"
    number = cast.person("an").personal_id
    assert number not in page.text
    assert f"{number[:3]}•••••••{number[-2:]}" in page.text
    assert "Năm 2026: 2 tiết" in page.text
    assert page.table(0)[0][0] == "Khóa năm ngoái công nhận kết quả"
    assert page.table(1)[0][:3] == ["Khóa năm ngoái học trực tuyến", "06/05/2025", "4,0"]
    assert page.table(2)[0][0] == "Trường Tiểu học Hoa Sen Văn phòng"


def test_an_empty_record_says_what_will_come(an):
    page = an.get("home.me")
    assert "Chưa có kết quả nào" in page.text
    assert "Chưa có ai khác mở hồ sơ của anh/chị" in page.text


def test_one_sees_who_opened_ones_record_but_not_oneself_nor_who_opened_others(an, cast, browse):
    binh, chi = browse.as_(cast.binh), browse.as_(cast.chi)
    for _ in range(2):
        binh.get("organisation.person", person_id=cast.an.person_id)
    binh.get("plan.person", person_id=cast.an.person_id)
    binh.post("organisation.reveal", 200, data={}, person_id=cast.an.person_id)
    binh.get("organisation.person", person_id=cast.binh.person_id)
    chi.get("organisation.person", 404, person_id=cast.an.person_id)
    looks = an.get("home.me").soup.select_one("#ai-da-xem").parent.get_text(" ", strip=True)
    assert "Trần Văn Bình : hồ sơ nhân sự, vị trí công tác" in looks.replace("Bình:", "Bình :")
    page = an.get("home.looks")
    rows = {row[1]: row for row in page.table(0)}
    assert rows["hồ sơ nhân sự, vị trí công tác"] == [
        "Trần Văn Bình Phường Ba Đình", "hồ sơ nhân sự, vị trí công tác", "08:00 24/11/2026", "2",
    ]  # fmt: skip
    assert rows["các nghĩa vụ học"][3] == rows["số định danh đầy đủ"][3] == "1"
    assert len(rows) == 3
    assert "Chưa có ai khác mở hồ sơ" in browse.as_(cast.binh).get("home.looks").text


def test_who_looked_is_forgotten_after_a_year(an, cast, browse):
    browse.as_(cast.binh).get("organisation.person", person_id=cast.an.person_id)
    assert log.forget_views(TODAY - timedelta(days=1)) == 0
    assert log.forget_views(TODAY + timedelta(days=1)) == 1
    assert an.get("home.looks").soup.select("main table") == []
