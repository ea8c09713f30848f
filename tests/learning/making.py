"""Courses, enrolments and attempts for tests, as small as they can be."""

import itertools
from datetime import date, datetime
from decimal import Decimal
from random import Random
from typing import Any

from lms.assessment import service as assessment
from lms.catalogue.models import Course, CourseVersion, Lesson
from lms.learning.models import Enrolment, LessonProgress
from lms.organisation.models import Unit
from lms.platform import clock, vietnamese
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.factories import add

_counter = itertools.count(1)

BANK: tuple[dict[str, Any], ...] = (
    {"kind": "single", "text": "Thư lạ đến, việc nào làm trước?", "body": {"options": [
        {"text": "Báo cán bộ chuyên trách", "correct": True}, {"text": "Mở thử"}, {"text": "Chuyển tiếp"}]}},
    {"kind": "multiple", "text": "Dấu hiệu nào đáng ngờ?", "body": {"options": [
        {"text": "Lời lẽ thúc ép", "correct": True}, {"text": "Đuôi địa chỉ lạ", "correct": True},
        {"text": "Có chữ ký số"}]}},
    {"kind": "true_false", "text": "Mật khẩu dài thì mạnh hơn.", "body": {"answer": True}},
    {"kind": "matching", "text": "Ghép việc với nơi làm.", "body": {
        "pairs": [{"left": "Tiếp nhận hồ sơ", "right": "Một cửa"}, {"left": "Đóng dấu", "right": "Văn thư"}],
        "extra": ["Kho bạc"]}},
    {"kind": "ordering", "text": "Xếp các bước theo thứ tự.",
     "body": {"items": ["Tiếp nhận", "Thẩm định", "Trả kết quả"]}},
    {"kind": "numeric", "text": "42 trên 50 hồ sơ là bao nhiêu phần trăm?",
     "body": {"answer": "84", "tolerance": "0.5", "unit": "%"}},
)  # fmt: skip
"""One question of each kind."""


def make_course(
    *,
    organiser: Unit,
    title: str = "",
    slug: str = "",
    lessons: int = 2,
    questions: tuple[dict[str, Any], ...] = BANK,
    course: Course | None = None,
    retired: bool = False,
    **settings: Any,
) -> CourseVersion:
    """A published course version with lessons and a bank; with `course`, its next version."""
    n = next(_counter)
    number = 1
    if course is None:
        course = add(
            Course(
                slug=slug or f"khoa-{n}", organiser_id=organiser.id, created_at=clock.now(),
                retired_at=clock.now() if retired else None,
            )
        )  # fmt: skip
    else:
        number = 1 + db.session.query(CourseVersion).filter_by(course_id=course.id).count()
    title = title or f"Khóa học số {n}"
    quiz = {"draw": len(questions), "quiz_minutes": 20, "pass_percent": 70, "attempts_allowed": 2, "hours": Decimal(4)}
    version = add(
        CourseVersion(
            course_id=course.id, number=number, title=title, sort_title=vietnamese.sort_key(title),
            summary="Học xong làm được việc.", content_group="KHCN", level="CB", skills=["1.1"],
            goals=["Nhận ra thư lừa đảo"], sources=[], minutes=15 * lessons, quiz_title="Bài kiểm tra cuối khóa",
            digest=f"{n:064d}", published_at=clock.now(), **{**quiz, **settings},
        )
    )  # fmt: skip
    course.current_version_id = version.id
    for place in range(1, lessons + 1):
        add(
            Lesson(
                version_id=version.id, place=place, key=f"{place:02d}-bai", title=f"Bài về việc số {place}", minutes=15,
                skills=[], html=f"<h2>Mục tiêu</h2><p>Nội dung bài {place}.</p>",
            )
        )  # fmt: skip
    bank = [
        {"code": f"q{n:02d}", "skill": "1.1", "lesson_key": "01-bai", "explanation": f"Vì lẽ {n}.", **question}
        for n, question in enumerate(questions, start=1)
    ]
    assessment.add_questions(version.id, bank)
    return version


def slug_of(version: CourseVersion) -> str:
    """The slug of a version's course."""
    return db.session.get_one(Course, version.course_id).slug


def make_enrolment(
    *, person_id: int, version: CourseVersion, started_on: date | None = date(2026, 11, 1), done: bool = False
) -> Enrolment:
    """An enrolment that has begun; with `done`, every lesson of it is done."""
    enrolment = add(
        Enrolment(
            person_id=person_id, course_id=version.course_id, version_id=version.id, source="chosen",
            enrolled_at=clock.now(), started_on=started_on,
        )
    )  # fmt: skip
    if done:
        for lesson in db.session.query(Lesson).filter_by(version_id=version.id):
            add(
                LessonProgress(
                    enrolment_id=enrolment.id, lesson_id=lesson.id, percent=100, opened_at=clock.now(),
                    done_at=clock.now(),
                )
            )  # fmt: skip
    return enrolment


def right_form(kind: str, body: dict[str, Any], order: list[int]) -> dict[str, list[str]]:
    """The form that answers a question rightly, in places as shown."""
    if kind in ("single", "multiple"):
        return {"tra_loi": [str(shown) for shown, own in enumerate(order) if body["options"][own].get("correct")]}
    if kind == "true_false":
        return {"tra_loi": ["dung" if body["answer"] else "sai"]}
    if kind == "matching":
        return {f"ve_{left}": [str(order.index(left))] for left in range(len(body["pairs"]))}
    if kind == "ordering":
        return {f"ve_{shown}": [str(own + 1)] for shown, own in enumerate(order)}
    return {"tra_loi": [body["answer"].replace(".", ",")]}


def start(person_id: int, version: CourseVersion, now: datetime, seed: int = 1) -> int:
    """An attempt begun."""
    return assessment.start_attempt(person_id, version.id, now=now, by=SYSTEM, chance=Random(seed))
