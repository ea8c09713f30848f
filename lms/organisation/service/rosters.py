"""Comparing a roster with what is believed, and applying it as one set-based change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from lms.organisation import queries, rules
from lms.organisation.events import RosterApplied
from lms.organisation.models import Person, PersonCorrection, Posting, RosterImport, Unit
from lms.organisation.queries.rosters import slices
from lms.organisation.roster import reading
from lms.organisation.roster.choosing import choices_of, mapping_of, signature_of, understanding_of
from lms.organisation.roster.difference import Correction, Difference, Joined, Known, KnownPosting, Moved, compare
from lms.organisation.roster.records import Choices, Record, Roster
from lms.organisation.roster.sheets import Sheet, UnreadableRoster, book
from lms.organisation.rules import Refusal
from lms.organisation.service.former import refresh_former_units
from lms.platform import files, vietnamese
from lms.platform.columns import FOREVER
from lms.platform.db import db, lock
from lms.platform.events import By, emit
from lms.platform.forms import Refused

_COLUMN = {"staff_category": "category"}
"""Field of a roster → column of a posting, where they differ."""


def day_for(unit: Unit, on: date | None, today: date) -> date:
    """The day a roster speaks of: as told, else today, else the last day of a unit that has ended.

    Refused if the unit does not stand on the day told.
    """
    if on is None:
        on = min(max(today, unit.valid_from), unit.valid_to - timedelta(days=1))
    if not unit.valid_from <= on < unit.valid_to:
        raise Refused(Refusal.UNIT_NOT_STANDING)
    return on


def compare_roster(roster: Roster, unit: Unit, on: date) -> Difference:
    """What the roster would change in the unit on that day."""
    row = queries.unit_row(unit.id, on)
    return compare(
        roster,
        unit_id=unit.id,
        unit=row.name,
        kind=row.kind,
        known=queries.people_in_file((record.personal_id for record in roster.records), unit.id, on),
        staff=queries.staff_of(unit.id, on),
    )


@dataclass(frozen=True)
class Opened:
    """A file that was opened, and how its columns are understood."""

    sheets: Sequence[Sheet]
    headings: str
    choices: Choices
    reused_id: int | None = None
    """The earlier import from which that is taken."""


def open_roster(content: bytes, file_name: str, unit: Unit, choices: Choices | None = None) -> Opened:
    """Open a file: without choices, its columns are understood as in the unit's last file with the same headings.

    Raises UnreadableRoster.
    """
    sheets = book(content, file_name)
    headings = signature_of(reading.headers_of(sheets))
    if choices is not None:
        return Opened(sheets, headings, choices)
    earlier = queries.import_understood(unit.id, headings)
    if earlier is None:
        return Opened(sheets, headings, reading.NO_CHOICES)
    return Opened(sheets, headings, understanding_of(choices_of(earlier.choices)), earlier.id)


def receive(
    content: bytes,
    *,
    file_name: str,
    unit: Unit,
    on: date,
    by: By,
    now: datetime,
    choices: Choices | None = None,
) -> RosterImport:
    """Keep a roster that came in, with the counts of its difference; raises UnreadableRoster.

    One whose columns are not clear is kept as well, without counts: somebody is asked about them.
    """
    opened = open_roster(content, file_name, unit, choices)
    try:
        roster = reading.read_sheets(opened.sheets, on, opened.choices)
        counts = summary(roster, compare_roster(roster, unit, on))
    except reading.UnclearColumns:
        counts = {}
    return _keep(content, file_name, unit, on, opened, counts, by, now)


def import_at_once(
    content: bytes,
    *,
    file_name: str,
    unit: Unit,
    on: date,
    by: By,
    now: datetime,
    choices: Choices | None = None,
) -> tuple[Roster, Difference]:
    """Keep a roster and apply it without showing it first; raises UnreadableRoster."""
    opened = open_roster(content, file_name, unit, choices)
    roster = reading.read_sheets(opened.sheets, on, opened.choices)
    lock("postings")
    difference = compare_roster(roster, unit, on)
    arrived = _keep(content, file_name, unit, on, opened, summary(roster, difference), by, now)
    apply_roster(arrived, unit, roster, difference, by=by, now=now)
    return roster, difference


def _keep(
    content: bytes,
    file_name: str,
    unit: Unit,
    on: date,
    opened: Opened,
    counts: dict[str, int],
    by: By,
    now: datetime,
) -> RosterImport:
    arrived = RosterImport(
        unit_id=unit.id,
        file_name=file_name[:200],
        sha256=files.keep(content),
        on_day=on,
        account_id=by.account_id,
        received_at=now,
        summary=counts,
        choices=mapping_of(opened.choices),
        headings=opened.headings,
        reused_id=opened.reused_id,
    )
    db.session.add(arrived)
    db.session.flush()
    return arrived


def revisit(arrived: RosterImport) -> tuple[Unit, Roster, Difference]:
    """Read a kept roster again and compare it with what is believed now; UnreadableRoster if the file is gone."""
    unit = db.session.get_one(Unit, arrived.unit_id)
    try:
        content = files.kept(arrived.sha256)
    except FileNotFoundError as error:
        raise UnreadableRoster(_("Tệp gốc không còn trên máy chủ. Hãy gửi lại tệp.")) from error
    roster = reading.read(content, arrived.file_name, arrived.on_day, choices_of(arrived.choices))
    return unit, roster, compare_roster(roster, unit, arrived.on_day)


def summary(roster: Roster, difference: Difference) -> dict[str, int]:
    """The counts that are kept with an import."""
    return {
        "rows": roster.rows,
        "joined": len(difference.joined),
        "left": len(difference.left),
        "moved": len(difference.moved),
        "corrected": len(difference.corrected_people),
        "unchanged": difference.unchanged,
        "problems": len(roster.problems),
        "left_out": roster.left_out,
    }


def apply_import(arrived: RosterImport, *, shown: str, many_left: bool, by: By, now: datetime) -> Difference:
    """Apply a kept roster exactly as it was shown (`shown` is that difference's mark).

    Refused if it was applied before, if what would change is no longer what was shown, or if so many would leave
    that somebody must say it is meant (`many_left`).
    """
    lock("postings")
    db.session.refresh(arrived, with_for_update=True)
    if arrived.applied_at is not None:
        raise Refused(Refusal.ALREADY_APPLIED)
    unit, roster, difference = revisit(arrived)
    if difference.digest() != shown:
        raise Refused(Refusal.CHANGED_MEANWHILE)
    staff = len(roster.records) + len(difference.left)
    if rules.must_confirm_leavers(len(difference.left), staff) and not many_left:
        raise Refused(Refusal.MANY_LEFT)
    apply_roster(arrived, unit, roster, difference, by=by, now=now)
    return difference


def apply_roster(
    arrived: RosterImport, unit: Unit, roster: Roster, difference: Difference, *, by: By, now: datetime
) -> None:
    """Make the difference true, in as many statements for 10 people as for 10,000."""
    on = arrived.on_day
    source = f"{arrived.file_name}, {vietnamese.short_day(on)}"[:200]
    ids = _register([item.record for item in difference.joined if item.known is None], now)
    ids |= {item.known.personal_id: item.known.person_id for item in difference.joined if item.known}
    fixed = _by_person(item for item in difference.corrected if item.of_posting)
    rows = [_joined(item, ids, unit, on) for item in difference.joined]
    ended: list[int] = []
    for move in difference.moved:
        ended.append(_posting(move.known).id)
        rows += [*_shortened(move.known, on), _moved(move, unit, on)]
    for person in difference.left:
        ended.append(_posting(person).id)
        rows += _shortened(person, on)
    for personal_id, fixes in fixed.items():
        ended.append(_posting(fixes[0].known).id)
        rows.append(_replaced(fixes, difference.positions[personal_id]))
    for some in slices(ended):
        db.session.execute(sa.update(Posting).where(Posting.id.in_(some)).values(superseded_at=now))
    if rows:
        db.session.execute(
            sa.insert(Posting.__table__),
            [{**row, "is_primary": True, "source": source, "recorded_at": now} for row in rows],
        )
    _fix_people([item for item in difference.corrected if not item.of_posting], source, now)
    arrived.applied_at, arrived.summary = now, summary(roster, difference)
    db.session.flush()
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
        "person_id": ids[item.record.personal_id],
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
    values = {name: value for name, value in vars(_posting(person)).items() if name not in ("id", "unit")}
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
        return {"birth_date": date.fromisoformat(value), "birth_year": None}
    return {name: int(value) if name == "birth_year" else value}
