"""Accounts, invitations and grants."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.platform.columns import FOREVER, code_text, day, moment, vi_text
from lms.platform.db import db


class Role(StrEnum):
    """Vai trò; every account with a person is a learner besides."""

    TRAINER = "giang_vien"
    HR = "nhan_su"
    LEADER = "lanh_dao"
    ADMINISTRATOR = "quan_tri"


class Account(db.Model):  # type: ignore[name-defined]
    """A way in. Made from a person; `login` is what is typed: an e-mail address or a staff code, lower case."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), unique=True)
    login: Mapped[str] = mapped_column(code_text(160), unique=True)
    email: Mapped[str] = mapped_column(code_text(160), default="")
    name: Mapped[str] = mapped_column(vi_text(120), default="")
    """What an account without a person is called (the first administrator); else empty."""
    password_hash: Mapped[str] = mapped_column(code_text(160), default="")
    """Argon2id; empty while nobody has signed in."""
    must_change: Mapped[bool] = mapped_column(default=False)
    notice_seen_at: Mapped[datetime | None] = mapped_column(moment())
    """When the personal-data notice was shown and acknowledged as read."""
    failures: Mapped[int] = mapped_column(default=0)
    failed_at: Mapped[datetime | None] = mapped_column(moment())
    locked_until: Mapped[datetime | None] = mapped_column(moment())
    session_stamp: Mapped[int] = mapped_column(default=0)
    """Raised to end every open session: password change, lock, withdrawal."""
    last_signed_in_at: Mapped[datetime | None] = mapped_column(moment())
    created_at: Mapped[datetime] = mapped_column(moment())
    disabled_at: Mapped[datetime | None] = mapped_column(moment())


class UnknownLogin(db.Model):  # type: ignore[name-defined]
    """Wrong tries at a login that no account has: counted like any other, so that nobody learns which accounts exist.

    Only a keyed hash of what was typed is kept, for an hour.
    """

    __tablename__ = "unknown_login"

    login_hash: Mapped[str] = mapped_column(code_text(64), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    failed_at: Mapped[datetime | None] = mapped_column(moment(), index=True)
    locked_until: Mapped[datetime | None] = mapped_column(moment())


class Invitation(db.Model):  # type: ignore[name-defined]
    """A one-time way to set a password: a link by e-mail or a printed code. Only hashes are kept."""

    __tablename__ = "invitation"
    __table_args__ = (Index("ix_invitation_account", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(code_text(8))
    """Either link or code."""
    token_hash: Mapped[str] = mapped_column(code_text(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(moment())
    expires_at: Mapped[datetime] = mapped_column(moment())
    used_at: Mapped[datetime | None] = mapped_column(moment())


class Grant(db.Model):  # type: ignore[name-defined]
    """A role at a unit, flowing down the unit tree, from a day to a day."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint("from_on < to_on", name="interval"),
        Index("ix_role_grant_account", "account_id"),
        Index("ix_role_grant_unit", "unit_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    role: Mapped[str] = mapped_column(code_text(16))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    from_on: Mapped[date] = mapped_column(day())
    to_on: Mapped[date] = mapped_column(day(), default=FOREVER)
    granted_by: Mapped[int | None]
    recorded_at: Mapped[datetime] = mapped_column(moment())
    ended_at: Mapped[datetime | None] = mapped_column(moment())
    """When it was taken back; from that moment it no longer holds, whatever `to_on` says."""
    ended_by: Mapped[int | None]
