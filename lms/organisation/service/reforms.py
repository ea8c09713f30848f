"""Carrying out a reform: units begin, end, are renamed and moved; people follow; all of it in one transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from lms.organisation import queries
from lms.organisation.events import UnitsReorganised
from lms.organisation.models import Reform
from lms.organisation.queries import reforms as reading
from lms.organisation.reform.reading import Chosen
from lms.organisation.service import reposting
from lms.organisation.service.former import refresh_former_units
from lms.organisation.service.outcome import Outcome
from lms.organisation.service.rehearsing import case_of, checked, rehearse, told
from lms.organisation.service.structure import move_proposals, write
from lms.organisation.service.units import rebuild_closure
from lms.platform.db import db, lock
from lms.platform.events import By, emit


def reorganise(
    content: bytes,
    *,
    file_name: str,
    on: date,
    choices: Sequence[Chosen] = (),
    choices_name: str = "",
    by: By,
    now: datetime,
) -> Outcome:
    """Carry out a reform file on a day; a second time changes nothing. Raises UnreadableReform."""
    lock("organisation")
    lock("postings")
    case = case_of(content, file_name, on)
    if isinstance(case, Reform):
        return told(case)
    shown = rehearse(content, file_name=file_name, on=on, choices=choices, choices_name=choices_name)
    before = reading.closure_rows()
    asked = {case.standing[code].id for code, fate in case.structure.fates.items() if fate.needs_choice}
    olds = {case.standing[code].id: code for code in case.structure.fates}
    chosen = checked(choices, reading.people_posted(asked, on), olds, case, choices_name)
    reform, ids = write(case, by, now)
    renamed_ids = {case.standing[row.unit].id for row in case.draft.renamings}
    reposting.ask(reform, asked, now=now)
    placed = [(person_id, case.standing[old].id, ids[new]) for (person_id, old), new in chosen.items()]
    reposting.confirm(reform, placed, by=by, now=now)
    people = reposting.repost(reform, now=now)
    move_proposals(case, ids)
    heirs = {
        case.standing[code].id: ids[fate.default] if fate.default else None
        for code, fate in case.structure.fates.items()
        if fate.ends and not (fate.needs_choice and fate.default)
    }
    finish(reform, people, before, also=renamed_ids, heirs=heirs, outcome=shown, by=by)
    return replace(shown, applied=True, reform_id=reform.id, people=len(people))


def finish(
    reform: Reform,
    people: set[int],
    before: set[tuple[int, int, int, date, date]],
    *,
    also: set[int],
    heirs: dict[int, int | None],
    outcome: Outcome,
    by: By,
) -> None:
    """Derive what follows from changed units and postings, and tell it."""
    db.session.flush()
    rebuild_closure()
    changed = {row[0] for row in before ^ reading.closure_rows()} | also
    touched = people | reading.people_touching(changed, reform.effective_on)
    refresh_former_units(None)
    root = queries.root_on(reform.effective_on)
    event = UnitsReorganised(
        unit_id=root.id if root else None,
        reform_id=reform.id,
        code=reform.code,
        title=reform.title,
        on=reform.effective_on,
        created=len(outcome.created),
        ended=len(outcome.ended),
        renamed=len(outcome.renamed),
        moved=len(outcome.moved),
        people=len(people),
        waiting=queries.count_waiting(reform.id),
        person_ids=tuple(sorted(touched)),
        heirs=heirs,
    )
    emit(event, by=by)
