"""The list of people: whom it shows, filtered and searched, a page at a time or all of them one after another.

A search has three ways, chosen by how many people each would have to look at: in a few units, by units; in a whole
city, by the words of names when few people have them, and else by the order of names, since a page is then full soon.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    func,
    intersect,
    literal,
    literal_column,
    not_,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import aliased

from lms.organisation.models import Absence, Person, PersonWord, Position, Posting, UnitClosure, UnitName
from lms.organisation.queries.units import primary_on
from lms.organisation.scope import person_within, within
from lms.platform import vietnamese
from lms.platform.access import Actor, Permission
from lms.platform.columns import FOREVER
from lms.platform.db import db, instr

PAGE = 50
MANY_UNITS = 200
"""From so many units on it is not worth while to go through the people of each."""
COMMON = 20_000
"""When every word is one that more names than this have, many people have all of them."""
FEW = 3_000
"""So many people are sorted sooner than a page of them is come across in the order of names."""
COUNTED = 1_000
"""People found by a search are counted up to here."""


class Presence(StrEnum):
    """Whether somebody works on the day of the list."""

    POSTED = ""
    PRESENT = "co_mat"
    AWAY = "tam_vang"
    LEFT = "da_roi"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Whom a list of people shows: on a day, of a unit with everything under it, and so on; empty is no condition."""

    day: date
    unit_id: int | None = None
    category: str = ""
    position: str = ""
    presence: Presence = Presence.POSTED
    words: str = ""


@dataclass(frozen=True)
class ListedPerson:
    """A person as the list shows them."""

    id: int
    full_name: str
    personal_id: str
    title: str
    department: str
    category: str
    unit_id: int
    unit: str
    from_on: date
    to_on: date
    is_open: bool = True
    """Whether the reader may open the person's page: people who moved out of the reader's units are history."""

    @property
    def masked_id(self) -> str:
        """The personal number as lists show it."""
        return vietnamese.masked_id(self.personal_id)

    @property
    def last_on(self) -> date | None:
        """The last day of the posting; None while it is open."""
        return None if self.to_on >= FOREVER else self.to_on - timedelta(days=1)


@dataclass(frozen=True)
class Counts:
    """How many people match, by staff category."""

    by_category: dict[str, int]
    is_more: bool = False
    """Whether there are more than were counted."""

    def of(self, category: str) -> int:
        """People of a category; of all for ""."""
        return self.by_category.get(category, 0) if category else sum(self.by_category.values())


@dataclass(frozen=True)
class Slice:
    """A page of the list, and whether there is one before and behind it."""

    people: list[ListedPerson]
    has_before: bool
    has_after: bool


def _beginning(part: str) -> ColumnElement[bool]:
    """A word of a name begins with this."""
    return and_(PersonWord.word >= part, PersonWord.word < part + "\U0010ffff")


def _written(parts: Sequence[str]) -> list[ColumnElement[bool]]:
    """Every part begins some word of the name; marks, case and order do not matter."""
    spaced = literal_column("' '").op("||")(Person.search_key)
    return [instr(spaced, f" {part}") > 0 for part in parts]


def matching(words: str) -> list[ColumnElement[bool]]:
    """Every word begins some word of the person's name; marks, case and order do not matter."""
    return _written(_parts(words))


def _parts(words: str) -> list[str]:
    return list(dict.fromkeys(vietnamese.fold(words).split()))[:8]


def _few_named(parts: Sequence[str]) -> Select[Any] | None:
    """The people whose names have all the parts, by the words of names; None when they are many."""
    ways = [select(PersonWord.person_id).where(_beginning(part)) for part in parts]
    sizes = db.session.execute(select(*(_size(way, COMMON) for way in ways))).one()
    if min(sizes) > COMMON:
        return None
    found: Any = ways[0].distinct() if len(ways) == 1 else intersect(*ways)
    if len(ways) == 1 and sizes[0] <= FEW:
        return select(found.subquery().c.person_id)
    if (db.session.scalar(select(_size(found, FEW))) or 0) > FEW:
        return None
    return select(found.subquery().c.person_id)


def _size(rows: Any, most: int) -> Any:
    """How many rows there are, counted up to one more than `most`."""
    return select(func.count()).select_from(rows.limit(most + 1).subquery()).scalar_subquery()


def _are_many(actor: Actor, permission: Permission, wanted: Wanted) -> bool:
    """Whether the list may draw on very many units."""
    above = [wanted.unit_id] if wanted.unit_id is not None else sorted(actor.roots(permission))
    some = select(UnitClosure.id).where(UnitClosure.ancestor_id.in_(above)).limit(MANY_UNITS + 1).subquery()
    return (db.session.scalar(select(func.count()).select_from(some)) or 0) > MANY_UNITS


@dataclass(frozen=True)
class Listing:
    """A list of people: who asks, the conditions, and how the database is to come by it."""

    actor: Actor
    permission: Permission
    wanted: Wanted
    where: tuple[ColumnElement[bool], ...]
    is_searched: bool


def listing_of(actor: Actor, permission: Permission, wanted: Wanted) -> Listing:
    """Prepare a list of the people within the actor's units."""
    parts = _parts(wanted.words)
    day = wanted.day
    unit: Any = Posting.unit_id
    names: list[ColumnElement[bool]] = _written(parts)
    if _are_many(actor, permission, wanted):
        # Said so that no index of units serves it: going through all of them is what takes long.
        unit = Posting.unit_id + 0
        if parts and (few := _few_named(parts)) is not None:
            # Read first and by itself: PostgreSQL would rather read every name than believe how few these are.
            found = few.cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
            names = [Person.id.in_(select(found.c.person_id))]
    where = [*_present(wanted), within(actor, permission, unit), *names]
    if wanted.unit_id is not None:
        under = select(UnitClosure.unit_id).where(
            UnitClosure.ancestor_id == wanted.unit_id,
            *((UnitClosure.from_on <= day, UnitClosure.to_on > day) if wanted.presence is not Presence.LEFT else ()),
        )
        where.append(unit.in_(under))
    if wanted.position:
        where.append(Posting.position == wanted.position)
    return Listing(actor, permission, wanted, tuple(where), bool(parts))


def _present(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Which posting of a person stands in the list."""
    day = wanted.day
    if wanted.presence is Presence.LEFT:
        later = aliased(Posting)
        return [
            Posting.is_primary.is_(True),
            Posting.superseded_at.is_(None),
            Posting.to_on <= day,
            ~exists().where(
                later.person_id == Posting.person_id,
                later.is_primary,
                later.superseded_at.is_(None),
                later.from_on > Posting.from_on,
                later.from_on <= day,
            ),
        ]
    found = list(primary_on(day))
    away = exists().where(
        Absence.person_id == Posting.person_id,
        Absence.superseded_at.is_(None),
        Absence.from_on <= day,
        Absence.to_on > day,
    )
    if wanted.presence is not Presence.POSTED:
        found.append(away if wanted.presence is Presence.AWAY else not_(away))
    return found


def _named_on(day: date) -> ColumnElement[bool]:
    """The name that a posting's unit bears on the day, or bore when the posting ended."""
    stands = and_(Posting.to_on > day, UnitName.from_on <= day, UnitName.to_on > day)
    ended = and_(Posting.to_on <= day, UnitName.from_on < Posting.to_on, UnitName.to_on >= Posting.to_on)
    return and_(UnitName.unit_id == Posting.unit_id, or_(stands, ended))


def _listed(plan: Listing, columns: Sequence[Any]) -> Select[Any]:
    wanted = plan.wanted
    found = (
        select(*columns)
        .select_from(Person)
        .join(Posting, Posting.person_id == Person.id)
        .join(UnitName, _named_on(wanted.day))
        .where(*plan.where)
    )
    return found.where(Posting.category == wanted.category) if wanted.category else found


_COLUMNS = (
    Person.id,
    Person.full_name,
    Person.personal_id,
    Posting.title,
    Posting.department,
    Posting.category,
    Posting.unit_id,
    UnitName.name.label("unit"),
    Posting.from_on,
    Posting.to_on,
)


def _opened(plan: Listing, people: list[ListedPerson], today: date) -> list[ListedPerson]:
    """The same people; of a list of another day, those who have gone elsewhere since are closed."""
    if plan.wanted.day == today or not people:
        return people
    ids = [person.id for person in people]
    near = select(Person.id).where(Person.id.in_(ids), person_within(plan.actor, plan.permission, today))
    opened = set(db.session.scalars(near))
    return [replace(person, is_open=person.id in opened) for person in people]


def categories_on(plan: Listing) -> Counts:
    """People who match the filters but that of the category, by category; found by a search, up to COUNTED."""
    rows = select(Posting.category).select_from(Posting).where(*plan.where)
    if plan.is_searched:
        rows = rows.join(Person, Person.id == Posting.person_id).limit(COUNTED + 1)
    some = rows.subquery()
    found = db.session.execute(select(some.c.category, func.count()).group_by(some.c.category))
    by_category = {row[0]: int(row[1]) for row in found}
    return Counts(by_category, plan.is_searched and sum(by_category.values()) > COUNTED)


def people_on(plan: Listing, *, today: date, after: int | None = None, before: int | None = None) -> Slice:
    """A page of the people who match, by given name: the first, or that behind or before a person."""
    key = tuple_(Person.sort_name, Person.id)
    asked = before if before is not None else after
    backwards = before is not None
    rows = _listed(plan, _COLUMNS)
    if asked is not None:
        at = db.session.execute(select(Person.sort_name, Person.id).where(Person.id == asked)).one_or_none()
        if at is not None:
            mark = tuple_(literal(at[0]), literal(at[1]))
            rows = rows.where(key < mark if backwards else key > mark)
        else:
            asked, backwards = None, False
    order = (Person.sort_name.desc(), Person.id.desc()) if backwards else (Person.sort_name, Person.id)
    people = [ListedPerson(**row) for row in db.session.execute(rows.order_by(*order).limit(PAGE + 1)).mappings()]
    is_more, people = len(people) > PAGE, _opened(plan, people[:PAGE], today)
    if backwards:
        return Slice(people[::-1], is_more, True)
    return Slice(people, asked is not None, is_more)


def everybody_on(plan: Listing) -> Iterator[ListedPerson]:
    """All people who match, by given name, read as they are needed."""
    rows = _listed(plan, _COLUMNS)
    found = db.session.execute(rows.order_by(Person.sort_name, Person.id), execution_options={"yield_per": 1_000})
    for row in found:
        yield ListedPerson(*row)


def ids_on(plan: Listing) -> list[int]:
    """The ids of all people who match."""
    return list(db.session.scalars(_listed(plan, (Person.id,))))


def position_groups() -> dict[str, str]:
    """Code → label of every position group, by label."""
    rows = [(row.code, row.label) for row in db.session.execute(select(Position.code, Position.label))]
    return dict(sorted(rows, key=lambda row: vietnamese.sort_key(row[1])))
