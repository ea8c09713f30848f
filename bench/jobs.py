"""The queue: jobs enqueued and run in a second, slices in a second, and what polling an empty queue costs."""

import json
import subprocess
import sys
import time
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from bench import processes
from bench.database import ROOT, SCRATCH, Installation, fresh, installation
from bench.output import Table

MANY = 2000
SLICES = 500
WATCHED = 20.0
"""Seconds for which an idle worker is watched."""

MEASURED = """
import json, time, sys
from lms.app import create_app
from lms.platform import clock
from lms.platform.db import db, transaction
from lms.platform.events import SYSTEM
from lms.platform.jobs import enqueue, registry
from lms.platform.jobs.worker import Worker

many, slices = int(sys.argv[1]), int(sys.argv[2])
app = create_app()
registry.KINDS.clear()
registry.job("bench:nothing", label="")(lambda run: None)


@registry.job("bench:slices", label="", sliced=True)
def one_slice(run):
    return (run.cursor or 0) + 1 if (run.cursor or 0) < slices else None


with app.app_context():
    def timed(act):
        began = time.perf_counter()
        act()
        return time.perf_counter() - began

    def one_transaction():
        with transaction():
            for n in range(many):
                enqueue("bench:nothing", {"n": n}, by=SYSTEM, now=clock.now())

    def each_its_own():
        for n in range(many // 4):
            with transaction():
                enqueue("bench:nothing", {"n": n}, by=SYSTEM, now=clock.now())

    def run_all():
        worker = Worker(app)
        while worker.step():
            db.session.remove()

    together, apart, run = timed(one_transaction), timed(each_its_own), timed(run_all)
    with transaction():
        enqueue("bench:slices", by=SYSTEM, now=clock.now())
    sliced = timed(run_all)
print(json.dumps({
    "enqueue_together": many / together, "enqueue_apart": many // 4 / apart,
    "run": (many + many // 4) / run, "slices": slices / sliced,
}))
"""


def run() -> dict[str, Any]:
    """Measure on SQLite and PostgreSQL, print and return the figures."""
    places = {"SQLite": _sqlite(), "PostgreSQL": installation("jobs")}
    figures: dict[str, Any] = {}
    table = Table("Việc nền, một tiến trình (mỗi giây)", ("", *places))
    for name, place in places.items():
        fresh(place) if name == "PostgreSQL" else place.flask("db", "upgrade")
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, str(MANY), str(SLICES)],
            cwd=ROOT, env=place.environ, check=True, capture_output=True, text=True,
        )  # fmt: skip
        figures[name] = {**json.loads(done.stdout), **_idle(place)}
    rows = {
        "ghi vào hàng đợi, chung một giao dịch": "enqueue_together",
        "ghi vào hàng đợi, mỗi việc một giao dịch": "enqueue_apart",
        "nhận, làm (việc rỗng), ghi xong": "run",
        "phần của một việc chia nhỏ": "slices",
    }
    for title, key in rows.items():
        table.add(title, *(f"{figures[name][key]:,.0f}" for name in places))
    table.add("CPU của tiến trình chờ, ms mỗi giây", *(f"{figures[name]['idle_ms']:.1f}" for name in places))
    table.add("bộ nhớ của tiến trình chờ, MB", *(f"{figures[name]['idle_mb']:.0f}" for name in places))
    table.show()
    return figures


def _sqlite() -> Installation:
    instance = SCRATCH / "instance-jobs-sqlite"
    instance.mkdir(parents=True, exist_ok=True)
    for old in instance.glob("lms.sqlite3*"):
        old.unlink()
    return replace(installation("jobs"), url=f"sqlite:///{instance}/lms.sqlite3", instance=instance)


def _idle(place: Installation) -> dict[str, float]:
    """What a worker costs that finds nothing to do."""
    worker = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
    silent = subprocess.DEVNULL
    process = subprocess.Popen(worker, cwd=ROOT, env=place.environ, stdout=silent, stderr=silent)
    try:
        _wait_until_idle(place)
        began, before = time.perf_counter(), processes.cpu_ms([process.pid])
        time.sleep(WATCHED)
        used = processes.cpu_ms([process.pid]) - before
        return {"idle_ms": used / (time.perf_counter() - began), "idle_mb": processes.memory_mb(process.pid)}
    finally:
        process.terminate()
        process.wait(60)


def _wait_until_idle(place: Installation) -> None:
    """Until the jobs that the clock asked for at the start are done."""
    engine = sa.create_engine(place.url)
    for _ in range(600):
        time.sleep(0.2)
        with engine.connect() as connection:
            seen = connection.exec_driver_sql("SELECT count(*) FROM job_worker").scalar()
            made = connection.exec_driver_sql("SELECT count(*) FROM job WHERE due_at IS NOT NULL").scalar()
            left = connection.exec_driver_sql(
                "SELECT count(*) FROM job WHERE done_at IS NULL AND dead_at IS NULL AND cancelled_at IS NULL"
            ).scalar()
        if seen and made and not left:
            engine.dispose()
            return
    raise SystemExit("the worker does not come to rest")
