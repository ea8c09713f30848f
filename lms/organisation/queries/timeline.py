"""A person's postings through time, with the days on which there was none; and who holds second postings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import abort
from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms.organisation.models import Person, Posting, UnitName
from lms.organisation.queries.people import _FACTS, PersonFacts, PostingRow
from lms.organisation.scope import person_within, within
from lms.platform.access import Actor, Permission
from lms.platform.columns import FOREVER
from lms.platform.db import db

CHANGE = Permission.ORGANISATION_POSTING_CHANGE


@dataclass(frozen=True)
class Stretch:
    """A piece of a person's time: a posting, or days without a primary one."""

    from_on: date
    to_on: date
    posting: PostingRow | None
    is_now: bool
    is_home: bool = False
    """A second posting only while its person is seconded: before or after, the same one counts."""

    @property
    def last_on(self) -> date | None:
        """The last day of it; None while it is open."""
        return None if self.to_on >= FOREVER else self.to_on - timedelta(days=1)


def timeline(postings: Iterable[PostingRow], today: date) -> list[Stretch]:
    """Postings and the gaps between primary ones, newest first, the one that counts before those beside it."""
    rows = list(postings)
    first_days: dict[tuple[int, str, str], date] = {}
    for row in sorted(rows, key=lambda row: row.from_on):
        first_days.setdefault(_job(row), row.from_on)
    found = [
        Stretch(row.from_on, row.to_on, row, row.from_on <= today < row.to_on, is_home=_is_home(row, rows, first_days))
        for row in rows
    ]
    primary = sorted((one for one in found if one.posting and one.posting.is_primary), key=lambda one: one.from_on)
    for one, following in zip(primary, [*primary[1:], None], strict=True):
        begins, ends = one.to_on, following.from_on if following else FOREVER
        if begins < ends:
            found.append(Stretch(begins, ends, None, begins <= today < ends))
    return sorted(
        found, key=lambda one: (one.from_on, one.posting is None or one.posting.is_primary, one.to_on), reverse=True
    )


def _is_home(row: PostingRow, rows: list[PostingRow], first_days: dict[tuple[int, str, str], date]) -> bool:
    """Whether this second posting counts before or after, and is older than the one that counts meanwhile."""
    if row.is_primary:
        return False
    same = [other for other in rows if other.is_primary and _job(other) == _job(row)]
    touches = any(other.to_on == row.from_on or other.from_on == row.to_on for other in same)
    meanwhile = [o for o in rows if o.is_primary and o.from_on < row.to_on and o.to_on > row.from_on]
    return touches and all(first_days[_job(row)] < first_days[_job(other)] for other in meanwhile)


def _job(row: PostingRow) -> tuple[int, str, str]:
    return row.unit_id, row.department, row.title


def _second_within(actor: Actor, permission: Permission, today: date) -> ColumnElement[bool]:
    """Whether the person holds, today or later, a second posting in one of the actor's units."""
    return exists(
        select(Posting.id).where(
            Posting.person_id == Person.id,
            Posting.is_primary.is_(False),
            Posting.superseded_at.is_(None),
            Posting.to_on > today,
            within(actor, permission, Posting.unit_id),
        )
    )


def person_seen(actor: Actor, permission: Permission, person_id: int, today: date) -> tuple[PersonFacts, bool]:
    """The person and whether he is the actor's own; else 404.

    Own are people who work or last worked in the actor's units; who holds a second posting there may be seen.
    """
    own = person_within(actor, permission, today)
    row = db.session.execute(
        select(*_FACTS, own.label("own")).where(
            Person.id == person_id, or_(own, _second_within(actor, permission, today))
        )
    ).one_or_none()
    if row is None:
        abort(404)
    values: tuple[Any, ...] = row[:-1]
    return PersonFacts(*values), bool(row.own)


def may_see_person(actor: Actor, permission: Permission, person_id: int, today: date) -> bool:
    """Whether `person_seen` would show the person."""
    seen = or_(person_within(actor, permission, today), _second_within(actor, permission, today))
    return db.session.scalar(select(Person.id).where(Person.id == person_id, seen)) is not None


def facts_of_person(person_id: int) -> PersonFacts:
    """A person's own fields, once a page has found that the visitor may act on him."""
    values: tuple[Any, ...] = tuple(db.session.execute(select(*_FACTS).where(Person.id == person_id)).one())
    return PersonFacts(*values)


@dataclass(frozen=True)
class SecondRow:
    """A second posting, with the unit for which its person counts today."""

    posting_id: int
    person_id: int
    name: str
    personal_id: str
    unit: str
    department: str
    title: str
    from_on: date
    to_on: date
    source: str
    counts_at: str

    @property
    def last_on(self) -> date | None:
        """The last day of it; None while it is open."""
        return None if self.to_on >= FOREVER else self.to_on - timedelta(days=1)


def _seconds(actor: Actor, today: date, columns: Sequence[Any]) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Posting)
        .join(Person, Person.id == Posting.person_id)
        .where(
            Posting.is_primary.is_(False),
            Posting.superseded_at.is_(None),
            Posting.to_on > today,
            within(actor, CHANGE, Posting.unit_id),
        )
    )


def second_postings_counted(actor: Actor, today: date) -> int:
    """How many second postings the actor's units hold, today or later."""
    return db.session.scalar(_seconds(actor, today, [func.count(Posting.id)])) or 0


def second_postings_within(actor: Actor, today: date, *, offset: int, limit: int) -> list[SecondRow]:
    """The second postings of the actor's units that hold today or later, by given name."""
    first, here, there = aliased(Posting), aliased(UnitName), aliased(UnitName)
    columns = (
        Posting.id,
        Person.id,
        Person.full_name,
        Person.personal_id,
        func.coalesce(here.name, ""),
        Posting.department,
        Posting.title,
        Posting.from_on,
        Posting.to_on,
        Posting.source,
        func.coalesce(there.name, ""),
    )
    rows = db.session.execute(
        _seconds(actor, today, columns)
        .outerjoin(
            here, and_(here.unit_id == Posting.unit_id, here.from_on <= Posting.from_on, here.to_on > Posting.from_on)
        )
        .outerjoin(first, and_(first.person_id == Person.id, *_primary(first, today)))
        .outerjoin(there, and_(there.unit_id == first.unit_id, there.from_on <= today, there.to_on > today))
        .order_by(Person.sort_name, Person.id, Posting.from_on, Posting.id)
        .offset(offset)
        .limit(limit)
    )
    return [SecondRow(*row) for row in rows]


def _primary(posting: Any, day: date) -> tuple[ColumnElement[bool], ...]:
    return (posting.is_primary.is_(True), posting.superseded_at.is_(None), posting.from_on <= day, posting.to_on > day)
