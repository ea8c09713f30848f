"""Units, successions, people and postings: dated facts as half-open intervals [from_on, to_on)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.platform.columns import FOREVER, big_id, code_text, day, json_value, moment, sort_key, vi_text
from lms.platform.db import db

BEGINNING = date(2000, 1, 1)
"""The open past: what stood before the first reform on record is told from here. Founding days are not kept."""


class StaffCategory(StrEnum):
    """Loại nhân sự."""

    OFFICIAL = "can_bo"
    CIVIL_SERVANT = "cong_chuc"
    PUBLIC_EMPLOYEE = "vien_chuc"
    WORKER = "nguoi_lao_dong"
    COMMUNITY = "cong_dong"


class Unit(db.Model):  # type: ignore[name-defined]
    """A body in the tree. Official codes are reused, so the key is (code, valid_from)."""

    __tablename__ = "unit"
    __table_args__ = (
        UniqueConstraint("code", "valid_from"),
        CheckConstraint("valid_from < valid_to", name="interval"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(code_text(40))
    valid_from: Mapped[date] = mapped_column(day())
    valid_to: Mapped[date] = mapped_column(day(), default=FOREVER)


class UnitName(db.Model):  # type: ignore[name-defined]
    """What a unit is called, and what kind it is, from a day to a day."""

    __tablename__ = "unit_name"
    __table_args__ = (
        UniqueConstraint("unit_id", "from_on"),
        CheckConstraint("from_on < to_on", name="interval"),
        Index("ix_unit_name_search", "search_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(vi_text(200))
    short_name: Mapped[str] = mapped_column(vi_text(120))
    abbreviation: Mapped[str] = mapped_column(vi_text(40), default="")
    kind: Mapped[str] = mapped_column(code_text(32))
    """As in the unit files: so, ban, quan, huyen, thi_xa, phuong, xa, thi_tran, …"""
    plan_role: Mapped[str] = mapped_column(code_text(32), default="")
    sort_name: Mapped[str] = mapped_column(sort_key())
    search_key: Mapped[str] = mapped_column(code_text(240))
    from_on: Mapped[date] = mapped_column(day())
    to_on: Mapped[date] = mapped_column(day(), default=FOREVER)


class UnitPlace(db.Model):  # type: ignore[name-defined]
    """Where a unit hangs in the tree, from a day to a day."""

    __tablename__ = "unit_place"
    __table_args__ = (
        UniqueConstraint("unit_id", "from_on"),
        CheckConstraint("from_on < to_on", name="interval"),
        Index("ix_unit_place_parent", "parent_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    from_on: Mapped[date] = mapped_column(day())
    to_on: Mapped[date] = mapped_column(day(), default=FOREVER)


class UnitClosure(db.Model):  # type: ignore[name-defined]
    """Derived from UnitPlace: every unit under every ancestor (itself at depth 0), while that held."""

    __tablename__ = "unit_closure"
    __table_args__ = (
        Index("ix_unit_closure_ancestor", "ancestor_id", "unit_id", "from_on", "to_on"),
        Index("ix_unit_closure_unit", "unit_id", "depth"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    ancestor_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    depth: Mapped[int]
    from_on: Mapped[date] = mapped_column(day())
    to_on: Mapped[date] = mapped_column(day())


class Reform(db.Model):  # type: ignore[name-defined]
    """A day on which several units were merged, split, renamed or dissolved together."""

    __tablename__ = "reform"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(code_text(40), unique=True)
    title: Mapped[str] = mapped_column(vi_text(300))
    decision: Mapped[str] = mapped_column(vi_text(120), default="")
    effective_on: Mapped[date] = mapped_column(day())
    sha256: Mapped[str] = mapped_column(code_text(64), default="", server_default="")
    """The file that told it; empty for the product's own data."""
    account_id: Mapped[int | None]
    applied_at: Mapped[datetime | None] = mapped_column(moment())
    """When people were moved by it; None while it is only on record."""


class Succession(db.Model):  # type: ignore[name-defined]
    """Old unit → new unit in a reform. `area_only` moves nobody; the new unit is empty when nothing succeeds."""

    __tablename__ = "succession"
    __table_args__ = (Index("ix_succession_old", "old_id"), Index("ix_succession_new", "new_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    reform_id: Mapped[int] = mapped_column(ForeignKey("reform.id"))
    old_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    new_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    share: Mapped[str] = mapped_column(code_text(24), default="full")
    """full, partial, remainder, area_only, area_part_pop_full, staff (district staff re-posted to a ward)."""
    clause: Mapped[str] = mapped_column(vi_text(40), default="")
    is_default: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Where people of the old unit go unless somebody chose otherwise; at most one a unit and reform."""


class ReformChoice(db.Model):  # type: ignore[name-defined]
    """A person of a split or dissolved unit: which successor he goes to, and whether somebody has said so."""

    __tablename__ = "reform_choice"
    __table_args__ = (
        UniqueConstraint("reform_id", "person_id", "old_id"),
        Index("ix_reform_choice_person", "person_id"),
        Index("ix_reform_choice_new", "new_id"),
    )

    id: Mapped[int] = mapped_column(big_id(), primary_key=True)
    reform_id: Mapped[int] = mapped_column(ForeignKey("reform.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    old_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    new_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    """Where he is posted meanwhile: the default successor; of a dissolved unit the one above it."""
    account_id: Mapped[int | None]
    recorded_at: Mapped[datetime] = mapped_column(moment())
    confirmed_at: Mapped[datetime | None] = mapped_column(moment())
    """When somebody chose; until then he counts as "chưa phân công đơn vị mới"."""


class ReformFile(db.Model):  # type: ignore[name-defined]
    """A file of a reform on its way: read, looked at, given a list of choices, and perhaps applied."""

    __tablename__ = "reform_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(vi_text(200))
    sha256: Mapped[str] = mapped_column(code_text(64))
    on_day: Mapped[date] = mapped_column(day())
    choices_name: Mapped[str] = mapped_column(vi_text(200), default="")
    choices_sha256: Mapped[str] = mapped_column(code_text(64), default="")
    account_id: Mapped[int | None]
    received_at: Mapped[datetime] = mapped_column(moment())
    reform_id: Mapped[int | None] = mapped_column(ForeignKey("reform.id"))
    """The reform it became once it was applied."""
    change_id: Mapped[int | None]
    """The change set that applied it, by which it can be undone."""


class Position(db.Model):  # type: ignore[name-defined]
    """A position group (nhóm vị trí) for assigning training."""

    __tablename__ = "position"

    code: Mapped[str] = mapped_column(code_text(40), primary_key=True)
    label: Mapped[str] = mapped_column(vi_text(160))
    levels: Mapped[list[str]] = mapped_column(json_value())
    staff_types: Mapped[list[str]] = mapped_column(json_value())


class Person(db.Model):  # type: ignore[name-defined]
    """One human, known by the 12-digit personal number; accounts are another matter."""

    __tablename__ = "person"
    __table_args__ = (
        Index("ix_person_sort", "sort_name", "id"),
        Index("ix_person_search", "search_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    personal_id: Mapped[str] = mapped_column(code_text(12), unique=True)
    staff_code: Mapped[str] = mapped_column(code_text(40), default="")
    full_name: Mapped[str] = mapped_column(vi_text(120))
    sort_name: Mapped[str] = mapped_column(sort_key())
    search_key: Mapped[str] = mapped_column(code_text(160))
    birth_date: Mapped[date | None] = mapped_column(day())
    birth_year: Mapped[int | None]
    """The year, where nobody has told the day; never beside a day."""
    sex: Mapped[str] = mapped_column(code_text(8), default="")
    """Either nam or nu; empty when unknown."""
    email: Mapped[str] = mapped_column(code_text(160), default="")
    phone: Mapped[str] = mapped_column(code_text(24), default="")
    recorded_at: Mapped[datetime] = mapped_column(moment())


class PersonWord(db.Model):  # type: ignore[name-defined]
    """Derived by the database itself: the words of a person's name without marks, for search."""

    __tablename__ = "person_word"
    __table_args__ = (Index("ix_person_word_person", "person_id"), {"sqlite_with_rowid": False})

    word: Mapped[str] = mapped_column(code_text(160), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)


class PersonCorrection(db.Model):  # type: ignore[name-defined]
    """A field of a person put right or changed: what stood before is kept."""

    __tablename__ = "person_correction"
    __table_args__ = (
        Index("ix_person_correction_person", "person_id"),
        Index(
            "ix_person_correction_number",
            "old",
            postgresql_where=text("field = 'personal_id'"),
            sqlite_where=text("field = 'personal_id'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    field: Mapped[str] = mapped_column(code_text(32))
    old: Mapped[str] = mapped_column(vi_text(200))
    new: Mapped[str] = mapped_column(vi_text(200))
    source: Mapped[str] = mapped_column(vi_text(200))
    from_on: Mapped[date | None] = mapped_column(day())
    """From when the new value holds; None: the old one was wrong from the beginning."""
    recorded_at: Mapped[datetime] = mapped_column(moment())


class Posting(db.Model):  # type: ignore[name-defined]
    """A person in a unit and department, from a day to a day. Rows with superseded_at are no longer believed."""

    __tablename__ = "posting"
    __table_args__ = (
        CheckConstraint("from_on < to_on", name="interval"),
        Index("ix_posting_person", "person_id", "from_on"),
        Index("ix_posting_unit", "unit_id", "from_on", "to_on"),
    )

    id: Mapped[int] = mapped_column(big_id(), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    department: Mapped[str] = mapped_column(vi_text(160), default="")
    position: Mapped[str] = mapped_column(code_text(40), default="")
    """Position group code, "" when the title names none."""
    title: Mapped[str] = mapped_column(vi_text(160), default="")
    rank_code: Mapped[str] = mapped_column(code_text(24), default="")
    category: Mapped[str] = mapped_column(code_text(24))
    """A StaffCategory value."""
    from_on: Mapped[date] = mapped_column(day())
    to_on: Mapped[date] = mapped_column(day(), default=FOREVER)
    is_primary: Mapped[bool] = mapped_column(default=True)
    source: Mapped[str] = mapped_column(vi_text(200), default="")
    recorded_at: Mapped[datetime] = mapped_column(moment())
    superseded_at: Mapped[datetime | None] = mapped_column(moment())


class Absence(db.Model):  # type: ignore[name-defined]
    """A time during which the clock of a person's duties stands still."""

    __tablename__ = "absence"
    __table_args__ = (CheckConstraint("from_on < to_on", name="interval"), Index("ix_absence_person", "person_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(code_text(24))
    """thai_san, om_dau, di_hoc, biet_phai, khac."""
    from_on: Mapped[date] = mapped_column(day())
    to_on: Mapped[date] = mapped_column(day(), default=FOREVER)
    note: Mapped[str] = mapped_column(vi_text(300), default="")
    account_id: Mapped[int | None]
    """Whoever recorded it; None for the system and for rows older than this column."""
    recorded_at: Mapped[datetime] = mapped_column(moment())
    superseded_at: Mapped[datetime | None] = mapped_column(moment())


class TransferProposal(db.Model):  # type: ignore[name-defined]
    """An office asks another to take a person from a day on, or to give one (`is_ask`); the other answers."""

    __tablename__ = "transfer_proposal"
    __table_args__ = (
        Index("ix_transfer_proposal_person", "person_id"),
        Index("ix_transfer_proposal_old", "old_id", "decided_at"),
        Index("ix_transfer_proposal_new", "new_id", "decided_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    old_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    new_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    on_day: Mapped[date] = mapped_column(day())
    to_on: Mapped[date] = mapped_column(day(), default=FOREVER)
    kind: Mapped[str] = mapped_column(code_text(16))
    """chuyen, kiem_nhiem, biet_phai, tinh_cho."""
    counts_there: Mapped[bool] = mapped_column(default=True)
    """Whether the person counts for the receiving unit meanwhile."""
    department: Mapped[str] = mapped_column(vi_text(160), default="")
    title: Mapped[str] = mapped_column(vi_text(160), default="")
    source: Mapped[str] = mapped_column(vi_text(200), default="", server_default="")
    """The decision, as the posting will say where it comes from."""
    note: Mapped[str] = mapped_column(vi_text(300), default="")
    is_ask: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the receiving office asked, and the one where the person works answers."""
    proposed_by: Mapped[int | None]
    proposed_at: Mapped[datetime] = mapped_column(moment())
    state: Mapped[str] = mapped_column(code_text(12), default="cho")
    """cho, dong_y, tu_choi, rut."""
    decided_by: Mapped[int | None]
    decided_at: Mapped[datetime | None] = mapped_column(moment())
    answer: Mapped[str] = mapped_column(vi_text(300), default="")


class FormerUnit(db.Model):  # type: ignore[name-defined]
    """Derived: the unit of a person's last posting in the structure that a reform ended ("theo đơn vị cũ")."""

    __tablename__ = "former_unit"
    __table_args__ = (Index("ix_former_unit_unit", "reform_id", "unit_id"),)

    reform_id: Mapped[int] = mapped_column(ForeignKey("reform.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))


class RosterImport(db.Model):  # type: ignore[name-defined]
    """A roster file that an office sent: kept, compared, and perhaps applied."""

    __tablename__ = "roster_import"
    __table_args__ = (
        Index("ix_roster_import_unit", "unit_id", "id"),
        Index("ix_roster_import_headings", "unit_id", "headings", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    file_name: Mapped[str] = mapped_column(vi_text(200))
    sha256: Mapped[str] = mapped_column(code_text(64))
    on_day: Mapped[date] = mapped_column(day())
    account_id: Mapped[int | None]
    sender: Mapped[str] = mapped_column(vi_text(160), default="", server_default="")
    """The name of whoever sent it, as it was then."""
    received_at: Mapped[datetime] = mapped_column(moment())
    applied_at: Mapped[datetime | None] = mapped_column(moment())
    change_id: Mapped[int | None]
    """The change set that applied it, by which it can be undone."""
    summary: Mapped[dict[str, Any]] = mapped_column(json_value())
    """Counts of the difference as it was shown: joined, left, moved, corrected, unchanged, problems."""
    choices: Mapped[dict[str, Any]] = mapped_column(json_value(), default=dict, server_default="{}")
    """What somebody said about it by hand, as `roster.choosing.mapping_of` writes it."""
    headings: Mapped[str] = mapped_column(code_text(64), default="", server_default="")
    """A mark of its headings: the next file with the same ones is understood the same way."""
    reused_id: Mapped[int | None]
    """The earlier import of the unit from which the understanding of the columns was taken."""
    policy: Mapped[dict[str, Any]] = mapped_column(json_value(), default=dict, server_default="{}")
    """What it may do, as roster.policy keeps it."""
    decisions: Mapped[dict[str, Any]] = mapped_column(json_value(), default=dict, server_default="{}")
    """What was said about people who are not plainly recognised, as roster.matching keeps it."""
