"""Changing units, people, postings and absences; applying rosters."""

from lms.organisation.service.former import refresh_former_units
from lms.organisation.service.people import (
    Post,
    correct_person,
    correct_posting,
    hire,
    leave,
    move,
    record_absence,
    register_person,
    reveal,
    withdraw_absence,
)
from lms.organisation.service.rosters import (
    apply_import,
    apply_roster,
    compare_roster,
    day_for,
    import_at_once,
    receive,
    revisit,
    summary,
)
from lms.organisation.service.units import Loaded, load_atlas, rebuild_closure

__all__ = [
    "Loaded",
    "Post",
    "apply_import",
    "apply_roster",
    "compare_roster",
    "correct_person",
    "correct_posting",
    "day_for",
    "hire",
    "import_at_once",
    "leave",
    "load_atlas",
    "move",
    "rebuild_closure",
    "receive",
    "record_absence",
    "refresh_former_units",
    "register_person",
    "reveal",
    "revisit",
    "summary",
    "withdraw_absence",
]
