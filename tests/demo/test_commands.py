"""The commands of the demonstration, as they are typed."""

import stat
import tempfile
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from lms.app import create_app
from lms.organisation.models import Person
from lms.platform import config
from lms.platform.db import db


def test_a_first_start_gives_six_accounts_with_passwords_of_their_own() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            config.read(
                {"LMS_INSTANCE": folder, "DATABASE_URL": f"sqlite:///{folder}/start.sqlite3", "SECRET_KEY": "x"}
            )
        )
        app.config.update(RATELIMIT_ENABLED=False)
        with app.app_context():
            upgrade()
            first = app.test_cli_runner().invoke(args=["demo", "start"])
            assert first.exit_code == 0, first.output
            again = app.test_cli_runner().invoke(args=["demo", "accounts"])
            db.engine.dispose()
        kept = Path(folder) / "demo_accounts.txt"
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        lines = kept.read_text(encoding="utf-8").splitlines()[1:]
        assert all(line in again.output for line in lines)
        passwords = {line[54:74].strip() for line in lines}
        assert len(lines) == len(passwords) == 6


@pytest.mark.parametrize("shape", ["city", "peer"])
def test_people_in_the_database_are_left_alone(shape: str, session: Any, cast: Any, app: Flask) -> None:
    before = session.scalar(sa.select(sa.func.count()).select_from(Person))
    result = app.test_cli_runner().invoke(args=["demo", "load", "--shape", shape])
    assert result.exit_code == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(Person)) == before


def test_a_start_beside_real_people_changes_nothing_and_does_not_stop_the_server(
    session: Any, cast: Any, app: Flask
) -> None:
    before = session.scalar(sa.select(sa.func.count()).select_from(Person))
    result = app.test_cli_runner().invoke(args=["demo", "start"])
    assert result.exit_code == 0
    assert "accounts create-admin" in result.output
    assert session.scalar(sa.select(sa.func.count()).select_from(Person)) == before
