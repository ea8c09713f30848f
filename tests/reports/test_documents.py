"""Files: opened again and read, as their readers will."""

import io
import json
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pdfplumber
import pikepdf
import pytest

from lms.platform.columns import FOREVER
from lms.platform.documents.table import write_xlsx
from lms.reports import commands, papers, queries, sheets
from lms.reports.queries import PlanFacts
from lms.reports.rules import Figures, Part, Place, Point, Row, Structure, Tree
from tests.factories import make_person, make_unit
from tests.reports.factories import make_plan, make_requirement, make_segment

DAY = date(2026, 11, 24)


@pytest.fixture
def report(session):
    """A city of a department and sixty wards, in which half of the people have finished."""
    city = make_unit(code="tp-ha-noi", name="Thành phố Hà Nội", kind="thanh_pho")
    committee = make_unit(code="ubnd-tp", name="Ủy ban nhân dân thành phố Hà Nội", kind="ubnd", parent=city)
    department = make_unit(code="stp", name="Sở Tư pháp", kind="so", parent=committee, abbreviation="STP")
    wards = [make_unit(code=f"{n:05d}", name=f"Phường Số {n}", kind="phuong", parent=city) for n in range(60)]
    requirement = make_requirement(plan=make_plan(), title="Nhận thức chuyển đổi số", is_example=True)
    for n, unit in enumerate([department, *wards]):
        make_segment(
            person=make_person(name="Đặng Thị Ánh", unit=unit), requirement=requirement, unit=unit,
            due_on=DAY - timedelta(days=3), fulfilled_on=DAY if n % 2 else FOREVER,
        )  # fmt: skip
    return lambda code=None: report_of(code)


def report_of(code):
    view = queries.view_on(DAY, Structure.CURRENT)
    return queries.compliance(queries.plan_of("KH-239"), view, queries.place_of(view, code))


def pdf_of(report):
    return pikepdf.open(io.BytesIO(papers.compliance_pdf(report, [Point(DAY, 10, 5), Point(DAY, 10, 7)], DAY)))


def text_of(document, number):
    """The text of a page, by pdfminer's reading order."""
    buffer = io.BytesIO()
    document.save(buffer)
    with pdfplumber.open(buffer) as opened:
        return " ".join((opened.pages[number].extract_text() or "").split())


def test_the_spreadsheet_has_real_numbers_a_frozen_head_filters_and_a_total(report):
    target = io.BytesIO()
    target.write(commands.WRITERS["xlsx"](report()))
    sheet = openpyxl.load_workbook(target).active
    head = next(row for row in sheet.iter_rows() if row[0].value == "TT")
    lines = list(sheet.iter_rows(min_row=head[0].row + 1, values_only=True))
    assert [cell.value for cell in head][:4] == ["TT", "Mã đơn vị", "Đơn vị", "Loại"]
    assert lines[0][:7] == (1, "stp", "Sở Tư pháp", "so", 1, 1, 0)
    assert lines[-1][2] == "Tổng cộng"
    assert lines[-1][5:7] == (61, 30)
    assert isinstance(lines[-1][-1], float)
    assert sheet.freeze_panes == f"A{head[0].row + 1}"
    assert sheet.auto_filter.ref.startswith(f"A{head[0].row}:")
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.print_title_rows == f"${head[0].row}:${head[0].row}"
    assert "24/11/2026" in sheet["A2"].value


def test_the_csv_opens_in_a_vietnamese_excel(report):
    lines = commands.WRITERS["csv"](report()).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("TT;Mã đơn vị;Đơn vị;Loại;Số người;Phải học (lượt)")
    assert lines[1] == "1;stp;Sở Tư pháp;so;1;1;0;0;0;0;1;1;0;0;0,00"
    assert lines[-1].endswith(";49,18")


def test_the_json_has_the_promised_keys(report):
    whole = commands.as_json(report())
    assert list(whole)[:3] == ["plan", "as_of", "structure"]
    assert whole["persons"] == whole["obligations"] == 61
    assert whole["rows"][0] == {
        "unit": "stp", "name": "Sở Tư pháp", "kind": "so", "required": 1, "completed": 0, "on_time": 0, "late": 0,
        "in_progress": 0, "not_started": 1, "overdue": 1, "rate": 0.0, "paused": 0, "waived": 0, "persons": 1,
    }  # fmt: skip
    assert whole["total"]["rate"] == 49.18


def test_the_paper_is_tagged_a4_in_tinos_with_scoped_headers(report):
    document = pdf_of(report())
    assert document.Root.MarkInfo.Marked
    assert str(document.Root.Lang) == "vi"
    assert document.docinfo["/Title"] == "Báo cáo kết quả thực hiện yêu cầu đào tạo theo Kế hoạch số 239/KH-UBND"
    sizes = {tuple(round(float(side)) for side in page.mediabox[2:]) for page in document.pages}
    assert sizes == {(595, 842), (842, 595)}
    fonts = {
        str(thing.BaseFont)
        for thing in document.objects
        if isinstance(thing, pikepdf.Dictionary) and "/BaseFont" in thing
    }
    assert fonts
    assert all("Tinos" in font for font in fonts)
    headers = [t for t in document.objects if isinstance(t, pikepdf.Dictionary) and t.get("/S") == "/TH"]
    assert {str(header.A.Scope) for header in headers} == {"/Column", "/Row"}


def test_the_paper_has_the_opening_blank_number_and_day_and_the_closing(report):
    first = text_of(pdf_of(report()), 0)
    for words in ("ỦY BAN NHÂN DÂN", "Độc lập - Tự do - Hạnh phúc", "/BC-UBND", "tháng 11 năm 2026", "BÁO CÁO"):
        assert words in first
    assert "Kính gửi" not in first
    assert "61 người phải học, tương ứng 61 lượt" in first


def test_appendices_repeat_their_heads_and_number_their_own_pages(report):
    document = pdf_of(report())
    pages = [text_of(document, n) for n in range(len(document.pages))]
    start = next(n for n, page in enumerate(pages) if page.startswith("Phụ lục I "))
    assert not pages[start].startswith("1 ")
    for number in (2, 3):
        assert pages[start + number - 1].startswith(f"{number} ")
        assert "TT Đơn vị Phải học" in pages[start + number - 1]
    assert pages[-1].startswith("Phụ lục II KẾT QUẢ THEO YÊU CẦU ĐÀO TẠO")
    assert "(*) Ví dụ sửa được" in pages[-1]
    assert any("TỔNG CỘNG 61 61 30 0 30" in page for page in pages)


def test_a_department_reports_to_the_committee_under_its_own_symbol(report):
    first = text_of(pdf_of(report("stp")), 0)
    assert "UBND THÀNH PHỐ HÀ NỘI" in first
    assert "/BC-STP" in first
    assert "Kính gửi: Ủy ban nhân dân thành phố Hà Nội." in first


def test_a_report_on_nobody_is_still_a_paper(session):
    city = make_unit(code="tp-ha-noi", name="Thành phố Hà Nội", kind="thanh_pho")
    make_plan()
    assert "Không có người phải học" in text_of(pdf_of(report_of(None)), 0)
    assert city.code == "tp-ha-noi"


def place(kind, name, code="x", abbreviation="", parent=None, unit_id=9):
    return Place(unit_id, parent, code, name, name, abbreviation, kind)


def test_the_issuer_follows_from_the_kind_of_unit():
    city = Place(1, None, "tp", "Thành phố Hà Nội", "Hà Nội", "", "thanh_pho")
    committee = Place(2, 1, "ub", "Ủy ban nhân dân thành phố Hà Nội", "UBND", "UBND", "ubnd")
    ward = Place(3, 1, "00004", "Phường Ba Đình", "Ba Đình", "", "phuong")
    board = Place(4, 2, "bql", "Ban Quản lý dự án", "BQL", "", "ban")
    centre = Place(5, 4, "tt", "Trung tâm", "TT", "TT", "don_vi_su_nghiep")
    tree = Tree([city, committee, ward, board, centre])

    def issuer(unit):
        return papers.issuer_of(unit, tree, "Thành phố Hà Nội")

    assert (issuer(city).name, issuer(city).addressee) == ("Ủy ban nhân dân thành phố Hà Nội", "")
    assert (issuer(ward).name, issuer(ward).symbol, issuer(ward).place, issuer(ward).superior) == (
        "Ủy ban nhân dân phường Ba Đình", "BC-UBND", "Ba Đình", "",
    )  # fmt: skip
    assert (issuer(board).symbol, issuer(board).superior) == ("BC-…", "UBND thành phố Hà Nội")
    assert (issuer(centre).symbol, issuer(centre).superior) == ("BC-TT", "Ban Quản lý dự án")


def test_special_rows_stand_first_or_last_in_the_blocks_as_in_the_rows():
    ward = Row(Part.UNIT, place("phuong", "Phường Ba Đình"), Figures(required=2))
    own = Row(Part.OWN, place("quan", "Quận Ba Đình"), Figures(required=1))
    assert [block.title for block in papers.blocks_of([own, ward])] == ["Cơ quan quận Ba Đình", "Phường"]
    never = Row(Part.NEVER, None, Figures(required=1))
    department = Row(Part.UNIT, place("so", "Sở Y tế"), Figures(required=3))
    lines = papers.appendix_lines(papers.blocks_of([department, ward, never]))
    assert [(line.number, line.name) for line in lines] == [
        ("I", "Sở, cơ quan tương đương (01 đơn vị)"), ("1", "Sở Y tế"), ("II", "Phường (01 đơn vị)"),
        ("2", "Phường Ba Đình"), ("", "Chưa từng thuộc đơn vị cũ"),
    ]  # fmt: skip


def plan(**facts):
    known = {"id": 1, "code": "KH", "number": "239/KH-UBND", "title": "", "issuer": "", "issued_on": DAY}
    return PlanFacts(**{**known, **facts})


@pytest.mark.parametrize(
    ("title", "subject"),
    [("Kế hoạch chuyển đổi số", "chuyển đổi số"), ("Chuyển đổi số", "chuyển đổi số"), ("Về đào tạo", "đào tạo")],
)
def test_the_subject_follows_the_word_ve(title, subject):
    assert papers.subject_of(plan(title=title)) == subject


def test_the_number_is_said_once():
    assert papers.number_of(plan(number="Kế hoạch số 239/KH-UBND")) == "239/KH-UBND"
    assert papers.counted(5) == "05"
    assert (papers.counted(0), papers.counted(1234)) == ("0", "1.234")


def test_long_lists_write_days_and_masked_numbers(report):
    whole = report()
    scope = queries.scope_of(whole.view, tuple(r.id for r in whole.requirements), whole.place)
    table = sheets.people_table(
        queries.people_stream(scope, "overdue", ""), title="Quá hạn", day=DAY, structure="theo cơ cấu",
        requirement=None, former=False,
    )  # fmt: skip
    target = io.BytesIO()
    write_xlsx(table, target)
    rows = list(openpyxl.load_workbook(target).active.iter_rows(values_only=True))
    last = rows[-1]
    assert len(rows) == 31 + 4
    assert last[0] == "Đặng Thị Ánh"
    assert "•" in last[1]
    assert last[6] == "Quá hạn"
    assert last[7].date() == DAY - timedelta(days=3)


# The command


def run(app, *more):
    return app.test_cli_runner().invoke(args=["report", "compliance", *more])


def test_the_command_prints_json(app, report):
    ran = run(app, "--plan", "KH-239", "--as-of", "24/11/2026", "--format", "json")
    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.stdout)["total"]["required"] == 61


def test_the_command_writes_a_whole_file_or_none(app, report, tmp_path):
    out = tmp_path / "bao-cao.xlsx"
    ran = run(app, "--plan", "KH-239", "--as-of", "2026-11-24", "--unit", "stp", "--format", "xlsx", "--out", str(out))
    assert ran.exit_code == 0, ran.output
    assert openpyxl.load_workbook(out).active["A1"].value.startswith("Kết quả thực hiện")
    assert [path.name for path in tmp_path.iterdir()] == ["bao-cao.xlsx"]
    ran = run(app, "--plan", "KH-239", "--as-of", "2026-11-24", "--format", "csv", "--out", str(tmp_path / "no" / "x"))
    assert ran.exit_code == 1
    assert "Không ghi được tệp" in ran.stderr


@pytest.mark.parametrize(
    ("plan_code", "day", "unit", "code", "said"),
    [
        ("KH-1", "2026-11-24", "stp", 1, "Không có kế hoạch mã “KH-1”"),
        ("KH-239", "2026-11-24", "zzz", 1, "Không có đơn vị mã “zzz”"),
        ("KH-239", "31/02/2026", "stp", 2, "Ngày “31/02/2026” chưa đúng"),
    ],
    ids=["plan", "unit", "day"],
)
def test_the_command_says_what_it_does_not_know(app, report, plan_code, day, unit, code, said):
    ran = run(app, "--plan", plan_code, "--as-of", day, "--unit", unit, "--format", "json")
    assert ran.exit_code == code
    assert said in ran.stderr


def test_a_common_target_stands_in_the_paper(report):
    assert report().target == Decimal(95)
