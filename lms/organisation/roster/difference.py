"""What a roster would change: joined, left, moved, corrected, unchanged."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from lms.organisation.roster.records import Record, Roster
from lms.organisation.roster.titles import position_for
from lms.organisation.rules import Interval
from lms.platform import vietnamese


@dataclass(frozen=True)
class KnownPosting:
    """The believed primary posting of a person on the day."""

    id: int
    unit_id: int
    unit: str
    department: str
    title: str
    rank_code: str
    category: str
    position: str
    from_on: date
    to_on: date


@dataclass(frozen=True)
class Known:
    """A person as the system believes them to be on the day."""

    person_id: int
    personal_id: str
    staff_code: str
    full_name: str
    birth_date: date | None
    sex: str
    email: str
    phone: str
    posting: KnownPosting | None = None
    taken: tuple[Interval, ...] = ()
    """Every believed primary posting of the person, the one of the day included."""
    also_here: bool = False
    """Whether the unit is a second, not the primary, posting of the person."""


@dataclass(frozen=True)
class Joined:
    """A person who begins in the unit; `known` when the system knows them from before."""

    record: Record
    known: Known | None
    position: str


@dataclass(frozen=True)
class Moved:
    """A person who goes from one department, or unit, to another."""

    record: Record
    known: Known
    old: str
    new: str
    position: str


@dataclass(frozen=True)
class Correction:
    """One field put right; `of_posting` tells a field of the posting from one of the person."""

    record: Record
    known: Known
    field: str
    old: str
    new: str
    of_posting: bool


@dataclass(frozen=True)
class Difference:
    """What applying the roster would do."""

    joined: tuple[Joined, ...] = ()
    left: tuple[Known, ...] = ()
    moved: tuple[Moved, ...] = ()
    corrected: tuple[Correction, ...] = ()
    unchanged: int = 0
    positions: Mapping[str, str] = field(default_factory=dict)
    """Personal number → position group, for everyone in the file."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return not (self.joined or self.left or self.moved or self.corrected)

    @property
    def changes(self) -> int:
        """People concerned, each counted once under each heading."""
        return len(self.joined) + len(self.left) + len(self.moved) + len(self.corrected_people)

    @property
    def corrected_people(self) -> frozenset[str]:
        """Personal numbers of those corrected."""
        return frozenset(item.known.personal_id for item in self.corrected)

    def digest(self) -> str:
        """A short mark of what would change: two looks at the same difference give the same mark."""
        told = [
            sorted([j.record.personal_id, j.record.department, j.record.title] for j in self.joined),
            sorted(k.personal_id for k in self.left),
            sorted([m.known.personal_id, m.old, m.new] for m in self.moved),
            sorted([c.known.personal_id, c.field, c.old, c.new] for c in self.corrected),
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:24]


def compare(
    roster: Roster,
    *,
    unit_id: int,
    unit: str,
    kind: str,
    known: Mapping[str, Known],
    staff: Sequence[Known],
) -> Difference:
    """Compare a roster of a unit with everyone it names (`known`) and everyone who works there on the day (`staff`)."""
    joined: list[Joined] = []
    moved: list[Moved] = []
    corrected: list[Correction] = []
    positions: dict[str, str] = {}
    unchanged = 0
    for record in roster.records:
        position = positions[record.personal_id] = position_for(
            title=record.title, department=record.department, kind=kind, category=record.category
        )
        person = known.get(record.personal_id)
        fixes = [] if person is None else list(_person_fixes(record, person, roster.fields))
        posting = person.posting if person else None
        if person is not None and person.also_here and (posting is None or posting.unit_id != unit_id):
            unchanged += not fixes  # a second posting is not what this roster moves
        elif person is None or posting is None:
            joined.append(Joined(record, person, position))
        elif posting.unit_id != unit_id:
            moved.append(Moved(record, person, posting.unit, unit, position))
        elif not _same(posting.department, record.department):
            moved.append(Moved(record, person, posting.department, record.department, position))
        else:
            fixes += _posting_fixes(record, person, posting, roster.fields)
            unchanged += not fixes
        corrected += fixes
    return Difference(
        tuple(joined), tuple(_leavers(roster, staff)), tuple(moved), tuple(corrected), unchanged, positions
    )


def _leavers(roster: Roster, staff: Iterable[Known]) -> Iterable[Known]:
    """Who works there but stands nowhere in the file, not even in a row that is wrong."""
    named = {record.personal_id for record in roster.records} | roster.mentioned
    for person in staff:
        traces = {person.personal_id, person.staff_code, vietnamese.fold(person.full_name)} - {""}
        if person.personal_id not in named and not traces & roster.mentioned:
            yield person


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""


def _person_fixes(record: Record, person: Known, fields: frozenset[str]) -> Iterable[Correction]:
    """Fields of the person that the file tells otherwise; an empty cell never takes away what is known."""
    pairs = (
        ("full_name", person.full_name, record.full_name),
        ("birth_date", _day(person.birth_date), _day(record.birth_date)),
        ("sex", person.sex, record.sex),
        ("email", person.email, record.email),
        ("phone", person.phone, record.phone),
        ("staff_code", person.staff_code, record.staff_code),
    )
    for name, old, new in pairs:
        if name in fields and new and old != new:
            yield Correction(record, person, name, old, new, of_posting=False)


def _posting_fixes(
    record: Record, person: Known, posting: KnownPosting, fields: frozenset[str]
) -> Iterable[Correction]:
    """Fields of the posting that the file tells otherwise; a rank may end, a title does not."""
    pairs = (
        ("title", posting.title, record.title or posting.title),
        ("rank_code", posting.rank_code, record.rank_code),
        ("staff_category", posting.category, record.category),
    )
    for name, old, new in pairs:
        if name in fields and old != new:
            yield Correction(record, person, name, old, new, of_posting=True)
