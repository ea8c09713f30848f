"""Carrying out a reform: units begin, end, are renamed and moved; people follow; all of it in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from lms.organisation import queries
from lms.organisation.events import UnitsReorganised
from lms.organisation.models import Reform
from lms.organisation.queries import reforms as reading
from lms.organisation.reform.checking import check
from lms.organisation.reform.choosing import Asked, match
from lms.organisation.reform.draft import Problem, UnreadableReform
from lms.organisation.reform.reading import Chosen, read
from lms.organisation.service import reposting
from lms.organisation.service.former import refresh_former_units
from lms.organisation.service.structure import Case, write
from lms.organisation.service.units import rebuild_closure
from lms.platform import files, vietnamese
from lms.platform.db import db, lock
from lms.platform.events import By, emit


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
class Heir:
    """The name of the unit that follows an ended one; "" where it was split, None where nothing follows."""

    old_id: int
    old: str
    new: str | None


@dataclass(frozen=True)
class Ended:
    """An old unit in a report of what a reform does."""

    code: str
    name: str
    heads: int
    heirs: tuple[str, ...]
    asks: bool


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
    people: tuple[reading.PostedPerson, ...]
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
    grants: tuple[GrantFate, ...] = ()
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


def case_of(content: bytes, file_name: str, on: date) -> Case | Reform:
    """Read and check a file; the reform itself if this very file was applied before. Raises UnreadableReform."""
    draft = read(content, file_name)
    known = reading.reform_of(draft.code)
    sha256 = files.digest(content)
    if known is not None:
        if known.sha256 == sha256 and known.effective_on == on:
            return known
        told = f"Mã đợt sắp xếp “{draft.code}” đã dùng cho đợt ngày {vietnamese.short_day(known.effective_on)}."
        raise UnreadableReform(file_name, [Problem(1, f"{told} Nếu là đợt khác, hãy đặt mã khác.")])
    standing = reading.standing_units(on)
    structure, problems = check(draft, standing, reading.codes_begun(on))
    if problems:
        raise UnreadableReform(file_name, problems)
    return Case(structure, standing, on, sha256)


def rehearse(
    content: bytes, *, file_name: str, on: date, choices: Sequence[Chosen] = (), choices_name: str = ""
) -> Outcome:
    """Say what a reform file would do on a day, changing nothing; raises UnreadableReform."""
    case = case_of(content, file_name, on)
    return told(case) if isinstance(case, Reform) else looked_at(case, choices, choices_name)[0]


def looked_at(case: Case, choices: Sequence[Chosen], choices_name: str) -> tuple[Outcome, tuple[UnitAsked, ...]]:
    """What a checked reform would do, and the units whose people must be assigned; raises UnreadableReform."""
    fates, standing = case.structure.fates, case.standing
    olds = {standing[code].id: code for code, fate in fates.items() if fate.ends or fate.needs_choice}
    people = reading.people_posted(olds, case.on)
    chosen = checked(choices, people, olds, case, choices_name)
    asked: dict[str, list[reading.PostedPerson]] = {}
    waiting, goes = [], set()
    for row in sorted(people, key=lambda row: vietnamese.sort_key(standing[olds[row.unit_id]].name)):
        old = olds[row.unit_id]
        fate = fates[old]
        target = chosen.get((row.person_id, old))
        if fate.needs_choice:
            asked.setdefault(old, []).append(row)
            if target is None:
                waiting.append(_undecided(row, standing[old].name, case.name(fate.default) if fate.default else ""))
        if (target or fate.default) != old or fate.ends:
            goes.add(row.person_id)
    outcome = replace(
        _outcome(case, reading.heads_posted((standing[code].id for code in fates), case.on)),
        people=len(goes),
        chosen=len({person_id for person_id, _old in chosen}),
        undecided=tuple(waiting),
        grants=tuple(_grants(case)),
    )
    return outcome, tuple(_asked(case, old, rows, chosen) for old, rows in asked.items())


def _undecided(row: reading.PostedPerson, old: str, new: str) -> Undecided:
    return Undecided(row.person_id, row.personal_id, row.full_name, row.department, old, new)


def _asked(
    case: Case, old: str, people: Sequence[reading.PostedPerson], chosen: Mapping[tuple[int, str], str]
) -> UnitAsked:
    fate, unit = case.structure.fates[old], case.standing[old]
    return UnitAsked(
        unit_id=unit.id,
        code=old,
        name=unit.name,
        options=tuple((new, case.name(new)) for new in fate.options if new),
        meanwhile=case.name(fate.default) if fate.default else "",
        people=tuple(people),
        chosen={person_id: new for (person_id, code), new in chosen.items() if code == old},
    )


def _outcome(case: Case, heads: Mapping[int, int]) -> Outcome:
    draft = case.draft
    ended = []
    for code, fate in case.structure.fates.items():
        if fate.ends or fate.needs_choice:
            heirs = tuple(case.name(new) for new in fate.options if new)
            unit = case.standing[code]
            ended.append(Ended(code, unit.name, heads.get(unit.id, 0), heirs, fate.needs_choice))
    return Outcome(
        code=draft.code,
        title=draft.title,
        decision=draft.decision,
        on=case.on,
        created=tuple(unit.name for unit in draft.units),
        ended=tuple(ended),
        renamed=tuple((case.name(row.unit), row.name) for row in draft.renamings),
        moved=tuple((case.name(row.unit), case.name(row.parent)) for row in case.structure.hangings),
    )


def _grants(case: Case) -> list[GrantFate]:
    heirs = []
    for code, fate in case.structure.fates.items():
        if fate.ends:
            split = "" if fate.default else None
            unit = case.standing[code]
            heirs.append(Heir(unit.id, unit.name, split if fate.needs_choice else case.name(fate.default)))
    return grants_of(heirs, case.on)


def grants_of(heirs: Sequence[Heir], on: date) -> list[GrantFate]:
    """What becomes of the roles at units that end, as whoever knows the roles tells it."""
    return [line for reader in _grant_readers for line in reader(heirs, on)]


def checked(
    choices: Sequence[Chosen],
    people: Sequence[reading.PostedPerson],
    olds: Mapping[int, str],
    case: Case,
    file_name: str,
) -> dict[tuple[int, str], str]:
    """(person, old code) → chosen code; raises UnreadableReform for lines that do not fit."""
    fates = case.structure.fates
    asked = [
        Asked(row.person_id, row.personal_id, olds[row.unit_id], fates[olds[row.unit_id]].options)
        for row in people
        if fates[olds[row.unit_id]].needs_choice
    ]
    stands = {code for code in case.standing if not (code in fates and fates[code].ends)}
    matched, problems = match(choices, asked, stands | {unit.code for unit in case.draft.units})
    if problems:
        raise UnreadableReform(file_name, problems)
    return {(one.person_id, one.old): code for one, code in matched}


def reorganise(
    content: bytes,
    *,
    file_name: str,
    on: date,
    choices: Sequence[Chosen] = (),
    choices_name: str = "",
    by: By,
    now: datetime,
) -> Outcome:
    """Carry out a reform file on a day; a second time changes nothing. Raises UnreadableReform."""
    lock("organisation")
    lock("postings")
    case = case_of(content, file_name, on)
    if isinstance(case, Reform):
        return told(case)
    heads = reading.heads_posted((case.standing[code].id for code in case.structure.fates), on)
    shown = rehearse(content, file_name=file_name, on=on, choices=choices, choices_name=choices_name)
    before = reading.closure_rows()
    asked = {case.standing[code].id for code, fate in case.structure.fates.items() if fate.needs_choice}
    olds = {case.standing[code].id: code for code in case.structure.fates}
    chosen = checked(choices, reading.people_posted(asked, on), olds, case, choices_name)
    reform, ids = write(case, by, now)
    renamed_ids = {case.standing[row.unit].id for row in case.draft.renamings}
    reposting.ask(reform, asked, now=now)
    placed = [(person_id, case.standing[old].id, ids[new]) for (person_id, old), new in chosen.items()]
    reposting.confirm(reform, placed, by=by, now=now)
    people = reposting.repost(reform, now=now)
    heirs = {
        case.standing[code].id: ids[fate.default] if fate.default else None
        for code, fate in case.structure.fates.items()
        if fate.ends and not (fate.needs_choice and fate.default)
    }
    finish(reform, people, before, also=renamed_ids, heirs=heirs, outcome=shown, by=by)
    return replace(_outcome(case, heads), **{**_kept(shown), "reform_id": reform.id, "people": len(people)})


def _kept(shown: Outcome) -> dict[str, Any]:
    names = ("chosen", "undecided", "grants")
    return {**{name: getattr(shown, name) for name in names}, "applied": True}


def finish(
    reform: Reform,
    people: set[int],
    before: set[tuple[int, int, int, date, date]],
    *,
    also: set[int],
    heirs: dict[int, int | None],
    outcome: Outcome,
    by: By,
) -> None:
    """Derive what follows from changed units and postings, and tell it."""
    db.session.flush()
    rebuild_closure()
    changed = {row[0] for row in before ^ reading.closure_rows()} | also
    touched = people | reading.people_touching(changed, reform.effective_on)
    refresh_former_units(None)
    root = queries.root_on(reform.effective_on)
    event = UnitsReorganised(
        unit_id=root.id if root else None,
        reform_id=reform.id,
        code=reform.code,
        title=reform.title,
        on=reform.effective_on,
        created=len(outcome.created),
        ended=len(outcome.ended),
        renamed=len(outcome.renamed),
        moved=len(outcome.moved),
        people=len(people),
        waiting=queries.count_waiting(reform.id),
        person_ids=tuple(sorted(touched)),
        heirs=heirs,
    )
    emit(event, by=by)


def told(reform: Reform) -> Outcome:
    """A reform that was applied, as it stands now: who still waits for a choice."""
    return Outcome(
        reform_id=reform.id,
        code=reform.code,
        title=reform.title,
        decision=reform.decision,
        on=reform.effective_on,
        undecided=undecided(reform),
        already=True,
        applied=reform.applied_at is not None,
    )


def undecided(reform: Reform) -> tuple[Undecided, ...]:
    """Who still waits for a choice after a reform."""
    return tuple(
        Undecided(row.person_id, row.personal_id, row.full_name, row.department, row.old, row.new)
        for row in queries.waiting_for_choice(reform)
    )
