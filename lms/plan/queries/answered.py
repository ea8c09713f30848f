"""Reading what an answer to a dispute made or changed, so that people can be told of it by name and day."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from lms.catalogue.models import Course, CourseVersion
from lms.learning.models import Completion
from lms.organisation.models import Posting, UnitName
from lms.plan.models import DueGrant, Waiver
from lms.platform.columns import FOREVER
from lms.platform.db import db


@dataclass(frozen=True)
class Fact:
    """A result, a granted day, a waiver or a posting."""

    on: date
    """Day of the result, new due day, first day of the waiver or of the posting."""
    to_on: date = FOREVER
    what: str = ""
    """The course of a result, the unit of a posting."""


def fact_of(effect: str, fact_id: int | None) -> Fact | None:
    """What an answer made or changed (`disputes.rules.Effect`); None if nothing."""
    match effect:
        case "completion" | "void":
            title = (
                sa.select(CourseVersion.title)
                .join(Course, Course.id == Completion.course_id)
                .where(CourseVersion.id == sa.func.coalesce(Completion.version_id, Course.current_version_id))
                .correlate(Completion)
                .scalar_subquery()
            )
            found = sa.select(Completion.completed_on, sa.literal(FOREVER, Completion.completed_on.type), title).where(
                Completion.id == fact_id
            )
        case "extend":
            found = sa.select(DueGrant.due_on).where(DueGrant.id == fact_id)
        case "waive":
            found = sa.select(Waiver.from_on, Waiver.to_on).where(Waiver.id == fact_id)
        case "posting":
            name = (
                sa.select(UnitName.name)
                .where(UnitName.unit_id == Posting.unit_id)
                .order_by(UnitName.from_on.desc())
                .limit(1)
                .correlate(Posting)
                .scalar_subquery()
            )
            found = sa.select(Posting.from_on, Posting.to_on, name).where(Posting.id == fact_id)
        case _:
            return None
    told = db.session.execute(found).one_or_none()
    return Fact(*told) if told is not None else None
