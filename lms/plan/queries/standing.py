"""How an obligation stands on a day: the columns its state is told from, for every page alike."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from lms.plan.models import Cycle, Obligation, Requirement, Segment
from lms.plan.queries.facts import window_cycle
from lms.plan.rules import FOREVER, State, state_on

TODAY = sa.bindparam("today", type_=Obligation.opened_on.type)
RENEWAL = aliased(Obligation)
"""The next cycle of a duty that comes again."""

_PIECE = aliased(Segment)
_SAME_DUTY = (_PIECE.person_id == Obligation.person_id, _PIECE.requirement_id == Obligation.requirement_id)


def _any_piece(*conditions: Any) -> Any:
    return sa.exists().where(*_SAME_DUTY, *conditions).correlate(Obligation)


IS_AWAY = sa.and_(
    ~_any_piece(_PIECE.from_on <= TODAY, _PIECE.to_on > TODAY),
    _any_piece(_PIECE.to_on <= TODAY),
    _any_piece(_PIECE.from_on > TODAY),
)
"""Whether the person is out of the audience that day, was in it before and will be again; `rules.is_away` in SQL."""

COLUMNS = (
    Obligation.cycle,
    Obligation.opened_on,
    Obligation.closes_on,
    Obligation.due_on,
    Obligation.started_on,
    Obligation.fulfilled_on,
    Obligation.valid_until,
    Requirement.repeat_months,
    Segment.kind,
    RENEWAL.opened_on.label("renews_on"),
    RENEWAL.fulfilled_on.label("renewed_on"),
    IS_AWAY.label("is_away"),
)
"""What `state_of` reads; they need `with_standing`."""


Rows = sa.Select[*tuple[Any, ...]]


def with_standing(statement: Rows) -> Rows:
    """Join what the columns come from to a statement of obligations and requirements; `today` is bound later."""
    return (
        statement.join(Cycle, sa.and_(Cycle.requirement_id == Obligation.requirement_id, Cycle.cycle == window_cycle()))
        .outerjoin(
            Segment,
            sa.and_(
                Segment.person_id == Obligation.person_id,
                Segment.requirement_id == Obligation.requirement_id,
                Segment.cycle == Obligation.cycle,
                Segment.from_on <= TODAY,
                Segment.to_on > TODAY,
            ),
        )
        .outerjoin(
            RENEWAL,
            sa.and_(
                RENEWAL.person_id == Obligation.person_id,
                RENEWAL.requirement_id == Obligation.requirement_id,
                RENEWAL.cycle == Obligation.cycle + 1,
                Requirement.repeat_months.is_not(None),
            ),
        )
    )


def state_of(row: Any, today: date) -> State:
    """The state of the obligation in a row with COLUMNS."""
    return state_on(
        today,
        opened_on=row.opened_on,
        closes_on=row.closes_on,
        due_on=row.due_on,
        started_on=row.started_on,
        fulfilled_on=row.fulfilled_on,
        kind=row.kind or 0,
        valid_until=row.valid_until,
        renews_on=row.renews_on or FOREVER,
        renewed_on=row.renewed_on or FOREVER,
        is_away=row.is_away,
        is_renewal=row.repeat_months is not None and row.cycle > 0,
    )
