"""Certificate series and certificates."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.platform.columns import big_id, code_text, day, json_value, moment, vi_text
from lms.platform.db import db


class CertificateSeries(db.Model):  # type: ignore[name-defined]
    """The gapless book of numbers of one issuing body in one year; its row is the lock."""

    __tablename__ = "certificate_series"
    __table_args__ = (UniqueConstraint("issuer_id", "year"), UniqueConstraint("year", "symbol"))

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int]
    symbol: Mapped[str] = mapped_column(vi_text(40))
    """GCN-SKHCN; two bodies that share an abbreviation in a year keep books GCN-… and GCN2-…"""
    last_number: Mapped[int] = mapped_column(default=0)


class Certificate(db.Model):  # type: ignore[name-defined]
    """One row of the register. `content` is frozen at issue: the paper can be printed again, unchanged, for ever."""

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("series_id", "number"),
        UniqueConstraint("completion_id", "edition"),
        CheckConstraint("(revoked_on IS NULL) = (revoked_ground = '')", name="revocation"),
        CheckConstraint("(replaced_by_id IS NULL) = (replaced_ground = '')", name="replacement"),
        CheckConstraint("edition >= 1", name="edition"),
        Index("ix_certificate_person", "person_id", "course_id"),
        Index("ix_certificate_unit", "unit_id"),
        Index("ix_certificate_issued", "issued_on", "id"),
        Index("ix_certificate_replaced_by", "replaced_by_id"),
    )

    id: Mapped[int] = mapped_column(big_id(), primary_key=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("certificate_series.id"))
    number: Mapped[int]
    full_number: Mapped[str] = mapped_column(vi_text(60), unique=True)
    """00127/2026/GCN-SKHCN."""
    code: Mapped[str] = mapped_column(code_text(16), unique=True)
    """What is typed or scanned to verify it: 7KQ2-9M4T-…, unguessable."""
    completion_id: Mapped[int] = mapped_column(ForeignKey("completion.id"))
    edition: Mapped[int] = mapped_column(default=1)
    """1 is what the completion brought; 2 and on are re-issues of a faulty paper."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    """The holder's unit on the day of issue."""
    issued_on: Mapped[date] = mapped_column(day())
    content: Mapped[dict[str, Any]] = mapped_column(json_value())
    revoked_on: Mapped[date | None] = mapped_column(day())
    revoked_ground: Mapped[str] = mapped_column(code_text(24), default="")
    revoked_reason: Mapped[str] = mapped_column(vi_text(300), default="")
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"))
    replaced_ground: Mapped[str] = mapped_column(code_text(16), default="")
    """renewed (the course was completed again) or corrected (the paper was wrong)."""
    replaced_reason: Mapped[str] = mapped_column(vi_text(300), default="")
    recorded_at: Mapped[datetime] = mapped_column(moment())
