"""Numbers stay gapless when many issue at once and some of them fail half-way: real connections, real commits."""

import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.audit.models import AuditEvent
from lms.catalogue.models import Course, CourseVersion
from lms.certificates import service
from lms.certificates.models import Certificate, CertificateSeries
from lms.learning.models import Completion
from lms.organisation.models import Person, Unit, UnitClosure, UnitName, UnitPlace
from lms.platform.db import db, transaction
from lms.platform.events import SYSTEM
from tests.certificates.made import make_completion, make_course, make_department
from tests.conftest import TODAY
from tests.factories import make_person

THREADS, EACH = 6, 9


class WentAway(Exception):
    """Something failed after the number was taken."""


@pytest.fixture
def completions(app: Flask) -> Iterator[list[int]]:
    """Committed completions of one course; everything is taken away again afterwards."""
    with app.app_context(), transaction():
        first_event = db.session.scalar(sa.select(sa.func.coalesce(sa.func.max(AuditEvent.id), 0)))
        unit = make_department()
        course = make_course(organiser=unit)
        people = [make_person() for _ in range(THREADS * EACH)]
        found = [make_completion(person=person, course=course).id for person in people]
        unit_id, course_id, person_ids = unit.id, course.id, [person.id for person in people]
    yield found
    with app.app_context(), transaction():
        run = db.session.execute
        run(sa.delete(Certificate).where(Certificate.completion_id.in_(found)))
        run(sa.delete(CertificateSeries).where(CertificateSeries.issuer_id == unit_id))
        run(sa.delete(Completion).where(Completion.id.in_(found)))
        run(sa.update(Course).where(Course.id == course_id).values(current_version_id=None))
        run(sa.delete(CourseVersion).where(CourseVersion.course_id == course_id))
        run(sa.delete(Course).where(Course.id == course_id))
        run(sa.delete(Person).where(Person.id.in_(person_ids)))
        for table in (UnitName, UnitPlace, UnitClosure):
            run(sa.delete(table).where(table.unit_id == unit_id))
        run(sa.delete(Unit).where(Unit.id == unit_id))
        run(sa.delete(AuditEvent).where(AuditEvent.id > first_event))
    with app.app_context():
        db.engine.dispose()


def test_numbers_are_gapless_though_many_issue_at_once_and_a_third_of_them_fail(app, completions):
    unexpected: list[BaseException] = []
    start = threading.Barrier(THREADS)

    def work(mine: list[int]) -> None:
        with app.app_context():
            start.wait()
            for place, completion_id in enumerate(mine):
                try:
                    with transaction():
                        service.issue(completion_id, by=SYSTEM, today=TODAY)
                        if place % 3 == 0:
                            raise WentAway
                except WentAway:
                    continue
                except Exception as error:
                    unexpected.append(error)

    threads = [threading.Thread(target=work, args=(completions[n::THREADS],)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not unexpected
    with app.app_context():
        kept = db.session.scalars(
            sa.select(Certificate.number).where(Certificate.completion_id.in_(completions)).order_by(Certificate.number)
        ).all()
        last = db.session.scalars(sa.select(CertificateSeries.last_number).join(Certificate).distinct()).all()
    expected = THREADS * EACH * 2 // 3
    assert kept == list(range(1, expected + 1))
    assert last == [expected]


def test_one_completion_announced_by_many_at_once_takes_one_number(app, completions):
    issued: list[int] = []
    start = threading.Barrier(THREADS)

    def work() -> None:
        with app.app_context():
            start.wait()
            with transaction():
                if service.issue(completions[0], by=SYSTEM, today=TODAY) is not None:
                    issued.append(1)

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(issued) == 1
    with app.app_context():
        assert db.session.scalars(
            sa.select(Certificate.number).where(Certificate.completion_id.in_(completions))
        ).all() == [1]
