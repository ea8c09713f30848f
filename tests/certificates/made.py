"""A course, completions of it and certificates for them."""

from datetime import date
from decimal import Decimal
from typing import Any

from lms.catalogue.models import Course, CourseVersion
from lms.certificates import service
from lms.certificates.models import Certificate
from lms.learning.models import Completion
from lms.organisation.models import Person, Unit
from lms.platform import clock, vietnamese
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.conftest import TODAY
from tests.factories import add, make_unit


def make_department(**values: Any) -> Unit:
    """A department that organises courses."""
    return make_unit(**{"name": "Sở Khoa học và Công nghệ", "kind": "so", "abbreviation": "SKHCN", **values})


def make_course(*, organiser: Unit, title: str = "Kỹ năng số cơ bản", slug: str = "ky-nang-so") -> Course:
    """A course with one published version."""
    course = add(Course(slug=f"{slug}-{organiser.id}", organiser_id=organiser.id, created_at=clock.now()))
    version = add(
        CourseVersion(
            course_id=course.id, number=1, title=title, sort_title=vietnamese.sort_key(title), summary="Tóm tắt",
            hours=Decimal(8), content_group="1", level="cb", skills=[], goals=[], sources=[], minutes=120,
            quiz_title="Bài kiểm tra", draw=10, quiz_minutes=20, pass_percent=70, attempts_allowed=3, digest="x",
            published_at=clock.now(), published_by=None,
        )
    )  # fmt: skip
    course.current_version_id = version.id
    db.session.flush()
    return course


def make_completion(*, person: Person, course: Course, unit: Unit | None = None, **values: Any) -> Completion:
    """A completion of the course's version by the person."""
    standard = {
        "person_id": person.id, "course_id": course.id, "version_id": course.current_version_id,
        "started_on": date(2026, 11, 2), "completed_on": TODAY, "hours": Decimal(8), "content_group": "1",
        "score": Decimal("92.50"), "source": "online", "unit_id": unit.id if unit else None,
        "department": "Văn phòng", "recorded_at": clock.now(),
    }  # fmt: skip
    return add(Completion(**{**standard, **values}))


def make_certificate(*, person: Person, course: Course, unit: Unit | None = None, **values: Any) -> Certificate:
    """A certificate issued today."""
    completion = make_completion(person=person, course=course, unit=unit, **values)
    certificate = service.issue(completion.id, by=SYSTEM, today=TODAY)
    assert certificate is not None
    return certificate


def an_certificate(cast: Any, **values: Any) -> Certificate:
    """An's certificate, seen from Bình's unit and above."""
    course = make_course(organiser=make_department(parent=cast.city))
    return make_certificate(person=cast.person("an"), course=course, unit=cast.ward, **values)
