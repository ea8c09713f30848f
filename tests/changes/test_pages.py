"""The pages of change sets: everybody reads the history; who may change such things sees whom, applies, takes back."""

from io import BytesIO

import pytest
import sqlalchemy as sa
from flask import current_app

from lms.changes import service
from lms.changes.models import ChangeSet
from lms.organisation.models import Absence
from lms.plan.models import Obligation, Waiver
from lms.platform import clock, config
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.plan.plans import SMALL, make_course


def upload(text):
    return {"file": (BytesIO(text.encode()), "ke-hoach.yaml")}


def imported(browse, cast, text=SMALL):
    """Giang sends a plan file, looks at it and applies it."""
    giang = browse.as_(cast.giang)
    preview = giang.post("plan.import_form", 200, data=upload(text))
    carried = {"sha256": preview.soup.select_one("input[name=sha256]")["value"]}
    return giang, giang.post("plan.import_apply", data=carried)


@pytest.fixture
def course(cast):
    return make_course(organiser=cast.city)


def approving(monkeypatch, kind):
    """Let changes of this kind need a second person."""
    settings = config.Config(**{**vars(current_app.config["LMS"]), "approved_kinds": frozenset({kind})})
    monkeypatch.setitem(current_app.config, "LMS", settings)


def obligations():
    return db.session.scalar(sa.select(sa.func.count()).select_from(Obligation))


def test_a_plan_is_applied_seen_in_the_history_and_taken_back(course, cast, browse):
    giang, _ = imported(browse, cast)
    assert obligations() == 6
    [change] = db.session.scalars(sa.select(ChangeSet)).all()
    history = browse.as_(cast.an).get("changes.history")
    assert history.table()[0][0].startswith("Kế hoạch số")
    page = giang.get("changes.show", change_id=change.id)
    assert "Đã áp dụng" in page.text
    assert len(page.table(1)) == 6
    assert len(giang.get("changes.show", change_id=change.id, ten="van an").table(1)) == 1
    assert giang.post("changes.undo", 422, data={}, change_id=change.id).errors == ["Hãy ghi vì sao hoàn tác."]
    done = giang.follow(giang.post("changes.undo", data={"reason": "nhầm tệp"}, change_id=change.id))
    assert "Đã hoàn tác" in done.text
    assert "nhầm tệp" in done.text
    assert obligations() == 0


def test_somebody_without_the_right_sees_numbers_but_nobody(course, cast, browse):
    imported(browse, cast)
    [change] = db.session.scalars(sa.select(ChangeSet)).all()
    page = browse.as_(cast.an).get("changes.show", change_id=change.id)
    assert "Thêm phải học" in page.text
    assert "Nguyễn Văn An" not in page.soup.main.text
    assert page.soup.select_one("main form") is None


def test_what_stands_in_the_way_is_named(course, cast, browse):
    giang, _ = imported(browse, cast)
    [change] = db.session.scalars(sa.select(ChangeSet)).all()
    requirement = db.session.scalar(sa.select(Obligation.requirement_id).limit(1))
    db.session.add(
        Waiver(
            person_id=cast.an.person_id, requirement_id=requirement, from_on=clock.today(), reason="Nghỉ hưu",
            recorded_at=clock.now(),
        )
    )  # fmt: skip
    db.session.flush()
    page = giang.post("changes.undo", 409, data={"reason": "nhầm"}, change_id=change.id)
    assert "Chưa hoàn tác được, chưa có gì thay đổi" in page.text
    assert obligations() == 6


def test_a_kind_that_needs_a_second_person_waits_for_one(course, cast, browse, monkeypatch):
    approving(monkeypatch, "plan")
    giang, answer = imported(browse, cast)
    page = giang.follow(answer)
    assert obligations() == 0
    assert "Loại thay đổi này cần người thứ hai duyệt." in page.text
    [change] = db.session.scalars(sa.select(ChangeSet)).all()
    refused = giang.follow(giang.post("changes.apply", data={}, change_id=change.id))
    assert "cần người thứ hai duyệt trước khi áp dụng" in refused.text
    service.approve(change, by=SYSTEM, now=clock.now())
    assert "Đã áp dụng" in giang.follow(giang.post("changes.apply", data={}, change_id=change.id)).text
    assert obligations() == 6


def test_a_proposal_can_be_given_up(course, cast, browse):
    giang = browse.as_(cast.giang)
    from tests.plan.access import a_change

    change_id = a_change(cast)["change_id"]
    assert "Chờ áp dụng" in giang.get("changes.show", change_id=change_id).text
    assert giang.get("changes.export", change_id=change_id, kind="xlsx").status == 200
    assert "Đã rút" in giang.follow(giang.post("changes.withdraw", data={}, change_id=change_id)).text
    assert obligations() == 0


AWAY = {"kind": "thai_san", "from_on": "01/11/2026", "last_on": "30/04/2027", "note": ""}


def test_a_plan_is_looked_at_person_by_person_before_it_is_applied(course, cast, browse):
    giang = browse.as_(cast.giang)
    preview = giang.post("plan.import_form", 200, data=upload(SMALL))
    carried = {"sha256": preview.soup.select_one("input[name=sha256]")["value"], "buoc": "tung-nguoi"}
    page = giang.follow(giang.post("plan.import_apply", data=carried))
    assert "Chờ áp dụng" in page.text
    assert "1 yêu cầu đào tạo" in page.text
    assert "Không gửi thư nào. Chứng nhận đã cấp giữ nguyên." in page.text
    assert len(page.table(1)) == 6
    assert obligations() == 0


def test_clock_stops_of_many_people_are_proposed_and_applied_on_a_page_of_their_own(course, cast, browse, monkeypatch):
    imported(browse, cast)
    monkeypatch.setattr("lms.plan.stops.flow.FEW", 1)
    giang = browse.as_(cast.giang)
    people = [cast.an.person_id, cast.binh.person_id]
    page = giang.follow(giang.post("stops.absence_new", data={"nguoi": people, "buoc": "xem", **AWAY}))
    assert page.heading == "Ghi tạm vắng cho 2 người"
    assert [row[3] for row in page.table(1)] == ["Tạm dừng"] * 2
    assert db.session.scalars(sa.select(Absence)).all() == []
    change = db.session.scalars(sa.select(ChangeSet).order_by(ChangeSet.id.desc())).first()
    assert "Đã áp dụng" in giang.follow(giang.post("changes.apply", change_id=change.id)).text
    assert len(db.session.scalars(sa.select(Absence)).all()) == 2
    giang.post("changes.undo", data={"reason": "nhầm"}, change_id=change.id)
    assert db.session.scalars(sa.select(Absence)).all() == []


def test_clock_stops_can_need_a_second_person_too(course, cast, browse, monkeypatch):
    imported(browse, cast)
    approving(monkeypatch, "stops")
    giang = browse.as_(cast.giang)
    people = [cast.an.person_id, cast.binh.person_id]
    data = {"nguoi": people, "buoc": "ghi", **AWAY}
    page = giang.follow(giang.post("stops.absence_new", data=data))
    assert "Loại thay đổi này cần người thứ hai duyệt." in page.text
    assert db.session.scalars(sa.select(Absence)).all() == []
