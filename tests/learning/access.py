"""The learning rows of the permission table. One studies for oneself: nobody sees another one's paper."""

from typing import Any

from tests.access import learner
from tests.conftest import NOW
from tests.factories import Cast
from tests.learning.making import make_course, make_enrolment, slug_of, start


def a_course(cast: Cast) -> dict[str, Any]:
    """A course that An has begun and read."""
    version = make_course(organiser=cast.city)
    make_enrolment(person_id=cast.an.person_id, version=version, done=True)
    return {"slug": slug_of(version)}


def a_lesson(cast: Cast) -> dict[str, Any]:
    """A lesson of that course."""
    return {**a_course(cast), "key": "01-bai"}


def an_attempt(cast: Cast) -> dict[str, Any]:
    """An's open paper."""
    version = make_course(organiser=cast.city)
    make_enrolment(person_id=cast.an.person_id, version=version, done=True)
    return {"slug": slug_of(version), "attempt_id": start(cast.an.person_id, version, NOW)}


def a_place(cast: Cast) -> dict[str, Any]:
    """The first question of An's paper."""
    return {**an_attempt(cast), "place": 1}


ROWS = [
    learner("learning.study", visitor=302, values=a_course),
    learner("learning.begin", 303, visitor=302, values=a_course, data=lambda cast: {}),
    learner("learning.lesson", 303, an=200, visitor=302, values=a_lesson),
    learner("learning.progress", 404, an=204, visitor=302, values=a_lesson, data=lambda cast: {"percent": 40}),
    learner("learning.finish_lesson", 404, an=303, visitor=302, values=a_lesson, data=lambda cast: {}),
    learner("learning.quiz", 303, an=200, visitor=302, values=a_course),
    learner("learning.start_attempt", 303, visitor=302, values=a_course, data=lambda cast: {}),
    learner("learning.attempt", 404, an=200, visitor=302, values=a_place),
    learner("learning.answer", 404, an=303, visitor=302, values=a_place, data=lambda cast: {"den": "2"}),
    learner("learning.review_attempt", 404, an=200, visitor=302, values=an_attempt),
    learner("learning.submit_attempt", 404, an=303, visitor=302, values=an_attempt, data=lambda cast: {}),
    learner("learning.result", 404, an=303, visitor=302, values=an_attempt),
]
