"""Signing in, first steps, passwords, accounts and grants as people meet them."""

import re
from datetime import timedelta

import pytest

from lms.audit.models import AuditEvent
from lms.identity import service
from lms.identity.models import Account, Grant, Invitation, Role
from lms.notifications.models import Letter
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.conftest import NOW, TODAY
from tests.factories import make_account, make_person
from tests.pages import Browse

PASSWORD = "cá rô kho tộ ngon"
OTHER = "chuồn chuồn bay thấp"


@pytest.fixture
def with_mail(app):
    """A mail server is set up (nothing is sent by the pages themselves)."""
    from dataclasses import replace

    settings = app.config["LMS"]
    app.config["LMS"] = replace(settings, mail_host="127.0.0.1")
    yield
    app.config["LMS"] = settings


@pytest.fixture
def an(cast):
    """An's account, with a password."""
    service.set_password(cast.an, password=PASSWORD, by=SYSTEM, today=TODAY)
    return cast.an


def sign_in(browse, login, password=PASSWORD, status=303):
    return browse.post("identity.sign_in", status, data={"login": login, "password": password})


def test_a_person_signs_in_and_lands_on_the_page_asked_for(browse, an):
    asked = browse.get("identity.change_password", 302)
    assert asked.location == "/dang-nhap"
    landed = sign_in(browse, an.login.upper())
    assert landed.location == "/doi-mat-khau"
    assert an.person_id is not None
    assert "Đặng Thị An" in browse.follow(landed).text


def test_signing_in_is_logged_with_who_and_when(browse, an, audited):
    sign_in(browse, an.login)
    assert audited()[-1] == "identity:session:begun"
    event = db.session.scalars(db.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert (event.actor, event.account_id, event.address) == ("Đặng Thị An", an.id, "127.0.0.1")


def test_two_people_signed_in_one_after_the_other_are_two(browse, cast, an):
    service.set_password(cast.chi, password=PASSWORD, by=SYSTEM, today=TODAY)
    sign_in(browse, an.login)
    assert "Đặng Thị An" in browse.get("identity.notice").text
    browse.post("identity.sign_out")
    sign_in(browse, cast.chi.login)
    page = browse.get("identity.notice")
    assert "Lê Thị Chi" in page.text
    assert "Đặng Thị An" not in page.text


def test_five_wrong_passwords_lock_for_a_quarter_of_an_hour(browse, an, at_eight_in_the_morning, audited):
    for left in (4, 3, 2, 1):
        page = sign_in(browse, an.login, "sai hoàn toàn", 422)
        assert page.errors == [f"Tên đăng nhập hoặc mật khẩu chưa đúng. Còn {left} lần thử trước khi tạm khóa 15 phút."]
    assert "Chờ 15 phút" in sign_in(browse, an.login, "sai hoàn toàn", 422).errors[0]
    assert audited()[-1] == "identity:account:locked"
    at_eight_in_the_morning(NOW + timedelta(minutes=14))
    assert "Chờ 1 phút" in sign_in(browse, an.login, PASSWORD, 422).errors[0]
    at_eight_in_the_morning(NOW + timedelta(minutes=15))
    sign_in(browse, an.login)


def test_an_account_that_does_not_exist_is_answered_in_the_same_words(browse, an):
    for _ in range(6):
        known = sign_in(browse, an.login, "sai hoàn toàn", 422)
        unknown = sign_in(browse, "khong.co.ai@example.gov.vn", "sai hoàn toàn", 422)
        assert known.errors == unknown.errors
    assert len(known.errors) == 1


def test_an_account_without_password_opens_with_none(browse, cast):
    assert cast.an.password_hash == ""
    sign_in(browse, cast.an.login, "", 422)
    sign_in(browse, cast.an.login, "mật khẩu của không ai cả", 422)


def test_a_closed_account_says_so_only_to_who_knows_the_password(browse, an, cast):
    service.disable(an, by=SYSTEM, today=TODAY, now=NOW)
    assert "Còn 4 lần thử" in sign_in(browse, an.login, "sai hoàn toàn", 422).errors[0]
    assert "đã ngừng" in sign_in(browse, an.login, PASSWORD, 422).errors[0]


def test_idle_for_too_long_ends_the_session_and_says_so(browse, an, at_eight_in_the_morning):
    sign_in(browse, an.login)
    at_eight_in_the_morning(NOW + timedelta(minutes=29))
    browse.get("identity.notice")
    at_eight_in_the_morning(NOW + timedelta(minutes=58))
    browse.get("identity.notice")
    at_eight_in_the_morning(NOW + timedelta(minutes=89))
    away = browse.get("identity.notice", 302)
    page = browse.follow(away)
    assert "tự kết thúc sau 30 phút" in page.text
    assert sign_in(browse, an.login).location == "/du-lieu-ca-nhan"


def test_even_a_busy_session_ends_after_half_a_day(browse, an, at_eight_in_the_morning):
    sign_in(browse, an.login)
    for minutes in range(20, 12 * 60 + 1, 20):
        at_eight_in_the_morning(NOW + timedelta(minutes=minutes))
        browse.get("identity.notice")
    at_eight_in_the_morning(NOW + timedelta(minutes=12 * 60 + 10))
    browse.get("identity.notice", 302)


def test_a_foreign_address_is_never_gone_to(browse, an):
    with browse.client.session_transaction() as cookie:
        cookie["next"] = "//evil.example/dang-nhap"
    assert sign_in(browse, an.login).location == "/"


def test_signing_in_drops_what_the_cookie_held_before(browse, an):
    with browse.client.session_transaction() as cookie:
        cookie["planted"] = "x"
    sign_in(browse, an.login)
    with browse.client.session_transaction() as cookie:
        assert "planted" not in cookie


def test_forms_without_the_token_are_refused(app, browse, an):
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        refused = browse.post("identity.sign_in", 400, data={"login": an.login, "password": PASSWORD})
        assert refused.heading == "Yêu cầu chưa đọc được"
        page = browse.get("identity.sign_in")
        token = page.soup.select_one("input[name=csrf_token]")["value"]
        browse.post("identity.sign_in", data={"login": an.login, "password": PASSWORD, "csrf_token": token})
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def test_pages_carry_the_security_headers_and_a_guarded_cookie(browse, an):
    headers = browse.get("identity.sign_in").response.headers
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    cookie = sign_in(browse, an.login).response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_too_many_tries_from_one_address_are_slowed_down(app, browse, session):
    from lms.platform.rates import limiter

    limiter.enabled = True
    limiter.reset()
    try:
        for number in range(60):
            browse.post("identity.sign_in", 422, data={"login": f"nguoi{number}", "password": "x"})
        page = browse.post("identity.sign_in", 429, data={"login": "an", "password": "x"})
        assert page.response.headers["Retry-After"]
    finally:
        limiter.enabled = False
        limiter.reset()


def test_the_first_sign_in_leads_through_password_and_notice(browse, an):
    an.must_change, an.notice_seen_at = True, None
    browse.get("identity.accounts", 302)
    landed = sign_in(browse, an.login)
    assert landed.location == "/doi-mat-khau"
    assert browse.get("identity.grants", 302).location == "/doi-mat-khau"
    typed = {"present_password": PASSWORD, "new_password": OTHER, "again_password": OTHER}
    landed = browse.post("identity.change_password", data=typed)
    assert landed.location == "/du-lieu-ca-nhan"
    page = browse.follow(landed)
    assert "không phải xin đồng ý" in page.text
    assert browse.post("identity.notice", data={}).location == "/tai-khoan"
    db.session.refresh(an)
    assert an.notice_seen_at == NOW
    assert browse.get("identity.notice").soup.select_one("main form") is None


def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one(app, browse, an):
    elsewhere = Browse(app)
    sign_in(elsewhere, an.login)
    elsewhere.get("identity.notice")
    sign_in(browse, an.login)
    typed = {"present_password": PASSWORD, "new_password": OTHER, "again_password": OTHER}
    browse.post("identity.change_password", data=typed)
    browse.get("identity.notice")
    elsewhere.get("identity.notice", 302)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"present_password": "sai rồi nhé"}, "Còn 4 lần thử"),
        ({"again_password": "khác hẳn nhau"}, "chưa giống nhau"),
        ({"new_password": "ngắn quá", "again_password": "ngắn quá"}, "ít nhất 10 ký tự"),
        ({"new_password": PASSWORD, "again_password": PASSWORD}, "phải khác mật khẩu đang dùng"),
        ({"new_password": "Thị An Hà Nội", "again_password": "Thị An Hà Nội"}, "không được chứa tên"),
    ],
)
def test_a_password_that_will_not_do_is_refused_in_one_sentence(browse, an, typed, sentence):
    sign_in(browse, an.login)
    filled = {"present_password": PASSWORD, "new_password": OTHER, "again_password": OTHER, **typed}
    page = browse.post("identity.change_password", 422, data=filled)
    assert len(page.errors) == 1
    assert sentence in page.errors[0]
    sign_in(Browse(browse.app), an.login)


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


def test_hr_sees_the_people_of_its_units_and_nobody_else(browse, cast):
    page = browse.as_(cast.binh).get("identity.accounts")
    assert [row[1].split("Chuyên viên")[0].strip() for row in page.table()] == ["Đặng Thị An", "Trần Văn Bình"]
    everyone = browse.as_(cast.giang).get("identity.accounts")
    assert len(everyone.table()) == 6


def test_the_list_narrows_by_state_name_and_department(browse, cast, an):
    make_person(name="Đỗ Minh Ánh", unit=cast.ward, department="Tổ Văn thư")
    binh = browse.as_(cast.binh)
    assert len(binh.get("identity.accounts", trang_thai="chua_co").table()) == 1
    assert len(binh.get("identity.accounts", trang_thai="dang_dung").table()) == 1
    assert len(binh.get("identity.accounts", tim="do anh").table()) == 1
    page = binh.get("identity.accounts", don_vi=cast.ward.id, phong="Tổ Văn thư")
    assert len(page.table()) == 1
    assert "In mã cho phòng này" in page.text
    assert "Không có ai khớp" in binh.get("identity.accounts", tim="zzz").text


def test_who_left_but_still_has_an_account_stays_in_sight(browse, cast):
    gone = make_person(name="Lý Văn Đi", unit=cast.ward, to_on=TODAY - timedelta(days=3))
    without = make_person(name="Lý Văn Không", unit=cast.ward, to_on=TODAY - timedelta(days=3))
    make_account(person=gone)
    text = browse.as_(cast.binh).get("identity.accounts").text
    assert "đã rời đơn vị từ 21/11/2026" in text
    assert without.full_name not in text


def test_an_account_is_closed_and_opened_again(browse, cast, an, audited):
    sign_in(browse, an.login)
    browse.get("identity.notice")
    binh = Browse(browse.app).as_(cast.binh)
    binh.post("identity.disable", account_id=an.id)
    browse.get("identity.notice", 302)
    assert "Đã ngừng tài khoản" in binh.get("identity.accounts").text
    binh.post("identity.enable", account_id=an.id)
    sign_in(Browse(browse.app), an.login)
    assert {"identity:account:disabled", "identity:account:enabled"} < set(audited())


def test_hr_unlocks_before_the_time(browse, cast, an):
    for _ in range(5):
        sign_in(browse, an.login, "sai hoàn toàn", 422)
    binh = Browse(browse.app).as_(cast.binh)
    assert "Bị khóa" in binh.get("identity.accounts").text
    binh.post("identity.unlock", account_id=an.id)
    sign_in(browse, an.login)


def test_nobody_closes_the_own_account(browse, cast):
    binh = browse.as_(cast.binh)
    binh.post("identity.disable", account_id=cast.binh.id)
    assert "của chính mình" in binh.get("identity.accounts").text


@pytest.mark.parametrize("role", [Role.HR, Role.ADMINISTRATOR])
def test_hr_does_not_touch_who_holds_a_higher_office(browse, cast, role):
    """A printed code would otherwise be a way to a higher office."""
    chief = make_account(person=make_person(name="Phan Văn Trên", unit=cast.ward), role=role, at=cast.city)
    binh = browse.as_(cast.binh)
    assert "cấp trên quản lý" in binh.get("identity.accounts", tim="tren").text
    for act in ("disable", "enable", "unlock"):
        binh.post(f"identity.{act}", 403, account_id=chief.id)
    binh.post("identity.codes_pdf", 303, data={"nguoi": [chief.person_id]})
    assert "Không có ai cần mã" in binh.get("identity.accounts").text
    assert db.session.scalars(db.select(Invitation)).all() == []


def test_an_administrator_of_the_own_unit_is_out_of_reach_of_its_hr(browse, cast):
    local = make_account(person=make_person(unit=cast.ward), role=Role.ADMINISTRATOR, at=cast.ward)
    browse.as_(cast.binh).post("identity.disable", 403, account_id=local.id)
    browse.as_(cast.giang).post("identity.disable", account_id=local.id)


def test_a_role_is_given_holds_below_and_is_taken_back_at_once(browse, cast, audited):
    giang = browse.as_(cast.giang)
    form = giang.get("identity.give_grant", tim="an thi").soup
    value = form.select_one("input[name=who]")["value"]
    giang.post(
        "identity.give_grant", tim="dang thi an", data={"who": value, "role": "nhan_su", "unit": cast.district.id}
    )
    an = browse.as_(cast.an)
    assert "Trần Văn Bình" in an.get("identity.accounts").text
    again = giang.post(
        "identity.give_grant", 422, tim="dang thi an", data={"who": value, "role": "nhan_su", "unit": cast.district.id}
    )
    assert "đang giữ đúng vai trò đó" in again.errors[0]
    grant = db.session.scalars(db.select(Grant).where(Grant.account_id == cast.an.id)).one()
    giang.post("identity.end_grant", grant_id=grant.id)
    an.get("identity.accounts", 403)
    assert "Đặng Thị An" not in giang.get("identity.grants").text
    assert audited()[-2:] == ["identity:grant:given", "identity:grant:ended"]


def test_whoever_has_left_is_not_offered_a_role(browse, cast):
    make_person(name="Lý Thị Ra Đi", unit=cast.ward, to_on=TODAY)
    make_person(name="Lý Thị Ở Lại", unit=cast.ward)
    page = browse.as_(cast.giang).get("identity.give_grant", tim="ly thi")
    assert "Lý Thị Ở Lại" in page.text
    assert "Lý Thị Ra Đi" not in page.text


def test_a_role_for_somebody_without_account_makes_the_account(browse, cast):
    person = make_person(name="Tạ Bích Loan", unit=cast.other)
    data = {"who": f"p{person.id}", "role": "lanh_dao", "unit": cast.other.id}
    browse.as_(cast.giang).post("identity.give_grant", tim="bich loan", data=data)
    account = db.session.scalars(db.select(Account).where(Account.person_id == person.id)).one()
    assert db.session.scalars(db.select(Grant.role).where(Grant.account_id == account.id)).all() == ["lanh_dao"]


def test_a_local_administrator_gives_roles_below_only(browse, cast):
    cast_local = make_account(person=make_person(unit=cast.district), role=Role.ADMINISTRATOR, at=cast.district)
    local = browse.as_(cast_local)
    page = local.get("identity.give_grant", tim="an")
    units = {option.get_text() for option in page.soup.select("select[name=unit] option[value]")}
    assert units == {"Chọn đơn vị", "Phường Ba Đình", "Trường Tiểu học Hoa Sen"}
    data = {"who": f"a{cast.an.id}", "role": "nhan_su", "unit": cast.city.id}
    local.post("identity.give_grant", 422, tim="an", data=data)
    top = db.session.scalars(db.select(Grant.id).where(Grant.account_id == cast.giang.id)).one()
    local.post("identity.end_grant", 404, grant_id=top)
    assert "Vũ Trường Giang" not in local.get("identity.give_grant", tim="giang").text


def test_the_own_last_administrators_role_stays(browse, cast):
    giang = browse.as_(cast.giang)
    own = db.session.scalars(db.select(Grant.id).where(Grant.account_id == cast.giang.id)).one()
    giang.post("identity.end_grant", grant_id=own)
    assert "quản trị cuối cùng" in giang.get("identity.grants").text


def test_nothing_personal_but_what_the_reader_typed_stands_in_addresses(browse, cast):
    page = browse.as_(cast.binh).get("identity.accounts")
    person = cast.person("an")
    for address in page.links().values():
        assert person.personal_id not in address
    assert person.personal_id not in page.text
    assert "001•••••••" in page.text or f"{person.personal_id[:3]}•" in page.text
