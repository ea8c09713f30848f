"""What somebody says about a roster by hand: read, written, kept with an import and used again."""

import json
from datetime import date

import pytest

from lms.organisation import queries, service
from lms.organisation.roster.choosing import choices_of, mapping_of
from lms.organisation.roster.reading import UnclearColumns, read
from lms.organisation.roster.sheets import UnreadableRoster
from lms.platform import clock
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.conftest import TODAY
from tests.factories import make_person
from tests.organisation.rosters import as_csv, row

STRANGE = "Người;CCCD;Nơi làm;Nhóm;Việc\nĐặng Thị Ánh;001192000089;Phòng Nội vụ;công chức;Chuyên viên\n"
SAID = {"Người": "full_name", "Nơi làm": "department", "Nhóm": "staff_category", "Việc": "title"}


def received(content, unit, choices=None):
    return service.receive(
        content, file_name="ds.csv", unit=unit, on=TODAY, by=SYSTEM, now=clock.now(), choices=choices
    )


def only_a_year(**more):
    person = make_person(name="Đặng Thị Ánh", **more)
    person.birth_date, person.birth_year = None, 1985
    db.session.flush()
    return person


def test_a_mapping_is_read_and_written_without_loss():
    mapping = {
        "columns": {"Người": "full_name", "Năm sinh / Nữ": "female", "#7": ""},
        "department": "Phòng Nội vụ",
        "staff_category": "cong_chuc",
        "fixes": [{"sheet": "DS", "row": 12, "cells": {"birth_date": "05/03/1988"}}],
        "dropped": [{"sheet": "DS", "row": 14}],
    }
    assert mapping_of(choices_of(json.loads(json.dumps(mapping)))) == mapping
    assert choices_of(mapping_of(choices_of({}))) == choices_of({})
    assert choices_of({"staff_category": "Công chức"}).staff_category == "cong_chuc"


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ([], "đối tượng JSON"),
        ({"colums": {}}, "colums"),
        ({"columns": {"Tên": "name"}}, "“Tên” ghép với “name”"),
        ({"columns": ["full_name"]}, "tên cột"),
        ({"staff_category": "khách"}, "khách"),
        ({"department": 3}, "department"),
        ({"fixes": [{"row": "2"}]}, "sheet"),
        ({"fixes": [{"sheet": "", "row": 2, "cells": {"tuoi": "3"}}]}, "cells"),
        ({"dropped": "2"}, "dropped"),
    ],
    ids=["list", "key", "field", "columns", "category", "department", "row", "cells", "dropped"],
)
def test_a_mapping_that_is_wrong_says_what_is_wrong(mapping, says):
    with pytest.raises(UnreadableRoster, match="ghép cột") as caught:
        choices_of(mapping)
    assert says in str(caught.value)


def test_a_file_with_strange_headings_is_kept_and_asked_about(office):
    arrived = received(STRANGE.encode(), office)
    assert arrived.summary == {}
    with pytest.raises(UnclearColumns):
        service.revisit(arrived)


def test_a_file_none_of_whose_headings_is_known_is_asked_about_without_spelling_out_numbers():
    content = "Ai;Mã QG;Ở;Diện\n" + "".join(
        f"{name};00119200008{n};Phòng Nội vụ;công chức\n" for n, name in enumerate(("Đặng Thị Ánh", "Lê Văn Bảo"))
    )
    with pytest.raises(UnclearColumns, match="Cột “Mã QG” trong tệp có phải là “Số định danh cá nhân” không") as asked:
        read(content.encode(), "a.csv", TODAY)
    assert "0011920000" not in str(asked.value)
    said = {"Ai": "full_name", "Mã QG": "personal_id", "Ở": "department", "Diện": "staff_category"}
    assert len(read(content.encode(), "a.csv", TODAY, choices_of({"columns": said})).records) == 2


def test_columns_said_by_hand_are_used_whenever_the_roster_is_read(office):
    arrived = received(STRANGE.encode(), office, choices_of({"columns": SAID}))
    _unit, roster, difference = service.revisit(arrived)
    assert [(r.full_name, r.department, r.title) for r in roster.records] == [
        ("Đặng Thị Ánh", "Phòng Nội vụ", "Chuyên viên")
    ]
    assert arrived.summary["joined"] == len(difference.joined) == 1


def test_the_units_next_file_with_the_same_headings_is_understood_the_same_way(office):
    first = received(STRANGE.encode(), office, choices_of({"columns": SAID, "dropped": [{"sheet": "", "row": 9}]}))
    second = received(STRANGE.replace("Ánh", "Oanh").encode(), office)
    assert second.reused_id == first.id
    assert second.choices == {**first.choices, "dropped": []}
    assert second.summary["rows"] == 1


def test_another_unit_or_other_headings_are_not_understood_by_what_was_said(office):
    received(STRANGE.encode(), office, choices_of({"columns": SAID}))
    other = received(STRANGE.replace("Việc", "Chức vụ").encode(), office)
    assert (other.reused_id, other.summary) == (None, {})


def test_columns_in_which_something_else_stands_now_are_asked_about_again(office):
    two = STRANGE + "Lê Văn Bảo;001192000097;Phòng Nội vụ;công chức;Văn thư\n"
    received(two.encode(), office, choices_of({"columns": SAID}))
    swapped = "Người;CCCD;Nơi làm;Nhóm;Việc\n" + "".join(
        f"Phòng {n};00119200008{n};Đặng Thị Ánh;công chức;Chuyên viên\n" for n in "89"
    )
    again = received(swapped.encode(), office)
    assert (again.reused_id, again.summary) == (None, {})


def test_a_column_said_by_hand_takes_the_place_of_the_one_that_was_proposed():
    heading, told = as_csv([row()]).decode("utf-8-sig").splitlines()
    content = f"{heading};Tên trong hộ chiếu\n{told};Dang Thi Anh\n".encode()
    roster = read(content, "a.csv", TODAY, choices_of({"columns": {"Tên trong hộ chiếu": "full_name"}}))
    assert [r.full_name for r in roster.records] == ["Dang Thi Anh"]


def test_of_two_columns_under_one_heading_each_can_be_named():
    content = (
        "Họ và tên;Họ và tên;CCCD;Phòng;Loại\nLê Văn Tám;Đặng Thị Ánh;001192000089;Phòng Nội vụ;công chức\n"
    ).encode()
    with pytest.raises(UnclearColumns):
        read(content, "a.csv", TODAY)
    said = choices_of({"columns": {"Họ và tên #1": "", "Họ và tên #2": "full_name"}})
    assert [r.full_name for r in read(content, "a.csv", TODAY, said).records] == ["Đặng Thị Ánh"]


def test_what_is_the_same_for_everybody_is_said_once(office):
    content = "Họ và tên;CCCD;Chức vụ\nĐặng Thị Ánh;001192000089;Chuyên viên\n".encode()
    said = choices_of({"department": "Phòng Nội vụ", "staff_category": "cong_chuc"})
    arrived = received(content, office, said)
    service.apply_roster(arrived, *service.revisit(arrived), by=SYSTEM, now=clock.now())
    (found,) = queries.staff_of(office.id, TODAY)
    assert (found.posting.department, found.posting.category) == ("Phòng Nội vụ", "cong_chuc")


def test_a_year_of_birth_without_a_day_stays_a_year(office):
    arrived = received(as_csv([row(birth_date="1985")]), office)
    service.apply_roster(arrived, *service.revisit(arrived), by=SYSTEM, now=clock.now())
    person = queries.person_of("001192000089")
    assert (person.birth_date, person.birth_year) == (None, 1985)


def test_a_day_of_birth_takes_the_place_of_a_year_that_stood_alone(office):
    person = only_a_year(unit=office)
    service.correct_person(person, birth_date=date(1985, 3, 5), source="giấy khai sinh", by=SYSTEM, now=clock.now())
    assert (person.birth_date, person.birth_year) == (date(1985, 3, 5), None)
    (kept,) = queries.corrections_of(person.id)
    assert (kept.field, kept.old, kept.new) == ("birth_date", "1985", "1985-03-05")


def test_the_page_of_a_person_shows_a_year_as_a_year(office, cast, browse):
    person = only_a_year(unit=cast.district)
    service.correct_person(person, birth_date=date(1985, 3, 5), source="", by=SYSTEM, now=clock.now())
    page = browse.as_(cast.binh).get("organisation.person", person_id=person.id)
    assert "1985 → 05/03/1985" in page.text
    person.birth_date, person.birth_year = None, 1985
    page = browse.as_(cast.binh).get("organisation.person", person_id=person.id)
    (shown,) = [
        dd.get_text() for dt in page.soup.select("dt") if dt.get_text() == "Ngày sinh" for dd in [dt.find_next("dd")]
    ]
    assert shown == "1985"
