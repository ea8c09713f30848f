"""Counting, adding up, bands and time, against slow and obvious oracles."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.platform.columns import FOREVER
from lms.reports import charts, rules
from lms.reports.rules import Figures, Part, Place, Point, State, Tree

D = date(2026, 11, 24)


def place(unit_id, parent_id, kind="phuong", code=None, name=None):
    return Place(unit_id, parent_id, code or f"c{unit_id}", name or f"Đơn vị {unit_id}", f"ĐV {unit_id}", "", kind)


def city_tree():
    return Tree(
        [
            place(1, None, "thanh_pho", "tp", "Thành phố Hà Nội"),
            place(2, 1, "ubnd", "ub", "Ủy ban nhân dân"),
            place(3, 2, "so", "s1", "Sở Y tế"),
            place(4, 2, "so", "s2", "Sở Nội vụ"),
            place(5, 1, "quan", "002", "Quận Hoàn Kiếm"),
            place(6, 1, "quan", "001", "Quận Ba Đình"),
            place(7, 6, "phuong", "00004", "Phường Trúc Bạch"),
            place(8, 3, "don_vi_su_nghiep", "bv", "Bệnh viện"),
        ]
    )


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({}, State.NOT_STARTED),
        ({"started_on": D}, State.IN_PROGRESS),
        ({"started_on": D + timedelta(1)}, State.NOT_STARTED),
        ({"due_on": D - timedelta(1)}, State.OVERDUE),
        ({"due_on": D}, State.NOT_STARTED),
        ({"due_on": D - timedelta(1), "kind": 1}, State.PAUSED),
        ({"fulfilled_on": D, "due_on": D}, State.ON_TIME),
        ({"fulfilled_on": D, "due_on": D - timedelta(1)}, State.LATE),
        ({"fulfilled_on": D, "due_on": D, "kind": 1}, State.ON_TIME),
        ({"fulfilled_on": D, "kind": 2}, State.WAIVED),
    ],
)
def test_a_state_follows_from_the_days(facts, state):
    known = {"kind": 0, "due_on": D + timedelta(30), "started_on": FOREVER, "fulfilled_on": FOREVER, **facts}
    assert rules.state_on(D, **known) is state


def test_the_city_has_a_row_for_each_department_by_name_then_each_district_by_code():
    layout = rules.layout(city_tree(), None)
    assert [p.name for p in layout.units] == ["Sở Nội vụ", "Sở Y tế", "Quận Ba Đình", "Quận Hoàn Kiếm"]
    assert [p.unit_id for p in layout.own] == [1, 2]


def test_a_unit_has_a_row_for_each_child_and_begins_with_its_own_staff():
    tree = city_tree()
    cells = [(6, 1, (2, 1, 0, 0, 0, 0, 0)), (7, 1, (3, 0, 0, 1, 1, 0, 0))]
    rows, by_requirement, total = rules.roll_up(tree, 6, cells, {6: 2, 7: 3})
    assert [(row.part, row.place.name) for row in rows] == [
        (Part.OWN, "Quận Ba Đình"),
        (Part.UNIT, "Phường Trúc Bạch"),
    ]
    assert total == Figures(5, 1, 0, 1, 1, 0, 0, persons=5)
    assert by_requirement[1].required == 5


def test_a_department_counts_what_is_under_it():
    rows, _, _ = rules.roll_up(city_tree(), None, [(8, 1, (4, 2, 1, 1, 1, 0, 0))], {8: 4})
    assert {row.place.name: row.figures.required for row in rows} == {
        "Sở Nội vụ": 0, "Sở Y tế": 4, "Quận Ba Đình": 0, "Quận Hoàn Kiếm": 0,
    }  # fmt: skip


def test_people_of_no_unit_and_of_an_unknown_unit_are_not_lost():
    cells = [(None, 1, (1, 0, 0, 0, 0, 0, 0)), (99, 1, (2, 0, 0, 0, 0, 0, 0)), (2, 1, (3, 0, 0, 0, 0, 0, 0))]
    rows, _, total = rules.roll_up(city_tree(), None, cells, {None: 1, 99: 2, 2: 3})
    assert [(row.part, row.figures.required) for row in rows if row.figures.required] == [
        (Part.OWN, 3), (Part.NEVER, 1), (Part.ELSEWHERE, 2),
    ]  # fmt: skip
    assert total.required == total.persons == 6


counted = st.tuples(*[st.integers(0, 50)] * 7)


@given(
    st.lists(st.tuples(st.sampled_from([None, 1, 2, 3, 4, 5, 6, 7, 8, 99]), st.integers(1, 3), counted), max_size=40)
)
def test_the_total_is_the_sum_of_the_rows_and_of_the_requirements(cells):
    rows, by_requirement, total = rules.roll_up(city_tree(), None, cells, {})
    expected = [sum(column) for column in zip(*(c for _, _, c in cells), strict=True)] or [0] * 7
    assert list(rules.values(total))[:7] == expected
    assert sum((row.figures for row in rows), Figures()) == total
    assert sum(f.required for f in by_requirement.values()) == total.required


def test_an_account_sees_the_topmost_of_its_units_that_stand_on_the_day():
    tree = city_tree()
    assert [p.unit_id for p in tree.topmost([7, 6, 3, 404])] == [3, 6]
    assert tree.is_whole(1)
    assert not tree.is_whole(6)


@pytest.mark.parametrize(
    ("rate", "target", "band"),
    [
        (None, 95, 0), ("0", 95, 1), ("49.99", 95, 1), ("50", 95, 2), ("69.99", 95, 2), ("70", 95, 3), ("84.99", 95, 3),
        ("85", 95, 4), ("94.99", 95, 4), ("95", 95, 5), ("80", 80, 5), ("79.99", 80, 3), ("99.99", None, 4),
        ("100", None, 5),
    ],
)  # fmt: skip
def test_bands_have_fixed_edges_and_the_target_comes_first(rate, target, band):
    assert rules.band(rate and Decimal(rate), target and Decimal(target)) == band


def test_a_band_is_that_of_the_number_shown():
    assert [rules.band(Decimal("69.96"), None, decimals) for decimals in (2, 1, 0)] == [2, 3, 3]
    assert rules.band(Decimal("94.96"), Decimal(95), 1) == 5


def test_a_common_target_is_weighted_by_what_is_required():
    figures = {1: Figures(required=300), 2: Figures(required=100)}
    assert rules.target_of(figures, {1: Decimal(90), 2: Decimal(50), 3: None}) == Decimal("80.00")
    assert rules.target_of({}, {1: Decimal(90)}) == Decimal(90)
    assert rules.target_of({}, {1: None}) is None


@given(st.dates(date(2001, 1, 1), date(2999, 12, 31)), st.integers(1, 30))
def test_month_ends_lead_up_to_the_day(day, months):
    ends = rules.month_ends(day, months)
    assert len(ends) == months
    assert ends == sorted(ends)
    assert ends[-1] == day
    assert all((end + timedelta(1)).day == 1 for end in ends[:-1])


places = st.integers(0, 6)


@given(st.lists(st.tuples(places, places, places, st.integers(1, 9)), max_size=20))
def test_the_trend_counts_each_day_what_holds_on_it(groups):
    days = rules.month_ends(D, 6)
    for n, point in enumerate(rules.trend(days, groups)):
        holding = [g for g in groups if g[0] <= n < g[1]]
        assert point.required == sum(g[3] for g in holding)
        assert point.completed == sum(g[3] for g in holding if g[2] <= n)


def test_a_line_chart_keeps_within_its_box_and_leaves_out_days_with_nothing():
    points = [Point(D, 0, 0), Point(D, 10, 0), Point(D, 10, 10)]
    drawn = charts.line_chart(points, Decimal(95))
    assert [(dot.x, dot.y) for dot in drawn.dots] == [(219.0, 200), (402, 26)]
    assert drawn.goal_y == pytest.approx(34.7)
    assert charts.line_chart([Point(D, 0, 0)], None).area == ""


def test_bars_stand_on_the_base_line():
    (bar,) = charts.bars([Point(D, 8, 2), Point(D, 0, 0)])
    assert bar.y + bar.height == charts.BASE
    assert bar.rate == Decimal("25.00")
