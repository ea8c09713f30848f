"""An account with a password, and a mail server that is set up."""

import pytest

from lms.identity import service
from lms.platform.events import SYSTEM
from tests.conftest import TODAY
from tests.identity.signing import PASSWORD


@pytest.fixture
def with_mail(app):
    """A mail server is set up (nothing is sent by the pages themselves)."""
    from dataclasses import replace

    settings = app.config["LMS"]
    app.config["LMS"] = replace(settings, mail_host="127.0.0.1")
    yield
    app.config["LMS"] = settings


@pytest.fixture
def an(cast):
    """An's account, with a password."""
    service.set_password(cast.an, password=PASSWORD, by=SYSTEM, today=TODAY)
    return cast.an
