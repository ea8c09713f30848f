"""Reforms on record: carrying one out over people who were imported before it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from lms.organisation import queries
from lms.organisation.models import Reform, Succession, Unit, UnitPlace
from lms.organisation.queries import reforms as reading
from lms.organisation.queries.rosters import slices
from lms.organisation.reform.checking import Fate, fate_of
from lms.organisation.reform.draft import Link
from lms.organisation.reform.reading import Chosen
from lms.organisation.service import reposting
from lms.organisation.service.choices import place
from lms.organisation.service.outcome import Ended, Heir, Outcome, grants_of, rules_of
from lms.organisation.service.reforms import finish
from lms.organisation.service.rehearsing import undecided
from lms.platform.db import db, lock
from lms.platform.events import SYSTEM, By


def fates_on_record(reform: Reform) -> dict[int, Fate]:
    """Old unit → what becomes of it by the successions on record; the codes in a Fate are unit ids as text."""
    links: dict[int, list[Link]] = {}
    for old, new, share, is_default in reading.links_of(reform.id):
        link = Link(line=0, old=str(old), new=str(new or ""), share=share, is_default=is_default)
        links.setdefault(old, []).append(link)
    return {old: fate_of(found, renewed=False) for old, found in links.items()}


def carry_out(reform: Reform, *, by: By, now: datetime) -> Outcome:
    """Let the people of a reform's old units follow it; whoever has followed already is left alone."""
    lock("organisation")
    lock("postings")
    before = reading.closure_rows()
    outcome, people, moved, heirs = _follow(reform, now)
    if not (people or moved):
        return outcome
    reform.applied_at, reform.account_id = reform.applied_at or now, by.account_id
    finish(reform, people, before, also=set(), heirs=heirs, outcome=outcome, by=by)
    return outcome


def rehearse_on_record(
    reform: Reform, *, choices: Sequence[Chosen] = (), choices_name: str = "", by: By = SYSTEM, now: datetime
) -> Outcome:
    """Say what carrying out a reform on record, and then a list of choices, would do, changing nothing.

    Raises UnreadableReform naming each line of the list that does not fit.
    """
    savepoint = db.session.begin_nested()
    try:
        outcome, _people, _moved, _heirs = _follow(reform, now)
        if choices:
            done, _assigned = place(reform, choices, file_name=choices_name, by=by, now=now)
            outcome = replace(outcome, chosen=done, undecided=undecided(reform))
    finally:
        savepoint.rollback()
        db.session.expire_all()
    return outcome


def _follow(reform: Reform, now: datetime) -> tuple[Outcome, set[int], set[int], dict[int, int | None]]:
    """Move people and orphaned units; returns what happened, who moved, which units moved, who follows whom."""
    fates = fates_on_record(reform)
    on = reform.effective_on
    eve = date.fromordinal(on.toordinal() - 1)
    for some in slices(fates):
        defaults = [int(fates[old].default) for old in some if fates[old].default]
        db.session.execute(
            sa.update(Succession)
            .where(
                Succession.reform_id == reform.id,
                Succession.old_id.in_(some),
                Succession.new_id.in_(defaults),
                Succession.share != "area_only",
            )
            .values(is_default=_is_default(fates, some))
            .execution_options(synchronize_session=False)
        )
    asked = {old for old, fate in fates.items() if fate.needs_choice}
    reposting.ask(reform, asked, now=now)
    heads = reposting.heads_reaching(reform, fates)
    people = reposting.repost(reform, now=now)
    orphans = _hang_orphans(reform, fates)
    names = queries.names_on([*fates, *(unit for unit, _parent in orphans)], eve)
    new_names = queries.names_on(
        [*(int(new) for fate in fates.values() for new in fate.options if new), *(parent for _unit, parent in orphans)],
        on,
    )
    ended = {old: fate for old, fate in fates.items() if fate.ends}
    heirs = {old: int(fate.default) for old, fate in ended.items() if fate.default and not fate.needs_choice}
    lines = [
        Heir(
            old,
            names.get(old, ""),
            new_names.get(heirs[old], "") if old in heirs else "",
            tuple(new_names.get(int(new), "") for new in fate.options if new),
        )
        for old, fate in ended.items()
    ]
    outcome = Outcome(
        reform_id=reform.id,
        code=reform.code,
        title=reform.title,
        decision=reform.decision,
        on=on,
        ended=tuple(
            Ended(
                str(old),
                names.get(old, ""),
                heads[old],
                tuple(new_names.get(int(new), "") for new in fate.options if new),
                fate.needs_choice,
            )
            for old, fate in fates.items()
            if heads.get(old)
        ),
        moved=tuple((names.get(unit, ""), new_names.get(parent, "")) for unit, parent in orphans),
        people=len(people),
        undecided=undecided(reform),
        grants=tuple(grants_of(lines, on)),
        rules=tuple(rules_of(lines, on)),
        already=not (people or orphans),
        applied=True,
    )
    return outcome, people, {unit for unit, _parent in orphans}, dict(heirs)


def _is_default(fates: dict[int, Fate], olds: Sequence[int]) -> Any:
    """Whether a succession is the one that people of its old unit follow by default."""
    pairs = [(old, int(fates[old].default)) for old in olds if fates[old].default]
    return sa.case(
        (sa.tuple_(Succession.old_id, Succession.new_id).in_(pairs), sa.true()),
        else_=sa.false(),
    )


def _hang_orphans(reform: Reform, fates: dict[int, Fate]) -> list[tuple[int, int]]:
    """Hang units whose parent ended in the reform under its one heir, else under what stood above it."""
    on = reform.effective_on
    ended = [old for old, fate in fates.items() if fate.ends]
    rows: list[tuple[int, int]] = []
    above: dict[int, int] = {}
    for some in slices(ended):
        rows += [
            (row[0], row[1])
            for row in db.session.execute(
                sa.select(UnitPlace.unit_id, UnitPlace.parent_id)
                .join(Unit, Unit.id == UnitPlace.unit_id)
                .where(UnitPlace.parent_id.in_(some), UnitPlace.to_on > on, Unit.valid_to > on)
            )
            if row[1] is not None
        ]
        for row in db.session.execute(
            sa.select(UnitPlace.unit_id, UnitPlace.parent_id).where(
                UnitPlace.unit_id.in_(some), UnitPlace.to_on == on, UnitPlace.parent_id.is_not(None)
            )
        ):
            if row[1] is not None:
                above[row[0]] = row[1]
    places = []
    for unit, parent in rows:
        fate = fates[parent]
        new = int(fate.default) if fate.default and not fate.needs_choice else _standing_above(parent, above, fates)
        if new is not None:
            places.append((unit, new))
    if places:
        units = [unit for unit, _parent in places]
        ends = {
            row[0]: row[1]
            for row in db.session.execute(
                sa.select(UnitPlace.unit_id, UnitPlace.to_on).where(UnitPlace.unit_id.in_(units), UnitPlace.to_on > on)
            )
        }
        db.session.execute(
            sa.update(UnitPlace).where(UnitPlace.unit_id.in_(units), UnitPlace.to_on > on).values(to_on=on)
        )
        db.session.execute(
            sa.insert(UnitPlace.__table__),
            [{"unit_id": unit, "parent_id": new, "from_on": on, "to_on": ends[unit]} for unit, new in places],
        )
    return places


def _standing_above(unit: int, above: dict[int, int], fates: dict[int, Fate]) -> int | None:
    """The nearest unit above that does not end in the reform."""
    found = above.get(unit)
    while found is not None and found in fates and fates[found].ends:
        found = above.get(found)
    return found
