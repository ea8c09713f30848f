"""Commands of certificates."""

import json
import sys

import click
from flask.cli import AppGroup

from lms.certificates import labels, queries
from lms.certificates.queries import Row
from lms.platform import vietnamese

group = AppGroup("certificates", help="Giấy chứng nhận.")
groups = (group,)


@group.command("verify")
@click.argument("number")
@click.option("--json", "as_json", is_flag=True, help="In kết quả dạng JSON.")
def verify(number: str, as_json: bool) -> None:
    """Kiểm tra một giấy chứng nhận theo số hoặc mã xác minh; mã thoát 1 nếu không có."""
    row = queries.verified(number)
    if as_json:
        answer = {"number": number, "status": "unknown"} if row is None else _answer(row)
        click.echo(json.dumps(answer, ensure_ascii=False))
    elif row is None:
        click.echo(f"Không có giấy chứng nhận nào mang số hoặc mã “{number}” trong hệ thống này.", err=True)
    else:
        click.echo(f"{row.full_number}: {labels.STATUSES[row.status]}")
        click.echo(f"{row.holder} – {row.course}")
        click.echo(f"Cấp ngày {vietnamese.short_day(row.issued_on)}, {row.content['issuer']}")
    if row is None:
        sys.exit(1)


def _answer(row: Row) -> dict[str, object]:
    hours = float(row.content["hours"])
    return {
        "number": row.full_number,
        "code": row.code,
        "status": row.status.value,
        "name": row.holder,
        "course": row.course,
        "issued_on": row.issued_on.isoformat(),
        "hours": int(hours) if hours.is_integer() else hours,
        "issuer": row.content["issuer"],
        "revoked_on": row.revoked_on.isoformat() if row.revoked_on else None,
        "replaced_by": row.newer_number,
    }
