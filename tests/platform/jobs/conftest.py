"""An installation of its own for tests in which real workers commit, are killed, and come back."""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from lms.app import create_app
from lms.platform import clock, config
from lms.platform.db import db, snapshot, transaction
from lms.platform.events import SYSTEM
from lms.platform.jobs import enqueue
from lms.platform.jobs.models import Job
from tests import factories
from tests.platform.jobs.kinds import only
from tests.platform.jobs.written import work

ROOT = Path(__file__).resolve().parents[3]
FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(["tests.platform.jobs.written"])
TABLE = "CREATE TABLE written (n INTEGER NOT NULL, worker INTEGER NOT NULL)"


def wait_until(done: Callable[[], bool], seconds: float = 60) -> None:
    """Look again and again until it is so."""
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


@dataclass
class Works:
    """An installation with a table that jobs of tests write numbers into."""

    app: Flask
    environment: dict[str, str]
    log: Path
    started: list[Any] = field(default_factory=list)

    def put(self, name: str, **more: Any) -> int:
        """Enqueue a job of kind `name`, which only the workers know."""
        with only(lambda run: None) as known, transaction():
            job_id = enqueue(known, by=SYSTEM, now=clock.now(), **more).id
            db.session.execute(sa.update(Job).where(Job.id == job_id).values(kind=name))
        return job_id

    def job(self, job_id: int) -> Job:
        """The job as it stands now, by itself: no lock is held while the test looks at it."""
        with snapshot():
            found = db.session.get_one(Job, job_id, populate_existing=True)
            db.session.expunge(found)
        return found

    def numbers(self) -> list[int]:
        """What was written, in order."""
        with snapshot():
            return list(db.session.scalars(sa.text("SELECT n FROM written ORDER BY n")))

    def worker(self, *words: str, lease: float = 1.0) -> Any:
        """Start a real worker: a process of its own that runs the command."""
        words = ("--loop", "0.05", "--lease", str(lease), *words)
        process = FORKING.Process(target=work, args=(self.environment, words, str(self.log)))
        process.start()
        self.started.append(process)
        return process

    def end(self, process: Any) -> int:
        """Wait for the end of a worker; gives its exit code."""
        process.join(60)
        assert process.exitcode is not None, "it does not end"
        return int(process.exitcode)

    def stop(self) -> None:
        """Kill what still runs."""
        for process in self.started:
            if process.is_alive():
                process.kill()
            process.join(30)


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Works]:
    """A migrated, empty installation with the real time."""
    clock.set_source(None)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    url = factories.fresh_database(os.environ.get("TEST_DATABASE_URL", ""), f"{worker}_jobs")
    environment = {
        "LMS_INSTANCE": str(tmp_path), "DATABASE_URL": url or f"sqlite:///{tmp_path}/lms.sqlite3",
        "SECRET_KEY": "test", "LMS_DEVELOPMENT": "1",
    }  # fmt: skip
    app = create_app(config.read(environment))
    with app.app_context():
        upgrade()
        with transaction():
            db.session.execute(sa.text(TABLE))
        made = Works(app, environment, tmp_path / "workers.log")
        try:
            yield made
        finally:
            made.stop()
            db.session.remove()
            db.engine.dispose()
