"""`flask audit verify`."""

import json

import click
from flask.cli import AppGroup

from lms.audit import checking, labels
from lms.platform import clock, vietnamese
from lms.platform.db import snapshot

audit = AppGroup("audit", help="Nhật ký và chuỗi niêm phong của nó.")
groups = (audit,)


@audit.command("verify")
@click.option("--json", "as_json", is_flag=True, help="In kết quả dạng JSON.")
def verify(as_json: bool) -> None:
    """Đi hết chuỗi niêm phong, chỉ ra dòng nhật ký bị sửa, xóa, chèn hay đổi chỗ; mã thoát 1 nếu có."""
    with snapshot():
        found = checking.verify(now=clock.now())
    number = vietnamese.number
    if as_json:
        first = [
            {
                "fault": finding.fault.value, "day": finding.day and finding.day.isoformat(),
                "number": finding.number, "event": finding.event_id,
            }
            for finding in found.first
        ]  # fmt: skip
        told = {"links": found.links, "faults": found.faults, "waiting": found.waiting, "head": found.head}
        click.echo(json.dumps({**told, "day": found.day and found.day.isoformat(), "first": first}))
    else:
        for finding in found.first:
            click.echo(labels.finding_words(finding))
        waiting = f"; {number(found.waiting, 0)} dòng mới đang chờ niêm phong" if found.waiting else ""
        said = "nguyên vẹn" if found.is_clean else f"có {number(found.faults, 0)} chỗ không khớp"
        click.echo(f"Đã đi hết {number(found.links, 0)} dòng niêm phong: {said}{waiting}.")
        if found.day is not None:
            click.echo(f"Dấu cuối ngày {vietnamese.short_day(found.day)}: {found.head}")
    if not found.is_clean:
        raise SystemExit(1)
