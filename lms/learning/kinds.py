"""How enrolling many people in a course becomes a change set."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from lms.changes import jobs
from lms.changes.kinds import Kind, register
from lms.changes.models import ChangeSet
from lms.learning import labels, service
from lms.platform import clock
from lms.platform.access import Permission
from lms.platform.events import By
from lms.platform.forms import Refused


def _enrol(payload: Mapping[str, Any], _change_id: int, by: By, now: datetime) -> int:
    """Enrol the chosen people."""
    return service.enrol_many(payload["person_ids"], payload["course_id"], today=clock.today(), now=now, by=by)


def _says(error: Exception) -> Sequence[str]:
    return [str(labels.REFUSALS[error.reason])] if isinstance(error, Refused) else []


def _met(payload: Mapping[str, Any], change_id: int) -> sa.Select[Any]:
    """What became of each of the chosen people."""
    return service.met(payload["person_ids"], payload["course_id"], change_id, clock.today())


def submit(
    person_ids: Sequence[int], course_id: int, *, course: str, unit_id: int | None, by: By, now: datetime, today: date
) -> ChangeSet:
    """Propose to enrol these people in a course, to be looked at person by person and then applied."""
    return jobs.submit(
        ENROLMENT.name,
        title=_("Ghi danh %(n)s người vào khóa “%(course)s”", n=len(person_ids), course=course),
        payload={"person_ids": list(person_ids), "course_id": course_id, "course": course},
        people=len(person_ids),
        unit_id=unit_id,
        by=by,
        now=now,
        today=today,
    )


ENROLMENT = register(Kind("enrolment", Permission.LEARNING_ENROLMENT_GRANT, _enrol, _says, met=_met))
