"""The one predicate that says which units, and which people, an account may see."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, literal, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from lms.organisation.models import Person, Posting, Unit, UnitClosure
from lms.platform import clock
from lms.platform.access import Actor, Permission
from lms.platform.db import greatest, least


def within(
    actor: Actor, permission: Permission, unit: InstrumentedAttribute[Any] | ColumnElement[Any]
) -> ColumnElement[bool]:
    """Whether `unit` lies today under a unit where the actor holds the permission.

    A unit that has ended belongs where it stood last, so that history stays readable; one that went to another
    parent belongs to that one alone.
    """
    roots = actor.roots(permission)
    day = greatest(Unit.valid_from, least(literal(clock.today(), Unit.valid_to.type), Unit.valid_to - 1))
    return unit.in_(
        select(UnitClosure.unit_id)
        .join(Unit, Unit.id == UnitClosure.unit_id)
        .where(UnitClosure.ancestor_id.in_(sorted(roots)), UnitClosure.from_on <= day, UnitClosure.to_on > day)
    )


def person_within(
    actor: Actor,
    permission: Permission,
    today: date,
    person: InstrumentedAttribute[Any] | ColumnElement[Any] = Person.id,
) -> ColumnElement[bool]:
    """Whether the unit in which the person works (or last worked) lies within the actor's units."""
    works, later = aliased(Posting), aliased(Posting)
    return exists(
        select(works.id).where(
            works.person_id == person,
            works.is_primary,
            works.superseded_at.is_(None),
            works.from_on <= today,
            within(actor, permission, works.unit_id),
            ~exists(
                select(later.id).where(
                    and_(
                        later.person_id == works.person_id,
                        later.is_primary,
                        later.superseded_at.is_(None),
                        later.from_on > works.from_on,
                        later.from_on <= today,
                    )
                )
            ),
        )
    )
