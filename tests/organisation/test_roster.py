"""Reading rosters and telling what they would change."""

import zipfile
from datetime import date

import pytest

from lms.organisation.models import StaffCategory
from lms.organisation.roster.reading import read
from lms.organisation.roster.sheets import UnreadableRoster
from lms.organisation.roster.titles import position_for
from tests.organisation.rosters import CLEAN, EXPECTED, SAMPLES, as_csv, row

ON = date(2025, 6, 30)


def told(*rows, **more):
    return read(as_csv(rows, **more), "danh-sach.csv", ON)


def codes(roster):
    return [(problem.row, problem.field, problem.code, problem.severity) for problem in roster.problems]


@pytest.mark.parametrize("sample", sorted(EXPECTED), ids=lambda name: name[:2])
def test_every_sample_of_the_offices_gives_exactly_the_expected_people_and_problems(sample):
    sexes = {"Nam": "nam", "Nữ": "nu"}
    words = {
        "cán bộ": "can_bo",
        "công chức": "cong_chuc",
        "viên chức": "vien_chuc",
        "hợp đồng lao động": "nguoi_lao_dong",
    }
    roster = read((SAMPLES / sample).read_bytes(), sample, ON)
    expected = EXPECTED[sample]
    assert [(p.row, p.code, p.severity, p.of_row) for p in roster.problems] == [
        (p["row"], p["kind"], p["severity"], p.get("of_row")) for p in expected["problems"]
    ]
    kinds = {}
    for problem in expected["problems"]:
        kinds.setdefault(problem["row"], set()).add(problem["kind"])
    unusable = {p["row"] for p in expected["problems"] if p["severity"] == "error"}

    def where_told(field, value):
        return value if field in roster.fields else ""

    # What a row does not say cannot be read: there the expected file tells what is true all the same.
    assert sorted(
        (
            r.sheet, r.row, r.staff_code, r.personal_id, r.full_name, str(r.birth_year or r.birth_date), r.sex,
            r.category, r.department, r.title, r.rank_code, r.email, r.phone, str(r.since or ""),
        )
        for r in (*roster.records, *roster.unnumbered)
    ) == sorted(
        (
            p["sheet"], p["row"], where_told("staff_code", p["staff_code"]),
            "" if "missing_personal_id" in kinds.get(p["row"], ()) else p["personal_id"], p["full_name"],
            p["birth_date"][:4] if "birth_year_only" in kinds.get(p["row"], ()) else p["birth_date"],
            sexes[p["sex"]], words[p["staff_category"]], p["department"], p["title"], p["rank_code"],
            where_told("email", p["email"]), p["phone"], where_told("since", p["since"] or ""),
        )
        for p in expected["people"]
        if p["row"] not in unusable
    )  # fmt: skip


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_the_separator_of_a_text_file_is_found(separator):
    roster = told(row(title="Chuyên viên, kiêm văn thư"), separator=separator)
    assert [r.title for r in roster.records] == ["Chuyên viên, kiêm văn thư"]


def test_columns_stand_in_any_order_under_other_names_below_a_title_block():
    content = (
        "DANH SÁCH CÁN BỘ;;;;\n;;;;\nHọ tên;Phòng chuyên môn;CCCD;Đối tượng;Ghi chú\n"
        "  Đặng  Thị   Ánh ;Văn phòng;'001192000089;Viên chức;mới\n;;;;\n"
    )
    roster = read(content.encode(), "a.csv", ON)
    (record,) = roster.records
    assert (record.full_name, record.personal_id, record.row) == ("Đặng Thị Ánh", "001192000089", 4)
    assert record.category == StaffCategory.PUBLIC_EMPLOYEE


def test_decomposed_letters_are_composed():
    (record,) = told(row(full_name="Đa\u0323\u0306ng Thi\u0323 A\u0301nh")).records
    assert record.full_name == "Đặng Thị Ánh"


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"personal_id": "00119200008"}, ("personal_id", "bad_personal_id", "error")),
        ({"personal_id": "1192000089", "birth_date": "1985"}, ("personal_id", "bad_personal_id", "error")),
        ({"personal_id": "192000089"}, ("personal_id", "bad_personal_id", "error")),
        ({"personal_id": "1,09E+10"}, ("personal_id", "bad_personal_id", "error")),
        ({"personal_id": "00119200008x"}, ("personal_id", "bad_personal_id", "error")),
        ({"personal_id": ""}, ("personal_id", "missing_personal_id", "warning")),
        ({"full_name": " "}, ("full_name", "missing_name", "error")),
        ({"department": ""}, ("department", "missing_department", "error")),
        ({"staff_category": "khách"}, ("staff_category", "unknown_category", "error")),
        ({"birth_date": "31/02/1988"}, ("birth_date", "bad_birth_date", "error")),
        ({"birth_date": "09/03/2192"}, ("birth_date", "bad_birth_date", "error")),
    ],
    ids=[
        "short",
        "zero-lost-and-no-match",
        "old-card",
        "scientific",
        "letter",
        "no-number",
        "no-name",
        "no-department",
        "category",
        "no-such-day",
        "future",
    ],
)
def test_a_row_that_cannot_be_used_is_left_out_and_says_why(cells, problem):
    roster = told(row(**cells), row(personal_id="001192000097"))
    assert [r.personal_id for r in roster.records] == ["001192000097"]
    assert (2, *problem) in codes(roster)
    assert roster.left_out == 1
    assert all(p.message.endswith(".") and "None" not in p.message for p in roster.problems)


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"birth_date": "1992"}, ("birth_date", "birth_year_only", "warning")),
        ({"email": "không có"}, ("email", "bad_email", "warning")),
        ({"since": "đầu năm"}, ("since", "bad_since", "warning")),
        ({"sex": "khác"}, ("sex", "unknown_sex", "warning")),
        ({"sex": "Nam"}, ("personal_id", "personal_id_sex", "warning")),
        ({"title": "x" * 200}, ("title", "too_long", "warning")),
    ],
    ids=["year-only", "email", "since", "sex", "sex-of-number", "long"],
)
def test_a_row_with_a_small_fault_is_used_and_warned_about(cells, problem):
    roster = told(row(**cells))
    assert len(roster.records) == 1
    assert codes(roster) == [(2, *problem)]


def test_the_second_row_of_one_number_is_left_out_naming_the_first():
    roster = told(row(), row(full_name="Người Khác"))
    assert [r.full_name for r in roster.records] == ["Đặng Thị Ánh"]
    assert codes(roster) == [(3, "personal_id", "duplicate_in_file", "error")]
    assert "dòng 2 (Đặng Thị Ánh)" in roster.problems[0].message


def test_messages_do_not_spell_out_personal_numbers():
    (problem,) = told(row(personal_id="00119200008"), row(personal_id="001192000097")).problems
    assert "00119200008" not in problem.message + problem.said


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "Tệp trống"),
        (b"PK\x03\x04 broken", "Không mở được bảng tính"),
        (b"\xd0\xcf\x11\xe0 broken", "Không mở được bảng tính"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "UTF-8"),
        (b"a;b;c\n1;2;3\n", "Không tìm thấy dòng tiêu đề"),
        ("Họ tên;CCCD;Chức vụ\nLê Văn A;001092000089;Chuyên viên\n".encode(), "“Loại nhân sự”, “Phòng, ban”"),
        (as_csv([]), "chỉ có dòng tiêu đề"),
        (b"x" * (20 * 1024 * 1024 + 1), "quá mức 20 MB"),
        (b"a;b\n" * 200_001, "quá mức 200000 dòng"),
    ],
    ids=["empty", "xlsx", "xls", "picture", "no-header", "no-column", "no-rows", "heavy", "long"],
)
def test_a_file_of_no_use_is_refused_with_a_remedy(content, says):
    with pytest.raises(UnreadableRoster, match=says) as caught:
        read(content, "danh-sach.xlsx", ON)
    assert "Hãy" in str(caught.value) or "cần" in str(caught.value)


def test_a_workbook_that_claims_to_be_smaller_than_it_is_is_never_unpacked():
    content = CLEAN.read_bytes()
    with zipfile.ZipFile(CLEAN) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lying = content.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lying != content
    with pytest.raises(UnreadableRoster, match="Không mở được bảng tính"):
        read(lying, "danh-sach.xlsx", ON)


@pytest.mark.parametrize(
    ("title", "department", "kind", "category", "code"),
    [
        ("Chủ tịch UBND", "Lãnh đạo", "quan", "can_bo", "lanh-dao-quan-huyen"),
        ("Phó Chủ tịch UBND phường", "Lãnh đạo", "phuong", "can_bo", "lanh-dao-cap-xa"),
        ("Giám đốc", "Ban Giám đốc", "so", "cong_chuc", "lanh-dao-so"),
        ("Phó Giám đốc Trung tâm", "Trung tâm Công nghệ thông tin", "so", "vien_chuc", "lanh-dao-phong"),
        ("Phó Trưởng phòng", "Phòng Nội vụ", "quan", "cong_chuc", "lanh-dao-phong"),
        ("Văn thư viên", "Văn phòng", "xa", "cong_chuc", "van-thu-luu-tru"),
        ("Kế toán viên", "Phòng Tài chính", "quan", "cong_chuc", "ke-toan-tai-chinh"),
        ("Tài chính - Kế toán", "Xã Bắc Sơn", "huyen", "cong_chuc", "cong-chuc-cap-xa"),
        ("Chuyên viên", "Thanh tra", "quan", "cong_chuc", "thanh-tra-vien"),
        ("Chuyên viên chính", "Phòng Y tế", "quan", "cong_chuc", "chuyen-mon-nghiep-vu"),
        ("Chuyên viên", "Bộ phận Một cửa", "phuong", "cong_chuc", "mot-cua"),
        ("Nhân viên", "Văn phòng", "quan", "nguoi_lao_dong", "hop-dong-111"),
        ("Thành viên", "Tổ dân phố số 3", "phuong", "cong_dong", "to-cnscd"),
        ("", "", "quan", "cong_chuc", ""),
    ],
)
def test_a_title_names_its_position_group(title, department, kind, category, code):
    assert position_for(title=title, department=department, kind=kind, category=category) == code
