"""Rosters that come in: opened, compared with what is believed, decided about, and applied as they were shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from flask_babel import gettext as _

from lms.organisation import queries
from lms.organisation.models import RosterImport, Unit
from lms.organisation.roster import matching, reading
from lms.organisation.roster.choosing import choices_of, mapping_of, signature_of, understanding_of
from lms.organisation.roster.columns import agrees
from lms.organisation.roster.difference import Difference, compare
from lms.organisation.roster.matching import Decision
from lms.organisation.roster.policy import USUAL, Missing, Policy, policy_of
from lms.organisation.roster.records import Choices, Roster
from lms.organisation.roster.sheets import Sheet, UnreadableRoster, book
from lms.organisation.rules import Refusal
from lms.organisation.service.applying import carry_out_difference
from lms.platform import files
from lms.platform.db import db, lock
from lms.platform.events import By
from lms.platform.forms import Refused


def day_for(unit: Unit, on: date | None, today: date) -> date:
    """The day a roster speaks of: as told, else today, else the last day of a unit that has ended.

    Refused if the unit does not stand on the day told.
    """
    if on is None:
        on = min(max(today, unit.valid_from), unit.valid_to - timedelta(days=1))
    if not unit.valid_from <= on < unit.valid_to:
        raise Refused(Refusal.UNIT_NOT_STANDING)
    return on


ALL_MAY_LEAVE = Policy(missing=Missing.END)
"""For rosters that are applied without anybody who could be asked."""


def compare_roster(
    roster: Roster,
    unit: Unit,
    on: date,
    policy: Policy = ALL_MAY_LEAVE,
    decisions: Mapping[str, Decision] | None = None,
) -> Difference:
    """What the roster would change in the unit on that day."""
    row = queries.unit_row(unit.id, on)
    staff = queries.staff_of(unit.id, on)
    known = {person.personal_id: person for person in staff}
    others = (record.personal_id for record in roster.records if record.personal_id not in known)
    known |= queries.people_in_file(others, unit.id, on)
    asked = matching.questions(roster.records, roster.unnumbered, known, staff)
    found, former = queries.people_alike(asked, unit.id, on, staff)
    matched = matching.match(
        roster.records, roster.unnumbered, unit_id=unit.id, by_number=known, found=found, former=former,
        decisions=decisions,
    )  # fmt: skip
    return compare(roster, matched, unit_id=unit.id, unit=row.name, kind=row.kind, staff=staff, policy=policy)


@dataclass(frozen=True)
class Opened:
    """A file that was opened, and how its columns are understood."""

    sheets: Sequence[Sheet]
    headings: str
    choices: Choices
    reused_id: int | None = None
    """The earlier import from which that is taken."""


def open_roster(content: bytes, file_name: str, unit: Unit, choices: Choices | None = None) -> Opened:
    """Open a file: without choices, its columns are understood as in the unit's last file with the same headings.

    Not if something else stands below them: then somebody is asked again. Raises UnreadableRoster.
    """
    sheets = book(content, file_name)
    headings = signature_of(reading.headers_of(sheets))
    if choices is not None:
        return Opened(sheets, headings, choices)
    earlier = queries.import_understood(unit.id, headings)
    if earlier is None:
        return Opened(sheets, headings, reading.NO_CHOICES)
    said = understanding_of(choices_of(earlier.choices))
    told = [proposal for _sheet, header in reading.headers_of(sheets, said) for proposal in header.proposals]
    if not all(agrees(proposal) for proposal in told):
        return Opened(sheets, headings, reading.NO_CHOICES)
    return Opened(sheets, headings, said, earlier.id)


def _read(opened: Opened, on: date) -> tuple[Roster, Opened]:
    """Read an opened file and let go of its cells, which are many; raises UnreadableRoster."""
    roster = reading.read_sheets(opened.sheets, on, opened.choices)
    return roster, replace(opened, sheets=())


def receive(
    content: bytes,
    *,
    file_name: str,
    unit: Unit,
    on: date,
    by: By,
    now: datetime,
    choices: Choices | None = None,
    policy: Policy = USUAL,
) -> RosterImport:
    """Keep a roster that came in, with the counts of its difference; raises UnreadableRoster.

    One whose columns are not clear is kept as well, without counts: somebody is asked about them.
    """
    opened = open_roster(content, file_name, unit, choices)
    try:
        roster, opened = _read(opened, on)
        counts = summary(roster, compare_roster(roster, unit, on, policy))
    except reading.UnclearColumns:
        counts = {}
    return _keep(content, file_name, unit, on, opened, policy, counts, by, now)


@dataclass(frozen=True)
class Imported:
    """A roster that was kept and applied in one go."""

    arrived: RosterImport
    roster: Roster
    difference: Difference


def import_kept(
    content: bytes,
    *,
    file_name: str,
    unit: Unit,
    on: date,
    by: By,
    now: datetime,
    choices: Choices | None = None,
    policy: Policy = ALL_MAY_LEAVE,
    change_id: int | None = None,
) -> Imported:
    """Keep a roster and apply it without showing it first.

    Raises UnreadableRoster. Refused if more would leave than the policy lets.
    """
    opened = open_roster(content, file_name, unit, choices)
    roster, opened = _read(opened, on)
    lock("postings")
    difference = compare_roster(roster, unit, on, policy)
    if stops(roster, difference, policy):
        raise Refused(Refusal.MANY_LEFT)
    arrived = _keep(content, file_name, unit, on, opened, policy, summary(roster, difference), by, now)
    arrived.change_id = change_id
    apply_roster(arrived, unit, roster, difference, by=by, now=now)
    return Imported(arrived, roster, difference)


def import_at_once(
    content: bytes,
    *,
    file_name: str,
    unit: Unit,
    on: date,
    by: By,
    now: datetime,
    policy: Policy = ALL_MAY_LEAVE,
) -> tuple[Roster, Difference]:
    """The same without a change set by which it could be undone."""
    done = import_kept(content, file_name=file_name, unit=unit, on=on, policy=policy, by=by, now=now)
    return done.roster, done.difference


def rehearse_roster(
    content: bytes, *, file_name: str, unit: Unit, on: date, choices: Choices | None = None, policy: Policy = USUAL
) -> tuple[Roster, Difference]:
    """What a file says and would change; nothing is kept. Raises UnreadableRoster."""
    opened = open_roster(content, file_name, unit, choices)
    roster, _opened = _read(opened, on)
    del opened
    return roster, compare_roster(roster, unit, on, policy)


def stops(roster: Roster, difference: Difference, policy: Policy) -> bool:
    """Whether so many would leave that somebody must say it is meant."""
    return policy.stops_at(len(difference.left), len(roster.records) + len(difference.left))


def set_policy(arrived: RosterImport, policy: Policy) -> None:
    """Let a kept roster do so much; Refused once it was applied."""
    _still_open(arrived)
    arrived.policy = policy.as_json()


def decide(arrived: RosterImport, decisions: Mapping[str, Decision | None]) -> None:
    """Keep what somebody says about rows that do not plainly mean anybody (None: undecided again).

    Refused once the roster was applied.
    """
    _still_open(arrived)
    made = matching.decisions_of(arrived.decisions)
    for key, decision in decisions.items():
        made.pop(key, None)
        if decision is not None:
            made[key] = decision
    arrived.decisions = matching.as_json(made)


def _still_open(arrived: RosterImport) -> None:
    db.session.refresh(arrived, with_for_update=True)
    if arrived.applied_at is not None:
        raise Refused(Refusal.ALREADY_APPLIED)


def _keep(
    content: bytes,
    file_name: str,
    unit: Unit,
    on: date,
    opened: Opened,
    policy: Policy,
    counts: dict[str, int],
    by: By,
    now: datetime,
) -> RosterImport:
    arrived = RosterImport(
        unit_id=unit.id,
        file_name=file_name[:200],
        sha256=files.keep(content),
        on_day=on,
        account_id=by.account_id,
        sender=by.name[:160],
        received_at=now,
        summary=counts,
        choices=mapping_of(opened.choices),
        headings=opened.headings,
        reused_id=opened.reused_id,
        policy=policy.as_json(),
        decisions={},
    )
    db.session.add(arrived)
    db.session.flush()
    return arrived


def revisit(arrived: RosterImport) -> tuple[Unit, Roster, Difference]:
    """Read a kept roster again and compare it with what is believed now; UnreadableRoster if the file is gone."""
    unit = db.session.get_one(Unit, arrived.unit_id)
    try:
        content = files.kept(arrived.sha256)
    except FileNotFoundError as error:
        raise UnreadableRoster(_("Tệp gốc không còn trên máy chủ. Hãy gửi lại tệp.")) from error
    roster = reading.read(content, arrived.file_name, arrived.on_day, choices_of(arrived.choices))
    decisions = matching.decisions_of(arrived.decisions)
    difference = compare_roster(roster, unit, arrived.on_day, policy_of(arrived.policy), decisions)
    return unit, roster, difference


def summary(roster: Roster, difference: Difference) -> dict[str, int]:
    """The counts that are kept with an import."""
    return {
        "rows": roster.rows,
        "joined": len(difference.joined),
        "left": len(difference.left),
        "moved": len(difference.moved),
        "corrected": len(difference.corrected_people),
        "unchanged": difference.unchanged,
        "problems": len(roster.problems),
        "left_out": roster.left_out - difference.recognised,
        "kept": len(difference.kept),
        "withheld": difference.withheld.changes if difference.withheld else 0,
        "undecided": len(difference.undecided),
    }


def apply_import(
    arrived: RosterImport, *, shown: str, many_left: bool, applier_id: int | None = None, by: By, now: datetime
) -> Difference:
    """Apply a kept roster exactly as it was shown (`shown` is that difference's mark).

    Refused if it was applied before, if what would change is no longer what was shown, or if so many would leave
    that somebody must say it is meant (`many_left`), or if the person who applies it would leave: with the posting
    ends the role by which they could take it back.
    """
    lock("postings")
    db.session.refresh(arrived, with_for_update=True)
    if arrived.applied_at is not None:
        raise Refused(Refusal.ALREADY_APPLIED)
    unit, roster, difference = revisit(arrived)
    if difference.digest() != shown:
        raise Refused(Refusal.CHANGED_MEANWHILE)
    if stops(roster, difference, policy_of(arrived.policy)) and not many_left:
        raise Refused(Refusal.MANY_LEFT)
    if difference.lets_leave(applier_id):
        raise Refused(Refusal.LEAVES_SELF)
    apply_roster(arrived, unit, roster, difference, by=by, now=now)
    return difference


def apply_roster(
    arrived: RosterImport, unit: Unit, roster: Roster, difference: Difference, *, by: By, now: datetime
) -> None:
    """Make the difference true, and keep its counts."""
    arrived.summary = summary(roster, difference)
    carry_out_difference(arrived, unit, difference, by=by, now=now)
