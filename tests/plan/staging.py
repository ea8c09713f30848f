"""The golden cases on the stage: their facts written one after another, obligations following each in its own way."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from lms.assessment.events import AttemptSubmitted
from lms.assessment.models import Attempt
from lms.catalogue.models import Course, CourseVersion
from lms.learning.models import Completion, Enrolment
from lms.organisation import queries as organisation
from lms.organisation import service as offices
from lms.organisation.models import Absence, Person, Posting, Unit, UnitName, UnitPlace
from lms.organisation.reform.reading import Chosen
from lms.plan import rules, service
from lms.plan.models import (
    Audience,
    Clause,
    CourseEquivalent,
    Cycle,
    DueGrant,
    Plan,
    Requirement,
    RequirementCourse,
    Waiver,
)
from lms.platform.clock import VIETNAM
from lms.platform.columns import FOREVER
from lms.platform.db import db
from lms.platform.events import SYSTEM, emit
from lms.platform.vietnamese import slug
from tests.conftest import NOW, TODAY
from tests.plan.casebook import CATEGORIES, COURSES, Case, Fact, Need, day, day_after, kind_of, number

PLAN = "TINH-HUONG"
FIRST = 500_000
"""Ids of what the stage writes itself: beyond those that services give."""
ABSENCES = {"thai sản": "thai_san", "ốm": "om_dau", "đi học": "di_hoc"}
GRANTS = {
    "được gia hạn": "extended", "được lùi hạn": "realistic", "phải giữ hạn": "confirmed", "được báo giữ hạn cũ": "kept",
}  # fmt: skip
EFFECTS = {"lùi hạn": "shift", "tạm dừng": "pause", "vẫn tính": "none"}
BASES = {"ngày hoàn thành": "completion", "ngày hết hạn trước": "previous", "ngày cố định": "fixed"}
LONG_AGO = date(2000, 1, 1)
COURSE_IDS = {name: FIRST + place for place, name in enumerate(COURSES)}


@dataclass
class Played:
    """A case on the stage: what its words stand for in the database."""

    case: Case
    units: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    needs: dict[str, int] = field(default_factory=dict)
    reforms: list[int] = field(default_factory=list)

    def code(self, unit: str) -> str:
        """A code of this case's own: every case has a city of its own."""
        return f"{self.case.number}-{slug(unit)}"[:40]


class Stage:
    """Every case in a city of its own, so that one derivation serves them all."""

    def __init__(self, cases: Iterable[Case]) -> None:
        """Write the courses, and of each case units, people and requirements; nobody is posted yet."""
        self._next = FIRST
        self._rows: dict[Any, list[dict[str, Any]]] = {}
        self.to_follow: set[int] = set()
        self.played = [Played(case) for case in cases]
        self._frame()
        for one in self.played:
            self._units(one)
            self._people(one)
            for place, need in enumerate(one.case.needs, 1):
                self._need(one, need, place)
        self._write()
        offices.rebuild_closure()

    def _id(self) -> int:
        self._next += 1
        return self._next

    def _add(self, model: Any, **values: Any) -> None:
        self._rows.setdefault(model, []).append(values)

    def _write(self) -> None:
        """Write the rows that were added, table by table in the order in which they were first met."""
        rows, self._rows = self._rows, {}
        for model, values in rows.items():
            db.session.execute(sa.insert(model), values)

    def _frame(self) -> None:
        self._add(
            Plan, id=FIRST, code=PLAN, number="1/KH", title="Tình huống mẫu", issuer="", issued_on=LONG_AGO,
            legal_basis=[], digest="", imported_at=NOW, note="",
        )  # fmt: skip
        self._add(
            Clause, id=FIRST, plan_id=FIRST, number="1", place=1, text="", lead_unit="", cooperating=[], target="",
            is_example=True, source="",
        )  # fmt: skip
        self._add(Unit, id=FIRST, code="organiser", valid_from=LONG_AGO, valid_to=FOREVER)
        for name, group in COURSES.items():
            course = COURSE_IDS[name]
            self._add(Course, id=course, slug=slug(name), organiser_id=FIRST, created_at=NOW)
            for version in (1, 2):
                self._add(
                    CourseVersion, id=version_of(course, version), course_id=course, number=version, title=name,
                    sort_title="", summary="", hours=Decimal(8), content_group=group, level="CB", skills=[], goals=[],
                    sources=[], minutes=1, quiz_title="", draw=1, quiz_minutes=1, pass_percent=50, attempts_allowed=1,
                    digest="", archive="", published_at=NOW,
                )  # fmt: skip

    def _units(self, one: Played) -> None:
        created = {values["unit"] for fact in one.case.facts for what, values in fact.steps if what == "units"}
        renamed = {values["name"] for fact in one.case.facts for what, values in fact.steps if what == "renamed"}
        for name, parent in one.case.units.items():
            if name in created | renamed:
                continue
            one.units[name] = unit = self._id()
            self._add(Unit, id=unit, code=one.code(name), valid_from=LONG_AGO, valid_to=FOREVER)
            self._add(
                UnitName, id=unit, unit_id=unit, name=name, short_name=name, abbreviation="", kind=kind_of(name),
                plan_role="", sort_name="", search_key="", from_on=LONG_AGO, to_on=FOREVER,
            )  # fmt: skip
            parent_id = one.units[parent] if parent else None
            self._add(UnitPlace, id=unit, unit_id=unit, parent_id=parent_id, from_on=LONG_AGO, to_on=FOREVER)

    def _people(self, one: Played) -> None:
        for name in dict.fromkeys(fact.who for fact in one.case.facts if fact.who):
            one.people[name] = person = self._id()
            self._add(
                Person, id=person, personal_id=f"001{person:09d}", full_name=f"Nguyễn Văn {name}", sort_name="",
                search_key="", recorded_at=NOW, staff_code="", sex="", email="", phone="",
            )  # fmt: skip

    # Requirements -----------------------------------------------------------------------------------------------------

    def _need(self, one: Played, need: Need, place: int) -> None:
        one.needs[need.name] = number_ = self._id()
        told = dict(need.phrases)
        values, courses = _values(told)
        self._add(
            Requirement, id=number_, plan_id=FIRST, clause_id=FIRST, code=f"R{number_}", place=place,
            title=need.name or "Yêu cầu", short_title=need.name or "Yêu cầu", is_example=True, **values,
        )  # fmt: skip
        versions = {p["course"]: int(p["version"]) for what, p in need.phrases if what == "version"}
        for at, course in enumerate(courses, 1):
            self._add(
                RequirementCourse, requirement_id=number_, course_id=COURSE_IDS[course], place=at,
                min_version=versions.get(course),
            )  # fmt: skip
        for phrase in [p for what, p in need.phrases if what == "equivalent"]:
            self._add(
                CourseEquivalent, requirement_id=number_, course_id=COURSE_IDS[phrase["course"]],
                equivalent_id=COURSE_IDS[phrase["equivalent"]],
                from_on=day(phrase["begin"]) if phrase["begin"] else LONG_AGO, to_on=day_after(phrase["last"]),
            )  # fmt: skip
        self._cycles(number_, told, values["from_on"], values["to_on"])
        meant = [p for what, p in need.phrases if what == "audience"]
        if not any(p["sign"] == "dành cho" for p in meant):
            meant.append(dict.fromkeys(("category", "position", "kind", "alone", "begin", "last"), None)
                         | {"sign": "dành cho", "unit": "Thành phố Hà Nội"})  # fmt: skip
        for at, phrase in enumerate(meant, 1):
            self._add(
                Audience, id=self._id(), requirement_id=number_, place=at,
                sign=1 if phrase["sign"] == "dành cho" else -1, unit_id=one.units[phrase["unit"]],
                subtree=not phrase["alone"], position=phrase["position"],
                category=CATEGORIES.get(phrase["category"] or ""),
                kind=phrase["kind"] and kind_of(phrase["kind"].capitalize()),
                from_on=day(phrase["begin"]) if phrase["begin"] else LONG_AGO, to_on=day_after(phrase["last"]),
            )  # fmt: skip

    def _cycles(self, requirement_id: int, told: Mapping[str, Any], from_on: date, to_on: date) -> None:
        due_rule = _due_rule(told)
        yearly = told.get("calendar_year", {}).get("day", "31/12")
        windows = rules.cycles(
            due_rule=due_rule, from_on=from_on, to_on=to_on,
            fixed_on=day(told.get("fixed", {}).get("day", "31/12/2025")),
            month_and_day=(int(yearly[3:]), int(yearly[:2])),
        )  # fmt: skip
        for window in windows:
            self._add(Cycle, requirement_id=requirement_id, **vars(window))

    # What happens -----------------------------------------------------------------------------------------------------

    def play(self) -> None:
        """Write the facts, the first of each case, then the second …; what is derived follows after each."""
        refresh = service.refresh_people
        with pytest.MonkeyPatch.context() as monkey:
            # Listeners tell whom they would derive anew: all people of a step are, at once.
            monkey.setattr(service, "refresh_people", self.to_follow.update)
            for step in range(max(len(one.case.facts) for one in self.played)):
                for one in self.played:
                    if step < len(one.case.facts):
                        fact = one.case.facts[step]
                        try:
                            self._happen(one, fact)
                        except Exception as error:
                            raise AssertionError(f"{one.case.name}: {fact}") from error
                db.session.flush()
                refresh(self.to_follow)
                self.to_follow.clear()

    def _happen(self, one: Played, fact: Fact) -> None:
        now = datetime.combine(fact.told_on, time(9), VIETNAM)
        if fact.what == "reformed":
            self._reform(one, fact, now)
            return
        write: Callable[[Played, int, Fact, datetime], None] = getattr(self, f"_{fact.what}")
        write(one, one.people[fact.who], fact, now)
        self._write()

    def _hired(self, one: Played, person: int, fact: Fact, now: datetime, is_primary: bool = True) -> None:
        post = offices.Post(
            unit_id=one.units[fact.values["unit"]], department="Văn phòng", is_primary=is_primary,
            category=CATEGORIES[fact.values["category"] or "công chức"], position=fact.values["position"] or "",
        )  # fmt: skip
        offices.hire(
            db.session.get_one(Person, person), post, from_on=fact.day, to_on=day_after(fact.values["last"]),
            by=SYSTEM, now=now,
        )  # fmt: skip

    def _second(self, one: Played, person: int, fact: Fact, now: datetime) -> None:
        self._hired(one, person, fact, now, is_primary=False)

    def _moved(self, one: Played, person: int, fact: Fact, now: datetime) -> None:
        wish = offices.Wish(kind=offices.Kind.MOVE, new_id=one.units[fact.values["unit"]], on=fact.day)
        offices.transfer(db.session.get_one(Person, person), wish, by=SYSTEM, now=now)

    def _seconded(self, one: Played, person: int, fact: Fact, now: datetime) -> None:
        wish = offices.Wish(
            kind=offices.Kind.SECONDMENT, new_id=one.units[fact.values["unit"]], on=fact.day,
            to_on=day_after(fact.values["last"]), counts_there=fact.values["counts"] == "tính ở nơi đến",
        )  # fmt: skip
        offices.transfer(db.session.get_one(Person, person), wish, by=SYSTEM, now=now)

    def _left(self, one: Played, person: int, fact: Fact, now: datetime) -> None:
        offices.dismiss(db.session.get_one(Person, person), on=fact.day, by=SYSTEM, now=now)

    def _began_rightly(self, one: Played, person: int, fact: Fact, now: datetime) -> None:
        posting = db.session.scalars(
            sa.select(Posting).where(Posting.person_id == person, Posting.superseded_at.is_(None))
        ).one()
        offices.correct_posting(posting, from_on=day(fact.values["begin"]), by=SYSTEM, now=now)

    def _away(self, one: Played, person: int, fact: Fact, now: datetime) -> None:
        offices.record_absence(
            db.session.get_one(Person, person), kind=ABSENCES[fact.values["kind"]], from_on=fact.day,
            to_on=day_after(fact.values["last"]), by=SYSTEM, now=now,
        )  # fmt: skip

    def _not_away(self, one: Played, person: int, fact: Fact, now: datetime) -> None:
        found = sa.select(Absence).where(Absence.person_id == person, Absence.superseded_at.is_(None))
        offices.withdraw_absence(db.session.scalars(found).one(), by=SYSTEM, now=now)

    def _waived(self, one: Played, person: int, fact: Fact, now: datetime) -> None:
        self._add(
            Waiver, person_id=person, requirement_id=one.needs[fact.values["need"] or ""], from_on=fact.day,
            to_on=day_after(fact.values["last"]), reason="", decision="", recorded_at=now,
        )  # fmt: skip
        self.to_follow.add(person)

    def _not_waived(self, one: Played, person: int, fact: Fact, now: datetime) -> None:
        db.session.execute(sa.update(Waiver).where(Waiver.person_id == person).values(superseded_at=now))
        self.to_follow.add(person)

    def _granted(self, one: Played, person: int, fact: Fact, now: datetime) -> None:
        self._add(
            DueGrant, person_id=person, requirement_id=next(iter(one.needs.values())),
            cycle=int(fact.values["cycle"] or 0), kind=GRANTS[fact.values["kind"]], due_on=day(fact.values["due"]),
            granted_on=fact.day, opened_on=fact.day, reason="", decision="", recorded_at=now,
        )  # fmt: skip
        self.to_follow.add(person)

    def _began(self, one: Played, person: int, fact: Fact, now: datetime) -> None:
        course = COURSE_IDS[fact.values["course"]]
        version = version_of(course, fact.values["version"])
        before = sa.select(sa.func.count(Enrolment.id)).where(
            Enrolment.person_id == person, Enrolment.version_id == version
        )
        self._add(
            Enrolment, person_id=person, course_id=course, version_id=version,
            round=1 + (db.session.scalar(before) or 0), source="chosen", enrolled_at=now, started_on=fact.day,
        )  # fmt: skip
        self._write()
        service.refresh_person_course(person, course, TODAY)

    def _completed(self, one: Played, person: int, fact: Fact, now: datetime, source: str = "online") -> None:
        course = COURSE_IDS[fact.values["course"]]
        version = version_of(course, fact.values["version"]) if source == "online" else None
        self._add(
            Completion, person_id=person, course_id=course, version_id=version, completed_on=fact.day,
            hours=number(fact.values["hours"], "8"), source=source, evidence="", department="", position="",
            content_group=fact.values["group"] or COURSES[fact.values["course"]], recorded_at=now,
        )  # fmt: skip
        self._write()
        service.refresh_person_course(person, course, TODAY)

    def _recognised(self, one: Played, person: int, fact: Fact, now: datetime) -> None:
        self._completed(one, person, fact, now, source="recognised")

    def _voided(self, one: Played, person: int, fact: Fact, now: datetime) -> None:
        course = COURSE_IDS[fact.values["course"]]
        found = sa.select(Completion).where(
            Completion.person_id == person, Completion.course_id == course, Completion.voided_at.is_(None),
            Completion.completed_on == day(fact.values["of"]),
        )  # fmt: skip
        db.session.scalars(found).one().voided_at = now
        service.refresh_person_course(person, course, TODAY)

    def _submitted(self, one: Played, person: int, fact: Fact, now: datetime) -> None:
        """The day is what the service that hears of the paper makes of the moment."""
        course = COURSE_IDS[fact.values["course"]]
        moment = datetime.combine(fact.day, time.fromisoformat(fact.values["time"]), VIETNAM)
        attempt = self._id()
        self._add(
            Attempt, id=attempt, person_id=person, version_id=version_of(course), number=1, started_at=moment,
            deadline_at=moment, submitted_at=moment, score=Decimal(90), passed=True,
        )  # fmt: skip
        self._write()
        event = AttemptSubmitted(
            attempt_id=attempt, version_id=version_of(course), course_id=course, number=1, title="",
            submitted_at=moment, score=Decimal(90), passed=True, result="", person_id=person,
        )  # fmt: skip
        emit(event, by=SYSTEM)

    def _ended(self, one: Played, person: int, fact: Fact, now: datetime) -> None:
        """From that day on nobody is obliged any more, as when a plan no longer names the requirement."""
        name = fact.values["need"] or ""
        row = db.session.get_one(Requirement, one.needs[name])
        row.to_on = fact.day
        told = dict(next(need for need in one.case.needs if need.name == name).phrases)
        db.session.execute(sa.delete(Cycle).where(Cycle.requirement_id == row.id))
        self._cycles(row.id, told, row.from_on, row.to_on)
        self._write()
        service.refresh_requirements([row.id])

    def _reform(self, one: Played, fact: Fact, now: datetime) -> None:
        text, choices = _reform_file(one, fact)
        outcome = offices.reorganise(
            text.encode(), file_name=f"{one.code('dot')}.yaml", on=fact.day, choices=choices, choices_name="ds.csv",
            by=SYSTEM, now=now,
        )  # fmt: skip
        one.reforms.append(outcome.reform_id or 0)
        for what, values in fact.steps:
            if what == "units":
                found = organisation.unit_on(one.code(values["unit"]), fact.day)
                assert found is not None
                one.units[values["unit"]] = found.id
            elif what == "renamed":
                one.units[values["name"]] = one.units[values["old"]]


def version_of(course: int, version: str | int | None = 1) -> int:
    """The id of a course's version; the first if none is told."""
    return FIRST + 10 * int(version or 1) + course - FIRST


def _due_rule(told: Mapping[str, Any]) -> str:
    return next((rule for rule in ("fixed", "after_posting", "calendar_year") if rule in told), "fixed")


def _values(told: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The columns of a requirement, and its courses in order."""
    rule = next((name for name in ("any_of", "all_of", "hours") if name in told), "any_of")
    listed = told.get(rule, told.get("one", {"courses": "Kỹ năng số"}))
    courses = [] if rule == "hours" else listed["courses"].split(", ")

    def days(name: str, key: str = "days") -> int | None:
        return int(told[name][key]) if name in told else None

    life = told.get("life", {"begin": "01/01/2025", "last": None})
    return {
        "rule": rule,
        "hours_needed": number(told["hours"]["hours"], "0") if rule == "hours" else None,
        "content_group": (told["hours"]["group"] or "") if rule == "hours" else "",
        "due_rule": _due_rule(told),
        "due_days": days("after_posting") if "after_posting" in told else days("late_joiners"),
        "accept_before_days": days("accepts"),
        "minimum_days": days("minimum"),
        "late_days": days("late") or 0,
        "absence_effect": EFFECTS[told["absence"]["effect"]] if "absence" in told else "pause",
        "repeat_months": days("repeats", "months"),
        "expiry_base": BASES[told["repeats"]["base"]] if "repeats" in told else "completion",
        "renew_months": days("renews", "months") or 0,
        "minimum_months": days("leaves", "months") or days("renews", "months") or 0,
        "from_on": day(life["begin"]),
        "to_on": day_after(life["last"]),
    }, courses


def _reform_file(one: Played, fact: Fact) -> tuple[str, list[Chosen]]:
    """The reform as a file of the product, and who chose which unit."""
    lines: dict[str, list[str]] = {"units": [], "successions": [], "renames": [], "moves": []}
    choices = []
    for what, told in fact.steps:
        code = {name: one.code(unit) for name, unit in told.items()}
        if what == "units":
            kind = kind_of(told["unit"])
            lines["units"].append(
                f'{{code: "{code["unit"]}", name: "{told["unit"]}", kind: {kind}, parent: "{code["parent"]}"}}'
            )
        elif what == "merged":
            olds = told["olds"].replace(" và ", ", ").split(", ")
            lines["successions"] += [f'{{old: "{one.code(old)}", new: "{code["new"]}"}}' for old in olds]
        elif what == "split":
            lines["successions"] += [
                f'{{old: "{code["old"]}", new: "{code["new"]}", share: partial, default: true}}',
                f'{{old: "{code["old"]}", new: "{code["rest"]}", share: remainder}}',
            ]
        elif what == "dissolved":
            lines["successions"].append(f'{{old: "{code["old"]}"}}')
        elif what == "renamed":
            lines["renames"].append(f'{{unit: "{code["old"]}", name: "{told["name"]}"}}')
        elif what == "hung":
            lines["moves"].append(f'{{unit: "{code["unit"]}", parent: "{code["parent"]}"}}')
        elif what == "chose":
            choices.append(Chosen(len(choices) + 2, f"#{one.people[told['who']]}", code["unit"]))
    text = "".join(f"{name}:\n" + "".join(f"  - {row}\n" for row in rows) for name, rows in lines.items() if rows)
    return f"code: {one.code('dot')}-{fact.day:%Y%m%d}\n{text}", choices
