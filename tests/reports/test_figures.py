"""Figures from segments: each against a plain loop over every person, in both structures, on both databases."""

import random
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.organisation.models import FormerUnit, Unit, UnitClosure
from lms.plan.models import Segment
from lms.platform.columns import FOREVER
from lms.platform.db import db
from lms.reports import queries, rules
from lms.reports.rules import Figures, Part, State, Structure
from tests.factories import make_person, make_posting, make_unit
from tests.reports.factories import make_plan, make_reform, make_requirement, make_segment, was_in

DAY = date(2026, 11, 24)
REFORM = date(2025, 7, 1)


class City:
    """Departments and districts before the reform, departments and wards after it."""

    def __init__(self):
        self.city = make_unit(code="tp", name="Thành phố Hà Nội", kind="thanh_pho")
        self.committee = make_unit(code="ub", name="Ủy ban nhân dân thành phố Hà Nội", kind="ubnd", parent=self.city)
        self.health = make_unit(code="syt", name="Sở Y tế", kind="so", parent=self.committee)
        self.hospital = make_unit(code="bv", name="Bệnh viện", kind="don_vi_su_nghiep", parent=self.health)
        self.district = make_unit(code="001", name="Quận Ba Đình", kind="quan", parent=self.city, valid_to=REFORM)
        self.old_ward = make_unit(
            code="00004", name="Phường Trúc Bạch", kind="phuong", parent=self.district, valid_to=REFORM
        )
        self.ward = make_unit(code="00004", name="Phường Ba Đình", kind="phuong", parent=self.city, valid_from=REFORM)
        self.commune = make_unit(code="00376", name="Xã Sóc Sơn", kind="xa", parent=self.city, valid_from=REFORM)
        self.reform = make_reform(effective_on=REFORM)
        self.plan = make_plan()
        self.first = make_requirement(plan=self.plan, title="Nhận thức chuyển đổi số")
        self.second = make_requirement(plan=self.plan, title="An toàn thông tin")

    def report(self, day=DAY, structure=Structure.CURRENT, code=None):
        view = queries.view_on(day, structure)
        return queries.compliance(queries.plan_of("KH-239"), view, queries.place_of(view, code))


@pytest.fixture
def city(session):
    return City()


def names(report):
    return [(row.part, row.place.name if row.place else "") for row in report.rows]


def figures(report, code):
    return next(row.figures for row in report.rows if row.place is not None and row.place.code == code)


def test_before_the_reform_the_districts_are_rows_after_it_the_wards(city):
    assert [name for _, name in names(city.report(date(2025, 6, 30)))] == ["Sở Y tế", "Quận Ba Đình"]
    assert [name for _, name in names(city.report(REFORM))] == ["Sở Y tế", "Phường Ba Đình", "Xã Sóc Sơn"]
    former = city.report(DAY, Structure.FORMER)
    assert [name for _, name in names(former)] == ["Sở Y tế", "Quận Ba Đình"]
    assert former.view.tree_day == date(2025, 6, 30)


def test_before_any_reform_the_former_structure_is_that_of_the_day(city):
    report = city.report(date(2024, 5, 5), Structure.FORMER)
    assert report.view.reform_id is None
    assert report.view.tree_day == date(2024, 5, 5)


def test_a_reform_that_ended_no_district_makes_no_former_structure(city):
    make_reform(effective_on=date(2026, 1, 1))
    assert city.report(DAY, Structure.FORMER).view.reform_on == REFORM


def test_each_figure_counts_what_its_name_says(city):
    late = DAY - timedelta(1)
    for facts in (
        {},
        {"started_on": DAY},
        {"due_on": late},
        {"due_on": late, "started_on": late},
        {"fulfilled_on": DAY, "due_on": DAY},
        {"fulfilled_on": DAY, "due_on": late},
        {"kind": 1, "due_on": late},
        {"kind": 2},
        {"from_on": DAY + timedelta(1)},
        {"to_on": DAY},
    ):
        person = make_person(unit=city.ward)
        make_segment(person=person, requirement=city.first, unit=city.ward, **{"due_on": DAY + timedelta(9), **facts})
    assert figures(city.report(), "00004") == Figures(
        required=7, completed=2, late=1, in_progress=2, overdue=2, paused=1, waived=1, persons=7
    )
    total = city.report().total
    assert (total.on_time, total.not_started, total.unfinished, str(total.rate)) == (1, 3, 5, "28.57")


def test_a_person_with_two_requirements_is_one_person_and_two_obligations(city):
    person = make_person(unit=city.ward)
    for requirement in (city.first, city.second):
        make_segment(person=person, requirement=requirement, unit=city.ward)
    total = city.report().total
    assert (total.persons, total.required) == (1, 2)


def test_staff_of_the_city_itself_has_a_row_of_its_own(city):
    for unit in (city.city, city.committee):
        make_segment(person=make_person(unit=unit), requirement=city.first, unit=unit)
    (own,) = [row for row in city.report().rows if row.part is Part.OWN]
    assert own.figures.required == own.figures.persons == 2


def test_a_unit_shows_its_own_staff_first_then_its_children(city):
    for unit in (city.health, city.hospital, city.hospital, city.ward):
        make_segment(person=make_person(unit=unit), requirement=city.first, unit=unit)
    report = city.report(code="syt")
    assert [(row.part, row.figures.required) for row in report.rows] == [(Part.OWN, 1), (Part.UNIT, 2)]
    assert report.total.required == 3


def test_people_are_counted_for_their_former_unit_and_joiners_for_none(city):
    stayed, joined = make_person(unit=city.ward), make_person(unit=city.ward)
    was_in(stayed, city.old_ward, city.reform)
    for person in (stayed, joined):
        make_segment(person=person, requirement=city.first, unit=city.ward)
    current, former = city.report(), city.report(structure=Structure.FORMER)
    assert figures(former, "001").required == 1
    assert [row.figures.required for row in former.rows if row.part is Part.NEVER] == [1]
    assert former.total == current.total
    assert former.total.persons == 2


def test_a_code_means_the_unit_that_holds_on_the_day(city):
    assert city.report(date(2025, 6, 30), code="00004").place.name == "Phường Trúc Bạch"
    assert city.report(DAY, code="00004").place.name == "Phường Ba Đình"
    assert city.report(DAY, Structure.FORMER, "00004").place.name == "Phường Trúc Bạch"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("001", "không có trong cơ cấu ngày 24/11/2026 (có từ 01/01/1900 đến hết 30/06/2025)"),
        ("xyz", "Không có đơn vị"),
    ],
)
def test_a_unit_that_does_not_stand_on_the_day_is_told_so(city, code, said):
    with pytest.raises(queries.Unknown) as refused:
        city.report(code=code)
    assert said in str(refused.value)


def test_an_unknown_plan_names_the_known_ones(city):
    with pytest.raises(queries.Unknown) as refused:
        queries.plan_of("KH-1")
    assert "KH-239" in str(refused.value)


def test_without_a_structure_the_remedy_is_named(session):
    make_plan()
    view = queries.view_on(DAY, Structure.CURRENT)
    with pytest.raises(queries.Unknown) as refused:
        queries.place_of(view, None)
    assert "org load" in str(refused.value)


# Against the obvious

days = st.sampled_from(
    [
        date(2024, 6, 1),
        date(2025, 6, 30),
        REFORM,
        date(2025, 12, 31),
        date(2026, 3, 3),
        DAY,
        DAY + timedelta(40),
        FOREVER,
    ]
)


def one_of(*units):
    return st.sampled_from(units)


@st.composite
def lives(draw):
    """A person: unit before and after the reform (by name), perhaps none before, and a few duties."""
    before = draw(one_of(None, "district", "old_ward", "health", "hospital", "city"))
    after = draw(one_of("ward", "commune", "health", "hospital", "committee"))
    duties = draw(
        st.lists(
            st.tuples(one_of("first", "second"), st.sampled_from([0, 0, 0, 1, 2]), days, days, days),
            max_size=2, unique_by=lambda duty: duty[0],
        )
    )  # fmt: skip
    return before, after, duties


def settle(city, people):
    for before, after, duties in people:
        person = make_person(unit=getattr(city, after), from_on=REFORM)
        if before is not None:
            was_in(person, getattr(city, before), city.reform)
            make_posting(person=person, unit=getattr(city, before), from_on=date(2024, 1, 1), to_on=REFORM)
        for requirement, kind, due, started, fulfilled in duties:
            facts = {"kind": kind, "due_on": due, "started_on": min(started, fulfilled), "fulfilled_on": fulfilled}
            shared = {"person": person, "requirement": getattr(city, requirement), **facts}
            if before is not None:
                make_segment(unit=getattr(city, before), to_on=REFORM, **shared)
            make_segment(unit=getattr(city, after), from_on=REFORM, **shared)


def naive(city, day, structure):
    """Count person by person, climbing the closure of the structure's day, in plain loops."""
    reform_day = REFORM if structure is Structure.FORMER and day >= REFORM else None
    tree_day = day if reform_day is None else reform_day - timedelta(1)
    closure = db.session.scalars(db.select(UnitClosure)).all()
    codes = {unit.id: unit.code for unit in db.session.scalars(db.select(Unit))}
    former = {row.person_id: row.unit_id for row in db.session.scalars(db.select(FormerUnit))}
    looked_through = {city.city.id, city.committee.id}
    found = {}
    for segment in db.session.scalars(db.select(Segment)):
        if not segment.from_on <= day < segment.to_on:
            continue
        unit_id = segment.unit_id if reform_day is None else former.get(segment.person_id)
        above = [
            row for row in closure if row.unit_id == unit_id and row.from_on <= tree_day < row.to_on
            and row.ancestor_id not in looked_through
        ]  # fmt: skip
        if unit_id is None:
            key = "never"
        elif above:
            key = codes[max(above, key=lambda row: row.depth).ancestor_id]
        else:
            key = "own"
        line = found.setdefault(key, {"states": [], "persons": set()})
        state = rules.state_on(
            day, kind=segment.kind, due_on=segment.due_on, started_on=segment.started_on,
            fulfilled_on=segment.fulfilled_on,
        )  # fmt: skip
        line["states"].append((state, segment.started_on <= day, segment.kind, segment.due_on < day))
        if segment.kind != 2:
            line["persons"].add(segment.person_id)
    return {key: summed(line) for key, line in found.items()}


def summed(line):
    states = [state for state, *_ in line["states"]]
    open_ones = [one for one in line["states"] if one[0] not in (State.ON_TIME, State.LATE, State.WAIVED)]
    return Figures(
        required=sum(state is not State.WAIVED for state in states),
        completed=sum(state in (State.ON_TIME, State.LATE) for state in states),
        late=states.count(State.LATE),
        in_progress=sum(started for _, started, _, _ in open_ones),
        overdue=states.count(State.OVERDUE),
        paused=states.count(State.PAUSED),
        waived=states.count(State.WAIVED),
        persons=len(line["persons"]),
    )


def as_naive(report):
    """The rows that count anything, by the naive loop's keys."""
    keys = {Part.OWN: "own", Part.NEVER: "never", Part.ELSEWHERE: "elsewhere"}
    return {
        keys.get(row.part) or row.place.code: row.figures
        for row in report.rows
        if row.figures.required or row.figures.waived
    }


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(lives(), max_size=6), day=st.sampled_from([date(2025, 3, 1), REFORM, DAY]))
def test_figures_equal_a_loop_over_every_person(session, people, day):
    nested = session.begin_nested()
    city = City()
    settle(city, people)
    for structure in Structure:
        assert as_naive(city.report(day, structure)) == naive(city, day, structure)
    current, former = city.report(day), city.report(day, Structure.FORMER)
    assert current.total == former.total
    for report in (current, former):
        assert sum((row.figures for row in report.rows), Figures()) == report.total
        for name in queries.FIGURES:
            scope = queries.scope_of(report.view, tuple(r.id for r in report.requirements), report.place)
            obligations, _ = queries.count_people(scope, name)
            assert obligations == getattr(report.total, name)
    nested.rollback()
    session.expire_all()


def test_the_trend_equals_the_figures_of_each_day(city):
    drawn = random.Random(239)
    pool = [date(2025, 10, 5) + timedelta(17 * n) for n in range(40)]
    for _ in range(30):
        begins, fulfilled = drawn.choice(pool), drawn.choice([*pool, FOREVER])
        make_segment(
            person=make_person(), requirement=city.first, unit=drawn.choice([city.ward, city.hospital]),
            kind=drawn.choice([0, 0, 1, 2]), from_on=begins, to_on=drawn.choice([FOREVER, begins + timedelta(200)]),
            fulfilled_on=fulfilled,
        )  # fmt: skip
    for code in (None, "syt"):
        report = city.report(code=code)
        scope = queries.scope_of(report.view, (city.first.id, city.second.id), report.place)
        points = queries.trend(scope)
        assert len(points) == 12
        for point in points:
            total = city.report(point.day, code=code).total
            assert (point.required, point.completed) == (total.required, total.completed)


def test_the_people_behind_a_figure_are_found_by_name_without_marks(city):
    for name in ("Hoàng Thị Ánh", "Hoảng Văn Bình", "Lê Chi"):
        make_segment(person=make_person(name=name, unit=city.ward), requirement=city.first, unit=city.ward)
    report = city.report()
    scope = queries.scope_of(report.view, (city.first.id,), report.place)
    assert [line.name for line in queries.people(scope, "required", "hoang", offset=0, limit=9)] == [
        "Hoàng Thị Ánh", "Hoảng Văn Bình",
    ]  # fmt: skip
    assert queries.count_people(scope, "required", "hoang") == (2, 2)
    (line,) = queries.people(scope, "required", "chi", offset=0, limit=9)
    assert (line.state, line.title, line.unit) == (State.NOT_STARTED, "Chuyên viên", "Phường Ba Đình")
    assert "•" in line.masked_id
