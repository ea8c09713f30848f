"""Reading figures: each way against one plain GROUP BY over only the rows of that day."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from bench import processes

ROUNDS = 9
FLOOR = "một GROUP BY trên dòng của đúng ngày ấy"
# As somebody would write it who is asked for these figures once and has a table of that day alone.
PLAIN = """
SELECT requirement_id, unit_id,
       COUNT(*) FILTER (WHERE kind < 2) AS required,
       COUNT(*) FILTER (WHERE kind < 2 AND fulfilled_on <= :day) AS completed,
       COUNT(*) FILTER (WHERE kind < 2 AND fulfilled_on <= :day AND fulfilled_on > due_on) AS late,
       COUNT(*) FILTER (WHERE kind < 2 AND fulfilled_on > :day AND started_on <= :day) AS in_progress,
       COUNT(*) FILTER (WHERE kind = 0 AND fulfilled_on > :day AND due_on < :day) AS overdue,
       COUNT(*) FILTER (WHERE kind = 1 AND fulfilled_on > :day) AS paused,
       COUNT(*) FILTER (WHERE kind = 2) AS waived
FROM bench_day GROUP BY requirement_id, unit_id
"""
GOALS = {
    "màn hình toàn Thành phố, hôm nay": 0.2,
    "màn hình toàn Thành phố, một ngày đã qua": 0.2,
    "theo đơn vị cũ trước 01/07/2025": 0.5,
    "theo đơn vị cũ trước 01/01/2025": 0.5,
    "bảng nối đơn vị cũ × mới": 0.5,
    "bảng nối cũ × mới × yêu cầu": 0.5,
    "số người, từng đơn vị": 1.0,
    "số người, từng yêu cầu, nhiệm vụ và kế hoạch": 1.0,
}


@dataclass
class Times:
    """How long a way took, over the rounds."""

    wall: list[float] = field(default_factory=list)
    cpu: float = 0.0
    """Of this process and of the database's, all rounds together."""

    @property
    def milliseconds(self) -> float:
        """The median."""
        return statistics.median(self.wall) * 1000


def measure(session: Any) -> dict[str, Times]:
    """Time all ways in turn, so that a slow moment of the machine hits every one of them."""
    from lms.platform import clock

    today = clock.today()
    _make_day(session, today)
    ways = {FLOOR: lambda: session.execute(_plain(today)).all(), **_ways(session, today)}
    found = {name: Times() for name in ways}
    backend = _backend(session)
    for way in ways.values():
        way()
    for _ in range(ROUNDS):
        for name, way in ways.items():
            began, cpu = time.perf_counter(), _cpu(backend)
            way()
            found[name].wall.append(time.perf_counter() - began)
            found[name].cpu += _cpu(backend) - cpu
    session.rollback()
    session.execute(sa.text("DROP TABLE bench_day"))
    session.commit()
    return found


def _plain(today: date) -> Any:
    from lms.platform.columns import Day

    return sa.text(PLAIN).bindparams(sa.bindparam("day", today, Day()))


def _make_day(session: Any, today: date) -> None:
    from lms.platform.columns import Day

    session.execute(sa.text("DROP TABLE IF EXISTS bench_day"))
    columns = "person_id, requirement_id, unit_id, kind, due_on, started_on, fulfilled_on"
    made = sa.text(f"CREATE TABLE bench_day AS SELECT {columns} FROM segment WHERE from_on <= :day AND to_on > :day")
    if session.get_bind().dialect.name == "postgresql":
        # PostgreSQL takes no parameter here.
        made = sa.text(str(made).replace(":day", f"DATE '{today}'"))
    else:
        made = made.bindparams(sa.bindparam("day", today, Day()))
    session.execute(made)
    session.execute(sa.text("ANALYZE bench_day"))
    session.commit()


def _ways(session: Any, today: date) -> dict[str, Callable[[], Any]]:
    from lms.plan.queries import kept_heads
    from lms.reports import queries
    from lms.reports.queries import bridge, figures
    from lms.reports.rules import Structure

    plan = queries.plans()[0]
    requirements = queries.requirements_of(plan.id)
    ids = tuple(r.id for r in requirements)
    view = queries.view_on(today, Structure.CURRENT)
    past = queries.view_on(date(today.year - 1, 8, 20), Structure.CURRENT)
    reforms = queries.reforms_to_bridge(today)
    last, first = (queries.view_before(today, reform) for reform in (reforms[0], reforms[-1]))
    scope, old = queries.scope_of(view, ids, None), queries.scope_of(last, ids, None)
    ward = next(p for p in view.tree.places.values() if p.kind == "phuong")
    assert last.reform_id is not None
    reform_id = last.reform_id
    for told in (scope, old, queries.scope_of(first, ids, None)):
        assert figures.kept_per_unit(told) is not None, "figures are kept: `figures mark`"
    return {
        "màn hình toàn Thành phố, hôm nay": lambda: queries.compliance(plan, view, None, requirements),
        "màn hình toàn Thành phố, một ngày đã qua": lambda: queries.compliance(plan, past, None, requirements),
        "một phường với trường học bên dưới": lambda: queries.compliance(plan, view, ward, requirements),
        "theo đơn vị cũ trước 01/07/2025": lambda: queries.compliance(plan, last, None, requirements),
        "theo đơn vị cũ trước 01/01/2025": lambda: queries.compliance(plan, first, None, requirements),
        "bảng nối đơn vị cũ × mới": lambda: queries.bridge_of(scope, view, last),
        "bảng nối cũ × mới × yêu cầu": lambda: bridge.kept_cells(scope, reform_id),
        "số người, từng đơn vị": lambda: figures.kept_persons(scope),
        "số người, từng yêu cầu, nhiệm vụ và kế hoạch": lambda: kept_heads(today, ids, lambda table: []),
        "xu hướng 12 tháng": lambda: queries.trend(scope),
        "xu hướng 12 tháng theo đơn vị cũ": lambda: queries.trend(old),
    }


# Processor time -------------------------------------------------------------------------------------------------------


def _backend(session: Any) -> int:
    if session.get_bind().dialect.name != "postgresql":
        return 0
    # One process on either side: then its processor time is all there is.
    session.execute(sa.text("SET max_parallel_workers_per_gather = 0"))
    return int(session.execute(sa.text("SELECT pg_backend_pid()")).scalar_one())


def _cpu(backend: int) -> float:
    of_database = processes.cpu_ms([backend]) if backend else 0.0
    return time.process_time() * 1000 + of_database
