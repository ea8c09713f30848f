"""Workbooks as no two offices write them: each is read right, or says which row it cannot read; never anything else."""

import csv
import io
import unicodedata
from dataclasses import dataclass, field
from datetime import date

import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.organisation.roster import letters
from lms.organisation.roster.reading import read

ON = date(2026, 11, 24)
CODES = {
    "tcvn3": {letter: chr(code) for code, letter in letters._TCVN3.items()},
    "vni": {letter: code for code, letter in letters._VNI.items()},
}
HEADINGS = {
    "personal_id": ["Số định danh cá nhân", "Số CCCD", "CCCD", "SỐ CĂN CƯỚC", "Số CCCD/định danh", "Mã định danh",
                    "Số\nđịnh danh"],
    "full_name": ["Họ và tên", "HỌ TÊN", "Họ tên", "Họ và tên khai sinh", "Họ  và  tên", "Họ tên CBCCVC"],
    "birth_date": ["Ngày sinh", "Ngày, tháng, năm sinh", "NGÀY THÁNG NĂM SINH", "Sinh ngày", "Ngày/tháng/năm sinh"],
    "sex": ["Giới tính", "GIỚI", "Nam/Nữ", "Phái"],
    "staff_category": ["Loại nhân sự", "Đối tượng", "Loại cán bộ", "Phân loại"],
    "department": ["Phòng, ban", "Phòng ban", "Bộ phận", "ĐƠN VỊ CÔNG TÁC", "Phòng/ban/bộ phận", "Phòng chuyên môn"],
    "title": ["Chức vụ, chức danh", "Chức vụ", "CHỨC DANH", "Chức vụ/chức danh", "Vị trí việc làm"],
    "phone": ["Điện thoại", "Số điện thoại", "SĐT", "Di động"],
    "email": ["Thư điện tử", "Email", "E-mail", "Email công vụ"],
    "nothing": ["Ghi chú", "Quê quán", "Trình độ", "Hệ số"],
}  # fmt: skip
NAMES = [
    "Nguyễn Thị Ánh", "Trần Văn Hòa", "Đặng Quốc Phúc", "Lê Thị Thúy Hằng", "Phạm Hữu Dũng", "Vũ Đình Trường",
    "Hoàng Thị Mỹ Duyên", "Bùi Ngọc Nhung", "Đỗ Như Quỳnh", "Võ Minh Hiếu", "Ngô Thị Bích Phượng", "Dương Công Sơn",
]  # fmt: skip
PLACES = ["Phòng Nội vụ", "Văn phòng HĐND và UBND", "Phòng Tài chính - Kế hoạch", "Thanh tra", "Phòng Y tế"]
TITLES = ["Chuyên viên", "Trưởng phòng", "Phó Trưởng phòng", "Kế toán viên", "Văn thư viên"]
CATEGORIES = {
    "cán bộ": "can_bo",
    "công chức": "cong_chuc",
    "viên chức": "vien_chuc",
    "Hợp đồng lao động": "nguoi_lao_dong",
}
SPOILT = ["31/02/1987", "30.2.90", "99/99/1980", "hai mươi", "12/25/1985", "5/13/85"]
BEFORE = [
    ["UBND QUẬN BA ĐÌNH", "", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"], ["DANH SÁCH CÁN BỘ, CÔNG CHỨC, VIÊN CHỨC"],
    ["(Kèm theo Công văn số      /UBND-NV ngày      tháng      năm 2026)"], [],
]  # fmt: skip
AFTER = [
    ["", "Tổng cộng: 5 người"],
    [],
    ["", "NGƯỜI LẬP BIỂU", "", "THỦ TRƯỞNG ĐƠN VỊ"],
    ["", "", "", "(Ký, đóng dấu)"],
    ["", "Doãn Bảo Hải"],
]


@dataclass
class Book:
    """A list of people, and everything about how it is written down."""

    people: list[dict]
    columns: list[str]
    names: dict[str, str]
    above: int
    below: int
    in_sections: bool
    with_numbers: bool
    repeated: bool
    font: str
    form: str
    said: list[list[str]] = field(default_factory=list)


people = st.lists(
    st.fixed_dictionaries(
        {
            "full_name": st.sampled_from(NAMES), "place": st.sampled_from(PLACES), "title": st.sampled_from(TITLES),
            "category": st.sampled_from(sorted(CATEGORIES)), "day": st.dates(date(1961, 1, 1), date(1999, 12, 31)),
            "sex": st.sampled_from(["nam", "nu"]), "serial": st.integers(100_000, 999_999),
            "province": st.sampled_from(["001", "024", "036"]),
            "written": st.sampled_from(["real", "serial", "d/m/y", "dd.mm.yyyy", "dd-mm-yyyy", "iso", "words", "year",
                                        "spoilt"]),
            "spoilt": st.sampled_from(SPOILT), "shouted": st.booleans(),
            "number": st.sampled_from(["text", "number", "spaced", "quoted"]),
            "phone": st.sampled_from(["0912345678", "0912.345.678", "+84 912 345 678", "912345678", "84912345678"]),
            "spaces": st.sampled_from(["", "  ", "\u00a0", "\u200b"]),
        }
    ),
    min_size=3, max_size=6, unique_by=lambda person: person["serial"],
)  # fmt: skip


@st.composite
def books(draw):
    optional = draw(st.lists(st.sampled_from(["phone", "email", "nothing"]), unique=True))
    columns = draw(
        st.permutations(
            ["personal_id", "full_name", "birth_date", "sex", "staff_category", "department", "title", *optional]
        )
    )
    return Book(
        people=draw(people), columns=list(columns),
        names={name: draw(st.sampled_from(HEADINGS[name])) for name in columns},
        above=draw(st.integers(0, 4)), below=draw(st.integers(0, 5)), in_sections=draw(st.booleans()),
        with_numbers=draw(st.booleans()), repeated=draw(st.booleans()),
        font=draw(st.sampled_from(["unicode", "unicode", "nfd", "tcvn3", "vni", "mixed"])),
        form=draw(st.sampled_from(["xlsx", "xlsx", "utf-8", "utf-8-sig", "utf-16", "cp1258"])),
    )  # fmt: skip


def number_of(person):
    day = person["day"]
    return f"{person['province']}{0 if person['sex'] == 'nam' else 1}{day:%y}{person['serial']}"


def born_as(person, is_text):
    day, how = person["day"], person["written"]
    if how == "real" and not is_text:
        return day
    if how == "serial" and not is_text:
        return (day - date(1899, 12, 30)).days
    return {
        "d/m/y": f"{day.day}/{day.month}/{day:%y}", "dd.mm.yyyy": f"{day:%d.%m.%Y}", "dd-mm-yyyy": f"{day:%d-%m-%Y}",
        "iso": f"{day:%Y-%m-%d}", "words": f"ngày {day.day} tháng {day.month} năm {day.year}", "year": str(day.year),
        "spoilt": person["spoilt"],
    }.get(how, f"{day:%d/%m/%Y}")  # fmt: skip


def number_as(person, is_text):
    number, how = number_of(person), person["number"]
    if how == "number":
        return number.lstrip("0") if is_text else int(number)
    return {"spaced": f"{number[:3]} {number[3:6]} {number[6:]}", "quoted": f"'{number}"}.get(how, number)


def rows_of(book, is_text):
    """The rows of the sheet, and the row number of each person."""
    columns = [name for name in book.columns if not (book.in_sections and name == "department")]
    head = ["STT"] + [book.names[name] for name in columns]
    rows = [list(row) for row in BEFORE[: book.above]] + [head]
    if book.with_numbers:
        rows.append([f"({n})" for n in range(1, len(head) + 1)])
    where, last = {}, ""
    for n, person in enumerate(book.people, start=1):
        if book.in_sections and person["place"] != last:
            last = person["place"]
            rows.append(["I" * n if n < 4 else "IV", last.upper() if person["shouted"] else last])
        if book.repeated and n == 3:
            rows.append(list(head))
        name = person["full_name"].upper() if person["shouted"] else person["full_name"]
        cells = {
            "personal_id": number_as(person, is_text), "full_name": f"{person['spaces']}{name}{person['spaces']}",
            "birth_date": born_as(person, is_text), "sex": "Nam" if person["sex"] == "nam" else "Nữ",
            "staff_category": person["category"], "department": person["place"], "title": person["title"],
            "phone": person["phone"], "email": f"u{n}@example.gov.vn", "nothing": "",
        }  # fmt: skip
        rows.append([n, *(cells[name] for name in columns)])
        where[n - 1] = len(rows)
    return rows + [list(row) for row in AFTER[: book.below]], where


def in_font(cell, font, at):
    if not isinstance(cell, str):
        return cell
    if font == "nfd":
        return unicodedata.normalize("NFD", cell)
    # One sheet in two alphabets: a row typed here and a row pasted from an old file.
    old = {"mixed": "tcvn3" if at % 2 else ""}.get(font, font)
    if old not in CODES or (old == "tcvn3" and cell.isupper()):
        return cell
    return "".join(CODES[old].get(letter, letter) for letter in unicodedata.normalize("NFC", cell))


def as_1258(text):
    """Windows-1258 keeps the tones apart; it has signs of its own for â ê ô ơ ư ă đ."""
    out = []
    for letter in unicodedata.normalize("NFC", text):
        tones = [c for c in unicodedata.normalize("NFD", letter) if c in "\u0300\u0309\u0303\u0301\u0323"]
        base = "".join(c for c in unicodedata.normalize("NFD", letter) if c not in tones)
        out.append(unicodedata.normalize("NFC", base) + "".join(tones))
    return "".join(out).encode("cp1258", "ignore")


def written(book):
    """The file, and where each person stands in it."""
    is_text = book.form != "xlsx"
    rows, where = rows_of(book, is_text)
    if book.form == "xlsx":
        out = io.BytesIO()
        workbook = xlsxwriter.Workbook(out, {"in_memory": True})
        sheet, days = workbook.add_worksheet("DS"), workbook.add_format({"num_format": "dd/mm/yyyy"})
        for n, row in enumerate(rows):
            for column, cell in enumerate(row):
                cell = in_font(cell, book.font, n)
                if isinstance(cell, date):
                    sheet.write_datetime(n, column, cell, days)
                elif cell != "":
                    (sheet.write_string if isinstance(cell, str) else sheet.write_number)(n, column, cell)
        workbook.close()
        return out.getvalue(), where
    text = io.StringIO()
    csv.writer(text, delimiter={"utf-8": ";", "utf-16": "\t"}.get(book.form, ",")).writerows(rows)
    if book.form == "cp1258":
        return as_1258(text.getvalue().replace("\u200b", "")), where
    return text.getvalue().encode(book.form), where


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(book=books())
def test_every_workbook_is_read_right_or_asks(book, app):
    content, where = written(book)
    with app.test_request_context():
        roster = read(content, "danh-sach", ON)
    assert {record.row for record in roster.records} | {p.row for p in roster.problems} <= set(where.values())
    records = {record.row: record for record in roster.records}
    complained = {(problem.row, problem.field) for problem in roster.problems if problem.severity == "error"}
    for n, person in enumerate(book.people):
        row, found = where[n], records.get(where[n])
        if person["written"] == "spoilt":
            assert (row, "birth_date") in complained
            continue
        if (row, "personal_id") in complained:
            continue  # two people of one number, or a number that only looks like one
        assert found is not None, roster.problems
        told = "year" if person["written"] == "year" else "day"
        assert (found.personal_id, found.full_name) == (number_of(person), person["full_name"])
        assert (found.birth_year if told == "year" else found.birth_date) == (
            person["day"].year if told == "year" else person["day"]
        )
        assert (found.sex, found.category) == (person["sex"], CATEGORIES[person["category"]])
        assert (found.department, found.title) == (person["place"], person["title"])
        assert found.phone == ("0912345678" if "phone" in book.columns else "")
