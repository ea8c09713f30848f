"""Which department of a unit a list means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.organisation import service
from lms.organisation.roster.departments import understood
from lms.organisation.roster.reading import read
from tests.conftest import TODAY
from tests.factories import make_person, make_posting
from tests.organisation.rosters import as_csv, row

UNIT = [
    "Văn phòng HĐND và UBND", "Phòng Kinh tế, Hạ tầng và Đô thị", "Phòng Kinh tế, Hạ tầng", "Phòng Nội vụ",
    "Phòng Tài chính", "Phòng Tổ chức", "Trung tâm Phục vụ hành chính công", "Lãnh đạo",
]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("VP HĐND&UBND", "Văn phòng HĐND và UBND"),
        ("Văn phòng Hội đồng nhân dân và Ủy ban nhân dân", "Văn phòng HĐND và UBND"),
        ("VĂN PHÒNG HĐND - UBND", "Văn phòng HĐND và UBND"),
        ("P. KT-HT", "Phòng Kinh tế, Hạ tầng"),
        ("P.KT, HT & ĐT", "Phòng Kinh tế, Hạ tầng và Đô thị"),
        ("Phong Noi vu", "Phòng Nội vụ"),
        ("P. Nội vụ", "Phòng Nội vụ"),
        ("TT PVHCC", "Trung tâm Phục vụ hành chính công"),
    ],
)
def test_the_usual_ways_to_write_a_department_are_understood(said, meant):
    assert understood([said], UNIT).taken_for == {said: meant}


@pytest.mark.parametrize("said", ["P. TC", "Phòng Y tế", "P"])
def test_what_fits_two_departments_or_none_is_new(said):
    found = understood([said], UNIT)
    assert found.taken_for == {}
    assert [name for name, _near in found.new] == [said]


def test_a_new_department_is_told_with_the_names_that_are_near():
    ((_name, near),) = understood(["Phòng Nội vụ – Lao động"], UNIT).new
    assert near[0] == "Phòng Nội vụ"


def test_the_first_list_of_a_unit_has_no_new_departments():
    assert understood(["Phòng Y tế"], []).new == ()


names = st.sampled_from([*UNIT, "Phòng Y tế", "Phòng Văn hóa", "Thanh tra"])


@given(st.lists(names), st.lists(names))
def test_a_department_that_the_unit_has_is_itself_and_every_other_one_is_told(said, known):
    found = understood(said, known)
    assert not found.taken_for.keys() & set(known)
    assert set(found.taken_for.values()) <= set(known)
    told = {name for name, _near in found.new}
    assert told | found.taken_for.keys() | (set(said) & set(known)) == (set(said) if known else set())


def test_another_spelling_moves_nobody_and_a_new_department_is_listed(office):
    for number in ("001192000089", "001192000097"):
        person = make_person(name="Đặng Thị Ánh", personal_id=number)
        make_posting(person=person, unit=office, department="Văn phòng HĐND và UBND")
    content = as_csv(
        [
            row(department="VP HĐND&UBND", title="Chuyên viên"),
            row(personal_id="001192000097", department="Văn phòng Đảng ủy", title="Chuyên viên"),
        ]
    )
    difference = service.compare_roster(read(content, "a.csv", TODAY), office, TODAY)
    assert [(move.old, move.new) for move in difference.moved] == [("Văn phòng HĐND và UBND", "Văn phòng Đảng ủy")]
    assert difference.departments.taken_for == {"VP HĐND&UBND": "Văn phòng HĐND và UBND"}
    assert [name for name, _near in difference.departments.new] == ["Văn phòng Đảng ủy"]
