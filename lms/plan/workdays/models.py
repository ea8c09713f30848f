"""What was decided about single days: closed although it is no holiday by law, or open although it is one."""

from datetime import date, datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.platform.columns import day as day_column
from lms.platform.columns import moment, vi_text
from lms.platform.db import db

BELIEVED = text("superseded_at IS NULL")


class DayOff(db.Model):  # type: ignore[name-defined]
    """A day and what was announced for it. Rows with superseded_at are no longer believed."""

    __tablename__ = "day_off"
    __table_args__ = (
        Index("uq_day_off_day", "day", unique=True, sqlite_where=BELIEVED, postgresql_where=BELIEVED),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(day_column())
    is_off: Mapped[bool]
    """False: offices are open although the law or the week says otherwise, as when two days are exchanged."""
    name: Mapped[str] = mapped_column(vi_text(120))
    """"Tết Nguyên đán Đinh Mùi"."""
    document: Mapped[str] = mapped_column(vi_text(120), default="")
    """Number of the announcement."""
    account_id: Mapped[int | None]
    recorded_at: Mapped[datetime] = mapped_column(moment())
    superseded_at: Mapped[datetime | None] = mapped_column(moment())
