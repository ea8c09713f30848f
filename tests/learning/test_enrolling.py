"""Many people are enrolled at once: what is shown is what is done, and it can be taken back until somebody studies."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from lms.catalogue.models import Course
from lms.changes import service as changes
from lms.changes.journal import CannotUndo
from lms.changes.models import ChangeEffect
from lms.learning import kinds, queries, service
from lms.learning.models import Enrolment
from lms.learning.service import CompletionSource, Result
from lms.platform.db import db
from lms.platform.events import SYSTEM
from lms.platform.forms import Refused
from tests.changes.stored import differing, stored
from tests.conftest import NOW, TODAY
from tests.factories import make_person
from tests.learning.making import make_course, make_enrolment


@pytest.fixture
def version(cast):
    return make_course(organiser=cast.city, title="An toàn thông tin")


def proposed(version, people):
    return kinds.submit(
        [person.id for person in people], version.course_id, course="An toàn thông tin", unit_id=None, by=SYSTEM,
        now=NOW, today=TODAY,
    )  # fmt: skip


def apply(change):
    changes.apply(change, needs_approval=False, by=SYSTEM, now=NOW, today=TODAY)


def told(change):
    rows = db.session.execute(sa.select(ChangeEffect).where(ChangeEffect.change_id == change.id)).scalars()
    return {row.name: (row.what, row.requirement, row.unit) for row in rows}


def record(person, version, on, **more):
    made = Result(
        person_id=person.id, course_id=version.course_id, completed_on=on, source=CompletionSource.RECOGNISED, **more
    )
    return service.record_completion(made, today=TODAY, now=NOW, by=SYSTEM)


@pytest.fixture
def people(cast, version):
    """Somebody new, one who is enrolled, one who studies, one who has completed it, one who has left."""
    made = {name: make_person(name=name, unit=cast.ward) for name in ("Mới", "Ghi", "Học", "Xong", "Năm ngoái")}
    service.enrol(made["Ghi"].id, version.course_id, source=service.EnrolmentSource.CHOSEN, now=NOW, by=SYSTEM)
    make_enrolment(person_id=made["Học"].id, version=version)
    record(made["Xong"], version, TODAY - timedelta(days=30))
    record(made["Năm ngoái"], version, date(2025, 5, 1))
    made["Đi"] = make_person(name="Đi", unit=cast.ward, from_on=date(2024, 1, 1), to_on=date(2026, 6, 1))
    return made


def test_what_is_previewed_is_applied_and_taking_it_back_leaves_no_trace(session, people, version, cast):
    before = stored()
    change = proposed(version, people.values())
    assert differing(before, stored()) == {}
    slug, ward = db.session.get_one(Course, version.course_id).slug, cast.ward.code
    assert told(change) == {
        "Mới": ("enrolled", slug, ward),
        "Năm ngoái": ("enrolled", slug, ward),
        "Ghi": ("in_it", slug, ward),
        "Học": ("in_it", slug, ward),
        "Xong": ("completed", slug, ward),
        "Đi": ("gone", slug, ""),
    }
    assert (change.summary["people"], change.summary["duties"], change.summary["in_it"]) == (2, 2, 2)
    seen = told(change)
    apply(change)
    assert told(change) == seen
    enrolled = db.session.scalars(sa.select(Enrolment.person_id).where(Enrolment.source == "hr"))
    assert set(enrolled) == {people["Mới"].id, people["Năm ngoái"].id}
    changes.undo(change, reason="Nhầm khóa", by=SYSTEM, now=NOW, today=TODAY)
    assert differing(before, stored()) == {}


def test_nobody_is_taken_out_of_a_course_that_he_has_begun(session, people, version):
    change = proposed(version, [people["Mới"], people["Năm ngoái"]])
    apply(change)
    service.begin(people["Mới"].id, version.course_id, today=TODAY, now=NOW, by=SYSTEM)
    with pytest.raises(CannotUndo) as caught:
        changes.undo(change, reason="Nhầm khóa", by=SYSTEM, now=NOW, today=TODAY)
    assert [obstacle.table for obstacle in caught.value.obstacles] == ["enrolment"]
    assert db.session.scalar(sa.select(sa.func.count()).where(Enrolment.source == "hr")) == 2


def test_whoever_enrols_himself_meanwhile_does_not_stand_in_the_way(session, people, version):
    change = proposed(version, [people["Mới"], people["Năm ngoái"]])
    service.enrol(people["Mới"].id, version.course_id, source=service.EnrolmentSource.CHOSEN, now=NOW, by=SYSTEM)
    apply(change)
    assert {what for what, *_ in told(change).values()} == {"enrolled", "in_it"}
    assert change.summary["people"] == 1


def test_a_new_version_since_it_was_seen_is_looked_at_again(session, people, version, cast):
    change = proposed(version, [people["Mới"]])
    course = db.session.get_one(Course, version.course_id)
    make_course(organiser=cast.city, course=course)
    with pytest.raises(Refused, match="changed_meanwhile"):
        apply(change)
    assert db.session.scalar(sa.select(sa.func.count()).where(Enrolment.source == "hr")) == 0


def test_a_retired_course_cannot_be_previewed(session, people, cast):
    change = proposed(make_course(organiser=cast.city, retired=True), [people["Mới"]])
    assert "ngừng mở" in change.said
    assert told(change) == {}


def test_whoever_completed_an_older_version_last_year_is_enrolled_in_the_new_one(session, people, version, cast):
    make_enrolment(person_id=people["Năm ngoái"].id, version=version, started_on=date(2025, 4, 1))
    record(people["Năm ngoái"], version, date(2025, 6, 1), version_id=version.id, hours=4, since=date(2025, 6, 1))
    newer = make_course(organiser=cast.city, course=db.session.get_one(Course, version.course_id))
    apply(proposed(newer, [people["Năm ngoái"], people["Học"]]))
    rows = db.session.execute(sa.select(Enrolment.person_id, Enrolment.version_id).where(Enrolment.source == "hr"))
    assert [tuple(row) for row in rows] == [(people["Năm ngoái"].id, newer.id)]


def test_courses_that_wait_are_those_enrolled_in_and_not_completed_since(session, people, version, cast):
    other = make_course(organiser=cast.city)
    new = people["Mới"]

    def waiting():
        return set(queries.progress_of(new.id, [], and_waiting=True))

    for one in (version, other):
        service.enrol(new.id, one.course_id, source=service.EnrolmentSource.HR, now=NOW, by=SYSTEM)
    assert waiting() == {other.course_id, version.course_id}
    record(new, other, TODAY)
    assert waiting() == {version.course_id}
