"""Many write at once: nobody's completion waits for a derivation of everybody, and nothing is lost. Real commits."""

import os
import signal
import subprocess
import sys
import threading
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask_migrate import upgrade

from lms.app import create_app
from lms.learning import service as learning
from lms.learning.models import Completion
from lms.organisation import service as organisation
from lms.organisation.models import FormerUnit, Posting, Reform, Succession, Unit
from lms.plan import service
from lms.plan.derive import run, swap
from lms.plan.figures import marks
from lms.plan.models import Obligation
from lms.platform import clock, config
from lms.platform.db import db, snapshot, transaction
from lms.platform.events import SYSTEM
from tests import factories
from tests.plan import plans

pytestmark = pytest.mark.postgresql
ROOT = Path(__file__).resolve().parents[2]
PEOPLE = 24
HOURS = """\
  - code: R2
    clause: "1"
    title: "Tám tiết mỗi năm"
    short_title: "Tám tiết"
    rule: {hours: 4}
    audience:
      - {unit: tp-ha-noi}
    due: {calendar_year: 31/12}
    from: 2025-01-01
"""
KILLED = """
import os, signal
from lms.plan.derive import swap
from wsgi import app

whole, swap.MANY = swap.take_over, 0

def die(work):
    whole(work)
    os.kill(os.getpid(), signal.SIGKILL)

swap.take_over = die
app.cli.main(args=["plan", "rebuild"])
"""


@pytest.fixture
def city(tmp_path):
    """An application on a database of its own with a ward of people, a plan and kept figures, committed."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    url = factories.fresh_database(os.environ.get("TEST_DATABASE_URL", ""), f"{worker}_at_once")
    environment = {"LMS_INSTANCE": str(tmp_path), "DATABASE_URL": url, "SECRET_KEY": "test", "LMS_DEVELOPMENT": "1"}
    app = create_app(config.read(environment))
    app.environment = environment
    with app.app_context():
        upgrade()
        with transaction():
            top = factories.make_unit(code="tp-ha-noi", name="Thành phố Hà Nội", kind="thanh_pho")
            ward = factories.make_unit(parent=top)
            app.people = [factories.make_person(unit=ward).id for _ in range(PEOPLE)]
            app.course = plans.make_course(organiser=top).id
            plans.apply(plans.SMALL + HOURS)
        mark()
        yield app
        db.session.remove()
        db.engine.dispose()


def mark(*, anew=False):
    with transaction():
        service.forget_old_figures(anew=anew)
    with transaction():
        service.begin_figures(clock.now(), lambda step: None, anew=anew)
    with transaction():
        through, days = service.last_change(), service.days_to_mark(clock.today())
    for day in days[-3:]:
        with transaction():
            service.mark_figures(day, through, clock.now())


def complete(app, person_id):
    """A completion as a request of its own makes it."""
    with app.app_context(), transaction():
        today = clock.today()
        result = learning.Result(
            person_id=person_id, course_id=app.course, completed_on=today, source=learning.CompletionSource.ONLINE
        )
        learning.record_completion(result, today=today, now=clock.now(), by=SYSTEM)


def in_a_thread(app, *person_ids):
    """Completions on another connection; False if they wait for us, or come to nothing."""
    done = []
    thread = threading.Thread(
        target=lambda: done.extend(complete(app, person_id) for person_id in person_ids), daemon=True
    )
    thread.start()
    thread.join(20)
    return len(done) == len(person_ids)


def differences(*more_days):
    """How many the independent path finds, in the kept figures too."""
    with snapshot():
        found = service.compare_derived(days=(clock.today(), clock.today() - timedelta(days=40), *more_days))
    return found.differences


def obligations():
    rows = db.session.execute(sa.select(Obligation.id, Obligation.person_id, Obligation.requirement_id))
    found = {row[0]: (row[1], row[2]) for row in rows}
    db.session.rollback()
    return found


@pytest.mark.parametrize("most", [0, swap.MANY], ids=["swapped", "in place"])
def test_a_completion_does_not_wait_for_a_derivation_of_everybody_and_is_not_lost(city, monkeypatch, most):
    monkeypatch.setattr(swap, "MANY", most)
    before, whole, done = obligations(), run.Derivation.compare, []

    def compare(self, **how):
        whole(self, **how)
        done.append(in_a_thread(city, *city.people[3 * len(done) :][:3]))

    monkeypatch.setattr(run.Derivation, "compare", compare)
    with transaction():
        plans.apply(plans.SMALL.replace("2026-12-31", "2026-12-01") + HOURS)
    assert done
    assert all(done)
    assert obligations() == before
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Completion)) == 3 * len(done)
    db.session.rollback()
    assert differences() == 0


def test_a_preview_lets_everybody_write_and_leaves_nothing(city, monkeypatch):
    whole, done = run.Derivation.compare, []

    def compare(self, **how):
        whole(self, **how)
        done.append(in_a_thread(city, city.people[0]))

    monkeypatch.setattr(run.Derivation, "compare", compare)
    text = plans.SMALL.replace("2026-12-31", "2026-12-01") + HOURS
    with transaction():
        change = service.preview_plan(text.encode(), by=SYSTEM, today=clock.today(), now=clock.now(), shorten=True)
    assert (all(done), change.effects[0].due_earlier) == (True, PEOPLE)
    assert differences() == 0


def test_who_came_from_elsewhere_after_all_is_counted_so_although_a_derivation_of_everybody_had_begun(
    city, monkeypatch
):
    with transaction():
        ward = db.session.scalars(sa.select(Unit).where(Unit.code != "tp-ha-noi")).one()
        other = factories.make_unit(code="khac", parent=db.session.get_one(Unit, ward.id - 1))
        reform = factories.add(Reform(code="r1", title="Sắp xếp", effective_on=date(2025, 7, 1)))
        factories.add(Succession(reform_id=reform.id, old_id=ward.id, new_id=ward.id, share="staff"))
        organisation.refresh_former_units(None)
        other_id, moved = other.id, city.people[0]
    mark(anew=True)
    whole, done = run.Derivation.compare, []

    def correct():
        with city.app_context(), transaction():
            db.session.execute(sa.update(Posting).where(Posting.person_id == moved).values(unit_id=other_id))
            organisation.refresh_former_units([moved])
            service.refresh_people([moved])
        done.append(True)

    def compare(self, **how):
        whole(self, **how)
        if not done and self._work.number("SELECT COUNT(*) FROM w_gone_segment"):
            thread = threading.Thread(target=correct, daemon=True)
            thread.start()
            thread.join(20)

    monkeypatch.setattr(run.Derivation, "compare", compare)
    with transaction():
        plans.apply(plans.SMALL.replace("2026-12-31", "2027-01-31") + HOURS)
    assert done
    former = db.session.scalars(sa.select(FormerUnit.unit_id).where(FormerUnit.person_id == moved)).all()
    db.session.rollback()
    assert former == [other_id]
    assert differences(date(2027, 1, 15)) == 0, "the fifteenth lies between the old due day and the new one"


def test_nobody_waits_for_figures_that_are_made_anew_and_who_was_followed_meanwhile_is_counted_so(city, monkeypatch):
    whole, done = marks.Building.__init__, []

    def make(self, *how):
        whole(self, *how)
        done.append(in_a_thread(city, *city.people[:3]))

    monkeypatch.setattr(marks.Building, "__init__", make)
    mark(anew=True)
    assert done == [True]
    assert differences(date(2027, 1, 15)) == 0
    assert in_a_thread(city, city.people[3])
    assert differences() == 0


def test_marks_are_made_while_completions_are_written(city):
    threads = [
        threading.Thread(target=lambda some=some: [complete(city, person_id) for person_id in some])
        for some in (city.people[0::3], city.people[1::3], city.people[2::3])
    ]
    for thread in threads:
        thread.start()
    for number in range(4):
        mark(anew=number == 1)
    for thread in threads:
        thread.join()
    mark()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Completion)) == PEOPLE
    db.session.rollback()
    assert differences() == 0


def test_killed_in_the_moment_of_the_swap_it_leaves_everything_as_it_was(city):
    with transaction():
        db.session.execute(sa.update(Obligation).values(due_on=clock.today()))
    before = obligations()
    words = [sys.executable, "-c", KILLED]
    environment = {**os.environ, **city.environment}
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, check=False, timeout=240)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert obligations() == before
    assert differences() == len(before)
    with transaction():
        service.rebuild()
    assert obligations() == before
    assert differences() == 0
