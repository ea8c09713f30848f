"""Certificate PDFs: processor time each, warm, in one process."""

import os
import statistics
import time
from typing import Any

from bench.database import filled, installation
from bench.output import Table

WARM, MEASURED = 5, 60


def run(*, reuse: bool) -> dict[str, Any]:
    """Write papers of the peer's workload one after another."""
    place = installation("peer")
    filled(place, ["--shape", "peer", "--seed", "1"], reuse=reuse)
    os.environ.update(place.environ)
    from lms.app import create_app
    from lms.certificates import paper, queries
    from lms.certificates.models import Certificate
    from lms.platform.db import db

    app = create_app()
    with app.app_context(), app.test_request_context():
        codes = db.session.scalars(db.select(Certificate.code).order_by(Certificate.id).limit(WARM + MEASURED))
        rows = [row for code in codes if (row := queries.verified(code)) is not None]
        for row in rows[:WARM]:
            paper.written(row)
        cpu, wall, size = [], [], 0
        for row in rows[WARM:]:
            began, clock = time.process_time(), time.perf_counter()
            size = len(paper.written(row))
            cpu.append((time.process_time() - began) * 1000)
            wall.append((time.perf_counter() - clock) * 1000)
    figures = {
        "cpu_ms": round(statistics.median(cpu), 1),
        "wall_ms": round(statistics.median(wall), 1),
        "bytes": size,
        "papers": len(cpu),
    }
    table = Table("Giấy chứng nhận PDF, mỗi tờ (trung vị, ấm)", ("ms CPU", "ms đồng hồ", "byte", "số tờ"))
    table.add(figures["cpu_ms"], figures["wall_ms"], figures["bytes"], figures["papers"])
    table.show()
    return figures
