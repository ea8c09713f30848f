"""`flask periods …`, run as a person runs it, and the jobs behind it."""

import json
from datetime import date

import pytest
import sqlalchemy as sa

from lms.plan.periods import jobs, queries, service
from lms.plan.periods.models import ClosedDuty, ClosedPeriod
from lms.platform import clock
from lms.platform.db import db
from lms.platform.events import SYSTEM
from lms.platform.jobs.registry import KINDS
from tests.plan.closing import AS_OF, close, complete, later, prepare

CLOSE = ("close", "--plan", "KH-THU", "--as-of", "30/09/2026", "--name", "Quý III/2026")


@pytest.fixture
def run(app, cast):
    """Run a command inside the test's transaction, on a plan with two results."""
    prepare(cast)
    complete(cast.an.person_id, date(2026, 8, 1))
    # A command that fails rolls back; what the test prepared must survive that.
    db.session.commit()
    runner = app.test_cli_runner()
    return lambda *words: runner.invoke(args=["periods", *words])


def test_a_period_is_closed_proven_and_told_by_its_code(run):
    done = run(*CLOSE)
    assert done.exit_code == 0, done.output
    assert "Đã chốt Quý III/2026, Kế hoạch số 1/KH-THU, số liệu đến ngày 30/09/2026." in done.output
    assert "6 người, 6 lượt" in done.output
    again = run(*CLOSE)
    assert again.exit_code == 1
    assert "đã chốt số liệu của ngày và đơn vị này rồi" in again.stderr
    proven = run("verify")
    assert proven.exit_code == 0
    assert "KH-THU.2026-09-30: nguyên vẹn; SHA-256" in proven.output
    assert "Quý III/2026\t6 lượt" in run("list").output


def test_an_altered_row_is_told_and_the_command_fails(run):
    run(*CLOSE)
    db.session.execute(sa.update(ClosedDuty).where(ClosedDuty.number == 4).values(due_on=date(2030, 1, 1)))
    db.session.commit()
    done = run("verify", "KH-THU.2026-09-30", "--json")
    assert done.exit_code == 1
    [sentence] = json.loads(done.output)["faults"]
    assert sentence.startswith("Danh sách nghĩa vụ học: dòng số 4 bị sửa; nay ghi: nghia-vu|4|")
    period = db.session.scalars(sa.select(ClosedPeriod)).one()
    assert (period.faults, period.verified_at) == (1, clock.now())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*CLOSE[:-1], " "), "Tên kỳ cần có"),
        (("close", "--plan", "KH-9", *CLOSE[3:]), "Các mã đang có: KH-THU"),
        ((*CLOSE, "--unit", "xyz"), "Không có đơn vị mã “xyz” trong cơ cấu ngày 30/09/2026"),
        (("verify", "khong-co"), "Không có kỳ chốt mã “khong-co”"),
        (("close", *CLOSE[1:3], "--as-of", "30/13/2026", "--name", "x"), "chưa đúng. Hãy ghi"),
    ],
)
def test_what_cannot_be_done_is_said_with_the_remedy(run, words, said):
    done = run(*words)
    assert done.exit_code != 0
    assert said in done.stderr


def test_comparing_says_how_many_duties_differ(run, cast, at_eight_in_the_morning):
    run(*CLOSE)
    later(at_eight_in_the_morning)
    complete(cast.huy.person_id, date(2026, 9, 1))
    db.session.commit()
    assert "KH-THU.2026-09-30: 1 lượt khác" in run("compare").output


class Worker:
    """A run without a queue."""

    by = SYSTEM
    attempt = 1

    def __init__(self, **payload):
        self.payload = payload
        self.told = {}

    def transaction(self):
        return db.session.begin_nested()

    def tell(self, **how_far):
        self.told |= how_far

    def go_on(self):
        """Nobody stops it."""


def test_an_erratum_of_another_comparison_than_was_seen_is_not_issued(cast, at_eight_in_the_morning):
    prepare(cast)
    period = close()
    later(at_eight_in_the_morning)
    complete(cast.huy.person_id, date(2026, 9, 1))
    service.compare(period, now=clock.now())
    seen = Worker(period_id=period.id, reason="Ghi muộn", document="", after=0, compared_at="")
    with pytest.raises(jobs.GiveUp, match="Dữ liệu đã thay đổi từ lúc so sánh"):
        KINDS[jobs.CORRECT].act(seen)
    assert service.last_erratum(period) == 0


def test_the_jobs_close_compare_and_prove(cast, at_eight_in_the_morning):
    prepare(cast)
    work = Worker(plan="KH-THU", as_of="2026-09-30", name="Quý III/2026", unit_id=None)
    KINDS[jobs.CLOSE].act(work)
    [period] = queries.periods()
    assert (work.told["done"], period.as_of) == (6, AS_OF)
    with pytest.raises(jobs.GiveUp, match="đã chốt"):
        KINDS[jobs.CLOSE].act(work)
    work.attempt = 2
    KINDS[jobs.CLOSE].act(work)
    later(at_eight_in_the_morning)
    complete(cast.huy.person_id, date(2026, 9, 1))
    KINDS["plan:compare-periods"].act(work)
    assert period.differences == 1
    correction = Worker(period_id=period.id, reason="Ghi muộn", document="", after=0,
                        compared_at=jobs.comparison_of(period))  # fmt: skip
    KINDS[jobs.CORRECT].act(correction)
    assert (correction.told["done"], correction.told["word"], period.differences) == (1, "số liệu", 0)
    correction.attempt = 2
    KINDS[jobs.CORRECT].act(correction)
    assert service.last_erratum(period) == 1
    KINDS["plan:verify-periods"].act(work)
    db.session.execute(sa.delete(ClosedDuty).where(ClosedDuty.number == 1))
    with pytest.raises(jobs.GiveUp, match="1 kỳ chốt không nguyên vẹn"):
        KINDS["plan:verify-periods"].act(work)
    assert service.last_erratum(close(unit_id=cast.ward.id)) == 0
