"""The server is killed in the middle of answers and of submissions; what it had acknowledged is there afterwards."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from lms.app import create_app
from lms.assessment.models import Answer, Attempt
from lms.certificates.models import Certificate, CertificateSeries
from lms.learning.models import Completion
from lms.platform import clock, config
from lms.platform.db import db, transaction
from tests import factories
from tests.learning.making import make_course, make_enrolment, start
from tests.servers import Server, Visitor, signed_in

ROOT = Path(__file__).resolve().parents[2]
LEARNERS = 12
QUESTIONS = 6
RIGHT = 84
BANK = tuple(
    {"kind": "numeric", "text": f"Bao nhiêu? ({n})", "body": {"answer": str(RIGHT), "tolerance": "0", "unit": ""}}
    for n in range(QUESTIONS)
)


@dataclass
class Learner:
    """A signed-in learner with an open paper, and what the server has told them."""

    visitor: Visitor
    path: str
    attempt_id: int
    turn: int = 0
    sent: dict[int, int] = field(default_factory=dict)
    """Place → the last number sent."""
    acknowledged: dict[int, int] = field(default_factory=dict)
    """Place → the last number the server said it had saved."""
    submitted: bool = False


@pytest.fixture
def world(tmp_path: Path) -> Iterator[tuple[Flask, dict[str, str]]]:
    """An app on a database of its own, and the environment of a server on the same."""
    clock.set_source(None)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    url = factories.fresh_database(os.environ.get("TEST_DATABASE_URL", ""), f"crash_{worker}")
    environment = {
        "LMS_INSTANCE": str(tmp_path),
        "DATABASE_URL": url or f"sqlite:///{tmp_path}/crash.sqlite3",
        "SECRET_KEY": "crash",
    }
    app = create_app(config.read(environment))
    with app.app_context():
        upgrade()
        yield app, environment
        db.session.remove()
        db.engine.dispose()


def learners_of(app: Flask) -> list[Learner]:
    """Learners with open papers, signed in."""
    now = datetime.now(UTC)
    with transaction():
        city = factories.make_unit(code="tp-ha-noi", name="Thành phố Hà Nội", kind="thanh_pho")
        organiser = factories.make_unit(name="Sở Khoa học và Công nghệ", kind="so", parent=city, abbreviation="SKHCN")
        version = make_course(organiser=organiser, slug="thu", questions=BANK, quiz_minutes=60)
        people = [factories.make_person(unit=organiser) for _ in range(LEARNERS)]
        accounts = [factories.make_account(person=person) for person in people]
        for person in people:
            make_enrolment(person_id=person.id, version=version, done=True)
        attempts = [start(person.id, version, now, seed) for seed, person in enumerate(people)]
    return [
        Learner(signed_in(app, account.id, now), f"/hoc/thu/bai-kiem-tra/{attempt_id}/", attempt_id)
        for account, attempt_id in zip(accounts, attempts, strict=True)
    ]


@contextmanager
def everybody(learners: list[Learner], act: Callable[[Learner], bool]) -> Iterator[None]:
    """Let every learner act at once and again until they have nothing more to do, or the server is gone."""

    def run(learner: Learner) -> None:
        try:
            while act(learner):
                pass
        except OSError:
            return

    threads = [threading.Thread(target=run, args=(learner,)) for learner in learners]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join()


def wait_until(reached: Callable[[], bool]) -> None:
    """Wait for something that must happen."""
    for _ in range(6000):
        if reached():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen")


def answer_on_and_on(server: Server) -> Callable[[Learner], bool]:
    """Answer place after place, each time with a higher number."""

    def act(learner: Learner) -> bool:
        learner.turn += 1
        place, number = learner.turn % QUESTIONS + 1, learner.turn
        learner.sent[place] = number
        status, _ = server.post(learner.visitor, f"{learner.path}{place}", tra_loi=number)
        assert status == 200
        learner.acknowledged[place] = number
        return True

    return act


def answer_rightly(server: Server) -> Callable[[Learner], bool]:
    """Answer every place with the right number."""

    def act(learner: Learner) -> bool:
        for place in range(1, QUESTIONS + 1):
            assert server.post(learner.visitor, f"{learner.path}{place}", tra_loi=RIGHT)[0] == 200
        return False

    return act


def hand_in(server: Server) -> Callable[[Learner], bool]:
    """Hand in once."""

    def act(learner: Learner) -> bool:
        if not learner.submitted:
            assert server.post(learner.visitor, f"{learner.path}nop")[0] == 303
            learner.submitted = True
        return False

    return act


def check_answers(learners: list[Learner]) -> None:
    """Whatever was acknowledged is stored, or something sent after it."""
    stored = {(row.attempt_id, row.place): row.response for row in db.session.execute(sa.select(Answer.__table__))}
    for learner in learners:
        for place, number in learner.acknowledged.items():
            assert number <= int(stored[learner.attempt_id, place] or 0) <= learner.sent[place]
    db.session.rollback()


def check_completions(learners: list[Learner]) -> int:
    """No attempt is half handed in; completions and certificates follow from attempts, one each, without gaps."""
    attempts = {row.id: row for row in db.session.execute(sa.select(Attempt.__table__))}
    marked = dict(
        db.session.execute(sa.select(Answer.attempt_id, sa.func.count(Answer.points)).group_by(Answer.attempt_id)).all()
    )
    completed = {row.attempt_id: row for row in db.session.execute(sa.select(Completion.__table__))}
    for learner in learners:
        attempt = attempts[learner.attempt_id]
        if learner.submitted:
            assert attempt.submitted_at is not None
        whole = (QUESTIONS, True, True) if attempt.submitted_at else (0, False, None)
        assert (marked[attempt.id], attempt.id in completed, attempt.passed) == whole
    certificates = db.session.execute(sa.select(Certificate.__table__)).all()
    assert sorted(row.completion_id for row in certificates) == sorted(row.id for row in completed.values())
    for series in db.session.execute(sa.select(CertificateSeries.__table__)):
        numbers = sorted(row.number for row in certificates if row.series_id == series.id)
        assert numbers == list(range(1, series.last_number + 1))
    db.session.rollback()
    return len(completed)


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(world):
    app, environment = world
    learners = learners_of(app)
    server = Server(environment)
    try:
        server.start()
        with everybody(learners, answer_on_and_on(server)):
            wait_until(lambda: sum(learner.turn for learner in learners) > 10 * LEARNERS)
            server.kill()
        check_answers(learners)

        server.start()
        with everybody(learners, answer_rightly(server)):
            pass
        with everybody(learners, hand_in(server)):
            wait_until(lambda: sum(learner.submitted for learner in learners) >= LEARNERS // 4)
            server.kill()
        assert check_completions(learners) >= LEARNERS // 4

        server.start()
        with everybody(learners, hand_in(server)):
            pass
        assert all(learner.submitted for learner in learners)
        assert check_completions(learners) == LEARNERS
    finally:
        server.kill()
