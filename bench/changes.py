"""Change sets that meet everybody: preview, apply, undo and the list as XLSX, on a city of twenty requirements."""

import os
import re
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bench import output
from bench.figure_city import KINDS, City, city
from bench.output import Table

ADDED = """
  - code: BENCH
    clause: "1"
    title: "Yêu cầu mở ra cho mọi người"
    short_title: "Mọi người"
    rule: {any_of: [%s]}
    audience:
      - {unit: tp-ha-noi, categories: [can_bo, cong_chuc, vien_chuc, nguoi_lao_dong]}
    due: {fixed: 2027-12-31}
    from: 2026-01-01
"""
GOAL = "≤ 30 s"


def run(*, people: tuple[int, ...] = (150_000,), kinds: tuple[str, ...] = KINDS) -> dict[str, Any]:
    """Measure each city; one of an earlier run of `figures` is used again. Cities end as they were."""
    found: dict[str, Any] = {}
    for kind in kinds:
        for number in people:
            name = f"{kind} {number:,}".replace(",", ".")
            found[name] = _measure(city(kind, number, reuse=True), name)
            output.keep(f"changes-{kind}-{number}", found[name])
    return found


def _measure(town: City, name: str) -> dict[str, Any]:
    os.environ.update(town.place.environ)
    from lms.app import create_app
    from lms.platform.db import db

    found: dict[str, Any] = {}
    plan = (town.place.instance / "plan.yaml").read_text("utf-8")
    with create_app().app_context():
        for title, text in (("một yêu cầu thêm cho mọi người", _added(plan)), ("mọi hạn lùi một năm", _later(plan))):
            found[title] = _of(title, text)
        db.session.remove()
        db.engine.dispose()
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    table = Table(f"Thay đổi cho mọi người, {name} người × 20 yêu cầu", ("thay đổi", "việc", "số đo", "mục tiêu"))
    for title, measured in found.items():
        if isinstance(measured, dict):
            for what, number in measured.items():
                table.add(title, what, f"{number:,.1f}", GOAL if what == "xem trước (giây)" else "")
    table.add("bộ nhớ lớn nhất của tiến trình (MB)", "", f"{found['peak_mb']:,.0f}", "")
    table.show()
    return found


def _added(plan: str) -> str:
    slug = re.search(r"rule: \{any_of: \[([a-z0-9-]+)", plan)
    assert slug, "the plan names a course"
    return plan.rstrip() + ADDED % slug[1]


def _later(plan: str) -> str:
    """The same plan, every due day later."""
    later = re.sub(r"due: \{fixed: (\d{4})-", lambda m: f"due: {{fixed: {int(m[1]) + 1}-", plan)
    return re.sub(r"days_after_posting: (\d+)", lambda m: f"days_after_posting: {int(m[1]) + 365}", later)


def _of(title: str, text: str) -> dict[str, float]:
    """Seconds of each act on the change set; it is taken back in the end."""
    from lms.changes import queries, service
    from lms.platform import clock, files
    from lms.platform.db import db, transaction
    from lms.platform.events import SYSTEM

    found: dict[str, float] = {}
    with transaction():
        payload = {"sha256": files.keep(text.encode()), "shorten": False}
        change_id = service.propose("plan", title=title, payload=payload, unit_id=None, by=SYSTEM, now=clock.now()).id
    acts: dict[str, Callable[[Any], Any]] = {
        "xem trước (giây)": lambda change: service.preview(change, by=SYSTEM, now=clock.now(), today=clock.today()),
        "áp dụng (giây)": lambda change: service.apply(
            change, needs_approval=False, by=SYSTEM, now=clock.now(), today=clock.today()
        ),
        "hoàn tác (giây)": lambda change: service.undo(
            change, reason="đo", by=SYSTEM, now=clock.now(), today=clock.today()
        ),
    }
    for name, act in acts.items():
        print(f"  {title}: {name} …", flush=True)
        with _timed(found, name), transaction():
            act(queries.change_with(change_id))
        if name.startswith("xem"):
            change = queries.change_with(change_id)
            found["người"], found["lượt"] = change.summary["people"], change.summary["duties"]
            db.session.rollback()
            with _timed(found, "đọc hết danh sách (giây)"):
                rows = sum(1 for _line in queries.effect_stream(change_id, queries.EffectFilter()))
            db.session.rollback()
            assert rows == found["lượt"], "the list is whole"
    return found


@contextmanager
def _timed(found: dict[str, float], name: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    found[name] = time.perf_counter() - began
    print(f"    {found[name]:,.1f}", flush=True)
