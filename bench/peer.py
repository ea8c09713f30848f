"""The peer's workload: pages under load, answers saved, lists of 20,000, sign-in, weight of the first page, memory."""

import http.client
import os
import statistics
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask

from bench import load, sessions
from bench.database import Installation, filled, installation
from bench.load import Request
from bench.output import Table
from bench.server import Server, serving
from bench.sessions import Session
from bench.statements import counting
from bench.weight import cold_home

CONNECTIONS = (1, 16)
SIGN_INS = 20
PAPER = "giấy chứng nhận PDF"


@dataclass(frozen=True)
class Learner:
    """Somebody signed in with a paper in hand."""

    session: Session
    slug: str
    attempt_id: int
    places: int
    certificate_id: int | None


def run(*, reuse: bool, seconds: int) -> dict[str, Any]:
    """Load the workload if it must be, measure, print and return the figures."""
    place = installation("peer")
    loaded = filled(place, ["--shape", "peer", "--seed", "1"], reuse=reuse)
    os.environ.update(place.environ)
    from lms.app import create_app

    app = create_app()
    with app.app_context():
        learners = _learners(app)
        officer = _officer(app)
    pages = _pages(learners)
    figures: dict[str, Any] = {"demo_load_seconds": loaded and round(loaded, 1)}
    figures["statements"] = {name: _statements(app, requests[0]) for name, requests in pages.items()}
    with serving(place) as server:
        papers = {name: pages.pop(name) for name in [PAPER]}
        figures["pages"] = _under_load(server, pages, seconds)
        memory = {"sau các trang": _memory(server)}
        # Last: writing PDF brings its library into the workers, which then stay larger.
        figures["pages"] |= _under_load(server, papers, seconds)
        memory["sau giấy chứng nhận"] = _memory(server)
        _show_pages(figures)
        figures["lists"] = _lists(app, server, officer)
        figures["sign_in"] = _sign_in(app, server, place, learners[0].session.person_id)
        figures["cold_home"] = cold_home(server.address, learners[0].session.cookie)
        figures["worker_memory_mb"] = {**memory, "cuối": _memory(server)}
    _show_rest(figures)
    return figures


# Who asks -------------------------------------------------------------------------------------------------------------


def _learners(app: Flask) -> list[Learner]:
    """People with a course still to do, each with a paper handed out that stays open for a day."""
    from lms.assessment import service as assessment
    from lms.assessment.models import Attempt
    from lms.platform import clock
    from lms.platform.db import db
    from lms.platform.events import SYSTEM

    # One course is left to do for each of them, and one certificate is held.
    rows = db.session.execute(
        sa.text(
            """
            SELECT DISTINCT ON (e.person_id) e.person_id, e.version_id, c.slug, v.draw,
                   (SELECT max(id) FROM certificate f WHERE f.person_id = e.person_id) AS certificate_id
            FROM enrolment e JOIN course c ON c.id = e.course_id JOIN course_version v ON v.id = e.version_id
            WHERE NOT EXISTS (SELECT 1 FROM completion d WHERE d.person_id = e.person_id AND d.course_id = e.course_id)
              AND e.person_id % 41 = 7
            ORDER BY e.person_id, e.course_id LIMIT :count
            """
        ),
        {"count": sessions.COUNT},
    ).all()
    opened = sessions.open_sessions(app, [row.person_id for row in rows])
    now = clock.now()
    for row in rows:
        db.session.execute(
            sa.text(
                "UPDATE enrolment SET started_on = coalesce(started_on, :day) WHERE person_id = :p AND version_id = :v"
            ),
            {"day": clock.today(), "p": row.person_id, "v": row.version_id},
        )
    ids = [assessment.start_attempt(row.person_id, row.version_id, now=now, by=SYSTEM, chance=None) for row in rows]
    db.session.execute(sa.update(Attempt).where(Attempt.id.in_(ids)).values(deadline_at=now + timedelta(days=1)))
    db.session.commit()
    return [
        Learner(session, row.slug, attempt_id, row.draw, row.certificate_id)
        for row, session, attempt_id in zip(rows, opened, ids, strict=True)
    ]


def _officer(app: Flask) -> Session:
    """Somebody with the right to read the whole city's reports."""
    from lms.identity.models import Account, Grant, Role
    from lms.organisation.models import Person, Unit
    from lms.platform import clock
    from lms.platform.db import db

    person_id = db.session.scalar(db.select(sa.func.max(Person.id))) or 0
    session = sessions.open_sessions(app, [person_id])[0]
    account_id = db.session.scalar(db.select(Account.id).where(Account.person_id == person_id))
    if db.session.scalar(db.select(Grant.id).where(Grant.account_id == account_id)) is None:
        root = db.session.scalar(db.select(Unit.id).where(Unit.code == "tp-ha-noi"))
        db.session.add(
            Grant(
                account_id=account_id, role=Role.ADMINISTRATOR, unit_id=root, from_on=clock.today(),
                recorded_at=clock.now(),
            )
        )  # fmt: skip
        db.session.commit()
    return session


# Pages under load -----------------------------------------------------------------------------------------------------


def _pages(learners: list[Learner]) -> dict[str, list[Request]]:
    """What each learner asks for, page by page."""
    quiz = [f"/hoc/{one.slug}/bai-kiem-tra/{one.attempt_id}" for one in learners]
    cookies = [one.session.cookie for one in learners]
    answers = [
        urlencode({"csrf_token": one.session.token, "tra_loi": n % 4, "den": 1 + (n + 1) % one.places})
        for n, one in enumerate(learners)
    ]
    return {
        "trang Hôm nay": [Request("GET", "/", cookie) for cookie in cookies],
        "trang khóa học": [Request("GET", f"/hoc/{one.slug}", one.session.cookie) for one in learners],
        "trang câu hỏi": [
            Request("GET", f"{path}/{1 + n % 10}", cookie)
            for n, (path, cookie) in enumerate(zip(quiz, cookies, strict=True))
        ],
        "lưu câu trả lời": [
            Request("POST", f"{path}/{1 + n % 10}", cookie, body)
            for n, (path, cookie, body) in enumerate(zip(quiz, cookies, answers, strict=True))
        ],
        PAPER: [
            Request("GET", f"/chung-nhan/{one.certificate_id}.pdf", one.session.cookie)
            for one in learners
            if one.certificate_id
        ],
    }


def _under_load(server: Server, pages: dict[str, list[Request]], seconds: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, requests in pages.items():
        _check(server, requests[0])
        load.run(server, requests, connections=8, seconds=2)  # both workers warm
        found[name] = [load.run(server, requests, connections=count, seconds=seconds).values() for count in CONNECTIONS]
    return found


def _memory(server: Server) -> list[float]:
    return [round(mb, 1) for mb in server.memory_mb()]


def _check(server: Server, request: Request) -> None:
    """Refuse to measure an error page."""
    status, body, _seconds = ask(server, request)
    expected = 303 if request.method == "POST" else 200
    if status != expected:
        raise SystemExit(f"{request.method} {request.path}: {status}, not {expected}\n{body[:300]!r}")


def ask(server: Server, request: Request) -> tuple[int, bytes, float]:
    """Send one request; status, body and seconds."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    headers = {"Cookie": request.cookie}
    if request.body:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    began = time.perf_counter()
    connection.request(request.method, request.path, request.body or None, headers)
    response = connection.getresponse()
    body = response.read()
    seconds = time.perf_counter() - began
    connection.close()
    return response.status, body, seconds


def _statements(app: Flask, request: Request) -> int:
    """How many statements one request takes, the account's own included."""
    client = app.test_client()
    name, _, value = request.cookie.partition("=")
    client.set_cookie(name, value)
    with counting() as counted:
        client.open(request.path, method=request.method, data=request.body, content_type=_FORM)
    return counted.count


_FORM = "application/x-www-form-urlencoded"

# Lists, sign-in -------------------------------------------------------------------------------------------------------


def _lists(app: Flask, server: Server, officer: Session) -> dict[str, Any]:
    """The completion list of one course for 20,000 people, as CSV and XLSX."""
    found: dict[str, Any] = {}
    for kind in ("csv", "xlsx"):
        request = Request("GET", f"/bao-cao/nguoi/tep/{kind}?yeu_cau=DC-01", officer.cookie)
        _check(server, request)
        before = server.cpu_ms()
        seconds = [ask(server, request)[2] for _ in range(3)]
        found[kind] = {
            "seconds": round(statistics.median(seconds), 2),
            "cpu_ms": round((server.cpu_ms() - before) / 3),
            "statements": _statements(app, request),
            "lines": ask(server, request)[1].count(b"\n") if kind == "csv" else None,
        }
    return found


def _sign_in(app: Flask, server: Server, place: Installation, person_id: int) -> dict[str, Any]:
    """The whole sign-in at the server's door, and how much of it is the deliberate slowness of Argon2id."""
    from lms.identity import service as identity
    from lms.identity.models import Account
    from lms.platform.db import db

    with app.app_context():
        account = db.session.scalars(db.select(Account).where(Account.person_id == person_id)).one()
        account.password_hash = identity.hash_password(sessions.PASSWORD)
        login = account.login
        began = time.process_time()
        for _ in range(SIGN_INS):
            identity.hash_password(sessions.PASSWORD)
        argon2 = (time.process_time() - began) / SIGN_INS * 1000
        db.session.commit()
    visitor = sessions.visitor(app)
    body = urlencode({"csrf_token": visitor.token, "login": login, "password": sessions.PASSWORD})
    request = Request("POST", "/dang-nhap", visitor.cookie, body)
    _check(server, request)
    before = server.cpu_ms()
    times = [ask(server, request)[2] * 1000 for _ in range(SIGN_INS)]
    cpu = (server.cpu_ms() - before) / SIGN_INS
    return {
        "whole_ms": round(statistics.median(times), 1),
        "cpu_ms": round(cpu, 1),
        "argon2_cpu_ms": round(argon2, 1),
        "rest_cpu_ms": round(cpu - argon2, 1),
    }


# Print ----------------------------------------------------------------------------------------------------------------


def _show_pages(figures: dict[str, Any]) -> None:
    table = Table(
        "20.000 người × 10 khóa, 405 phiên đăng nhập",
        ("trang", "kết nối", "yêu cầu/giây", "p50 ms", "p95 ms", "câu lệnh", "CPU ms", "CPU CSDL ms", "lỗi"),
    )
    for name, runs in figures["pages"].items():
        for one in runs:
            table.add(
                name, one["connections"], f"{one['per_second']:.1f}", f"{one['p50_ms']:.1f}", f"{one['p95_ms']:.1f}",
                figures["statements"][name], f"{one['cpu_ms']:.2f}", f"{one['database_cpu_ms']:.2f}",
                int(one["refused"] + one["broken"]),
            )  # fmt: skip
    table.show()


def _show_rest(figures: dict[str, Any]) -> None:
    table = Table("Danh sách hoàn thành một khóa, 20.000 người", ("tệp", "giây", "CPU ms", "câu lệnh", "dòng"))
    for kind, one in figures["lists"].items():
        table.add(kind.upper(), one["seconds"], one["cpu_ms"], one["statements"], one["lines"] or "")
    table.show()
    one = figures["sign_in"]
    print(
        f"Đăng nhập: {one['whole_ms']} ms; CPU {one['cpu_ms']} ms, trong đó Argon2id {one['argon2_cpu_ms']} ms, "
        f"còn lại {one['rest_cpu_ms']} ms"
    )
    home = figures["cold_home"]
    print(f"Trang đầu, trình duyệt trống: {home['requests']} yêu cầu, {home['kilobytes']} KB")
    for when, sizes in figures["worker_memory_mb"].items():
        print(f"Bộ nhớ mỗi tiến trình, {when}: {', '.join(f'{mb} MB' for mb in sizes)}")
    print()
