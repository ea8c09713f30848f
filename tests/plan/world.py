"""A small random city: units that change parents, people who move, rules of every kind; what follows from it."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st

from lms.catalogue.models import Course, CourseVersion
from lms.learning.models import Completion, Enrolment
from lms.organisation.models import Absence, Person, Posting, Unit, UnitClosure, UnitName, UnitPlace
from lms.plan import queries, rules
from lms.plan.models import (
    Audience,
    Clause,
    CourseEquivalent,
    Cycle,
    DueGrant,
    Obligation,
    Plan,
    Reason,
    Requirement,
    RequirementCourse,
    Segment,
    Waiver,
)
from lms.platform.columns import FOREVER
from lms.platform.db import db

BEGIN = date(2024, 9, 1)
NOW = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
UNITS, PEOPLE, COURSES = 7, 2, 3
POSITIONS, CATEGORIES, KINDS, GROUPS = ("", "mot-cua"), ("cong_chuc", "vien_chuc"), ("phuong", "so"), ("KHCN", "QLNN")

# Mostly the same few days, so that intervals touch and completions fall on edges; the turn of the year among them.
EDGES = [BEGIN + timedelta(days=n * 61) for n in range(10)] + [date(2024, 12, 31), date(2025, 1, 1), date(2025, 12, 31)]
days = st.one_of(
    st.sampled_from(EDGES), st.sampled_from(EDGES), st.integers(0, 660).map(lambda n: BEGIN + timedelta(n))
)

person_numbers = st.integers(1, PEOPLE)
course_numbers = st.integers(1, COURSES)


@st.composite
def intervals(draw: Any, *, open_ended: bool = True) -> tuple[date, date]:
    """A non-empty interval, sometimes without an end."""
    first, second = sorted((draw(days), draw(days)))
    if open_ended and draw(st.integers(0, 2)) == 0:
        return first, FOREVER
    return first, max(second, first + timedelta(days=1))


def chain(draw: Any, begin: date, values: st.SearchStrategy[Any]) -> list[tuple[Any, date, date]]:
    """Values that follow each other without a gap from `begin` on."""
    cuts = sorted({begin, *(day for day in draw(st.lists(days, max_size=2)) if day > begin)})
    return [(draw(values), start, end) for start, end in zip(cuts, [*cuts[1:], FOREVER], strict=True)]


@st.composite
def cities(draw: Any) -> dict[str, list[dict[str, Any]]]:
    """Rows by table name. Unit 1 is the root; each other hangs, over time, under units of smaller number."""
    long_ago = date(2000, 1, 1)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in ("places", "kinds", "postings", "requirements")}
    for unit in range(1, UNITS + 1):
        parents = chain(draw, long_ago, st.integers(1, unit - 1)) if unit > 1 else [(None, long_ago, FOREVER)]
        rows["places"] += [{"unit": unit, "parent": p, "from_on": a, "to_on": b} for p, a, b in parents]
        rows["kinds"] += [
            {"unit": unit, "kind": k, "from_on": a, "to_on": b}
            for k, a, b in chain(draw, long_ago, st.sampled_from(KINDS))
        ]
    for person in range(1, PEOPLE + 1):
        rows["postings"] += draw(st.lists(postings(person), min_size=1, max_size=3))
    rows["postings"] = _one_primary(rows["postings"])
    rows["requirements"] = draw(st.lists(requirements(), min_size=2, max_size=3))
    return rows


@st.composite
def postings(draw: Any, person: int) -> dict[str, Any]:
    """A posting somewhere."""
    begin, end = draw(intervals())
    return {
        "person": person,
        "unit": draw(st.integers(1, UNITS)),
        "position": draw(st.sampled_from(POSITIONS)),
        "category": draw(st.sampled_from(CATEGORIES)),
        "from_on": begin,
        "to_on": end,
        "is_primary": draw(st.integers(0, 3)) > 0,
    }


def _one_primary(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A posting that overlaps an earlier primary one of the same person is a second posting."""
    kept: list[dict[str, Any]] = []
    for row in rows:
        clash = any(
            other["person"] == row["person"]
            and other["is_primary"]
            and other["from_on"] < row["to_on"]
            and row["from_on"] < other["to_on"]
            for other in kept
        )
        kept.append({**row, "is_primary": row["is_primary"] and not clash})
    return kept


@st.composite
def audiences(draw: Any) -> dict[str, Any]:
    """An audience rule; mostly including."""
    begin, end = draw(st.one_of(st.just((date(2000, 1, 1), FOREVER)), intervals()))
    return {
        "sign": draw(st.sampled_from((1, 1, 1, -1))),
        "unit_id": draw(st.one_of(st.just(1), st.integers(1, UNITS))),
        "subtree": draw(st.integers(0, 3)) > 0,
        "position": draw(st.sampled_from((*[None] * 4, *POSITIONS))),
        "category": draw(st.sampled_from((*[None] * 4, *CATEGORIES))),
        "kind": draw(st.sampled_from((*[None] * 4, *KINDS))),
        "from_on": begin,
        "to_on": end,
    }


@st.composite
def requirements(draw: Any) -> dict[str, Any]:
    """A requirement of any rule and due rule."""
    rule = draw(st.sampled_from(("all_of", "any_of", "hours")))
    due_rule = draw(st.sampled_from(("fixed", "after_posting", "calendar_year")))
    months = None if due_rule == "calendar_year" else draw(st.sampled_from((None, 1, 3, 6, 12)))
    minimum = draw(st.integers(0, min(months, 2))) if months else 0
    begin, end = draw(st.one_of(st.just((BEGIN, FOREVER)), intervals()))
    return {
        "rule": rule,
        "courses": []
        if rule == "hours"
        else draw(st.lists(st.integers(1, COURSES), min_size=1, max_size=3, unique=True)),
        "hours_needed": draw(st.sampled_from((Decimal(4), Decimal("8.5"), Decimal(12)))) if rule == "hours" else None,
        "content_group": draw(st.sampled_from(("", *GROUPS))) if rule == "hours" else "",
        "due_rule": due_rule,
        "due_days": draw(st.integers(0, 120)) if due_rule == "after_posting" else draw(st.sampled_from((None, 30, 90))),
        "fixed_on": draw(days),
        "month_and_day": draw(st.sampled_from(((12, 31), (6, 30), (2, 28)))),
        "accept_before_days": draw(st.sampled_from((None, 0, 60, 365))),
        "minimum_days": draw(st.sampled_from((None, None, 20, 45, 400))),
        "late_days": draw(st.sampled_from((0, 0, 45, 200))) if due_rule == "calendar_year" else 0,
        "absence_effect": draw(st.sampled_from(("shift" if due_rule == "after_posting" else "pause", "pause", "none"))),
        "repeat_months": months,
        "expiry_base": draw(st.sampled_from(("completion", "previous", "fixed"))),
        "renew_months": draw(st.integers(0, minimum)),
        "minimum_months": minimum,
        "versions": [draw(st.sampled_from((None, None, 1, 2))) for _ in range(COURSES)],
        "equivalents": []
        if rule == "hours"
        else draw(
            st.lists(st.tuples(course_numbers, course_numbers, intervals()), max_size=2, unique_by=lambda e: e[:2])
        ),
        "from_on": begin,
        "to_on": end,
        "audiences": draw(st.lists(audiences(), min_size=1, max_size=4)),
    }


class World:
    """The rows of a random city in the database. Ids are the numbers of the strategies, shifted past what exists."""

    def __init__(self, city: dict[str, list[dict[str, Any]]]) -> None:
        """Write the city."""
        self.shift = 100_000
        self.people = [self.shift + n for n in range(1, PEOPLE + 1)]
        self._units(city)
        self._people(city)
        self._courses()
        self._requirements(city)

    def _add(self, model: Any, **values: Any) -> None:
        db.session.execute(sa.insert(model).values(**values))

    def _units(self, city: dict[str, list[dict[str, Any]]]) -> None:
        for unit in range(1, UNITS + 1):
            self._add(Unit, id=self.shift + unit, code=f"w{unit}", valid_from=date(2000, 1, 1), valid_to=FOREVER)
        for row in city["kinds"]:
            self._add(
                UnitName, unit_id=self.shift + row["unit"], name="Đơn vị", short_name="Đơn vị", abbreviation="",
                kind=row["kind"], plan_role="", sort_name="", search_key="", from_on=row["from_on"], to_on=row["to_on"],
            )  # fmt: skip
        self.place(city["places"])

    def place(self, rows: list[dict[str, Any]]) -> None:
        """Hang the units (again) and derive the closure."""
        db.session.execute(sa.delete(UnitPlace).where(UnitPlace.unit_id > self.shift))
        db.session.execute(sa.delete(UnitClosure).where(UnitClosure.unit_id > self.shift))
        for row in rows:
            parent = row["parent"] and self.shift + row["parent"]
            self._add(
                UnitPlace,
                unit_id=self.shift + row["unit"],
                parent_id=parent,
                from_on=row["from_on"],
                to_on=row["to_on"],
            )
        for unit in range(1, UNITS + 1):
            for ancestor, depth, begin, end in climb(rows, unit, date(2000, 1, 1), FOREVER, 0):
                self._add(
                    UnitClosure, unit_id=self.shift + unit, ancestor_id=self.shift + ancestor, depth=depth,
                    from_on=begin, to_on=end,
                )  # fmt: skip

    def _people(self, city: dict[str, list[dict[str, Any]]]) -> None:
        for person in self.people:
            self._add(
                Person, id=person, personal_id=f"001{person:09d}", full_name="Nguyễn Văn A", sort_name="",
                search_key="", recorded_at=NOW, staff_code="", sex="", email="", phone="",
            )  # fmt: skip
        for row in city["postings"]:
            self.post(row)

    def post(self, row: dict[str, Any]) -> None:
        """Write a posting."""
        values = {name: row[name] for name in ("position", "category", "from_on", "to_on", "is_primary")}
        self._add(
            Posting, person_id=self.shift + row["person"], unit_id=self.shift + row["unit"], department="", title="",
            rank_code="", source="", recorded_at=NOW, **values,
        )  # fmt: skip

    def _courses(self) -> None:
        for number in range(1, COURSES + 1):
            course = self.shift + number
            self._add(Course, id=course, slug=f"khoa-{course}", organiser_id=self.shift + 1, created_at=NOW)
            for version in (1, 2):
                self._add(
                    CourseVersion, id=course + COURSES * (version - 1), course_id=course, number=version, title="Khóa",
                    sort_title="", summary="", hours=Decimal(4), content_group=GROUPS[number % 2], level="CB",
                    skills=[], goals=[], sources=[], minutes=1, quiz_title="", draw=1, quiz_minutes=1, pass_percent=50,
                    attempts_allowed=1, digest="", archive="", published_at=NOW,
                )  # fmt: skip

    def _requirements(self, city: dict[str, list[dict[str, Any]]]) -> None:
        self._add(
            Plan, id=self.shift, code="THU", number="1", title="Thử", issuer="", issued_on=BEGIN, legal_basis=[],
            digest="", imported_at=NOW, note="",
        )  # fmt: skip
        self._add(
            Clause, id=self.shift, plan_id=self.shift, number="1", place=1, text="", lead_unit="", cooperating=[],
            target="", is_example=True, source="",
        )  # fmt: skip
        for number, row in enumerate(city["requirements"], 1):
            self._requirement(self.shift + number, row)

    def _requirement(self, number: int, row: dict[str, Any]) -> None:
        names = (
            "rule", "hours_needed", "content_group", "due_rule", "due_days", "accept_before_days", "from_on", "to_on",
            "minimum_days", "late_days", "absence_effect", "repeat_months", "expiry_base", "renew_months",
            "minimum_months",
        )  # fmt: skip
        self._add(
            Requirement, id=number, plan_id=self.shift, clause_id=self.shift, code=f"R{number}", place=number,
            title="R", short_title="R", is_example=True, **{name: row[name] for name in names if name in row},
        )  # fmt: skip
        for place, course in enumerate(row["courses"], 1):
            version = row.get("versions", [None] * COURSES)[course - 1]
            self._add(
                RequirementCourse, requirement_id=number, course_id=self.shift + course, place=place,
                min_version=version,
            )  # fmt: skip
        for course, equivalent, (begin, end) in row.get("equivalents", []):
            if course in row["courses"] and course != equivalent:
                self._add(
                    CourseEquivalent, requirement_id=number, course_id=self.shift + course,
                    equivalent_id=self.shift + equivalent, from_on=begin, to_on=end,
                )  # fmt: skip
        for window in rules.cycles(
            due_rule=row["due_rule"], from_on=row["from_on"], to_on=row["to_on"], fixed_on=row["fixed_on"],
            month_and_day=row["month_and_day"],
        ):  # fmt: skip
            self._add(Cycle, requirement_id=number, **vars(window))
        for place, audience in enumerate(row["audiences"], 1):
            self._add(
                Audience,
                requirement_id=number,
                place=place,
                **{**audience, "unit_id": self.shift + audience["unit_id"]},
            )

    def complete(
        self, person: int, course: int, on: date, hours: Decimal, group: str, version: int | None = None
    ) -> None:
        """Write a completion."""
        self._add(
            Completion, person_id=self.shift + person, course_id=self.shift + course, completed_on=on, hours=hours,
            version_id=version and self.shift + course + COURSES * (version - 1),
            content_group=group, source="online", evidence="", department="", position="", recorded_at=NOW,
        )  # fmt: skip

    def start(self, person: int, course: int, on: date) -> bool:
        """Write a first activity; False if there is one already."""
        found = db.session.scalar(
            sa.select(Enrolment.id).where(
                Enrolment.person_id == self.shift + person, Enrolment.version_id == self.shift + course
            )
        )
        if found is None:
            self._add(
                Enrolment, person_id=self.shift + person, course_id=self.shift + course, version_id=self.shift + course,
                source="chosen", enrolled_at=NOW, started_on=on,
            )  # fmt: skip
        return found is None

    def absent(self, person: int, begin: date, end: date) -> None:
        """Write an absence."""
        self._add(
            Absence, person_id=self.shift + person, kind="om_dau", from_on=begin, to_on=end, note="", recorded_at=NOW
        )

    def grant(self, person: int, requirement: int, cycle: int, due: date, on: date, kind: str, opened: date) -> None:
        """Write a granted due day."""
        self._add(
            DueGrant, person_id=self.shift + person, requirement_id=self.shift + requirement, cycle=cycle, kind=kind,
            due_on=due, granted_on=on, opened_on=opened, reason="", decision="", recorded_at=NOW,
        )  # fmt: skip

    def waive(self, person: int, requirement: int, begin: date, end: date) -> None:
        """Write a waiver."""
        self._add(
            Waiver, person_id=self.shift + person, requirement_id=self.shift + requirement, from_on=begin, to_on=end,
            reason="", decision="", recorded_at=NOW,
        )  # fmt: skip


def climb(
    places: Iterable[dict[str, Any]], unit: int, begin: date, end: date, depth: int
) -> list[tuple[int, int, date, date]]:
    """The closure rows of a unit by climbing from parent to parent: (ancestor, depth, from, to)."""
    rows = [(unit, depth, begin, end)]
    for place in places:
        first, last = max(begin, place["from_on"]), min(end, place["to_on"])
        if place["unit"] == unit and place["parent"] is not None and first < last:
            rows += climb(places, place["parent"], first, last, depth + 1)
    return rows


def derived(people: list[int]) -> rules.Derived:
    """What stands in the derived tables for these people."""

    def read(model: Any, fact: Any, names: tuple[str, ...]) -> list[Any]:
        columns = [getattr(model, name) for name in names]
        return sorted(fact(*row) for row in db.session.execute(sa.select(*columns).where(model.person_id.in_(people))))

    return rules.Derived(
        read(Obligation, rules.ObligationFact, tuple(rules.ObligationFact.__dataclass_fields__)),
        read(Segment, rules.SegmentFact, tuple(rules.SegmentFact.__dataclass_fields__)),
        merged(read(Reason, rules.ReasonFact, tuple(rules.ReasonFact.__dataclass_fields__))),
    )


def expected(people: list[int]) -> rules.Derived:
    """What the plain loops say must stand there."""
    requirements, tree = queries.requirement_facts(), queries.tree()
    total = rules.Derived()
    for person in queries.facts_of(people):
        one = rules.derive(person, requirements, tree)
        total.obligations += one.obligations
        total.segments += one.segments
        total.reasons += one.reasons
    return rules.Derived(sorted(total.obligations), sorted(total.segments), merged(total.reasons))


def merged(reasons: list[rules.ReasonFact]) -> list[rules.ReasonFact]:
    """Reasons with touching days joined: a unit that moves below the same ancestor cuts them, which says nothing."""
    groups: dict[tuple[int, ...], list[rules.Interval]] = {}
    for r in reasons:
        key = (r.person_id, r.requirement_id, r.audience_id, r.posting_id, r.sign)
        groups.setdefault(key, []).append((r.from_on, r.to_on))
    return sorted(rules.ReasonFact(*key, a, b) for key, found in groups.items() for a, b in rules.union(found))
