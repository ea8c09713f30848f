"""Reports from the command line."""

import contextlib
import io
import json
import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from lms.plan import queries as plan
from lms.platform import clock, vietnamese
from lms.platform.documents.table import csv_lines, write_xlsx
from lms.platform.options import Day
from lms.reports import labels, papers, queries, sheets
from lms.reports.queries import Compliance, Unknown, View
from lms.reports.rules import Figures, Structure

report_cli = AppGroup("report", help="Báo cáo từ dòng lệnh.")
groups = (report_cli,)

JSON_FIGURES = ("required", "completed", "on_time", "late", "in_progress", "not_started", "overdue")
MORE_FIGURES = ("paused", "waived", "persons")


@report_cli.command("compliance")
@click.option("--plan", "plan_code", required=True, help="Mã kế hoạch, ví dụ KH-239.")
@click.option("--as-of", "as_of", type=Day(), required=True, help="Ngày tính: 2025-06-30 hoặc 30/06/2025.")
@click.option("--unit", "unit_code", default=None, help="Mã đơn vị; bỏ trống để tính mọi đơn vị.")
@click.option(
    "--structure",
    type=click.Choice([s.value for s in Structure]),
    default=Structure.CURRENT.value,
    help="current: đơn vị tại ngày tính; former: đơn vị cũ trước đợt sắp xếp.",
)
@click.option("--before", type=Day(), help="former: trước đợt sắp xếp ngày này; bỏ trống: đợt kết thúc cấp huyện.")
@click.option("--format", "kind", type=click.Choice(["pdf", "xlsx", "csv", "json"]), required=True)
@click.option("--out", default="-", help="Tệp ghi ra; bỏ trống hoặc - để in ra màn hình.")
def compliance(
    plan_code: str, as_of: date, unit_code: str | None, structure: str, before: date | None, kind: str, out: str
) -> None:
    """Kết quả thực hiện một kế hoạch tại một ngày, theo đơn vị."""
    if out == "-" and kind in ("pdf", "xlsx") and sys.stdout.isatty():
        raise click.UsageError(f"Tệp {kind} không đọc được trên màn hình. Thêm --out TỆP.{kind}.")
    if kind == "pdf" and plan.proof().is_dirty:
        raise click.ClickException(
            "Lần đối chiếu độc lập gần nhất thấy số liệu lệch nên chưa xuất báo cáo chính thức. "
            "Chạy `flask --app wsgi plan rebuild` rồi `flask --app wsgi check-derived`, sau đó xuất lại."
        )
    write = WRITERS[kind]
    try:
        report = _report(plan_code, as_of, unit_code, Structure(structure), before)
    except Unknown as unknown:
        raise click.ClickException(str(unknown)) from unknown
    if as_of > clock.today():
        click.echo("Ngày tính chưa tới: số liệu mới là phần đã ghi nhận đến hôm nay.", err=True)
    _write(out, write(report))


def _report(
    plan_code: str, as_of: date, unit_code: str | None, structure: Structure, before: date | None
) -> Compliance:
    plan = queries.plan_of(plan_code)
    view = queries.view_on(as_of, structure) if before is None else _view_before(as_of, before)
    return queries.compliance(plan, view, queries.place_of(view, unit_code))


def _view_before(as_of: date, before: date) -> View:
    reforms = queries.reforms_to_bridge(as_of)
    reform = next((reform for reform in reforms if reform.effective_on == before), None)
    if reform is None:
        known = ", ".join(vietnamese.short_day(r.effective_on) for r in reforms) or "chưa có đợt nào"
        raise Unknown(
            f"Đến ngày {vietnamese.short_day(as_of)} không có đợt sắp xếp nào ngày {vietnamese.short_day(before)}. "
            f"Các đợt đang có: {known}."
        )
    return queries.view_before(as_of, reform)


def as_json(report: Compliance) -> dict[str, Any]:
    """The figures for machines; a rate is a number with two decimals or null."""

    def plain(figures: Figures) -> dict[str, Any]:
        numbers = {name: getattr(figures, name) for name in JSON_FIGURES}
        rate = None if figures.rate is None else float(figures.rate)
        return {**numbers, "rate": rate, **{name: getattr(figures, name) for name in MORE_FIGURES}}

    return {
        "plan": report.plan.code,
        "as_of": report.view.day.isoformat(),
        "structure": report.view.structure.value,
        "structure_on": report.view.tree_day.isoformat(),
        "unit": None if report.is_whole or report.place is None else report.place.code,
        "rows": [
            {
                "unit": labels.row_code(row),
                "name": labels.row_name(row),
                "kind": labels.row_kind(row),
                **plain(row.figures),
            }
            for row in report.rows
        ],
        "total": plain(report.total),
        "persons": report.total.persons,
        "obligations": report.total.required,
    }


def _json(report: Compliance) -> bytes:
    return (json.dumps(as_json(report), ensure_ascii=False, indent=1) + "\n").encode()


def _csv(report: Compliance) -> bytes:
    return "".join(csv_lines(sheets.compliance_table(report))).encode()


def _xlsx(report: Compliance) -> bytes:
    target = io.BytesIO()
    write_xlsx(sheets.compliance_table(report), target)
    return target.getvalue()


def _pdf(report: Compliance) -> bytes:
    requirement_ids = tuple(r.id for r in report.requirements)
    points = queries.trend(queries.scope_of(report.view, requirement_ids, report.place))
    return papers.compliance_pdf(report, points, clock.today(), labels.proof_words(plan.proof()))


WRITERS: dict[str, Callable[[Compliance], bytes]] = {"pdf": _pdf, "xlsx": _xlsx, "csv": _csv, "json": _json}


def _write(out: str, content: bytes) -> None:
    """Write the whole file or nothing."""
    if out == "-":
        click.echo(content, nl=False)
        return
    path = Path(out)
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        half.write_bytes(content)
        half.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            half.unlink()
        raise click.ClickException(
            f"Không ghi được tệp {out}: {error.strerror}. Kiểm tra thư mục rồi thử lại."
        ) from error
