"""Figures at the size of a city: reading them and changing what they follow from, on both databases and two sizes."""

import os
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from bench import figure_changes, figure_reads, output
from bench.figure_city import KINDS, City, city, drop, sizes
from bench.output import Table

PEOPLE = (15_000, 150_000)
PARTS = ("reads", "changes", "whole")
CITY = 100_000
"""From so many people on the goals mean anything: in a small city there are as many cells as duties."""
T = TypeVar("T")


class Failures:
    """Parts that did not come to an end; the others go on."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def run(self, name: str, act: Callable[[], T]) -> T | None:
        """Do a part; an error is printed and leaves None."""
        try:
            return act()
        except Exception:
            print(f"✗ {name}", flush=True)
            traceback.print_exc()
            self.names.append(name)
            return None


def run(
    *, reuse: bool, people: tuple[int, ...] = PEOPLE, kinds: tuple[str, ...] = KINDS, parts: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Measure every city that is asked for; `parts` of reads, changes, whole (default: all).

    What was measured is printed and kept city by city; a part that fails takes no other with it.
    """
    wanted, failures = parts or PARTS, Failures()
    found: dict[str, Any] = {}
    for kind in kinds:
        of_kind: dict[int, dict[str, Any]] = {}
        for number in sorted(people):
            measured: dict[str, Any] = {}
            of_kind[number] = measured
            town = failures.run(f"{kind} {number}", partial(city, kind, number, reuse=reuse))
            if town is not None:
                _measure(town, wanted, failures, measured)
                if not reuse:
                    drop(town)
            found[_name(kind, number)] = measured
            output.keep(f"figures-{kind}-{number}", measured)
        _show_growth(kind, of_kind)
    if failures.names:
        print("✗ " + ", ".join(failures.names), flush=True)
    return {**found, "failed": failures.names}


def _name(kind: str, number: int) -> str:
    return f"{kind} {number:,}".replace(",", ".")


def _measure(town: City, wanted: tuple[str, ...], failures: Failures, found: dict[str, Any]) -> None:
    from flask_sqlalchemy import SQLAlchemy

    os.environ.update(town.place.environ)
    from lms.app import create_app
    from lms.platform.db import db

    assert isinstance(db, SQLAlchemy)
    name = _name(town.kind, town.people)
    changes: dict[str, float] = {}
    with create_app().app_context():
        found["rows"] = sizes(db.session)
        found["demo_load_seconds"] = town.loaded_seconds
        print(f"\n{name}: {found['rows']}", flush=True)
        db.session.commit()
        if "reads" in wanted:
            reads = failures.run(f"{name}: reads", lambda: figure_reads.measure(db.session))
            found["reads"] = _show_reads(name, reads, town.people >= CITY) if reads else {}
        if "changes" in wanted:
            for part, act in figure_changes.parts(db):
                db.session.rollback()
                changes |= failures.run(f"{name}: {part}", act) or {}
        db.session.remove()
        db.engine.dispose()
    if "whole" in wanted:
        for part, act in figure_changes.whole(town.place):
            changes |= failures.run(f"{name}: {part}", act) or {}
    found["changes"] = changes
    if changes:
        _show_changes(name, changes, town.people >= CITY)


def _show_reads(town: str, ways: dict[str, figure_reads.Times], aims: bool) -> dict[str, list[float]]:
    """Milliseconds of the median, and the ratio to the floor of the same run: by the clock and by processor time."""
    kept: dict[str, list[float]] = {}
    floor = ways[figure_reads.FLOOR]
    table = Table(f"Đọc số liệu, {town} người × 20 yêu cầu", ("cách", "ms", "÷ sàn", "÷ sàn (CPU)", "mục tiêu"))
    for name, times in ways.items():
        ratio, of_cpu = times.milliseconds / floor.milliseconds, times.cpu / floor.cpu if floor.cpu else 0.0
        goal = figure_reads.GOALS.get(name) if aims else None
        table.add(name, f"{times.milliseconds:.0f}", f"{ratio:.2f}", f"{of_cpu:.2f}", f"≤ {goal}" if goal else "")
        kept[name] = [round(times.milliseconds, 1), round(ratio, 3), round(of_cpu, 3)]
    table.show()
    return kept


def _show_changes(town: str, changes: dict[str, float], aims: bool) -> None:
    """Milliseconds, seconds or megabytes as the line says; seconds are set against building everything from nothing."""
    whole = changes.get(figure_changes.FROM_NOTHING)
    table = Table(f"Thay đổi và tính lại, {town} người", ("việc", "số đo", "÷ dựng từ đầu", "mục tiêu"))
    for name, number in changes.items():
        ratio = f"{number / whole:.2f}" if whole and name.endswith("(giây)") else ""
        table.add(name, f"{number:,.2f}", ratio, figure_changes.GOALS.get(name, "") if aims else "")
    table.show()


def _show_growth(kind: str, towns: dict[int, dict[str, Any]]) -> None:
    """How much longer everything takes in the largest city than in the smallest, of the same run."""
    small, large = min(towns), max(towns)
    if small == large:
        return
    title = f"Lớn lên, {kind}: {_name(kind, small)} → {_name(kind, large)} (dân số × {large / small:.0f})"
    table = Table(title, ("việc", "nhỏ", "lớn", "lần"))
    for part in ("reads", "changes"):
        before, after = ({n: v[0] if isinstance(v, list) else v for n, v in towns[size].get(part, {}).items()}
                         for size in (small, large))  # fmt: skip
        for name in before:
            if name in after and before[name]:
                table.add(name, f"{before[name]:,.1f}", f"{after[name]:,.1f}", f"× {after[name] / before[name]:.1f}")
    table.show()
