"""Drawing a whole city into the tables: people, postings, absences, studies, papers and accounts, slice by slice."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any

from lms.assessment.models import Answer, Attempt
from lms.demo import queries
from lms.demo.queries import CourseFacts
from lms.demo.rules import careers, papers, studies, workplaces
from lms.demo.rules.careers import City, Stint
from lms.demo.rules.names import Registry
from lms.demo.rules.studies import Begun, Done
from lms.demo.rules.workplaces import Group, Place
from lms.demo.service import bulk
from lms.identity import service as identity
from lms.identity.models import Account
from lms.learning.models import Completion, Enrolment, LessonProgress
from lms.organisation.models import Absence, Person, Posting

SLICE = 5_000
"""People drawn before they are written: memory stays flat however large the city."""
IN_DETAIL = 4_000
"""About so many people have attempts, answers and lesson progress behind their results; the rest only results."""
SOURCE = "Dữ liệu trình diễn"

TABLES: dict[str, tuple[Any, tuple[str, ...]]] = {
    "person": (Person, ("id", "personal_id", "staff_code", "full_name", "sort_name", "search_key", "birth_date", "sex",
                        "email", "phone", "recorded_at")),
    "posting": (Posting, ("id", "person_id", "unit_id", "department", "position", "title", "rank_code", "category",
                          "from_on", "to_on", "is_primary", "source", "recorded_at")),
    "absence": (Absence, ("id", "person_id", "kind", "from_on", "to_on", "note", "recorded_at")),
    "account": (Account, ("id", "person_id", "login", "email", "name", "password_hash", "must_change", "notice_seen_at",
                          "failures", "session_stamp", "last_signed_in_at", "created_at")),
    "enrolment": (Enrolment, ("id", "person_id", "course_id", "version_id", "source", "enrolled_at", "started_on",
                              "last_lesson_id", "last_at")),
    "lesson_progress": (LessonProgress, ("enrolment_id", "lesson_id", "percent", "opened_at", "done_at")),
    "attempt": (Attempt, ("id", "person_id", "version_id", "number", "started_at", "deadline_at", "submitted_at",
                          "score", "passed")),
    "answer": (Answer, ("attempt_id", "place", "question_id", "shuffle", "flagged", "response", "saved_at", "points")),
    "completion": (Completion, ("id", "person_id", "course_id", "version_id", "attempt_id", "started_on",
                                "completed_on", "hours", "content_group", "score", "source", "evidence", "unit_id",
                                "department", "position", "recorded_at")),
}  # fmt: skip


@cache
def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment of an office day in Hà Nội (UTC+7)."""
    return datetime.combine(day, time(hour, minute), UTC) - timedelta(hours=7)


@dataclass
class Sheets:
    """Rows waiting to be written, and the next free id of each table."""

    ids: dict[str, int]
    rows: dict[str, list[bulk.Row]] = field(default_factory=lambda: {name: [] for name in TABLES})
    written: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TABLES, 0))

    @classmethod
    def empty(cls) -> "Sheets":
        """Sheets that go on after what the tables hold."""
        return cls({name: bulk.next_id(model.__table__) for name, (model, cols) in TABLES.items() if cols[0] == "id"})

    def add(self, name: str, *values: Any) -> int:
        """Note a row of a table that has ids; its id comes back."""
        row_id = self.ids[name]
        self.ids[name] = row_id + 1
        self.rows[name].append((row_id, *values))
        return row_id

    def write(self) -> None:
        """Write everything noted, parents before children."""
        for name, (model, columns) in TABLES.items():
            if self.rows[name]:
                self.written[name] += bulk.write(model.__table__, columns, self.rows[name])
                self.rows[name] = []

    def settle(self) -> None:
        """Set the numbering of the tables to go on after these rows."""
        bulk.settle(*(model.__table__ for model, _ in TABLES.values()))


@dataclass
class Draft:
    """A person being drawn."""

    person_id: int
    category: str
    sex: str
    stints: list[Stint]
    email: str


class CityDrawing:
    """One drawing: everything follows from the number of people, the seed and the day."""

    def __init__(self, people: int, seed: int, today: date, now: datetime) -> None:
        self.people, self.today, self.now = people, today, now
        self.random = Random(seed)
        self.city: City = queries.city()
        self.courses = queries.courses()
        self.draws = {slug: course.draw for slug, course in self.courses.items()}
        self.passing = {slug: course.right_to_pass for slug, course in self.courses.items()}
        ids, emails = queries.known_identities()
        self.registry = Registry(self.random, ids, emails)
        ordered = sorted(self.city.places.values(), key=lambda p: (p.code, p.valid_from))
        self.paces = {place.id: studies.pace(self.random) for place in ordered}
        self.sheets = Sheets.empty()
        self.in_detail = min(IN_DETAIL / max(people, 1), 1.0)
        # Accounts in use have a password; this one nobody knows, so none of them can be entered.
        self.password_hash = identity.hash_password(secrets.token_urlsafe(32))

    def draw(self) -> dict[str, int]:
        """Draw and write everybody; returns how many rows each table got."""
        at_start = [p for p in self.city.places.values() if _open_in_2023(p)]
        posts = workplaces.spread(self.people, at_start, self.random)
        self.random.shuffle(posts)
        for count, (group, place) in enumerate(posts, start=1):
            self._somebody(group, place)
            if count % SLICE == 0:
                self.sheets.write()
        self.sheets.write()
        self.sheets.settle()
        return self.sheets.written

    def _somebody(self, group: Group, place: Place) -> None:
        random = self.random
        stints = careers.walk(group, place, self.city, random, self.today)
        while not stints:
            # Drawn to join only after his unit had ended without a successor.
            stints = careers.walk(group, place, self.city, random, self.today)
        draft = self._person(group, stints)
        self._postings(draft)
        self._studies(draft)

    def _person(self, group: Group, stints: list[Stint]) -> Draft:
        random = self.random
        who = self.registry.draw(joined=stints[0].from_on, share_of_women=group.women)
        community = group.category == "cong_dong"
        email = "" if community and random.random() < 0.7 else who.email
        person_id = self.sheets.ids["person"]
        code = "" if community else f"HN{person_id:06d}"
        self.sheets.add(
            "person", who.personal_id, code, who.full_name, who.sort_name, who.search_key, who.birth_date, who.sex,
            email, f"09{int(random.random() * 100_000_000):08d}", self.now,
        )  # fmt: skip
        if email and stints[-1].to_on > self.today and random.random() < 0.6:
            seen = self.now - timedelta(days=int(random.random() * 60), minutes=int(random.random() * 400))
            self.sheets.add(
                "account", person_id, email, email, "", self.password_hash, False, seen, 0, 0, seen,
                at(studies.ONLINE_SINCE, 8),
            )  # fmt: skip
        return Draft(person_id, group.category, who.sex, stints, email)

    def _postings(self, draft: Draft) -> None:
        random, add = self.random, self.sheets.add
        for stint in draft.stints:
            self._posting(draft, stint, is_primary=True)
        if draft.category in ("cong_chuc", "can_bo", "vien_chuc") and random.random() < 0.04:
            second = careers.second_posting(draft.stints, self.city, random, self.today)
            if second is not None:
                self._posting(draft, second, is_primary=False)
        if draft.category != "cong_dong" and random.random() < 0.03:
            away = careers.absence(draft.stints, draft.sex, random, self.today)
            if away is not None:
                add("absence", draft.person_id, *away, "", self.now)

    def _posting(self, draft: Draft, stint: Stint, *, is_primary: bool) -> None:
        self.sheets.add(
            "posting", draft.person_id, stint.unit_id, stint.department, stint.position, stint.title, stint.rank,
            draft.category, stint.from_on, stint.to_on, is_primary, SOURCE, self.now,
        )  # fmt: skip

    def _studies(self, draft: Draft) -> None:
        random = self.random
        kinds = [self.city.places[stint.unit_id].kind for stint in draft.stints]
        needs = [n for n in studies.needs(draft.category, draft.stints, kinds, self.today) if n.slug in self.courses]
        eagerness = studies.eagerness_of(draft.stints, self.paces)
        done, begun = studies.study(needs, eagerness, self.draws, self.passing, random, self.today)
        if studies.DATA in self.courses:
            done += studies.extra_hours(draft.category, draft.stints, random, self.today)
        write_studies(
            self.sheets, self.courses, draft.person_id, draft.stints, done, begun, random,
            in_detail=random.random() < self.in_detail, now=self.now,
        )  # fmt: skip


def _open_in_2023(place: Place) -> bool:
    begins = careers.PLAN_BEGINS
    return place.valid_from <= begins < place.valid_to or place.kind == "to_chuc_hanh_chinh"


def write_studies(
    sheets: Sheets,
    courses: dict[str, CourseFacts],
    person_id: int,
    stints: list[Stint],
    done: list[Done],
    begun: list[Begun],
    random: Random,
    *,
    in_detail: bool,
    now: datetime,
) -> None:
    """Note a person's enrolments, progress, attempts and completions."""
    done = sorted(done, key=lambda d: (d.completed_on, d.slug))
    enrolled: dict[str, int] = {}
    numbers: dict[str, int] = {}
    for result in done:
        course = courses[result.slug]
        attempt_id = None
        if result.source == "online":
            if result.slug not in enrolled:
                enrolled[result.slug] = _finished_enrolment(sheets, course, person_id, result, in_detail)
            if in_detail:
                attempt_id = _attempts(sheets, course, person_id, result, numbers, random)
        _completion(sheets, course, person_id, stints, result, attempt_id)
    for beginning in begun:
        if beginning.slug not in enrolled:
            _begun_enrolment(sheets, courses[beginning.slug], person_id, beginning, now)


def _finished_enrolment(sheets: Sheets, course: CourseFacts, person_id: int, result: Done, in_detail: bool) -> int:
    started, ended = at(result.started_on, 8, 30), at(result.completed_on, 10)
    enrolment_id = sheets.add(
        "enrolment", person_id, course.course_id, course.version_id, "assigned", started, result.started_on,
        course.lesson_ids[-1], ended,
    )  # fmt: skip
    if in_detail:
        step = (ended - started) / max(len(course.lesson_ids), 1)
        for place, lesson_id in enumerate(course.lesson_ids):
            opened = started + step * place
            sheets.rows["lesson_progress"].append((enrolment_id, lesson_id, 100, opened, opened + step))
    return enrolment_id


def _begun_enrolment(sheets: Sheets, course: CourseFacts, person_id: int, beginning: Begun, now: datetime) -> None:
    lessons_done = min(beginning.lessons_done, len(course.lesson_ids) - 1)
    started = min(at(beginning.started_on, 9), now)
    enrolment_id = sheets.add(
        "enrolment", person_id, course.course_id, course.version_id, "assigned", started, beginning.started_on,
        course.lesson_ids[lessons_done], started,
    )  # fmt: skip
    for lesson_id in course.lesson_ids[:lessons_done]:
        sheets.rows["lesson_progress"].append((enrolment_id, lesson_id, 100, started, started))
    sheets.rows["lesson_progress"].append(
        (enrolment_id, course.lesson_ids[lessons_done], beginning.percent, started, None)
    )


def _attempts(
    sheets: Sheets, course: CourseFacts, person_id: int, result: Done, numbers: dict[str, int], random: Random
) -> int:
    """The attempt that passed, perhaps after one that did not; the id of the one that passed."""
    if result.failed_before:
        failed = int(course.right_to_pass * (0.5 + random.random() * 0.45))
        _attempt(sheets, course, person_id, result, numbers, at(result.completed_on, 9), failed, random)
    return _attempt(sheets, course, person_id, result, numbers, at(result.completed_on, 10), result.right, random)


def _attempt(
    sheets: Sheets,
    course: CourseFacts,
    person_id: int,
    result: Done,
    numbers: dict[str, int],
    ended: datetime,
    right: int,
    random: Random,
) -> int:
    number = numbers[result.slug] = numbers.get(result.slug, 0) + 1
    started = ended - timedelta(minutes=max(course.quiz_minutes - 5, 1))
    attempt_id = sheets.add(
        "attempt", person_id, course.version_id, number, started, started + timedelta(minutes=course.quiz_minutes),
        ended, studies.score(right, course.draw), right >= course.right_to_pass,
    )  # fmt: skip
    drawn = random.sample(course.questions, course.draw)
    # Half-right pairs would give part of a point: wrong answers go to the other kinds.
    wrong = sorted(range(course.draw), key=lambda n: (drawn[n][1] == "matching", random.random()))[
        : course.draw - right
    ]
    missed = set(wrong)
    for place, (question_id, kind, body) in enumerate(drawn):
        is_right = place not in missed
        sheets.rows["answer"].append(
            (attempt_id, place + 1, question_id, papers.order(kind, body, random), False,
             papers.response(kind, body, right=is_right), started + timedelta(seconds=40 * (place + 1)),
             Decimal(int(is_right)))
        )  # fmt: skip
    return attempt_id


def _completion(
    sheets: Sheets, course: CourseFacts, person_id: int, stints: list[Stint], result: Done, attempt_id: int | None
) -> None:
    stint = studies.stint_on(stints, result.completed_on)
    sheets.add(
        "completion", person_id, course.course_id, course.version_id if result.source == "online" else None, attempt_id,
        result.started_on, result.completed_on, course.hours if result.hours is None else result.hours,
        course.content_group, studies.score(result.right, course.draw) if result.right else None, result.source,
        result.evidence, stint.unit_id if stint else None, stint.department if stint else "",
        stint.position if stint else "", at(result.completed_on, 10),
    )  # fmt: skip
