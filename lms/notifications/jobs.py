"""Delivery: claim and commit, send, note and commit; a letter is never lost, and sent twice only if a process dies."""

import logging
import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import lazy_gettext as _l

from lms.notifications import queries, service
from lms.notifications.service import Claimed
from lms.platform import clock
from lms.platform.clock import VIETNAM
from lms.platform.config import Config
from lms.platform.db import transaction
from lms.platform.jobs import Run, every, job

BATCH = 20
EVERY = 10
"""Seconds after which a letter that was just written is looked for."""
TIMEOUT = 15
"""Seconds; twenty letters that each time out stay within the lease."""

log = logging.getLogger(__name__)


def _is_needed(now: datetime) -> bool:
    return bool(current_app.config["LMS"].mail_host) and queries.is_any_due(now)


# Delivery is not sliced: a letter is claimed and committed before it is sent, and a mail server is never waited for
# inside a transaction.
@job("notifications:deliver", label=_l("Gửi thư đang chờ"), schedule=every(EVERY), is_needed=_is_needed)
def deliver_waiting(run: Run) -> None:
    """Send all that waits, batch after batch."""
    config, gone = current_app.config["LMS"], 0
    while any(batch := deliver(config, clock.now())):
        gone += sum(batch)
        run.tell(done=gone)
        run.go_on()


def deliver(config: Config, now: datetime) -> tuple[int, int]:
    """Send one batch of waiting letters; gives how many left and how many did not. Needs MAIL_HOST."""
    if not config.mail_host:
        return 0, 0
    with transaction():
        letters = service.claim(now, most=BATCH)
    if not letters:
        return 0, 0
    sent, failed = _send(config, letters)
    with transaction():
        service.mark_sent(sent, now)
        service.mark_failed(failed, now)
    for number, (error, _) in failed.items():
        log.warning("letter %s not delivered: %s", number, error)
    return len(sent), len(failed)


def _send(config: Config, letters: list[Claimed]) -> tuple[list[int], dict[int, tuple[str, bool]]]:
    """Send the letters over one connection; gives the ids that left, and id → (error, for good) of the others."""
    sent: list[int] = []
    failed: dict[int, tuple[str, bool]] = {}
    try:
        with smtplib.SMTP(config.mail_host, config.mail_port, timeout=TIMEOUT) as server:
            if config.mail_tls:
                server.starttls(context=ssl.create_default_context())
            if config.mail_user:
                server.login(config.mail_user, config.mail_password)
            for letter in letters:
                try:
                    server.send_message(_message(config, letter))
                    sent.append(letter.id)
                except smtplib.SMTPRecipientsRefused as error:
                    code, text = next(iter(error.recipients.values()))
                    failed[letter.id] = (f"{code} {text.decode(errors='replace')}", code >= 500)
                except smtplib.SMTPResponseException as error:
                    failed[letter.id] = (f"{error.smtp_code} {error.smtp_error!r}", False)
                except (smtplib.SMTPNotSupportedError, ValueError) as error:
                    # An address that cannot be written down must not hold up the letters behind it.
                    failed[letter.id] = (str(error), True)
    except (OSError, smtplib.SMTPException) as error:
        for letter in letters:
            if letter.id not in sent:
                failed.setdefault(letter.id, (str(error) or type(error).__name__, False))
    return sent, failed


def _message(config: Config, letter: Claimed) -> EmailMessage:
    """Plain text in UTF-8; the Message-ID is the letter's own, so that a second copy is recognised as one."""
    host = urlsplit(config.public_url).hostname or "localhost"
    message = EmailMessage()
    message["From"] = f"Bồi dưỡng số <{config.mail_sender}>"
    message["To"] = letter.recipient
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.written_at.astimezone(VIETNAM))
    message["Message-ID"] = f"<thu-{letter.id}.{int(letter.written_at.timestamp())}@{host}>"
    message["Content-Language"] = "vi"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(letter.body)
    return message
