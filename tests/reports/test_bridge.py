"""The bridge between the old structure and the new: both sides add up to the same, to the last person."""

import io
from datetime import date

import openpyxl
import pytest

from lms.platform import clock
from lms.platform.columns import FOREVER
from lms.reports import queries
from lms.reports.rules import Part, Structure
from tests.factories import make_person, make_posting, make_unit
from tests.reports.factories import make_plan, make_reform, make_requirement, make_segment, was_in

DAY, REFORM = date(2026, 11, 24), date(2025, 7, 1)


@pytest.fixture
def city(cast):
    """Two districts that became two wards; one person joined since, one is at a department."""

    class City:
        pass

    city = City()
    top = cast.city
    city.districts = [
        make_unit(code=code, name=name, kind="quan", parent=top, valid_to=REFORM)
        for code, name in (("001", "Quận Một"), ("002", "Quận Hai"))
    ]
    city.wards = [
        make_unit(code=code, name=name, kind="phuong", parent=top, valid_from=REFORM)
        for code, name in (("10", "Phường Mười"), ("20", "Phường Hai Mươi"))
    ]
    city.reform = make_reform(effective_on=REFORM)
    city.reform.applied_at = clock.now()
    plan = make_plan()
    requirements = [make_requirement(plan=plan) for _ in range(2)]
    for old, new, done in ((0, 0, True), (0, 0, False), (0, 1, True), (1, 1, False), (None, 1, False)):
        person = make_person()
        make_posting(person=person, unit=city.wards[new], from_on=REFORM)
        if old is not None:
            was_in(person, city.districts[old], city.reform)
        for requirement in requirements:
            make_segment(
                person=person, requirement=requirement, unit=city.wards[new],
                fulfilled_on=date(2026, 1, 5) if done else FOREVER,
            )  # fmt: skip
    return city


def bridged(city, code=None):
    view = queries.view_on(DAY, Structure.CURRENT)
    former = queries.view_before(DAY, city.reform)
    requirements = queries.requirements_of(queries.plan_of("KH-239").id)
    place = queries.place_of(view, code)
    scope = queries.scope_of(view, tuple(r.id for r in requirements), place)
    return queries.bridge_of(scope, view, former), queries.compliance(queries.plan_of("KH-239"), view, place), former


def told(rows):
    found = {}
    for row in rows:
        f = row.figures
        if f.required:
            name = row.place.name if row.part is Part.UNIT else ""
            found[row.part, name] = (f.persons, f.required, f.completed)
    return found


def test_both_sides_add_up_to_the_report(city):
    bridge, report, former = bridged(city)
    assert told(bridge.new) == told(report.rows)
    old_report = queries.compliance(queries.plan_of("KH-239"), former, None)
    assert told(bridge.old) == told(old_report.rows)
    for rows in (bridge.old, bridge.new, bridge.pairs):
        assert sum(row.figures.persons for row in rows) == bridge.total.persons == 5
        assert sum(row.figures.required for row in rows) == bridge.total.required == report.total.required == 10
        assert sum(row.figures.completed for row in rows) == bridge.total.completed == report.total.completed == 4


def test_a_new_unit_sees_where_its_own_people_came_from(city):
    bridge, report, _former = bridged(city, "20")
    assert told(bridge.old) == {
        (Part.UNIT, "Quận Một"): (1, 2, 2), (Part.UNIT, "Quận Hai"): (1, 2, 0), (Part.NEVER, ""): (1, 2, 0),
    }  # fmt: skip
    assert bridge.total.required == report.total.required


def test_the_page_and_its_file_say_the_same(city, cast, browse):
    page = browse.as_(cast.giang).get("reports.bridge")
    assert page.heading == "Bảng nối đơn vị cũ và mới"
    rows = {row[0]: row[1:] for row in page.table(0)}
    assert rows["Quận Một sang 2 đơn vị"][:3] == ["3", "6", "4"]
    assert rows["Quận Hai sang Phường Hai Mươi"][:3] == ["1", "2", "0"]
    assert rows["Chưa từng thuộc đơn vị cũ sang Phường Hai Mươi"][:3] == ["1", "2", "0"]
    assert page.soup.tfoot.get_text(" ").split()[-4:-1] == ["5", "10", "4"]
    file = browse.as_(cast.giang).get("reports.bridge_export", kind="xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(file.response.data)).active
    values = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert ["Quận Một", "Phường Mười", 2, 4, 2, 50] in values
    assert values[-1][:5] == ["Tổng cộng", None, 5, 10, 4]


def test_before_any_reform_the_page_says_so(city, cast, browse):
    page = browse.as_(cast.giang).get("reports.bridge", ngay="01/01/2024")
    assert "Chưa có đợt sắp xếp nào trước ngày này" in page.text
    browse.as_(cast.giang).get("reports.bridge", 404, dot="khong-co")


def shown(page):
    """Name → people, obligations, fulfilled; and the total in the foot."""
    rows = {row[0]: row[1:4] for row in page.table(0)}
    return rows, page.soup.tfoot.get_text(" ").split()[-4:-1]


def test_one_old_or_one_present_unit_is_shown_with_its_pairs(city, cast, browse):
    giang = browse.as_(cast.giang)
    rows, total = shown(giang.get("reports.bridge", cu="001"))
    assert rows == {
        "Quận Một": ["3", "6", "4"], "sang Phường Mười": ["2", "4", "2"], "sang Phường Hai Mươi": ["1", "2", "2"],
    }  # fmt: skip
    assert total == ["5", "10", "4"]
    rows, total = shown(giang.get("reports.bridge", moi="20"))
    assert rows == {
        "Phường Hai Mươi": ["3", "6", "2"], "từ Quận Một": ["1", "2", "2"], "từ Quận Hai": ["1", "2", "0"],
        "từ Chưa từng thuộc đơn vị cũ": ["1", "2", "0"],
    }  # fmt: skip
    assert total == ["5", "10", "4"]
    giang.get("reports.bridge", 404, cu="khong-co")
    rows, _total = shown(giang.get("reports.bridge", xem="moi"))
    assert rows["Phường Hai Mươi từ 3 đơn vị"] == ["3", "6", "2"]
    assert rows["Phường Mười từ Quận Một"] == ["2", "4", "2"]


def test_units_in_which_nothing_changed_are_one_line_and_nothing_is_lost(city, cast, browse):
    office = make_unit(code="so", name="Sở Nội vụ", kind="so", parent=cast.city)
    requirements = queries.requirements_of(queries.plan_of("KH-239").id)
    for _ in range(2):
        person = make_person(unit=office)
        was_in(person, office, city.reform)
        make_segment(person=person, requirement=requirements[0], unit=office)
    giang = browse.as_(cast.giang)
    rows, total = shown(giang.get("reports.bridge"))
    assert rows["1 đơn vị giữ nguyên"] == ["2", "2", "0"]
    assert [sum(int(row[at]) for row in rows.values()) for at in range(3)] == [7, 12, 4] == list(map(int, total))
    rows, total = shown(giang.get("reports.bridge", xem="giu-nguyen"))
    assert rows == {"Sở Nội vụ": ["2", "2", "0"], "3 đơn vị có thay đổi": ["5", "10", "4"]}
    assert total == ["7", "12", "4"]
