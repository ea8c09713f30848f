"""The plan's rows of the permission table."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import sqlalchemy as sa

from lms.catalogue.models import Course
from lms.changes import service as changes
from lms.changes.models import ChangeSet
from lms.organisation.models import Absence
from lms.plan.models import DueGrant, Obligation, Requirement, Waiver
from lms.platform import clock, files
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.access import Row, learner
from tests.factories import Cast, add
from tests.plan.amend_access import ROWS as AMENDMENTS
from tests.plan.dispute_access import ROWS as DISPUTES
from tests.plan.enrol_access import ROWS as ENROLMENTS
from tests.plan.headcount_access import ROWS as HEADCOUNTS
from tests.plan.move_access import ROWS as MOVES
from tests.plan.plans import SMALL, apply, make_course
from tests.plan.staff_access import ROWS as STAFF


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


def an_absence(cast: Cast) -> dict[str, Any]:
    """An is away."""
    return {
        "absence_id": add(
            Absence(person_id=cast.an.person_id, kind="om_dau", from_on=clock.today(), recorded_at=clock.now())
        ).id
    }


def a_waiver(cast: Cast) -> dict[str, Any]:
    """An is exempted."""
    a_plan(cast)
    requirement = db.session.scalars(sa.select(Requirement.id)).one()
    values = {"requirement_id": requirement, "from_on": clock.today(), "reason": "Thử", "recorded_at": clock.now()}
    return {"waiver_id": add(Waiver(person_id=cast.an.person_id, **values)).id}


def chosen(cast: Cast) -> dict[str, Any]:
    """An, chosen in the list."""
    a_plan(cast)
    return {"nguoi": cast.an.person_id}


def a_grant(cast: Cast) -> dict[str, Any]:
    """An has more time."""
    a_plan(cast)
    requirement = db.session.scalars(sa.select(Requirement.id)).one()
    return {
        "grant_id": add(
            DueGrant(
                person_id=cast.an.person_id, requirement_id=requirement, cycle=0, kind="extended",
                due_on=clock.today() + timedelta(days=90), opened_on=clock.today(), granted_on=clock.today(),
                reason="Thử", recorded_at=clock.now(),
            )
        ).id
    }  # fmt: skip


def waiting(cast: Cast) -> dict[str, Any]:
    """An has too little time."""
    the_course(cast)
    apply(SMALL.replace("    from: 2024-01-01", "    from: 2024-01-01\n    minimum_days: 2000"))
    found = sa.select(Obligation.id).where(Obligation.person_id == cast.an.person_id)
    return {"nghia_vu": db.session.scalars(found).one(), "cach": "giu"}


def a_change(cast: Cast) -> dict[str, Any]:
    """A plan file that somebody would like to apply."""
    the_course(cast)
    payload = {"sha256": files.keep(SMALL.encode()), "shorten": False}
    change = changes.propose("plan", title="Kế hoạch thử", payload=payload, unit_id=None, by=SYSTEM, now=clock.now())
    changes.preview(change, by=SYSTEM, now=clock.now(), today=clock.today())
    return {"change_id": change.id}


def an_applied_change(cast: Cast) -> dict[str, Any]:
    """The same, carried out."""
    values = a_change(cast)
    change = db.session.get_one(ChangeSet, values["change_id"])
    changes.apply(change, needs_approval=False, by=SYSTEM, now=clock.now(), today=clock.today())
    return values


EVERYBODY_404 = dict.fromkeys(("an", "binh", "chi", "dung", "huy"), 404)

STOPS = {"binh": 200, "chi": 404, "giang": 200}
"""HR of the person's unit and the administrator; a leader only reads."""
SENDS = {"binh": 422, "chi": 422, "giang": 422}

ROWS = [
    Row(endpoint="plan.plans", binh=200, chi=200, dung=200, giang=200),
    Row(endpoint="plan.plan", values=a_plan, binh=200, chi=200, dung=200, giang=200),
    Row(endpoint="plan.why", values=an_obligation, an=200, binh=200, chi=404, dung=200, giang=200, huy=404),
    Row(endpoint="plan.person", values=the_person, binh=200, chi=404, dung=200, giang=200),
    Row(endpoint="plan.import_form", giang=200),
    Row(endpoint="plan.import_form", data=upload, giang=200),
    Row(endpoint="plan.import_apply", data=kept, giang=303),
    Row(endpoint="load.units", binh=200, chi=200, dung=200, giang=200),
    Row(endpoint="load.export", values=lambda cast: {"kind": "csv"}, binh=200, chi=200, dung=200, giang=200),
    learner("load.year", visitor=302),
    Row(endpoint="unasked.person", values=the_person, binh=200, chi=404, dung=200, giang=200),
    learner("unasked.mine", visitor=302),
    learner("changes.history"),
    learner("changes.show", values=a_change),
    Row(endpoint="changes.export", values=lambda cast: {**a_change(cast), "kind": "csv"}, giang=200, **EVERYBODY_404),
    Row(endpoint="changes.look", values=a_change, data=lambda cast: {}, giang=303, **EVERYBODY_404),
    Row(endpoint="changes.approve", values=a_change, data=lambda cast: {}, giang=303, **EVERYBODY_404),
    Row(endpoint="changes.withdraw", values=a_change, data=lambda cast: {}, giang=303, **EVERYBODY_404),
    Row(endpoint="changes.apply", values=a_change, data=lambda cast: {}, giang=303, **EVERYBODY_404),
    Row(endpoint="changes.undo", values=an_applied_change, data=lambda cast: {}, giang=422, **EVERYBODY_404),
    Row(endpoint="stops.absence_new", values=chosen, **STOPS),
    Row(endpoint="stops.absence_new", values=chosen, data=lambda cast: {}, **{**STOPS, "binh": 422, "giang": 422}),
    Row(endpoint="stops.absence_list", binh=200, chi=200, giang=200),
    Row(endpoint="stops.absence_list", data=lambda cast: {}, **SENDS),
    Row(endpoint="stops.absence_withdraw", values=an_absence, **STOPS),
    Row(endpoint="stops.waiver_new", values=chosen, **STOPS),
    Row(endpoint="stops.waiver_new", values=chosen, data=lambda cast: {}, **{**STOPS, "binh": 422, "giang": 422}),
    Row(endpoint="stops.waiver_list", binh=200, chi=200, giang=200),
    Row(endpoint="stops.waiver_list", data=lambda cast: {}, **SENDS),
    Row(endpoint="stops.waiver_withdraw", values=a_waiver, **STOPS),
    *AMENDMENTS,
    *MOVES,
    *STAFF,
    *ENROLMENTS,
    *HEADCOUNTS,
    *DISPUTES,
    Row(endpoint="stops.extension_new", values=chosen, **STOPS),
    Row(endpoint="stops.extension_new", values=chosen, data=lambda cast: {}, **{**STOPS, "binh": 422, "giang": 422}),
    Row(endpoint="stops.extension_list", binh=200, chi=200, giang=200),
    Row(endpoint="stops.extension_list", data=lambda cast: {}, **SENDS),
    Row(endpoint="stops.grant_withdraw", values=a_grant, **STOPS),
    Row(endpoint="stops.undecided", binh=200, chi=200, giang=200),
    Row(endpoint="stops.decide", values=waiting, binh=200, chi=303, giang=200, note="Chi sees none of them"),
    Row(endpoint="stops.decide", values=waiting, data=lambda cast: {}, binh=422, chi=303, giang=422),
]
