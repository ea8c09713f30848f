"""Rules of assessment."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessment import rules
from lms.assessment.rules import AttemptState, Refusal, Unreadable
from tests.learning.making import BANK, right_form

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
JANUARY = datetime(2025, 12, 31, 17, 0, tzinfo=UTC)
QUESTIONS = {question["kind"]: question["body"] for question in BANK}
words = st.text("abcđêơ", min_size=1, max_size=4)


@st.composite
def questions(draw: st.DrawFn) -> tuple[str, dict]:
    """Any valid question of any kind."""
    kind = draw(st.sampled_from(list(rules.Kind)))
    if kind in ("single", "multiple"):
        right = draw(st.integers(1, 1 if kind == "single" else 4))
        wrong = draw(st.integers(1, 3))
        options = [{"text": f"đ{n}", "correct": True} for n in range(right)] + [{"text": f"s{n}"} for n in range(wrong)]
        return kind, {"options": draw(st.permutations(options))}
    if kind == "true_false":
        return kind, {"answer": draw(st.booleans())}
    if kind == "matching":
        lefts = draw(st.lists(words, min_size=2, max_size=5, unique=True))
        return kind, {
            "pairs": [{"left": t, "right": draw(words)} for t in lefts],
            "extra": draw(st.lists(words, max_size=2)),
        }
    if kind == "ordering":
        return kind, {"items": draw(st.lists(words, min_size=2, max_size=6, unique=True))}
    answer = draw(st.decimals(-1000, 1000, places=2))
    return kind, {"answer": str(answer), "tolerance": str(draw(st.decimals(0, 5, places=1))), "unit": ""}


@given(questions(), st.integers())
def test_the_right_form_earns_the_whole_point_however_the_paper_is_shuffled(question, seed):
    kind, body = question
    order = rules.shuffle(kind, body, Random(seed))
    response = rules.read(kind, body, order, right_form(kind, body, order))
    assert rules.points(kind, body, response) == 1
    assert rules.is_complete(kind, body, response)


@given(questions(), st.integers(), st.data())
def test_any_form_is_read_or_refused_and_never_earns_more_than_a_point(question, seed, data):
    kind, body = question
    order = rules.shuffle(kind, body, Random(seed))
    value = st.sampled_from(["", "0", "1", "2", "5", "dung", "sai", "8,5", "-1", "x", "٣"])
    form = {"tra_loi": data.draw(st.lists(value, max_size=3))}
    form |= {f"ve_{n}": [data.draw(value)] for n in range(6)}
    try:
        response = rules.read(kind, body, order, form)
    except Unreadable:
        return
    assert 0 <= rules.points(kind, body, response) <= 1
    if response is None:
        assert rules.points(kind, body, response) == 0


@given(questions(), st.integers())
def test_a_shuffle_is_a_permutation_and_never_shows_the_solution_of_an_ordering(question, seed):
    kind, body = question
    order = rules.shuffle(kind, body, Random(seed))
    assert sorted(order) == list(range(len(order)))
    if kind == "ordering":
        assert order != sorted(order)


@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 8), st.integers())
def test_the_whole_bank_is_used_before_any_question_comes_again(pool, count, papers, seed):
    count = min(count, pool)
    chance, seen = Random(seed), Counter()
    for _ in range(papers):
        drawn = rules.draw(range(pool), seen, count, chance)
        assert len(set(drawn)) == count
        seen.update(drawn)
        met = [seen[question] for question in range(pool)]
        assert max(met) - min(met) <= 1


def test_a_bank_smaller_than_the_paper_is_a_defined_error():
    with pytest.raises(Unreadable) as caught:
        rules.draw([1, 2], {}, 3, Random(1))
    assert caught.value.reason is Refusal.NOT_ENOUGH_QUESTIONS


@pytest.mark.parametrize(
    "typed", ["8.5,1", "tám", "84 %", "9" * 30], ids=["both-signs", "a-word", "with-a-unit", "too-long"]
)
def test_a_number_that_is_none_is_refused_not_guessed(typed):
    with pytest.raises(Unreadable) as caught:
        rules.read("numeric", QUESTIONS["numeric"], [], {"tra_loi": [typed]})
    assert caught.value.reason is Refusal.NOT_A_NUMBER


@pytest.mark.parametrize(("typed", "earned"), [("84", 1), ("84,5", 1), ("84.5", 1), ("83,49", 0), ("", 0)])
def test_a_number_within_the_tolerance_is_right_with_comma_or_point(typed, earned):
    response = rules.read("numeric", QUESTIONS["numeric"], [], {"tra_loi": [typed]})
    assert rules.points("numeric", QUESTIONS["numeric"], response) == earned


def test_a_wrong_choice_takes_back_what_a_right_one_earned_but_never_more():
    body = QUESTIONS["multiple"]
    assert rules.points("multiple", body, [0]) == Fraction(1, 2)
    assert rules.points("multiple", body, [0, 1, 2]) == Fraction(1, 2)
    assert rules.points("multiple", body, [2]) == 0


def test_a_number_given_to_two_items_counts_for_neither():
    assert rules.points("ordering", QUESTIONS["ordering"], [1, 1, 3]) == Fraction(1, 3)
    assert not rules.is_complete("ordering", QUESTIONS["ordering"], [1, 1, 3])


def test_partners_that_read_the_same_are_the_same():
    body = {"pairs": [{"left": "a", "right": "x"}, {"left": "b", "right": "x"}]}
    assert rules.points("matching", body, {"0": 1, "1": 0}) == 1


@pytest.mark.parametrize(
    ("earned", "total", "percent"), [([1, 1], 3, "66.67"), ([Fraction(1, 8)], 100, "0.13"), ([], 4, "0.00")]
)
def test_a_score_is_a_percentage_with_two_decimals_half_up(earned, total, percent):
    assert rules.score([Fraction(part) for part in earned], total) == Decimal(percent)


@given(st.lists(st.fractions(0, 1, max_denominator=12), min_size=1, max_size=20))
def test_a_score_lies_between_nothing_and_all(earned):
    percent = rules.score(earned, len(earned))
    assert 0 <= percent <= 100
    assert (percent == 100) <= (sum(earned) * 100 / len(earned) >= Fraction("99.995"))


def test_an_attempt_is_open_until_its_deadline_by_the_servers_clock():
    assert rules.state(NOON, None, NOON - timedelta(seconds=1)) is AttemptState.OPEN
    assert rules.state(NOON, None, NOON) is AttemptState.TIME_OVER
    assert rules.state(NOON, NOON, NOON - timedelta(hours=1)) is AttemptState.SUBMITTED


def test_whoever_closes_an_attempt_late_it_ended_when_its_time_ran_out():
    assert rules.ended_at(NOON, NOON + timedelta(days=3)) == NOON
    assert rules.ended_at(NOON, NOON - timedelta(minutes=3)) == NOON - timedelta(minutes=3)


def test_attempts_are_counted_within_the_year_and_end_with_a_pass():
    failed, old_pass = rules.Past(NOON, False), rules.Past(JANUARY - timedelta(days=30), True)
    assert rules.why_not_start([old_pass, failed], 2, JANUARY) is None
    assert rules.attempts_left([old_pass, failed], 2, JANUARY) == 1
    assert rules.why_not_start([failed, failed], 2, JANUARY) is Refusal.NO_ATTEMPTS_LEFT
    assert rules.why_not_start([failed, rules.Past(NOON, True)], 5, JANUARY) is Refusal.ALREADY_PASSED
