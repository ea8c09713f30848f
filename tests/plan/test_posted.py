"""A posting found to have begun earlier brings no due day forward, be it one person's or a whole roster's."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from lms.organisation import service as offices
from lms.organisation.models import Person, Posting
from lms.plan import service
from lms.plan.models import DueGrant, Obligation
from lms.plan.service import postings
from lms.platform import clock
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.conftest import NOW, TODAY
from tests.factories import make_person
from tests.plan.plans import SMALL, apply, make_course

RELATIVE = SMALL.replace("due: {fixed: 2026-12-31}", "due: {days_after_posting: 90}")
JOINED = TODAY - timedelta(20)


@pytest.fixture
def people(cast):
    """Three people who joined twenty days ago and must study within ninety days."""
    make_course(organiser=cast.city)
    apply(RELATIVE)
    found = [make_person(unit=cast.ward, from_on=JOINED).id for _ in range(3)]
    service.refresh_people(found)
    return found


def began(person_id: int, day: date) -> None:
    """Put right when somebody began."""
    posting = db.session.scalars(
        sa.select(Posting).where(Posting.person_id == person_id, Posting.superseded_at.is_(None))
    ).one()
    offices.correct_posting(posting, from_on=day, by=SYSTEM, now=NOW)


def due_days(people: list[int]) -> list[tuple[date, date]]:
    """Opening and due day of each."""
    db.session.expire_all()
    wanted = sa.select(Obligation.opened_on, Obligation.due_on).where(Obligation.person_id.in_(people))
    return [tuple(row) for row in db.session.execute(wanted.order_by(Obligation.person_id))]


TOLD = JOINED + timedelta(90)


def test_an_earlier_start_keeps_the_day_that_was_told_and_says_so(people, audited):
    before = JOINED - timedelta(15)
    began(people[0], before)
    assert due_days(people) == [(before, TOLD), (JOINED, TOLD), (JOINED, TOLD)]
    [grant] = db.session.scalars(sa.select(DueGrant))
    assert (grant.person_id, grant.kind, grant.due_on) == (people[0], "kept", TOLD)
    assert grant.reason == "Vị trí công tác được ghi lại ngày 24/11/2026"
    assert audited()[-1] == "plan:due:stayed"
    assert service.compare_derived().differences == 0


def test_a_later_start_moves_the_day_and_the_first_one_again_keeps_it(people):
    later = JOINED + timedelta(5)
    began(people[0], later)
    assert due_days(people)[0] == (later, later + timedelta(90))
    began(people[0], JOINED)
    assert due_days(people)[0] == (JOINED, later + timedelta(90))
    assert db.session.scalar(sa.select(sa.func.count(DueGrant.id))) == 1


def test_what_has_not_begun_yet_was_told_to_nobody(people, cast):
    newcomer = make_person(unit=cast.ward, from_on=TODAY + timedelta(30)).id
    service.refresh_people([newcomer])
    began(newcomer, TODAY + timedelta(10))
    assert due_days([newcomer]) == [(TODAY + timedelta(10), TODAY + timedelta(100))]
    assert db.session.scalar(sa.select(sa.func.count(DueGrant.id))) == 0


def test_many_people_at_once_keep_their_days_too(people, monkeypatch):
    for person_id in people[:2]:
        db.session.execute(
            sa.update(Posting).where(Posting.person_id == person_id).values(from_on=JOINED - timedelta(10))
        )
    monkeypatch.setattr(postings, "FEW", 1)
    monkeypatch.setattr("lms.plan.service.derivation.FEW", 1)
    service.refresh_posted(people, by=SYSTEM, today=TODAY, now=clock.now())
    assert due_days(people) == [(JOINED - timedelta(10), TOLD)] * 2 + [(JOINED, TOLD)]
    assert db.session.scalar(sa.select(sa.func.count(DueGrant.id))) == 2
    assert service.compare_derived().differences == 0


def test_an_absence_taken_back_takes_back_the_days_it_gave(people):
    absence = offices.record_absence(
        db.session.get_one(Person, people[0]), kind="om_dau", from_on=TODAY,
        to_on=TODAY + timedelta(10), by=SYSTEM, now=NOW,
    )  # fmt: skip
    assert due_days(people)[0] == (JOINED, TOLD + timedelta(10))
    offices.withdraw_absence(absence, by=SYSTEM, now=NOW)
    assert due_days(people)[0] == (JOINED, TOLD)
