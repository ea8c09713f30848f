"""Several processes deliver at once, each with a connection of its own: what is committed here is cleared away."""

import threading
from dataclasses import replace

import pytest

from lms.notifications import jobs, service
from lms.notifications.models import Letter
from lms.platform.db import db, transaction
from tests.conftest import NOW
from tests.notifications.test_delivery import office

__all__ = ["office"]
COUNT = 50


@pytest.fixture
def fifty_letters(app):
    with app.app_context(), transaction():
        for number in range(COUNT):
            service.write_letter(f"n{number}@example.gov.vn", subject=f"Thư {number}", body="Nội dung", now=NOW)
    yield
    with app.app_context(), transaction():
        db.session.execute(db.delete(Letter))


def test_each_letter_leaves_once_though_four_deliver_at_once(app, office, fifty_letters):
    config = replace(app.config["LMS"], mail_host="127.0.0.1", mail_port=office.port)
    start = threading.Barrier(4)
    faults: list[BaseException] = []

    def work():
        try:
            with app.app_context():
                start.wait()
                while any(jobs.deliver(config, NOW)):
                    pass
        except BaseException as fault:
            faults.append(fault)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not faults
    assert len({message["Message-ID"] for _, message in office.letters}) == COUNT
    assert len(office.letters) == COUNT
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count()).where(Letter.sent_at.is_(None))) == 0
