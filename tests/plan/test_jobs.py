"""The nightly proof and the marks of month ends, as a worker runs them."""

import sqlalchemy as sa

from lms.plan import queries
from lms.plan.figures.models import FigureHead
from lms.plan.models import DerivedCheck, Obligation
from lms.platform import clock
from lms.platform.db import db, transaction
from lms.platform.events import SYSTEM
from lms.platform.jobs import enqueue, service
from lms.platform.jobs.models import Job
from lms.platform.jobs.running import Ending, Run, perform
from lms.platform.jobs.worker import LEASE
from tests.plan.test_check import city

__all__ = ["city"]


def run(name: str, is_stopping=lambda: False) -> tuple[Ending, Job]:
    """Let a worker do one job of a kind."""
    with transaction():
        job_id = enqueue(name, by=SYSTEM, now=clock.now()).id
        claimed = service.claim("w", LEASE, now=clock.now())
    assert claimed is not None
    ending = perform(Run(claimed, is_stopping), LEASE)
    return ending, db.session.get_one(Job, job_id, populate_existing=True)


def test_the_nightly_proof_leaves_a_clean_check(city, audited):
    ending, job = run("plan:check-derived")
    assert ending is Ending.DONE
    assert (job.done, job.total) == (6, 6)
    assert queries.proof().clean.people == 6
    assert audited()[-1] == "plan:derived:checked"


def test_a_difference_is_a_finding_not_a_failed_job(city):
    db.session.execute(sa.delete(Obligation))
    ending, job = run("plan:check-derived")
    assert (ending, job.error) == (Ending.DONE, "")
    assert job.word.endswith("chỗ lệch")
    assert queries.proof().is_dirty


def test_told_to_end_it_leaves_off_and_stays_in_the_queue(city):
    ending, job = run("plan:check-derived", is_stopping=lambda: True)
    assert ending is Ending.GAVE_WAY
    assert (job.lease, job.attempts, job.done_at) == ("", 0, None)
    assert queries.proof().clean is None
    assert db.session.scalar(sa.select(DerivedCheck.finished_at)) is None


def test_marks_are_made_once_and_then_cost_nothing(city):
    assert run("plan:mark-figures")[0] is Ending.DONE
    heads = sa.select(FigureHead.day, FigureHead.through_id, FigureHead.built_at).order_by(FigureHead.day)
    before = db.session.execute(heads).all()
    assert len(before) > 1
    assert run("plan:mark-figures")[0] is Ending.DONE
    assert db.session.execute(heads).all() == before
    assert run("plan:compact-figures")[0] is Ending.DONE
    assert run("plan:check-derived")[1].word == ""
