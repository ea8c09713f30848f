"""Reading what a roster is compared with, and the rosters that came in."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, select

from lms.organisation.models import Person, PersonCorrection, Posting, RosterImport, UnitName
from lms.organisation.queries.units import _name_nearest, primary_on
from lms.organisation.roster.known import Known, KnownPosting
from lms.organisation.roster.matching import Questions
from lms.organisation.rules import Interval
from lms.organisation.scope import within
from lms.platform import vietnamese
from lms.platform.access import Actor, Permission
from lms.platform.db import db

SLICE = 5_000
"""How many values one IN (…) may carry: SQLite takes 32,766 parameters, PostgreSQL 65,535."""

_PERSON = (
    Person.id,
    Person.personal_id,
    Person.staff_code,
    Person.full_name,
    Person.birth_date,
    Person.birth_year,
    Person.sex,
    Person.email,
    Person.phone,
)
_POSTING = (
    Posting.id,
    Posting.unit_id,
    UnitName.name,
    Posting.department,
    Posting.title,
    Posting.rank_code,
    Posting.category,
    Posting.position,
    Posting.from_on,
    Posting.to_on,
)


def slices(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Sorted distinct values, so many at a time as one statement carries."""
    wanted = sorted(set(values))
    for start in range(0, len(wanted), SLICE):
        yield wanted[start : start + SLICE]


def _known(day: date) -> Any:
    return (
        select(*_PERSON, *_POSTING)
        .select_from(Person)
        .outerjoin(Posting, and_(Posting.person_id == Person.id, *primary_on(day)))
        .outerjoin(
            UnitName, and_(UnitName.unit_id == Posting.unit_id, UnitName.id == _name_nearest(day, Posting.unit_id))
        )
    )


class _Once:
    """What many people share is kept once: an office of 150,000 fits into memory."""

    def __init__(self) -> None:
        self._kept: dict[Any, Any] = {}

    def posting(self, row: Sequence[Any]) -> KnownPosting:
        keep = self._kept.setdefault
        values: list[Any] = [value if type(value) is int else keep(value, value) for value in row]
        return KnownPosting(*values)

    def times(self, found: list[Interval]) -> tuple[Interval, ...]:
        keep = self._kept.setdefault
        intervals = tuple(keep(interval, interval) for interval in sorted(found))
        return keep(intervals, intervals)  # type: ignore[no-any-return]


def _from_row(row: Sequence[Any], once: _Once, taken: list[Interval], *, also_here: bool = False) -> Known:
    person_id, personal_id, staff_code, full_name, birth_date, birth_year, sex, email, phone, *posting = row
    return Known(
        person_id=person_id,
        personal_id=personal_id,
        staff_code=staff_code,
        full_name=full_name,
        birth_date=birth_date,
        birth_year=birth_year,
        sex=sex,
        email=email,
        phone=phone,
        posting=once.posting(posting) if posting[0] else None,
        taken=once.times(taken),
        also_here=also_here,
    )


def staff_of(unit_id: int, day: date) -> list[Known]:
    """Everyone whose believed primary posting on that day is in the unit itself."""
    here = select(Posting.person_id).where(Posting.unit_id == unit_id, *primary_on(day))
    times: dict[int, list[Interval]] = {}
    others = select(Posting.person_id, Posting.from_on, Posting.to_on).where(
        Posting.superseded_at.is_(None), Posting.is_primary, Posting.person_id.in_(here)
    )
    for person_id, start, end in db.session.execute(others, execution_options=_PIECES):
        times.setdefault(person_id, []).append((start, end))
    once = _Once()
    rows = db.session.execute(
        _known(day).where(Posting.unit_id == unit_id).order_by(Person.sort_name, Person.id), execution_options=_PIECES
    )
    return [_from_row(row, once, times.get(row[0], [])) for row in rows]


_PIECES = {"yield_per": 5_000}


def people_in_file(personal_ids: Iterable[str], unit_id: int, day: date) -> dict[str, Known]:
    """Those of the personal numbers that are known, each with the posting of the day and the other times taken."""
    found: dict[str, Known] = {}
    for some in slices(personal_ids):
        found.update((known.personal_id, known) for known in _with_times(Person.personal_id.in_(some), unit_id, day))
    return found


def _with_times(which: Any, unit_id: int, day: date) -> Iterator[Known]:
    """People with the posting of the day and the other times taken."""
    rows = db.session.execute(_known(day).where(which)).all()
    if not rows:
        return
    times: dict[int, list[Interval]] = {}
    second: set[int] = set()
    others = select(Posting.person_id, Posting.unit_id, Posting.from_on, Posting.to_on, Posting.is_primary).where(
        Posting.superseded_at.is_(None), Posting.person_id.in_(select(Person.id).where(which))
    )
    for person_id, at, start, end, is_primary in db.session.execute(others):
        if is_primary:
            times.setdefault(person_id, []).append((start, end))
        elif at == unit_id and start <= day < end:
            second.add(person_id)
    once = _Once()
    for row in rows:
        yield _from_row(row, once, times.get(row[0], []), also_here=row[0] in second)


def people_alike(
    asked: Questions, unit_id: int, day: date, staff: Iterable[Known]
) -> tuple[list[Known], dict[str, int]]:
    """Whom rows may mean that no number tells, and the person of each number that somebody bore before.

    People of the unit are taken from `staff`.
    """
    former: dict[str, int] = {}
    for some in slices(asked.numbers):
        bore = (
            select(PersonCorrection.old, PersonCorrection.person_id)
            .where(PersonCorrection.field == "personal_id", PersonCorrection.old.in_(some))
            .order_by(PersonCorrection.id)
        )
        former.update((number, person_id) for number, person_id in db.session.execute(bore))
    ids = {*asked.person_ids, *former.values()}
    for some in slices(name for name, _born in asked.likes):
        named = select(Person.id, Person.search_key, Person.birth_date).where(
            Person.search_key.in_(some), Person.birth_date.is_not(None)
        )
        ids.update(person_id for person_id, name, born in db.session.execute(named) if (name, born) in asked.likes)
    found = [known for known in staff if known.person_id in ids]
    ids.difference_update(known.person_id for known in found)
    found += [known for some in slices(ids) for known in _with_times(Person.id.in_(some), unit_id, day)]
    return sorted(found, key=lambda known: known.person_id), former


def import_for(actor: Actor, permission: Permission, import_id: int) -> RosterImport:
    """A roster that came in for one of the actor's units; else 404."""
    found: RosterImport = db.one_or_404(
        select(RosterImport).where(RosterImport.id == import_id, within(actor, permission, RosterImport.unit_id))
    )
    return found


def import_with(import_id: int) -> RosterImport:
    """A roster that came in; the caller has found that it may be read."""
    return db.session.get_one(RosterImport, import_id)


def import_understood(unit_id: int, headings: str) -> RosterImport | None:
    """The unit's latest roster with these headings of which somebody said how its columns are understood."""
    if not headings:
        return None
    rows = db.session.scalars(
        select(RosterImport)
        .where(RosterImport.unit_id == unit_id, RosterImport.headings == headings)
        .order_by(RosterImport.id.desc())
        .limit(20)
    )
    return next((row for row in rows if any(row.choices.get(name) for name in UNDERSTANDING)), None)


UNDERSTANDING = ("columns", "department", "staff_category")
"""What in the choices of an import holds for the unit's next file too."""


def departments_of(unit_id: int, day: date) -> list[str]:
    """The departments of a unit on that day, as postings name them."""
    rows = db.session.scalars(
        select(Posting.department).where(Posting.unit_id == unit_id, *primary_on(day)).distinct().limit(300)
    )
    return sorted(filter(None, rows), key=vietnamese.sort_key)


def import_of_file(unit_id: int, sha256: str, since: datetime) -> RosterImport | None:
    """The unit's first import of a file of this content that was received since the moment."""
    found: RosterImport | None = db.session.scalar(
        select(RosterImport)
        .where(RosterImport.unit_id == unit_id, RosterImport.sha256 == sha256, RosterImport.received_at >= since)
        .order_by(RosterImport.id)
        .limit(1)
    )
    return found


def imports_within(
    actor: Actor, permission: Permission, limit: int = 10, *, unit_id: int | None = None, offset: int = 0
) -> list[tuple[RosterImport, str]]:
    """The latest rosters of the actor's units, or of one of them, each with the unit's name."""
    rows = db.session.execute(
        _imports(select(RosterImport, UnitName.name), actor, permission, unit_id)
        .join(
            UnitName,
            and_(
                UnitName.unit_id == RosterImport.unit_id,
                UnitName.from_on <= RosterImport.on_day,
                UnitName.to_on > RosterImport.on_day,
            ),
        )
        .order_by(RosterImport.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


def count_imports(actor: Actor, permission: Permission, unit_id: int | None) -> int:
    """How many rosters of the actor's units, or of one of them, came in."""
    return db.session.scalar(_imports(select(func.count(RosterImport.id)), actor, permission, unit_id)) or 0


def _imports(statement: Any, actor: Actor, permission: Permission, unit_id: int | None) -> Any:
    wanted = statement.where(within(actor, permission, RosterImport.unit_id))
    return wanted.where(RosterImport.unit_id == unit_id) if unit_id is not None else wanted
