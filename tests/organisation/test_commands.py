"""`org load` and `roster import` as they are typed."""

import json

import pytest
import sqlalchemy as sa

from lms.organisation.models import Person, Posting
from lms.platform.db import db
from tests.organisation.rosters import AS_CSV, CLEAN, EXPECTED, NEXT_QUARTER, as_csv, row


@pytest.fixture
def run(app, session):
    """Type a command; the answer is (exit code, what was printed, what was complained)."""

    def typed(*words):
        result = app.test_cli_runner().invoke(args=[str(word) for word in words], catch_exceptions=False)
        db.session.expire_all()
        return result.exit_code, result.stdout, result.stderr

    return typed


@pytest.fixture
def city(run):
    code, said, _ = run("org", "load")
    assert (code, "thêm" in said) == (0, True)


def told(answer):
    assert answer[0] == 0, answer
    return json.loads(answer[1])


def test_loading_twice_says_that_nothing_changed(city, run):
    assert run("org", "load") == (0, "Danh mục đơn vị: không có gì thay đổi.\n", "")


def test_both_quarters_one_after_the_other(city, run):
    preview = told(run("roster", "import", CLEAN, "--unit", "001", "--json"))
    assert (len(preview["joined"]), preview["applied"]) == (394, False)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 0
    assert told(run("roster", "import", CLEAN, "--unit", "001", "--apply", "--json"))["applied"]
    second = told(run("roster", "import", NEXT_QUARTER, "--unit", "001", "--json"))
    expected = EXPECTED[NEXT_QUARTER.name]["diff_from_previous"]
    for name in ("joined", "left"):
        assert sorted(second[name]) == sorted(expected[name])
    by_id = lambda item: item["personal_id"]  # noqa: E731
    assert sorted(second["moved"], key=by_id) == sorted(expected["moved"], key=by_id)
    assert {"personal_id": "024169965137", "field": "rank_code", "from": "01.003", "to": "01.002"} in second[
        "corrected"
    ]
    assert second["unchanged"] + len(second["joined"]) + len(second["moved"]) + 2 == 396
    assert second["problems"] == []
    run("roster", "import", NEXT_QUARTER, "--unit", "001", "--apply")
    again = told(run("roster", "import", NEXT_QUARTER, "--unit", "001", "--json"))
    assert again == {
        "joined": [], "left": [], "moved": [], "corrected": [], "unchanged": 396, "problems": [], "applied": False,
    }  # fmt: skip


def test_a_text_file_on_a_day_written_either_way(city, run):
    for day in ("2024-05-01", "01/05/2024"):
        assert len(told(run("roster", "import", AS_CSV, "--unit", "269", "--on", day, "--json"))["joined"]) == 112


def test_rows_that_are_wrong_are_left_out_and_the_others_applied(city, run, tmp_path):
    file = tmp_path / "ds.csv"
    file.write_bytes(as_csv([row(), row(personal_id="12")]))
    answer = told(run("roster", "import", file, "--unit", "00004", "--apply", "--json"))
    assert answer["joined"] == ["001192000089"]
    (problem,) = answer["problems"]
    assert set(problem) == {"sheet", "row", "field", "code", "severity", "message"}
    assert (problem["row"], problem["code"], problem["severity"]) == (3, "bad_personal_id", "error")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Posting)) == 1


def test_words_for_a_reader(city, run):
    code, said, _ = run("roster", "import", CLEAN, "--unit", "001")
    assert code == 0
    assert "Quận Ba Đình, danh sách tính đến ngày 30/06/2025: 394 dòng." in said
    assert "Thêm người: 394" in said
    assert "Chưa áp dụng." in said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((CLEAN, "--unit", "khong-co"), "Không có đơn vị nào mang mã “khong-co”"),
        ((CLEAN, "--unit", "001", "--on", "2026-01-01"), "Đơn vị 001 không hoạt động vào ngày 01/01/2026"),
        (("/khong/co.xlsx", "--unit", "001"), "Không mở được tệp"),
        ((__file__, "--unit", "001"), "Không tìm thấy dòng tiêu đề"),
    ],
    ids=["unit", "day", "file", "content"],
)
def test_what_cannot_be_done_ends_with_a_sentence_and_valid_json(city, run, words, says):
    code, said, complained = run("roster", "import", *words, "--json")
    assert code == 1
    assert says in complained
    assert says in json.loads(said)["error"]


def test_a_day_that_is_none_is_refused_before_anything_is_read(city, run):
    code, _, complained = run("roster", "import", CLEAN, "--unit", "001", "--on", "31/02/2025")
    assert code == 2
    assert "Ngày “31/02/2025” chưa đúng" in complained


REFORM = """\
code: thu
title: "Sắp xếp thử"
successions:
  - {old: "00004", new: "00008"}
"""


def test_a_reform_is_shown_then_applied_and_a_second_time_changes_nothing(city, run, tmp_path):
    file = tmp_path / "thu.yaml"
    file.write_text(REFORM, encoding="utf-8")
    words = ("org", "reorganise", file, "--on", "01/09/2026")
    code, said, _ = run(*words)
    assert code == 0
    assert "Phường Ba Đình (0 người) → Phường Ngọc Hà" in said
    assert "Chưa áp dụng." in said
    assert told(run(*words, "--json"))["applied"] is False
    assert told(run(*words, "--apply", "--json"))["applied"] is True
    code, said, _ = run(*words, "--apply")
    assert (code, "không có gì thay đổi" in said) == (0, True)


def test_a_reform_on_record_is_carried_out_by_its_code(city, run):
    run("roster", "import", CLEAN, "--unit", "001", "--apply")
    seen = told(run("org", "reorganise", "--reform", "2025-07-01", "--json"))
    assert (seen["people"], len(seen["undecided"]), seen["applied"]) == (394, 394, False)
    assert "•" in seen["undecided"][0]["personal_id"]
    assert told(run("org", "reorganise", "--reform", "2025-07-01", "--apply", "--json"))["people"] == 394
    assert told(run("org", "reorganise", "--reform", "2025-07-01", "--apply", "--json"))["people"] == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "Cần một tệp sắp xếp"),
        (("--reform", "khong-co"), "Các mã đang có: 2025-07-01"),
        ((CLEAN,), "Cần ngày có hiệu lực"),
        ((CLEAN, "--on", "2026-01-01"), "Không tìm thấy dòng tiêu đề có cột “Việc”"),
    ],
    ids=["nothing", "code", "day", "content"],
)
def test_a_reform_that_cannot_be_read_ends_with_a_sentence(city, run, words, says):
    code, said, complained = run("org", "reorganise", *words, "--json")
    assert code == 1
    assert says in complained
    assert says in json.loads(said)["error"]
