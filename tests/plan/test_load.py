"""How much mandatory study lies ahead: weighed by course, put into the quarter of the due day, warned of beforehand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
import sqlalchemy as sa
from flask import current_app
from openpyxl import load_workbook

from lms.catalogue.models import CourseVersion
from lms.changes.models import ChangeSet
from lms.learning.models import Completion
from lms.organisation.models import Person
from lms.organisation.service import Away, record_absences
from lms.plan import kinds, queries, service
from lms.plan.models import Requirement
from lms.plan.queries import load
from lms.plan.service import Exempt
from lms.platform import clock, files
from lms.platform.columns import FOREVER
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.conftest import TODAY
from tests.factories import add
from tests.plan.plans import SMALL, apply, make_course

MORE = SMALL.replace("KH-THU", "KH-HAI").replace("{fixed: 2026-12-31}", "{fixed: 2027-05-31}")


@pytest.fixture
def plans(cast):
    """Everybody must study one course of 70 minutes by the end of 2026, and once more by May."""
    make_course(organiser=cast.city)
    apply()
    apply(MORE)


def loads(cast, limit=600):
    """(Unit, quarter) → people, minutes, over the limit."""
    units = [cast.city.id, cast.district.id, cast.ward.id, cast.other.id]
    rows = load.unit_loads(cast.city.id, units, TODAY, limit)
    return {(row.unit_id, row.quarter): (row.people, row.minutes, row.over) for row in rows}


def test_a_unit_has_what_its_people_and_those_below_must_study_in_each_quarter(cast, plans):
    found = loads(cast, limit=60)
    assert found[cast.city.id, 0] == (6, 6 * 70, 6)
    assert found[cast.district.id, 0] == (2, 140, 2)
    assert found[cast.ward.id, 2] == (1, 70, 1)
    assert {quarter for _unit, quarter in found} == {0, 2}
    assert loads(cast)[cast.city.id, 0][2] == 0


def test_what_is_overdue_weighs_on_the_present_quarter(cast):
    make_course(organiser=cast.city)
    apply(SMALL.replace("{fixed: 2026-12-31}", "{fixed: 2026-03-31}"))
    assert loads(cast)[cast.ward.id, 0] == (1, 70, 0)


def test_what_is_done_paused_or_waived_weighs_nothing(cast, plans):
    requirement = db.session.scalars(sa.select(Requirement).order_by(Requirement.id)).first()
    service.waive([Exempt(cast.an.person_id, requirement.id, TODAY, FOREVER, "Nghỉ hưu")], by=SYSTEM, now=clock.now())
    away = Away(cast.chi.person_id, "om_dau", date(2027, 5, 1), date(2027, 7, 1))
    record_absences([away], by=SYSTEM, now=clock.now())
    found = loads(cast)
    assert (cast.ward.id, 0) not in found
    assert found[cast.ward.id, 2] == (1, 70, 0)
    assert (cast.other.id, 2) not in found


def test_rules_weigh_the_shortest_choice_every_course_of_a_list_or_their_hours(cast):
    make_course(organiser=cast.city)
    longer = make_course(organiser=cast.city, slug="khoa-hai")
    db.session.execute(sa.update(CourseVersion).where(CourseVersion.course_id == longer.id).values(minutes=100))
    for code, rule in (
        ("KH-A", "{any_of: [khoa-hai, khoa-thu]}"), ("KH-B", "{all_of: [khoa-hai, khoa-thu]}"), ("KH-C", "{hours: 4}"),
    ):  # fmt: skip
        apply(SMALL.replace("KH-THU", code).replace("{any_of: [khoa-thu]}", rule))
    assert sorted(weight.minutes for weight in load.weights_of().values()) == [70, 180, 180]
    assert load.joint(load.weights_of().values()) == 70 + 180


def test_a_quarter_begins_on_its_first_day():
    assert load.quarters_from(date(2026, 12, 31))[:3] == [date(2026, 10, 1), date(2027, 1, 1), date(2027, 4, 1)]
    assert load.quarters_from(date(2027, 1, 1))[0] == date(2027, 1, 1)


def limited(monkeypatch, hours):
    """Let people have so many hours a quarter at most."""
    monkeypatch.setitem(current_app.config, "LMS", replace(current_app.config["LMS"], load_hours=hours))


def test_hr_sees_units_by_quarter_and_who_has_too_much(cast, plans, browse, monkeypatch):
    limited(monkeypatch, 1)
    page = browse.as_(cast.binh).get("load.units")
    rows = {row[0]: row[1:] for row in page.table(0)}
    assert rows["Toàn Phường Ba Đình"][0] == "1,2 2 người, 2 vượt mức"
    assert rows["Trường Tiểu học Hoa Sen"][2] == "1,2 1 người, 1 vượt mức"
    assert rows["Trường Tiểu học Hoa Sen"][1] == "–"
    assert len(page.table(1)) == 4
    browse.as_(cast.binh).get("load.units", 404, don_vi=cast.other.id)
    answer = browse.as_(cast.binh).get("load.export", kind="xlsx")
    sheet = load_workbook(BytesIO(answer.response.data)).active
    assert any("Quý IV/2026" in str(cell.value) for row in sheet.iter_rows() for cell in row)


def test_everybody_sees_the_year_ahead(cast, plans, browse):
    page = browse.as_(cast.an).get("load.year")
    assert "khoảng 2,3 giờ" in page.text
    assert [heading.get_text() for heading in page.soup.select("main h2")] == ["Tháng 12 năm 2026", "Tháng 5 năm 2027"]


def test_a_preview_warns_before_it_overloads_a_unit(cast, browse, monkeypatch):
    make_course(organiser=cast.city)
    apply()
    limited(monkeypatch, 2)
    giang = browse.as_(cast.giang)
    sent = {"file": (BytesIO(SMALL.replace("KH-THU", "KH-BA").encode()), "ke-hoach.yaml")}
    seen = giang.post("plan.import_form", 200, data=sent)
    carried = {"sha256": seen.soup.select_one("input[name=sha256]")["value"], "buoc": "tung-nguoi"}
    page = giang.follow(giang.post("plan.import_apply", data=carried))
    assert "có người phải học trên 2 giờ trong một quý" in page.text
    assert "Phường Ba Đình, Quý IV/2026: 1 người, nhiều nhất 2,3 giờ" in page.text
    [change_id] = db.session.scalars(sa.select(ChangeSet.id))
    applied = giang.follow(giang.post("changes.apply", change_id=change_id))
    assert "Lúc xem trước đã cảnh báo: sau thay đổi này, có đơn vị có người phải học trên 2 giờ" in applied.text
    assert "Phường Ba Đình, Quý IV/2026: 1 người, nhiều nhất 2,3 giờ" in applied.text


HOURS = SMALL.replace("KH-THU", "KH-TIET").replace("{any_of: [khoa-thu]}", "{hours: 10}")
YEARLY = HOURS.replace("{fixed: 2026-12-31}", "{calendar_year: 31/12}")


def studied(person_id, course, hours, on=date(2026, 3, 2), **more):
    """A completion of so many tiết, and what follows from it."""
    add(
        Completion(
            person_id=person_id, course_id=course.id, completed_on=on, hours=Decimal(hours), content_group="KHCN",
            source="recognised", recorded_at=clock.now(), **more,
        )
    )  # fmt: skip
    service.refresh_person_course(person_id, course.id, TODAY)


@pytest.mark.parametrize("plan", [HOURS, YEARLY])
def test_lesson_hours_that_somebody_has_gathered_are_taken_off_everywhere(cast, browse, plan):
    course = make_course(organiser=cast.city)
    apply(plan)
    assert loads(cast)[cast.ward.id, 0] == (1, 450, 0)
    studied(cast.an.person_id, course, "4.5")
    studied(cast.an.person_id, course, "2", on=date(2023, 3, 2))
    left = 450 - 203 - (90 if plan is HOURS else 0)
    assert loads(cast)[cast.ward.id, 0] == (1, left, 0)
    assert f"khoảng {left / 60:.1f} giờ".replace(".", ",") in browse.as_(cast.an).get("load.year").text


def test_a_course_studied_again_here_in_the_same_year_is_taken_off_once(cast, browse):
    course = make_course(organiser=cast.city)
    apply(YEARLY)
    for day in (2, 3):
        studied(cast.an.person_id, course, "4", on=date(2026, 3, day), version_id=course.current_version_id)
    assert loads(cast)[cast.ward.id, 0] == (1, 270, 0)
    [duty] = [d for d in queries.duties_of(cast.an.person_id, TODAY) if d.cycle == 2026]
    assert load.weights_of()[duty.requirement_id].left(duty.hours_done).minutes == 270


def test_nobody_is_warned_of_hours_that_people_have_already(cast, monkeypatch):
    course = make_course(organiser=cast.city)
    for person_id in db.session.scalars(sa.select(Person.id)):
        studied(person_id, course, "9")
    limited(monkeypatch, 2)

    def warned(text):
        change = kinds.submit_plan(
            files.keep(text.encode()), shorten=False, title="Thử", by=SYSTEM, now=clock.now(), today=TODAY
        )
        return change.summary.get("overload", [])

    assert warned(HOURS) == []
    assert warned(HOURS.replace("hours: 10", "hours: 20"))[0][3] == 495
