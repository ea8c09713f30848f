"""Publishing: immutable versions, nothing twice, nothing half."""

from datetime import UTC, date, datetime

import pytest

from lms.catalogue import queries, service
from lms.catalogue.events import VersionPublished
from lms.catalogue.models import Course, CourseVersion, Lesson, Media
from lms.catalogue.package import pack, read
from lms.catalogue.queries import Wanted
from lms.catalogue.rules import Refusal
from lms.platform import clock
from lms.platform import files as store
from lms.platform.db import db
from lms.platform.events import SYSTEM, listens_to
from lms.platform.forms import Refused
from tests import factories
from tests.catalogue.packages import COURSE, LESSON, files, published

HEARD: list[VersionPublished] = []


@listens_to(VersionPublished)
def hear(event, by):
    HEARD.append(event)


def count(model) -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(model))


def test_a_package_becomes_a_version_with_lessons_and_pictures(session, audited):
    version = published()
    facts = queries.course_by_slug("khoa-thu")
    assert facts is not None
    assert (facts.version_id, facts.number, facts.is_current) == (version.id, 1, True)
    assert (facts.title, facts.organiser, facts.bank_size) == ("Khóa học thử về hồ sơ số", "Thành phố Hà Nội", 6)
    assert facts.sources == [{"title": "Kế hoạch chuyển đổi số", "number": "239/KH-UBND", "date": "2023-09-27"}]
    lessons = queries.lessons_of(version.id)
    assert [(one.place, one.key, one.minutes) for one in lessons] == [(1, "01-mo-dau", 10), (2, "02-kiem-tra", 15)]
    assert "lms-case" in (queries.lesson_html(lessons[0].lesson_id) or "")
    assert store.kept(db.session.scalar(db.select(Media.sha256))) == files()["media/so-do.svg"]
    assert "catalogue:version:published" in audited()


def test_the_questions_travel_with_the_event_and_stay_out_of_the_log(session):
    HEARD.clear()
    version = published()
    (event,) = HEARD
    assert (event.version_id, event.question_count, len(event.questions)) == (version.id, 6, 6)
    assert set(event.questions[0]) == {"code", "kind", "skill", "lesson_key", "text", "body", "explanation"}
    assert "questions" not in event.facts()


def test_the_same_files_never_make_a_second_version_even_on_another_day(session, at_eight_in_the_morning):
    published()
    at_eight_in_the_morning(datetime(2027, 3, 1, tzinfo=UTC))
    with pytest.raises(Refused) as refused:
        published()
    assert refused.value.reason is Refusal.NOTHING_NEW
    assert (count(CourseVersion), count(Lesson), count(Media)) == (1, 2, 1)


def test_a_changed_package_makes_the_next_version_and_leaves_the_old_one_as_it_was(session):
    first = published()
    html = [queries.lesson_html(one.lesson_id) for one in queries.lessons_of(first.id)]
    second = published(files(lesson=LESSON + "\nThêm một câu.\n"))
    assert (second.course_id, second.number) == (first.course_id, 2)
    assert [queries.lesson_html(one.lesson_id) for one in queries.lessons_of(first.id)] == html
    standing = queries.current_version(first.course_id)
    assert standing is not None
    assert standing.version_id == second.id
    assert [one.number for one in queries.versions_of(first.course_id)] == [2, 1]
    old = queries.version(first.id)
    assert old is not None
    assert not old.is_current


def test_going_back_to_older_files_is_a_new_version_too(session):
    published()
    published(files(second="Khác.\n"))
    third = published()
    assert third.number == 3


def test_a_retired_course_comes_back_with_a_new_version(session):
    version = published()
    course = db.session.get_one(Course, version.course_id)
    course.retired_at = clock.now()
    published(files(second="Khác.\n"))
    assert course.retired_at is None


def test_an_unknown_organiser_is_refused_and_nothing_is_written(session):
    package = read(files(course=COURSE.replace("tp-ha-noi", "khong-co"))).package
    assert package is not None
    with pytest.raises(Refused) as refused:
        service.publish(package, archive=b"", actor=None, by=SYSTEM, today=clock.today(), now=clock.now())
    assert refused.value.reason is Refusal.NO_SUCH_ORGANISER
    assert count(Course) == 0


def test_the_organiser_is_the_unit_that_bears_the_code_today_else_the_last_one(session):
    old = factories.make_unit(code="so-x", valid_from=date(2020, 1, 1), valid_to=date(2025, 3, 1))
    new = factories.make_unit(code="so-x", valid_from=date(2025, 3, 1))
    gone = factories.make_unit(code="so-y", valid_from=date(2020, 1, 1), valid_to=date(2025, 3, 1))
    assert queries.organiser_with("so-x", date(2024, 1, 1)) == old.id
    assert queries.organiser_with("so-x", date(2026, 1, 1)) == new.id
    assert queries.organiser_with("so-y", date(2026, 1, 1)) == gone.id
    assert queries.organiser_with("so-z", date(2026, 1, 1)) is None


def test_the_kept_package_tells_what_a_new_one_changes(session):
    published()
    package = read(files(second="Khác.\n")).package
    assert package is not None
    intended = service.intention(package, actor=None, today=clock.today())
    assert intended.number == 2
    assert [one.change for one in service.intended_changes(intended).lessons] == ["same", "changed"]


def test_courses_are_found_without_marks_by_group_and_by_level(session):
    published()
    other = COURSE.replace("slug: khoa-thu", "slug: an-toan").replace("Khóa học thử về hồ sơ số", "An toàn")
    published(files(course=other.replace("KHCN", "VTVL")))
    assert [one.slug for one in queries.courses(Wanted())] == ["an-toan", "khoa-thu"]
    assert [one.slug for one in queries.courses(Wanted(words="khoa hoc thu"))] == ["khoa-thu"]
    assert [one.slug for one in queries.courses(Wanted(words="Thử  KHÓA"))] == ["khoa-thu"]
    assert [one.slug for one in queries.courses(Wanted(content_group="VTVL"))] == ["an-toan"]
    assert queries.courses(Wanted(level="CS")) == []
    assert queries.courses(Wanted(words="100%")) == []
    assert queries.count_courses(Wanted(words="khoa hoc thu")) == 1
    ids = queries.course_ids(["an-toan", "khong-co"])
    assert queries.course_titles(ids.values()) == {ids["an-toan"]: "An toàn"}


def test_a_kept_archive_gives_its_package_back(session):
    version = published()
    assert store.kept(version.archive) == pack(files(), "khoa-thu")
    reading = service.package_in(version.archive)
    assert reading.package is not None
    assert reading.package.digest == version.digest
