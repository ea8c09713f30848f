"""What may be published, and what a version changes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.catalogue import rules
from lms.catalogue.package import Package, read
from lms.catalogue.rules import Change, Refusal
from tests.catalogue.packages import files


def sound() -> Package:
    package = read(files()).package
    assert package is not None
    return package


@pytest.mark.parametrize(
    ("known", "organiser", "course", "standing", "expected"),
    [
        (True, True, True, None, None),
        (True, True, True, "other", None),
        (True, True, True, "same", Refusal.NOTHING_NEW),
        (False, False, True, None, Refusal.NO_SUCH_ORGANISER),
        (True, False, True, None, Refusal.NOT_YOUR_UNIT),
        (True, True, False, "other", Refusal.NOT_YOUR_COURSE),
        (True, True, False, "same", Refusal.NOT_YOUR_COURSE),
    ],
)
def test_a_package_is_published_by_those_who_run_the_course_and_only_when_it_is_new(
    known, organiser, course, standing, expected
):
    assert expected is rules.why_not_publish(
        organiser_known=known, may_organiser=organiser, may_course=course, standing_digest=standing, digest="same"
    )


def test_a_first_version_adds_everything():
    found = rules.changes(None, sound())
    assert [one.change for one in found.lessons] == [Change.ADDED, Change.ADDED]
    assert (found.questions_added, found.questions_changed, found.questions_removed) == (6, 0, 0)


def test_equal_versions_change_nothing():
    found = rules.changes(sound(), sound())
    assert {one.change for one in found.lessons} == {Change.SAME}
    assert (found.questions_added, found.questions_changed, found.questions_removed) == (0, 0, 0)


def test_changed_removed_and_added_lessons_and_questions_are_told_apart():
    before = sound()
    first, second = before.lessons
    after = replace(
        before,
        lessons=(replace(first, text="khác"), replace(second, key="03-moi", title="Bài mới")),
        questions=(replace(before.questions[0], text="khác"), *before.questions[2:]),
    )
    found = rules.changes(before, after)
    assert [(one.change, one.title) for one in found.lessons] == [
        (Change.CHANGED, "Mở đầu"), (Change.ADDED, "Bài mới"), (Change.REMOVED, "Kiểm tra hồ sơ"),
    ]  # fmt: skip
    assert (found.questions_added, found.questions_changed, found.questions_removed) == (0, 1, 1)


@given(st.permutations(range(5)), st.sets(st.integers(0, 4), min_size=1))
def test_a_lesson_kept_elsewhere_has_moved_and_none_is_lost(order, kept):
    model = sound().lessons[0]
    before = replace(sound(), lessons=tuple(replace(model, key=str(n)) for n in range(5)))
    after = replace(before, lessons=tuple(before.lessons[n] for n in order if n in kept))
    found = rules.changes(before, after).lessons
    assert len(found) == 5
    assert [one.change for one in found].count(Change.REMOVED) == 5 - len(kept)
    for place, lesson in enumerate(after.lessons):
        assert found[place].change is (Change.SAME if lesson.key == str(place) else Change.MOVED)
