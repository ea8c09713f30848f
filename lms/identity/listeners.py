"""What identity does when units change: roles follow a unit to the one that takes it over."""

from collections.abc import Sequence
from datetime import date

from lms.identity import queries, service
from lms.organisation import queries as organisation
from lms.organisation.events import AbsenceRecorded, AbsenceWithdrawn, PostingsChanged, UnitsReorganised
from lms.organisation.service import GrantFate, Heir, tells_of_grants, tells_of_past_grants
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


@tells_of_past_grants
def grants_that_were_at(heirs: Sequence[Heir], on: date) -> list[GrantFate]:
    """What became of the roles at units that ended."""
    by_unit = {heir.old_id: heir for heir in heirs}
    rows = queries.grants_cut_off(by_unit, on)
    names = organisation.names_on((unit for _row, units in rows for unit in units), on)
    fates = []
    for row, units in rows:
        heir = by_unit[row.unit_id]
        kind = "moves" if units else "ends" if row.grant.to_on == on else "asked"
        held = [names[unit] for unit in units]
        new = heir.new if heir.new and heir.new in held else ", ".join(held)
        fates.append(GrantFate(row.holder, row.role, heir.old, new, kind))
    return fates


@listens_to(UnitsReorganised)
def units_reorganised(event: UnitsReorganised, by: By) -> None:
    """Roles go with a unit that one other takes over whole, end with one that nobody takes over, and stay where a
    unit was split: there an administrator says who goes on."""
    service.follow_units(event.heirs, on=event.on, by=by, now=clock.now())


@listens_to(PostingsChanged)
def postings_changed(event: PostingsChanged, by: By) -> None:
    """Whoever goes to another unit leaves the roles at the old one behind; an absence changes nothing."""
    if not isinstance(event, (AbsenceRecorded, AbsenceWithdrawn)):
        service.end_left_behind(event.person_ids, by=by, today=clock.today(), now=clock.now())
