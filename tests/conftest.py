"""The app once, one transaction a test, a fixed cast, pages that are checked wherever they are opened."""

import os
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade
from hypothesis import settings as hypothesis

from lms.app import create_app
from lms.audit.models import AuditEvent
from lms.platform import clock, config, rates
from lms.platform.db import db, only_reading
from tests import factories
from tests.pages import Browse

# How long an example takes is the machine's business, not the rule's.
hypothesis.register_profile("calm", deadline=None)
hypothesis.load_profile("calm")

LONG = (
    "journeys/test_journeys.py", "learning/test_crash.py", "plan/test_sequences.py", "plan/test_at_once.py",
    "conventions/test_fuzz.py", "conventions/test_access.py", "plan/test_sequences_notice.py",
    "organisation/test_reform_crash.py", "plan/test_derivation.py", "plan/test_told_days.py", "reports/test_kept.py",
    "plan/test_check.py", "plan/test_grants.py", "plan/test_cases.py", "reports/test_documents.py",
)  # fmt: skip
"""The files that take longest, the longest first: begun last, one of them would keep a single processor busy alone."""


ALIKE = ("plan/test_sequences_notice.py",)
"""Its tests use the database and would say the same of any."""
BEST_ON_POSTGRESQL = ("conventions/test_access.py", "conventions/test_fuzz.py")
"""Every page is opened: there a page that writes is refused, and so is a number that no column can hold."""
FROM_OUTSIDE = ("fresh_database", "test_database_url", "TEST_DATABASE_URL", "create_app", "subprocess", "installation")
"""What a file names that reaches a database without the fixtures."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long; mark what is the same on either database."""
    folder = Path(__file__).parent
    places = {folder / name: place for place, name in enumerate(LONG)}
    alike, best = ({folder / name for name in names} for names in (ALIKE, BEST_ON_POSTGRESQL))
    items.sort(key=lambda item: places.get(item.path, len(LONG)))
    reaching: dict[Path, bool] = {}
    for item in items:
        if item.path not in reaching:
            text = item.path.read_text("utf-8")
            reaching[item.path] = "journeys" in item.path.parts or any(name in text for name in FROM_OUTSIDE)
        uses = reaching[item.path] or {"app", "session"} & set(getattr(item, "fixturenames", ()))
        if not uses or item.path in alike:
            item.add_marker(pytest.mark.once)
        if item.path in best:
            item.add_marker(pytest.mark.postgresql)


NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
"""Eight in the morning of 24/11/2026 in Hà Nội: the day on which every test begins."""
TODAY = date(2026, 11, 24)


def test_database_url(worker: str) -> str:
    """SQLite in a scratch folder, or a database of this worker's own on the PostgreSQL of TEST_DATABASE_URL."""
    return factories.fresh_database(os.environ.get("TEST_DATABASE_URL", ""), worker)


test_database_url.__test__ = False  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application on a migrated, empty database."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with tempfile.TemporaryDirectory() as folder:
        url = test_database_url(worker) or f"sqlite:///{folder}/lms.sqlite3"
        settings = config.read(
            {"LMS_INSTANCE": folder, "DATABASE_URL": url, "SECRET_KEY": "test", "LMS_DEVELOPMENT": "1"}
        )
        app = create_app(settings)
        app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False, PROPAGATE_EXCEPTIONS=True)
        rates.limiter.enabled = False  # the table of permissions asks more often than people do
        with app.app_context():
            upgrade()
        sa.event.listen(db.session, "after_begin", _forbid_pages_to_write)
        yield app
        with app.app_context():
            db.engine.dispose()


def _forbid_pages_to_write(_session: Any, _transaction: Any, connection: sa.Connection) -> None:
    """Do for the savepoints of tests what `lms.platform.db` does for the transactions of real visits."""
    if only_reading() and connection.dialect.name == "postgresql":
        driver: Any = connection.connection.driver_connection
        driver.execute("SET TRANSACTION READ ONLY")


@pytest.fixture(autouse=True)
def at_eight_in_the_morning() -> Iterator[Callable[[datetime], None]]:
    """Time stands still at NOW; call the fixture's value to move it."""
    clock.set_source(lambda: NOW)
    yield lambda moment: clock.set_source(lambda: moment)
    clock.set_source(None)


@pytest.fixture
def session(request: pytest.FixtureRequest) -> Iterator[Any]:
    """One outer transaction on one connection, rolled back at the end; commits inside become savepoints."""
    app = request.getfixturevalue("app")
    with app.app_context():
        engine = db.engine
        connection = engine.connect()
        outer = connection.begin()
        engines = db._app_engines[app]
        engines[None] = connection  # type: ignore[assignment]
        try:
            yield db.session
        finally:
            db.session.remove()
            engines[None] = engine
            outer.rollback()
            connection.close()


@pytest.fixture
def browse(app: Flask, session: Any) -> Browse:
    """Open pages as somebody: `browse.as_(cast.an).get("home.today")`."""
    return Browse(app)


@pytest.fixture
def cast(session: Any) -> factories.Cast:
    """An learns; Bình manages An's unit from above; Chi manages another unit; Dung may look but not touch;
    Giang administers; Huy trains."""
    return factories.make_cast()


@pytest.fixture
def audited(session: Any) -> Callable[[], list[str]]:
    """The keys of what was logged so far."""
    return lambda: list(db.session.scalars(db.select(AuditEvent.key).order_by(AuditEvent.id)))


@pytest.fixture
def postgresql_only(session: Any) -> None:
    """Skip a test that speaks of PostgreSQL's own means while the suite runs on SQLite (it runs on both in CI)."""
    if db.session.get_bind().dialect.name != "postgresql":
        pytest.skip("told of PostgreSQL; the suite's other run has it")


SAMPLES = Path(__file__).parent / "samples"
