"""The random sequences notice every listener that is missing: what they show would otherwise be worth little."""

from itertools import count

import pytest

from lms.platform import events
from tests.plan.sequences.events import draw
from tests.plan.sequences.runs import play

LISTENERS = {
    "PostingsChanged": ("move", "correct_posting", "roster", "absence"),
    "OrganisationLoaded": ("atlas",),
    "UnitsReorganised (lms.plan.listeners)": ("reform",),
    "UnitsReorganised (lms.identity.listeners)": ("reform",),
    "CourseStarted": ("begin",),
    "CourseCompleted": ("complete",),
    "CompletionVoided": ("void",),
    "AttemptSubmitted": ("sit",),
}
"""Who hears what → the kinds of event that then go wrong."""
HEARING = ("lms.identity", "lms.learning", "lms.organisation", "lms.plan")
LETTERS = {"TransferProposed", "TransferAnswered", "ChangeUndone", "DaysDecided", "DaysWithdrawn"}
"""Heard in order to write letters, to take back, or to reckon terms: tests of their own show those."""
ROLES = ("PostingsChanged", "lms.identity.listeners")
"""Ends roles that are left behind; nobody in the sequences holds one: `tests/identity/test_left_behind.py` shows it."""


def _name(one) -> str:
    kind, listener = one
    same = [other for other in _registered() if other[0] is kind]
    return kind.__name__ if len(same) == 1 else f"{kind.__name__} ({listener.__module__})"


def _registered():
    heard = [one for one in events._listeners if one[1].__module__.startswith(HEARING)]
    return [one for one in heard if one[0].__name__ not in LETTERS and (one[0].__name__, one[1].__module__) != ROLES]


def test_every_listener_is_in_the_table(app):
    assert {_name(one) for one in _registered()} == set(LISTENERS)


@pytest.mark.parametrize("name", LISTENERS)
def test_a_listener_that_is_missing_is_noticed(session, monkeypatch, name):
    [missing] = [one for one in _registered() if _name(one) == name]
    monkeypatch.setattr(events, "_listeners", [one for one in events._listeners if one != missing])
    wanted = LISTENERS[name]
    cases = (case for case in (draw(seed, 6, together=True) for seed in count()) if _has(case, wanted))
    failures = (play(next(cases)) for _ in range(20))
    assert any(failures), "twenty batches did not show it"


def _has(case, kinds) -> bool:
    return bool({event.kind for event in case.events} & set(kinds))
