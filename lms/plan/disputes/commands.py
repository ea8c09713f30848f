"""`flask disputes term`: how many working days desks have, from a day on."""

from datetime import date

import click
from flask.cli import AppGroup

from lms.plan.disputes import service
from lms.platform import clock, vietnamese
from lms.platform.db import transaction
from lms.platform.events import SYSTEM
from lms.platform.options import Day

disputes = AppGroup("disputes", help="Phản ánh kết quả học.")


@disputes.command("term")
@click.option("--from", "from_on", type=Day(), required=True, help="Áp dụng từ ngày: 2027-01-01 hoặc 01/01/2027.")
@click.option("--days", type=click.IntRange(1, 90), required=True, help="Số ngày làm việc để trả lời.")
def term(from_on: date, days: int) -> None:
    """Đặt thời hạn trả lời phản ánh; phản ánh đã gửi giữ hạn cũ."""
    with transaction():
        service.set_term(from_on, days, by=SYSTEM, now=clock.now())
    click.echo(f"Từ ngày {vietnamese.short_day(from_on)}: trả lời phản ánh trong {days} ngày làm việc.")
