"""Why somebody need not study: it agrees with the rule, and is said in plain words."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from lms.audit.models import RecordView
from lms.learning.models import Completion
from lms.organisation import service as offices
from lms.organisation.models import Absence, Person, Posting
from lms.plan import service
from lms.plan.models import CourseEquivalent, Obligation, Requirement, Segment, Waiver
from lms.plan.queries.outsides import unasked
from lms.plan.rules.states import WAIVED
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.conftest import NOW, TODAY
from tests.factories import add
from tests.plan import world
from tests.plan.plans import SMALL, apply, make_course, make_position
from tests.plan.test_derivation import OFTEN, undone
from tests.plan.world import World


@OFTEN
@given(
    city=world.cities(),
    exempt=st.lists(st.tuples(world.person_numbers, st.just(1), world.intervals()), max_size=3),
    away=st.lists(st.tuples(world.person_numbers, world.intervals()), max_size=2),
    completed=st.lists(st.tuples(world.person_numbers, world.course_numbers, world.days), max_size=6),
    asked=st.lists(st.one_of(world.days, st.just(date(2023, 5, 5)), st.just(date(2033, 5, 5))), min_size=2, max_size=4),
)
def test_whoever_is_not_obliged_is_told_why_and_nobody_else(session, city, exempt, away, completed, asked):
    with undone():
        here = World(city)
        for person, requirement, days in exempt:
            here.waive(person, requirement, *days)
        for person, days in away:
            here.absent(person, *days)
        for person, course, on in completed:
            here.complete(person, course, on, 8, "KHCN")
        service.rebuild()
        every = set(db.session.scalars(sa.select(Requirement.id)))
        for person in here.people:
            for day in asked:
                held = sa.select(Segment.requirement_id).where(
                    Segment.person_id == person, Segment.from_on <= day, Segment.to_on > day, Segment.kind != WAIVED
                )
                told = {row.asked.id: row.grounds for row in unasked(person, day).outside}
                assert set(told) == every - set(db.session.scalars(held))
                assert all(told.values()), (day, told)


@pytest.fixture
def course(cast):
    """The course that the small plan names."""
    return make_course(organiser=cast.city)


def told(browse, account, whom, **values):
    """The page as somebody opens it about somebody else."""
    return browse.as_(account).with_budget(14).get("unasked.person", person_id=whom.person_id, **values)


def the_requirement() -> int:
    """The only one."""
    return db.session.scalars(sa.select(Requirement.id)).one()


def with_rule(line: str) -> str:
    """The small plan for others than everybody."""
    return SMALL.replace("      - {unit: tp-ha-noi, categories: [cong_chuc, vien_chuc]}", f"      - {line}")


WHY = "Không thuộc đối tượng: "


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{unit: c2}", "làm việc ở Trường Tiểu học Hoa Sen, không thuộc Xã Sóc Sơn."),
        ("{unit: c1, subtree: false}", "làm việc ở Trường Tiểu học Hoa Sen, không phải ở Phường Ba Đình."),
        ("{unit: tp-ha-noi, categories: [can_bo, vien_chuc]}", "là công chức, không phải cán bộ hoặc viên chức."),
        ("{unit: tp-ha-noi, kinds: [phuong, xa]}", "Trường Tiểu học Hoa Sen không phải là phường hoặc xã."),
        ("{unit: tp-ha-noi, positions: [mot-cua]}", "vị trí không thuộc nhóm “Một cửa”."),
        ("{unit: tp-ha-noi, from: 2027-01-01}", "quy tắc chỉ có hiệu lực từ ngày 01/01/2027."),
        ("{unit: tp-ha-noi, to: 2026-06-30}", "quy tắc đã hết hiệu lực sau ngày 30/06/2026."),
        (
            "{unit: c2, categories: [vien_chuc]}",
            "làm việc ở Trường Tiểu học Hoa Sen, không thuộc Xã Sóc Sơn và là công chức, không phải viên chức.",
        ),
    ],
)
def test_what_of_the_rule_does_not_fit_is_said(browse, cast, course, line, why):
    make_position()
    apply(with_rule(line))
    [row] = told(browse, cast.binh, cast.an).table()
    assert row[0] == "Hoàn thành khóa thử Nhiệm vụ 1, Kế hoạch số 1/KH-THU"
    assert row[1].startswith(WHY + why)
    assert "Từng quy tắc của đối tượng Dành cho: " in row[1]


def test_the_rule_that_comes_nearest_is_told_first(browse, cast, course):
    apply(with_rule("{unit: c2, categories: [vien_chuc]}\n      - {unit: tp-ha-noi, categories: [vien_chuc]}"))
    [row] = told(browse, cast.binh, cast.an).table()
    assert row[1].startswith(WHY + "là công chức, không phải viên chức.")
    assert row[1].count("Dành cho: ") == 2


def test_a_rule_that_leaves_out_is_told(browse, cast, course):
    apply(SMALL.replace("    due:", "    exclude:\n      - {unit: c1a}\n    due:"))
    [row] = told(browse, cast.binh, cast.an).table()
    assert row[1].startswith(
        "Thuộc diện kế hoạch để ngoài: trừ mọi nhân sự của Trường Tiểu học Hoa Sen và các đơn vị trực thuộc."
    )
    assert "Khớp với: Công chức, Trường Tiểu học Hoa Sen." in row[1]


def test_a_waiver_is_told_with_its_paper_and_when_it_ends(browse, cast, course):
    apply()
    add(
        Waiver(
            person_id=cast.an.person_id, requirement_id=the_requirement(), from_on=TODAY, to_on=date(2026, 12, 5),
            reason="Có bằng tương đương", decision="15/QĐ", approver="Hiệu trưởng", recorded_at=NOW,
        )
    )  # fmt: skip
    service.refresh_people([cast.an.person_id])
    [row] = told(browse, cast.binh, cast.an).table()
    assert "Có bằng tương đương (theo 15/QĐ, Hiệu trưởng)." in row[1]
    assert row[2] == f"Thôi phải học từ {TODAY:%d/%m/%Y} Sẽ phải học từ 05/12/2026"


def test_a_plan_that_begins_later_and_one_that_has_ended(browse, cast, course):
    apply(SMALL.replace("from: 2024-01-01", "from: 2024-01-01\n    to: 2026-10-31"))
    [row] = told(browse, cast.binh, cast.an).table()
    assert row[1:] == ["Yêu cầu đã hết thi hành sau ngày 31/10/2026.", "Thôi phải học từ 01/11/2026"]
    [early] = told(browse, cast.binh, cast.an, ngay="31/12/2023").table()
    assert early[1].startswith("Yêu cầu chỉ thi hành từ ngày 01/01/2024. Ngoài ra: Chưa có vị trí công tác;")


def test_whoever_comes_later_is_told_from_when(browse, cast, course):
    apply()
    posting = db.session.scalars(sa.select(Posting).where(Posting.person_id == cast.an.person_id)).one()
    offices.correct_posting(posting, from_on=TODAY - timedelta(days=5), by=SYSTEM, now=NOW)
    before = TODAY - timedelta(days=6)
    [row] = told(browse, cast.binh, cast.an, ngay=f"{before:%d/%m/%Y}").table()
    first = f"{TODAY - timedelta(days=5):%d/%m/%Y}"
    assert row[1:] == [f"Chưa có vị trí công tác; vị trí đầu tiên bắt đầu ngày {first}.", f"Sẽ phải học từ {first}"]


def test_whoever_left_is_told_since_when(browse, cast, course):
    apply()
    offices.dismiss(db.session.get_one(Person, cast.an.person_id), on=TODAY, by=SYSTEM, now=NOW)
    [row] = told(browse, cast.binh, cast.an).table()
    assert row[1:] == [f"Không còn vị trí công tác nào từ ngày {TODAY:%d/%m/%Y}.", f"Thôi phải học từ {TODAY:%d/%m/%Y}"]


def test_what_is_done_or_paused_stands_apart(browse, cast, course):
    apply()
    page = told(browse, cast.binh, cast.an)
    assert "Không có yêu cầu nào như vậy" in page.text
    assert "không phải làm gì thêm" not in page.text
    add(Absence(person_id=cast.an.person_id, kind="om_dau", from_on=TODAY, to_on=date(2026, 12, 5), recorded_at=NOW))
    service.refresh_people([cast.an.person_id])
    [row] = told(browse, cast.binh, cast.an).table()
    assert row[1:] == ["Tạm dừng", f"Tạm dừng: nghỉ ốm từ {TODAY:%d/%m/%Y} đến hết 04/12/2026."]


def test_an_equivalent_course_that_stood_in_is_named(browse, cast, course):
    apply()
    other = make_course(slug="khoa-khac", organiser=cast.city, title="Khóa khác")
    add(CourseEquivalent(requirement_id=the_requirement(), course_id=course.id, equivalent_id=other.id,
                         from_on=date(2024, 1, 1)))  # fmt: skip
    add(Completion(person_id=cast.an.person_id, course_id=other.id, completed_on=TODAY, hours=4, source="recognised",
                   evidence="", department="", position="", content_group="KHCN", recorded_at=NOW))  # fmt: skip
    service.refresh_people([cast.an.person_id])
    [row] = told(browse, cast.binh, cast.an).table()
    assert row[1:] == ["Hoàn thành", f"Đã hoàn thành ngày {TODAY:%d/%m/%Y} bằng khóa tương đương “Khóa khác”."]


def test_one_reads_ones_own_and_it_is_linked_from_why(browse, cast, course):
    apply(with_rule("{unit: c2}"))
    page = browse.as_(cast.an).with_budget(14).get("unasked.mine", ngay="lúc nào")
    assert page.heading == "Vì sao tôi không phải học?"
    assert "Ngày “lúc nào” chưa đúng dạng" in page.text
    assert page.table()[0][1].startswith(WHY)
    duties = browse.as_(cast.binh).get("plan.person", person_id=cast.an.person_id)
    assert duties.links()["Vì sao không phải học?"].endswith(f"/{cast.an.person_id}/khong-phai-hoc")
    obligation = db.session.scalars(sa.select(Obligation.id).where(Obligation.person_id == cast.chi.person_id)).one()
    why = browse.as_(cast.chi).get("plan.why", obligation_id=obligation)
    assert why.links()["Yêu cầu nào không phải học, và vì sao?"] == "/toi/khong-phai-hoc"


def test_whose_reasons_were_read_is_told(browse, cast, course):
    apply()
    told(browse, cast.binh, cast.an)
    views = sa.select(RecordView.what, RecordView.account_id).where(RecordView.person_id == cast.an.person_id)
    assert [tuple(row) for row in db.session.execute(views)] == [("reasons", cast.binh.id)]
