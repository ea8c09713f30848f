"""Sending a dispute, talking about it, handing it on, deciding it with an effect, taking it back."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from lms.learning import queries as learning
from lms.learning import service as studying
from lms.organisation import queries as organisation
from lms.plan import service as plan
from lms.plan.disputes import letters, queries, rules
from lms.plan.disputes.models import Dispute, DisputeFile, DisputeNote, DisputeTerm
from lms.plan.disputes.papers import Paper
from lms.plan.disputes.rules import Effect, Kind, Outcome, Refusal, Said
from lms.plan.events import DisputeDecided, DisputeHanded, DisputeOpened, DisputeTermSet, DisputeWithdrawn
from lms.plan.models import DueGrant, Waiver
from lms.plan.queries import Why
from lms.plan.rules import FOREVER
from lms.plan.service.waivers import titles_of
from lms.platform import files
from lms.platform.db import db, lock
from lms.platform.events import SYSTEM, By, emit
from lms.platform.forms import Refused


@dataclass(frozen=True, kw_only=True)
class Decision:
    """How a dispute is decided, and what that changes."""

    outcome: Outcome
    effect: Effect
    answer: str
    decision: str = ""
    approver: str = ""
    course_id: int | None = None
    """COMPLETION: the course that was completed, on the day `on`."""
    on: date | None = None
    """COMPLETION: the day; EXTEND: the new due day; WAIVE: the first day."""
    to_on: date = FOREVER
    """WAIVE: the first day on which it no longer holds."""
    completion_id: int | None = None
    """VOID: what should not count."""


def send(duty: Why, *, kind: Kind, words: str, paper: Paper | None, by: By, today: date, now: datetime) -> Dispute:
    """Say that a duty stands wrongly; the nearest HR must answer. Refused(OPEN_ALREADY) while another is open."""
    key = (duty.person_id, duty.requirement.id, duty.cycle)
    lock("dispute:" + ":".join(map(str, key)))
    if queries.open_dispute(*key) is not None:
        raise Refused(Refusal.OPEN_ALREADY)
    unit_id = _unit_of(duty.person_id, today)
    desk = rules.first_desk(queries.lines_of({unit_id}, today)[unit_id]) or unit_id
    dispute = Dispute(
        person_id=key[0], requirement_id=key[1], cycle=key[2], kind=kind, words=words, was_state=duty.state,
        was_due_on=duty.due_on, was_fulfilled_on=duty.fulfilled_on, opened_at=now, opened_on=today,
        opened_by=by.account_id, unit_id=unit_id, desk_id=desk, desk_since=today,
        due_on=queries.deadline(today),
    )  # fmt: skip
    db.session.add(dispute)
    db.session.flush()
    _note(dispute, Said.OPENED, "", by=by, now=now)
    if paper is not None:
        _keep(dispute, paper, by=by, now=now)
    title = duty.requirement.title
    letters.to_desk(dispute, duty.person_name, title, "", today=today, now=now)
    event = DisputeOpened(
        dispute_id=dispute.id, name=duty.person_name, requirement=title, due_on=dispute.due_on, person_id=key[0],
        unit_id=unit_id,
    )  # fmt: skip
    emit(event, by=by)
    return dispute


def comment(dispute: Dispute, *, words: str, paper: Paper | None, by: By, is_own: bool, now: datetime) -> None:
    """Add words or a paper; whoever asked learns by letter of what the desk adds."""
    _lock_open(dispute)
    if len(queries.notes_of(dispute.id)) >= rules.MOST_NOTES:
        raise Refused(Refusal.TOO_MANY_NOTES)
    if paper is not None:
        if len(queries.files_of(dispute.id)) >= rules.MOST_FILES:
            raise Refused(Refusal.TOO_MANY_FILES)
        _keep(dispute, paper, by=by, now=now)
    _note(dispute, Said.COMMENT, words, by=by, now=now)
    if not is_own:
        name, title = _called(dispute)
        letters.to_person(dispute, name, title, f"Bộ phận nhân sự trao đổi thêm về phản ánh “{title}”.", now=now)


def hand_over(dispute: Dispute, *, desk_id: int, reason: str, by: By, today: date, now: datetime) -> None:
    """Give it to another desk, for a stated reason; its days begin anew."""
    _lock_open(dispute)
    if dispute.desk_id == desk_id:
        raise Refused(Refusal.SAME_DESK)
    _move(dispute, desk_id, Said.HANDED, reason, by=by, today=today, now=now)


def escalate(*, today: date, now: datetime) -> int:
    """Hand what is late to the next desk up the line, and return how much was handed on.

    At the end of the line it stays where it is, late.
    """
    late = queries.late_disputes(today)
    lines = queries.lines_of({dispute.unit_id for dispute in late}, today) if late else {}
    handed = 0
    for dispute in late:
        # One that somebody has decided meanwhile is passed over.
        db.session.refresh(dispute, with_for_update=True)
        desk = rules.next_desk(lines[dispute.unit_id], dispute.desk_id)
        if desk is None or desk == dispute.desk_id or not rules.is_late(
            dispute.due_on, today, is_closed=dispute.closed_at is not None
        ):  # fmt: skip
            continue
        dispute.steps += 1
        reason = f"Quá hạn trả lời ngày {dispute.due_on:%d/%m/%Y}."
        _move(dispute, desk, Said.LATE, reason, by=SYSTEM, today=today, now=now)
        handed += 1
    return handed


def decide(dispute: Dispute, decision: Decision, *, is_own: bool, by: By, today: date, now: datetime) -> None:
    """Answer, and carry out what the answer says; the dispute keeps which fact that made.

    Refused by the rule of disputes, or by whoever keeps the fact: then nothing is changed.
    """
    db.session.refresh(dispute, with_for_update=True)
    refusal = rules.why_not_decide(
        decision.outcome, decision.effect, is_closed=dispute.closed_at is not None, is_own=is_own
    )
    if refusal is not None:
        raise Refused(refusal)
    dispute.fact_id = _carry_out(dispute, decision, by=by, today=today, now=now)
    dispute.effect, dispute.outcome, dispute.answer = decision.effect, decision.outcome, decision.answer
    dispute.decision = decision.decision
    dispute.closed_at, dispute.closed_by = now, by.account_id
    _note(dispute, Said.DECIDED, decision.answer, by=by, now=now)
    name, title = _called(dispute)
    letters.to_person(dispute, name, title, f"Phản ánh về “{title}” đã được trả lời.", now=now)
    event = DisputeDecided(
        dispute_id=dispute.id, name=name, requirement=title, outcome=decision.outcome, effect=decision.effect,
        fact_id=dispute.fact_id, reason=decision.answer, person_id=dispute.person_id, unit_id=dispute.unit_id,
    )  # fmt: skip
    emit(event, by=by)


def withdraw(dispute: Dispute, *, by: By, now: datetime) -> None:
    """Take one's own dispute back."""
    _lock_open(dispute)
    dispute.outcome, dispute.closed_at, dispute.closed_by = Outcome.WITHDRAWN, now, by.account_id
    _note(dispute, Said.WITHDRAWN, "", by=by, now=now)
    name, title = _called(dispute)
    event = DisputeWithdrawn(
        dispute_id=dispute.id, name=name, requirement=title, person_id=dispute.person_id, unit_id=dispute.unit_id
    )
    emit(event, by=by)


def set_term(from_on: date, days: int, *, by: By, now: datetime) -> None:
    """Say how many working days desks have from a day on; what was sent before keeps its day."""
    known = db.session.get(DisputeTerm, from_on)
    if known is None:
        db.session.add(DisputeTerm(from_on=from_on, days=days, recorded_at=now))
    else:
        known.days, known.recorded_at = days, now
    db.session.flush()
    emit(DisputeTermSet(from_on=from_on, days=days), by=by)


def follow_days_off() -> int:
    """Let open disputes be due later where days off were announced meanwhile; how many. Nobody's days are shortened."""
    moved = 0
    for dispute in queries.open_disputes():
        due_on = queries.deadline(dispute.desk_since)
        if due_on > dispute.due_on:
            db.session.refresh(dispute, with_for_update=True)
            if dispute.closed_at is None:
                dispute.due_on = due_on
                moved += 1
    db.session.flush()
    return moved


# What a decision changes ----------------------------------------------------------------------------------------------


def _carry_out(dispute: Dispute, decision: Decision, *, by: By, today: date, now: datetime) -> int | None:
    """Make the fact through the service that keeps it, and give its key."""
    person_id, requirement_id, cycle = dispute.person_id, dispute.requirement_id, dispute.cycle
    match decision.effect:
        case Effect.COMPLETION:
            if decision.course_id is None or decision.on is None:
                raise Refused(Refusal.NEEDS_EFFECT)
            evidence = ", ".join(part for part in (f"Phản ánh số {dispute.id}", decision.decision) if part)
            result = studying.Result(
                person_id=person_id, course_id=decision.course_id, completed_on=decision.on,
                source=studying.CompletionSource.RECOGNISED, evidence=evidence,
            )  # fmt: skip
            return studying.record_completion(result, today=today, now=now, by=by)
        case Effect.VOID:
            if decision.completion_id not in {row.completion_id for row in learning.completions_of(person_id)}:
                raise Refused(Refusal.NO_RESULT)
            studying.void_completion(int(decision.completion_id or 0), reason=decision.answer[:300], now=now, by=by)
            return decision.completion_id
        case Effect.EXTEND:
            due_on = decision.on or today
            line = plan.Extension(person_id, requirement_id, cycle, due_on, decision.answer[:300], decision.decision)
            plan.extend([line], by=by, today=today, now=now, is_told=False)
            return _newest(
                DueGrant, DueGrant.person_id == person_id, DueGrant.requirement_id == requirement_id,
                DueGrant.cycle == cycle, DueGrant.kind == "extended", DueGrant.due_on == due_on,
            )  # fmt: skip
        case Effect.WAIVE:
            from_on = decision.on or today
            exempt = plan.Exempt(
                person_id, requirement_id, from_on, decision.to_on, decision.answer[:300], decision.decision,
                decision.approver,
            )  # fmt: skip
            plan.waive([exempt], by=by, now=now)
            return _newest(
                Waiver, Waiver.person_id == person_id, Waiver.requirement_id == requirement_id,
                Waiver.from_on == from_on, Waiver.to_on == decision.to_on,
            )  # fmt: skip
        case Effect.POSTING:
            # The posting is put right on its own pages, with their preview; here it is only tied to the answer.
            posting_id = queries.posting_since(person_id, dispute.opened_at)
            if posting_id is None:
                raise Refused(Refusal.NO_POSTING)
            return posting_id
        case Effect.NONE:
            return None


def _newest(fact: type[DueGrant] | type[Waiver], *conditions: sa.ColumnElement[bool]) -> int | None:
    found = sa.select(fact.id).where(fact.superseded_at.is_(None), *conditions).order_by(fact.id.desc()).limit(1)
    return db.session.scalar(found)


def _unit_of(person_id: int, today: date) -> int:
    """Where the person works today, else worked last; the root for one who never did."""
    unit_id = learning.workplace(person_id, today).unit_id
    if unit_id is None:
        rows = [row for row in organisation.postings_of(person_id) if row.from_on <= today]
        unit_id = rows[0].unit_id if rows else None
    if unit_id is None:
        root = organisation.root_on(today)
        unit_id = root.id if root is not None else 0
    return unit_id


def _move(
    dispute: Dispute, desk_id: int, said: Said, reason: str, *, by: By, today: date, now: datetime
) -> None:  # fmt: skip
    dispute.desk_id, dispute.desk_since = desk_id, today
    dispute.due_on = queries.deadline(today)
    desk = organisation.names_on([desk_id], today).get(desk_id, "")
    _note(dispute, said, f"{desk}. {reason}", by=by, now=now)
    name, title = _called(dispute)
    letters.to_desk(dispute, name, title, f"Phản ánh được chuyển đến đơn vị anh/chị: {reason}", today=today, now=now)
    event = DisputeHanded(
        dispute_id=dispute.id, name=name, requirement=title, desk=desk, reason=reason, due_on=dispute.due_on,
        person_id=dispute.person_id, unit_id=dispute.unit_id,
    )  # fmt: skip
    emit(event, by=by)


def _lock_open(dispute: Dispute) -> None:
    db.session.refresh(dispute, with_for_update=True)
    if dispute.closed_at is not None:
        raise Refused(Refusal.CLOSED)


def _called(dispute: Dispute) -> tuple[str, str]:
    """The person's name and the requirement's title."""
    names = organisation.names_of([dispute.person_id])
    return names[dispute.person_id], titles_of([dispute.requirement_id])[dispute.requirement_id]


def _note(dispute: Dispute, kind: Said, words: str, *, by: By, now: datetime) -> None:
    db.session.add(
        DisputeNote(
            dispute_id=dispute.id, kind=kind, words=words, said_at=now, account_id=by.account_id, author=by.name[:160]
        )
    )
    db.session.flush()


def _keep(dispute: Dispute, paper: Paper, *, by: By, now: datetime) -> None:
    db.session.add(
        DisputeFile(
            dispute_id=dispute.id, sha256=files.keep(paper.content), name=paper.name, kind=paper.kind,
            size=len(paper.content), sent_at=now, account_id=by.account_id,
        )
    )  # fmt: skip
    db.session.flush()
