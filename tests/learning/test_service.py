"""Enrolling, beginning, completing: what the database says afterwards."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from lms.assessment import queries as papers
from lms.assessment import service as assessment
from lms.catalogue.models import Course
from lms.learning import queries, service
from lms.learning.models import Completion, Enrolment
from lms.learning.service import CompletionSource, EnrolmentSource, Refusal, Result
from lms.platform.db import db
from lms.platform.events import SYSTEM
from lms.platform.forms import Refused
from tests.conftest import NOW, TODAY
from tests.factories import add, make_posting
from tests.learning.making import make_course, make_enrolment, right_form, slug_of, start
from tests.pages import _counting


@pytest.fixture
def version(cast):
    return make_course(organiser=cast.city)


def enrol(person_id, version, source=EnrolmentSource.HR):
    return service.enrol(person_id, version.course_id, source=source, now=NOW, by=SYSTEM)


def pass_the_quiz(person_id, version, now=NOW):
    """Answer everything rightly and hand in."""
    attempt_id = start(person_id, version, now)
    for shown in papers.paper_in_full(attempt_id):
        form = right_form(shown.kind, shown.body, shown.shuffle)
        assessment.save_answer(attempt_id, shown.place, person_id=person_id, form=form, now=now)
    assessment.submit(attempt_id, person_id=person_id, now=now, by=SYSTEM)
    return attempt_id


def result(person_id, version, on=TODAY, source=CompletionSource.RECOGNISED, **more):
    return Result(person_id=person_id, course_id=version.course_id, completed_on=on, source=source, **more)


def record(made, today=TODAY):
    return service.record_completion(made, today=today, now=NOW, by=SYSTEM)


def test_enrolling_twice_is_enrolling_once(cast, version, audited):
    assert enrol(cast.an.person_id, version) == enrol(cast.an.person_id, version, EnrolmentSource.ASSIGNED)
    enrolment = db.session.query(Enrolment).one()
    assert (enrolment.source, enrolment.started_on) == ("hr", None)
    assert audited() == ["learning:enrolment:created"]


def test_who_is_enrolled_by_others_in_the_same_moment_is_enrolled_once(cast, version, audited, monkeypatch):
    first = make_enrolment(person_id=cast.an.person_id, version=version, started_on=None)
    seen = service.studying._latest
    answers = iter([lambda *_: None])
    # They come in between looking and writing.
    monkeypatch.setattr(service.studying, "_latest", lambda *who: next(answers, seen)(*who))
    assert enrol(cast.an.person_id, version) == first.id
    assert db.session.query(Enrolment).count() == 1
    assert audited() == []


def test_a_retired_course_takes_nobody_new(cast):
    with pytest.raises(Refused) as caught:
        enrol(cast.an.person_id, make_course(organiser=cast.city, retired=True))
    assert caught.value.reason is Refusal.RETIRED


def test_beginning_twice_starts_once(cast, version, audited):
    for day in (TODAY, TODAY + timedelta(3)):
        service.begin(cast.an.person_id, version.course_id, today=day, now=NOW, by=SYSTEM)
    assert db.session.query(Enrolment).one().started_on == TODAY
    assert audited().count("learning:course:started") == 1


def test_who_completed_an_older_version_begins_the_current_one(cast, version):
    make_enrolment(person_id=cast.an.person_id, version=version, done=True)
    pass_the_quiz(cast.an.person_id, version)
    newer = make_course(organiser=cast.city, course=db.session.get_one(Course, version.course_id))
    service.begin(cast.an.person_id, version.course_id, today=TODAY, now=NOW, by=SYSTEM)
    assert [row.version_id for row in db.session.query(Enrolment).order_by(Enrolment.id)] == [version.id, newer.id]


def test_a_pass_completes_once_in_a_calendar_year(cast, version):
    make_enrolment(person_id=cast.an.person_id, version=version, done=True)
    record(result(cast.an.person_id, version, on=date(2026, 1, 5)))
    pass_the_quiz(cast.an.person_id, version)
    assert [row.completed_on for row in db.session.query(Completion)] == [date(2026, 1, 5)]
    next_year = NOW + timedelta(days=60)
    attempt_id = pass_the_quiz(cast.an.person_id, version, now=next_year)
    assert db.session.query(Completion).filter_by(attempt_id=attempt_id).one().completed_on == date(2027, 1, 23)


def test_a_completion_keeps_the_unit_and_the_position_of_its_day(cast, version):
    person = cast.person("an")
    make_posting(
        person=person, unit=cast.other, from_on=date(2023, 1, 1), to_on=date(2024, 1, 1), department="Phòng cũ",
        position="chuyen-vien",
    )  # fmt: skip
    record(result(person.id, version, on=date(2023, 6, 1), evidence="Chứng nhận số 5"))
    kept = db.session.query(Completion).one()
    assert (kept.unit_id, kept.department, kept.position) == (cast.other.id, "Phòng cũ", "chuyen-vien")
    assert (kept.hours, kept.content_group, kept.attempt_id) == (4, "KHCN", None)


def test_a_completion_may_bring_its_own_hours_and_a_wrong_one_is_refused(cast, version):
    record(result(cast.an.person_id, version, hours=Decimal("2.5"), content_group="QLNN"))
    kept = db.session.query(Completion).one()
    assert (kept.hours, kept.content_group) == (Decimal("2.5"), "QLNN")
    with pytest.raises(Refused) as caught:
        record(result(cast.chi.person_id, version, hours=Decimal(0)))
    assert caught.value.reason is Refusal.NO_HOURS


def test_a_voided_completion_stays_on_record_and_makes_room(cast, version, audited):
    first = record(result(cast.an.person_id, version))
    service.void_completion(first, reason="Nhập nhầm người", now=NOW, by=SYSTEM)
    assert db.session.get_one(Completion, first).voided_at == NOW
    with pytest.raises(Refused) as caught:
        service.void_completion(first, reason="Lần nữa", now=NOW, by=SYSTEM)
    assert caught.value.reason is Refusal.ALREADY_VOIDED
    assert record(result(cast.an.person_id, version)) != first
    assert audited().count("learning:completion:voided") == 1


def studied(account, version):
    """The course as somebody studies it."""
    db.session.expire_all()
    return queries.study(account.person_id, slug_of(version))


def finish_lessons(person_id, version, now=NOW):
    for lesson in queries.outline(version.id, None):
        service.finish_lesson(person_id, slug_of(version), lesson.key, now=now)


def test_after_a_voided_pass_the_quiz_may_be_taken_again_and_only_a_new_pass_completes(cast, version):
    person_id, later = cast.an.person_id, NOW + timedelta(hours=2)
    service.begin(person_id, version.course_id, today=TODAY, now=NOW, by=SYSTEM)
    finish_lessons(person_id, version)
    old = pass_the_quiz(person_id, version)
    service.void_completion(queries.completion_of_attempt(old), reason="Làm hộ", now=later, by=SYSTEM)
    course = studied(cast.an, version)
    assert (course.completed, course.since) == (False, later)
    assert service.why_not_sit(person_id, version.id) is None
    attempts = papers.attempts_of(person_id, version.id)
    standing = assessment.standing(attempts, version.attempts_allowed, TODAY, course.since)
    assert (standing.refusal, standing.left) == (None, version.attempts_allowed)
    # Handing the old paper in once more brings nothing back.
    assessment.submit(old, person_id=person_id, now=later, by=SYSTEM)
    assert not studied(cast.an, version).completed
    new = assessment.start_attempt(person_id, version.id, now=later, by=SYSTEM, since=course.since)
    for shown in papers.paper_in_full(new):
        form = right_form(shown.kind, shown.body, shown.shuffle)
        assessment.save_answer(new, shown.place, person_id=person_id, form=form, now=later)
    assessment.submit(new, person_id=person_id, now=later, by=SYSTEM)
    assert studied(cast.an, version).completed
    assert (queries.completion_of_attempt(old), queries.completion_of_attempt(new) is None) == (None, False)


@pytest.mark.parametrize("days_before", [0, 20])
def test_a_result_recognised_meanwhile_ends_the_round(cast, version, days_before):
    person_id, course_id = cast.an.person_id, version.course_id
    service.begin(person_id, course_id, today=TODAY, now=NOW, by=SYSTEM)
    record(result(person_id, version, on=TODAY - timedelta(days=days_before)))
    assert studied(cast.an, version).completed
    assert queries.progress_of(person_id, [course_id])[course_id].percent == 100
    assert service.why_not_sit(person_id, version.id) is Refusal.ROUND_DONE


def test_a_result_of_another_year_recognised_meanwhile_does_not(cast, version):
    person_id, course_id = cast.an.person_id, version.course_id
    service.begin(person_id, course_id, today=TODAY, now=NOW, by=SYSTEM)
    record(result(person_id, version, on=date(2025, 3, 1)))
    assert not studied(cast.an, version).completed
    assert queries.progress_of(person_id, [course_id])[course_id].percent == 0


def test_a_result_that_was_there_before_the_course_was_begun_leaves_the_round_open(cast, version):
    record(result(cast.an.person_id, version, on=TODAY - timedelta(days=20)), today=TODAY)
    service.begin(cast.an.person_id, version.course_id, today=TODAY + timedelta(days=2), now=NOW, by=SYSTEM)
    assert not studied(cast.an, version).completed


def test_a_course_studied_again_brings_its_hours_to_a_year_once(cast, version):
    other = make_course(organiser=cast.city, slug="khoa-khac")
    online, elsewhere = "online", "recognised"
    for row, on, source in (
        (version, TODAY - timedelta(days=60), online), (version, TODAY, online), (other, TODAY, online),
        (version, TODAY - timedelta(days=9), elsewhere),
    ):  # fmt: skip
        add(
            Completion(person_id=cast.an.person_id, course_id=row.course_id, completed_on=on, hours=4,
                       content_group="KHCN", source=source, recorded_at=NOW)
        )  # fmt: skip
    rows = queries.completions_of(cast.an.person_id)
    assert (len(rows), queries.hours_once(rows)) == (4, Decimal(12))


def test_progress_of_many_courses_takes_one_statement(cast):
    versions = [make_course(organiser=cast.city, lessons=3) for _ in range(4)]
    make_enrolment(person_id=cast.an.person_id, version=versions[0])
    make_enrolment(person_id=cast.an.person_id, version=versions[1], done=True)
    db.session.flush()
    with _counting() as statements:
        found = queries.progress_of(cast.an.person_id, [version.course_id for version in versions])
    assert len(statements) == 1
    begun, read, *fresh = (found[version.course_id] for version in versions)
    assert (begun.percent, begun.minutes_left, begun.lesson_place, begun.lesson_key) == (0, 65, 1, "01-bai")
    assert (read.percent, read.minutes_left, read.lesson_place) == (75, 20, None)
    assert [course.started_on for course in fresh] == [None, None]


def test_keeping_a_place_takes_three_statements(cast, version):
    make_enrolment(person_id=cast.an.person_id, version=version)
    slug = db.session.get_one(Course, version.course_id).slug
    db.session.flush()
    with _counting() as statements:
        assert service.keep_place(cast.an.person_id, slug, "01-bai", 40, now=NOW)
    assert len(statements) == 3
    assert not service.keep_place(cast.chi.person_id, slug, "01-bai", 40, now=NOW)
