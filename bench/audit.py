"""A year of the log: sealing it, and walking its chain."""

import json
import subprocess
import sys
from typing import Any

import sqlalchemy as sa

from bench.database import ROOT, fresh, installation
from bench.output import Table

ROWS = 1_000_000
FILL = """
INSERT INTO audit_event (at, key, account_id, actor, address, unit_id, person_id, facts)
SELECT timestamptz '2025-12-01' + n * interval '31 seconds', 'learning:course:completed', n % 5000,
       'Nguyễn Thị Minh ' || n % 5000,
       '10.1.' || n % 250 || '.7', n % 150, n % 150000,
       jsonb_build_object('course', 'ky-nang-so-' || n % 20, 'version', n % 3, 'score', '87.50', 'on', '2026-03-05')
FROM generate_series(1, :rows) n
"""
MEASURED = """
import json, resource, time
from lms.app import create_app
from lms.audit import checking, service
from lms.platform import clock
from lms.platform.db import db, snapshot, transaction

with create_app().app_context():
    began, after = time.perf_counter(), 0
    while after is not None:
        with transaction():
            after, _ = service.seal(after, now=clock.now())
    sealed = time.perf_counter() - began
    db.session.remove()
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    with snapshot():
        found = checking.verify(now=clock.now())
    walked = time.perf_counter() - began
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(json.dumps({"links": found.links, "faults": found.faults, "seal_seconds": sealed, "verify_seconds": walked,
    "grown_mb": grown / 1000, "peak_mb": (before + grown) / 1000}))
"""


def run() -> dict[str, Any]:
    """Fill a log, seal it, walk the chain; print and return the figures."""
    place = installation("audit")
    fresh(place)
    engine = sa.create_engine(place.url)
    with engine.begin() as connection:
        connection.execute(sa.text(FILL), {"rows": ROWS})
        size = connection.exec_driver_sql("SELECT pg_total_relation_size('audit_event')").scalar_one()
    done = subprocess.run(
        [sys.executable, "-c", MEASURED], cwd=ROOT, env=place.environ, check=True, capture_output=True, text=True
    )
    figures: dict[str, Any] = json.loads(done.stdout)
    with engine.connect() as connection:
        seals = connection.exec_driver_sql("SELECT pg_total_relation_size('audit_seal')").scalar_one()
    engine.dispose()
    figures |= {"log_mb": size / 1e6, "seals_mb": seals / 1e6}
    table = Table(f"Nhật ký một năm, {ROWS:,} dòng (PostgreSQL, một tiến trình)", ("", "giây", "dòng mỗi giây"))
    table.add("niêm phong", f"{figures['seal_seconds']:.0f}", f"{ROWS / figures['seal_seconds']:,.0f}")
    table.add("đi hết chuỗi", f"{figures['verify_seconds']:.0f}", f"{ROWS / figures['verify_seconds']:,.0f}")
    table.show()
    print(
        f"Bộ nhớ khi đi hết chuỗi: thêm {figures['grown_mb']:.0f} MB (đỉnh {figures['peak_mb']:.0f} MB); "
        f"nhật ký {figures['log_mb']:.0f} MB, niêm phong {figures['seals_mb']:.0f} MB"
    )
    return figures
