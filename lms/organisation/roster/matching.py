"""Which person a row of a roster means: by number, else staff code, else name and birth; in doubt somebody is asked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from lms.organisation.roster.known import Known
from lms.organisation.roster.records import Record
from lms.platform import vietnamese


class Why(StrEnum):
    """Why it is not plain whom a row means."""

    OTHER_NUMBER = "other_number"
    """Somebody of this name and birth, or with this staff code, is known under another number."""
    OTHER_PERSON = "other_person"
    """The number belongs to somebody of another name and another birth."""
    CHANGED_NAME = "changed_name"
    """The number or the staff code is somebody's whose name is another, and no birth tells that it is the same one."""
    TWIN = "twin"
    """Two rows seem to mean one person."""
    ELSEWHERE = "elsewhere"
    """Without a number, and somebody like this works in another unit."""
    SEVERAL = "several"
    """More than one person could be meant."""


class Said(StrEnum):
    """What somebody decides about a row."""

    SAME = "same"
    NEW = "new"
    LEAVE = "leave"


@dataclass(frozen=True)
class Decision:
    """What was decided about a row; `person_id` tells who is meant by SAME."""

    said: Said
    person_id: int | None = None


@dataclass(frozen=True)
class Case:
    """A row about which somebody is asked, or was."""

    record: Record
    why: Why
    candidates: tuple[Known, ...] = ()
    """Who may be meant and is not named by another row."""
    may_be_new: bool = False
    of_row: int | None = None
    """The other row of twins."""
    decision: Decision | None = None

    @property
    def key(self) -> str:
        """By which the decision about the row is kept."""
        return key_of(self.record)


@dataclass(frozen=True)
class Matched:
    """Whom the rows mean."""

    pairs: tuple[tuple[Record, Known | None], ...]
    """Row → person; None for somebody new."""
    cases: tuple[Case, ...] = ()
    spared: frozenset[int] = frozenset()
    """People who may be meant by rows that are left out or undecided: they have not left."""
    unmatched: tuple[Record, ...] = ()
    """Rows without a number that mean nobody who is known."""


def key_of(record: Record) -> str:
    """Sheet and row as one text."""
    return f"{record.sheet}!{record.row}"


def decisions_of(kept: Mapping[str, Any]) -> dict[str, Decision]:
    """Decisions as they were kept with an import."""
    return {key: Decision(Said(said["said"]), said.get("person_id")) for key, said in kept.items()}


def as_json(decisions: Mapping[str, Decision]) -> dict[str, Any]:
    """Decisions as they are kept with an import."""
    return {key: {"said": made.said.value, "person_id": made.person_id} for key, made in decisions.items()}


# Likeness ---------------------------------------------------------------------------------------------------------------

_Like = tuple[str, date]


def name_key(name: str) -> str:
    """A name as it is compared: without marks and case, since old files lose marks or place them otherwise."""
    return vietnamese.fold(name)


def is_same_birth(record: Record, known: Known) -> bool | None:
    """Whether the births agree, by the year where the row tells no more; None when either is unknown."""
    if record.birth_date is not None and known.birth_date is not None:
        return record.birth_date == known.birth_date
    said = record.birth_date.year if record.birth_date else record.birth_year
    kept = known.birth_date.year if known.birth_date else known.birth_year
    return None if said is None or kept is None else said == kept


def is_same_name(record: Record, known: Known) -> bool:
    """Whether the names are the same without marks."""
    return record.full_name == known.full_name or name_key(record.full_name) == name_key(known.full_name)


def is_like(one: str, other: str) -> bool:
    """Whether two names may be one, written otherwise: the same given name, or all words of the shorter one."""
    mine, theirs = name_key(one).split(), name_key(other).split()
    if not mine or not theirs:
        return False
    return mine[-1] == theirs[-1] or set(mine) <= set(theirs) or set(theirs) <= set(mine)


def doubt_about(record: Record, known: Known) -> Why | None:
    """Why somebody must say that a row with a person's number means that person, or None."""
    if record.full_name == known.full_name or is_same_name(record, known):
        return None
    agree = is_same_birth(record, known)
    if agree is False:
        return Why.OTHER_PERSON
    return None if agree or is_like(record.full_name, known.full_name) else Why.CHANGED_NAME


# Whom to look for -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Questions:
    """What must be looked up beside the numbers of the file."""

    likes: frozenset[_Like]
    """Names without marks and days of birth, to be looked for everywhere."""
    numbers: frozenset[str]
    """Numbers that nobody bears now."""
    person_ids: frozenset[int]
    """People of the unit who may be meant."""


def questions(
    records: Iterable[Record], unnumbered: Iterable[Record], by_number: Mapping[str, Known], staff: Sequence[Known]
) -> Questions:
    """What to look up, so that it takes one statement for all rows."""
    open_rows = [r for r in (*records, *unnumbered) if _is_open(r, by_number)]
    if not open_rows:
        return Questions(frozenset(), frozenset(), frozenset())
    here = _Here(staff)
    return Questions(
        frozenset((name_key(r.full_name), r.birth_date) for r in open_rows if r.birth_date is not None),
        frozenset(r.personal_id for r in open_rows if r.personal_id and r.personal_id not in by_number),
        frozenset(known.person_id for r in open_rows for known in here.like(r)),
    )


def _is_open(record: Record, by_number: Mapping[str, Known]) -> bool:
    known = by_number.get(record.personal_id) if record.personal_id else None
    return known is None or doubt_about(record, known) is not None


class _Here:
    """People of the unit, found by staff code and by name and year of birth."""

    def __init__(self, staff: Sequence[Known]) -> None:
        self.by_code: dict[str, list[Known]] = {}
        self.by_year: dict[tuple[str, int], list[Known]] = {}
        for known in staff:
            if known.staff_code:
                self.by_code.setdefault(known.staff_code.casefold(), []).append(known)
            year = known.birth_date.year if known.birth_date else known.birth_year
            if year is not None:
                self.by_year.setdefault((name_key(known.full_name), year), []).append(known)

    def like(self, record: Record) -> Iterator[Known]:
        """Those with the row's staff code who may be meant, then those of its name and birth."""
        if record.staff_code:
            for known in self.by_code.get(record.staff_code.casefold(), ()):
                agree = is_same_birth(record, known)
                # A code is given anew after somebody has left: with a number of his own he must be like him besides.
                if is_same_name(record, known) or agree or (not record.personal_id and agree is None):
                    yield known
        year = record.birth_date.year if record.birth_date else record.birth_year
        if year is not None:
            for known in self.by_year.get((name_key(record.full_name), year), ()):
                if is_same_birth(record, known):
                    yield known


# Matching ---------------------------------------------------------------------------------------------------------------


def match(
    records: Sequence[Record],
    unnumbered: Sequence[Record],
    *,
    unit_id: int,
    by_number: Mapping[str, Known],
    found: Sequence[Known] = (),
    former: Mapping[str, int] | None = None,
    decisions: Mapping[str, Decision] | None = None,
) -> Matched:
    """Find out whom each row means.

    `by_number` holds those who bear the numbers of the file, `found` those whom `questions` asked for, `former` the
    person who bore a number before.
    """
    matching = _Matching(unit_id, by_number, found, former or {}, decisions or {})
    rest = [record for record in records if not matching.is_plain(record)]
    births = {record.birth_date for record in (*rest, *unnumbered)} - {None}
    matching.note_rows(record for record in (*records, *unnumbered) if record.birth_date in births)
    for record in rest:
        matching.decide(record)
    for record in unnumbered:
        matching.decide(record)
    order = {key_of(record): at for at, record in enumerate((*records, *unnumbered))} if matching.cases else {}
    return Matched(
        tuple(matching.pairs),
        tuple(sorted(matching.cases, key=lambda case: order[case.key])),
        frozenset(matching.spared - matching.taken.keys()),
        tuple(matching.unmatched),
    )


@dataclass
class _Matching:
    """The state of matching one roster."""

    unit_id: int
    by_number: Mapping[str, Known]
    found: Sequence[Known]
    former: Mapping[str, int]
    decisions: Mapping[str, Decision]
    pairs: list[tuple[Record, Known | None]] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    taken: dict[int, Record] = field(default_factory=dict)
    """Person → the row that means him."""
    spared: set[int] = field(default_factory=set)
    unmatched: list[Record] = field(default_factory=list)
    rows: dict[_Like, list[Record]] = field(default_factory=dict)
    """Name and birth → the rows that tell it."""

    def __post_init__(self) -> None:
        self.by_id = {known.person_id: known for known in self.found}
        self.by_like: dict[_Like, list[Known]] = {}
        for known in self.found:
            if known.birth_date is not None:
                self.by_like.setdefault((name_key(known.full_name), known.birth_date), []).append(known)
        self.here = _Here([k for k in self.found if k.posting is not None and k.posting.unit_id == self.unit_id])

    def is_plain(self, record: Record) -> bool:
        """Take a row whose number tells who it is."""
        known = self.by_number.get(record.personal_id)
        if known is None or doubt_about(record, known) is not None:
            return False
        self.pairs.append((record, known))
        self.taken[known.person_id] = record
        return True

    def note_rows(self, records: Iterable[Record]) -> None:
        """Remember which rows tell the same name and birth."""
        for record in records:
            if record.birth_date is not None:
                self.rows.setdefault((name_key(record.full_name), record.birth_date), []).append(record)

    def decide(self, record: Record) -> None:
        """Find whom a row means that its number does not tell."""
        bearer = self.by_number.get(record.personal_id) if record.personal_id else None
        may_be_new = bool(record.personal_id) and bearer is None
        like = self._like(record, bearer)
        free = tuple(known for known in like if known.person_id not in self.taken)
        twin = self._twin(record, like)
        if not like and twin is None:
            self.pairs.append((record, None)) if may_be_new else self.unmatched.append(record)
            return
        if not record.personal_id and twin is None and len(like) == 1 and self._is_plainly(record, like[0]):
            self._take(record, like[0], bearer)
            return
        self._ask(Case(record, self._why(record, bearer, free, twin), free, may_be_new, twin.row if twin else None))
        self.spared.update(known.person_id for known in like if self._spares(record))

    def _like(self, record: Record, bearer: Known | None) -> tuple[Known, ...]:
        """Who may be meant, the likeliest first."""
        found: dict[int, Known] = {bearer.person_id: bearer} if bearer else {}
        if (once := self.former.get(record.personal_id)) is not None and once in self.by_id:
            found.setdefault(once, self.by_id[once])
        for known in self.here.like(record):
            found.setdefault(known.person_id, known)
        if record.birth_date is not None:
            for known in self.by_like.get((name_key(record.full_name), record.birth_date), ()):
                found.setdefault(known.person_id, known)
        return tuple(found.values())

    def _twin(self, record: Record, like: Sequence[Known]) -> Record | None:
        """Another row that seems to mean the same person."""
        for known in like:
            if (other := self.taken.get(known.person_id)) is not None:
                return other
        if record.birth_date is not None and record.personal_id:
            for other in self.rows.get((name_key(record.full_name), record.birth_date), ()):
                if other is not record and other.personal_id:
                    return other
        return None

    def _is_plainly(self, record: Record, known: Known) -> bool:
        """Whether a row without a number means this one of the unit's people beyond doubt."""
        here = known.posting is not None and known.posting.unit_id == self.unit_id
        return here and is_same_name(record, known) and is_same_birth(record, known) is not False

    def _why(self, record: Record, bearer: Known | None, free: Sequence[Known], twin: Record | None) -> Why:
        if bearer is not None and (why := doubt_about(record, bearer)):
            return why
        if len(free) > 1:
            return Why.SEVERAL
        if not free or twin is not None:
            return Why.TWIN
        if record.personal_id:
            return Why.OTHER_NUMBER
        here = free[0].posting is not None and free[0].posting.unit_id == self.unit_id
        return Why.CHANGED_NAME if here else Why.ELSEWHERE

    def _spares(self, record: Record) -> bool:
        made = self.decisions.get(key_of(record))
        return made is None or made.said is not Said.NEW

    def _ask(self, case: Case) -> None:
        """Follow what was decided if it still fits what is found, else leave the row undecided."""
        made = self.decisions.get(case.key)
        bearer = self.by_number.get(case.record.personal_id) if case.record.personal_id else None
        if made is None:
            self.cases.append(case)
        elif made.said is Said.LEAVE:
            self.cases.append(replace(case, decision=made))
        elif made.said is Said.NEW and case.may_be_new:
            self.cases.append(replace(case, decision=made))
            self.pairs.append((case.record, None))
        elif known := next((k for k in case.candidates if k.person_id == made.person_id), None):
            self.cases.append(replace(case, decision=made))
            self._take(case.record, known, bearer)
        else:
            self.cases.append(case)

    def _take(self, record: Record, known: Known, bearer: Known | None) -> None:
        """Let a row mean a person; a number that is missing, or somebody else's, is not taken over."""
        if not record.personal_id or (bearer is not None and bearer.person_id != known.person_id):
            record = replace(record, personal_id=known.personal_id)
        self.pairs.append((record, known))
        self.taken[known.person_id] = record
