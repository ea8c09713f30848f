"""An act on many people is noted row by row by the database, and put back so."""

from datetime import date

import pytest
import sqlalchemy as sa

from lms.changes import journal, kinds, service
from lms.changes.kinds import Kind
from lms.changes.models import ChangeEffect, ChangeSet
from lms.changes.rules import Refusal
from lms.organisation import service as organisation
from lms.organisation.models import Posting
from lms.organisation.service import Away, Wish
from lms.organisation.service import Kind as Move
from lms.plan import service as plan
from lms.plan.derive import Derivation
from lms.plan.models import Requirement
from lms.plan.service import Exempt
from lms.platform import clock
from lms.platform.access import Permission
from lms.platform.columns import FOREVER
from lms.platform.db import db
from lms.platform.events import SYSTEM
from lms.platform.forms import Refused
from tests.changes.stored import differing, stored
from tests.conftest import TODAY
from tests.factories import make_person, make_unit
from tests.organisation.test_reforms import FILE, City
from tests.plan.plans import SMALL, apply, make_course

NOW = clock.now


def change_of(act):
    """A change set of a kind made for the test."""
    kinds.register(Kind("thu", Permission.PLAN_PLAN_IMPORT, lambda payload, change_id, by, now: act()))
    return service.propose("thu", title="Thử", payload={}, unit_id=None, by=SYSTEM, now=NOW())


def done(act):
    change = change_of(act)
    service.preview(change, by=SYSTEM, now=NOW(), today=TODAY)
    service.apply(change, needs_approval=False, by=SYSTEM, now=NOW(), today=TODAY)
    return change


def taken_back(change):
    return service.undo(change, reason="nhầm", by=SYSTEM, now=NOW(), today=TODAY)


@pytest.fixture
def obliged(cast):
    make_course(organiser=cast.city)
    apply()
    return db.session.scalars(sa.select(Requirement)).one()


def waiving(cast, requirement):
    line = Exempt(cast.an.person_id, requirement.id, date(2026, 11, 1), FOREVER, "Nghỉ hưu")
    return lambda: plan.waive([line], by=SYSTEM, now=NOW())


def test_a_preview_tells_what_applying_does_and_leaves_nothing(cast, obliged):
    before = stored()
    change = change_of(waiving(cast, obliged))
    service.preview(change, by=SYSTEM, now=NOW(), today=TODAY)
    assert differing(before, stored()) == {}
    [effect] = db.session.scalars(sa.select(ChangeEffect).where(ChangeEffect.change_id == change.id))
    assert (effect.person_id, effect.what, effect.unit) == (cast.an.person_id, "waived", cast.ward.code)
    assert {k: change.summary[k] for k in ("waived", "duties", "people")} == {"waived": 1, "duties": 1, "people": 1}
    rows = service.apply(change, needs_approval=False, by=SYSTEM, now=NOW(), today=TODAY)
    assert rows == 1
    assert {"waiver", "segment"} <= differing(before, stored()).keys() <= {"waiver", "segment", "obligation"}


@pytest.mark.parametrize("what", ["waiver", "absence", "transfer", "plan", "new plan"])
def test_undoing_restores_every_row(cast, obliged, what):
    other = make_unit(code="khac", parent=cast.city)
    person = db.session.get(organisation_person(), cast.an.person_id)
    acts = {
        "waiver": waiving(cast, obliged),
        "absence": lambda: organisation.record_absences(
            [Away(cast.an.person_id, "om_dau", date(2026, 11, 1), date(2026, 12, 1))], by=SYSTEM, now=NOW()
        ),
        "transfer": lambda: organisation.transfer(
            person, Wish(kind=Move.MOVE, new_id=other.id, on=date(2026, 10, 1)), by=SYSTEM, now=NOW()
        ),
        "plan": lambda: apply(SMALL.replace("2026-12-31", "2027-01-31")),
        "new plan": lambda: apply(SMALL.replace("KH-THU", "KH-BA")),
    }
    before = stored()
    change = done(acts[what])
    assert differing(before, stored()) != {}
    assert taken_back(change) > 0
    assert differing(before, stored()) == {}
    assert plan.compare_derived().differences == 0


def test_undoing_a_reform_brings_every_unit_and_person_back(session):
    city = City()
    before = stored()
    change = done(
        lambda: organisation.reorganise(FILE.encode(), file_name="thu.yaml", on=date(2026, 7, 1), by=SYSTEM, now=NOW())
    )
    assert city.a.id in change_units(change)
    taken_back(change)
    assert differing(before, stored()) == {}


def change_units(change):
    net = journal.net_rows(db.session.connection(), change.id)
    return {int(journal.values_of(row.after)["id"]) for row in net["unit"]}


def test_what_was_changed_since_stands_in_the_way(cast, obliged):
    change = done(waiving(cast, obliged))
    from lms.plan.models import Waiver

    plan.withdraw_waiver(db.session.scalars(sa.select(Waiver)).one(), reason="sai", by=SYSTEM, now=NOW())
    now = stored()
    with pytest.raises(journal.CannotUndo) as stopped:
        taken_back(change)
    [obstacle] = stopped.value.obstacles
    assert (obstacle.table, obstacle.is_needed, obstacle.values["person_id"]) == ("waiver", False, cast.an.person_id)
    assert differing(now, stored()) == {}


def test_what_others_need_stands_in_the_way(cast, obliged):
    change = done(lambda: apply(SMALL.replace("KH-THU", "KH-BA")))
    requirement = db.session.scalars(sa.select(Requirement).order_by(Requirement.id.desc())).first()
    waiving(cast, requirement)()
    with pytest.raises(journal.CannotUndo) as stopped:
        taken_back(change)
    assert stopped.value.obstacles[0].is_needed


def hired(cast, name):
    """Somebody who begins at the ward, and whose duties follow."""
    person = make_person(name=name, unit=cast.ward)
    plan.refresh_people([person.id])
    return person


def test_a_proposal_that_would_meet_somebody_else_by_now_is_refused_and_names_them(cast, obliged):
    change = change_of(lambda: apply(SMALL.replace("KH-THU", "KH-BA")))
    service.preview(change, by=SYSTEM, now=NOW(), today=TODAY)
    hired(cast, "Trịnh Thị Mới")
    before = stored()
    with pytest.raises(service.MeetsOthers) as refused:
        service.apply(change, needs_approval=False, by=SYSTEM, now=NOW(), today=TODAY)
    assert (refused.value.reason, refused.value.names) == (Refusal.CHANGED_MEANWHILE, ["Trịnh Thị Mới"])
    assert differing(before, stored()) == {}
    service.preview(change, by=SYSTEM, now=NOW(), today=TODAY)
    service.apply(change, needs_approval=False, by=SYSTEM, now=NOW(), today=TODAY)
    assert change.summary["people"] == 7


def test_a_proposal_that_meets_fewer_by_now_is_applied_and_tells_whom_it_met(cast, obliged):
    leaver = hired(cast, "Trịnh Thị Rời")
    change = change_of(lambda: apply(SMALL.replace("KH-THU", "KH-BA")))
    service.preview(change, by=SYSTEM, now=NOW(), today=TODAY)
    assert change.summary["people"] == 7
    db.session.execute(sa.delete(Posting).where(Posting.person_id == leaver.id))
    plan.refresh_people([leaver.id])
    service.apply(change, needs_approval=False, by=SYSTEM, now=NOW(), today=TODAY)
    assert change.summary["people"] == 6
    met = db.session.scalars(sa.select(ChangeEffect.person_id).where(ChangeEffect.change_id == change.id)).all()
    assert leaver.id not in met


def test_a_preview_derives_beside_what_stands(cast, obliged, monkeypatch):
    change = change_of(lambda: apply(SMALL.replace("2026-12-31", "2027-01-31")))
    monkeypatch.setattr(Derivation, "write", lambda *_: pytest.fail("a preview wrote derived rows"))
    service.preview(change, by=SYSTEM, now=NOW(), today=TODAY)
    assert change.summary["later"] == 6
    assert set(change.summary["rows"]) == {"cycle", "plan", "plan_import"}


def test_four_eyes_are_those_of_two(cast, obliged):
    change = change_of(waiving(cast, obliged))
    with pytest.raises(Refused) as refused:
        service.approve(change, by=SYSTEM, now=NOW())
    assert refused.value.reason is Refusal.NOT_SEEN
    service.preview(change, by=SYSTEM, now=NOW(), today=TODAY)
    with pytest.raises(Refused) as refused:
        service.apply(change, needs_approval=True, by=SYSTEM, now=NOW(), today=TODAY)
    assert refused.value.reason is Refusal.NOT_APPROVED
    with pytest.raises(Refused) as refused:
        service.approve(change, by=SYSTEM, now=NOW())
    assert refused.value.reason is Refusal.OWN_PROPOSAL


def organisation_person():
    from lms.organisation.models import Person

    return Person


def test_every_table_of_facts_is_noted_by_postgresql(session, postgresql_only):
    rows = db.session.execute(
        sa.text("SELECT event_object_table FROM information_schema.triggers WHERE trigger_name = 'note_change'")
    )
    assert {row[0] for row in rows} == {table.name for table in journal.journaled()}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ChangeSet)) == 0


def test_what_is_refused_or_changes_nothing_leaves_no_change_set(cast, obliged):
    kinds.register(Kind("thu", Permission.PLAN_PLAN_IMPORT))

    def at_once(act):
        return service.carry_out("thu", act, title="Thử", unit_id=None, by=SYSTEM, now=NOW(), today=TODAY)

    def refused(_change_id):
        waiving(cast, obliged)()
        raise Refused(Refusal.NOT_SEEN)

    before = stored()
    with pytest.raises(Refused):
        at_once(refused)
    assert differing(before, stored()) == {}
    assert at_once(lambda _change_id: 0) == 0
    assert db.session.scalars(sa.select(ChangeSet)).all() == []
    assert at_once(lambda _change_id: waiving(cast, obliged)()) == 1
    assert len(db.session.scalars(sa.select(ChangeSet)).all()) == 1
