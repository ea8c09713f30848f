"""Reading people whom somebody chose, by hand or in a file, for one act over all of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import abort
from sqlalchemy import and_, select

from lms.organisation.models import Absence, Person, Posting, UnitName
from lms.organisation.queries.rosters import slices
from lms.organisation.queries.units import primary_on
from lms.organisation.scope import person_within
from lms.platform.access import Actor, Permission
from lms.platform.db import db


@dataclass(frozen=True)
class Chosen:
    """A person who was chosen."""

    id: int
    full_name: str
    personal_id: str
    title: str
    unit: str


def _chosen(actor: Actor, permission: Permission, today: date) -> Any:
    return (
        select(Person.id, Person.full_name, Person.personal_id, Posting.title, UnitName.short_name)
        .outerjoin(Posting, and_(Posting.person_id == Person.id, *primary_on(today)))
        .outerjoin(
            UnitName,
            and_(UnitName.unit_id == Posting.unit_id, UnitName.from_on <= today, UnitName.to_on > today),
        )
        .where(person_within(actor, permission, today))
        .order_by(Person.sort_name, Person.id)
    )


def people_chosen(actor: Actor, permission: Permission, person_ids: Sequence[int], today: date) -> list[Chosen]:
    """These people, in order of name; 404 unless every one of them works or last worked in the actor's units."""
    wanted = sorted(set(person_ids))
    rows = db.session.execute(_chosen(actor, permission, today).where(Person.id.in_(wanted)))
    found = {
        row.id: Chosen(row.id, row.full_name, row.personal_id, row.title or "", row.short_name or "") for row in rows
    }
    if len(found) != len(wanted) or not wanted:
        abort(404)
    return list(found.values())


def people_numbered(
    actor: Actor, permission: Permission, personal_ids: Iterable[str], today: date
) -> dict[str, Chosen]:
    """Personal number → the person, of those who work or last worked in the actor's units."""
    found: dict[str, Chosen] = {}
    for some in slices(personal_ids):
        for row in db.session.execute(_chosen(actor, permission, today).where(Person.personal_id.in_(some))):
            found[row.personal_id] = Chosen(
                row.id, row.full_name, row.personal_id, row.title or "", row.short_name or ""
            )
    return found


def absence_for(actor: Actor, permission: Permission, absence_id: int, today: date) -> Absence:
    """The absence, if its person works or last worked within the actor's units; else 404."""
    wanted = select(Absence).where(Absence.id == absence_id, person_within(actor, permission, today, Absence.person_id))
    absence: Absence | None = db.session.scalar(wanted)
    if absence is None:
        abort(404)
    return absence


def names_of(person_ids: Iterable[int]) -> dict[int, str]:
    """Person id → full name."""
    return {
        row.id: row.full_name
        for some in slices(person_ids)
        for row in db.session.execute(select(Person.id, Person.full_name).where(Person.id.in_(some)))
    }


def believed(fact: Any, names: Sequence[str], person_ids: Iterable[int]) -> set[tuple[Any, ...]]:
    """The values of these columns in every believed fact (absence, waiver, …) of these people."""
    columns = [getattr(fact, name) for name in names]
    return {
        tuple(row)
        for some in slices(person_ids)
        for row in db.session.execute(select(*columns).where(fact.person_id.in_(some), fact.superseded_at.is_(None)))
    }
