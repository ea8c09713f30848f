"""Layouts of offices that the samples do not hold: .ods files, sex ticked in a column, headers of three rows."""

import io
import zipfile
from datetime import date

import openpyxl

from lms.organisation.roster.reading import read

ON = date(2025, 6, 30)
HEAD = ["Họ và tên", "Số CCCD", "Ngày sinh", "Loại", "Phòng", "Chức vụ"]


SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"
MANIFEST = (
    '<?xml version="1.0"?><m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<m:file-entry m:full-path="/" m:media-type="{SPREADSHEET}"/>'
    '<m:file-entry m:full-path="content.xml" m:media-type="text/xml"/></m:manifest>'
)


def ods(rows):
    """An .ods workbook of one sheet, as LibreOffice writes it, of text cells and days."""

    def cell(value):
        if value is None:
            return "<table:table-cell/>"
        if isinstance(value, date):
            return (
                f'<table:table-cell office:value-type="date" office:date-value="{value}">'
                f"<text:p>{value:%d/%m/%Y}</text:p></table:table-cell>"
            )
        if isinstance(value, int):
            kind = f'office:value-type="float" office:value="{value}"'
            return f"<table:table-cell {kind}><text:p>{value}</text:p></table:table-cell>"
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="DS">{body}<table:table-row '
        'table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="1024"/>'
        "</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", SPREADSHEET)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", MANIFEST)
    return out.getvalue()


def xlsx(rows, merged=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for place in merged:
        book.active.merge_cells(place)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_an_ods_file_is_read_like_any_other():
    content = ods(
        [
            ["DANH SÁCH CÁN BỘ PHÒNG NỘI VỤ"],
            [None],
            HEAD,
            ["Đặng Thị Ánh", "001192000089", date(1992, 3, 5), "công chức", "Phòng Nội vụ", "Chuyên viên"],
            ["Lê Văn Bảo", 1088000097, "29/02/1988", "viên chức", "Phòng Kinh tế", None],
        ]
    )
    roster = read(content, "ds.ods", ON)
    assert [(r.row, r.personal_id, r.full_name, r.birth_date, r.category, r.department) for r in roster.records] == [
        (4, "001192000089", "Đặng Thị Ánh", date(1992, 3, 5), "cong_chuc", "Phòng Nội vụ"),
        (5, "001088000097", "Lê Văn Bảo", date(1988, 2, 29), "vien_chuc", "Phòng Kinh tế"),
    ]
    assert ("id_restored", (5,)) in [(note.code, note.rows) for note in roster.notes]
    assert roster.problems == ()


def test_sex_is_told_by_a_tick_in_one_of_two_columns():
    content = xlsx(
        [
            ["Họ và tên", "Số CCCD", "Giới tính", None, "Loại", "Phòng"],
            [None, None, "Nam", "Nữ", None, None],
            ["Đặng Thị Ánh", "001192000089", None, "x", "công chức", "Phòng Nội vụ"],
            ["Lê Văn Bảo", "001088000097", "X", None, "công chức", "Phòng Nội vụ"],
            ["Vũ Lan Chi", "001190000113", None, "✓", "công chức", "Phòng Nội vụ"],
        ],
        merged=("C1:D1", "A1:A2", "B1:B2", "E1:E2", "F1:F2"),
    )
    roster = read(content, "a.xlsx", ON)
    assert [(r.full_name, r.sex, r.birth_date) for r in roster.records] == [
        ("Đặng Thị Ánh", "nu", None), ("Lê Văn Bảo", "nam", None), ("Vũ Lan Chi", "nu", None),
    ]  # fmt: skip
    assert roster.problems == ()


def test_an_empty_cell_of_a_single_column_for_women_means_a_man_and_is_said():
    content = xlsx(
        [
            ["Họ và tên", "Số CCCD", "Nữ", "Loại", "Phòng"],
            ["Đặng Thị Ánh", "001192000089", "x", "công chức", "Phòng Nội vụ"],
            ["Lê Văn Bảo", "001088000097", None, "công chức", "Phòng Nội vụ"],
        ]
    )
    roster = read(content, "a.xlsx", ON)
    assert [r.sex for r in roster.records] == ["nu", "nam"]
    assert ("sex_by_blank", (3,)) in [(note.code, note.rows) for note in roster.notes]


def test_a_header_of_three_rows_is_read_by_its_lowest_words():
    content = xlsx(
        [
            ["TT", "Thông tin cá nhân", None, None, None, "Công tác", None],
            [None, "Họ và tên", "Số CCCD", "Ngày sinh", None, "Phòng", "Loại"],
            [None, None, None, "Nam", "Nữ", None, None],
            ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)"],
            [1, "Đặng Thị Ánh", "001192000089", None, "05/03/1992", "Phòng Nội vụ", "công chức"],
            [2, "Lê Văn Bảo", "001088000097", "29/02/1988", None, "Phòng Kinh tế", "viên chức"],
        ],
        merged=("B1:E1", "F1:G1", "A1:A3", "B2:B3", "C2:C3", "D2:E2", "F2:F3", "G2:G3"),
    )
    roster = read(content, "a.xlsx", ON)
    assert [(r.full_name, r.sex, r.birth_date, r.department, r.category) for r in roster.records] == [
        ("Đặng Thị Ánh", "nu", date(1992, 3, 5), "Phòng Nội vụ", "cong_chuc"),
        ("Lê Văn Bảo", "nam", date(1988, 2, 29), "Phòng Kinh tế", "vien_chuc"),
    ]
    assert roster.problems == ()


def test_a_name_in_two_columns_below_three_rows_of_headings_is_put_together():
    content = xlsx(
        [
            ["DANH SÁCH", None, None, None, None],
            ["Nhân sự", None, "Số định danh", "Vị trí", None],
            ["Họ và tên", None, None, "Phòng", "Loại"],
            ["Họ đệm", "Tên", None, None, None],
            ["Đặng Thị", "Ánh", "001192000089", "Phòng Nội vụ", "công chức"],
            ["Lê Văn", "Bảo", "001088000097", "Phòng Kinh tế", "viên chức"],
        ],
        merged=("A2:B2", "C2:C4", "D2:E2", "A3:B3", "D3:D4", "E3:E4"),
    )
    assert [r.full_name for r in read(content, "a.xlsx", ON).records] == ["Đặng Thị Ánh", "Lê Văn Bảo"]
