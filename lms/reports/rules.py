"""How figures are counted, added up and set into rows: pure functions of plain values."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import IntEnum, StrEnum
from operator import attrgetter

from lms.platform.vietnamese import ratio, sort_key


class Kind(IntEnum):
    """What a stretch of an obligation means for the figures."""

    COUNTS = 0
    PAUSED = 1
    WAIVED = 2


class State(StrEnum):
    """Where an obligation stands on a day; the values are the looks of the state macro."""

    NOT_STARTED = "none"
    IN_PROGRESS = "doing"
    OVERDUE = "late"
    ON_TIME = "done"
    LATE = "done-late"
    PAUSED = "paused"
    WAIVED = "waived"


class Structure(StrEnum):
    """Whose units people are counted for."""

    CURRENT = "current"
    FORMER = "former"


class Part(StrEnum):
    """What a row stands for, besides a unit with all that is under it."""

    UNIT = "unit"
    OWN = "own"
    """People posted at the unit itself, not under it."""
    NEVER = "never"
    """In the former structure: people who never belonged to it."""
    ELSEWHERE = "elsewhere"
    """Units that the structure of the day does not know."""


def state_on(day: date, *, kind: int, due_on: date, started_on: date, fulfilled_on: date) -> State:
    """Where an obligation that holds on `day` stands."""
    if kind == Kind.WAIVED:
        return State.WAIVED
    if fulfilled_on <= day:
        return State.ON_TIME if fulfilled_on <= due_on else State.LATE
    if kind == Kind.PAUSED:
        return State.PAUSED
    if due_on < day:
        return State.OVERDUE
    return State.IN_PROGRESS if started_on <= day else State.NOT_STARTED


@dataclass(frozen=True)
class Figures:
    """The figures of a set of obligations on a day; what follows from the others is not stored."""

    required: int = 0
    """Phải học: counts and paused; waived ones stand outside."""
    completed: int = 0
    late: int = 0
    in_progress: int = 0
    overdue: int = 0
    paused: int = 0
    """Not fulfilled, and the clock stands still."""
    waived: int = 0
    persons: int = 0

    @property
    def on_time(self) -> int:
        """Completed on or before the due day."""
        return self.completed - self.late

    @property
    def unfinished(self) -> int:
        """Required and not completed."""
        return self.required - self.completed

    @property
    def not_started(self) -> int:
        """Not completed and without any activity."""
        return self.unfinished - self.in_progress

    @property
    def rate(self) -> Decimal | None:
        """Completed ÷ required in percent, two decimals; None where nothing is required."""
        return ratio(self.completed, self.required)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.required or self.waived)

    def __add__(self, other: "Figures") -> "Figures":
        """Add up two disjoint sets."""
        return sum_of((self, other))


FIELDS = ("required", "completed", "late", "in_progress", "overdue", "paused", "waived", "persons")
_VALUES = attrgetter(*FIELDS)


def values(figures: Figures) -> tuple[int, ...]:
    """The stored figures in the order of FIELDS."""
    return _VALUES(figures)


def sum_of(parts: Iterable[Figures]) -> Figures:
    """Add up disjoint sets."""
    return Figures(*(sum(column) for column in zip(*map(values, parts), strict=True)))


# The structure of a day -----------------------------------------------------------------------------------------------

TRANSPARENT = frozenset({"thanh_pho", "ubnd", "hdnd"})
"""Bodies that stand above the units of a plan: their children are rows, their own staff is one row."""
DISTRICTS = frozenset({"quan", "huyen", "thi_xa"})
COMMUNES = frozenset({"phuong", "xa", "thi_tran"})
ADMINISTRATIVE = DISTRICTS | COMMUNES
"""Kinds with an official code: sorted by it."""

BLOCKS: dict[str, str] = {
    **dict.fromkeys(("so", "ban", "van_phong", "thanh_tra", "to_chuc_hanh_chinh"), "so"),
    "don_vi_su_nghiep": "don_vi_su_nghiep",
    "dang": "dang_doan_the",
    "doan_the": "dang_doan_the",
    **{kind: kind for kind in ("quan", "huyen", "thi_xa", "phuong", "xa", "thi_tran")},
}
"""Kind of unit → block in which reports add it up; every other kind belongs to "khac"."""
BLOCK_ORDER = (
    "so", "don_vi_su_nghiep", "dang_doan_the", "khac", "quan", "huyen", "thi_xa", "phuong", "xa", "thi_tran",
)  # fmt: skip


def block_of(kind: str) -> str:
    """The block in which units of this kind are added up."""
    return BLOCKS.get(kind, "khac")


@dataclass(frozen=True)
class Place:
    """A unit as it stood on a day."""

    unit_id: int
    parent_id: int | None
    code: str
    name: str
    short_name: str
    abbreviation: str
    kind: str

    @property
    def label(self) -> str:
        """A name for narrow columns; the short name of a district or commune leaves out what it is."""
        return self.name if self.kind in ADMINISTRATIVE else self.short_name or self.name


class Tree:
    """All units of a day."""

    def __init__(self, places: Iterable[Place]) -> None:
        """Index the places; a parent that does not stand on the day makes its child a root."""
        self.places = {place.unit_id: place for place in places}
        self.children: dict[int | None, list[Place]] = {}
        for place in self.places.values():
            parent = place.parent_id if place.parent_id in self.places else None
            self.children.setdefault(parent, []).append(place)

    @property
    def roots(self) -> list[Place]:
        """Units without a parent."""
        return self.children.get(None, [])

    @property
    def city(self) -> Place | None:
        """The root of kind thanh_pho, or the only root."""
        cities = [place for place in self.roots if place.kind == "thanh_pho"] or self.roots
        return cities[0] if cities else None

    def of_code(self, code: str) -> Place | None:
        """The unit of that code on the day."""
        return next((place for place in self.places.values() if place.code == code), None)

    def above(self, unit_id: int) -> Iterator[Place]:
        """The unit itself and everything above it."""
        place = self.places.get(unit_id)
        while place is not None:
            yield place
            place = self.places.get(place.parent_id) if place.parent_id is not None else None

    def is_whole(self, unit_id: int) -> bool:
        """Whether the unit has every other unit of the day under it."""
        return [place.unit_id for place in self.roots] == [unit_id]

    def topmost(self, unit_ids: Iterable[int]) -> list[Place]:
        """Those of the given units that stand on the day and lie under no other of them, in report order."""
        wanted = set(unit_ids) & set(self.places)
        top = [u for u in wanted if not any(p.unit_id in wanted for p in self.above(u) if p.unit_id != u)]
        return sorted((self.places[u] for u in top), key=report_order)


def report_order(place: Place) -> tuple[int, str]:
    """Departments and other bodies by name, then districts and communes by official code."""
    if place.kind in ADMINISTRATIVE:
        return len(BLOCK_ORDER), place.code
    return BLOCK_ORDER.index(block_of(place.kind)), sort_key(place.name)


@dataclass(frozen=True)
class Layout:
    """Which rows a report has: the units, and those whose own staff share a row."""

    units: tuple[Place, ...]
    own: tuple[Place, ...]


def layout(tree: Tree, scope: int | None) -> Layout:
    """Lay out the rows of one unit (its children) or of the whole (None), looking through bodies that stand above."""
    units: list[Place] = []
    own: list[Place] = []

    def look_through(place: Place) -> None:
        own.append(place)
        for child in tree.children.get(place.unit_id, ()):
            take(child)

    def take(place: Place) -> None:
        if place.kind in TRANSPARENT:
            look_through(place)
        else:
            units.append(place)

    if scope is None:
        for root in tree.roots:
            take(root)
    else:
        look_through(tree.places[scope])
    return Layout(tuple(sorted(units, key=report_order)), tuple(own))


@dataclass(frozen=True)
class Row:
    """One line of a report with its figures, in all and for each requirement."""

    part: Part
    place: Place | None
    """The unit; of an OWN row the unit whose staff it is."""
    figures: Figures
    cells: Mapping[int, Figures] = field(default_factory=dict)


Key = tuple[Part, int | None]
Counted = tuple[int | None, int, tuple[int, ...]]
"""Unit (None: nowhere), requirement, figures in the order of FIELDS without persons."""


def roll_up(
    tree: Tree,
    scope: int | None,
    cells: Iterable[Counted],
    persons: Mapping[int | None, int],
    doubled: Mapping[tuple[int | None, int], int] | None = None,
) -> tuple[list[Row], dict[int, Figures], Figures]:
    """Set figures counted per unit × requirement into the report's rows.

    Returns the rows, the sums per requirement and the total. Whoever is counted for a unit outside the layout gets
    the row ELSEWHERE, whoever is counted for no unit the row NEVER: nothing is lost, the total is the sum of the rows.
    `persons` are distinct people per unit, `doubled` those per (unit, requirement) where duties are more than people.
    """
    plan = layout(tree, scope)
    order: list[Key] = [(Part.UNIT, place.unit_id) for place in plan.units]
    home: dict[int, Key] = {place.unit_id: (Part.OWN, scope) for place in plan.own}
    for place in plan.units:
        for unit_id in _subtree(tree, place.unit_id):
            home[unit_id] = (Part.UNIT, place.unit_id)
    sums: dict[Key, dict[int, list[int]]] = {}
    twice = doubled or {}
    for counted_at, requirement_id, counted in cells:
        line = sums.setdefault(_home(home, counted_at), {})
        numbers = [*counted, twice.get((counted_at, requirement_id), counted[0])]
        known = line.get(requirement_id)
        line[requirement_id] = numbers if known is None else [a + b for a, b in zip(known, numbers, strict=True)]
    heads: dict[Key, int] = {}
    for counted_at, number in persons.items():
        key = _home(home, counted_at)
        heads[key] = heads.get(key, 0) + number
    order = _with_special_rows(order, sums, scope)
    rows = [_row(tree, plan, key, sums.get(key, {}), heads.get(key, 0)) for key in order]
    columns: dict[int, list[Figures]] = {}
    for row in rows:
        for requirement_id, figures in row.cells.items():
            columns.setdefault(requirement_id, []).append(figures)
    return rows, {key: sum_of(cells) for key, cells in columns.items()}, sum_of(row.figures for row in rows)


def _home(home: Mapping[int, Key], unit_id: int | None) -> Key:
    if unit_id is None:
        return Part.NEVER, None
    return home.get(unit_id, (Part.ELSEWHERE, None))


def _subtree(tree: Tree, unit_id: int) -> Iterator[int]:
    yield unit_id
    for child in tree.children.get(unit_id, ()):
        yield from _subtree(tree, child.unit_id)


def _with_special_rows(order: list[Key], sums: Mapping[Key, object], scope: int | None) -> list[Key]:
    """One unit begins with its own staff; the whole ends with what stands outside its units, if there is any."""
    own = (Part.OWN, scope)
    if scope is not None and (own in sums or not order):
        order = [own, *order]
    ends = (
        [(Part.NEVER, None), (Part.ELSEWHERE, None)]
        if scope is not None
        else [own, (Part.NEVER, None), (Part.ELSEWHERE, None)]
    )
    return order + [key for key in ends if key in sums]


def _row(tree: Tree, plan: Layout, key: Key, sums: Mapping[int, list[int]], persons: int) -> Row:
    part, unit_id = key
    place = tree.places.get(unit_id) if unit_id is not None else None
    if part is Part.OWN and place is None:
        place = plan.own[0] if plan.own else None
    cells = {requirement: Figures(*numbers) for requirement, numbers in sums.items()}
    whole = [sum(column) for column in zip(*sums.values(), strict=True)] or [0] * len(FIELDS)
    return Row(part, place, Figures(*[*whole[:-1], persons]), cells)


# Targets, bands, time -------------------------------------------------------------------------------------------------

HUNDRED = Decimal(100)


def target_of(figures: Mapping[int, Figures], targets: Mapping[int, Decimal | None]) -> Decimal | None:
    """The target of all requirements together: each one's, weighted by what it requires; None if none has a target."""
    aimed = [(figures[r].required, target) for r, target in targets.items() if target is not None and r in figures]
    whole = sum(required for required, _ in aimed)
    if not whole:
        known = {target for target in targets.values() if target is not None}
        return known.pop() if len(known) == 1 else None
    return (sum((target * required for required, target in aimed), Decimal(0)) / whole).quantize(Decimal("0.01"))


def band(rate: Decimal | None, target: Decimal | None, decimals: int = 2) -> int:
    """The heat band of a rate: 0 nothing required, 1 under 50, 2 under 70, 3 under 85, 4 under target, 5 reached.

    `decimals` are those with which the rate is shown: a cell that says 70,0 lies in the band that begins at 70.
    """
    if rate is None:
        return 0
    shown = rate.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    if shown >= (target if target is not None else HUNDRED):
        return 5
    return 1 + sum(shown >= edge for edge in (50, 70, 85))


def month_ends(day: date, months: int) -> list[date]:
    """The last `months` − 1 month ends before `day`, then the day itself, earliest first."""
    ends = [day]
    first = day.replace(day=1)
    while len(ends) < months:
        ends.append(first - timedelta(days=1))
        first = ends[-1].replace(day=1)
    return ends[::-1]


@dataclass(frozen=True)
class Point:
    """Completed of required on a day."""

    day: date
    required: int
    completed: int

    @property
    def rate(self) -> Decimal | None:
        """In percent, None where nothing was required."""
        return ratio(self.completed, self.required)


def trend(days: list[date], groups: Iterable[tuple[int, int, int, int]]) -> list[Point]:
    """Points from stretches grouped by when they count.

    A group is (begins, ends, fulfilled, how many): each the place in `days` of the first day that is not before the
    stretch's first day, its end, its fulfilment; len(days) for never.
    """
    required = [0] * len(days)
    completed = [0] * len(days)
    for begins, ends, fulfilled, number in groups:
        for place in range(begins, ends):
            required[place] += number
            if fulfilled <= place:
                completed[place] += number
    return [Point(day, required[n], completed[n]) for n, day in enumerate(days)]
