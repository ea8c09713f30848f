"""Plans and requirements (facts), and obligations, reasons and segments (derived, rebuildable)."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.platform.columns import FOREVER, big_id, code_text, day, json_value, long_text, marks, moment, vi_text
from lms.platform.db import db


class Plan(db.Model):  # type: ignore[name-defined]
    """The document: Kế hoạch 239/KH-UBND and its like."""

    __tablename__ = "plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(code_text(40), unique=True)
    """KH-239."""
    number: Mapped[str] = mapped_column(vi_text(60))
    title: Mapped[str] = mapped_column(vi_text(400))
    issuer: Mapped[str] = mapped_column(vi_text(200))
    issued_on: Mapped[date] = mapped_column(day())
    legal_basis: Mapped[list[str]] = mapped_column(json_value())
    note: Mapped[str] = mapped_column(long_text(), default="")
    digest: Mapped[str] = mapped_column(code_text(64))
    imported_at: Mapped[datetime] = mapped_column(moment())


class Clause(db.Model):  # type: ignore[name-defined]
    """A numbered duty of a plan."""

    __tablename__ = "clause"
    __table_args__ = (UniqueConstraint("plan_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    number: Mapped[str] = mapped_column(code_text(24))
    place: Mapped[int]
    text: Mapped[str] = mapped_column(long_text())
    lead_unit: Mapped[str] = mapped_column(code_text(40), default="")
    """Unit code; the unit of that code on the day asked about."""
    cooperating: Mapped[list[str]] = mapped_column(json_value())
    target: Mapped[str] = mapped_column(vi_text(300), default="")
    due_on: Mapped[date | None] = mapped_column(day())
    is_example: Mapped[bool] = mapped_column(default=False)
    """Made up so that the product can be shown; not in the plan's published text."""
    source: Mapped[str] = mapped_column(vi_text(300), default="")


class Requirement(db.Model):  # type: ignore[name-defined]
    """What training a clause asks: a rule over courses, an audience, a due rule, a recurrence."""

    __tablename__ = "requirement"
    __table_args__ = (
        UniqueConstraint("plan_id", "code"),
        CheckConstraint("rule IN ('all_of', 'any_of', 'hours')", name="rule"),
        CheckConstraint("due_rule IN ('fixed', 'after_posting', 'calendar_year')", name="due_rule"),
        CheckConstraint("(rule = 'hours') = (hours_needed IS NOT NULL)", name="hours"),
        CheckConstraint("absence_effect IN ('shift', 'pause', 'none')", name="absence_effect"),
        CheckConstraint("expiry_base IN ('completion', 'previous', 'fixed')", name="expiry_base"),
        CheckConstraint("repeat_months IS NULL OR repeat_months > 0", name="repeat_months"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    clause_id: Mapped[int] = mapped_column(ForeignKey("clause.id"))
    code: Mapped[str] = mapped_column(code_text(40))
    place: Mapped[int]
    title: Mapped[str] = mapped_column(vi_text(300))
    short_title: Mapped[str] = mapped_column(vi_text(60))
    rule: Mapped[str] = mapped_column(code_text(8))
    hours_needed: Mapped[Decimal | None] = mapped_column(marks())
    """Tiết within one cycle, for an hours rule."""
    content_group: Mapped[str] = mapped_column(code_text(8), default="")
    """The group an hours rule counts; "" counts every group."""
    due_rule: Mapped[str] = mapped_column(code_text(16))
    due_days: Mapped[int | None]
    """after_posting: days after the first day of the span. Else: the least time a late joiner gets; None gives none."""
    accept_before_days: Mapped[int | None]
    """How old an earlier completion may be on the day the obligation opens; None: any age."""
    minimum_days: Mapped[int | None]
    """The least days a person needs. Whoever opens with fewer left waits for a decision; None: nobody waits."""
    late_days: Mapped[int] = mapped_column(default=0)
    """calendar_year: so many days after its year a completion still counts for the year, as late."""
    absence_effect: Mapped[str] = mapped_column(code_text(8), default="pause")
    """What an absence does: shift moves a relative due day, pause stops the counting, none nothing."""
    repeat_months: Mapped[int | None]
    """How long a fulfilment is valid, after which the duty comes again; None: once."""
    expiry_base: Mapped[str] = mapped_column(code_text(12), default="completion")
    """From what the validity is counted: completion, previous (expiry) or fixed (days of the first due day)."""
    renew_months: Mapped[int] = mapped_column(default=0)
    """How long before the last valid day a renewal may be made."""
    minimum_months: Mapped[int] = mapped_column(default=0)
    """fixed: the least validity a completion brings; else the next fixed day is taken."""
    target_percent: Mapped[Decimal | None] = mapped_column(marks())
    is_example: Mapped[bool] = mapped_column(default=False)
    from_on: Mapped[date] = mapped_column(day())
    to_on: Mapped[date] = mapped_column(day(), default=FOREVER)


class RequirementCourse(db.Model):  # type: ignore[name-defined]
    """A course that counts for a requirement; for all_of every one is needed, for any_of one."""

    __tablename__ = "requirement_course"
    __table_args__ = (Index("ix_requirement_course_course", "course_id"),)

    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"), primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)
    place: Mapped[int] = mapped_column(default=1)
    """The order in which the file lists them, which is the order in which to study."""
    min_version: Mapped[int | None]
    """The first version of the course that counts; None: every version. What was recognised has none and counts."""


class CourseEquivalent(db.Model):  # type: ignore[name-defined]
    """A course that, completed within [from_on, to_on), counts as one that the requirement lists."""

    __tablename__ = "course_equivalent"
    __table_args__ = (
        CheckConstraint("from_on < to_on", name="interval"),
        Index("ix_course_equivalent_equivalent", "equivalent_id"),
    )

    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"), primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)
    equivalent_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)
    from_on: Mapped[date] = mapped_column(day())
    to_on: Mapped[date] = mapped_column(day(), default=FOREVER)


class Cycle(db.Model):  # type: ignore[name-defined]
    """A requirement's windows as rows: one for a single duty, one a year for a yearly one. [opens_on, closes_on).

    The cycles of a duty that comes again after some months differ from person to person: it has the one window 0.
    """

    __tablename__ = "cycle"

    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"), primary_key=True)
    cycle: Mapped[int] = mapped_column(primary_key=True)
    """0 for a single duty, else the year."""
    opens_on: Mapped[date] = mapped_column(day())
    closes_on: Mapped[date] = mapped_column(day())
    due_on: Mapped[date | None] = mapped_column(day())
    """None where the due day is relative to the posting."""


class Audience(db.Model):  # type: ignore[name-defined]
    """Who is meant (+1) or left out (−1): unit with or without its subtree × position × category × unit kind."""

    __tablename__ = "audience"
    __table_args__ = (
        CheckConstraint("sign IN (-1, 1)", name="sign"),
        Index("ix_audience_requirement", "requirement_id", "unit_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"))
    place: Mapped[int]
    sign: Mapped[int]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    subtree: Mapped[bool]
    position: Mapped[str | None] = mapped_column(code_text(40))
    category: Mapped[str | None] = mapped_column(code_text(24))
    kind: Mapped[str | None] = mapped_column(code_text(32))
    """Kind of the posting's own unit."""
    from_on: Mapped[date] = mapped_column(day())
    to_on: Mapped[date] = mapped_column(day(), default=FOREVER)
    reform_id: Mapped[int | None] = mapped_column(ForeignKey("reform.id"))
    """The reform that carries a rule of the plan on at this unit; None: the plan itself names the unit."""


class Obligation(db.Model):  # type: ignore[name-defined]
    """Derived: one person × one requirement × one cycle. The id survives leaving and coming back.

    The three derived tables carry no foreign keys: their rows come out of joins with what the keys would point at,
    and checking each of them again costs more than deriving it.
    """

    __tablename__ = "obligation"
    __table_args__ = (UniqueConstraint("person_id", "requirement_id", "cycle"),)

    id: Mapped[int] = mapped_column(big_id(), primary_key=True)
    person_id: Mapped[int]
    requirement_id: Mapped[int]
    cycle: Mapped[int]
    opened_on: Mapped[date] = mapped_column(day())
    closes_on: Mapped[date] = mapped_column(day())
    """The day from which it no longer holds (left the audience, cycle over); FOREVER while open."""
    due_on: Mapped[date] = mapped_column(day())
    started_on: Mapped[date] = mapped_column(day(), default=FOREVER)
    """First activity; FOREVER while there is none."""
    fulfilled_on: Mapped[date] = mapped_column(day(), default=FOREVER)
    """The day the rule became true; FOREVER while it is not."""
    valid_until: Mapped[date] = mapped_column(day(), default=FOREVER)
    """The last day on which the fulfilment is valid; FOREVER while there is none, or if it never ends."""


class Reason(db.Model):  # type: ignore[name-defined]
    """Derived: which audience rule met which posting, and when. Sign −1 rows say why not."""

    __tablename__ = "reason"
    __table_args__ = (Index("ix_reason_person", "person_id", "requirement_id"),)

    id: Mapped[int] = mapped_column(big_id(), primary_key=True)
    person_id: Mapped[int]
    requirement_id: Mapped[int]
    audience_id: Mapped[int]
    posting_id: Mapped[int]
    sign: Mapped[int]
    from_on: Mapped[date] = mapped_column(day())
    to_on: Mapped[date] = mapped_column(day())


class Segment(db.Model):  # type: ignore[name-defined]
    """Derived: an obligation cut by primary posting and gaps; every figure of every day is read from here."""

    __tablename__ = "segment"
    __table_args__ = (
        Index("ix_segment_person", "person_id", "requirement_id"),
        Index(
            "ix_segment_figures",
            "requirement_id",
            "unit_id",
            "from_on",
            "to_on",
            "kind",
            "due_on",
            "started_on",
            "fulfilled_on",
            "person_id",
        ),
    )

    id: Mapped[int] = mapped_column(big_id(), primary_key=True)
    person_id: Mapped[int]
    requirement_id: Mapped[int]
    cycle: Mapped[int]
    unit_id: Mapped[int]
    kind: Mapped[int] = mapped_column(default=0)
    """0 counts, 1 paused, 2 waived."""
    from_on: Mapped[date] = mapped_column(day())
    to_on: Mapped[date] = mapped_column(day())
    due_on: Mapped[date] = mapped_column(day())
    started_on: Mapped[date] = mapped_column(day())
    fulfilled_on: Mapped[date] = mapped_column(day())


class Waiver(db.Model):  # type: ignore[name-defined]
    """A reasoned, dated exemption of a person from a requirement."""

    __tablename__ = "waiver"
    __table_args__ = (CheckConstraint("from_on < to_on", name="interval"), Index("ix_waiver_person", "person_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"))
    from_on: Mapped[date] = mapped_column(day())
    to_on: Mapped[date] = mapped_column(day(), default=FOREVER)
    reason: Mapped[str] = mapped_column(vi_text(300))
    decision: Mapped[str] = mapped_column(vi_text(120), default="")
    """Number of the decision, as its paper says."""
    approver: Mapped[str] = mapped_column(vi_text(160), default="")
    """Who approved, name and office, as told by whoever recorded it."""
    account_id: Mapped[int | None]
    recorded_at: Mapped[datetime] = mapped_column(moment())
    superseded_at: Mapped[datetime | None] = mapped_column(moment())


class DueGrant(db.Model):  # type: ignore[name-defined]
    """A due day that a person was given for one obligation: the later of the computed and the granted one holds.

    For which obligation, and what a fixed one does: `rules.GrantFact`, `rules.granted`.
    """

    __tablename__ = "due_grant"
    __table_args__ = (
        CheckConstraint("kind IN ('extended', 'realistic', 'confirmed', 'kept', 'fixed', 'valid')", name="kind"),
        Index("ix_due_grant_person", "person_id", "requirement_id", "cycle"),
        Index("ix_due_grant_requirement", "requirement_id"),
    )

    id: Mapped[int] = mapped_column(big_id(), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"))
    cycle: Mapped[int]
    """As it was counted when the day was given."""
    opened_on: Mapped[date] = mapped_column(day())
    """The day on which the obligation had opened then; of a fixed one, and of a validity: the day of its fulfilment."""
    kind: Mapped[str] = mapped_column(code_text(12))
    """extended: asked for; realistic, confirmed: decided for one who began too late; kept: still open when a plan
    would have shortened it; fixed: already fulfilled when a plan would have moved it; valid: a result that stays valid
    until that day although a plan now says otherwise, and no due day at all."""
    due_on: Mapped[date] = mapped_column(day())
    was_due_on: Mapped[date | None] = mapped_column(day())
    """The due day before it was given."""
    granted_on: Mapped[date] = mapped_column(day())
    """The day of the decision; it ends the waiting of a duty that could not be fulfilled in time."""
    reason: Mapped[str] = mapped_column(vi_text(300), default="")
    decision: Mapped[str] = mapped_column(vi_text(120), default="")
    account_id: Mapped[int | None]
    recorded_at: Mapped[datetime] = mapped_column(moment())
    superseded_at: Mapped[datetime | None] = mapped_column(moment())


class FollowedPerson(db.Model):  # type: ignore[name-defined]
    """Somebody whose duties were followed while a derivation of many was under way, which takes them up again."""

    __tablename__ = "followed_person"

    id: Mapped[int] = mapped_column(big_id(), primary_key=True)
    person_id: Mapped[int]


class PlanImport(db.Model):  # type: ignore[name-defined]
    """A plan file as it was applied: what was read, what it changed."""

    __tablename__ = "plan_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    sha256: Mapped[str] = mapped_column(code_text(64))
    account_id: Mapped[int | None]
    applied_at: Mapped[datetime] = mapped_column(moment())
    summary: Mapped[dict[str, Any]] = mapped_column(json_value())


class PlanAmendment(db.Model):  # type: ignore[name-defined]
    """A numbered amendment of a plan (sửa đổi, bổ sung lần 1, 2 …) and the paper that ordered it."""

    __tablename__ = "plan_amendment"
    __table_args__ = (CheckConstraint("number > 0", name="number"),)

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    decision: Mapped[str] = mapped_column(vi_text(120))
    """Number of the paper, as it says."""
    decided_on: Mapped[date] = mapped_column(day())
    note: Mapped[str] = mapped_column(vi_text(300), default="")
    """What was changed, in a few words."""


class DerivedCheck(db.Model):  # type: ignore[name-defined]
    """An independent recomputation of the derived rows, and what it found."""

    __tablename__ = "derived_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(moment())
    finished_at: Mapped[datetime | None] = mapped_column(moment())
    """None while it runs, and for ever if it was broken off."""
    is_whole: Mapped[bool]
    """Everybody was recomputed, not a sample."""
    people: Mapped[int] = mapped_column(default=0)
    compared: Mapped[int] = mapped_column(default=0)
    """Derived rows that were compared."""
    differences: Mapped[int] = mapped_column(default=0)
    first: Mapped[list[dict[str, Any]]] = mapped_column(json_value())
    """The first hundred differences; persons by masked number."""
