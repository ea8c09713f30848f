"""HR changes what is known of people: from a day on or because it was wrong, one by one or many at once."""

from datetime import date

import pytest
import sqlalchemy as sa

from lms.changes.models import ChangeSet
from lms.organisation import service as organisation
from lms.organisation.models import FOREVER, Person, PersonCorrection, Position, Posting
from lms.platform.db import db
from lms.platform.events import SYSTEM
from lms.platform.forms import Refused
from tests.conftest import NOW
from tests.factories import add, make_person, make_posting

CHANGE = {
    "way": "thay_doi", "on": "01/06/2026", "title": "Phó Trưởng phòng", "department": "Văn phòng",
    "category": "can_bo", "position": "", "rank_code": "", "source": "QĐ 12",
}  # fmt: skip


@pytest.fixture
def binh(browse, cast):
    return browse.as_(cast.binh).with_budget(60)


def held(person):
    """What every believed posting says, the first first."""
    rows = db.session.scalars(
        sa.select(Posting)
        .where(Posting.person_id == person.id, Posting.superseded_at.is_(None))
        .order_by(Posting.from_on, Posting.id)
    )
    return [(p.title, p.category, p.from_on, p.to_on) for p in rows]


def posting_of(person):
    return db.session.scalars(
        sa.select(Posting).where(Posting.person_id == person.id, Posting.superseded_at.is_(None))
    ).one()


def test_a_change_from_a_day_is_shown_first_and_keeps_what_was_before(binh, cast, audited):
    an = cast.person("an")
    address = {"posting_id": posting_of(an).id}
    assert binh.get("staff.posting", **address).soup.find(id="title")["value"] == "Chuyên viên"
    shown = binh.post("staff.posting", 200, data={**CHANGE, "buoc": "xem"}, **address)
    assert "Phó Trưởng phòng" in shown.text
    assert held(an) == [("Chuyên viên", "cong_chuc", date(2024, 1, 1), FOREVER)]
    digest = shown.soup.find("input", {"name": "shown"})["value"]
    binh.post("staff.posting", data={**CHANGE, "buoc": "ghi", "shown": digest}, **address)
    assert held(an) == [
        ("Chuyên viên", "cong_chuc", date(2024, 1, 1), date(2026, 6, 1)),
        ("Phó Trưởng phòng", "can_bo", date(2026, 6, 1), FOREVER),
    ]
    assert audited() == ["organisation:posting:edited"]


def test_a_correction_replaces_what_was_never_right_and_needs_a_reason(binh, cast):
    an = cast.person("an")
    address = {"posting_id": posting_of(an).id}
    wrong = {**CHANGE, "way": "dinh_chinh", "on": ""}
    page = binh.post("staff.posting", 422, data={**wrong, "source": "", "buoc": "xem"}, **address)
    assert "Đính chính cần căn cứ" in page.text
    shown = binh.post("staff.posting", 200, data={**wrong, "buoc": "xem"}, **address)
    digest = shown.soup.find("input", {"name": "shown"})["value"]
    binh.post("staff.posting", data={**wrong, "buoc": "ghi", "shown": digest}, **address)
    assert held(an) == [("Phó Trưởng phòng", "can_bo", date(2024, 1, 1), FOREVER)]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"on": ""}, "Hãy ghi ngày thay đổi có hiệu lực"),
        ({"on": "01/06/2020"}, "không có vị trí công tác vào ngày đó"),
        ({"title": "Chuyên viên", "category": "cong_chuc"}, "Không có gì thay đổi"),
    ],
)
def test_a_change_that_cannot_be_made_is_refused_in_words(binh, cast, sent, said):
    address = {"posting_id": posting_of(cast.person("an")).id}
    assert said in binh.post("staff.posting", 422, data={**CHANGE, **sent, "buoc": "xem"}, **address).text


EMPTY = {"department": "", "title": "", "category": "", "position": "", "source": ""}

OWN = {
    "way": "thay_doi", "on": "01/11/2026", "full_name": "Đặng Thị Ân", "birth_date": "09/03/1992", "sex": "nu",
    "staff_code": "", "email": "an@example.gov.vn", "phone": "0912 345 678", "source": "",
}  # fmt: skip


def test_a_persons_own_fields_change_from_a_day_and_old_values_are_kept(binh, cast):
    an = cast.person("an")
    binh.post("staff.person", data=OWN, person_id=an.id)
    page = binh.get("organisation.person", person_id=an.id)
    assert page.heading == "Đặng Thị Ân"
    assert "01/11/2026" in page.text
    assert "0912 345 678" not in page.text
    assert {row.field: row.from_on for row in db.session.scalars(sa.select(PersonCorrection))}["full_name"] == date(
        2026, 11, 1
    )
    assert "0912 345 678" in binh.post("organisation.reveal", 200, person_id=an.id).text
    assert "Đặng Thị Ân" in binh.get("organisation.people", tim="dang thi an").text


def test_an_empty_phone_stays_and_a_correction_has_no_day(binh, cast):
    an = cast.person("an")
    an.phone = "0987654321"
    data = {**OWN, "phone": "", "way": "dinh_chinh", "on": "", "source": "Giấy khai sinh"}
    assert "0987654321" not in binh.get("staff.person", person_id=an.id).text
    binh.post("staff.person", data=data, person_id=an.id)
    assert db.session.get_one(Person, an.id).phone == "0987654321"
    assert {row.from_on for row in db.session.scalars(sa.select(PersonCorrection))} == {None}


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"on": "25/11/2026"}, "Ngày này chưa đến"),
        ({"phone": "abc"}, "Số điện thoại gồm"),
        ({"birth_date": "24/11/2026"}, "Ngày sinh phải trước hôm nay"),
        ({"full_name": ""}, "Hãy ghi họ và tên"),
    ],
)
def test_a_field_that_cannot_be_is_refused_in_words(binh, cast, sent, said):
    page = binh.post("staff.person", 422, data={**OWN, **sent}, person_id=cast.an.person_id)
    assert said in page.text


def test_chosen_people_are_changed_as_one_change_that_can_be_taken_back(binh, cast):
    add(Position(code="cntt", label="Công nghệ thông tin", levels=[], staff_types=[]))
    people = [make_person(name=f"Lê Văn {n}", unit=cast.ward) for n in ("Một", "Hai")]
    ids = [person.id for person in people]
    assert "Lê Văn Hai" in binh.get("staff.many", nguoi=ids).text
    data = {"nguoi": ids, "on": "01/06/2026", "category": "vien_chuc", "position": "cntt", "source": "QĐ 1"}
    shown = binh.follow(binh.post("staff.many", data=data))
    assert "Sửa vị trí công tác của 2 người" in shown.heading
    change = db.session.scalars(sa.select(ChangeSet)).one()
    assert held(people[0]) == [("Chuyên viên", "cong_chuc", date(2024, 1, 1), FOREVER)]
    binh.post("changes.apply", change_id=change.id)
    assert [row[1:] for row in held(people[1])] == [
        ("cong_chuc", date(2024, 1, 1), date(2026, 6, 1)),
        ("vien_chuc", date(2026, 6, 1), FOREVER),
    ]
    binh.post("changes.undo", change_id=change.id, data={"reason": "Nhầm người"})
    assert held(people[1]) == [("Chuyên viên", "cong_chuc", date(2024, 1, 1), FOREVER)]


def test_everybody_in_a_list_can_be_changed_at_once(binh, cast):
    for n in ("Một", "Hai"):
        make_person(name=f"Lê Văn {n}", unit=cast.ward)
    page = binh.get("staff.many", tat_ca=1, tim="le van")
    assert "Cho 2 người" in page.text
    sent = {**EMPTY, "tat_ca": "1", "tim": "le van", "on": "01/06/2026", "department": "Phòng Văn hóa"}
    assert "của 2 người" in binh.follow(binh.post("staff.many", data=sent)).heading


def test_what_may_not_be_changed_for_many_is_said(binh, cast, monkeypatch):
    gone = make_person(name="Lê Văn Mới", unit=cast.ward, from_on=date(2026, 9, 1))
    sent = {**EMPTY, "nguoi": str(gone.id), "on": "01/06/2026", "department": "Phòng Văn hóa"}
    assert "không có vị trí công tác" in binh.post("staff.many", 422, data=sent).text
    assert "ít nhất một mục" in binh.post("staff.many", 422, data={**sent, "department": ""}).text
    moved = make_person(name="Lê Văn Đi", unit=cast.other, from_on=date(2024, 1, 1), to_on=date(2026, 8, 1))
    make_posting(person=moved, unit=cast.ward, from_on=date(2026, 8, 1))
    assert "ngoài phạm vi" in binh.post("staff.many", 422, data={**sent, "nguoi": str(moved.id)}).text
    monkeypatch.setattr("lms.plan.staff.many.MOST", 1)
    page = binh.follow(binh.get("staff.many", 302, tat_ca=1))
    assert "Hãy lọc bớt" in page.text


def test_a_name_is_never_changed_for_many(session, cast):
    an = cast.person("an")
    with pytest.raises(TypeError, match="full_name"):
        organisation.edit_many([an.id], {"full_name": "X"}, on=date(2026, 6, 1), by=SYSTEM, now=NOW)
    with pytest.raises(Refused):
        organisation.edit_many([an.id], {"category": "cong_chuc"}, on=date(2026, 6, 1), by=SYSTEM, now=NOW)
