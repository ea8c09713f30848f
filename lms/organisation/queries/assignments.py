"""Reading whom an office is asked to assign after a split: its units, its people, and where they may go."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import abort
from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from lms.organisation.models import Person, Posting, Reform, ReformChoice, Succession, Unit, UnitName
from lms.organisation.queries.choices import LAND, counted, is_asked, posts_of, waits
from lms.organisation.queries.listing import matching
from lms.organisation.queries.rosters import slices
from lms.organisation.queries.units import _name_nearest
from lms.organisation.scope import within
from lms.platform.access import Actor, Permission
from lms.platform.db import db

CHANGE = Permission.ORGANISATION_POSTING_CHANGE


@dataclass(frozen=True)
class Asking:
    """An old unit whose people must be assigned, as far as the reader may do so."""

    reform_id: int
    title: str
    decision: str
    on: date
    old_id: int
    old: str
    waiting: int
    settled: int


@dataclass(frozen=True)
class AskedPerson:
    """A person who waits for a unit, or was assigned to one, as the page of assignments shows him."""

    person_id: int
    full_name: str
    personal_id: str
    new_id: int | None
    new: str
    confirmed: bool
    may_send: bool
    """Whether the reader may send him to any successor; otherwise only take him into a unit of his own."""
    department: str = ""
    title: str = ""


@dataclass(frozen=True)
class Option:
    """A unit among which the people of an old one are divided."""

    id: int
    code: str
    name: str
    is_mine: bool


def _sends(actor: Actor) -> ColumnElement[bool]:
    """Whether the people of the choice were, or are counted, in a unit of the actor."""
    return or_(within(actor, CHANGE, ReformChoice.old_id), within(actor, CHANGE, ReformChoice.new_id))


def in_hand(actor: Actor) -> ColumnElement[bool]:
    """Choices that the actor may make.

    The office of the old unit and that of the unit where the person is counted, always; the office of any other
    successor as long as nobody has chosen: whoever was assigned is not taken away by a third unit.
    """
    takes = exists(
        select(Succession.id).where(
            Succession.reform_id == ReformChoice.reform_id,
            Succession.old_id == ReformChoice.old_id,
            Succession.share != LAND,
            within(actor, CHANGE, Succession.new_id),
        )
    )
    return or_(_sends(actor), and_(ReformChoice.confirmed_at.is_(None), takes))


def count_waiting_within(actor: Actor) -> int:
    """How many people wait for a choice that the actor may make."""
    wanted = (
        select(func.count(ReformChoice.person_id.distinct()))
        .join(Reform, Reform.id == ReformChoice.reform_id)
        .where(*waits(Reform.effective_on), in_hand(actor))
    )
    return db.session.scalar(wanted) or 0


def asking(actor: Actor, reform_id: int | None = None, old_id: int | None = None) -> list[Asking]:
    """Old units with people whom the actor may assign, those with somebody waiting first."""
    waiting = func.count(ReformChoice.person_id.distinct()).filter(ReformChoice.confirmed_at.is_(None))
    settled = func.count(ReformChoice.person_id.distinct()).filter(ReformChoice.confirmed_at.is_not(None))
    wanted = (
        select(
            Reform.id,
            Reform.title,
            Reform.decision,
            Reform.effective_on,
            ReformChoice.old_id,
            UnitName.name,
            waiting,
            settled,
        )
        .select_from(ReformChoice)
        .join(Reform, Reform.id == ReformChoice.reform_id)
        .join(
            UnitName,
            and_(
                UnitName.unit_id == ReformChoice.old_id,
                UnitName.id == _last_name(ReformChoice.old_id, Reform.effective_on),
            ),
        )
        .where(in_hand(actor), is_asked(Reform.effective_on))
        .group_by(
            Reform.id, Reform.title, Reform.decision, Reform.effective_on, ReformChoice.old_id, UnitName.name,
            UnitName.sort_name,
        )
        .order_by((waiting == 0), Reform.effective_on.desc(), UnitName.sort_name, ReformChoice.old_id)
    )  # fmt: skip
    if reform_id is not None:
        wanted = wanted.where(ReformChoice.reform_id == reform_id)
    if old_id is not None:
        wanted = wanted.where(ReformChoice.old_id == old_id)
    return [Asking(*row) for row in db.session.execute(wanted)]


def _last_name(unit: Any, on: Any) -> Any:
    """The id of the name that a unit bore last before a day."""
    name = aliased(UnitName)
    return (
        select(name.id)
        .where(name.unit_id == unit, name.from_on < on)
        .order_by(name.from_on.desc())
        .limit(1)
        .scalar_subquery()
    )


def asking_for(actor: Actor, reform_id: int, old_id: int) -> Asking:
    """The old unit in a reform, if there is anybody whom the actor may assign; else 404."""
    found = asking(actor, reform_id, old_id)
    if not found:
        abort(404)
    return found[0]


def heirs_of(actor: Actor, reform: Reform, old_id: int) -> list[Option]:
    """The units among which the people of an old unit are divided, in the order of the decision."""
    rows = db.session.execute(
        select(Unit.id, Unit.code, UnitName.name, case((within(actor, CHANGE, Unit.id), 1), else_=0))
        .select_from(Succession)
        .join(Unit, Unit.id == Succession.new_id)
        .join(UnitName, and_(UnitName.unit_id == Unit.id, UnitName.id == _name_nearest(reform.effective_on)))
        .where(Succession.reform_id == reform.id, Succession.old_id == old_id, Succession.share != LAND)
        .order_by(Succession.id)
    )
    return [Option(row[0], row[1], row[2], bool(row[3])) for row in rows]


def _of_unit(
    actor: Actor, reform: Reform, old_id: int, *, department: str, words: str, confirmed: bool | None, columns: Any
) -> Select[Any]:
    on = reform.effective_on
    posting = aliased(Posting)
    here = select(posting.id).where(counted(posting, on))
    if department:
        here = here.where(posting.department == department)
    wanted = (
        select(*columns)
        .select_from(ReformChoice)
        .join(Person, Person.id == ReformChoice.person_id)
        .where(
            ReformChoice.reform_id == reform.id,
            ReformChoice.old_id == old_id,
            in_hand(actor),
            exists(here.correlate_except(posting)),
            *matching(words),
        )
    )
    if confirmed is not None:
        wanted = wanted.where(
            ReformChoice.confirmed_at.is_not(None) if confirmed else ReformChoice.confirmed_at.is_(None)
        )
    return wanted


def count_asked(actor: Actor, reform: Reform, old_id: int, *, department: str = "", words: str = "") -> tuple[int, int]:
    """How many who match wait, and how many are assigned."""
    waiting = func.count().filter(ReformChoice.confirmed_at.is_(None))
    wanted = _of_unit(
        actor, reform, old_id, department=department, words=words, confirmed=None, columns=(waiting, func.count())
    )
    row = db.session.execute(wanted).one()
    return row[0], row[1] - row[0]


def people_asked(
    actor: Actor,
    reform: Reform,
    old_id: int,
    *,
    department: str = "",
    words: str = "",
    confirmed: bool | None = None,
    offset: int = 0,
    limit: int = 50,
) -> list[AskedPerson]:
    """People of an old unit whom the actor may assign, by given name."""
    new = aliased(UnitName)
    on = reform.effective_on
    columns = (
        ReformChoice.id,
        Person.id.label("person_id"),
        Person.full_name,
        Person.personal_id,
        ReformChoice.new_id,
        func.coalesce(new.name, "").label("new"),
        ReformChoice.confirmed_at,
        case((_sends(actor), 1), else_=0).label("may_send"),
    )
    wanted = _of_unit(
        actor, reform, old_id, department=department, words=words, confirmed=confirmed, columns=columns
    ).outerjoin(new, and_(new.unit_id == ReformChoice.new_id, new.id == _name_nearest(on, ReformChoice.new_id)))
    rows = db.session.execute(wanted.order_by(Person.sort_name, Person.id).offset(offset).limit(limit)).all()
    posts = posts_of((row.id for row in rows), on)
    return [
        AskedPerson(
            row.person_id, row.full_name, row.personal_id, row.new_id, row.new, row.confirmed_at is not None,
            bool(row.may_send), *posts.get(row.id, ("", "")),
        )
        for row in rows
    ]  # fmt: skip


def ids_asked(
    actor: Actor, reform: Reform, old_id: int, *, department: str, words: str, confirmed: bool | None
) -> list[int]:
    """The person ids behind a filtered list of people to assign."""
    wanted = _of_unit(
        actor,
        reform,
        old_id,
        department=department,
        words=words,
        confirmed=confirmed,
        columns=(ReformChoice.person_id,),
    )
    return list(db.session.scalars(wanted))


def departments_asked(actor: Actor, reform: Reform, old_id: int) -> list[tuple[str, int]]:
    """Departments of an old unit with the people whom the actor may assign there, in Vietnamese order."""
    rows = db.session.execute(
        select(Posting.department, func.count(ReformChoice.person_id.distinct()))
        .select_from(ReformChoice)
        .join(Posting, counted(Posting, reform.effective_on))
        .where(
            ReformChoice.reform_id == reform.id,
            ReformChoice.old_id == old_id,
            Posting.department != "",
            in_hand(actor),
        )
        .group_by(Posting.department)
        .order_by(Posting.department)
    )
    return [(row[0], row[1]) for row in rows]


def choices_in_hand(
    actor: Actor | None, reform: Reform, *, old_id: int | None = None, person_ids: Iterable[int] | None = None
) -> list[tuple[ReformChoice, str, bool]]:
    """Choices that may be made, with the personal number and whether the person may be sent to any successor.

    `actor` None is the administrator at the command line, who may make every one.
    """
    wanted = (
        select(ReformChoice, Person.personal_id, case((_sends(actor), 1), else_=0) if actor else literal(1))
        .join(Person, Person.id == ReformChoice.person_id)
        .where(ReformChoice.reform_id == reform.id, is_asked(reform.effective_on))
    )
    if actor is not None:
        wanted = wanted.where(in_hand(actor))
    if old_id is not None:
        wanted = wanted.where(ReformChoice.old_id == old_id)
    if person_ids is None:
        return [(row[0], row[1], bool(row[2])) for row in db.session.execute(wanted)]
    return [
        (row[0], row[1], bool(row[2]))
        for some in slices(person_ids)
        for row in db.session.execute(wanted.where(ReformChoice.person_id.in_(some)))
    ]


def postings_counted(reform: Reform, choice_ids: Iterable[int]) -> dict[int, list[Posting]]:
    """Choice → the postings that it puts elsewhere."""
    found: dict[int, list[Posting]] = {}
    for some in slices(choice_ids):
        rows = db.session.execute(
            select(ReformChoice.id, Posting)
            .join(Posting, counted(Posting, reform.effective_on))
            .where(ReformChoice.id.in_(some))
            .order_by(Posting.from_on, Posting.id)
        )
        for choice_id, posting in rows:
            found.setdefault(choice_id, []).append(posting)
    return found
