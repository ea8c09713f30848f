"""course.yaml: what the course is, its lessons in order, and the rules of its quiz."""

from dataclasses import dataclass
from decimal import Decimal

from lms.catalogue import skills
from lms.catalogue.package.entries import Entry, Keys, Notes
from lms.catalogue.package.shape import Quiz, Source

CONTENT_GROUPS = ("LLCT", "QPAN", "QLNN", "VTVL", "KHCN")
"""Groups of training content in Nghị định 171/2025/NĐ-CP."""
MOST_LESSONS = 40
"""Of one course: what nobody finds a way through is two courses."""
SLUG = r"(?=.{3,80}$)(?!tai-len$)[a-z0-9]+(-[a-z0-9]+)*"
UNIT_CODE = r"(?=.{2,40}$)[a-z0-9]+(-[a-z0-9]+)*"
LESSON_FILE = r"(?=.{4,100}$)[a-z0-9]+([-_][a-z0-9]+)*\.md"

KEYS = (
    "slug", "title", "summary", "hours", "content_group", "level", "organiser", "skills", "goals", "sources",
    "lessons", "quiz",
)  # fmt: skip


@dataclass(frozen=True)
class ListedLesson:
    """A lesson as course.yaml announces it."""

    file: str
    line: int
    title: str
    minutes: int
    skills: tuple[str, ...]


@dataclass(frozen=True)
class CourseFile:
    """The content of course.yaml."""

    slug: str
    slug_line: int
    title: str
    summary: str
    hours: Decimal
    content_group: str
    level: str
    organiser: str
    skills: tuple[str, ...]
    goals: tuple[str, ...]
    sources: tuple[Source, ...]
    lessons: tuple[ListedLesson, ...]
    quiz: Quiz
    draw_line: int


def course_file(entry: Entry, notes: Notes) -> CourseFile:
    """Read the entries of course.yaml, noting every fault."""
    keys = Keys(entry, notes)
    keys.only(KEYS)
    known_skills = tuple(skills.competences())
    own_skills = keys.codes("skills", known_skills, "khung năng lực số")
    quiz = Keys(keys.raw("quiz") or Entry(entry.line, {}), notes, "quiz")
    if "quiz" in keys.values:
        quiz.only(("title", "draw", "minutes", "pass_percent", "attempts"))
    return CourseFile(
        slug=keys.shape("slug", SLUG, "Dùng chữ thường không dấu, số và gạch nối, ví dụ an-toan-thong-tin."),
        slug_line=keys.line_of("slug"),
        title=keys.text("title", 100),
        summary=keys.text("summary", 400),
        hours=keys.exact("hours", Decimal("0.5"), Decimal(200), places=2),
        content_group=keys.choice("content_group", CONTENT_GROUPS, "các nhóm nội dung"),
        level=keys.choice("level", tuple(skills.levels()), "các mức năng lực"),
        organiser=keys.shape("organiser", UNIT_CODE, "Ghi mã đơn vị, ví dụ so-khoa-hoc-cong-nghe-2025."),
        skills=own_skills,
        goals=tuple(keys.texts("goals", 1, 10, 300)),
        sources=_sources(keys),
        lessons=_lessons(keys, known_skills, own_skills),
        quiz=_quiz(quiz) if "quiz" in keys.values else Quiz("", 1, 1, 1, 1),
        draw_line=quiz.line_of("draw"),
    )


def _sources(keys: Keys) -> tuple[Source, ...]:
    found = []
    for source in keys.each("sources", 0, 30, lambda n, _: f"Nguồn thứ {n}") if "sources" in keys.values else []:
        source.only(("title", "number", "date"))
        found.append(Source(source.text("title", 300), source.text("number", 60, optional=True), source.day("date")))
    return tuple(found)


def _lessons(keys: Keys, known: tuple[str, ...], of_course: tuple[str, ...]) -> tuple[ListedLesson, ...]:
    found = []
    for lesson in keys.each("lessons", 1, MOST_LESSONS, lambda n, _: f"Bài thứ {n}"):
        lesson.only(("file", "title", "minutes", "skills"))
        own = lesson.codes("skills", known, "khung năng lực số")
        for skill in own:
            if of_course and skill not in of_course:
                lesson.note(
                    lesson.line_of("skills"), f"năng lực {skill} chưa có trong “skills” của khóa học. Hãy thêm vào đó."
                )
        file = lesson.shape("file", LESSON_FILE, "Dùng tên không dấu có đuôi .md, ví dụ 01-mo-dau.md.")
        found.append(
            ListedLesson(file, lesson.line_of("file"), lesson.text("title", 150), lesson.whole("minutes", 1, 300), own)
        )
    keys.distinct("lessons", [lesson.file for lesson in found])
    return tuple(found)


def _quiz(quiz: Keys) -> Quiz:
    return Quiz(
        title=quiz.text("title", 150),
        draw=quiz.whole("draw", 1, 100),
        minutes=quiz.whole("minutes", 1, 300),
        pass_percent=quiz.whole("pass_percent", 1, 100),
        attempts=quiz.whole("attempts", 1, 50),
    )
