"""Closed periods and everything they rest on. Plain numbers instead of keys: they outlive what they speak of."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.platform.columns import big_id, code_text, day, long_text, moment, sort_key, vi_text
from lms.platform.db import db


class ClosedPeriod(db.Model):  # type: ignore[name-defined]
    """Figures of a plan on a day, closed. What is below `compared_at` is not sealed: it says what happened since."""

    __tablename__ = "closed_period"
    __table_args__ = (UniqueConstraint("plan_id", "as_of", "unit_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(code_text(120), unique=True)
    """KH-239.2026-09-30, with the code of the unit behind it if it is not the whole."""
    name: Mapped[str] = mapped_column(vi_text(160))
    """Quý III/2026."""
    as_of: Mapped[date] = mapped_column(day())
    plan_id: Mapped[int]
    plan_code: Mapped[str] = mapped_column(code_text(40))
    plan_number: Mapped[str] = mapped_column(vi_text(60))
    plan_title: Mapped[str] = mapped_column(vi_text(400))
    plan_issuer: Mapped[str] = mapped_column(vi_text(200))
    plan_issued_on: Mapped[date] = mapped_column(day())
    unit_id: Mapped[int]
    is_whole: Mapped[bool]
    """Every duty of the plan counts, whatever the unit; else those of the unit and what is under it."""
    closed_by: Mapped[int | None]
    closer: Mapped[str] = mapped_column(vi_text(160))
    closed_at: Mapped[datetime] = mapped_column(moment())
    units: Mapped[int] = mapped_column(default=0)
    requirements: Mapped[int] = mapped_column(default=0)
    persons: Mapped[int] = mapped_column(default=0)
    duties: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str] = mapped_column(code_text(64), default="")
    """SHA-256 of the canonical form."""
    compared_at: Mapped[datetime | None] = mapped_column(moment())
    """When it was last set against what is known now."""
    differences: Mapped[int] = mapped_column(default=0)
    verified_at: Mapped[datetime | None] = mapped_column(moment())
    faults: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str] = mapped_column(vi_text(400), default="")
    """The first thing that the last verification found wrong."""


class ClosedUnit(db.Model):  # type: ignore[name-defined]
    """A unit as it was called and where it hung on the day."""

    __tablename__ = "closed_unit"

    period_id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int]
    parent_id: Mapped[int | None]
    code: Mapped[str] = mapped_column(code_text(40))
    name: Mapped[str] = mapped_column(vi_text(200))
    short_name: Mapped[str] = mapped_column(vi_text(120))
    abbreviation: Mapped[str] = mapped_column(vi_text(40))
    kind: Mapped[str] = mapped_column(code_text(32))
    mark: Mapped[str] = mapped_column(code_text(16))


class ClosedRequirement(db.Model):  # type: ignore[name-defined]
    """A requirement with its rules as they stood."""

    __tablename__ = "closed_requirement"

    period_id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    requirement_id: Mapped[int]
    facts: Mapped[str] = mapped_column(long_text())
    """Canonical JSON: how it is called, and everything that decides (`rules.RequirementFact`)."""
    mark: Mapped[str] = mapped_column(code_text(16))


class ClosedPerson(db.Model):  # type: ignore[name-defined]
    """Somebody with a duty on the day, as printed then."""

    __tablename__ = "closed_person"
    __table_args__ = (Index("ix_closed_person_person", "period_id", "person_id"),)

    period_id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    personal_id: Mapped[str] = mapped_column(code_text(12))
    full_name: Mapped[str] = mapped_column(vi_text(120))
    title: Mapped[str] = mapped_column(vi_text(160))
    department: Mapped[str] = mapped_column(vi_text(160))
    position: Mapped[str] = mapped_column(code_text(40))
    category: Mapped[str] = mapped_column(code_text(24))
    posting_id: Mapped[int | None] = mapped_column(big_id())
    mark: Mapped[str] = mapped_column(code_text(16))
    sort_name: Mapped[str] = mapped_column(sort_key())
    """This and the next follow from the name and are not sealed."""
    search_key: Mapped[str] = mapped_column(code_text(160))


class ClosedDuty(db.Model):  # type: ignore[name-defined]
    """An obligation that held on the day. What happened after it reads FOREVER."""

    __tablename__ = "closed_duty"
    __table_args__ = (Index("ix_closed_duty_person", "period_id", "person_id"),)

    period_id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    requirement_id: Mapped[int]
    cycle: Mapped[int]
    unit_id: Mapped[int]
    kind: Mapped[int]
    """0 counts, 1 paused, 2 waived."""
    due_on: Mapped[date] = mapped_column(day())
    started_on: Mapped[date] = mapped_column(day())
    fulfilled_on: Mapped[date] = mapped_column(day())
    evidence: Mapped[str] = mapped_column(code_text(2000))
    """Facts behind it by id: c completion, w waiver, g granted due day, a absence; "c12 c15"."""
    mark: Mapped[str] = mapped_column(code_text(16))


class ClosedBlock(db.Model):  # type: ignore[name-defined]
    """The SHA-256 of the canonical form up to the end of a block of lines: says where the first wrong line lies."""

    __tablename__ = "closed_block"

    period_id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(code_text(16))
    through: Mapped[int]
    """The number of the part's last line in the block."""
    digest: Mapped[str] = mapped_column(code_text(64))


class ClosedFigure(db.Model):  # type: ignore[name-defined]
    """Figures that follow from the basis (stage 0), from errata up to number n (stage n), or from what is known now
    (stage −1). Requirement 0 carries the distinct persons of a unit, and nothing else."""

    __tablename__ = "closed_figure"

    period_id: Mapped[int] = mapped_column(primary_key=True)
    stage: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(primary_key=True)
    requirement_id: Mapped[int] = mapped_column(primary_key=True)
    required: Mapped[int]
    completed: Mapped[int]
    late: Mapped[int]
    in_progress: Mapped[int]
    overdue: Mapped[int]
    paused: Mapped[int]
    waived: Mapped[int]
    persons: Mapped[int]


class PeriodErratum(db.Model):  # type: ignore[name-defined]
    """Đính chính số n of a closed period."""

    __tablename__ = "period_erratum"
    __table_args__ = (UniqueConstraint("period_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int]
    number: Mapped[int]
    reason: Mapped[str] = mapped_column(vi_text(400))
    document: Mapped[str] = mapped_column(vi_text(120), default="")
    """Number of the paper by which it was announced, as the records office gave it."""
    issued_by: Mapped[int | None]
    issuer: Mapped[str] = mapped_column(vi_text(160))
    issued_at: Mapped[datetime] = mapped_column(moment())
    lines: Mapped[int]
    before: Mapped[str] = mapped_column(code_text(64))
    """The digest of the erratum before, of the first one that of the period."""
    digest: Mapped[str] = mapped_column(code_text(64))


class _Change:
    """A duty before and after; a side that is not there has no unit."""

    number: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    requirement_id: Mapped[int]
    cycle: Mapped[int]
    personal_id: Mapped[str] = mapped_column(code_text(12))
    full_name: Mapped[str] = mapped_column(vi_text(120))
    requirement: Mapped[str] = mapped_column(vi_text(300))
    was_unit_id: Mapped[int | None]
    was_kind: Mapped[int | None]
    was_due_on: Mapped[date | None] = mapped_column(day())
    was_started_on: Mapped[date | None] = mapped_column(day())
    was_fulfilled_on: Mapped[date | None] = mapped_column(day())
    was_evidence: Mapped[str] = mapped_column(code_text(2000))
    unit_id: Mapped[int | None]
    kind: Mapped[int | None]
    due_on: Mapped[date | None] = mapped_column(day())
    started_on: Mapped[date | None] = mapped_column(day())
    fulfilled_on: Mapped[date | None] = mapped_column(day())
    evidence: Mapped[str] = mapped_column(code_text(2000))
    cause: Mapped[str] = mapped_column(code_text(16))
    """The main one, of `rules.Cause`."""
    words: Mapped[str] = mapped_column(vi_text(600))
    """All causes as a sentence."""
    counts: Mapped[bool]
    """Whether a figure changes by it, or only a detail."""


class ErratumLine(_Change, db.Model):  # type: ignore[name-defined]
    """One duty that an erratum puts right."""

    __tablename__ = "erratum_line"
    __table_args__ = (Index("ix_erratum_line_person", "person_id", "requirement_id"),)

    erratum_id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)
    mark: Mapped[str] = mapped_column(code_text(16))


class PeriodDifference(_Change, db.Model):  # type: ignore[name-defined]
    """One duty that is known otherwise now than the period, with its errata, says. Found anew by each comparison."""

    __tablename__ = "period_difference"

    period_id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)
