"""Queries of certificates: the register, one's own papers, verification. What issuing needs lies in `issuing`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms.certificates import rules
from lms.certificates.models import Certificate, CertificateSeries
from lms.certificates.rules import Status
from lms.learning.models import Completion
from lms.organisation.models import Person, UnitName
from lms.organisation.scope import within
from lms.platform import vietnamese
from lms.platform.access import Actor, Permission
from lms.platform.db import db

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
