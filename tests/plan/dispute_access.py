"""The rows of disputes in the permission table."""

from typing import Any

import sqlalchemy as sa

from lms.catalogue.models import Course
from lms.plan.disputes.models import Dispute
from lms.plan.models import Obligation
from lms.plan.rules import FOREVER
from lms.platform import clock, files
from lms.platform.db import db
from tests.access import Row, learner
from tests.factories import Cast, add
from tests.plan.plans import apply, make_course


def the_duty(cast: Cast) -> Obligation:
    """An's only duty."""
    if not db.session.scalars(sa.select(Course.id)).all():
        make_course(organiser=cast.city)
        apply()
    return db.session.scalars(sa.select(Obligation).where(Obligation.person_id == cast.an.person_id)).one()


def a_dispute(cast: Cast) -> dict[str, Any]:
    """An says that it stands wrongly; Bình's unit must answer."""
    from lms.plan.disputes.queries import lines_of

    duty, today = the_duty(cast), clock.today()
    desk = lines_of({cast.ward.id}, today)[cast.ward.id][0]
    dispute = Dispute(
        person_id=duty.person_id, requirement_id=duty.requirement_id, cycle=duty.cycle, kind="not-counted",
        words="Tôi đã học ở nơi khác.", was_state="not_started", was_due_on=duty.due_on, was_fulfilled_on=FOREVER,
        opened_at=clock.now(), opened_on=today, opened_by=cast.an.id, unit_id=cast.ward.id, desk_id=desk,
        desk_since=today, due_on=today,
    )  # fmt: skip
    return {"dispute_id": add(dispute).id}


def a_paper(cast: Cast) -> dict[str, Any]:
    """A paper that An handed in."""
    from lms.plan.disputes.models import DisputeFile

    values = {**a_dispute(cast), "sha256": files.keep(b"%PDF-1.4 thu"), "name": "thu.pdf", "kind": "pdf", "size": 12}
    return {"file_id": add(DisputeFile(**values, sent_at=clock.now(), account_id=cast.an.id)).id}


SEEN = {"an": 200, "binh": 200, "chi": 404, "dung": 404, "giang": 200, "huy": 404}
OWN = {"an": 303, "binh": 404, "chi": 404, "dung": 404, "giang": 404, "huy": 404}
DESK = {"binh": 200, "chi": 404, "giang": 200}


def of_an(cast: Cast) -> dict[str, Any]:
    """An's duty."""
    return {"obligation_id": the_duty(cast).id}


ROWS = [
    Row(endpoint="disputes.new", values=of_an, **{**SEEN, "binh": 404, "giang": 404}),
    Row(
        endpoint="disputes.new", values=of_an, data=lambda cast: {}, **{**SEEN, "an": 422, "binh": 404, "giang": 404}
    ),
    learner("disputes.mine"),
    Row(endpoint="disputes.show", values=a_dispute, **SEEN),
    Row(endpoint="disputes.comment", values=a_dispute, data=lambda cast: {}, **{**SEEN, "an": 422, "binh": 422,
        "giang": 422}),
    Row(endpoint="disputes.withdraw", values=a_dispute, data=lambda cast: {}, **OWN),
    Row(endpoint="disputes.paper", values=a_paper, **SEEN),
    Row(endpoint="disputes.desk", binh=200, chi=200, giang=200),
    Row(endpoint="disputes.terms", giang=200),
    Row(endpoint="disputes.set_term", data=lambda cast: {}, giang=422),
    Row(endpoint="disputes.set_days", data=lambda cast: {}, giang=422),
    Row(endpoint="disputes.unset_days", data=lambda cast: {}, giang=303),
    Row(endpoint="disputes.decide", values=a_dispute, **DESK),
    Row(endpoint="disputes.decide", values=a_dispute, data=lambda cast: {}, **{**DESK, "binh": 422, "giang": 422}),
    Row(endpoint="disputes.hand_over", values=a_dispute, **DESK),
    Row(endpoint="disputes.hand_over", values=a_dispute, data=lambda cast: {}, **{**DESK, "binh": 422, "giang": 422}),
]  # fmt: skip
