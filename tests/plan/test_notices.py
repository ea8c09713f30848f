"""Whose due day is moved, given, taken back or decided on learns of it: one letter for each person and act."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from lms.changes import service as changes
from lms.changes.models import ChangeSet
from lms.identity.models import Account
from lms.notifications.models import Letter
from lms.organisation.models import Absence
from lms.plan import kinds, service
from lms.plan.models import DueGrant, Requirement
from lms.plan.service import Choice, Extension
from lms.platform import clock, files
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.conftest import TODAY
from tests.factories import make_person
from tests.plan.plans import SMALL, apply, make_course
from tests.plan.test_grants import acting, decide, duty, late, later  # noqa: F401 - a fixture
from tests.plan.test_told_days import due_by

SECOND = SMALL.replace("KH-THU", "KH-HAI").replace("Hoàn thành khóa thử", "Hoàn thành khóa hai")
RELATIVE = SMALL.replace("{fixed: 2026-12-31}", "{days_after_posting: 1100}")


@pytest.fixture
def course(cast):
    found = make_course(organiser=cast.city)
    apply()
    return found


def letters():
    """Recipient → text, of all letters that wait; each may get one."""
    rows = db.session.execute(sa.select(Letter.recipient, Letter.body)).all()
    found = {row.recipient: row.body for row in rows}
    assert len(found) == len(rows)
    return found


def extended(*lines):
    return service.extend(list(lines), by=SYSTEM, today=TODAY, now=clock.now())


def test_two_days_of_one_act_are_one_letter(cast, course):
    apply(SECOND)
    lines = [
        Extension(cast.an.person_id, requirement_id, 0, date(2027, 3, day), "Điều động.", decision)
        for requirement_id, day, decision in zip(
            db.session.scalars(sa.select(Requirement.id)), (1, 2), "AB", strict=True
        )
    ]
    assert extended(*lines) == 2
    [body] = letters().values()
    assert "Kính gửi anh/chị Đặng Thị An" in body
    assert "- Hoàn thành khóa thử: hạn cũ 31/12/2026, hạn mới 01/03/2027; Lý do: Điều động; Số quyết định: A\n" in body
    assert "- Hoàn thành khóa hai: hạn cũ 31/12/2026, hạn mới 02/03/2027" in body


def test_the_account_says_where_the_letter_goes_and_nobody_without_an_address_gets_one(session, cast, course):
    account = db.session.get_one(Account, cast.an.id)
    account.email = "an.moi@example.gov.vn"
    without = make_person(name="Lê Không Thư", unit=cast.ward)
    without.email = ""
    service.refresh_people([without.id])
    extended(later(cast.an.person_id, date(2027, 2, 1)), later(without.id, date(2027, 2, 1)))
    assert list(letters()) == ["an.moi@example.gov.vn"]
    assert "Lý do: Điều động đột xuất.\nSố quyết định: 12/QĐ-UBND.\n" in letters()["an.moi@example.gov.vn"]


def test_a_day_taken_back_is_told_with_the_day_that_holds_again(session, cast, course):
    extended(later(cast.an.person_id, date(2027, 2, 1)))
    db.session.execute(sa.delete(Letter))
    grant = db.session.scalars(sa.select(DueGrant)).one()
    service.withdraw_grant(grant, reason="Ghi nhầm người", by=SYSTEM, now=clock.now())
    [body] = letters().values()
    assert "hạn cũ 01/02/2027, hạn mới 31/12/2026" in body
    assert "Lý do: Ghi nhầm người." in body


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (Choice.CONFIRMED, "vẫn giao:\n\n- Hoàn thành khóa thử: hạn 31/12/2026"),
        (Choice.REALISTIC, "hạn phù hợp hơn:\n\n- Hoàn thành khóa thử: hạn cũ 31/12/2026, hạn mới 15/01/2027"),
        (Choice.RELEASED, "không giao:\n\n- Hoàn thành khóa thử\n"),
    ],
)
def test_a_decision_on_a_duty_that_waited_is_told(session, late, choice, said):  # noqa: F811
    assert decide(late.id, choice) == 1
    assert list(letters()) == [late.email]
    assert said in letters()[late.email]
    assert "Số quyết định: 15/QĐ." in letters()[late.email]


def proposed(text, *, shorten=False):
    sha256 = files.keep(text.encode())
    return kinds.submit_plan(sha256, shorten=shorten, title="Kế hoạch thử", by=SYSTEM, now=clock.now(), today=TODAY)


@pytest.mark.parametrize(("day", "shorten"), [(date(2027, 3, 31), False), (date(2026, 11, 30), True)])
def test_a_plan_that_moves_days_tells_everybody_it_meets_as_its_preview_said(session, cast, course, day, shorten):
    change = proposed(due_by(day), shorten=shorten)
    assert change.summary["letters"] == 6
    assert letters() == {}
    changes.apply(change, needs_approval=False, by=SYSTEM, now=clock.now(), today=TODAY)
    assert change.summary["letters"] == len(letters()) == 6
    assert all(f"hạn cũ 31/12/2026, hạn mới {day:%d/%m/%Y}" in body for body in letters().values())
    db.session.execute(sa.delete(Letter))
    changes.undo(change, reason="Nhầm tệp", by=SYSTEM, now=clock.now(), today=TODAY)
    assert len(letters()) == 6
    assert all(f"hạn cũ {day:%d/%m/%Y}, hạn mới 31/12/2026" in body for body in letters().values())


def test_many_extensions_are_told_once_and_once_more_when_they_are_undone(session, cast, course):
    lines = [later(account.person_id, date(2027, 2, 1)) for account in (cast.an, cast.binh)]
    payload = kinds.stops("extend", lines)
    kinds.stop_many(payload, title="Gia hạn", actor=acting(cast.giang), now=clock.now(), today=TODAY)
    change = db.session.scalars(sa.select(ChangeSet)).one()
    assert change.summary["letters"] == len(letters()) == 2
    db.session.execute(sa.delete(Letter))
    changes.undo(change, reason="Nhầm", by=SYSTEM, now=clock.now(), today=TODAY)
    assert len(letters()) == 2


def test_an_absence_that_shifts_a_day_is_told_and_so_is_its_withdrawal(session, cast, browse):
    make_course(organiser=cast.city)
    apply(RELATIVE)
    an, due_on = cast.an.person_id, duty(cast.an.person_id).due_on
    binh = browse.as_(cast.binh).with_budget(80)
    sent = {"nguoi": an, "kind": "om_dau", "from_on": "01/11/2026", "last_on": "30/11/2026", "note": "", "buoc": "ghi"}
    binh.post("stops.absence_new", data=sent)
    [body] = letters().values()
    assert f"hạn cũ {due_on:%d/%m/%Y}, hạn mới {due_on + timedelta(days=30):%d/%m/%Y}" in body
    db.session.execute(sa.delete(Letter))
    absence = db.session.scalars(sa.select(Absence)).one()
    binh.post("stops.absence_withdraw", data={"reason": "Ghi nhầm", "buoc": "ghi"}, absence_id=absence.id)
    assert f"hạn mới {due_on:%d/%m/%Y}" in letters()[cast.person("an").email]


def test_looking_at_an_extension_writes_no_letter(session, cast, course, browse):
    service.preview_stops(lambda: extended(later(cast.an.person_id, date(2027, 2, 1))), [cast.an.person_id], TODAY)
    assert letters() == {}
