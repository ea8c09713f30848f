"""Changing what is known of one person: facts are appended and superseded, never overwritten."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lms.organisation import queries, rules
from lms.organisation.events import (
    AbsenceRecorded,
    AbsenceWithdrawn,
    PersonCorrected,
    PersonHired,
    PersonLeft,
    PersonLeftFor,
    PersonMoved,
    PersonRevealed,
    PostingCorrected,
    PostingsChanged,
)
from lms.organisation.models import Absence, Person, PersonCorrection, Posting, Unit
from lms.organisation.rules import Refusal
from lms.organisation.service.former import refresh_former_units
from lms.platform import vietnamese
from lms.platform.columns import FOREVER
from lms.platform.db import db, lock
from lms.platform.events import By, emit
from lms.platform.forms import Refused

CORRECTABLE = ("full_name", "birth_date", "sex", "email", "phone", "staff_code")
"""Fields of a person that may be put right; the personal number is the person's key and may not."""


@dataclass(frozen=True, kw_only=True)
class Post:
    """What a posting says besides whose it is and when."""

    unit_id: int
    department: str
    category: str
    title: str = ""
    rank_code: str = ""
    position: str = ""
    is_primary: bool = True
    source: str = ""


def register_person(*, personal_id: str, full_name: str, now: datetime, **fields: Any) -> Person:
    """Write down a person nobody knew; Refused if the number is malformed or already somebody's."""
    if not rules.is_personal_id(personal_id):
        raise Refused(Refusal.BAD_PERSONAL_ID)
    lock("postings")
    if queries.person_of(personal_id) is not None:
        raise Refused(Refusal.PERSON_KNOWN)
    person = Person(
        personal_id=personal_id,
        full_name=full_name,
        sort_name=vietnamese.name_sort_key(full_name),
        search_key=vietnamese.fold(full_name),
        recorded_at=now,
        **fields,
    )
    db.session.add(person)
    db.session.flush()
    return person


def hire(person: Person, post: Post, *, from_on: date, to_on: date = FOREVER, by: By, now: datetime) -> Posting:
    """Let a person begin in a unit. No posting outlives its unit; Refused if another primary one overlaps."""
    lock("postings")
    posting = _write(person, post, from_on, to_on, now)
    event = PersonHired(
        unit_id=post.unit_id,
        person_id=person.id,
        person_ids=(person.id,),
        name=person.full_name,
        unit=queries.name_on(post.unit_id, from_on),
        department=post.department or "chưa ghi phòng",
        title=post.title or "chưa ghi chức danh",
        on=from_on,
    )
    _tell(person, event, by)
    return posting


def move(posting: Posting, post: Post, *, on: date, to_on: date = FOREVER, by: By, now: datetime) -> Posting:
    """End a posting and begin another on the same day."""
    person = _lock(posting)
    shorten(posting, until=on, now=now)
    db.session.flush()
    new = _write(person, post, on, to_on, now)
    same_unit = posting.unit_id == post.unit_id
    event = PersonMoved(
        unit_id=post.unit_id,
        person_id=person.id,
        person_ids=(person.id,),
        name=person.full_name,
        old=posting.department if same_unit else queries.name_on(posting.unit_id, on),
        new=post.department if same_unit else queries.name_on(post.unit_id, on),
        on=on,
    )
    _tell(person, event, by)
    return new


def leave(posting: Posting, *, on: date, reason: str = "", by: By, now: datetime) -> None:
    """End a posting: `on` is the first day that no longer belongs to it."""
    person = _lock(posting)
    if on >= posting.to_on:
        raise Refused(Refusal.NOTHING_CHANGED)
    shorten(posting, until=on, now=now)
    facts: dict[str, Any] = {
        "unit_id": posting.unit_id,
        "person_id": person.id,
        "person_ids": (person.id,),
        "name": person.full_name,
        "unit": queries.name_on(posting.unit_id, posting.from_on),
        "on": on,
    }
    event = PersonLeftFor(reason=reason, **facts) if reason else PersonLeft(**facts)
    _tell(person, event, by)


def correct_posting(posting: Posting, *, by: By, now: datetime, source: str = "", **changes: Any) -> Posting:
    """Replace a posting by one that is right: the same but for `changes` (department, title, category, from_on …)."""
    person = _lock(posting)
    changed = {name: value for name, value in changes.items() if getattr(posting, name) != value}
    if not changed:
        raise Refused(Refusal.NOTHING_CHANGED)
    values = {name: getattr(posting, name) for name in (*Post.__dataclass_fields__, "from_on", "to_on")} | changed
    posting.superseded_at = now
    db.session.flush()
    from_on, to_on = values.pop("from_on"), values.pop("to_on")
    new = _write(person, Post(**{**values, "source": source or posting.source}), from_on, to_on, now)
    told = {name: (str(getattr(posting, name)), str(value)) for name, value in changed.items()}
    event = PostingCorrected(
        unit_id=new.unit_id, person_id=person.id, person_ids=(person.id,), name=person.full_name, changes=told
    )
    _tell(person, event, by)
    return new


def correct_person(
    person: Person, *, by: By, now: datetime, source: str = "", from_on: date | None = None, **changes: Any
) -> None:
    """Put fields of a person right, or change them from a day on; what stood before is kept in person_correction."""
    db.session.refresh(person, with_for_update=True)
    if unknown := set(changes) - set(CORRECTABLE):
        raise TypeError(f"not correctable: {sorted(unknown)}")
    changed = {name: value for name, value in changes.items() if getattr(person, name) != value}
    if not changed:
        raise Refused(Refusal.NOTHING_CHANGED)
    for name, value in changed.items():
        old = getattr(person, name)
        if name == "birth_date":
            # A day is told with its year: the year alone, if that was all, is what stood before.
            old, person.birth_year = old or person.birth_year, None
        db.session.add(
            PersonCorrection(
                person_id=person.id,
                field=name,
                old=_said(old),
                new=_said(value),
                source=source,
                from_on=from_on,
                recorded_at=now,
            )
        )
        setattr(person, name, value)
    if "full_name" in changed:
        person.sort_name = vietnamese.name_sort_key(person.full_name)
        person.search_key = vietnamese.fold(person.full_name)
    emit(PersonCorrected(person_id=person.id, name=person.full_name, fields=tuple(sorted(changed))), by=by)


def record_absence(
    person: Person, *, kind: str, from_on: date, to_on: date = FOREVER, note: str = "", by: By, now: datetime
) -> Absence:
    """Note that a person is away from a day to a day; the clock of their duties stands still meanwhile."""
    if from_on >= to_on:
        raise Refused(Refusal.ENDS_BEFORE_IT_BEGINS)
    absence = Absence(
        person_id=person.id,
        kind=kind,
        from_on=from_on,
        to_on=to_on,
        note=note,
        account_id=by.account_id,
        recorded_at=now,
    )
    db.session.add(absence)
    db.session.flush()
    event = AbsenceRecorded(
        person_id=person.id,
        person_ids=(person.id,),
        name=person.full_name,
        kind=kind,
        from_on=from_on,
        to_on=to_on,
    )
    emit(event, by=by)
    return absence


def withdraw_absence(absence: Absence, *, reason: str = "", by: By, now: datetime) -> None:
    """Take back an absence that was recorded by mistake; Refused if it is no longer believed."""
    db.session.refresh(absence, with_for_update=True)
    if absence.superseded_at is not None:
        raise Refused(Refusal.NOT_BELIEVED)
    absence.superseded_at = now
    person = db.session.get_one(Person, absence.person_id)
    db.session.flush()
    event = AbsenceWithdrawn(
        person_id=person.id,
        person_ids=(person.id,),
        name=person.full_name,
        kind=absence.kind,
        from_on=absence.from_on,
        to_on=absence.to_on,
        reason=reason,
    )
    emit(event, by=by)


def reveal(person: queries.PersonFacts, *, unit_id: int | None, by: By) -> str:
    """Give a person's full number and write down who looked."""
    emit(PersonRevealed(unit_id=unit_id, person_id=person.id, name=person.full_name), by=by)
    return person.personal_id


def _lock(posting: Posting) -> Person:
    """Hold the posting against others; Refused if it is no longer believed."""
    lock("postings")
    db.session.refresh(posting, with_for_update=True)
    if posting.superseded_at is not None:
        raise Refused(Refusal.NOT_BELIEVED)
    return db.session.get_one(Person, posting.person_id)


def shorten(posting: Posting, *, until: date, now: datetime) -> None:
    """Believe a posting only up to a day: the row itself stays as it was, a shorter one takes its place."""
    posting.superseded_at = now
    if posting.from_on < until:
        values = {name: getattr(posting, name) for name in Post.__dataclass_fields__}
        db.session.add(
            Posting(
                person_id=posting.person_id,
                from_on=posting.from_on,
                to_on=min(until, posting.to_on),
                recorded_at=now,
                **values,
            )
        )


def _write(person: Person, post: Post, from_on: date, to_on: date, now: datetime) -> Posting:
    unit = db.session.get_one(Unit, post.unit_id)
    if not unit.valid_from <= from_on < unit.valid_to:
        raise Refused(Refusal.UNIT_NOT_STANDING)
    to_on = min(to_on, unit.valid_to)
    if from_on >= to_on:
        raise Refused(Refusal.ENDS_BEFORE_IT_BEGINS)
    if post.is_primary and queries.primary_posting_between(person.id, from_on, to_on):
        raise Refused(Refusal.ALREADY_POSTED)
    posting = Posting(person_id=person.id, from_on=from_on, to_on=to_on, recorded_at=now, **vars(post))
    db.session.add(posting)
    db.session.flush()
    return posting


def _tell(person: Person, event: PostingsChanged, by: By) -> None:
    db.session.flush()
    refresh_former_units([person.id])
    emit(event, by=by)


def _said(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")
