"""Vietnamese order of names, against ICU."""

import random
from functools import cmp_to_key

import icu
import pytest

from lms.organisation.queries import name_parts
from lms.platform import vietnamese


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
