"""Pages of reforms: upload, look, say who goes where, apply."""

from io import BytesIO

import pytest
import sqlalchemy as sa

from lms.changes import jobs
from lms.identity.models import Role
from lms.organisation import queries
from lms.organisation.models import Posting
from lms.platform.db import db
from lms.platform.jobs.worker import Worker
from tests.factories import make_account, make_person, make_unit
from tests.organisation.test_reforms import DAY, apply, at

FILE = """\
code: thu
title: "Sắp xếp thử"
successions:
  - {old: "a", new: "c", share: partial}
  - {old: "a", new: "d", share: remainder}
"""


@pytest.fixture
def people(cast):
    ward = make_unit(code="a", name="Phường A", parent=cast.city)
    for code in "cd":
        make_unit(code=code, name=f"Phường {code.upper()}", parent=cast.city)
    db.session.flush()
    return [make_person(name=f"Trần Văn {name}", unit=ward) for name in ("Một", "Hai")]


def sent(text, name="thu.yaml", **more):
    return {"file": (BytesIO(text.encode()), name), **more}


def test_a_reform_from_upload_to_the_last_choice(people, cast, browse):
    giang = browse.as_(cast.giang).with_budget(13)
    assert "Sắp xếp đơn vị" in giang.get("organisation.units").links()
    arrived = giang.post("reform.start", data=sent(FILE, on="01/07/2026"))
    page = giang.follow(arrived)
    assert "chia cho Phường C, Phường D" in page.text
    assert page.table(0) == [["Phường A", "Phường D", "2", "2 cần phân công"]]
    assert page.table(1) == [
        ["Phường A", "kết thúc", "2", "–"], ["Phường D", "tiếp tục", "0", "2"],
    ]  # fmt: skip
    assert [row[0].split()[2] for row in page.table(2)] == ["Hai", "Một"]
    number = int(arrived.location.rsplit("/", 1)[1])
    choices = f"Số định danh;Mã đơn vị mới\n{people[0].personal_id};c\n"
    page = giang.follow(giang.post("reform.attach", data=sent(choices, "ds.csv"), file_id=number))
    assert "Đã nhận phân công của 1 người." in page.text
    applied = giang.follow(giang.post("reform.apply_file", file_id=number))
    assert "Đã áp dụng: 2 người đổi đơn vị từ ngày 01/07/2026." in applied.text
    assert applied.heading == "Sắp xếp thử"
    assert applied.table(0) == [["Phường A", "1 người", "1"]]
    assert applied.table(1) == [
        ["Phường A", "Phường C", "một phần", "1"], ["Phường A", "Phường D", "phần còn lại", "1"],
    ]  # fmt: skip
    assert (at(people[0], DAY), at(people[1], DAY)) == (["c"], ["d"])
    reform = queries.reform_of("thu")
    listed = giang.get("reform.waiting_list", reform_id=reform.id).response.get_data(as_text=True)
    assert people[1].personal_id not in listed
    filled = "\n".join(line.replace(";;", ";c;") if "Hai" in line else line for line in listed.splitlines())
    done = giang.follow(giang.post("reform.choose", data=sent(filled, "ds.csv"), reform_id=reform.id))
    assert "Đã phân công 1 người." in done.text
    assert "Không còn ai chờ phân công" in done.text
    assert at(people[1], DAY) == ["c"]
    giang.get("reform.start")
    assert "Đợt sắp xếp này đã được áp dụng." in giang.get("reform.show_file", file_id=number).text


def test_a_wrong_file_is_answered_with_its_lines(people, cast, browse):
    giang = browse.as_(cast.giang).with_budget(13)
    page = giang.post("reform.start", 422, data=sent(FILE.replace('"a"', '"khong"'), on="01/07/2026"))
    assert page.errors[0].startswith("thu.yaml:4: Không có đơn vị mã “khong”")
    number = int(giang.post("reform.start", data=sent(FILE, on="01/07/2026")).location.rsplit("/", 1)[1])
    page = giang.post("reform.attach", 422, data=sent("Số định danh;Mã đơn vị mới\n001;c\n", "ds.csv"), file_id=number)
    assert page.errors == ["ds.csv:2: Số định danh cần đủ 12 chữ số. Nếu mất số 0 ở đầu, hãy đặt cột ở dạng Văn bản."]


@pytest.mark.parametrize("kind", ["yaml", "csv", "xlsx"])
def test_each_sample_file_can_be_tried_as_it_is(cast, browse, kind):
    for n in range(6):
        make_person(unit=make_unit(code=f"w{n}", name=f"Phường Thứ {n}", parent=cast.city))
    giang = browse.as_(cast.giang).with_budget(13)
    file = giang.get("reform.sample", kind=kind).response
    name = file.headers["Content-Disposition"].split('"')[1]
    upload = {"file": (BytesIO(file.data), name), "on": "01/12/2026"}
    page = giang.follow(giang.post("reform.start", data=upload))
    fates = {row[0]: row[1] for row in page.table(1)}
    assert fates["Phường Ví Dụ"] == "lập mới"
    assert list(fates.values()).count("kết thúc") == 4
    assert "giải thể, không có đơn vị kế thừa" in page.text
    assert "(tên mới)" in page.text


def test_a_word_that_is_not_known_is_answered_with_those_that_are(people, cast, browse):
    giang = browse.as_(cast.giang).with_budget(13)
    page = giang.post("reform.start", 422, data=sent("renamings:\n  - {unit: a, name: B}\n", on="01/07/2026"))
    assert page.errors[0] == (
        "thu.yaml:1: Không có mục tên “renamings”. Có phải anh/chị định ghi “renames”? "
        "Các mục dùng được: code, title, decision, units, successions, renames, moves."
    )
    page = giang.post("reform.start", 422, data=sent("moves:\n  - {unit: a, parrent: c}\n", on="01/07/2026"))
    assert "Có phải anh/chị định ghi “parent”? Các mục dùng được: unit, parent." in page.errors[0]
    page = giang.post("reform.start", 422, data=sent("moves: a\n", on="01/07/2026"))
    assert "Mục “moves” cần là một danh sách" in page.errors[0]
    wrong = "units:\n  - {code: x, name: X, kind: lang, parent: tp-ha-noi}\n"
    page = giang.post("reform.start", 422, data=sent(wrong, on="01/07/2026"))
    assert "Loại “lang” không dùng được. Hãy ghi một trong: thanh_pho" in page.errors[0]


def test_a_reform_on_record_shows_what_it_did(people, cast, browse):
    ward = queries.unit_on("a", DAY)
    make_account(person=make_person(name="Lê Thị Vai", unit=cast.city), role=Role.HR, at=ward)
    lone = make_unit(code="e", name="Phường E", parent=cast.city)
    make_account(person=make_person(name="Bùi Văn Hết", unit=cast.city), role=Role.HR, at=lone)
    text = """\
code: ghi-lai
title: "Nhập A vào C"
successions:
  - {old: "a", new: "c"}
  - {old: "e"}
renames:
  - {unit: "d", name: "Phường Đê"}
moves:
  - {unit: "c", parent: "d"}
"""
    giang = browse.as_(cast.giang).with_budget(13)
    number = int(giang.post("reform.start", data=sent(text, on="01/07/2026")).location.rsplit("/", 1)[1])
    page = giang.follow(giang.post("reform.apply_file", file_id=number))
    assert page.table(0) == [
        ["Phường A", "Phường C", "toàn bộ", "2"], ["Phường E", "giải thể, không có đơn vị kế thừa", "–", "0"],
    ]  # fmt: skip
    assert "Phường D đổi tên thành Phường Đê" in page.text
    assert "Phường C từ Thành phố Hà Nội về trực thuộc Phường Đê" in page.text
    assert page.table(1) == [
        ["Lê Thị Vai", "cán bộ nhân sự", "Phường A", "chuyển sang Phường C"],
        ["Bùi Văn Hết", "cán bộ nhân sự", "Phường E", "kết thúc cùng đơn vị"],
    ]  # fmt: skip
    assert "Phân công đơn vị mới" not in page.text


def looked_at(giang, app):
    """A reform of many people, proposed and previewed by a worker: number of the file, of the change set."""
    number = int(giang.post("reform.start", data=sent(FILE, on="01/07/2026")).location.rsplit("/", 1)[1])
    page = giang.get("reform.show_file", file_id=number)
    assert "Đợt này chuyển 2 người" in page.text
    assert "Áp dụng từ ngày" not in page.text
    change_id = int(giang.post("reform.apply_file", file_id=number).location.rsplit("/", 1)[1])
    assert "Đang được xử lý trong nền" in giang.get("changes.show", change_id=change_id).text
    worked_off(app, change_id)
    assert "Chờ áp dụng" in giang.get("changes.show", change_id=change_id).text
    return number, change_id


def test_a_reform_of_many_people_is_looked_at_and_carried_out_by_a_worker(people, cast, browse, app, monkeypatch):
    monkeypatch.setattr("lms.changes.jobs.MANY", 1)
    giang = browse.as_(cast.giang).with_budget(13)
    number, change_id = looked_at(giang, app)
    asked = giang.post("changes.apply", change_id=change_id)
    assert giang.post("changes.apply", 409, change_id=change_id).status == 409
    assert giang.follow(asked).heading == "Sắp xếp đơn vị, tệp “thu.yaml”"
    assert at(people[0], DAY) == ["a"]
    worked_off(app, change_id)
    assert "Đã xong" in giang.follow(asked).text
    assert [at(person, DAY) for person in people] == [["d"], ["d"]]
    assert "Đợt sắp xếp này đã được áp dụng." in giang.get("reform.show_file", file_id=number).text


def test_a_reform_that_no_longer_fits_is_given_up_and_leaves_nothing(people, cast, browse, app, monkeypatch):
    monkeypatch.setattr("lms.changes.jobs.MANY", 1)
    giang = browse.as_(cast.giang).with_budget(13)
    _number, change_id = looked_at(giang, app)
    giang.post("changes.apply", change_id=change_id)
    apply(FILE.replace("code: thu", "code: khac"))
    moved = db.session.scalar(sa.select(sa.func.count()).select_from(Posting))
    worked_off(app, change_id)
    page = giang.get("changes.show", change_id=change_id)
    assert "Chưa làm được" in page.text
    assert "thu.yaml:4: Không có đơn vị mã “a”" in page.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Posting)) == moved


def worked_off(app, change_id):
    """Let a worker work until nothing is to be done with the change set."""
    for _ in range(20):
        if jobs.under_way(change_id) is None:
            return
        Worker(app).step(with_heartbeat=False)
        db.session.expire_all()
    raise AssertionError("the worker did not get to it")
