"""Accounts and roles, as those who manage them meet them."""

from datetime import timedelta

import pytest

from lms.identity.models import Account, Grant, Invitation, Role
from lms.platform.db import db
from tests.conftest import TODAY
from tests.factories import make_account, make_person
from tests.identity.signing import sign_in
from tests.pages import Browse


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
