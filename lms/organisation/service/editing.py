"""What people are and do in their units changes from a day on: the old posting ends there, a new one begins."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

import sqlalchemy as sa

from lms.organisation import queries
from lms.organisation.events import PostingsEdited
from lms.organisation.models import Posting
from lms.organisation.rules import Refusal
from lms.organisation.service.former import refresh_former_units
from lms.organisation.service.people import Post
from lms.platform.db import db, lock
from lms.platform.events import By, emit
from lms.platform.forms import Refused

EDITABLE = ("title", "department", "category", "position", "rank_code")
"""What a posting says that may change within the same unit."""
EDITABLE_FOR_MANY = ("department", "category", "position", "title")
"""What may be changed for many people at once: never what tells one person from another."""


def edit_posting(
    posting: Posting, changes: Mapping[str, str], *, on: date, source: str = "", by: By, now: datetime
) -> None:
    """Let a posting say something else from a day on; what it said before stays true of the days before.

    Refused if the day does not belong to it, or nothing would change.
    """
    lock("postings")
    db.session.refresh(posting, with_for_update=True)
    if posting.superseded_at is not None:
        raise Refused(Refusal.NOT_BELIEVED)
    if not posting.from_on <= on < posting.to_on:
        raise Refused(Refusal.NOT_POSTED)
    _edit([posting], changes, EDITABLE, on=on, source=source, by=by, now=now)


def edit_many(
    person_ids: Iterable[int], changes: Mapping[str, str], *, on: date, source: str = "", by: By, now: datetime
) -> int:
    """Let the primary postings of many people say something else from a day on; returns of how many people.

    Refused if one of them has no posting on that day, or nothing would change.
    """
    wanted = sorted(set(person_ids))
    lock("postings")
    postings = queries.primary_postings_on(wanted, on)
    if len({posting.person_id for posting in postings}) < len(wanted):
        raise Refused(Refusal.NOT_POSTED)
    return _edit(postings, changes, EDITABLE_FOR_MANY, on=on, source=source, by=by, now=now)


def _edit(
    postings: Sequence[Posting],
    changes: Mapping[str, str],
    allowed: Sequence[str],
    *,
    on: date,
    source: str,
    by: By,
    now: datetime,
) -> int:
    if unknown := set(changes) - set(allowed):
        raise TypeError(f"not editable: {sorted(unknown)}")
    touched = [p for p in postings if any(getattr(p, name) != value for name, value in changes.items())]
    if not touched:
        raise Refused(Refusal.NOTHING_CHANGED)
    rows = []
    for posting in touched:
        said = {name: getattr(posting, name) for name in Post.__dataclass_fields__}
        said |= {"person_id": posting.person_id, "recorded_at": now}
        if posting.from_on < on:
            rows.append({**said, "from_on": posting.from_on, "to_on": on})
        new = {**said, **changes, "source": source or posting.source}
        rows.append({**new, "from_on": on, "to_on": posting.to_on})
    for some in queries.slices([posting.id for posting in touched]):
        db.session.execute(sa.update(Posting).where(Posting.id.in_(some)).values(superseded_at=now))
    db.session.execute(sa.insert(Posting), rows)
    db.session.flush()
    people = sorted({posting.person_id for posting in touched})
    refresh_former_units(people)
    units = {posting.unit_id for posting in touched}
    event = PostingsEdited(
        unit_id=units.pop() if len(units) == 1 else None,
        person_id=people[0] if len(people) == 1 else None,
        person_ids=tuple(people),
        name=queries.names_of(people)[people[0]] if len(people) == 1 else f"{len(people)} người",
        on=on,
        changes=dict(changes),
    )
    emit(event, by=by)
    return len(people)
