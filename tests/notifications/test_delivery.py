"""Letters leave by a real SMTP server, once each, and are tried again when it refuses."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from hypothesis import given
from hypothesis import strategies as st

from lms.notifications import jobs, queries, rules, service
from lms.notifications.models import Letter
from lms.platform.db import db, transaction
from lms.platform.events import SYSTEM
from lms.platform.jobs import enqueue
from lms.platform.jobs.registry import KINDS
from lms.platform.jobs.running import Ending
from lms.platform.jobs.worker import Worker
from tests.conftest import NOW


class PostOffice:
    """A mail server that keeps what it gets; `answers` are given to the next recipients instead of accepting."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.answers: list[str] = []
        self.port = 0

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.letters.append((envelope.rcpt_tos, message_from_bytes(envelope.content)))
        return "250 OK"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    found = PostOffice()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found.port = probe.getsockname()[1]
    controller = Controller(found, hostname="127.0.0.1", port=found.port, enable_SMTPUTF8=False)
    controller.start()
    yield found
    controller.stop()


@pytest.fixture
def config(app, office):
    return replace(app.config["LMS"], mail_host="127.0.0.1", mail_port=office.port)


@pytest.fixture
def letter(session) -> Letter:
    written = service.write_letter("an@example.gov.vn", subject="Kích hoạt tài khoản", body="Kính gửi Ánh,\n", now=NOW)
    db.session.flush()
    return written


def test_a_letter_leaves_once_in_vietnamese_and_its_text_is_forgotten(config, office, letter):
    assert jobs.deliver(config, NOW) == (1, 0)
    assert jobs.deliver(config, NOW + timedelta(days=1)) == (0, 0)
    ((recipients, message),) = office.letters
    assert recipients == ["an@example.gov.vn"]
    assert str(make_header(decode_header(message["Subject"]))) == "Kích hoạt tài khoản"
    assert message.get_payload(decode=True).decode("utf-8").replace("\r\n", "\n") == "Kính gửi Ánh,\n"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"] == "Tue, 24 Nov 2026 08:00:00 +0700"
    db.session.refresh(letter)
    assert (letter.sent_at, letter.body, letter.tries) == (NOW, "", 1)


def test_what_one_process_claimed_another_does_not_send(config, office, letter):
    assert [claimed.id for claimed in service.claim(NOW, most=10)] == [letter.id]
    assert jobs.deliver(config, NOW) == (0, 0)
    assert office.letters == []


def test_a_letter_of_a_process_that_died_is_taken_up_after_the_lease(config, office, letter):
    service.claim(NOW, most=10)
    assert jobs.deliver(config, NOW + timedelta(minutes=9)) == (0, 0)
    assert jobs.deliver(config, NOW + timedelta(minutes=10)) == (1, 0)


def test_a_server_away_is_tried_again_later_and_later_then_given_up(app, letter):
    config = replace(app.config["LMS"], mail_host="127.0.0.1", mail_port=1)
    moment, waited = NOW, []
    for _ in range(6):
        assert jobs.deliver(config, moment) == (0, 1)
        db.session.refresh(letter)
        if letter.given_up_at is None:
            waited.append((letter.next_try_at - moment) // timedelta(minutes=1))
            assert jobs.deliver(config, letter.next_try_at - timedelta(seconds=1)) == (0, 0)
            moment = letter.next_try_at
    assert waited == [1, 5, 30, 120, 120]
    assert letter.given_up_at == moment
    assert letter.body == ""
    assert "refused" in letter.error
    assert jobs.deliver(config, moment + timedelta(days=9)) == (0, 0)


def test_an_address_that_does_not_exist_is_given_up_at_once_and_the_others_leave(config, office, letter):
    other = service.write_letter("binh@example.gov.vn", subject="Thư", body="Nội dung", now=NOW)
    db.session.flush()
    office.answers = ["550 5.1.1 no such user"]
    assert jobs.deliver(config, NOW) == (1, 1)
    db.session.refresh(letter)
    db.session.refresh(other)
    assert letter.given_up_at == NOW
    assert "no such user" in letter.error
    assert other.sent_at == NOW


def test_a_full_mailbox_is_tried_again(config, office, letter):
    office.answers = ["452 mailbox full"]
    assert jobs.deliver(config, NOW) == (0, 1)
    assert jobs.deliver(config, NOW + timedelta(minutes=1)) == (1, 0)


def test_without_a_mail_server_nothing_is_touched(app, letter):
    assert jobs.deliver(app.config["LMS"], NOW) == (0, 0)
    db.session.refresh(letter)
    assert letter.tries == 0
    assert queries.waiting(NOW) == 1


def test_the_command_says_what_to_set_up(app):
    result = app.test_cli_runner().invoke(args=["mail", "deliver"])
    assert result.exit_code == 1
    assert "MAIL_HOST" in result.output


def test_the_command_sends_what_waits(app, config, office, letter):
    before = app.config["LMS"]
    app.config["LMS"] = config
    try:
        result = app.test_cli_runner().invoke(args=["mail", "deliver"])
    finally:
        app.config["LMS"] = before
    assert "Đã gửi 1 thư" in result.output
    assert len(office.letters) == 1


def test_a_worker_delivers_what_waits_and_makes_no_job_when_nothing_does(app, config, office, letter):
    kind = KINDS["notifications:deliver"]
    assert not kind.is_needed(NOW), "no mail server is set up"
    before = app.config["LMS"]
    app.config["LMS"] = config
    try:
        assert kind.is_needed(NOW)
        with transaction():
            enqueue(kind.name, by=SYSTEM, now=NOW, run_after=NOW - timedelta(days=1))
        assert Worker(app).step(with_heartbeat=False) is Ending.DONE
        assert not kind.is_needed(NOW)
    finally:
        app.config["LMS"] = before
    assert [recipients for recipients, _message in office.letters] == [["an@example.gov.vn"]]


@given(st.integers(1, 20))
def test_the_pause_never_shrinks_and_ends(tries):
    again = rules.next_try(tries, NOW)
    if tries >= 6:
        assert again is None
    else:
        assert again is not None
        assert again > NOW
        assert tries == 1 or again >= rules.next_try(tries - 1, NOW)


def test_an_address_that_no_server_takes_does_not_hold_up_the_letters_behind_it(config, office, session):
    service.write_letter("đặng.ánh@example.gov.vn", subject="Kích hoạt", body="Kính gửi Ánh,\n", now=NOW)
    service.write_letter("hai@example.gov.vn\nBcc: ba@example.gov.vn", subject="Kích hoạt", body="…", now=NOW)
    service.write_letter("bon@example.gov.vn", subject="Kích hoạt", body="Kính gửi Bốn,\n", now=NOW)
    db.session.flush()
    assert jobs.deliver(config, NOW) == (1, 2)
    assert [recipients for recipients, _message in office.letters] == [["bon@example.gov.vn"]]
    assert jobs.deliver(config, NOW + timedelta(days=1)) == (0, 0)
