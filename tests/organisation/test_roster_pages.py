"""The guided way of a roster on its pages: columns, notes, wrong rows, effect on study."""

import re
from datetime import date
from io import BytesIO

import pytest
import sqlalchemy as sa

from lms.organisation.models import RosterImport
from lms.platform.db import db
from tests.conftest import TODAY
from tests.factories import make_person, make_unit
from tests.organisation.rosters import EXPECTED, SAMPLES, as_csv, row

EPOCH = date(1970, 1, 1)
STRANGE = (
    "Người;CCCD;Nơi làm;Nhóm;Việc\n"
    "Đặng Thị Ánh;001192000089;Phòng Nội vụ;công chức;Chuyên viên\n"
    "Lê Văn Bảo;001192000097;Phòng Nội vụ;công chức;Chuyên viên\n"
)
SAID = {"Người": "full_name", "CCCD": "personal_id", "Nơi làm": "department", "Nhóm": "staff_category", "Việc": "title"}


@pytest.fixture
def binh(browse, cast):
    return browse.as_(cast.binh)


@pytest.fixture
def office(cast):
    """A unit of Bình's in which nobody works yet."""
    return make_unit(name="Phường Mới", parent=cast.district)


def send(binh, unit, content, status=303, *, name="ds.csv", **fields):
    data = {"unit": str(unit.id), "file": (BytesIO(content), name), **fields}
    return binh.post("organisation.roster_new", status, data=data)


def fields_of(page, form):
    """What the browser would send of a form: inputs, ticked boxes and selections."""
    found = {}
    for field in page.soup.select(f"{form} input[name], {form} select[name]"):
        if field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            found[field["name"]] = chosen["value"]
        elif field.get("type") != "checkbox" or field.has_attr("checked"):
            found[field["name"]] = field.get("value", "")
    return found


COLUMNS, MEND, APPLY = 'form[action$="/cot"]', 'form[action$="/sua"]', "#ap-dung"


def choose(page, said):
    """The form of the columns, each chosen by its heading."""
    data = fields_of(page, COLUMNS)
    for line in page.soup.select("tbody tr"):
        label = line.select_one(".who").get_text()
        if label in said:
            data[line.select_one("select")["name"]] = said[label]
    return data


def the_import():
    return db.session.scalars(sa.select(RosterImport).order_by(RosterImport.id.desc())).first()


def test_a_file_whose_columns_are_unclear_is_a_question_and_not_a_dead_end(binh, office):
    page = binh.follow(send(binh, office, STRANGE.encode()))
    assert page.heading == "Các cột của danh sách"
    assert "Không thấy cột “Họ và tên”" in page.text or "có phải là" in page.text
    first = page.table()[0]
    assert first[0].startswith("Người")
    assert "Đặng Thị Ánh Lê Văn Bảo" in first[1]
    assert "001192000089" not in page.text
    page = binh.follow(binh.post(page.soup.select_one(COLUMNS)["action"], data=choose(page, SAID)))
    assert "Đã đọc lại tệp theo các cột đã chọn" in page.text
    assert [line[1].split(" 001")[0] for line in page.table()] == ["Đặng Thị Ánh", "Lê Văn Bảo"]


def test_the_next_file_with_these_columns_is_understood_as_the_last_one_and_says_so(binh, office):
    page = binh.follow(send(binh, office, STRANGE.encode(), name="quy-ba.csv"))
    binh.post(page.soup.select_one(COLUMNS)["action"], data=choose(page, SAID))
    page = binh.follow(send(binh, office, STRANGE.replace("Bảo", "Bình").encode()))
    assert page.heading == "Nạp danh sách nhân sự"
    assert f"Dùng lại cách hiểu cột của lần nạp {TODAY:%d/%m/%Y} (tệp “quy-ba.csv”)" in page.text
    columns = binh.get(page.links()["Xem, sửa các cột"])
    assert "Dùng lại cách hiểu cột" in columns.text
    assert columns.table()[0][3] == "Đã chọn bằng tay"


def test_two_columns_cannot_be_the_same_and_nothing_chosen_is_lost(binh, office):
    page = binh.follow(send(binh, office, STRANGE.encode()))
    data = choose(page, {**SAID, "Việc": "full_name"})
    again = binh.post(page.soup.select_one(COLUMNS)["action"], 422, data={**data, "department": "Phòng Kinh tế"})
    assert "Hai cột cùng là “Họ và tên”" in again.errors[0]
    kept = fields_of(again, COLUMNS)
    assert {name: kept[name] for name in data if name.startswith("cot-")} == {
        name: value for name, value in data.items() if name.startswith("cot-")
    }
    assert kept["department"] == "Phòng Kinh tế"


def test_a_file_that_names_no_department_asks_for_one_for_everybody(binh, office):
    content = "Họ và tên;CCCD;Chức vụ\nĐặng Thị Ánh;001192000089;Chuyên viên\n".encode()
    page = binh.follow(send(binh, office, content))
    assert "“Loại nhân sự”, “Phòng, ban”" in page.text
    address, data = page.soup.select_one(COLUMNS)["action"], fields_of(page, COLUMNS)
    again = binh.post(address, 422, data=data | {"department": "Phòng Nội vụ"})
    assert "“Loại nhân sự”" in again.errors[0]
    assert "“Phòng, ban”" not in again.errors[0]
    page = binh.follow(binh.post(address, data=data | {"department": "Phòng Nội vụ", "staff_category": "cong_chuc"}))
    assert "Phòng Nội vụ Chuyên viên công chức" in " ".join(page.table()[0])


def test_columns_that_are_certain_skip_the_step_but_can_be_opened_and_changed(binh, office):
    page = binh.follow(send(binh, office, as_csv([row(title="Chuyên viên")])))
    assert "Mọi cột đều nhận ra chắc chắn theo tên" in page.text
    columns = binh.get(page.links()["Xem, sửa các cột"])
    assert {line[3] for line in columns.table()} == {"Chắc chắn, theo tên cột"}
    data = choose(columns, {"Chức vụ, chức danh": ""})
    page = binh.follow(binh.post(columns.soup.select_one(COLUMNS)["action"], data=data))
    assert "Chuyên viên" not in " ".join(page.table()[0])


def test_an_applied_roster_is_not_understood_anew(binh, office):
    page = binh.follow(send(binh, office, as_csv([row()])))
    columns = binh.get(page.links()["Xem, sửa các cột"])
    binh.post(page.soup.select_one(APPLY)["action"], data=fields_of(page, APPLY))
    again = binh.post(columns.soup.select_one(COLUMNS)["action"], data=fields_of(columns, COLUMNS))
    assert again.location.endswith(f"/{the_import().id}")
    assert the_import().choices["columns"] == {}


BAD = as_csv(
    [
        row(),
        row(personal_id="001192000097", full_name="Lê Văn Bảo", birth_date="31/02/1988"),
        row(personal_id="00119200", full_name="Vũ Văn Chính", staff_category="khách"),
        row(full_name="Người Khác"),
    ],
    columns=("personal_id", "full_name", "birth_date", "staff_category", "department"),
)


def test_wrong_rows_are_put_right_on_the_page(binh, office):
    page = binh.follow(send(binh, office, BAD))
    data = fields_of(page, MEND)
    assert page.soup.select_one("#sai") is not None
    bad_day, bad_number, bad_kind, twin = (line for line in page.soup.select(f"{MEND} tbody tr"))
    assert bad_day.select_one("input")["value"] == "31/02/1988"
    assert bad_number.select_one("input")["value"] == ""
    data[bad_day.select_one("input")["name"]] = "29/02/1988"
    data[bad_number.select_one("input")["name"]] = "001192000105"
    data[bad_kind.select_one("select")["name"]] = "vien_chuc"
    data[twin.select_one("input[type=checkbox]")["name"]] = "1"
    page = binh.follow(binh.post(page.soup.select_one(MEND)["action"], data=data))
    assert "Không còn dòng sai nào" in page.text
    assert page.soup.select_one("#sai") is None
    page = binh.follow(binh.post(page.soup.select_one(APPLY)["action"], data=fields_of(page, APPLY)))
    assert "Đã áp dụng danh sách: 3 thay đổi." in page.text
    assert "Vũ Văn Chính" in binh.get("organisation.people").text


def test_somebody_new_without_a_number_is_not_said_to_be_applied(binh, office):
    page = binh.follow(send(binh, office, as_csv([row(), row(personal_id="", full_name="Lê Văn Bảo")])))
    assert "Lê Văn Bảo" in page.soup.select_one('section[aria-labelledby="sai"]').get_text()
    data = fields_of(page, MEND)
    data[page.soup.select_one(f"{MEND} tbody tr input")["name"]] = "001192000097"
    page = binh.follow(binh.post(page.soup.select_one(MEND)["action"], data=data))
    assert "Không còn dòng sai nào" in page.text


def test_what_is_right_is_kept_while_something_else_is_still_wrong(binh, office):
    page = binh.follow(send(binh, office, BAD))
    bad_day, bad_number, *_rest = page.soup.select(f"{MEND} tbody tr")
    data = fields_of(page, MEND)
    data[bad_day.select_one("input")["name"]] = "29/02/1988"
    data[bad_number.select_one("input")["name"]] = "00119200010"
    page = binh.follow(binh.post(page.soup.select_one(MEND)["action"], data=data))
    assert "Còn 2 dòng sai" in page.text
    first, *_rest = page.soup.select(f"{MEND} tbody tr")
    assert "Vũ Văn Chính" in first.get_text()
    assert first.select_one("input")["value"] == "00119200010"
    assert "Lê Văn Bảo" in page.soup.select_one('section[aria-labelledby="them"]').get_text()


def test_what_was_mended_can_be_given_back(binh, office):
    page = binh.follow(send(binh, office, BAD))
    bad_day = page.soup.select_one(f"{MEND} tbody tr")
    drop = bad_day.select_one("input[type=checkbox]")["name"]
    page = binh.follow(binh.post(page.soup.select_one(MEND)["action"], data=fields_of(page, MEND) | {drop: "1"}))
    assert "Dòng 3: bỏ, không đọc" in page.text
    assert "31/02/1988" not in page.text
    back = page.soup.select_one('section[aria-labelledby="da-sua"] input')["name"]
    page = binh.follow(binh.post(page.soup.select_one(MEND)["action"], data=fields_of(page, MEND) | {back: "1"}))
    assert "31/02/1988" in page.text


def test_a_person_in_a_row_left_out_by_hand_has_not_left(binh, office):
    person = make_person(name="Lê Văn Bảo", personal_id="001192000097", unit=office)
    page = binh.follow(send(binh, office, BAD))
    drop = page.soup.select_one(f"{MEND} tbody tr input[type=checkbox]")["name"]
    page = binh.follow(binh.post(page.soup.select_one(MEND)["action"], data=fields_of(page, MEND) | {drop: "1"}))
    left = page.soup.select_one('section[aria-labelledby="roi"]')
    assert left is None or person.full_name not in left.get_text()


def test_two_who_mend_at_once_do_not_overwrite_each_other(binh, office):
    page = binh.follow(send(binh, office, BAD))
    address, data = page.soup.select_one(MEND)["action"], fields_of(page, MEND)
    bad_day, bad_number, *_rest = page.soup.select(f"{MEND} tbody tr")
    binh.post(address, data=data | {bad_day.select_one("input")["name"]: "29/02/1988"})
    late = bad_number.select_one("input")["name"]
    again = binh.post(address, 422, data=data | {late: "001192000105"})
    assert "Có người vừa sửa danh sách này" in again.errors[0]
    assert the_import().choices["fixes"][0]["cells"] == {"birth_date": "29/02/1988"}


def test_what_somebody_else_mended_meanwhile_is_not_applied_unseen(binh, office):
    page = binh.follow(send(binh, office, BAD))
    address, unseen = page.soup.select_one(APPLY)["action"], fields_of(page, APPLY)
    twin = page.soup.select(f"{MEND} tbody tr")[-1]
    data = fields_of(page, MEND) | {twin.select_one('input[name$="-bo-truoc"]')["name"]: "1"}
    binh.post(page.soup.select_one(MEND)["action"], data=data)
    again = binh.post(address, 422, data=unseen)
    assert "Dữ liệu vừa thay đổi" in again.errors[0]


def test_a_row_of_one_name_is_said_to_be_a_department(binh, office):
    content = as_csv([row()]).decode("utf-8-sig") + "Chuyên trách;;;\n001192000097;Lê Văn Bảo;công chức;\n"
    page = binh.follow(send(binh, office, content.encode()))
    tick = page.soup.select_one('input[name$="-phong"]')["name"]
    page = binh.follow(binh.post(page.soup.select_one(MEND)["action"], data=fields_of(page, MEND) | {tick: "1"}))
    assert "Chuyên trách" in page.soup.select_one('section[aria-labelledby="them"]').get_text()
    assert "được hiểu là tên phòng, ban" in page.text


def test_nothing_is_guessed_without_saying_so(binh, office):
    sample = "05_quan_hoang_mai_font_vntime.xlsx"
    page = binh.follow(send(binh, office, (SAMPLES / sample).read_bytes(), name=sample))
    assert "TCVN3 (.VnTime)" in page.soup.select_one('section[aria-labelledby="da-hieu"]').get_text()
    sample = "03_so_tttt_danh_sach.xlsx"
    page = binh.follow(send(binh, office, (SAMPLES / sample).read_bytes(), name=sample))
    told = " ".join(page.soup.select_one('section[aria-labelledby="da-hieu"]').get_text(" ").split())
    assert re.search(r"không phải là người nên không đọc\. Dòng \d", told)
    assert re.search(r"tên phòng, ban của các dòng bên dưới\. Dòng \d", told)


@pytest.mark.parametrize("sample", sorted(EXPECTED), ids=lambda name: name[:2])
def test_every_sample_is_applied_by_page_and_the_same_file_again_changes_nothing(sample, binh, office):
    content = (SAMPLES / sample).read_bytes()
    page = binh.follow(send(binh, office, content, name=sample))
    expected = EXPECTED[sample]
    wrong = {p["row"] for p in expected["problems"] if p["severity"] == "error"}
    unnumbered = {p["row"] for p in expected["problems"] if p["kind"] == "missing_personal_id"}
    people = {p["personal_id"]: p["full_name"] for p in expected["people"] if p["row"] not in wrong | unnumbered}
    shown = int(page.soup.select_one(".lms-figs .fig").get_text().replace(".", ""))
    assert shown == the_import().summary["rows"]
    apply = fields_of(page, APPLY) | {"many_left": "y"}
    binh.post(page.soup.select_one(APPLY)["action"], data=apply)
    known = db.session.execute(
        sa.text("SELECT p.personal_id, p.full_name FROM person p JOIN posting t ON t.person_id = p.id "
                "WHERE t.unit_id = :unit AND t.superseded_at IS NULL AND t.to_on > :day"),
        {"unit": office.id, "day": TODAY if db.engine.dialect.name != "sqlite" else (TODAY - EPOCH).days},
    )  # fmt: skip
    assert {row[0]: row[1] for row in known if row[0] in people} == people
    page = binh.follow(send(binh, office, content, name=sample))
    assert "Tệp khớp với dữ liệu đang có: không có gì để áp dụng." in page.text


POLICY = 'form[action$="/duoc-lam-gi"]'


def test_who_is_missing_is_kept_when_the_office_says_so(binh, office):
    make_person(name="Lê Văn Bảo", unit=office)
    page = binh.follow(send(binh, office, as_csv([row()])))
    assert "Lê Văn Bảo" in page.soup.select_one('section[aria-labelledby="roi"]').get_text()
    data = {"missing": "keep", "empty": "ignore", "most_leaving": "5", "creates": "y", "updates": "y", "ends": "y"}
    page = binh.follow(binh.post(page.soup.select_one(POLICY)["action"], data=data))
    assert "1 người đang có trong hệ thống nhưng không có trong tệp được giữ nguyên." in page.text
    assert page.soup.select_one('section[aria-labelledby="roi"]') is None
    assert page.soup.select_one(f'{POLICY} input[value="keep"]').has_attr("checked")
    assert (the_import().summary["left"], the_import().summary["kept"]) == (0, 1)


def test_nobody_applies_a_list_that_ends_the_own_posting(binh, cast):
    """Bình would lose the role by which the list could be taken back."""
    page = binh.follow(send(binh, cast.district, as_csv([row()])))
    assert "Tệp không có chính anh/chị" in page.text
    fields = fields_of(page, APPLY) | {"many_left": "y"}
    refused = binh.post(page.soup.select_one(APPLY)["action"], 422, data=fields)
    assert any("Tệp không có chính anh/chị" in error for error in refused.errors)
    assert the_import().applied_at is None
    policy = fields_of(page, POLICY) | {"missing": "keep"}
    page = binh.follow(binh.post(page.soup.select_one(POLICY)["action"], data=policy))
    assert "Tệp không có chính anh/chị" not in page.text
    binh.post(page.soup.select_one(APPLY)["action"], data=fields_of(page, APPLY))
    assert the_import().applied_at is not None


def test_what_a_roster_may_not_do_is_counted_and_not_done(binh, office):
    page = binh.follow(send(binh, office, as_csv([row()])))
    data = {"missing": "stop", "empty": "ignore", "most_leaving": "5", "updates": "y", "ends": "y"}
    page = binh.follow(binh.post(page.soup.select_one(POLICY)["action"], data=data))
    assert "còn 1 thay đổi trong tệp không được áp dụng: thêm 1, chuyển 0, sửa 0 người" in page.text
    assert page.soup.select_one(APPLY) is None


def test_a_policy_that_makes_no_sense_is_refused(binh, office):
    page = binh.follow(send(binh, office, as_csv([row()])))
    data = {"missing": "stop", "empty": "ignore", "most_leaving": "500"}
    page = binh.post(page.soup.select_one(POLICY)["action"], 422, data=data)
    assert page.errors
    assert page.soup.select_one(f'{POLICY} input[name="most_leaving"]')["value"] == "500"


def test_the_history_tells_each_file_who_sent_it_how_it_was_read_and_what_became_of_it(binh, office):
    page = binh.follow(send(binh, office, STRANGE.encode(), name="quy-ba.csv"))
    binh.follow(binh.post(page.soup.select_one(COLUMNS)["action"], data=choose(page, SAID)))
    page = binh.follow(send(binh, office, STRANGE.encode(), name="quy-bon.csv"))
    binh.post(page.soup.select_one(APPLY)["action"], data=fields_of(page, APPLY))
    later, earlier = binh.get("organisation.roster_history", don_vi=office.id).table()
    assert later[0].startswith("quy-bon.csv SHA-256")
    assert the_import().sha256[:16] in later[0]
    assert later[2].startswith("Trần Văn Bình")
    assert later[3] == "như lần nạp trước"
    assert later[4] == "2 dòng: thêm 2, rời 0, chuyển 0, sửa 0"
    assert later[5].startswith("Đã áp dụng")
    assert (earlier[3], earlier[5]) == ("chọn bằng tay", "Chưa áp dụng")


def test_what_was_taken_back_stands_in_the_history_as_taken_back(binh, office):
    page = binh.follow(send(binh, office, as_csv([row()])))
    page = binh.follow(binh.post(page.soup.select_one(APPLY)["action"], data=fields_of(page, APPLY)))
    change = page.links()["Xem ảnh hưởng và hoàn tác"]
    binh.post(f"{change}/hoan-tac", data={"reason": "nhầm tệp"})
    page = binh.get("organisation.roster_history")
    assert page.table()[0][5].startswith("Đã hoàn tác")
    assert change in page.links().values()
    assert "Đặng Thị Ánh" not in binh.get("organisation.people", don_vi=office.id).text


def test_the_history_of_others_is_not_shown(browse, cast, binh, office):
    send(binh, office, as_csv([row()]))
    assert "Chưa có lần nạp nào" in browse.as_(cast.chi).get("organisation.roster_history", don_vi=office.id).text


def test_a_tick_in_a_column_of_its_own_can_be_said_to_tell_the_kind_of_staff(binh, office):
    content = (
        "Họ và tên;CCCD;Phòng;CC;VC loại 2\nĐặng Thị Ánh;001192000089;Phòng Nội vụ;x;\n"
        "Lê Văn Bảo;001192000097;Phòng Nội vụ;;x\n"
    )
    page = binh.follow(send(binh, office, content.encode()))
    said = {"CC": "category:cong_chuc", "VC loại 2": "category:vien_chuc"}
    page = binh.follow(binh.post(page.soup.select_one(COLUMNS)["action"], data=choose(page, said)))
    assert [line[4] for line in page.table()] == ["công chức", "viên chức"]


def test_the_effect_on_study_is_said_before_it_is_done(binh, office):
    page = binh.follow(send(binh, office, as_csv([row()])))
    assert "Ảnh hưởng đến việc học: không nghĩa vụ học nào thay đổi." in page.text
    assert the_import().summary["study"]["counts"]["duties"] == 0
