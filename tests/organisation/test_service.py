"""People's facts and rosters in the database."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from lms.organisation import queries, service
from lms.organisation.models import (
    FOREVER,
    FormerUnit,
    Posting,
    Reform,
    Succession,
)
from lms.organisation.rules import Refusal
from lms.platform import clock
from lms.platform.db import db
from lms.platform.events import SYSTEM
from lms.platform.forms import Refused
from tests.conftest import TODAY
from tests.factories import add, make_person, make_posting, make_unit
from tests.organisation.postings import all_rows, believed, post, posting_of

YESTERDAY = TODAY - timedelta(days=1)


# One person -----------------------------------------------------------------------------------------------------------


def test_no_posting_outlives_its_unit(session, heard):
    short = make_unit(valid_from=date(2020, 1, 1), valid_to=date(2025, 7, 1))
    person = make_person()
    service.hire(person, post(short), from_on=date(2024, 1, 1), by=SYSTEM, now=clock.now())
    assert believed(person) == [(short.id, "Văn phòng", date(2024, 1, 1), date(2025, 7, 1))]
    assert [event.person_ids for event in heard] == [(person.id,)]


def test_two_primary_postings_never_overlap(office):
    person = make_person(unit=office)
    with pytest.raises(Refused) as caught:
        service.hire(person, post(office), from_on=TODAY, by=SYSTEM, now=clock.now())
    assert caught.value.reason is Refusal.ALREADY_POSTED
    service.hire(person, post(office, is_primary=False), from_on=TODAY, by=SYSTEM, now=clock.now())


def test_nobody_is_hired_into_a_unit_that_does_not_stand(session):
    ended = make_unit(valid_to=date(2025, 7, 1))
    with pytest.raises(Refused) as caught:
        service.hire(make_person(), post(ended), from_on=TODAY, by=SYSTEM, now=clock.now())
    assert caught.value.reason is Refusal.UNIT_NOT_STANDING


def test_moving_ends_one_posting_and_begins_another_without_losing_what_stood(office, heard, audited):
    person, other = make_person(), make_unit()
    old = make_posting(person=person, unit=office, from_on=date(2024, 1, 1))
    service.move(old, post(other), on=TODAY, by=SYSTEM, now=clock.now())
    assert believed(person) == [
        (office.id, "Văn phòng", date(2024, 1, 1), TODAY),
        (other.id, "Văn phòng", TODAY, FOREVER),
    ]
    assert all_rows(person) == 3
    assert (old.to_on, old.superseded_at) == (FOREVER, clock.now())
    assert audited()[-1] == "organisation:posting:moved"
    with pytest.raises(Refused):
        service.leave(old, on=TODAY, by=SYSTEM, now=clock.now())


def test_leaving_on_the_first_day_leaves_no_posting_at_all(office):
    person = make_person()
    posting = make_posting(person=person, unit=office, from_on=TODAY)
    service.leave(posting, on=TODAY, by=SYSTEM, now=clock.now())
    assert believed(person) == []
    assert all_rows(person) == 1


def test_correcting_a_posting_replaces_the_row(office, audited):
    person = make_person()
    posting = make_posting(person=person, unit=office)
    new = service.correct_posting(posting, title="Chuyên viên chính", by=SYSTEM, now=clock.now())
    assert (new.title, new.from_on, new.to_on) == ("Chuyên viên chính", posting.from_on, posting.to_on)
    assert len(believed(person)) == 1
    with pytest.raises(Refused) as caught:
        service.correct_posting(new, title="Chuyên viên chính", by=SYSTEM, now=clock.now())
    assert caught.value.reason is Refusal.NOTHING_CHANGED


def test_correcting_a_name_keeps_the_old_one_and_sorts_by_the_new(session):
    person = make_person(name="Trần Văn Binh")
    service.correct_person(person, full_name="Trần Văn Bính", by=SYSTEM, now=clock.now(), source="đơn đề nghị")
    (kept,) = queries.corrections_of(person.id)
    assert (kept.field, kept.old, kept.new, kept.source) == (
        "full_name", "Trần Văn Binh", "Trần Văn Bính", "đơn đề nghị",
    )  # fmt: skip
    assert person.search_key == "tran van binh"
    with pytest.raises(TypeError):
        service.correct_person(person, personal_id="001192000089", by=SYSTEM, now=clock.now())


def test_a_number_is_one_persons_only(session):
    person = service.register_person(personal_id="001192000089", full_name="Đặng Thị Ánh", now=clock.now())
    assert person.sort_name
    assert person.search_key == "dang thi anh"
    with pytest.raises(Refused) as caught:
        service.register_person(personal_id="001192000089", full_name="Người Khác", now=clock.now())
    assert caught.value.reason is Refusal.PERSON_KNOWN


def test_an_absence_is_recorded_and_taken_back_once(office, heard, audited):
    person = make_person(unit=office)
    absence = service.record_absence(
        person, kind="thai_san", from_on=TODAY, to_on=TODAY + timedelta(180), by=SYSTEM, now=clock.now()
    )
    assert [a.kind for a in queries.absences_of(person.id)] == ["thai_san"]
    service.withdraw_absence(absence, by=SYSTEM, now=clock.now())
    assert queries.absences_of(person.id) == []
    with pytest.raises(Refused):
        service.withdraw_absence(absence, by=SYSTEM, now=clock.now())
    with pytest.raises(Refused):
        service.record_absence(person, kind="khac", from_on=TODAY, to_on=TODAY, by=SYSTEM, now=clock.now())
    assert [event.person_ids for event in heard] == [(person.id,), (person.id,)]
    assert audited() == ["organisation:absence:recorded", "organisation:absence:withdrawn"]


# Former units ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def reform(session):
    """A district that ended, a ward that began, a department that stayed."""
    day = date(2025, 7, 1)
    made = {
        "district": make_unit(kind="quan", valid_to=day),
        "ward": make_unit(kind="phuong", valid_from=day),
        "department": make_unit(kind="so"),
        "gone": make_unit(kind="nganh", valid_to=date(2025, 3, 1)),
    }
    found = add(Reform(code="r", title="Sắp xếp", effective_on=day))
    add(Succession(reform_id=found.id, old_id=made["district"].id, new_id=made["ward"].id, share="staff"))
    add(Reform(code="nhỏ", title="Đổi tên", effective_on=date(2025, 3, 1)))
    return made


def former(person):
    return db.session.scalars(sa.select(FormerUnit.unit_id).where(FormerUnit.person_id == person.id)).all()


def test_the_former_unit_is_that_of_the_last_posting_before_the_reform(reform):
    person = make_person()
    make_posting(person=person, unit=reform["department"], from_on=date(2020, 1, 1), to_on=date(2024, 1, 1))
    make_posting(person=person, unit=reform["district"], from_on=date(2024, 1, 1), to_on=date(2025, 7, 1))
    make_posting(person=person, unit=reform["ward"], from_on=date(2025, 7, 1))
    service.refresh_former_units([person.id])
    assert former(person) == [reform["district"].id]


def test_who_came_after_the_reform_has_no_former_unit(reform):
    person = make_person(unit=reform["ward"], from_on=date(2025, 7, 1))
    service.refresh_former_units(None)
    assert former(person) == []


def test_a_unit_that_had_ended_before_the_eve_is_no_former_unit(reform):
    person = make_person(unit=reform["gone"], from_on=date(2023, 1, 1), to_on=date(2025, 3, 1))
    service.refresh_former_units(None)
    assert former(person) == []


def test_former_units_follow_every_change_of_postings(reform):
    person = make_person()
    posting = service.hire(person, post(reform["district"]), from_on=date(2024, 1, 1), by=SYSTEM, now=clock.now())
    assert former(person) == [reform["district"].id]
    moved = service.move(posting, post(reform["department"]), on=date(2025, 1, 1), by=SYSTEM, now=clock.now())
    assert former(person) == [reform["department"].id]
    service.correct_posting(moved, from_on=date(2025, 8, 1), by=SYSTEM, now=clock.now())
    assert former(person) == [reform["district"].id]
    service.leave(posting_of(person, reform["district"]), on=date(2024, 1, 1), by=SYSTEM, now=clock.now())
    assert former(person) == []


def test_a_posting_that_is_no_longer_believed_counts_for_nothing(reform):
    person = make_person(unit=reform["district"], to_on=date(2025, 7, 1))
    db.session.execute(sa.update(Posting).where(Posting.person_id == person.id).values(superseded_at=clock.now()))
    service.refresh_former_units([person.id])
    assert former(person) == []
