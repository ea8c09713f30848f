"""Choices made after a reform: who of a split unit goes to which successor, by list or on the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from lms.organisation import queries
from lms.organisation.events import ReformChoicesMade
from lms.organisation.models import Posting, Reform, ReformChoice, Unit
from lms.organisation.queries import assignments
from lms.organisation.reform.choosing import Asked, match
from lms.organisation.reform.draft import UnreadableReform
from lms.organisation.reform.reading import Chosen
from lms.organisation.service import reposting
from lms.organisation.service.former import refresh_former_units
from lms.platform.access import Actor
from lms.platform.columns import FOREVER
from lms.platform.db import db, lock
from lms.platform.events import By, emit


@dataclass(frozen=True)
class Assigned:
    """How many people were assigned, and how many could not be: another office chose, or they have moved on."""

    done: int
    refused: int


def choose(
    reform: Reform,
    choices: Sequence[Chosen],
    *,
    file_name: str,
    actor: Actor | None = None,
    old_id: int | None = None,
    by: By,
    now: datetime,
) -> int:
    """Assign people of split or dissolved units by a list; returns how many changed or were confirmed.

    `actor` and `old_id` limit it to the people whom an office may assign. Raises UnreadableReform naming each line
    that does not fit; then nothing is changed.
    """
    lock("postings")
    done, people = place(reform, choices, file_name=file_name, actor=actor, old_id=old_id, by=by, now=now)
    _tell(reform, done, people, unit_id=old_id, by=by)
    return done


def place(
    reform: Reform,
    choices: Sequence[Chosen],
    *,
    file_name: str,
    actor: Actor | None = None,
    old_id: int | None = None,
    by: By,
    now: datetime,
) -> tuple[int, tuple[int, ...]]:
    """Write the choices of a list and the postings; returns how many were new, and who goes elsewhere than so far.

    Raises UnreadableReform naming each line that does not fit. Nobody is told: `choose` does that.
    """
    on = reform.effective_on
    rows = assignments.choices_in_hand(actor, reform, old_id=old_id)
    codes = _codes_of({row.old_id for row, _number, _sends in rows})
    standing = _standing(on)
    asked = []
    for old, some in _by_unit(rows).items():
        heirs = _heirs(actor, reform, old)
        for row, number, sends in some:
            options = tuple(heir.code for heir in heirs if sends or heir.is_mine)
            asked.append(Asked(row.person_id, number, codes[old], options))
    matched, problems = match(choices, asked, standing)
    if problems:
        raise UnreadableReform(file_name, problems)
    by_key = {(row.person_id, codes[row.old_id]): row for row, _number, _sends in rows}
    wanted = [(by_key[one.person_id, one.old], standing[code]) for one, code in matched]
    return _settle(reform, wanted, by=by, now=now)


def assign(reform: Reform, old_id: int, picks: Mapping[int, int], *, actor: Actor, by: By, now: datetime) -> Assigned:
    """Assign people of one old unit (person → unit) as far as the actor may; the others are counted as refused."""
    lock("postings")
    heirs = _heirs(actor, reform, old_id)
    standing = set(_standing(reform.effective_on).values())
    wanted = []
    for row, _number, sends in assignments.choices_in_hand(actor, reform, old_id=old_id, person_ids=picks):
        options = {heir.id for heir in heirs if sends or heir.is_mine} if heirs else standing
        if picks[row.person_id] in options:
            wanted.append((row, picks[row.person_id]))
    done, people = _settle(reform, wanted, by=by, now=now)
    _tell(reform, done, people, unit_id=old_id, by=by)
    return Assigned(len(wanted), len(picks) - len(wanted))


def _heirs(actor: Actor | None, reform: Reform, old_id: int) -> list[queries.Option]:
    if actor is not None:
        return queries.heirs_of(actor, reform, old_id)
    codes = queries.options_of(reform).get(old_id, ("", ()))[1]
    return [queries.Option(0, code, "", True) for code in codes]


def _by_unit(rows: Sequence[tuple[ReformChoice, str, bool]]) -> dict[int, list[tuple[ReformChoice, str, bool]]]:
    found: dict[int, list[tuple[ReformChoice, str, bool]]] = {}
    for row in rows:
        found.setdefault(row[0].old_id, []).append(row)
    return found


def _codes_of(unit_ids: set[int]) -> dict[int, str]:
    rows = db.session.execute(sa.select(Unit.id, Unit.code).where(Unit.id.in_(sorted(unit_ids))))
    return {row[0]: row[1] for row in rows}


def _standing(on: date) -> dict[str, int]:
    """Code → unit that stands on the day."""
    rows = db.session.execute(sa.select(Unit.code, Unit.id).where(Unit.valid_from <= on, Unit.valid_to > on))
    return {row[0]: row[1] for row in rows}


def _settle(
    reform: Reform, wanted: Sequence[tuple[ReformChoice, int]], *, by: By, now: datetime
) -> tuple[int, tuple[int, ...]]:
    """Write choices down and post whom they move; returns how many changed or were confirmed, and who moved."""
    done = [(row, new) for row, new in wanted if row.new_id != new or row.confirmed_at is None]
    moved = [(row, new) for row, new in done if row.new_id != new]
    _post(reform, moved, now)
    reposting.confirm(reform, [(row.person_id, row.old_id, new) for row, new in done], by=by, now=now)
    for row, _new in done:
        db.session.expire(row)
    return len(done), tuple(sorted({row.person_id for row, _new in moved}))


def _tell(reform: Reform, done: int, people: tuple[int, ...], *, unit_id: int | None, by: By) -> None:
    """Derive what follows from choices, and announce them."""
    if not done:
        return
    refresh_former_units(people)
    root = queries.root_on(reform.effective_on)
    event = ReformChoicesMade(
        unit_id=unit_id or (root.id if root else None),
        reform_id=reform.id,
        code=reform.code,
        people=done,
        person_ids=people,
    )
    emit(event, by=by)


def _post(reform: Reform, moved: Sequence[tuple[ReformChoice, int]], now: datetime) -> None:
    """Post people to the chosen unit instead of the one where they were counted meanwhile: all their postings there."""
    on = reform.effective_on
    ends = {row[0]: row[1] for row in db.session.execute(sa.select(Unit.id, Unit.valid_to).where(Unit.valid_to > on))}
    counted = assignments.postings_counted(reform, (row.id for row, _new in moved))
    source = (reform.decision or reform.title)[:200]
    for row, new in moved:
        for current in counted.get(row.id, ()):
            begins, end = max(current.from_on, on), current.to_on
            if row.new_id is None:
                begins, end = on, FOREVER
            else:
                current.superseded_at = now
                if current.from_on < on:
                    db.session.add(_copy(current, current.unit_id, current.from_on, on, current.source, now))
            if begins < min(end, ends[new]):
                db.session.add(_copy(current, new, begins, min(end, ends[new]), source, now))
    db.session.flush()


def _copy(posting: Posting, unit_id: int, from_on: date, to_on: date, source: str, now: datetime) -> Posting:
    values = {name: getattr(posting, name) for name in (*reposting.SAME, "is_primary")}
    return Posting(**values, unit_id=unit_id, from_on=from_on, to_on=to_on, source=source, recorded_at=now)
