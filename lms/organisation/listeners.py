"""What organisation derives anew when a change set was undone."""

from lms.changes.events import ChangeUndone
from lms.organisation import service
from lms.platform.events import By, listens_to

_UNITS = {"unit", "unit_name", "unit_place", "reform", "succession"}


@listens_to(ChangeUndone)
def change_undone(event: ChangeUndone, by: By) -> None:
    """The tree of every day, and where people stood before each reform, follow from the facts that stand again."""
    if _UNITS & set(event.tables):
        service.rebuild_closure()
        service.refresh_former_units(None)
    else:
        service.refresh_former_units(event.person_ids)
