"""Whom a row of a roster means: rules, and the same through the database."""

import itertools
from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from lms.organisation import queries, service
from lms.organisation.models import Person, PersonCorrection
from lms.organisation.roster import matching
from lms.organisation.roster.known import Known, KnownPosting
from lms.organisation.roster.matching import Decision, Said, Why, key_of, match
from lms.organisation.roster.policy import USUAL
from lms.organisation.roster.records import Record
from lms.platform import clock
from lms.platform.columns import FOREVER
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.conftest import TODAY
from tests.factories import make_person, make_unit
from tests.organisation.rosters import as_csv, row

HERE, THERE = 1, 2
BORN = date(1992, 3, 9)

names = st.sampled_from(["Đặng Thị Ánh", "Đặng Thị Anh", "Lê Văn Bảo", "Vũ Ngọc Chính"])
births = st.sampled_from([BORN, date(1992, 5, 1), date(1980, 1, 1), None])
codes = st.sampled_from(["", "CB1", "CB2"])
numbers = [f"0011920000{n:02d}" for n in range(10, 16)]


def known(person_id, personal_id, name="Đặng Thị Ánh", born=BORN, unit_id=HERE, code="", **more):
    posting = KnownPosting(person_id, unit_id, "x", "Văn phòng", "", "", "cong_chuc", "", date(2020, 1, 1), FOREVER)
    return Known(person_id, personal_id, code, name, born, "", "", "", posting, **more)


def record(at, personal_id="", name="Đặng Thị Ánh", born=BORN, code="", year=None):
    return Record(
        "DS", at, personal_id, name, "cong_chuc", "Văn phòng", birth_date=born, staff_code=code, birth_year=year
    )


def matched(records, people, decisions=None, former=None):
    """Match as the service does: what is asked for is found, and nothing else."""
    with_number = [r for r in records if r.personal_id]
    without = [r for r in records if not r.personal_id]
    by_number = {k.personal_id: k for k in people if k.personal_id in {r.personal_id for r in with_number}}
    staff = [k for k in people if k.posting.unit_id == HERE]
    asked = matching.questions(with_number, without, by_number, staff)
    found = [
        k
        for k in people
        if k.person_id in asked.person_ids
        or k.person_id in (former or {}).values()
        or (matching.name_key(k.full_name), k.birth_date) in asked.likes
    ]
    return match(
        with_number, without, unit_id=HERE, by_number=by_number, found=found, former=former, decisions=decisions
    )


def whom(result):
    return {r.row: k.person_id if k else None for r, k in result.pairs}


def asked_about(result):
    return {case.record.row: case.why for case in result.cases if case.decision is None}


people_drawn = st.lists(
    st.tuples(st.sampled_from(numbers), names, births, st.sampled_from([HERE, THERE]), codes),
    max_size=5,
    unique_by=lambda drawn: drawn[0],
).map(lambda rows: [known(n, *drawn) for n, drawn in enumerate(rows, start=1)])


@st.composite
def rows_drawn(draw):
    rows = draw(st.lists(st.tuples(st.sampled_from(["", *numbers]), names, births, codes), max_size=6))
    taken, out = set(), []
    for at, (number, name, born, code) in enumerate(rows, start=2):
        if number in taken:
            number = ""
        taken.add(number)
        out.append(record(at, number, name, born, code))
    return out


@given(people_drawn, rows_drawn())
def test_every_row_is_told_apart_and_nobody_is_meant_twice(people, rows):
    result = matched(rows, people)
    told = (
        [r.row for r, _known in result.pairs] + [c.record.row for c in result.cases] + [r.row for r in result.unmatched]
    )
    assert sorted(told) == [r.row for r in rows]
    meant = [k.person_id for _r, k in result.pairs if k is not None]
    assert len(meant) == len(set(meant))
    numbers_after = [r.personal_id for r, _known in result.pairs]
    assert all(numbers_after)
    assert len(numbers_after) == len(set(numbers_after))


@given(people_drawn, rows_drawn())
def test_a_number_is_never_changed_and_nobody_like_somebody_made_unless_somebody_says_so(people, rows):
    result = matched(rows, people)
    bearers = {k.personal_id for k in people}
    for r, k in result.pairs:
        if k is None:
            assert r.personal_id not in bearers
            alike = [p for p in people if p.birth_date == r.birth_date and p.birth_date is not None]
            assert not any(matching.is_same_name(r, p) for p in alike)
        else:
            assert r.personal_id == k.personal_id


@given(people_drawn, rows_drawn(), st.randoms())
def test_the_order_of_people_and_of_plain_rows_changes_nothing(people, rows, random):
    shuffled = random.sample(people, len(people))
    assert whom(matched(rows, people)) == whom(matched(rows, shuffled))


@given(people_drawn, rows_drawn(), st.data())
def test_what_is_decided_is_done_and_the_rest_stays_undecided(people, rows, data):
    first = matched(rows, people)
    decisions = {}
    for case in first.cases:
        options = [Decision(Said.LEAVE)] + [Decision(Said.SAME, k.person_id) for k in case.candidates]
        options += [Decision(Said.NEW)] if case.may_be_new else []
        if (made := data.draw(st.sampled_from([None, *options]))) is not None:
            decisions[case.key] = made
    second = matched(rows, people, decisions)
    assert matching.decisions_of(matching.as_json(decisions)) == decisions
    for case in second.cases:
        pair = [(r, k) for r, k in second.pairs if r.row == case.record.row]
        if case.decision is None or case.decision.said is Said.LEAVE:
            assert pair == []
        elif case.decision.said is Said.NEW:
            assert pair == [(case.record, None)]
        else:
            ((_r, meant),) = pair
            assert meant.person_id == case.decision.person_id
    # Only one row can be the same person: a second one that was said to be waits again.
    for case in second.cases:
        if case.decision is None and (made := decisions.get(case.key)):
            assert made.said is Said.SAME
    meant = [k.person_id for _r, k in second.pairs if k is not None]
    assert len(meant) == len(set(meant))


@pytest.mark.parametrize(
    ("row_", "people", "why"),
    [
        (record(2, numbers[0]), [known(1, numbers[1])], Why.OTHER_NUMBER),
        (record(2, numbers[0]), [known(1, numbers[1], unit_id=THERE)], Why.OTHER_NUMBER),
        (record(2, numbers[0], "Vũ Ngọc Chính", date(1970, 1, 1)), [known(1, numbers[0])], Why.OTHER_PERSON),
        (record(2, numbers[0], "Vũ Ngọc Chính", None), [known(1, numbers[0])], Why.CHANGED_NAME),
        (record(2, "", "Vũ Ngọc Chính", None, "CB1"), [known(1, numbers[0], code="CB1")], Why.CHANGED_NAME),
        (record(2), [known(1, numbers[0], unit_id=THERE)], Why.ELSEWHERE),
        (record(2, numbers[0]), [known(1, numbers[1]), known(2, numbers[2])], Why.SEVERAL),
        (record(2), [known(1, numbers[1]), known(2, numbers[2])], Why.SEVERAL),
    ],
    ids=[
        "number",
        "number-elsewhere",
        "other-person",
        "renamed",
        "renamed-by-code",
        "elsewhere",
        "several",
        "two-here",
    ],
)
def test_what_is_not_plain_is_asked(row_, people, why):
    result = matched([row_], people)
    assert asked_about(result) == {2: why}
    assert result.spared == {k.person_id for k in people}
    assert not result.pairs


@pytest.mark.parametrize(
    ("row_", "people"),
    [
        (record(2, numbers[0]), [known(1, numbers[0])]),
        (record(2, numbers[0], "DANG THI ANH", None), [known(1, numbers[0])]),
        (record(2, numbers[0], "Đặng Ngọc Ánh", None), [known(1, numbers[0])]),
        (record(2, numbers[0], "Vũ Ngọc Chính"), [known(1, numbers[0])]),
        (record(2, numbers[0], born=date(1992, 9, 3)), [known(1, numbers[0])]),
        (record(2), [known(1, numbers[0])]),
        (record(2, born=None, year=1992), [known(1, numbers[0])]),
        (record(2, born=None, code="CB1"), [known(1, numbers[0], code="CB1")]),
        (record(2), [known(1, numbers[0], born=None, birth_year=1992)]),
    ],
    ids=["all", "capitals", "like", "married", "birth-corrected", "no-number", "year", "code", "kept-year"],
)  # fmt: skip
def test_what_is_plain_is_not_asked(row_, people):
    result = matched([row_], people)
    assert whom(result) == {2: 1}
    assert not result.cases


def test_a_year_alone_tells_nobody_apart_outside_the_unit():
    result = matched([record(2, born=None, year=1992)], [known(1, numbers[0], unit_id=THERE)])
    assert [r.row for r in result.unmatched] == [2]


def test_a_staff_code_given_to_a_successor_means_nobody():
    row_ = record(2, numbers[0], "Vũ Ngọc Chính", date(1999, 1, 1), "CB1")
    assert whom(matched([row_], [known(1, numbers[1], code="CB1")])) == {2: None}


def test_twins_in_the_file_both_wait():
    result = matched([record(2, numbers[0]), record(3, numbers[1])], [])
    assert asked_about(result) == {2: Why.TWIN, 3: Why.TWIN}
    decided = {key_of(record(2)): Decision(Said.NEW), key_of(record(3)): Decision(Said.LEAVE)}
    assert whom(matched([record(2, numbers[0]), record(3, numbers[1])], [], decided)) == {2: None}


def test_a_row_whose_person_another_row_names_by_number_is_a_twin():
    result = matched([record(2, numbers[0]), record(3)], [known(1, numbers[0])])
    assert whom(result) == {2: 1}
    assert [(c.why, c.of_row, c.candidates) for c in result.cases] == [(Why.TWIN, 2, ())]


def test_who_bore_the_number_before_is_asked_about():
    people = [known(1, numbers[1], "Lê Văn Bảo", None)]
    result = matched([record(2, numbers[0], "Lê Văn Bảo", None)], people, former={numbers[0]: 1})
    assert asked_about(result) == {2: Why.OTHER_NUMBER}


def test_a_decision_for_somebody_who_is_no_longer_offered_decides_nothing():
    decided = {key_of(record(2)): Decision(Said.SAME, 99)}
    assert asked_about(matched([record(2, numbers[0])], [known(1, numbers[1])], decided)) == {2: Why.OTHER_NUMBER}


# Through the database ------------------------------------------------------------------------------------------------

ANH = {"full_name": "Đặng Thị Ánh", "birth_date": "09/03/1992"}


@pytest.fixture
def anh(office):
    return make_person(name="Đặng Thị Ánh", personal_id="001192000089", unit=office)


def arrive(office, *rows):
    return service.receive(
        as_csv(rows), file_name="a.csv", unit=office, on=TODAY, policy=USUAL, by=SYSTEM, now=clock.now()
    )


def apply(arrived):
    shown = service.revisit(arrived)[2].digest()
    return service.apply_import(arrived, shown=shown, many_left=True, by=SYSTEM, now=clock.now())


def test_nothing_undecided_is_applied_and_the_rest_is(office, anh):
    arrived = arrive(office, row(**ANH, personal_id="001192000071"), row(personal_id="001192000113", full_name="Mới"))
    difference = apply(arrived)
    assert [case.why for case in difference.undecided] == [Why.OTHER_NUMBER]
    assert arrived.summary["undecided"] == 1
    assert {k.personal_id for k in queries.staff_of(office.id, TODAY)} == {"001192000089", "001192000113"}


def test_a_corrected_number_is_written_and_what_stood_is_kept_and_found(office, anh):
    arrived = arrive(office, row(**ANH, personal_id="001192000071", department="Văn phòng"))
    (case,) = service.revisit(arrived)[2].undecided
    service.decide(arrived, {case.key: Decision(Said.SAME, anh.id)})
    apply(arrived)
    db.session.expire_all()
    assert anh.personal_id == "001192000071"
    kept = db.session.scalars(sa.select(PersonCorrection).where(PersonCorrection.field == "personal_id")).one()
    assert (kept.old, kept.new) == ("001192000089", "001192000071")
    again = arrive(office, row(**ANH, personal_id="001192000071", department="Văn phòng"))
    assert service.revisit(again)[2].is_empty
    old = arrive(office, row(full_name="Đặng Thị Ánh", personal_id="001192000089"))
    assert [case.why for case in service.revisit(old)[2].undecided] == [Why.OTHER_NUMBER]


def test_somebody_new_of_the_same_name_and_birth_is_made_once_that_is_said(office, anh):
    arrived = arrive(office, row(**ANH, personal_id="001192000071"), row(**ANH))
    (case,) = service.revisit(arrived)[2].undecided
    assert case.why is Why.TWIN
    service.decide(arrived, {case.key: Decision(Said.NEW)})
    apply(arrived)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 2


def test_a_row_without_a_number_puts_right_whom_it_means(office, anh):
    difference = apply(arrive(office, row(**ANH, personal_id="", title="Kế toán viên", department="Văn phòng")))
    assert (difference.recognised, len(difference.left)) == (1, 0)
    assert queries.primary_posting_on(anh.id, TODAY).title == "Kế toán viên"
    assert anh.personal_id == "001192000089"


def test_a_person_of_another_unit_is_found_by_name_and_birth(office):
    other = make_person(name="Đặng Thị Ánh", personal_id="001192000089", unit=make_unit(name="Phường Ngọc Hà"))
    arrived = arrive(office, row(**ANH, personal_id=""))
    (case,) = service.revisit(arrived)[2].undecided
    assert (case.why, [k.person_id for k in case.candidates], case.may_be_new) == (Why.ELSEWHERE, [other.id], False)
    service.decide(arrived, {case.key: Decision(Said.SAME, other.id)})
    assert [move.old for move in apply(arrived).moved] == ["Phường Ngọc Hà"]


def test_thousands_of_rows_that_nobody_bears_take_few_statements(office):
    counted = []
    content = [
        row(personal_id=f"0011920{n:05d}", full_name=f"Lê Văn {n}", birth_date="01/01/1990") for n in range(1_500)
    ]
    sa.event.listen(sa.Engine, "before_cursor_execute", lambda *args: counted.append(args[2]))
    service.revisit(arrive(office, *content))
    assert len(counted) < 25


def test_numbers_exchanged_between_two_people_are_never_mixed_up():
    people = [known(1, numbers[0], "Lê Văn Bảo", date(1980, 1, 1)), known(2, numbers[1])]
    rows = [record(2, numbers[1], "Lê Văn Bảo", date(1980, 1, 1)), record(3, numbers[0])]
    assert asked_about(matched(rows, people)) == {2: Why.OTHER_PERSON, 3: Why.OTHER_PERSON}
    for first, second in itertools.permutations(people):
        decided = {
            key_of(rows[0]): Decision(Said.SAME, first.person_id),
            key_of(rows[1]): Decision(Said.SAME, second.person_id),
        }
        result = matched(rows, people, decided)
        assert all(r.personal_id == k.personal_id for r, k in result.pairs)
        assert whom(result) == {2: first.person_id, 3: second.person_id}


def test_a_record_is_only_changed_in_its_number_when_it_means_somebody():
    row_ = record(2)
    ((told, meant),) = matched([row_], [known(1, numbers[0])]).pairs
    assert told == replace(row_, personal_id=numbers[0])
    assert meant.person_id == 1
