"""Who of a split unit goes where: everybody once, by name, and nobody who has left."""

from datetime import date

import pytest
import sqlalchemy as sa

from lms.organisation import queries, service
from lms.organisation.models import FOREVER, Posting
from lms.organisation.reform.draft import UnreadableReform
from lms.organisation.reform.reading import read_choices
from lms.platform import clock
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.factories import make_person, make_posting, make_unit
from tests.organisation.test_reforms import DAY, EVE, apply, at, chosen, rehearse

SPLIT = """\
code: chia
units:
  - {code: moi, name: "Phường Mới", kind: phuong, parent: tp}
successions:
  - {old: a, new: moi, share: partial}
  - {old: a, new: b, share: remainder}
"""


@pytest.fixture
def ward(session):
    top = make_unit(code="tp", name="Thành phố Hà Nội", kind="thanh_pho")
    ward = make_unit(code="a", name="Phường A", parent=top)
    make_unit(code="b", name="Phường B", parent=top)
    return ward


def postings(person):
    """Unit code, department, first and last day, and whether it counts, of every believed posting."""
    rows = db.session.scalars(
        sa.select(Posting)
        .where(Posting.person_id == person.id, Posting.superseded_at.is_(None))
        .order_by(Posting.from_on, Posting.is_primary.desc(), Posting.id)
    )
    return [(queries.unit_row(p.unit_id, DAY).code, p.department, p.from_on, p.to_on, p.is_primary) for p in rows]


def test_a_person_of_two_departments_is_asked_once_and_moves_with_both(ward):
    both = make_person(name="Trần Văn Hai", unit=ward, department="Văn phòng")
    make_posting(person=both, unit=ward, department="Phòng Kinh tế", is_primary=False)
    seen = rehearse(SPLIT)
    assert [(row.department, row.old, row.new) for row in seen.undecided] == [
        ("Văn phòng; Phòng Kinh tế", "Phường A", "Phường B")
    ]
    assert (seen.waiting, seen.people, seen.ended[0].heads) == (1, 1, 1)
    done = apply(SPLIT)
    assert [row.department for row in queries.waiting_for_choice(queries.reform_of("chia"))] == [
        "Văn phòng; Phòng Kinh tế"
    ]
    assert (done.waiting, done.people, queries.count_waiting(done.reform_id)) == (1, 1, 1)
    service.choose(queries.reform_of("chia"), chosen((both, "moi")), file_name="", by=SYSTEM, now=clock.now())
    began = date(2024, 1, 1)
    assert postings(both) == [
        ("a", "Văn phòng", began, DAY, True), ("a", "Phòng Kinh tế", began, DAY, False),
        ("moi", "Văn phòng", DAY, FOREVER, True), ("moi", "Phòng Kinh tế", DAY, FOREVER, False),
    ]  # fmt: skip


def test_people_are_listed_by_given_name_before_and_after(ward):
    for name in ("Bùi Văn Ước", "Ngô Thị Ánh", "Đỗ Văn Em", "Lê Văn Đức", "Vũ Thị Anh"):
        make_person(name=name, unit=ward)
    expected = ["Vũ Thị Anh", "Ngô Thị Ánh", "Lê Văn Đức", "Đỗ Văn Em", "Bùi Văn Ước"]
    assert [row.full_name for row in rehearse(SPLIT).undecided] == expected
    assert [row.full_name for row in apply(SPLIT).undecided] == expected
    assert [row.full_name for row in queries.waiting_for_choice(queries.reform_of("chia"))] == expected


def test_whoever_leaves_on_the_very_day_has_left(ward):
    gone = make_person(name="Trần Văn Nghỉ", unit=ward, to_on=DAY)
    assert rehearse(SPLIT).people == 0
    assert apply(SPLIT).people == 0
    assert (at(gone, EVE), at(gone, DAY)) == (["a"], [])
    reform = queries.reform_of("chia")
    assert service.carry_out(reform, by=SYSTEM, now=clock.now()).people == 0
    assert at(gone, DAY) == []


def test_whoever_left_or_moved_on_is_not_asked_for_any_more(ward):
    left, moved, stays = (make_person(name=f"Trần Văn {name}", unit=ward) for name in ("Bốn", "Năm", "Sáu"))
    reform_id = apply(SPLIT).reform_id
    assert queries.count_waiting(reform_id) == 3
    service.dismiss(left, on=DAY, by=SYSTEM, now=clock.now())
    other = make_unit(code="khac", name="Phường Khác", parent=queries.root_on(DAY))
    wish = service.Wish(kind=service.Kind.MOVE, new_id=other.id, on=DAY)
    service.transfer(moved, wish, by=SYSTEM, now=clock.now())
    reform = queries.reform_of("chia")
    assert [row.full_name for row in queries.waiting_for_choice(reform)] == ["Trần Văn Sáu"]
    assert (queries.count_waiting(reform_id), queries.reforms_on_record()[0].waiting) == (1, 1)
    with pytest.raises(UnreadableReform, match="đã chuyển công tác"):
        service.choose(reform, chosen((moved, "moi")), file_name="", by=SYSTEM, now=clock.now())
    assert at(moved, DAY) == ["khac"]
    assert at(stays, DAY) == ["b"]


def test_an_assignment_can_be_changed_and_becomes_a_new_fact(ward):
    person = make_person(name="Trần Văn Sáu", unit=ward)
    apply(SPLIT)
    reform = queries.reform_of("chia")
    for code in ("moi", "b", "moi"):
        service.choose(reform, chosen((person, code)), file_name="", by=SYSTEM, now=clock.now())
        assert (at(person, EVE), at(person, DAY)) == (["a"], [code])
    rows = db.session.scalar(sa.select(sa.func.count()).select_from(Posting).where(Posting.person_id == person.id))
    assert rows == 6  # the first, its shortened end, the default, and three choices


def test_a_person_of_two_split_units_is_moved_from_each_by_its_own_choice(ward):
    other = make_unit(code="c", name="Phường C", parent=queries.root_on(EVE))
    both = make_person(name="Trần Văn Kiêm", unit=ward)
    make_posting(person=both, unit=other, is_primary=False)
    apply(SPLIT + "  - {old: c, new: moi, share: partial}\n  - {old: c, new: b, share: remainder}\n")
    reform = queries.reform_of("chia")
    assert (queries.count_waiting(reform.id), len(queries.waiting_for_choice(reform))) == (1, 2)
    lines = f"Mã hồ sơ;Mã đơn vị cũ;Mã đơn vị mới\n{both.id};c;moi\n"
    service.choose(reform, read_choices(lines.encode(), "ds.csv"), file_name="", by=SYSTEM, now=clock.now())
    held = [(code, counts) for code, _department, _from, to, counts in postings(both) if to > DAY]
    assert sorted(held) == [("b", True), ("moi", False)]
    assert [row.old for row in queries.waiting_for_choice(reform)] == ["Phường A"]
