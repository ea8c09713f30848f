"""Reading people and their postings."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import abort
from sqlalchemy import and_, select

from lms.organisation.models import Absence, Person, PersonCorrection, Posting, Unit, UnitName
from lms.organisation.queries.rosters import slices
from lms.organisation.queries.units import primary_on
from lms.organisation.scope import person_within
from lms.platform.access import Actor, Permission
from lms.platform.columns import FOREVER
from lms.platform.db import db


@dataclass(frozen=True)
class PostingRow:
    """A believed posting with the name its unit bore when it began."""

    id: int
    unit_id: int
    unit: str
    department: str
    title: str
    position: str
    rank_code: str
    category: str
    from_on: date
    to_on: date
    is_primary: bool
    source: str
    recorded_at: datetime

    @property
    def last_on(self) -> date | None:
        """The last day of it; None while it is open."""
        return None if self.to_on >= FOREVER else self.to_on - timedelta(days=1)


@dataclass(frozen=True)
class CorrectionRow:
    """A field of a person that was put right."""

    field: str
    old: str
    new: str
    source: str
    from_on: date | None
    recorded_at: datetime


@dataclass(frozen=True)
class AbsenceRow:
    """A believed absence."""

    id: int
    kind: str
    from_on: date
    to_on: date
    note: str

    @property
    def last_on(self) -> date | None:
        """The last day of it; None while it is open."""
        return None if self.to_on >= FOREVER else self.to_on - timedelta(days=1)


@dataclass(frozen=True)
class PersonFacts:
    """A person's own fields."""

    id: int
    personal_id: str
    staff_code: str
    full_name: str
    birth_date: date | None
    birth_year: int | None
    """The year, where nobody has told the day."""
    sex: str
    email: str
    phone: str
    recorded_at: datetime


_FACTS = (
    Person.id,
    Person.personal_id,
    Person.staff_code,
    Person.full_name,
    Person.birth_date,
    Person.birth_year,
    Person.sex,
    Person.email,
    Person.phone,
    Person.recorded_at,
)


def person_for(actor: Actor, permission: Permission, person_id: int, today: date) -> PersonFacts:
    """The person, if they work or last worked within the actor's units; else 404."""
    wanted = select(*_FACTS).where(Person.id == person_id, person_within(actor, permission, today))
    row = db.session.execute(wanted).one_or_none()
    if row is None:
        abort(404)
    values: tuple[Any, ...] = tuple(row)
    return PersonFacts(*values)


def person_of(personal_id: str) -> Person | None:
    """The person with this personal number."""
    return db.session.scalar(select(Person).where(Person.personal_id == personal_id))


def postings_of(person_id: int) -> list[PostingRow]:
    """A person's believed postings, newest first."""
    rows = db.session.execute(
        select(
            Posting.id,
            Posting.unit_id,
            UnitName.name.label("unit"),
            Posting.department,
            Posting.title,
            Posting.position,
            Posting.rank_code,
            Posting.category,
            Posting.from_on,
            Posting.to_on,
            Posting.is_primary,
            Posting.source,
            Posting.recorded_at,
        )
        .join(Unit, Unit.id == Posting.unit_id)
        .join(UnitName, UnitName.unit_id == Posting.unit_id)
        .where(
            Posting.person_id == person_id,
            Posting.superseded_at.is_(None),
            UnitName.from_on <= Posting.from_on,
            UnitName.to_on > Posting.from_on,
        )
        .order_by(Posting.from_on.desc(), Posting.is_primary.desc(), Posting.id.desc())
    )
    return [PostingRow(**row) for row in rows.mappings()]


def primary_posting_on(person_id: int, day: date) -> Posting | None:
    """The believed primary posting of a person on a day."""
    return db.session.scalar(
        select(Posting).where(Posting.person_id == person_id, *primary_on(day)).order_by(Posting.id.desc()).limit(1)
    )


def primary_postings_on(person_ids: Iterable[int], day: date) -> list[Posting]:
    """The believed primary postings of these people on a day."""
    return [
        posting
        for some in slices(person_ids)
        for posting in db.session.scalars(
            select(Posting).where(Posting.person_id.in_(some), *primary_on(day)).order_by(Posting.id)
        )
    ]


def primary_units_on(person_ids: Iterable[int], day: date) -> dict[int, int]:
    """Person → unit of the primary posting on a day, for those who hold one."""
    return {
        row[0]: row[1]
        for some in slices(person_ids)
        for row in db.session.execute(
            select(Posting.person_id, Posting.unit_id).where(Posting.person_id.in_(some), *primary_on(day))
        )
    }


def primary_posting_between(person_id: int, from_on: date, to_on: date) -> Posting | None:
    """A believed primary posting of a person that overlaps the days from..to."""
    return db.session.scalar(
        select(Posting)
        .where(
            Posting.person_id == person_id,
            Posting.is_primary,
            Posting.superseded_at.is_(None),
            Posting.from_on < to_on,
            Posting.to_on > from_on,
        )
        .limit(1)
    )


def corrections_of(person_id: int) -> list[CorrectionRow]:
    """What was put right of a person's own fields, newest first."""
    rows = db.session.execute(
        select(
            PersonCorrection.field,
            PersonCorrection.old,
            PersonCorrection.new,
            PersonCorrection.source,
            PersonCorrection.from_on,
            PersonCorrection.recorded_at,
        )
        .where(PersonCorrection.person_id == person_id)
        .order_by(PersonCorrection.id.desc())
    )
    return [CorrectionRow(*row) for row in rows]


def absences_of(person_id: int) -> list[AbsenceRow]:
    """A person's believed absences, newest first."""
    rows = db.session.execute(
        select(Absence.id, Absence.kind, Absence.from_on, Absence.to_on, Absence.note)
        .where(Absence.person_id == person_id, Absence.superseded_at.is_(None))
        .order_by(Absence.from_on.desc(), Absence.id.desc())
    )
    return [AbsenceRow(*row) for row in rows]


def units_of_people(person_ids: Iterable[int], day: date) -> dict[int, str]:
    """Person → what the unit of the primary posting is called on the day, for those who hold one."""
    rows = db.session.execute(
        select(Posting.person_id, UnitName.name)
        .join(UnitName, and_(UnitName.unit_id == Posting.unit_id, UnitName.from_on <= day, UnitName.to_on > day))
        .where(Posting.person_id.in_(set(person_ids)), *primary_on(day))
    )
    return {row[0]: row[1] for row in rows}
