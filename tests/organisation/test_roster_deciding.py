"""Saying on the page whom rows of a roster mean."""

import pytest
import sqlalchemy as sa

from lms.organisation import queries
from lms.organisation.models import Person, RosterImport
from lms.platform.db import db
from tests.conftest import TODAY
from tests.factories import make_person
from tests.organisation.rosters import as_csv, row
from tests.organisation.test_views import send

ANH = {"full_name": "Đặng Thị Ánh", "birth_date": "09/03/1992", "personal_id": "001192000071"}


@pytest.fixture
def asked(browse, cast):
    """Bình has sent a list in which one row may mean somebody he has, and another is plainly new."""
    person = make_person(name="Đặng Thị Ánh", personal_id="001192000089", unit=cast.ward)
    binh = browse.as_(cast.binh)
    rows = [row(**ANH), row(personal_id="001192000113", full_name="Vũ Văn Mới")]
    page = binh.follow(send(binh, cast.ward, as_csv(rows)))
    return binh, page, person


def key_in(page):
    return page.soup.find("input", attrs={"type": "radio", "name": lambda name: name and name.startswith("la-ai-")})[
        "name"
    ]


def apply(binh, page):
    form = page.soup.find("form", id="ap-dung")
    data = {i["name"]: i.get("value", "") for i in form.find_all("input") if i.get("name")}
    return binh.post(form["action"], data=data | {"many_left": "y"})


def test_the_page_asks_and_shows_whom_it_may_be_with_most_of_the_number_hidden(asked):
    _binh, page, _person = asked
    assert "Chưa rõ là ai" in page.text
    assert "Là Đặng Thị Ánh, 001" in page.text
    assert "001192000089" not in page.text
    assert "Người mới, chưa có hồ sơ" in page.text


def test_what_is_chosen_is_kept_and_applied_with_the_rest(asked, cast):
    binh, page, person = asked
    import_id = db.session.scalar(sa.select(sa.func.max(RosterImport.id)))
    answer = binh.post("organisation.roster_decide", import_id=import_id, data={key_in(page): f"nguoi-{person.id}"})
    page = binh.follow(answer)
    assert "Mọi dòng đều đã rõ là ai" in page.text
    assert page.soup.find("input", id=f"la-ai-1-nguoi-{person.id}").has_attr("checked")
    binh.follow(apply(binh, page))
    db.session.expire_all()
    assert person.personal_id == "001192000071"
    assert "Vũ Văn Mới" in {known.full_name for known in queries.staff_of(cast.ward.id, TODAY)}


@pytest.mark.parametrize(("said", "people"), [("moi", 1), ("bo", 0), ("", 0), ("nguoi-999999", 0)])
def test_somebody_new_left_out_or_open(asked, said, people):
    binh, page, _person = asked
    import_id = db.session.scalar(sa.select(sa.func.max(RosterImport.id)))
    page = binh.follow(binh.post("organisation.roster_decide", import_id=import_id, data={key_in(page): said}))
    waits = said in ("", "nguoi-999999")
    assert ("Còn 1 dòng chưa rõ là ai" in page.text) == waits
    binh.follow(apply(binh, page))
    found = db.session.scalar(
        sa.select(sa.func.count()).select_from(Person).where(Person.personal_id == "001192000071")
    )
    assert found == people


def test_after_it_was_applied_nothing_is_decided_any_more(asked):
    binh, page, person = asked
    import_id = db.session.scalar(sa.select(sa.func.max(RosterImport.id)))
    name = key_in(page)
    binh.follow(apply(binh, page))
    answer = binh.post("organisation.roster_decide", 422, import_id=import_id, data={name: f"nguoi-{person.id}"})
    assert "đã được áp dụng" in answer.text
