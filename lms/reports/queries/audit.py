"""The log as an account may read it, with the names of whom and what it speaks of."""

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, and_, exists, or_, select

from lms.audit import queries as audit
from lms.audit.models import AuditEvent
from lms.identity.models import Account
from lms.organisation.models import Person, UnitName, UnitPlace
from lms.organisation.scope import within
from lms.platform import vietnamese
from lms.platform.access import Actor, Permission
from lms.platform.clock import VIETNAM, end_of
from lms.platform.columns import FOREVER
from lms.platform.db import db


@dataclass(frozen=True)
class Entry:
    """One event with the names of its person and unit."""

    event: audit.LoggedEvent
    person: str
    unit: str


@dataclass(frozen=True)
class EventFilter:
    """What to show of the log."""

    name: str = ""
    group: str = ""
    """The first part of the keys: a domain."""
    first: date | None = None
    last: date | None = None


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Events of the account's units; those of no unit only for who reads the log at the top of the tree."""
    roots = sorted(actor.roots(Permission.AUDIT_EVENT_READ))
    at_the_top = exists(select(UnitPlace.id).where(UnitPlace.unit_id.in_(roots), UnitPlace.parent_id.is_(None)))
    return or_(
        within(actor, Permission.AUDIT_EVENT_READ, AuditEvent.unit_id),
        and_(AuditEvent.unit_id.is_(None), at_the_top),
    )


def _conditions(actor: Actor, wanted: EventFilter) -> list[ColumnElement[bool]]:
    found = [visible_to(actor)]
    if wanted.group:
        found.append(AuditEvent.key.startswith(wanted.group + ":", autoescape=True))
    if wanted.first is not None:
        found.append(AuditEvent.at >= datetime.combine(wanted.first, time.min, VIETNAM))
    if wanted.last is not None:
        found.append(AuditEvent.at < end_of(wanted.last))
    if words := vietnamese.fold(wanted.name).split():
        named = select(Person.id).where(*(Person.search_key.contains(word, autoescape=True) for word in words))
        found.append(
            or_(
                AuditEvent.person_id.in_(named),
                AuditEvent.account_id.in_(select(Account.id).where(Account.person_id.in_(named))),
                AuditEvent.actor.icontains(wanted.name, autoescape=True),
            )
        )
    return found


def count_seen(actor: Actor, wanted: EventFilter) -> int:
    """How many events the account may see of what it asks for."""
    return audit.count_events(_conditions(actor, wanted))


def events_seen(actor: Actor, wanted: EventFilter, *, offset: int, limit: int) -> list[Entry]:
    """A page of the log, newest first: three statements, however long the page."""
    page = audit.events(_conditions(actor, wanted), offset=offset, limit=limit)
    persons = _names(select(Person.id, Person.full_name).where(Person.id.in_({e.person_id for e in page} - {None})))
    units = _names(
        select(UnitName.unit_id, UnitName.name)
        .where(UnitName.unit_id.in_({e.unit_id for e in page} - {None}), UnitName.from_on < FOREVER)
        .order_by(UnitName.from_on)
    )
    return [Entry(e, persons.get(e.person_id, ""), units.get(e.unit_id, "")) for e in page]


def _names(statement: object) -> dict[int | None, str]:
    return {row[0]: row[1] for row in db.session.execute(statement)}  # type: ignore[call-overload]
