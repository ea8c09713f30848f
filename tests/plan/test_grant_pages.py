"""HR gives more time and decides on duties that began too late: looked at first, recorded once, taken back."""

import re
from datetime import date, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
import sqlalchemy as sa

from lms.organisation.service import Away, record_absences
from lms.plan import queries, service
from lms.plan.models import DueGrant, Obligation, Waiver
from lms.platform import clock
from lms.platform.columns import FOREVER
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.conftest import TODAY
from tests.factories import make_person
from tests.plan.plans import SMALL, apply, make_course
from tests.plan.test_grants import JOINED, SHORT

EXTEND = {"due_on": "28/02/2027", "reason": "Điều động đột xuất", "decision": "12/QĐ-UBND"}


@pytest.fixture
def plan(cast):
    """Everybody of the cast must study one course by the end of 2026; the choice that names it."""
    make_course(organiser=cast.city)
    apply()
    return f"{db.session.scalars(sa.select(Obligation.requirement_id)).first()}.0"


@pytest.fixture
def late(cast):
    """Two people who came too late for what the plan asks."""
    make_course(organiser=cast.city)
    apply(SHORT)
    people = [make_person(name=name, unit=cast.ward, from_on=JOINED) for name in ("Ngô Thị Muộn", "Lý Văn Sau")]
    service.refresh_people([person.id for person in people])
    return people


def carried(page) -> dict[str, object]:
    """What the next step is sent."""
    fields: dict[str, object] = {}
    for tag in page.soup.select("main form input[type=hidden]"):
        fields.setdefault(tag["name"], []).append(tag["value"])
    return fields


def due_on(person_id: int) -> date:
    """The due day of the person's only obligation."""
    db.session.expire_all()
    return db.session.scalars(sa.select(Obligation.due_on).where(Obligation.person_id == person_id)).one()


def obligations(people) -> list[int]:
    """Their obligations."""
    ids = [person.id for person in people]
    return list(db.session.scalars(sa.select(Obligation.id).where(Obligation.person_id.in_(ids))))


def test_more_time_is_looked_at_then_recorded_then_taken_back(browse, cast, plan, audited):
    an, seen = cast.an.person_id, browse.as_(cast.binh)
    form = seen.get(seen.get("plan.person", person_id=an).links()["Gia hạn…"])
    assert "R1. Hoàn thành khóa thử · hạn 31/12/2026" in form.text
    look = seen.post("stops.extension_new", 200, data={"nguoi": an, "duty": plan, **EXTEND, "buoc": "xem"})
    assert look.table()[0][2:] == ["Hạn lùi đến 28/02/2027.", "31/12/2026", "28/02/2027"]
    assert db.session.scalars(sa.select(DueGrant)).all() == []
    again = seen.post("stops.extension_new", 200, data={**carried(look), "buoc": "sua"})
    assert again.soup.find(id="due_on")["value"] == "28/02/2027"
    done = seen.follow(seen.post("stops.extension_new", data={**carried(look), "buoc": "ghi"}))
    assert "Đã gia hạn 1 nghĩa vụ." in done.text
    twice = seen.follow(seen.post("stops.extension_new", data={**carried(look), "buoc": "ghi"}))
    assert "Những lần gia hạn này đã được ghi trước đó." in twice.text
    assert audited().count("plan:due:extended") == 1
    shown = seen.get("plan.person", person_id=an)
    assert "12/QĐ-UBND Trần Văn Bình, 24/11/2026" in shown.text
    why = browse.as_(cast.an).get("plan.why", obligation_id=queries.duties_of(an, TODAY)[0].obligation_id)
    assert (
        "Được gia hạn đến 28/02/2027, hạn cũ 31/12/2026: Điều động đột xuất (theo 12/QĐ-UBND, Trần Văn Bình)."
        in why.text
    )
    grant = db.session.scalars(sa.select(DueGrant)).one()
    undo = {"reason": "ghi nhầm người"}
    seen.get("stops.grant_withdraw", grant_id=grant.id)
    look = seen.post("stops.grant_withdraw", 200, grant_id=grant.id, data={**undo, "buoc": "xem"})
    assert "Hạn sớm lên 31/12/2026." in look.text
    seen.post("stops.grant_withdraw", grant_id=grant.id, data={**undo, "buoc": "ghi"})
    assert due_on(an) == date(2026, 12, 31)
    seen.get("stops.grant_withdraw", 303, grant_id=grant.id)


def test_who_cannot_be_extended_is_named_and_the_others_are(browse, cast, plan):
    an, seen = cast.an.person_id, browse.as_(cast.binh)
    newcomer = make_person(name="Đỗ Thị Khác", unit=cast.ward, category="can_bo")
    data = {"nguoi": [an, newcomer.id], "duty": plan, **EXTEND}
    look = seen.post("stops.extension_new", 200, data={**data, "buoc": "xem"})
    assert "Đỗ Thị Khác : Hiện không phải học yêu cầu này." in look.text
    assert "Gia hạn cho 1 người" in look.text
    wrong = seen.post("stops.extension_new", 422, data={"nguoi": an, "duty": plan, **EXTEND, "due_on": "01/12/2026"})
    assert wrong.errors == ["Hạn mới phải sau hạn hiện nay."]
    missing = seen.post("stops.extension_new", 422, data={"nguoi": an}).errors
    assert "Hãy ghi hạn mới, ví dụ 31/03/2027." in missing
    idle = seen.get("stops.extension_new", nguoi=newcomer.id)
    assert "Không có gì để gia hạn" in idle.text
    assert "Hãy đánh dấu ít nhất một người" in seen.follow(seen.get("stops.extension_new", 303)).text


def sheet(*rows: str) -> dict[str, object]:
    """A list as Excel saves it."""
    return {"file": (BytesIO("\n".join(rows).encode("utf-8-sig")), "gia-han.csv")}


HEAD = "Số định danh;Họ và tên;Mã yêu cầu;Năm;Hạn mới;Lý do gia hạn;Số quyết định"


def test_a_list_of_extensions_is_looked_at_and_recorded_whole(browse, cast, plan):
    an, binh = cast.person("an").personal_id, cast.person("binh").personal_id
    seen = browse.as_(cast.binh)
    seen.get("stops.extension_list")
    look = seen.post("stops.extension_list", 200, data=sheet(
        HEAD, f"{an};Đặng Thị An;R1;;28/02/2027;Điều động;12/QĐ", f"{binh};;R1;;31/03/2027;Điều động;12/QĐ",
    ))  # fmt: skip
    assert "2 nghĩa vụ của 2 người thay đổi" in look.text
    page = seen.follow(seen.post("stops.extension_list", data={**carried(look), "buoc": "ghi"}))
    assert "Đã gia hạn 2 nghĩa vụ." in page.text
    assert (due_on(cast.an.person_id), due_on(cast.binh.person_id)) == (date(2027, 2, 28), date(2027, 3, 31))


def test_a_list_of_extensions_with_a_wrong_row_records_nothing(browse, cast, plan):
    an = cast.person("an").personal_id
    page = browse.as_(cast.binh).post("stops.extension_list", 422, data=sheet(
        HEAD, f"{an};;R1;;28/02/2027;Điều động;12/QĐ", f"{an};;R1;;31/03/2027;Điều động;12/QĐ",
        f"{an};;R9;;31/03/2027;Điều động;12/QĐ", f"{an};;R1;;01/12/2026;Điều động;12/QĐ",
        f"{an};;R1;hai;31/03/2027;Điều động;12/QĐ", f"{an};;R1;;;Điều động;12/QĐ",
    ))  # fmt: skip
    assert [row[2] for row in page.table(0)] == [
        "Người này và yêu cầu này đã có ở dòng 2.",
        "Hiện không phải học yêu cầu này.",
        "Hạn mới phải sau hạn hiện nay.",
        "“Năm” là “hai”, cần bốn chữ số.",
        "Thiếu “Hạn mới”.",
    ]
    assert db.session.scalars(sa.select(DueGrant)).all() == []


def test_the_waiting_list_says_how_much_time_there_is_and_is_narrowed(browse, cast, late):
    seen = browse.as_(cast.binh)
    page = seen.get(seen.get("organisation.people").links()["Chờ quyết định"])
    assert [row[1].split(" 001")[0] for row in page.table()] == ["Ngô Thị Muộn", "Lý Văn Sau"]
    assert page.table()[0][3:] == ["22/11/2026", "31/12/2026", "37 ngày", "45 ngày", "15/01/2027"]
    requirement_id = db.session.scalars(sa.select(Obligation.requirement_id)).first()
    assert len(seen.get("stops.undecided", yeu_cau=requirement_id, don_vi=cast.ward.id).table()) == 2
    assert "Không có dòng nào khớp bộ lọc" in seen.get("stops.undecided", yeu_cau=requirement_id + 1).text
    assert "Không ai chờ quyết định" in browse.as_(cast.chi).get("stops.undecided").text


def test_waiting_duties_are_decided_together(browse, cast, late, audited):
    seen, chosen = browse.as_(cast.binh), obligations(late)
    form = seen.get("stops.decide", nghia_vu=chosen, cach="thuc-te")
    assert form.heading == "Đặt hạn thực tế"
    assert "chỉ có 39 ngày, cần ít nhất 45 ngày" in form.text
    assert seen.post("stops.decide", 422, data={"nghia_vu": chosen, "cach": "thuc-te"}).errors == ["Hãy ghi lý do."]
    data = {"nghia_vu": chosen, "cach": "thuc-te", "reason": "Mới tuyển dụng"}
    look = seen.post("stops.decide", 200, data={**data, "buoc": "xem"})
    assert look.table()[0][2:] == [
        "Tính trở lại từ 24/11/2026. Hạn lùi đến 15/01/2027.", "31/12/2026", "15/01/2027",
    ]  # fmt: skip
    done = seen.follow(seen.post("stops.decide", data={**carried(look), "buoc": "ghi"}))
    assert done.heading == "Chờ quyết định"
    assert "Đã quyết định 2 nghĩa vụ." in done.text
    assert "Không ai chờ quyết định" in done.text
    assert audited().count("plan:due:realistic") == 2
    # Somebody who pressed a moment later is told.
    again = seen.follow(seen.post("stops.decide", data={**carried(look), "buoc": "ghi"}))
    assert "Không còn chờ quyết định" in again.text


def test_not_assigning_needs_a_decision_and_is_an_exemption(browse, cast, late):
    seen, chosen = browse.as_(cast.binh), obligations(late[:1])
    data = {"nghia_vu": chosen, "cach": "khong-giao", "reason": "Sắp nghỉ hưu"}
    assert len(seen.post("stops.decide", 422, data=data).errors) == 2
    data |= {"decision": "15/QĐ", "approver": "Chủ tịch UBND phường", "last_on": "30/06/2027"}
    past = seen.post("stops.decide", 422, data={**data, "last_on": "01/11/2026"})
    assert past.errors == ["Ngày cuối phải từ hôm nay trở đi."]
    look = seen.post("stops.decide", 200, data={**data, "buoc": "xem"})
    assert "Được miễn từ 24/11/2026 đến hết 30/06/2027." in look.text
    seen.post("stops.decide", data={**carried(look), "buoc": "ghi"})
    waiver = db.session.scalars(sa.select(Waiver)).one()
    assert (waiver.person_id, waiver.to_on, waiver.approver) == (
        late[0].id, date(2027, 7, 1), "Chủ tịch UBND phường",
    )  # fmt: skip
    assert len(seen.get("stops.undecided").table()) == 1


def test_the_pages_of_the_person_say_what_waits_and_offer_the_choices(browse, cast, late):
    shown = browse.as_(cast.binh).get("plan.person", person_id=late[0].id)
    assert "1 nghĩa vụ chờ quyết định vì vào đối tượng quá muộn" in shown.text
    assert "Vẫn giao như cũ…" in shown.links()
    assert browse.as_(cast.binh).get(shown.links()["Vẫn giao như cũ…"]).heading == "Vẫn giao như cũ"
    assert "Vẫn giao như cũ…" not in browse.as_(cast.dung).get("plan.person", person_id=late[0].id).links()
    why = browse.as_(cast.binh).get("plan.why", obligation_id=obligations(late[:1])[0])
    assert "Chờ quyết định. Thuộc đối tượng từ 22/11/2026, hạn 31/12/2026" in why.text


def test_choosing_nothing_or_what_is_not_there_leads_back(browse, cast, late):
    seen = browse.as_(cast.binh)
    assert "Hãy đánh dấu ít nhất một dòng" in seen.follow(seen.get("stops.decide", 303, cach="giu")).text
    seen.get("stops.decide", 303, nghia_vu=obligations(late), cach="gi-do")
    browse.as_(cast.chi).get("stops.decide", 303, nghia_vu=obligations(late), cach="giu")


def test_an_open_end_is_printed_nowhere(browse, cast):
    """An absence without an end moves a due day to nobody knows when."""
    make_course(organiser=cast.city)
    text = SMALL.replace("{fixed: 2026-12-31}", "{days_after_posting: 1500}")
    apply(text.replace("    from: 2024-01-01", "    from: 2024-01-01\n    absences: shift"))
    an, seen = cast.an.person_id, browse.as_(cast.binh)
    away = {"kind": "thai_san", "from_on": "01/11/2026", "last_on": "", "note": ""}
    pages = [seen.post("stops.absence_new", 200, data={"nguoi": an, "buoc": "xem", **away})]
    record_absences([Away(an, "thai_san", TODAY - timedelta(days=20), FOREVER)], by=SYSTEM, now=clock.now())
    assert due_on(an) == FOREVER
    [duty] = queries.duties_of(an, TODAY)
    report = {"ke_hoach": "KH-THU", "so_lieu": "phai-hoc"}
    pages += [
        browse.as_(cast.an).get("home.today"),
        browse.as_(cast.an).get("plan.why", obligation_id=duty.obligation_id),
        seen.get("plan.person", person_id=an),
        seen.get("organisation.person", person_id=an),
        seen.get("stops.extension_new", nguoi=an),
        seen.get("reports.people", **report),
        seen.post("stops.extension_new", 422, data={"nguoi": an, "duty": f"{duty.requirement_id}.0", **EXTEND}),
    ]
    assert all("9999" not in page.text for page in pages), [p.heading for p in pages if "9999" in p.text]
    assert "chưa xác định" in pages[3].text
    assert "9999" not in seen.get("reports.people_export", kind="csv", **report).response.get_data(as_text=True)
    book = ZipFile(BytesIO(seen.get("reports.people_export", kind="xlsx", **report).response.get_data()))
    days = re.findall(r"<v>(\d{5,7})</v>", book.read("xl/worksheets/sheet1.xml").decode())
    assert days
    assert "2958465" not in days, "31/12/9999 as a spreadsheet counts it"
