"""Rules of certificates."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.certificates import rules
from lms.certificates.rules import Directory, Name, NotPrinted, Refusal, Status
from lms.platform.columns import FOREVER

LONG_AGO = date(2000, 1, 1)
REFORM = date(2025, 3, 1)
CITY = "Thành phố Hà Nội"


def directory(**names: tuple[str, str, date, date]) -> Directory:
    found = Directory()
    for number, (name, kind, born, ended) in enumerate(names.values(), 1):
        found.lives[number] = (born, ended)
        found.names[number] = [Name(name, kind, "SKHCN" if kind == "so" else "", born, ended)]
    return found


@given(st.integers(0, rules.CODES - 1), st.integers(0, rules.CODES - 1))
def test_every_value_has_its_own_code_and_the_code_reads_back_however_it_is_typed(one, other):
    code = rules.code_of(one)
    assert len(code) == 14
    assert rules.read_code(code) == code
    assert rules.read_code(" " + code.lower().replace("-", " ")) == code
    assert (code == rules.code_of(other)) == (one == other)


@pytest.mark.parametrize("typed", ["", "7KQ2", "7KQ2-9M4T-H3X", "7KQ2-9M4T-H3X0", "OKQ2-9M4T-H3XW", "Ệ" * 12])
def test_what_cannot_be_a_code_is_none(typed):
    assert rules.read_code(typed) is None


@given(st.integers(1, 99_999_999), st.integers(2020, 2099), st.sampled_from(["GCN", "GCN-SKHCN", "GCN2-SKHĐT"]))
def test_a_number_is_read_without_its_zeros_in_small_letters_and_with_spaces(number, year, symbol):
    written = rules.full_number(number, year, symbol)
    assert rules.read_number(written) == written
    assert rules.read_number(f" {number} / {year} / {symbol.lower()} ") == written


@pytest.mark.parametrize("typed", ["", "127", "127/2026", "0/2026/GCN", "a/2026/GCN", "127/26/GCN"])
def test_what_cannot_be_a_number_is_none(typed):
    assert rules.read_number(typed) is None


@given(st.lists(st.sampled_from(["", "SKHCN", "SNV"]), max_size=12))
def test_no_two_books_of_a_year_share_a_symbol(abbreviations):
    taken: set[str] = set()
    for abbreviation in abbreviations:
        symbol = rules.symbol(abbreviation, taken)
        assert symbol not in taken
        taken.add(symbol)
    if abbreviations:
        assert rules.symbol(abbreviations[0], ()) in taken


def test_the_first_book_is_named_plainly_and_the_second_says_so():
    assert rules.symbol("SKHCN", ()) == "GCN-SKHCN"
    assert rules.symbol("SKHCN", {"GCN-SKHCN"}) == "GCN2-SKHCN"
    assert rules.symbol("", ()) == "GCN"


def test_a_living_department_issues_under_the_city():
    found = directory(so=("Sở Khoa học và Công nghệ", "so", LONG_AGO, FOREVER), ubnd=("", "", LONG_AGO, FOREVER))
    found.names[2] = [Name("Ủy ban nhân dân thành phố Hà Nội", "ubnd", "UBND", LONG_AGO, FOREVER)]
    found.parents[1] = [(2, LONG_AGO, FOREVER)]
    issuer = rules.issuer_on(found, 1, REFORM, CITY)
    assert issuer.name == "Sở Khoa học và Công nghệ thành phố Hà Nội"
    assert (issuer.heading, issuer.superior) == ("Sở Khoa học và Công nghệ", "UBND thành phố Hà Nội")
    assert issuer.signer == ("GIÁM ĐỐC",)


def test_a_ward_issues_as_its_peoples_committee():
    found = directory(ward=("Phường Ba Đình", "phuong", LONG_AGO, FOREVER))
    issuer = rules.issuer_on(found, 1, REFORM, CITY)
    assert issuer.name == "Ủy ban nhân dân phường Ba Đình"
    assert (issuer.superior, issuer.signer) == ("", ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"))


def test_the_successor_issues_for_a_body_that_ended_and_the_namesake_before_its_time():
    found = directory(
        old=("Sở Khoa học và Công nghệ", "so", LONG_AGO, REFORM),
        media=("Sở Thông tin và Truyền thông", "so", LONG_AGO, REFORM),
        new=("Sở Khoa học và Công nghệ", "so", REFORM, FOREVER),
    )
    found.heirs = {1: [3], 2: [3]}
    found.forebears = {3: [2, 1]}
    assert rules.issuing_unit(found, 2, REFORM) == 3
    assert rules.issuing_unit(found, 2, REFORM - timedelta(days=1)) == 2
    assert rules.issuing_unit(found, 3, REFORM - timedelta(days=1)) == 1


def test_the_body_above_issues_where_nobody_succeeded():
    found = directory(school=("Trường Cũ", "don_vi_su_nghiep", LONG_AGO, REFORM), so=("Sở", "so", LONG_AGO, FOREVER))
    found.parents[1] = [(2, LONG_AGO, REFORM)]
    assert rules.issuing_unit(found, 1, REFORM) == 2


@given(st.dictionaries(st.integers(1, 6), st.lists(st.integers(1, 6), max_size=3), max_size=6), st.integers(1, 6))
def test_successions_that_turn_in_circles_still_end(heirs, start):
    found = Directory(lives=dict.fromkeys(range(1, 7), (LONG_AGO, REFORM)), heirs=heirs, forebears=heirs)
    assert rules.issuing_unit(found, start, REFORM) in range(1, 7)
    assert rules.issuing_unit(found, start, LONG_AGO - timedelta(days=1)) in range(1, 7)


def test_a_voided_or_recognised_result_brings_no_certificate():
    assert rules.is_due(source="online", voided=False)
    assert rules.is_due(source="class", voided=False)
    assert not rules.is_due(source="online", voided=True)
    assert not rules.is_due(source="recognised", voided=False)


@given(st.booleans(), st.booleans())
def test_a_withdrawal_weighs_more_than_a_replacement(revoked, replaced):
    expected = Status.REVOKED if revoked else Status.REPLACED if replaced else Status.VALID
    assert rules.status(revoked=revoked, replaced=replaced) is expected


def test_a_certificate_is_withdrawn_once_and_not_before_its_issue():
    day = date(2026, 11, 24)
    ask = {"issued_on": day, "revoked": False, "corrected": False, "today": day}
    assert rules.why_not_revoke(**ask) is None
    assert rules.why_not_revoke(**{**ask, "revoked": True}) is Refusal.ALREADY_REVOKED
    assert rules.why_not_revoke(**{**ask, "corrected": True}) is Refusal.ALREADY_REPLACED
    assert rules.why_not_revoke(**{**ask, "today": day - timedelta(days=1)}) is Refusal.BEFORE_ISSUE


def test_a_paper_is_issued_anew_only_if_its_words_would_change():
    day = date(2026, 11, 24)
    ask = {
        "issued_on": day, "revoked": False, "replaced": False, "voided": False, "changed": True, "today": day,
    }  # fmt: skip
    assert rules.why_not_reissue(**ask) is None
    assert rules.why_not_reissue(**{**ask, "changed": False}) is Refusal.NOTHING_TO_CORRECT
    assert rules.why_not_reissue(**{**ask, "voided": True}) is Refusal.COMPLETION_VOIDED
    assert rules.why_not_reissue(**{**ask, "replaced": True}) is Refusal.ALREADY_REPLACED


def test_one_long_word_group_is_enough_for_the_small_setting():
    short = {"holder": "A" * 30, "where": "B" * 70, "course": "C" * 70, "heading": "D" * 68}
    assert not rules.is_long(**short)
    for key, words in short.items():
        assert rules.is_long(**{**short, key: words + "x"}), key


def test_what_does_not_fit_is_refused_and_never_cut():
    ask = {"revoked": False, "corrected": False, "holder": "A" * 60, "where": "B" * 160, "course": "C" * 240}
    assert rules.why_not_print(**ask) is None
    assert rules.why_not_print(**{**ask, "holder": "A" * 61}) is NotPrinted.NAME_TOO_LONG
    assert rules.why_not_print(**{**ask, "where": "B" * 161}) is NotPrinted.UNIT_TOO_LONG
    assert rules.why_not_print(**{**ask, "course": "C" * 241}) is NotPrinted.COURSE_TOO_LONG


@pytest.mark.parametrize(
    ("score", "text"),
    [
        (Decimal("92.50"), "Đạt 9,25/10 điểm (92,50%)"),
        (Decimal("66.67"), "Đạt 6,67/10 điểm (66,67%)"),
        (Decimal("100"), "Đạt 10,00/10 điểm (100,00%)"),
        (None, "Đạt"),
    ],
)
def test_the_result_is_told_of_ten_and_in_per_cent(score, text):
    assert rules.result_text(score) == text


def test_a_local_authority_stands_in_small_letters_after_a_department():
    assert rules.workplace("Phường Ba Đình", "Văn phòng") == "Văn phòng, phường Ba Đình"
    assert rules.workplace("Sở Nội vụ", "Phòng Công chức") == "Phòng Công chức, Sở Nội vụ"
    assert rules.workplace("Phường Ba Đình", "") == "Phường Ba Đình"


def test_days_on_paper_are_padded_as_offices_pad_them():
    assert rules.paper_day(date(1988, 8, 15)) == "15/8/1988"
    assert rules.paper_day(date(1979, 2, 1)) == "01/02/1979"
