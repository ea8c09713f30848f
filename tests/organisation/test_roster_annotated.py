"""The file of a roster with its faults marked: own layout, colours, notes, nothing dangerous, readable again."""

import io
import zipfile
from datetime import date

import openpyxl
import pytest

from lms.organisation.roster import marking
from lms.organisation.roster.annotating import annotated
from lms.organisation.roster.choosing import choices_of
from lms.organisation.roster.reading import NO_CHOICES, read
from lms.organisation.roster.sheets import UnreadableRoster
from tests.organisation.rosters import EXPECTED, SAMPLES, as_csv, row

ON = date(2025, 6, 30)


def marked(content, name="a.csv", choices=NO_CHOICES):
    roster = read(content, name, ON, choices)
    return roster, annotated(content, name, roster, choices)


def workbook(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def colour(cell):
    return cell.fill.start_color.rgb[-6:] if cell.fill.fill_type else ""


@pytest.mark.parametrize("sample", sorted(EXPECTED), ids=lambda name: name[:2])
def test_every_sample_is_marked_where_it_is_wrong_and_read_again_as_before(sample):
    content = (SAMPLES / sample).read_bytes()
    roster, out = marked(content, sample)
    book = workbook(out)
    for problem in roster.problems:
        sheet = book[problem.sheet or "Danh sách"]
        cells = [cell for cell in sheet[problem.row] if cell.comment and problem.message in cell.comment.text]
        assert len(cells) == 1, problem
        assert colour(cells[0]) in (marking.COLOURS["error"], marking.COLOURS["warning"])
    again = read(out, "lai.xlsx", ON)
    assert [(r.row, r.personal_id, r.full_name, r.birth_date, r.department) for r in again.records] == [
        (r.row, r.personal_id, r.full_name, r.birth_date, r.department) for r in roster.records
    ]
    assert [(p.row, p.code) for p in again.problems] == [(p.row, p.code) for p in roster.problems]


def test_a_workbook_keeps_its_layout():
    sample = "03_so_tttt_danh_sach.xlsx"
    content = (SAMPLES / sample).read_bytes()
    before, after = workbook(content), workbook(marked(content, sample)[1])
    for sheet in before.worksheets:
        same = after[sheet.title]
        assert set(map(str, same.merged_cells.ranges)) == set(map(str, sheet.merged_cells.ranges))
        assert {k: v.width for k, v in same.column_dimensions.items()} == {
            k: v.width for k, v in sheet.column_dimensions.items()
        }
    assert after.sheetnames == [*before.sheetnames, marking.NOTES]


BAD = as_csv(
    [row(birth_date="05/03/1992"), row(personal_id="001088000097", full_name="Lê Văn Bảo", birth_date="31/02/1988")]
)


def test_the_marked_file_put_right_by_hand_and_sent_again_reads_right():
    roster, out = marked(BAD)
    assert len(roster.records) == 1
    book = workbook(out)
    (cell,) = [c for line in book["Danh sách"] for c in line if colour(c) == marking.COLOURS["error"]]
    assert cell.value == "31/02/1988"
    assert "không có thật" in cell.comment.text
    cell.value = date(1988, 2, 29)
    mended = io.BytesIO()
    book.save(mended)
    again = read(mended.getvalue(), "lai.xlsx", ON)
    assert (len(again.records), again.problems) == (2, ())
    assert again.records[1].birth_date == date(1988, 2, 29)


def test_a_file_marked_again_forgets_the_marks_of_the_first_time():
    first = workbook(marked(BAD)[1])
    sheet = first["Danh sách"]
    (cell,) = [c for line in sheet for c in line if colour(c) == marking.COLOURS["error"]]
    cell.value = "29/02/1988"
    sheet["A2"].value = "00119"
    mended = io.BytesIO()
    first.save(mended)
    _roster, out = marked(mended.getvalue(), "lai.xlsx")
    again = workbook(out)
    wrong = [c.coordinate for line in again["Danh sách"] for c in line if colour(c) == marking.COLOURS["error"]]
    assert wrong == ["A2"]
    assert again.sheetnames == ["Danh sách", marking.NOTES]


def test_what_was_put_right_on_the_page_stands_in_the_file():
    said = choices_of({"fixes": [{"sheet": "", "row": 3, "cells": {"birth_date": "29/02/1988"}}]})
    _roster, out = marked(BAD, choices=said)
    (cell,) = [c for line in workbook(out)["Danh sách"] for c in line if colour(c) == marking.COLOURS["mended"]]
    assert cell.value == "29/02/1988"
    assert len(read(out, "lai.xlsx", ON).records) == 2


def test_no_text_becomes_a_formula():
    evil = '=HYPERLINK("http://example.com","x")'
    _roster, out = marked(as_csv([row(title=evil, birth_date="31/02/1988")]))
    sheet = workbook(out)["Danh sách"]
    assert [c.data_type for line in sheet for c in line if c.value == evil] == ["s"]
    with zipfile.ZipFile(io.BytesIO(out)) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist() if "worksheets/sheet" in name)


def test_formulas_of_a_workbook_are_not_handed_on():
    book = openpyxl.Workbook()
    book.active.append(["Họ và tên", "Số CCCD", "Loại", "Phòng", "Ghi chú"])
    book.active.append(["Đặng Thị Ánh", "00119", "công chức", "Phòng Nội vụ", "=1+1"])
    book.active.append(["Lê Văn Bảo", "001192000097", "công chức", "Phòng Nội vụ", "x"])
    content = io.BytesIO()
    book.save(content)
    _roster, out = marked(content.getvalue(), "a.xlsx")
    with zipfile.ZipFile(io.BytesIO(out)) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist() if "worksheets/sheet" in name)


def test_a_workbook_on_which_the_library_fails_is_written_anew(monkeypatch):
    def fail(*_args):
        raise marking.GaveUp

    monkeypatch.setattr(marking, "mark", fail)
    sample = "05_quan_hoang_mai_font_vntime.xlsx"
    roster, out = marked((SAMPLES / sample).read_bytes(), sample)
    again = read(out, "lai.xlsx", ON)
    assert [r.personal_id for r in again.records] == [r.personal_id for r in roster.records]


def test_the_limits_of_the_reader_hold():
    roster = read(BAD, "a.csv", ON)
    for content in (b"PK\x03\x04", b"x" * (20 * 1024 * 1024 + 1)):
        with pytest.raises(UnreadableRoster):
            annotated(content, "a.xlsx", roster, NO_CHOICES)
