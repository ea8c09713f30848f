"""Pages that belong to no domain."""

import pytest
from flask import url_for
from sqlalchemy.exc import OperationalError

from lms.platform import pages


def test_the_style_page_shows_every_component(browse, session):
    page = browse.get("platform.style")
    assert page.heading == "Mẫu thành phần"
    assert page.errors == [
        "Cần điền mục này.",
        "Ngày chưa đúng. Hãy ghi ngày/tháng/năm có trong lịch, ví dụ 05/03/2026.",
    ]


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 422, 429, 500, 503])
def test_every_error_has_a_page_that_says_what_to_do(app, status):
    with app.test_request_context("/"):
        response = pages.error_page(status)
    text = response.get_data(as_text=True)
    assert response.status_code == status
    assert "Về trang đầu" in text
    assert str(status) in text


def test_what_was_typed_is_still_there_after_an_error(app):
    with app.test_request_context("/", method="POST", data={"ghi_chu": "Cuộc họp thứ Năm", "password": "bi-mat"}):
        text = pages.error_page(400).get_data(as_text=True)
    assert "Cuộc họp thứ Năm" in text
    assert "bi-mat" not in text


def test_a_database_that_is_away_is_told_with_503(app, browse, session, monkeypatch):
    def away(*_args):
        raise OperationalError("SELECT 1", {}, Exception("connection refused"))

    monkeypatch.setattr(session, "execute", away)
    page = browse.get("/khoe", 503)
    assert page.heading == "Cơ sở dữ liệu đang tạm gián đoạn"
    assert page.response.headers["Retry-After"] == "60"


def test_no_page_may_be_framed_or_run_foreign_scripts(browse, session):
    headers = browse.get("platform.style").response.headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_static_file_is_compressed_and_kept_for_a_year_under_its_hash(app, browse, session):
    with app.test_request_context():
        address = pages.asset("site.css")
    response = browse.client.get(address, headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert "immutable" in response.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["../config.py", "vendor/../../config.py", "khong-co.css"])
def test_nothing_outside_the_static_folder_is_served(browse, session, name):
    browse.get(f"/tinh/{name}", 404)


def test_a_long_page_is_compressed_for_a_browser_that_takes_it(browse, session):
    plain = browse.client.get("/_ui")
    packed = browse.client.get("/_ui", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(plain.data) / 3


@pytest.mark.parametrize(
    "back", ["//example.com", "/\\example.com", "/\t/example.com", "https://example.com", "/a\nb", ""]
)
def test_choosing_an_appearance_leads_nowhere_but_back(browse, session, back):
    assert browse.post("platform.appearance", data={"ve": back, "giao_dien": "dark"}).location == "/"


def test_a_long_address_does_not_burst_the_cookie_of_the_sign_in_form(browse, session):
    hardly_compressible = "".join(str(number**3) for number in range(600))
    page = browse.get(f"/nhan-su?tim={hardly_compressible}", 302)
    assert page.location == "/dang-nhap"
    assert sum(len(value) for value in page.response.headers.getlist("Set-Cookie")) < 1000


def test_every_unsafe_address_refuses_a_form_without_the_token(app, browse, cast, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    giang, let_through = browse.as_(cast.giang), []
    for rule in app.url_map.iter_rules():
        if rule.methods & {"POST", "PUT", "PATCH", "DELETE"}:
            with app.test_request_context():
                address = url_for(rule.endpoint, **dict.fromkeys(rule.arguments, 1))
            if giang.client.post(address, headers={"X-Requested-With": "fetch"}).status_code != 400:
                let_through.append(address)
    assert not let_through
