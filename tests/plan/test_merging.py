"""Two records of one human become one: nothing is forgotten, and everything can be taken back."""

import itertools
from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from lms.assessment.models import Attempt
from lms.catalogue.models import CourseVersion, Lesson
from lms.certificates.models import CertificateSeries
from lms.identity.models import Account, Grant
from lms.learning.models import Completion, Enrolment, LessonProgress
from lms.organisation.models import Person, PersonCorrection, Posting, Reform, TransferProposal
from lms.plan import service as plan
from lms.plan.merging import labels, queries, rules, service
from lms.plan.merging.rules import Held, MergeRefusal, SameDay
from lms.plan.models import Obligation
from lms.platform import clock
from lms.platform.db import db
from lms.platform.events import SYSTEM
from lms.platform.forms import Refused
from tests.changes.stored import differing, stored
from tests.changes.test_journal import done, taken_back
from tests.factories import add, make_account, make_person, make_posting, make_unit
from tests.organisation.postings import believed
from tests.plan.plans import apply, make_course

JAN = date(2026, 1, 1)

spans = st.tuples(st.integers(0, 30), st.integers(1, 12), st.integers(1, 3))


@st.composite
def helds(draw, first):
    """Primary postings of one record: they never lie over each other."""
    found, day = [], 0
    for gap, length, unit in draw(st.lists(spans, max_size=4)):
        day += gap
        found.append(Held(JAN + timedelta(day), JAN + timedelta(day + length), first + len(found), unit))
        day += length
    return found


def on(held, day):
    return next((h for h in held if h.from_on <= day < h.to_on), None)


@given(helds(1), helds(101))
def test_every_day_that_either_held_is_held_once_and_by_the_later_move(mine, theirs):
    try:
        pieces = rules.merged(mine, theirs)
    except SameDay:
        assert any(m.from_on == t.from_on and m.unit_id != t.unit_id for m, t in itertools.product(mine, theirs))
        return
    by_id = {h.id: h for h in (*mine, *theirs)}
    for n in range(200):
        day = JAN + timedelta(n)
        a, b = on(mine, day), on(theirs, day)
        now = [by_id[p.id] for p in pieces if p.from_on <= day < p.to_on]
        if a is None or b is None:
            assert now == [h for h in (a, b) if h]
        elif a.unit_id == b.unit_id:
            assert now == [a]
        else:
            assert now == [max(a, b, key=lambda h: h.from_on)]


def held_by(person_id):
    """Table → its rows of the person, in every table that names one."""
    return {
        table.name: n
        for table, column in queries.owning().items()
        if (n := db.session.scalar(sa.select(sa.func.count()).select_from(table).where(column == person_id)))
    }


counter = itertools.count(1)
GIVEN = {"due_grant": lambda: {"kind": "extended", "cycle": 1}, "certificate": lambda: {"edition": next(counter)}}


def value_of(column):
    """Something that the column takes; of another table its first row."""
    for key in column.foreign_keys:
        return db.session.scalar(sa.select(key.column).order_by(key.column).limit(1))
    kind = column.type.impl_instance if isinstance(column.type, sa.types.TypeDecorator) else column.type
    n = next(counter)
    made = {
        sa.Boolean: False, sa.String: f"x{n}", sa.Integer: n, sa.JSON: {}, sa.Date: JAN, sa.DateTime: clock.now(),
        sa.Numeric: Decimal(1),
    }  # fmt: skip
    return next(value for of, value in made.items() if isinstance(kind, of))


def own_everything(person_id):
    """A row of the person in every table of facts that names one, as the tables themselves tell."""
    for table, column in queries.owning().items():
        given_values = GIVEN[table.name]() if table.name in GIVEN else {}
        values = {
            c.name: value_of(c)
            for c in table.columns
            if c is not column and c.name != "id" and not c.nullable and c.default is None and c.server_default is None
        }
        db.session.execute(sa.insert(table).values({**values, **given_values, column.name: person_id}))


@pytest.fixture
def both(cast):
    """Two records of An, in a city with a plan."""
    course = make_course(organiser=cast.city)
    apply()
    add(CertificateSeries(issuer_id=cast.city.id, year=2026, symbol="GCN", last_number=0))
    add(Reform(code="thu", title="Thử", effective_on=JAN))
    kept = make_person(name="Đặng Thị Ánh", personal_id="001192000089", unit=cast.ward)
    gone = make_person(name="Đặng Thị Ánh", personal_id="001192000071")
    both = type("Both", (), {"kept": kept.id, "gone": gone.id, "course": course, "ward": cast.ward, "cast": cast})
    db.session.flush()
    return both


def merge(both):
    service.merge(both.kept, both.gone, by=SYSTEM, now=clock.now())


def merged(both):
    return done(lambda: merge(both))


def facts(both):
    """What is stored, with duties as they follow from it."""
    plan.refresh_people([both.kept, both.gone])
    return stored()


def version_of(both):
    return db.session.get_one(CourseVersion, both.course.current_version_id)


def test_every_table_that_names_a_person_has_a_word_for_the_page():
    assert labels.OWNED.keys() == {table.name for table in queries.owning()}


def test_every_table_in_which_two_rows_of_one_person_may_collide_is_thought_of():
    collide = set()
    for table, column in queries.owning().items():
        uniques = [
            c.columns for c in table.constraints if isinstance(c, (sa.UniqueConstraint, sa.PrimaryKeyConstraint))
        ]
        uniques += [index.columns for index in table.indexes if index.unique]
        if any(column.name in {c.name for c in columns} for columns in uniques):
            collide.add(table.name)
    assert collide == {"account", "attempt", "enrolment", "reform_choice"}


def test_nothing_that_the_other_record_owns_is_forgotten_and_undo_brings_every_row_back(both):
    own_everything(both.gone)
    owned, before = held_by(both.gone), facts(both)
    assert owned.keys() == {table.name for table in queries.owning()}
    mine = held_by(both.kept)
    change = merged(both)
    assert held_by(both.gone) == {}
    assert db.session.get(Person, both.gone) is None
    after = held_by(both.kept)
    for name, rows in owned.items():
        assert after[name] >= mine.get(name, 0) + rows or name == "posting", name
    for table, column in queries.derived().items():
        assert not db.session.scalar(sa.select(sa.exists().where(column == both.gone))), table.name
    assert plan.compare_derived().differences == 0
    assert taken_back(change) > 0
    assert differing(before, stored()) == {}
    assert plan.compare_derived().differences == 0


def test_both_own_everything_and_undo_still_brings_every_row_back(both):
    own_everything(both.kept)
    own_everything(both.gone)
    db.session.execute(sa.update(TransferProposal).values(decided_at=clock.now(), state="rut"))
    db.session.execute(sa.update(Attempt).values(submitted_at=clock.now()))
    db.session.execute(sa.update(Posting).where(Posting.person_id == both.gone).values(from_on=JAN + timedelta(days=9)))
    db.session.execute(sa.delete(Posting).where(Posting.person_id == both.kept, Posting.from_on == JAN))
    before = facts(both)
    change = merged(both)
    assert held_by(both.gone) == {}
    assert plan.compare_derived().differences == 0
    taken_back(change)
    assert differing(before, stored()) == {}


def test_a_result_of_the_other_record_fulfils_the_duty_of_the_one_that_is_kept(both):
    plan.refresh_people([both.kept])
    add(
        Completion(
            person_id=both.gone, course_id=both.course.id, version_id=both.course.current_version_id, hours=4,
            completed_on=date(2026, 5, 1), content_group="KHCN", source="online", recorded_at=clock.now(),
        )
    )  # fmt: skip
    merged(both)
    fulfilled = db.session.scalars(sa.select(Obligation.fulfilled_on).where(Obligation.person_id == both.kept)).all()
    assert fulfilled == [date(2026, 5, 1)]


def test_blanks_are_filled_and_the_old_number_is_kept_and_found(both):
    kept, gone = db.session.get_one(Person, both.kept), db.session.get_one(Person, both.gone)
    kept.phone, gone.phone, kept.email, gone.email = "", "0912345678", "a@example.gov.vn", "b@example.gov.vn"
    db.session.flush()
    merged(both)
    kept = db.session.get_one(Person, both.kept)
    assert (kept.phone, kept.email, kept.personal_id) == ("0912345678", "a@example.gov.vn", "001192000089")
    written = {(c.field, c.old, c.new) for c in db.session.scalars(sa.select(PersonCorrection))}
    assert written == {("personal_id", "001192000071", "001192000089"), ("phone", "", "0912345678")}


def test_a_record_that_another_office_made_is_a_move(both):
    other = make_unit(code="khac", parent=both.cast.city)
    make_posting(person=db.session.get_one(Person, both.gone), unit=other, from_on=date(2026, 3, 1))
    merged(both)
    assert [(unit, start) for unit, _d, start, _e in believed(db.session.get_one(Person, both.kept))] == [
        (both.ward.id, date(2024, 1, 1)), (other.id, date(2026, 3, 1)),
    ]  # fmt: skip


def test_progress_of_one_course_is_united(both):
    version = version_of(both)
    lessons = [
        add(Lesson(version_id=version.id, place=n, key=f"b{n}", title="Bài", minutes=5, skills=[], html=""))
        for n in (1, 2, 3)
    ]
    studies = {}
    for person, percents in ((both.kept, {1: 80, 2: 10}), (both.gone, {2: 100, 3: 40})):
        study = studies[person] = add(
            Enrolment(
                person_id=person, course_id=both.course.id, version_id=version.id, source="chosen",
                enrolled_at=clock.now(), started_on=JAN,
            )
        )  # fmt: skip
        for n, percent in percents.items():
            add(
                LessonProgress(
                    enrolment_id=study.id, lesson_id=lessons[n - 1].id, percent=percent, opened_at=clock.now(),
                    done_at=clock.now() if percent == 100 else None,
                )
            )  # fmt: skip
    before = facts(both)
    change = merged(both)
    rows = db.session.execute(sa.select(LessonProgress.lesson_id, LessonProgress.percent, LessonProgress.done_at)).all()
    assert {(row.lesson_id, row.percent, row.done_at is not None) for row in rows} == {
        (lessons[0].id, 80, False), (lessons[1].id, 100, True), (lessons[2].id, 40, False),
    }  # fmt: skip
    taken_back(change)
    assert differing(before, stored()) == {}


def test_of_two_accounts_that_of_the_kept_record_stays_with_the_roles_of_both(both):
    stays, closed = (make_account(person=db.session.get_one(Person, one)) for one in (both.kept, both.gone))
    add(Grant(account_id=closed.id, role="hr", unit_id=both.ward.id, from_on=JAN, recorded_at=clock.now()))
    before, stays_id, closed_id = facts(both), stays.id, closed.id
    change = merged(both)
    stays, closed = db.session.get_one(Account, stays_id), db.session.get_one(Account, closed_id)
    assert (stays.person_id, closed.person_id, closed.disabled_at is not None) == (both.kept, None, True)
    holders = db.session.scalars(sa.select(Grant.account_id).where(Grant.role == "hr", Grant.from_on == JAN)).all()
    assert holders == [stays_id]
    taken_back(change)
    assert differing(before, stored()) == {}


def attempt(both, person_id, number, *, submitted=True):
    return add(
        Attempt(
            person_id=person_id, version_id=both.course.current_version_id, number=number, started_at=clock.now(),
            deadline_at=clock.now(), submitted_at=clock.now() if submitted else None,
        )
    )  # fmt: skip


def test_attempts_are_numbered_on(both):
    attempt(both, both.kept, 1)
    attempt(both, both.gone, 1)
    attempt(both, both.gone, 2, submitted=False)
    merged(both)
    assert db.session.scalars(sa.select(Attempt.number).where(Attempt.person_id == both.kept)).all() == [1, 2, 3]


def same_day(both):
    other = make_unit(code="khac", parent=both.cast.city)
    make_posting(person=db.session.get_one(Person, both.gone), unit=other, from_on=date(2024, 1, 1))


def both_in_a_test(both):
    attempt(both, both.kept, 1, submitted=False)
    attempt(both, both.gone, 1, submitted=False)


def both_proposed(both):
    for person in (both.kept, both.gone):
        add(
            TransferProposal(
                person_id=person, old_id=both.ward.id, new_id=both.ward.id, on_day=JAN, kind="chuyen",
                proposed_at=clock.now(),
            )
        )  # fmt: skip


def not_alike(both):
    gone = db.session.get_one(Person, both.gone)
    gone.full_name, gone.birth_date = "Lê Văn Bảo", date(1970, 1, 1)


def one_record(both):
    both.gone = both.kept


@pytest.mark.parametrize(
    ("arrange", "reason"),
    [
        (same_day, MergeRefusal.SAME_DAY),
        (both_in_a_test, MergeRefusal.BOTH_IN_A_TEST),
        (both_proposed, MergeRefusal.BOTH_PROPOSED),
        (not_alike, MergeRefusal.NOT_ALIKE),
        (one_record, MergeRefusal.ONE_RECORD),
    ],
)
def test_what_cannot_be_true_of_one_human_is_refused(both, arrange, reason):
    arrange(both)
    with pytest.raises(Refused) as caught:
        merge(both)
    assert caught.value.reason is reason
    assert labels.REFUSALS[reason]


# Pages ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def twins(cast):
    kept = make_person(name="Đặng Thị Ánh", personal_id="001192000089", unit=cast.ward)
    gone = make_person(name="Dang Thi Anh", personal_id="001192000071", unit=cast.ward, from_on=date(2025, 1, 1))
    return kept.id, gone.id


def test_the_page_offers_records_of_the_same_name_and_merges_one_by_preview_and_undo(twins, browse, cast):
    kept, gone = twins
    binh = browse.as_(cast.binh)
    assert "Gộp hồ sơ trùng" in binh.get("organisation.person", person_id=kept).text
    page = binh.get("merging.merge", person_id=kept)
    assert "Dang Thi Anh" in page.text
    page = binh.get("merging.merge", person_id=kept, voi=gone)
    assert "001192000071" not in page.text
    assert "Vị trí công tác" in page.text
    shown = binh.follow(binh.post("merging.merge", person_id=kept, data={"other": str(gone), "gop": "1"}))
    assert "Gộp hồ sơ trùng của Đặng Thị Ánh" in shown.text
    assert db.session.get(Person, gone) is not None


def test_a_record_is_found_by_its_number_within_the_visitors_units(twins, browse, cast):
    kept, _gone = twins
    far = make_person(name="Đặng Thị Ánh", personal_id="001192000113", unit=make_unit(code="xa"))
    binh = browse.as_(cast.binh)
    page = binh.post("merging.merge", 200, person_id=kept, data={"number": "001192000071"})
    assert "Xem trước việc gộp" in page.text
    for number in (far.personal_id, "001192000089", "1"):
        page = binh.post("merging.merge", 422, person_id=kept, data={"number": number})
        assert "Không có hồ sơ khác mang số này" in page.text
    binh.get("merging.merge", 404, person_id=kept, voi=far.id)


def test_two_plainly_different_people_are_refused_on_the_page(twins, browse, cast):
    kept, gone = twins
    other = db.session.get_one(Person, gone)
    other.full_name, other.birth_date = "Lê Văn Bảo", date(1970, 1, 1)
    db.session.flush()
    page = browse.as_(cast.binh).post("merging.merge", 422, person_id=kept, data={"other": str(gone), "gop": "1"})
    assert "khác cả họ tên lẫn ngày sinh" in page.text
