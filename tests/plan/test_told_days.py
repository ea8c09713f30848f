"""A plan that changes never shortens a day that was told, and moves no day of what is fulfilled."""

from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from lms.learning.models import Completion
from lms.plan import queries, service
from lms.plan.derive import swap
from lms.plan.models import DueGrant, Obligation
from lms.plan.rules import FOREVER, State
from lms.platform import clock
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.conftest import TODAY
from tests.factories import add, make_person
from tests.plan.plans import SMALL, apply, make_course
from tests.plan.test_derivation import OFTEN, undone

END, EARLIER, LATER = date(2026, 12, 31), date(2026, 11, 30), date(2027, 3, 31)


def due_by(day: date, text: str = SMALL) -> str:
    """The small plan, due by another day."""
    return text.replace("2026-12-31", f"{day}")


@pytest.fixture
def course(cast):
    """The course that the small plan names; everybody must study it by the end of 2026."""
    found = make_course(organiser=cast.city)
    apply()
    return found


def complete(person_id: int, course, on: date) -> Completion:
    """A completion, and what follows from it at once."""
    completion = add(
        Completion(
            person_id=person_id, course_id=course.id, completed_on=on, hours=Decimal(4), content_group="KHCN",
            source="online", recorded_at=clock.now(),
        )
    )  # fmt: skip
    service.refresh_person_course(person_id, course.id, TODAY)
    return completion


def duty(person_id: int) -> Obligation:
    """The person's only obligation."""
    db.session.expire_all()
    return db.session.scalars(sa.select(Obligation).where(Obligation.person_id == person_id)).one()


def due_days() -> set[date]:
    """The due days that stand."""
    return set(db.session.scalars(sa.select(Obligation.due_on)))


def test_an_earlier_day_is_for_those_who_join_later(cast, course, audited):
    change = apply(due_by(EARLIER))
    assert (change.due_kept, change.due_earlier) == (6, 0)
    assert due_days() == {END}
    newcomer = make_person(unit=cast.ward)
    service.refresh_people([newcomer.id])
    assert duty(newcomer.id).due_on == EARLIER
    assert audited()[-2:] == ["plan:plan:imported", "plan:due:kept"]
    [row] = db.session.scalars(sa.select(DueGrant).where(DueGrant.person_id == cast.an.person_id))
    assert (row.kind, row.due_on, row.granted_on) == ("kept", END, TODAY)
    assert row.reason.startswith("Kế hoạch số 1/KH-THU thay đổi ngày ")
    assert service.compare_derived().differences == 0


def test_days_are_kept_where_so_much_changes_that_new_tables_take_over(cast, course, monkeypatch):
    monkeypatch.setattr(swap, "MANY", 0)
    complete(cast.an.person_id, course, TODAY)
    apply(due_by(LATER))
    assert duty(cast.an.person_id).due_on == END
    assert due_days() == {END, LATER}
    assert service.compare_derived().differences == 0


def test_the_same_again_keeps_nothing_twice(cast, course):
    apply(due_by(EARLIER))
    apply(due_by(EARLIER).replace("Kế hoạch thử", "Kế hoạch thử, sửa tên"))
    apply(due_by(date(2026, 10, 31)))
    assert due_days() == {END}
    assert db.session.scalar(sa.select(sa.func.count(DueGrant.id))) == 6


def test_shortening_is_asked_for_and_told(cast, course, audited):
    change = apply(due_by(EARLIER), shorten=True)
    assert (change.due_kept, change.due_earlier) == (0, 6)
    assert due_days() == {EARLIER}
    assert audited()[-2:] == ["plan:plan:imported", "plan:due:shortened"]


def test_what_was_kept_may_be_shortened_afterwards_by_the_same_file(cast, course):
    apply(due_by(EARLIER))
    assert not apply(due_by(EARLIER)).changed
    again = apply(due_by(EARLIER), shorten=True)
    assert (again.changed, again.due_earlier) == (True, 6)
    assert due_days() == {EARLIER}
    assert not apply(due_by(EARLIER), shorten=True).changed
    assert service.compare_derived().differences == 0


def test_a_preview_of_either_leaves_nothing(cast, course, audited):
    logged = audited()
    for shorten in (False, True):
        change = service.preview_plan(
            due_by(EARLIER).encode(), by=SYSTEM, today=TODAY, now=clock.now(), shorten=shorten
        )
        assert (change.due_kept, change.due_earlier) == ((0, 6) if shorten else (6, 0))
    assert db.session.scalars(sa.select(DueGrant)).all() == []
    assert due_days() == {END}
    assert audited() == logged


def test_what_was_completed_late_stays_late_and_in_time_stays_in_time(cast, course):
    apply(due_by(date(2026, 6, 30)), shorten=True)
    an, binh = cast.an.person_id, cast.binh.person_id
    complete(an, course, date(2026, 8, 1))
    complete(binh, course, date(2026, 6, 1))
    apply(due_by(LATER))
    assert (duty(an).due_on, duty(binh).due_on) == (date(2026, 6, 30), date(2026, 6, 30))
    assert queries.duties_of(an, TODAY)[0].state is State.COMPLETED_LATE
    assert duty(cast.chi.person_id).due_on == LATER
    change = apply(due_by(date(2026, 1, 31)), shorten=True)
    assert queries.duties_of(an, TODAY)[0].state is State.COMPLETED_LATE
    assert queries.duties_of(binh, TODAY)[0].state is State.COMPLETED
    assert (change.due_earlier, change.due_fixed) == (4, 0)
    assert service.compare_derived().differences == 0


def test_a_completion_that_was_voided_no_longer_holds_its_day(cast, course):
    an = cast.an.person_id
    completion = complete(an, course, date(2026, 8, 1))
    apply(due_by(LATER))
    assert duty(an).due_on == END
    completion.voided_at = clock.now()
    service.refresh_person_course(an, course.id, TODAY)
    assert (duty(an).due_on, duty(an).fulfilled_on) == (LATER, FOREVER)
    assert service.compare_derived().differences == 0


def test_a_requirement_that_ends_keeps_no_days(cast, course):
    apply(SMALL.replace("code: R1", "code: R2"))
    assert db.session.scalars(sa.select(DueGrant)).all() == []


REPEATED = SMALL.replace("    from: 2024-01-01", "    from: 2024-01-01\n    repeat: {months: 12, window_months: 6}")


def test_an_extension_stays_with_the_cycle_that_was_open_when_it_was_given(cast):
    course = make_course(organiser=cast.city)
    apply(REPEATED.replace("{fixed: 2026-12-31}", "{fixed: 2024-12-31}"))
    an = cast.an.person_id

    def days() -> list[tuple[int, date]]:
        db.session.expire_all()
        rows = sa.select(Obligation.cycle, Obligation.due_on).where(Obligation.person_id == an)
        return [tuple(row) for row in db.session.execute(rows.order_by(Obligation.cycle))]

    complete(an, course, date(2025, 11, 1))
    assert days() == [(0, date(2024, 12, 31)), (1, date(2026, 10, 31))]
    requirement_id = db.session.scalars(sa.select(Obligation.requirement_id)).first()
    add(
        DueGrant(
            person_id=an, requirement_id=requirement_id, cycle=1, kind="extended", due_on=date(2027, 2, 28),
            granted_on=TODAY, opened_on=date(2026, 5, 1), recorded_at=clock.now(),
        )
    )  # fmt: skip
    service.refresh_people([an])
    assert days()[1] == (1, date(2027, 2, 28))
    # A completion of long ago comes to light: what was the second cycle is the third now.
    complete(an, course, date(2024, 12, 1))
    assert days() == [(0, date(2024, 12, 31)), (1, date(2025, 11, 30)), (2, date(2027, 2, 28))]
    assert service.compare_derived().differences == 0
    # The extension is for this cycle only.
    complete(an, course, date(2026, 11, 20))
    assert days()[2:] == [(2, date(2027, 2, 28)), (3, date(2027, 11, 19))]


plan_days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
steps = st.one_of(
    st.tuples(st.just("amended"), plan_days),
    st.tuples(st.just("amended"), plan_days),
    st.tuples(st.just("completed"), st.dates(date(2026, 1, 1), TODAY)),
)


@OFTEN
@given(happening=st.lists(steps, min_size=1, max_size=5))
def test_whatever_is_amended_no_told_day_is_shortened_and_no_result_turns(cast, happening):
    with undone():
        course = make_course(organiser=cast.city)
        apply()
        people = [cast.an.person_id, cast.binh.person_id]
        for kind, day in happening:
            before = {person: (duty(person).due_on, duty(person).fulfilled_on) for person in people}
            if kind == "completed":
                complete(people[0], course, day)
                continue
            apply(due_by(day))
            for person, (due_on, fulfilled_on) in before.items():
                after = duty(person).due_on
                assert after == due_on if fulfilled_on < FOREVER else after >= due_on
        assert service.compare_derived().differences == 0
