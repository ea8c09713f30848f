"""Two officers answer one request at the same moment: one of them is told that he came late."""

import threading

import pytest

from lms.audit.models import AuditEvent
from lms.organisation import queries, service
from lms.organisation.models import Person, Posting, TransferProposal, Unit, UnitClosure, UnitName, UnitPlace
from lms.organisation.rules import Refusal
from lms.organisation.service import Kind, Wish
from lms.platform.db import db, transaction
from lms.platform.events import SYSTEM
from lms.platform.forms import Refused
from tests.conftest import NOW, TODAY
from tests.factories import make_person, make_unit


@pytest.fixture
def request_id(app):
    with app.app_context(), transaction():
        old, new = make_unit(code="luc1"), make_unit(code="luc2")
        person = make_person(unit=old)
        wish = Wish(kind=Kind.MOVE, new_id=new.id, on=TODAY)
        found = service.propose(person, wish, by=SYSTEM, now=NOW).id
    yield found
    with app.app_context(), transaction():
        for table in (AuditEvent, TransferProposal, Posting, Person, UnitClosure, UnitPlace, UnitName, Unit):
            db.session.execute(db.delete(table))


def test_a_request_is_accepted_once_however_many_press(app, request_id):
    start, answers = threading.Barrier(4), []

    def press():
        with app.app_context():
            start.wait()
            try:
                with transaction():
                    service.accept(db.session.get_one(TransferProposal, request_id), by=SYSTEM, now=NOW)
                answers.append("done")
            except Refused as refused:
                answers.append(refused.reason)

    workers = [threading.Thread(target=press) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(answers) == [Refusal.ALREADY_ANSWERED] * 3 + ["done"]
    with app.app_context():
        proposal = db.session.get_one(TransferProposal, request_id)
        assert proposal.state == "dong_y"
        assert len(queries.believed_postings(proposal.person_id)) == 2
