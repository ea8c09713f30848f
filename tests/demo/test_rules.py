"""The drawing of people, work places, careers and studies."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lms.demo.rules import papers, studies
from lms.demo.rules.careers import FOREVER, City, walk
from lms.demo.rules.names import Registry
from lms.demo.rules.workplaces import GROUPS, Group, Place, draw_job, shares, spread

TODAY = date(2026, 11, 24)
LONG_AGO, YEAR, JULY = date(2000, 1, 1), date(2025, 1, 1), date(2025, 7, 1)


def place(number: int, kind: str, since: date, until: date, parent: int | None) -> Place:
    return Place(number, f"{number:05d}", kind, f"Số {number}", since, until, parent)


CITY = place(1, "thanh_pho", LONG_AGO, FOREVER, None)
DISTRICT = place(2, "quan", LONG_AGO, JULY, 1)
PLACES = [
    CITY,
    DISTRICT,
    place(10, "phuong", LONG_AGO, YEAR, 2),
    place(11, "phuong", LONG_AGO, JULY, 2),
    place(12, "phuong", YEAR, JULY, 2),
    place(20, "phuong", JULY, FOREVER, 1),
    place(21, "phuong", JULY, FOREVER, 1),
    place(30, "so", LONG_AGO, date(2025, 3, 1), 1),
    place(31, "so", date(2025, 3, 1), FOREVER, 1),
    place(40, "nganh", LONG_AGO, date(2025, 3, 1), 1),
]
HEIRS = {
    10: [(12, 1.0)],
    11: [(20, 0.5), (21, 0.5)],
    12: [(20, 0.0), (21, 1.0)],
    2: [(20, 1.0), (21, 1.0)],
    30: [(31, 1.0)],
}
SMALL = City({p.id: p for p in PLACES}, HEIRS, {2: [10, 11]}, {"so": [p for p in PLACES if p.kind == "so"]})
OPEN_IN_2023 = [p for p in PLACES if p.valid_from == LONG_AGO and p.id != 1]


def groups_of(place: Place) -> Sequence[Group]:
    return [group for group in GROUPS if place.kind in group.kinds and not group.codes]


@given(st.integers(0, 2000), st.sampled_from(OPEN_IN_2023))
def test_postings_follow_one_another_and_never_outlive_their_unit(seed: int, start: Place) -> None:
    for group in groups_of(start):
        stints = walk(group, start, SMALL, Random(seed), TODAY)
        for stint in stints:
            unit = SMALL.places[stint.unit_id]
            assert unit.valid_from <= stint.from_on < stint.to_on <= unit.valid_to
        assert all(a.to_on == b.from_on for a, b in pairwise(stints))
        assert not stints or stints[-1].to_on == FOREVER or stints[-1].to_on <= TODAY


@given(st.integers(0, 500))
def test_land_without_people_moves_nobody(seed: int) -> None:
    group = next(group for group in GROUPS if group.key == "cong-chuc-xa")
    units = [stint.unit_id for stint in walk(group, PLACES[2], SMALL, Random(seed), TODAY)]
    assert 20 not in units


@given(st.integers(0, 500))
def test_a_school_goes_to_the_ward_around_it(seed: int) -> None:
    group = next(group for group in GROUPS if group.key == "giao-vien")
    stints = walk(group, DISTRICT, SMALL, Random(seed), TODAY)
    if len(stints) == 2:
        first, second = stints
        assert first.department == second.department
        ward = 10 if first.department.endswith("Số 10") else 11
        assert second.unit_id == {10: 21, 11: 20}[ward]


@given(st.integers(0, 500))
def test_the_staff_of_a_body_without_successor_leaves_with_it(seed: int) -> None:
    group = next(group for group in GROUPS if group.key == "nganh")
    stints = walk(group, PLACES[-1], SMALL, Random(seed), TODAY)
    assert all(stint.to_on <= date(2025, 3, 1) for stint in stints)


@given(st.integers(0, 10_000), st.lists(st.floats(0, 1000), min_size=1, max_size=20))
def test_shares_add_up_and_stay_within_one_of_the_exact_part(total: int, weights: list[float]) -> None:
    parts = shares(total, weights)
    whole = sum(weights)
    assert sum(parts) == (total if whole else 0)
    assert all(abs(part - total * weight / whole) < 1 for part, weight in zip(parts, weights, strict=True) if whole)


@given(st.integers(0, 400), st.integers(0, 50))
def test_everybody_gets_a_work_place_that_fits_the_group(total: int, seed: int) -> None:
    posts = spread(total, OPEN_IN_2023, Random(seed))
    assert len(posts) == total
    assert all(place.kind in group.kinds for group, place in posts)


def test_personal_numbers_are_unique_and_say_sex_century_and_year() -> None:
    registry = Registry(Random(5))
    people = [registry.draw(joined=date(2022, 5, 1), share_of_women=0.5) for _ in range(3000)]
    assert len({p.personal_id for p in people}) == len({p.email for p in people}) == 3000
    for person in people:
        century, woman = divmod(int(person.personal_id[3]), 2)
        assert (person.sex == "nu") == bool(woman)
        assert person.birth_date.year == 1900 + 100 * century + int(person.personal_id[4:6])
    assert 1300 < sum(p.sex == "nu" for p in people) < 1700


def test_known_numbers_and_addresses_are_not_drawn_again() -> None:
    first = Registry(Random(7)).draw(joined=date(2022, 5, 1), share_of_women=1)
    again = Registry(Random(7), [first.personal_id], [first.email]).draw(joined=date(2022, 5, 1), share_of_women=1)
    assert again.full_name == first.full_name
    assert again.personal_id != first.personal_id
    assert again.email != first.email


@given(st.integers(0, 300), st.sampled_from(sorted({group.category for group in GROUPS})))
def test_nobody_completes_outside_the_working_life_or_in_the_future(seed: int, category: str) -> None:
    random = Random(seed)
    group = next(g for g in GROUPS if g.category == category and not g.codes)
    start = next((p for p in OPEN_IN_2023 if p.kind in group.kinds), None)
    stints = walk(group, start, SMALL, random, TODAY) if start else []
    if not stints:
        return
    kinds = [SMALL.places[s.unit_id].kind for s in stints]
    needs = studies.needs(category, stints, kinds, TODAY)
    slugs = {need.slug for need in needs}
    done, begun = studies.study(needs, 1.0, dict.fromkeys(slugs, 12), dict.fromkeys(slugs, 9), random, TODAY)
    done += studies.extra_hours(category, stints, random, TODAY)
    for result in done:
        assert studies.stint_on(stints, result.completed_on) is not None
        assert result.started_on <= result.completed_on <= TODAY
        assert result.right == 0 or 9 <= result.right <= 12
    assert all(b.started_on <= TODAY for b in begun)


def test_drawn_answers_are_worth_one_point_or_none() -> None:
    from lms.assessment.rules import points

    bodies: dict[str, Any] = {
        "single": {"options": [{"text": "a"}, {"text": "b", "correct": True}, {"text": "c"}]},
        "multiple": {"options": [{"text": "a", "correct": True}, {"text": "b"}, {"text": "c", "correct": True}]},
        "true_false": {"answer": False},
        "matching": {"pairs": [{"left": "a", "right": "1"}, {"left": "b", "right": "2"}], "extra": ["3"]},
        "ordering": {"items": ["a", "b", "c"]},
        "numeric": {"answer": "40", "tolerance": "0.5", "unit": ""},
    }
    for kind, body in bodies.items():
        assert points(kind, body, papers.response(kind, body, right=True)) == 1
        assert points(kind, body, papers.response(kind, body, right=False)) == 0
        order = papers.order(kind, body, Random(1))
        assert sorted(order) == list(range(len(order)))


def test_every_group_draws_only_its_own_jobs() -> None:
    random = Random(3)
    for group in GROUPS:
        assert all(draw_job(group, random) in group.jobs for _ in range(50))
