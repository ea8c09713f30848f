"""Whose units and people an account sees: those of today, and of what has ended those that were there at the end."""

from datetime import date, timedelta

import pytest

from lms.organisation.models import UnitClosure
from lms.platform.db import db
from tests.conftest import TODAY
from tests.factories import add, make_account, make_person, make_unit


def hand_over(unit, old, new, on):
    """Hang a unit under another parent from a day on."""
    row = db.session.scalars(db.select(UnitClosure).filter_by(unit_id=unit.id, ancestor_id=old.id)).one()
    add(UnitClosure(unit_id=unit.id, ancestor_id=new.id, depth=1, from_on=on, to_on=row.to_on))
    row.to_on = on


@pytest.fixture
def teacher(cast):
    """Somebody of the school that is Bình's."""
    return make_person(name="Ngô Thị Giáo", unit=cast.ward)


def test_a_school_that_went_to_another_commune_is_no_longer_its_former_commune_s(cast, browse, teacher):
    account = make_account(person=teacher)
    hand_over(cast.ward, cast.district, cast.other, TODAY)
    browse.as_(cast.binh).get("organisation.person", 404, person_id=teacher.id)
    browse.as_(cast.binh).post("identity.disable", 404, account_id=account.id)
    assert "Ngô Thị Giáo" not in browse.as_(cast.binh).get("organisation.people", ngay="01/06/2026").text
    browse.as_(cast.chi).get("organisation.person", person_id=teacher.id)
    browse.as_(cast.giang).get("organisation.person", person_id=teacher.id)


def test_a_school_that_is_to_go_tomorrow_is_still_its_commune_s_today(cast, browse, teacher):
    hand_over(cast.ward, cast.district, cast.other, TODAY + timedelta(days=1))
    browse.as_(cast.binh).get("organisation.person", person_id=teacher.id)
    browse.as_(cast.chi).get("organisation.person", 404, person_id=teacher.id)


def test_a_unit_that_has_ended_stays_readable_where_it_stood_last(cast, browse):
    closed = make_unit(name="Trạm Y tế cũ", parent=cast.district, valid_to=date(2025, 7, 1))
    nurse = make_person(name="Lý Thị Trạm", unit=closed, to_on=date(2025, 7, 1))
    browse.as_(cast.binh).get("organisation.unit", unit_id=closed.id)
    browse.as_(cast.binh).get("organisation.person", person_id=nurse.id)
    browse.as_(cast.chi).get("organisation.unit", 404, unit_id=closed.id)


def test_a_unit_that_is_to_begin_is_seen_by_those_above_it(cast, browse):
    planned = make_unit(name="Trường Mầm non Mới", parent=cast.district, valid_from=TODAY + timedelta(days=30))
    browse.as_(cast.binh).get("organisation.unit", unit_id=planned.id)
    browse.as_(cast.chi).get("organisation.unit", 404, unit_id=planned.id)
