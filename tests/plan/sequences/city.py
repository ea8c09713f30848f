"""The small city of a batch: a tree, courses in two versions, a plan, people; and what an event needs to look up."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from lms.catalogue.models import Course, CourseVersion
from lms.identity.models import Account, Grant, Role
from lms.organisation.models import FOREVER, Person, Position, Posting, Unit
from lms.organisation.service import rebuild_closure
from lms.plan import service
from lms.plan.service import derivation
from lms.platform import vietnamese
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.factories import make_unit
from tests.plan.sequences.events import REFORM_DAYS, Case
from tests.plan.sequences.plan_files import COURSES, GROUPS, POSITIONS, PlanFile
from tests.plan.world import NOW

TODAY = date(2026, 11, 24)
TREE = (
    ("tp", "thanh_pho", ""), ("a", "phuong", "tp"), ("b", "phuong", "tp"), ("c", "xa", "tp"), ("a1", "phuong", "a"),
    ("b1", "xa", "b"), ("b2", "phuong", "b"),
)  # fmt: skip
"""Code, kind, parent."""


@dataclass(frozen=True)
class Place:
    """A unit and its life."""

    id: int
    code: str
    begins: date
    ends: date


class City:
    """A batch's city in the database."""

    def __init__(self, case: Case) -> None:
        """Write the city down and import its plan."""
        self.case = case
        self.units: list[Place] = []
        self._held_units: Sequence[Unit] = []
        self.reforms = 0
        """How many reforms there were so far."""
        self.last_reform = (b"", date.min)
        """The file of the last one, and its day."""
        self._tree()
        self._roles()
        self.versions: dict[tuple[int, int], int] = {}
        """(course, number) → the id of the version."""
        self.courses = self._courses()
        self.people = self._people()
        # The session forgets what nobody holds: each act would read its person and its units again.
        self._held_people = db.session.scalars(sa.select(Person)).all()
        self.plan = PlanFile(case.seed, case.requirements)
        service.import_plan(self.plan.text(), by=SYSTEM, today=date(2024, 1, 1), now=NOW)
        self.obligation_ids: dict[tuple[int, int, int], int] = {}
        """(person, requirement, cycle) → the id an obligation was first given."""

    def _tree(self) -> None:
        made: dict[str, Unit] = {}
        for code, kind, parent in TREE:
            made[code] = make_unit(
                code=code, name=f"Đơn vị {code}", kind=kind, parent=made.get(parent), valid_from=date(2000, 1, 1)
            )
        rebuild_closure()
        for code in POSITIONS:
            db.session.add(Position(code=code, label=code, levels=[], staff_types=[]))
        db.session.flush()
        self.look_again()

    def _roles(self) -> None:
        """Somebody has a role at every unit: roles follow units."""
        account = Account(login="nhan-su", email="", created_at=NOW)
        db.session.add(account)
        db.session.flush()
        for unit in self.units:
            db.session.add(
                Grant(account_id=account.id, role=Role.HR, unit_id=unit.id, from_on=unit.begins, recorded_at=NOW)
            )
        db.session.flush()

    def look_again(self) -> None:
        """Read the units anew, after they changed."""
        wanted = sa.select(Unit).order_by(Unit.id).execution_options(populate_existing=True)
        self._held_units = db.session.scalars(wanted).all()
        self.units = [Place(unit.id, unit.code, unit.valid_from, unit.valid_to) for unit in self._held_units]

    def standing(self, day: date) -> list[Place]:
        """The units that stand on a day."""
        return [unit for unit in self.units if unit.begins <= day < unit.ends]

    def next_reform_day(self) -> date | None:
        """The day of the next reform; None when there were enough."""
        return REFORM_DAYS[self.reforms] if self.reforms < len(REFORM_DAYS) else None

    def _courses(self) -> list[int]:
        return [self._course(slug, GROUPS[number % 2]) for number, slug in enumerate(COURSES)]

    def _course(self, slug: str, group: str) -> int:
        course = Course(slug=slug, organiser_id=self.units[0].id, created_at=NOW)
        db.session.add(course)
        db.session.flush()
        for number in (1, 2):
            version = CourseVersion(
                course_id=course.id, number=number, title="Khóa", sort_title="", search_key="", summary="",
                hours=Decimal(4), content_group=group, level="CB", skills=[], goals=[], sources=[], minutes=1,
                quiz_title="", bank_size=1, draw=1, quiz_minutes=1, pass_percent=50, attempts_allowed=1, digest="",
                published_at=NOW,
            )  # fmt: skip
            db.session.add(version)
            db.session.flush()
            course.current_version_id = version.id
            self.versions[course.id, number] = version.id
        db.session.flush()
        return course.id

    def _people(self) -> dict[int, int]:
        """The number of a person in the case → his id."""
        rows = [
            {
                "personal_id": f"001092{n:06d}", "full_name": f"Nguyễn Văn {n}", "search_key": f"nguyen van {n}",
                "sort_name": vietnamese.name_sort_key(f"Nguyễn Văn {n}"), "recorded_at": NOW,
            }
            for n in self.case.people
        ]  # fmt: skip
        db.session.execute(sa.insert(Person), rows)
        ids = {row[0]: row[1] for row in db.session.execute(sa.select(Person.personal_id, Person.id))}
        return {n: ids[f"001092{n:06d}"] for n in self.case.people}

    def postings(self, person_id: int) -> list[Posting]:
        """What is believed of a person, in order."""
        wanted = sa.select(Posting).where(Posting.person_id == person_id, Posting.superseded_at.is_(None))
        return list(db.session.scalars(wanted.order_by(Posting.from_on, Posting.id)))

    def free(self, person_id: int, begin: date, end: date = FOREVER) -> bool:
        """Whether no primary posting of the person lies in these days."""
        return not any(p.is_primary and p.from_on < end and begin < p.to_on for p in self.postings(person_id))


@contextmanager
def derived_together(together: bool, *, in_sets: bool) -> Iterator[None]:
    """Make the derivations that are asked for inside once, at the end, for all people at once: in memory or by set SQL.

    Everybody for whom nobody asks stays as he was: a listener that is missing is noticed all the same.
    """
    if not together:
        yield
        return
    waiting: set[int] = set()
    real, few = derivation.follow_people, derivation.FEW
    derivation.follow_people = waiting.update
    try:
        yield
    finally:
        derivation.follow_people = real
    derivation.FEW = 0 if in_sets else few
    try:
        service.refresh_people(waiting)
    finally:
        derivation.FEW = few
