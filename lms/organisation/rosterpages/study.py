"""What a roster would do to duties, in a few numbers."""

from typing import Any

from flask_login import current_user

from lms.organisation import kinds, service
from lms.organisation.models import RosterImport
from lms.organisation.roster.sheets import UnreadableRoster
from lms.platform import clock

MOST_AT_ONCE = 1_000
"""Changes of a roster whose effect on study is found out while somebody waits; else it is asked for."""


def foresee(arrived: RosterImport, *, most: int = MOST_AT_ONCE) -> None:
    """Find out and keep with the import what it would do to duties, unless it changes more than `most`."""
    if not 0 < kinds.people_of(arrived) <= most:
        return
    try:
        _unit, _roster, difference = service.revisit(arrived)
    except UnreadableRoster:
        return
    shown = difference.digest()
    found = kinds.foreseen(arrived, shown=shown, by=current_user, now=clock.now(), today=clock.today())
    service.keep_study(arrived, shown, found)


def told(arrived: RosterImport, shown: str) -> dict[str, Any] | None:
    """What was found out about the very changes that are shown; None when that is not known."""
    study: dict[str, Any] | None = arrived.summary.get("study")
    return study["counts"] if study and study["shown"] == shown else None
