"""The plan's rows of the permission table."""

from io import BytesIO
from typing import Any

import sqlalchemy as sa

from lms.catalogue.models import Course
from lms.plan.models import Obligation
from lms.platform import files
from lms.platform.db import db
from tests.access import Row
from tests.factories import Cast
from tests.plan.plans import SMALL, apply, make_course


def a_plan(cast: Cast) -> dict[str, Any]:
    """A plan that obliges everybody of the cast."""
    the_course(cast)
    apply()
    return {"code": "KH-THU"}


def the_course(cast: Cast) -> None:
    """The course that the small plan names, once."""
    if not db.session.scalars(sa.select(Course.id)).all():
        make_course(organiser=cast.city)


def an_obligation(cast: Cast) -> dict[str, Any]:
    """An's."""
    a_plan(cast)
    return {
        "obligation_id": db.session.scalars(
            sa.select(Obligation.id).where(Obligation.person_id == cast.an.person_id)
        ).one()
    }


def the_person(cast: Cast) -> dict[str, Any]:
    """An."""
    a_plan(cast)
    return {"person_id": cast.an.person_id}


def upload(cast: Cast) -> dict[str, Any]:
    """A file to look at."""
    the_course(cast)
    return {"file": (BytesIO(SMALL.encode()), "ke-hoach.yaml")}


def kept(cast: Cast) -> dict[str, Any]:
    """A file that was shown."""
    the_course(cast)
    return {"sha256": files.keep(SMALL.encode())}


ROWS = [
    Row(endpoint="plan.plans", binh=200, chi=200, dung=200, giang=200),
    Row(endpoint="plan.plan", values=a_plan, binh=200, chi=200, dung=200, giang=200),
    Row(endpoint="plan.why", values=an_obligation, an=200, binh=200, chi=404, dung=200, giang=200, huy=404),
    Row(endpoint="plan.person", values=the_person, binh=200, chi=404, dung=200, giang=200),
    Row(endpoint="plan.import_form", giang=200),
    Row(endpoint="plan.import_form", data=upload, giang=200),
    Row(endpoint="plan.import_apply", data=kept, giang=303),
]
