"""Real workers, with kinds of jobs of their own that write numbers into a table."""

import os
import pkgutil
import time
from importlib import import_module

import sqlalchemy as sa

import lms
from lms.app import create_app
from lms.platform import config
from lms.platform.db import db
from lms.platform.jobs import registry
from lms.platform.jobs.running import Run

SLICE = 50


def _write(n: int) -> None:
    db.session.execute(sa.text("INSERT INTO written (n, worker) VALUES (:n, :w)"), {"n": n, "w": os.getpid()})


def count(run: Run) -> int | None:
    """Write the numbers from the cursor on, one by one, a slice at a time."""
    begin, total = run.cursor or 0, run.payload["total"]
    for n in range(begin, min(begin + SLICE, total)):
        _write(n)
    run.tell(done=begin + SLICE, total=total)
    time.sleep(run.payload.get("pause", 0))
    return begin + SLICE if begin + SLICE < total else None


def linger(run: Run) -> None:
    """Take longer than the lease, then write once."""
    time.sleep(run.payload["seconds"])
    with run.transaction():
        _write(run.payload["n"])


def wait(run: Run) -> None:
    """Go on for ever, a little at a time."""
    while True:
        run.go_on()
        time.sleep(0.02)


def work(environment: dict[str, str], words: tuple[str, ...], log: str) -> None:
    """Be a worker: `flask --app wsgi worker …` with these kinds only, so that nothing comes up by the clock."""
    with open(log, "ab", buffering=0) as file:  # noqa: PTH123
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    app = create_app(config.read(environment))
    registry.KINDS.clear()
    for name, act, sliced in (("test:count", count, True), ("test:linger", linger, False), ("test:wait", wait, False)):
        registry.job(name, label=name, sliced=sliced, most_attempts=50)(act)
    with app.app_context():  # or the command would look for an application of its own
        app.cli.main(args=["worker", *words])


# Imported once by the server that workers are forked from: a worker then begins within a moment.
for _module in pkgutil.walk_packages(lms.__path__, "lms."):
    import_module(_module.name)
