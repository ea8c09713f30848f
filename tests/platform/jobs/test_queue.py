"""One worker and its queue: slices, tries, cancelling, keys. One transaction, rolled back."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from lms.platform import clock
from lms.platform.db import db, transaction
from lms.platform.events import SYSTEM
from lms.platform.forms import Refused
from lms.platform.jobs import GiveUp, enqueue, every_day, queries, rules, service
from lms.platform.jobs.models import Job
from lms.platform.jobs.running import Ending, Run, perform, told
from lms.platform.jobs.worker import LEASE, Worker
from tests.conftest import NOW
from tests.platform.jobs.kinds import due_moments, nothing, only

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def worker(app):
    """A worker whose steps the test takes; its heartbeat needs a connection of its own, which a test has not."""
    made = Worker(app)
    return lambda: made.step(with_heartbeat=False)


def put(name: str = "test:kind", **more) -> Job:
    with transaction():
        made = enqueue(name, by=SYSTEM, now=clock.now(), **more)
    return db.session.get_one(Job, made.id)


def state(job: Job) -> rules.State:
    db.session.refresh(job)
    return rules.state_of(job, clock.now())


def test_a_job_runs_once_and_is_done(worker):
    seen = []
    with only(lambda run: seen.append(run.payload)):
        job = put(payload={"unit": 7})
        assert worker() is Ending.DONE
        assert worker() is None
    assert seen == [{"unit": 7}]
    assert (state(job), job.done_at, job.lease, job.attempts) == (rules.State.DONE, NOW, "", 1)


def test_a_job_of_a_rolled_back_change_was_never_there(worker):
    def change():
        with transaction():
            enqueue(name, by=SYSTEM, now=NOW)
            raise LookupError

    with only(nothing) as name:
        with pytest.raises(LookupError):
            change()
        assert worker() is None


def test_an_unknown_kind_is_refused_and_left_to_newer_programs(worker):
    with pytest.raises(LookupError):
        enqueue("no:such", by=SYSTEM, now=NOW)
    with only(nothing):
        job = put()
    with only(nothing, most_attempts=1):
        db.session.execute(db.update(Job).values(kind="of:tomorrow"))
        assert worker() is None
    assert state(job) is rules.State.WAITING


def test_slices_go_on_from_the_saved_cursor(worker):
    seen = []

    def act(run: Run) -> int | None:
        seen.append((run.cursor, run.done))
        run.tell(done=run.done + 10, total=30, word=f"phần {len(seen)}")
        return len(seen) if len(seen) < 3 else None

    with only(act, sliced=True):
        job = put()
        assert worker() is Ending.DONE
    assert seen == [(None, 0), (1, 10), (2, 20)]
    assert state(job) is rules.State.DONE
    assert (job.done, job.total, job.cursor) == (30, 30, None)


def test_a_slice_that_fails_leaves_the_slices_before_it_and_is_tried_again(worker, at_eight_in_the_morning):
    faults = [LookupError("Đặng Thị An")]

    def act(run: Run) -> int | None:
        if run.cursor == 2 and faults:
            db.session.execute(db.update(Job).values(title="nửa chừng"))
            raise faults.pop()
        return (run.cursor or 0) + 1 if run.cursor != 4 else None

    with only(act, sliced=True):
        job = put()
        assert worker() is Ending.FAILED
        assert state(job) is rules.State.RETRYING
        assert (job.cursor, job.title, job.run_after) == (2, "", NOW + timedelta(seconds=15))
        assert worker() is None
        at_eight_in_the_morning(job.run_after)
        assert worker() is Ending.DONE
    assert (state(job), job.error) == (rules.State.DONE, "")


def test_after_its_last_try_it_is_dead_and_says_why_without_names(worker, at_eight_in_the_morning, audited):
    def act(run: Run) -> None:
        raise LookupError("Đặng Thị An, 001199000001")

    with only(act):
        job, waited = put(), []
        while (ending := worker()) is Ending.FAILED:
            db.session.refresh(job)
            waited.append((job.run_after - clock.now()).total_seconds())
            at_eight_in_the_morning(job.run_after)
        assert ending is Ending.DEAD
        assert worker() is None
    assert waited == [15, 60, 240, 960]
    assert state(job) is rules.State.DEAD
    assert job.error.startswith("LookupError (tests/platform/jobs/test_queue.py:")
    assert "An" not in job.error
    assert audited() == ["platform:job:died"]


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (GiveUp("Chưa nạp đơn vị."), "Chưa nạp đơn vị."),
        (Refused(rules.Refusal.IS_DONE), "Refused: IS_DONE"),
        (PermissionError(13, "không", "/srv/dang-thi-an.xlsx"), "PermissionError: Permission denied"),
    ],
    ids=["words", "refusal", "system"],
)
def test_what_is_kept_of_an_error_names_nobody(error, kept):
    assert told(error).strip() == kept


def test_a_database_error_tells_its_rule_not_the_row(session):
    twice = {"payload": {}, "asked_at": NOW, "run_after": NOW, "done_at": NOW, "dead_at": NOW}
    with pytest.raises(IntegrityError) as caught, db.session.begin_nested():
        db.session.execute(db.insert(Job).values(kind="an", title="Đặng Thị An", **twice))
    assert "Đặng" not in told(caught.value)
    assert told(caught.value).split()[0] in ("CheckViolation", "IntegrityError")


def test_what_no_try_can_help_dies_at_once(worker):
    def act(run: Run) -> None:
        raise GiveUp("Chưa nạp đơn vị.")

    with only(act):
        job = put()
        assert worker() is Ending.DEAD
    assert (state(job), job.error) == (rules.State.DEAD, "Chưa nạp đơn vị.")


def test_one_unfinished_job_a_key(worker):
    with only(nothing):
        first, second = put(unique_key="k"), put(unique_key="k")
        assert first.id == second.id
        assert worker() is Ending.DONE
        third = put(unique_key="k")
        assert third.id != first.id
        assert put().id != put().id


def test_the_oldest_goes_first_and_none_before_its_time(worker, at_eight_in_the_morning):
    seen = []
    with only(lambda run: seen.append(run.payload["n"])):
        put(payload={"n": 1}, run_after=NOW + timedelta(minutes=5))
        put(payload={"n": 2})
        put(payload={"n": 3})
        while worker():
            pass
        assert seen == [2, 3]
        at_eight_in_the_morning(NOW + timedelta(minutes=5))
        while worker():
            pass
    assert seen == [2, 3, 1]


# Leases ---------------------------------------------------------------------------------------------------------------


def test_a_lease_that_ran_out_is_taken_over_and_the_loser_leaves_nothing(at_eight_in_the_morning):
    def act(run: Run) -> int:
        db.session.execute(db.update(Job).values(title="của người thua"))
        return 99

    with only(act, sliced=True):
        job = put()
        loser = service.claim("loser", LEASE, now=NOW)
        assert service.claim("winner", LEASE, now=NOW) is None
        after = NOW + LEASE
        at_eight_in_the_morning(after)
        assert state(job) is rules.State.LOST
        winner = service.claim("winner", LEASE, now=after)
        assert winner is not None
        assert (winner.id, winner.attempt) == (job.id, 2)
        db.session.commit()
        assert perform(Run(loser), LEASE) is Ending.LOST
    db.session.refresh(job)
    assert (job.lease, job.title, job.cursor) == ("winner", "", None)


def test_a_whole_job_that_lost_its_lease_cannot_commit_either(at_eight_in_the_morning):
    def act(run: Run) -> None:
        with run.transaction():
            db.session.execute(db.update(Job).values(title="của người thua"))

    with only(act):
        job = put()
        loser = service.claim("loser", LEASE, now=NOW)
        service.claim("winner", LEASE, now=NOW + LEASE)
        db.session.commit()
        assert perform(Run(loser), LEASE) is Ending.LOST
    db.session.refresh(job)
    assert (job.lease, job.title, job.done_at) == ("winner", "", None)


def test_a_job_that_takes_its_workers_with_it_dies_too(at_eight_in_the_morning):
    with only(nothing, most_attempts=3):
        job = put()
        for number in range(3):
            claimed = service.claim(f"w{number}", LEASE, now=NOW + LEASE * number)
            assert claimed is not None
            assert claimed.attempt == number + 1
        assert service.claim("w4", LEASE, now=NOW + LEASE * 3) is None
    assert (state(job), job.error) == (rules.State.DEAD, service.VANISHED)


def test_a_worker_that_ends_gives_the_job_back_after_the_slice(app):
    stopping = []

    def act(run: Run) -> int:
        stopping.append(True)
        return (run.cursor or 0) + 1

    with only(act, sliced=True):
        job = put()
        claimed = service.claim("w", LEASE, now=NOW)
        assert perform(Run(claimed, lambda: bool(stopping)), LEASE) is Ending.GAVE_WAY
        assert state(job) is rules.State.WAITING
        assert (job.cursor, job.attempts) == (1, 0)


def test_a_whole_job_leaves_off_where_it_says_that_it_may(app):
    with only(lambda run: run.go_on()):
        job = put()
        claimed = service.claim("w", LEASE, now=NOW)
        db.session.commit()
        assert perform(Run(claimed, lambda: True), LEASE) is Ending.GAVE_WAY
        assert (state(job), job.attempts) == (rules.State.WAITING, 0)


def test_a_long_job_lets_others_have_their_turn(worker, monkeypatch):
    monkeypatch.setattr("lms.platform.jobs.running.TURN", -1.0)
    seen = []

    def act(run: Run) -> int | None:
        seen.append(run.payload["n"])
        return 1 if run.cursor is None else None

    with only(act, sliced=True):
        put(payload={"n": 1}, run_after=NOW - timedelta(seconds=2))
        put(payload={"n": 2}, run_after=NOW - timedelta(seconds=1))
        while worker():
            pass
    assert seen == [1, 2, 1, 2]


# Cancelling and running again -----------------------------------------------------------------------------------------


def test_a_waiting_job_is_given_up_at_once(worker, audited):
    with only(nothing):
        job = put()
        with transaction():
            service.cancel(job, by=SYSTEM, now=NOW)
        assert worker() is None
    assert state(job) is rules.State.CANCELLED
    assert audited() == ["platform:job:cancelled"]


def test_a_running_job_stops_between_slices_and_goes_on_from_there_when_run_again(worker):
    seen = []

    def act(run: Run) -> int | None:
        seen.append(run.cursor)
        if run.cursor == 1 and len(seen) == 2:
            service.cancel(db.session.get_one(Job, run.job_id), by=SYSTEM, now=NOW)
        return (run.cursor or 0) + 1 if run.cursor != 3 else None

    with only(act, sliced=True):
        job = put()
        assert worker() is Ending.CANCELLED
        assert (state(job), job.cursor, job.lease) == (rules.State.CANCELLED, 2, "")
        assert worker() is None
        with transaction():
            service.retry(job, by=SYSTEM, now=NOW)
        assert worker() is Ending.DONE
    assert seen == [None, 1, 2, 3]


def test_a_lost_job_that_was_to_stop_is_not_taken_up(at_eight_in_the_morning):
    with only(nothing):
        job = put()
        service.claim("w", LEASE, now=NOW)
        service.cancel(job, by=SYSTEM, now=NOW)
        assert state(job) is rules.State.RUNNING
        at_eight_in_the_morning(NOW + LEASE)
        assert service.claim("v", LEASE, now=NOW + LEASE) is None
        assert state(job) is rules.State.CANCELLED


def test_a_dead_job_runs_again_with_all_its_tries(worker, audited):
    faults = [GiveUp("Hỏng")]

    def act(run: Run) -> None:
        if faults:
            raise faults.pop()

    with only(act):
        job = put()
        assert worker() is Ending.DEAD
        with transaction():
            service.retry(job, by=SYSTEM, now=NOW)
        assert (job.attempts, state(job)) == (0, rules.State.WAITING)
        assert worker() is Ending.DONE
    assert audited() == ["platform:job:died", "platform:job:retried"]


def test_a_dead_job_is_given_up_for_good(worker):
    def act(run: Run) -> None:
        raise GiveUp("Hỏng")

    with only(act):
        job = put()
        worker()
        with transaction():
            service.cancel(job, by=SYSTEM, now=NOW)
    assert (state(job), job.dead_at, job.error) == (rules.State.CANCELLED, None, "Hỏng")


def test_what_is_done_or_has_a_successor_is_not_run_again(worker):
    faults = [GiveUp("Hỏng")]

    def act(run: Run) -> None:
        if faults:
            raise faults.pop()

    with only(act):
        dead = put(unique_key="k")
        assert worker() is Ending.DEAD
        successor = put(unique_key="k")
        with pytest.raises(Refused) as refused:
            service.retry(dead, by=SYSTEM, now=NOW)
        assert refused.value.reason is rules.Refusal.HAS_SUCCESSOR
        assert state(dead) is rules.State.DEAD
        assert worker() is Ending.DONE
        for verb in (service.retry, service.cancel):
            with pytest.raises(Refused) as refused:
                verb(successor, by=SYSTEM, now=NOW)
            assert refused.value.reason is rules.Refusal.IS_DONE


def test_the_queue_is_counted_by_state(app, at_eight_in_the_morning):
    def act(run: Run) -> None:
        if run.payload.get("fails"):
            raise LookupError
        raise GiveUp("Hỏng")

    with only(act):
        made = Worker(app)
        put(payload={"fails": True})
        assert made.step(with_heartbeat=False) is Ending.FAILED
        put()
        assert made.step(with_heartbeat=False) is Ending.DEAD
        put(run_after=NOW + timedelta(hours=1))
        put(run_after=NOW - timedelta(seconds=72))
        put(run_after=NOW - timedelta(seconds=71))
        put()
        service.claim("a", LEASE, now=NOW)
        counted = queries.counts(NOW)
        assert (counted.waiting, counted.later, counted.retrying, counted.running, counted.lost, counted.dead) == (
            2, 1, 1, 1, 0, 1,
        )  # fmt: skip
        assert counted.oldest == NOW - timedelta(seconds=71)
        assert queries.counts(NOW + LEASE).lost == 1
    assert queries.counts(NOW).oldest == NOW - timedelta(seconds=71)


def test_old_jobs_are_forgotten_but_the_last_of_each_schedule(app, at_eight_in_the_morning):
    from lms.platform.jobs.registry import KINDS

    clean = KINDS["platform:clean"]
    with only(nothing, schedule=every_day("02:15")):
        made = Worker(app)
        for day in (0, 1, 20):
            at_eight_in_the_morning(NOW + timedelta(days=day))
            put()
            while made.step(with_heartbeat=False):
                pass
        before = len(due_moments())
        KINDS[clean.name] = clean
        at_eight_in_the_morning(NOW + timedelta(days=31, hours=1))
        put(clean.name)
        while made.step(with_heartbeat=False):
            pass
    assert before == 6
    left = db.session.scalars(db.select(Job).where(Job.kind == "test:kind")).all()
    assert all(job.done_at > NOW + timedelta(days=1, hours=1) for job in left)
    assert len([job for job in left if job.due_at]) >= 2
