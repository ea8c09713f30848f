"""Many guesses at once are counted one by one; what is committed here is cleared away."""

import threading

import pytest

from lms.audit.models import AuditEvent
from lms.identity import service
from lms.identity.models import Account
from lms.organisation.models import Person
from lms.platform.db import db, transaction
from lms.platform.events import SYSTEM
from tests.conftest import NOW, TODAY
from tests.factories import make_person

PASSWORD = "cá rô kho tộ ngon"


@pytest.fixture
def account_id(app):
    with app.app_context(), transaction():
        account = Account(login="mot.minh@example.gov.vn", name="Một Mình", notice_seen_at=NOW, created_at=NOW)
        db.session.add(account)
        db.session.flush()
        service.set_password(account, password=PASSWORD, by=SYSTEM, today=TODAY)
        found = account.id
    yield found
    with app.app_context(), transaction():
        db.session.execute(db.delete(AuditEvent))
        db.session.execute(db.delete(Account))


def test_twelve_guesses_at_once_are_five_tries_and_a_lock(app, account_id):
    start = threading.Barrier(12)
    answers: list[str] = []

    def guess(number):
        client = app.test_client()
        start.wait()
        data = {"login": "mot.minh@example.gov.vn", "password": f"đoán mò lần {number}"}
        answers.append(client.post("/dang-nhap", data=data).get_data(as_text=True))

    workers = [threading.Thread(target=guess, args=(number,)) for number in range(12)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with app.app_context():
        account = db.session.get_one(Account, account_id)
        assert account.failures == 5
        assert account.locked_until is not None
    assert sum("Còn 4 lần thử" in answer for answer in answers) == 1
    assert sum("Đã nhập sai quá nhiều lần" in answer for answer in answers) == 8


@pytest.fixture
def person_id(app):
    with app.app_context(), transaction():
        found = make_person(name="Bấm Hai Lần").id
    yield found
    with app.app_context(), transaction():
        for table in (AuditEvent, Account, Person):
            db.session.execute(db.delete(table))


def test_a_button_pressed_twice_makes_one_account(app, person_id):
    start, made = threading.Barrier(6), []

    def press():
        with app.app_context():
            person = db.session.get_one(Person, person_id)
            db.session.rollback()
            start.wait()
            with transaction():
                made.append(service.create_accounts([person], by=SYSTEM, now=NOW)[person_id].id)

    workers = [threading.Thread(target=press) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(made) == 6
    assert len(set(made)) == 1
