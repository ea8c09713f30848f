"""Published, put right by its errata, is what is known now: for whatever happened, and whichever differences were
chosen for which erratum."""

import random
from datetime import timedelta

import pytest
import sqlalchemy as sa

from lms.learning.models import Completion
from lms.organisation import service as organisation
from lms.organisation.models import Person, Posting
from lms.organisation.service import Kind, Wish
from lms.plan import service as plan
from lms.plan.derive.work import Work
from lms.plan.models import Requirement, Waiver
from lms.plan.periods import queries, rules, service
from lms.plan.periods.models import PeriodDifference
from lms.plan.periods.rules import Duty, figures_of
from lms.plan.periods.service.rows import Rows
from lms.platform import clock
from lms.platform.columns import FOREVER, Day
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.factories import make_person
from tests.plan.closing import AS_OF, close, complete, later, prepare, void
from tests.plan.plans import SMALL, apply, make_course

ROW = (sa.Integer, sa.Integer, sa.Integer, sa.Integer, sa.Integer, Day(), Day(), Day())


def rows_of(select):
    """Key → duty."""
    names = ("person_id", "requirement_id", "cycle", "unit_id", "kind", "due_on", "started_on", "fulfilled_on")
    typed = sa.text(f"SELECT {', '.join(names)} FROM ({select}) r").columns(*map(sa.column, names, ROW))
    return {tuple(row[:3]): Duty(*row[3:]) for row in db.session.execute(typed)}


def rows(period, number=None):
    """As published with errata up to a number, or (None) as known now."""
    work = Work(db.session.connection(), bulk=False)
    made = Rows(work, period)
    return rows_of(work.written(made.live() if number is None else made.corrected(number)))


class City:
    """People of three units, two requirements, and a drawn act of any kind."""

    def __init__(self, cast, seed):
        self.drawn = random.Random(seed)
        self.units = [cast.ward, cast.district, cast.other]
        prepare(cast)
        make_course(slug="khoa-hai", organiser=cast.city, title="Khóa hai")
        apply(SMALL.replace("KH-THU", "KH-KHAC").replace("khoa-thu", "khoa-hai"))
        self.text = SMALL + SMALL[SMALL.index("  - code: R1") :].replace("R1", "R2").replace("khoa-thu", "khoa-hai")
        apply(self.text)
        self.people = [make_person(unit=self.drawn.choice(self.units)) for _ in range(7)]
        plan.refresh_people([person.id for person in self.people])

    def act(self):
        """Something happens to somebody, on a day before or after that of the period."""
        person, day = self.drawn.choice(self.people), AS_OF + timedelta(self.drawn.randint(-90, 20))
        getattr(self, self.drawn.choice(("completed", "completed", "completed", "voided", "moved", "waived", "left")))(
            person, day
        )
        if self.drawn.random() < 0.1:
            self.amended()

    def completed(self, person, day):
        complete(person.id, day, course=self.drawn.choice(("khoa-thu", "khoa-hai")))

    def voided(self, person, _day):
        done = sa.select(Completion).where(Completion.person_id == person.id, Completion.voided_at.is_(None))
        if found := db.session.scalars(done).first():
            void(found)

    def moved(self, person, day):
        unit = self.drawn.choice(self.units)
        posting = self.posting(person, day)
        if posting is not None and posting.unit_id != unit.id and posting.from_on < day:
            organisation.transfer(
                db.session.get_one(Person, person.id), Wish(kind=Kind.MOVE, new_id=unit.id, on=day), by=SYSTEM,
                now=clock.now(),
            )  # fmt: skip

    @staticmethod
    def posting(person, day):
        return db.session.scalars(
            sa.select(Posting).where(
                Posting.person_id == person.id, Posting.superseded_at.is_(None), Posting.from_on <= day,
                Posting.to_on == FOREVER,
            )
        ).first()  # fmt: skip

    def waived(self, person, day):
        requirement = self.drawn.choice(db.session.scalars(sa.select(Requirement.id)).all())
        if not db.session.scalar(sa.select(Waiver.id).where(Waiver.person_id == person.id)):
            plan.waive([plan.Exempt(person.id, requirement, day, FOREVER, "Lý do")], by=SYSTEM, now=clock.now())

    def left(self, person, day):
        posting = self.posting(person, day)
        if posting is not None and posting.from_on < day:
            organisation.dismiss(db.session.get_one(Person, person.id), on=day, by=SYSTEM, now=clock.now())

    def amended(self):
        self.text = self.text.replace("2026-12-31", self.drawn.choice(("2026-08-31", "2026-12-30", "2027-01-31")))
        apply(self.text, shorten=True)


@pytest.mark.parametrize("seed", range(8))
def test_published_and_errata_come_to_what_is_known_now(cast, at_eight_in_the_morning, seed):
    city = City(cast, seed)
    for _ in range(6):
        city.act()
    period = close(unit_id=city.drawn.choice([None, None, cast.district.id]))
    published = rows(period, 0)
    assert published == rows(period), "closed is what was known"
    for number in (1, 2, 3):
        later(at_eight_in_the_morning)
        for _ in range(5):
            city.act()
        service.compare(period, now=clock.now())
        before, now = rows(period, number - 1), rows(period)
        found = {(d.person_id, d.requirement_id, d.cycle): d for d in db.session.scalars(sa.select(PeriodDifference))}
        assert found.keys() == {key for key in before.keys() | now.keys() if before.get(key) != now.get(key)}
        for key, difference in found.items():
            assert difference.counts == (
                figures_of(before.get(key), AS_OF) != figures_of(now.get(key), AS_OF)
                or (key in before and key in now and before[key].unit_id != now[key].unit_id)
            )
        chosen = [d.number for d in found.values() if number == 3 or city.drawn.random() < 0.6]
        if not chosen:
            break
        covered = {key for key, d in found.items() if d.number in chosen}
        service.issue(period, reason="Đính chính", numbers=chosen, by=SYSTEM, now=clock.now())
        after = rows(period, number)
        assert after == {key: duty for key, duty in before.items() if key not in covered} | {
            key: now[key] for key in covered if key in now
        }
        assert summed(queries.cells_of(period.id, number)) == counted(after)
    else:
        assert after == rows(period)
        assert sorted(queries.cells_of(period.id, number)) == sorted(queries.cells_of(period.id, rules.NOW))
    assert rows(period, 0) == published
    assert service.verify(period) == []


def summed(cells):
    """(unit, requirement) → figures, without those that count nobody."""
    return {(unit, requirement): numbers for unit, requirement, numbers in cells if any(numbers)}


def counted(duties):
    """The same from the duties, in plain loops."""
    found = {}
    for (_person, requirement, _cycle), duty in duties.items():
        line = found.setdefault((duty.unit_id, requirement), dict.fromkeys(queries.FIGURE_NAMES, 0))
        for name in figures_of(duty, AS_OF):
            line[name] += 1
    return {key: tuple(line.values()) for key, line in found.items()}
