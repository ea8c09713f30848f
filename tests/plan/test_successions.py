"""Audience rules go on at the units that follow an ended one."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from lms.organisation import queries as organisation
from lms.organisation import service as reforms
from lms.plan import service
from lms.plan.models import Audience, Obligation, Reason, Requirement, Segment
from lms.platform import clock
from lms.platform.columns import FOREVER
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.factories import make_person, make_unit
from tests.plan import plans
from tests.plan.world import derived, expected

DAY = date(2026, 7, 1)
EVE = DAY - timedelta(days=1)
FILE = """\
code: thu-2026
title: "Sắp xếp thử"
units:
  - {code: m1, name: "Phường Một", kind: phuong, parent: tp-ha-noi}
  - {code: m2, name: "Phường Hai", kind: phuong, parent: tp-ha-noi}
successions:
  - {old: q, new: m1, share: partial}
  - {old: q, new: m2, share: remainder}
  - {old: p1, new: m1}
  - {old: p2, new: b}
  - {old: x, new: b}
  - {old: z}
moves:
  - {unit: truong, parent: tp-ha-noi}
"""


def plan(*audiences, exclude=()):
    lines = [f"      - {audience}" for audience in audiences]
    left_out = ["    exclude:", *(f"      - {audience}" for audience in exclude)] if exclude else []
    return plans.SMALL.replace(
        "      - {unit: tp-ha-noi, categories: [cong_chuc, vien_chuc]}", "\n".join([*lines, *left_out])
    )


class City:
    """A district q with wards p1 and p2 and a school that stands on; wards x, z and b beside it; a person in each."""

    def __init__(self):
        top = make_unit(code="tp-ha-noi", name="Thành phố Hà Nội", kind="thanh_pho")
        self.units = {"tp-ha-noi": top}
        for code, parent in (("q", top), ("p1", "q"), ("p2", "q"), ("x", top), ("z", top), ("b", top)):
            above = self.units[parent] if isinstance(parent, str) else parent
            self.units[code] = make_unit(code=code, name=f"Đơn vị {code}", parent=above)
        self.units["truong"] = make_unit(code="truong", kind="don_vi_su_nghiep", parent=self.units["q"])
        self.people = {code: make_person(unit=unit) for code, unit in self.units.items()}
        plans.make_course(organiser=top)

    def obliged(self, day):
        """Codes of the people in whose place a duty holds on the day."""
        rows = db.session.scalars(sa.select(Segment.person_id).where(Segment.from_on <= day, Segment.to_on > day))
        names = {person.id: code for code, person in self.people.items()}
        return sorted({names[row] for row in rows})


@pytest.fixture
def city(session):
    return City()


def reorganise(text=FILE, on=DAY):
    return reforms.reorganise(text.encode(), file_name="thu.yaml", on=on, by=SYSTEM, now=clock.now())


def rehearse():
    return reforms.rehearse(FILE.encode(), file_name="thu.yaml", on=DAY)


def carried():
    """(code of the unit, subtree, from) of the rules that reforms carried on."""
    rows = db.session.scalars(sa.select(Audience).where(Audience.reform_id.is_not(None))).all()
    codes = {unit.id: unit.code for unit in (organisation.unit_on(c, DAY) for c in ("m1", "m2", "b", "truong")) if unit}
    return sorted((codes[row.unit_id], row.subtree, row.from_on) for row in rows)


def test_a_rule_goes_on_at_the_one_unit_that_follows(city):
    plans.apply(plan("{unit: x, subtree: false}"))
    assert city.obliged(EVE) == ["x"]
    reorganise()
    assert carried() == [("b", False, DAY)]
    assert city.obliged(EVE) == ["x"]
    assert city.obliged(DAY) == ["b", "p2", "x"]


def test_a_rule_over_a_subtree_goes_on_wherever_its_people_went(city):
    plans.apply(plan("{unit: q}"))
    assert city.obliged(EVE) == ["p1", "p2", "q", "truong"]
    reorganise()
    assert carried() == [("b", True, DAY), ("m1", True, DAY), ("m2", True, DAY), ("truong", True, DAY)]
    assert {"p1", "p2", "q", "truong"} <= set(city.obliged(DAY))
    people = [person.id for person in city.people.values()]
    assert derived(people) == expected(people)
    [obligation] = db.session.scalars(
        sa.select(Obligation).where(Obligation.person_id == city.people["p1"].id)
    ).all()  # one duty, not a second one
    assert obligation.closes_on == FOREVER


def test_who_was_left_out_stays_left_out(city):
    plans.apply(plan("{unit: tp-ha-noi}", exclude=("{unit: x}",)))
    reorganise()
    assert "x" not in city.obliged(DAY)
    assert "z" in city.obliged(DAY)  # dissolved: nobody follows, and its person waits at the unit above


@pytest.mark.parametrize(
    "audience", ["{unit: x, subtree: false, to: 2026-06-30}", "{unit: p1, subtree: false, from: 2026-07-01}"]
)
def test_a_rule_that_does_not_reach_over_the_day_is_not_carried_on(city, audience):
    plans.apply(plan(audience, "{unit: tp-ha-noi, subtree: false}"))
    reorganise()
    assert carried() == []


def test_a_rule_that_the_plan_names_itself_is_not_doubled(city):
    plans.apply(plan("{unit: x, subtree: false}", "{unit: b, subtree: false, from: 2026-07-01}"))
    reorganise()
    assert carried() == []
    assert city.obliged(DAY) == ["b", "p2", "x"]


def test_looking_at_a_reform_lists_its_rules_and_changes_nothing(city):
    plans.apply(plan("{unit: q}", "{unit: z, subtree: false}", exclude=("{unit: x}",)))
    seen = rehearse().rules
    assert [(row.code, row.old, row.news, row.leaves_out) for row in seen] == [
        ("R1", "Đơn vị q", ("Phường Một", "Phường Hai", "Đơn vị b"), False),
        ("R1", "Đơn vị x", ("Đơn vị b",), True),
        ("R1", "Đơn vị z", (), False),
    ]
    assert carried() == []
    assert reorganise().rules == seen


def test_importing_the_plan_again_does_not_undo_it_and_amending_it_follows(city):
    text = plan("{unit: x, subtree: false}")
    plans.apply(text)
    reorganise()
    rows = [row.id for row in db.session.scalars(sa.select(Audience).order_by(Audience.id))]
    plans.apply(text)
    plans.apply(text.replace("Khóa thử", "Khóa mới"))
    assert [row.id for row in db.session.scalars(sa.select(Audience).order_by(Audience.id))] == rows
    assert city.obliged(DAY) == ["b", "p2", "x"]
    plans.apply(plan("{unit: p1, subtree: false}"))
    assert carried() == [("m1", False, DAY)]
    known = set(db.session.scalars(sa.select(Audience.id)))
    assert set(db.session.scalars(sa.select(Reason.audience_id))) <= known


def test_a_plan_that_comes_after_the_reform_is_carried_on_as_well(city):
    reorganise()
    change = plans.apply(plan("{unit: x, subtree: false, from: 2026-01-01}"))
    assert change.effects[0].what == "added"
    assert carried() == [("b", False, DAY)]


def test_a_second_reform_carries_on_what_the_first_one_did(city):
    plans.apply(plan("{unit: x, subtree: false}"))
    reorganise()
    reorganise("code: hai\nsuccessions:\n  - {old: b, new: m1}\n", on=date(2026, 9, 1))
    assert "x" in city.obliged(date(2026, 9, 1))
    assert db.session.scalar(sa.select(sa.func.count()).where(Audience.reform_id.is_not(None))) == 2
    requirement = db.session.scalars(sa.select(Requirement)).one()
    assert service.follow_successions([requirement.id]).requirement_ids == frozenset()
