"""`flask periods close`, `verify`, `compare`, `list`; `export` lies with the reports."""

import json
from datetime import date

import click
from flask.cli import AppGroup

from lms.organisation import queries as organisation
from lms.plan import queries as plan
from lms.plan.events import PeriodsVerified
from lms.plan.periods import jobs, labels, queries, rules, service
from lms.plan.periods.models import ClosedPeriod
from lms.platform import clock, vietnamese
from lms.platform.db import db, transaction
from lms.platform.events import SYSTEM, emit
from lms.platform.forms import Refused
from lms.platform.options import Day

periods = AppGroup("periods", help="Chốt số liệu: kỳ đã chốt, niêm phong, đính chính.")


def chosen(code: str) -> ClosedPeriod:
    """The period of that code; a sentence that names the known ones if there is none."""
    period = queries.period_of_code(code)
    if period is None:
        known = ", ".join(row.code for row in queries.periods()) or "chưa có kỳ nào"
        raise click.ClickException(f"Không có kỳ chốt mã “{code}”. Các mã đang có: {known}.")
    return period


@periods.command("close")
@click.option("--plan", "plan_code", required=True, help="Mã kế hoạch, ví dụ KH-239.")
@click.option("--as-of", "as_of", type=Day(), required=True, help="Ngày chốt: 2026-09-30 hoặc 30/09/2026.")
@click.option("--name", required=True, help="Tên kỳ, ví dụ “Quý III/2026”.")
@click.option("--unit", "unit_code", default=None, help="Mã đơn vị; bỏ trống để chốt mọi đơn vị.")
def close(plan_code: str, as_of: date, name: str, unit_code: str | None) -> None:
    """Chốt số liệu một kế hoạch tại một ngày: chép danh sách từng người, quy tắc, tên đơn vị, rồi niêm phong."""
    name = vietnamese.nfc(name).strip()
    if not name or len(name) > 160:
        raise click.UsageError("Tên kỳ cần có và dài nhất 160 ký tự.")
    began = clock.now()
    try:
        with transaction():
            service.begin_snapshot()
            period = service.close(
                plan_code=_known_plan(plan_code), as_of=as_of, name=name, unit_id=_unit_id(unit_code, as_of),
                by=SYSTEM, now=clock.now(), today=clock.today(), tell=lambda step: click.echo(f"  {step}", err=True),
            )  # fmt: skip
            said = (
                f"Đã chốt {service.described(period)}.\nMã kỳ: {period.code}\n"
                f"{vietnamese.number(period.persons, 0)} người, {vietnamese.number(period.duties, 0)} lượt\n"
                f"SHA-256: {period.digest}"
            )
    except Refused as refused:
        raise click.ClickException(str(labels.REFUSALS[rules.Refusal(refused.reason.value)])) from refused
    click.echo(said)
    click.echo(f"  {(clock.now() - began).total_seconds():.1f} giây", err=True)


def _known_plan(code: str) -> str:
    known = [row.code for row in plan.plans()]
    if code not in known:
        raise click.ClickException(f"Không có kế hoạch mã “{code}”. Các mã đang có: {', '.join(known) or 'chưa có'}.")
    return code


def _unit_id(code: str | None, day: date) -> int | None:
    if code is None:
        return None
    unit = organisation.unit_on(code, day)
    if unit is None:
        raise click.ClickException(f"Không có đơn vị mã “{code}” trong cơ cấu ngày {vietnamese.short_day(day)}.")
    return unit.id


@periods.command("list")
def list_() -> None:
    """Liệt kê các kỳ đã chốt."""
    for period in queries.periods():
        click.echo(f"{period.code}\t{period.name}\t{vietnamese.number(period.duties, 0)} lượt\t{period.digest}")


@periods.command("verify")
@click.argument("code", required=False)
@click.option("--json", "as_json", is_flag=True, help="In kết quả dạng JSON, mỗi kỳ một dòng.")
def verify(code: str | None, as_json: bool) -> None:
    """Tính lại niêm phong của một kỳ hoặc mọi kỳ, chỉ ra dòng đầu tiên bị sửa, xóa hay thêm; mã thoát 1 nếu có."""
    with transaction():
        ids = [chosen(code).id] if code else [period.id for period in queries.periods()]
    broken = 0
    for period_id in ids:
        with transaction():
            period, words = jobs.proven(period_id)
            told = {"code": period.code, "digest": period.digest, "faults": words, "duties": period.duties}
            line = f"{period.code}: {'nguyên vẹn' if not words else 'KHÔNG NGUYÊN VẸN'}; SHA-256 {period.digest}"
        broken += bool(words)
        click.echo(json.dumps(told, ensure_ascii=False) if as_json else line)
        if not as_json:
            for sentence in words:
                click.echo(f"  {sentence}")
    with transaction():
        if ids:
            emit(PeriodsVerified(periods=len(ids), broken=broken), by=SYSTEM)
    if not ids and not as_json:
        click.echo("Chưa có kỳ nào được chốt.")
    if broken:
        raise SystemExit(1)


@periods.command("compare")
@click.argument("code", required=False)
def compare(code: str | None) -> None:
    """So sánh một kỳ hoặc mọi kỳ với số liệu hiện nay của cùng ngày."""
    with transaction():
        ids = [chosen(code).id] if code else [period.id for period in queries.periods()]
    for period_id in ids:
        with transaction():
            service.begin_snapshot()
            period = db.session.get_one(ClosedPeriod, period_id)
            found = service.compare(period, now=clock.now())
            line = f"{period.code}: {vietnamese.number(found, 0)} lượt khác với số liệu đã chốt (kể cả đính chính)"
        click.echo(line)
