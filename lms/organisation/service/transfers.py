"""Moving one person: to another unit, to a second one, away and back, also in the past; what follows later stays."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from lms.organisation import queries, rules
from lms.organisation.events import PrimarySwitched
from lms.organisation.models import Person, Posting
from lms.organisation.rules import Interval, Refusal
from lms.organisation.service.former import refresh_former_units
from lms.organisation.service.people import Post, hire, leave, move, shorten
from lms.platform.columns import FOREVER
from lms.platform.db import db, lock
from lms.platform.events import By, emit
from lms.platform.forms import Refused


class Kind(StrEnum):
    """What is done with a person."""

    MOVE = "chuyen"
    SECOND = "kiem_nhiem"
    SECONDMENT = "biet_phai"
    COUNTS = "tinh_cho"
    """Another of the postings he holds counts."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A move of a person to a unit from a day on; `counts_there` matters for a secondment."""

    kind: Kind
    new_id: int
    on: date
    to_on: date = FOREVER
    department: str = ""
    title: str = ""
    counts_there: bool = False
    source: str = ""


def transfer(person: Person, wish: Wish, *, by: By, now: datetime) -> Posting:
    """Let a person begin in another unit on a day, which may lie in the past; what follows later stays.

    Moving ends the primary posting of that day; without one, the person begins (comes back). A second posting leaves
    the first alone; a secondment may count for the unit that received the person. Raises Refused.
    """
    lock("postings")
    if wish.kind is Kind.COUNTS:
        beside = queries.second_posting_in(
            person.id, wish.new_id, wish.on, department=wish.department, title=wish.title
        )
        if beside is None:
            raise Refused(Refusal.NO_SECOND_POSTING)
        return switch_primary(beside, on=wish.on, until=wish.to_on, by=by, now=now)
    current = queries.primary_posting_on(person.id, wish.on)
    post = _post(wish, current, current or queries.last_posting_of(person.id))
    if wish.kind is not Kind.MOVE:
        return _begin_second(person, wish, post, current, by, now)
    if (
        current
        and current.unit_id == wish.new_id
        and (post.department, post.title)
        == (
            current.department,
            current.title,
        )
    ):
        raise Refused(Refusal.NOTHING_CHANGED)
    # Who goes to another unit, where he worked besides, works there altogether.
    for second in queries.second_postings_on(person.id, wish.on):
        if second.unit_id == wish.new_id and current and current.unit_id != wish.new_id:
            shorten(second, until=wish.on, now=now)
    taken = queries.primary_intervals(person.id)
    if current is None:
        free = rules.free_time((wish.on, wish.to_on), wish.on, taken) or (wish.on, wish.to_on)
        return hire(person, post, from_on=free[0], to_on=free[1], by=by, now=now)
    end = current.to_on
    if end == queries.life_of(current.unit_id)[1]:
        # It ended only because its unit did: at the new unit it goes on until the next posting.
        end = min((start for start, _end in taken if start > wish.on), default=FOREVER)
    return move(current, post, on=wish.on, to_on=min(end, wish.to_on), by=by, now=now)


def _post(wish: Wish, current: Posting | None, last: Posting | None) -> Post:
    """The new posting: what the wish leaves open stays as it was."""
    return Post(
        unit_id=wish.new_id,
        department=wish.department or (current.department if current and current.unit_id == wish.new_id else ""),
        category=last.category if last else "cong_chuc",
        title=wish.title or (last.title if last else ""),
        rank_code=last.rank_code if last else "",
        position=last.position if last else "",
        is_primary=wish.kind is Kind.MOVE,
        source=wish.source,
    )


def _begin_second(person: Person, wish: Wish, post: Post, current: Posting | None, by: By, now: datetime) -> Posting:
    if current is None:
        raise Refused(Refusal.NOT_POSTED)
    # In one's own unit one may work for a second department besides, but one is not seconded to it.
    department = post.department if wish.kind is Kind.SECOND else None
    if queries.works_in_between(person.id, wish.new_id, wish.on, wish.to_on, department=department):
        raise Refused(Refusal.ALREADY_HERE)
    posting = hire(person, post, from_on=wish.on, to_on=wish.to_on, by=by, now=now)
    if wish.kind is Kind.SECONDMENT and wish.counts_there:
        return switch_primary(posting, on=wish.on, by=by, now=now)
    return posting


def dismiss(person: Person, *, on: date, reason: str = "", by: By, now: datetime) -> None:
    """Let a person leave: `on` is the first day that no longer belongs to any posting.

    What followed without a gap goes too, and second postings; what begins after a gap (coming back) stays.
    """
    lock("postings")
    posting = queries.primary_posting_on(person.id, on) or queries.primary_posting_on(person.id, on - timedelta(days=1))
    if posting is None:
        raise Refused(Refusal.NOT_POSTED)
    believed, end = queries.believed_postings(person.id), posting.to_on
    for row in believed:
        if row.is_primary and row.from_on == end:
            end = row.to_on
            shorten(row, until=on, now=now)
    for row in believed:
        if not row.is_primary and row.from_on < end and row.to_on > on:
            shorten(row, until=on, now=now)
    leave(posting, on=on, reason=reason, by=by, now=now)


def end_posting(posting: Posting, *, on: date, reason: str = "", by: By, now: datetime) -> None:
    """End a second posting, or a secondment that counts: the posting beside it then counts again.

    `on` is the first day that no longer belongs to it. Refused for the only posting: that is leaving.
    """
    _hold(posting)
    begins = max(on, posting.from_on)
    if begins >= posting.to_on:
        raise Refused(Refusal.NOTHING_CHANGED)
    if posting.is_primary:
        beside = posting_beside(posting, begins)
        if beside is None:
            raise Refused(Refusal.ONLY_POSTING)
        until, job = min(posting.to_on, beside.to_on), {"department": posting.department, "title": posting.title}
        switch_primary(beside, on=begins, until=until, by=by, now=now)
        second = queries.second_posting_in(posting.person_id, posting.unit_id, begins, **job)
        if second is None:
            raise Refused(Refusal.NOT_BELIEVED)
        posting = second
    leave(posting, on=on, reason=reason, by=by, now=now)


def posting_beside(posting: Posting, on: date) -> Posting | None:
    """The second posting that counts again when this one ends on the day: best the one it took the place of."""
    found = [row for row in queries.second_postings_on(posting.person_id, on) if row.unit_id != posting.unit_id]
    around = {
        (row.unit_id, row.department, row.title)
        for day in (posting.from_on - timedelta(days=1), posting.to_on)
        if day < FOREVER and (row := queries.primary_posting_on(posting.person_id, day))
    }
    return min(found, key=lambda row: ((row.unit_id, row.department, row.title) not in around, row.id), default=None)


def switch_primary(posting: Posting, *, on: date, until: date = FOREVER, by: By, now: datetime) -> Posting:
    """Let a second posting be the one that counts, from a day until its end (or `until`); others are second then."""
    _hold(posting)
    begins, ends = max(on, posting.from_on), min(until, posting.to_on)
    if posting.is_primary or begins >= ends:
        raise Refused(Refusal.NOTHING_CHANGED)
    person = db.session.get_one(Person, posting.person_id)
    days: dict[Post, list[Interval]] = defaultdict(list)
    believed = queries.believed_postings(person.id)
    for row in believed:
        post = _said(row)
        if row is posting or row.is_primary:
            inside = rules.overlap((row.from_on, row.to_on), (begins, ends))
            outside = [(row.from_on, min(row.to_on, begins)), (max(row.from_on, ends), row.to_on)]
            days[post] += [piece for piece in outside if piece[0] < piece[1]]
            if inside:
                days[replace(post, is_primary=row is posting)].append(inside)
        else:
            days[post].append((row.from_on, row.to_on))
    _write_down(person.id, believed, days, now)
    refresh_former_units([person.id])
    event = PrimarySwitched(
        unit_id=posting.unit_id,
        person_id=person.id,
        person_ids=(person.id,),
        name=person.full_name,
        unit=queries.name_on(posting.unit_id, begins),
        on=begins,
    )
    emit(event, by=by)
    counted = queries.primary_posting_on(person.id, begins)
    assert counted is not None
    return counted


def _hold(posting: Posting) -> None:
    lock("postings")
    db.session.refresh(posting, with_for_update=True)
    if posting.superseded_at is not None:
        raise Refused(Refusal.NOT_BELIEVED)


def _said(posting: Posting) -> Post:
    return Post(**{name: getattr(posting, name) for name in Post.__dataclass_fields__})


def _write_down(person_id: int, believed: Iterable[Posting], days: dict[Post, list[Interval]], now: datetime) -> None:
    """Believe these postings from now on: pieces that touch and say the same become one, what stood already stays."""
    wanted = {(post, piece) for post, pieces in days.items() for piece in rules.merged(pieces)}
    for row in believed:
        held = (_said(row), (row.from_on, row.to_on))
        if held in wanted:
            wanted.remove(held)
        else:
            row.superseded_at = now
    for post, (from_on, to_on) in sorted(wanted, key=lambda piece: (piece[1], piece[0].unit_id)):
        db.session.add(Posting(person_id=person_id, from_on=from_on, to_on=to_on, recorded_at=now, **vars(post)))
    db.session.flush()
