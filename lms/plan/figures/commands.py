"""`flask figures …`: keep the figures of reports ready."""

import click
from flask.cli import AppGroup

from lms.plan import service
from lms.platform import clock, vietnamese
from lms.platform.db import transaction

figures = AppGroup("figures", help="Số liệu tính sẵn cho báo cáo.")


@figures.command("mark")
@click.option("--anew", is_flag=True, help="Bỏ số liệu đang giữ và tính lại từ đầu.")
def mark(anew: bool) -> None:
    """Tính sẵn số liệu đến từng cuối tháng và hôm qua, để báo cáo đọc nhanh; chạy lúc nào cũng được."""
    with transaction():
        service.forget_old_figures(anew=anew)
    with transaction():
        begun = service.begin_figures(clock.now(), lambda step: click.echo(f"  {step}"), anew=anew)
    if begun:
        service.settle_figures()
    with transaction():
        days = service.days_to_mark(clock.today())
        through = service.last_change()
    built = 0
    for day in days:
        with transaction():
            built += service.mark_figures(day, through, clock.now())
    if begun:
        service.settle_figures()
    click.echo(f"Có {len(days)} mốc (các cuối tháng và hôm qua), cập nhật {built} mốc.")


@figures.command("compact")
def compact() -> None:
    """Gộp những thay đổi cùng ngày mà mọi mốc đã tính đến."""
    with transaction():
        saved = service.compact_figures()
    click.echo(f"Bớt {vietnamese.number(saved, 0)} dòng.")
