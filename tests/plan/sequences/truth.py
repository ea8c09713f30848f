"""What must hold after every step: increments = recomputation = plain loops, and kept figures = counted ones."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from random import Random
from typing import Any

import sqlalchemy as sa

from lms.identity.models import Grant
from lms.organisation.models import FormerUnit, Succession, Unit, UnitClosure
from lms.organisation.service import rebuild_closure, refresh_former_units
from lms.plan import queries, rules, service
from lms.plan.figures.contribution import FIGURES
from lms.plan.figures.groups import clause_group, own_group, plan_group
from lms.plan.figures.models import FigureFormer, FigureHead, FigureReform
from lms.plan.models import Obligation, Reason, Requirement, Segment
from lms.platform.columns import FOREVER
from lms.platform.db import db
from tests.plan.sequences.city import TODAY, City
from tests.plan.sequences.events import some_day
from tests.plan.sequences.former import plain_former_units
from tests.plan.world import NOW, merged

Rows = list[tuple[Any, ...]]
Stored = dict[str, Rows]

TABLES: Mapping[str, tuple[Any, type]] = {
    "obligation": (Obligation, rules.ObligationFact),
    "segment": (Segment, rules.SegmentFact),
    "reason": (Reason, rules.ReasonFact),
}
MARKED_EVERY = 5
"""Every so many month ends has a mark; fewer than in life, so that more changes lie between two."""
LOOKED_AT = 3
"""Days whose figures are looked at after each step."""


class Difference(Exception):
    """Two ways of saying the same differ; `person_id` is the first person it shows at, if it shows at one."""

    def __init__(self, what: str, person_id: int | None = None) -> None:
        super().__init__(what)
        self.person_id = person_id


class _Remembering(rules.Tree):
    """A tree that climbs each way once."""

    def days_under(self, unit_id: int, ancestor_id: int, *, subtree: bool) -> list[rules.Interval]:
        known: dict[Any, list[rules.Interval]] = self.__dict__.setdefault("known", {})
        key = unit_id, ancestor_id, subtree
        if key not in known:
            known[key] = super().days_under(unit_id, ancestor_id, subtree=subtree)
        return known[key]


def agree(city: City, random: Random) -> None:
    """Raise Difference where the three ways, or the figures, do not say the same."""
    left = stored()
    _ids_stay(city)
    _same_former_units()
    _same_figures(left, [some_day(random) for _ in range(LOOKED_AT - 1)] + [TODAY])
    service.rebuild()
    anew = stored()
    plain = _plain(city)
    for table in TABLES:
        if left[table] != anew[table]:
            # Which of the two is wrong, the plain loops tell.
            right = _as_told(table, anew[table]) == plain[table]
            culprit = "the increments" if right else "the recomputation, and not the increments,"
            raise _difference(f"{table}: {culprit} differ", left[table], anew[table])
        if (told := _as_told(table, left[table])) != plain[table]:
            raise _difference(f"{table}: set SQL and plain loops differ", told, plain[table])


def stored() -> Stored:
    """All derived rows, in order."""
    found: Stored = {}
    for name, (model, fact) in TABLES.items():
        columns = [getattr(model, field) for field in fact.__dataclass_fields__]
        found[name] = sorted(tuple(row) for row in db.session.execute(sa.select(*columns)))
    return found


def _plain(city: City) -> Stored:
    requirements, known = queries.requirement_facts(), queries.tree()
    tree = _Remembering(known.life, known.places, known.kinds)
    total = rules.Derived()
    for person in queries.facts_of(list(city.people.values())):
        one = rules.derive(person, requirements, tree)
        total.obligations += one.obligations
        total.segments += one.segments
        total.reasons += one.reasons
    lists: dict[str, Iterable[Any]] = {
        "obligation": total.obligations, "segment": total.segments, "reason": merged(total.reasons),
    }  # fmt: skip
    return {name: sorted(tuple(vars(fact).values()) for fact in facts) for name, facts in lists.items()}


def _as_told(table: str, rows: Rows) -> Rows:
    """Rows as the plain loops tell them: reasons with touching days joined."""
    if table != "reason":
        return rows
    return sorted(tuple(vars(fact).values()) for fact in merged([rules.ReasonFact(*row) for row in rows]))


def _difference(what: str, left: Rows, right: Rows) -> Difference:
    one, other = Counter(left), Counter(right)
    surplus, missing = sorted((one - other).elements()), sorted((other - one).elements())
    person = min(row[0] for row in surplus + missing)
    lines = [what] + [
        f"  {sign} {_row(row)}" for sign, rows in (("only left: ", surplus), ("only right:", missing)) for row in rows
        if row[0] == person
    ]  # fmt: skip
    return Difference("\n".join(lines), person)


def _row(row: tuple[Any, ...]) -> str:
    return " ".join("…" if value == FOREVER else str(value) for value in row)


def _ids_stay(city: City) -> None:
    """An obligation that is there keeps the id it had: leaving and coming back gives no second one."""
    columns = (Obligation.person_id, Obligation.requirement_id, Obligation.cycle, Obligation.id)
    now = {tuple(row[:3]): row[3] for row in db.session.execute(sa.select(*columns))}
    for key, id in now.items():
        if city.obligation_ids.get(key, id) != id:
            raise Difference(f"obligation {key} has another id", key[0])
    city.obligation_ids = now


def _same_former_units() -> None:
    columns = sa.select(FormerUnit.reform_id, FormerUnit.person_id, FormerUnit.unit_id)
    before = sorted(tuple(row) for row in db.session.execute(columns))
    refresh_former_units(None)
    after = sorted(tuple(row) for row in db.session.execute(columns))
    if before != after:
        row = min(set(before) ^ set(after))
        raise Difference(f"former units differ: left {before}, anew {after}", row[1])
    if after != (plain := plain_former_units()):
        row = min(set(after) ^ set(plain))
        raise Difference(f"former units: SQL and plain loops differ: {after}, by loops {plain}", row[1])


def same_closure() -> None:
    """Raise Difference where the closure is not the one that follows from the places."""
    columns = (UnitClosure.unit_id, UnitClosure.ancestor_id, UnitClosure.from_on, UnitClosure.to_on)
    before = {tuple(row) for row in db.session.execute(sa.select(*columns))}
    rebuild_closure()
    after = {tuple(row) for row in db.session.execute(sa.select(*columns))}
    if before != after:
        raise Difference(f"closure differs: {sorted(before ^ after)}")


def roles_follow() -> None:
    """Raise Difference where a role stands at a unit that ended, unless that was split and somebody must decide."""
    rows = db.session.execute(
        sa.select(Unit.id, Unit.code)
        .join(Grant, Grant.unit_id == Unit.id)
        .where(Grant.ended_at.is_(None), Grant.to_on > Unit.valid_to)
    )
    for unit_id, code in rows.all():
        heirs = db.session.execute(
            sa.select(Succession.new_id, Succession.share).where(
                Succession.old_id == unit_id, Succession.new_id.is_not(None), Succession.share != "area_only"
            )
        ).all()
        if len(heirs) < 2 or any(row.share in ("full", "area_part_pop_full") for row in heirs):
            raise Difference(f"roles: one stands at {code}, which ended")


# Figures --------------------------------------------------------------------------------------------------------------


def keep_figures(random: Random) -> None:
    """Begin to keep figures if they are not kept, and bring the marks up to date, or only the first ones of them."""
    service.begin_figures(NOW, lambda step: None)
    through = service.last_change()
    days = service.days_to_mark(TODAY)[::-MARKED_EVERY][::-1]
    for day in days[: random.choice((len(days), len(days), len(days) // 2))]:
        service.mark_figures(day, through, NOW)


def are_kept() -> bool:
    """Whether there are figures to compare."""
    return bool(db.session.scalar(sa.select(sa.func.count()).select_from(FigureHead)))


Cell = tuple[int, tuple[tuple[int, int], ...], int]
"""(unit, (reform, former unit) for each reform the figures know, requirement or group)."""


def _same_figures(left: Stored, days: list[date]) -> None:
    former, groups = _former_units(), _groups()
    for day in days:
        kept, counted = _kept(day), _counted(left["segment"], former, groups, day)
        if kept != counted:
            differing = sorted(set(kept.items()) ^ set(counted.items()))
            lines = [f"figures of {day} differ: (unit, former units, requirement or group): {', '.join(FIGURES)}"]
            lines += [
                f"  {'kept   ' if kept.get(cell) == sums else 'counted'} {cell}: {sums}" for cell, sums in differing
            ]
            raise Difference("\n".join(lines))


def _kept(day: date) -> dict[Cell, tuple[int, ...]]:
    """Mark and changes, cell by cell."""
    lineages: dict[int, list[tuple[int, int]]] = {}
    for row in db.session.execute(sa.select(FigureFormer.lineage_id, FigureFormer.reform_id, FigureFormer.unit_id)):
        lineages.setdefault(row[0], []).append((row[1], row[2]))
    names = ("unit_id", "lineage_id", "requirement_id", *FIGURES)
    parts = queries.kept_figures(day, lambda table: [getattr(table, name) for name in names], lambda table: [])
    cells = sa.union_all(*parts).subquery()
    keys, sums = [cells.c[name] for name in names[:3]], [sa.func.sum(cells.c[name]) for name in FIGURES]
    rows = db.session.execute(sa.select(*keys, *sums).group_by(*keys))
    known = _known_reforms()
    found: dict[Cell, list[int]] = {}
    for unit_id, lineage_id, requirement_id, *numbers in rows:
        units = tuple(sorted(pair for pair in lineages.get(lineage_id, ()) if pair[0] in known))
        cell = found.setdefault((unit_id, units, requirement_id), [0] * len(FIGURES))
        for place, number in enumerate(numbers):
            cell[place] += int(number)
    return {cell: tuple(numbers) for cell, numbers in found.items() if any(numbers)}


def _known_reforms() -> set[int]:
    """The reforms that the figures know and that still stand."""
    return set(
        db.session.scalars(
            sa.select(FigureReform.reform_id).join(FormerUnit, FormerUnit.reform_id == FigureReform.reform_id)
        )
    )


def _former_units() -> dict[int, list[tuple[int, int]]]:
    """Person → (reform, former unit) for the reforms that the figures know."""
    known = _known_reforms()
    found: dict[int, list[tuple[int, int]]] = {}
    rows = sa.select(FormerUnit.person_id, FormerUnit.reform_id, FormerUnit.unit_id)
    for person_id, reform_id, unit_id in db.session.execute(rows):
        if reform_id in known:
            found.setdefault(person_id, []).append((reform_id, unit_id))
    return found


def _groups() -> dict[int, list[int]]:
    """Requirement → the groups in which its people count once: plan, clause, and itself where its years overlap."""
    rows = db.session.execute(
        sa.select(Requirement.id, Requirement.plan_id, Requirement.clause_id, Requirement.late_days)
    )
    return {
        row.id: [plan_group(row.plan_id), clause_group(row.clause_id), *([own_group(row.id)] if row.late_days else [])]
        for row in rows
    }


def _counted(
    segments: Rows, former: dict[int, list[tuple[int, int]]], groups: dict[int, list[int]], day: date
) -> dict[Cell, tuple[int, ...]]:
    """What counts on a day, segment by segment, and each person once in a group."""
    cells: dict[Cell, list[int]] = {}
    heads: set[tuple[int, int, int]] = set()
    for person_id, requirement_id, _cycle, unit_id, kind, begin, end, due, started, fulfilled in segments:
        if not begin <= day < end:
            continue
        must, is_open = kind < 2, fulfilled > day
        numbers = (
            must, must and not is_open, must and not is_open and fulfilled > due, must and is_open and started <= day,
            kind == 0 and is_open and due < day, kind == 1 and is_open, kind == 2,
        )  # fmt: skip
        units = tuple(sorted(former.get(person_id, ())))
        cell = cells.setdefault((unit_id, units, requirement_id), [0] * len(FIGURES))
        for place, number in enumerate(numbers):
            cell[place] += number
        if must:
            heads |= {(person_id, unit_id, group) for group in groups[requirement_id]}
    for person_id, unit_id, group in heads:
        units = tuple(sorted(former.get(person_id, ())))
        cells.setdefault((unit_id, units, group), [0] * len(FIGURES))[0] += 1
    return {key: tuple(numbers) for key, numbers in cells.items()}
