"""The server is killed (SIGKILL) while it applies a roster: all of it is done or none, and it can be done after."""

import contextlib
import os
import threading
from datetime import date

import pytest
import sqlalchemy as sa
from flask_migrate import upgrade

from lms.app import create_app
from lms.changes.models import ChangeRow, ChangeSet
from lms.organisation import service
from lms.organisation.models import Person, Posting, RosterImport
from lms.platform import clock, config
from lms.platform.db import db, snapshot, transaction
from lms.platform.events import SYSTEM
from tests import factories
from tests.organisation.rosters import CLEAN
from tests.servers import Server, signed_in

DELAYS = (0.1, 0.2, 0.3, 0.5)
"""Seconds after which the server is killed; wherever that finds it, what must hold is the same."""


@pytest.fixture
def place(tmp_path, request):
    """An installation with a roster of 394 people that has come in, its server, and somebody who may apply it."""
    clock.set_source(None)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    url = factories.fresh_database(os.environ.get("TEST_DATABASE_URL", ""), f"{worker}_roster")
    environment = {
        "LMS_INSTANCE": str(tmp_path), "DATABASE_URL": url or f"sqlite:///{tmp_path}/lms.sqlite3",
        "SECRET_KEY": "test",
    }  # fmt: skip
    app = create_app(config.read(environment))
    with app.app_context():
        upgrade()
        with transaction():
            cast = factories.make_cast()
            unit = factories.make_unit(name="Quận Ba Đình", kind="quan", parent=cast.city)
            arrived = service.receive(
                CLEAN.read_bytes(), file_name=CLEAN.name, unit=unit, on=date(2025, 6, 30), by=SYSTEM, now=clock.now()
            )
            shown = service.revisit(arrived)[2].digest()
            visitor, import_id = signed_in(app, cast.giang.id, clock.now()), arrived.id
        server = Server(environment)
        try:
            yield server, visitor, import_id, shown
        finally:
            server.kill()
            db.session.remove()
            db.engine.dispose()


def state(import_id):
    """Whether the roster counts as applied, how many people and postings there are, change sets, and noted rows."""
    with snapshot():
        count = {
            table: db.session.scalar(sa.select(sa.func.count()).select_from(table))
            for table in (Person, Posting, ChangeSet, ChangeRow)
        }
        applied = db.session.scalar(sa.select(RosterImport.applied_at).where(RosterImport.id == import_id))
        named = db.session.scalar(sa.select(RosterImport.change_id).where(RosterImport.id == import_id))
    return applied is not None, named is not None, *count.values()


def test_a_roster_is_applied_whole_or_not_at_all_however_the_server_dies(place):
    server, visitor, import_id, shown = place
    before = state(import_id)
    for delay in DELAYS:
        server.start()
        asking = threading.Thread(target=_apply, args=(server, visitor, import_id, shown))
        asking.start()
        asking.join(delay)
        server.kill()
        asking.join(30)
        after = state(import_id)
        assert after == before or _is_whole(after, before), f"killed after {delay} s"
        if after != before:
            break
    else:
        server.start()
        assert server.post(visitor, f"/nhan-su/nhap-danh-sach/{import_id}", shown=shown)[0] in (302, 303)
    assert _is_whole(state(import_id), before)
    if server.process is None:
        server.start()
    assert server.post(visitor, f"/nhan-su/nhap-danh-sach/{import_id}", shown=shown)[0] == 422


def _apply(server, visitor, import_id, shown):
    with contextlib.suppress(OSError):  # the server goes away, as it is meant to
        server.post(visitor, f"/nhan-su/nhap-danh-sach/{import_id}", shown=shown)


def _is_whole(after, before):
    """Applied, named by its one change set, with every person and posting of the file, and rows noted to undo it."""
    applied, named, people, postings, changes, noted = after
    return (
        applied
        and named
        and (people - before[2], postings - before[3], changes - before[4]) == (394, 394, 1)
        and noted >= 2 * 394
    )
