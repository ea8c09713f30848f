"""People follow their units: postings of a reform's old units are closed and opened on the day, set by set."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from lms.organisation.models import Posting, Reform, ReformChoice, Succession, Unit, UnitPlace
from lms.organisation.queries.rosters import slices
from lms.platform.columns import FOREVER
from lms.platform.db import db, greatest, least
from lms.platform.events import By

SAME = ("person_id", "department", "position", "title", "rank_code", "category")
"""What a posting keeps when only its unit changes."""


def _reaches(posting: Any, reform: Reform) -> sa.ColumnElement[bool]:
    """A believed posting that must go on after the day.

    It reaches beyond the day; or it ends on it only because its unit did (the reform was on record before the
    posting), and no other posting of that rank takes over. Whoever left on the very day of a reform that is carried
    out now has left.
    """
    on = reform.effective_on
    unit, other = aliased(Unit), aliased(Posting)
    on_record = posting.recorded_at > reform.applied_at if reform.sha256 else sa.true()
    cut_off = sa.and_(
        posting.to_on == on,
        on_record,
        sa.exists(sa.select(unit.id).where(unit.id == posting.unit_id, unit.valid_to == on)),
        ~sa.exists(
            sa.select(other.id).where(
                other.person_id == posting.person_id,
                other.is_primary == posting.is_primary,
                other.superseded_at.is_(None),
                other.from_on <= on,
                other.to_on > on,
            )
        ),
    )
    return sa.and_(posting.superseded_at.is_(None), sa.or_(posting.to_on > on, cut_off))


def ask(reform: Reform, unit_ids: Iterable[int], *, now: datetime) -> None:
    """Note everybody of these old units as waiting for a choice.

    Meanwhile they go to the default successor; of a unit that nobody takes over, to the one above it.
    """
    wanted = sorted(set(unit_ids))
    if not wanted:
        return
    default: sa.ColumnElement[int | None] = (
        sa.select(Succession.new_id)
        .where(Succession.reform_id == reform.id, Succession.old_id == Posting.unit_id, Succession.is_default)
        .scalar_subquery()
    )
    if keepers := keepers_above(reform, wanted):
        above = sa.case(keepers, value=Posting.unit_id, else_=sa.null())
        default = sa.func.coalesce(default, sa.cast(above, sa.Integer()))
    values = sa.select(
        sa.literal(reform.id, sa.Integer()),
        Posting.person_id,
        Posting.unit_id,
        default,
        sa.literal(now, ReformChoice.recorded_at.type),
    ).where(
        Posting.unit_id.in_(wanted),
        _reaches(Posting, reform),
        ~sa.exists(
            sa.select(ReformChoice.id).where(
                ReformChoice.reform_id == reform.id,
                ReformChoice.person_id == Posting.person_id,
                ReformChoice.old_id == Posting.unit_id,
            )
        ),
    )
    columns = ["reform_id", "person_id", "old_id", "new_id", "recorded_at"]
    db.session.execute(sa.insert(ReformChoice).from_select(columns, values.distinct()))


def keepers_above(reform: Reform, unit_ids: Iterable[int]) -> dict[int, int]:
    """Dissolved unit → the nearest unit that was above it and stands on the day, or what took the place of that one."""
    on = reform.effective_on
    follows = {
        row[0]: row[1]
        for row in db.session.execute(
            sa.select(Succession.old_id, Succession.new_id).where(
                Succession.reform_id == reform.id, Succession.is_default
            )
        )
    }
    found = {}
    for dissolved in unit_ids:
        unit: int | None = dissolved
        if follows.get(dissolved) is not None:
            continue
        while unit is not None:
            unit = db.session.scalar(
                sa.select(UnitPlace.parent_id).where(
                    UnitPlace.unit_id == unit, UnitPlace.from_on < on, UnitPlace.to_on >= on
                )
            )
            for keeper in (unit, follows.get(unit)) if unit is not None else ():
                if keeper is not None and dissolved not in found and _stands(keeper, on):
                    found[dissolved] = keeper
            if dissolved in found:
                break
    return found


def _stands(unit_id: int, on: date) -> bool:
    unit = db.session.get_one(Unit, unit_id)
    return unit.valid_from <= on < unit.valid_to


def confirm(reform: Reform, placed: Sequence[tuple[int, int, int]], *, by: By, now: datetime) -> None:
    """Write choices down: (person, old unit, chosen unit)."""
    if not placed:
        return
    table = ReformChoice.__table__
    change = sa.update(table).where(
        table.c.reform_id == reform.id,
        table.c.person_id == sa.bindparam("person"),
        table.c.old_id == sa.bindparam("old"),
    )
    db.session.execute(
        change.values(new_id=sa.bindparam("chosen"), confirmed_at=now, account_id=by.account_id),
        [{"person": person, "old": old, "chosen": new} for person, old, new in placed],
    )


def heads_reaching(reform: Reform, unit_ids: Iterable[int]) -> dict[int, int]:
    """Old unit → people who must follow the reform from it."""
    rows = db.session.execute(
        sa.select(Posting.unit_id, sa.func.count(Posting.person_id.distinct()))
        .where(Posting.unit_id.in_(sorted(set(unit_ids))), _reaches(Posting, reform))
        .group_by(Posting.unit_id)
    )
    return {row[0]: row[1] for row in rows}


def repost(reform: Reform, *, now: datetime) -> set[int]:
    """Close the postings of the old units on the day and open those of the new ones; returns who moved.

    Everybody goes where the choice says, else to the default successor; whoever's unit was dissolved waits in the unit
    above it. A unit that goes on keeps its people unless they chose another.
    """
    on = reform.effective_on
    choice, link, unit = aliased(ReformChoice), aliased(Succession), aliased(Unit)
    newest = db.session.scalar(sa.select(sa.func.max(Posting.id))) or 0
    target = sa.func.coalesce(choice.new_id, link.new_id)
    leaving = (
        sa.select(Posting.id, Posting.person_id, target.label("target"))
        .join(link, sa.and_(link.reform_id == reform.id, link.old_id == Posting.unit_id, link.is_default))
        .outerjoin(
            choice,
            sa.and_(
                choice.reform_id == reform.id,
                choice.person_id == Posting.person_id,
                choice.old_id == Posting.unit_id,
            ),
        )
        .where(
            Posting.id <= newest,
            _reaches(Posting, reform),
            sa.or_(target.is_(None), target != Posting.unit_id),
        )
    )
    ids = {row[0]: (row[1], row[2]) for row in db.session.execute(leaving)}
    if not ids:
        return set()
    moving = leaving.subquery()
    source = (reform.decision or reform.title)[:200]
    same = [getattr(Posting, name) for name in SAME]
    columns = [*SAME, "is_primary", "unit_id", "from_on", "to_on", "source", "recorded_at"]
    fixed = (sa.literal(source, Posting.source.type), sa.literal(now, Posting.recorded_at.type))
    shortened = sa.select(
        *same, Posting.is_primary, Posting.unit_id, Posting.from_on, sa.literal(on, Posting.to_on.type),
        Posting.source, fixed[1],
    ).join(moving, moving.c.id == Posting.id).where(Posting.from_on < on, Posting.to_on > on)  # fmt: skip
    later = aliased(Posting)
    next_begins = (
        sa.select(sa.func.min(later.from_on))
        .where(
            later.person_id == Posting.person_id,
            later.is_primary == Posting.is_primary,
            later.superseded_at.is_(None),
            later.id <= newest,
            later.from_on > on,
        )
        .scalar_subquery()
    )
    forever = sa.literal(FOREVER, Posting.to_on.type)
    ends = sa.case((Posting.to_on > on, Posting.to_on), else_=sa.func.coalesce(next_begins, forever))
    opened = (
        sa.select(
            *same,
            Posting.is_primary,
            moving.c.target,
            greatest(Posting.from_on, sa.literal(on, Posting.from_on.type)),
            least(ends, unit.valid_to),
            *fixed,
        )
        .join(moving, moving.c.id == Posting.id)
        .join(unit, unit.id == moving.c.target)
        .where(greatest(Posting.from_on, sa.literal(on, Posting.from_on.type)) < least(ends, unit.valid_to))
    )
    both = sa.union_all(opened, shortened).subquery()
    db.session.execute(sa.insert(Posting).from_select(columns, sa.select(*both.c)))
    for some in slices(ids):
        db.session.execute(
            sa.update(Posting)
            .where(Posting.id.in_(some), Posting.to_on > on)
            .values(superseded_at=now)
            .execution_options(synchronize_session=False)
        )
    for row in [row for row in db.session if isinstance(row, Posting)]:
        db.session.expire(row)
    return {person for person, _target in ids.values()}
