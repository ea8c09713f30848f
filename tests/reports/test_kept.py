"""Figures out of marks and changes are those counted from segments, whatever happens in between."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.organisation.models import Reform, Succession
from lms.organisation.service import refresh_former_units
from lms.plan import service
from lms.plan.figures.contribution import FIGURES, Stretch, changes
from lms.plan.figures.models import FigureDelta, FigureHead, FigureMark
from lms.plan.models import Clause, Requirement, Segment
from lms.platform import clock
from lms.platform.columns import FOREVER
from lms.platform.db import db
from lms.platform.jobs import service as jobs
from lms.platform.jobs.models import Job
from lms.platform.jobs.running import Ending, Run, perform
from lms.platform.jobs.worker import LEASE
from lms.reports.queries.bridge import _counted_pairs, _kept_pairs
from lms.reports.queries.figures import COUNTED, Scope, counted_per_unit, kept_per_unit, per_unit
from lms.reports.queries.trend import _counted, _kept
from lms.reports.rules import Part, month_ends
from tests.conftest import NOW, TODAY
from tests.plan import world
from tests.plan.test_derivation import OFTEN, _happen, _one_person_city, events, undone
from tests.plan.world import World

SOMETIMES = settings(OFTEN, max_examples=6)
"""Each example looks at several days in both structures after each of several events."""
REFORMS = (date(2025, 3, 1), date(2025, 10, 1))
LOOKED_AT = st.lists(st.one_of(world.days, st.dates(date(2024, 1, 1), date(2027, 12, 31))), min_size=1, max_size=2)


def reform(here: World) -> None:
    """Two reforms that former units are derived for."""
    for number, day in enumerate(REFORMS, 1):
        db.session.execute(
            sa.insert(Reform).values(id=here.shift + number, code=f"r{number}", title="Sắp xếp", effective_on=day)
        )
        db.session.execute(
            sa.insert(Succession).values(
                reform_id=here.shift + number, old_id=here.shift + 2, new_id=here.shift + 3, share="staff"
            )
        )
    refresh_former_units(None)


def keep(today: date = TODAY, through: int | None = None) -> None:
    """What the command does."""
    service.begin_figures(NOW, lambda step: None)
    through = service.last_change() if through is None else through
    for day in service.days_to_mark(today):
        service.mark_figures(day, through, NOW)


def scopes(here: World, day: date) -> list[Scope]:
    """The whole and a part of it, in the structure of the day and in the former one, on that day."""
    requirements = tuple(db.session.scalars(sa.select(Requirement.id).where(Requirement.id > here.shift)))
    found = [Scope(day, day, None, requirements), Scope(day, day, None, requirements, here.shift + 2)]
    for number, effective in enumerate(REFORMS, 1):
        eve, reform_id = effective - timedelta(1), here.shift + number
        found += [
            Scope(day, eve, reform_id, requirements),
            Scope(day, eve, reform_id, requirements, here.shift + 2),
            Scope(day, eve, reform_id, requirements, None, Part.NEVER),
            Scope(day, eve, reform_id, requirements, None, Part.OWN, (here.shift + 1, here.shift + 3)),
        ]
    return found


def told(counts):
    """What is counted, in an order; empty where nothing is kept because nothing is there."""
    if counts is None or not counts.cells:
        return {}
    return {
        "cells": sorted(counts.cells, key=repr),
        "persons": {unit: number for unit, number in counts.persons.items() if number},
        "doubled": {cell: number for cell, number in counts.doubled.items() if number},
    }


def same_on(here: World, days: list[date]) -> None:
    """Cell by cell and month by month."""
    assert db.session.scalar(sa.select(sa.func.count()).select_from(FigureHead)) > 0
    for day in days:
        for scope in scopes(here, day):
            assert told(kept_per_unit(scope)) == told(counted_per_unit(scope)), scope
            if scope.reform_id is not None:
                both = [_kept_pairs(scope, scope.reform_id), _counted_pairs(scope, scope.reform_id)]
                assert sorted(both[0], key=repr) == sorted(both[1], key=repr), scope
            points, counted = _kept(scope, month_ends(day, 3)), _counted(scope, month_ends(day, 3))
            assert points in (counted, []), scope
            if scope.reform_id is None and any(point.required for point in counted):
                assert points


@SOMETIMES
@given(city=world.cities(), happening=st.lists(events, min_size=1, max_size=4), days=LOOKED_AT, marked=st.booleans())
def test_kept_figures_equal_counted_ones_after_any_events(session, city, happening, days, marked):
    with undone():
        here = World(city)
        reform(here)
        service.rebuild()
        keep() if marked else service.begin_figures(NOW, lambda step: None)
        same_on(here, days)
        for kind, facts in happening:
            _happen(here, city, kind, facts)
            refresh_former_units(here.people)
            service.refresh_people(here.people)
            same_on(here, days)
        if marked:
            keep()
            same_on(here, days)
        before = db.session.scalar(sa.select(sa.func.count()).select_from(FigureDelta))
        saved = service.compact_figures()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(FigureDelta)) == before - saved
        same_on(here, days)


stretch_days = st.one_of(st.just(FOREVER), st.dates(date(2025, 1, 1), date(2025, 3, 1)))
stretches = st.builds(
    Stretch, requirement_id=st.just(1), unit_id=st.just(2), lineage_id=st.just(0), kind=st.sampled_from((0, 0, 1, 2)),
    from_on=st.dates(date(2025, 1, 1), date(2025, 3, 1)), to_on=stretch_days, due_on=stretch_days,
    started_on=stretch_days, fulfilled_on=stretch_days,
).filter(lambda stretch: stretch.from_on < stretch.to_on)  # fmt: skip


def counts(stretch: Stretch, day: date) -> tuple[int, ...]:
    """Which figures the stretch counts for on a day, one condition each."""
    holds = stretch.from_on <= day < stretch.to_on
    required, open_ = holds and stretch.kind < 2, stretch.fulfilled_on > day
    found = {
        "required": required,
        "completed": required and not open_,
        "late": required and not open_ and stretch.fulfilled_on > stretch.due_on,
        "in_progress": required and open_ and stretch.started_on <= day,
        "overdue": holds and stretch.kind == 0 and open_ and stretch.due_on < day,
        "paused": holds and stretch.kind == 1 and open_,
        "waived": holds and stretch.kind == 2,
    }
    return tuple(int(found[name]) for name in FIGURES)


@given(stretches, st.dates(date(2024, 12, 1), date(2025, 4, 1)))
def test_the_changes_up_to_a_day_sum_to_what_counts_on_it(stretch, day):
    summed = [0] * len(FIGURES)
    for (on, *_), numbers in changes([(1, stretch)]).items():
        if on <= day:
            summed = [a + b for a, b in zip(summed, numbers, strict=True)]
    assert tuple(summed) == counts(stretch, day)


@given(stretches)
def test_taking_a_stretch_away_leaves_nothing(stretch):
    assert changes([(1, stretch), (-1, stretch)]) == {}


def test_the_names_of_kept_and_counted_figures_agree():
    assert FIGURES == COUNTED


def test_without_a_head_nothing_is_kept_and_nothing_appended(session):
    with undone():
        here = World(_one_person_city())
        reform(here)
        service.rebuild()
        here.complete(1, 1, date(2025, 1, 5), 4, "KHCN")
        service.refresh_person_course(here.people[0], here.shift + 1, TODAY)
        assert db.session.scalars(sa.select(FigureDelta)).all() == []
        scope = scopes(here, TODAY)[0]
        assert kept_per_unit(scope) is None
        assert counted_per_unit(scope).cells


def test_a_completion_appends_a_few_changes_and_touches_no_mark(session):
    with undone():
        here = World(_one_person_city())
        reform(here)
        service.rebuild()
        keep()
        marks = sa.select(sa.func.count(), sa.func.sum(FigureMark.completed))
        before = db.session.execute(marks).one()
        last = service.last_change()
        here.complete(1, 1, date(2025, 1, 5), 4, "KHCN")
        service.refresh_person_course(here.people[0], here.shift + 1, TODAY)
        appended = db.session.scalars(sa.select(FigureDelta).where(FigureDelta.id > last)).all()
        assert 1 <= len(appended) <= 4
        assert db.session.execute(marks).one() == before
        same_on(here, [date(2025, 1, 4), date(2025, 1, 5), date(2025, 6, 1), TODAY])
        keep()
        assert db.session.execute(marks).one() != before
        same_on(here, [date(2025, 1, 4), date(2025, 1, 5), date(2025, 6, 1), TODAY])


def test_a_mark_that_is_up_to_date_is_left_alone(session):
    with undone():
        World(_one_person_city())
        service.rebuild()
        keep()
        [*_, last] = service.days_to_mark(TODAY)
        assert last == TODAY - timedelta(1)
        assert not service.mark_figures(last, service.last_change(), NOW)


def test_many_late_changes_are_summed_up_anew_instead_of_added(session, monkeypatch):
    from lms.plan.figures import marks

    with undone():
        here = World(_one_person_city())
        reform(here)
        service.rebuild()
        keep()
        here.complete(1, 1, date(2025, 1, 5), 4, "KHCN")
        service.refresh_person_course(here.people[0], here.shift + 1, TODAY)
        monkeypatch.setattr(marks, "FEW", 0)
        keep()
        same_on(here, [date(2025, 1, 5), date(2025, 6, 1), TODAY])


def test_a_new_reform_is_counted_until_the_figures_are_made_anew(session):
    with undone():
        here = World(_one_person_city())
        service.rebuild()
        keep()
        reform(here)
        service.refresh_people(here.people)
        for scope in scopes(here, TODAY):
            assert (kept_per_unit(scope) is None) == (scope.reform_id is not None)
            assert told(per_unit(scope)) == told(counted_per_unit(scope))
        service.rebuild()
        assert db.session.scalars(sa.select(Job.kind)).all() == [service.MARK_FIGURES]
        keep()
        same_on(here, [date(2025, 2, 28), date(2025, 3, 1), TODAY])


def test_a_requirement_moved_to_another_clause_makes_the_figures_be_forgotten(session):
    with undone():
        here = World(_one_person_city())
        reform(here)
        service.rebuild()
        keep()
        clause = {"plan_id": here.shift, "number": "2", "place": 2, "text": "", "cooperating": []}
        db.session.execute(sa.insert(Clause).values(id=here.shift + 1, **clause))
        moved = sa.update(Requirement).where(Requirement.id == here.shift + 1)
        db.session.execute(moved.values(clause_id=here.shift + 1))
        service.rebuild()
        assert kept_per_unit(scopes(here, TODAY)[0]) is None
        keep()
        same_on(here, [TODAY])


@pytest.mark.parametrize("factor", [1, 0])
def test_replacing_most_of_the_segments_forgets_the_figures(session, monkeypatch, factor):
    from lms.plan.figures import changes as appending

    with undone():
        here = World(_one_person_city())
        reform(here)
        service.rebuild()
        keep()
        monkeypatch.setattr(appending, "MANY", factor * 50_000)
        db.session.execute(sa.update(Segment).values(started_on=date(2025, 1, 1)))
        service.rebuild()
        kept = db.session.scalar(sa.select(sa.func.count()).select_from(FigureHead)) > 0
        assert kept == bool(factor)
        waiting = db.session.scalars(sa.select(Job.kind)).all()
        assert waiting == ([] if kept else [service.MARK_FIGURES])
        if not kept:
            for scope in scopes(here, TODAY):
                assert told(per_unit(scope)) == told(counted_per_unit(scope))
            service.rebuild()
            assert db.session.scalars(sa.select(Job.kind)).all() == waiting, "once is enough"
            keep()
            same_on(here, [TODAY])


def test_forgotten_figures_are_made_anew_by_the_job_that_waits(app, session, monkeypatch):
    from lms.plan.figures import changes as appending

    monkeypatch.setattr(appending, "MANY", 0)
    here = World(_one_person_city())
    reform(here)
    service.rebuild()
    keep()
    db.session.execute(sa.update(Segment).values(started_on=date(2025, 1, 1)))
    service.rebuild()
    assert kept_per_unit(scopes(here, TODAY)[0]) is None
    claimed = jobs.claim("w", LEASE, now=clock.now())
    assert (claimed.kind.name, perform(Run(claimed, lambda: False), LEASE)) == (service.MARK_FIGURES, Ending.DONE)
    same_on(here, [TODAY])


def test_yesterdays_mark_goes_when_another_day_is_yesterday(session):
    with undone():
        here = World(_one_person_city())
        reform(here)
        service.rebuild()
        keep()
        keep(TODAY + timedelta(1))
        days = set(db.session.scalars(sa.select(FigureHead.day)))
        assert TODAY in days
        assert TODAY - timedelta(1) not in days
        assert set(db.session.scalars(sa.select(FigureMark.day))) <= days
        same_on(here, [TODAY - timedelta(1), TODAY])


def test_the_command_marks_every_month_end_and_then_finds_nothing_to_do(app, session):
    here = World(_one_person_city())
    reform(here)
    service.rebuild()
    runner = app.test_cli_runner()
    first = runner.invoke(args=["figures", "mark"])
    assert first.exit_code == 0, first.output
    assert "cập nhật 0 mốc" not in first.output
    assert "cập nhật 0 mốc" in runner.invoke(args=["figures", "mark"]).output
    assert runner.invoke(args=["figures", "compact"]).output == "Bớt 0 dòng.\n"
    assert "cập nhật 0 mốc" not in runner.invoke(args=["figures", "mark", "--anew"]).output
    same_on(here, [TODAY])
