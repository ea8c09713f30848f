"""Figures that were sent out stand for ever: closed with everything they rest on, sealed, put right by errata only."""

import hashlib
from datetime import date

import pytest
import sqlalchemy as sa

from lms.organisation import service as organisation
from lms.organisation.service import Kind, Wish
from lms.plan.models import DerivedCheck
from lms.plan.periods import labels, queries, rules, service
from lms.plan.periods.models import (
    ClosedBlock,
    ClosedDuty,
    ClosedFigure,
    ClosedPeriod,
    ClosedPerson,
    ClosedRequirement,
    ErratumLine,
    PeriodDifference,
    PeriodErratum,
)
from lms.plan.periods.rules import Cause, Fault, Refusal
from lms.platform import clock
from lms.platform.db import db
from lms.platform.events import SYSTEM
from lms.platform.forms import Refused
from tests.plan.closing import close, complete, later, prepare, void, waive
from tests.plan.plans import SMALL, apply


@pytest.fixture
def people(cast):
    """The cast, of whom An and Bình were done in time; Chi was done after the day."""
    prepare(cast)
    complete(cast.an.person_id, date(2026, 8, 1))
    complete(cast.binh.person_id, date(2026, 9, 30))
    complete(cast.chi.person_id, date(2026, 10, 5))
    return cast


def total(period, stage):
    cells = queries.cells_of(period.id, stage)
    return tuple(sum(column) for column in zip(*(cell[2] for cell in cells), strict=True))


def test_a_period_holds_every_duty_of_its_day_with_what_lies_behind(people):
    period = close()
    assert (period.code, period.duties, period.persons, period.requirements) == ("KH-THU.2026-09-30", 6, 6, 1)
    duties = {row.person_id: row for row in db.session.scalars(sa.select(ClosedDuty))}
    done, open_ = duties[people.an.person_id], duties[people.chi.person_id]
    assert (done.fulfilled_on, done.unit_id, done.evidence[0]) == (date(2026, 8, 1), people.ward.id, "c")
    assert (open_.fulfilled_on.year, open_.evidence) == (9999, ""), "what came after the day is not known on it"
    assert total(period, rules.BASIS)[:2] == (6, 2)
    assert sum(queries.persons_of(period.id, rules.BASIS).values()) == 6
    assert service.verify(period) == []


def test_the_digest_is_that_of_the_canonical_text(people):
    period = close()
    text = "".join(block for _, _, block in service.text_blocks(period))
    assert hashlib.sha256(text.encode()).hexdigest() == period.digest
    lines = text.splitlines()
    assert len(lines) == 1 + period.units + period.requirements + period.persons + period.duties
    assert lines[0].startswith('{"dang":"chot-so-lieu/1"')
    assert lines[-1].startswith("nghia-vu|6|")


def test_names_with_bars_and_breaks_cannot_pass_for_other_columns(people):
    person = people.person("an")
    person.full_name = "Đặng|Thị\\An"
    db.session.flush()
    period = close()
    text = "".join(block for _, _, block in service.text_blocks(period))
    assert "|Đặng\\|Thị\\\\An|" in text
    assert service.verify(period) == []


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [({"as_of": date(2026, 11, 25)}, Refusal.FUTURE), ({"unit_id": 10**6}, Refusal.NO_SUCH_UNIT),
     ({"as_of": date(2023, 1, 1)}, Refusal.NOTHING_COUNTS)],
)  # fmt: skip
def test_what_cannot_be_closed_is_refused(people, asked, refusal):
    with pytest.raises(Refused) as refused:
        close(**asked)
    assert refused.value.reason is refusal


def test_closing_twice_is_refused(people):
    close()
    with pytest.raises(Refused) as refused:
        close(name="Lần hai")
    assert refused.value.reason is Refusal.CLOSED_ALREADY


def test_figures_in_doubt_are_not_closed(people):
    check = DerivedCheck(started_at=clock.now(), finished_at=clock.now(), is_whole=True, differences=1, first=[])
    db.session.add(check)
    db.session.flush()
    with pytest.raises(Refused) as refused:
        close()
    assert refused.value.reason is Refusal.IN_DOUBT
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ClosedPeriod)) == 0


def test_a_unit_is_closed_with_what_is_under_it(people):
    period = close(unit_id=people.district.id)
    assert period.code == "KH-THU.2026-09-30.c1"
    found = set(db.session.scalars(sa.select(ClosedDuty.person_id)))
    assert found == {people.an.person_id, people.binh.person_id}
    assert service.verify(period) == []


def test_the_log_keeps_the_digest(people, audited):
    close()
    assert audited()[-1] == "plan:period:closed"


# Proving it -----------------------------------------------------------------------------------------------------------


def faults(period):
    db.session.flush()
    db.session.expire_all()
    return service.verify(db.session.get(ClosedPeriod, period.id))


def altered(model, number=2, **values):
    """Somebody alters a row of a closed period in the database itself."""
    key = "erratum_id" if model is ErratumLine else "period_id"
    assert hasattr(model, key)
    db.session.execute(sa.update(model).where(model.number == number).values(**values))


def deleted(model, number):
    """Somebody deletes a row of a closed period."""
    db.session.execute(sa.delete(model).where(model.number == number))


def renumbered(model, number, to):
    """Somebody gives a row another number."""
    db.session.execute(sa.update(model).where(model.number == number).values(number=to))


@pytest.mark.parametrize(
    ("change", "fault", "part", "number"),
    [
        (lambda: altered(ClosedDuty, fulfilled_on=date(2026, 9, 1)), Fault.ALTERED, "nghia-vu", 2),
        (lambda: altered(ClosedDuty, 5, unit_id=99), Fault.ALTERED, "nghia-vu", 5),
        (lambda: altered(ClosedPerson, full_name="Ai đó"), Fault.ALTERED, "nguoi", 2),
        (lambda: altered(ClosedRequirement, 1, facts="{}"), Fault.ALTERED, "yeu-cau", 1),
        (lambda: deleted(ClosedDuty, 3), Fault.MISSING, "nghia-vu", 3),
        (lambda: deleted(ClosedDuty, 6), Fault.MISSING, "nghia-vu", 6),
        (lambda: renumbered(ClosedPerson, 6, -6), Fault.MISSING, "nguoi", 6),
    ],
)
def test_the_first_row_that_was_altered_or_deleted_is_told(people, change, fault, part, number):
    period = close()
    change()
    found = faults(period)[0]
    assert (found.fault, found.part, found.number) == (fault, part, number)
    assert str(number) in labels.finding_words(found)


def test_an_added_row_is_told(people):
    period = close()
    row = db.session.execute(sa.select(ClosedDuty.__table__).where(ClosedDuty.number == 1)).mappings().one()
    db.session.execute(sa.insert(ClosedDuty), [{**row, "number": 7}])
    assert [(found.fault, found.number) for found in faults(period)] == [(Fault.ADDED, 7)]


def test_a_row_altered_together_with_its_mark_is_told_by_its_block(people):
    period = close()
    line = "nghia-vu|2|x"
    altered(ClosedDuty, mark=rules.mark_of(line), cycle=5)
    found = faults(period)[0]
    assert found.fault is Fault.ALTERED
    [text] = [one for number, one, _ in service.lines_of_part(period, "nghia-vu") if number == 2]
    altered(ClosedDuty, mark=rules.mark_of(text))
    found = faults(period)[0]
    assert (found.fault, found.number, found.through) == (Fault.SOMEWHERE, 1, 6)


def test_a_period_made_anew_with_all_its_digests_is_told_by_the_log(people):
    period = close()
    db.session.execute(sa.update(ClosedPeriod).values(name="Quý IV/2026"))
    assert faults(period)[0].fault is Fault.HEAD
    db.session.execute(sa.delete(ClosedBlock))
    db.session.expire_all()
    service.seal(db.session.get(ClosedPeriod, period.id))
    assert [found.fault for found in faults(period)] == [Fault.LOG]


def test_kept_figures_must_follow_from_the_rows(people):
    period = close()
    db.session.execute(sa.update(ClosedFigure).where(ClosedFigure.required > 0).values(completed=0))
    assert [found.fault for found in faults(period)] == [Fault.FIGURES]


def test_taking_somebody_out_of_the_records_leaves_the_period_as_it_was(people):
    period = close()
    before = total(period, rules.BASIS)
    for table in ("segment", "obligation", "reason"):
        db.session.execute(sa.text(f"DELETE FROM {table} WHERE person_id = {people.chi.person_id}"))
    assert faults(period) == []
    assert total(period, rules.BASIS) == before


# What is known now ----------------------------------------------------------------------------------------------------


def differing(period):
    service.compare(period, now=clock.now())
    return list(db.session.scalars(sa.select(PeriodDifference).order_by(PeriodDifference.number)))


def test_nothing_differs_while_no_fact_of_the_day_changes(people, at_eight_in_the_morning):
    period = close()
    later(at_eight_in_the_morning)
    complete(people.dung.person_id, date(2026, 11, 20))
    assert differing(period) == []
    assert total(period, rules.NOW) == total(period, rules.BASIS)


def test_a_result_recorded_late_is_told_with_its_days(people, at_eight_in_the_morning):
    period = close()
    later(at_eight_in_the_morning)
    complete(people.dung.person_id, date(2026, 9, 15))
    [row] = differing(period)
    assert (row.person_id, row.cause, row.counts) == (people.dung.person_id, Cause.RECORDED_LATE, True)
    assert row.words == (
        "Kết quả ghi nhận muộn: “Khóa thử nghiệm” hoàn thành ngày 15/09/2026, ghi nhận ngày 25/11/2026."
    )
    assert total(period, rules.NOW)[1] == total(period, rules.BASIS)[1] + 1


def test_a_voided_result_is_told(people, at_eight_in_the_morning):
    done = complete(people.dung.person_id, date(2026, 9, 15))
    period = close()
    later(at_eight_in_the_morning)
    void(done)
    [row] = differing(period)
    assert (row.cause, row.fulfilled_on.year) == (Cause.VOIDED, 9999)
    assert row.words == "Kết quả bị hủy: “Khóa thử nghiệm” ngày 15/09/2026, hủy ngày 25/11/2026."


def test_a_move_recorded_afterwards_is_told_with_both_units(people, at_eight_in_the_morning):
    period = close()
    later(at_eight_in_the_morning)
    wish = Wish(kind=Kind.MOVE, new_id=people.other.id, on=date(2026, 9, 1), source="45/QĐ-SNV")
    organisation.transfer(people.person("an"), wish, by=SYSTEM, now=clock.now())
    [row] = differing(period)
    assert (row.cause, row.was_unit_id, row.unit_id) == (Cause.MOVED, people.ward.id, people.other.id)
    assert row.words == (
        "Điều chỉnh vị trí công tác: từ Trường Tiểu học Hoa Sen sang Xã Sóc Sơn, ghi ngày 25/11/2026, theo 45/QĐ-SNV."
    )


def test_a_waiver_from_before_the_day_is_told(people, at_eight_in_the_morning):
    period = close()
    later(at_eight_in_the_morning)
    waive(people.huy.person_id)
    [row] = differing(period)
    assert (row.cause, row.was_kind, row.kind) == (Cause.WAIVED, 0, 2)
    assert row.words == "Được miễn: 12/QĐ-SNV, từ ngày 01/01/2026, ghi ngày 25/11/2026."


def test_an_amended_plan_is_told(people, at_eight_in_the_morning):
    period = close()
    later(at_eight_in_the_morning)
    apply(SMALL.replace("2026-12-31", "2026-09-15"), shorten=True)
    rows = differing(period)
    assert {row.cause for row in rows} == {Cause.RULES}
    assert "Kế hoạch điều chỉnh quy tắc của yêu cầu ngày 25/11/2026: hạn từ 31/12/2026 thành 15/09/2026." in {
        row.words for row in rows
    }


def test_people_who_are_asked_for_are_compared_alone(people, at_eight_in_the_morning):
    period = close()
    later(at_eight_in_the_morning)
    complete(people.dung.person_id, date(2026, 9, 15))
    waive(people.huy.person_id)
    assert len(service.pending_differences(period)) == 2
    [one] = service.pending_differences(period, [people.huy.person_id, people.an.person_id])
    assert (one.full_name, one.causes) == ("Hoàng Quang Huy", (Cause.WAIVED,))
    assert service.pending_differences(period, []) == []


# Errata ---------------------------------------------------------------------------------------------------------------


def issue(period, **more):
    return service.issue(period, by=SYSTEM, now=clock.now(), **{"reason": "Ghi nhận muộn kết quả", **more})


def test_errata_are_numbered_and_hold_on_to_each_other(people, at_eight_in_the_morning, audited):
    period = close()
    later(at_eight_in_the_morning)
    complete(people.dung.person_id, date(2026, 9, 15))
    service.compare(period, now=clock.now())
    first = issue(period)
    assert (first.number, first.before, first.lines, period.differences) == (1, period.digest, 1, 0)
    later(at_eight_in_the_morning)
    waive(people.huy.person_id)
    service.compare(period, now=clock.now())
    second = issue(period, reason="Bổ sung quyết định miễn")
    assert (second.number, second.before) == (2, first.digest)
    assert service.verify(period) == []
    assert audited()[-1] == "plan:period:corrected"
    assert total(period, rules.BASIS)[:2] == (6, 2)
    assert total(period, 1)[:2] == (6, 3)
    assert total(period, 2)[:2] == (5, 3)
    assert queries.stages_of(period.id) == [-1, 0, 1, 2]


def test_only_what_was_chosen_is_put_right(people, at_eight_in_the_morning):
    period = close()
    later(at_eight_in_the_morning)
    complete(people.dung.person_id, date(2026, 9, 15))
    waive(people.huy.person_id)
    rows = differing(period)
    chosen = next(row for row in rows if row.cause == Cause.WAIVED)
    erratum = issue(period, numbers=[chosen.number])
    assert erratum.lines == 1
    assert [row.cause for row in differing(period)] == [Cause.RECORDED_LATE]
    assert total(period, 1)[:2] == (5, 2)


def test_what_changed_since_it_was_shown_is_shown_again(people, at_eight_in_the_morning):
    period = close()
    later(at_eight_in_the_morning)
    done = complete(people.dung.person_id, date(2026, 9, 15))
    service.compare(period, now=clock.now())
    void(done)
    with pytest.raises(Refused) as refused:
        issue(period)
    assert refused.value.reason is Refusal.CHANGED_MEANWHILE
    service.compare(period, now=clock.now())
    with pytest.raises(Refused) as refused:
        issue(period)
    assert refused.value.reason is Refusal.NOTHING_TO_CORRECT


def test_an_altered_erratum_and_a_deleted_one_are_told(people, at_eight_in_the_morning):
    period = close()
    for number, who in enumerate((people.dung, people.huy), 1):
        later(at_eight_in_the_morning)
        complete(who.person_id, date(2026, 9, 15))
        service.compare(period, now=clock.now())
        assert issue(period).number == number
    savepoint = db.session.begin_nested()
    altered(ErratumLine, 1, fulfilled_on=date(2026, 9, 16))
    found = faults(period)[0]
    assert (found.fault, found.erratum, found.number) == (Fault.ALTERED, 1, 1)
    savepoint.rollback()
    savepoint = db.session.begin_nested()
    db.session.execute(sa.delete(PeriodErratum).where(PeriodErratum.number == 2))
    assert [(one.fault, one.number) for one in faults(period)] == [(Fault.ERRATA_CUT, 2)]
    savepoint.rollback()
    db.session.execute(sa.update(PeriodErratum).where(PeriodErratum.number == 1).values(reason="Khác"))
    assert [(one.fault, one.number) for one in faults(period)] == [(Fault.ERRATUM, 1)]


def test_a_period_whose_seal_is_broken_takes_no_errata(people, at_eight_in_the_morning):
    period = close()
    later(at_eight_in_the_morning)
    complete(people.dung.person_id, date(2026, 9, 15))
    service.compare(period, now=clock.now())
    period.faults = 1
    db.session.flush()
    with pytest.raises(Refused) as refused:
        issue(period)
    assert refused.value.reason is Refusal.BROKEN_SEAL
