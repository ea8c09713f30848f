"""A reform that is killed in the middle leaves nothing; run again it comes to the same end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask_migrate import upgrade

from lms.app import create_app
from lms.platform import config
from lms.platform.db import db, transaction
from tests import factories

ROOT = Path(__file__).resolve().parents[2]
FILE = """\
code: giua-chung
units:
  - {code: moi, name: "Phường Mới", kind: phuong, parent: tp}
successions:
  - {old: a, new: moi}
  - {old: b, new: moi, share: partial}
  - {old: b, new: c, share: remainder}
"""
KILLED = """
import os, signal
from lms.organisation.events import UnitsReorganised
from lms.platform.events import listens_to
from wsgi import app

@listens_to(UnitsReorganised)
def die(event, by):
    os.kill(os.getpid(), signal.SIGKILL)

app.cli.main(args={args!r})
"""
TABLES = ("unit", "unit_name", "unit_place", "unit_closure", "reform", "succession", "reform_choice", "posting",
          "former_unit", "audit_event")  # fmt: skip


@pytest.fixture
def city(tmp_path, request):
    """An application on a database of its own, with three wards of five people, committed."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    url = factories.fresh_database(os.environ.get("TEST_DATABASE_URL", ""), f"{worker}_reform")
    environment = {
        "LMS_INSTANCE": str(tmp_path), "DATABASE_URL": url or f"sqlite:///{tmp_path}/lms.sqlite3",
        "SECRET_KEY": "test", "LMS_DEVELOPMENT": "1",
    }  # fmt: skip
    app = create_app(config.read(environment))
    with app.app_context():
        upgrade()
        with transaction():
            top = factories.make_unit(code="tp", name="Thành phố Hà Nội", kind="thanh_pho")
            for code in "abc":
                ward = factories.make_unit(code=code, parent=top)
                for _ in range(5):
                    factories.make_person(unit=ward)
        yield environment
        db.session.remove()
        db.engine.dispose()


def rows():
    """Everything that a reform writes."""
    found = {
        name: sorted(map(tuple, db.session.execute(sa.text(f"SELECT * FROM {name} ORDER BY 1"))), key=str)
        for name in TABLES
    }
    db.session.rollback()  # SQLite has one writer: hold nothing while the command runs
    return found


def run(environment, *words):
    """Run a program with the application's settings; returns its exit code and what it printed."""
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_killed_in_the_middle_it_leaves_nothing_and_comes_to_the_same_end(city, tmp_path):
    file = tmp_path / "sap-xep.yaml"
    file.write_text(FILE, encoding="utf-8")
    words = ["org", "reorganise", str(file), "--on", "2026-07-01", "--apply"]
    before = rows()
    code, said = run(city, "-c", KILLED.format(args=words))
    assert code == -signal.SIGKILL, said
    assert rows() == before
    code, said = run(city, "-m", "flask", "--app", "wsgi", *words)
    assert code == 0, said
    after = rows()
    assert len(after["unit"]) == len(before["unit"]) + 1
    assert len(after["posting"]) == len(before["posting"]) + 20
    assert len(after["reform_choice"]) == 5
    code, said = run(city, "-m", "flask", "--app", "wsgi", *words)
    assert (code, "không có gì thay đổi" in said) == (0, True), said
    assert rows() == after
