"""What somebody says about a kept roster: which column is what, what wrong rows should say, which rows do not count."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from lms.organisation.models import RosterImport
from lms.organisation.roster import reading
from lms.organisation.roster.choosing import choices_of, mapping_of
from lms.organisation.roster.columns import Proposal
from lms.organisation.roster.difference import Difference
from lms.organisation.roster.layout import column_keys, column_letters
from lms.organisation.roster.records import Choices
from lms.organisation.roster.sheets import UnreadableRoster, book
from lms.organisation.rules import Refusal
from lms.organisation.service.rosters import revisit, summary
from lms.platform import files
from lms.platform.db import db
from lms.platform.forms import Refused


@dataclass(frozen=True)
class Column:
    """A column of a kept roster and what it is taken for."""

    key: str
    """How a mapping knows it."""
    letters: str
    proposal: Proposal
    sheets: tuple[str, ...]


@dataclass(frozen=True)
class Columns:
    """The columns of a kept roster, and what has to be asked about them."""

    columns: tuple[Column, ...]
    question: str = ""
    """The sentence that asks; empty when everything is clear."""
    missing: tuple[str, ...] = ()
    """Needed fields that nothing tells."""


def columns_of(arrived: RosterImport) -> Columns:
    """How the columns of a kept roster are understood; UnreadableRoster if the file is gone or of no use."""
    try:
        content = files.kept(arrived.sha256)
    except FileNotFoundError as error:
        raise UnreadableRoster(_("Tệp gốc không còn trên máy chủ. Hãy gửi lại tệp.")) from error
    sheets = book(content, arrived.file_name)
    choices = choices_of(arrived.choices)
    found: dict[str, Column] = {}
    for sheet, header in reading.headers_of(sheets, choices):
        keys = column_keys(header)
        for proposal in header.proposals:
            if not (proposal.label or proposal.examples):
                continue
            key = keys[proposal.column]
            known = found.get(key)
            if known is None:
                found[key] = Column(key, column_letters(proposal.column), proposal, (sheet,))
            elif sheet not in known.sheets:
                found[key] = replace(known, sheets=(*known.sheets, sheet))
    try:
        reading.read_sheets(sheets, arrived.on_day, choices)
    except reading.UnclearColumns as question:
        return Columns(tuple(found.values()), str(question), tuple(question.missing))
    return Columns(tuple(found.values()))


def understand(arrived: RosterImport, columns: Mapping[str, str], *, department: str, staff_category: str) -> None:
    """Say what the columns of a kept roster are, and what holds for everybody of whom the file says nothing.

    Refused once it was applied; UnclearColumns while something is still to be asked.
    """
    choices = _open(arrived)
    said = replace(choices, columns=dict(columns), department=department, staff_category=staff_category)
    if said != choices:
        arrived.reused_id = None
    _say(arrived, said)


def mend(
    arrived: RosterImport,
    fixes: Mapping[tuple[str, int], Mapping[str, str]],
    dropped: frozenset[tuple[str, int]],
) -> None:
    """Say what cells of a kept roster should say, and which rows do not count; Refused once it was applied.

    What is still wrong afterwards is kept and told like any other fault.
    """
    _say(arrived, replace(_open(arrived), fixes={at: cells for at, cells in fixes.items() if cells}, dropped=dropped))


def _open(arrived: RosterImport) -> Choices:
    """The choices so far, locked."""
    db.session.refresh(arrived, with_for_update=True)
    if arrived.applied_at is not None:
        raise Refused(Refusal.ALREADY_APPLIED)
    return choices_of(arrived.choices)


def _say(arrived: RosterImport, choices: Choices) -> None:
    arrived.choices = mapping_of(choices)
    recount(arrived)


def recount(arrived: RosterImport) -> Difference:
    """Read a kept roster again and keep the counts of its difference as it is now; raises UnreadableRoster."""
    _unit, roster, difference = revisit(arrived)
    arrived.summary = dict(summary(roster, difference))
    db.session.flush()
    return difference


def keep_study(arrived: RosterImport, shown: str, counts: Mapping[str, Any] | None) -> None:
    """Keep what the changes with the mark `shown` would do to duties; None: that cannot be told."""
    arrived.summary = {**arrived.summary, "study": {"shown": shown, "counts": dict(counts) if counts else None}}
    db.session.flush()
