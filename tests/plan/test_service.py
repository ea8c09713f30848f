"""Importing plans, amending them, and obligations that react at once."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from lms.learning.events import CompletionVoided, CourseCompleted, CourseStarted
from lms.learning.models import Completion
from lms.organisation.events import PostingsChanged
from lms.organisation.models import Posting
from lms.plan import queries, service
from lms.plan.models import Audience, Clause, Obligation, Plan, Reason, Requirement, Segment
from lms.plan.rules import FOREVER, State
from lms.plan.service import BadPlan
from lms.platform import clock
from lms.platform.db import db
from lms.platform.events import SYSTEM, emit
from tests.conftest import TODAY
from tests.factories import add, make_person, make_posting, make_unit
from tests.plan.plans import SMALL, apply, make_course, make_position


@pytest.fixture
def course(cast):
    """The course that the small plan names."""
    return make_course(organiser=cast.city)


def complete(person_id: int, course, on: date) -> Completion:
    """A completion and its announcement, as the learning domain makes them."""
    completion = add(
        Completion(
            person_id=person_id, course_id=course.id, completed_on=on, hours=Decimal(4), content_group="KHCN",
            source="online", recorded_at=clock.now(),
        )
    )  # fmt: skip
    emit(
        CourseCompleted(
            person_id=person_id, completion_id=completion.id, course_id=course.id, version_id=None, completed_on=on,
            hours=Decimal(4), score=None, title="Khóa thử nghiệm",
        ),
        by=SYSTEM,
    )  # fmt: skip
    return completion


def test_a_new_plan_obliges_its_audience_and_is_logged(cast, course, audited):
    change = apply()
    [effect] = change.effects
    assert (change.is_new, effect.what, effect.gained, effect.lost, effect.obliged) == (True, "added", 6, 0, 6)
    assert len(effect.gained_names) == 5
    assert effect.gained_names[0].startswith("Đặng Thị An (001")
    assert "•" in effect.gained_names[0]
    assert db.session.scalar(sa.select(sa.func.count(Obligation.id))) == 6
    assert audited() == ["plan:plan:imported"]


def test_the_same_file_twice_changes_nothing(cast, course, audited):
    apply()
    again = apply(SMALL + "# một ghi chú\n")
    assert (again.changed, again.effects) == (False, ())
    assert audited() == ["plan:plan:imported"]


def test_a_preview_says_what_would_happen_and_leaves_nothing(cast, course, audited):
    change = service.preview_plan(SMALL.encode(), by=SYSTEM, today=TODAY, now=clock.now())
    assert change.effects[0].gained == 6
    for model in (Plan, Clause, Requirement, Audience, Obligation, Segment, Reason):
        assert db.session.scalars(sa.select(model)).all() == []
    assert audited() == []


def test_an_amendment_tells_gained_lost_and_moved_due_days(cast, course):
    make_person(name="Ngô Văn Viên", unit=cast.ward, category="vien_chuc")
    apply()
    kept = {o.person_id: o.id for o in db.session.scalars(sa.select(Obligation))}
    change = apply(SMALL.replace("[cong_chuc, vien_chuc]", "[cong_chuc]").replace("2026-12-31", "2026-11-30"))
    [effect] = change.effects
    assert (effect.what, effect.gained, effect.lost, effect.obliged) == ("changed", 0, 1, 6)
    assert (effect.due_earlier, effect.due_later, effect.due_kept) == (0, 0, 6)
    assert effect.lost_names[0].startswith("Ngô Văn Viên")
    db.session.expire_all()
    after = {o.person_id: o.id for o in db.session.scalars(sa.select(Obligation))}
    assert after.items() < kept.items()


def test_a_requirement_gone_from_the_file_ends_today_and_keeps_its_history(cast, course):
    text = SMALL + SMALL[SMALL.index("  - code: R1") :].replace("R1", "R2")
    apply(text)
    change = apply(SMALL)
    assert [(effect.code, effect.what, effect.lost) for effect in change.effects] == [
        ("R1", "same", 0),
        ("R2", "ended", 6),
    ]
    db.session.expire_all()
    ended = db.session.scalars(sa.select(Requirement).where(Requirement.code == "R2")).one()
    assert ended.to_on == TODAY
    closing = set(db.session.scalars(sa.select(Obligation.closes_on).where(Obligation.requirement_id == ended.id)))
    assert closing == {TODAY}
    back = apply(text)
    assert [(effect.code, effect.what, effect.gained) for effect in back.effects] == [
        ("R1", "same", 0),
        ("R2", "changed", 6),
    ]


def test_what_the_file_names_must_exist(cast):
    make_position("mot-cua")
    text = SMALL.replace("categories: [cong_chuc, vien_chuc]", "positions: [la], kinds: [tinh]")
    text = text.replace("lead: tp-ha-noi", "lead: khong-co")
    with pytest.raises(BadPlan) as caught:
        apply(text)
    assert [(problem.line, problem.message.split(".")[0]) for problem in caught.value.problems] == [
        (8, "Không có đơn vị mã “khong-co”"),
        (14, "Chưa có khóa học “khoa-thu”"),
        (16, "Không có loại đơn vị “tinh”"),
        (16, "Không có nhóm vị trí “la”"),
    ]
    assert db.session.scalars(sa.select(Plan)).all() == []


def test_a_reused_code_means_the_unit_that_bears_it_on_the_first_day(cast, course):
    old = make_unit(code="00292", parent=cast.city, valid_to=date(2025, 1, 1))
    new = make_unit(code="00292", parent=cast.city, valid_from=date(2025, 1, 1))
    text = SMALL.replace("unit: tp-ha-noi, categories: [cong_chuc, vien_chuc]", 'unit: "00292"')
    apply(text)
    assert db.session.scalars(sa.select(Audience.unit_id)).all() == [old.id]
    apply(text.replace('unit: "00292"', 'unit: "00292", from: 2025-01-01'))
    assert db.session.scalars(sa.select(Audience.unit_id)).all() == [new.id]


def test_a_plan_amended_first_and_applied_at_once_agree(cast, course):
    apply(SMALL.replace("cong_chuc, ", ""))
    apply(SMALL)
    stepwise = sorted(db.session.execute(sa.select(Obligation.person_id, Obligation.opened_on, Obligation.due_on)))
    service.rebuild()
    assert (
        sorted(db.session.execute(sa.select(Obligation.person_id, Obligation.opened_on, Obligation.due_on))) == stepwise
    )


def test_joining_and_leaving_are_followed_in_the_same_transaction(cast, course):
    apply()
    person = make_person(name="Hồ Thị Mới", unit=cast.ward)
    emit(PostingsChanged(person_ids=(person.id,)), by=SYSTEM)
    [duty] = queries.duties_of(person.id, TODAY)
    assert (duty.state, duty.opened_on, duty.due_on) == (State.NOT_STARTED, date(2024, 1, 1), date(2026, 12, 31))
    posting = db.session.scalars(sa.select(Posting).where(Posting.person_id == person.id)).one()
    posting.superseded_at = clock.now()
    make_posting(person=person, unit=cast.ward, to_on=TODAY)
    emit(PostingsChanged(person_ids=(person.id,)), by=SYSTEM)
    assert queries.duties_of(person.id, TODAY) == []
    [ended] = queries.all_duties_of(person.id, TODAY)
    assert (ended.obligation_id, ended.state) == (duty.obligation_id, State.ENDED)


def test_starting_completing_and_voiding_are_followed_in_the_same_transaction(cast, course):
    apply()
    person_id = cast.an.person_id
    emit(CourseStarted(person_id=person_id, course_id=course.id, on=TODAY), by=SYSTEM)
    assert queries.duties_of(person_id, TODAY)[0].state is State.NOT_STARTED, "no enrolment stands behind the event"
    completion = complete(person_id, course, TODAY)
    [duty] = queries.duties_of(person_id, TODAY)
    assert (duty.state, duty.fulfilled_on, duty.done_course_ids) == (State.COMPLETED, TODAY, {course.id})
    segment = db.session.scalars(sa.select(Segment).where(Segment.person_id == person_id)).one()
    assert (segment.started_on, segment.fulfilled_on) == (TODAY, TODAY)
    completion.voided_at = clock.now()
    emit(
        CompletionVoided(
            person_id=person_id, completion_id=completion.id, course_id=course.id, title="Khóa", reason="Nhầm người"
        ),
        by=SYSTEM,
    )
    db.session.expire_all()
    [duty] = queries.duties_of(person_id, TODAY)
    assert (duty.state, duty.fulfilled_on) == (State.NOT_STARTED, FOREVER)


def test_duties_come_with_hours_and_courses_done_the_most_urgent_first(cast, course):
    second = make_course(slug="khoa-hai", organiser=cast.city, title="Khóa hai")
    both = SMALL[SMALL.index("  - code: R1") :]
    hours = both.replace("R1", "R2").replace("{any_of: [khoa-thu]}", "{hours: 8, group: KHCN}")
    hours = hours.replace("{fixed: 2026-12-31}", "{calendar_year: 31/12}")
    everything = both.replace("R1", "R3").replace("{any_of: [khoa-thu]}", "{all_of: [khoa-hai, khoa-thu]}")
    apply(SMALL + hours + everything.replace("2026-12-31", "2026-10-31"))
    complete(cast.an.person_id, course, date(2026, 5, 1))
    duties = queries.duties_of(cast.an.person_id, TODAY)
    assert [(duty.requirement_title, duty.state, duty.rule) for duty in duties] == [
        ("Hoàn thành khóa thử", State.OVERDUE, "all_of"),
        ("Hoàn thành khóa thử", State.IN_PROGRESS, "hours"),
        ("Hoàn thành khóa thử", State.COMPLETED, "any_of"),
    ]
    late, yearly, _ = duties
    assert (late.course_ids, late.done_course_ids) == ((second.id, course.id), {course.id})
    assert late.next_course_id == second.id
    assert (yearly.cycle, yearly.hours_done, yearly.hours_needed) == (2026, Decimal(4), Decimal(8))


def test_late_joiners_get_their_days(cast, course):
    apply(SMALL.replace("{fixed: 2026-12-31}", "{fixed: 2026-01-31, late_joiners_days: 60}"))
    joined = TODAY - timedelta(days=10)
    person = make_person(unit=cast.ward, from_on=joined)
    service.refresh_people([person.id])
    [late_joiner] = queries.duties_of(person.id, TODAY)
    assert late_joiner.due_on == joined + timedelta(days=60)
    [other] = queries.duties_of(cast.an.person_id, TODAY)
    assert other.due_on == date(2026, 1, 31)
