"""Settings that follow from others, and what the database may tell the log."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.platform import config, db


@pytest.mark.parametrize(
    ("environment", "secure"),
    [
        ({}, False),
        ({"PUBLIC_URL": "https://boiduong.example.gov.vn"}, True),
        ({"PUBLIC_URL": "https://boiduong.example.gov.vn", "SECURE_COOKIES": "0"}, False),
        ({"SECURE_COOKIES": "1"}, True),
    ],
)
def test_cookies_are_secure_where_the_public_address_is(tmp_path, environment, secure):
    assert config.read({"LMS_INSTANCE": str(tmp_path), **environment}).secure_cookies is secure


def test_an_error_of_the_database_does_not_tell_what_was_asked(app, tmp_path):
    settings = replace(app.config["LMS"], database_url=f"sqlite:///{tmp_path}/x.sqlite3", development=False)
    other = Flask("another")
    assert db.db is not None
    other.config["LMS"] = settings
    db.init_app(other, settings)
    with other.app_context(), pytest.raises(sa.exc.OperationalError) as caught:
        db.db.session.execute(sa.text("SELECT * FROM nowhere WHERE number = :number"), {"number": "001192000089"})
    assert "001192000089" not in str(caught.value)
