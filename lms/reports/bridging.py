"""The bridge between two structures: old unit × new unit, adding up to the same total on both sides."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lms.reports.rules import Figures, Key, Part, Place, Row, Tree, layout, sum_of

Counted = tuple[int | None, int, int, int, int]
"""Former unit (None: never in one), present unit, required, completed, persons."""


@dataclass(frozen=True)
class Pair:
    """Those who came from one row of the old structure into one of the new."""

    old: Row
    new: Row
    figures: Figures

    @property
    def is_same(self) -> bool:
        """Whether nobody of the pair changed unit, whatever the unit is called now."""
        old, new = self.old.place, self.new.place
        if old is None or new is None:
            return old is new and self.old.part is self.new.part
        return old.unit_id == new.unit_id


@dataclass(frozen=True)
class Strand:
    """One row of either side with the pairs that it is made of."""

    row: Row
    pairs: tuple[Pair, ...]

    @property
    def address(self) -> str:
        """What the row is called in an address: the unit's code, or the part."""
        return self.row.place.code if self.row.part is Part.UNIT and self.row.place else self.row.part.value

    @property
    def is_unchanged(self) -> bool:
        """Whether all of it is in the same unit as before."""
        return all(pair.is_same for pair in self.pairs)


@dataclass(frozen=True)
class Bridge:
    """All pairs, and the sums of either side."""

    pairs: tuple[Pair, ...]
    old: tuple[Row, ...]
    new: tuple[Row, ...]
    total: Figures

    @property
    def from_old(self) -> list[Strand]:
        """Each old row with the pairs into which it went."""
        return _strands(self.old, self.pairs, "old")

    @property
    def into_new(self) -> list[Strand]:
        """Each present row with the pairs that make it up."""
        return _strands(self.new, self.pairs, "new")


def _key(row: Row) -> Key:
    return row.part, row.place.unit_id if row.place else None


def _strands(rows: Iterable[Row], pairs: Iterable[Pair], side: str) -> list[Strand]:
    found: dict[Key, list[Pair]] = {}
    for pair in pairs:
        found.setdefault(_key(getattr(pair, side)), []).append(pair)
    return [Strand(row, tuple(found[_key(row)])) for row in rows]


def summed(strands: Iterable[Strand]) -> Figures:
    """The figures of several rows together."""
    return sum_of(strand.row.figures for strand in strands)


@dataclass(frozen=True)
class _Side:
    """The rows of a structure and, for each unit, the row in which it is counted."""

    order: list[Key]
    home: Mapping[int, Key]
    tree: Tree
    own: Place | None

    def key(self, unit_id: int | None) -> Key:
        return (Part.NEVER, None) if unit_id is None else self.home.get(unit_id, (Part.ELSEWHERE, None))

    def row(self, key: Key, figures: Figures) -> Row:
        part, unit_id = key
        place = self.tree.places.get(unit_id) if unit_id is not None else None
        return Row(part, self.own if part is Part.OWN and place is None else place, figures)


def _side(tree: Tree, scope: int | None) -> _Side:
    plan = layout(tree, scope)
    home: dict[int, Key] = {place.unit_id: (Part.OWN, scope) for place in plan.own}
    for place in plan.units:
        below = [place.unit_id]
        while below:
            unit_id = below.pop()
            home[unit_id] = (Part.UNIT, place.unit_id)
            below += [child.unit_id for child in tree.children.get(unit_id, ())]
    order: list[Key] = [(Part.UNIT, place.unit_id) for place in plan.units]
    order += [(Part.OWN, scope), (Part.NEVER, None), (Part.ELSEWHERE, None)]
    return _Side(order, home, tree, plan.own[0] if plan.own else None)


def bridge(old_tree: Tree, new_tree: Tree, scope: int | None, counted: Iterable[Counted]) -> Bridge:
    """Set what was counted per pair of units into rows × rows; nothing is lost, both sides add up to the total.

    `scope` is the unit of the new structure that is reported on, None for the whole.
    """
    old_side, new_side = _side(old_tree, None), _side(new_tree, scope)
    cells: dict[tuple[Key, Key], list[int]] = {}
    for former, present, *numbers in counted:
        sums_here = cells.setdefault((old_side.key(former), new_side.key(present)), [0, 0, 0])
        for place, number in enumerate(numbers):
            sums_here[place] += number
    sums = {key: Figures(required=r, completed=c, persons=p) for key, (r, c, p) in cells.items()}
    ranks = [{key: rank for rank, key in enumerate(side.order)} for side in (old_side, new_side)]
    pairs = [
        Pair(old_side.row(old, Figures()), new_side.row(new, Figures()), sums[old, new])
        for old, new in sorted(sums, key=lambda keys: (ranks[0][keys[0]], ranks[1][keys[1]]))
    ]

    def totals(side: _Side, at: int) -> tuple[Row, ...]:
        found: dict[Key, list[Figures]] = {}
        for keys, figures in sums.items():
            found.setdefault(keys[at], []).append(figures)
        return tuple(side.row(key, sum_of(found[key])) for key in side.order if key in found)

    return Bridge(tuple(pairs), totals(old_side, 0), totals(new_side, 1), sum_of(sums.values()))
