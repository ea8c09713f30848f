"""Signing in, first steps and passwords as people meet them."""

from datetime import timedelta

import pytest

from lms.audit.models import AuditEvent
from lms.identity import service
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.conftest import NOW, TODAY
from tests.identity.signing import OTHER, PASSWORD, sign_in
from tests.pages import Browse


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
