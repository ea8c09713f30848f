"""The office that would gain a person asks for one; the office where the person works agrees, or says why not."""

from datetime import date

import pytest
import sqlalchemy as sa

from lms.identity.models import Grant, Role
from lms.notifications.models import Letter
from lms.organisation import queries as organisation
from lms.organisation.models import TransferProposal
from lms.plan import service
from lms.platform import clock
from lms.platform.columns import FOREVER
from lms.platform.db import db
from tests.factories import add, make_person
from tests.plan.plans import apply, make_course
from tests.plan.test_moves import carried, held


@pytest.fixture
def binh(browse, cast):
    make_course(organiser=cast.city)
    apply()
    return browse.as_(cast.binh).with_budget(80)


@pytest.fixture
def chi(browse, cast, binh):
    return browse.as_(cast.chi).with_budget(80)


def asking(cast, person, **more):
    return {
        "personal_id": person.personal_id, "full_name": person.full_name, "way": "chuyen", "unit": str(cast.other.id),
        "on": "01/12/2026", "source": "Công văn 15/CV", "note": "Đã trao đổi", **more,
    }  # fmt: skip


def ask(chi, cast, person, **more):
    chi.post("moves.ask", data=asking(cast, person, **more))
    return db.session.scalars(sa.select(TransferProposal.id).order_by(TransferProposal.id.desc())).first()


def test_the_present_office_is_asked_sees_what_changes_and_agrees(binh, chi, cast):
    an = cast.person("an")
    request = ask(chi, cast, an)
    letter = db.session.scalars(sa.select(Letter)).one()
    assert letter.recipient == cast.binh.email
    assert "Xã Sóc Sơn đề nghị được tiếp nhận Đặng Thị An" in letter.body
    assert an.personal_id not in letter.body
    assert held(an.id) == [(cast.ward.id, date(2024, 1, 1), FOREVER, True)]
    assert "1 đề nghị điều động đang chờ" in binh.get("home.today").text
    assert "đang chờ đơn vị của anh/chị" not in chi.get("home.today").text
    asked = chi.get("moves.proposal", proposal_id=request)
    assert "Rút đề nghị" in asked.text
    assert "Xem thay đổi rồi" not in asked.text
    chi.post("moves.accept", 404, data={"buoc": "xem"}, proposal_id=request)
    assert "Xem thay đổi rồi đồng ý" in binh.get("moves.proposal", proposal_id=request).text
    look = binh.post("moves.accept", 200, data={"buoc": "xem"}, proposal_id=request)
    assert "Đồng ý cho chuyển" in look.text
    binh.post("moves.accept", data={**carried(look), "buoc": "ghi"}, proposal_id=request)
    assert held(an.id)[1] == (cast.other.id, date(2026, 12, 1), FOREVER, True)
    told = db.session.scalars(sa.select(Letter).order_by(Letter.id.desc())).first()
    assert told.recipient == cast.chi.email
    assert "đã đồng ý cho chuyển" in told.body
    assert "Đã đồng ý cho chuyển" in chi.get("moves.proposals", muc="xong").text
    assert service.compare_derived().differences == 0


def test_a_refusal_reaches_the_asker_with_its_reason(binh, chi, cast):
    request = ask(chi, cast, cast.person("an"))
    binh.post("moves.refuse", data={"reason": "Đang thiếu người"}, proposal_id=request)
    told = db.session.scalars(sa.select(Letter).order_by(Letter.id.desc())).first()
    assert (told.recipient, "không đồng ý cho chuyển: Đang thiếu người" in told.body) == (cast.chi.email, True)
    shown = chi.get("moves.proposal", proposal_id=request)
    assert "Không đồng ý" in shown.text
    assert len(held(cast.an.person_id)) == 1


def test_the_asker_takes_the_request_back_and_the_other_office_learns_of_it(binh, chi, cast):
    request = ask(chi, cast, cast.person("an"))
    binh.post("moves.withdraw", 404, proposal_id=request)
    chi.post("moves.withdraw", proposal_id=request)
    told = db.session.scalars(sa.select(Letter).order_by(Letter.id.desc())).first()
    assert (told.recipient, "Xã Sóc Sơn đã rút đề nghị" in told.body) == (cast.binh.email, True)


def test_whom_one_may_not_ask_for_is_said_without_telling_more(binh, chi, cast):
    an = cast.person("an")
    nobody = "không có người nào đang công tác mang số định danh và họ tên này"
    assert nobody in chi.post("moves.ask", 422, data=asking(cast, an, full_name="Người Khác")).text
    assert nobody in chi.post("moves.ask", 422, data=asking(cast, an, personal_id="000000000000")).text
    gone = make_person(name="Lê Đã Đi", unit=cast.ward, to_on=date(2026, 6, 1))
    assert nobody in chi.post("moves.ask", 422, data=asking(cast, gone)).text
    own = make_person(name="Lê Ở Đây", unit=cast.other)
    assert "đang ở đơn vị của anh/chị" in chi.post("moves.ask", 422, data=asking(cast, own)).text
    chi.post("moves.ask", 422, data=asking(cast, an, unit=str(cast.ward.id)))
    ask(chi, cast, an)
    assert "đang chờ trả lời" in chi.post("moves.ask", 422, data=asking(cast, an)).text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(TransferProposal)) == 1


def test_a_move_tells_which_roles_end_with_it(binh, cast):
    an = cast.an.person_id
    add(
        Grant(
            account_id=cast.an.id, role=Role.HR, unit_id=cast.ward.id, from_on=date(2026, 1, 1), recorded_at=clock.now()
        )
    )
    data = {"unit": "c2", "on": "01/12/2026", "buoc": "xem"}
    look = binh.post("moves.new", 200, data=data, person_id=an, way="chuyen")
    assert "Vai trò kết thúc" in look.text
    assert (
        f"Cán bộ nhân sự tại {organisation.name_on(cast.ward.id, clock.today())}: kết thúc từ ngày 01/12/2026."
        in look.text
    )
    beside = binh.post("moves.new", 200, data=data, person_id=an, way="kiem-nhiem")
    assert "Vai trò kết thúc" not in beside.text
