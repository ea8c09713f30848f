"""Intervals, the tree that follows from them, personal numbers."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.organisation import rules
from lms.organisation.rules import Circle, Doubt, Place, closure, doubts_about, free_time, is_personal_id, merged

DAY0 = date(2025, 1, 1)
LONG = 30


def on(n: int) -> date:
    return DAY0 + timedelta(days=n)


@st.composite
def intervals(draw):
    start = draw(st.integers(0, LONG - 1))
    return on(start), on(draw(st.integers(start + 1, LONG)))


@st.composite
def trees(draw):
    """Units 1..n; a unit hangs only under units with a smaller number, so that no circle arises."""
    count = draw(st.integers(1, 7))
    lives = {unit: draw(intervals()) for unit in range(1, count + 1)}
    places = []
    for unit in lives:
        cuts = sorted(draw(st.sets(st.integers(0, LONG), min_size=2, max_size=4)))
        for start, end in itertools.pairwise(cuts):
            parent = draw(st.one_of(st.none(), st.integers(1, unit - 1))) if unit > 1 else None
            places.append(Place(unit, parent, on(start), on(end)))
    return lives, places


def climbed(lives, places, unit, day):
    """The slow way: who stands above a unit on one day, by going up step by step."""
    chain = []
    while lives[unit][0] <= day < lives[unit][1]:
        chain.append(unit)
        here = [p for p in places if p.unit_id == unit and p.from_on <= day < p.to_on]
        if not here or here[0].parent_id is None:
            return chain
        unit = here[0].parent_id
    return chain


@given(trees())
def test_the_closure_of_every_day_is_what_climbing_finds(tree):
    lives, places = tree
    derived = closure(lives, places)
    for n in range(LONG):
        day = on(n)
        held = {(u.unit_id, u.ancestor_id, u.depth) for u in derived if u.from_on <= day < u.to_on}
        naive = {
            (unit, above, depth) for unit in lives for depth, above in enumerate(climbed(lives, places, unit, day))
        }
        assert held == naive, day


@given(trees())
def test_no_row_of_the_closure_meets_or_overlaps_its_like(tree):
    rows = closure(*tree)
    for one, other in itertools.pairwise(rows):
        if (one.unit_id, one.ancestor_id, one.depth) == (other.unit_id, other.ancestor_id, other.depth):
            assert one.to_on < other.from_on


def test_a_unit_under_itself_is_refused():
    lives = {1: (on(0), on(9)), 2: (on(0), on(9))}
    with pytest.raises(Circle):
        closure(lives, [Place(1, 2, on(0), on(9)), Place(2, 1, on(0), on(9))])


@given(st.lists(intervals(), max_size=6))
def test_merged_intervals_hold_the_same_days(some):
    def days(parts):
        return {on(n) for n in range(LONG + 1) if any(a <= on(n) < b for a, b in parts)}

    assert days(merged(some)) == days(some)


@given(intervals(), st.integers(0, LONG), st.lists(intervals(), max_size=4))
def test_free_time_holds_the_day_and_touches_nothing_taken(wanted, n, some):
    day, taken = on(n), merged(some)
    free = free_time(wanted, day, taken)
    is_free = wanted[0] <= day < wanted[1] and not any(a <= day < b for a, b in taken)
    assert (free is not None) == is_free
    if free is not None:
        assert wanted[0] <= free[0] <= day < free[1] <= wanted[1]
        assert all(rules.overlap(free, other) is None for other in taken)


@pytest.mark.parametrize("text", ["", "00119200008", "0011920000899", "00119200008a", "００１１９２００００８９"])
def test_a_personal_number_has_exactly_twelve_digits(text):
    assert not is_personal_id(text)


def test_a_number_that_fits_raises_no_doubt():
    assert doubts_about("001192000089", sex="nu", born=date(1992, 3, 9)) == []


def test_doubts_name_what_does_not_fit():
    assert doubts_about("003092000089", sex="nu", born=date(2001, 3, 9)) == [
        Doubt.PREFIX,
        Doubt.SEX,
        Doubt.CENTURY,
        Doubt.YEAR,
    ]
