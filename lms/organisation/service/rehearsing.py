"""Looking at a reform before it is carried out: read, checked, and told; nothing changes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from lms.organisation import queries
from lms.organisation.models import Reform
from lms.organisation.queries import reforms as reading
from lms.organisation.reform.checking import check
from lms.organisation.reform.choosing import Asked, match
from lms.organisation.reform.draft import Problem, UnreadableReform
from lms.organisation.reform.reading import Chosen, read
from lms.organisation.service.outcome import (
    Ended,
    Flow,
    Heir,
    Outcome,
    Side,
    Undecided,
    UnitAsked,
    duties_of,
    grants_of,
    rules_of,
)
from lms.organisation.service.structure import Case, proposals_touching
from lms.platform import files, vietnamese


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
    waiting, goes, heirs = [], set(), _heirs(case)
    steps: list[_Step] = []
    for row in sorted(people, key=lambda row: vietnamese.sort_key(standing[olds[row.unit_id]].name)):
        old = olds[row.unit_id]
        fate = fates[old]
        target, meanwhile = chosen.get((row.person_id, old)), case.meanwhile(old)
        if fate.needs_choice:
            asked.setdefault(old, []).append(row)
            if target is None:
                waiting.append(_undecided(row, standing[old].name, case.name(meanwhile) if meanwhile else ""))
        if (target or meanwhile) != old or fate.ends:
            goes.add(row.person_id)
        steps.append(_Step(row.person_id, old, target or meanwhile, fate.needs_choice and target is None))
    outcome = replace(
        _outcome(case, reading.heads_posted((standing[code].id for code in fates), case.on)),
        people=len(goes),
        chosen=len({person_id for person_id, _old in chosen}),
        undecided=tuple(waiting),
        flows=_flows(case, steps),
        sides=_sides(case, steps),
        duties=duties_of((standing[code].id for code, fate in fates.items() if fate.ends), case.on),
        proposals=proposals_touching(case),
        grants=tuple(grants_of(heirs, case.on)),
        rules=tuple(rules_of(heirs, case.on)),
    )
    return outcome, tuple(_asked(case, old, rows, chosen) for old, rows in asked.items())


@dataclass(frozen=True)
class _Step:
    """A person of an old unit on his way; `new` is empty when nothing succeeds it and nothing stands above it."""

    person_id: int
    old: str
    new: str
    waits: bool


def _flows(case: Case, steps: Sequence[_Step]) -> tuple[Flow, ...]:
    people = Counter((step.old, step.new) for step in steps)
    waiting = Counter((step.old, step.new) for step in steps if step.waits)
    return tuple(
        Flow(case.standing[old].name, case.name(new) if new else "", n, waiting[old, new])
        for (old, new), n in people.items()
    )


def _sides(case: Case, steps: Sequence[_Step]) -> tuple[Side, ...]:
    """People of each unit on the eve and on the day: whoever works in two of them is counted in either."""
    fates, standing = case.structure.fates, case.standing
    begun = [unit.code for unit in case.draft.units]
    ended = {code for code, fate in fates.items() if fate.ends}
    heirs = dict.fromkeys(step.new for step in steps if step.new)
    stays = [code for code in heirs if code not in begun and code not in fates]
    before: dict[str, set[int]] = {code: set() for code in (*fates, *stays)}
    codes = {standing[code].id: code for code in stays}
    for person_id, unit_id in reading.heads_by_unit(codes, case.on):
        before[codes[unit_id]].add(person_id)
    for step in steps:
        before[step.old].add(step.person_id)
    after = {code: set(people) for code, people in before.items() if code not in ended}
    for step in steps:
        if step.new != step.old or step.old in ended:
            if step.old in after and step.old not in ended:
                after[step.old].discard(step.person_id)
            if step.new:
                after.setdefault(step.new, set()).add(step.person_id)
    old = [Side(standing[code].name, len(before[code]), 0, "ends") for code in fates if code in ended]
    kept = [
        Side(standing[code].name, len(before[code]), len(after[code]), "stays") for code in before if code not in ended
    ]
    new = [Side(case.name(code), 0, len(after.get(code, ())), "begins") for code in begun]
    return (*old, *kept, *new)


def _undecided(row: reading.PostedPerson, old: str, new: str) -> Undecided:
    return Undecided(row.person_id, row.personal_id, row.full_name, row.department, old, new)


def _asked(
    case: Case, old: str, people: Sequence[reading.PostedPerson], chosen: Mapping[tuple[int, str], str]
) -> UnitAsked:
    fate, unit, meanwhile = case.structure.fates[old], case.standing[old], case.meanwhile(old)
    return UnitAsked(
        unit_id=unit.id,
        code=old,
        name=unit.name,
        options=tuple((new, case.name(new)) for new in fate.options if new),
        meanwhile=case.name(meanwhile) if meanwhile else "",
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


def _heirs(case: Case) -> list[Heir]:
    heirs = []
    for code, fate in case.structure.fates.items():
        if fate.ends:
            split = "" if fate.default else None
            unit = case.standing[code]
            new = split if fate.needs_choice else case.name(fate.default)
            heirs.append(Heir(unit.id, unit.name, new, tuple(case.name(code) for code in fate.options if code)))
    return heirs


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
