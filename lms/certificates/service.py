"""Service of certificates: issue, renew, re-issue, withdraw. Numbers are taken under the lock of their book."""

import io
import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.orm import make_transient_to_detached

from lms.certificates import rules
from lms.certificates.events import CertificateIssued, CertificateReplaced, CertificateRevoked, CertificatesLoaded
from lms.certificates.models import Certificate, CertificateSeries
from lms.certificates.queries import issuing
from lms.certificates.rules import Facts, Ground, Issuer, NewCode, Replacement
from lms.platform import clock
from lms.platform.db import db, is_postgresql, lock
from lms.platform.events import SYSTEM, By, emit
from lms.platform.forms import Refused

RENEWED = "Học lại và hoàn thành theo chu kỳ mới"


def new_code() -> str:
    """A code that cannot be guessed."""
    return rules.code_of(secrets.randbelow(rules.CODES))


def _city() -> str:
    return str(current_app.config["LMS"].city_name)


# Books ----------------------------------------------------------------------------------------------------------------


def _locked_book(issuer_id: int, year: int) -> CertificateSeries | None:
    return db.session.scalar(
        select(CertificateSeries)
        .where(CertificateSeries.issuer_id == issuer_id, CertificateSeries.year == year)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def book_of(issuer: Issuer, year: int) -> CertificateSeries:
    """The issuer's book of the year, opened on demand and locked until the transaction ends."""
    book = _locked_book(issuer.unit_id, year)
    if book is not None:
        return book
    lock(f"certificates:books:{year}")
    book = _locked_book(issuer.unit_id, year)
    if book is not None:
        return book
    taken = set(db.session.scalars(select(CertificateSeries.symbol).where(CertificateSeries.year == year)))
    book = CertificateSeries(
        issuer_id=issuer.unit_id, year=year, symbol=rules.symbol(issuer.abbreviation, taken), last_number=0
    )
    db.session.add(book)
    db.session.flush()
    return book


@dataclass(frozen=True)
class _Taken:
    """A number taken from a book, which stays locked until the transaction ends."""

    book_id: int
    symbol: str
    number: int


_BOOK = CertificateSeries.__table__
_TAKE = (
    update(_BOOK)
    .where(_BOOK.c.issuer_id == bindparam("issuer"), _BOOK.c.year == bindparam("of_year"))
    .values(last_number=_BOOK.c.last_number + 1)
    .returning(_BOOK.c.id, _BOOK.c.symbol, _BOOK.c.last_number)
)


def _take_number(issuer: Issuer, year: int) -> _Taken:
    """Take the next number and lock the book in one statement."""
    key = {"issuer": issuer.unit_id, "of_year": year}
    row = db.session.connection().execute(_TAKE, key).first()
    if row is None:
        book_of(issuer, year)
        row = db.session.connection().execute(_TAKE, key).one()
    return _Taken(*row)


def _give_back(taken: _Taken) -> None:
    """Leave no gap: nobody else can have taken the next one meanwhile."""
    change = update(_BOOK).where(_BOOK.c.id == taken.book_id).values(last_number=taken.number - 1)
    db.session.connection().execute(change)


# One certificate ------------------------------------------------------------------------------------------------------


def issue(completion_id: int, *, by: By, today: date) -> Certificate | None:
    """Issue the certificate of a completion, once.

    None where the completion brings none: unknown, voided, recognised from elsewhere, or issued before.
    An older certificate of the same person and course is thereby renewed.
    """
    facts = issuing.facts_of(completion_id)
    if facts is None or not rules.is_due(source=facts.source, voided=facts.voided):
        return None
    issuer = _issuer(facts, today)
    taken = _take_number(issuer, today.year)
    known = db.session.connection().execute(_KNOWN, {"person": facts.person_id, "course": facts.course_id}).all()
    # Asked under the lock of the book: two listeners for one completion cannot both pass.
    if any(row.completion_id == completion_id for row in known):
        _give_back(taken)
        return None
    certificate = _write(facts, issuer, taken, edition=1, today=today)
    _announce(certificate, by)
    older = next((row.id for row in known if row.revoked_on is None and row.replaced_by_id is None), None)
    if older is not None:
        old = db.session.get_one(Certificate, older, populate_existing=True)
        _replace(old, certificate, Replacement.RENEWED, RENEWED, by)
    return certificate


def _issuer(facts: Facts, today: date) -> Issuer:
    directory = issuing.directory([facts.organiser_id], today, today)
    return rules.issuer_on(directory, facts.organiser_id, today, _city())


_TABLE = Certificate.__table__
_ISSUE = (
    insert(_TABLE)
    .values(revoked_ground="", revoked_reason="", replaced_ground="", replaced_reason="")
    .returning(_TABLE.c.id)
)
# All certificates of a person and course, locked, the latest first.
_KNOWN = (
    select(_TABLE.c.id, _TABLE.c.completion_id, _TABLE.c.revoked_on, _TABLE.c.replaced_by_id)
    .where(_TABLE.c.person_id == bindparam("person"), _TABLE.c.course_id == bindparam("course"))
    .order_by(_TABLE.c.id.desc())
    .with_for_update()
)


def _write(facts: Facts, issuer: Issuer, taken: _Taken, *, edition: int, today: date) -> Certificate:
    """Write the row at once, beside the session, and let the session know it."""
    values = {
        "series_id": taken.book_id,
        "number": taken.number,
        "full_number": rules.full_number(taken.number, today.year, taken.symbol),
        "code": new_code(),
        "completion_id": facts.completion_id,
        "edition": edition,
        "person_id": facts.person_id,
        "course_id": facts.course_id,
        "unit_id": facts.unit_id,
        "issued_on": today,
        "content": rules.content(facts, issuer, _city()),
        "recorded_at": clock.now(),
    }
    certificate_id = db.session.connection().execute(_ISSUE, values).scalar_one()
    certificate = Certificate(id=certificate_id, **values)
    make_transient_to_detached(certificate)
    db.session.add(certificate)
    return certificate


def _announce(certificate: Certificate, by: By) -> None:
    emit(
        CertificateIssued(
            certificate_id=certificate.id,
            completion_id=certificate.completion_id,
            number=certificate.full_number,
            holder=certificate.content["holder"],
            title=certificate.content["course"],
            unit_id=certificate.unit_id,
            person_id=certificate.person_id,
        ),
        by=by,
    )


def _replace(old: Certificate, new: Certificate, ground: Replacement, reason: str, by: By) -> None:
    old.replaced_by_id, old.replaced_ground, old.replaced_reason = new.id, ground.value, reason
    db.session.flush()
    emit(
        CertificateReplaced(
            certificate_id=old.id,
            number=old.full_number,
            holder=old.content["holder"],
            new_number=new.full_number,
            ground=ground.value,
            reason=reason,
            unit_id=old.unit_id,
            person_id=old.person_id,
        ),
        by=by,
    )


def revoke(certificate: Certificate, *, ground: Ground, reason: str, by: By, today: date) -> None:
    """Withdraw a certificate on one of the five grounds; Refused if a rule forbids it. Its number stays taken."""
    db.session.refresh(certificate, with_for_update=True)
    refusal = rules.why_not_revoke(
        issued_on=certificate.issued_on,
        revoked=certificate.revoked_on is not None,
        corrected=certificate.replaced_ground == Replacement.CORRECTED,
        today=today,
    )
    if refusal is not None:
        raise Refused(refusal)
    certificate.revoked_on, certificate.revoked_ground, certificate.revoked_reason = today, ground.value, reason
    db.session.flush()
    emit(
        CertificateRevoked(
            certificate_id=certificate.id,
            number=certificate.full_number,
            holder=certificate.content["holder"],
            ground=ground.value,
            reason=reason,
            unit_id=certificate.unit_id,
            person_id=certificate.person_id,
        ),
        by=by,
    )


def corrections(certificate: Certificate, *, today: date) -> dict[str, tuple[Any, Any]]:
    """What a re-issue would put right today: key → (as printed, as it stands in the records now)."""
    facts = issuing.facts_of(certificate.completion_id)
    if facts is None:
        return {}
    fresh = rules.content(facts, _issuer(facts, today), _city())
    return rules.differences(certificate.content, fresh)


def reissue(certificate: Certificate, *, reason: str, by: By, today: date) -> Certificate:
    """Replace a faulty paper by a new one with a new number and today's records; Refused if a rule forbids it."""
    facts = issuing.facts_of(certificate.completion_id)
    assert facts is not None  # a certificate's completion is never deleted
    issuer = _issuer(facts, today)
    taken = _take_number(issuer, today.year)
    db.session.refresh(certificate, with_for_update=True)
    refusal = rules.why_not_reissue(
        issued_on=certificate.issued_on,
        revoked=certificate.revoked_on is not None,
        replaced=certificate.replaced_by_id is not None,
        voided=facts.voided,
        changed=bool(rules.differences(certificate.content, rules.content(facts, issuer, _city()))),
        today=today,
    )
    if refusal is not None:
        _give_back(taken)
        raise Refused(refusal)
    new = _write(facts, issuer, taken, edition=certificate.edition + 1, today=today)
    _announce(new, by)
    _replace(certificate, new, Replacement.CORRECTED, reason, by)
    return new


# Many at once ---------------------------------------------------------------------------------------------------------

BATCH = 5000


def issue_many(
    completion_ids: Sequence[int] | None = None, *, by: By = SYSTEM, today: date, code: NewCode = new_code
) -> int:
    """Issue for all completions that are due a certificate and have none (or for those named); say how many.

    Fills the books as the days went by: each certificate is dated on its completion's day and numbered in that order
    within issuer and year. Meant for loading a history; a completion of today goes through `issue`.
    """
    waiting = issuing.organisers_waiting(completion_ids)
    if not waiting:
        return 0
    directory = issuing.directory(waiting, min(waiting.values()), today)
    lock("certificates:bulk")
    issuers: dict[tuple[int, date], Issuer] = {}
    books: dict[tuple[int, int], CertificateSeries] = {}
    city, now = _city(), clock.now()

    def rows() -> Iterator[dict[str, Any]]:
        for facts in issuing.facts_without_certificate(completion_ids):
            day = facts.completed_on
            issuer = issuers.get((facts.organiser_id, day))
            if issuer is None:
                issuer = issuers[facts.organiser_id, day] = rules.issuer_on(directory, facts.organiser_id, day, city)
            book = books.get((issuer.unit_id, day.year))
            if book is None:
                book = books[issuer.unit_id, day.year] = book_of(issuer, day.year)
            book.last_number += 1
            yield {
                "series_id": book.id,
                "number": book.last_number,
                "full_number": rules.full_number(book.last_number, book.year, book.symbol),
                "code": code(),
                "completion_id": facts.completion_id,
                "edition": 1,
                "person_id": facts.person_id,
                "course_id": facts.course_id,
                "unit_id": facts.unit_id,
                "issued_on": day,
                "content": rules.content(facts, issuer, city),
                "revoked_ground": "",
                "revoked_reason": "",
                "replaced_ground": "",
                "replaced_reason": "",
                "recorded_at": now,
            }

    count = _store(rows())
    db.session.flush()
    _renew_in_order()
    emit(CertificatesLoaded(count=count), by=by)
    return count


def issue_in_bulk(today: date) -> int:
    """Issue for every completion that is due a certificate and has none; say how many."""
    return issue_many(today=today)


def _store(rows: Iterator[dict[str, Any]]) -> int:
    count = 0
    # While a copy is open its connection reads nothing else: a batch is gathered first, then written.
    while batch := list(islice(rows, BATCH)):
        with db.session.no_autoflush:
            _copy(batch) if is_postgresql() else db.session.execute(insert(Certificate), batch)
        count += len(batch)
    return count


def _copy(batch: list[dict[str, Any]]) -> None:
    columns = list(batch[0])
    wire = db.session.connection().connection.driver_connection
    assert wire is not None
    lines = io.StringIO()
    for row in batch:
        row = {**row, "content": json.dumps(row["content"], ensure_ascii=False)}
        lines.write("\t".join(_copied(row[column]) for column in columns) + "\n")
    with wire.cursor() as cursor, cursor.copy(f"COPY certificate ({', '.join(columns)}) FROM STDIN") as copy:
        copy.write(lines.getvalue())


def _copied(value: Any) -> str:
    if value is None:
        return r"\N"
    word = str(value)
    if word.isascii() and word.isprintable() and "\\" not in word:
        return word
    return word.replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n").replace("\r", r"\r")


def _renew_in_order() -> None:
    """Let each later certificate of a person and course take the place of the one before."""
    db.session.execute(
        text(
            """
            UPDATE certificate
            SET replaced_by_id = later.next_id, replaced_ground = 'renewed', replaced_reason = :reason
            FROM (SELECT id, lead(id) OVER (PARTITION BY person_id, course_id ORDER BY issued_on, id) AS next_id
                  FROM certificate WHERE revoked_on IS NULL) AS later
            WHERE later.id = certificate.id AND later.next_id IS NOT NULL AND certificate.replaced_by_id IS NULL
            """
        ),
        {"reason": RENEWED},
    )
