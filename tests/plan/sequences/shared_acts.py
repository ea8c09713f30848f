"""What happens to everybody at once: amendments, reforms and choices, lists, corrections of the product's own files."""

from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any

import sqlalchemy as sa

from lms.organisation import service as organisation
from lms.organisation.models import Person, Posting, Reform, ReformChoice, Succession, Unit, UnitPlace
from lms.organisation.queries.reforms import people_posted, standing_units
from lms.organisation.reference import Atlas, PlaceFact, UnitFact
from lms.organisation.reform.draft import UnreadableReform
from lms.organisation.reform.reading import Chosen
from lms.plan import service
from lms.plan.service import BadPlan
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.organisation import rosters
from tests.plan.sequences.acts import NOTHING, code_of, draw_absence, draw_waiver, end
from tests.plan.sequences.city import City
from tests.plan.sequences.events import some_day
from tests.plan.sequences.reform_files import compose
from tests.plan.world import NOW


def amend(city: City, random: Random) -> str:
    """The plan changes from a day on."""
    before = (dict(city.plan.specs), dict(city.plan.dropped))
    told = "; ".join(city.plan.amend(random) for _ in range(random.choice((1, 1, 2))))
    day = some_day(random, date(2024, 9, 1), date(2026, 11, 1))
    try:
        service.import_plan(city.plan.text(f"{random.random()}"), by=SYSTEM, today=day, now=NOW)
    except BadPlan as bad:
        city.plan.specs, city.plan.dropped = before
        return f"refused: {bad.problems}"
    return f"plan amended on {day}: {told}"


def reform(city: City, random: Random) -> str:
    """The next reform, some of the people of split units with their choice."""
    day = city.next_reform_day()
    if day is None:
        return NOTHING
    standing = standing_units(day)
    composed = compose(random, standing, city.reforms + 1, day)
    choices = []
    asked = {standing[code].id: code for code in composed.asks}
    codes = [unit.code for unit in city.standing(day)]
    for person in people_posted(asked, day):
        old = asked[person.unit_id]
        if random.random() < 0.4:
            new = random.choice(composed.asks[old] or [code for code in codes if code not in asked.values()])
            choices.append(Chosen(len(choices) + 2, f"#{person.person_id}", new, old))
    done, taken = _with_choices(
        lambda some: organisation.reorganise(
            composed.text, file_name="sap-xep.yaml", on=day, choices=some, choices_name="ds.csv", by=SYSTEM, now=NOW
        ),
        choices,
    )
    again = organisation.reorganise(composed.text, file_name="sap-xep.yaml", on=day, by=SYSTEM, now=NOW)
    assert again.already, "a reform was applied twice"
    city.reforms += 1
    city.last_reform = (composed.text, day)
    city.look_again()
    return f"reform on {day}: {composed.text.decode()}; {done.people} people moved, {len(taken)} chose"


def _with_choices(act: Callable[[list[Chosen]], Any], choices: list[Chosen]) -> tuple[Any, list[Chosen]]:
    """Do it with these choices; where some do not fit, without those, as an office would."""
    unique = list({(chosen.person, chosen.old): chosen for chosen in choices}.values())
    try:
        return act(unique), unique
    except UnreadableReform as refused:
        lines = {problem.line for problem in refused.problems}
        left = [chosen for chosen in unique if chosen.line not in lines]
        if refused.file_name != "ds.csv" or len(left) == len(unique):
            raise
        return act(left), left


def choose(city: City, random: Random) -> str:
    """People of split or dissolved units are assigned afterwards."""
    rows = db.session.execute(
        sa.select(ReformChoice.reform_id, ReformChoice.person_id, ReformChoice.old_id).order_by(
            ReformChoice.reform_id, ReformChoice.person_id, ReformChoice.old_id
        )
    ).all()
    if not rows:
        return reform(city, random)
    reform_id = random.choice(sorted({row.reform_id for row in rows}))
    one = db.session.get_one(Reform, reform_id)
    codes = {unit.id: unit.code for unit in city.units}
    chosen = []
    for row in rows:
        if row.reform_id != reform_id or random.random() < 0.5:
            continue
        options = db.session.scalars(
            sa.select(Succession.new_id)
            .where(Succession.reform_id == reform_id, Succession.old_id == row.old_id)
            .where(Succession.share != "area_only")
            .order_by(Succession.new_id)
        ).all()
        after = [unit.id for unit in city.standing(one.effective_on)]
        new = random.choice([option for option in options if option is not None] or after)
        chosen.append(Chosen(len(chosen) + 2, f"#{row.person_id}", codes[new], codes[row.old_id]))
    number, taken = _with_choices(
        lambda some: organisation.choose(one, some, file_name="ds.csv", by=SYSTEM, now=NOW), chosen
    )
    told = ", ".join(f"{chosen.person} to {chosen.new}" for chosen in taken)
    return f"{number} chose after {one.code}: {told}"


def absences(city: City, random: Random) -> str:
    """A list of absences of everybody."""
    lines = [draw_absence(db.session.get_one(Person, person_id), random) for person_id in city.people.values()]
    organisation.record_absences(lines, by=SYSTEM, now=NOW)
    return "a list: " + ", ".join(f"{line.person_id} absent [{line.from_on}, {end(line.to_on)})" for line in lines)


def waivers(city: City, random: Random) -> str:
    """A decision that exempts everybody for a time."""
    lines = [draw_waiver(db.session.get_one(Person, person_id), random) for person_id in city.people.values()]
    service.waive(lines, by=SYSTEM, now=NOW)
    return "a list: " + ", ".join(
        f"{line.person_id} exempt from {code_of(line.requirement_id)} [{line.from_on}, {end(line.to_on)})"
        for line in lines
    )


def atlas(city: City, random: Random) -> str:
    """The product's own files are loaded again with a correction of a unit: its kind, or its place since ever."""
    first = [unit for unit in city.units if unit.begins == date(2000, 1, 1) and unit.code != "tp"]
    unit = random.choice(first)
    key = (unit.code, unit.begins)
    kind = random.choice(("phuong", "xa"))
    fact = UnitFact(unit.code, f"Đơn vị {unit.code}", "", "", kind, "tp", "core", unit.begins, unit.ends)
    parents = ["tp"]
    if random.random() < 0.5:
        below = set(
            db.session.scalars(
                sa.select(Unit.code)
                .join(UnitPlace, UnitPlace.parent_id == Unit.id)
                .where(UnitPlace.parent_id == unit.id)
            )
        )
        parents += (
            [other.code for other in first if other.code in ("a", "b", "c") and other != unit] if not below else []
        )
    parent = random.choice(parents)
    places = (PlaceFact(key, (parent, date(2000, 1, 1)), unit.begins, unit.ends),)
    done = organisation.load_atlas(Atlas((fact,), places if random.random() < 0.5 else (), (), (), ()), by=SYSTEM)
    return f"files loaded: {unit.code} is {kind} below {parent} since ever: {done.changed} rows"


def roster(city: City, random: Random) -> str:
    """An office sends its list: some are missing and so have left, some are new there, some are something else."""
    day = some_day(random)
    unit = random.choice(city.standing(day))
    people = db.session.scalars(sa.select(Person).where(Person.id.in_(city.people.values())).order_by(Person.id)).all()
    there = set(
        db.session.scalars(
            sa.select(Posting.person_id).where(
                Posting.unit_id == unit.id, Posting.superseded_at.is_(None), Posting.from_on <= day, Posting.to_on > day
            )
        )
    )
    listed = [person for person in people if random.random() < (0.8 if person.id in there else 0.05)]
    rows = [
        rosters.row(
            personal_id=person.personal_id, full_name=person.full_name,
            staff_category=random.choice(("công chức", "công chức", "viên chức")),
            department=random.choice(("Phòng Một", "Phòng Hai")),
        )
        for person in listed
    ]  # fmt: skip
    if not rows:
        return NOTHING
    content = rosters.as_csv(rows)
    one = db.session.get_one(Unit, unit.id)
    _, difference = organisation.import_at_once(content, file_name="ds.csv", unit=one, on=day, by=SYSTEM, now=NOW)
    told = {name: len(getattr(difference, name)) for name in ("joined", "left", "moved", "corrected")}
    return f"roster of {unit.code} on {day} with {[person.id for person in listed]}: {told}"


SHARED: dict[str, Callable[[City, Random], str]] = {
    "absences": absences, "amend": amend, "atlas": atlas, "choose": choose, "reform": reform, "roster": roster,
    "waivers": waivers,
}  # fmt: skip
