"""The office of a split unit says on the page who goes where; nobody else does."""

from datetime import date
from io import BytesIO

import pytest

from lms.identity.models import Role
from lms.organisation import queries
from lms.organisation.models import Reform
from lms.platform.db import db
from tests.factories import add, make_account, make_person, make_unit
from tests.organisation.test_reforms import DAY, apply, at

SPLIT = """\
code: chia
title: "Chia Phường A"
units:
  - {code: moi, name: "Phường Mới", kind: phuong, parent: tp-ha-noi}
successions:
  - {old: a, new: moi, share: partial}
  - {old: a, new: b, share: remainder}
  - {old: c}
"""


class Wards:
    """Ward a (split into moi and b) with three people, ward c (dissolved) with one; an officer of each."""

    def __init__(self, cast):
        self.cast = cast
        self.wards = {code: make_unit(code=code, name=f"Phường {code.upper()}", parent=cast.city) for code in "abcd"}
        self.people = [
            make_person(name=name, unit=self.wards["a"], department=department)
            for name, department in (
                ("Trần Văn Ba", "Văn phòng"), ("Đỗ Thị Hòa", "Phòng Kinh tế"), ("Lê Thị An", "Phòng Kinh tế"),
            )
        ]  # fmt: skip
        self.lost = make_person(name="Bùi Văn Cư", unit=self.wards["c"])
        self.officers = {code: self.officer(code) for code in "abd"}

    def officer(self, code):
        """An officer who stands elsewhere, so that the people of the wards are those named above."""
        person = make_person(name=f"Nguyễn Thị {code}", unit=self.cast.city)
        return make_account(person=person, role=Role.HR, at=self.wards[code])

    @property
    def address(self):
        reform = queries.reform_of("chia")
        return {"reform_id": reform.id, "old_id": self.wards["a"].id}


@pytest.fixture
def wards(cast):
    found = Wards(cast)
    db.session.flush()
    return found


def unit_id(code):
    return str(queries.unit_on(code, DAY).id)


def named(page, number=0):
    return [row[1].split("001")[0].strip() for row in page.table(number)]


def test_the_office_of_the_split_unit_is_told_and_asked(wards, browse):
    hr = browse.as_(wards.officers["a"])
    assert "chờ phân công đơn vị mới" not in hr.get("organisation.people").text
    apply(SPLIT)
    add(Reform(code="truoc", title="Trước", effective_on=date(2025, 1, 1)))
    assert "Có 4 người chờ phân công đơn vị mới" in browse.as_(wards.cast.giang).get("organisation.people").text
    told = "Có 3 người chờ phân công đơn vị mới"
    assert told in hr.get("organisation.people").text
    assert told in hr.get("home.today").text
    page = hr.get(hr.get("assign.units").links()["Phường A"])
    assert page.heading == "Phân công người của Phường A"
    assert named(page) == ["Lê Thị An", "Trần Văn Ba", "Đỗ Thị Hòa"]
    offered = page.soup.select_one(f"select[name=den-{wards.people[0].id}]")
    assert [option.get_text() for option in offered.select("option")] == ["Chưa phân công", "Phường Mới", "Phường B"]
    assert "Còn 3 người chờ phân công" in page.text


def test_one_by_one_by_department_and_by_name(wards, browse):
    apply(SPLIT)
    hr = browse.as_(wards.officers["a"])
    ba, hoa, an = wards.people
    page = hr.get("assign.unit", **wards.address, bo_phan="Phòng Kinh tế")
    assert named(page) == ["Lê Thị An", "Đỗ Thị Hòa"]
    assert named(hr.get("assign.unit", **wards.address, tim="hoa")) == ["Đỗ Thị Hòa"]
    done = hr.post("assign.unit", data={f"den-{ba.id}": unit_id("moi"), f"den-{hoa.id}": "", "viec": "tung"},
                   **wards.address)  # fmt: skip
    assert "Đã phân công 1 người." in hr.follow(done).text
    assert (at(ba, DAY), at(hoa, DAY)) == (["moi"], ["b"])
    hr.post("assign.unit", data={"den_chung": unit_id("moi"), "viec": "loc"}, **wards.address, bo_phan="Phòng Kinh tế")
    assert (at(hoa, DAY), at(an, DAY)) == (["moi"], ["moi"])
    page = hr.get("assign.unit", **wards.address)
    assert "Không còn ai chờ phân công" in page.text
    assert "Phường Mới · Phường B" in page.text
    settled = hr.get("assign.unit", **wards.address, loc="da")
    assert len(settled.table(0)) == 3
    kept = {f"den-{an.id}": "", f"truoc-{an.id}": unit_id("moi"), "viec": "tung"}
    page = hr.post("assign.unit", 422, data=kept, **wards.address, loc="da")
    assert page.errors[0].startswith("Chưa có lựa chọn nào thay đổi.")
    assert at(an, DAY) == ["moi"]
    again = {"den_chung": unit_id("b"), "viec": "chon", "nguoi": [str(an.id)]}
    hr.post("assign.unit", data=again, **wards.address, loc="da")
    assert at(an, DAY) == ["b"]


def test_what_is_missing_is_said(wards, browse):
    apply(SPLIT)
    hr = browse.as_(wards.officers["a"])
    page = hr.post("assign.unit", 422, data={"viec": "chon", "nguoi": "1"}, **wards.address)
    assert page.errors == ["Hãy chọn đơn vị nhận trước khi phân công nhiều người."]
    page = hr.post("assign.unit", 422, data={"viec": "chon", "den_chung": unit_id("b")}, **wards.address)
    assert page.errors == ["Hãy đánh dấu ít nhất một người."]
    page = hr.post("assign.unit", 422, data={"viec": "tung", "den-x": "1", "den-99999999999": "1"}, **wards.address)
    assert page.errors[0].startswith("Chưa có lựa chọn nào thay đổi.")


def test_only_successors_can_be_chosen_and_only_for_the_people_asked(wards, browse):
    apply(SPLIT)
    hr = browse.as_(wards.officers["a"])
    ba, stranger = wards.people[0], wards.cast.person("chi")
    sent = {f"den-{ba.id}": unit_id("d"), f"den-{stranger.id}": unit_id("moi"), "viec": "tung"}
    page = hr.follow(hr.post("assign.unit", data=sent, **wards.address))
    assert "2 người chưa phân công được" in page.text
    assert (at(ba, DAY), at(stranger, DAY)) == (["b"], ["c2"])


def test_another_successor_takes_people_only_while_nobody_has_chosen(wards, browse):
    apply(SPLIT)
    ba, hoa, _an = wards.people
    taker = wards.officer("d")
    new = queries.unit_on("moi", DAY)
    taker = make_account(person=make_person(name="Vũ Thị Nhận", unit=wards.cast.city), role=Role.HR, at=new)
    hr = browse.as_(taker)
    page = hr.get("assign.unit", **wards.address)
    offered = page.soup.select_one(f"select[name=den-{ba.id}]")
    assert [option.get_text() for option in offered.select("option")] == ["Chưa phân công", "Phường Mới"]
    hr.post("assign.unit", data={f"den-{ba.id}": unit_id("moi"), "viec": "tung"}, **wards.address)
    assert at(ba, DAY) == ["moi"]
    old = browse.as_(wards.officers["a"])
    old.post("assign.unit", data={f"den-{hoa.id}": unit_id("b"), "viec": "tung"}, **wards.address)
    assert "Đỗ Thị Hòa" not in hr.get("assign.unit", **wards.address, loc="het").text
    refused = hr.post("assign.unit", data={f"den-{hoa.id}": unit_id("moi"), "viec": "tung"}, **wards.address)
    assert "1 người chưa phân công được" in hr.follow(refused).text
    assert at(hoa, DAY) == ["b"]
    browse.as_(wards.officers["d"]).get("assign.unit", 404, **wards.address)
    assert "Không có ai chờ phân công" in browse.as_(wards.officers["d"]).get("assign.units").text


def test_a_list_of_an_office_reaches_only_its_own_people(wards, browse):
    apply(SPLIT)
    hr = browse.as_(wards.officers["a"])
    ba = wards.people[0]
    listed = hr.get("assign.list_to_fill", **wards.address).response.get_data(as_text=True)
    assert "Bùi Văn Cư" not in listed
    assert ba.personal_id not in listed
    filled = "\n".join(line.replace(";;", ";moi;") if "Ba" in line else line for line in listed.splitlines())
    page = hr.follow(hr.post("assign.upload", data=csv(filled), **wards.address))
    assert "Đã phân công 1 người." in page.text
    assert at(ba, DAY) == ["moi"]
    others = f"Số định danh;Mã đơn vị mới\n{wards.lost.personal_id};b\n"
    page = hr.post("assign.upload", 422, data=csv(others), **wards.address)
    assert "Người này không thuộc đơn vị cần phân công" in page.errors[0]
    assert at(wards.lost, DAY) == ["tp-ha-noi"]


def csv(text):
    return {"file": (BytesIO(text.encode()), "ds.csv")}


def test_people_of_a_dissolved_unit_go_where_the_city_says(wards, browse):
    apply(SPLIT)
    giang = browse.as_(wards.cast.giang)
    where = {**wards.address, "old_id": wards.wards["c"].id}
    page = giang.post("assign.unit", 422, data={f"den-{wards.lost.id}": "Phường Lạ", "viec": "tung"}, **where)
    assert page.errors == ["Không rõ đơn vị “Phường Lạ”. Hãy ghi tên đầy đủ hoặc mã đơn vị."]
    giang.post("assign.unit", data={f"den-{wards.lost.id}": "Phường D (d)", "viec": "tung"}, **where)
    assert at(wards.lost, DAY) == ["d"]


def test_choices_made_before_the_reform_are_kept_with_its_file(wards, browse):
    giang = browse.as_(wards.cast.giang).with_budget(13)
    ba, hoa, an = wards.people
    upload = {"file": (BytesIO(SPLIT.encode()), "chia.yaml"), "on": "01/07/2026"}
    number = int(giang.post("reform.start", data=upload).location.rsplit("/", 1)[1])
    page = giang.get("reform.show_file", file_id=number)
    assert "Danh sách 4 người, xếp theo tên" in page.text
    where = {"file_id": number, "old_id": wards.wards["a"].id}
    desk = giang.get("reform.assign_file", **where)
    assert named(desk) == ["Lê Thị An", "Trần Văn Ba", "Đỗ Thị Hòa"]
    sent = {f"den-{ba.id}": "moi", f"den-{hoa.id}": "moi", "viec": "tung"}
    assert "Đã ghi lựa chọn của 2 người" in giang.follow(giang.post("reform.assign_file", data=sent, **where)).text
    again = {f"den-{hoa.id}": "", f"truoc-{hoa.id}": "moi", f"den-{ba.id}": "moi", f"truoc-{ba.id}": "moi"}
    giang.post("reform.assign_file", data={**again, "viec": "tung"}, **where, loc="da")
    listed = f"Số định danh;Mã đơn vị mới\n{an.personal_id};moi\n"
    giang.post("reform.attach", data=csv(listed), file_id=number)
    assert named(giang.get("reform.assign_file", **where)) == ["Đỗ Thị Hòa"]
    elsewhere = {**where, "old_id": wards.wards["c"].id}
    giang.post("reform.assign_file", data={f"den-{wards.lost.id}": "Phường D", "viec": "tung"}, **elsewhere)
    giang.post("reform.apply_file", file_id=number)
    assert [at(person, DAY) for person in (ba, hoa, an, wards.lost)] == [["moi"], ["b"], ["moi"], ["d"]]
    assert queries.count_waiting(queries.reform_of("chia").id) == 1
    assert giang.get("reform.assign_file", 302, **where).location.endswith(f"/tep/{number}")
