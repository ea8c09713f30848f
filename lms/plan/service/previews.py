"""Saying what an act over some people would do to their duties, by doing it and taking it back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from lms.plan import queries, rules
from lms.plan.queries import StandingDuty
from lms.plan.rules.states import PAUSED, WAIVED
from lms.platform.db import db


@dataclass(frozen=True)
class StopEffect:
    """What an act changes in one duty of one person."""

    person_id: int
    requirement: str
    cycle: int
    due_before: date | None
    """None: the duty did not hold before."""
    due_after: date | None
    """None: it holds no more."""
    paused: tuple[rules.Interval, ...]
    """Days that newly do not count against the person."""
    counted: tuple[rules.Interval, ...]
    """Days that were paused or exempt and count again."""
    waived: tuple[rules.Interval, ...]

    @property
    def is_due_moved(self) -> bool:
        """Whether the due day changes."""
        return self.due_before != self.due_after


def preview_stops(act: Callable[[], object], person_ids: Sequence[int], today: date) -> list[StopEffect]:
    """What `act` would change in the duties of these people that hold today or later; nothing stays."""
    savepoint = db.session.begin_nested()
    try:
        before = queries.standing_duties(person_ids, today)
        act()
        after = queries.standing_duties(person_ids, today)
    finally:
        savepoint.rollback()
        db.session.expire_all()
    effects = [_effect(before.get(key), after.get(key)) for key in dict.fromkeys([*after, *before])]
    return [effect for effect in effects if effect is not None]


def _effect(before: StandingDuty | None, after: StandingDuty | None) -> StopEffect | None:
    one = after or before
    if one is None or before == after:
        return None

    def gained(
        kinds: tuple[int, ...], of: StandingDuty | None, minus: StandingDuty | None
    ) -> tuple[rules.Interval, ...]:
        whole = [days for kind in kinds for days in (of.stops.get(kind, []) if of else [])]
        less = [days for kind in kinds for days in (minus.stops.get(kind, []) if minus else [])]
        return tuple(rules.subtract(whole, less))

    effect = StopEffect(
        one.person_id,
        one.requirement,
        one.cycle,
        before.due_on if before else None,
        after.due_on if after else None,
        paused=gained((PAUSED,), after, before) if one.is_open else (),
        counted=gained((PAUSED, WAIVED), before, after),
        waived=gained((WAIVED,), after, before),
    )
    changed = effect.is_due_moved or effect.paused or effect.counted or effect.waived
    return effect if changed else None
