"""Office documents read as lessons. Pure: bytes in, Markdown, pictures and a list of what was lost out."""

import unicodedata
from pathlib import PurePath

from lms.catalogue.office.drawing import LONGEST_ALT, Pictures, thumbnail, with_alts
from lms.catalogue.office.opening import Kind, opened
from lms.catalogue.office.shape import Drawn, Imported, Lost, NewLesson, UnreadableDocument
from lms.catalogue.office.slides import SlideReader
from lms.catalogue.office.word import WordReader
from lms.catalogue.office.writing import clean
from lms.platform import vietnamese

LONGEST_TITLE = 150
MOST_LOST = 300

__all__ = [
    "LONGEST_ALT",
    "Drawn",
    "Imported",
    "Lost",
    "NewLesson",
    "UnreadableDocument",
    "prefix_of",
    "read",
    "thumbnail",
    "with_alts",
]


def prefix_of(name: str) -> str:
    """What the pictures of a document of that file name begin with."""
    return vietnamese.slug(PurePath(unicodedata.normalize("NFC", name)).stem)[:40].strip("-") or "hinh"


def read(content: bytes, name: str, *, prefix: str = "") -> Imported:
    """Read a .docx or .pptx; raises UnreadableDocument, with the reason, for one that is refused as a whole.

    `name` is the file's; pictures are called `prefix`-01.png and so on.
    """
    office = opened(content, name)
    lost: list[Lost] = []
    pictures = Pictures(office, prefix or prefix_of(name), lost)
    fallback = vietnamese.nfc(clean(PurePath(name).stem).replace("_", " "))[:LONGEST_TITLE] or "Bài học"
    reader = WordReader if office.kind is Kind.WORD else SlideReader
    lessons = [_short(lesson, lost) for lesson in reader(office, pictures, lost).read(fallback)]
    if not lessons:
        raise UnreadableDocument("empty", "Tài liệu không có nội dung nào đưa vào bài học được.")
    unique = list(dict.fromkeys(lost))
    if len(unique) > MOST_LOST:
        rest = Lost("Cả tệp", "more", f"Còn {len(unique) - MOST_LOST} chỗ khác không kể ở đây.")
        unique = [*unique[:MOST_LOST], rest]
    return Imported(tuple(lessons), pictures.drawn, tuple(unique))


def _short(lesson: NewLesson, lost: list[Lost]) -> NewLesson:
    """A lesson whose title fits; empty lessons are named."""
    if not lesson.text.strip():
        lost.append(
            Lost(f"Bài “{lesson.title[:80]}”", "empty-lesson", "Đề mục không có nội dung bên dưới. Hãy viết thêm.")
        )
    if len(lesson.title) <= LONGEST_TITLE:
        return lesson
    title = lesson.title[: LONGEST_TITLE - 1].rsplit(" ", 1)[0] + "…"
    lost.append(Lost(f"Bài “{title[:80]}”", "long-title", f"Tên bài dài quá {LONGEST_TITLE} ký tự nên đã cắt bớt."))
    return NewLesson(title, lesson.text, lesson.words, lesson.pictures, lesson.tables)
