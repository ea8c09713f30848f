"""`flask --app wsgi worker`."""

from datetime import timedelta

import click
from flask import current_app
from flask.cli import with_appcontext

from lms.platform.jobs.worker import LEASE, Worker


@click.command("worker")
@click.option("--once", is_flag=True, help="Làm hết những việc đã đến giờ rồi dừng.")
@click.option(
    "--loop", "idle", type=click.FloatRange(min=0.05), default=1.0, show_default=True,
    help="Số giây chờ giữa hai lần xem hàng đợi khi không có việc.",
)  # fmt: skip
@click.option(
    "--lease", type=click.FloatRange(min=0.5), default=LEASE.total_seconds(), show_default=True,
    help="Sau chừng này giây không có tin của một tiến trình thì tiến trình khác làm tiếp việc của nó.",
)  # fmt: skip
@click.option("--parent", type=int, default=None, help="Dừng khi tiến trình mẹ mang số này kết thúc.")
@with_appcontext
def worker(once: bool, idle: float, lease: float, parent: int | None) -> None:
    """Làm các việc nền: việc theo lịch, thư đi, việc dài. Chạy bao nhiêu tiến trình cùng lúc cũng được."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    Worker(app, lease=timedelta(seconds=lease), idle=idle, parent=parent).work(once=once)


groups = (worker,)
