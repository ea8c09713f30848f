"""A unit confirms how many people it has; everybody sees what changed since."""

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
import sqlalchemy as sa

from lms.notifications.models import Letter
from lms.organisation import service as organisation
from lms.organisation.models import Absence, Posting
from lms.plan.headcounts import queries, service
from lms.plan.headcounts.models import HeadCount
from lms.platform import clock
from lms.platform.db import db
from lms.platform.events import SYSTEM
from lms.platform.forms import Refused
from tests.conftest import NOW, TODAY
from tests.factories import add, make_person, make_posting
from tests.organisation.rosters import as_csv, row


@pytest.fixture
def binh(browse, cast):
    return browse.as_(cast.binh).with_budget(40)


def shown(browser, unit):
    page = browser.get("headcounts.show", unit_id=unit.id)
    return page.soup.find("input", {"name": "shown"})["value"]


def confirm(browser, unit, status=303, **more):
    data = {"on": "24/11/2026", "shown": more.pop("shown", None) or shown(browser, unit), **more}
    return browser.post("headcounts.confirm", status, data=data, unit_id=unit.id)


def count_of(unit, on=TODAY):
    return service.confirm(
        unit.id, on=on, shown=queries.counts_on(unit.id, on), by=SYSTEM, now=clock.now(), today=TODAY
    )


def test_a_unit_signs_off_its_head_count_with_name_and_day(binh, cast, audited):
    make_person(name="Lê Thị Cúc", unit=cast.ward, category="vien_chuc")
    assert "Chưa có lần xác nhận nào" in binh.get("headcounts.show", unit_id=cast.district.id).text
    page = binh.follow(confirm(binh, cast.district, note="Đã đối chiếu bảng lương"))
    assert "Quân số đã xác nhận ngày 24/11/2026: 3 người (Trần Văn Bình)" in page.text
    assert "Không có gì khác" in page.text
    count = db.session.scalars(sa.select(HeadCount)).one()
    assert (count.total, count.counts) == (3, {"cong_chuc": 2, "vien_chuc": 1})
    assert audited() == ["plan:headcount:confirmed"]


def test_what_changed_since_is_told_person_by_person(binh, cast):
    gone = make_person(name="Lê Văn Đi", unit=cast.ward)
    count = count_of(cast.district)
    posting = db.session.scalars(sa.select(Posting).where(Posting.person_id == gone.id)).one()
    organisation.leave(posting, on=TODAY, by=SYSTEM, now=NOW)
    make_person(name="Lê Văn Đến", unit=cast.ward)
    organisation.edit_many([cast.an.person_id], {"category": "vien_chuc"}, on=TODAY, by=SYSTEM, now=NOW)
    found = queries.differences(count, TODAY)
    assert {(p.full_name, p.what, p.was, p.now) for p in found.people} == {
        ("Lê Văn Đi", "left", "cong_chuc", ""),
        ("Lê Văn Đến", "came", "", "cong_chuc"),
        ("Đặng Thị An", "changed", "cong_chuc", "vien_chuc"),
    }
    text = binh.get("headcounts.show", unit_id=cast.district.id).text
    assert "3 người khác với lần xác nhận" in text
    assert "công chức → viên chức" in text


def test_a_later_confirmation_of_the_day_supersedes_and_both_stay(binh, cast):
    confirm(binh, cast.district)
    make_person(unit=cast.ward)
    confirm(binh, cast.district)
    rows = db.session.execute(sa.select(HeadCount.total, HeadCount.superseded_at).order_by(HeadCount.id)).all()
    assert [(total, at is None) for total, at in rows] == [(2, False), (3, True)]
    assert "đã được thay" in binh.get("headcounts.show", unit_id=cast.district.id).text


def test_what_was_not_shown_is_not_confirmed(binh, cast):
    before = shown(binh, cast.district)
    make_person(unit=cast.ward)
    page = confirm(binh, cast.district, 422, shown=before)
    assert "không còn như lúc xem" in page.text
    assert "chưa đến" in confirm(binh, cast.district, 422, on="25/11/2026").text
    assert "Hãy xem lại" in confirm(binh, cast.district, 422, shown="[vỡ").text
    with pytest.raises(Refused):
        service.confirm(cast.district.id, on=date(1950, 1, 1), shown={}, by=SYSTEM, now=NOW, today=TODAY)


def test_people_are_set_against_the_last_list_of_the_unit(binh, cast):
    content = as_csv([row(personal_id="001192000089", full_name="Ngô Thị Mới"), row(personal_id="", full_name="Lê Số")])
    data = {"unit": str(cast.ward.id), "file": (BytesIO(content), "danh-sach.csv")}
    binh.post("organisation.roster_new", data=data)
    text = binh.get("headcounts.show", unit_id=cast.ward.id).text
    assert "Có trong danh sách, chưa có ở đây (1)" in text
    assert "Ngô Thị Mới 001•••••••89" in text
    assert "Có ở đây, không có trong danh sách (1)" in text
    assert "Đặng Thị An" in text
    assert "Không có số định danh hoặc số sai (1)" in text


def test_who_is_away_posted_twice_or_not_at_all_is_listed(binh, cast):
    an = cast.person("an")
    add(Absence(person_id=an.id, kind="om_dau", from_on=date(2026, 11, 1), to_on=date(2027, 1, 1), note="",
                recorded_at=clock.now()))  # fmt: skip
    make_posting(person=an, unit=cast.district, is_primary=False)
    make_person(name="Lê Văn Đi", unit=cast.ward, to_on=date(2026, 6, 1))
    text = binh.get("headcounts.show", unit_id=cast.district.id).text
    assert "Đang tạm vắng (1)" in text
    assert "Hai vị trí cùng lúc (1)" in text
    assert "Không có vị trí công tác (1)" in text
    assert "Lê Văn Đi" in text


def test_a_leader_signs_too_and_who_manages_another_unit_sees_nothing(browse, cast):
    confirm(browse.as_(cast.dung).with_budget(40), cast.district)
    browse.as_(cast.chi).get("headcounts.show", 404, unit_id=cast.district.id)


def test_a_week_before_a_quarter_ends_who_has_not_confirmed_is_reminded(cast):
    assert service.remind(today=date(2026, 12, 23), now=NOW) == 0
    count_of(cast.other)
    assert service.remind(today=date(2026, 12, 24), now=NOW) == 1
    letter = db.session.scalars(sa.select(Letter)).one()
    assert letter.recipient == cast.binh.email
    assert "chưa xác nhận quân số của Quý IV/2026" in letter.body
    assert service.quarter_of(date(2026, 12, 24)) == (date(2026, 10, 1), date(2026, 12, 31))
    assert service.quarter_of(date(2026, 2, 1)) == (date(2026, 1, 1), date(2026, 3, 31))


def test_what_was_known_when_a_period_was_closed_can_be_read_again(cast, at_eight_in_the_morning):
    first = count_of(cast.district)
    between = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    at_eight_in_the_morning(datetime(2026, 11, 24, 3, 0, tzinfo=UTC))
    second = count_of(cast.district)
    assert queries.confirmed_for(cast.district.id, TODAY, known_at=between).id == first.id
    assert queries.confirmed_for(cast.district.id, TODAY).id == second.id
    assert queries.confirmed_for(cast.district.id, date(2026, 11, 23)) is None


def test_the_unit_leads_to_its_head_count(binh, cast):
    assert "Quân số" in binh.get("organisation.unit", unit_id=cast.district.id).links()
