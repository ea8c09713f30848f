"""The peer's workload: 20,000 people in 30 units, ten courses, everybody enrolled, sixty in a hundred done."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from lms.demo import queries
from lms.demo.rules import papers, peer, studies
from lms.demo.rules.careers import FOREVER
from lms.demo.rules.names import Registry
from lms.demo.service.city import SOURCE, Sheets, at

DONE = 0.6
FROM = date(2025, 7, 1)
"""The units are those of today, which began on this day."""
SLICE = 2_000


def draw(people: int, seed: int, today: date, now: datetime) -> dict[str, int]:
    """Draw and write the workload; returns how many rows each table got."""
    random = Random(seed)
    sheets = Sheets.empty()
    registry = Registry(random)
    units = queries.wards_on(today)[: peer.UNITS]
    found = queries.courses()
    courses = [found[peer.slug(number)] for number in range(1, peer.COURSES + 1)]
    for index in range(people):
        who = registry.draw(joined=FROM, share_of_women=0.5)
        unit_id = units[index % len(units)]
        person_id = sheets.add(
            "person", who.personal_id, f"DC{index + 1:06d}", who.full_name, who.sort_name, who.search_key,
            who.birth_date, who.sex, who.email, "", now,
        )  # fmt: skip
        sheets.add(
            "posting", person_id, unit_id, "Phòng Văn hóa - Xã hội", "chuyen-mon-nghiep-vu", "Chuyên viên", "01.003",
            "cong_chuc", FROM, FOREVER, True, SOURCE, now,
        )  # fmt: skip
        for course in courses:
            _course(sheets, course, person_id, unit_id, random, today)
        if index % SLICE == SLICE - 1:
            sheets.write()
    sheets.write()
    sheets.settle()
    return sheets.written


def _course(
    sheets: Sheets, course: queries.CourseFacts, person_id: int, unit_id: int, random: Random, today: date
) -> None:
    """One enrolment; when done, with lessons read, a marked paper and its completion."""
    started_on = FROM + timedelta(days=int(random.random() * ((today - FROM).days - 30)))
    started = at(started_on, 8, 30)
    if random.random() >= DONE:
        sheets.add("enrolment", person_id, course.course_id, course.version_id, "assigned", started, None, None, None)
        return
    done_on = started_on + timedelta(days=int(random.random() * 30))
    ended = at(done_on, 10)
    enrolment_id = sheets.add(
        "enrolment", person_id, course.course_id, course.version_id, "assigned", started, started_on,
        course.lesson_ids[-1], ended,
    )  # fmt: skip
    sheets.rows["lesson_progress"] += [(enrolment_id, lesson, 100, started, started) for lesson in course.lesson_ids]
    right = course.right_to_pass + int(random.random() * (course.draw - course.right_to_pass + 1))
    score = studies.score(right, course.draw)
    began = ended - timedelta(minutes=15)
    attempt_id = sheets.add(
        "attempt", person_id, course.version_id, 1, began, began + timedelta(minutes=course.quiz_minutes), ended, score,
        True,
    )  # fmt: skip
    for place, (question_id, kind, body) in enumerate(random.sample(course.questions, course.draw), start=1):
        is_right = place <= right
        sheets.rows["answer"].append(
            (attempt_id, place, question_id, papers.order(kind, body, random), False,
             papers.response(kind, body, right=is_right), began + timedelta(minutes=place), Decimal(int(is_right)))
        )  # fmt: skip
    sheets.add(
        "completion", person_id, course.course_id, course.version_id, attempt_id, started_on, done_on, course.hours,
        course.content_group, score, "online", "", unit_id, "Phòng Văn hóa - Xã hội", "chuyen-mon-nghiep-vu", ended,
    )  # fmt: skip
