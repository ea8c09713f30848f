"""`flask courses …` as an administrator types it."""

import json
import zipfile

import pytest

from lms.catalogue.models import Course, CourseVersion, Media
from lms.platform.db import db
from tests import factories
from tests.catalogue.packages import COURSE, QUESTIONS, files


@pytest.fixture
def folder(tmp_path):
    """A folder with one course."""
    root = tmp_path / "khoa-thu"
    for path, content in files().items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root


@pytest.fixture
def run(app, session):
    """Run a command and give its result."""
    return lambda *words: app.test_cli_runner().invoke(args=["courses", *map(str, words)])


def numbers() -> list[int]:
    return list(db.session.scalars(db.select(CourseVersion.number).order_by(CourseVersion.number)))


def test_a_sound_folder_passes_the_check(run, folder):
    result = run("check", folder)
    assert result.exit_code == 0
    assert "đạt, 2 bài, 6 câu hỏi, 1 hình" in result.output


def test_the_check_names_file_and_line_and_fails(run, folder):
    (folder / "questions.yaml").write_text(QUESTIONS.replace("kind: numeric", "kind: so"), encoding="utf-8")
    (folder / "lessons/02-kiem-tra.md").write_text("Một\n\n<b>hai</b>\n", encoding="utf-8")
    result = run("check", folder)
    assert result.exit_code == 1
    line = QUESTIONS[: QUESTIONS.index("kind: numeric")].count("\n") + 1
    assert f"{folder}/questions.yaml:{line}: Câu q06: “kind: so” không có trong các kiểu câu hỏi." in result.output
    assert f"{folder}/lessons/02-kiem-tra.md:3: " in result.output


def test_importing_twice_makes_one_version(run, folder):
    factories.make_unit(code="tp-ha-noi")
    first, second = run("import", folder.parent), run("import", folder.parent)
    assert first.output == "khoa-thu: phát hành phiên bản 1.\n"
    assert second.output == "khoa-thu: không có gì thay đổi (phiên bản 1).\n"
    assert numbers() == [1]
    (folder / "lessons/02-kiem-tra.md").write_text("Khác.\n", encoding="utf-8")
    assert run("import", folder).output == "khoa-thu: phát hành phiên bản 2.\n"
    assert numbers() == [1, 2]


def test_importing_says_the_same_as_json(run, folder):
    factories.make_unit(code="tp-ha-noi")
    course = {"slug": "khoa-thu", "version": 1}
    assert json.loads(run("import", folder, "--json").stdout) == {
        "courses": [{**course, "status": "published"}], "problems": [],
    }  # fmt: skip
    assert json.loads(run("import", folder, "--json").stdout)["courses"] == [{**course, "status": "unchanged"}]


def test_one_faulty_course_keeps_all_of_them_out(run, folder):
    factories.make_unit(code="tp-ha-noi")
    bad = folder.parent / "khoa-sai"
    bad.mkdir()
    (bad / "course.yaml").write_text(COURSE, encoding="utf-8")
    result = run("import", folder.parent, "--json")
    assert result.exit_code == 1
    assert {problem["file"] for problem in json.loads(result.stdout)["problems"]} >= {f"{bad}/course.yaml"}
    assert db.session.scalar(db.select(db.func.count()).select_from(Course)) == 0


def test_importing_before_the_units_says_what_to_do(run, folder):
    result = run("import", folder)
    assert result.exit_code == 1
    assert "flask --app wsgi org load" in result.output
    assert db.session.scalar(db.select(db.func.count()).select_from(Media)) == 0


def test_a_zip_is_imported_like_a_folder(run, folder, tmp_path):
    factories.make_unit(code="tp-ha-noi")
    path = tmp_path / "goi.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files().items():
            archive.writestr(f"bat-ky/{name}", content)
    assert run("import", path).output == "khoa-thu: phát hành phiên bản 1.\n"
    assert run("import", folder).output == "khoa-thu: không có gì thay đổi (phiên bản 1).\n"


def test_a_folder_without_courses_says_so(run, tmp_path):
    result = run("check", tmp_path)
    assert result.exit_code == 1
    assert "Không thấy khóa học nào" in result.output
