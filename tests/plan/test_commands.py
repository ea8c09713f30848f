"""`flask plan …`, run as a person runs it."""

import json

import pytest

from lms.platform.db import db
from tests.plan.plans import SHIPPED, SMALL, make_course


@pytest.fixture
def run(app, cast):
    """Run a command inside the test's transaction."""
    make_course(organiser=cast.city)
    # A command that fails rolls back; what the test prepared must survive that.
    db.session.commit()
    runner = app.test_cli_runner()
    return lambda *words: runner.invoke(args=["plan", *words])


def test_import_shows_whom_it_meets_and_applies(run, tmp_path):
    file = tmp_path / "thu.yaml"
    file.write_text(SMALL, encoding="utf-8")
    dry = run("import", str(file), "--dry-run")
    assert dry.exit_code == 0
    assert "đang phải học 6 người; thêm 6, bớt 0" in dry.output
    assert "Chỉ xem trước, chưa có gì thay đổi." in dry.output
    first = run("import", str(file))
    assert "Đã áp dụng." in first.output
    again = run("import", str(file), "--json")
    assert json.loads(again.output)["changed"] is False


def test_a_bad_file_is_told_by_file_and_line_and_changes_nothing(run, tmp_path):
    file = tmp_path / "sai.yaml"
    file.write_text(SMALL.replace("khoa-thu]", "khoa-la]"), encoding="utf-8")
    result = run("import", str(file))
    assert result.exit_code == 1
    assert f"{file}:14: Chưa có khóa học “khoa-la”." in result.stderr
    told = run("import", str(file), "--json")
    assert told.exit_code == 1
    assert json.loads(told.stdout)["problems"][0]["line"] == 14


def test_the_shipped_plan_says_what_is_missing_in_an_empty_city(run):
    result = run("import", str(SHIPPED))
    assert result.exit_code == 1
    assert "Không có đơn vị mã “so-thong-tin-truyen-thong”" in result.stderr


def test_rebuild_tells_its_steps(run, tmp_path):
    file = tmp_path / "thu.yaml"
    file.write_text(SMALL, encoding="utf-8")
    run("import", str(file))
    result = run("rebuild")
    assert result.exit_code == 0
    assert "w_match" in result.output
    assert "Đã tính lại." in result.output
