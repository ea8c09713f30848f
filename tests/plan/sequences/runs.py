"""Playing batches; a batch that fails is made as small as it gets and told so that it can be read and played again."""

import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from lms.organisation.models import Person
from lms.organisation.reform.draft import UnreadableReform
from lms.plan import service
from lms.platform import events
from lms.platform.db import db
from lms.platform.forms import Refused
from tests.plan.sequences import truth
from tests.plan.sequences.acts import OWN
from tests.plan.sequences.city import City, derived_together
from tests.plan.sequences.events import Case, Event, draw
from tests.plan.sequences.shared_acts import SHARED

TOGETHER, ALONE = 50, 8
"""People of a batch whose derivations are made at once, and of one in which each is made by itself."""
ALONE_EVERY = 6
"""Every so many batches is one of the second kind."""
IN_SETS = 0.3
"""How often the people of a step are derived by set SQL, as those of a large reform are, and not in memory."""


@dataclass
class Tally:
    """What was played."""

    sequences: int = 0
    events: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def __iadd__(self, other: "Tally") -> "Tally":
        self.sequences += other.sequences
        self.events += other.events
        self.refused += other.refused
        return self


@dataclass
class Failure:
    """Where a case goes wrong."""

    case: Case
    step: int
    what: str
    person: int | None
    told: list[str]
    """What happened, event by event."""

    @property
    def kind(self) -> str:
        """What two failures have in common that are the same fault: the comparison, or the error."""
        lines = self.what.strip().splitlines()
        return (lines[-1] if lines[0].startswith("Traceback") else lines[0]).split(":")[0]


OTHERS = ("lms.audit", "lms.certificates", "lms.notifications")
"""Domains that hear what happens and change nothing that is compared: they would only take time."""


@contextmanager
def without_others() -> Iterator[None]:
    """Let only those listen whose work is compared."""
    everybody = list(events._listeners)
    events._listeners[:] = [one for one in everybody if not one[1].__module__.startswith(OTHERS)]
    try:
        yield
    finally:
        events._listeners[:] = everybody


@contextmanager
def undone() -> Iterator[None]:
    """Everything inside is rolled back."""
    savepoint = db.session.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()
        db.session.expunge_all()


def play(case: Case, tally: Tally | None = None) -> Failure | None:
    """Let everything of a case happen, step by step; the first failure, or None."""
    told: list[str] = []
    step, person = -1, None
    looking = Random(case.seed)
    with undone(), without_others():
        try:
            city = City(case)
            for step, happening in case.steps().items():
                drawn = Random(looking.getrandbits(32) if step else 0)
                with derived_together(case.together, in_sets=drawn.random() < IN_SETS):
                    for event in happening:
                        person = event.person
                        told.append(_tell(event, _happen(city, event), tally, len(case.people)))
                person = None
                _look(city, drawn, is_first=step == 0)
        except truth.Difference as difference:
            numbers = {id: number for number, id in city.people.items()}
            return Failure(case, step, str(difference), numbers.get(difference.person_id or 0), told)
        except Exception:
            return Failure(case, step, traceback.format_exc(), person, told)
    if tally is not None:
        tally.sequences += len(case.people)
    return None


def _happen(city: City, event: Event) -> str:
    """Let it happen; what the services refuse leaves nothing behind."""
    random = event.random()
    savepoint = db.session.begin_nested()
    try:
        if event.person is None:
            said = SHARED[event.kind](city, random)
        else:
            said = OWN[event.kind](city, db.session.get_one(Person, city.people[event.person]), random)
        db.session.flush()
    except (Refused, UnreadableReform) as refused:
        savepoint.rollback()
        return f"refused: {refused}"
    savepoint.commit()
    return said


def _look(city: City, random: Random, *, is_first: bool) -> None:
    """Compare; figures are kept from the first step on, marked now and then, and begun anew after a reform."""
    if is_first or not truth.are_kept() or random.random() < 0.2:
        truth.keep_figures(random)
    if random.random() < 0.1:
        service.compact_figures()
    truth.same_closure()
    truth.roles_follow()
    truth.agree(city, random)


def _tell(event: Event, said: str, tally: Tally | None, people: int) -> str:
    if tally is not None:
        number = people if event.person is None else 1
        is_refused = said.startswith(("refused", "nothing"))
        (tally.refused if is_refused else tally.events)[event.kind] += number
    who = "everybody" if event.person is None else f"person {event.person}"
    return f"step {event.step}, {who}, {event.kind} (seed {event.seed}): {said}"


def batch(seed: int) -> Case:
    """The batch of a seed."""
    together = seed % ALONE_EVERY != 0
    return draw(seed, TOGETHER if together else ALONE, together=together)


def shrink(failure: Failure) -> Failure:
    """Fewer people, then fewer events, then fewer requirements, as long as it still fails."""
    best = failure
    if failure.step < 0:
        return failure

    def fails(case: Case) -> bool:
        nonlocal best
        found = play(case) if case.people and case.events else None
        if found is None or found.kind != failure.kind:
            return False
        best = found
        return True

    fails(best.case.until(best.step))
    if best.person is not None:
        fails(best.case.only(e for e in best.case.events if e.person in (None, best.person)))
    _fewer(
        lambda: list(best.case.people),
        lambda people: fails(best.case.only(e for e in best.case.events if e.person is None or e.person in people)),
    )
    _fewer(lambda: list(best.case.events), lambda kept: fails(best.case.only(kept)))
    _fewer(lambda: list(best.case.requirements), lambda kept: fails(replace(best.case, requirements=tuple(kept))))
    if best.case.together:
        fails(replace(best.case, together=False))
    return best


def _fewer(now: Callable[[], list[Any]], still: Callable[[list[Any]], bool]) -> None:
    """Leave out ever smaller parts of a list while the rest still fails."""
    size = max(1, len(now()) // 2)
    while True:
        at = 0
        while at < len(now()):
            items = now()
            if not still(items[:at] + items[at + size :]):
                at += size
        if size == 1:
            return
        size = max(1, size // 2)


def report(failure: Failure) -> str:
    """A failure as somebody wants to read it, and how to play it again."""
    case = failure.case
    kept = ",".join(f"{e.step}:{'' if e.person is None else e.person}:{e.kind}:{e.seed}" for e in case.events)
    again = (
        f"python -m tests.plan.sequences --replay {case.seed} --together {int(case.together)} "
        f"--requirements {','.join(map(str, case.requirements))} --events {kept}"
    )
    return "\n".join(["", *failure.told, "", f"after step {failure.step}: {failure.what}", "", again])


def run(seeds: Iterator[int], *, until: int) -> Tally:
    """Play batches until so many sequences were; AssertionError with the smallest failing case."""
    tally = Tally()
    for seed in seeds:
        if tally.sequences >= until:
            break
        tally += run_one(seed)
    return tally


def run_one(seed: int) -> Tally:
    """Play the batch of a seed; AssertionError with the smallest case that fails in the same way."""
    tally = Tally()
    failure = play(batch(seed), tally)
    assert failure is None, report(shrink(failure))
    return tally
