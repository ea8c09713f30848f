"""Moving one person: on a day, in the past, to a second unit, away and back, by agreement of two offices."""

from datetime import date

import pytest
import sqlalchemy as sa

from lms.organisation import queries, service
from lms.organisation.models import FOREVER, Posting
from lms.organisation.rules import Refusal
from lms.organisation.service import Kind, Wish
from lms.platform import clock
from lms.platform.db import db
from lms.platform.events import SYSTEM
from lms.platform.forms import Refused
from tests.factories import make_person, make_unit

BEGAN, DAY = date(2024, 1, 1), date(2026, 7, 1)


@pytest.fixture
def units(session):
    return [make_unit(code=code) for code in ("m1", "m2", "m3")]


@pytest.fixture
def person(units):
    return make_person(unit=units[0], from_on=BEGAN)


def held(person):
    """Unit, days and whether it counts, of every believed posting."""
    rows = db.session.scalars(
        sa.select(Posting)
        .where(Posting.person_id == person.id, Posting.superseded_at.is_(None))
        .order_by(Posting.from_on, Posting.is_primary.desc())
    )
    return [(p.unit_id, p.from_on, p.to_on, p.is_primary) for p in rows]


def transfer(person, unit, kind=Kind.MOVE, on=DAY, **more):
    return service.transfer(person, Wish(kind=kind, new_id=unit.id, on=on, **more), by=SYSTEM, now=clock.now())


def test_a_move_in_the_past_leaves_what_came_later(units, person):
    transfer(person, units[1])
    transfer(person, units[2], on=date(2025, 1, 1))
    assert held(person) == [
        (units[0].id, BEGAN, date(2025, 1, 1), True),
        (units[2].id, date(2025, 1, 1), DAY, True),
        (units[1].id, DAY, FOREVER, True),
    ]


def test_leaving_and_coming_back(units, person):
    service.dismiss(person, on=DAY, by=SYSTEM, now=clock.now())
    transfer(person, units[0], on=date(2026, 9, 1))
    assert held(person) == [(units[0].id, BEGAN, DAY, True), (units[0].id, date(2026, 9, 1), FOREVER, True)]


def test_a_secondment_counts_where_the_setting_says(units, person):
    end = date(2026, 10, 1)
    posting = transfer(person, units[1], kind=Kind.SECONDMENT, to_on=end)
    assert (units[1].id, DAY, end, False) in held(person)
    service.switch_primary(posting, on=date(2026, 8, 1), by=SYSTEM, now=clock.now())
    assert set(held(person)) == {
        (units[0].id, BEGAN, date(2026, 8, 1), True),
        (units[0].id, date(2026, 8, 1), end, False),
        (units[0].id, end, FOREVER, True),
        (units[1].id, DAY, date(2026, 8, 1), False),
        (units[1].id, date(2026, 8, 1), end, True),
    }


def test_two_offices_agree_and_a_second_answer_is_refused(units, person, audited):
    wish = Wish(kind=Kind.MOVE, new_id=units[1].id, on=DAY)
    proposal = service.propose(person, wish, by=SYSTEM, now=clock.now())
    assert held(person) == [(units[0].id, BEGAN, FOREVER, True)]
    with pytest.raises(Refused) as refused:
        service.propose(person, wish, by=SYSTEM, now=clock.now())
    assert refused.value.reason is Refusal.ALREADY_PROPOSED
    service.accept(proposal, by=SYSTEM, now=clock.now())
    assert held(person)[1] == (units[1].id, DAY, FOREVER, True)
    with pytest.raises(Refused) as refused:
        service.refuse(proposal, reason="muộn", by=SYSTEM, now=clock.now())
    assert refused.value.reason is Refusal.ALREADY_ANSWERED
    assert audited()[:2] == ["organisation:transfer:proposed", "organisation:transfer:answered"]


def test_a_second_posting_needs_a_first_and_is_not_given_twice(units, person):
    transfer(person, units[1], kind=Kind.SECOND)
    for refused_kind in (Kind.SECOND, Kind.SECONDMENT):
        with pytest.raises(Refused) as refused:
            transfer(person, units[1], kind=refused_kind, on=date(2026, 8, 1))
        assert refused.value.reason is Refusal.ALREADY_HERE
    with pytest.raises(Refused) as refused:
        transfer(person, units[2], kind=Kind.SECOND, on=date(2023, 1, 1))
    assert refused.value.reason is Refusal.NOT_POSTED


def test_who_moves_to_the_unit_where_he_worked_besides_works_there_altogether(units, person):
    transfer(person, units[1], kind=Kind.SECOND)
    transfer(person, units[1], on=date(2026, 9, 1))
    assert held(person) == [
        (units[0].id, BEGAN, date(2026, 9, 1), True),
        (units[1].id, DAY, date(2026, 9, 1), False),
        (units[1].id, date(2026, 9, 1), FOREVER, True),
    ]


def test_a_second_department_of_ones_own_unit_stays_when_one_moves_within_it(units, person):
    transfer(person, units[0], kind=Kind.SECOND, department="Tổ giúp việc")
    transfer(person, units[0], on=date(2026, 9, 1), department="Phòng Nội vụ")
    assert (units[0].id, DAY, FOREVER, False) in held(person)
    for kind, department in ((Kind.SECOND, "Tổ giúp việc"), (Kind.SECONDMENT, "Tổ khác")):
        with pytest.raises(Refused) as refused:
            transfer(person, units[0], kind=kind, on=date(2026, 10, 1), department=department)
        assert refused.value.reason is Refusal.ALREADY_HERE


def test_the_home_posting_counts_again_though_one_works_for_a_second_department_there(units, person):
    transfer(person, units[0], kind=Kind.SECOND, department="Tổ giúp việc")
    end = date(2027, 1, 1)
    posting = transfer(person, units[1], kind=Kind.SECONDMENT, on=date(2026, 9, 1), to_on=end, counts_there=True)
    service.end_posting(posting, on=date(2026, 10, 1), by=SYSTEM, now=clock.now())
    counts = db.session.scalars(
        sa.select(Posting).where(Posting.person_id == person.id, Posting.superseded_at.is_(None), Posting.is_primary)
    ).all()
    assert {(p.unit_id, p.department) for p in counts} == {(units[0].id, "Văn phòng"), (units[1].id, "")}


def test_leaving_ends_second_postings_too(units, person, audited):
    transfer(person, units[1], kind=Kind.SECOND)
    service.dismiss(person, on=date(2026, 9, 1), reason="Nghỉ hưu", by=SYSTEM, now=clock.now())
    assert {to_on for _unit, _from, to_on, _primary in held(person)} == {date(2026, 9, 1)}
    assert audited()[-1] == "organisation:posting:ended-for"


def test_leaving_in_the_past_takes_what_followed_without_a_gap_and_leaves_a_return(units, person):
    transfer(person, units[1], on=date(2026, 8, 1))
    service.dismiss(person, on=date(2026, 10, 1), by=SYSTEM, now=clock.now())
    transfer(person, units[2], on=date(2026, 12, 1))
    service.dismiss(person, on=DAY, by=SYSTEM, now=clock.now())
    assert held(person) == [
        (units[0].id, BEGAN, DAY, True),
        (units[2].id, date(2026, 12, 1), FOREVER, True),
    ]


def test_pieces_that_touch_again_become_one(units, person):
    end = date(2027, 1, 1)
    posting = transfer(person, units[1], kind=Kind.SECONDMENT, to_on=end, counts_there=True)
    service.end_posting(posting, on=date(2026, 10, 1), by=SYSTEM, now=clock.now())
    assert held(person) == [
        (units[0].id, BEGAN, DAY, True),
        (units[1].id, DAY, date(2026, 10, 1), True),
        (units[0].id, DAY, date(2026, 10, 1), False),
        (units[0].id, date(2026, 10, 1), FOREVER, True),
    ]


def test_the_only_posting_is_left_not_ended(units, person):
    only = db.session.scalars(sa.select(Posting).where(Posting.person_id == person.id)).one()
    with pytest.raises(Refused) as refused:
        service.end_posting(only, on=DAY, by=SYSTEM, now=clock.now())
    assert refused.value.reason is Refusal.ONLY_POSTING


def test_another_posting_counts_from_a_day_to_a_day(units, person):
    transfer(person, units[1], kind=Kind.SECOND)
    transfer(person, units[1], kind=Kind.COUNTS, on=date(2026, 8, 1), to_on=date(2026, 9, 1))
    assert [row for row in held(person) if row[3]] == [
        (units[0].id, BEGAN, date(2026, 8, 1), True),
        (units[1].id, date(2026, 8, 1), date(2026, 9, 1), True),
        (units[0].id, date(2026, 9, 1), FOREVER, True),
    ]
    with pytest.raises(Refused) as refused:
        transfer(person, units[2], kind=Kind.COUNTS)
    assert refused.value.reason is Refusal.NO_SECOND_POSTING


def test_a_timeline_tells_the_home_posting_of_a_seconded_person(units, person):
    posting = transfer(person, units[1], kind=Kind.SECONDMENT, to_on=date(2027, 1, 1), counts_there=True)
    transfer(person, units[2], kind=Kind.SECOND)
    transfer(person, units[0], kind=Kind.COUNTS, on=date(2026, 10, 1))
    line = queries.timeline(queries.postings_of(person.id), DAY)
    assert [one.posting.unit_id for one in line if one.is_home] == [units[0].id]
    assert posting.superseded_at is not None


def test_a_timeline_names_the_days_without_a_posting(units, person):
    service.dismiss(person, on=DAY, by=SYSTEM, now=clock.now())
    transfer(person, units[0], on=date(2026, 9, 1))
    line = queries.timeline(queries.postings_of(person.id), date(2026, 8, 15))
    assert [(one.from_on, one.last_on, one.posting is None, one.is_now) for one in line] == [
        (date(2026, 9, 1), None, False, False),
        (DAY, date(2026, 8, 31), True, True),
        (BEGAN, date(2026, 6, 30), False, False),
    ]
