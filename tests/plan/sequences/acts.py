"""What happens to one person, through the service that a page or a listener would call; each act says what it did."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import sqlalchemy as sa

from lms.assessment.events import AttemptSubmitted
from lms.assessment.models import Attempt
from lms.learning import service as learning
from lms.learning.models import Completion
from lms.learning.service import CompletionSource, Result
from lms.organisation import service as organisation
from lms.organisation.models import FOREVER, Absence, Person, Posting
from lms.organisation.service import Away, Kind, Post, Wish
from lms.plan import service
from lms.plan.models import DueGrant, Obligation, Requirement, Waiver
from lms.plan.service import Exempt
from lms.platform.db import db
from lms.platform.events import SYSTEM, emit
from tests.plan.sequences.city import TODAY, City
from tests.plan.sequences.events import EDGES, some_day
from tests.plan.sequences.plan_files import CATEGORIES, GROUPS, POSITIONS
from tests.plan.sequences.truth import Difference
from tests.plan.world import NOW

NOTHING = "nothing to do"
ONE_DAY = timedelta(days=1)
HOURS = (Decimal(4), Decimal(4), Decimal("4.5"), Decimal("8.5"), Decimal("0.1"))


# Postings -------------------------------------------------------------------------------------------------------------


def draw_post(city: City, random: Random, day: date, **more: Any) -> Post:
    """Some post in a unit that stands on the day."""
    position = random.choice(("", "", *POSITIONS))
    unit = random.choice(city.standing(day))
    return Post(
        unit_id=unit.id, department=random.choice(("Phòng Một", "Phòng Hai")), category=random.choice(CATEGORIES),
        position=position, **more,
    )  # fmt: skip


def _told(city: City, posting: Posting) -> str:
    code = next(unit.code for unit in city.units if unit.id == posting.unit_id)
    rank = "primary" if posting.is_primary else "second"
    return (
        f"{rank} posting in {code} ({posting.category} {posting.position or '-'}) "
        f"[{posting.from_on}, {end(posting.to_on)})"
    )


def end(day: date) -> str:
    """An end, as it is told."""
    return "…" if day == FOREVER else str(day)


def _later(random: Random, begin: date) -> date:
    """An end: mostly none."""
    return FOREVER if random.random() < 0.6 else some_day(random, begin + ONE_DAY)


def hire(city: City, person: Person, random: Random) -> str:
    """Somebody begins; beside what he does already, if there is something."""
    begin = some_day(random, date(2024, 9, 1), date(2026, 3, 1))
    end = _later(random, begin)
    post = draw_post(city, random, begin, is_primary=city.free(person.id, begin, end))
    return "hired: " + _told(city, organisation.hire(person, post, from_on=begin, to_on=end, by=SYSTEM, now=NOW))


def _any(city: City, person: Person, random: Random) -> Posting | None:
    postings = city.postings(person.id)
    return random.choice(postings) if postings else None


def move(city: City, person: Person, random: Random) -> str:
    """A posting goes on elsewhere."""
    posting = _any(city, person, random)
    if posting is None:
        return hire(city, person, random)
    day = some_day(random, posting.from_on, posting.to_on)
    post = draw_post(city, random, day, is_primary=posting.is_primary)
    was = _told(city, posting)
    new = organisation.move(posting, post, on=day, to_on=posting.to_on, by=SYSTEM, now=NOW)
    return f"moved from {was} to {_told(city, new)}"


def leave(city: City, person: Person, random: Random) -> str:
    """A posting ends, perhaps before it began."""
    posting = _any(city, person, random)
    if posting is None:
        return NOTHING
    day = some_day(random, posting.from_on, posting.to_on)
    organisation.leave(posting, on=day, by=SYSTEM, now=NOW)
    return f"left {_told(city, posting)} on {day}"


def come_back(city: City, person: Person, random: Random) -> str:
    """Somebody who is posted nowhere begins again, in the service's own way."""
    primary = [posting for posting in city.postings(person.id) if posting.is_primary]
    free = [day for day in EDGES if not any(posting.from_on <= day < posting.to_on for posting in primary)]
    if not free:
        return transfer(city, person, random)
    day = random.choice(free)
    wish = Wish(kind=Kind.MOVE, new_id=random.choice(city.standing(day)).id, on=day)
    return "came back: " + _told(city, organisation.transfer(person, wish, by=SYSTEM, now=NOW))


def _wish(city: City, random: Random) -> Wish:
    day = some_day(random)
    kind = random.choice(list(Kind)[:3])
    return Wish(
        kind=kind, new_id=random.choice(city.standing(day)).id, on=day,
        to_on=FOREVER if kind is Kind.MOVE or random.random() < 0.4 else some_day(random, day + ONE_DAY),
        counts_there=random.random() < 0.6,
    )  # fmt: skip


def transfer(city: City, person: Person, random: Random) -> str:
    """Moved, given a second unit, or seconded, as the page of transfers does it."""
    wish = _wish(city, random)
    posting = organisation.transfer(person, wish, by=SYSTEM, now=NOW)
    return f"transferred ({wish.kind}, counts there: {wish.counts_there}): {_told(city, posting)}"


def propose(city: City, person: Person, random: Random) -> str:
    """An office asks, the other answers."""
    proposal = organisation.propose(person, _wish(city, random), by=SYSTEM, now=NOW)
    answer = random.choice(("accept", "accept", "refuse", "withdraw"))
    if answer == "accept":
        return "asked for and taken: " + _told(city, organisation.accept(proposal, by=SYSTEM, now=NOW))
    if answer == "refuse":
        organisation.refuse(proposal, reason="Không", by=SYSTEM, now=NOW)
    else:
        organisation.withdraw(proposal, by=SYSTEM, now=NOW)
    return f"asked for, {answer}"


def dismiss(city: City, person: Person, random: Random) -> str:
    """The primary posting of a day ends."""
    primary = [p for p in city.postings(person.id) if p.is_primary]
    if not primary:
        return NOTHING
    posting = random.choice(primary)
    day = some_day(random, posting.from_on, posting.to_on)
    organisation.dismiss(person, on=day, by=SYSTEM, now=NOW)
    return f"dismissed on {day}"


def switch_primary(city: City, person: Person, random: Random) -> str:
    """A second posting becomes the one that counts."""
    second = [p for p in city.postings(person.id) if not p.is_primary]
    if not second:
        return transfer(city, person, random)
    posting = random.choice(second)
    day = some_day(random, posting.from_on, posting.to_on)
    return "counts now: " + _told(city, organisation.switch_primary(posting, on=day, by=SYSTEM, now=NOW))


def correct_posting(city: City, person: Person, random: Random) -> str:
    """What was recorded was wrong: day, unit, category or position."""
    posting = _any(city, person, random)
    if posting is None:
        return hire(city, person, random)
    day = some_day(random, posting.from_on + ONE_DAY, posting.to_on)
    other = draw_post(city, random, posting.from_on)
    changes: dict[str, Any] = random.choice(
        (
            {"from_on": some_day(random, date(2024, 9, 1), posting.to_on)},
            {"to_on": day},
            {"to_on": FOREVER},
            {"category": other.category},
            {"position": other.position},
            {"unit_id": other.unit_id},
        )
    )
    was = _told(city, posting)
    new = organisation.correct_posting(posting, by=SYSTEM, now=NOW, **changes)
    return f"corrected {was} to {_told(city, new)}"


# Absences, waivers, grants --------------------------------------------------------------------------------------------


def draw_absence(person: Person, random: Random) -> Away:
    """Some absence."""
    begin = some_day(random)
    end = FOREVER if random.random() < 0.2 else some_day(random, begin + ONE_DAY)
    return Away(person.id, "om_dau", begin, end)


def absence(city: City, person: Person, random: Random) -> str:
    """Away for a time: one, or a few of a list."""
    if random.random() < 0.5:
        one = draw_absence(person, random)
        organisation.record_absence(person, kind=one.kind, from_on=one.from_on, to_on=one.to_on, by=SYSTEM, now=NOW)
        return f"absent [{one.from_on}, {end(one.to_on)})"
    lines = [draw_absence(person, random) for _ in range(random.choice((1, 2, 3)))]
    organisation.record_absences(lines, by=SYSTEM, now=NOW)
    return "absent by a list: " + ", ".join(f"[{line.from_on}, {end(line.to_on)})" for line in lines)


def _believed(model: Any, person: Person, random: Random) -> Any:
    wanted = sa.select(model).where(model.person_id == person.id, model.superseded_at.is_(None)).order_by(model.id)
    found = db.session.scalars(wanted).all()
    return random.choice(found) if found else None


def withdraw_absence(city: City, person: Person, random: Random) -> str:
    """An absence was recorded by mistake."""
    found = _believed(Absence, person, random)
    if found is None:
        return absence(city, person, random)
    organisation.withdraw_absence(found, by=SYSTEM, now=NOW)
    return f"absence [{found.from_on}, {end(found.to_on)}) withdrawn"


def draw_waiver(person: Person, random: Random) -> Exempt:
    """Some exemption."""
    requirements = db.session.execute(sa.select(Requirement.id).order_by(Requirement.code)).scalars().all()
    begin = some_day(random)
    end = FOREVER if random.random() < 0.4 else some_day(random, begin + ONE_DAY)
    return Exempt(person.id, random.choice(requirements), begin, end, "Đã có bằng")


def waive(city: City, person: Person, random: Random) -> str:
    """Exempted from a requirement."""
    line = draw_waiver(person, random)
    service.waive([line], by=SYSTEM, now=NOW)
    return f"exempt from {code_of(line.requirement_id)} [{line.from_on}, {end(line.to_on)})"


def code_of(requirement_id: int) -> str:
    """The code of a requirement."""
    return db.session.scalar(sa.select(Requirement.code).where(Requirement.id == requirement_id)) or ""


def withdraw_waiver(city: City, person: Person, random: Random) -> str:
    """An exemption is taken back."""
    found = _believed(Waiver, person, random)
    if found is None:
        return waive(city, person, random)
    service.withdraw_waiver(found, reason="Nhầm", by=SYSTEM, now=NOW)
    return f"exemption from {code_of(found.requirement_id)} taken back"


def grant(city: City, person: Person, random: Random) -> str:
    """A due day given for one of his obligations, of any kind."""
    wanted = sa.select(Obligation).where(Obligation.person_id == person.id)
    found = db.session.scalars(wanted.order_by(Obligation.requirement_id, Obligation.cycle)).all()
    if not found:
        return NOTHING
    one = random.choice(found)
    kind = random.choice(("extended", "realistic", "confirmed", "kept", "fixed"))
    due, on = some_day(random), some_day(random)
    db.session.add(
        DueGrant(
            person_id=person.id, requirement_id=one.requirement_id, cycle=one.cycle, kind=kind, due_on=due,
            granted_on=on, opened_on=one.opened_on, reason="", decision="", recorded_at=NOW,
        )
    )  # fmt: skip
    service.refresh_people([person.id])
    return f"granted ({kind}, on {on}) {code_of(one.requirement_id)} cycle {one.cycle} until {due}"


# Study ----------------------------------------------------------------------------------------------------------------


def begin(city: City, person: Person, random: Random) -> str:
    """A first activity."""
    place = random.randrange(len(city.courses))
    day = some_day(random)
    learning.begin(person.id, city.courses[place], today=day, now=NOW, by=SYSTEM)
    return f"began course {place + 1} on {day}"


def complete(city: City, person: Person, random: Random) -> str:
    """A completion of any source, mostly told late; a course counts once in a calendar year."""
    wanted = sa.select(Completion.course_id, Completion.completed_on).where(
        Completion.person_id == person.id, Completion.voided_at.is_(None)
    )
    known = {(course, day.year) for course, day in db.session.execute(wanted)}
    day = some_day(random)
    places = [n for n, course in enumerate(city.courses) if (course, day.year) not in known]
    place = random.choice(places or [0])
    course = city.courses[place]
    version = random.choice((None, 1, 2))
    result = Result(
        person_id=person.id, course_id=course, completed_on=day, source=random.choice(list(CompletionSource)),
        version_id=version and city.versions[course, version], hours=random.choice((None, *HOURS)),
        content_group=random.choice(("", *GROUPS)),
    )  # fmt: skip
    learning.record_completion(result, today=TODAY, now=NOW, by=SYSTEM)
    told = f"{result.hours or 4} hours, version {version}, group {result.content_group or 'own'}"
    return f"completed course {place + 1} on {day} ({told})"


def sit(city: City, person: Person, random: Random) -> str:
    """A quiz is passed: learning hears it and completes the course, if it was not completed in that year."""
    place, number = random.randrange(len(city.courses)), random.choice((1, 2))
    course, day = city.courses[place], some_day(random)
    version = city.versions[course, number]
    ended = datetime.combine(day, time(9), UTC)
    before = sa.select(sa.func.count(Attempt.id)).where(Attempt.person_id == person.id, Attempt.version_id == version)
    attempt = Attempt(
        person_id=person.id, version_id=version, number=1 + (db.session.scalar(before) or 0), started_at=ended,
        deadline_at=ended, submitted_at=ended, score=Decimal(80), passed=True,
    )  # fmt: skip
    db.session.add(attempt)
    db.session.flush()
    emit(
        AttemptSubmitted(
            attempt_id=attempt.id, version_id=attempt.version_id, course_id=course, number=attempt.number,
            title="Khóa", submitted_at=ended, score=Decimal(80), passed=True, result="đạt", person_id=person.id,
        ),
        by=SYSTEM,
    )  # fmt: skip
    done = db.session.scalar(sa.select(Completion.id).where(Completion.attempt_id == attempt.id))
    if not done and not _completed_in(person, course, day.year):
        raise Difference(f"learning: the passed attempt of {day} completed nothing", person.id)
    return f"passed the quiz of course {place + 1}, version {number}, on {day}: {'completed' if done else 'once more'}"


def _completed_in(person: Person, course_id: int, year: int) -> bool:
    wanted = sa.select(Completion.completed_on).where(
        Completion.person_id == person.id, Completion.course_id == course_id, Completion.voided_at.is_(None)
    )
    return any(day.year == year for day in db.session.scalars(wanted))


def void(city: City, person: Person, random: Random) -> str:
    """A completion counts no more."""
    wanted = sa.select(Completion).where(Completion.person_id == person.id, Completion.voided_at.is_(None))
    found = db.session.scalars(wanted.order_by(Completion.id)).all()
    if not found:
        return complete(city, person, random)
    one = random.choice(found)
    learning.void_completion(one.id, reason="Nhầm", now=NOW, by=SYSTEM)
    return f"completion of course {city.courses.index(one.course_id) + 1} on {one.completed_on} voided"


OWN: dict[str, Callable[[City, Person, Random], str]] = {
    "absence": absence, "begin": begin, "come_back": come_back, "complete": complete,
    "correct_posting": correct_posting, "dismiss": dismiss, "grant": grant, "hire": hire, "leave": leave, "move": move,
    "propose": propose, "sit": sit, "switch_primary": switch_primary, "transfer": transfer, "void": void,
    "waive": waive, "withdraw_absence": withdraw_absence, "withdraw_waiver": withdraw_waiver,
}  # fmt: skip
