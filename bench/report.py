"""The report screen on 150,000 people × 10 requirements against plain SQL for the same figures."""

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from bench.database import Installation, filled, installation
from bench.output import Table

PEOPLE = 150_000
ROUNDS = 7

# Written by hand, as somebody would who is asked for these figures once: the floor that the screen is measured against.
PLAIN = """
SELECT requirement_id, unit_id,
       count(*) FILTER (WHERE kind < 2) AS required,
       count(*) FILTER (WHERE kind < 2 AND fulfilled_on <= :day) AS completed,
       count(*) FILTER (WHERE kind < 2 AND fulfilled_on <= :day AND fulfilled_on > due_on) AS late,
       count(*) FILTER (WHERE kind < 2 AND fulfilled_on > :day AND started_on <= :day) AS in_progress,
       count(*) FILTER (WHERE kind = 0 AND fulfilled_on > :day AND due_on < :day) AS overdue,
       count(*) FILTER (WHERE kind = 1 AND fulfilled_on > :day) AS paused,
       count(*) FILTER (WHERE kind = 2) AS waived
FROM segment
WHERE requirement_id IN (SELECT id FROM requirement WHERE plan_id = :plan) AND from_on <= :day AND to_on > :day
GROUP BY requirement_id, unit_id
"""
# The same without the derived cuts: what a system would have to add up that keeps only duties and postings.
JOINED = """
SELECT o.requirement_id, p.unit_id,
       count(*) AS required,
       count(*) FILTER (WHERE o.fulfilled_on <= :day) AS completed,
       count(*) FILTER (WHERE o.fulfilled_on <= :day AND o.fulfilled_on > o.due_on) AS late,
       count(*) FILTER (WHERE o.fulfilled_on > :day AND o.started_on <= :day) AS in_progress,
       count(*) FILTER (WHERE o.fulfilled_on > :day AND o.due_on < :day) AS overdue
FROM obligation o
JOIN posting p ON p.person_id = o.person_id AND p.is_primary AND p.superseded_at IS NULL
              AND p.from_on <= :day AND p.to_on > :day
WHERE o.requirement_id IN (SELECT id FROM requirement WHERE plan_id = :plan)
  AND o.opened_on <= :day AND o.closes_on > :day
GROUP BY o.requirement_id, p.unit_id
"""
PERSONS = """
SELECT unit_id, count(DISTINCT person_id) FROM segment
WHERE requirement_id IN (SELECT id FROM requirement WHERE plan_id = :plan) AND from_on <= :day AND to_on > :day
  AND kind < 2
GROUP BY unit_id
"""


def run(*, reuse: bool) -> dict[str, Any]:
    """Load the city if it must be, time the ways in turn, print and return the figures."""
    place = installation("city")
    loaded = filled(place, ["--people", str(PEOPLE), "--seed", "1"], reuse=reuse)
    figures = _timed(place)
    figures["demo_load_seconds"] = None if loaded is None else round(loaded, 1)
    return figures


def _timed(place: Installation) -> dict[str, Any]:
    os.environ.update(place.environ)
    from lms.app import create_app
    from lms.platform import clock
    from lms.platform.db import db
    from lms.reports import queries
    from lms.reports.queries.figures import per_unit
    from lms.reports.rules import Structure

    with create_app().app_context():
        today = clock.today()
        plan = queries.plans()[0]
        view = queries.view_on(today, Structure.CURRENT)
        former = queries.view_on(today, Structure.FORMER)
        requirements = queries.requirements_of(plan.id)
        scope = queries.scope_of(view, tuple(r.id for r in requirements), None)
        values = {"day": today, "plan": plan.id}

        def plain(statement: str) -> Callable[[], Any]:
            return lambda: db.session.execute(sa.text(statement), values).all()

        ways: dict[str, Callable[[], Any]] = {
            "SQL viết tay trên segment": plain(PLAIN),
            "câu truy vấn của màn hình": lambda: per_unit(scope),
            "cả bảng số liệu của màn hình (kể cả người, cộng dồn)": lambda: queries.compliance(
                plan, view, None, requirements
            ),
            "SQL viết tay, cùng số liệu kể cả người": lambda: (plain(PLAIN)(), plain(PERSONS)()),
            "SQL viết tay, nghĩa vụ ⋈ vị trí công tác": plain(JOINED),
            "cả bảng, theo đơn vị cũ": lambda: queries.compliance(plan, former, None, requirements),
        }
        seconds = _alternating(ways)
        counts = {
            name: db.session.execute(sa.text(f"SELECT count(*) FROM {name}")).scalar_one()
            for name in ("person", "requirement", "obligation", "segment", "completion", "certificate")
        }
    floor, screen = seconds["SQL viết tay trên segment"], seconds["câu truy vấn của màn hình"]
    whole = seconds["cả bảng số liệu của màn hình (kể cả người, cộng dồn)"]
    whole_floor = seconds["SQL viết tay, cùng số liệu kể cả người"]
    table = Table("Báo cáo thực hiện, 150.000 người × 10 yêu cầu (trung vị, ấm)", ("cách", "ms", "÷ viết tay"))
    for name, value in seconds.items():
        table.add(name, f"{value * 1000:.0f}", f"{value / floor:.2f}")
    table.show()
    print(
        f"Tỷ lệ câu truy vấn ÷ SQL viết tay: {screen / floor:.2f}   cả bảng ÷ SQL viết tay: {whole / whole_floor:.2f}"
    )
    print("Số dòng:", ", ".join(f"{name} {count:,}" for name, count in counts.items()))
    return {
        "milliseconds": {name: round(value * 1000, 1) for name, value in seconds.items()},
        "ratio": round(screen / floor, 3),
        "ratio_whole_screen": round(whole / whole_floor, 3),
        "rows": counts,
    }


def _alternating(ways: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """The median seconds of each way; they take turns, so that a slow moment hits all of them."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way()
    for _ in range(ROUNDS):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            found[name].append(time.perf_counter() - began)
    return {name: statistics.median(values) for name, values in found.items()}
