"""Reading what a move of one person needs: postings, units that are meant, who may change them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, literal_column, select

from lms.organisation.models import Person, Posting, Unit, UnitName
from lms.organisation.rules import Interval
from lms.organisation.scope import within
from lms.platform import vietnamese
from lms.platform.access import Actor, Permission
from lms.platform.db import db

CHANGE = Permission.ORGANISATION_POSTING_CHANGE


def last_posting_of(person_id: int) -> Posting | None:
    """The believed primary posting that began last."""
    return db.session.scalar(
        select(Posting)
        .where(Posting.person_id == person_id, Posting.is_primary, Posting.superseded_at.is_(None))
        .order_by(Posting.from_on.desc(), Posting.id.desc())
        .limit(1)
    )


def believed_postings(person_id: int) -> list[Posting]:
    """Every believed posting of a person, in order of time."""
    return list(
        db.session.scalars(
            select(Posting)
            .where(Posting.person_id == person_id, Posting.superseded_at.is_(None))
            .order_by(Posting.from_on, Posting.id)
        )
    )


def second_postings_on(person_id: int, day: date) -> list[Posting]:
    """The believed second postings of a person on a day."""
    return list(
        db.session.scalars(
            select(Posting)
            .where(
                Posting.person_id == person_id,
                Posting.is_primary.is_(False),
                Posting.superseded_at.is_(None),
                Posting.from_on <= day,
                Posting.to_on > day,
            )
            .order_by(Posting.id)
        )
    )


def second_posting_in(
    person_id: int, unit_id: int, day: date, *, department: str = "", title: str = ""
) -> Posting | None:
    """The believed second posting of a person in a unit on a day; of several, best the one of that department."""
    found = [row for row in second_postings_on(person_id, day) if row.unit_id == unit_id]
    return min(found, key=lambda row: (row.department != department, row.title != title, row.id), default=None)


def works_in_between(
    person_id: int, unit_id: int, from_on: date, to_on: date, *, department: str | None = None
) -> bool:
    """Whether the person holds some posting in the unit (in a department of it) within the days from..to."""
    held = select(Posting.id).where(
        Posting.person_id == person_id,
        Posting.unit_id == unit_id,
        Posting.superseded_at.is_(None),
        Posting.from_on < to_on,
        Posting.to_on > from_on,
    )
    if department is not None:
        held = held.where(Posting.department == department)
    return db.session.scalar(held.limit(1)) is not None


def primary_intervals(person_id: int) -> list[Interval]:
    """The days taken by believed primary postings, in order."""
    rows = db.session.execute(
        select(Posting.from_on, Posting.to_on)
        .where(Posting.person_id == person_id, Posting.is_primary, Posting.superseded_at.is_(None))
        .order_by(Posting.from_on)
    )
    return [(row[0], row[1]) for row in rows]


def life_of(unit_id: int) -> Interval:
    """From when to when a unit stands."""
    row = db.session.execute(select(Unit.valid_from, Unit.valid_to).where(Unit.id == unit_id)).one()
    return row[0], row[1]


def stands_on(unit_id: int, day: date) -> bool:
    """Whether the unit stands on the day."""
    begins, ends = life_of(unit_id)
    return begins <= day < ends


def person_with(person_id: int) -> Person:
    """The person, once a page has found that the visitor may change him."""
    return db.session.get_one(Person, person_id)


def posting_for(actor: Actor, posting_id: int) -> Posting:
    """A believed posting in one of the actor's units; else 404."""
    found: Posting = db.one_or_404(
        select(Posting).where(
            Posting.id == posting_id, Posting.superseded_at.is_(None), within(actor, CHANGE, Posting.unit_id)
        )
    )
    return found


def second_posting(posting_id: int) -> Posting:
    """A believed second posting, wherever it is; else 404."""
    found: Posting = db.one_or_404(
        select(Posting).where(Posting.id == posting_id, Posting.superseded_at.is_(None), Posting.is_primary.is_(False))
    )
    return found


def units_to_change(actor: Actor, unit_ids: Iterable[int]) -> set[int]:
    """Those of the units in which the actor may change postings."""
    wanted = sorted(set(unit_ids))
    return set(db.session.scalars(select(Unit.id).where(Unit.id.in_(wanted), within(actor, CHANGE, Unit.id))))


@dataclass(frozen=True)
class UnitMeant:
    """A unit that somebody may have meant."""

    id: int
    name: str
    code: str


def units_said(text: str, day: date, most: int = 8) -> tuple[list[UnitMeant], bool]:
    """Units that stand on the day and fit what was typed, and whether it names them wholly.

    Wholly: a code, a name with or without marks, or a name with the code in brackets. Else every word begins some word
    of the name.
    """
    said = vietnamese.nfc(text)
    code = said[said.rfind("(") + 1 : -1].strip() if said.endswith(")") else said
    standing = (
        select(Unit.id, UnitName.name, Unit.code)
        .join(UnitName, and_(UnitName.unit_id == Unit.id, UnitName.from_on <= day, UnitName.to_on > day))
        .where(Unit.valid_from <= day, Unit.valid_to > day)
        .order_by(UnitName.sort_name, Unit.id)
        .limit(most)
    )
    by_code = db.session.execute(standing.where(Unit.code == code)).all() if code else []
    whole = by_code or db.session.execute(standing.where(UnitName.search_key == vietnamese.fold(said))).all()
    if whole:
        return [UnitMeant(*row) for row in whole], True
    words = vietnamese.fold(said).split()[:8]
    begins = [
        (literal_column("' '").op("||")(UnitName.search_key)).contains(f" {word}", autoescape=True) for word in words
    ]
    return [UnitMeant(*row) for row in db.session.execute(standing.where(*begins))] if words else [], False


def unit_hints(day: date, kinds: Iterable[str], limit: int = 500) -> list[str]:
    """Names with codes of units that stand on the day, to be offered while typing."""
    rows = db.session.execute(
        select(UnitName.name, Unit.code)
        .join(Unit, Unit.id == UnitName.unit_id)
        .where(
            Unit.valid_from <= day,
            Unit.valid_to > day,
            UnitName.from_on <= day,
            UnitName.to_on > day,
            UnitName.kind.in_(sorted(kinds)),
        )
        .order_by(UnitName.sort_name)
        .limit(limit)
    )
    return [f"{row[0]} ({row[1]})" for row in rows]
