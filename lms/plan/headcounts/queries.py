"""Reading head counts: what a unit has on a day, what it confirmed, who came and went since, what does not fit."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, exists, func, literal, select, union_all
from sqlalchemy.orm import aliased

from lms.identity.models import Grant, Role
from lms.organisation import queries as organisation
from lms.organisation.models import Absence, Person, Posting, RosterImport, UnitClosure
from lms.plan.headcounts.models import HeadCount, HeadCountPerson
from lms.platform.db import db

MOST = 200
"""People of one kind on a page."""


@dataclass(frozen=True)
class Named:
    """Somebody in a list of differences or doubts."""

    id: int
    full_name: str
    personal_id: str
    what: str
    """came, left, changed; or the category."""
    was: str
    now: str
    """Staff categories before and now; "" where there is none."""


@dataclass(frozen=True)
class Listed:
    """The first of those concerned, and how many there are."""

    people: list[Named]
    total: int


def _under(unit_id: int, day: date) -> Any:
    return select(UnitClosure.unit_id).where(
        UnitClosure.ancestor_id == unit_id, UnitClosure.from_on <= day, UnitClosure.to_on > day
    )


def counted(unit_id: int, day: date) -> Any:
    """Everybody whose primary posting on the day lies in the unit or under it: person and category."""
    found: Any = (
        select(Posting.person_id, func.min(Posting.category).label("category"))
        .where(
            Posting.is_primary.is_(True),
            Posting.superseded_at.is_(None),
            Posting.from_on <= day,
            Posting.to_on > day,
            Posting.unit_id.in_(_under(unit_id, day)),
        )
        .group_by(Posting.person_id)
    )
    return found


def counts_on(unit_id: int, day: date) -> dict[str, int]:
    """Staff category → people of the unit with everything under it."""
    found = counted(unit_id, day).subquery()
    rows = db.session.execute(select(found.c.category, func.count()).group_by(found.c.category))
    return {row[0]: int(row[1]) for row in rows}


def confirmations(unit_id: int, limit: int = 12) -> list[HeadCount]:
    """What the unit has confirmed, the newest first."""
    return list(
        db.session.scalars(
            select(HeadCount)
            .where(HeadCount.unit_id == unit_id)
            .order_by(HeadCount.on_day.desc(), HeadCount.id.desc())
            .limit(limit)
        )
    )


def confirmed_for(unit_id: int, day: date, *, known_at: datetime | None = None) -> HeadCount | None:
    """The newest confirmation of a day up to this one; as it was known at a moment, or as it is now."""
    wanted = select(HeadCount).where(HeadCount.unit_id == unit_id, HeadCount.on_day <= day)
    if known_at is None:
        wanted = wanted.where(HeadCount.superseded_at.is_(None))
    else:
        wanted = wanted.where(HeadCount.confirmed_at <= known_at)
    found: HeadCount | None = db.session.scalar(wanted.order_by(HeadCount.on_day.desc(), HeadCount.id.desc()).limit(1))
    return found


def differences(count: HeadCount, day: date) -> Listed:
    """Who came, left or changed category between what was confirmed and a day."""
    now = counted(count.unit_id, day).subquery()
    was = (
        select(HeadCountPerson.person_id, HeadCountPerson.category)
        .where(HeadCountPerson.head_count_id == count.id)
        .subquery()
    )
    came = select(now.c.person_id, literal("came").label("what"), literal("").label("was"), now.c.category.label("now"))
    left = select(was.c.person_id, literal("left"), was.c.category, literal(""))
    both = select(now.c.person_id, literal("changed"), was.c.category, now.c.category)
    found = union_all(
        came.outerjoin(was, was.c.person_id == now.c.person_id).where(was.c.person_id.is_(None)),
        left.outerjoin(now, now.c.person_id == was.c.person_id).where(now.c.person_id.is_(None)),
        both.join(was, was.c.person_id == now.c.person_id).where(was.c.category != now.c.category),
    ).subquery()
    return _listed(select(found.c.person_id, found.c.what, found.c.was, found.c.now))


def _listed(rows: Any) -> Listed:
    """Name whom a SELECT of (person, what, was, now) gives."""
    some = rows.subquery()
    person, what, was, now = some.c
    named = (
        select(Person.id, Person.full_name, Person.personal_id, what, was, now, func.count().over())
        .join(some, person == Person.id)
        .order_by(Person.sort_name, Person.id)
        .limit(MOST)
    )
    found = db.session.execute(named).all()
    return Listed([Named(*row[:6]) for row in found], int(found[0][6]) if found else 0)


def _plain(posting: Any) -> tuple[Any, ...]:
    return (posting.person_id, literal("").label("what"), posting.category.label("was"), literal("").label("now"))


def _stands(posting: Any, day: date) -> list[Any]:
    return [posting.superseded_at.is_(None), posting.from_on <= day, posting.to_on > day]


def without_posting(unit_id: int, day: date) -> Listed:
    """People whose last primary posting was in the unit or under it, ended, and was followed by none."""
    later = aliased(Posting)
    rows = select(*_plain(Posting)).where(
        Posting.is_primary.is_(True),
        Posting.superseded_at.is_(None),
        Posting.to_on <= day,
        Posting.to_on > date.fromordinal(max(1, day.toordinal() - 366)),
        Posting.unit_id.in_(_under(unit_id, day)),
        ~exists().where(
            later.person_id == Posting.person_id, later.superseded_at.is_(None), later.from_on >= Posting.to_on
        ),
    )
    return _listed(rows)


def posted_twice(unit_id: int, day: date) -> Listed:
    """People of the unit who hold another posting besides on the day."""
    other = aliased(Posting)
    rows = select(*_plain(Posting)).where(
        Posting.is_primary.is_(True),
        *_stands(Posting, day),
        Posting.unit_id.in_(_under(unit_id, day)),
        exists().where(other.person_id == Posting.person_id, other.id != Posting.id, *_stands(other, day)),
    )
    return _listed(rows)


def away(unit_id: int, day: date) -> Listed:
    """People of the unit who are on leave on the day: they are counted, their duties stand still."""
    rows = select(*_plain(Posting)).where(
        Posting.is_primary.is_(True),
        *_stands(Posting, day),
        Posting.unit_id.in_(_under(unit_id, day)),
        exists().where(
            Absence.person_id == Posting.person_id,
            Absence.superseded_at.is_(None),
            Absence.from_on <= day,
            Absence.to_on > day,
        ),
    )
    return _listed(rows)


def last_roster(unit_id: int) -> RosterImport | None:
    """The last list that was kept for the unit."""
    found: RosterImport | None = db.session.scalar(
        select(RosterImport).where(RosterImport.unit_id == unit_id).order_by(RosterImport.id.desc()).limit(1)
    )
    return found


def units_with_office(today: date, since: date) -> list[tuple[int, str]]:
    """Units that stand, have an HR officer of their own and have confirmed nothing since a day; with their names."""
    confirmed = exists().where(
        and_(HeadCount.unit_id == Grant.unit_id, HeadCount.on_day >= since, HeadCount.superseded_at.is_(None))
    )
    stands = exists().where(
        UnitClosure.unit_id == Grant.unit_id,
        UnitClosure.depth == 0,
        UnitClosure.from_on <= today,
        UnitClosure.to_on > today,
    )
    ids = db.session.scalars(
        select(Grant.unit_id)
        .where(
            Grant.role == Role.HR,
            Grant.from_on <= today,
            Grant.to_on > today,
            Grant.ended_at.is_(None),
            stands,
            ~confirmed,
        )
        .distinct()
        .order_by(Grant.unit_id)
    )
    return sorted(organisation.names_on(ids, today).items())
