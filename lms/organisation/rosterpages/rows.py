"""Wrong rows of a roster as the page shows them: each cell in question with its faults and a place to put it right."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lms.organisation.models import RosterImport
from lms.organisation.roster.records import ERROR, Choices, Problem, Record, Roster
from lms.organisation.roster.values import category_of, clean, sex_of

MOST_ROWS = 50
"""Wrong rows, and as many doubtful ones, that the page shows at a time; the next ones follow when these are right."""

At = tuple[str, int]
"""Sheet and row."""


@dataclass(frozen=True)
class Cell:
    """A cell in question."""

    name: str
    """Of its input."""
    field: str
    kind: str
    """text, day, category or sex."""
    value: str
    """What stands in the input at first; "" for a personal number, which is typed anew."""
    problems: tuple[Problem, ...]
    offer: str
    is_wrong: bool


@dataclass(frozen=True)
class BadRow:
    """A row with something wrong or doubtful."""

    key: str
    sheet: str
    row: int
    who: str
    cells: tuple[Cell, ...]
    is_wrong: bool
    """Whether the row cannot be used as it is."""
    is_unclear: bool
    """Whether it is not known to be a person at all."""
    of: At | None
    """The earlier row of the same person."""


def rows_of(roster: Roster, choices: Choices, unmatched: Iterable[Record] = ()) -> tuple[list[BadRow], list[BadRow]]:
    """The first rows that cannot be applied, and the first that are only doubtful, in the order of the file.

    `unmatched`: rows without a number that mean nobody who is known.
    """
    grouped: dict[At, list[Problem]] = {}
    for problem in roster.problems:
        grouped.setdefault((problem.sheet, problem.row), []).append(problem)
    unusable = _unusable(roster, unmatched)
    wrong: list[BadRow] = []
    doubtful: list[BadRow] = []
    for number, (at, problems) in enumerate(grouped.items()):
        group = wrong if at in unusable else doubtful
        if len(group) < MOST_ROWS:
            group.append(_row(number, at, problems, choices.fixes.get(at, {})))
    return wrong, doubtful


def counted(roster: Roster, unmatched: Iterable[Record] = ()) -> tuple[int, int]:
    """How many rows cannot be applied, and how many are only doubtful."""
    named = {(p.sheet, p.row) for p in roster.problems}
    unusable = _unusable(roster, unmatched) & named
    return len(unusable), len(named - unusable)


def _unusable(roster: Roster, unmatched: Iterable[Record]) -> set[At]:
    wrong = {(p.sheet, p.row) for p in roster.problems if p.severity == ERROR}
    return wrong | {(record.sheet, record.row) for record in unmatched}


def _row(number: int, at: At, problems: Sequence[Problem], fixes: Mapping[str, str]) -> BadRow:
    key = f"o{number}"
    by_field: dict[str, list[Problem]] = {}
    for problem in problems:
        by_field.setdefault(problem.field, []).append(problem)
    earlier = next((p for p in problems if p.of_row is not None), None)
    return BadRow(
        key=key,
        sheet=at[0],
        row=at[1],
        who=next((p.who for p in problems if p.who), ""),
        cells=tuple(_cell(f"{key}-{field}", field, some, fixes) for field, some in by_field.items()),
        is_wrong=any(p.severity == ERROR for p in problems),
        is_unclear=any(p.code == "unclear_row" for p in problems),
        of=(earlier.of_sheet, earlier.of_row) if earlier and earlier.of_row else None,
    )


def _cell(name: str, field: str, problems: Sequence[Problem], fixes: Mapping[str, str]) -> Cell:
    kinds = {"staff_category": "category", "sex": "sex", "birth_date": "day", "since": "day"}
    kind, said = kinds.get(field, "text"), fixes.get(field, problems[0].cell)
    if kind == "category":
        said = category_of(said) or ""
    elif kind == "sex":
        said = sex_of(said) or ""
    elif field == "personal_id" and field not in fixes:
        said = ""
    offer = next((p.offer for p in problems if p.offer), "")
    is_wrong = any(p.severity == ERROR for p in problems)
    return Cell(name, field, kind, said, tuple(problems), offer, is_wrong)


@dataclass(frozen=True)
class Mended:
    """A row about which something was said on the page."""

    key: str
    sheet: str
    row: int
    cells: Mapping[str, str]
    is_dropped: bool


def mended(choices: Choices) -> list[Mended]:
    """Rows put right or left out on the page."""
    places = sorted({*choices.fixes, *choices.dropped})
    return [
        Mended(f"hoan{n}", at[0], at[1], choices.fixes.get(at, {}), at in choices.dropped)
        for n, at in enumerate(places)
    ]


def version_of(arrived: RosterImport) -> str:
    """A mark of what was said so far: two people who mend at once do not overwrite each other."""
    return hashlib.sha256(json.dumps(arrived.choices, sort_keys=True).encode()).hexdigest()[:16]


def said_in(
    sent: Mapping[str, str], rows: Sequence[BadRow], choices: Choices
) -> tuple[dict[At, dict[str, str]], frozenset[At]]:
    """Fixes and rows to leave out, as they are after what was sent: what differs from the inputs' first values."""
    fixes = {at: dict(cells) for at, cells in choices.fixes.items()}
    dropped = set(choices.dropped)
    for row in mended(choices):
        if row.key in sent:
            fixes.pop((row.sheet, row.row), None)
            dropped.discard((row.sheet, row.row))
    for bad in rows:
        at = (bad.sheet, bad.row)
        for cell in bad.cells:
            said = clean(sent.get(cell.name, cell.value))[:400]
            if cell.offer and f"{cell.name}-nhan" in sent:
                said = cell.offer
            if said != cell.value:
                fixes.setdefault(at, {})[cell.field] = said
        if bad.is_unclear and f"{bad.key}-phong" in sent:
            fixes[at] = {"department": bad.cells[0].problems[0].cell}
        if f"{bad.key}-bo" in sent:
            dropped.add(at)
        if bad.of and f"{bad.key}-bo-truoc" in sent:
            dropped.add(bad.of)
    return fixes, frozenset(dropped)
