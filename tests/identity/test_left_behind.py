"""Roles hang on a place of work: whoever goes to another unit leaves them behind on the day of the move."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from lms.identity import queries, rules
from lms.identity import service as identity
from lms.identity.models import Grant, Role
from lms.organisation import service as offices
from lms.organisation.models import Posting
from lms.organisation.service import Kind, Wish
from lms.platform.columns import FOREVER
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.conftest import NOW, TODAY
from tests.factories import make_account, make_person

SOON = TODAY + timedelta(7)


@pytest.fixture
def officer(cast):
    """Somebody of the ward who keeps its staff records."""
    return make_person(unit=cast.ward, from_on=date(2024, 1, 1))


def give(person, role: Role, unit) -> Grant:
    """A role at a unit, on an account of the person's own."""
    account = make_account(person=person)
    return identity.give_grant(account, role=role, unit_id=unit.id, by=SYSTEM, today=TODAY, now=NOW)


def go(person, unit, on: date, kind: Kind = Kind.MOVE, **more) -> None:
    """Move somebody."""
    offices.transfer(person, Wish(kind=kind, new_id=unit.id, on=on, **more), by=SYSTEM, now=NOW)


def to_on(grant: Grant) -> date:
    """The day on which a role ends."""
    db.session.refresh(grant)
    assert grant.ended_at is None
    return grant.to_on


@pytest.mark.parametrize("role", [Role.HR, Role.LEADER, Role.TRAINER])
def test_a_role_at_the_old_unit_ends_on_the_day_of_the_move(cast, officer, role, audited):
    grant = give(officer, role, cast.ward)
    go(officer, cast.other, SOON)
    assert to_on(grant) == SOON
    assert "identity:grant:left-behind" in audited()


def test_a_move_told_late_ends_the_role_today(cast, officer):
    grant = give(officer, Role.HR, cast.ward)
    db.session.execute(sa.update(Grant).where(Grant.id == grant.id).values(from_on=date(2024, 5, 1)))
    go(officer, cast.other, TODAY - timedelta(30))
    assert to_on(grant) == TODAY


def test_a_role_above_both_units_goes_on(cast, officer):
    grant = give(officer, Role.HR, cast.city)
    go(officer, cast.other, SOON)
    assert to_on(grant) == FOREVER


def test_a_role_given_from_outside_goes_on(cast, officer):
    grant = give(officer, Role.TRAINER, cast.other)
    go(officer, cast.city, SOON)
    assert to_on(grant) == FOREVER


def test_an_administrator_is_not_ended_by_a_move(cast, officer):
    grant = give(officer, Role.ADMINISTRATOR, cast.ward)
    go(officer, cast.other, SOON)
    assert to_on(grant) == FOREVER


def test_whoever_leaves_the_service_keeps_no_role(cast, officer):
    grant = give(officer, Role.LEADER, cast.city)
    offices.dismiss(officer, on=SOON, by=SYSTEM, now=NOW)
    assert to_on(grant) == SOON


def test_another_department_or_an_absence_ends_nothing(cast, officer):
    grant = give(officer, Role.HR, cast.ward)
    posting = db.session.scalars(
        sa.select(Posting).where(Posting.person_id == officer.id, Posting.superseded_at.is_(None))
    ).one()
    offices.correct_posting(posting, department="Phòng khác", by=SYSTEM, now=NOW)
    offices.record_absence(officer, kind="om_dau", from_on=TODAY, to_on=SOON, by=SYSTEM, now=NOW)
    assert to_on(grant) == FOREVER


def test_a_role_given_on_the_day_of_the_move_is_ended_altogether(cast, officer):
    grant = give(officer, Role.HR, cast.ward)
    go(officer, cast.other, TODAY)
    db.session.refresh(grant)
    assert grant.ended_at is not None


days = st.dates(date(2024, 1, 1), date(2024, 3, 1))
spans = st.lists(st.tuples(days, days).filter(lambda span: span[0] < span[1]), max_size=4)


@given(spans, days)
def test_the_day_is_the_first_one_outside_after_one_inside(worked, from_on):
    inside = {begin + timedelta(n) for begin, end in worked for n in range((end - begin).days)}
    after = sorted(day for day in inside if day >= from_on - timedelta(1))
    expected = None
    if after:
        expected = after[0]
        while expected in inside:
            expected += timedelta(1)
    assert rules.leaves_on(worked, from_on) == expected


def test_a_list_of_more_people_than_one_statement_carries_is_followed(session):
    assert queries.held_by_people(range(1, 70_000), TODAY) == []
