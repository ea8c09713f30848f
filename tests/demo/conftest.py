"""A small city, drawn once for the tests that read it."""

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.platform import clock
from lms.platform.db import db
from tests.conftest import NOW

PEOPLE, SEED = 300, 3


@pytest.fixture(scope="module")
def small_city(app: Flask) -> Iterator[Any]:
    """300 people in one outer transaction, rolled back after the module; gives the session."""
    clock.set_source(lambda: NOW)
    with app.app_context():
        engine = db.engine
        connection = engine.connect()
        outer = connection.begin()
        engines = db._app_engines[app]
        engines[None] = connection  # type: ignore[assignment]
        try:
            load(app, PEOPLE, SEED)
            yield db.session
        finally:
            db.session.remove()
            engines[None] = engine
            outer.rollback()
            connection.close()
            clock.set_source(None)


def load(app: Flask, people: int, seed: int) -> str:
    """Run `demo load` as it would be typed; returns what it prints."""
    result = app.test_cli_runner().invoke(args=["demo", "load", "--people", str(people), "--seed", str(seed)])
    assert result.exit_code == 0, result.output
    return result.output


FACTS = (
    "SELECT personal_id, full_name, sort_name, sex, email, staff_code FROM person ORDER BY personal_id",
    """SELECT p.personal_id, u.code, o.department, o.position, o.title, o.category,
              o.from_on - DAY_0 AS since, o.to_on - DAY_0 AS until, o.is_primary
       FROM posting o JOIN person p ON p.id = o.person_id JOIN unit u ON u.id = o.unit_id
       ORDER BY p.personal_id, o.from_on, o.is_primary, u.code""",
    """SELECT p.personal_id, c.slug, d.completed_on - DAY_0 AS day, d.source, d.score * 100 AS score, u.code
       FROM completion d JOIN person p ON p.id = d.person_id JOIN course c ON c.id = d.course_id
       LEFT JOIN unit u ON u.id = d.unit_id ORDER BY p.personal_id, d.completed_on, c.slug, d.source""",
    """SELECT p.personal_id, c.slug, e.started_on - DAY_0 AS day, count(l.lesson_id) AS lessons
       FROM enrolment e JOIN person p ON p.id = e.person_id JOIN course c ON c.id = e.course_id
       LEFT JOIN lesson_progress l ON l.enrolment_id = e.id GROUP BY 1, 2, 3 ORDER BY 1, 2""",
    """SELECT p.personal_id, c.slug, a.number, a.score * 100 AS score, q.code, n.place, n.points * 100 AS points
       FROM answer n JOIN attempt a ON a.id = n.attempt_id JOIN person p ON p.id = a.person_id
       JOIN course_version v ON v.id = a.version_id JOIN course c ON c.id = v.course_id
       JOIN question q ON q.id = n.question_id ORDER BY 1, 2, 3, 6""",
    """SELECT p.personal_id, k.full_number, k.issued_on - DAY_0 AS day FROM certificate k
       JOIN person p ON p.id = k.person_id ORDER BY k.full_number""",
    """SELECT p.personal_id, r.code, o.cycle, o.opened_on - DAY_0 AS opened, o.due_on - DAY_0 AS due,
              o.fulfilled_on - DAY_0 AS fulfilled
       FROM obligation o JOIN person p ON p.id = o.person_id JOIN requirement r ON r.id = o.requirement_id
       ORDER BY 1, 2, 3""",
)
"""Everything that makes up a city, in words and whole numbers that both databases write alike, without ids."""


def fingerprints() -> list[tuple[int, str]]:
    """Count and digest of each of the FACTS."""
    day_0 = "date '1970-01-01'" if db.session.get_bind().dialect.name == "postgresql" else "0"
    found = []
    for statement in FACTS:
        rows = db.session.execute(sa.text(statement.replace("DAY_0", day_0))).all()
        told = "\n".join("|".join(_plain(value) for value in row) for row in rows)
        found.append((len(rows), hashlib.sha256(told.encode()).hexdigest()))
    return found


def _plain(value: Any) -> str:
    if value is None or isinstance(value, str):
        return str(value)
    return str(round(value))
