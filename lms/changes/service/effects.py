"""Whom a change set meets: told by SELECT, kept in change_effect, compared there; never held in memory.

A preview is taken back, and its tables with it; so what it met goes through a file on the way to change_effect.
"""

import pickle
from dataclasses import fields
from typing import IO, Any

import sqlalchemy as sa

from lms.changes.kinds import LEFT_OUT, Effect
from lms.changes.models import ChangeEffect
from lms.platform.db import db, is_postgresql

_TABLE = ChangeEffect.__table__
_TOLD = tuple(field.name for field in fields(Effect))
_KEPT = ("change_id", "place", *_TOLD)
_SAME = ("personal_id", "requirement", "cycle", "what")
SLICE = 5_000
LARGE = 1 << 20
"""Bytes of effects, some ten thousand of them, from which statistics are worth their time."""
NAMES = 5
"""So many people are named who were not seen."""


Told = sa.TextualSelect | sa.CompoundSelect[Any]
"""A SELECT of effects."""


def all_of(duties: sa.TextualSelect, others: sa.Select[Any] | None) -> Told:
    """What becomes of duties, and of whoever else the act concerns."""
    return duties if others is None else sa.union_all(sa.select(duties.subquery("d")), others)


def _placed(change_id: int, told: Told) -> sa.Select[Any]:
    """The effects as rows of change_effect: in the order of what, requirement, person; who is left out comes last."""
    e = told.subquery("e")
    left_out = sa.case((e.c.what.in_(LEFT_OUT), 1), else_=0)
    place = sa.func.row_number().over(order_by=(left_out, e.c.what, e.c.requirement, e.c.personal_id, e.c.cycle))
    return sa.select(sa.literal(change_id).label("change_id"), place.label("place"), *(e.c[name] for name in _TOLD))


def write(change_id: int, told: Told) -> None:
    """Keep the effects with a change set, instead of those it had."""
    forget(change_id)
    db.session.execute(sa.insert(_TABLE).from_select(list(_KEPT), _placed(change_id, told)))


def forget(change_id: int) -> None:
    """Keep nothing with a change set."""
    db.session.execute(sa.delete(ChangeEffect).where(ChangeEffect.change_id == change_id))


def pour(change_id: int, told: Told, file: IO[bytes]) -> None:
    """Pour the effects into a file."""
    rows, connection = _placed(change_id, told), db.session.connection()
    if is_postgresql():
        text = str(rows.compile(connection, compile_kwargs={"literal_binds": True})).replace("%%", "%")
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f"COPY ({text}) TO STDOUT") as copy:
            for data in copy:
                file.write(data)
        return
    for some in connection.execute(rows).partitions(SLICE):
        pickle.dump([dict(row._mapping) for row in some], file)


def pour_back(change_id: int, file: IO[bytes]) -> None:
    """Keep what `pour` wrote with the change set, instead of what it had."""
    forget(change_id)
    size = file.tell()
    file.seek(0)
    connection = db.session.connection()
    if is_postgresql():
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f"COPY change_effect ({', '.join(_KEPT)}) FROM STDIN") as copy:
            while data := file.read(1 << 16):
                copy.write(data)
        if size > LARGE:
            # It is compared when it is applied, row by row if PostgreSQL still believes that there is little of it.
            connection.exec_driver_sql("ANALYZE change_effect")
        return
    while file.peek(1):  # type: ignore[attr-defined]
        connection.execute(sa.insert(_TABLE), pickle.load(file))


def counts(change_id: int) -> dict[str, int]:
    """What becomes of duties → how many; besides `duties`, all that change, and `people`, all whom it changes."""
    mine = ChangeEffect.change_id == change_id
    rows = db.session.execute(sa.select(ChangeEffect.what, sa.func.count()).where(mine).group_by(ChangeEffect.what))
    found = {row[0]: int(row[1]) for row in rows}
    changed = ChangeEffect.what.not_in(LEFT_OUT)
    people = sa.select(ChangeEffect.personal_id).where(mine, changed).distinct().subquery()
    met = db.session.scalar(sa.select(sa.func.count()).select_from(people)) or 0
    return {**found, "duties": sum(n for what, n in found.items() if what not in LEFT_OUT), "people": met}


def are_kept(change_id: int, told: Told) -> bool:
    """Whether exactly these effects are kept with the change set, keys and all."""
    kept = db.session.scalar(
        sa.select(sa.func.count()).select_from(ChangeEffect).where(ChangeEffect.change_id == change_id)
    )
    now = db.session.scalar(sa.select(sa.func.count()).select_from(told.subquery("e")))
    return kept == now and not _others(change_id, told, ("person_id", "requirement_id", "unit_id", *_SAME), 1)


def unseen(change_id: int, told: Told) -> list[str]:
    """Names of the first few people whom the act meets otherwise than is kept with the change set.

    Whoever it no longer meets is no matter: somebody has finished meanwhile, enrolled by himself, or left.
    """
    return _others(change_id, told, _SAME, NAMES, but=LEFT_OUT)


def _others(change_id: int, told: Told, same: tuple[str, ...], most: int, but: tuple[str, ...] = ()) -> list[str]:
    e, kept = told.subquery("e"), ChangeEffect
    alike = [getattr(kept, name).is_not_distinct_from(e.c[name]) for name in ("due_after", *same) if name not in _SAME]
    alike += [getattr(kept, name) == e.c[name] for name in _SAME]
    known = sa.exists().where(kept.change_id == change_id, *alike)
    people = (
        sa.select(e.c.name, e.c.personal_id)
        .where(~known, e.c.what.not_in(but))
        .group_by(e.c.name, e.c.personal_id)
        .cte("others")
        # As a rule there is nobody. PostgreSQL expects somebody: told of the limit, it looks row by row for the first.
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    return [row.name for row in db.session.execute(sa.select(people).order_by(people.c.name).limit(most))]
