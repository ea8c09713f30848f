"""What a reform does, or did: as the page, the command and the log tell it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lms.organisation.queries.reforms import PostedPerson


@dataclass(frozen=True)
class GrantFate:
    """What becomes of a role at a unit that ends: `new` names the unit it goes to; see `kind`."""

    holder: str
    role: str
    old: str
    new: str
    kind: str
    """moves, ends, or asked: the unit was split, and somebody must say where the role goes."""


@dataclass(frozen=True)
class RuleFate:
    """An audience rule at a unit that ends, and the units at which it goes on (none: it ends with the unit)."""

    code: str
    requirement: str
    old: str
    news: tuple[str, ...]
    leaves_out: bool


@dataclass(frozen=True)
class Heir:
    """The name of the unit that follows an ended one; "" where it was split, None where nothing follows."""

    old_id: int
    old: str
    new: str | None
    news: tuple[str, ...] = ()
    """All its successors."""


@dataclass(frozen=True)
class Ended:
    """An old unit in a report of what a reform does."""

    code: str
    name: str
    heads: int
    heirs: tuple[str, ...]
    asks: bool


@dataclass(frozen=True)
class Flow:
    """People of an old unit who go to one unit; `waiting` of them only until somebody chooses."""

    old: str
    new: str
    """Empty when nothing succeeds the old unit."""
    people: int
    waiting: int


@dataclass(frozen=True)
class Side:
    """A unit that the reform concerns, with its people on the eve of the day and on it."""

    name: str
    before: int
    after: int
    fate: str
    """begins, ends or stays."""


@dataclass(frozen=True)
class Duties:
    """Obligations that are counted for another unit from the day on, and of how many people."""

    obligations: int = 0
    persons: int = 0


@dataclass(frozen=True)
class Undecided:
    """A person who waits for a choice."""

    person_id: int
    personal_id: str
    full_name: str
    department: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class UnitAsked:
    """An old unit in a reform file whose people must be assigned, and what was chosen so far (person → code)."""

    unit_id: int
    code: str
    name: str
    options: tuple[tuple[str, str], ...]
    """Code and name of each successor; none when the unit is dissolved: any unit then."""
    meanwhile: str
    people: tuple[PostedPerson, ...]
    chosen: Mapping[int, str]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a reform does, or did."""

    reform_id: int | None = None
    code: str
    title: str
    decision: str
    on: date
    created: tuple[str, ...] = ()
    ended: tuple[Ended, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    people: int = 0
    """People whose unit changes."""
    chosen: int = 0
    undecided: tuple[Undecided, ...] = ()
    flows: tuple[Flow, ...] = ()
    sides: tuple[Side, ...] = ()
    duties: Duties = Duties()
    """Of the people of units that end; no due day moves."""
    proposals: int = 0
    """Open requests to move somebody that go to the heir of the unit which was asked or which asked."""
    grants: tuple[GrantFate, ...] = ()
    rules: tuple[RuleFate, ...] = ()
    """Audience rules at units that end."""
    already: bool = False
    applied: bool = False

    @property
    def waiting(self) -> int:
        """People who wait for a choice, each once although he may stand in two units that are split."""
        return len({row.person_id for row in self.undecided})


GrantReader = Callable[[Sequence[Heir], date], list[GrantFate]]
_grant_readers: list[GrantReader] = []


def tells_of_grants(reader: GrantReader) -> GrantReader:
    """Register who knows the roles at units: identity stands above and answers when a reform is only looked at."""
    if reader not in _grant_readers:
        _grant_readers.append(reader)
    return reader


def grants_of(heirs: Sequence[Heir], on: date) -> list[GrantFate]:
    """What becomes of the roles at units that end, as whoever knows the roles tells it."""
    return [line for reader in _grant_readers for line in reader(heirs, on)]


_past_readers: list[GrantReader] = []


def tells_of_past_grants(reader: GrantReader) -> GrantReader:
    """Register who knows what became of the roles at units that ended in a reform which is on record."""
    if reader not in _past_readers:
        _past_readers.append(reader)
    return reader


def past_grants_of(heirs: Sequence[Heir], on: date) -> list[GrantFate]:
    """What became of the roles at units that ended on a day, as whoever knows the roles tells it."""
    return [line for reader in _past_readers for line in reader(heirs, on)]


RuleReader = Callable[[Sequence[Heir], date], list[RuleFate]]
_rule_readers: list[RuleReader] = []


def tells_of_rules(reader: RuleReader) -> RuleReader:
    """Register who knows the audience rules: plan stands above and answers when a reform is only looked at."""
    if reader not in _rule_readers:
        _rule_readers.append(reader)
    return reader


def rules_of(heirs: Sequence[Heir], on: date) -> list[RuleFate]:
    """What becomes of the audience rules at units that end, as whoever knows them tells it."""
    return [line for reader in _rule_readers for line in reader(heirs, on)]


DutyReader = Callable[[Iterable[int], date], tuple[int, int]]
_duty_readers: list[DutyReader] = []


def tells_of_duties(reader: DutyReader) -> DutyReader:
    """Register who knows how many obligations, of how many people, are counted for units on a day."""
    if reader not in _duty_readers:
        _duty_readers.append(reader)
    return reader


def duties_of(unit_ids: Iterable[int], on: date) -> Duties:
    """Obligations counted for these units on the day, as whoever knows them tells it."""
    wanted = sorted(set(unit_ids))
    counts = [reader(wanted, on) for reader in _duty_readers if wanted]
    return Duties(sum(one for one, _people in counts), sum(people for _one, people in counts))
