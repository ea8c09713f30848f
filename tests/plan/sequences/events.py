"""Drawing a batch: people side by side, each with events of his own, and now and then one that meets all of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

STEPS = 6
"""Events of a sequence after the one with which a person begins."""
SHARED = 0.3
"""How often a step is an event that meets everybody."""

OWN_KINDS: Mapping[str, int] = {
    "complete": 8, "sit": 2, "void": 3, "begin": 3, "hire": 2, "move": 4, "leave": 3, "come_back": 3, "transfer": 3,
    "propose": 1, "dismiss": 1, "switch_primary": 2, "correct_posting": 4, "absence": 4, "withdraw_absence": 2,
    "waive": 2, "withdraw_waiver": 1, "grant": 3,
}  # fmt: skip
"""What happens to one person, and how often."""
SHARED_KINDS: Mapping[str, int] = {
    "amend": 6, "reform": 4, "choose": 3, "absences": 1, "waivers": 1, "atlas": 1, "roster": 2,
}  # fmt: skip
"""What happens to everybody at once: each person's sequence contains it."""

BEGIN = date(2024, 9, 1)
LAST = date(2026, 8, 1)
REFORM_DAYS = (date(2025, 3, 1), date(2025, 7, 1), date(2026, 1, 1), date(2026, 5, 1))
EDGES = sorted(
    {
        *(BEGIN + timedelta(days=n * 61) for n in range(12)),
        *REFORM_DAYS,
        date(2024, 12, 31), date(2025, 1, 1), date(2025, 12, 31),
    }
)  # fmt: skip
"""Mostly the same few days, so that intervals touch and completions fall on edges."""


@dataclass(frozen=True, order=True)
class Event:
    """Something that happens in a step; what exactly, its own generator says, looking at how things stand then."""

    step: int
    person: int | None
    """The number of the person; None: it meets everybody."""
    kind: str
    seed: int

    def random(self) -> Random:
        """The generator of this event: the same whatever happened before."""
        return Random(self.seed)


@dataclass(frozen=True)
class Case:
    """A batch that can be played, played again, and made smaller."""

    seed: int
    """Decides the city and the plan."""
    people: tuple[int, ...]
    requirements: tuple[int, ...]
    """Which requirements of the drawn plan are in it."""
    events: tuple[Event, ...]
    together: bool
    """Whether the derivations that one step asks for are made for all its people at once."""

    def steps(self) -> dict[int, list[Event]]:
        """The events of each step, in order."""
        found: dict[int, list[Event]] = {}
        for event in sorted(self.events, key=lambda e: (e.step, e.person is not None, e.person or 0)):
            found.setdefault(event.step, []).append(event)
        return found

    def only(self, events: Iterable[Event]) -> "Case":
        """The same city with these events, and with the people that they are about."""
        events = tuple(events)
        met = {event.person for event in events}
        people = tuple(person for person in self.people if person in met)
        return replace(self, events=events, people=people)

    def until(self, step: int) -> "Case":
        """The same up to a step."""
        return replace(self, events=tuple(event for event in self.events if event.step <= step))


def draw(seed: int, people: int, *, together: bool, requirements: int = 4) -> Case:
    """The batch of a seed."""
    random = Random(seed)
    numbers = range(1, people + 1)
    events = [Event(0, person, "hire", random.getrandbits(32)) for person in numbers]
    for step in range(1, STEPS + 1):
        if random.random() < SHARED:
            events.append(Event(step, None, _one_of(random, SHARED_KINDS), random.getrandbits(32)))
        else:
            events += [Event(step, p, _one_of(random, OWN_KINDS), random.getrandbits(32)) for p in numbers]
    return Case(seed, tuple(numbers), tuple(range(requirements)), tuple(events), together)


def _one_of(random: Random, weights: Mapping[str, int]) -> str:
    return random.choices(list(weights), list(weights.values()))[0]


def some_day(random: Random, first: date = BEGIN, end: date = LAST) -> date:
    """A day within [first, end), mostly an edge; `first` itself if there is no other."""
    inside = [day for day in EDGES if first <= day < end]
    if inside and random.random() < 0.7:
        return random.choice(inside)
    end = min(end, max(LAST, first + timedelta(days=60)))
    return first + timedelta(days=random.randrange(max(1, (end - first).days)))
