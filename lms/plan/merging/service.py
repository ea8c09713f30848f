"""Making two records one: everything that either owns goes to the one that is kept, and the other is no more."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms.assessment.models import Attempt
from lms.identity.models import Account, Grant
from lms.learning.models import Enrolment, LessonProgress
from lms.organisation import queries as organisation
from lms.organisation import service as people
from lms.organisation.events import RecordsMerged
from lms.organisation.models import Person, PersonCorrection, Posting, ReformChoice, TransferProposal
from lms.plan.merging import queries, rules
from lms.plan.merging.rules import Held, MergeRefusal, Self
from lms.platform import vietnamese
from lms.platform.db import db, lock
from lms.platform.events import By, emit
from lms.platform.forms import Refused

FILLED = ("staff_code", "birth_date", "birth_year", "sex", "email", "phone")
"""What the kept record takes from the other one where it says nothing itself."""


def merge(kept_id: int, gone_id: int, *, source: str = "", by: By, now: datetime) -> None:
    """Give everything of one record to the other and delete it; its number stays findable.

    Refused when the records are plainly two people's, or hold facts that cannot both be true of one.
    """
    lock("postings")
    kept, gone = (db.session.get_one(Person, one, with_for_update=True) for one in (kept_id, gone_id))
    if refusal := rules.why_not_merge(*(Self(p.id, p.full_name, p.birth_date, p.birth_year) for p in (kept, gone))):
        raise Refused(refusal)
    source = source or "Gộp hồ sơ trùng"
    _merge_postings(kept_id, gone_id, source, now)
    _merge_attempts(kept_id, gone_id)
    _merge_enrolments(kept_id, gone_id)
    _merge_account(kept_id, gone_id, gone.full_name, now)
    _merge_choices(kept_id, gone_id)
    _refuse_two_proposals(kept_id, gone_id)
    for table, column in queries.owning().items():
        db.session.execute(sa.update(table).where(column == gone_id).values({column.name: kept_id}))
    told = {name: getattr(gone, name) for name in ("personal_id", "full_name", *FILLED)}
    _write_down(kept, told, source, now)
    db.session.flush()
    people.refresh_former_units([kept_id])
    number = told["personal_id"]
    at = organisation.primary_posting_on(kept_id, now.date())
    event = RecordsMerged(
        unit_id=at.unit_id if at else None, person_id=kept_id, person_ids=(kept_id, gone_id), name=kept.full_name,
        number=vietnamese.masked_id(number), gone_id=gone_id,
    )  # fmt: skip
    emit(event, by=by)
    db.session.flush()
    for table, column in queries.derived().items():
        db.session.execute(sa.delete(table).where(column == gone_id))
    db.session.execute(sa.delete(Person.__table__).where(Person.__table__.c.id == gone_id))
    db.session.expire_all()


def _write_down(kept: Person, told: dict[str, Any], source: str, now: datetime) -> None:
    """Fill what the kept record does not say, and keep the number and the name that are no more."""
    changes: list[tuple[str, Any, Any]] = [("personal_id", told["personal_id"], kept.personal_id)]
    if told["full_name"] != kept.full_name:
        changes.append(("full_name", told["full_name"], kept.full_name))
    for name in FILLED:
        if told[name] and not getattr(kept, name) and not (name == "birth_year" and kept.birth_date):
            changes.append((name, "", told[name]))
            setattr(kept, name, told[name])
    if kept.birth_date is not None:
        kept.birth_year = None
    for name, old, new in changes:
        db.session.add(
            PersonCorrection(
                person_id=kept.id, field=name, old=str(old), new=str(new), source=source[:200], recorded_at=now
            )
        )


def _merge_postings(kept_id: int, gone_id: int, source: str, now: datetime) -> None:
    """Let no two primary postings lie over each other; what is cut is written anew."""
    believed = {p.id: p for p in queries.postings_believed((kept_id, gone_id))}
    primary = {
        one: [
            Held(p.from_on, p.to_on, p.id, p.unit_id) for p in believed.values() if p.person_id == one and p.is_primary
        ]
        for one in (kept_id, gone_id)
    }
    try:
        pieces = rules.merged(primary[kept_id], primary[gone_id])
    except rules.SameDay as error:
        raise Refused(MergeRefusal.SAME_DAY) from error
    whole = {
        piece.id for piece in pieces if (believed[piece.id].from_on, believed[piece.id].to_on) == piece_days(piece)
    }
    cut = [p for held in primary.values() for p in (believed[one.id] for one in held) if p.id not in whole]
    for posting in cut:
        posting.superseded_at = now
    skipped = ("id", "person_id", "from_on", "to_on", "source", "recorded_at", "superseded_at")
    for piece in pieces:
        if piece.id not in whole:
            said = {
                c.name: getattr(believed[piece.id], c.name) for c in Posting.__table__.columns if c.name not in skipped
            }
            db.session.add(
                Posting(
                    **said, person_id=kept_id, from_on=piece.from_on, to_on=piece.to_on, source=source[:200],
                    recorded_at=now,
                )
            )  # fmt: skip
    db.session.flush()


def piece_days(piece: rules.Piece) -> tuple[Any, Any]:
    """The days of a piece."""
    return piece.from_on, piece.to_on


def _merge_attempts(kept_id: int, gone_id: int) -> None:
    """Number the attempts of the record that goes after those of the other one."""
    rows = db.session.scalars(
        sa.select(Attempt).where(Attempt.person_id.in_((kept_id, gone_id))).order_by(Attempt.version_id, Attempt.number)
    ).all()
    last: dict[int, int] = {}
    under_way = {row.version_id for row in rows if row.person_id == kept_id and row.submitted_at is None}
    for row in rows:
        if row.person_id == kept_id:
            last[row.version_id] = max(last.get(row.version_id, 0), row.number)
    for row in rows:
        if row.person_id == gone_id:
            if row.submitted_at is None and row.version_id in under_way:
                raise Refused(MergeRefusal.BOTH_IN_A_TEST)
            if row.version_id in last:
                last[row.version_id] += 1
                row.number = last[row.version_id]
            row.person_id = kept_id
    db.session.flush()


def _merge_enrolments(kept_id: int, gone_id: int) -> None:
    """Unite studies of one version in one round: of each lesson the progress that is further."""
    rows = db.session.scalars(
        sa.select(Enrolment).where(Enrolment.person_id.in_((kept_id, gone_id))).order_by(Enrolment.id)
    ).all()
    mine = {(row.version_id, row.round): row for row in rows if row.person_id == kept_id}
    twice = [(row, mine[row.version_id, row.round]) for row in rows if row.person_id == gone_id
             and (row.version_id, row.round) in mine]  # fmt: skip
    if not twice:
        return
    progress: dict[int, dict[int, LessonProgress]] = {}
    ids = [row.id for pair in twice for row in pair]
    for lesson in db.session.scalars(sa.select(LessonProgress).where(LessonProgress.enrolment_id.in_(ids))):
        progress.setdefault(lesson.enrolment_id, {})[lesson.lesson_id] = lesson
    for gone, kept in twice:
        for lesson_id, theirs in progress.get(gone.id, {}).items():
            _unite_lesson(progress.get(kept.id, {}).get(lesson_id), theirs, kept.id)
        kept.enrolled_at = min(kept.enrolled_at, gone.enrolled_at)
        kept.started_on = min(filter(None, (kept.started_on, gone.started_on)), default=None)
        if gone.last_at is not None and (kept.last_at is None or gone.last_at > kept.last_at):
            kept.last_at, kept.last_lesson_id = gone.last_at, gone.last_lesson_id
    db.session.flush()
    gone_ids = [gone.id for gone, _kept in twice]
    db.session.execute(sa.delete(LessonProgress).where(LessonProgress.enrolment_id.in_(gone_ids)))
    db.session.execute(sa.delete(Enrolment).where(Enrolment.id.in_(gone_ids)))


def _unite_lesson(mine: LessonProgress | None, theirs: LessonProgress, enrolment_id: int) -> None:
    if mine is None:
        db.session.add(
            LessonProgress(
                enrolment_id=enrolment_id, lesson_id=theirs.lesson_id, percent=theirs.percent,
                opened_at=theirs.opened_at, done_at=theirs.done_at,
            )
        )  # fmt: skip
        return
    mine.percent = max(mine.percent, theirs.percent)
    mine.opened_at = min(mine.opened_at, theirs.opened_at)
    mine.done_at = min(filter(None, (mine.done_at, theirs.done_at)), default=None)


def _merge_account(kept_id: int, gone_id: int, name: str, now: datetime) -> None:
    """Of two accounts that of the kept record stays and holds the roles of the other one, which is closed.

    An account never takes another's person: undoing that would need two rows to change places at once.
    """
    found = {
        account.person_id: account
        for account in db.session.scalars(sa.select(Account).where(Account.person_id.in_((kept_id, gone_id))))
    }
    if len(found) < 2:
        return
    stays, closed = found[kept_id], found[gone_id]
    closed.person_id, closed.name, closed.disabled_at = None, closed.name or name, closed.disabled_at or now
    closed.session_stamp += 1
    _move_roles(closed.id, stays.id)
    db.session.flush()


def _move_roles(closed_id: int, stays_id: int) -> None:
    """Give the other account every role that it does not hold in the same way."""
    rows = db.session.scalars(sa.select(Grant).where(Grant.account_id.in_((closed_id, stays_id)))).all()
    same = {_role(row) for row in rows if row.account_id == stays_id}
    for row in rows:
        if row.account_id == closed_id and _role(row) not in same:
            row.account_id = stays_id


def _role(row: Grant) -> tuple[Any, ...]:
    skipped = ("id", "account_id")
    return tuple(getattr(row, c.name) for c in Grant.__table__.columns if c.name not in skipped)


def _merge_choices(kept_id: int, gone_id: int) -> None:
    """Of two choices in one reform that of the kept record holds."""
    table = ReformChoice.__table__
    mine = table.alias()
    same = sa.exists().where(
        mine.c.person_id == kept_id, mine.c.reform_id == table.c.reform_id, mine.c.old_id == table.c.old_id
    )
    db.session.execute(sa.delete(table).where(table.c.person_id == gone_id, same))


def _refuse_two_proposals(kept_id: int, gone_id: int) -> None:
    waiting = db.session.scalars(
        sa.select(TransferProposal.person_id)
        .where(TransferProposal.person_id.in_((kept_id, gone_id)), TransferProposal.decided_at.is_(None))
        .distinct()
    ).all()
    if len(waiting) > 1:
        raise Refused(MergeRefusal.BOTH_PROPOSED)
