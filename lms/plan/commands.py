"""`flask plan import`, `flask plan rebuild`, `flask check-derived`; `figures`, `periods` lie beside what they make."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup, with_appcontext

from lms.plan import jobs, service
from lms.plan.disputes.commands import disputes
from lms.plan.figures.commands import figures
from lms.plan.periods.commands import periods
from lms.plan.queries import Effect
from lms.platform import clock, vietnamese
from lms.platform.db import transaction
from lms.platform.events import SYSTEM

plan = AppGroup("plan", help="Kế hoạch, yêu cầu đào tạo và nghĩa vụ học.")

WHAT = {"added": "thêm mới", "changed": "thay đổi", "ended": "kết thúc", "same": "giữ nguyên"}


@plan.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Chỉ xem trước, không áp dụng.")
@click.option("--shorten", is_flag=True, help="Rút ngắn cả hạn đã báo cho người học; không có thì giữ hạn đã báo.")
@click.option("--json", "as_json", is_flag=True, help="In kết quả dạng JSON.")
def import_(file: Path, dry_run: bool, shorten: bool, as_json: bool) -> None:
    """Kiểm tra tệp kế hoạch, cho biết ai thêm ai bớt, rồi áp dụng."""
    act = service.preview_plan if dry_run else service.import_plan
    try:
        with transaction():
            change = act(file.read_bytes(), by=SYSTEM, today=clock.today(), now=clock.now(), shorten=shorten)
    except service.BadPlan as bad:
        _tell_problems(file, bad, as_json)
        raise SystemExit(1) from bad
    applied = change.changed and not dry_run
    if as_json:
        listed = [{**asdict(effect), "requirement": effect.code} for effect in change.effects]
        result = {"plan": change.code, "changed": change.changed, "applied": applied, "requirements": listed}
        click.echo(json.dumps({**result, "problems": []}, ensure_ascii=False, indent=1))
        return
    if not change.changed:
        click.echo(f"Kế hoạch {change.code}: không có gì thay đổi.")
        return
    click.echo(f"Kế hoạch số {change.number} ({change.code}): {'mới' if change.is_new else 'điều chỉnh'}.")
    for effect in change.effects:
        _tell(effect)
    click.echo("Đã áp dụng." if applied else "Chỉ xem trước, chưa có gì thay đổi.")


def _tell_problems(file: Path, bad: service.BadPlan, as_json: bool) -> None:
    if as_json:
        listed = [{"file": str(file), "line": p.line, "message": p.message} for p in bad.problems]
        click.echo(json.dumps({"changed": False, "applied": False, "problems": listed}, ensure_ascii=False, indent=1))
        return
    for problem in bad.problems:
        click.echo(f"{file}:{problem.line}: {problem.message}", err=True)
    click.echo(f"Có {len(bad.problems)} lỗi, chưa có gì thay đổi. Hãy sửa theo từng dòng trên rồi nhập lại.", err=True)


def _tell(effect: Effect) -> None:
    number = vietnamese.number
    click.echo(f"  {effect.code} {effect.title}: {WHAT[effect.what]}")
    if effect.what == "same":
        return
    click.echo(
        f"      đang phải học {number(effect.obliged)} người; thêm {number(effect.gained)}, bớt {number(effect.lost)}"
    )
    if effect.due_later or effect.due_earlier:
        click.echo(
            f"      hạn lùi lại: {number(effect.due_later)} lượt; hạn sớm hơn: {number(effect.due_earlier)} lượt"
        )
    if effect.due_kept or effect.due_fixed:
        click.echo(
            f"      giữ hạn đã báo: {number(effect.due_kept)} lượt; đã hoàn thành, giữ nguyên hạn: "
            f"{number(effect.due_fixed)} lượt"
        )
    for word, names, total in (("thêm", effect.gained_names, effect.gained), ("bớt", effect.lost_names, effect.lost)):
        if names:
            click.echo(f"      {word}: {', '.join(names)}{' …' if total > len(names) else ''}")


@plan.command("rebuild")
def rebuild() -> None:
    """Tính lại toàn bộ nghĩa vụ học từ dữ liệu gốc; chỉ ghi những gì khác."""
    with transaction():
        service.rebuild(lambda step, seconds: click.echo(f"  {step:<14}{seconds:8.2f} giây"))
    service.settle()
    click.echo("Đã tính lại.")


TABLES = {
    "obligation": "nghĩa vụ",
    "segment": "đoạn nghĩa vụ",
    "reason": "lý do",
    "former_unit": "đơn vị cũ",
    "unit_closure": "cây đơn vị",
    "figure": "số liệu cộng sẵn",
}
WRONG = {"missing": "thiếu", "extra": "thừa", "differs": "khác"}


@click.command("check-derived")
@click.option("--people", type=click.IntRange(min=1), help="Chỉ kiểm tra ngẫu nhiên chừng ấy người.")
@click.option("--json", "as_json", is_flag=True, help="In kết quả dạng JSON, mỗi chỗ lệch một dòng.")
@with_appcontext
def check_derived(people: int | None, as_json: bool) -> None:
    """Tính lại mọi dòng suy ra từ dữ liệu gốc bằng cách độc lập, chỉ ra từng chỗ lệch; mã thoát 1 nếu có."""
    tell = _tell_difference_as_json if as_json else _tell_difference
    found = jobs.check(jobs.Alone(), people, tell)
    seconds = (clock.now() - found.started_at).total_seconds()
    if as_json:
        totals = {"people": found.people, "rows": found.compared, "differences": found.differences}
        click.echo(json.dumps({**totals, "whole": people is None, "clean": not found.differences}))
    else:
        number = vietnamese.number
        said = "khớp hoàn toàn" if not found.differences else f"có {number(found.differences)} chỗ lệch"
        click.echo(
            f"Đã đối chiếu {number(found.people)} người, {number(found.compared)} dòng "
            f"trong {number(round(seconds, 1))} giây: {said}."
        )
    if found.differences:
        click.echo("Chạy `flask --app wsgi plan rebuild` để tính lại, rồi đối chiếu lần nữa.", err=True)
        raise SystemExit(1)


def _tell_difference_as_json(told: dict[str, Any]) -> None:
    click.echo(json.dumps(told, ensure_ascii=False))


def _tell_difference(told: dict[str, Any]) -> None:
    key = ", ".join(f"{name} {value}" for name, value in told["key"].items() if name != "requirement_id")
    values = "; ".join(
        f"{word} {', '.join(f'{name} {value}' for name, value in told[side].items())}"
        for side, word in (("expected", "đúng ra"), ("found", "đang ghi"))
        if told[side]
    )
    whose = f"{told['person']}: " if told["person"] else ""
    click.echo(f"  {whose}{TABLES[told['table']]} {WRONG[told['what']]} [{key}] {values}")


groups = (plan, check_derived, disputes, figures, periods)
