"""`roster import` and `roster fetch`."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import click
import yaml
from flask import current_app
from flask.cli import AppGroup

from lms.organisation import fetching, kinds, labels, queries, service
from lms.organisation.commands.asking import DAY, content_of, fail
from lms.organisation.models import Unit
from lms.organisation.roster import telling
from lms.organisation.roster.choosing import choices_of
from lms.organisation.roster.difference import Difference
from lms.organisation.roster.policy import Empty, Missing, Policy
from lms.organisation.roster.reading import UnclearColumns
from lms.organisation.roster.records import Choices, Roster
from lms.organisation.roster.sheets import UnreadableRoster
from lms.platform import clock, vietnamese
from lms.platform.db import transaction
from lms.platform.events import SYSTEM
from lms.platform.forms import Refused

roster = AppGroup("roster", help="Danh sách nhân sự của các đơn vị.")

STOPPED = 3
"""The exit code when so many would leave that the policy stops."""


@roster.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--unit", "code", required=True, help="Mã đơn vị, ví dụ 001.")
@click.option("--on", type=DAY, default=None, help="Danh sách tính đến ngày nào; mặc định hôm nay.")
@click.option("--mapping", type=click.Path(path_type=Path), default=None, help="Tệp ghép cột (JSON hoặc YAML).")
@click.option(
    "--missing",
    type=click.Choice([m.value for m in Missing]),
    default=Missing.STOP.value,
    help="Người tệp không có: giữ, cho rời, hoặc dừng nếu quá nhiều (mặc định).",
)
@click.option(
    "--empty",
    type=click.Choice([e.value for e in Empty]),
    default=Empty.IGNORE.value,
    help="Ô để trống: bỏ qua (mặc định) hoặc xóa dữ liệu đang có.",
)
@click.option("--create/--no-create", "creates", default=True, help="Có thêm người không.")
@click.option("--update/--no-update", "updates", default=True, help="Có chuyển, sửa người đang có không.")
@click.option("--end/--no-end", "ends", default=True, help="Có ghi người rời đơn vị không.")
@click.option("--apply", "applying", is_flag=True, help="Áp dụng thay đổi; không có thì chỉ so sánh.")
@click.option("--json", "as_json", is_flag=True, help="In kết quả dạng JSON.")
def import_roster(
    file: Path,
    code: str,
    on: date | None,
    mapping: Path | None,
    missing: str,
    empty: str,
    creates: bool,
    updates: bool,
    ends: bool,
    applying: bool,
    as_json: bool,
) -> None:
    """So sánh danh sách nhân sự với dữ liệu đang có, và áp dụng nếu được yêu cầu."""
    most = current_app.config["LMS"].most_leaving_percent
    policy = Policy(Missing(missing), Empty(empty), creates, updates, ends, most)
    try:
        unit, on = _unit_and_day(code, on)
        content = content_of(file)
        choices = mapping_in(mapping) if mapping else None
        said, difference = service.rehearse_roster(
            content, file_name=file.name, unit=unit, on=on, choices=choices, policy=policy
        )
        stopped = service.stops(said, difference, policy)
        import_id = None
        if applying and not stopped and _is_usable(said, difference):
            import_id, said, difference = _apply(content, file.name, unit, on, choices, policy)
    except UnclearColumns as error:
        fail(str(error), as_json, columns=telling.columns_told(error.proposals), missing=list(error.missing))
    except UnreadableRoster as error:
        fail(str(error), as_json)
    if as_json:
        told = as_told(said, difference, import_id is not None)
        told |= {"import_id": import_id, "policy": policy.as_json(), "stopped": stopped}
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        _say(queries.name_on(unit.id, on), on, said, difference, import_id is not None)
    if not _is_usable(said, difference):
        click.echo("Không dòng nào trong tệp dùng được. Hãy sửa các dòng nêu trên rồi gửi lại.", err=True)
        sys.exit(1)
    if stopped:
        click.echo(_stop_sentence(difference, policy), err=True)
        sys.exit(STOPPED)


def _apply(
    content: bytes, name: str, unit: Unit, on: date, choices: Choices | None, policy: Policy
) -> tuple[int, Roster, Difference]:
    try:
        with transaction():
            done = kinds.import_noted(
                content, file_name=name, unit=unit, on=on, choices=choices, policy=policy, by=SYSTEM, now=clock.now(),
                today=clock.today(),
            )  # fmt: skip
            return done.arrived.id, done.roster, done.difference
    except Refused as error:
        raise UnreadableRoster(str(labels.REFUSALS[error.reason])) from error


def _is_usable(said: Roster, difference: Difference) -> bool:
    """Whether any row can be used."""
    return bool(said.records or difference.recognised)


def _stop_sentence(difference: Difference, policy: Policy) -> str:
    return (
        f"Dừng lại: {len(difference.left)} người sẽ rời đơn vị, quá {policy.most_leaving}% nhân sự. Hãy kiểm tra tệp "
        "có đủ dòng; nếu đúng là họ đã rời, thêm --missing end; nếu tệp chỉ có một phần, thêm --missing keep."
    )


def mapping_in(file: Path) -> Choices:
    """What a mapping file says of the columns; UnreadableRoster, with what is wrong, for a bad one."""
    try:
        text = content_of(file).decode("utf-8-sig")
        aliased = any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader))
        told: Any = None if aliased else yaml.safe_load(text)
    except UnicodeDecodeError as error:
        raise UnreadableRoster(f"Tệp ghép cột {file.name} không phải chữ UTF-8. Hãy lưu lại dạng UTF-8.") from error
    except (yaml.YAMLError, RecursionError) as error:
        where = getattr(error, "problem_mark", None)
        line = f" (dòng {where.line + 1})" if where else ""
        raise UnreadableRoster(
            f"Tệp ghép cột {file.name} không đọc được{line}. Hãy viết dạng JSON hoặc YAML, ví dụ "
            '{"columns": {"Họ tên": "full_name", "CCCD": "personal_id"}}.'
        ) from error
    if aliased:
        raise UnreadableRoster(f"Tệp ghép cột {file.name} dùng dấu * của YAML. Hãy viết đủ từng dòng.")
    return choices_of(told)


@roster.command("fetch")
@click.option("--json", "as_json", is_flag=True, help="In kết quả dạng JSON.")
def fetch(as_json: bool) -> None:
    """Nhận các tệp danh sách trong thư mục đã đặt (ROSTER_FOLDER)."""
    folder = current_app.config["LMS"].roster_folder
    if folder is None:
        fail("Chưa đặt thư mục nhận danh sách. Hãy đặt biến ROSTER_FOLDER.", as_json)
    fetched = fetching.fetch(folder, apply=current_app.config["LMS"].roster_apply, now=clock.now, today=clock.today())
    if as_json:
        told = [{"file": f.file, "import_id": f.import_id, "state": f.state.value, "said": f.said} for f in fetched]
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    for item in fetched:
        click.echo(f"{item.file}: {item.said}")
    if not fetched:
        click.echo("Không có tệp nào chờ nhận.")


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


def as_told(said: Roster, difference: Difference, applied: bool) -> dict[str, Any]:
    """The difference as --json prints it: personal numbers for those who only want these, then everything."""
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
        **telling.roster_told(said, difference),
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
        ("Dòng chưa dùng được", read_roster.left_out - difference.recognised),
        ("Cần xác nhận là ai", len(difference.undecided)),
        ("Thiếu trong tệp, được giữ", len(difference.kept)),
        ("Không làm vì không cho phép", difference.withheld.changes if difference.withheld else 0),
    ):
        if count or label not in ("Cần xác nhận là ai", "Thiếu trong tệp, được giữ", "Không làm vì không cho phép"):
            click.echo(f"  {label}: {count}")
    for case in difference.undecided:
        like = "; ".join(f"{k.full_name} ({vietnamese.masked_id(k.personal_id)})" for k in case.candidates)
        click.echo(f"  dòng {case.record.row}: {case.record.full_name}: {labels.WHY_SAID[case.why]} {like}".rstrip())
    for note in read_roster.notes:
        click.echo(f"  {note.sheet + ', ' if note.sheet else ''}{note.message}")
    for problem in read_roster.problems:
        sheet = f"{problem.sheet}, " if problem.sheet else ""
        click.echo(f"  {sheet}dòng {problem.row}: {problem.message}")
    if applied:
        click.echo("Đã áp dụng." if not difference.is_empty else "Đã áp dụng: không có gì thay đổi.")
    else:
        click.echo("Chưa áp dụng. Thêm --apply để áp dụng.")
