"""What the figures of a day are read from: changes per day and sums at month ends. Derived, rebuildable, no keys."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.platform.columns import big_id, code_text, day, moment
from lms.platform.db import db


class FigureDelta(db.Model):  # type: ignore[name-defined]
    """By how much the figures of a unit × lineage × requirement change on a day. Only ever appended to."""

    __tablename__ = "figure_delta"
    __table_args__ = (Index("ix_figure_delta_day", "day", "unit_id"),)

    id: Mapped[int] = mapped_column(big_id(), primary_key=True)
    day: Mapped[date] = mapped_column(day())
    unit_id: Mapped[int]
    lineage_id: Mapped[int]
    """For which former units the people stand, whichever reform is asked about; 0: for none."""
    requirement_id: Mapped[int]
    """Below zero: a group, whose `required` are distinct people (see `groups`)."""
    required: Mapped[int]
    completed: Mapped[int]
    late: Mapped[int]
    in_progress: Mapped[int]
    overdue: Mapped[int]
    paused: Mapped[int]
    waived: Mapped[int]


class FigureMark(db.Model):  # type: ignore[name-defined]
    """The sums of all changes up to and including a day, as known up to the head of that day."""

    __tablename__ = "figure_mark"
    __table_args__ = {"sqlite_with_rowid": False}

    day: Mapped[date] = mapped_column(day(), primary_key=True)
    unit_id: Mapped[int] = mapped_column(primary_key=True)
    lineage_id: Mapped[int] = mapped_column(primary_key=True)
    requirement_id: Mapped[int] = mapped_column(primary_key=True)
    required: Mapped[int]
    completed: Mapped[int]
    late: Mapped[int]
    in_progress: Mapped[int]
    overdue: Mapped[int]
    paused: Mapped[int]
    waived: Mapped[int]


class FigureHead(db.Model):  # type: ignore[name-defined]
    """A day that has a mark. Changes with a larger id than `through_id` are not yet in it."""

    __tablename__ = "figure_head"

    day: Mapped[date] = mapped_column(day(), primary_key=True)
    through_id: Mapped[int] = mapped_column(BigInteger)
    built_at: Mapped[datetime] = mapped_column(moment())


class FigureReform(db.Model):  # type: ignore[name-defined]
    """A reform whose former units the lineages know."""

    __tablename__ = "figure_reform"

    reform_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class FigureLineage(db.Model):  # type: ignore[name-defined]
    """The former units of some people, one for each known reform."""

    __tablename__ = "figure_lineage"

    id: Mapped[int] = mapped_column(primary_key=True)
    units: Mapped[str] = mapped_column(code_text(1000), unique=True)
    """The ids in the order of the reforms' ids, 0 for none: 3127,3127,0."""


class FigureFormer(db.Model):  # type: ignore[name-defined]
    """A lineage's former unit in the structure before a reform; no row where there was none."""

    __tablename__ = "figure_former"

    lineage_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reform_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int]


class FigurePerson(db.Model):  # type: ignore[name-defined]
    """The lineage for which a person stands in the changes so far: `former_unit`, as it was counted."""

    __tablename__ = "figure_person"

    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    lineage_id: Mapped[int]


class FigureGroup(db.Model):  # type: ignore[name-defined]
    """A requirement of a group whose people are counted once, however many of its requirements they have."""

    __tablename__ = "figure_group"

    group_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    requirement_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
