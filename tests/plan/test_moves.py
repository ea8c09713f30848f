"""HR moves a person: the effect is shown first, and another office is asked where the unit is not one's own."""

from datetime import date

import pytest
import sqlalchemy as sa

from lms.learning import service as learning
from lms.learning.service import CompletionSource, Result
from lms.notifications.models import Letter
from lms.organisation import service as organisation
from lms.organisation.models import FOREVER, Posting, TransferProposal
from lms.organisation.service import Kind, Wish
from lms.plan import queries, service
from lms.plan.models import Obligation, Segment
from lms.platform import clock
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.conftest import NOW, TODAY
from tests.factories import make_person, make_posting, make_unit
from tests.plan.plans import SMALL, apply, make_course

MOVE = {"unit": "phuong ba dinh", "on": "01/12/2026", "department": "Phòng Nội vụ", "title": "", "source": "QĐ 12"}


@pytest.fixture
def course(cast):
    """The course of the small plan, which obliges everybody of the cast."""
    made = make_course(organiser=cast.city)
    apply()
    return made


@pytest.fixture
def binh(browse, cast, course):
    return browse.as_(cast.binh)


@pytest.fixture
def chi(browse, cast, course):
    return browse.as_(cast.chi)


def held(person_id):
    """Unit, days and whether it counts, of every believed posting."""
    rows = db.session.scalars(
        sa.select(Posting)
        .where(Posting.person_id == person_id, Posting.superseded_at.is_(None))
        .order_by(Posting.from_on, Posting.is_primary.desc(), Posting.id)
    )
    return [(p.unit_id, p.from_on, p.to_on, p.is_primary) for p in rows]


def counted(person_id):
    """Unit and days of a person's segments, in order."""
    rows = db.session.execute(
        sa.select(Segment.unit_id, Segment.from_on, Segment.to_on)
        .where(Segment.person_id == person_id)
        .order_by(Segment.from_on)
    )
    return [tuple(row) for row in rows]


def carried(page):
    """What a preview carries to the next step."""
    return {tag["name"]: tag["value"] for tag in page.soup.select("main form input[type=hidden]")}


def send(browse, **changes):
    """Bình asks Chi's office to take An; the request's id."""
    an = browse.get("organisation.people").links()["Đặng Thị An"].split("/")[-1]
    values = {"person_id": int(an), "way": "chuyen"}
    look = browse.post("moves.new", 200, data={**MOVE, "unit": "xa soc son", **changes}, **values)
    browse.post("moves.new", data={**carried(look), "note": "Đã trao đổi", "buoc": "ghi"}, **values)
    return db.session.scalars(sa.select(TransferProposal.id).order_by(TransferProposal.id.desc())).first()


# Within one's own units -----------------------------------------------------------------------------------------------


def test_a_move_is_looked_at_then_recorded_with_its_decision(binh, cast, audited):
    an = cast.an.person_id
    shown = binh.get("organisation.person", person_id=an)
    choice = binh.get(shown.links()["Điều động…"])
    form = binh.get(next(href for words, href in choice.links().items() if words.startswith("Chuyển công tác")))
    assert "Phường Ba Đình (c1)" in str(form.soup.datalist)
    look = binh.post("moves.new", 200, data={**MOVE, "buoc": "xem"}, person_id=an, way="chuyen")
    assert look.heading == "Xem trước: chuyển công tác"
    assert "Từ 01/12/2026, 1 nghĩa vụ tính vào số liệu của Phường Ba Đình, không tính cho Trường" in look.text
    assert "được tính lại" not in look.text
    assert held(an) == [(cast.ward.id, date(2024, 1, 1), FOREVER, True)]
    back = binh.post("moves.new", 200, data={**carried(look), "buoc": "sua"}, person_id=an, way="chuyen")
    assert back.soup.find(id="department")["value"] == "Phòng Nội vụ"
    done = binh.follow(binh.post("moves.new", data={**carried(look), "buoc": "ghi"}, person_id=an, way="chuyen"))
    assert "Đã ghi chuyển công tác của Đặng Thị An." in done.text
    assert "Nguồn: Chuyển công tác, QĐ 12" in done.text
    assert held(an)[1] == (cast.district.id, date(2026, 12, 1), FOREVER, True)
    assert audited()[-1] == "organisation:posting:moved"
    assert service.compare_derived().differences == 0


def test_a_move_in_the_past_warns_which_figures_change_and_keeps_what_was_earned(binh, cast, course):
    an = cast.an.person_id
    version = course.current_version_id
    learning.record_completion(
        Result(
            person_id=an, course_id=course.id, version_id=version, completed_on=date(2026, 10, 5),
            source=CompletionSource.ONLINE,
        ),
        today=TODAY, now=NOW, by=SYSTEM,
    )  # fmt: skip
    look = binh.post("moves.new", 200, data={**MOVE, "on": "15/08/2026"}, person_id=an, way="chuyen")
    assert "Số liệu các tháng từ 08/2026 đến 11/2026 được tính lại." in look.text
    assert "giấy chứng nhận đã có giữ nguyên" in look.text
    binh.post("moves.new", data={**carried(look), "buoc": "ghi"}, person_id=an, way="chuyen")
    assert counted(an) == [
        (cast.ward.id, date(2024, 1, 1), date(2026, 8, 15)),
        (cast.district.id, date(2026, 8, 15), FOREVER),
    ]
    [duty] = queries.all_duties_of(an, TODAY)
    assert duty.fulfilled_on == date(2026, 10, 5)
    assert service.compare_derived().differences == 0


def test_a_move_out_of_the_audience_tells_which_duties_end_and_begin(browse, cast):
    make_course(organiser=cast.city)
    apply(SMALL.replace("{unit: tp-ha-noi,", "{unit: c1a,"))
    look = browse.as_(cast.binh).post("moves.new", 200, data=MOVE, person_id=cast.an.person_id, way="chuyen")
    [row] = look.table()
    assert row == ["Hoàn thành khóa thử", "Thôi phải học từ 01/12/2026.", "31/12/2026", "31/12/2026"]
    back = make_person(unit=cast.district, name="Lý Văn Bảo")
    look = browse.as_(cast.binh).post("moves.new", 200, data={**MOVE, "unit": "c1a"}, person_id=back.id, way="chuyen")
    assert look.table()[0][1] == "Phải học từ 01/12/2026."
    assert look.table()[0][2:] == ["–", "31/12/2026"]


def test_what_changed_since_it_was_shown_is_shown_again(binh, cast):
    an = cast.an.person_id
    look = binh.post("moves.new", 200, data=MOVE, person_id=an, way="chuyen")
    make_posting(person=cast.person("an"), unit=cast.district, is_primary=False)
    again = binh.post("moves.new", 200, data={**carried(look), "buoc": "ghi"}, person_id=an, way="chuyen")
    assert "Dữ liệu vừa thay đổi sau khi anh/chị xem." in again.text
    binh.post("moves.new", data={**carried(again), "buoc": "ghi"}, person_id=an, way="chuyen")
    twice = binh.post("moves.new", 422, data={**carried(again), "buoc": "ghi"}, person_id=an, way="chuyen")
    assert twice.errors == ["Không có gì thay đổi nên chưa ghi. Hãy xem lại ngày, đơn vị và chức danh."]


def test_a_unit_is_found_by_part_of_its_name_and_asked_about_when_several_fit(binh, cast):
    make_unit(code="c1b", name="Trường Mầm non Hoa Hồng", parent=cast.district)
    values = {"person_id": cast.binh.person_id, "way": "chuyen"}
    page = binh.post("moves.new", 422, data={**MOVE, "unit": "hoa"}, **values)
    assert page.errors == ["Chưa có đơn vị nào tên đúng là “hoa”. Hãy chọn một trong các đơn vị gần giống."]
    choices = {tag["value"]: tag["id"] for tag in page.soup.select("input[name=chosen]")}
    assert str(cast.ward.id) in choices
    look = binh.post("moves.new", 200, data={**MOVE, "unit": "hoa", "chosen": cast.ward.id}, **values)
    assert "Trường Tiểu học Hoa Sen" in look.text
    assert binh.post("moves.new", 200, data={**MOVE, "unit": "hoa sen"}, **values).heading == look.heading
    missing = binh.post("moves.new", 422, data={**MOVE, "unit": "không có"}, **values)
    assert missing.errors == ["Ngày 01/12/2026 không có đơn vị nào tên hoặc mã là “không có”. Hãy gõ lại."]
    empty = binh.post("moves.new", 422, data={}, **values)
    assert empty.errors == [
        "Hãy ghi ngày, ví dụ 01/03/2026. Ngày đã qua cũng được.", "Hãy ghi tên hoặc mã đơn vị tiếp nhận.",
    ]  # fmt: skip


def test_a_secondment_counts_where_the_setting_says_and_then_at_home_again(binh, cast):
    an = cast.an.person_id
    away = {**MOVE, "on": "01/12/2026", "last_on": "31/05/2027", "counts": "noi_cu"}
    look = binh.post("moves.new", 200, data=away, person_id=an, way="biet-phai")
    assert "nghĩa vụ tính vào số liệu" not in look.text
    binh.post("moves.new", data={**carried(look), "buoc": "ghi"}, person_id=an, way="biet-phai")
    assert counted(an) == [(cast.ward.id, date(2024, 1, 1), FOREVER)]
    page = binh.get("organisation.person", person_id=an)
    count = page.links()["Tính số liệu cho đơn vị này… Phường Ba Đình"]
    binh.get(count)
    days = {"on": "01/02/2027", "last_on": "31/03/2027"}
    look = binh.post(count, 200, data=days)
    assert "Từ 01/02/2027 đến hết 31/03/2027, 1 nghĩa vụ tính vào số liệu của Phường Ba Đình" in look.text
    done = binh.follow(binh.post(count, data={**carried(look), "buoc": "ghi"}))
    assert "Đã ghi: Đặng Thị An được tính cho Phường Ba Đình." in done.text
    assert counted(an) == [
        (cast.ward.id, date(2024, 1, 1), date(2027, 2, 1)),
        (cast.district.id, date(2027, 2, 1), date(2027, 4, 1)),
        (cast.ward.id, date(2027, 4, 1), FOREVER),
    ]
    assert service.compare_derived().differences == 0


def test_a_secondment_that_counts_ends_early_and_the_home_unit_counts_again(binh, cast):
    an = cast.an.person_id
    away = {**MOVE, "on": "01/10/2026", "last_on": "31/05/2027", "counts": "noi_nhan"}
    look = binh.post("moves.new", 200, data=away, person_id=an, way="biet-phai")
    binh.post("moves.new", data={**carried(look), "buoc": "ghi"}, person_id=an, way="biet-phai")
    assert (cast.district.id, date(2026, 10, 1), date(2027, 6, 1)) in counted(an)
    page = binh.get("organisation.person", person_id=an)
    end = page.links()["Kết thúc vị trí này… Phường Ba Đình"]
    binh.get(end)
    look = binh.post(end, 200, data={"on": "01/12/2026", "reason": "Xong việc"})
    binh.post(end, data={**carried(look), "buoc": "ghi"})
    assert held(an) == [
        (cast.ward.id, date(2024, 1, 1), date(2026, 10, 1), True),
        (cast.district.id, date(2026, 10, 1), date(2026, 12, 1), True),
        (cast.ward.id, date(2026, 10, 1), date(2026, 12, 1), False),
        (cast.ward.id, date(2026, 12, 1), FOREVER, True),
    ]
    assert service.compare_derived().differences == 0


def test_leaving_ends_everything_and_coming_back_restores_the_same_obligation(binh, cast, audited):
    an = cast.an.person_id
    make_posting(person=cast.person("an"), unit=cast.other, is_primary=False)
    [before] = db.session.scalars(sa.select(Obligation.id).where(Obligation.person_id == an)).all()
    look = binh.post("moves.leave", 200, data={"on": "01/10/2026", "reason": "Thôi việc"}, person_id=an)
    assert "Thôi phải học từ 01/10/2026." in look.text
    assert "Không có vị trí công tác" in look.text
    binh.post("moves.leave", data={**carried(look), "buoc": "ghi"}, person_id=an)
    assert all(to_on == date(2026, 10, 1) for _unit, _from, to_on, _primary in held(an))
    assert audited()[-1] == "organisation:posting:ended-for"
    gone = binh.get("organisation.person", person_id=an)
    assert "Hiện không có vị trí công tác" in gone.text
    assert any(words.startswith("Trở lại làm việc") for words in binh.get("moves.choose", person_id=an).links())
    back = {**MOVE, "unit": "c1a", "on": "01/11/2026"}
    look = binh.post("moves.new", 200, data=back, person_id=an, way="chuyen")
    assert look.heading == "Xem trước: trở lại làm việc"
    assert "Phải học từ 01/11/2026." in look.text
    binh.post("moves.new", data={**carried(look), "buoc": "ghi"}, person_id=an, way="chuyen")
    assert db.session.scalars(sa.select(Obligation.id).where(Obligation.person_id == an)).all() == [before]
    assert "Không có vị trí công tác" in binh.get("organisation.person", person_id=an).text
    assert service.compare_derived().differences == 0


# Between two offices --------------------------------------------------------------------------------------------------


def test_another_offices_unit_is_asked_and_takes_the_person(binh, chi, browse, cast, audited):
    an = cast.an.person_id
    look = binh.post("moves.new", 200, data={**MOVE, "unit": "c2"}, person_id=an, way="chuyen")
    assert "Xã Sóc Sơn do nhân sự Xã Sóc Sơn quản lý. Đề nghị sẽ được gửi tới Lê Thị Chi" in look.text
    request = send(binh)
    assert held(an) == [(cast.ward.id, date(2024, 1, 1), FOREVER, True)]
    assert "1 đề nghị điều động đang chờ đơn vị của anh/chị trả lời." in chi.get("home.today").text
    assert "đang chờ đơn vị của anh/chị" not in binh.get("home.today").text
    [letter] = db.session.scalars(sa.select(Letter)).all()
    assert letter.recipient == cast.chi.email
    assert f"/nhan-su/de-nghi/{request}" in letter.body
    assert cast.person("an").personal_id not in letter.body
    listed = chi.get(chi.get("organisation.people").links()["Đề nghị điều động 1 chờ trả lời"])
    shown = chi.get(listed.links()["Đặng Thị An"])
    assert "Đã trao đổi" in shown.text
    chi.get("organisation.person", 404, person_id=an)
    assert "Đang chờ trả lời một đề nghị điều động" in binh.get("organisation.person", person_id=an).text
    assert "Đặng Thị An" in binh.get("moves.proposals", muc="di").text
    look = chi.post("moves.accept", 200, data={"buoc": "xem"}, proposal_id=request)
    assert "1 nghĩa vụ tính vào số liệu của Xã Sóc Sơn" in look.text
    done = chi.post("moves.accept", data={**carried(look), "buoc": "ghi"}, proposal_id=request)
    assert held(an)[1] == (cast.other.id, date(2026, 12, 1), FOREVER, True)
    assert done.location.endswith(f"/nhan-su/{an}#vi-tri")
    assert "organisation:transfer:answered" in audited()
    told = db.session.scalars(sa.select(Letter).order_by(Letter.id.desc())).first()
    assert told.recipient == cast.binh.email
    assert "Xã Sóc Sơn đã tiếp nhận" in told.body
    assert "Đã tiếp nhận" in binh.get("moves.proposals", muc="xong").text
    late = chi.post("moves.accept", data={**carried(look), "buoc": "ghi"}, proposal_id=request)
    assert "đã được trả lời hoặc đã rút trước đó" in chi.follow(late).text
    assert len(held(an)) == 2
    assert service.compare_derived().differences == 0


def test_a_refusal_needs_a_reason_and_the_asker_reads_it(binh, chi, cast):
    request = send(binh)
    assert chi.post("moves.refuse", 422, data={}, proposal_id=request).errors == [
        "Hãy ghi lý do, để đơn vị gửi biết cần sửa gì."
    ]
    chi.post("moves.refuse", data={"reason": "Hết biên chế"}, proposal_id=request)
    assert "Hết biên chế" in binh.get("moves.proposal", proposal_id=request).text
    letter = db.session.scalars(sa.select(Letter).order_by(Letter.id.desc())).first()
    assert (letter.recipient, "Xã Sóc Sơn không tiếp nhận: Hết biên chế." in letter.body) == (cast.binh.email, True)
    late = chi.follow(chi.post("moves.refuse", data={"reason": "Lần nữa"}, proposal_id=request))
    assert "đã được trả lời" in late.text
    assert "Lần nữa" not in late.text
    assert len(held(cast.an.person_id)) == 1


def test_a_request_is_taken_back_and_can_then_be_sent_anew(binh, chi, cast):
    request = send(binh)
    again = binh.post("moves.new", 422, data={**MOVE, "unit": "c2"}, person_id=cast.an.person_id, way="chuyen")
    assert again.errors[0].startswith("Đã có một đề nghị về người này đang chờ trả lời.")
    binh.post("moves.withdraw", proposal_id=request)
    assert "đã được trả lời hoặc đã rút" in binh.follow(binh.post("moves.withdraw", proposal_id=request)).text
    late = chi.post("moves.accept", data={"buoc": "xem"}, proposal_id=request)
    assert "Đã rút" in chi.follow(late).text
    assert db.session.scalars(sa.select(Letter.recipient)).all() == [cast.chi.email] * 2
    assert send(binh) != request


def test_a_person_who_was_moved_meanwhile_is_not_taken_away_from_a_third_unit(binh, chi, cast):
    request = send(binh)
    third = make_unit(code="c3", name="Phường Thứ Ba", parent=cast.city)
    wish = Wish(kind=Kind.MOVE, new_id=third.id, on=date(2026, 11, 1))
    organisation.transfer(cast.person("an"), wish, by=SYSTEM, now=clock.now())
    page = chi.post("moves.accept", 422, data={"buoc": "xem"}, proposal_id=request)
    assert "đã thay đổi từ khi gửi đề nghị" in page.errors[0]
    assert db.session.get_one(TransferProposal, request).state == "cho"


def test_the_past_in_anothers_unit_is_not_touched(binh, cast):
    an = cast.an.person_id
    first = db.session.scalars(sa.select(Posting).where(Posting.person_id == an)).one()
    first.from_on = date(2026, 1, 1)
    make_posting(person=cast.person("an"), unit=cast.other, from_on=date(2024, 1, 1), to_on=date(2026, 1, 1))
    page = binh.post("moves.new", 422, data={**MOVE, "on": "01/06/2025"}, person_id=an, way="chuyen")
    assert page.errors[0].startswith("Thay đổi này đụng đến vị trí công tác tại Xã Sóc Sơn")
    page = binh.post("moves.leave", 422, data={"on": "01/06/2025", "reason": "Nghỉ"}, person_id=an)
    assert "ngoài phạm vi của anh/chị" in page.errors[0]
    assert len(held(an)) == 2


def test_an_office_sees_and_ends_only_the_second_posting_in_its_own_unit(binh, chi, cast):
    an = cast.an.person_id
    away = make_posting(person=cast.person("an"), unit=cast.other, is_primary=False, from_on=date(2026, 9, 1))
    assert chi.get("moves.seconds").table()[0][3] == "Trường Tiểu học Hoa Sen"
    page = chi.get("organisation.person", person_id=an)
    assert "hồ sơ và nghĩa vụ học do nơi quản lý vị trí chính theo dõi" in page.text
    assert "Điều động…" not in page.links()
    assert "Xem đủ số định danh" not in page.text
    chi.get("plan.person", 404, person_id=an)
    chi.get("moves.choose", 404, person_id=an)
    own = db.session.scalars(sa.select(Posting.id).where(Posting.person_id == an, Posting.is_primary)).one()
    chi.get("moves.end", 404, posting_id=own)
    binh.get("moves.end", 404, posting_id=away.id)
    look = chi.post("moves.end", 200, data={"on": "01/12/2026"}, posting_id=away.id)
    chi.post("moves.end", data={**carried(look), "buoc": "ghi"}, posting_id=away.id)
    assert held(an) == [
        (cast.ward.id, date(2024, 1, 1), FOREVER, True),
        (cast.other.id, date(2026, 9, 1), date(2026, 12, 1), False),
    ]


def test_counting_for_anothers_unit_asks_that_office(binh, chi, cast):
    an = cast.an.person_id
    away = make_posting(
        person=cast.person("an"), unit=cast.other, is_primary=False, from_on=date(2026, 9, 1), to_on=date(2027, 9, 1)
    )
    look = binh.post("moves.count", 200, data={"on": "01/12/2026"}, posting_id=away.id)
    assert "Đề nghị sẽ được gửi tới Lê Thị Chi" in look.text
    binh.post("moves.count", data={**carried(look), "buoc": "ghi"}, posting_id=away.id)
    request = db.session.scalars(sa.select(TransferProposal.id)).one()
    look = chi.post("moves.accept", 200, data={"buoc": "xem"}, proposal_id=request)
    chi.post("moves.accept", data={**carried(look), "buoc": "ghi"}, proposal_id=request)
    assert (cast.other.id, date(2026, 12, 1), date(2027, 9, 1)) in counted(an)
    # Whoever lent the person still sees him, and gets him back when the other office ends it.
    assert "Phường" not in binh.get("organisation.person", person_id=an).heading
    believed = sa.select(Posting.id).where(Posting.person_id == an, Posting.superseded_at.is_(None), Posting.is_primary)
    there = db.session.scalars(believed.where(Posting.unit_id == cast.other.id)).one()
    look = chi.post("moves.end", 200, data={"on": "01/03/2027"}, posting_id=there)
    chi.post("moves.end", data={**carried(look), "buoc": "ghi"}, posting_id=there)
    assert counted(an)[-1] == (cast.ward.id, date(2027, 3, 1), FOREVER)
    assert service.compare_derived().differences == 0


def test_a_leader_sees_no_way_to_move_anybody(browse, cast):
    page = browse.as_(cast.dung).get("organisation.person", person_id=cast.an.person_id)
    assert "Điều động…" not in page.links()
    assert "Đề nghị điều động" not in browse.as_(cast.dung).get("organisation.people").text
