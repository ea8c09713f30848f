"""Pages of reports as HR, leaders and administrators see them."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from lms.audit.labels import SENTENCES
from lms.audit.models import AuditEvent
from lms.identity.models import Role
from lms.plan.headcounts import queries as counting
from lms.plan.headcounts import service as signing
from lms.platform import clock
from lms.platform.columns import FOREVER
from lms.platform.events import System
from tests.conftest import TODAY
from tests.factories import add, make_account, make_person, make_unit
from tests.reports.factories import make_plan, make_reform, make_requirement, make_segment, was_in


@pytest.fixture
def told(cast):
    """A plan whose figures differ between Bình's unit and Chi's."""
    requirement = make_requirement(plan=make_plan(), title="Nhận thức chuyển đổi số")
    late = TODAY - timedelta(days=1)
    for unit, name, facts in (
        (cast.ward, "Hoàng Thị Ánh", {"fulfilled_on": TODAY}),
        (cast.ward, "Hoảng Văn Bé", {"due_on": late}),
        (cast.district, "Lê Văn Cả", {"started_on": late}),
        (cast.other, "Trần Thị Dịu", {}),
    ):
        make_segment(person=make_person(name=name, unit=unit), requirement=requirement, unit=unit, **facts)
    return requirement


def test_a_leader_sees_the_whole_city_with_sums(browse, cast, told):
    page = browse.as_(cast.dung).get("reports.compliance")
    assert page.heading == "Báo cáo thực hiện Kế hoạch 239/KH-UBND"
    assert "lượt, của 4 người" in page.text
    assert "Số liệu tính đến ngày 24/11/2026" in page.text
    table = page.table(-1)
    assert [row[0] for row in table] == ["Phường Ba Đình", "Xã Sóc Sơn"]
    assert table[0][1:] == ["3", "3", "1", "1", "0", "1", "1", "1", "0", "0", "33,33"]


def test_hr_sees_its_own_units_and_nothing_else(browse, cast, told):
    page = browse.as_(cast.binh).get("reports.compliance")
    assert [row[0] for row in page.table(-1)] == ["Cơ quan phường Ba Đình", "Trường Tiểu học Hoa Sen"]
    assert "lượt, của 3 người" in page.text
    assert "Sóc Sơn" not in page.text
    browse.as_(cast.binh).get("reports.compliance", 404, don_vi=cast.city.id)
    browse.as_(cast.binh).get("reports.people", 404, don_vi=cast.other.id)
    browse.as_(cast.binh).get("reports.export", 404, kind="pdf", don_vi=cast.city.id)


def test_every_figure_leads_to_as_many_people(browse, cast, told):
    visitor = browse.as_(cast.dung)
    page = visitor.get("reports.compliance")
    figures = page.soup.select(".lms-figtable td a")
    assert len(figures) > 10
    for link in figures:
        listed = visitor.get(link["href"])
        assert listed.heading.split(":")[1].split()[0] == link.get_text(strip=True), link["href"]


def test_the_list_behind_a_figure_is_searched_without_marks_and_masked(browse, cast, told):
    page = browse.as_(cast.dung).get("reports.people", tim="hoang")
    assert page.heading == "Phải học: 2 lượt của 2 người"
    names = [row[0] for row in page.table()]
    assert [name.split(" Chuyên")[0] for name in names] == ["Hoàng Thị Ánh", "Hoảng Văn Bé"]
    assert "001•••••••" in page.text
    assert [row[4] for row in page.table()] == ["Hoàn thành", "Quá hạn"]
    page = browse.as_(cast.dung).get("reports.people", so_lieu="qua-han")
    assert page.heading == "Quá hạn: 1 lượt của 1 người"
    assert "Không ai khớp" in browse.as_(cast.dung).get("reports.people", tim="xyz").text


def test_an_unknown_figure_requirement_or_part_is_not_found(browse, cast, told):
    for values in ({"so_lieu": "gi"}, {"yeu_cau": "gi"}, {"phan": "gi"}, {"don_vi": "gi"}):
        browse.as_(cast.dung).get("reports.people", 404, **values)


def test_a_wrong_day_is_said_and_today_is_shown(browse, cast, told):
    page = browse.as_(cast.dung).get("reports.compliance", 422, ngay="31/02/2026")
    assert page.errors == ["Ngày chưa đúng. Hãy ghi ngày/tháng/năm có trong lịch, ví dụ 05/03/2026."]
    assert page.soup.select_one("#ngay")["value"] == "31/02/2026"
    assert "Số liệu tính đến ngày 24/11/2026" in page.text
    browse.as_(cast.dung).get("reports.export", 422, kind="csv", ngay="x")


def test_a_unit_that_does_not_stand_on_the_day_is_replaced_with_a_word(browse, cast, told):
    gone = make_unit(name="Quận Cũ", kind="quan", parent=cast.city, valid_to=date(2025, 7, 1))
    page = browse.as_(cast.dung).get("reports.compliance", don_vi=gone.id)
    assert "không có trong cơ cấu ngày 24/11/2026; đang hiện Thành phố Hà Nội" in page.text
    assert "Quận Cũ" in browse.as_(cast.dung).get("reports.compliance", don_vi=gone.id, ngay="01/06/2025").text


def test_the_former_structure_shows_the_districts_and_their_map(browse, cast, told):
    district = make_unit(code="001", name="Quận Ba Đình", kind="quan", parent=cast.city, valid_to=date(2025, 7, 1))
    reform = make_reform()
    was_in(make_person(), district, reform)
    visitor = browse.as_(cast.dung)
    page = visitor.get("reports.compliance", co_cau="cu")
    assert "theo đơn vị cũ (cơ cấu đến hết ngày 30/06/2025)" in page.text
    assert "Chưa từng thuộc đơn vị cũ" in page.text
    assert page.soup.select_one(".lms-tiles .gc7.gr3 a")["title"].startswith("Quận Ba Đình")
    assert visitor.get("reports.people", co_cau="cu", phan="chua-tung").heading == "Phải học: 4 lượt của 4 người"


def test_an_account_without_a_unit_on_the_day_is_told_so(browse, cast, told):
    young = make_unit(name="Phường Mới", parent=cast.city, valid_from=date(2026, 1, 1))
    account = make_account(person=make_person(unit=young), role=Role.HR, at=young)
    page = browse.as_(account).get("reports.compliance", ngay="01/01/2025")
    assert "không tồn tại ngày 01/01/2025" in page.text


def test_without_a_plan_the_page_says_what_to_do(browse, cast):
    assert "Chưa có kế hoạch nào" in browse.as_(cast.dung).get("reports.compliance").text


def test_the_trend_comes_as_a_fragment_and_without_scripts_in_the_page(browse, cast, told):
    visitor = browse.as_(cast.dung).with_budget(13)
    fragment = visitor.get("reports.trend", muc_tieu="95.00")
    assert fragment.soup.select_one("svg.lms-chart .goal")
    assert "Xem dạng bảng" in fragment.text
    assert visitor.get("reports.compliance", xu_huong=1).soup.select_one("svg.lms-chart")
    assert not visitor.get("reports.compliance").soup.select_one("svg.lms-chart")


def test_files_carry_the_filters_of_the_screen_and_nothing_personal_in_their_names(browse, cast, told):
    visitor = browse.as_(cast.binh).with_budget(13)
    page = visitor.get("reports.export", kind="xlsx", ngay="23/11/2026")
    assert page.response.headers["Content-Disposition"] == 'attachment; filename="bao-cao-kh-239-c1-2026-11-23.xlsx"'
    page = visitor.get("reports.export", kind="csv")
    assert "Trường Tiểu học Hoa Sen" in page.response.get_data(as_text=True)
    assert visitor.get("reports.export", kind="pdf").response.data.startswith(b"%PDF")
    listed = visitor.get("reports.people_export", kind="csv", so_lieu="qua-han").response
    assert "Hoảng Văn Bé;001•••••••" in listed.get_data(as_text=True)
    assert listed.headers["Content-Disposition"] == 'attachment; filename="danh-sach-qua-han-2026-11-24.csv"'


def test_rows_are_sorted_by_rate_when_asked(browse, cast, told):
    page = browse.as_(cast.dung).get("reports.compliance", xep="ty-le")
    assert [row[0] for row in page.table(-1)] == ["Xã Sóc Sơn", "Phường Ba Đình"]


def test_strange_address_values_do_no_harm(browse, cast, told):
    browse.as_(cast.dung).get("/bao-cao?endpoint=x&_external=1&_scheme=ftp&kind=x")
    browse.as_(cast.dung).get("/bao-cao/nguoi?endpoint=x&kind=x&_method=POST")


def test_a_day_to_come_is_marked_as_such(browse, cast, told):
    assert "không phải dự báo" in browse.as_(cast.dung).get("reports.compliance", ngay="31/12/2026").text


# The log


def log(*, key="organisation:roster:applied", actor="Trần Văn Bình", unit=None, person=None, account=None, at=None):
    return add(
        AuditEvent(
            at=at or clock.now(), key=key, account_id=account.id if account else None, actor=actor, address="10.0.0.1",
            unit_id=unit.id if unit else None, person_id=person.id if person else None, facts={"file": "quý-3.xlsx"},
        )
    )  # fmt: skip


@pytest.fixture
def sentence(monkeypatch):
    monkeypatch.setitem(SENTENCES, "organisation:roster:applied", "Nạp danh sách {file}")


def test_the_log_tells_sentences_newest_first(browse, cast, sentence):
    log(unit=cast.ward, at=clock.now() - timedelta(days=1), actor="Cũ")
    log(unit=cast.ward, person=cast.person("an"), actor="Mới")
    page = browse.as_(cast.binh).get("reports.audit")
    assert [row[0] for row in page.table()] == ["Nạp danh sách quý-3.xlsx."] * 2
    assert page.table()[0][1:] == ["08:00 24/11/2026", "Mới 10.0.0.1", "Đặng Thị An", "Trường Tiểu học Hoa Sen"]


def test_hr_reads_the_log_of_its_units_only_the_top_reads_what_is_of_no_unit(browse, cast, sentence):
    log(unit=cast.ward, actor="Của Bình")
    log(unit=cast.other, actor="Của Chi")
    log(actor="Của hệ thống")

    def actors(account):
        return {row[2].removesuffix(" 10.0.0.1") for row in browse.as_(account).get("reports.audit").table()}

    assert actors(cast.binh) == {"Của Bình"}
    assert actors(cast.chi) == {"Của Chi"}
    assert actors(cast.giang) == {"Của Bình", "Của Chi", "Của hệ thống"}


def test_the_log_is_filtered_by_name_group_and_day(browse, cast, sentence):
    log(unit=cast.ward, person=cast.person("an"), actor="Hệ thống")
    log(unit=cast.ward, account=cast.binh, actor="Trần Văn Bình", at=clock.now() - timedelta(days=9))
    log(unit=cast.ward, key="plan:plan:imported", actor="Hệ thống")
    visitor = browse.as_(cast.binh)

    def found(**values):
        return len(visitor.get("reports.audit", **values).soup.select("tbody tr"))

    assert found() == 3
    assert found(ten="dang thi an") == 1
    assert found(ten="van binh") == 1
    assert found(nhom="plan") == 1
    assert found(tu="24/11/2026") == 2
    assert found(den="23/11/2026") == 1
    assert found(den="01/01/2020") == 0
    assert visitor.get("reports.audit", 422, tu="32/1/2026").errors


def test_the_log_never_shows_more_than_a_page(browse, cast, sentence):
    for _ in range(60):
        log(unit=cast.ward)
    page = browse.as_(cast.binh).get("reports.audit", trang=2)
    assert len(page.table()) == 10
    assert "51–60 trong 60" in page.text


def test_a_fulfilment_to_come_counts_as_not_yet(browse, cast, told):
    person = make_person(unit=cast.other)
    make_segment(
        person=person, requirement=told, unit=cast.other, fulfilled_on=TODAY + timedelta(1), started_on=FOREVER
    )
    table = browse.as_(cast.chi).get("reports.compliance").table(-1)
    assert table[0][1:4] == ["2", "2", "0"]


def test_any_reform_may_be_looked_behind_and_every_list_follows(browse, cast):
    make_unit(code="001", name="Quận Cũ", kind="quan", parent=cast.city, valid_to=date(2025, 7, 1))
    offices = [
        make_unit(code=code, name=name, kind="so", parent=cast.city, valid_to=date(2025, 3, 1))
        for code, name in (("s1", "Sở Một"), ("s2", "Sở Hai"))
    ]
    plan = make_plan()
    requirement = make_requirement(plan=plan)
    for day in (date(2025, 3, 1), date(2025, 7, 1)):
        reform = make_reform(effective_on=day)
        reform.applied_at = clock.now()
        for office in offices if day.month == 3 else []:
            person = make_person()
            make_segment(person=person, requirement=requirement, unit=cast.ward)
            was_in(person, office, reform)
    visitor = browse.as_(cast.giang).with_budget(13)
    page = visitor.get("reports.compliance", co_cau="truoc-2025-03-01")
    assert "Theo đơn vị cũ, trước 01/03/2025" in page.text
    assert "cơ cấu đến hết ngày 28/02/2025" in page.text
    assert "Sở Một" in page.text
    assert visitor.get("reports.people", co_cau="truoc-2025-03-01").heading == "Phải học: 2 lượt của 2 người"
    told = visitor.get("reports.export", kind="csv", co_cau="truoc-2025-03-01").response.get_data(as_text=True)
    assert "Sở Hai" in told
    usual = visitor.get("reports.compliance", co_cau="cu")
    assert "cơ cấu đến hết ngày 30/06/2025" in usual.text
    early = visitor.get("reports.compliance", co_cau="truoc-2025-03-01", ngay="01/02/2025")
    assert "theo cơ cấu tổ chức ngày 01/02/2025" in early.text


def test_reports_say_whether_the_head_count_was_confirmed(browse, cast, told):
    visitor = browse.as_(cast.binh).with_budget(13)
    assert "Quân số chưa được đơn vị xác nhận" in visitor.get("reports.compliance").text
    day = date(2026, 11, 20)
    counts = counting.counts_on(cast.district.id, day)
    by = System(cast.person("binh").full_name)
    signing.confirm(cast.district.id, on=day, shown=counts, by=by, now=clock.now(), today=clock.today())
    total = sum(counts.values())
    said = f"Quân số đã xác nhận ngày 20/11/2026: {total} người (Trần Văn Bình)"
    assert said in visitor.get("reports.compliance").text
    book = load_workbook(BytesIO(visitor.get("reports.export", kind="xlsx").response.get_data()))
    assert said in " ".join(str(row[0].value) for row in book.active.iter_rows(max_row=8))
    pdf = PdfReader(BytesIO(visitor.get("reports.export", kind="pdf").response.get_data()))
    assert said in " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
