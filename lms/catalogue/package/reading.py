"""A whole package: which files it may hold, and from all of them one course or a list of problems."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lms.catalogue.package import markdown
from lms.catalogue.package.archive import digest_of
from lms.catalogue.package.course_file import LESSON_FILE, CourseFile, course_file
from lms.catalogue.package.entries import Notes, decoded, entries
from lms.catalogue.package.pictures import CONTENT_TYPES, picture
from lms.catalogue.package.question_file import questions
from lms.catalogue.package.shape import LessonSource, Package, Picture, Problem, Question

KB = 1024
LESSON_LIMIT = 200 * KB
PICTURE_LIMIT = 2048 * KB
YAML_LIMIT = 1024 * KB
MOST_PICTURES = 60
_PICTURE_FILE = r"(?=.{5,110}$)[a-z0-9]+([-_.][a-z0-9]+)*\.(svg|png|jpg)"


@dataclass(frozen=True)
class Reading:
    """What reading a package came to: a course, or problems."""

    package: Package | None
    problems: tuple[Problem, ...] = field(default=())


def read(files: Mapping[str, bytes], *, folder: str = "") -> Reading:
    """Read the files of a package ({path: content}); `folder`, if given, is the name the slug must repeat."""
    if "course.yaml" not in files:
        return Reading(
            None, (Problem("", 0, "Gói thiếu tệp course.yaml. Hãy đặt tệp này ở ngoài cùng của thư mục khóa học."),)
        )
    problems = _strangers(files)
    pictures, faults = pictures_of(files)
    problems += faults
    course, faults = _course(files, folder)
    problems += faults
    if course is None:
        return Reading(None, tuple(sorted(problems)))
    lessons, faults = _lessons(files, course, pictures)
    problems += faults
    bank, faults = _questions(files, course)
    problems += faults
    if problems:
        return Reading(None, tuple(sorted(problems)))
    shown = tuple(found for _, found in sorted(pictures.items()) if found is not None)
    return Reading(
        Package(
            slug=course.slug, title=course.title, summary=course.summary, hours=course.hours,
            content_group=course.content_group, level=course.level, organiser=course.organiser, skills=course.skills,
            goals=course.goals, sources=course.sources, quiz=course.quiz, lessons=lessons, questions=bank,
            pictures=shown, digest=digest_of(files),
        )
    )  # fmt: skip


def _strangers(files: Mapping[str, bytes]) -> list[Problem]:
    """Files that do not belong into a package, or are too large."""
    found = []
    for path, content in files.items():
        limit = _limit(path)
        if limit is None:
            found.append(Problem(path, 0, _why_strange(path)))
        elif len(content) > limit:
            size = f"{len(content) / KB:.0f} KB, tối đa {limit // KB} KB"
            found.append(Problem(path, 0, f"Tệp nặng {size}. Hãy giảm cỡ ảnh hoặc chia nhỏ nội dung."))
    number = sum(path.startswith("media/") for path in files)
    if number > MOST_PICTURES:
        found.append(Problem("", 0, f"Gói có {number} hình, tối đa {MOST_PICTURES}. Hãy bỏ bớt hình không dùng."))
    return found


def _limit(path: str) -> int | None:
    """The most bytes a file of this path may have; None if it may not be there at all."""
    if path in ("course.yaml", "questions.yaml"):
        return YAML_LIMIT
    folder, _, name = path.partition("/")
    if folder == "lessons" and re.fullmatch(LESSON_FILE, name):
        return LESSON_LIMIT
    if folder == "media" and re.fullmatch(_PICTURE_FILE, name):
        return PICTURE_LIMIT
    return None


def _why_strange(path: str) -> str:
    folder, _, name = path.partition("/")
    if folder == "lessons" and name.endswith(".md"):
        return "Tên tệp bài học chỉ dùng chữ thường không dấu, số và gạch nối, ví dụ 01-mo-dau.md."
    if folder == "media" and name.endswith(tuple(CONTENT_TYPES)):
        return "Tên hình chỉ dùng chữ thường không dấu, số và gạch nối, ví dụ quy-trinh.svg."
    return (
        "Tệp không thuộc gói khóa học. Gói chỉ gồm course.yaml, questions.yaml, bài .md trong thư mục lessons, "
        "hình .svg, .png, .jpg trong thư mục media."
    )


def pictures_of(files: Mapping[str, bytes]) -> tuple[dict[str, Picture | None], list[Problem]]:
    """Name → picture; None where the file is there but cannot be shown."""
    found: dict[str, Picture | None] = {}
    problems: list[Problem] = []
    for path, content in files.items():
        if path.startswith("media/") and 0 < len(content) <= (_limit(path) or 0):
            notes = Notes(path)
            found[path.removeprefix("media/")] = picture(path.removeprefix("media/"), content, notes)
            problems += notes.problems
        elif path.startswith("media/") and not content:
            found[path.removeprefix("media/")] = None
            problems.append(Problem(path, 0, "Tệp rỗng. Hãy xuất lại ảnh."))
    return found, problems


def _course(files: Mapping[str, bytes], folder: str) -> tuple[CourseFile | None, list[Problem]]:
    notes = Notes("course.yaml")
    entry = entries(files["course.yaml"], notes) if len(files["course.yaml"]) <= YAML_LIMIT else None
    if entry is None:
        return None, notes.problems
    course = course_file(entry, notes)
    if folder and course.slug and course.slug != folder:
        notes.note(course.slug_line, f"“slug: {course.slug}” khác tên thư mục “{folder}”. Hãy đặt hai tên giống nhau.")
    listed = {lesson.file for lesson in course.lessons}
    for lesson in course.lessons:
        if lesson.file and f"lessons/{lesson.file}" not in files:
            notes.note(lesson.line, f"Không có tệp lessons/{lesson.file}. Hãy thêm tệp hoặc sửa tên.")
    for path in sorted(files):
        name = path.removeprefix("lessons/")
        if name != path and _limit(path) and name not in listed:
            notes.note(0, f"Bài lessons/{name} chưa được liệt kê ở “lessons”. Hãy thêm vào, hoặc bỏ tệp đó.")
    return course, notes.problems


def _lessons(
    files: Mapping[str, bytes], course: CourseFile, pictures: Mapping[str, Picture | None]
) -> tuple[tuple[LessonSource, ...], list[Problem]]:
    found: list[LessonSource] = []
    problems: list[Problem] = []
    shown = {name: one for name, one in pictures.items() if one is not None}
    for listed in course.lessons:
        content = files.get(f"lessons/{listed.file}")
        if content is None or len(content) > LESSON_LIMIT:
            continue
        notes = Notes(f"lessons/{listed.file}")
        text = decoded(content, notes)
        if text is not None and not text.strip():
            notes.note(0, "Bài học trống. Hãy viết nội dung.")
        tokens = markdown.parsed(text or "")
        markdown.check(tokens, pictures, notes)
        problems += notes.problems
        html = "" if notes.problems or len(shown) < len(pictures) else markdown.rendered(tokens, shown)
        key = listed.file.removesuffix(".md")
        found.append(LessonSource(key, listed.title, listed.minutes, listed.skills, text or "", html))
    return tuple(found), problems


def _questions(files: Mapping[str, bytes], course: CourseFile) -> tuple[tuple[Question, ...], list[Problem]]:
    content = files.get("questions.yaml")
    if content is None:
        return (), [Problem("", 0, "Gói thiếu tệp questions.yaml. Hãy thêm ngân hàng câu hỏi của bài kiểm tra.")]
    notes = Notes("questions.yaml")
    entry = entries(content, notes) if len(content) <= YAML_LIMIT else None
    if entry is None:
        return (), notes.problems
    bank = questions(entry, notes, [lesson.file for lesson in course.lessons], course.skills)
    problems = notes.problems
    if bank and course.quiz.draw > len(bank):
        message = (
            f"quiz: rút {course.quiz.draw} câu nhưng ngân hàng chỉ có {len(bank)}. Hãy giảm “draw” hoặc thêm câu hỏi."
        )
        problems.append(Problem("course.yaml", course.draw_line, message))
    return bank, problems
