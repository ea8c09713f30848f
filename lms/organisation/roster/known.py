"""People as the system believes them to be on the day of a roster."""

from dataclasses import dataclass
from datetime import date

from lms.organisation.rules import Interval


@dataclass(frozen=True, slots=True)
class KnownPosting:
    """The believed primary posting of a person on the day."""

    id: int
    unit_id: int
    unit: str
    department: str
    title: str
    rank_code: str
    category: str
    position: str
    from_on: date
    to_on: date


@dataclass(frozen=True, slots=True)
class Known:
    """A person as the system believes them to be on the day."""

    person_id: int
    personal_id: str
    staff_code: str
    full_name: str
    birth_date: date | None
    sex: str
    email: str
    phone: str
    posting: KnownPosting | None = None
    taken: tuple[Interval, ...] = ()
    """Every believed primary posting of the person, the one of the day included."""
    birth_year: int | None = None
    """The year, where nobody has told the day."""
    also_here: bool = False
    """Whether the unit is a second, not the primary, posting of the person."""
