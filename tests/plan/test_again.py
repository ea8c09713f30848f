"""Studying a course once more, in a new cycle: a round of its own, a second completion, never two for one round."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from lms.assessment import queries as papers
from lms.assessment import service as assessment
from lms.certificates.models import Certificate
from lms.learning import queries as studies
from lms.learning import service as learning
from lms.learning.models import Completion, Enrolment, LessonProgress
from lms.learning.service import CompletionSource, Refusal, Result
from lms.plan import queries, service
from lms.plan.models import Obligation
from lms.plan.rules import FOREVER, State
from lms.platform.clock import VIETNAM
from lms.platform.db import db
from lms.platform.events import SYSTEM
from lms.platform.forms import Refused
from lms.reports import queries as reports
from lms.reports.queries.compliance import tree_on
from lms.reports.rules import Structure
from tests.conftest import TODAY
from tests.learning.making import make_course, right_form, slug_of
from tests.plan.plans import SMALL, apply

FIRST = date(2026, 5, 25)
"""Valid for six months: until 24/11/2026, to be renewed from 25/09 on."""
AGAIN = SMALL.replace("due: {fixed: 2026-12-31}", "due: {fixed: 2026-12-31}\n    repeat: {months: 6, window_months: 2}")
YEARLY = SMALL.replace("due: {fixed: 2026-12-31}", "due: {calendar_year: 31/12}")


def at(day: date, hour: int = 9) -> datetime:
    """A moment of a working day."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=VIETNAM)


def begin(person_id: int, version, day: date) -> int:
    """Press “Bắt đầu học” or “Học lại”."""
    return learning.begin(person_id, version.course_id, today=day, now=at(day, 8), by=SYSTEM)


def read_and_pass(person_id: int, version, day: date) -> int:
    """Finish the lessons and hand in a right paper; the attempt's id."""
    slug = slug_of(version)
    course = studies.study(person_id, slug)
    for lesson in studies.outline(course.version_id, course.enrolment_id):
        learning.finish_lesson(person_id, slug, lesson.key, now=at(day))
    assert learning.why_not_sit(person_id, course.version_id) is None
    attempt_id = assessment.start_attempt(person_id, course.version_id, now=at(day, 10), by=SYSTEM, since=course.since)
    for shown in papers.paper_in_full(attempt_id):
        form = right_form(shown.kind, shown.body, shown.shuffle)
        assessment.save_answer(attempt_id, shown.place, person_id=person_id, form=form, now=at(day, 10))
    assessment.submit(attempt_id, person_id=person_id, now=at(day, 10), by=SYSTEM)
    return attempt_id


def recognised(person_id: int, version, day: date) -> Result:
    """A result from elsewhere."""
    return Result(
        person_id=person_id, course_id=version.course_id, completed_on=day, source=CompletionSource.RECOGNISED
    )


def record(result: Result) -> int:
    """Record it."""
    return learning.record_completion(result, today=TODAY, now=at(TODAY), by=SYSTEM)


def completions(person_id: int) -> list[date]:
    """When the course was completed, as far as it counts."""
    wanted = sa.select(Completion.completed_on).where(Completion.person_id == person_id, Completion.voided_at.is_(None))
    return sorted(db.session.scalars(wanted))


def duty(person_id: int, cycle: int) -> Obligation:
    """One cycle of the person's duty."""
    db.session.expire_all()
    wanted = sa.select(Obligation).where(Obligation.person_id == person_id, Obligation.cycle == cycle)
    return db.session.scalars(wanted).one()


def states(person_id: int, day: date) -> dict[int, State]:
    """Cycle → state."""
    return {one.cycle: one.state for one in queries.all_duties_of(person_id, day)}


@pytest.fixture
def version(cast):
    return make_course(organiser=cast.city, slug="khoa-thu", lessons=2)


@pytest.fixture
def renewing(cast, version):
    """An has completed a duty that comes again after six months; its renewal is open in the same year."""
    apply(AGAIN)
    begin(cast.an.person_id, version, FIRST - timedelta(5))
    read_and_pass(cast.an.person_id, version, FIRST)
    assert states(cast.an.person_id, TODAY) == {0: State.EXPIRING, 1: State.NOT_STARTED}
    return version


def test_a_renewal_in_the_same_calendar_year_is_studied_passed_and_recorded(cast, renewing):
    an, version = cast.an.person_id, renewing
    begin(an, version, TODAY)
    assert states(an, TODAY) == {0: State.EXPIRING, 1: State.IN_PROGRESS}
    read_and_pass(an, version, TODAY)
    assert completions(an) == [FIRST, TODAY]
    assert (duty(an, 1).started_on, duty(an, 1).fulfilled_on) == (TODAY, TODAY)
    assert states(an, TODAY)[1] is State.VALID
    issued = db.session.scalars(sa.select(Certificate).where(Certificate.person_id == an).order_by(Certificate.id))
    old, new = issued.all()
    assert (old.replaced_by_id, new.replaced_by_id) == (new.id, None)
    assert service.compare_derived().differences == 0


def test_what_was_learnt_before_stays_as_it_was(cast, renewing):
    an, version = cast.an.person_id, renewing
    was = [(row.id, row.number, row.score, row.passed) for row in papers.attempts_of(an, version.id)]
    read = db.session.scalar(sa.select(sa.func.count()).select_from(LessonProgress))
    begin(an, version, TODAY)
    rounds = db.session.scalars(sa.select(Enrolment).where(Enrolment.person_id == an).order_by(Enrolment.id)).all()
    assert [(row.round, row.started_on) for row in rounds] == [(1, FIRST - timedelta(5)), (2, TODAY)]
    assert [(row.id, row.number, row.score, row.passed) for row in papers.attempts_of(an, version.id)] == was
    assert db.session.scalar(sa.select(sa.func.count()).select_from(LessonProgress)) == read
    course = studies.progress_of(an, [version.course_id])[version.course_id]
    assert (course.percent, course.lessons_done, course.lesson_key) == (0, 0, "01-bai")
    assert course.completed_on == FIRST


def test_pressing_again_and_again_begins_one_round_and_records_one_completion(cast, renewing, audited):
    an, version = cast.an.person_id, renewing
    assert begin(an, version, TODAY) == begin(an, version, TODAY)
    attempt_id = read_and_pass(an, version, TODAY)
    for _ in range(2):
        assert assessment.submit(attempt_id, person_id=an, now=at(TODAY, 11), by=SYSTEM)
        begin(an, version, TODAY)
    with pytest.raises(Refused):
        assessment.start_attempt(
            an, version.id, now=at(TODAY, 12), by=SYSTEM, since=studies.study(an, slug_of(version)).since
        )
    with pytest.raises(Refused) as caught:
        record(recognised(an, version, TODAY))
    assert caught.value.reason is Refusal.COMPLETED_THIS_YEAR
    assert completions(an) == [FIRST, TODAY]
    assert db.session.scalar(sa.select(sa.func.count(Certificate.id)).where(Certificate.person_id == an)) == 2
    assert db.session.scalar(sa.select(sa.func.count(Enrolment.id)).where(Enrolment.person_id == an)) == 2
    assert audited().count("learning:course:started") == 2


def test_before_the_window_opens_nothing_is_studied_anew_in_the_same_year(cast, renewing):
    an, version = cast.an.person_id, renewing
    before = duty(an, 1).opened_on - timedelta(1)
    assert learning.why_not_again(an, version.course_id, today=before) is Refusal.COMPLETED_THIS_YEAR
    begin(an, version, before)
    assert db.session.scalar(sa.select(sa.func.count(Enrolment.id)).where(Enrolment.person_id == an)) == 1
    assert learning.why_not_sit(an, version.id) is Refusal.ROUND_DONE
    with pytest.raises(Refused):
        record(recognised(an, version, before))


def test_a_result_from_elsewhere_renews_within_the_year_once(cast, renewing):
    an, version = cast.an.person_id, renewing
    opens = duty(an, 1).opened_on
    record(recognised(an, version, opens))
    assert duty(an, 1).fulfilled_on == opens
    with pytest.raises(Refused) as caught:
        record(recognised(an, version, TODAY))
    assert caught.value.reason is Refusal.COMPLETED_THIS_YEAR


def test_a_duty_that_takes_recent_results_only_may_be_fulfilled_in_the_same_year(cast, version):
    an = cast.an.person_id
    record(recognised(an, version, date(2026, 2, 2)))
    apply(SMALL.replace("from: 2024-01-01", "from: 2026-10-01\n    accept_before_days: 30"))
    record(recognised(an, version, TODAY))
    assert duty(an, 0).fulfilled_on == TODAY
    with pytest.raises(Refused):
        record(recognised(an, version, TODAY - timedelta(1)))


def test_hours_never_ask_for_the_same_course_twice(cast, version):
    an = cast.an.person_id
    apply(SMALL.replace("rule: {any_of: [khoa-thu]}", "rule: {hours: 40}"))
    record(recognised(an, version, date(2026, 2, 2)))
    assert not queries.asks_for(an, version.course_id, version.id, TODAY)
    with pytest.raises(Refused):
        record(recognised(an, version, TODAY))


def test_the_same_version_is_studied_again_in_the_next_year(cast, version):
    an = cast.an.person_id
    apply(YEARLY.replace("from: 2024-01-01", "from: 2025-01-01"))
    begin(an, version, date(2025, 2, 10))
    read_and_pass(an, version, date(2025, 2, 20))
    assert states(an, TODAY)[2026] is State.NOT_STARTED
    begin(an, version, TODAY)
    assert states(an, TODAY)[2026] is State.IN_PROGRESS
    assert (duty(an, 2025).started_on, duty(an, 2026).started_on) == (date(2025, 2, 10), TODAY)
    plan = reports.plan_of("KH-THU")
    view = reports.View(TODAY, Structure.CURRENT, TODAY, None, None, tree_on(TODAY))
    total = reports.compliance(plan, view, view.tree.places[cast.ward.id], reports.requirements_of(plan.id)).total
    assert total.in_progress == 1
    read_and_pass(an, version, TODAY)
    assert completions(an) == [date(2025, 2, 20), TODAY]
    assert duty(an, 2027).fulfilled_on == FOREVER
    assert service.compare_derived().differences == 0


def buttons(page) -> list[str]:
    """What may be pressed."""
    return [button.get_text(strip=True) for button in page.soup.select("main button")]


def test_the_pages_offer_to_study_again_and_say_what_stays(browse, cast, renewing):
    visitor, slug = browse.as_(cast.an), slug_of(renewing)
    assert "Học lại" in buttons(visitor.get("home.today"))
    page = visitor.get("learning.study", slug=slug)
    assert "Đã hoàn thành ngày 25/05/2026" in page.text
    assert "Học lại" in buttons(page)
    assert "hãy bấm “Học lại” ở trang khóa học" in visitor.get("learning.quiz", slug=slug).text
    first = visitor.follow(visitor.post("learning.begin", slug=slug))
    assert first.heading == "Bài về việc số 1"
    page = visitor.get("learning.study", slug=slug)
    assert "Lượt học thứ 2. Lần trước hoàn thành ngày 25/05/2026" in page.text
    assert "Xong 0/2 bài" in page.text
    assert "Xong 0/2 bài" in visitor.get("home.today").text
    assert "Còn 2 bài chưa xong" in visitor.get("learning.quiz", slug=slug).text
