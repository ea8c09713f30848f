"""Accounts made from people, passwords, and the commands that start a city."""

import re

import pytest
from argon2 import PasswordHasher

from lms.identity import queries, service
from lms.identity.models import Account, Grant, Invitation, Role, UnknownLogin
from lms.identity.rules import Weakness
from lms.identity.service.passwords import is_outdated
from lms.platform.access import Permission
from lms.platform.db import db
from lms.platform.events import SYSTEM
from lms.platform.forms import Refused
from tests.conftest import NOW, TODAY
from tests.factories import make_person

PASSWORD = "cá rô kho tộ ngon"


def test_two_people_with_one_mailbox_get_two_accounts_and_one_address(cast):
    first, second = make_person(unit=cast.ward), make_person(unit=cast.ward)
    first.email = second.email = "VanThu@example.gov.vn"
    second.staff_code = "HS 12"
    db.session.flush()
    made = service.create_accounts([first, second], by=SYSTEM, now=NOW)
    assert (made[first.id].login, made[first.id].email) == ("vanthu@example.gov.vn", "vanthu@example.gov.vn")
    assert (made[second.id].login, made[second.id].email) == ("hs12", "")


def test_many_accounts_take_as_many_statements_as_one(cast, app):
    from tests.pages import _counting

    def statements(count):
        people = [make_person(unit=cast.ward) for _ in range(count)]
        rows = queries.people_chosen(Asker(cast), [person.id for person in people], today=TODAY, now=NOW)
        with _counting() as seen:
            assert len(service.issue_codes(rows, by=SYSTEM, now=NOW)) == count
        return len(seen)

    assert statements(1) == statements(40)


class Asker:
    """Somebody who manages accounts at the city."""

    is_authenticated, account_id, person_id, name = True, None, None, "Người hỏi"

    def __init__(self, cast):
        self.root = cast.city.id

    def roots(self, permission):
        return frozenset({self.root})


def test_codes_and_links_are_kept_as_hashes_only(cast):
    rows = queries.people_chosen(Asker(cast), [cast.an.person_id], today=TODAY, now=NOW)
    (slip,) = service.issue_codes(rows, by=SYSTEM, now=NOW)
    link = service.one_time_link(cast.binh, by=SYSTEM, today=TODAY, now=NOW)
    for kept in db.session.scalars(db.select(Invitation.token_hash)):
        assert re.fullmatch(r"[0-9a-f]{64}", kept)
        assert slip.code not in kept
        assert kept not in link


def test_passwords_are_argon2id_and_hashed_anew_when_the_parameters_change(cast):
    service.set_password(cast.an, password=PASSWORD, by=SYSTEM, today=TODAY)
    assert cast.an.password_hash.startswith("$argon2id$")
    cast.an.password_hash = old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    assert is_outdated(old)
    service.authenticate(cast.an.login, password=PASSWORD, today=TODAY, now=NOW)
    assert cast.an.password_hash != old
    assert not is_outdated(cast.an.password_hash)


def test_a_password_typed_with_loose_marks_is_the_same(cast):
    import unicodedata

    service.set_password(cast.an, password=unicodedata.normalize("NFD", PASSWORD), by=SYSTEM, today=TODAY)
    service.authenticate(cast.an.login, password=unicodedata.normalize("NFC", PASSWORD), today=TODAY, now=NOW)


def test_the_rules_know_the_name_behind_the_account(cast):
    with pytest.raises(Refused) as refused:
        service.set_password(cast.an, password="Đặng Thị An 1990", by=SYSTEM, today=TODAY)
    assert refused.value.reason is Weakness.NAMES_YOU


def test_unknown_logins_are_forgotten_and_never_kept_in_words(cast):
    for login in ("ma@example.gov.vn", "quy@example.gov.vn"):
        with pytest.raises(service.NotSignedIn):
            service.authenticate(login, password="x", today=TODAY, now=NOW)
    kept = db.session.scalars(db.select(UnknownLogin.login_hash)).all()
    assert len(kept) == 2
    assert not any("@" in login for login in kept)
    from datetime import timedelta

    with pytest.raises(service.NotSignedIn):
        service.authenticate("than@example.gov.vn", password="x", today=TODAY, now=NOW + timedelta(hours=2))
    assert len(db.session.scalars(db.select(UnknownLogin.login_hash)).all()) == 1


def test_a_role_taken_back_on_its_first_day_does_not_hold_that_day(cast):
    grant = service.give_grant(cast.an, role=Role.HR, unit_id=cast.ward.id, by=SYSTEM, today=TODAY, now=NOW)
    db.session.flush()
    assert queries.account_for_session(cast.an.id, TODAY).grants == ((Role.HR, cast.ward.id),)
    service.end_grant(grant, by=SYSTEM, today=TODAY, now=NOW)
    db.session.flush()
    assert queries.account_for_session(cast.an.id, TODAY).grants == ()
    service.give_grant(cast.an, role=Role.HR, unit_id=cast.ward.id, by=SYSTEM, today=TODAY, now=NOW)


def test_a_role_flows_down_the_tree_but_not_up(cast):
    class Binh(Asker):
        def roots(self, permission):
            return frozenset({cast.district.id}) if permission is Permission.IDENTITY_ACCOUNT_MANAGE else frozenset()

    names = {row.id for row in queries.units_within(Binh(cast), Permission.IDENTITY_ACCOUNT_MANAGE, TODAY)}
    assert names == {cast.district.id, cast.ward.id}


def test_the_first_administrator_of_a_city_opens_the_account_by_the_printed_link(cast, app, browse):
    result = app.test_cli_runner().invoke(
        args=["accounts", "create-admin", "--name", "Lê Quản Trị", "--email", "Quan.Tri@example.gov.vn"]
    )
    assert result.exit_code == 0, result.output
    link = re.search(r"http://127\.0\.0\.1:8000(/kich-hoat/\S+)", result.output)[1]
    landed = browse.post(link, data={"new_password": PASSWORD, "again_password": PASSWORD})
    assert "Lê Quản Trị" in browse.follow(landed).text
    browse.post("identity.notice", data={})
    assert "Lê Quản Trị" in browse.get("identity.grants").text
    account = db.session.scalars(db.select(Account).where(Account.login == "quan.tri@example.gov.vn")).one()
    assert db.session.scalars(db.select(Grant.unit_id).where(Grant.account_id == account.id)).all() == [cast.city.id]
    again = app.test_cli_runner().invoke(
        args=["accounts", "create-admin", "--name", "Ai đó", "--email", "quan.tri@example.gov.vn"]
    )
    assert again.exit_code == 1
    assert "accounts link" in again.output


def test_a_link_by_hand_for_who_lost_the_way_in(cast, app, browse):
    result = app.test_cli_runner().invoke(args=["accounts", "link", cast.an.login])
    browse.get(re.search(r"(/kich-hoat/\S+)", result.output)[1])
    assert app.test_cli_runner().invoke(args=["accounts", "link", "khong-co"]).exit_code == 1


def test_a_city_without_units_is_told_what_to_load_first(session, app):
    result = app.test_cli_runner().invoke(args=["accounts", "create-admin", "--name", "A", "--email", "a@b.vn"])
    assert result.exit_code == 1
    assert "org load" in result.output


def test_every_event_has_a_sentence_that_its_facts_fill(app):
    from lms.audit.labels import SENTENCES
    from lms.identity import events
    from lms.platform.events import Event, sentence_for

    kinds = [kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, Event) and kind.key]
    assert len(kinds) >= 15
    for kind in kinds:
        needed = {
            name: 1 for name, field in kind.__dataclass_fields__.items() if name not in ("unit_id", "person_id", "key")
        }
        sentence = sentence_for(SENTENCES, kind.key, kind(**needed).facts())
        assert sentence.endswith("."), f"{kind.__name__}: {sentence}"


def test_secrets_never_reach_the_log(cast):
    from lms.audit.models import AuditEvent

    cast.an.email = cast.an.login
    service.invite_by_email(cast.an, by=SYSTEM, today=TODAY, now=NOW)
    db.session.flush()
    event = db.session.scalars(db.select(AuditEvent)).one()
    assert event.facts == {"login": cast.an.login}
