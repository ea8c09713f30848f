"""Real workers: killed in the middle, several at once, losing their lease, their database, their parent."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from lms.platform import clock
from lms.platform.db import db, snapshot, transaction
from lms.platform.events import SYSTEM
from lms.platform.jobs import every, queries, rules, service
from lms.platform.jobs.models import Job, Worker
from lms.platform.jobs.running import Ending, Heartbeat, Run, perform
from lms.platform.jobs.worker import Worker as Process
from tests.platform.jobs.conftest import ROOT, wait_until
from tests.platform.jobs.kinds import only

TOTAL = 10_000


def state(works, job_id):
    return rules.state_of(works.job(job_id), clock.now())


def test_killed_again_and_again_every_slice_is_done_exactly_once(works):
    job_id = works.put("test:count", payload={"total": TOTAL, "pause": 0.02})
    drawn = random.Random(239)
    for kill in range(5):
        process = works.worker()
        aim = TOTAL * (kill + drawn.random()) / 6
        wait_until(lambda aim=aim: works.job(job_id).done >= aim)
        time.sleep(drawn.random() * 0.04)
        process.kill()
        assert works.end(process) == -signal.SIGKILL
        assert state(works, job_id) in (rules.State.RUNNING, rules.State.LOST)
        assert len(works.numbers()) == works.job(job_id).cursor
    works.worker()
    wait_until(lambda: state(works, job_id) is rules.State.DONE)
    assert works.numbers() == list(range(TOTAL))
    job = works.job(job_id)
    assert (job.done, job.total, job.error) == (TOTAL, TOTAL, "")


def test_several_workers_share_the_queue_and_no_job_runs_twice(works):
    ids = [works.put("test:linger", payload={"seconds": 0, "n": n}) for n in range(60)]
    for _ in range(3):
        works.worker(lease=60)
    wait_until(lambda: works.numbers() == list(range(60)))
    wait_until(lambda: all(state(works, job_id) is rules.State.DONE for job_id in ids))
    assert [works.job(job_id).attempts for job_id in ids] == [1] * 60


def test_a_heartbeat_keeps_a_job_that_takes_longer_than_its_lease(works):
    job_id = works.put("test:linger", payload={"seconds": 2.5, "n": 1})
    for _ in range(2):
        works.worker(lease=0.8)
    wait_until(lambda: state(works, job_id) is rules.State.DONE)
    assert works.numbers() == [1]
    assert works.job(job_id).attempts == 1


def test_a_worker_that_stood_still_leaves_nothing_when_it_wakes(works):
    """SIGSTOP stands for a machine that slept: the lease runs out, another takes over, the sleeper wakes."""
    job_id = works.put("test:linger", payload={"seconds": 0.7, "n": 1})
    sleeper = works.worker(lease=3)
    wait_until(lambda: works.job(job_id).lease != "")
    os.kill(sleeper.pid, signal.SIGSTOP)
    other = works.worker(lease=3)
    wait_until(lambda: state(works, job_id) is rules.State.DONE)
    os.kill(sleeper.pid, signal.SIGCONT)
    wait_until(lambda: "was taken over by another worker" in works.log.read_text("utf-8"))
    assert works.numbers() == [1]
    assert works.job(job_id).attempts == 2
    for process in (sleeper, other):
        process.terminate()
        assert works.end(process) == 0


def test_told_to_end_it_finishes_the_slice_and_gives_the_job_back(works):
    job_id = works.put("test:count", payload={"total": TOTAL, "pause": 0.05})
    process = works.worker(lease=60)
    wait_until(lambda: works.job(job_id).done > 0)
    process.terminate()
    assert works.end(process) == 0
    job = works.job(job_id)
    assert state(works, job_id) is rules.State.WAITING
    assert works.numbers() == list(range(job.cursor))
    assert db.session.scalars(sa.select(Worker)).all() == []


def test_a_job_that_looks_up_now_and_then_leaves_off_when_it_is_cancelled(works):
    job_id = works.put("test:wait")
    works.worker()
    wait_until(lambda: state(works, job_id) is rules.State.RUNNING)
    with transaction():
        service.cancel(db.session.get_one(Job, job_id), by=SYSTEM, now=clock.now())
    wait_until(lambda: state(works, job_id) is rules.State.CANCELLED)
    assert len(queries.workers_seen(clock.now() - timedelta(minutes=1))) == 1


def test_once_does_what_is_due_and_ends(works):
    job_id = works.put("test:count", payload={"total": 120})
    later = works.put("test:count", payload={"total": 1}, run_after=clock.now() + timedelta(hours=1))
    assert works.end(works.worker("--once")) == 0
    assert state(works, job_id) is rules.State.DONE
    assert state(works, later) is rules.State.LATER
    assert works.numbers() == list(range(120))


def test_it_ends_with_the_process_it_belongs_to_even_if_that_is_killed(works):
    program = (
        "import os, subprocess, sys, time; "
        "print(subprocess.Popen([*sys.argv[1:], '--parent', str(os.getpid())]).pid, flush=True); time.sleep(99)"
    )
    words = [sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--loop", "0.05"]
    parent = subprocess.Popen(
        [sys.executable, "-c", program, *words], cwd=ROOT, env={**os.environ, **works.environment},
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert parent.stdout is not None
    child = int(parent.stdout.readline())

    def workers():
        with snapshot():
            return db.session.scalars(sa.select(Worker.name)).all()

    wait_until(lambda: bool(workers()))
    parent.kill()
    parent.wait(30)
    wait_until(lambda: not workers())
    wait_until(lambda: not _runs(child))
    parent.stdout.close()


def _runs(pid: int) -> bool:
    """Whether the process still works: one that nobody has buried yet does not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:  # noqa: PTH123
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_due_moment_makes_one_job_though_eight_look_at_the_clock_at_once(works):
    now = clock.now()
    with only(lambda run: None, schedule=every(3600)):
        start = threading.Barrier(8)
        faults: list[BaseException] = []

        def look():
            try:
                with works.app.app_context():
                    process = Process(works.app)
                    start.wait()
                    while process.step(with_heartbeat=False):
                        pass
            except BaseException as fault:
                faults.append(fault)

        threads = [threading.Thread(target=look) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not faults
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job).where(Job.due_at <= now)) == 1


def test_a_heartbeat_hears_that_the_job_was_taken_away(works):
    with only(lambda run: None):
        works.put("test:kind")
        with transaction():
            claimed = service.claim("mine", timedelta(seconds=60), now=clock.now())
        assert claimed is not None
        run = Run(claimed)
        beating = Heartbeat(run, db.engine, timedelta(seconds=60))
        run.tell(done=3, total=9, word="đang đọc")
        beating.beat()
        job = works.job(claimed.id)
        assert (run.is_lost, job.done, job.total, job.word) == (False, 3, 9, "đang đọc")
        with transaction():
            db.session.execute(sa.update(Job).values(lease="other"))
        beating.beat()
        assert run.is_lost
        assert perform(run, timedelta(seconds=60)) is Ending.LOST


@pytest.mark.postgresql
def test_a_database_that_goes_away_is_waited_for(works, tmp_path):
    if db.engine.dialect.name != "postgresql":
        pytest.skip("told of PostgreSQL; the suite's other run has it")
    process = works.worker()
    name = sa.make_url(works.environment["DATABASE_URL"]).database
    wait_until(lambda: bool(queries.workers_seen(clock.now() - timedelta(minutes=1))))
    db.session.remove()
    db.engine.dispose()
    server = sa.create_engine(db.engine.url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        connection.execute(
            sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :n"), {"n": name}
        )
        wait_until(lambda: "database away" in works.log.read_text("utf-8"))
        connection.exec_driver_sql(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    server.dispose()
    job_id = works.put("test:count", payload={"total": 60})
    wait_until(lambda: state(works, job_id) is rules.State.DONE)
    assert "the database is back" in works.log.read_text("utf-8")
    process.terminate()
    assert works.end(process) == 0
