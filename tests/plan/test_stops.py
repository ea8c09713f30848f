"""HR stops the clock: absences and waivers, singly, in bulk and from a list, with a look before anything is written."""

from datetime import date
from io import BytesIO

import pytest
import sqlalchemy as sa

from lms.organisation.models import Absence
from lms.organisation.service import Away, record_absences
from lms.plan import queries, service
from lms.plan.models import Requirement, Segment, Waiver
from lms.plan.rules.states import COUNTS, PAUSED, WAIVED
from lms.plan.service import Exempt
from lms.platform import clock
from lms.platform.columns import FOREVER
from lms.platform.db import db
from lms.platform.events import SYSTEM
from lms.platform.forms import Refused
from tests.conftest import TODAY
from tests.plan.plans import apply, make_course


@pytest.fixture
def plan(cast):
    """Everybody of the cast must study one course by the end of 2026."""
    make_course(organiser=cast.city)
    apply()
    return db.session.scalars(sa.select(Requirement)).one()


def segments(person_id: int) -> list[tuple[int, date, date]]:
    """Kind and days of a person's segments, in order."""
    rows = db.session.execute(
        sa.select(Segment.kind, Segment.from_on, Segment.to_on)
        .where(Segment.person_id == person_id)
        .order_by(Segment.from_on)
    )
    return [tuple(row) for row in rows]


AWAY = {"kind": "thai_san", "from_on": "01/11/2026", "last_on": "30/04/2027", "note": ""}
EXEMPT = {
    "from_on": "01/11/2026", "last_on": "", "reason": "Nghỉ hưu trong quý I/2027",
    "decision": "Quyết định số 12/QĐ-UBND", "approver": "Nguyễn Văn Hải, Chủ tịch UBND phường",
}  # fmt: skip


def test_an_absence_pauses_the_days_it_covers_and_no_others(cast, plan):
    an = cast.an.person_id
    away = Away(an, "om_dau", date(2026, 3, 1), date(2026, 4, 1))
    assert record_absences([away], by=SYSTEM, now=clock.now()) == 1
    assert segments(an) == [
        (COUNTS, date(2024, 1, 1), date(2026, 3, 1)),
        (PAUSED, date(2026, 3, 1), date(2026, 4, 1)),
        (COUNTS, date(2026, 4, 1), FOREVER),
    ]
    assert service.compare_derived().differences == 0


def test_what_is_recorded_already_is_not_recorded_twice(cast, plan, audited):
    lines = [Away(cast.an.person_id, "om_dau", date(2026, 3, 1), date(2026, 4, 1))] * 2
    assert record_absences(lines, by=SYSTEM, now=clock.now()) == 1
    assert record_absences(lines, by=SYSTEM, now=clock.now()) == 0
    assert audited().count("organisation:absence:recorded") == 1
    exempt = [Exempt(cast.an.person_id, plan.id, date(2026, 3, 1), FOREVER, "Lý do")] * 2
    assert service.waive(exempt, by=SYSTEM, now=clock.now()) == 1
    assert service.waive(exempt, by=SYSTEM, now=clock.now()) == 0
    assert audited().count("plan:waiver:granted") == 1


def test_all_or_none_are_recorded(cast, plan):
    good = Away(cast.an.person_id, "om_dau", date(2026, 3, 1), date(2026, 4, 1))
    bad = Away(cast.binh.person_id, "om_dau", date(2026, 3, 1), date(2026, 3, 1))
    with pytest.raises(Refused):
        record_absences([good, bad], by=SYSTEM, now=clock.now())
    assert db.session.scalars(sa.select(Absence)).all() == []
    with pytest.raises(Refused):
        service.waive([Exempt(1, plan.id, TODAY, TODAY, "x")], by=SYSTEM, now=clock.now())


def test_a_waiver_beats_an_absence_and_its_withdrawal_restores_everything(cast, plan, audited):
    an = cast.an.person_id
    before = segments(an)
    record_absences([Away(an, "om_dau", date(2026, 3, 1), date(2026, 6, 1))], by=SYSTEM, now=clock.now())
    paused = segments(an)
    service.waive(
        [Exempt(an, plan.id, date(2026, 5, 1), date(2026, 7, 1), "Lý do", "12/QĐ", "Chủ tịch")],
        by=SYSTEM, now=clock.now(),
    )  # fmt: skip
    assert [kind for kind, *_days in segments(an)] == [COUNTS, PAUSED, WAIVED, COUNTS]
    waiver = db.session.scalars(sa.select(Waiver)).one()
    service.withdraw_waiver(waiver, reason="ghi nhầm", by=SYSTEM, now=clock.now())
    assert segments(an) == paused != before
    with pytest.raises(Refused):
        service.withdraw_waiver(waiver, reason="ghi nhầm", by=SYSTEM, now=clock.now())
    assert audited()[-2:] == ["plan:waiver:granted", "plan:waiver:withdrawn"]
    assert service.compare_derived().differences == 0


def test_an_absence_is_looked_at_then_recorded_then_withdrawn(browse, cast, plan, audited):
    an, seen = cast.an.person_id, browse.as_(cast.binh)
    shown = seen.get("organisation.person", person_id=an)
    assert "Chưa ghi lần tạm vắng nào" in shown.text
    form = seen.get(shown.links()["Ghi tạm vắng…"])
    assert "Đặng Thị An" in form.text
    look = seen.post("stops.absence_new", 200, data={"nguoi": an, "buoc": "xem", **AWAY})
    assert look.heading == "Xem trước ghi tạm vắng"
    assert "Tạm dừng từ 01/11/2026 đến hết 30/04/2027." in look.text
    assert db.session.scalars(sa.select(Absence)).all() == []
    carried = {tag["name"]: tag["value"] for tag in look.soup.select("main form input[type=hidden]")}
    again = seen.post("stops.absence_new", 200, data={**carried, "buoc": "sua"})
    assert again.soup.find(id="from_on")["value"] == "01/11/2026"
    page = seen.follow(seen.post("stops.absence_new", data={**carried, "buoc": "ghi"}))
    assert "Đã ghi 1 lần tạm vắng." in page.text
    absence = db.session.scalars(sa.select(Absence)).one()
    assert (absence.account_id, absence.to_on) == (cast.binh.id, date(2027, 5, 1))
    assert "organisation:absence:recorded" in audited()
    seen.get("stops.absence_withdraw", absence_id=absence.id)
    undo = seen.post("stops.absence_withdraw", 200, absence_id=absence.id, data={"reason": "nhầm người", "buoc": "xem"})
    assert "Tính trở lại từ 01/11/2026 đến hết 30/04/2027." in undo.text
    seen.post("stops.absence_withdraw", absence_id=absence.id, data={"reason": "nhầm người", "buoc": "ghi"})
    db.session.refresh(absence)
    assert absence.superseded_at is not None
    assert segments(an) == [(COUNTS, date(2024, 1, 1), FOREVER)]
    seen.get("stops.absence_withdraw", 303, absence_id=absence.id)


def test_wrong_input_is_told_beside_its_field(browse, cast, plan):
    an, seen = cast.an.person_id, browse.as_(cast.binh)
    data = {"nguoi": an, **AWAY, "last_on": "01/10/2026"}
    assert seen.post("stops.absence_new", 422, data=data).errors == ["Ngày cuối phải từ ngày bắt đầu trở đi."]
    missing = seen.post("stops.waiver_new", 422, data={"nguoi": an}).errors
    assert "Hãy chọn ít nhất một yêu cầu." in missing
    assert "Hãy ghi lý do miễn." in missing
    assert len(missing) == 5


def test_choosing_nobody_leads_back_and_choosing_a_stranger_is_not_found(browse, cast, plan):
    seen = browse.as_(cast.binh)
    assert "Hãy đánh dấu ít nhất một người" in seen.follow(seen.get("stops.absence_new", 303)).text
    seen.get("stops.absence_new", 404, nguoi=[cast.an.person_id, cast.chi.person_id])
    data = {"nguoi": [cast.an.person_id, cast.chi.person_id], **AWAY, "buoc": "ghi"}
    seen.post("stops.absence_new", 404, data=data)
    assert db.session.scalars(sa.select(Absence)).all() == []


def test_many_are_exempted_at_once_and_the_page_of_each_says_why(browse, cast, plan, audited):
    seen = browse.as_(cast.binh)
    people = [cast.an.person_id, cast.binh.person_id]
    chosen = {"nguoi": people, "requirements": [plan.id], **EXEMPT}
    assert "2 người chưa hoàn thành" in seen.get("stops.waiver_new", nguoi=people).text
    look = seen.post("stops.waiver_new", 200, data={**chosen, "buoc": "xem"})
    assert "2 nghĩa vụ của 2 người thay đổi" in look.text
    assert "Được miễn từ 01/11/2026, không thời hạn." in look.text
    assert "Đã ghi 2 lượt miễn." in seen.follow(seen.post("stops.waiver_new", data={**chosen, "buoc": "ghi"})).text
    assert audited().count("plan:waiver:granted") == 2
    [an, _binh] = db.session.scalars(sa.select(Waiver).order_by(Waiver.person_id)).all()
    assert (an.approver, an.decision) == ("Nguyễn Văn Hải, Chủ tịch UBND phường", "Quyết định số 12/QĐ-UBND")
    duties = seen.get("plan.person", person_id=cast.an.person_id)
    assert "Nghỉ hưu trong quý I/2027" in duties.text
    [duty] = queries.all_duties_of(cast.an.person_id, TODAY)
    why = browse.as_(cast.an).get("plan.why", obligation_id=duty.obligation_id)
    assert "Được miễn từ 01/11/2026, không thời hạn: Nghỉ hưu trong quý I/2027" in why.text
    assert "Nguyễn Văn Hải" in why.text
    undo = {"reason": "đã đổi quyết định"}
    look = seen.post("stops.waiver_withdraw", 200, waiver_id=an.id, data={**undo, "buoc": "xem"})
    assert "Tính trở lại từ 01/11/2026" in look.text
    seen.post("stops.waiver_withdraw", waiver_id=an.id, data={**undo, "buoc": "ghi"})
    assert segments(cast.an.person_id) == [(COUNTS, date(2024, 1, 1), FOREVER)]


def test_why_says_that_a_duty_is_paused_and_by_what(browse, cast, plan):
    an = cast.an.person_id
    record_absences([Away(an, "thai_san", date(2026, 11, 1), date(2027, 5, 1))], by=SYSTEM, now=clock.now())
    [duty] = queries.all_duties_of(an, TODAY)
    why = browse.as_(cast.an).get("plan.why", obligation_id=duty.obligation_id)
    assert "Nghỉ thai sản từ 01/11/2026 đến hết 30/04/2027." in why.text
    assert "nghĩa vụ tạm dừng, không bị tính quá hạn" in why.text


def sheet(*rows: str) -> dict[str, object]:
    """A list as Excel saves it."""
    return {"file": (BytesIO("\n".join(rows).encode("utf-8-sig")), "tam-vang.csv")}


def test_a_list_of_absences_is_looked_at_and_recorded_whole(browse, cast, plan):
    an, binh = cast.person("an").personal_id, cast.person("binh").personal_id
    seen = browse.as_(cast.binh)
    seen.get("stops.absence_list")
    look = seen.post("stops.absence_list", 200, data=sheet(
        "DANH SÁCH TẠM VẮNG;;;;;",
        "Số định danh;Họ và tên;Lý do;Từ ngày;Đến hết ngày;Ghi chú",
        f"{an};Đặng Thị An;Nghỉ thai sản;01/11/2026;30/04/2027;",
        f"{binh};;di_hoc;15/11/2026;;QĐ 5",
    ))  # fmt: skip
    assert look.heading == "Xem trước danh sách tạm vắng"
    assert "2 nghĩa vụ của 2 người thay đổi" in look.text
    carried = {tag["name"]: tag["value"] for tag in look.soup.select("main form input[type=hidden]")}
    page = seen.follow(seen.post("stops.absence_list", data={**carried, "buoc": "ghi"}))
    assert "Đã ghi 2 lần tạm vắng." in page.text
    kept = db.session.execute(sa.select(Absence.kind, Absence.to_on, Absence.note).order_by(Absence.from_on)).all()
    assert [tuple(row) for row in kept] == [("thai_san", date(2027, 5, 1), ""), ("di_hoc", FOREVER, "QĐ 5")]


def test_a_list_with_a_wrong_row_records_nothing_and_names_each(browse, cast, plan):
    an, chi = cast.person("an").personal_id, cast.person("chi").personal_id
    page = browse.as_(cast.binh).post("stops.absence_list", 422, data=sheet(
        "Số định danh;Họ và tên;Lý do;Từ ngày;Đến hết ngày",
        f"{an};Đặng Thị An;Nghỉ ốm;01/11/2026;",
        f"{chi};Lê Thị Chi;Nghỉ ốm;01/11/2026;",
        f"{an};Trần Văn Khác;Nghỉ ốm;01/11/2026;",
        f"{an};;Đi chơi;01/11/2026;",
        f"{an};;Nghỉ ốm;31/02/2026;",
        f"{an};;Nghỉ ốm;01/11/2026;01/10/2026",
    ))  # fmt: skip
    assert page.errors == ["Có 5 dòng cần sửa. Chưa có gì được ghi."]
    told = page.table(0)
    assert [row[0] for row in told] == ["3", "4", "5", "6", "7"]
    assert told[0][2].startswith("Không có người mang số định danh này trong đơn vị của anh/chị.")
    assert told[1][2] == "Số định danh là của Đặng Thị An, không phải “Trần Văn Khác”."
    assert told[2][2].startswith("Không hiểu lý do “Đi chơi”.")
    assert "cần dạng ngày/tháng/năm" in told[3][2]
    assert told[4][2] == "“Đến hết ngày” phải từ “Từ ngày” trở đi."
    assert chi not in page.text
    assert db.session.scalars(sa.select(Absence)).all() == []


def test_a_file_that_is_no_list_is_refused_with_what_to_do(browse, cast, plan):
    seen = browse.as_(cast.binh)
    assert seen.post("stops.absence_list", 422, data={}).errors == ["Hãy chọn tệp danh sách."]
    assert "dòng tiêu đề" in seen.post("stops.absence_list", 422, data=sheet("a;b", "1;2")).errors[0]
    missing = seen.post("stops.waiver_list", 422, data=sheet("Số định danh;Từ ngày", "1;2")).errors[0]
    assert "“Mã yêu cầu”, “Lý do miễn”, “Số quyết định”, “Người quyết định”" in missing
    gone = seen.post("stops.absence_list", 422, data={"buoc": "ghi", "sha256": "0" * 64, "file_name": "x.csv"})
    assert gone.errors == ["Không đọc lại được tệp đã xem. Hãy chọn lại tệp."]


def test_a_list_of_waivers_is_looked_at_and_recorded_whole(browse, cast, plan):
    an = cast.person("an").personal_id
    head = "Số định danh;Mã yêu cầu;Từ ngày;Đến hết ngày;Lý do miễn;Số quyết định;Người quyết định"
    seen = browse.as_(cast.binh)
    wrong = seen.post("stops.waiver_list", 422, data=sheet(head, f"{an};R9;01/11/2026;;Hưu;12/QĐ;Chủ tịch"))
    assert wrong.table(0)[0][2] == "Không có yêu cầu mang mã “R9”."
    look = seen.post("stops.waiver_list", 200, data=sheet(head, f"{an};R1;01/11/2026;;Hưu;12/QĐ;Chủ tịch"))
    carried = {tag["name"]: tag["value"] for tag in look.soup.select("main form input[type=hidden]")}
    assert "Đã ghi 1 lượt miễn." in seen.follow(seen.post("stops.waiver_list", data={**carried, "buoc": "ghi"})).text
    assert [kind for kind, *_days in segments(cast.an.person_id)] == [COUNTS, WAIVED]


def test_the_list_of_people_offers_boxes_only_to_those_who_may(browse, cast, plan):
    assert browse.as_(cast.binh).get("organisation.people").soup.select("input[name=nguoi]")
    assert not browse.as_(cast.dung).get("organisation.people").soup.select("input[name=nguoi]")
    assert "Ghi tạm vắng…" not in browse.as_(cast.dung).get("organisation.person", person_id=cast.an.person_id).text


def test_a_preview_takes_everything_back(cast, plan, audited):
    an = cast.an.person_id
    before, logged = segments(an), audited()
    away = Away(an, "om_dau", TODAY, date(2027, 1, 1))
    effects = service.preview_stops(lambda: record_absences([away], by=SYSTEM, now=clock.now()), [an], TODAY)
    [effect] = effects
    assert (effect.paused, effect.waived, effect.is_due_moved) == (((TODAY, date(2027, 1, 1)),), (), False)
    assert (segments(an), audited()) == (before, logged)
    assert db.session.scalars(sa.select(Absence)).all() == []
