"""`org load` and `org reorganise`."""

import json
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from lms.organisation import queries, reference, service
from lms.organisation.commands.asking import DAY, content_of, fail
from lms.organisation.models import Reform
from lms.organisation.reform.draft import UnreadableReform
from lms.organisation.reform.reading import Chosen, read_choices
from lms.organisation.roster.sheets import UnreadableRoster
from lms.platform import clock, vietnamese
from lms.platform.db import transaction
from lms.platform.events import SYSTEM

org = AppGroup("org", help="Đơn vị và cơ cấu tổ chức.")


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
        choices = read_choices(content_of(list_), list_.name) if list_ else []
        names = list_.name if list_ else ""
        if not applying:
            outcome = _rehearsed(file, on, code, choices, names)
        else:
            with transaction():
                outcome = _reorganised(file, on, code, choices, names)
    except (UnreadableRoster, UnreadableReform) as error:
        fail(str(error), as_json)
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
            content_of(file), file_name=file.name, on=_day_of(on), choices=choices, choices_name=choices_name
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
            content_of(file), file_name=file.name, on=_day_of(on), choices=choices, choices_name=choices_name,
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
