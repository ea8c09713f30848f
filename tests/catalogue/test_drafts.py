"""Drafts: the next version in the making, which takes the lessons of office documents."""

import json
import unicodedata

import pytest

from lms.catalogue import office, queries, service
from lms.catalogue.models import CourseDraft, CourseVersion, DraftSave, Lesson
from lms.catalogue.package import drafting, read
from lms.catalogue.rules import DraftRefusal, why_not_keep
from lms.platform import clock
from lms.platform import files as store
from lms.platform.db import db
from lms.platform.events import SYSTEM
from lms.platform.forms import Refused
from tests.catalogue.documents import a_presentation, a_word_document, p, styles, word
from tests.catalogue.packages import files, published

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def run(app, session):
    """Run `flask lessons import` and give its result."""
    return lambda *words: app.test_cli_runner().invoke(args=["lessons", "import", *map(str, words)])


@pytest.fixture
def document(tmp_path):
    """A .docx on disk."""
    path = tmp_path / "tai-lieu.docx"
    path.write_bytes(a_word_document())
    return path


def count(model) -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(model))


def add(content: bytes, name: str = "tai-lieu.docx", **alts: str) -> list[str]:
    imported = service.read_document(content, name, "khoa-thu")
    return service.add_lessons("khoa-thu", imported, source=name, alts=alts, by=SYSTEM, now=clock.now())


def draft():
    found = queries.draft_of("khoa-thu")
    assert found is not None
    return found


# Files ----------------------------------------------------------------------------------------------------------------


def test_a_changed_course_file_says_the_same_of_everything_else():
    changed, keys = drafting.with_lessons(files(), [drafting.Added("Bài: mới & “lạ”", "Chữ.\n", 4)])
    before, after = read(files()).package, read(changed).package
    assert before is not None
    assert after is not None
    assert keys == ["03-bai-moi-la"]
    assert [one.title for one in after.lessons] == ["Mở đầu", "Kiểm tra hồ sơ", "Bài: mới & “lạ”"]
    assert after.lessons[2].skills == after.skills
    for field in ("slug", "title", "summary", "hours", "level", "organiser", "goals", "sources", "quiz", "questions"):
        assert getattr(after, field) == getattr(before, field)


def test_lessons_are_moved_and_taken_out():
    turned = read(drafting.arranged(files(), ["02-kiem-tra", "01-mo-dau"])).package
    assert turned is not None
    assert [one.key for one in turned.lessons] == ["02-kiem-tra", "01-mo-dau"]
    left = drafting.without_lesson(files(), "02-kiem-tra")
    assert [one.key for one in drafting.outline(left)] == ["01-mo-dau"]
    assert "lessons/02-kiem-tra.md" not in left


def test_a_draft_says_why_it_takes_no_more():
    fits = {"lessons": 40, "longest_lesson": 200 * 1024, "pictures": 60, "files": 200, "size": 32 * 1024 * 1024}
    assert why_not_keep(**fits) is None
    for name, refusal in {
        "lessons": DraftRefusal.TOO_MANY_LESSONS,
        "longest_lesson": DraftRefusal.LESSON_TOO_LONG,
        "pictures": DraftRefusal.TOO_MANY_PICTURES,
        "files": DraftRefusal.TOO_LARGE,
        "size": DraftRefusal.TOO_LARGE,
    }.items():
        assert why_not_keep(**{**fits, name: fits[name] + 1}) is refusal


# Drafts ---------------------------------------------------------------------------------------------------------------


def test_lessons_of_a_document_go_into_a_draft_and_the_published_version_stays(session, audited):
    version = published()
    keys = add(a_word_document(), **{"tai-lieu-01.png": "Hình vuông đỏ"})
    assert keys == ["03-mat-khau-manh", "04-thu-lua-dao"]
    assert count(CourseVersion) == 1
    assert count(Lesson) == 2
    reading = service.package_of(draft())
    assert reading.problems == ()
    assert reading.package is not None
    assert [one.title for one in reading.package.lessons][2:] == ["Mật khẩu mạnh", "Thư lừa đảo"]
    assert "Hình vuông đỏ" in reading.package.lessons[2].html
    assert reading.package.digest != version.digest
    assert audited()[-1] == "catalogue:draft:imported"


def test_a_picture_without_alternative_text_keeps_the_draft_from_being_published():
    published()
    add(a_word_document())
    (problem,) = service.package_of(draft()).problems
    assert (problem.file, "chưa có mô tả" in problem.message) == ("lessons/03-mat-khau-manh.md", True)


def test_a_second_document_joins_the_same_draft_and_names_its_pictures_apart():
    published()
    add(a_word_document())
    add(a_word_document())
    add(a_presentation(), "tai-lieu.pptx")
    assert count(CourseDraft) == 1
    assert [one.revision for one in queries.saves_of(draft().draft_id)] == [4, 3, 2, 1]
    assert {path for path in draft().files if path.startswith("media/tai-lieu")} == {
        "media/tai-lieu-01.png", "media/tai-lieu-2-01.png", "media/tai-lieu-3-01.png",
    }  # fmt: skip
    assert len(drafting.outline(service.files_in(draft().files))) == 7


def test_a_document_with_too_many_lessons_is_refused_whole():
    published()
    many = word("".join(p(f"Bài {n}", "u1") + p("Chữ.") for n in range(39)), word__styles=styles())
    with pytest.raises(Refused) as caught:
        add(many)
    assert caught.value.reason is DraftRefusal.TOO_MANY_LESSONS


def test_a_course_without_its_files_cannot_be_drafted():
    version = published()
    version.archive = store.digest(b"gone")
    db.session.flush()
    with pytest.raises(Refused) as caught:
        add(a_word_document())
    assert caught.value.reason is DraftRefusal.NO_PACKAGE


# flask lessons import -----------------------------------------------------------------------------------------


def test_the_command_tells_lessons_and_problems_and_changes_nothing(run, document):
    published()
    result = run(document, "--course", "khoa-thu", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["lessons"] == [
        {"title": "Mật khẩu mạnh", "words": 22, "pictures": 1, "tables": 1},
        {"title": "Thư lừa đảo", "words": 3, "pictures": 0, "tables": 0},
    ]
    assert [(one["where"], one["code"]) for one in told["problems"]] == [("Đoạn 10", "missing-alt")]
    assert count(CourseDraft) == 0


def test_the_command_applies_in_one_transaction(run, document):
    published()
    result = run(document, "--course", "khoa-thu", "--apply")
    assert result.exit_code == 0, result.output
    assert "Đã đưa 2 bài vào bản nháp" in result.output
    assert [one.title for one in drafting.outline(service.files_in(draft().files))][2:] == [
        "Mật khẩu mạnh",
        "Thư lừa đảo",
    ]


@pytest.mark.parametrize(
    ("content", "course", "code"),
    [
        (b"%PDF-1.7", "khoa-thu", "wrong-type"),
        (a_word_document(), "khong-co", "no-such-course"),
        (word("".join(p(f"Bài {n}", "u1") for n in range(60)), word__styles=styles()), "khoa-thu", "too-many-lessons"),
    ],
    ids=["fake", "unknown course", "too many"],
)
def test_the_command_refuses_with_a_reason_and_leaves_nothing(run, tmp_path, content, course, code):
    published()
    db.session.commit()
    path = tmp_path / "a.docx"
    path.write_bytes(content)
    for words in ((), ("--apply",)):
        result = run(path, "--course", course, "--json", *words)
        assert result.exit_code == 1
        assert json.loads(result.stdout)["problems"][-1]["code"] == code
        assert count(CourseDraft) == count(DraftSave) == 0


def test_a_file_name_in_decomposed_letters_is_told_composed(run, tmp_path):
    published()
    path = tmp_path / (unicodedata.normalize("NFD", "Bài giảng Hà Nội") + ".docx")
    path.write_bytes(word(p("Chữ.")))
    told = json.loads(run(path, "--course", "khoa-thu", "--json").stdout)
    assert told["lessons"][0]["title"] == "Bài giảng Hà Nội"


def test_nothing_outside_a_document_is_fetched():
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
    outside = f'<Relationship Id="x" Type="{kind}" Target="http://127.0.0.1:9/x.png" TargetMode="External"/>'
    body = p("Chữ.", inside='<w:r><w:drawing><a:blip r:embed="x"/></w:drawing></w:r>')
    found = office.read(word(body, relations=outside), "a.docx")
    assert not found.pictures
    assert "picture" in {lost.code for lost in found.lost}
