"""What a roster may do: missing people, empty cells, and which changes at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.organisation import queries, service
from lms.organisation.forms import PolicyForm
from lms.organisation.roster.policy import Empty, Missing, Policy, policy_of
from lms.organisation.roster.reading import read
from lms.organisation.rules import Refusal
from lms.platform import clock
from lms.platform.events import SYSTEM
from lms.platform.forms import Refused
from tests.conftest import TODAY
from tests.factories import make_person, make_posting
from tests.organisation.rosters import as_csv, row

policies = st.builds(
    Policy, st.sampled_from(Missing), st.sampled_from(Empty), st.booleans(), st.booleans(), st.booleans(),
    st.integers(0, 100),
)  # fmt: skip


def differs(content, unit, policy, on=TODAY):
    return service.compare_roster(read(content, "danh-sach.csv", on), unit, on, policy)


@given(policies)
def test_a_policy_is_the_same_after_it_was_kept(policy):
    assert policy_of(policy.as_json()) == policy


def test_an_import_of_earlier_days_has_the_usual_policy():
    assert policy_of({}) == Policy()


@given(st.integers(0, 200), st.integers(0, 100))
def test_only_the_cautious_policy_ever_stops(leaving, percent):
    staff = 200
    assert not Policy(missing=Missing.END, most_leaving=percent).stops_at(leaving, staff)
    stops = Policy(most_leaving=percent).stops_at(leaving, staff)
    assert stops == (leaving > 5 and leaving > staff * percent / 100)


def test_the_form_gives_the_policy_it_was_filled_with(app):
    policy = Policy(Missing.KEEP, Empty.CLEAR, False, True, False, 12)
    with app.test_request_context():
        form = PolicyForm(obj=policy)
        assert form.to_policy() == policy
    with app.test_request_context():
        assert PolicyForm().to_policy() == Policy()


@pytest.fixture
def staffed(office):
    """Two people, of whom the roster names one, who has moved within the unit, and a newcomer."""
    person = make_person(name="Đặng Thị Ánh", personal_id="001192000089")
    make_posting(person=person, unit=office, department="Văn phòng")
    make_person(name="Lê Văn Bảo", personal_id="001092000097", unit=office)
    return as_csv([row(), row(personal_id="001192000113", full_name="Vũ Văn Mới")])


def counts(difference):
    return len(difference.joined), len(difference.left), len(difference.moved)


def test_who_is_missing_stays_when_the_policy_keeps_them(office, staffed):
    difference = differs(staffed, office, Policy(missing=Missing.KEEP))
    assert counts(difference) == (1, 0, 1)
    assert [person.full_name for person in difference.kept] == ["Lê Văn Bảo"]


def test_nobody_leaves_when_no_posting_may_end(office, staffed):
    difference = differs(staffed, office, Policy(missing=Missing.END, ends=False))
    assert counts(difference) == (1, 0, 1)
    assert len(difference.kept) == 1


def test_what_is_not_allowed_is_told_and_not_done(office, staffed):
    policy = Policy(creates=False, updates=False)
    arrived = service.receive(
        staffed, file_name="a.csv", unit=office, on=TODAY, policy=policy, by=SYSTEM, now=clock.now()
    )
    difference = service.revisit(arrived)[2]
    assert counts(difference) == (0, 1, 0)
    assert counts(difference.withheld) == (1, 0, 1)
    service.apply_import(arrived, shown=difference.digest(), many_left=False, by=SYSTEM, now=clock.now())
    (left,) = queries.staff_of(office.id, TODAY)
    assert (left.full_name, left.posting.department) == ("Đặng Thị Ánh", "Văn phòng")
    assert arrived.summary["withheld"] == 2


def test_a_roster_that_would_let_too_many_leave_is_not_applied_unless_that_is_allowed(office):
    for n in range(8):
        make_person(unit=office, personal_id=f"0010920007{n:02d}")

    def apply(policy):
        return service.import_at_once(
            as_csv([row()]), file_name="a.csv", unit=office, on=TODAY, policy=policy, by=SYSTEM, now=clock.now()
        )

    with pytest.raises(Refused) as caught:
        apply(Policy())
    assert caught.value.reason is Refusal.MANY_LEFT
    assert len(queries.staff_of(office.id, TODAY)) == 8
    apply(Policy(most_leaving=95))
    assert len(queries.staff_of(office.id, TODAY)) == 1


def known_in_full(office):
    person = make_person(name="Đặng Thị Ánh", personal_id="001192000089")
    person.email, person.phone, person.staff_code = "anh@example.gov.vn", "0912345678", "CB1"
    make_posting(person=person, unit=office, department="Phòng Nội vụ", title="Chuyên viên").rank_code = "01.003"
    return person


BLANK = {"email": "", "phone": "", "title": "", "rank_code": "", "birth_date": "", "staff_code": ""}


def test_an_empty_cell_says_nothing_unless_the_policy_lets_it_clear(office):
    known_in_full(office)
    content = as_csv([row(**BLANK)])
    assert differs(content, office, Policy()).is_empty
    cleared = differs(content, office, Policy(empty=Empty.CLEAR))
    assert {(fix.field, fix.new) for fix in cleared.corrected} == {
        ("email", ""), ("phone", ""), ("title", ""), ("rank_code", ""), ("birth_date", ""), ("staff_code", ""),
    }  # fmt: skip


def test_what_is_cleared_is_kept_and_a_second_time_changes_nothing(office):
    person = known_in_full(office)
    content, policy = as_csv([row(**BLANK)]), Policy(missing=Missing.END, empty=Empty.CLEAR)
    service.import_at_once(content, file_name="a.csv", unit=office, on=TODAY, policy=policy, by=SYSTEM, now=clock.now())
    (known,) = queries.staff_of(office.id, TODAY)
    assert (known.email, known.birth_date, known.posting.title) == ("", None, "")
    assert {(c.field, c.old) for c in queries.corrections_of(person.id)} >= {("birth_date", "1992-03-09")}
    assert differs(content, office, policy).is_empty


def test_a_cell_that_cannot_be_read_and_a_missing_column_clear_nothing(office):
    known_in_full(office)
    policy = Policy(empty=Empty.CLEAR)
    assert differs(as_csv([row()]), office, policy).is_empty
    assert differs(as_csv([row(email="khong phai", phone="abc", birth_date="1992")]), office, policy).is_empty


def test_a_file_without_titles_keeps_title_and_position_of_whom_it_moves(office):
    person = known_in_full(office)
    service.import_at_once(
        as_csv([row(department="Văn phòng")]), file_name="a.csv", unit=office, on=TODAY, by=SYSTEM, now=clock.now()
    )
    posting = queries.primary_posting_on(person.id, TODAY)
    assert (posting.department, posting.title, posting.rank_code) == ("Văn phòng", "Chuyên viên", "01.003")
    assert posting.position == "tham-muu-tong-hop"
