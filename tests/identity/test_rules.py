"""Passwords, lock-out, logins and codes: the rules by themselves."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.identity import rules
from lms.identity.rules import InvitationRefusal, ManageRefusal, NotInvited, Tries, Weakness
from lms.platform.vietnamese import fold

START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
HANG = {"login": "hangntt@example.gov.vn", "name": "Nguyễn Thị Thu Hằng"}


@pytest.mark.parametrize(
    ("password", "weakness"),
    [
        ("chín ký tự"[:9], Weakness.TOO_SHORT),
        ("a" * 201, Weakness.TOO_LONG),
        ("12031985777", Weakness.ONLY_DIGITS),
        ("09 12 34 56 78", Weakness.ONLY_DIGITS),
        ("aaaabbbbaaaa", Weakness.TOO_SIMPLE),
        ("MatKhau@123456", Weakness.COMMON),
        ("mật khẩu 2026!", Weakness.COMMON),
        ("P4ssw0rd!!!!", Weakness.COMMON),
        ("toiyeuhanoi1954", Weakness.COMMON),
        ("qwertyuiop123", Weakness.COMMON),
        ("hangntt@2026!", Weakness.NAMES_YOU),
        ("Thu Hằng 2026", Weakness.NAMES_YOU),
        ("nguyenthithuhang", Weakness.NAMES_YOU),
        ("cá rô kho tộ", None),
        ("chuồn chuồn bay thấp", None),
        ("xK7-qm9T-d4", None),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(password, weakness):
    assert rules.why_not_password(password, **HANG) is weakness


def test_the_present_password_is_not_a_new_one():
    assert rules.why_not_password("cá rô kho tộ", is_present_one=True, **HANG) is Weakness.SAME


@given(st.text(max_size=220), st.text(max_size=30), st.text(max_size=40))
def test_no_accepted_password_is_short_or_names_its_owner(password, login, name):
    if rules.why_not_password(password, login=login, name=name) is None:
        assert 10 <= len(password) <= 200
        whole = "".join(c for c in fold(name) if c.isalnum())
        assert len(whole) < 4 or whole not in "".join(c for c in fold(password) if c.isalnum())


@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=60))
def test_the_lock_agrees_with_a_slow_count_of_every_try(steps):
    """Oracle: keep all moments of wrong tries that were looked at, and count back from the last."""
    now, tries = START, Tries()
    wrong: list[datetime] = []
    locked_until = None
    for minutes, is_right in steps:
        now += timedelta(minutes=minutes)
        locked = locked_until is not None and now < locked_until
        assert tries.is_locked(now) == locked
        if locked:
            continue
        if is_right:
            tries, wrong, locked_until = Tries(), [], None
            continue
        if wrong and now - wrong[-1] >= timedelta(minutes=15):
            wrong = []
        wrong.append(now)
        tries = rules.after_failure(tries, now)
        locked_until = now + timedelta(minutes=15) if len(wrong) >= 5 else None
        assert tries.failures == len(wrong)
        assert tries.is_locked(now) == (len(wrong) >= 5)
        assert tries.is_locked(now) or 1 <= tries.left() <= 4


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=12))
def test_no_two_people_get_the_same_login(people):
    taken: set[str] = set()
    for number, (email, code) in enumerate(people):
        login = rules.login_for(email=email, staff_code=code, opaque=f"OPAQUE{number}", taken=taken)
        assert login
        assert login == login.lower()
        assert login not in taken
        taken.add(login)


def test_a_login_is_the_address_else_the_staff_code_else_says_nothing():
    assert rules.login_for(email="An@Example.vn", staff_code="BD-01", opaque="X", taken=set()) == "an@example.vn"
    assert rules.login_for(email="an@example.vn", staff_code="BD 01", opaque="X", taken={"an@example.vn"}) == "bd01"
    assert rules.login_for(email="", staff_code="", opaque="K7QXM9T", taken=set()) == "pk7qxm9t"


@given(st.text(alphabet=rules.CODE_LETTERS, min_size=12, max_size=12))
def test_a_code_is_read_as_it_was_printed_however_it_is_typed(code):
    printed = rules.grouped_code(code)
    assert len(printed) == 14
    assert rules.normal_code(f" {printed.lower().replace('-', ' - ')} ") == code


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/a\\b",
        "/\t/evil",
        "javascript:1",
        "bao-cao",
    ],
)
def test_only_pages_of_this_site_are_gone_back_to(target):
    assert rules.safe_next(target) is None


def test_a_page_of_this_site_keeps_its_filter():
    assert rules.safe_next("/bao-cao?don_vi=3&ngay=01/02/2026") == "/bao-cao?don_vi=3&ngay=01/02/2026"


def test_a_link_is_refused_when_used_late_or_of_a_closed_account():
    later = START + timedelta(hours=1)
    assert rules.why_not_use(used_at=None, expires_at=later, disabled_at=None, now=START) is None
    assert rules.why_not_use(used_at=None, expires_at=later, disabled_at=None, now=later) is InvitationRefusal.EXPIRED
    assert rules.why_not_use(used_at=START, expires_at=later, disabled_at=None, now=START) is InvitationRefusal.USED
    assert rules.why_not_use(used_at=None, expires_at=later, disabled_at=START, now=START) is InvitationRefusal.DISABLED


def test_one_keeps_the_last_administrators_role_one_has():
    def why(**changes):
        base = {"is_own": True, "is_administrator": True, "other_administrator_grants": 0, "ended_at": None}
        return rules.why_not_end_grant(**{**base, **changes})

    assert why() is ManageRefusal.OWN_LAST_ADMINISTRATOR
    assert why(other_administrator_grants=1) is None
    assert why(is_own=False) is None
    assert why(is_administrator=False) is None
    assert why(ended_at=START) is ManageRefusal.ALREADY_SO


def test_only_those_with_an_address_who_never_signed_in_are_invited():
    state = rules.AccountState
    assert rules.why_not_invite(state=state.NONE, address="a@b.vn", is_beyond=False) is None
    assert rules.why_not_invite(state=state.NONE, address="", is_beyond=False) is NotInvited.NO_ADDRESS
    assert rules.why_not_invite(state=state.ACTIVE, address="a@b.vn", is_beyond=False) is NotInvited.IN_USE
    assert rules.why_not_invite(state=state.DISABLED, address="a@b.vn", is_beyond=False) is NotInvited.DISABLED
    assert rules.why_not_invite(state=state.INVITED, address="a@b.vn", is_beyond=True) is NotInvited.BEYOND
