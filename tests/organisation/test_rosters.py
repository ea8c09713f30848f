"""Applying rosters: who joins, moves, leaves and is put right."""

import itertools
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.organisation import queries, service
from lms.organisation.models import (
    FOREVER,
    Person,
    PersonCorrection,
    Posting,
    RosterImport,
)
from lms.organisation.roster.reading import read
from lms.organisation.rules import Refusal
from lms.platform import clock
from lms.platform.db import db
from lms.platform.events import SYSTEM
from lms.platform.forms import Refused
from tests.conftest import TODAY
from tests.factories import make_person, make_posting, make_unit
from tests.organisation.postings import all_rows, believed
from tests.organisation.rosters import CLEAN, EXPECTED, NEXT_QUARTER, as_csv, row

YESTERDAY = TODAY - timedelta(days=1)


def apply(content, unit, on=TODAY, name="danh-sach.csv"):
    arrived = service.receive(content, file_name=name, unit=unit, on=on, by=SYSTEM, now=clock.now())
    _unit, roster, difference = service.revisit(arrived)
    service.apply_roster(arrived, unit, roster, difference, by=SYSTEM, now=clock.now())
    return difference


def differs(content, unit, on=TODAY):
    return service.compare_roster(read(content, "danh-sach.csv", on), unit, on)


@pytest.fixture
def ba_dinh(session):
    service.load_atlas(by=SYSTEM)
    return queries.unit_of("001")


def test_the_next_quarters_file_makes_exactly_the_expected_changes(ba_dinh, audited):
    on = service.day_for(ba_dinh, None, TODAY)
    assert on == date(2025, 6, 30)
    first = apply(CLEAN.read_bytes(), ba_dinh, on, CLEAN.name)
    assert (len(first.joined), len(queries.staff_of(ba_dinh.id, on))) == (394, 394)
    second = apply(NEXT_QUARTER.read_bytes(), ba_dinh, on, NEXT_QUARTER.name)
    expected = EXPECTED[NEXT_QUARTER.name]["diff_from_previous"]
    assert {item.record.personal_id for item in second.joined} == set(expected["joined"])
    assert {person.personal_id for person in second.left} == set(expected["left"])
    moved = {(item.known.personal_id, item.old, item.new) for item in second.moved}
    assert moved == {(item["personal_id"], item["from"], item["to"]) for item in expected["moved"]}
    assert second.corrected_people == set(expected["corrected"]) - same_in_both(expected["corrected"])
    assert len(queries.staff_of(ba_dinh.id, on)) == 396
    assert differs(NEXT_QUARTER.read_bytes(), ba_dinh, on).is_empty
    assert audited()[-1] == "organisation:roster:applied"


def same_in_both(personal_ids):
    """Those whose rows are the same in both files, cell by cell: whoever drew up the list meant a change that changed
    nothing (the person already bore the title)."""

    def rows(sample):
        people = EXPECTED[sample.name]["people"]
        return {p["personal_id"]: {k: v for k, v in p.items() if k != "row"} for p in people}

    before, after = rows(CLEAN), rows(NEXT_QUARTER)
    return {personal_id for personal_id in personal_ids if before[personal_id] == after[personal_id]}


def test_only_one_of_the_expected_corrections_changes_nothing():
    assert same_in_both(EXPECTED[NEXT_QUARTER.name]["diff_from_previous"]["corrected"]) == {"036200055022"}


def test_a_newcomer_begins_on_the_day_told_but_not_before_the_unit(session):
    young = make_unit(valid_from=date(2025, 7, 1))
    apply(as_csv([row(since="01/02/2015")]), young)
    (found,) = queries.staff_of(young.id, TODAY)
    assert (found.posting.from_on, found.posting.to_on) == (date(2025, 7, 1), FOREVER)


def test_without_a_day_of_arrival_a_newcomer_begins_on_the_day_of_the_roster(office):
    apply(as_csv([row()]), office)
    assert queries.staff_of(office.id, TODAY)[0].posting.from_on == TODAY
    assert not queries.staff_of(office.id, YESTERDAY)


def test_a_posting_from_a_roster_ends_with_its_unit(session):
    ended = make_unit(valid_to=date(2025, 7, 1))
    apply(as_csv([row()]), ended, date(2025, 6, 30))
    assert queries.staff_of(ended.id, date(2025, 6, 30))[0].posting.to_on == date(2025, 7, 1)


def test_someone_known_from_another_unit_moves(office):
    other = make_unit(name="Phường Hoàn Kiếm")
    person = make_person(name="Đặng Thị Ánh", personal_id="001192000089", unit=other, from_on=date(2024, 1, 1))
    difference = apply(as_csv([row()]), office)
    assert [(m.old, m.new) for m in difference.moved] == [("Phường Hoàn Kiếm", "Phường Ba Đình")]
    assert believed(person) == [
        (other.id, "Văn phòng", date(2024, 1, 1), TODAY),
        (office.id, "Phòng Nội vụ", TODAY, FOREVER),
    ]


def test_someone_who_comes_back_does_not_overlap_what_lies_before_and_after(office):
    other = make_unit()
    person = make_person(name="Đặng Thị Ánh", personal_id="001192000089")
    make_posting(person=person, unit=other, from_on=date(2020, 1, 1), to_on=date(2025, 1, 1))
    make_posting(person=person, unit=other, from_on=date(2027, 1, 1))
    difference = apply(as_csv([row(since="01/01/2010")]), office)
    assert [j.known.person_id for j in difference.joined] == [person.id]
    assert (office.id, "Phòng Nội vụ", date(2025, 1, 1), date(2027, 1, 1)) in believed(person)


def test_a_second_posting_is_not_taken_for_a_move(office):
    home = make_unit()
    person = make_person(name="Đặng Thị Ánh", personal_id="001192000089", unit=home)
    make_posting(person=person, unit=office, is_primary=False)
    difference = differs(as_csv([row()]), office)
    assert difference.is_empty
    assert difference.unchanged == 1


def test_who_stands_in_a_wrong_row_has_not_left(office):
    make_person(name="Đặng Thị Ánh", personal_id="001192000089", unit=office)
    make_person(name="Lê Văn Bảo", personal_id="001092000097", unit=office)
    make_person(name="Vũ Văn Chính", personal_id="001092000105", unit=office)
    content = as_csv(
        [
            row(personal_id="00119200008"),
            row(full_name="Lê Văn B", personal_id="1092000097"),
            row(personal_id="001192000113", full_name="Mới"),
        ]
    )
    assert [person.full_name for person in differs(content, office).left] == ["Vũ Văn Chính"]


def test_an_empty_cell_takes_nothing_away_and_a_missing_column_says_nothing(office):
    person = make_person(name="Đặng Thị Ánh", personal_id="001192000089")
    make_posting(person=person, unit=office, department="Phòng Nội vụ", title="Chuyên viên")
    assert differs(as_csv([row()]), office).is_empty
    assert differs(as_csv([row(email="", phone="", birth_date="", title="")]), office).is_empty


def test_fields_of_the_person_and_of_the_posting_are_put_right_and_what_stood_is_kept(office, heard):
    person = make_person(name="Dang Thi Anh", personal_id="001192000089")
    make_posting(person=person, unit=office, department="Phòng Nội vụ", title="Cán sự", from_on=date(2024, 1, 1))
    apply(as_csv([row(title="Chuyên viên", birth_date="10/03/1992", phone="0912.345.678")]), office)
    db.session.expire_all()
    assert (person.full_name, person.birth_date, person.phone) == ("Đặng Thị Ánh", date(1992, 3, 10), "0912345678")
    assert {c.field for c in queries.corrections_of(person.id)} == {"full_name", "birth_date", "phone"}
    (posting,) = queries.postings_of(person.id)
    assert (posting.title, posting.from_on, posting.position) == (
        "Chuyên viên",
        date(2024, 1, 1),
        "chuyen-mon-nghiep-vu",
    )
    assert all_rows(person) == 2
    assert heard[-1].person_ids == (person.id,)
    assert "person_ids" not in heard[-1].facts()


def test_a_department_that_differs_only_in_case_is_the_same(office):
    person = make_person(name="Đặng Thị Ánh", personal_id="001192000089")
    make_posting(person=person, unit=office, department="PHÒNG NỘI VỤ", title="")
    assert differs(as_csv([row()]), office).is_empty


def test_a_roster_is_applied_once_and_only_as_it_was_shown(office):
    arrived = service.receive(as_csv([row()]), file_name="a.csv", unit=office, on=TODAY, by=SYSTEM, now=clock.now())
    _unit, _roster, difference = service.revisit(arrived)
    make_person(name="Đặng Thị Ánh", personal_id="001192000089", unit=office)
    kwargs = {"many_left": False, "by": SYSTEM, "now": clock.now()}
    with pytest.raises(Refused) as caught:
        service.apply_import(arrived, shown=difference.digest(), **kwargs)
    assert caught.value.reason is Refusal.CHANGED_MEANWHILE
    service.apply_import(arrived, shown=service.revisit(arrived)[2].digest(), **kwargs)
    with pytest.raises(Refused) as caught:
        service.apply_import(arrived, shown=difference.digest(), **kwargs)
    assert caught.value.reason is Refusal.ALREADY_APPLIED


def test_a_file_that_lacks_many_people_needs_a_second_word(office):
    for n in range(8):
        make_person(unit=office, personal_id=f"0010920007{n:02d}")
    arrived = service.receive(as_csv([row()]), file_name="a.csv", unit=office, on=TODAY, by=SYSTEM, now=clock.now())
    shown = service.revisit(arrived)[2].digest()
    with pytest.raises(Refused) as caught:
        service.apply_import(arrived, shown=shown, many_left=False, by=SYSTEM, now=clock.now())
    assert caught.value.reason is Refusal.MANY_LEFT
    service.apply_import(arrived, shown=shown, many_left=True, by=SYSTEM, now=clock.now())
    assert [person.personal_id for person in queries.staff_of(office.id, TODAY)] == ["001192000089"]


def test_two_thousand_rows_take_as_many_statements_as_two_hundred(office, audited):
    counted = []
    sa.event.listen(sa.Engine, "before_cursor_execute", lambda *args: counted.append(args[2]))
    # A hundred people or fewer are followed in memory, which takes fewer statements still.
    apply(as_csv([row(personal_id=f"0011920{n:05d}") for n in range(200)]), office)
    few = len(counted)
    other = make_unit()
    counted.clear()
    apply(as_csv([row(personal_id=f"0011921{n:05d}") for n in range(2_000)]), other)
    # RETURNING comes back in batches of about a thousand rows; everything else is one statement for all.
    assert len(counted) <= few + 6
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 2_200


PEOPLE = [f"0011920000{n:02d}" for n in range(10, 18)]
rosters = st.lists(
    st.fixed_dictionaries(
        {
            "personal_id": st.sampled_from(PEOPLE),
            "full_name": st.sampled_from(["Đặng Thị Ánh", "Đặng Ngọc Ánh"]),
            "staff_category": st.sampled_from(["công chức", "viên chức"]),
            "department": st.sampled_from(["Văn phòng", "Phòng Nội vụ"]),
            "title": st.sampled_from(["Chuyên viên", "Kế toán viên"]),
            "since": st.sampled_from(["", "01/02/2015", "24/11/2026", "01/01/2027"]),
        }
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda cells: cells["personal_id"],
)
DAYS = [date(2025, 6, 30), date(2026, 3, 1), TODAY]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(rosters, st.integers(0, 1), st.sampled_from(DAYS)), min_size=1, max_size=5))
def test_applied_twice_is_applied_once_and_primary_postings_never_overlap(session, steps):
    with session.begin_nested() as savepoint:
        units = [make_unit(), make_unit(valid_from=date(2020, 1, 1))]
        for cells, which, on in steps:
            content = as_csv(cells)
            apply(content, units[which], on)
            again = differs(content, units[which], on)
            assert again.is_empty
            assert again.unchanged == len(cells)
        rows = session.execute(
            sa.select(Posting.person_id, Posting.from_on, Posting.to_on, Posting.unit_id)
            .where(Posting.superseded_at.is_(None), Posting.is_primary)
            .order_by(Posting.person_id, Posting.from_on)
        ).all()
        for one, other in itertools.pairwise(rows):
            assert one.person_id != other.person_id or one.to_on <= other.from_on
        savepoint.rollback()
    session.expire_all()


def test_an_import_remembers_its_counts(office):
    apply(as_csv([row(), row(personal_id="1")]), office)
    kept = db.session.scalars(sa.select(RosterImport)).one()
    assert kept.summary == {
        "rows": 2, "joined": 1, "left": 0, "moved": 0, "corrected": 0, "unchanged": 0, "problems": 1, "left_out": 1,
        "kept": 0, "withheld": 0, "undecided": 0,
    }  # fmt: skip
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PersonCorrection)) == 0
