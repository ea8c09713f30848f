"""Deriving former_unit: where each person stood in the structure that a reform ended."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from lms.organisation.models import FormerUnit, Posting, Reform, Succession, Unit
from lms.organisation.queries.rosters import slices
from lms.platform.db import db


def refresh_former_units(person_ids: Iterable[int] | None) -> None:
    """Derive the former units of these people anew (None: of everyone); call after any change of postings.

    For each reform that ended a level of the structure, or was applied to people: the unit of the last primary
    believed posting that began before it, among units that stood on its eve. Nobody who came later has one.
    """
    if person_ids is None:
        _refresh(None)
        return
    for some in slices(person_ids):
        _refresh(some)


def _refresh(some: list[int] | None) -> None:
    forget, write = _statements(everyone=some is None)
    values = {} if some is None else {"people": some}
    db.session.flush()
    connection = db.session.connection()
    connection.execute(forget, values)
    connection.execute(write, values)


@lru_cache(maxsize=2)
def _statements(*, everyone: bool) -> tuple[Any, Any]:
    """What forgets former units and what derives them; written down once, for every act on a posting needs them."""
    table: Any = FormerUnit.__table__
    forget = sa.delete(table)
    last = (
        sa.select(
            Reform.id.label("reform_id"),
            Posting.person_id,
            Posting.unit_id,
            sa.func.row_number()
            .over(partition_by=(Reform.id, Posting.person_id), order_by=(Posting.from_on.desc(), Posting.id.desc()))
            .label("place"),
        )
        .select_from(Posting)
        .join(Unit, Unit.id == Posting.unit_id)
        .join(Reform, sa.and_(Posting.from_on < Reform.effective_on, Unit.valid_to >= Reform.effective_on))
        .where(
            Posting.is_primary,
            Posting.superseded_at.is_(None),
            sa.or_(
                Reform.applied_at.is_not(None),
                sa.exists(
                    sa.select(Succession.id).where(Succession.reform_id == Reform.id, Succession.share == "staff")
                ),
            ),
        )
    )
    if not everyone:
        people: Any = sa.bindparam("people", expanding=True)
        forget = forget.where(table.c.person_id.in_(people))
        last = last.where(Posting.person_id.in_(people))
    ranked = last.subquery()
    found = sa.select(ranked.c.reform_id, ranked.c.person_id, ranked.c.unit_id).where(ranked.c.place == 1)
    return forget, sa.insert(table).from_select(["reform_id", "person_id", "unit_id"], found)
