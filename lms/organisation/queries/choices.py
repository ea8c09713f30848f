"""Reading who waits for a unit after a split, and when a choice still means something."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms.organisation.models import Person, Posting, Reform, ReformChoice, Succession, Unit, UnitName
from lms.organisation.queries.rosters import slices
from lms.organisation.queries.units import _name_nearest
from lms.platform.access import Permission
from lms.platform.db import db

CHANGE = Permission.ORGANISATION_POSTING_CHANGE
LAND = "area_only"
"""The share of a succession that moves nobody."""


def named_once(words: Iterable[str]) -> tuple[str, ...]:
    """Each word once, in the order given; empty ones left out."""
    return tuple(dict.fromkeys(word for word in words if word))


def joined(words: Iterable[str]) -> str:
    """Words as one text, each named once."""
    return "; ".join(named_once(words))


@dataclass(frozen=True)
class Waiting:
    """A person of a split or dissolved unit for whom nobody has chosen a new one."""

    person_id: int
    personal_id: str
    full_name: str
    department: str
    old_id: int
    old: str
    new_id: int | None
    new: str
    """Where he is counted meanwhile; empty only for a unit that was dissolved with nothing above it."""


def counted(posting: Any, on: Any) -> ColumnElement[bool]:
    """The believed postings of a person that a choice puts elsewhere: those in the unit where he is counted meanwhile.

    For a dissolved unit the one that ended with it, unless another took its place. Without any such posting the person
    has left or moved on, and no choice is asked for any more.
    """
    other, choice = aliased(Posting), ReformChoice
    follows = and_(
        posting.unit_id == choice.new_id,
        posting.to_on > on,
        or_(posting.from_on >= on, choice.new_id == choice.old_id),
        _came_from(posting, on),
    )
    ended = and_(
        choice.new_id.is_(None),
        posting.unit_id == choice.old_id,
        posting.to_on == on,
        ~exists(
            select(other.id)
            .where(
                other.person_id == posting.person_id,
                other.is_primary == posting.is_primary,
                other.superseded_at.is_(None),
                other.to_on > on,
            )
            .correlate_except(other)
        ),
    )
    return and_(posting.person_id == choice.person_id, posting.superseded_at.is_(None), or_(follows, ended))


def _came_from(posting: Any, on: Any) -> ColumnElement[bool]:
    """Whether the posting goes back to the old unit of the choice: asked where two old units lead to one new one."""
    rival, origin, choice = aliased(ReformChoice), aliased(Posting), ReformChoice
    two_ways = exists(
        select(rival.id)
        .where(
            rival.reform_id == choice.reform_id,
            rival.person_id == choice.person_id,
            rival.new_id == choice.new_id,
            rival.old_id != choice.old_id,
        )
        .correlate_except(rival)
    )
    this_way = exists(
        select(origin.id)
        .where(
            origin.person_id == posting.person_id,
            origin.unit_id == choice.old_id,
            origin.is_primary == posting.is_primary,
            origin.department == posting.department,
            origin.from_on < on,
            origin.to_on >= on,
        )
        .correlate_except(origin)
    )
    return or_(~two_ways, this_way)


def is_asked(on: Any) -> ColumnElement[bool]:
    """Whether a choice still means something."""
    posting = aliased(Posting)
    return exists(select(posting.id).where(counted(posting, on)).correlate_except(posting))


def waits(on: Any) -> tuple[ColumnElement[bool], ...]:
    """Conditions: nobody has chosen yet, and the person is still there."""
    return (ReformChoice.confirmed_at.is_(None), is_asked(on))


def waiting_for_choice(reform: Reform, *, limit: int | None = None) -> list[Waiting]:
    """People for whom nobody has chosen, by old unit and name."""
    old, new = aliased(UnitName), aliased(UnitName)
    on = reform.effective_on
    wanted = (
        select(
            ReformChoice.id,
            Person.id.label("person_id"),
            Person.personal_id,
            Person.full_name,
            ReformChoice.old_id,
            func.coalesce(old.name, "").label("old"),
            ReformChoice.new_id,
            func.coalesce(new.name, "").label("new"),
        )
        .select_from(ReformChoice)
        .join(Person, Person.id == ReformChoice.person_id)
        .outerjoin(
            old, and_(old.unit_id == ReformChoice.old_id, old.id == _name_nearest(_eve(on), ReformChoice.old_id))
        )
        .outerjoin(new, and_(new.unit_id == ReformChoice.new_id, new.id == _name_nearest(on, ReformChoice.new_id)))
        .where(ReformChoice.reform_id == reform.id, *waits(on))
        .order_by(old.sort_name, ReformChoice.old_id, Person.sort_name, Person.id)
        .limit(limit)
    )
    rows = db.session.execute(wanted).all()
    posts = posts_of((row.id for row in rows), on)
    return [
        Waiting(
            row.person_id, row.personal_id, row.full_name, posts.get(row.id, ("", ""))[0],
            row.old_id, row.old, row.new_id, row.new,
        )
        for row in rows
    ]  # fmt: skip


def _eve(on: date) -> date:
    return date.fromordinal(on.toordinal() - 1)


def posts_of(choice_ids: Iterable[int], on: date) -> dict[int, tuple[str, str]]:
    """Choice → departments and titles of the person's postings that it concerns, each named once."""
    found: dict[int, list[Any]] = {}
    for some in slices(choice_ids):
        rows = db.session.execute(
            select(ReformChoice.id, Posting.department, Posting.title)
            .join(Posting, counted(Posting, on))
            .where(ReformChoice.id.in_(some))
            .order_by(ReformChoice.id, Posting.is_primary.desc(), Posting.from_on, Posting.id)
        )
        for row in rows:
            found.setdefault(row.id, []).append(row)
    return {
        choice_id: (joined(row.department for row in rows), joined(row.title for row in rows))
        for choice_id, rows in found.items()
    }


def count_waiting(reform_id: int) -> int:
    """How many people wait for a choice after a reform."""
    wanted = (
        select(func.count(ReformChoice.person_id.distinct()))
        .join(Reform, Reform.id == ReformChoice.reform_id)
        .where(ReformChoice.reform_id == reform_id, *waits(Reform.effective_on))
    )
    return db.session.scalar(wanted) or 0


def waiting_in(unit_ids: Iterable[int]) -> dict[int, int]:
    """Unit → people who are counted for it only until somebody chooses."""
    rows = db.session.execute(
        select(ReformChoice.new_id, func.count(ReformChoice.person_id.distinct()))
        .join(Reform, Reform.id == ReformChoice.reform_id)
        .where(ReformChoice.new_id.in_(sorted(set(unit_ids))), *waits(Reform.effective_on))
        .group_by(ReformChoice.new_id)
    )
    return {row[0]: row[1] for row in rows if row[0] is not None}


def options_of(reform: Reform) -> dict[int, tuple[str, tuple[str, ...]]]:
    """Old unit → its code, and the codes of the units among which its people are divided."""
    old, new = aliased(Unit), aliased(Unit)
    rows = db.session.execute(
        select(Succession.old_id, old.code, new.code)
        .join(old, old.id == Succession.old_id)
        .join(new, new.id == Succession.new_id)
        .where(Succession.reform_id == reform.id, Succession.share != LAND)
        .order_by(Succession.id)
    )
    found: dict[int, tuple[str, tuple[str, ...]]] = {}
    for old_id, code, new_code in rows:
        found[old_id] = (code, (*found.get(old_id, ("", ()))[1], new_code))
    return found
