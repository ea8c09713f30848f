"""Commands of notifications."""

import os
import time

import click
from flask import current_app
from flask.cli import AppGroup

from lms.notifications import jobs
from lms.platform.clock import now
from lms.platform.db import db

mail = AppGroup("mail", help="Thư: gửi những thư đang chờ.")
groups = (mail,)


@mail.command("deliver")
@click.option("--loop", type=click.IntRange(min=1), default=None, help="Gửi mãi, mỗi lần cách nhau chừng này giây.")
def deliver(loop: int | None) -> None:
    """Send waiting letters once, or again and again."""
    config = current_app.config["LMS"]
    if not config.mail_host:
        raise click.ClickException(
            "Chưa cấu hình máy chủ thư nên chưa gửi gì. Đặt MAIL_HOST (và MAIL_PORT, MAIL_USER, MAIL_PASSWORD, "
            "MAIL_TLS, MAIL_SENDER), hoặc dùng mã một lần."
        )
    starter = os.getppid()
    while True:
        sent, failed = jobs.deliver(config, now())
        db.session.remove()
        if sent or failed or loop is None:
            click.echo(f"Đã gửi {sent} thư, {failed} thư chưa gửi được.")
        if sent or failed:
            continue  # there may be more
        if loop is None or os.getppid() != starter:
            return  # a loop ends with whoever started it
        time.sleep(loop)
