"""Files that must not be opened, or cannot be: each is refused with a reason and a remedy, before it is parsed."""

import io
import random
import zipfile

import openpyxl
import pytest

from lms.organisation.roster import apart, opening, sheets
from lms.organisation.roster.reading import UnclearColumns, read
from lms.organisation.roster.sheets import UnreadableRoster
from tests.conftest import TODAY
from tests.organisation.rosters import CLEAN, SAMPLES, as_csv, row

OLD = SAMPLES / "04_huyen_soc_son_cac_xa.xls"
HEAD = ["Họ và tên", "Số CCCD", "Loại nhân sự", "Phòng, ban", "Ngày sinh"]
ANH = ["Đặng Thị Ánh", "001192000089", "công chức", "Phòng Nội vụ", "10/03/1992"]


def told(content):
    return read(content, "danh-sach.xlsx", TODAY)


def with_members(**members):
    """A workbook with members added or replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(CLEAN) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in members:
                new.writestr(name, old.read(name))
        for name, data in members.items():
            new.writestr(name, data)
    return out.getvalue()


def sheet_of(cells):
    return (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        f"{cells}</sheetData></worksheet>"
    ).encode()


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (with_members(**{"xl/vbaProject.bin": b"macro"}), "Tệp có macro"),
        (OLD.read_bytes() + "_VBA_PROJECT_CUR".encode("utf-16-le"), "Tệp có macro"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le") * 9, "Tệp có mật khẩu"),
        (b"\xd0\xcf\x11\xe0" + "WordDocument".encode("utf-16-le") * 9, "văn bản Word"),
        (b"%PDF-1.7 ...", "tệp PDF"),
        (b"<html><table><tr><td>STT</td></tr></table></html>", "trang web"),
        (with_members(**{SHEET: b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + sheet_of("")}), "Không mở được"),
        (with_members(**{SHEET: sheet_of('<row r="1"><c r="A1"/></row><row r="1048576"><c r="XFD9"/></row>')}), "quá"),
        (with_members(**{SHEET: sheet_of('<row r="1"><c r="XFD1"><v>1</v></c></row>')}), "quá"),
        (with_members(**{SHEET: sheet_of("<row>" + "<c><v>1</v></c>" * 3000 + "</row>" + "<row/>" * 9_000)}), "quá"),
        (with_members(**{"word/document.xml": b"x"}), "văn bản Word"),
        ("".join(chr(n) for n in range(300)).encode("utf-32"), "không phải danh sách|bảng mã"),
    ],
    ids=["macro", "old", "password", "word", "pdf", "web", "entity", "far", "wide", "unplaced", "docx", "nonsense"],
)  # fmt: skip
def test_what_must_not_be_opened_is_refused_with_a_reason(content, says):
    with pytest.raises(UnreadableRoster, match=says) as caught:
        told(content)
    assert "Hãy" in str(caught.value)


def test_a_workbook_that_unpacks_to_too_much_is_refused_by_its_real_bytes(monkeypatch):
    monkeypatch.setattr(opening, "MOST_UNPACKED", 6 * 1024 * 1024)
    with pytest.raises(UnreadableRoster, match="lớn bất thường"):
        told(with_members(**{SHEET: b"<row>" + b" " * 7_000_000}))
    with pytest.raises(UnreadableRoster, match="lớn bất thường"):
        told(with_members(**{"xl/media/image1.png": b" " * 7_000_000}))


def test_a_repeat_in_an_open_document_is_not_written_out():
    out = io.BytesIO()
    cell = '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
    row = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    content = f'<table:table table:name="A">{row}</table:table>'
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    with pytest.raises(UnreadableRoster, match="quá mức"):
        told(out.getvalue())


class Panic(BaseException):
    """What the reader raises when it panics: no Exception."""


def test_a_panic_of_the_reader_is_a_sentence(monkeypatch):
    def panics(_file):
        raise Panic("called `Option::unwrap()` on a `None` value")

    monkeypatch.setattr(sheets, "CalamineWorkbook", type("Reader", (), {"from_filelike": staticmethod(panics)}))
    with pytest.raises(UnreadableRoster, match="Không mở được"):
        told(CLEAN.read_bytes())


@pytest.mark.parametrize("sample", [OLD, SAMPLES / "03_so_tttt_danh_sach.xlsx"], ids=["xls", "xlsx"])
def test_damaged_files_are_read_or_refused_but_never_crash(sample, monkeypatch):
    # One of these sends the reader round in circles: it is stopped.
    monkeypatch.setattr(apart, "SECONDS", -8)
    content, chance = sample.read_bytes(), random.Random(239)
    for _n in range(46 if sample is OLD else 60):
        damaged = bytearray(content)
        for _byte in range(chance.randint(1, 40)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        if chance.random() < 0.3:
            del damaged[chance.randrange(len(damaged)) :]
        said = ""
        try:
            roster = told(bytes(damaged))
        except UnreadableRoster as refused:
            said = str(refused)
        assert said.endswith((".", "?")) or (not said and roster.rows)


def as_xlsx(*rows, change=lambda sheet: None):
    workbook = openpyxl.Workbook()
    for cells in rows:
        workbook.active.append(list(cells))
    change(workbook.active)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def test_a_formula_that_was_never_worked_out_is_not_read_as_nothing():
    roster = told(as_xlsx(HEAD, ANH, ["Lê Văn Bảo", '="0010920000"&97', *ANH[2:]]))
    assert [(p.row, p.field, p.code, p.severity) for p in roster.problems] == [(3, "personal_id", "no_value", "error")]
    assert "B3" in roster.problems[0].message


def test_hidden_rows_and_columns_are_read_and_said():
    def hide(sheet):
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["E"].hidden = True

    roster = told(as_xlsx(HEAD, ANH, ["Lê Văn Bảo", "001092000097", *ANH[2:]], change=hide))
    assert len(roster.records) == 2
    assert [(note.code, note.rows) for note in roster.notes] == [("hidden_rows", (3,)), ("hidden_columns", ())]


def test_a_sheet_with_people_but_no_header_is_asked_about():
    def add(sheet):
        sheet.parent.create_sheet("Xã B").append(["Lê Văn Bảo", "001092000097"])

    with pytest.raises(UnreadableRoster, match="“Xã B” có người nhưng không có dòng tiêu đề"):
        told(as_xlsx(HEAD, ANH, change=add))


def test_a_column_that_holds_something_else_than_it_says_is_asked_about():
    rows = [[name, name, *ANH[2:]] for name in ("Đặng Thị Ánh", "Lê Văn Bảo", "Vũ Văn Chính")]
    with pytest.raises(UnclearColumns, match=r"“Số CCCD” .* không giống “Số định danh cá nhân”"):
        told(as_xlsx(HEAD, *rows))


def test_a_year_stays_a_year():
    born = [*(f"0{n}/0{n + 1}/1985" for n in range(1, 3)), "1985"]
    roster = told(as_csv([row(personal_id=f"00118500009{n}", birth_date=day) for n, day in enumerate(born)]))
    known = [(r.birth_date is None, r.birth_year) for r in roster.records]
    assert known == [(False, None), (False, None), (True, 1985)]
