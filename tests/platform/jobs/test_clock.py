"""What comes up by the clock: made once, the latest of those missed, none while one still runs."""

from datetime import UTC, datetime, timedelta

import pytest

from lms.platform import clock
from lms.platform.jobs import every_day, service
from lms.platform.jobs.running import Ending, Run, perform
from lms.platform.jobs.worker import LEASE, Worker
from tests.conftest import NOW
from tests.platform.jobs.kinds import due_moments, nothing, only

pytestmark = pytest.mark.usefixtures("session")


def test_a_due_moment_is_run_once_by_however_many_workers_and_restarts(app, at_eight_in_the_morning):
    with only(nothing, schedule=every_day("02:15")):
        for hours in (0, 5, 18, 19):
            at_eight_in_the_morning(NOW + timedelta(hours=hours))
            for _ in range(3):
                fresh = Worker(app)
                while fresh.step(with_heartbeat=False):
                    pass
    assert due_moments() == [
        datetime(2026, 11, 23, 19, 15, tzinfo=UTC),
        datetime(2026, 11, 24, 19, 15, tzinfo=UTC),
    ]


def test_of_several_missed_due_moments_the_latest_is_run(app, at_eight_in_the_morning):
    with only(nothing, schedule=every_day("02:15")):
        Worker(app).step(with_heartbeat=False)
        at_eight_in_the_morning(NOW + timedelta(days=9))
        Worker(app).step(with_heartbeat=False)
    assert due_moments() == [
        datetime(2026, 11, 23, 19, 15, tzinfo=UTC),
        datetime(2026, 12, 2, 19, 15, tzinfo=UTC),
    ]


def test_while_one_still_runs_the_next_waits_for_its_end(app, at_eight_in_the_morning, monkeypatch):
    monkeypatch.setattr("lms.platform.jobs.worker.ASK_AGAIN", 0.0)
    made = Worker(app)
    with only(nothing, schedule=every_day("02:15")):
        made.look_at_clock(NOW)
        claimed = service.claim("slow", timedelta(days=3), now=NOW)
        at_eight_in_the_morning(NOW + timedelta(days=1))
        made.look_at_clock(clock.now())
        assert len(due_moments()) == 1
        assert perform(Run(claimed), LEASE) is Ending.DONE
        made.look_at_clock(clock.now())
        assert len(due_moments()) == 2


def test_nothing_is_made_while_nothing_is_needed(app, at_eight_in_the_morning):
    asked = []

    def is_needed(now: datetime) -> bool:
        asked.append(now)
        return len(asked) > 1

    made = Worker(app)
    with only(nothing, schedule=every_day("02:15"), is_needed=is_needed):
        assert made.step(with_heartbeat=False) is None
        assert made.step(with_heartbeat=False) is None
        assert len(asked) == 1
        at_eight_in_the_morning(NOW + timedelta(days=1))
        assert made.step(with_heartbeat=False) is Ending.DONE
    assert len(due_moments()) == 1
