"""The outbox of letters."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.platform.columns import code_text, long_text, moment, vi_text
from lms.platform.db import db


class Letter(db.Model):  # type: ignore[name-defined]
    """An e-mail to be sent; written in the transaction that causes it, delivered after the commit."""

    __tablename__ = "letter"
    __table_args__ = (
        Index(
            "ix_letter_waiting",
            "next_try_at",
            sqlite_where=text("sent_at IS NULL"),
            postgresql_where=text("sent_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(code_text(160))
    subject: Mapped[str] = mapped_column(vi_text(200))
    body: Mapped[str] = mapped_column(long_text())
    written_at: Mapped[datetime] = mapped_column(moment())
    next_try_at: Mapped[datetime] = mapped_column(moment())
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(moment())
    given_up_at: Mapped[datetime | None] = mapped_column(moment())
    error: Mapped[str] = mapped_column(vi_text(300), default="")
