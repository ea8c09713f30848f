"""A small city with a plan, and what happens in it before and after its figures are closed."""

from datetime import date, timedelta

import sqlalchemy as sa

from lms.catalogue.models import Course
from lms.learning.models import Completion
from lms.plan import service as plan
from lms.plan.models import Requirement
from lms.plan.periods import service
from lms.plan.periods.models import ClosedPeriod
from lms.platform import clock
from lms.platform.columns import FOREVER
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.factories import add
from tests.plan.plans import apply, make_course

AS_OF = date(2026, 9, 30)


def prepare(cast):
    """The plan, its course, and everybody of the cast obliged."""
    course = make_course(organiser=cast.city)
    apply()
    return course


def complete(person_id: int, on: date, *, course: str = "khoa-thu") -> Completion:
    """A result of that day, recorded now."""
    found = db.session.scalars(sa.select(Course).where(Course.slug == course)).one()
    row = add(
        Completion(
            person_id=person_id, course_id=found.id, version_id=found.current_version_id, completed_on=on, hours=4,
            content_group="KHCN", source="online", recorded_at=clock.now(),
        )
    )  # fmt: skip
    plan.refresh_person_course(person_id, found.id, clock.today())
    return row


def void(completion: Completion) -> None:
    """Take a result back."""
    completion.voided_at = clock.now()
    db.session.flush()
    plan.refresh_person_course(completion.person_id, completion.course_id, clock.today())


def waive(person_id: int, *, from_on: date = date(2026, 1, 1)) -> None:
    """Exempt somebody from the plan's first requirement."""
    requirement = db.session.scalars(sa.select(Requirement).order_by(Requirement.id)).first()
    line = plan.Exempt(person_id, requirement.id, from_on, FOREVER, "Nghỉ hưu trước tuổi", "12/QĐ-SNV", "Giám đốc")
    plan.waive([line], by=SYSTEM, now=clock.now())


def close(**more) -> ClosedPeriod:
    """Close the plan's figures of the end of September."""
    asked = {"plan_code": "KH-THU", "as_of": AS_OF, "name": "Quý III/2026", "unit_id": None, **more}
    service.stand_still()
    return service.close(**asked, by=SYSTEM, now=clock.now(), today=clock.today())


def later(move, *, days: int = 1) -> None:
    """Let time pass."""
    move(clock.now() + timedelta(days=days))


def closed_and_changed(cast) -> ClosedPeriod:
    """A closed period, An's result recorded after it, compared."""
    prepare(cast)
    complete(cast.binh.person_id, date(2026, 9, 1))
    period = close()
    complete(cast.an.person_id, date(2026, 9, 15))
    service.compare(period, now=clock.now())
    return period


def corrected(cast) -> ClosedPeriod:
    """The same, put right by an erratum."""
    period = closed_and_changed(cast)
    service.issue(period, reason="Kết quả của An nộp muộn", by=SYSTEM, now=clock.now())
    return period
