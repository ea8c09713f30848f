"""Commands of organisation: `org load`, `roster import`."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import click
from flask.cli import AppGroup

from lms.organisation import labels, queries, reference, service
from lms.organisation.models import Unit
from lms.organisation.roster.difference import Difference
from lms.organisation.roster.records import Roster, read
from lms.organisation.roster.sheets import MOST_BYTES, UnreadableRoster
from lms.platform import clock, vietnamese
from lms.platform.db import transaction
from lms.platform.events import SYSTEM
from lms.platform.forms import Refused

org = AppGroup("org", help="Đơn vị và cơ cấu tổ chức.")
roster = AppGroup("roster", help="Danh sách nhân sự của các đơn vị.")
groups = (org, roster)


class _Day(click.ParamType):
    """A day as yyyy-mm-dd or dd/mm/yyyy."""

    name = "ngày"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the day or say how to write it."""
        if isinstance(value, date):
            return value
        try:
            return vietnamese.parse_day(value)
        except ValueError:
            self.fail(f"Ngày “{value}” chưa đúng. Hãy ghi 2025-06-30 hoặc 30/06/2025.", param, ctx)


DAY = _Day()


@org.command("load")
def load() -> None:
    """Nạp đơn vị, các lần sắp xếp và nhóm vị trí từ tệp của hệ thống."""
    with transaction():
        try:
            loaded = service.load_atlas(by=SYSTEM)
        except reference.BadReference as error:
            raise click.ClickException(f"Tệp danh mục đơn vị không khớp nhau: {error}") from error
    if loaded.is_nothing:
        click.echo("Danh mục đơn vị: không có gì thay đổi.")
    else:
        click.echo(f"Danh mục đơn vị: thêm {loaded.added} dòng, sửa {loaded.changed} dòng.")


@roster.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--unit", "code", required=True, help="Mã đơn vị, ví dụ 001.")
@click.option("--on", type=DAY, default=None, help="Danh sách tính đến ngày nào; mặc định hôm nay.")
@click.option("--apply", "applying", is_flag=True, help="Áp dụng thay đổi; không có thì chỉ so sánh.")
@click.option("--json", "as_json", is_flag=True, help="In kết quả dạng JSON.")
def import_roster(file: Path, code: str, on: date | None, applying: bool, as_json: bool) -> None:
    """So sánh danh sách nhân sự với dữ liệu đang có, và áp dụng nếu được yêu cầu."""
    try:
        unit, on = _unit_and_day(code, on)
        content = _content(file)
        if applying:
            with transaction():
                read_roster, difference = service.import_at_once(
                    content, file_name=file.name, unit=unit, on=on, by=SYSTEM, now=clock.now()
                )
        else:
            read_roster = read(content, file.name, on)
            difference = service.compare_roster(read_roster, unit, on)
    except UnreadableRoster as error:
        _fail(str(error), as_json)
    if as_json:
        click.echo(json.dumps(as_told(read_roster, difference, applying), ensure_ascii=False, indent=1))
    else:
        _say(queries.name_on(unit.id, on), on, read_roster, difference, applying)


def _fail(sentence: str, as_json: bool) -> NoReturn:
    click.echo(sentence, err=True)
    if as_json:
        click.echo(json.dumps({"error": sentence}, ensure_ascii=False))
    sys.exit(1)


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise UnreadableRoster(
                f"Tệp {file.name} nặng quá 20 MB. Hãy bỏ ảnh, trang tính thừa, hoặc chia theo đơn vị."
            )
        return file.read_bytes()
    except OSError as error:
        raise UnreadableRoster(f"Không mở được tệp {file}: {error.strerror}. Hãy kiểm tra đường dẫn.") from error


def _unit_and_day(code: str, on: date | None) -> tuple[Unit, date]:
    today = clock.today()
    unit = queries.unit_on(code, on or today) or queries.unit_of(code)
    if unit is None:
        raise UnreadableRoster(
            f"Không có đơn vị nào mang mã “{code}”. Hãy chạy “flask --app wsgi org load” nếu chưa nạp danh mục đơn vị."
        )
    try:
        return unit, service.day_for(unit, on, today)
    except Refused as error:
        last = vietnamese.short_day(date.fromordinal(unit.valid_to.toordinal() - 1))
        raise UnreadableRoster(
            f"Đơn vị {code} không hoạt động vào ngày {vietnamese.short_day(on)}: tồn tại từ "
            f"{vietnamese.short_day(unit.valid_from)} đến {last}. Hãy chọn ngày khác cho --on."
        ) from error


def as_told(read_roster: Roster, difference: Difference, applied: bool) -> dict[str, Any]:
    """The difference as --json prints it."""
    return {
        "joined": [item.record.personal_id for item in difference.joined],
        "left": [person.personal_id for person in difference.left],
        "moved": [
            {"personal_id": item.known.personal_id, "from": item.old, "to": item.new} for item in difference.moved
        ],
        "corrected": [
            {
                "personal_id": item.known.personal_id,
                "field": item.field,
                "from": labels.spoken(item.field, item.old),
                "to": labels.spoken(item.field, item.new),
            }
            for item in difference.corrected
        ],
        "unchanged": difference.unchanged,
        "problems": [
            {
                "sheet": problem.sheet,
                "row": problem.row,
                "field": problem.field,
                "code": problem.code,
                "severity": problem.severity,
                "message": problem.message,
            }
            for problem in read_roster.problems
        ],
        "applied": applied,
    }


def _say(unit: str, on: date, read_roster: Roster, difference: Difference, applied: bool) -> None:
    """The difference in words."""
    click.echo(f"{unit}, danh sách tính đến ngày {vietnamese.short_day(on)}: {read_roster.rows} dòng.")
    for label, count in (
        ("Thêm người", len(difference.joined)),
        ("Rời đơn vị", len(difference.left)),
        ("Chuyển phòng, đơn vị", len(difference.moved)),
        ("Sửa thông tin", len(difference.corrected_people)),
        ("Không đổi", difference.unchanged),
        ("Dòng chưa dùng được", read_roster.left_out),
    ):
        click.echo(f"  {label}: {count}")
    for problem in read_roster.problems:
        sheet = f"{problem.sheet}, " if problem.sheet else ""
        click.echo(f"  {sheet}dòng {problem.row}: {problem.message}")
    if applied:
        click.echo("Đã áp dụng." if not difference.is_empty else "Đã áp dụng: không có gì thay đổi.")
    else:
        click.echo("Chưa áp dụng. Thêm --apply để áp dụng.")
