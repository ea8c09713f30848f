"""What the figures of a day are read from: changes per day and sums at month ends. Derived, rebuildable, no keys."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.platform.columns import big_id, day, moment
from lms.platform.db import db


class FigureDelta(db.Model):  # type: ignore[name-defined]
    """By how much the figures of a unit × origin × requirement change on a day. Only ever appended to."""

    __tablename__ = "figure_delta"
    __table_args__ = (Index("ix_figure_delta_day", "day", "unit_id"),)

    id: Mapped[int] = mapped_column(big_id(), primary_key=True)
    day: Mapped[date] = mapped_column(day())
    unit_id: Mapped[int]
    origin_id: Mapped[int]
    """The unit of the people in the structure before the last reform of that day; 0: they had none."""
    requirement_id: Mapped[int]
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
    origin_id: Mapped[int] = mapped_column(primary_key=True)
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


class FigureEra(db.Model):  # type: ignore[name-defined]
    """The time in which one reform is the last one: [from_on, to_on). Reform 0 is the time before the first."""

    __tablename__ = "figure_era"

    reform_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    from_on: Mapped[date] = mapped_column(day())
    to_on: Mapped[date] = mapped_column(day())


class FigureOrigin(db.Model):  # type: ignore[name-defined]
    """The former unit for which a person stands in the changes so far: `former_unit`, as it was counted."""

    __tablename__ = "figure_origin"

    reform_id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int]
