"""An office, and the events that change postings as a higher domain hears them."""

import pytest

from lms.organisation.events import PostingsChanged
from lms.platform import events
from tests.factories import make_unit


@pytest.fixture
def heard(monkeypatch):
    """The events that change postings, as plan would hear them."""
    found = []
    monkeypatch.setattr(
        events, "_listeners", [*events._listeners, (PostingsChanged, lambda event, by: found.append(event))]
    )
    return found


@pytest.fixture
def office(session):
    return make_unit(name="Phường Ba Đình", kind="phuong")
