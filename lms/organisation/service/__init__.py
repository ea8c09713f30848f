"""Changing units, people, postings and absences; applying rosters and reforms."""

from lms.organisation.service.absences import Away, record_absences
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
from lms.organisation.service.recorded import carry_out, choose, rehearse_on_record
from lms.organisation.service.reform_files import apply_reform, attach_choices, receive_reform, revisit_reform
from lms.organisation.service.reforms import (
    Ended,
    GrantFate,
    Heir,
    Outcome,
    Undecided,
    rehearse,
    reorganise,
    tells_of_grants,
    undecided,
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
    "Away",
    "Ended",
    "GrantFate",
    "Heir",
    "Loaded",
    "Outcome",
    "Post",
    "Undecided",
    "apply_import",
    "apply_reform",
    "apply_roster",
    "attach_choices",
    "carry_out",
    "choose",
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
    "receive_reform",
    "record_absence",
    "record_absences",
    "refresh_former_units",
    "register_person",
    "rehearse",
    "rehearse_on_record",
    "reorganise",
    "reveal",
    "revisit",
    "revisit_reform",
    "summary",
    "tells_of_grants",
    "undecided",
    "withdraw_absence",
]
