"""Reading what the first pages show of a person."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, bindparam, select

from lms.organisation.models import Person, Posting, StaffCategory, UnitName
from lms.platform.db import db

_POST = (
    select(Posting.category, UnitName.short_name)
    .outerjoin(
        UnitName,
        and_(
            UnitName.unit_id == Posting.unit_id,
            UnitName.from_on <= bindparam("day"),
            UnitName.to_on > bindparam("day"),
        ),
    )
    .where(
        Posting.person_id == bindparam("person_id"),
        Posting.is_primary,
        Posting.superseded_at.is_(None),
        Posting.from_on <= bindparam("day"),
        Posting.to_on > bindparam("day"),
    )
    .limit(1)
)


@dataclass(frozen=True)
class Post:
    """Where a person works today."""

    category: str = ""
    unit: str = ""

    @property
    def counts_hours(self) -> bool:
        """Whether the yearly hours concern this person: everybody but the community's helpers."""
        return self.category not in ("", StaffCategory.COMMUNITY)


def post_on(person_id: int, day: date) -> Post:
    """The primary posting believed for a day."""
    row = db.session.execute(_POST, {"person_id": person_id, "day": day}).first()
    return Post(row.category, row.short_name or "") if row else Post()


@dataclass(frozen=True)
class Me:
    """A person's own fields."""

    full_name: str
    personal_id: str
    staff_code: str
    birth_date: date | None
    birth_year: int | None
    email: str
    phone: str


def me(person_id: int) -> Me:
    """One's own fields; who shows them masks the number."""
    row = db.session.execute(
        select(
            Person.full_name,
            Person.personal_id,
            Person.staff_code,
            Person.birth_date,
            Person.birth_year,
            Person.email,
            Person.phone,
        ).where(Person.id == person_id)
    ).one()
    return Me(*row)
