"""Beginning, answering, handing in, closing: what the database says afterwards."""

from datetime import timedelta

import pytest

from lms.assessment import queries, service
from lms.assessment.commands import attempts as attempts_cli
from lms.assessment.models import Answer, Attempt, Question
from lms.assessment.rules import LAG
from lms.assessment.service import Refusal, Unreadable
from lms.catalogue.events import VersionPublished
from lms.platform.db import db, transaction
from lms.platform.events import SYSTEM, emit
from lms.platform.forms import Refused
from lms.platform.jobs import enqueue
from lms.platform.jobs.registry import KINDS
from lms.platform.jobs.running import Ending
from lms.platform.jobs.worker import Worker
from tests.conftest import NOW, TODAY
from tests.learning.making import BANK, make_course, right_form, slug_of, start
from tests.pages import _counting

MINUTE = timedelta(minutes=1)


@pytest.fixture
def version(cast):
    return make_course(organiser=cast.city)


def answer_all(attempt_id, person_id, now=NOW, only=None):
    """Answer rightly every question (or those of the kinds in `only`)."""
    for shown in queries.paper_in_full(attempt_id):
        if only is None or shown.kind in only:
            form = right_form(shown.kind, shown.body, shown.shuffle)
            assert service.save_answer(attempt_id, shown.place, person_id=person_id, form=form, now=now).complete


def test_a_published_version_brings_its_bank(cast):
    version = make_course(organiser=cast.city, questions=(), draw=1)
    question = {"code": "q01", "skill": "1.1", "lesson_key": "", "explanation": "…", **BANK[0]}
    event = VersionPublished(
        course_id=version.course_id, version_id=version.id, number=1, title="…", slug="…", question_count=1,
        questions=(question,),
    )  # fmt: skip
    emit(event, by=SYSTEM)
    kept = db.session.query(Question).filter_by(version_id=version.id).one()
    assert (kept.code, kept.kind, kept.body) == ("q01", "single", BANK[0]["body"])


def test_right_answers_to_every_kind_make_a_hundred_percent(cast, version, audited):
    attempt_id = start(cast.an.person_id, version, NOW)
    answer_all(attempt_id, cast.an.person_id)
    assert service.submit(attempt_id, person_id=cast.an.person_id, now=NOW + MINUTE, by=SYSTEM)
    sitting = queries.sitting(cast.an.person_id, slug_of(version), attempt_id)
    assert (sitting.score, sitting.passed, sitting.submitted_at) == (100, True, NOW + MINUTE)
    assert "assessment:attempt:submitted" in audited()


def test_unanswered_questions_earn_nothing(cast, version):
    attempt_id = start(cast.an.person_id, version, NOW)
    answer_all(attempt_id, cast.an.person_id, only={"single", "numeric"})
    service.submit(attempt_id, person_id=cast.an.person_id, now=NOW, by=SYSTEM)
    attempt = db.session.get_one(Attempt, attempt_id)
    assert (str(attempt.score), attempt.passed) == ("33.33", False)
    assert sum(answer.points for answer in db.session.query(Answer).filter_by(attempt_id=attempt_id)) == 2


def test_handing_in_twice_changes_nothing(cast, version, audited):
    attempt_id = start(cast.an.person_id, version, NOW)
    for minute in (1, 2):
        service.submit(attempt_id, person_id=cast.an.person_id, now=NOW + minute * MINUTE, by=SYSTEM)
    assert audited().count("assessment:attempt:submitted") == 1
    assert db.session.get_one(Attempt, attempt_id).submitted_at == NOW + MINUTE


def test_a_second_tab_gets_the_same_open_attempt(cast, version):
    assert start(cast.an.person_id, version, NOW) == start(cast.an.person_id, version, NOW + MINUTE)


def test_attempts_end_with_the_number_allowed(cast, version):
    for _ in range(2):
        service.submit(start(cast.an.person_id, version, NOW), person_id=cast.an.person_id, now=NOW, by=SYSTEM)
    with pytest.raises(Refused) as caught:
        start(cast.an.person_id, version, NOW)
    assert caught.value.reason is Refusal.NO_ATTEMPTS_LEFT


def test_a_new_attempt_closes_the_one_that_ran_out_at_its_deadline(cast, version):
    first = start(cast.an.person_id, version, NOW)
    second = start(cast.an.person_id, version, NOW + timedelta(days=2))
    assert second != first
    assert db.session.get_one(Attempt, first).submitted_at == NOW + 20 * MINUTE


def test_a_bank_too_small_is_refused_and_takes_no_attempt(cast):
    version = make_course(organiser=cast.city, draw=7)
    with pytest.raises(Refused) as caught:
        start(cast.an.person_id, version, NOW)
    assert caught.value.reason is Refusal.NOT_ENOUGH_QUESTIONS
    assert queries.attempts_of(cast.an.person_id, version.id) == []


def test_a_paper_avoids_what_the_last_one_asked(cast):
    version = make_course(organiser=cast.city, draw=3)
    first, second = (set(), set())
    for drawn in (first, second):
        attempt_id = start(cast.an.person_id, version, NOW)
        drawn.update(row.question_id for row in db.session.query(Answer).filter_by(attempt_id=attempt_id))
        service.submit(attempt_id, person_id=cast.an.person_id, now=NOW, by=SYSTEM)
    assert not first & second


def test_an_answer_counts_until_half_a_minute_after_the_deadline(cast, version):
    attempt_id = start(cast.an.person_id, version, NOW)
    deadline = NOW + 20 * MINUTE
    save = {"person_id": cast.an.person_id, "form": {"tra_loi": []}}
    assert service.save_answer(attempt_id, 1, now=deadline + LAG - timedelta(seconds=1), **save)
    with pytest.raises(Refused) as caught:
        service.save_answer(attempt_id, 1, now=deadline + LAG, **save)
    assert caught.value.reason is Refusal.OVER


def test_an_answer_after_handing_in_is_refused_and_the_paper_stays(cast, version):
    attempt_id = start(cast.an.person_id, version, NOW)
    answer_all(attempt_id, cast.an.person_id)
    service.submit(attempt_id, person_id=cast.an.person_id, now=NOW, by=SYSTEM)
    with pytest.raises(Refused):
        service.save_answer(attempt_id, 1, person_id=cast.an.person_id, form={}, now=NOW)
    assert all(shown.response is not None for shown in queries.paper_in_full(attempt_id))


def test_nobody_answers_or_hands_in_for_somebody_else(cast, version):
    attempt_id = start(cast.an.person_id, version, NOW)
    assert service.save_answer(attempt_id, 1, person_id=cast.chi.person_id, form={}, now=NOW) is None
    assert not service.submit(attempt_id, person_id=cast.chi.person_id, now=NOW, by=SYSTEM)
    assert queries.sitting(cast.chi.person_id, slug_of(version), attempt_id) is None


def test_an_answer_can_be_taken_back_and_flagged(cast, version):
    attempt_id = start(cast.an.person_id, version, NOW)
    answer_all(attempt_id, cast.an.person_id)
    saved = service.save_answer(attempt_id, 1, person_id=cast.an.person_id, form={"xem_lai": ["1"]}, now=NOW)
    assert (saved.answered, saved.complete) == (False, False)
    assert queries.paper(attempt_id, 1)[0][0] == queries.Place(1, False, True, NOW)
    assert db.session.scalar(db.text("SELECT count(*) FROM answer WHERE response IS NULL")) == 1


def test_an_unreadable_number_leaves_the_last_answer(cast, version):
    attempt_id = start(cast.an.person_id, version, NOW)
    answer_all(attempt_id, cast.an.person_id)
    place = next(shown.place for shown in queries.paper_in_full(attempt_id) if shown.kind == "numeric")
    with pytest.raises(Unreadable):
        service.save_answer(attempt_id, place, person_id=cast.an.person_id, form={"tra_loi": ["8.4,0"]}, now=NOW)
    assert queries.paper(attempt_id, place)[1].response == "84"


def test_saving_an_answer_takes_two_statements(cast, version):
    attempt_id = start(cast.an.person_id, version, NOW)
    db.session.flush()
    with _counting() as statements:
        service.save_answer(attempt_id, 1, person_id=cast.an.person_id, form={}, now=NOW)
    assert len(statements) == 2


def test_the_command_closes_what_ran_out_at_its_deadline_and_nothing_else(app, cast, version, at_eight_in_the_morning):
    forgotten = start(cast.an.person_id, version, NOW - timedelta(hours=1))
    running = start(cast.chi.person_id, version, NOW - 20 * MINUTE)  # its lag is not over
    db.session.commit()
    result = app.test_cli_runner().invoke(attempts_cli, ["close-overdue"])
    assert (result.output, result.exit_code) == ("Đã đóng 1 bài kiểm tra hết giờ.\n", 0)
    assert db.session.get_one(Attempt, forgotten).submitted_at == NOW - 40 * MINUTE
    assert db.session.get_one(Attempt, running).submitted_at is None


def test_a_worker_does_the_same_each_minute_and_makes_no_job_when_nothing_ran_out(app, cast, version):
    kind = KINDS["assessment:close-overdue"]
    running = start(cast.chi.person_id, version, NOW - 20 * MINUTE)
    assert not kind.is_needed(NOW)
    forgotten = start(cast.an.person_id, version, NOW - timedelta(hours=1))
    db.session.commit()
    assert kind.is_needed(NOW)
    with transaction():
        enqueue(kind.name, by=SYSTEM, now=NOW, run_after=NOW - timedelta(days=1))
    assert Worker(app).step(with_heartbeat=False) is Ending.DONE
    assert db.session.get_one(Attempt, forgotten).submitted_at == NOW - 40 * MINUTE
    assert db.session.get_one(Attempt, running).submitted_at is None
    assert not kind.is_needed(NOW)


def test_a_pass_last_year_leaves_this_years_attempts(cast, version):
    attempt_id = start(cast.an.person_id, version, NOW - timedelta(days=400))
    answer_all(attempt_id, cast.an.person_id, now=NOW - timedelta(days=400))
    service.submit(attempt_id, person_id=cast.an.person_id, now=NOW - timedelta(days=400), by=SYSTEM)
    attempts = queries.attempts_of(cast.an.person_id, version.id)
    assert service.standing(attempts, 2, TODAY) == service.Standing(None, 2)
