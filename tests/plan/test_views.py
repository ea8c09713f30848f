"""Pages of plans, of why, and of importing."""

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
import sqlalchemy as sa

from lms.identity import service as identity
from lms.identity.models import Grant, Role
from lms.plan import queries
from lms.plan.models import Obligation, Plan
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.conftest import NOW, TODAY
from tests.factories import make_account, make_person
from tests.plan.plans import SHIPPED, SMALL, apply, make_course, make_position
from tests.plan.test_service import complete


@pytest.fixture
def plan(cast):
    """The small plan, applied."""
    make_course(organiser=cast.city)
    make_position()
    apply()


def obligation_of(account) -> int:
    """The only obligation of somebody."""
    return db.session.scalars(sa.select(Obligation.id).where(Obligation.person_id == account.person_id)).one()


def test_plans_lists_duties_with_their_requirements(browse, cast, plan):
    shown = browse.as_(cast.binh).get("plan.plans")
    assert shown.heading == "Kế hoạch và nhiệm vụ"
    assert shown.table() == [["1. Bồi dưỡng nhân sự", "Thành phố Hà Nội", "1"]]
    assert "Nhập tệp kế hoạch…" not in shown.links()
    assert "Nhập tệp kế hoạch…" in browse.as_(cast.giang).get("plan.plans").links()


def test_without_a_plan_the_page_says_what_comes(browse, cast):
    assert "Chưa có kế hoạch nào" in browse.as_(cast.binh).get("plan.plans").text


def test_a_plan_says_its_rules_in_words_and_counts_my_people(browse, cast, plan):
    shown = browse.as_(cast.giang).get("plan.plan", code="KH-THU")
    [row] = shown.table()
    assert "Hoàn thành khóa “Khóa thử nghiệm”." in row[0]
    assert row[1] == "Công chức và viên chức của Thành phố Hà Nội và các đơn vị trực thuộc."
    assert row[2:] == ["Đến hết ngày 31/12/2026", "–", "6"]
    assert browse.as_(cast.binh).get("plan.plan", code="KH-THU").table()[0][4] == "2"
    browse.as_(cast.binh).get("plan.plan", 404, code="KH-LA")


def test_the_shipped_plan_reads_well(browse, cast):
    text = SHIPPED.read_text(encoding="utf-8")
    for slug in {
        course for course in text.replace("[", " ").replace("]", " ").replace(",", " ").split() if "-" in course
    }:
        if (SHIPPED.parents[1] / slug / "course.yaml").exists():
            make_course(slug=slug, organiser=cast.city, title=f"Khóa {slug}")
    for code in ("mot-cua", "lanh-dao-so", "lanh-dao-tp", "lanh-dao-quan-huyen", "lanh-dao-cap-xa", "lanh-dao-phong",
                 "hop-dong-111", "to-cnscd", "doan-vien-tinh-nguyen", "chuyen-trach-cntt", "chuyen-trach-attt",
                 "dau-moi-cds", "quan-ly-du-lieu"):  # fmt: skip
        make_position(code, code.replace("-", " "))
    for unit in ("ubnd-tp", "so-thong-tin-truyen-thong", "so-khoa-hoc-cong-nghe-2025"):
        text = text.replace(f"unit: {unit}", "unit: tp-ha-noi").replace(f"lead: {unit}", "lead: tp-ha-noi")
    text = text.replace("kinds: [phuong, xa, thi_tran]", "kinds: [phuong, xa]")
    text = text.replace("kinds: [so, ban, van_phong, thanh_tra]", "kinds: [phuong]")
    apply(text)
    shown = browse.as_(cast.dung).get("plan.plan", code="KH-239")
    for words in (
        "Hoàn thành khóa “Khóa nhan-thuc-chuyen-doi-so”",
        "Đủ 40 tiết mỗi năm",
        "Đủ 8 tiết thuộc nhóm nội dung khoa học, công nghệ và kỹ năng số mỗi năm",
        "Hoàn thành đủ 2 khóa “Khóa nhan-thuc-chuyen-doi-so” và “Khóa do-thi-thong-minh”",
        "Hoàn thành một trong các khóa “Khóa du-lieu-va-du-lieu-mo” hoặc “Khóa do-thi-thong-minh”",
        "Cán bộ, công chức, viên chức và người lao động của Thành phố Hà Nội và các đơn vị trực thuộc.",
        "Trừ mọi nhân sự thuộc nhóm vị trí “hop dong 111”, trong phạm vi Thành phố Hà Nội và các đơn vị trực thuộc.",
        "Mọi nhân sự của riêng Thành phố Hà Nội, từ ngày 01/03/2025.",
        "Trong 90 ngày kể từ ngày thuộc đối tượng",
        "Đến hết ngày 30/11 hằng năm; người vào sau có ít nhất 30 ngày",
        "Đến hết ngày 31/12/2024; người vào sau có ít nhất 60 ngày",
    ):
        assert words in shown.text, words


def test_a_learner_reads_why(browse, cast, plan):
    shown = browse.as_(cast.an).with_budget(8).get("plan.why", obligation_id=obligation_of(cast.an))
    assert shown.heading == "Vì sao tôi phải học?"
    for words in (
        "Vì anh/chị là công chức, Chuyên viên, Văn phòng, Trường Tiểu học Hoa Sen, thuộc đối tượng của nhiệm vụ 1",
        "Hạn là 31/12/2026 , còn 37 ngày.",
        "Kế hoạch số 1/KH-THU ngày 27/09/2023",
        "Công chức của Thành phố Hà Nội và các đơn vị trực thuộc",
        "Trần Văn Bình",
    ):
        assert words in shown.text, words
    assert "Mở kế hoạch" not in shown.links()


def test_only_my_own_and_those_of_my_units(browse, cast, plan):
    browse.as_(cast.an).get("plan.why", 404, obligation_id=obligation_of(cast.binh))
    browse.as_(cast.chi).get("plan.why", 404, obligation_id=obligation_of(cast.an))
    shown = browse.as_(cast.binh).get("plan.why", obligation_id=obligation_of(cast.an))
    assert shown.heading == "Vì sao phải học?"
    assert "Vì Đặng Thị An là công chức" in shown.text


def test_hr_sees_all_duties_of_a_person(browse, cast, plan):
    shown = browse.as_(cast.binh).get("plan.person", person_id=cast.an.person_id)
    assert shown.table()[0][:4] == ["Hoàn thành khóa thử", "1 · 1/KH-THU", "Chưa bắt đầu", "31/12/2026"]
    assert "001" in shown.text
    assert cast.person("an").personal_id not in shown.text


def test_the_nearest_hr_answers(cast, plan):
    deputy = make_account(person=make_person(name="Đỗ Thị Gần", unit=cast.ward), role=Role.HR, at=cast.ward)
    assert [contact.name for contact in queries.office_of(cast.ward.id, TODAY, people_only=True)] == ["Đỗ Thị Gần"]
    deputy.disabled_at = deputy.created_at
    db.session.flush()
    [contact] = queries.office_of(cast.ward.id, TODAY, people_only=True)
    assert (contact.name, contact.unit) == ("Trần Văn Bình", "Phường Ba Đình")


def test_a_role_taken_back_today_answers_no_more(cast, plan):
    late = make_account(person=make_person(name="Đỗ Thị Thôi", unit=cast.ward), role=Role.HR, at=cast.ward)
    grant = db.session.scalars(sa.select(Grant).where(Grant.account_id == late.id)).one()
    grant.from_on = TODAY
    identity.end_grant(grant, by=SYSTEM, today=TODAY, now=NOW)
    assert [contact.name for contact in queries.office_of(cast.ward.id, TODAY, people_only=True)] == ["Trần Văn Bình"]


def upload(text: str) -> dict:
    """The form's file."""
    return {"file": (BytesIO(text.encode()), "ke-hoach.yaml")}


def test_importing_is_shown_first_and_applied_on_request(browse, cast):
    make_course(organiser=cast.city)
    giang = browse.as_(cast.giang)
    preview = giang.post("plan.import_form", 200, data=upload(SMALL))
    assert preview.heading == "Xem trước thay đổi của kế hoạch"
    assert preview.table()[0][1:] == ["Thêm mới", "6", "6", "0", "0", "0", "0"]
    assert db.session.scalars(sa.select(Plan)).all() == []
    sha256 = preview.soup.select_one("input[name=sha256]")["value"]
    done = giang.post("plan.import_apply", data={"sha256": sha256})
    shown = giang.follow(done)
    assert "Đã áp dụng Kế hoạch số 1/KH-THU" in shown.text
    again = giang.post("plan.import_form", 200, data=upload(SMALL))
    assert "Không có gì thay đổi" in again.text


def test_a_bad_file_is_told_line_by_line(browse, cast):
    page = browse.as_(cast.giang).post(
        "plan.import_form", 422, data=upload(SMALL.replace('clause: "1"', 'clause: "2"'))
    )
    assert page.errors == ["Tệp có 1 lỗi. Hãy sửa rồi chọn lại tệp."]
    assert page.table() == [["11", "Không có nhiệm vụ số “2” trong mục clauses. Hãy sửa số hoặc thêm nhiệm vụ."]]
    browse.as_(cast.giang).post("plan.import_form", 422, data={})


def test_told_days_stay_unless_shortening_is_asked_for_and_seen(browse, cast, plan, audited):
    giang, due_days = browse.as_(cast.giang), sa.select(Obligation.due_on).distinct()
    preview = giang.post("plan.import_form", 200, data=upload(SMALL.replace("2026-12-31", "2026-12-01")))
    assert "6 nghĩa vụ chưa hoàn thành vẫn giữ hạn đã báo" in preview.text
    carried = {"sha256": preview.soup.select_one("input[name=sha256]")["value"]}
    # Ticking the box shows what it does before anything is applied.
    warned = giang.post("plan.import_apply", 200, data={**carried, "shorten": "y"})
    assert "Có 6 nghĩa vụ bị rút ngắn hạn" in warned.text
    assert db.session.scalars(due_days).all() == [date(2026, 12, 31)]
    again = giang.post("plan.import_apply", 200, data={**carried, "shown": "1", "buoc": "xem"})
    assert "vẫn giữ hạn đã báo" in again.text
    giang.post("plan.import_apply", data={**carried, "shorten": "y", "shown": "1"})
    assert db.session.scalars(due_days).all() == [date(2026, 12, 1)]
    assert audited()[-2:] == ["plan:due:shortened", "changes:change:applied"]


def test_a_file_that_was_never_shown_is_not_applied(browse, cast):
    giang = browse.as_(cast.giang)
    assert giang.post("plan.import_apply", data={"sha256": "0" * 64}).location.endswith("/ke-hoach/nhap")
    giang.post("plan.import_apply", 400, data={"sha256": "../secret"})


def test_an_administrator_of_a_part_cannot_import_for_the_city(browse, cast):
    local = make_account(person=make_person(unit=cast.ward), role=Role.ADMINISTRATOR, at=cast.district)
    browse.as_(local).get("plan.import_form", 403)
    browse.as_(local).post("plan.import_apply", 403, data={"sha256": "0" * 64})


RENEWED = SMALL.replace("    from: 2024", "    repeat: {months: 12, window_months: 2}\n    from: 2024")
BEGUN = date(2026, 1, 5)


@pytest.fixture
def renewal(cast):
    """An completed on 05/01/2026 what is valid for a year; the renewal has opened on 05/11/2026."""
    course = make_course(organiser=cast.city)
    apply(RENEWED)
    complete(cast.an.person_id, course, BEGUN)


def test_what_is_about_to_expire_says_until_when_and_its_renewal_waits_today(browse, cast, renewal):
    shown = browse.as_(cast.binh).get("plan.person", person_id=cast.an.person_id)
    rows = [[row[n] for n in (0, 2, 3, 4)] for row in shown.table()]
    assert rows == [
        ["Hoàn thành khóa thử Học lại lần 1", "Chưa bắt đầu", "04/01/2027", "–"],
        ["Hoàn thành khóa thử", "Sắp hết hạn", "31/12/2026", "05/01/2026 có giá trị đến hết 04/01/2027"],
    ]
    today = browse.as_(cast.an).get("home.today")
    assert "Học lại để giữ hiệu lực" in today.text
    assert "Hạn 04/01/2027" in today.text


def test_why_of_a_renewal_says_what_it_renews(browse, cast, renewal):
    first, second = db.session.scalars(
        sa.select(Obligation.id).where(Obligation.person_id == cast.an.person_id).order_by(Obligation.cycle)
    )
    shown = browse.as_(cast.an).get("plan.why", obligation_id=second)
    assert "Kết quả lần trước có giá trị đến hết ngày này; học lại được từ ngày 05/11/2026." in shown.text
    shown = browse.as_(cast.an).get("plan.why", obligation_id=first)
    assert "Có giá trị đến hết 04/01/2027." in shown.text
    assert "Sắp hết hạn" in shown.text


def test_an_expired_duty_is_late_work_today(browse, cast, renewal, at_eight_in_the_morning):
    at_eight_in_the_morning(datetime(2027, 1, 8, 1, tzinfo=UTC))
    today = browse.as_(cast.an).get("home.today")
    assert "Hết hiệu lực 4 ngày" in today.text
    assert "Một việc đã quá hạn 4 ngày." in today.text
    shown = browse.as_(cast.binh).get("plan.person", person_id=cast.an.person_id)
    assert [row[2] for row in shown.table(0)] == ["Hết hạn"]
