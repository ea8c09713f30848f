"""What identity does when units change: roles follow a unit to the one that takes it over."""

from collections.abc import Sequence
from datetime import date

from lms.identity import queries, service
from lms.organisation.events import UnitsReorganised
from lms.organisation.service import GrantFate, Heir, tells_of_grants
from lms.platform import clock
from lms.platform.events import By, listens_to


@tells_of_grants
def grants_at(heirs: Sequence[Heir], on: date) -> list[GrantFate]:
    """What would become of the roles at units that end."""
    by_unit = {heir.old_id: heir for heir in heirs}
    fates = []
    for row in queries.grants_at(by_unit, on):
        heir = by_unit[row.unit_id]
        kind = "ends" if heir.new is None else "moves" if heir.new else "asked"
        fates.append(GrantFate(row.holder, row.role, heir.old, heir.new or "", kind))
    return fates


@listens_to(UnitsReorganised)
def units_reorganised(event: UnitsReorganised, by: By) -> None:
    """Roles go with a unit that one other takes over whole, end with one that nobody takes over, and stay where a
    unit was split: there an administrator says who goes on."""
    service.follow_units(event.heirs, on=event.on, by=by, now=clock.now())
