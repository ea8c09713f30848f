"""Queries of certificates: the register, one's own papers, verification, and what issuing needs to know."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, func, or_, select, text
from sqlalchemy.orm import aliased

from lms.catalogue.models import Course, CourseVersion
from lms.certificates import rules
from lms.certificates.models import Certificate, CertificateSeries
from lms.certificates.rules import Directory, Facts, Name, Status
from lms.learning.models import Completion
from lms.organisation.models import Person, Succession, UnitName
from lms.organisation.scope import within
from lms.platform import vietnamese
from lms.platform.access import Actor, Permission
from lms.platform.columns import day
from lms.platform.db import db

# What issuing needs ---------------------------------------------------------------------------------------------------


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


# Certificates as they are read ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A certificate as lists and pages show it; words come from what was frozen."""

    id: int
    number: int
    full_number: str
    code: str
    completion_id: int
    person_id: int
    issued_on: date
    content: dict[str, Any]
    revoked_on: date | None
    revoked_ground: str
    revoked_reason: str
    replaced_ground: str
    replaced_reason: str
    replaced_by_id: int | None
    newer_number: str | None
    newer_code: str | None
    newer_on: date | None
    older_number: str | None
    is_voided: bool
    """The result behind it was voided later: the certificate awaits its withdrawal."""

    @property
    def status(self) -> Status:
        """What the certificate is worth."""
        return rules.status(revoked=self.revoked_on is not None, replaced=self.replaced_by_id is not None)

    @property
    def holder(self) -> str:
        """The holder's name."""
        return str(self.content["holder"])

    @property
    def course(self) -> str:
        """The course's title."""
        return str(self.content["course"])

    @property
    def workplace(self) -> str:
        """Department and unit."""
        return rules.workplace(self.content["unit"], self.content["department"])

    @property
    def born_on(self) -> date | None:
        """The holder's birth date."""
        return date.fromisoformat(self.content["born_on"]) if self.content["born_on"] else None

    @property
    def from_on(self) -> date:
        """The first day of study."""
        return date.fromisoformat(self.content["from"])

    @property
    def to_on(self) -> date:
        """The last day of study."""
        return date.fromisoformat(self.content["to"])


_newer = aliased(Certificate)
_older = aliased(Certificate)


def _rows() -> Select[Any]:
    voided = exists(
        select(Completion.id).where(Completion.id == Certificate.completion_id, Completion.voided_at.is_not(None))
    )
    older = (
        select(_older.full_number)
        .where(_older.replaced_by_id == Certificate.id)
        .order_by(_older.id.desc())
        .limit(1)
        .correlate(Certificate)
        .scalar_subquery()
    )
    return select(
        Certificate.id,
        Certificate.number,
        Certificate.full_number,
        Certificate.code,
        Certificate.completion_id,
        Certificate.person_id,
        Certificate.issued_on,
        Certificate.content,
        Certificate.revoked_on,
        Certificate.revoked_ground,
        Certificate.revoked_reason,
        Certificate.replaced_ground,
        Certificate.replaced_reason,
        Certificate.replaced_by_id,
        _newer.full_number.label("newer_number"),
        _newer.code.label("newer_code"),
        _newer.issued_on.label("newer_on"),
        older.label("older_number"),
        voided.label("is_voided"),
    ).outerjoin(_newer, _newer.id == Certificate.replaced_by_id)


def _one(condition: ColumnElement[bool]) -> Row | None:
    row = db.session.execute(_rows().where(condition)).first()
    return None if row is None else Row(**row._mapping)


def certificates_of(person_id: int) -> list[Row]:
    """A person's own certificates, newest first."""
    rows = db.session.execute(
        _rows().where(Certificate.person_id == person_id).order_by(Certificate.issued_on.desc(), Certificate.id.desc())
    )
    return [Row(**row._mapping) for row in rows]


def certificate_of_completion(person_id: int, completion_id: int) -> int | None:
    """The id of a person's newest certificate for one of their completions."""
    return db.session.scalar(
        select(Certificate.id)
        .where(Certificate.completion_id == completion_id, Certificate.person_id == person_id)
        .order_by(Certificate.edition.desc())
        .limit(1)
    )


_BY_COMPLETION: Select[*tuple[Any, ...]] = (
    select(Certificate.completion_id, func.max(Certificate.id))
    .where(Certificate.completion_id.in_(bindparam("completion_ids", expanding=True)))
    .group_by(Certificate.completion_id)
)


def certificates_by_completion(completion_ids: Iterable[int]) -> dict[int, int]:
    """Completion id → id of its newest certificate, for lists that link to papers."""
    wanted = sorted(set(completion_ids))
    return dict(db.session.execute(_BY_COMPLETION, {"completion_ids": wanted}).all()) if wanted else {}


def certificate_for(actor: Actor, permission: Permission, certificate_id: int) -> Row | None:
    """The certificate, if its holder's unit lies within the actor's units."""
    return _one(and_(Certificate.id == certificate_id, within(actor, permission, Certificate.unit_id)))


def paper_for(actor: Actor, certificate_id: int) -> Row | None:
    """The certificate, if it is the actor's own or its holder's unit lies within the actor's units."""
    seen = within(actor, Permission.CERTIFICATES_CERTIFICATE_READ, Certificate.unit_id)
    if actor.person_id is not None:
        seen = or_(Certificate.person_id == actor.person_id, seen)
    return _one(and_(Certificate.id == certificate_id, seen))


def entity(certificate_id: int) -> Certificate:
    """The certificate as the service changes it."""
    return db.session.get_one(Certificate, certificate_id)


def verified(typed: str) -> Row | None:
    """What the public may check, by code or by number; revoked and replaced ones are found too."""
    if (code := rules.read_code(typed)) is not None:
        return _one(Certificate.code == code)
    if (number := rules.read_number(typed)) is not None:
        return _one(Certificate.full_number == number)
    return None


# The register ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Book:
    """A series for the filter of the register."""

    id: int
    year: int
    symbol: str
    last_number: int
    issuer: str


def books() -> list[Book]:
    """Every series, newest year first, with the issuer's last name."""
    any_name = aliased(UnitName)
    latest = select(func.max(any_name.to_on)).where(any_name.unit_id == CertificateSeries.issuer_id).scalar_subquery()
    rows = db.session.execute(
        select(
            CertificateSeries.id,
            CertificateSeries.year,
            CertificateSeries.symbol,
            CertificateSeries.last_number,
            UnitName.name,
        )
        .outerjoin(UnitName, and_(UnitName.unit_id == CertificateSeries.issuer_id, UnitName.to_on == latest))
        .order_by(CertificateSeries.year.desc(), CertificateSeries.symbol)
    )
    return [Book(id_, year, symbol, last, name or "") for id_, year, symbol, last, name in rows]


@dataclass(frozen=True)
class Filter:
    """What of the register is asked for."""

    book: int | None = None
    words: str = ""
    status: Status | None = None


_STATUS = case(
    (Certificate.revoked_on.is_not(None), Status.REVOKED.value),
    (Certificate.replaced_by_id.is_not(None), Status.REPLACED.value),
    else_=Status.VALID.value,
)


def _register(actor: Actor, wanted: Filter) -> ColumnElement[bool]:
    conditions = [within(actor, Permission.CERTIFICATES_CERTIFICATE_READ, Certificate.unit_id)]
    if wanted.book is not None:
        conditions.append(Certificate.series_id == wanted.book)
    if number := rules.read_number(wanted.words):
        conditions.append(Certificate.full_number == number)
    elif wanted.words.isascii() and wanted.words.isdigit():
        conditions.append(Certificate.number == min(int(wanted.words), 2**31 - 1))
    else:
        named = [Person.search_key.contains(word, autoescape=True) for word in vietnamese.fold(wanted.words).split()]
        if named:
            conditions.append(Certificate.person_id.in_(select(Person.id).where(*named)))
    return and_(*conditions)


def register_counts(actor: Actor, wanted: Filter) -> dict[Status, int]:
    """How many certificates of each status the filter finds (its own status set aside)."""
    rows = db.session.execute(select(_STATUS, func.count()).where(_register(actor, wanted)).group_by(_STATUS))
    return {Status(word): count for word, count in rows}


def _register_rows(actor: Actor, wanted: Filter) -> Select[Any]:
    found = _rows().where(_register(actor, wanted))
    return found if wanted.status is None else found.where(_STATUS.in_([wanted.status.value]))


def register_page(actor: Actor, wanted: Filter, *, offset: int, limit: int) -> list[Row]:
    """A page of the register, newest number first."""
    rows = db.session.execute(
        _register_rows(actor, wanted)
        .order_by(Certificate.issued_on.desc(), Certificate.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [Row(**row._mapping) for row in rows]


def register_book(actor: Actor, wanted: Filter) -> Iterator[Row]:
    """The register in the order of a book: by series, then by number; a stream."""
    rows = db.session.execute(
        _register_rows(actor, wanted)
        .join(CertificateSeries, CertificateSeries.id == Certificate.series_id)
        .order_by(CertificateSeries.year, CertificateSeries.symbol, Certificate.number)
        .execution_options(yield_per=1000)
    )
    for row in rows:
        yield Row(**row._mapping)
