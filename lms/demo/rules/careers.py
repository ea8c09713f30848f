"""A working life as postings: half-open, without overlap, through every reform, never outliving a unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from lms.demo.rules.workplaces import (
    DISTRICT_KINDS,
    WARD_KINDS,
    Group,
    Job,
    Place,
    department_after,
    draw_job,
    job_after,
)

FOREVER = date(9999, 12, 31)
PLAN_BEGINS = date(2023, 10, 1)
"""From here on people join and leave; who was there before joined long ago."""
ONE_YEAR = 365.25
LEAVING = 0.04
"""Share of the staff that leaves, and that is replaced, in a year."""
TRANSFER = 0.012
"""Share that is transferred to a unit of the same kind in a year."""
SHARE_OF_PEOPLE = {"full": 1.0, "area_part_pop_full": 1.0, "partial": 0.5, "remainder": 0.5, "staff": 1.0}
"""How much of a unit's staff goes along with each kind of succession; land without people moves nobody."""


@dataclass(frozen=True, slots=True)
class Stint:
    """One posting."""

    unit_id: int
    department: str
    title: str
    position: str
    rank: str
    from_on: date
    to_on: date


@dataclass(frozen=True)
class City:
    """The dated units as the drawing needs them."""

    places: Mapping[int, Place]
    heirs: Mapping[int, Sequence[tuple[int, float]]]
    """Unit → successors on the day it ends, with the share of its people."""
    wards_of: Mapping[int, Sequence[int]]
    """District → its wards of 2023."""
    like: Mapping[str, Sequence[Place]] = field(default_factory=dict)
    """Kind → units of that kind, for transfers."""

    def heir(self, unit_id: int, random: Random) -> int | None:
        """Where one of the unit's people goes when it ends; None when nothing succeeds it."""
        heirs = self.heirs.get(unit_id, ())
        weights = [weight for _, weight in heirs]
        if not any(weights):
            return None
        return random.choices([unit for unit, _ in heirs], weights=weights)[0]

    def main_heir(self, unit_id: int, day: date) -> int:
        """The unit that on a day stands where this one stood: the same for everybody who asks."""
        while self.places[unit_id].valid_to <= day and any(w for _, w in self.heirs.get(unit_id, ())):
            unit_id = max(self.heirs[unit_id], key=lambda heir: (heir[1], -heir[0]))[0]
        return unit_id


@dataclass(frozen=True, slots=True)
class Work:
    """What somebody does at the moment, and the ward of 2023 in which the school or station stands."""

    department: str
    title: str
    position: str
    rank: str
    ward_id: int | None


def joining_day(random: Random, today: date) -> date:
    """When somebody joined: most before the plan, as many each year since as leave in a year."""
    years = (today - PLAN_BEGINS).days / ONE_YEAR
    if random.random() < LEAVING * years / (1 + LEAVING * years):
        return PLAN_BEGINS + timedelta(days=int(random.random() * (today - PLAN_BEGINS).days))
    return PLAN_BEGINS - timedelta(days=30 + int(random.random() ** 1.5 * 365 * 18))


def leaving_day(random: Random, joined: date, today: date) -> date:
    """When somebody leaves; FOREVER for those still there."""
    stays = timedelta(days=30 + int(random.expovariate(LEAVING) * ONE_YEAR))
    leaves = max(joined, PLAN_BEGINS) + stays
    return leaves if leaves < today else FOREVER


def begin(group: Group, place: Place, city: City, random: Random) -> Work:
    """The first job of somebody who starts in a unit."""
    job: Job = draw_job(group, random)
    ward = place.id if place.kind in WARD_KINDS else None
    if place.kind in DISTRICT_KINDS and city.wards_of.get(place.id):
        ward = random.choice(city.wards_of[place.id])
    names = {"district": place.short_name, "n": 1 + int(random.random() * 12)}
    if ward is not None:
        names["ward"] = city.places[ward].short_name
    if "{any" in job.department:
        district = random.choice(list(city.wards_of))
        names["anydistrict"] = city.places[district].short_name
        names["anyward"] = city.places[random.choice(city.wards_of[district])].short_name
    return Work(job.department.format(**names), job.title, job.position, job.rank, ward)


def walk(group: Group, place: Place, city: City, random: Random, today: date) -> list[Stint]:
    """The postings of somebody whose unit of 2023 is `place`, from joining to leaving or for ever."""
    joined = max(joining_day(random, today), place.valid_from)
    left = leaving_day(random, joined, today)
    work = begin(group, place, city, random)
    transfer = _transfer_day(group, random, joined, left, today)
    unit: Place | None = place
    while unit is not None and unit.valid_to <= joined:
        unit, work = _after_reform(unit, work, city, random)
    stints: list[Stint] = []
    since = joined
    while unit is not None and since < left:
        until = min(left, unit.valid_to)
        moving = transfer is not None and since < transfer < until
        if moving and transfer is not None:
            until = transfer
        stints.append(Stint(unit.id, work.department, work.title, work.position, work.rank, since, until))
        since = until
        if until == left:
            break
        if moving:
            transfer = None
            unit = _transferred(unit, city, random, until)
            work = replace(work, ward_id=unit.id if unit.kind in WARD_KINDS else work.ward_id)
        else:
            unit, work = _after_reform(unit, work, city, random)
    return stints


def second_posting(stints: Sequence[Stint], city: City, random: Random, today: date) -> Stint | None:
    """A task beside the main one in the digital steering group of the same unit, within the last main posting."""
    last = stints[-1]
    room = (min(last.to_on, today) - last.from_on).days
    if room < 60:
        return None
    since = last.from_on + timedelta(days=int(random.random() * room / 2))
    return Stint(
        last.unit_id,
        "Tổ giúp việc Ban Chỉ đạo chuyển đổi số",
        "Thành viên",
        "thanh-vien-bcd-cds",
        "",
        since,
        last.to_on,
    )


def absence(stints: Sequence[Stint], sex: str, random: Random, today: date) -> tuple[str, date, date] | None:
    """Kind, first day and day of return of an absence since the plan began, within the working life."""
    begin_on, end_on = max(stints[0].from_on, PLAN_BEGINS), min(stints[-1].to_on, today)
    kind, days = random.choices(
        (("thai_san", 181), ("om_dau", 45), ("di_hoc", 240), ("biet_phai", 365)), weights=(6 * (sex == "nu"), 3, 2, 1)
    )[0]
    room = (end_on - begin_on).days
    if room < 30:
        return None
    since = begin_on + timedelta(days=int(random.random() * room))
    until = since + timedelta(days=days)
    return kind, since, min(until, stints[-1].to_on)


def _transfer_day(group: Group, random: Random, joined: date, left: date, today: date) -> date | None:
    if not group.moves:
        return None
    begin_on, end_on = max(joined, PLAN_BEGINS), min(left, today)
    years = (end_on - begin_on).days / ONE_YEAR
    if random.random() >= TRANSFER * years:
        return None
    return begin_on + timedelta(days=1 + int(random.random() * max((end_on - begin_on).days - 2, 1)))


def _transferred(unit: Place, city: City, random: Random, day: date) -> Place:
    others = [p for p in city.like.get(unit.kind, ()) if p.valid_from <= day < p.valid_to and p.id != unit.id]
    return random.choice(others) if others else unit


def _after_reform(unit: Place, work: Work, city: City, random: Random) -> tuple[Place | None, Work]:
    """The unit that takes somebody over when his ends, and the work there; None when nobody does."""
    ended = unit.valid_to
    if work.ward_id is not None and unit.kind in DISTRICT_KINDS:
        # A school or a health station does not walk: it belongs to the new ward around it.
        heir: int | None = city.main_heir(work.ward_id, ended)
        if heir is not None and city.places[heir].kind not in WARD_KINDS | DISTRICT_KINDS:
            heir = city.heir(unit.id, random)
    else:
        heir = city.heir(unit.id, random)
    if heir is None or not city.places[heir].valid_from <= ended < city.places[heir].valid_to:
        return None, work
    new = city.places[heir]
    if new.kind in WARD_KINDS and new.parent_id is not None and city.places[new.parent_id].kind not in DISTRICT_KINDS:
        title, position = job_after(work.title, work.position)
        department = department_after(work.department, work.position, new.kind)
        work = Work(department, title, position, work.rank, new.id)
    return new, work
