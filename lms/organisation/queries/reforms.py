"""Reading what a reform meets: units that stand, people in them, reforms and files on record."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms.organisation.models import (
    Person,
    Posting,
    Reform,
    ReformChoice,
    ReformFile,
    Succession,
    Unit,
    UnitClosure,
    UnitName,
    UnitPlace,
)
from lms.organisation.queries.choices import joined, named_once, waits
from lms.organisation.queries.units import _name_nearest
from lms.organisation.reform.checking import Standing
from lms.platform.columns import FOREVER
from lms.platform.db import db


@dataclass(frozen=True, kw_only=True)
class PostedPerson:
    """A person of a unit that a reform concerns; with two departments there he is still one."""

    person_id: int
    personal_id: str
    full_name: str
    departments: tuple[str, ...]
    title: str
    unit_id: int

    @property
    def department(self) -> str:
        """His departments as one text."""
        return joined(self.departments)


@dataclass(frozen=True)
class ReformRow:
    """A reform on record, as the page lists it."""

    id: int
    code: str
    title: str
    decision: str
    effective_on: date
    applied_at: datetime | None
    waiting: int


def standing_units(on: date) -> dict[str, Standing]:
    """Code → unit that stands both on the eve of the day and on it."""
    name, place, parent = aliased(UnitName), aliased(UnitPlace), aliased(Unit)
    later_name = exists(select(name.id).where(name.unit_id == Unit.id, name.from_on >= on))
    later_place = exists(select(place.id).where(place.unit_id == Unit.id, place.from_on >= on))
    rows = db.session.execute(
        select(
            Unit.id,
            Unit.code,
            UnitName.name,
            UnitName.kind,
            func.coalesce(parent.code, ""),
            or_(Unit.valid_to < FOREVER, later_name, later_place),
        )
        .select_from(Unit)
        .join(UnitName, and_(UnitName.unit_id == Unit.id, UnitName.id == _name_nearest(on)))
        .outerjoin(UnitPlace, and_(UnitPlace.unit_id == Unit.id, UnitPlace.from_on < on, UnitPlace.to_on >= on))
        .outerjoin(parent, parent.id == UnitPlace.parent_id)
        .where(Unit.valid_from < on, Unit.valid_to > on)
        .order_by(Unit.code)
    )
    return {row[1]: Standing(row[0], row[1], row[2], row[3], row[4], bool(row[5])) for row in rows}


def codes_begun(on: date) -> frozenset[str]:
    """Codes of units that begin on that very day."""
    return frozenset(db.session.scalars(select(Unit.code).where(Unit.valid_from == on)))


def reform_of(code: str) -> Reform | None:
    """The reform on record under a code."""
    return db.session.scalar(select(Reform).where(Reform.code == code))


def posted_in(unit_ids: Iterable[int], on: date) -> Select[Any]:
    """Believed postings that reach beyond the eve of the day in these units, with the person."""
    return (
        select(Posting)
        .join(Person, Person.id == Posting.person_id)
        .where(Posting.unit_id.in_(sorted(set(unit_ids))), Posting.superseded_at.is_(None), Posting.to_on > on)
    )


def heads_posted(unit_ids: Iterable[int], on: date) -> dict[int, int]:
    """Unit → people whose believed posting there reaches beyond the eve of the day."""
    wanted = posted_in(unit_ids, on).with_only_columns(Posting.unit_id, func.count(Posting.person_id.distinct()))
    return {row[0]: row[1] for row in db.session.execute(wanted.group_by(Posting.unit_id))}


def heads_by_unit(unit_ids: Iterable[int], on: date) -> list[tuple[int, int]]:
    """Person and unit of everybody posted there beyond the eve of the day."""
    wanted = posted_in(unit_ids, on).with_only_columns(Posting.person_id, Posting.unit_id).distinct()
    return [(row[0], row[1]) for row in db.session.execute(wanted)]


def people_posted(unit_ids: Iterable[int], on: date) -> list[PostedPerson]:
    """Everybody posted there beyond the eve of the day: once a unit, by name, all departments in one text."""
    columns = (Person.id, Person.personal_id, Person.full_name, Posting.department, Posting.title, Posting.unit_id)
    wanted = posted_in(unit_ids, on).with_only_columns(*columns)
    found: dict[tuple[int, int], list[Any]] = {}
    for row in db.session.execute(
        wanted.order_by(Person.sort_name, Person.id, Posting.is_primary.desc(), Posting.from_on, Posting.id)
    ):
        found.setdefault((row.id, row.unit_id), []).append(row)
    return [
        PostedPerson(
            person_id=person_id,
            personal_id=rows[0].personal_id,
            full_name=rows[0].full_name,
            departments=named_once(row.department for row in rows),
            title=joined(row.title for row in rows),
            unit_id=unit_id,
        )
        for (person_id, unit_id), rows in found.items()
    ]


def reforms_on_record() -> list[ReformRow]:
    """Every reform on record, the newest first, with how many people still wait for a choice."""
    waiting = (
        select(ReformChoice.reform_id, func.count(ReformChoice.person_id.distinct()).label("waiting"))
        .join(Reform, Reform.id == ReformChoice.reform_id)
        .where(*waits(Reform.effective_on))
        .group_by(ReformChoice.reform_id)
        .subquery()
    )
    rows = db.session.execute(
        select(
            Reform.id,
            Reform.code,
            Reform.title,
            Reform.decision,
            Reform.effective_on,
            Reform.applied_at,
            func.coalesce(waiting.c.waiting, 0),
        )
        .outerjoin(waiting, waiting.c.reform_id == Reform.id)
        .order_by(Reform.effective_on.desc(), Reform.id.desc())
    )
    return [ReformRow(*row) for row in rows]


def reform_with(reform_id: int) -> Reform:
    """The reform, else 404."""
    found: Reform = db.one_or_404(select(Reform).where(Reform.id == reform_id))
    return found


def reform_file(file_id: int) -> ReformFile:
    """A reform file that came in, else 404."""
    found: ReformFile = db.one_or_404(select(ReformFile).where(ReformFile.id == file_id))
    return found


def reform_files(limit: int = 10) -> list[ReformFile]:
    """The latest reform files that came in."""
    return list(db.session.scalars(select(ReformFile).order_by(ReformFile.id.desc()).limit(limit)))


def links_of(reform_id: int) -> list[tuple[int, int | None, str, bool]]:
    """Old unit, new unit, share and default mark of each succession of a reform, in order of record."""
    rows = db.session.execute(
        select(Succession.old_id, Succession.new_id, Succession.share, Succession.is_default)
        .where(Succession.reform_id == reform_id)
        .order_by(Succession.id)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def closure_rows() -> set[tuple[int, int, int, date, date]]:
    """The closure as it stands, to be compared with another moment's."""
    rows = db.session.execute(
        select(UnitClosure.unit_id, UnitClosure.ancestor_id, UnitClosure.depth, UnitClosure.from_on, UnitClosure.to_on)
    )
    return {(row[0], row[1], row[2], row[3], row[4]) for row in rows}


def people_touching(unit_ids: Iterable[int], on: date) -> set[int]:
    """People with a believed posting in one of the units that reaches beyond the eve of the day."""
    return set(db.session.scalars(posted_in(unit_ids, on).with_only_columns(Posting.person_id).distinct()))
