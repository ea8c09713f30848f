"""Which audience rules stand at units that end, and who follows those units in a reform."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from lms.organisation.models import Posting, Reform, Succession, Unit, UnitClosure
from lms.organisation.service import Heir, RuleFate
from lms.plan.models import Audience, Requirement
from lms.platform.columns import FOREVER
from lms.platform.db import db

LAND_ONLY = "area_only"


@dataclass(frozen=True)
class ReformDay:
    """A reform and its day."""

    id: int
    on: date


@dataclass(frozen=True)
class Rule:
    """An audience rule as its row says it."""

    requirement_id: int
    place: int
    sign: int
    unit_id: int
    subtree: bool
    position: str | None
    category: str | None
    kind: str | None
    from_on: date
    to_on: date
    reform_id: int | None = None

    def carried_to(self, unit_id: int, reform: ReformDay) -> "Rule":
        """The same rule at another unit from the day of the reform on."""
        return replace(self, unit_id=unit_id, from_on=reform.on, reform_id=reform.id)

    def covers(self, other: "Rule") -> bool:
        """Whether it says the same of the same unit for all the days of the other one."""
        named = ("requirement_id", "sign", "unit_id", "position", "category", "kind")
        return (
            all(getattr(self, name) == getattr(other, name) for name in named)
            and self.subtree >= other.subtree
            and self.from_on <= other.from_on
            and self.to_on >= other.to_on
        )


@dataclass
class Handover:
    """What a reform makes of the units that some rules name."""

    ended: dict[int, set[int]] = field(default_factory=dict)
    """Unit named → the units at or below it that ended, if it ended itself."""
    below: dict[int, set[int]] = field(default_factory=dict)
    """Unit named → everything that hung at or below it on the eve."""
    news: dict[int, list[int]] = field(default_factory=dict)
    """Ended unit → its successors."""
    above: dict[int, set[int]] = field(default_factory=dict)
    """Unit → itself and everything above it on the day."""

    def heirs_of(self, unit_id: int, *, subtree: bool) -> list[int]:
        """Where a rule at the unit goes on; empty while the unit stands, or if nothing follows it.

        With its subtree: at the successors of everything that ended in it, and at what was left standing without a
        parent; units below another heir are left out.
        """
        if unit_id not in self.ended:
            return []
        olds = self.ended[unit_id] if subtree else {unit_id}
        heirs = {new for old in olds for new in self.news.get(old, ())}
        if not subtree:
            return sorted(heirs)
        heirs |= self.below[unit_id] - self.ended[unit_id]
        return sorted(heir for heir in heirs if not (self.above.get(heir, set()) - {heir}) & heirs)


_COLUMNS: tuple[Any, ...] = (
    Audience.requirement_id, Audience.place, Audience.sign, Audience.unit_id, Audience.subtree, Audience.position,
    Audience.category, Audience.kind, Audience.from_on, Audience.to_on, Audience.reform_id,
)  # fmt: skip


def _among(requirement_ids: Collection[int] | None) -> sa.ColumnElement[bool]:
    return sa.true() if requirement_ids is None else Audience.requirement_id.in_(list(requirement_ids))


def rules_at_ended_units(requirement_ids: Collection[int] | None) -> list[Rule]:
    """The plans' own rules of all requirements, or of these, that have a rule at a unit that ended."""
    ended = sa.select(Audience.requirement_id).join(Unit, Unit.id == Audience.unit_id).where(Unit.valid_to < FOREVER)
    rows = db.session.execute(
        sa.select(*_COLUMNS)
        .where(Audience.reform_id.is_(None), _among(requirement_ids), Audience.requirement_id.in_(ended))
        .order_by(Audience.id)
    )
    return [Rule(*row) for row in rows]


def rules_carried_on(requirement_ids: Collection[int] | None) -> list[tuple[Rule, int]]:
    """The rules that reforms carried on, each with the id of its row."""
    rows = db.session.execute(
        sa.select(*_COLUMNS, Audience.id).where(Audience.reform_id.is_not(None), _among(requirement_ids))
    )
    return [(Rule(*row[:-1]), row[-1]) for row in rows]


def reforms_in_order() -> list[ReformDay]:
    """Every reform, the earliest first."""
    rows = db.session.execute(sa.select(Reform.id, Reform.effective_on).order_by(Reform.effective_on, Reform.id))
    return [ReformDay(*row) for row in rows]


def handover(reform: ReformDay, unit_ids: Collection[int]) -> Handover:
    """What the reform makes of these units: three statements, or one if none of them ended in it."""
    links = (
        sa.select(Succession.old_id, Succession.new_id)
        .join(Unit, Unit.id == Succession.old_id)
        .where(Succession.reform_id == reform.id, Succession.share != LAND_ONLY, Unit.valid_to == reform.on)
        .order_by(Succession.old_id, Succession.id)
    )
    found = Handover()
    olds = set()
    for old_id, new_id in db.session.execute(links):
        olds.add(old_id)
        if new_id is not None:
            found.news.setdefault(old_id, []).append(new_id)
    named = olds & set(unit_ids)
    if not named:
        return Handover()
    below: dict[int, set[int]] = defaultdict(set)
    for row in _closure(reform.on - timedelta(1), UnitClosure.ancestor_id.in_(sorted(named))):
        below[row.ancestor_id].add(row.unit_id)
    found.below = below
    found.ended = {unit_id: below[unit_id] & olds | {unit_id} for unit_id in named}
    candidates = {new for news in found.news.values() for new in news} | {u for units in below.values() for u in units}
    for row in _closure(reform.on, UnitClosure.unit_id.in_(sorted(candidates))):
        found.above.setdefault(row.unit_id, set()).add(row.ancestor_id)
    return found


def _closure(day: date, which: sa.ColumnElement[bool]) -> Sequence[Any]:
    return db.session.execute(
        sa.select(UnitClosure.unit_id, UnitClosure.ancestor_id).where(
            which, UnitClosure.from_on <= day, UnitClosure.to_on > day
        )
    ).all()


def people_below(unit_ids: Collection[int], since: date) -> set[int]:
    """Everybody with a believed posting at or below these units on that day or later."""
    rows = db.session.scalars(
        sa.select(Posting.person_id)
        .join(UnitClosure, UnitClosure.unit_id == Posting.unit_id)
        .where(
            UnitClosure.ancestor_id.in_(sorted(unit_ids)),
            UnitClosure.to_on > since,
            Posting.superseded_at.is_(None),
            Posting.to_on > since,
        )
        .distinct()
    )
    return set(rows)


def rule_fates(heirs: Sequence[Heir], on: date) -> list[RuleFate]:
    """What would become of the rules at units that end, before anything is written."""
    by_unit = {heir.old_id: heir for heir in heirs}
    if not by_unit:
        return []
    eve = on - timedelta(1)
    rows = db.session.execute(
        sa.select(
            Audience.id,
            Audience.unit_id,
            Audience.sign,
            Requirement.code,
            Requirement.short_title,
            UnitClosure.unit_id.label("below_id"),
        )
        .join(Requirement, Requirement.id == Audience.requirement_id)
        .join(
            UnitClosure,
            sa.and_(
                UnitClosure.ancestor_id == Audience.unit_id,
                UnitClosure.from_on <= eve,
                UnitClosure.to_on > eve,
                sa.or_(Audience.subtree, UnitClosure.depth == 0),
            ),
        )
        .where(
            Audience.unit_id.in_(sorted(by_unit)), Audience.from_on < on, Audience.to_on > on, Requirement.to_on > on
        )
        .order_by(Requirement.place, Requirement.id, Audience.unit_id, Audience.id, UnitClosure.unit_id)
    )
    told: dict[int, tuple[str, str, str, bool]] = {}
    news: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        told[row.id] = (row.code, row.short_title, by_unit[row.unit_id].old, row.sign < 0)
        if row.below_id in by_unit:
            news[row.id] += by_unit[row.below_id].news
    fates = [
        RuleFate(code, title, old, tuple(dict.fromkeys(news[rule_id])), leaves_out)
        for rule_id, (code, title, old, leaves_out) in told.items()
    ]
    return list(dict.fromkeys(fates))
