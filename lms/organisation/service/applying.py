"""Making the difference of a roster true, in as many statements for 10 people as for 10,000."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from lms.organisation import queries, rules
from lms.organisation.events import RosterApplied
from lms.organisation.models import Person, PersonCorrection, Posting, RosterImport, Unit
from lms.organisation.queries.rosters import slices
from lms.organisation.roster.difference import Correction, Difference, Joined, Moved
from lms.organisation.roster.known import Known, KnownPosting
from lms.organisation.roster.records import Record
from lms.organisation.service.former import refresh_former_units
from lms.platform import vietnamese
from lms.platform.columns import FOREVER
from lms.platform.db import db, is_postgresql
from lms.platform.events import By, emit

_COLUMN = {"staff_category": "category"}
"""Field of a roster → column of a posting, where they differ."""


MANY = 1_000
"""Postings written at once from which on the database is told to look at its tables anew."""


def carry_out_difference(arrived: RosterImport, unit: Unit, difference: Difference, *, by: By, now: datetime) -> None:
    """Make what a roster tells true."""
    on = arrived.on_day
    source = f"{arrived.file_name}, {vietnamese.short_day(on)}"[:200]
    ids = _register([item.record for item in difference.joined if item.known is None], now)
    fixed = _by_person(item for item in difference.corrected if item.of_posting)
    rows = [_joined(item, ids, unit, on) for item in difference.joined]
    ended: list[int] = []
    for move in difference.moved:
        ended.append(_posting(move.known).id)
        rows += [*_shortened(move.known, on), _moved(move, unit, on)]
    for person in difference.left:
        ended.append(_posting(person).id)
        rows += _shortened(person, on)
    for fixes in fixed.values():
        ended.append(_posting(fixes[0].known).id)
        rows.append(_replaced(fixes, difference.positions[fixes[0].record.personal_id]))
    for some in slices(ended):
        db.session.execute(sa.update(Posting).where(Posting.id.in_(some)).values(superseded_at=now))
    if rows:
        db.session.execute(
            sa.insert(Posting.__table__),
            [{**row, "is_primary": True, "source": source, "recorded_at": now} for row in rows],
        )
    _fix_people([item for item in difference.corrected if not item.of_posting], source, now)
    arrived.applied_at = now
    db.session.flush()
    if len(rows) >= MANY and is_postgresql():
        # A database that has not looked at so many new rows yet would seek each of them by itself the next time.
        db.session.connection().exec_driver_sql("ANALYZE person, posting")
    touched = sorted({row["person_id"] for row in rows} | {person.person_id for person in difference.left})
    refresh_former_units(touched)
    event = RosterApplied(
        unit_id=unit.id,
        import_id=arrived.id,
        file_name=arrived.file_name,
        unit=queries.name_on(unit.id, on),
        on=on,
        joined=len(difference.joined),
        left=len(difference.left),
        moved=len(difference.moved),
        corrected=len(difference.corrected_people),
        person_ids=tuple(touched),
    )
    emit(event, by=by)


def _register(newcomers: list[Record], now: datetime) -> dict[str, int]:
    """Write down people nobody knew; personal number → id."""
    if not newcomers:
        return {}
    table = Person.__table__
    made = db.session.execute(
        sa.insert(table).returning(table.c.personal_id, table.c.id),
        [
            {
                "personal_id": record.personal_id,
                "staff_code": record.staff_code,
                "full_name": record.full_name,
                "sort_name": vietnamese.name_sort_key(record.full_name),
                "search_key": vietnamese.fold(record.full_name),
                "birth_date": record.birth_date,
                "birth_year": None if record.birth_date else record.birth_year,
                "sex": record.sex,
                "email": record.email,
                "phone": record.phone,
                "recorded_at": now,
            }
            for record in newcomers
        ],
    )
    return {row[0]: row[1] for row in made}


def _by_person(fixes: Iterable[Correction]) -> dict[str, list[Correction]]:
    found: dict[str, list[Correction]] = {}
    for fix in fixes:
        found.setdefault(fix.known.personal_id, []).append(fix)
    return found


def _posting(person: Known) -> KnownPosting:
    if person.posting is None:
        raise ValueError(f"person {person.person_id} has no posting on the day")
    return person.posting


def _told(record: Record, position: str) -> dict[str, Any]:
    return {
        "department": record.department,
        "title": record.title,
        "rank_code": record.rank_code,
        "category": record.category,
        "position": position,
    }


def _joined(item: Joined, ids: dict[str, int], unit: Unit, on: date) -> dict[str, Any]:
    """A newcomer's posting: from the day the file tells, within the unit's life, where no other primary one stands."""
    wanted = (max(min(item.record.since or on, on), unit.valid_from), min(unit.valid_to, FOREVER))
    free = rules.free_time(wanted, on, item.known.taken if item.known else ())
    if free is None:
        raise ValueError(f"{on} is taken: the person should have been a move")
    return {
        "person_id": item.known.person_id if item.known else ids[item.record.personal_id],
        "unit_id": unit.id,
        "from_on": free[0],
        "to_on": free[1],
        **_told(item.record, item.position),
    }


def _moved(item: Moved, unit: Unit, on: date) -> dict[str, Any]:
    free = rules.free_time((on, unit.valid_to), on, [i for i in item.known.taken if not i[0] <= on < i[1]])
    if free is None:
        raise ValueError(f"the unit does not stand on {on}")
    return {
        "person_id": item.known.person_id,
        "unit_id": unit.id,
        "from_on": free[0],
        "to_on": free[1],
        **_told(item.record, item.position),
    }


def _kept(person: Known) -> dict[str, Any]:
    """A posting as it stood, ready to be written again."""
    values = {name: value for name, value in asdict(_posting(person)).items() if name not in ("id", "unit")}
    return {"person_id": person.person_id, **values}


def _shortened(person: Known, on: date) -> list[dict[str, Any]]:
    """The same posting up to the day; nothing when it began on that very day."""
    return [{**_kept(person), "to_on": on}] if _posting(person).from_on < on else []


def _replaced(fixes: list[Correction], position: str) -> dict[str, Any]:
    """The same posting over the same days with what the file puts right."""
    changes = {_COLUMN.get(fix.field, fix.field): fix.new for fix in fixes}
    return {**_kept(fixes[0].known), **changes, "position": position}


def _fix_people(fixes: list[Correction], source: str, now: datetime) -> None:
    """Put fields of people right and keep what stood before."""
    if not fixes:
        return
    table = Person.__table__
    for name in sorted({fix.field for fix in fixes}):
        some = [fix for fix in fixes if fix.field == name]
        change = sa.update(table).where(table.c.id == sa.bindparam("key"))
        if name == "full_name":
            values = [
                {
                    "key": fix.known.person_id,
                    "full_name": fix.new,
                    "sort_name": vietnamese.name_sort_key(fix.new),
                    "search_key": vietnamese.fold(fix.new),
                }
                for fix in some
            ]
        else:
            values = [{"key": fix.known.person_id, **_as_kept(name, fix.new)} for fix in some]
        db.session.execute(change, values)
    db.session.execute(
        sa.insert(PersonCorrection.__table__),
        [
            {
                "person_id": fix.known.person_id,
                "field": fix.field,
                "old": fix.old[:200],
                "new": fix.new[:200],
                "source": source,
                "recorded_at": now,
            }
            for fix in fixes
        ],
    )


def _as_kept(name: str, value: str) -> dict[str, Any]:
    """A field of a person as the database keeps it; a day of birth takes the place of a year that stood alone."""
    if name == "birth_date":
        return {"birth_date": date.fromisoformat(value) if value else None, "birth_year": None}
    return {name: int(value) if name == "birth_year" else value}
