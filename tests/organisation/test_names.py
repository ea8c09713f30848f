"""Vietnamese order of names, against ICU."""

import random
import unicodedata
from functools import cmp_to_key

import icu
import pytest
import sqlalchemy as sa

from lms.organisation.queries import name_parts
from lms.platform import names, vietnamese
from lms.platform.db import db

TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
SMALL = [
    unicodedata.normalize("NFC", letter + tone)
    for letter in "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
    for tone in (TONES if letter in "aăâeêioôơuưy" else ("",))
]
"""Every letter with every tone it can bear, those of foreign names included."""
LETTERS = [letter for small in SMALL for letter in (small, small.upper())]


@pytest.fixture(scope="module")
def collator():
    return icu.Collator.createInstance(icu.Locale("vi"))


def parts(kind):
    return [part.name for part in name_parts() if part.part == kind]


def test_every_part_of_a_name_sorts_as_icu_sorts_it(collator):
    words = sorted({part.name for part in name_parts()})
    random.Random(1).shuffle(words)
    assert sorted(words, key=vietnamese.sort_key) == sorted(words, key=collator.getSortKey)


def test_thousands_of_full_names_sort_as_icu_sorts_them(collator):
    chance = random.Random(239)
    surnames, middles, givens = parts("surname"), parts("middle"), parts("given")
    names = {f"{chance.choice(surnames)} {chance.choice(middles)} {chance.choice(givens)}" for _ in range(12_000)} | {
        f"{surname} {given}" for surname in surnames for given in chance.sample(givens, 20)
    }
    shuffled = sorted(names)
    chance.shuffle(shuffled)
    assert sorted(shuffled, key=vietnamese.sort_key) == sorted(shuffled, key=collator.getSortKey)


def test_people_sort_by_given_name_then_by_the_rest_as_icu_would(collator):
    chance = random.Random(7)
    surnames, middles, givens = parts("surname"), parts("middle"), chance.sample(parts("given"), 25)
    names = sorted(
        {f"{chance.choice(surnames)} {chance.choice(middles)} {chance.choice(givens)}" for _ in range(4_000)}
    )
    chance.shuffle(names)

    def by_icu(one, other):
        def split(name):
            *rest, given = name.split()
            return given, " ".join(rest)

        (given, rest), (other_given, other_rest) = split(one), split(other)
        return collator.compare(given, other_given) or collator.compare(rest, other_rest)

    assert sorted(names, key=vietnamese.name_sort_key) == sorted(names, key=cmp_to_key(by_icu))


def test_every_part_is_found_without_its_marks():
    for part in name_parts():
        assert vietnamese.fold(part.name).isascii()


# Every letter with every tone ----------------------------------------------------------------------------------------


def assert_icu_agrees(words, collator):
    """The same order, and the same words apart."""
    words = list(dict.fromkeys(words))
    by_icu = sorted(words, key=collator.getSortKey)
    assert sorted(words, key=vietnamese.sort_key) == by_icu
    keys = [vietnamese.sort_key(word) for word in by_icu]
    assert keys == sorted(keys)
    assert len(set(keys)) == len({collator.getSortKey(word) for word in words})


def test_every_letter_with_every_tone_and_every_pair_of_them_sorts_as_icu_sorts_it(collator):
    assert len(LETTERS) == 186
    pairs = [one + other for one in LETTERS for other in LETTERS]
    assert_icu_agrees([*LETTERS, *pairs], collator)


def test_tones_of_two_words_weigh_as_icu_weighs_them(collator):
    assert_icu_agrees([f"{one} {other}" for one in LETTERS for other in LETTERS], collator)


def test_every_three_small_letters_sort_as_icu_sorts_them(collator):
    vowels = [letter for letter in SMALL if unicodedata.normalize("NFD", letter)[0] in "aoeuiy"]
    assert_icu_agrees(
        [a + b + c for a in ("", "h", "n", "đ", "q") for b in vowels for c in (*vowels, "n", "m")], collator
    )


def test_composed_and_decomposed_words_have_one_key():
    for letter in LETTERS:
        assert vietnamese.sort_key(unicodedata.normalize("NFD", letter)) == vietnamese.sort_key(letter)


def test_letters_of_other_peoples_stand_where_icu_puts_them(collator):
    letters = "ăâáčçdđêéëgğiïlñnŏôoöšsüưu"
    words = [one + other for one in letters for other in ("", "a", "m", "z")]

    primary = icu.Collator.createInstance(icu.Locale("vi"))
    primary.setStrength(icu.Collator.PRIMARY)
    ours = sorted(words, key=vietnamese.sort_key)
    assert [primary.getSortKey(w) for w in ours] == sorted(primary.getSortKey(w) for w in words)


@pytest.mark.usefixtures("postgresql_only")
def test_postgresql_with_icu_orders_every_pair_as_we_do(session):
    pairs = [one + other for one in LETTERS for other in LETTERS]
    pairs += [f"{one} {other}" for one in SMALL for other in SMALL]
    random.Random(3).shuffle(pairs)
    rows = db.session.execute(
        sa.text('SELECT word FROM unnest(CAST(:words AS text[])) AS w(word) ORDER BY word COLLATE "vi-x-icu"'),
        {"words": pairs},
    )
    assert [row.word for row in rows] == sorted(pairs, key=vietnamese.sort_key)


# Parts of a name, and ways of writing it ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("full_name", "parts"),
    [
        ("Nguyễn Văn An", ("Nguyễn", "Văn", "An")),
        ("Nguyễn Thị Thu Hà", ("Nguyễn", "Thị Thu", "Hà")),
        ("Lê An", ("Lê", "", "An")),
        ("An", ("", "", "An")),
        ("", ("", "", "")),
        ("Tôn Thất Bách", ("Tôn Thất", "", "Bách")),
        ("TÔN NỮ THỊ HẠNH", ("TÔN NỮ", "THỊ", "HẠNH")),
        ("Tôn Nữ", ("Tôn", "", "Nữ")),
        ("Công Tằng Tôn Nữ Bảo Ngọc", ("Công Tằng Tôn Nữ", "Bảo", "Ngọc")),
        ("Công Huyền Tôn Nữ Hoà", ("Công Huyền Tôn Nữ", "", "Hoà")),
        ("Âu Dương Minh Tuấn", ("Âu Dương", "Minh", "Tuấn")),
        ("Nguyễn Phúc Bảo Long", ("Nguyễn Phúc", "Bảo", "Long")),
        ("Nguyễn Phúc Hưng", ("Nguyễn", "Phúc", "Hưng")),
        ("Nguyễn Đình Chiểu", ("Nguyễn", "Đình", "Chiểu")),
        ("Vũ - Đỗ Thìn", ("Vũ - Đỗ", "", "Thìn")),
        ("Vũ-Đỗ Thìn", ("Vũ-Đỗ", "", "Thìn")),
    ],
)
def test_a_name_has_family_middle_and_given_parts(full_name, parts):
    found = names.split(full_name)
    assert (found.family, found.middle, found.given) == parts
    assert " ".join(filter(None, parts)) == full_name


def test_only_the_royal_name_of_two_parts_is_a_guess_and_says_so():
    assert names.split("Nguyễn Phước Bửu Lộc").is_uncertain
    assert not names.split("Tôn Thất Tùng").is_uncertain
    assert not names.split("Nguyễn Phúc Hưng").is_uncertain


@pytest.mark.parametrize(
    ("newer", "older"),
    [("Hoà", "Hòa"), ("Thuý", "Thúy"), ("KHOẺ", "KHỎE"), ("Loà xoà", "Lòa xòa"), ("Uỷ ban", "Ủy ban"), ("Hoạ", "Họa")],
)
def test_old_and_new_places_of_the_tone_are_one_spelling(newer, older):
    assert names.same_spelling(newer) == names.same_spelling(older) == older
    assert vietnamese.fold(newer) == vietnamese.fold(older)


@pytest.mark.parametrize("word", ["Hoàng", "Quý", "Quỳnh", "Tiến", "Huệ", "Khuyến", "Toán", "Thoa", "Thuở"])
def test_a_tone_that_has_one_place_only_stays(word):
    assert names.same_spelling(word) == word


def test_every_shipped_part_of_a_name_keeps_its_letters_in_either_spelling():
    for part in name_parts():
        assert vietnamese.fold(names.same_spelling(part.name)) == vietnamese.fold(part.name)
        assert names.same_spelling(names.same_spelling(part.name)) == names.same_spelling(part.name)


def test_what_was_typed_is_shown_but_for_its_composition_and_spaces():
    typed = "  Nguyễn\u00a0Thị   Hoà\t"
    assert vietnamese.nfc(unicodedata.normalize("NFD", typed)) == "Nguyễn Thị Hoà"
    for part in name_parts():
        assert vietnamese.nfc(unicodedata.normalize("NFD", part.name)) == part.name
