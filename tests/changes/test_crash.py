"""Server and worker are killed at random moments while many people's duties change: it is all done, or none of it."""

import multiprocessing
import os
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from lms.app import create_app
from lms.changes import jobs, queries, service
from lms.changes.models import ChangeRow, ChangeSet
from lms.organisation import queries as organisation
from lms.organisation.models import FOREVER, Person, Posting
from lms.plan import service as plan
from lms.plan.models import Obligation, Plan, Requirement
from lms.platform import clock, config, files
from lms.platform.db import db, snapshot, transaction
from lms.platform.events import SYSTEM
from tests import factories
from tests.changes.working import work
from tests.plan.plans import SMALL, make_course
from tests.servers import Server, Visitor, signed_in

PEOPLE = int(os.environ.get("CRASH_PEOPLE", "2100"))
"""More than are done in front of a page."""
KILLS = int(os.environ.get("CRASH_KILLS", "2"))
FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(["tests.changes.working"])
LONGEST = 120
"""Seconds that anything may take."""


@dataclass
class Place:
    """An installation with many people, somebody who may change their duties, and what runs there."""

    app: Flask
    environment: dict[str, str]
    visitor: Visitor
    log: str
    worker: Any = None

    def begin_work(self) -> None:
        """Start a worker."""
        self.worker = FORKING.Process(target=work, args=(self.environment, self.log))
        self.worker.start()

    def end_work(self) -> None:
        """SIGKILL it."""
        if self.worker is not None:
            self.worker.kill()
            self.worker.join(30)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A migrated installation with the real time."""
    clock.set_source(None)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    url = factories.fresh_database(os.environ.get("TEST_DATABASE_URL", ""), f"{worker}_changes")
    environment = {
        "LMS_INSTANCE": str(tmp_path), "DATABASE_URL": url or f"sqlite:///{tmp_path}/lms.sqlite3",
        "SECRET_KEY": "test",
    }  # fmt: skip
    app = create_app(config.read(environment))
    with app.app_context():
        upgrade()
        made = Place(app, environment, signed_in(app, _people(), clock.now()), str(tmp_path / "workers.log"))
        try:
            yield made
        finally:
            made.end_work()
            db.session.remove()
            db.engine.dispose()


def _people() -> int:
    """A city with so many people in one ward; the account of its administrator."""
    with transaction():
        cast = factories.make_cast()
        make_course(organiser=cast.city)
        first = (db.session.scalar(sa.select(sa.func.max(Person.id))) or 0) + 1
        common = {"search_key": "nguoi", "sort_name": "nguoi", "recorded_at": clock.now()}
        db.session.execute(
            sa.insert(Person),
            [{"personal_id": f"0020{n:08d}", "full_name": f"Người {n}", **common} for n in range(PEOPLE)],
        )
        ids = db.session.scalars(sa.select(Person.id).where(Person.id >= first)).all()
        held = {
            "unit_id": cast.ward.id, "department": "", "position": "", "title": "", "category": "cong_chuc",
            "from_on": factories.LONG_AGO, "to_on": FOREVER, "is_primary": True, "recorded_at": clock.now(),
        }  # fmt: skip
        db.session.execute(sa.insert(Posting), [{"person_id": person_id, **held} for person_id in ids])
        return int(cast.giang.id)


def proposed(number: int) -> int:
    """A plan that obliges everybody, proposed and previewed: its change set."""
    content = SMALL.replace("KH-THU", f"KH-{number}").encode()
    with transaction():
        payload = {"sha256": files.keep(content), "shorten": False, "people": PEOPLE}
        root = plan_root()
        change = service.propose("plan", title="Thử", payload=payload, unit_id=root, by=SYSTEM, now=clock.now())
        service.preview(change, by=SYSTEM, now=clock.now(), today=clock.today())
        return change.id


def plan_root() -> int | None:
    """The city."""
    root = organisation.root_on(clock.today())
    return root.id if root else None


def state(change_id: int, number: int) -> tuple[bool, bool, int, bool]:
    """Whether it counts as applied, as undone; how many obligations there are; whether rows of facts are noted."""
    with snapshot():
        change = db.session.get_one(ChangeSet, change_id, populate_existing=True)
        mine = sa.select(Requirement.id).join(Plan, Plan.id == Requirement.plan_id).where(Plan.code == f"KH-{number}")
        duties = sa.select(sa.func.count()).select_from(Obligation).where(Obligation.requirement_id.in_(mine))
        count = db.session.scalar(duties) or 0
        noted = sa.select(sa.exists(sa.select(ChangeRow.id).where(ChangeRow.change_id == change_id)))
        found = (change.applied_at is not None, change.undone_at is not None, count, bool(db.session.scalar(noted)))
        db.session.expunge(change)
    return found


def is_at_rest(change_id: int) -> bool:
    """Whether no job for it waits or runs."""
    with snapshot():
        return jobs.under_way(change_id) is None


def waits_until(done: Any) -> None:
    """Look again and again until it is so."""
    until = time.monotonic() + LONGEST
    while not done():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


def asked_while_dying(place: Place, server: Server, path: str, drawn: random.Random, **form: Any) -> None:
    """Ask for it; the server is killed meanwhile."""

    def ask() -> None:
        try:
            server.post(place.visitor, path, **form)
        except OSError:
            return

    asking = threading.Thread(target=ask)
    asking.start()
    time.sleep(drawn.random() * 0.15)
    server.kill()
    asking.join()


def worked_while_dying(place: Place, change_id: int, seconds: float) -> None:
    """A worker takes it up and is killed some time later."""
    place.begin_work()
    waits_until(lambda: _is_taken(change_id))
    time.sleep(seconds)
    place.end_work()


def _is_taken(change_id: int) -> bool:
    with snapshot():
        job = jobs.under_way(change_id)
        return job is None or job.lease != ""


def test_killed_at_any_moment_it_is_all_done_or_none_of_it(place):
    drawn = random.Random(239)
    server, length, changes = Server(place.environment), 1.0, 0
    everybody = PEOPLE + 6
    try:
        for number in range(KILLS):
            is_undo = bool(number % 2)
            if not is_undo:
                changes += 1
                change_id = proposed(changes)
            path = f"/thay-doi/{change_id}/{'hoan-tac' if is_undo else 'ap-dung'}"
            form = {"reason": "thử"} if is_undo else {}
            before = (True, False, everybody, True) if is_undo else (False, False, 0, False)
            after = (True, True, 0, True) if is_undo else (True, False, everybody, True)
            server.start()
            asked_while_dying(place, server, path, drawn, **form)
            assert state(change_id, changes) == before
            if is_at_rest(change_id):
                server.start()
                assert server.post(place.visitor, path, **form)[0] == 303
                server.kill()
            began = time.monotonic()
            worked_while_dying(place, change_id, drawn.random() * length * 1.1)
            assert state(change_id, changes) in (before, after)
            place.begin_work()
            waits_until(partial(is_at_rest, change_id))
            place.end_work()
            length = min(length, time.monotonic() - began) if number else time.monotonic() - began - 1
            assert state(change_id, changes) == after, queries.change_with(change_id).said
        assert plan.compare_derived().differences == 0
    finally:
        server.kill()
