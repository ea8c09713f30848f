"""Later due days, and what becomes of duties that began too late: facts with a reason, told and taken back."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from lms.identity.session import load
from lms.organisation.service import Away, record_absences
from lms.plan import queries, service
from lms.plan.models import DueGrant, Obligation, Segment, Waiver
from lms.plan.queries import WaitingFilter
from lms.plan.rules import FOREVER, State
from lms.plan.rules.states import COUNTS, PAUSED, WAIVED
from lms.plan.rules.stops import StopRefusal, realistic_day, why_not_extend
from lms.plan.service import Choice, Decision, Extension
from lms.platform import clock
from lms.platform.access import Permission
from lms.platform.db import db
from lms.platform.events import SYSTEM
from lms.platform.forms import Refused
from tests.conftest import TODAY
from tests.factories import make_person
from tests.plan.plans import SMALL, apply, make_course
from tests.plan.test_derivation import OFTEN, undone
from tests.plan.test_told_days import complete

END = date(2026, 12, 31)
GRANT = Permission.PLAN_WAIVER_GRANT
SHORT = SMALL.replace("    from: 2024-01-01", "    from: 2024-01-01\n    minimum_days: 45")
"""Whoever comes after 16/11/2026 has too few days until the end of the year."""
JOINED = TODAY - timedelta(days=2)
REALISTIC = date(2027, 1, 15)
"""Today and 45 + 7 days."""


@pytest.fixture
def course(cast):
    """Everybody must study one course by the end of 2026."""
    found = make_course(organiser=cast.city)
    apply()
    return found


@pytest.fixture
def late(cast):
    """Somebody who came two days ago, too late for what the plan asks."""
    make_course(organiser=cast.city)
    apply(SHORT)
    person = make_person(name="Ngô Thị Muộn", unit=cast.ward, from_on=JOINED)
    service.refresh_people([person.id])
    return person


def duty(person_id: int) -> Obligation:
    """The person's only obligation."""
    db.session.expire_all()
    return db.session.scalars(sa.select(Obligation).where(Obligation.person_id == person_id)).one()


def later(person_id: int, due_on: date, cycle: int = 0) -> Extension:
    """An extension of the person's only obligation."""
    return Extension(person_id, duty(person_id).requirement_id, cycle, due_on, "Điều động đột xuất", "12/QĐ-UBND")


def extend(*lines: Extension) -> int:
    """Extend today."""
    return service.extend(lines, by=SYSTEM, today=TODAY, now=clock.now())


def decide(person_id: int, choice: Choice, **more: Any) -> int:
    """Decide today on the person's only obligation."""
    line = Decision(person_id, duty(person_id).requirement_id, 0, "Vào muộn", "15/QĐ", "Chủ tịch")
    return service.decide([line], choice, by=SYSTEM, today=TODAY, now=clock.now(), **more)


def acting(account):
    """The account as it acts."""
    return load(f"{account.id}.{account.session_stamp}")


def pieces(person_id: int) -> list[tuple[int, date, date]]:
    """Kind and days of the person's segments, in order."""
    rows = sa.select(Segment.kind, Segment.from_on, Segment.to_on).where(Segment.person_id == person_id)
    return [tuple(row) for row in db.session.execute(rows.order_by(Segment.from_on))]


def undecided(account, **wanted: int) -> list[str]:
    """The names of those who wait, as this account sees them."""
    who = acting(account)
    found = queries.undecided(who, GRANT, TODAY, WaitingFilter(**wanted), offset=0, limit=50)
    assert len(found) == queries.count_undecided(who, GRANT, TODAY, WaitingFilter(**wanted))
    return [row.full_name for row in found]


def test_many_are_given_more_time_at_once_and_it_is_told(cast, course, audited):
    an, binh = cast.an.person_id, cast.binh.person_id
    assert extend(later(an, date(2027, 2, 28)), later(binh, date(2027, 3, 31))) == 2
    assert (duty(an).due_on, duty(binh).due_on) == (date(2027, 2, 28), date(2027, 3, 31))
    assert audited()[-2:] == ["plan:due:extended"] * 2
    [row] = queries.grants_of(an)
    assert (row.was_due_on, row.due_on, row.decision, row.is_decided) == (END, date(2027, 2, 28), "12/QĐ-UBND", True)
    assert service.compare_derived().differences == 0


def test_the_same_extension_twice_writes_nothing(cast, course, audited):
    line = later(cast.an.person_id, date(2027, 2, 28))
    assert extend(line, line) == 1
    assert extend(line) == 0
    assert audited().count("plan:due:extended") == 1


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (END, StopRefusal.NOT_LATER),
        (date(2026, 12, 1), StopRefusal.NOT_LATER),
        (TODAY - timedelta(days=1), StopRefusal.IN_THE_PAST),
    ],
)
def test_a_day_that_is_not_later_is_refused_and_nobody_is_extended(cast, course, day, why):
    with pytest.raises(Refused) as refused:
        extend(later(cast.an.person_id, date(2027, 2, 28)), later(cast.binh.person_id, day))
    assert refused.value.reason is why
    assert db.session.scalars(sa.select(DueGrant)).all() == []


def test_what_is_fulfilled_ended_or_stands_without_a_day_is_not_extended():
    facts: dict[str, Any] = {
        "opened_on": date(2026, 1, 1), "closes_on": date(2027, 1, 1), "due_on": END, "fulfilled_on": FOREVER,
        "new_on": date(2027, 2, 1), "today": TODAY,
    }  # fmt: skip
    assert why_not_extend(**facts) is StopRefusal.AFTER_CLOSING
    assert why_not_extend(**{**facts, "closes_on": FOREVER}) is None
    assert why_not_extend(**{**facts, "fulfilled_on": TODAY}) is StopRefusal.FULFILLED
    assert why_not_extend(**{**facts, "closes_on": TODAY}) is StopRefusal.NO_DUTY
    assert why_not_extend(**{**facts, "opened_on": date(2026, 12, 1)}) is StopRefusal.NO_DUTY
    assert why_not_extend(**{**facts, "due_on": FOREVER}) is StopRefusal.NO_DUE_DAY


def test_a_day_taken_back_is_as_if_it_had_never_been(cast, course, audited):
    an = cast.an.person_id
    extend(later(an, date(2027, 2, 28)))
    grant = db.session.scalars(sa.select(DueGrant)).one()
    service.withdraw_grant(grant, reason="ghi nhầm người", by=SYSTEM, now=clock.now())
    assert duty(an).due_on == END
    assert queries.grants_of(an) == []
    assert audited()[-1] == "plan:due:withdrawn"
    with pytest.raises(Refused):
        service.withdraw_grant(grant, reason="ghi nhầm người", by=SYSTEM, now=clock.now())


def test_a_day_that_stayed_when_a_plan_changed_is_not_taken_back_by_hand(cast, course):
    apply(SMALL.replace("2026-12-31", "2026-11-30"))
    kept = db.session.scalars(sa.select(DueGrant).where(DueGrant.person_id == cast.an.person_id)).one()
    with pytest.raises(Refused) as refused:
        service.withdraw_grant(kept, reason="x", by=SYSTEM, now=clock.now())
    assert refused.value.reason is StopRefusal.NOT_DECIDED


def test_who_began_too_late_waits_and_is_seen_by_their_own_hr(cast, late):
    assert pieces(late.id) == [(PAUSED, JOINED, FOREVER)]
    assert undecided(cast.binh) == ["Ngô Thị Muộn"]
    assert undecided(cast.chi) == []
    requirement_id = duty(late.id).requirement_id
    assert undecided(cast.giang, requirement_id=requirement_id, unit_id=cast.district.id) == ["Ngô Thị Muộn"]
    assert undecided(cast.giang, unit_id=cast.other.id) == []
    assert undecided(cast.giang, requirement_id=requirement_id + 1) == []
    assert queries.undecided_requirements(acting(cast.binh), GRANT, TODAY) == [
        (requirement_id, "R1. Hoàn thành khóa thử", 1)
    ]
    [row] = queries.undecided_of([late.id], TODAY).values()
    assert (row.days_given, row.minimum_days, row.realistic_on(TODAY)) == (39, 45, REALISTIC)


def test_assigned_all_the_same_it_is_due_as_computed(cast, late, audited):
    assert decide(late.id, Choice.CONFIRMED) == 1
    assert pieces(late.id) == [(PAUSED, JOINED, TODAY), (COUNTS, TODAY, FOREVER)]
    assert duty(late.id).due_on == END
    assert undecided(cast.binh) == []
    assert audited()[-1] == "plan:due:confirmed"
    assert service.compare_derived().differences == 0


def test_a_realistic_day_leaves_the_least_days_and_a_week(cast, late, audited):
    assert decide(late.id, Choice.REALISTIC) == 1
    assert duty(late.id).due_on == REALISTIC == realistic_day(TODAY, 45)
    assert decide(late.id, Choice.REALISTIC) == 0
    assert audited().count("plan:due:realistic") == 1


def test_not_assigned_is_a_dated_exemption_in_which_study_still_counts(cast, late, audited):
    until = date(2027, 7, 1)
    assert decide(late.id, Choice.RELEASED, to_on=until) == 1
    assert pieces(late.id) == [(PAUSED, JOINED, TODAY), (WAIVED, TODAY, until), (PAUSED, until, FOREVER)]
    waiver = db.session.scalars(sa.select(Waiver)).one()
    assert (waiver.from_on, waiver.to_on, waiver.reason, waiver.decision) == (TODAY, until, "Vào muộn", "15/QĐ")
    assert undecided(cast.binh) == []
    assert audited()[-2:] == ["plan:due:released", "plan:waiver:granted"]
    assert decide(late.id, Choice.RELEASED, to_on=until) == 0
    course_id = db.session.scalars(sa.text("SELECT id FROM course")).one()

    class course:  # noqa: N801
        id = course_id

    complete(late.id, course, TODAY)
    assert queries.all_duties_of(late.id, TODAY)[0].fulfilled_on == TODAY


def test_a_decision_on_what_does_not_wait_is_refused(cast, late):
    with pytest.raises(Refused) as refused:
        decide(cast.an.person_id, Choice.CONFIRMED)
    assert refused.value.reason is StopRefusal.NOT_WAITING
    decide(late.id, Choice.CONFIRMED)
    with pytest.raises(Refused):
        decide(late.id, Choice.RELEASED)
    assert db.session.scalars(sa.select(Waiver)).all() == []


def test_a_decision_taken_back_waits_again(cast, late):
    decide(late.id, Choice.REALISTIC)
    grant = db.session.scalars(sa.select(DueGrant)).one()
    service.withdraw_grant(grant, reason="đã đổi quyết định", by=SYSTEM, now=clock.now())
    assert undecided(cast.binh) == ["Ngô Thị Muộn"]


def test_a_yearly_duty_is_released_for_its_year_only_and_has_no_day_beyond_it(cast):
    make_course(organiser=cast.city)
    apply(SHORT.replace("{fixed: 2026-12-31}", "{calendar_year: 31/12}"))
    person = make_person(unit=cast.ward, from_on=JOINED)
    service.refresh_people([person.id])
    [row] = queries.undecided_of([person.id], TODAY).values()
    line = Decision(person.id, row.requirement_id, 2026, "Vào muộn")
    with pytest.raises(Refused) as refused:
        service.decide([line], Choice.REALISTIC, by=SYSTEM, today=TODAY, now=clock.now())
    assert refused.value.reason is StopRefusal.AFTER_CLOSING
    service.decide([line], Choice.RELEASED, by=SYSTEM, today=TODAY, now=clock.now())
    assert db.session.scalars(sa.select(Waiver.to_on)).one() == date(2027, 1, 1)


def test_a_kept_day_that_leaves_enough_time_makes_nobody_wait(cast):
    make_course(organiser=cast.city)
    apply(SHORT.replace("2026-12-31", "2027-01-31"))
    person = make_person(unit=cast.ward, from_on=TODAY - timedelta(days=10))
    service.refresh_people([person.id])
    assert queries.undecided_of([person.id], TODAY) == {}
    apply(SHORT)
    assert duty(person.id).due_on == date(2027, 1, 31)
    assert queries.undecided_of([person.id], TODAY) == {}
    assert queries.duties_of(person.id, TODAY)[0].state is State.NOT_STARTED
    assert service.compare_derived().differences == 0


days = st.dates(date(2026, 1, 1), date(2028, 6, 30))


@OFTEN
@given(asked=st.lists(days, min_size=1, max_size=4), away=st.lists(st.tuples(days, days), max_size=1))
def test_a_grant_never_makes_a_due_day_earlier(cast, asked, away):
    with undone():
        make_course(organiser=cast.city)
        apply(SMALL.replace("{fixed: 2026-12-31}", "{days_after_posting: 1060}"))
        an = cast.an.person_id
        for first, second in away:
            gone = Away(an, "om_dau", min(first, second), max(first, second) + timedelta(days=1))
            record_absences([gone], by=SYSTEM, now=clock.now())
        for day in asked:
            before = duty(an).due_on
            try:
                extend(later(an, day))
            except Refused:
                assert day <= before or day < TODAY
            assert duty(an).due_on == max(before, day if day >= TODAY else before)
        assert service.compare_derived().differences == 0
