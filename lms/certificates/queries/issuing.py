"""What issuing a certificate needs to know: the completion, and the dated organisation around its organiser."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, func, or_, select, text

from lms.catalogue.models import Course, CourseVersion
from lms.certificates.models import Certificate
from lms.certificates.rules import Directory, Facts, Name
from lms.learning.models import Completion
from lms.organisation.models import Person, Succession, UnitName
from lms.platform.columns import day
from lms.platform.db import db


def _facts() -> Any:
    return (
        select(
            Completion.id,
            Completion.person_id,
            Completion.course_id,
            Course.organiser_id,
            Completion.unit_id,
            Completion.source,
            Completion.voided_at,
            Person.full_name,
            Person.birth_date,
            UnitName.name.label("unit"),
            Completion.department,
            CourseVersion.title,
            CourseVersion.number.label("version"),
            Completion.hours,
            Completion.started_on,
            Completion.completed_on,
            Completion.score,
        )
        .join(Person, Person.id == Completion.person_id)
        .join(Course, Course.id == Completion.course_id)
        .outerjoin(CourseVersion, CourseVersion.id == func.coalesce(Completion.version_id, Course.current_version_id))
        .outerjoin(
            UnitName,
            and_(
                UnitName.unit_id == Completion.unit_id,
                UnitName.from_on <= Completion.completed_on,
                UnitName.to_on > Completion.completed_on,
            ),
        )
    )


def _as_facts(row: Any) -> Facts:
    return Facts(
        completion_id=row.id,
        person_id=row.person_id,
        course_id=row.course_id,
        organiser_id=row.organiser_id,
        unit_id=row.unit_id,
        source=row.source,
        voided=row.voided_at is not None,
        holder=row.full_name,
        born_on=row.birth_date,
        unit=row.unit or "",
        department=row.department,
        course=row.title or "",
        version=row.version,
        hours=row.hours,
        started_on=row.started_on,
        completed_on=row.completed_on,
        score=row.score,
    )


@lru_cache(maxsize=1)
def _facts_of_one() -> Any:
    return _facts().where(Completion.id == bindparam("completion_id"))


def facts_of(completion_id: int) -> Facts | None:
    """What a completion says, None if there is no such completion."""
    row = db.session.connection().execute(_facts_of_one(), {"completion_id": completion_id}).first()
    return None if row is None else _as_facts(row)


def _without_certificate() -> ColumnElement[bool]:
    return and_(
        Completion.voided_at.is_(None),
        Completion.source != "recognised",
        ~exists(select(Certificate.id).where(Certificate.completion_id == Completion.id)),
    )


def facts_without_certificate(completion_ids: Sequence[int] | None = None) -> Iterator[Facts]:
    """Completions that are due a certificate and have none, in the order in which they were completed; a stream."""
    wanted = _facts().where(_without_certificate()).order_by(Completion.completed_on, Completion.id)
    if completion_ids is not None:
        wanted = wanted.where(Completion.id.in_(completion_ids))
    for row in db.session.execute(wanted.execution_options(yield_per=5000)):
        yield _as_facts(row)


def organisers_waiting(completion_ids: Sequence[int] | None = None) -> dict[int, date]:
    """Organiser → first day, of completions that are due a certificate and have none."""
    wanted = (
        select(Course.organiser_id, func.min(Completion.completed_on))
        .join(Course, Course.id == Completion.course_id)
        .where(_without_certificate())
        .group_by(Course.organiser_id)
    )
    if completion_ids is not None:
        wanted = wanted.where(Completion.id.in_(completion_ids))
    return dict(db.session.execute(wanted).all())


def directory(unit_ids: Iterable[int], first: date, last: date) -> Directory:
    """The given units with those above them, and their successors and forebears where `first`–`last` asks for them.

    One statement when every unit lives throughout; a few more for each reform on the way.
    """
    found = Directory()
    wanted = set(unit_ids)
    for _ in range(8):
        wanted -= set(found.lives)
        if not wanted:
            break
        _read_units(found, wanted)
        unsettled = {u for u in wanted if u in found.lives and _ends_or_begins(found.lives[u], first, last)}
        wanted = _read_successions(found, unsettled) if unsettled else set()
        wanted |= {parent for unit in unsettled for parent, _from, _to in found.parents.get(unit, ())}
    return found


def _ends_or_begins(life: tuple[date, date], first: date, last: date) -> bool:
    return life[0] > first or life[1] <= last


# One statement: lives, places, names, and the names of the units above.
_UNITS = (
    text(
        """
        SELECT 1 AS what, id, 0 AS parent_id, '' AS name, '' AS kind, '' AS abbreviation,
          valid_from AS from_on, valid_to AS to_on FROM unit WHERE id IN :ids
        UNION ALL
        SELECT 2, unit_id, parent_id, '', '', '', from_on, to_on FROM unit_place
        WHERE unit_id IN :ids AND parent_id IS NOT NULL
        UNION ALL
        SELECT 3, unit_id, 0, name, kind, abbreviation, from_on, to_on FROM unit_name
        WHERE unit_id IN :ids OR unit_id IN (SELECT parent_id FROM unit_place WHERE unit_id IN :ids)
        """
    )
    .bindparams(bindparam("ids", expanding=True))
    .columns(from_on=day(), to_on=day())
)


def _read_units(found: Directory, unit_ids: set[int]) -> None:
    lives, parents, names = found.lives, defaultdict(list), defaultdict(list)
    rows = db.session.connection().execute(_UNITS, {"ids": sorted(unit_ids)})
    for what, unit_id, parent_id, name, kind, abbreviation, from_on, to_on in rows:
        if what == 1:
            lives[unit_id] = (from_on, to_on)
        elif what == 2:
            parents[unit_id].append((parent_id, from_on, to_on))
        else:
            names[unit_id].append(Name(name, kind, abbreviation, from_on, to_on))
    found.parents.update(parents)
    found.names.update(names)


def _read_successions(found: Directory, unit_ids: set[int]) -> set[int]:
    rank = case((Succession.share == "full", 0), (Succession.share.in_(("area_only", "staff")), 2), else_=1)
    rows = db.session.execute(
        select(Succession.old_id, Succession.new_id)
        .where(
            or_(Succession.old_id.in_(sorted(unit_ids)), Succession.new_id.in_(sorted(unit_ids))),
            Succession.share != "area_only",
        )
        .order_by(rank, Succession.id)
    ).all()
    onward: set[int] = set()
    for old_id, new_id in rows:
        if new_id is None:
            continue
        if old_id in unit_ids:
            found.heirs.setdefault(old_id, []).append(new_id)
            onward.add(new_id)
        if new_id in unit_ids:
            found.forebears.setdefault(new_id, []).append(old_id)
            onward.add(old_id)
    return onward
