"""Commands of assessment."""

import click
from flask.cli import AppGroup

from lms.assessment import queries, rules, service
from lms.platform import clock
from lms.platform.db import db, transaction
from lms.platform.events import SYSTEM

attempts = AppGroup("attempts", help="Bài kiểm tra đang làm.")
groups = (attempts,)


@attempts.command("close-overdue")
def close_overdue() -> None:
    """Close the attempts whose time ran out and whose owners have not come back; safe to run at any time."""
    now = clock.now()
    waiting = queries.overdue(now - rules.LAG)
    db.session.rollback()  # reading holds no lock while each attempt is closed on its own
    closed = 0
    for attempt_id in waiting:
        with transaction():
            closed += service.close_one_overdue(attempt_id, now=now, by=SYSTEM)
    click.echo(f"Đã đóng {closed} bài kiểm tra hết giờ.")
