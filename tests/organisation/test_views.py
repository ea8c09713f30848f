"""Pages: people, units, rosters."""

from datetime import date, datetime, time
from io import BytesIO

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from lms.audit.models import AuditEvent
from lms.organisation.models import Absence, PersonWord, Position, Posting, Reform, RosterImport, Succession
from lms.platform import clock
from lms.platform.db import db
from tests.conftest import TODAY
from tests.factories import add, make_person, make_posting, make_unit
from tests.organisation.rosters import as_csv, row


@pytest.fixture
def binh(browse, cast):
    return browse.as_(cast.binh)


def names(page):
    """The names of a table of people, which stand behind the boxes."""
    return [" ".join(cell.get_text(" ").split()) for cell in page.soup.table.select("tbody th")]


def send(browser, unit, content, status=303, **more):
    data = {"unit": str(unit.id), "file": (BytesIO(content), "danh-sach.csv"), **more}
    return browser.post("organisation.roster_new", status, data=data)


# People ---------------------------------------------------------------------------------------------------------------


def test_an_hr_officer_sees_the_people_of_the_unit_and_below_by_given_name(binh, cast):
    make_person(name="Vũ Thị Ánh", unit=cast.ward)
    assert names(binh.get("organisation.people")) == [
        "Đặng Thị An Chuyên viên",
        "Vũ Thị Ánh Chuyên viên",
        "Trần Văn Bình Chuyên viên",
    ]


def test_numbers_are_masked_in_the_list(binh, cast):
    page = binh.get("organisation.people")
    assert cast.person("an").personal_id not in page.text
    assert "•••••••" in page.text


def test_search_needs_no_marks_and_begins_at_words(binh, cast):
    make_person(name="Hoàng Thị Hảo", unit=cast.ward)
    assert names(binh.get("organisation.people", tim="hoang hao")) == ["Hoàng Thị Hảo Chuyên viên"]
    assert "Không có ai khớp bộ lọc" in binh.get("organisation.people", tim="oang").text
    assert "Không có ai khớp bộ lọc" in binh.get("organisation.people", tim="%").text


def test_filters_by_unit_category_and_day_work_together(binh, cast):
    make_person(name="Lê Thị Cúc", unit=cast.ward, category="vien_chuc")
    make_person(name="Ngô Văn Dũng", unit=cast.district, category="vien_chuc", to_on=date(2026, 1, 1))
    page = binh.get("organisation.people", don_vi=cast.ward.id, loai="vien_chuc")
    assert names(page) == ["Lê Thị Cúc Chuyên viên"]
    page = binh.get("organisation.people", loai="vien_chuc", ngay="31/12/2025")
    assert names(page) == ["Lê Thị Cúc Chuyên viên", "Ngô Văn Dũng Chuyên viên"]


def test_a_unit_outside_ones_own_shows_nobody(binh, cast):
    assert binh.get("organisation.people", don_vi=cast.other.id).soup.table is None


def test_a_day_that_is_none_is_said_and_today_shown(binh):
    page = binh.get("organisation.people", ngay="hôm qua")
    assert "“hôm qua” chưa đúng dạng" in page.text
    assert "24/11/2026" in page.text


def test_a_long_list_is_paged_by_names(binh, cast):
    for n in range(60):
        make_person(name=f"Lê Văn X{n:02d}", unit=cast.ward)
    first = binh.get("organisation.people")
    assert len(first.table()) == 50
    assert "62 người" in first.text
    second = binh.get(first.soup.find("a", rel="next")["href"])
    assert len(second.table()) == 12
    assert not set(names(first)) & set(names(second))
    back = binh.get(second.soup.find("a", rel="prev")["href"])
    assert names(back) == names(first)
    assert names(binh.get("organisation.people", sau=10**9)) == names(first)


def test_a_name_is_found_wherever_its_tone_is_written(binh, cast):
    make_person(name="Lê Thị Hoà", unit=cast.ward)
    make_person(name="Ngô Thúy Hòa", unit=cast.ward)
    both = ["Lê Thị Hoà Chuyên viên", "Ngô Thúy Hòa Chuyên viên"]
    assert names(binh.get("organisation.people", tim="hoà")) == both
    assert names(binh.get("organisation.people", tim="HÒA")) == both
    assert names(binh.get("organisation.people", tim="hoa thuỵ")) == both[1:]


def test_filters_by_position_group_and_by_who_is_away_or_has_left(binh, cast):
    add(Position(code="cntt", label="Công nghệ thông tin", levels=[], staff_types=[]))
    away = make_person(name="Lê Thị Cúc", unit=cast.ward, position="cntt")
    add(Absence(person_id=away.id, kind="thai_san", from_on=date(2026, 11, 1), to_on=date(2027, 5, 1), note="",
                recorded_at=clock.now()))  # fmt: skip
    make_person(name="Ngô Văn Dũng", unit=cast.district, to_on=date(2026, 1, 1))
    here = ["Đặng Thị An Chuyên viên", "Trần Văn Bình Chuyên viên"]
    assert names(binh.get("organisation.people", nhom="cntt")) == ["Lê Thị Cúc Chuyên viên"]
    assert names(binh.get("organisation.people", trang_thai="tam_vang")) == ["Lê Thị Cúc Chuyên viên"]
    assert names(binh.get("organisation.people", trang_thai="co_mat")) == here
    left = binh.get("organisation.people", trang_thai="da_roi")
    assert names(left) == ["Ngô Văn Dũng Chuyên viên"]
    assert "31/12/2025" in left.text


def test_a_search_finds_the_same_by_words_by_order_and_by_units(binh, cast, monkeypatch):
    for name in ("Hoàng Thị Hảo", "Hoàng Văn Hải", "Phạm Hoàng Hảo", 'Lê "Hảo" Hoàng', "Trần Hảo"):
        make_person(name=name, unit=cast.ward)
    by_units = names(binh.get("organisation.people", tim="hoang hao"))
    assert len(by_units) == 2
    monkeypatch.setattr("lms.organisation.queries.listing.MANY_UNITS", 0)
    assert names(binh.get("organisation.people", tim="hoang hao")) == by_units
    monkeypatch.setattr("lms.organisation.queries.listing.FEW", 0)
    assert names(binh.get("organisation.people", tim="hoang hao")) == by_units


def test_many_found_are_not_counted_to_the_last(binh, cast, monkeypatch):
    monkeypatch.setattr("lms.organisation.queries.listing.COUNTED", 1)
    for name in ("Hoàng Thị Hảo", "Hoàng Văn Hải", "Phạm Hoàng Hảo"):
        make_person(name=name, unit=cast.ward)
    assert "Trên" in binh.get("organisation.people", tim="hoang").text


def test_the_list_goes_into_a_file_with_the_filters_of_the_screen(binh, cast):
    make_person(name="=1+1 Thị Hảo", unit=cast.ward, category="vien_chuc", from_on=date(2024, 3, 5))
    book = binh.get("organisation.people_file", kind="xlsx", loai="vien_chuc").response.get_data()
    sheet = load_workbook(BytesIO(book)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head = next(n for n, row in enumerate(rows) if row[0] == "Họ và tên")
    assert "Loại nhân sự: viên chức." in [row[0] for row in rows[:head]]
    assert [row[0] for row in rows[head + 1 :]] == ["=1+1 Thị Hảo"]
    assert sheet.cell(head + 2, 1).data_type == "s"
    assert rows[head + 1][6] == datetime.combine(date(2024, 3, 5), time())
    text = binh.get("organisation.people_file", kind="csv", tim="hao").response.get_data().decode("utf-8-sig")
    lines = text.splitlines()
    assert lines[0].startswith("Họ và tên;Chức vụ, chức danh;Số định danh (che)")
    assert len(lines) == 2
    assert lines[1].startswith("'=1+1 Thị Hảo;Chuyên viên;001•••••••")
    assert lines[1].endswith(";viên chức;05/03/2024")


def test_words_of_a_name_follow_it_in_the_database(session):
    person = make_person(name='Lê "Ba" \\ Hảo')

    def words():
        found = sa.select(PersonWord.word).where(PersonWord.person_id == person.id).order_by(PersonWord.word)
        return list(db.session.scalars(found))

    assert words() == ['"ba"', "\\", "hao", "le"]
    person.search_key = "le an an"
    db.session.flush()
    assert words() == ["an", "le"]
    db.session.delete(person)
    db.session.flush()
    assert words() == []


def test_who_has_moved_away_is_listed_for_past_days_but_no_longer_opened(binh, cast):
    person = make_person(name="Bùi Thị Gấm", unit=cast.ward, to_on=date(2026, 1, 1))
    make_posting(person=person, unit=cast.other, from_on=date(2026, 1, 1))
    page = binh.get("organisation.people", ngay="01/12/2025", tim="gam")
    assert names(page) == ["Bùi Thị Gấm Chuyên viên"]
    assert "Bùi Thị Gấm" not in page.links()
    binh.get("organisation.person", 404, person_id=person.id)


def test_an_empty_office_is_told_how_to_begin(browse, cast):
    db.session.execute(sa.delete(Posting))
    page = browse.as_(cast.binh).get("organisation.people")
    assert "Chọn tệp danh sách" in page.links()


def test_a_person_shows_postings_through_time_and_hides_the_number(binh, cast):
    an = cast.person("an")
    make_posting(person=an, unit=cast.other, from_on=date(2020, 1, 1), to_on=date(2024, 1, 1), title="Cán sự")
    page = binh.get("organisation.person", person_id=an.id)
    assert page.heading == "Đặng Thị An"
    days = [" ".join(tag.get_text(" ").split()) for tag in page.soup.select(".lms-line__days")]
    assert days == ["từ 01/01/2024 Hiện nay", "từ 01/01/2020 đến 31/12/2023"]
    assert an.personal_id not in page.text


def test_the_full_number_is_shown_on_request_and_the_look_is_logged(binh, cast):
    an = cast.person("an")
    page = binh.post("organisation.reveal", 200, person_id=an.id)
    assert an.personal_id in page.text
    event = db.session.scalars(sa.select(AuditEvent)).one()
    assert (event.key, event.person_id, event.account_id) == (
        "organisation:person:revealed", an.id, cast.binh.id,
    )  # fmt: skip
    assert an.personal_id not in str(event.facts)


# Units ----------------------------------------------------------------------------------------------------------------


def test_the_tree_begins_at_ones_own_unit_and_counts_people_below(binh, cast):
    make_person(unit=cast.ward)
    page = binh.get("organisation.units")
    rows = {cells[0]: cells[2] for n in range(len(page.soup.select("table"))) for cells in page.table(n)}
    assert rows == {"Phường Ba Đình có đơn vị trực thuộc": "3", "Trường Tiểu học Hoa Sen": "2"}


def test_a_unit_shows_what_hangs_under_it_and_where_it_hangs(binh, cast):
    page = binh.get("organisation.unit", unit_id=cast.district.id)
    assert page.heading == "Phường Ba Đình"
    assert "Trường Tiểu học Hoa Sen" in page.links()
    assert "Thành phố Hà Nội" in page.text


def test_units_that_one_may_not_open_are_named_without_a_link(browse, binh, cast):
    reform = add(Reform(code="sap-xep", title="Sắp xếp", effective_on=date(2025, 7, 1)))
    old = make_unit(name="Phường Cũ", kind="phuong", parent=cast.other, valid_to=date(2025, 7, 1))
    add(Succession(reform_id=reform.id, old_id=old.id, new_id=cast.district.id, share="area_only"))
    page = binh.get("organisation.unit", unit_id=cast.district.id)
    assert {"Thành phố Hà Nội", "Phường Cũ"}.isdisjoint(page.links())
    assert "Phường Cũ" in page.text
    wide = browse.as_(cast.giang).get("organisation.unit", unit_id=cast.district.id).links()
    assert {"Thành phố Hà Nội", "Phường Cũ"} <= set(wide)


def test_a_unit_that_has_ended_says_so(browse, cast):
    ended = make_unit(name="Quận Cũ", kind="quan", parent=cast.city, valid_to=date(2025, 7, 1))
    giang = browse.as_(cast.giang)
    assert "ngày cuối là 30/06/2025" in giang.get("organisation.unit", unit_id=ended.id).text
    assert "ngày cuối" not in giang.get("organisation.unit", unit_id=ended.id, ngay="30/06/2025").text
    assert "Quận Cũ" in giang.get("organisation.units", ngay="30/06/2025").links()
    assert "Quận Cũ" not in giang.get("organisation.units").links()


# Rosters --------------------------------------------------------------------------------------------------------------


def test_a_roster_is_compared_shown_and_applied(binh, cast, audited):
    content = as_csv(
        [
            row(title="Chuyên viên"),
            row(personal_id=cast.person("binh").personal_id, full_name="Trần Văn Bình", department="Phòng Kinh tế"),
            row(personal_id="123", full_name="Lê Văn Sai"),
        ]
    )
    page = binh.follow(send(binh, cast.district, content))
    assert "Lê Văn Sai" in page.text
    assert "12 chữ số" in page.text
    assert audited() == []
    form = page.soup.select_one("#ap-dung")
    data = {field["name"]: field.get("value", "") for field in form.select("input[name]")}
    page = binh.follow(binh.post(form["action"], data=data))
    assert "Đã áp dụng danh sách: 2 thay đổi." in page.text
    assert page.soup.select_one("#ap-dung") is None
    assert audited() == ["organisation:roster:applied", "changes:change:applied"]
    assert "Xem ảnh hưởng và hoàn tác" in page.links()
    assert "Đặng Thị Ánh Chuyên viên" in names(binh.get("organisation.people"))


def test_what_changed_since_it_was_shown_is_shown_anew(binh, cast):
    page = binh.follow(send(binh, make_unit(name="Phường Mới", parent=cast.district), as_csv([row()])))
    form = page.soup.select_one("#ap-dung")
    data = {field["name"]: field.get("value", "") for field in form.select("input[name]")}
    make_person(name="Đặng Thị Ánh", personal_id="001192000089", unit=cast.ward)
    again = binh.post(form["action"], 422, data=data)
    assert "Dữ liệu vừa thay đổi" in again.errors[0]
    assert "Chuyển phòng, chuyển đơn vị" in again.text
    fresh = again.soup.select_one('input[name="shown"]')["value"]
    binh.post(form["action"], data={**data, "shown": fresh})


def test_a_file_that_lacks_many_people_asks_to_confirm(binh, cast):
    office = make_unit(name="Phường Mới", parent=cast.district)
    for _ in range(7):
        make_person(unit=office)
    page = binh.follow(send(binh, office, as_csv([row()])))
    form = page.soup.select_one("#ap-dung")
    shown = form.select_one('input[name="shown"]')["value"]
    refused = binh.post(form["action"], 422, data={"shown": shown})
    assert "Tệp thiếu nhiều người" in refused.errors[0]
    binh.post(form["action"], data={"shown": shown, "many_left": "y"})


def test_a_file_that_cannot_be_read_is_answered_beside_the_field(binh, cast):
    page = send(binh, cast.district, b"PK\x03\x04", 422)
    assert "Không mở được bảng tính" in page.errors[0]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RosterImport)) == 0


def test_a_form_without_a_file_says_what_is_missing(binh, cast):
    page = binh.post("organisation.roster_new", 422, data={"unit": str(cast.district.id)})
    assert page.errors == ["Hãy chọn tệp danh sách."]


def test_a_day_that_is_not_in_the_calendar_is_refused(binh, cast):
    page = send(binh, cast.district, as_csv([row()]), 422, on="31/02/2026")
    assert page.errors == ["Ngày chưa đúng. Hãy ghi ngày/tháng/năm có trong lịch, ví dụ 05/03/2026."]
    assert "Chưa so sánh được" in page.text


def test_a_day_on_which_the_unit_does_not_stand_is_refused(binh, cast):
    young = make_unit(name="Trường Mới", kind="don_vi_su_nghiep", parent=cast.district, valid_from=date(2026, 9, 1))
    page = send(binh, young, as_csv([row()]), 422, on="01/01/2026")
    assert "không hoạt động vào ngày này" in page.errors[0]


def test_a_roster_whose_file_is_gone_says_so(binh, cast):
    arrived = RosterImport(
        unit_id=cast.district.id, file_name="a.csv", sha256="0" * 64, on_day=TODAY,
        received_at=cast.binh.created_at, summary={},
    )  # fmt: skip
    db.session.add(arrived)
    db.session.flush()
    assert "Tệp gốc không còn" in binh.get("organisation.roster_show", import_id=arrived.id).text


def test_pages_take_few_statements_however_many_people(browse, cast):
    for n in range(40):
        make_person(name=f"Lê Văn Y{n}", unit=cast.ward)
    binh = browse.as_(cast.binh).with_budget(8)
    binh.get("organisation.people")
    binh.get("organisation.units")
    binh.get("organisation.person", person_id=cast.person("an").id)
    binh = binh.with_budget(9)
    page = binh.follow(send(binh, cast.ward, as_csv([row(personal_id=f"0011920{n:05d}") for n in range(60)])))
    assert "Thêm người" in page.text
