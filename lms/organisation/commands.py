"""Commands of organisation: `org load`, `org reorganise`, `roster import`."""

import json
import sys
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import click
from flask.cli import AppGroup

from lms.organisation import labels, queries, reference, service
from lms.organisation.models import Reform, Unit
from lms.organisation.reform.draft import UnreadableReform
from lms.organisation.reform.reading import Chosen, read_choices
from lms.organisation.roster.difference import Difference
from lms.organisation.roster.reading import read
from lms.organisation.roster.records import Roster
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


@org.command("reorganise")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--on", type=DAY, default=None, help="Ngày sắp xếp có hiệu lực.")
@click.option("--reform", "code", default="", help="Mã một đợt sắp xếp có sẵn, ví dụ 2025-07-01, thay cho tệp.")
@click.option("--choices", "list_", type=click.Path(path_type=Path), default=None, help="Tệp phân công người.")
@click.option("--apply", "applying", is_flag=True, help="Áp dụng; không có thì chỉ xem trước.")
@click.option("--json", "as_json", is_flag=True, help="In kết quả dạng JSON.")
def reorganise(
    file: Path | None, on: date | None, code: str, list_: Path | None, applying: bool, as_json: bool
) -> None:
    """Sắp xếp đơn vị theo tệp (nhập, chia, đổi tên, giải thể, chuyển cấp trên), hoặc theo đợt có sẵn."""
    try:
        if (file is None) == (not code):
            raise UnreadableRoster("Cần một tệp sắp xếp, hoặc --reform với mã đợt có sẵn.")
        choices = read_choices(_content(list_), list_.name) if list_ else []
        names = list_.name if list_ else ""
        if not applying:
            outcome = _rehearsed(file, on, code, choices, names)
        else:
            with transaction():
                outcome = _reorganised(file, on, code, choices, names)
    except (UnreadableRoster, UnreadableReform) as error:
        _fail(str(error), as_json)
    if as_json:
        click.echo(json.dumps(reform_as_told(outcome, applying), ensure_ascii=False, indent=1, default=str))
    else:
        for line in reform_lines(outcome, applying):
            click.echo(line)


def _reform_named(code: str) -> Reform:
    reform = queries.reform_of(code)
    if reform is None:
        known = ", ".join(row.code for row in queries.reforms_on_record()) or "chưa có đợt nào"
        raise UnreadableRoster(f"Không có đợt sắp xếp mã “{code}”. Các mã đang có: {known}.")
    return reform


def _day_of(on: date | None) -> date:
    if on is None:
        raise UnreadableRoster("Cần ngày có hiệu lực: thêm --on 2025-07-01.")
    return on


def _rehearsed(
    file: Path | None, on: date | None, code: str, choices: list[Chosen], choices_name: str
) -> service.Outcome:
    if file is not None:
        outcome = service.rehearse(
            _content(file), file_name=file.name, on=_day_of(on), choices=choices, choices_name=choices_name
        )
        if not (outcome.already and choices):
            return outcome
        code = outcome.code
    return service.rehearse_on_record(_reform_named(code), choices=choices, choices_name=choices_name, now=clock.now())


def _reorganised(
    file: Path | None, on: date | None, code: str, choices: list[Chosen], choices_name: str
) -> service.Outcome:
    now = clock.now()
    if file is None:
        reform = _reform_named(code)
        outcome = service.carry_out(reform, by=SYSTEM, now=now)
    else:
        outcome = service.reorganise(
            _content(file), file_name=file.name, on=_day_of(on), choices=choices, choices_name=choices_name,
            by=SYSTEM, now=now,
        )  # fmt: skip
        if not outcome.already:
            return outcome
        reform = _reform_named(outcome.code)
    chosen = service.choose(reform, choices, file_name=choices_name, by=SYSTEM, now=now) if choices else 0
    return replace(outcome, chosen=chosen, undecided=service.undecided(reform))


def reform_as_told(outcome: service.Outcome, applied: bool) -> dict[str, Any]:
    """What a reform does as --json prints it; personal numbers stay masked."""
    told = asdict(outcome)
    told["undecided"] = [{**row, "personal_id": vietnamese.masked_id(row["personal_id"])} for row in told["undecided"]]
    return {**told, "applied": applied and outcome.applied}


def reform_lines(outcome: service.Outcome, applied: bool) -> list[str]:
    """What a reform does in words."""
    lines = [f"{outcome.title}, từ ngày {vietnamese.short_day(outcome.on)}."]
    if outcome.already and not outcome.chosen:
        lines.append("Đợt này đã áp dụng trước đó; không có gì thay đổi.")
    lines += [f"  Lập mới: {name}" for name in outcome.created]
    for row in outcome.ended:
        heirs = ", ".join(row.heirs) or "không có đơn vị kế thừa"
        asks = " – cần phân công từng người" if row.asks else ""
        lines.append(f"  {row.name} ({row.heads} người) → {heirs}{asks}")
    lines += [f"  Đổi tên: {old} → {new}" for old, new in outcome.renamed]
    lines += [f"  Chuyển: {unit} về {parent}" for unit, parent in outcome.moved]
    words = {"moves": "chuyển sang", "ends": "kết thúc", "asked": "đơn vị bị chia, cần quyết định"}
    lines += [
        f"  Vai trò {row.role} của {row.holder} tại {row.old}: {words[row.kind]} {row.new}".rstrip()
        for row in outcome.grants
    ]
    lines += [
        f"  Quy tắc đối tượng {row.code} tại {row.old}: "
        + (f"tiếp tục tại {', '.join(row.news)}" if row.news else "kết thúc cùng đơn vị")
        + (" (loại trừ)" if row.leaves_out else "")
        for row in outcome.rules
    ]
    lines += [
        f"  {row.name}: {row.before} người trước, {row.after} người sau" for row in outcome.sides if row.fate != "ends"
    ]
    if outcome.duties.obligations:
        lines.append(
            f"  Nghĩa vụ học đổi đơn vị: {outcome.duties.obligations} lượt của {outcome.duties.persons} người; "
            "hạn học giữ nguyên"
        )
    if outcome.proposals:
        lines.append(f"  Đề nghị chuyển người đang chờ, sang đơn vị kế thừa: {outcome.proposals}")
    lines.append(f"  Người đổi đơn vị: {outcome.people}; đã phân công theo danh sách: {outcome.chosen}")
    lines.append(f"  Chưa phân công đơn vị mới: {outcome.waiting} người")
    lines += [
        f"    {row.full_name} ({vietnamese.masked_id(row.personal_id)}), {row.old}"
        + (f" → tạm tính cho {row.new}" if row.new else " → chưa có đơn vị")
        for row in outcome.undecided[:50]
    ]
    if len(outcome.undecided) > 50:
        lines.append(f"    … và {len(outcome.undecided) - 50} người khác (xem đủ bằng --json)")
    lines.append("Đã áp dụng." if applied else "Chưa áp dụng. Thêm --apply để áp dụng.")
    return lines


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
