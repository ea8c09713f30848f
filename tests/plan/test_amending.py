"""Amending a published plan on pages: the same as by its file, and nothing that is past."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from lms.changes.models import ChangeEffect, ChangeSet
from lms.plan import kinds, planfile, queries
from lms.plan.models import Obligation, Plan, PlanAmendment, Requirement
from lms.plan.planfile import AudienceContent, PlanContent, RequirementContent
from lms.plan.rules import FOREVER
from lms.platform import clock, files
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.conftest import TODAY
from tests.factories import make_person
from tests.pages import Page
from tests.plan.plans import SMALL, apply, make_course, make_position

DECISION = "12/QĐ-UBND"
YEARLY = SMALL.replace("{fixed: 2026-12-31}", "{calendar_year: 30/11}")
HOURS = YEARLY.replace("{any_of: [khoa-thu]}", "{hours: 40}")
WITHIN = SMALL.replace("{fixed: 2026-12-31}", "{days_after_posting: 90}")


@pytest.fixture
def plan(cast):
    """The small plan, applied; other courses and a position group to choose from."""
    make_position()
    for slug in ("khoa-thu", "khoa-hai", "khoa-ba"):
        make_course(slug=slug, organiser=cast.city, title=f"Khóa {slug}")
    apply()


def standing() -> PlanContent:
    """The only plan as it stands."""
    db.session.expire_all()
    return queries.plan_content(db.session.scalars(sa.select(Plan)).one())


def fields_of(page: Page) -> dict[str, Any]:
    """What a browser would send of the page's form as it is."""
    found: dict[str, Any] = {}
    for field in page.soup.select("main form input, main form select, main form textarea"):
        name, kind = field.get("name"), field.get("type")
        if not name or name == "csrf_token" or (kind in ("checkbox", "radio") and not field.has_attr("checked")):
            continue
        if field.name == "select":
            chosen = field.select("option[selected]") or field.select("option")[:1]
            found[name] = chosen[0]["value"] if chosen else ""
        elif kind == "checkbox":
            found.setdefault(name, []).append(field.get("value", "y"))
        else:
            found[name] = field.get("value", "") if field.name == "input" else field.text
    return found


def opened(browse, cast, requirement: str = "R1", **changed: Any) -> dict[str, Any]:
    """The form of a requirement as a browser would send it, with the paper and what was changed."""
    page = browse.as_(cast.giang).get("amending.edit", code="KH-THU", requirement=requirement)
    return {**fields_of(page), "decision": DECISION, **changed}


def send(browse, cast, data: dict[str, Any], status: int = 303, requirement: str = "R1") -> Page:
    """Send the form."""
    return browse.as_(cast.giang).post("amending.edit", status, data=data, code="KH-THU", requirement=requirement)


def proposed() -> ChangeSet:
    """The last change set that was proposed."""
    return db.session.scalars(sa.select(ChangeSet).order_by(ChangeSet.id.desc())).first()


def told(change: ChangeSet) -> list[tuple[Any, ...]]:
    """Whom it meets."""
    e = ChangeEffect
    columns = (e.personal_id, e.requirement, e.cycle, e.unit, e.what, e.due_before, e.due_after)
    return [tuple(r) for r in db.session.execute(sa.select(*columns).where(e.change_id == change.id).order_by(e.place))]


def said(change: ChangeSet) -> PlanContent:
    """The file that it would apply."""
    return planfile.read(files.kept(change.payload["sha256"]))[0]


def test_a_due_day_is_put_off_and_everybody_is_shown_first(browse, cast, plan, audited):
    giang = browse.as_(cast.giang)
    shown = giang.follow(send(browse, cast, opened(browse, cast, fixed_on="31/03/2027", note="Lùi hạn cả năm")))
    assert shown.heading == "Kế hoạch số 1/KH-THU (KH-THU), sửa đổi lần 1"
    assert shown.table(1)[0][3:] == ["Hạn lùi lại", "31/12/2026", "31/03/2027"]
    assert standing().requirements[0].fixed_on == date(2026, 12, 31)
    change = proposed()
    giang.post("changes.apply", change_id=change.id)
    assert standing().requirements[0].fixed_on == date(2027, 3, 31)
    assert db.session.scalars(sa.select(Obligation.due_on).distinct()).all() == [date(2027, 3, 31)]
    table = giang.get("plan.plan", code="KH-THU").table(0)
    assert table == [["Lần 1", DECISION, "24/11/2026", "Sửa yêu cầu R1: Lùi hạn cả năm"]]
    giang.post("changes.undo", data={"reason": "Nhầm"}, change_id=change.id)
    assert standing().requirements[0].fixed_on == date(2026, 12, 31)
    assert db.session.scalars(sa.select(PlanAmendment)).all() == []
    assert audited()[-1] == "changes:change:undone"


def test_told_days_are_shortened_only_when_asked_for_and_seen(browse, cast, plan):
    giang = browse.as_(cast.giang)
    send(browse, cast, opened(browse, cast, fixed_on="01/12/2026"))
    assert {row[4] for row in told(proposed())} == set()
    shown = giang.follow(send(browse, cast, opened(browse, cast, fixed_on="01/12/2026", shorten="y")))
    assert "Có 6 nghĩa vụ bị rút ngắn hạn" in shown.text
    assert {row[4] for row in told(proposed())} == {"earlier"}


def test_the_page_says_what_may_not_be_changed_and_takes_no_notice_of_it(browse, cast, plan):
    page = browse.as_(cast.giang).get("amending.edit", code="KH-THU", requirement="R1")
    assert "Không sửa được" in page.text
    assert "Ngày bắt đầu: đã có người phải học từ ngày ấy" in page.text
    assert not {"code", "clause", "from_on", "due_rule", "hours_needed"} & set(fields_of(page))
    forged = {"from_on": "01/01/2020", "due_rule": "calendar_year", "rule": "hours", "clause": "9", "code": "R9"}
    send(browse, cast, opened(browse, cast, title="Tên khác", **forged))
    [before], [after] = standing().requirements, said(proposed()).requirements
    assert after == replace(before, title="Tên khác")


def test_who_was_meant_is_ended_and_others_are_added(browse, cast, plan):
    giang, data = browse.as_(cast.giang), opened(browse, cast)
    more = giang.post("amending.edit", 200, data={**data, "buoc": "them"}, code="KH-THU", requirement="R1")
    assert more.soup.select("fieldset[id=entries-0-sign]")
    line = {
        "held-0-last_on": "23/11/2026", "entries-0-sign": "1", "entries-0-unit": "Xã Sóc Sơn", "entries-0-subtree": "y",
        "entries-0-from_on": "24/11/2026", "entries-0-positions": ["mot-cua"],
    }  # fmt: skip
    clerk = make_person(name="Lý Thị Cửa", unit=cast.other, position="mot-cua", category="nguoi_lao_dong")
    send(browse, cast, {**fields_of(more), "decision": DECISION, **line})
    change = proposed()
    assert sorted({(row[0] == clerk.personal_id, row[4]) for row in told(change)}) == [
        (False, "lost"),
        (True, "gained"),
    ]
    held, new = said(change).requirements[0].audiences
    assert (held.to_on, held.categories) == (TODAY, ("cong_chuc", "vien_chuc"))
    assert new == AudienceContent(1, "c2", True, ("mot-cua",), (), (), TODAY, FOREVER, 0)


def bad(field: str, value: Any, sentence: str) -> Any:
    """A mistake and what is said of it."""
    return pytest.param({field: value}, sentence, id=f"{field}={value}")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        bad("decision", "", "Hãy ghi số văn bản sửa đổi"),
        bad("decided_on", "25/11/2026", "Ngày văn bản sửa đổi cần từ 27/09/2023"),
        bad("decided_on", "26/09/2023", "Ngày văn bản sửa đổi cần từ 27/09/2023"),
        bad("title", "", "Hãy ghi tên yêu cầu"),
        bad("short_title", "x" * 61, "Không quá 60 ký tự"),
        bad("fixed_on", "", "Hãy ghi hạn, ví dụ 31/12/2026"),
        bad("fixed_on", "31/02/2026", "Ngày chưa đúng"),
        bad("courses", [], "Hãy chọn ít nhất một khóa học"),
        bad("courses", ["khoa-la"], "Hãy chọn ít nhất một khóa học trong danh sách"),
        bad("late_joiners", "nhiều", "Cần một số nguyên từ 0 đến 3650"),
        bad("target_percent", "101", "Cần một số từ 0 đến 100"),
        bad("absence_effect", "shift", "Chỉ lùi được hạn tính từ ngày thuộc đối tượng"),
        bad("last_on", "31/12/2023", "Ngày cuối phải từ ngày bắt đầu 01/01/2024"),
        bad("last_on", "31/12/2025", "Ngày cuối: không lùi về trước"),
        bad("held-0-last_on", "31/12/2025", "Ngày cuối không trước 23/11/2026"),
        bad("held-0-last_on", "xyz", "Ngày chưa đúng"),
        bad("basis", "0" * 64, "Kế hoạch đã được sửa trong lúc anh/chị soạn"),
        bad("note", "", "Chưa có gì khác với kế hoạch hiện hành"),
    ],
)
def test_each_mistake_is_told_with_its_remedy(browse, cast, plan, changed, sentence):
    page = send(browse, cast, opened(browse, cast, **changed), 422)
    assert any(sentence in error for error in page.errors), page.errors
    assert db.session.scalars(sa.select(ChangeSet)).all() == []


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ({"from_on": "24/11/2026", "categories": ["can_bo"]}, "Hãy ghi tên hoặc mã đơn vị"),
        ({"unit": "Xã Sóc Sơn"}, "Hãy ghi từ ngày nào"),
        ({"unit": "Xã Sóc Sơn", "from_on": "23/11/2026"}, "Dòng mới áp dụng sớm nhất từ ngày văn bản sửa đổi"),
        ({"unit": "Nơi không có", "from_on": "24/11/2026"}, "không có đơn vị nào tên hoặc mã"),
        ({"unit": "phường", "from_on": "24/11/2026"}, "Hãy ghi đúng như: Phường Ba Đình (c1)"),
        ({"unit": "c2", "from_on": "24/11/2026", "last_on": "23/11/2026"}, "Ngày cuối phải từ ngày bắt đầu trở đi"),
        ({"unit": "c2", "from_on": "24/11/2026", "categories": ["vua"]}, "Hãy chọn"),
    ],
)
def test_each_mistake_in_a_line_of_the_audience_is_told(browse, cast, plan, line, sentence):
    typed = {"entries-0-sign": "1", **{f"entries-0-{name}": value for name, value in line.items()}}
    page = send(browse, cast, opened(browse, cast, **typed), 422)
    assert any(sentence in error for error in page.errors), page.errors


def test_a_requirement_is_added(browse, cast, plan):
    giang = browse.as_(cast.giang)
    data = fields_of(giang.get("amending.new", code="KH-THU")) | {
        "decision": DECISION, "code": "R2", "title": "Học thêm hai khóa", "short_title": "Hai khóa", "rule": "all_of",
        "courses": ["khoa-ba", "khoa-hai"], "due_rule": "after_posting", "posting_days": "90",
        "absence_effect": "shift", "from_on": "01/12/2026", "entries-0-unit": "c1", "target_percent": "92,5",
    }  # fmt: skip
    giang.follow(giang.post("amending.new", data=data, code="KH-THU"))
    change = proposed()
    assert {row[1] for row in told(change)} == {"KH-THU/R2"}
    giang.post("changes.apply", change_id=change.id)
    new = standing().requirements[1]
    assert (new.code, new.courses, new.due_days, str(new.target_percent)) == ("R2", ("khoa-ba", "khoa-hai"), 90, "92.5")
    again = giang.post("amending.new", 422, data={**data, "code": "r2"}, code="KH-THU")
    assert any("đã có yêu cầu mã “r2”" in error for error in again.errors)
    empty = giang.post("amending.new", 422, data={**data, "code": "", "entries-0-unit": ""}, code="KH-THU")
    assert any("mã của yêu cầu mới" in error for error in empty.errors)
    assert any("ít nhất một dòng đối tượng" in error for error in empty.errors)


def test_a_requirement_is_ended(browse, cast, plan):
    giang = browse.as_(cast.giang)
    address = {"code": "KH-THU", "requirement": "R1"}
    data = fields_of(giang.get("amending.end", **address)) | {"decision": DECISION}
    early = giang.post("amending.end", 422, data={**data, "last_on": "01/11/2026"}, **address)
    assert any("Ngày cuối không trước 23/11/2026" in error for error in early.errors)
    giang.follow(giang.post("amending.end", data={**data, "last_on": "30/11/2026"}, **address))
    giang.post("changes.apply", change_id=proposed().id)
    assert db.session.scalars(sa.select(Requirement.to_on)).one() == date(2026, 12, 1)
    assert standing().amendments[0].note == "Kết thúc yêu cầu R1"


def test_of_two_amendments_drawn_up_side_by_side_the_second_is_refused(browse, cast, plan):
    giang = browse.as_(cast.giang)
    send(browse, cast, opened(browse, cast, fixed_on="31/03/2027"))
    first = proposed()
    send(browse, cast, opened(browse, cast, title="Tên khác"))
    second = proposed()
    giang.post("changes.apply", change_id=first.id)
    shown = giang.follow(giang.post("changes.apply", change_id=second.id))
    assert "Kế hoạch đã được sửa sau khi bản này được soạn" in shown.text
    assert standing().requirements[0].fixed_on == date(2027, 3, 31)


def test_the_file_as_it_stands_is_taken_home(browse, cast, plan):
    response = browse.as_(cast.giang).get("amending.file", code="KH-THU").response
    assert planfile.read(response.data)[0] == standing()
    assert response.headers["Content-Disposition"].startswith("attachment")


def test_a_file_that_rewrites_what_was_applied_is_refused_with_reason_and_remedy(browse, cast, plan):
    from tests.plan.test_views import upload

    giang = browse.as_(cast.giang)
    text = SMALL.replace("[cong_chuc, vien_chuc]", "[cong_chuc]").replace("from: 2024-01-01", "from: 2024-02-01")
    page = giang.post("plan.import_form", 422, data=upload(text))
    assert "Tệp sửa 2 điều không được sửa ở kế hoạch đã ban hành" in page.text
    assert "văn bản sửa đổi đánh số" in page.text
    [(line, why), (_line, first)] = sorted(page.table(), key=lambda row: "Ngày" in row[1])
    assert line.isdigit()
    assert why.startswith("R1. Đối tượng của những ngày đã qua")
    assert first.startswith("R1. Ngày bắt đầu")
    applied = giang.post("plan.import_apply", data={"sha256": files.keep(text.encode())})
    assert "điều không được sửa" in giang.follow(applied).text
    assert standing().requirements[0].from_on == date(2024, 1, 1)
    allowed = giang.post("plan.import_form", 200, data=upload(SMALL.replace("2026-12-31", "2027-12-31")))
    assert "không được sửa" not in allowed.text


# By page and by file are the same ----------------------------------------------------------------------------------


def drawn(random: Random, before: RequirementContent) -> tuple[dict[str, Any], RequirementContent]:
    """A change as somebody types it, and the requirement as somebody would write it in the file."""
    typed: dict[str, Any] = {}
    after = before
    for what in random.sample(("title", "courses", "due", "days", "last", "held", "line", "target", "minimum"), 3):
        if what == "title":
            typed["title"], after = "Tên mới", replace(after, title="Tên mới")
        elif what == "courses" and before.rule != "hours":
            courses = ["khoa-thu", *random.sample(("khoa-ba", "khoa-hai"), random.choice((0, 1, 2)))]
            courses = [courses[0], *sorted(courses[1:])]
            rule = random.choice(("any_of", "all_of"))
            typed |= {"courses": courses, "rule": rule}
            after = replace(after, courses=tuple(courses), rule=rule, versions=(None,) * len(courses))
        elif what == "courses":
            hours = random.choice((8, 60))
            typed["hours_needed"], after = str(hours), replace(after, hours_needed=Decimal(hours))
        elif what == "due":
            day = TODAY + timedelta(days=random.randrange(-400, 800))
            if before.due_rule == "fixed":
                typed["fixed_on"], after = f"{day:%d/%m/%Y}", replace(after, fixed_on=day)
            elif before.due_rule == "after_posting":
                typed["posting_days"], after = "1200", replace(after, due_days=1200)
            else:
                typed["year_day"], after = "31/12", replace(after, month_and_day=(12, 31))
        elif what == "days" and before.due_rule != "after_posting":
            typed["late_joiners"], after = "45", replace(after, due_days=45)
        elif what == "last":
            last = TODAY + timedelta(days=random.randrange(-1, 500))
            typed["last_on"], after = f"{last:%d/%m/%Y}", replace(after, to_on=last + timedelta(days=1))
        elif what == "held":
            last = TODAY + timedelta(days=random.randrange(-1, 100))
            typed["held-0-last_on"] = f"{last:%d/%m/%Y}"
            first = replace(after.audiences[0], to_on=last + timedelta(days=1))
            after = replace(after, audiences=(first, *after.audiences[1:]))
        elif what == "line":
            begins, sign = TODAY + timedelta(days=random.randrange(0, 60)), random.choice((1, -1))
            typed |= {
                "entries-0-sign": str(sign), "entries-0-unit": "Phường Ba Đình (c1)",
                "entries-0-from_on": f"{begins:%d/%m/%Y}", "entries-0-categories": ["cong_chuc"],
            }  # fmt: skip
            line = AudienceContent(sign, "c1", False, (), ("cong_chuc",), (), begins, FOREVER, 0)
            after = replace(after, audiences=(*after.audiences, line))
        elif what == "target":
            typed["target_percent"], after = "80,5", replace(after, target_percent=Decimal("80.5"))
        elif what == "minimum":
            typed["minimum_days"], after = "60", replace(after, minimum_days=60)
    return typed, after


@pytest.mark.parametrize("seed", range(24))
def test_an_amendment_by_page_is_the_one_by_file(browse, cast, plan, seed):
    random = Random(seed)
    apply((SMALL, YEARLY, HOURS, WITHIN)[seed % 4].replace("Kế hoạch thử", "Kế hoạch khác"))
    before = standing()
    typed, wanted = drawn(random, before.requirements[0])
    shorten = {"shorten": "y"} if random.random() < 0.3 else {}
    send(browse, cast, opened(browse, cast, **typed, **shorten))
    by_page = proposed()
    paper = planfile.AmendmentContent(1, DECISION, TODAY, "Sửa yêu cầu R1", 0)
    raw = planfile.written(replace(before, requirements=(wanted,), amendments=(paper,)))
    by_file = kinds.submit_plan(
        files.keep(raw), shorten=bool(shorten), title=kinds.title_of(raw), by=SYSTEM, now=clock.now(), today=TODAY
    )
    assert said(by_page) == said(by_file)
    assert (by_page.title, by_page.summary, by_page.said) == (by_file.title, by_file.summary, by_file.said)
    assert told(by_page) == told(by_file)
