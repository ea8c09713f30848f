"""Invitations by letter, printed codes and forgotten passwords, as people meet them."""

import re
from datetime import timedelta

from lms.identity import service
from lms.identity.models import Invitation
from lms.notifications.models import Letter
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.conftest import NOW, TODAY
from tests.factories import make_person
from tests.identity.signing import OTHER, PASSWORD, sign_in
from tests.pages import Browse


def link_in(letter: Letter) -> str:
    return re.search(r"http://[^\s]+(/kich-hoat/[^\s]+)", letter.body)[1]


def test_an_invitation_opens_the_account_once(browse, cast, with_mail, app):
    person = make_person(name="Ngô Thị Lụa", unit=cast.ward)
    page = browse.as_(cast.binh).post("identity.invite", data={"nguoi": [person.id]})
    assert page.location == "/tai-khoan"
    letter = db.session.scalars(db.select(Letter)).one()
    assert letter.recipient == person.email
    assert "Kính gửi Ngô Thị Lụa" in letter.body
    address = link_in(letter)
    kept = db.session.scalars(db.select(Invitation)).one()
    assert address.rpartition("/")[2] not in kept.token_hash

    for _ in range(2):
        assert browse.get(address).heading == "Đặt mật khẩu"
    weak = browse.post(address, 422, data={"new_password": "1234567890", "again_password": "1234567890"})
    assert "chỉ gồm chữ số" in weak.errors[0]
    landed = browse.post(address, data={"new_password": PASSWORD, "again_password": PASSWORD})
    assert landed.location == "/du-lieu-ca-nhan"
    assert "Ngô Thị Lụa" in browse.follow(landed).text

    later = Browse(app).get(address, 410)
    assert "đã được dùng" in later.text
    Browse(app).post(address, 410, data={"new_password": OTHER, "again_password": OTHER})
    sign_in(Browse(app), person.email)


def test_an_invitation_is_worth_nothing_after_three_days(browse, cast, at_eight_in_the_morning):
    link = service.one_time_link(cast.an, by=SYSTEM, today=TODAY, now=NOW).removeprefix("http://127.0.0.1:8000")
    browse.get(link)
    at_eight_in_the_morning(NOW + timedelta(hours=72))
    assert "hết hạn" in browse.get(link, 410).text


def test_a_newer_link_ends_the_earlier_one(browse, cast):
    first, second = (
        service.one_time_link(cast.an, by=SYSTEM, today=TODAY, now=NOW).removeprefix("http://127.0.0.1:8000")
        for _ in range(2)
    )
    browse.get(first, 410)
    browse.get(second)


def test_who_cannot_be_invited_is_counted_with_the_reason(browse, cast, with_mail, an):
    nobody = make_person(unit=cast.ward)
    nobody.email = ""
    page = browse.as_(cast.binh)
    page.post("identity.invite", data={"nguoi": [nobody.id, an.person_id]})
    text = page.get("identity.accounts").text
    assert "1 người chưa có thư điện tử riêng" in text
    assert "1 người đã dùng tài khoản" in text
    assert db.session.scalars(db.select(Letter)).all() == []


def test_without_a_mail_server_the_page_points_to_codes(browse, cast):
    page = browse.as_(cast.binh).get("identity.accounts")
    assert "Chưa cấu hình máy chủ thư" in page.text
    assert "Gửi thư mời" not in page.text
    assert "Chưa cấu hình máy chủ thư" not in browse.as_(cast.binh).get("identity.change_password").text


def codes_of(pdf: bytes) -> dict[str, str]:
    """Login → code, read back from the printed sheet."""
    import io

    from pypdf import PdfReader

    text = "\n".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(pdf)).pages)
    pairs = re.findall(r"Tên đăng nhập\s+(\S+)\s+Mã dùng một lần\s+(\S{4}-\S{4}-\S{4})", text)
    return dict(pairs)


def test_codes_are_printed_for_a_department_and_open_each_account_once(browse, cast, app, audited):
    people = [make_person(unit=cast.ward, department="Tổ Văn thư") for _ in range(3)]
    people[0].email = ""
    people[1].email, people[1].staff_code = "", "HS-007"
    make_person(unit=cast.ward, department="Tổ Kế toán")
    data = {"don_vi": cast.ward.id, "phong": "Tổ Văn thư"}
    sheet = browse.as_(cast.binh).post("identity.codes_pdf", 200, data=data)
    assert sheet.response.mimetype == "application/pdf"
    codes = codes_of(sheet.response.data)
    assert len(codes) == 3
    assert len(set(codes.values())) == 3
    assert {"hs-007", people[2].email} < set(codes)
    assert audited()[-2:] == ["identity:account:made", "identity:account:codes-printed"]

    typed = {"login": "HS-007", "code": codes["hs-007"].lower(), "new_password": PASSWORD, "again_password": PASSWORD}
    wrong = Browse(app).post("identity.first_time", 422, data={**typed, "code": "AAAA-AAAA-AAAA"})
    assert "mã chưa đúng" in wrong.errors[0]
    other = Browse(app).post("identity.first_time", 422, data={**typed, "login": people[2].email})
    assert "mã chưa đúng" in other.errors[0]
    assert browse.post("identity.first_time", data=typed).location == "/du-lieu-ca-nhan"
    again = Browse(app).post("identity.first_time", 422, data=typed)
    assert "đã được dùng" in again.errors[0]
    sign_in(Browse(app), "hs-007")


def test_printing_again_ends_the_earlier_codes(browse, cast, app):
    binh = browse.as_(cast.binh)
    first, second = (
        codes_of(binh.post("identity.codes_pdf", 200, data={"nguoi": [cast.an.person_id]}).response.data)[cast.an.login]
        for _ in range(2)
    )
    typed = {"login": cast.an.login, "code": first, "new_password": PASSWORD, "again_password": PASSWORD}
    assert "hết hạn" in Browse(app).post("identity.first_time", 422, data=typed).errors[0]
    Browse(app).post("identity.first_time", data={**typed, "code": second})


def test_a_forgotten_password_is_answered_the_same_for_everybody(browse, an, at_eight_in_the_morning):
    answers = []
    for login in (an.login, "khong.co@example.gov.vn"):
        visitor = Browse(browse.app)
        landed = visitor.post("identity.forgot", data={"login": login})
        answers.append(visitor.follow(landed).text)
    assert answers[0] == answers[1]
    letter = db.session.scalars(db.select(Letter)).one()
    assert letter.recipient == an.email
    browse.post("identity.forgot", data={"login": an.login})
    assert len(db.session.scalars(db.select(Letter)).all()) == 1, "one letter in five minutes"
    at_eight_in_the_morning(NOW + timedelta(minutes=5))
    browse.post("identity.forgot", data={"login": an.login})
    assert len(db.session.scalars(db.select(Letter)).all()) == 2
    sign_in(Browse(browse.app), an.login)
