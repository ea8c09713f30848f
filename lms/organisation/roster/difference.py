"""What a roster would change: joined, left, moved, corrected, unchanged."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from lms.organisation.roster.departments import Departments, understood
from lms.organisation.roster.known import Known, KnownPosting
from lms.organisation.roster.matching import Case, Matched
from lms.organisation.roster.policy import USUAL, Empty, Policy
from lms.organisation.roster.records import Record, Roster
from lms.organisation.roster.titles import position_for
from lms.platform import vietnamese


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
    kept: tuple[Known, ...] = ()
    """Who works there, stands nowhere in the file, and stays."""
    withheld: "Difference | None" = None
    """What the file tells besides and the policy does not allow."""
    cases: tuple[Case, ...] = ()
    """Rows about which somebody is asked, or was."""
    unmatched: tuple[Record, ...] = ()
    """Rows without a number that mean nobody who is known."""
    recognised: int = 0
    """Rows without a number that mean somebody."""
    departments: Departments = field(default_factory=lambda: Departments({}))
    """What the departments of the list are taken for, and which ones the unit does not have yet."""

    @property
    def undecided(self) -> tuple[Case, ...]:
        """Rows that wait for an answer; nothing of them is applied."""
        return tuple(case for case in self.cases if case.decision is None)

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return not (self.joined or self.left or self.moved or self.corrected)

    @property
    def changes(self) -> int:
        """People concerned, each counted once under each heading."""
        return len(self.joined) + len(self.left) + len(self.moved) + len(self.corrected_people)

    def lets_leave(self, person_id: int | None) -> bool:
        """Whether this person is among those who would leave."""
        return any(person.person_id == person_id for person in self.left)

    @property
    def corrected_people(self) -> frozenset[str]:
        """Personal numbers of those corrected."""
        return frozenset(item.known.personal_id for item in self.corrected)

    def digest(self) -> str:
        """A short mark of what would change: two looks at the same difference give the same mark."""
        told = [
            sorted([*_said(j.record), j.known.person_id if j.known else 0] for j in self.joined),
            sorted(k.personal_id for k in self.left),
            sorted([m.known.personal_id, m.old, m.new, *_said(m.record)] for m in self.moved),
            sorted([c.known.personal_id, c.field, c.old, c.new] for c in self.corrected),
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:24]


def _said(record: Record) -> list[str]:
    """Everything a row says of a person, wherever it stands."""
    return [
        record.personal_id, record.full_name, record.category, record.department, str(record.birth_date), record.sex,
        record.title, record.rank_code, record.email, record.phone, record.staff_code, str(record.since),
        str(record.birth_year),
    ]  # fmt: skip


def compare(
    roster: Roster,
    matched: Matched,
    *,
    unit_id: int,
    unit: str,
    kind: str,
    staff: Sequence[Known],
    policy: Policy = USUAL,
) -> Difference:
    """Compare a roster of a unit with whom its rows mean and everyone who works there on the day (`staff`)."""
    departments = understood(
        (record.department for record, _person in matched.pairs),
        (person.posting.department for person in staff if person.posting),
    )
    told = _Told(roster, unit_id, unit, policy, departments.taken_for)
    positions: dict[str, str] = {}
    for row, person in matched.pairs:
        record = told.completed(row, person)
        position = positions[record.personal_id] = position_for(
            title=record.title, department=record.department, kind=kind, category=record.category
        )
        told.row(record, person, position)
    missing = tuple(_leavers(roster, matched, staff))
    leave, stay = (missing, ()) if policy.ends_missing else ((), missing)
    joined, withheld_joined = _allowed(told.joined, policy.creates)
    moved, withheld_moved = _allowed(told.moved, policy.updates)
    corrected, withheld_corrected = _allowed(told.corrected, policy.updates)
    withheld = Difference(withheld_joined, (), withheld_moved, withheld_corrected)
    return Difference(
        joined, leave, moved, corrected, told.unchanged, positions, stay,
        None if withheld.is_empty else withheld, matched.cases, matched.unmatched, _recognised(roster, matched),
        departments,
    )  # fmt: skip


_Change = TypeVar("_Change")


def _allowed(changes: Sequence[_Change], allowed: bool) -> tuple[tuple[_Change, ...], tuple[_Change, ...]]:
    return (tuple(changes), ()) if allowed else ((), tuple(changes))


def _recognised(roster: Roster, matched: Matched) -> int:
    if not roster.unnumbered:
        return 0
    rows = {(record.sheet, record.row) for record in roster.unnumbered}
    return sum((record.sheet, record.row) in rows for record, _person in matched.pairs)


class _Told:
    """What the rows tell, before it is asked what of it is allowed."""

    def __init__(self, roster: Roster, unit_id: int, unit: str, policy: Policy, departments: Mapping[str, str]) -> None:
        self.departments = departments
        self.fields, self.unit_id, self.unit = roster.fields, unit_id, unit
        self.clears = policy.empty is Empty.CLEAR
        # A cell that could not be read says nothing: it is not an empty one.
        self.doubtful = {(p.sheet, p.row, p.field) for p in roster.problems} if self.clears else set()
        self.joined: list[Joined] = []
        self.moved: list[Moved] = []
        self.corrected: list[Correction] = []
        self.unchanged = 0

    def completed(self, record: Record, person: Known | None) -> Record:
        """The row with what it does not tell of the posting in this unit: what it does not tell it does not change."""
        if (department := self.departments.get(record.department)) is not None:
            record = replace(record, department=department)
        posting = person.posting if person else None
        if posting is None or posting.unit_id != self.unit_id or (record.title and record.rank_code):
            return record
        title = record.title or ("" if self._says(record, "title", "") else posting.title)
        rank = record.rank_code or ("" if self._says(record, "rank_code", "") else posting.rank_code)
        return (
            record
            if (title, rank) == (record.title, record.rank_code)
            else replace(record, title=title, rank_code=rank)
        )

    def row(self, record: Record, person: Known | None, position: str) -> None:
        """Note what a row that means the person tells."""
        fixes = [] if person is None else list(self._person_fixes(record, person))
        posting = person.posting if person else None
        if person is not None and person.also_here and (posting is None or posting.unit_id != self.unit_id):
            self.unchanged += not fixes  # a second posting is not what this roster moves
        elif person is None or posting is None:
            self.joined.append(Joined(record, person, position))
        elif posting.unit_id != self.unit_id:
            self.moved.append(Moved(record, person, posting.unit, self.unit, position))
        elif not _same(posting.department, record.department):
            self.moved.append(Moved(record, person, posting.department, record.department, position))
        else:
            fixes += self._posting_fixes(record, person, posting)
            self.unchanged += not fixes
        self.corrected += fixes

    def _says(self, record: Record, name: str, new: str) -> bool:
        """Whether the file tells something of the field: an empty cell does so only when it clears."""
        if name not in self.fields:
            return False
        return bool(new) or (self.clears and (record.sheet, record.row, name) not in self.doubtful)

    def _person_fixes(self, record: Record, person: Known) -> Iterable[Correction]:
        """Fields of the person that the file tells otherwise."""
        if record.personal_id != person.personal_id:
            yield Correction(record, person, "personal_id", person.personal_id, record.personal_id, of_posting=False)
        if record.full_name != person.full_name and "full_name" in self.fields:
            yield Correction(record, person, "full_name", person.full_name, record.full_name, of_posting=False)
        if record.birth_date != person.birth_date and not (record.birth_year and not record.birth_date):
            old, new = _day(person.birth_date), _day(record.birth_date)
            if self._says(record, "birth_date", new):
                yield Correction(record, person, "birth_date", old, new, of_posting=False)
        if record.birth_year and not record.birth_date and person.birth_date is None:
            old, new = str(person.birth_year or ""), str(record.birth_year)
            if old != new and "birth_date" in self.fields:
                yield Correction(record, person, "birth_year", old, new, of_posting=False)
        for name in ("sex", "email", "phone", "staff_code"):
            old, new = getattr(person, name), getattr(record, name)
            if old != new and self._says(record, name, new):
                yield Correction(record, person, name, old, new, of_posting=False)

    def _posting_fixes(self, record: Record, person: Known, posting: KnownPosting) -> Iterable[Correction]:
        """Fields of the posting that the file tells otherwise."""
        pairs = (
            ("title", posting.title, record.title),
            ("rank_code", posting.rank_code, record.rank_code),
            ("staff_category", posting.category, record.category),
        )
        for name, old, new in pairs:
            if old != new and self._says(record, name, new):
                yield Correction(record, person, name, old, new, of_posting=True)


def _leavers(roster: Roster, matched: Matched, staff: Iterable[Known]) -> Iterable[Known]:
    """Who works there but stands nowhere in the file, not even in a row that is wrong or undecided."""
    named = {known.person_id for _record, known in matched.pairs if known is not None} | matched.spared
    for person in staff:
        if person.person_id in named or person.personal_id in roster.mentioned:
            continue
        if roster.mentioned and ({person.staff_code, vietnamese.fold(person.full_name)} - {""}) & roster.mentioned:
            continue
        yield person


def _same(one: str, other: str) -> bool:
    return one == other or one.casefold() == other.casefold()


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""
