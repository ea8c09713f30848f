"""Small plan files, the courses they name, and the shipped one."""

from pathlib import Path

from lms.catalogue.models import Course, CourseVersion
from lms.organisation.models import Position, Unit
from lms.plan import service
from lms.plan.service import PlanChange
from lms.platform import clock, vietnamese
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.factories import add

SHIPPED = Path(__file__).parents[2] / "courses" / "plans" / "kh-239-2023.yaml"

SMALL = """\
plan:
  code: KH-THU
  number: 1/KH-THU
  title: "Kế hoạch thử"
  issuer: "UBND thành phố"
  issued_on: 2023-09-27
clauses:
  - {number: "1", text: "Bồi dưỡng nhân sự", lead: tp-ha-noi}
requirements:
  - code: R1
    clause: "1"
    title: "Hoàn thành khóa thử"
    short_title: "Khóa thử"
    rule: {any_of: [khoa-thu]}
    audience:
      - {unit: tp-ha-noi, categories: [cong_chuc, vien_chuc]}
    due: {fixed: 2026-12-31}
    from: 2024-01-01
"""


def make_course(*, slug: str = "khoa-thu", organiser: Unit, title: str = "Khóa thử nghiệm") -> Course:
    """A published course without lessons."""
    course = add(Course(slug=slug, organiser_id=organiser.id, created_at=clock.now()))
    version = add(
        CourseVersion(
            course_id=course.id, number=1, title=title, sort_title=vietnamese.sort_key(title),
            search_key=vietnamese.fold(title), summary="", hours=4, content_group="KHCN", level="CB", skills=[],
            goals=[],
            sources=[], minutes=60, quiz_title="Bài kiểm tra", bank_size=1, draw=1, quiz_minutes=10, pass_percent=70,
            attempts_allowed=3, digest="0" * 64, published_at=clock.now(),
        )
    )  # fmt: skip
    course.current_version_id = version.id
    db.session.flush()
    return course


def make_position(code: str = "mot-cua", label: str = "Một cửa") -> Position:
    """A position group."""
    return add(Position(code=code, label=label, levels=[], staff_types=[]))


def apply(text: str = SMALL, *, shorten: bool = False) -> PlanChange:
    """Import a plan file."""
    return service.import_plan(text.encode(), by=SYSTEM, today=clock.today(), now=clock.now(), shorten=shorten)
