"""Closed periods: closing, proving and comparing one of everybody × twenty requirements, and how large it is."""

import json
import subprocess
import sys
from typing import Any

import sqlalchemy as sa

from bench.database import ROOT, SCRATCH, filled, installation
from bench.output import Table

PEOPLE = 150_000
REQUIREMENTS = 20
HEAD = """\
plan:
  code: KH-DO
  number: 1/KH-DO
  title: "Kế hoạch để đo"
  issuer: "UBND thành phố"
  issued_on: 2023-09-27
clauses:
  - {number: "1", text: "Bồi dưỡng mọi nhân sự", lead: tp-ha-noi}
requirements:
"""
EACH = """\
  - code: D{number}
    clause: "1"
    title: "Yêu cầu đo số {number}"
    short_title: "Đo {number}"
    rule: {{any_of: [{course}]}}
    audience:
      - {{unit: tp-ha-noi}}
    due: {{fixed: 2026-12-31}}
    from: 2024-01-01
"""
MEASURED = """
import json, resource, sys, time
from lms.app import create_app
from lms.platform import clock
from lms.platform.db import db, transaction
from lms.platform.events import SYSTEM
from lms.plan.periods import service
from lms.plan.periods.models import ClosedPeriod

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000

steps, began = {}, [time.perf_counter(), ""]
def tell(step):
    now = time.perf_counter()
    if began[1]:
        steps[began[1]] = now - began[0]
    began[:] = [now, step]

with create_app().app_context():
    before, start = peak(), time.perf_counter()
    with transaction():
        service.begin_snapshot()
        period = service.close(plan_code="KH-DO", as_of=clock.today(), name="Đo", by=SYSTEM, now=clock.now(),
                               today=clock.today(), tell=tell)
        tell("")
        period_id, duties, persons = period.id, period.duties, period.persons
    closed, grown = time.perf_counter() - start, peak() - before
    db.session.remove()
    start = time.perf_counter()
    with transaction():
        service.begin_snapshot()
        faults = len(service.verify(db.session.get_one(ClosedPeriod, period_id)))
    proven = time.perf_counter() - start
    db.session.remove()
    start = time.perf_counter()
    with transaction():
        service.begin_snapshot()
        differences = service.compare(db.session.get_one(ClosedPeriod, period_id), now=clock.now())
    compared = time.perf_counter() - start
print(json.dumps({"duties": duties, "persons": persons, "faults": faults, "differences": differences, "steps": steps,
    "close_seconds": closed, "verify_seconds": proven, "compare_seconds": compared, "grown_mb": grown}))
"""
SIZE = "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c WHERE c.relname LIKE 'closed\\_%%' AND relkind = 'r'"


def run(*, people: int | None = None, reuse: bool = False) -> dict[str, Any]:
    """Load a city, oblige everybody to twenty requirements, close, prove and compare; print and return the figures."""
    people = people or PEOPLE
    place = installation("periods")
    filled(place, ["--people", str(people)], reuse=reuse)
    engine = sa.create_engine(place.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        courses = list(connection.exec_driver_sql("SELECT slug FROM course ORDER BY id").scalars())
        _forget(connection)
    file = SCRATCH / "plan-periods.yaml"
    each = (EACH.format(number=n + 1, course=courses[n % len(courses)]) for n in range(REQUIREMENTS))
    file.write_text(HEAD + "".join(each), encoding="utf-8")
    place.flask("plan", "import", str(file))
    with engine.connect() as connection:
        connection.exec_driver_sql("VACUUM (ANALYZE)")
        connection.exec_driver_sql("CHECKPOINT")
    done = subprocess.run(
        [sys.executable, "-c", MEASURED], cwd=ROOT, env=place.environ, check=True, stdout=subprocess.PIPE, text=True
    )
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    with engine.connect() as connection:
        figures["size_mb"] = float(connection.exec_driver_sql(SIZE).scalar_one()) / 1e6
    engine.dispose()
    _show(figures)
    return figures


def _forget(connection: sa.Connection) -> None:
    """Take away what an earlier run closed."""
    tables = connection.exec_driver_sql(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND (relname LIKE 'closed\\_%%' OR relname IN "
        "('period_erratum', 'erratum_line', 'period_difference'))"
    ).scalars()
    if names := ", ".join(tables):
        connection.exec_driver_sql(f"TRUNCATE {names}")


def _show(figures: dict[str, Any]) -> None:
    duties = figures["duties"]
    table = Table(
        f"Chốt số liệu {figures['persons']:,} người, {duties:,} lượt (PostgreSQL, một tiến trình)",
        ("", "giây", "lượt mỗi giây"),
    )
    for word, name in (("chốt và niêm phong", "close"), ("kiểm tra niêm phong", "verify"), ("so sánh", "compare")):
        seconds = figures[f"{name}_seconds"]
        table.add(word, f"{seconds:.1f}", f"{duties / seconds:,.0f}")
    for step, seconds in figures["steps"].items():
        table.add(f"  {step}", f"{seconds:.1f}", "")
    table.show()
    print(f"Thêm {figures['grown_mb']:.0f} MB bộ nhớ khi chốt; kỳ chốt chiếm {figures['size_mb']:.0f} MB trên đĩa")
