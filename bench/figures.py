"""Figures at the size of a city: reading them and changing what they follow from, on both databases and two sizes."""

import os
from typing import Any

from bench import figure_changes, figure_reads
from bench.figure_city import KINDS, City, city, drop, sizes
from bench.output import Table

PEOPLE = (15_000, 150_000)


def run(
    *, reuse: bool, people: tuple[int, ...] = PEOPLE, kinds: tuple[str, ...] = KINDS, parts: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Measure every city that is asked for; `parts` of reads, changes, whole (default: all)."""
    wanted = parts or ("reads", "changes", "whole")
    found: dict[str, Any] = {}
    reads: dict[str, dict[str, figure_reads.Times]] = {}
    changes: dict[str, dict[str, float]] = {}
    for kind in kinds:
        for number in sorted(people):
            town = city(kind, number, reuse=reuse)
            name = f"{kind} {number:,}".replace(",", ".")
            reads[name], changes[name], found[name] = _measured(town, wanted)
            if not reuse:
                drop(town)
    if "reads" in wanted:
        found["reads"] = _show_reads(reads)
    if len(wanted) > ("reads" in wanted):
        found["changes"] = _show_changes(changes)
    return found


def _measured(
    town: City, wanted: tuple[str, ...]
) -> tuple[dict[str, figure_reads.Times], dict[str, float], dict[str, Any]]:
    from flask_sqlalchemy import SQLAlchemy

    os.environ.update(town.place.environ)
    from lms.app import create_app
    from lms.platform.db import db

    assert isinstance(db, SQLAlchemy)
    with create_app().app_context():
        rows = sizes(db.session)
        db.session.commit()
        reads = figure_reads.measure(db.session) if "reads" in wanted else {}
        changes = figure_changes.measure(db) if "changes" in wanted else {}
        db.session.remove()
        db.engine.dispose()
    if "whole" in wanted:
        changes |= figure_changes.whole(town.place)
    return reads, changes, {"rows": rows, "demo_load_seconds": town.loaded_seconds}


def _show_reads(found: dict[str, dict[str, figure_reads.Times]]) -> dict[str, Any]:
    """Milliseconds of the median, and the ratio to the floor of the same run: by the clock and by processor time."""
    kept: dict[str, Any] = {}
    for town, ways in found.items():
        floor = ways[figure_reads.FLOOR]
        table = Table(f"Đọc số liệu, {town} người × 20 yêu cầu", ("cách", "ms", "÷ sàn", "÷ sàn (CPU)", "mục tiêu"))
        for name, times in ways.items():
            ratio, of_cpu = times.milliseconds / floor.milliseconds, times.cpu / floor.cpu
            goal = figure_reads.GOALS.get(name)
            table.add(name, f"{times.milliseconds:.0f}", f"{ratio:.2f}", f"{of_cpu:.2f}", f"≤ {goal}" if goal else "")
            kept.setdefault(town, {})[name] = [round(times.milliseconds, 1), round(ratio, 3), round(of_cpu, 3)]
        table.show()
    return kept


def _show_changes(found: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    towns = list(found)
    table = Table("Thay đổi và tính lại (ms, giây hoặc MB như ghi ở đầu dòng)", ("việc", *towns))
    for name in dict.fromkeys(name for ways in found.values() for name in ways):
        table.add(name, *(f"{found[town][name]:,.2f}" if name in found[town] else "–" for town in towns))
    table.show()
    return found
