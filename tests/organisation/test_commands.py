"""`org load` and `roster import` as they are typed."""

import json

import pytest
import sqlalchemy as sa

from lms.changes.models import ChangeSet
from lms.organisation.models import Person, Posting, RosterImport
from lms.platform.db import db
from tests.organisation.rosters import AS_CSV, CLEAN, EXPECTED, NEXT_QUARTER, SAMPLES, as_csv, row


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
    nothing = {
        "joined": [], "left": [], "moved": [], "corrected": [], "unchanged": 396, "problems": [], "applied": False,
        "review": [], "kept": [], "unmatched": [], "stopped": False, "import_id": None,
    }  # fmt: skip
    assert {name: again[name] for name in nothing} == nothing


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


@pytest.fixture
def send(run, tmp_path):
    """Give a roster to the command as a file; the answer is (exit code, what --json told)."""

    def sent(content, *words, name="ds.csv"):
        file = tmp_path / name
        file.write_bytes(content)
        code, said, _complained = run("roster", "import", file, "--unit", "00004", "--json", *words)
        return code, json.loads(said)

    return sent


def staff(number):
    return [row(personal_id=f"0011920{n:05d}", full_name=f"Lê Văn A{n}") for n in range(number)]


@pytest.mark.parametrize("sample", sorted(EXPECTED), ids=lambda name: name[:2])
def test_people_and_problems_of_every_sample_are_told_as_expected(city, run, sample):
    expected = EXPECTED[sample]
    told_ = json.loads(run("roster", "import", SAMPLES / sample, "--unit", expected["unit"], "--json")[1])
    unusable = {p["row"] for p in expected["problems"] if p["severity"] == "error"}
    names = ("sheet", "row", "full_name", "staff_category", "department", "title", "rank_code")
    wanted = [tuple(p[name] for name in names) for p in expected["people"] if p["row"] not in unusable]
    assert sorted(tuple(p[name] for name in names) for p in told_["people"]) == sorted(wanted)
    assert {p["sex"] for p in told_["people"]} == {"Nam", "Nữ"}
    assert [(p["row"], p["code"], p["severity"]) for p in told_["problems"]] == [
        (p["row"], p["kind"], p["severity"]) for p in expected["problems"]
    ]


def test_changes_are_told_with_names_and_what_is_asked_with_candidates(city, send):
    person = row(full_name="Đặng Thị Ánh", birth_date="09/03/1992", email="a@example.gov.vn")
    assert send(as_csv([person]), "--apply")[0] == 0
    code, said = send(
        as_csv([{**person, "personal_id": "001192000071"}, row(personal_id="001192000113", full_name="Mới")])
    )
    assert code == 0
    assert [j["full_name"] for j in said["changes"]["joined"]] == ["Mới"]
    (case,) = said["review"]
    assert (case["why"], case["row"], case["decision"]) == ("other_number", 2, None)
    assert [c["personal_id"] for c in case["candidates"]] == ["001192000089"]
    code, said = send(as_csv([{**person, "title": "Kế toán viên", "email": "b@example.gov.vn"}]))
    (fixed,) = said["changes"]["corrected"]
    assert fixed["full_name"] == "Đặng Thị Ánh"
    assert {f["field"] for f in fixed["fields"]} == {"title", "email"}


def test_what_is_applied_is_kept_and_can_be_undone(city, send):
    code, said = send(as_csv([row()]), "--apply")
    arrived = db.session.get(RosterImport, said["import_id"])
    assert (code, arrived.policy["missing"], arrived.summary["joined"]) == (0, "stop", 1)
    assert arrived.applied_at is not None
    change = db.session.get(ChangeSet, arrived.change_id)
    assert (change.kind, change.applied_at is not None) == ("roster", True)


def test_too_many_leaving_stops_with_another_exit_code_and_changes_nothing(city, send):
    assert send(as_csv(staff(20)), "--apply")[0] == 0
    code, said = send(as_csv(staff(5)), "--apply")
    assert (code, said["stopped"], said["applied"], len(said["left"])) == (3, True, False, 15)
    assert send(as_csv(staff(5)))[0] == 3
    code, said = send(as_csv(staff(5)), "--missing", "keep", "--apply")
    assert (code, len(said["kept"]), said["applied"]) == (0, 15, True)
    code, said = send(as_csv(staff(5)), "--missing", "end", "--apply")
    assert (code, len(said["left"])) == (0, 15)


def test_each_kind_of_change_is_allowed_by_itself(city, send):
    assert send(as_csv(staff(2)), "--apply")[0] == 0
    other = [{**staff(1)[0], "department": "Văn phòng"}, row(personal_id="001192000113", full_name="Mới")]
    code, said = send(as_csv(other), "--no-create", "--no-update", "--no-end", "--apply")
    assert (code, said["joined"], said["left"], said["moved"]) == (0, [], [], [])
    assert (len(said["withheld"]["joined"]), len(said["withheld"]["moved"]), len(said["kept"])) == (1, 1, 1)


ODD = (
    as_csv([row(title="Chuyên viên", email="a@example.gov.vn", phone="0912345678")])
    .replace("Họ và tên".encode(), b"Ai")
    .replace("Số định danh cá nhân".encode(), "Thẻ".encode())
)


def test_a_mapping_file_tells_the_columns_in_json_or_yaml(city, send, tmp_path):
    code, said = send(ODD)
    assert code == 1
    assert {"columns", "missing", "error"} <= said.keys()
    for name, text in (
        ("m.json", '{"columns": {"Ai": "full_name", "Thẻ": "personal_id"}}'),
        ("m.yaml", "columns:\n  Ai: full_name\n  Thẻ: personal_id\n"),
    ):
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        code, said = send(ODD, "--mapping", file)
        assert (code, [p["full_name"] for p in said["people"]]) == (0, ["Đặng Thị Ánh"])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "không đọc được"),
        ("[1]", "đối tượng JSON"),
        ('{"columns": {"Ai": "ten"}}', "không phải mục nào"),
        ('{"cot": {}}', "không hiểu khóa “cot”"),
        ('{"staff_category": "vua"}', "không có trong danh mục"),
        ("a: &x [1]\nb: *x", "dấu *"),
    ],
    ids=["broken", "list", "field", "key", "category", "alias"],
)
def test_a_bad_mapping_file_ends_with_a_sentence(city, send, tmp_path, text, says):
    file = tmp_path / "m.json"
    file.write_text(text, encoding="utf-8")
    code, said = send(ODD, "--mapping", file)
    assert code == 1
    assert says in said["error"]


def test_a_file_of_which_no_row_can_be_used_ends_with_an_error(city, send):
    code, said = send(as_csv([row(personal_id="12")]), "--apply")
    assert (code, said["applied"], len(said["problems"])) == (1, False, 1)
