"""Days off by law and by the moon, days that were announced, and terms in working days."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from lms.audit.models import AuditEvent
from lms.identity.models import Role
from lms.plan import queries as plan
from lms.plan.disputes import queries as disputes
from lms.plan.disputes import service as desks
from lms.plan.disputes.rules import Kind
from lms.plan.workdays import queries, rules, service
from lms.plan.workdays.lunar import lunar_day
from lms.plan.workdays.models import DayOff
from lms.plan.workdays.rules import Holiday, Refusal
from lms.platform import clock
from lms.platform.access import Permission
from lms.platform.db import db
from lms.platform.events import SYSTEM
from lms.platform.forms import Refused
from tests.conftest import TODAY
from tests.factories import make_account, make_person
from tests.plan.dispute_access import the_duty
from tests.plan.test_grants import acting

TET_2027 = {"first": date(2027, 2, 4), "last": date(2027, 2, 10), "is_off": True, "name": "Tết Đinh Mùi"}


# The moon -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new_year", "hung_kings"),
    [
        ("2007-02-17", None), ("2023-01-22", "2023-04-29"), ("2024-02-10", "2024-04-18"), ("2025-01-29", "2025-04-07"),
        ("2026-02-17", "2026-04-26"), ("2027-02-06", "2027-04-16"), ("1985-01-21", None), ("2030-02-02", None),
    ],
)  # fmt: skip
def test_tet_and_the_hung_kings_fall_where_the_calendar_of_viet_nam_has_them(new_year, hung_kings):
    """1985, 2007 and 2030 are years in which Việt Nam begins a day, or a month, before China."""
    tet = date.fromisoformat(new_year)
    assert lunar_day(tet.year, 1, 1) == tet
    if hung_kings:
        assert lunar_day(tet.year, 3, 10) == date.fromisoformat(hung_kings)


@given(st.integers(1968, 2099))
def test_a_lunar_year_has_twelve_or_thirteen_months_and_begins_between_the_solstice_and_spring(year):
    begin, after = lunar_day(year, 1, 1), lunar_day(year + 1, 1, 1)
    assert (after - begin).days in (353, 354, 355, 383, 384, 385)
    assert date(year, 1, 20) <= begin <= date(year, 2, 21)
    firsts = [lunar_day(year, month, 1) for month in range(1, 13)]
    assert all((b - a).days in (29, 30, 58, 59, 60) for a, b in pairwise(firsts))
    assert lunar_day(year, 8, 15) - lunar_day(year, 8, 1) == timedelta(days=14)


# The law --------------------------------------------------------------------------------------------------------------


def test_the_days_off_of_a_year_by_law():
    found = rules.lawful(2027)
    assert {day: holiday for day, holiday in found.items() if holiday is not Holiday.INSTEAD} == {
        date(2027, 1, 1): Holiday.NEW_YEAR,
        date(2027, 2, 5): Holiday.TET, date(2027, 2, 6): Holiday.TET, date(2027, 2, 7): Holiday.TET,
        date(2027, 2, 8): Holiday.TET, date(2027, 4, 16): Holiday.HUNG_KINGS,
        date(2027, 4, 30): Holiday.REUNIFICATION, date(2027, 5, 1): Holiday.LABOUR, date(2027, 9, 2): Holiday.NATIONAL,
    }  # fmt: skip


def test_a_holiday_on_a_weekend_is_made_up_for_on_the_next_working_day():
    # Tết of 2027: Saturday and Sunday, then Monday, so Tuesday and Wednesday; the first of May: Saturday, so Monday.
    instead = [day for day, holiday in rules.lawful(2027).items() if holiday is Holiday.INSTEAD]
    assert instead == [date(2027, 2, 9), date(2027, 2, 10), date(2027, 5, 3)]


@given(st.integers(2000, 2099))
def test_every_year_has_as_many_weekdays_off_as_holidays(year):
    found = rules.lawful(year)
    assert sum(not rules.is_weekend(day) for day in found) == sum(h is not Holiday.INSTEAD for h in found.values())


def test_what_was_decided_beats_the_week_and_the_law():
    saturday, monday, tet = date(2027, 1, 30), date(2027, 2, 1), date(2027, 2, 5)
    decided = {saturday: False, monday: True, tet: False}
    assert [rules.is_day_off(day, decided) for day in (saturday, monday, tet)] == [False, True, False]
    assert [rules.is_day_off(day, {}) for day in (saturday, monday, tet)] == [True, False, True]


# Terms ----------------------------------------------------------------------------------------------------------------


def test_ten_working_days_skip_weekends_and_holidays():
    assert rules.deadline(date(2026, 11, 24), 10, {}) == date(2026, 12, 8)
    assert rules.deadline(date(2026, 12, 25), 5, {}) == date(2027, 1, 4)
    assert rules.deadline(date(2026, 11, 27), 1, {}) == date(2026, 11, 30)
    assert rules.deadline(date(2027, 2, 1), 10, {}) == date(2027, 2, 19)


@given(
    st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(1, 90),
    st.dictionaries(st.integers(1, 60), st.booleans(), max_size=10),
)  # fmt: skip
def test_a_deadline_has_so_many_working_days_and_ends_on_one(start, days, shifts):
    decided = {start + timedelta(days=n): is_off for n, is_off in shifts.items()}
    end = rules.deadline(start, days, decided)
    between = rules.each(start + timedelta(days=1), end)
    assert sum(not rules.is_day_off(day, decided) for day in between) == days
    assert not rules.is_day_off(end, decided)
    assert end - start < queries.REACH


# What is decided ------------------------------------------------------------------------------------------------------


def decide(**more) -> int:
    """Write down the days off of Tết, or others."""
    return service.decide(**{"document": "1/TB", **TET_2027, **more}, by=SYSTEM, now=clock.now())


@pytest.mark.parametrize(
    ("first", "last", "refusal"),
    [
        (date(2027, 2, 4), date(2027, 2, 3), Refusal.ENDS_BEFORE_IT_BEGINS),
        (date(2027, 2, 4), date(2027, 3, 7), Refusal.TOO_MANY),
        (date(1999, 12, 31), date(2000, 1, 1), Refusal.OUT_OF_REACH),
        (date(2099, 12, 31), date(2100, 1, 1), Refusal.OUT_OF_REACH),
    ],
)
def test_days_that_nobody_means_are_refused(cast, first, last, refusal):
    with pytest.raises(Refused) as refused:
        decide(first=first, last=last)
    assert refused.value.reason is refusal


def test_what_is_decided_anew_is_believed_and_the_old_row_stays(cast):
    assert decide() == 7
    assert decide(first=date(2027, 2, 4), last=date(2027, 2, 4), is_off=False, name="Làm bù") == 1
    assert queries.decided(date(2027, 2, 4), date(2027, 2, 5)) == {date(2027, 2, 4): False, date(2027, 2, 5): True}
    of_the_day = sa.select(DayOff.superseded_at).where(DayOff.day == date(2027, 2, 4)).order_by(DayOff.id)
    assert [row is None for row in db.session.scalars(of_the_day)] == [False, True]
    assert [(row.first.day, row.last.day, row.name) for row in queries.stretches()] == [
        (5, 10, "Tết Đinh Mùi"), (4, 4, "Làm bù"),
    ]  # fmt: skip


def test_two_rows_for_a_day_are_never_believed(cast):
    decide()
    row = {"day": date(2027, 2, 4), "is_off": True, "name": "x", "document": "", "recorded_at": clock.now()}
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(sa.insert(DayOff).values(**row))


def test_what_is_taken_back_once_cannot_be_taken_back_again(cast):
    decide()
    [stretch] = queries.stretches()
    service.withdraw(stretch.ids, by=SYSTEM, now=clock.now())
    assert (queries.stretches(), queries.years_decided()) == ([], frozenset())
    with pytest.raises(Refused):
        service.withdraw(stretch.ids, by=SYSTEM, now=clock.now())


def test_open_disputes_get_the_days_that_are_announced_and_lose_none(cast):
    duty = plan.why(acting(cast.an), Permission.PLAN_OBLIGATION_READ, the_duty(cast).id, TODAY)
    sent = {"kind": Kind.NOT_COUNTED, "words": "Sai", "paper": None, "by": acting(cast.an)}
    dispute = desks.send(duty, **sent, today=TODAY, now=clock.now())
    assert dispute.due_on == disputes.deadline(TODAY) == date(2026, 12, 8)
    decide(first=date(2026, 12, 1), last=date(2026, 12, 2), name="Nghỉ thêm")
    assert dispute.due_on == date(2026, 12, 10)
    [stretch] = queries.stretches()
    service.withdraw(stretch.ids, by=SYSTEM, now=clock.now())
    assert dispute.due_on == date(2026, 12, 10)
    assert disputes.deadline(TODAY) == date(2026, 12, 8)


# The page -------------------------------------------------------------------------------------------------------------


def test_the_administrator_writes_down_what_was_announced(browse, cast):
    giang = browse.as_(cast.giang)
    page = giang.get("disputes.terms", nam=2027)
    assert page.heading == "Thời hạn trả lời và ngày nghỉ"
    assert "Chưa ghi lịch nghỉ được công bố của năm 2027" in page.text
    assert ["05/02/2027", "thứ Sáu", "Tết Nguyên đán (ngày cuối năm và ba ngày đầu năm)"] in page.table()
    sent = {"first": "04/02/2027", "last": "10/02/2027", "kind": "nghi", "name": "Tết Đinh Mùi", "document": "1/TB"}
    page = giang.follow(giang.post("disputes.set_days", data=sent))
    assert "Đã ghi 7 ngày." in page.text
    assert "Chưa ghi lịch nghỉ" not in page.text
    assert page.table()[0][:3] == ["04/02/2027 – 10/02/2027 Nghỉ", "Tết Đinh Mùi", "1/TB"]
    ids = [field["value"] for field in page.soup.select("input[name=ngay]")]
    assert "Đã bỏ" in giang.follow(giang.post("disputes.unset_days", data={"ngay": ids})).text
    assert (
        "đã được ghi lại hoặc bỏ trước đó" in giang.follow(giang.post("disputes.unset_days", data={"ngay": ids})).text
    )
    keys = db.session.scalars(sa.select(AuditEvent.key).where(AuditEvent.key.startswith("plan:days:")))
    assert list(keys) == ["plan:days:decided", "plan:days:withdrawn"]


def test_the_administrator_sets_the_term_from_today_on(browse, cast):
    giang = browse.as_(cast.giang)
    refused = giang.post("disputes.set_term", 422, data={"from_on": "23/11/2026", "days": "5"})
    assert refused.errors == ["Thời hạn mới áp dụng từ hôm nay hoặc một ngày sau."]
    page = giang.follow(giang.post("disputes.set_term", data={"from_on": "24/11/2026", "days": "5"}))
    assert "Hiện nay: 5 ngày làm việc." in page.text
    assert disputes.deadline(TODAY) == date(2026, 12, 1)


def test_days_that_end_before_they_begin_are_told_beside_the_form(browse, cast):
    sent = {"first": "04/02/2027", "last": "01/02/2027", "kind": "nghi", "name": "Tết"}
    page = browse.as_(cast.giang).post("disputes.set_days", 422, data=sent)
    assert page.errors == ["Ngày cuối phải từ ngày đầu trở đi."]


def test_whoever_administers_a_part_only_sets_nothing(browse, cast):
    account = make_account(person=make_person(name="Ngô Thị Phần", unit=cast.ward), role=Role.ADMINISTRATOR,
                           at=cast.ward)  # fmt: skip
    browse.as_(account).get("disputes.terms", 403)
    browse.as_(account).post("disputes.set_days", 403, data={})
