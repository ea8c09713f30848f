"""Counting people and obligations by the unit they came from and the unit they are in."""

from datetime import date, timedelta

from sqlalchemy import and_, func, select

from lms.organisation.models import FormerUnit, Reform
from lms.organisation.queries import reforms_that_repost
from lms.plan.models import Segment
from lms.platform.db import db
from lms.reports.bridging import Bridge, bridge
from lms.reports.queries.compliance import View, tree_on
from lms.reports.queries.figures import FIGURES, Scope
from lms.reports.rules import Structure


def reforms_to_bridge(day: date) -> list[Reform]:
    """Reforms up to the day for which everybody's former unit is known, the newest first."""
    return reforms_that_repost(up_to=day)


def view_before(day: date, reform: Reform) -> View:
    """The structure that a reform ended, for figures of a later day."""
    eve = reform.effective_on - timedelta(days=1)
    return View(day, Structure.FORMER, eve, reform.id, reform.effective_on, tree_on(eve))


def bridge_of(scope: Scope, view: View, former: View) -> Bridge:
    """People and obligations in scope on the day, per former × present unit: in one reading of the segments."""
    day = scope.day
    statement = (
        select(
            FormerUnit.unit_id,
            Segment.unit_id,
            func.count(),
            func.count().filter(FIGURES["completed"](day)),
            func.count(Segment.person_id.distinct()),
        )
        .select_from(Segment)
        .outerjoin(
            FormerUnit,
            and_(FormerUnit.person_id == Segment.person_id, FormerUnit.reform_id == former.reform_id),
        )
        .where(*scope.holding(), FIGURES["required"](day))
        .group_by(FormerUnit.unit_id, Segment.unit_id)
    )
    counted = [(row[0], row[1], row[2], row[3], row[4]) for row in db.session.execute(statement)]
    return bridge(former.tree, view.tree, scope.unit_id, counted)
