"""Whatever is done to everybody: its preview tells what applying it does, and taking it back leaves no trace."""

import os
from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from lms.changes import kinds, service
from lms.changes.kinds import Kind
from lms.changes.models import ChangeEffect, ChangeSet
from lms.organisation.reform.draft import UnreadableReform
from lms.plan import service as plan
from lms.plan.models import Obligation
from lms.platform.access import Permission
from lms.platform.db import db
from lms.platform.events import SYSTEM
from lms.platform.forms import Refused
from tests.changes.stored import differing, stored
from tests.plan.sequences.city import TODAY, City
from tests.plan.sequences.events import draw
from tests.plan.sequences.runs import _happen, undone, without_others
from tests.plan.sequences.shared_acts import SHARED
from tests.plan.world import NOW

CITIES = int(os.environ.get("CHANGES", "6"))
"""Cities in each of which some change sets are drawn."""
EACH = 4


class Acts:
    """Acts on a city that can be carried out twice: what they remember of it outside the database is put back."""

    def __init__(self, city: City) -> None:
        """Take over the city."""
        self.city = city
        self.before: dict[str, Any] = {}
        kinds.register(Kind("drawn", Permission.PLAN_PLAN_IMPORT, self.act, self.says))

    def act(self, payload: Any, _change_id: int, _by: Any, _now: Any) -> str:
        """Do it."""
        return SHARED[payload["kind"]](self.city, Random(payload["seed"]))

    @staticmethod
    def says(error: Exception) -> list[str]:
        """What the services refuse."""
        return [str(error)] if isinstance(error, (Refused, UnreadableReform)) else []

    def remember(self) -> None:
        """Keep what the city remembers."""
        self.before = deepcopy(vars(self.city))

    def forget(self) -> None:
        """Put it back."""
        vars(self.city).update(deepcopy(self.before))


def open_duties() -> dict[tuple[int, int, int], tuple[Any, ...]]:
    """(person, requirement, cycle) → due day and day of fulfilment, of duties that have not ended."""
    rows = db.session.execute(sa.select(Obligation.__table__).where(Obligation.closes_on > TODAY))
    return {(r.person_id, r.requirement_id, r.cycle): (r.due_on, r.fulfilled_on) for r in rows}


def told(change: ChangeSet) -> list[tuple[Any, ...]]:
    """Whom the change set meets, as people name them."""
    e = ChangeEffect
    columns = (e.personal_id, e.requirement, e.cycle, e.unit, e.what, e.due_before, e.due_after)
    rows = db.session.execute(sa.select(*columns).where(e.change_id == change.id).order_by(e.place))
    return [tuple(row) for row in rows]


def met(change: ChangeSet, *whats: str) -> set[tuple[int, int, int]]:
    """The duties of which it tells one of these."""
    e = ChangeEffect
    rows = db.session.execute(
        sa.select(e.person_id, e.requirement_id, e.cycle).where(e.change_id == change.id, e.what.in_(whats))
    )
    return {(row[0], row[1], row[2]) for row in rows}


def drawn(seed: int) -> Iterator[tuple[Acts, ChangeSet]]:
    """Change sets of a city, one after another."""
    random = Random(seed)
    case = draw(seed, 8, together=False)
    city = City(case)
    for step, happening in case.steps().items():
        if step < 3:
            for event in happening:
                _happen(city, event)
    acts = Acts(city)
    for _ in range(EACH):
        payload = {"kind": random.choice(sorted(SHARED)), "seed": random.getrandbits(32)}
        acts.remember()
        yield acts, service.propose("drawn", title=str(payload), payload=payload, unit_id=None, by=SYSTEM, now=NOW)


@pytest.mark.parametrize("seed", range(CITIES))
def test_a_preview_tells_what_applying_does_and_undoing_leaves_no_trace(session, seed):
    with undone(), without_others():
        for number, (acts, change) in enumerate(drawn(seed)):
            before, duties = stored(), open_duties()
            service.preview(change, by=SYSTEM, now=NOW, today=TODAY)
            assert differing(before, stored()) == {}, f"a preview wrote: {change.payload}"
            acts.forget()
            if change.said:
                continue
            seen = told(change)
            service.apply(change, needs_approval=False, by=SYSTEM, now=NOW, today=TODAY)
            assert told(change) == seen, change.payload
            after = open_duties()
            assert met(change, "gained") == after.keys() - duties.keys(), change.payload
            assert met(change, "lost") == duties.keys() - after.keys(), change.payload
            both = duties.keys() & after.keys()
            assert met(change, "done") == {key for key in both if duties[key][1] != after[key][1]}, change.payload
            moved = {key for key in both if duties[key][1] == after[key][1] and duties[key][0] < after[key][0]}
            assert met(change, "later") <= moved, change.payload
            assert plan.compare_derived().differences == 0
            if number % 2:
                service.undo(change, reason="thử", by=SYSTEM, now=NOW, today=TODAY)
                assert differing(before, stored()) == {}, f"undoing left something: {change.payload}"
                assert plan.compare_derived().differences == 0
                acts.forget()


def test_acts_are_not_all_refused(session):
    with undone(), without_others():
        kinds_done = set()
        for acts, change in drawn(1):
            service.preview(change, by=SYSTEM, now=NOW, today=TODAY)
            acts.forget()
            if not change.said and change.summary["duties"]:
                kinds_done.add(change.payload["kind"])
    assert kinds_done
