"""HR, and whoever runs a course, enrol people in it: chosen in the list, everybody in a list, or sent as a file."""

from io import BytesIO

import pytest
import sqlalchemy as sa

from lms.changes.models import ChangeSet
from lms.learning.models import Enrolment
from lms.platform.db import db
from tests.factories import make_person
from tests.learning.making import make_course, slug_of

HEADER = "Số định danh cá nhân,Họ và tên\n"


@pytest.fixture
def slug(cast):
    return slug_of(make_course(organiser=cast.city, title="An toàn thông tin", slug="an-toan"))


@pytest.fixture
def binh(browse, cast):
    return browse.as_(cast.binh).with_budget(60)


def sent(text, **more):
    return {"file": (BytesIO(text.encode()), "danh-sach.csv"), **more}


def enrolled():
    return set(db.session.scalars(sa.select(Enrolment.person_id)))


def test_chosen_people_are_enrolled_after_a_look_and_taken_back(binh, browse, cast, slug):
    people = [make_person(name=f"Lê Văn {n}", unit=cast.ward) for n in ("Một", "Hai")]
    ids = [person.id for person in people]
    assert "Lê Văn Hai" in binh.get("enrolling.new", nguoi=ids).text
    shown = binh.follow(binh.post("enrolling.new", data={"nguoi": ids, "khoa": slug}))
    assert shown.heading == "Ghi danh 2 người vào khóa “An toàn thông tin”"
    assert shown.table(0) == [["An toàn thông tin", "2"]]
    assert [row[2] for row in shown.table(1)] == ["Được ghi danh", "Được ghi danh"]
    assert enrolled() == set()
    change = db.session.scalars(sa.select(ChangeSet)).one()
    binh.post("changes.apply", change_id=change.id)
    assert enrolled() == set(ids)
    assert "2 lượt ghi danh" in binh.get("changes.show", change_id=change.id).text
    header = binh.get("changes.export", change_id=change.id, kind="csv").response.get_data(as_text=True)
    assert "Được ghi danh" in header
    assert "Hạn cũ" not in header
    binh.post("changes.undo", change_id=change.id, data={"reason": "Nhầm khóa"})
    assert enrolled() == set()


def test_everybody_in_a_list_can_be_enrolled_but_not_too_many(binh, cast, slug, monkeypatch):
    for n in ("Một", "Hai"):
        make_person(name=f"Lê Văn {n}", unit=cast.ward)
    assert "Cho 2 người" in binh.get("enrolling.new", tat_ca=1, tim="le van").text
    data = {"tat_ca": "1", "tim": "le van", "khoa": slug}
    assert "Ghi danh 2 người" in binh.follow(binh.post("enrolling.new", data=data)).heading
    monkeypatch.setattr("lms.plan.enrolling.pages.MOST", 1)
    assert "Hãy lọc bớt" in binh.follow(binh.get("enrolling.new", 302, tat_ca=1)).text


def test_a_list_enrols_the_people_it_names(binh, cast, slug):
    one = make_person(name="Lê Văn Một", unit=cast.ward)
    assert binh.get("enrolling.listed", khoa=slug).soup.select_one("option[selected]")["value"] == slug
    shown = binh.post("enrolling.listed", data=sent(f"{HEADER}{one.personal_id},Lê Văn Một\n", khoa=slug))
    assert "Ghi danh 1 người" in binh.follow(shown).heading


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{HEADER}000000000000,Ai Đó\n", "Không có người mang số định danh này"),
        (HEADER, "không có dòng nào"),
        ("Họ và tên\nAi Đó\n", "Không thấy dòng tiêu đề"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused_in_words(binh, slug, text, said):
    assert said in binh.post("enrolling.listed", 422, data=sent(text, khoa=slug)).text
    assert enrolled() == set()


def test_people_of_other_units_are_not_found_in_a_list(browse, cast, slug):
    chi = browse.as_(cast.chi).with_budget(60)
    an = cast.person("an")
    page = chi.post("enrolling.listed", 422, data=sent(f"{HEADER}{an.personal_id},{an.full_name}\n", khoa=slug))
    assert "trong đơn vị của anh/chị" in page.text


def test_whoever_runs_courses_enrols_in_his_own_only(browse, cast, slug):
    make_course(organiser=cast.other, title="Của đơn vị khác", slug="khac")
    huy = browse.as_(cast.huy).with_budget(60)
    page = huy.get("catalogue.course", slug=slug)
    assert "Ghi danh nhiều người vào khóa này" in page.text
    assert slug in {option["value"] for option in huy.get("enrolling.listed").soup.select("#khoa option")}
    assert "Ghi danh nhiều người" not in browse.as_(cast.an).get("catalogue.course", slug=slug).text


def test_the_first_page_shows_courses_that_no_duty_asks_for(browse, cast, binh, slug):
    binh.post("enrolling.new", data={"nguoi": [cast.an.person_id], "khoa": slug})
    change = db.session.scalars(sa.select(ChangeSet)).one()
    binh.post("changes.apply", change_id=change.id)
    page = browse.as_(cast.an).get("home.today")
    assert "Khóa học đã ghi danh" in page.text
    assert "An toàn thông tin" in page.text
