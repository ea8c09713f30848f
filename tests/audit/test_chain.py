"""Sealing beside writers, and finding every way in which somebody may bend the log."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from lms.audit import checking, queries, service
from lms.audit.models import AuditDay, AuditEvent, AuditSeal
from lms.audit.rules import Fault
from lms.platform import clock
from lms.platform.db import db, transaction
from lms.platform.events import SYSTEM
from lms.platform.jobs import enqueue
from lms.platform.jobs.models import Job
from lms.platform.jobs.registry import KINDS
from lms.platform.jobs.worker import Worker
from tests.conftest import NOW, TODAY
from tests.factories import add

LATER = NOW + timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("session")


def log(n: int = 1, *, at: datetime = NOW) -> list[AuditEvent]:
    return [
        add(
            AuditEvent(
                at=at, key="plan:waiver:granted", actor="Đặng Thị Ánh", address="10.0.0.1", unit_id=number,
                facts={"name": "Nguyễn Văn Ước", "hours": 1.5, "days": [1, 2], "n": number, "none": None},
            )
        )
        for number in range(n)
    ]  # fmt: skip


def seal(now: datetime = NOW) -> int:
    following, sealed = service.seal(None, now=now)
    assert following is None
    return sealed


def found(now: datetime = LATER) -> list[tuple[Fault, int | None, int | None]]:
    db.session.expire_all()
    return [(f.fault, f.number, f.event_id) for f in checking.verify(now=now).first]


def test_what_was_logged_is_sealed_once_and_found_whole():
    log(5)
    assert seal() == 5
    assert seal() == 0
    log(2)
    assert seal() == 2
    verified = checking.verify(now=LATER)
    assert (verified.links, verified.faults, verified.waiting, verified.day) == (7, 0, 0, TODAY)
    assert verified.head == db.session.get_one(AuditDay, TODAY).hash
    assert list(db.session.scalars(sa.select(AuditSeal.number).order_by(AuditSeal.number))) == [1, 2, 3, 4, 5, 6, 7]


def test_numbers_begin_anew_each_vietnamese_day_and_the_chain_goes_on():
    log(2)
    seal(datetime(2026, 11, 24, 16, 59, tzinfo=UTC))
    log(2)
    seal(datetime(2026, 11, 24, 17, 0, tzinfo=UTC))
    places = db.session.execute(sa.select(AuditSeal.day, AuditSeal.number).order_by(AuditSeal.event_id))
    tomorrow = date(2026, 11, 25)
    assert [tuple(place) for place in places] == [(TODAY, 1), (TODAY, 2), (tomorrow, 1), (tomorrow, 2)]
    assert found(NOW + timedelta(days=2)) == []


def test_a_clock_put_back_does_not_put_the_chain_back():
    log(1)
    seal(NOW + timedelta(days=1))
    log(1)
    seal(NOW)
    assert found(NOW + timedelta(days=2)) == []
    assert len(queries.days()) == 1


def test_a_row_committed_late_is_sealed_late():
    """Its id was given out before those that are sealed already."""
    first, second, third = log(3)
    late = {column.name: getattr(second, column.name) for column in AuditEvent.__table__.columns}
    db.session.delete(second)
    db.session.flush()
    assert seal() == 2
    db.session.execute(sa.insert(AuditEvent).values(**late))
    assert queries.is_any_unsealed()
    assert seal() == 1
    order = list(db.session.scalars(sa.select(AuditSeal.event_id).order_by(AuditSeal.number)))
    assert order == [first.id, third.id, late["id"]]
    assert found() == []


def test_old_rows_are_not_looked_through_again_and_again_but_swept_at_night():
    rows = log(4)
    late = {column.name: getattr(rows[1], column.name) for column in AuditEvent.__table__.columns}
    db.session.delete(rows[1])
    db.session.flush()
    for hours in (0, 2, 4):
        seal(NOW + timedelta(hours=hours))
    assert db.session.get_one(AuditDay, TODAY).floor_id == rows[3].id
    db.session.execute(sa.insert(AuditEvent).values(**late))
    assert not queries.is_any_unsealed()
    assert found() == [(Fault.UNSEALED, None, late["id"])]
    assert service.seal(0, now=NOW + timedelta(hours=4)) == (None, 1)
    assert found() == []


BENT = {
    "altered": ("UPDATE audit_event SET actor = 'Ai đó' WHERE id = :b", [(Fault.ALTERED, 2, "b")]),
    "altered-fact": (
        "UPDATE audit_event SET facts = '{\"name\": \"Người khác\"}' WHERE id = :b", [(Fault.ALTERED, 2, "b")],
    ),
    "backdated": ("UPDATE audit_event SET at = '2020-01-01 00:00:00' WHERE id = :b", [(Fault.ALTERED, 2, "b")]),
    "deleted": ("DELETE FROM audit_event WHERE id = :b", [(Fault.DELETED, 2, "b")]),
    "deleted-with-seal": (
        "DELETE FROM audit_event WHERE id = :b; DELETE FROM audit_seal WHERE event_id = :b", [(Fault.CUT, 3, "c")],
    ),
    "cut-at-the-end": (
        "DELETE FROM audit_event WHERE id = :d; DELETE FROM audit_seal WHERE event_id = :d", [(Fault.CUT, 4, None)],
    ),
    "reordered": (
        "UPDATE audit_seal SET event_id = -1 WHERE event_id = :b; "
        "UPDATE audit_seal SET event_id = :b WHERE event_id = :c; "
        "UPDATE audit_seal SET event_id = :c WHERE event_id = -1",
        [(Fault.ALTERED, 2, "c"), (Fault.ALTERED, 3, "b")],
    ),
    "inserted": (
        "INSERT INTO audit_event (at, key, actor, address, facts) VALUES ('2026-11-23 00:00:00', 'x', 'x', '', '{}')",
        [(Fault.UNSEALED, None, "new")],
    ),
    "inserted-with-seal": (
        "UPDATE audit_seal SET number = 5 WHERE number = 4; INSERT INTO audit_seal (day, number, event_id, hash) "
        "SELECT day, 4, :b + 1000, hash FROM audit_seal WHERE number = 3",
        [(Fault.DELETED, 4, None), (Fault.ALTERED, 5, "d"), (Fault.CUT, 4, None)],
    ),
    "day-forgotten": ("DELETE FROM audit_day", [(Fault.CUT, None, None)]),
}  # fmt: skip


@pytest.mark.parametrize("how", sorted(BENT))
def test_whatever_is_bent_is_told(how):
    statements, told = BENT[how]
    a, b, c, d = (row.id for row in log(4))
    seal()
    assert found() == []
    for statement in statements.split("; "):
        values = {name: value for name, value in {"b": b, "c": c, "d": d}.items() if f":{name}" in statement}
        db.session.execute(sa.text(statement), values)
    ids = {"a": a, "b": b, "c": c, "d": d, "new": d + 1}
    expected = [(fault, number, ids.get(row or "")) for fault, number, row in told]
    got = found()
    if how == "inserted-with-seal":
        assert [(fault, number) for fault, number, _ in got] == [(fault, number) for fault, number, _ in expected]
    else:
        assert got == expected


def test_what_has_just_been_written_waits_without_suspicion():
    first = log(3)[0].id
    verified = checking.verify(now=NOW + timedelta(minutes=1))
    assert (verified.is_clean, verified.waiting) == (True, 3)
    assert found(NOW + timedelta(minutes=11)) == [(Fault.UNSEALED, None, first)]


def test_more_than_one_batch_is_sealed_slice_by_slice_and_walked_in_batches(app, monkeypatch):
    monkeypatch.setattr("lms.audit.service.AT_ONCE", 10)
    monkeypatch.setattr("lms.audit.queries.AT_ONCE", 7)
    log(35)
    kinds = {name: kind for name, kind in KINDS.items() if name == "audit:seal"}
    monkeypatch.setattr("lms.platform.jobs.worker.KINDS", kinds)
    monkeypatch.setattr("lms.platform.jobs.service.KINDS", kinds)
    worker = Worker(app)
    while worker.step(with_heartbeat=False):
        pass
    walked: list[int] = []
    verified = checking.verify(now=LATER, every=walked.append)
    assert (verified.links, verified.faults, walked) == (35, 0, [7, 14, 21, 28, 35])
    assert db.session.scalar(sa.select(Job.done).where(Job.kind == "audit:seal")) == 35


def test_the_nightly_proof_of_a_bent_chain_is_a_failed_job_that_names_the_row(app):
    rows = log(3)
    seal()
    db.session.execute(sa.text("UPDATE audit_event SET key = 'x' WHERE id = :b"), {"b": rows[1].id})
    with transaction():
        job_id = enqueue("audit:verify", by=SYSTEM, now=clock.now(), run_after=NOW - timedelta(days=1)).id
    Worker(app).step(with_heartbeat=False)
    job = db.session.get_one(Job, job_id)
    assert job.dead_at == NOW
    assert job.error == f"Ngày 24/11/2026, số 2: dòng {rows[1].id} bị sửa hoặc bị đổi chỗ sau khi niêm phong."


def test_the_command_says_so_and_prints_the_head(app):
    rows = log(3)
    seal()
    db.session.commit()
    run = app.test_cli_runner().invoke
    clean = run(args=["audit", "verify"])
    assert clean.exit_code == 0, clean.output
    assert "Đã đi hết 3 dòng niêm phong: nguyên vẹn." in clean.output
    head = db.session.get_one(AuditDay, TODAY).hash
    assert f"Dấu cuối ngày 24/11/2026: {head}" in clean.output
    assert json.loads(run(args=["audit", "verify", "--json"]).output)["head"] == head
    db.session.execute(sa.text("DELETE FROM audit_event WHERE id = :b"), {"b": rows[0].id})
    db.session.commit()
    bent = run(args=["audit", "verify"])
    assert bent.exit_code == 1
    assert f"Ngày 24/11/2026, số 1: dòng {rows[0].id} đã niêm phong nhưng bị xóa." in bent.output
    told = json.loads(run(args=["audit", "verify", "--json"]).output)
    assert told["first"] == [{"fault": "deleted", "day": "2026-11-24", "number": 1, "event": rows[0].id}]
