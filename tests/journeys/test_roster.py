"""A district's HR officer brings a bad list in: columns, wrong rows, apply, take back, head count confirmed."""

import io
import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from lms.organisation.roster import letters
from tests.journeys.conftest import axe_finds_nothing

pytestmark = pytest.mark.browser

CODES = {letter: chr(code) for code, letter in letters._TCVN3.items()}


def old(text: str) -> str:
    """A text as it was typed with .VnTime."""
    return "".join(CODES.get(sign, sign) for sign in text)


def bad_list(folder: Path) -> Path:
    """A list as offices send them: title block, header of two rows, old letters, wrong rows, a column missing."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    rows: list[list[object]] = [
        [old("ỦY BAN NHÂN DÂN QUẬN BA ĐÌNH")],
        [old("DANH SÁCH NHÂN SỰ QUÝ IV NĂM 2026")],
        [],
        ["TT", old("Họ và tên"), old("Ngày sinh"), None, old("Số CCCD"), old("Phòng"), old("Việc đang làm")],
        [None, None, "Nam", old("Nữ"), None, None, None],
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)"],
        [1, old("Tạ Thị Thử Nghiệm"), None, "05/03/1992", 1192900089, old("Phòng Nội vụ"), old("Chuyên viên")],
        [2, old("Lê Văn Thử Nghiệm"), "31/02/1988", None, "001088900097", old("Phòng Nội vụ"), old("Văn thư")],
        [3, old("Vũ Văn Thử Nghiệm"), "2/1/1990", None, "00109090", old("Phòng Kinh tế"), old("Chuyên viên")],
        [4, old("Tạ Thị Thử Nghiệm"), None, "05/03/1992", 1192900089, old("Phòng Nội vụ"), old("Chuyên viên")],
        [None, old("Tổng cộng: 4 người")],
    ]
    for row in rows:
        sheet.append(row)
    for place in ("A1:G1", "A2:G2", "A4:A5", "B4:B5", "C4:D4", "E4:E5", "F4:F5", "G4:G5"):
        sheet.merge_cells(place)
    path = folder / "ba-dinh-quy-bon.xlsx"
    out = io.BytesIO()
    book.save(out)
    path.write_bytes(out.getvalue())
    return path


def _send(page: Page, path: Path) -> None:
    page.goto("/nhan-su/nhap-danh-sach")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="So sánh").click()
    page.wait_for_load_state()


def test_a_bad_list_becomes_a_clean_one_is_applied_and_taken_back(served, sign_in, tmp_path):
    page = sign_in("Nhân sự Ba Đình")
    _send(page, bad_list(tmp_path))
    expect(page.get_by_role("heading", level=1)).to_have_text("Các cột của danh sách")
    expect(page.locator("main")).to_contain_text("Cột “Việc đang làm” trong")
    axe_finds_nothing(page)
    page.get_by_label("Việc đang làm là gì").select_option("title")
    expect(page.locator("main")).to_contain_text("Không thấy cột “Loại nhân sự”")
    page.get_by_role("button", name="Đọc theo các cột này").click()
    expect(page.get_by_role("alert")).to_contain_text("Không thấy cột “Loại nhân sự”")
    expect(page.get_by_label("Việc đang làm là gì")).to_have_value("title")
    axe_finds_nothing(page)
    page.get_by_label("Loại nhân sự của cả danh sách").select_option("cong_chuc")
    page.get_by_role("button", name="Đọc theo các cột này").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nạp danh sách nhân sự")
    told = page.get_by_role("region", name="Hệ thống đã hiểu tệp thế nào")
    expect(told).to_contain_text("TCVN3 (.VnTime)")
    expect(told).to_contain_text("Đã thêm lại số 0 ở đầu số định danh")
    axe_finds_nothing(page)

    page.get_by_text("Người không có trong tệp:").click()
    page.get_by_label("Giữ nguyên").check()
    page.get_by_role("button", name="So sánh lại").click()
    expect(page.locator("main")).to_contain_text("được giữ nguyên")

    with page.expect_download() as marked:
        page.get_by_role("link", name="Tải tệp có ghi chú lỗi").click()
    sheet = openpyxl.load_workbook(io.BytesIO(marked.value.path().read_bytes())).worksheets[0]
    assert sheet["C8"].comment is not None
    assert "không có thật" in sheet["C8"].comment.text
    assert "C4:D4" in {str(held) for held in sheet.merged_cells.ranges}

    # By the keyboard alone: the day, then still a wrong number, then the right one.
    page.get_by_label("Ngày sinh đúng, dòng 8").fill("29/02/1988")
    page.get_by_label("Số định danh đúng, dòng 9").focus()
    page.keyboard.type("00109090001")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Còn 2 dòng sai")
    number = page.get_by_label("Số định danh đúng, dòng 9")
    expect(number).to_have_value("00109090001")
    number.fill("001090900011")
    page.get_by_label("Giữ dòng 7, bỏ dòng 10").check()
    page.get_by_role("button", name="Lưu và đọc lại").click()
    expect(page.locator("main")).to_contain_text("Không còn dòng sai nào")
    expect(page.locator("main")).to_contain_text(re.compile(r"Ảnh hưởng đến việc học: thêm \d+ nghĩa vụ học"))
    axe_finds_nothing(page)

    page.get_by_role("button", name="Áp dụng 3 thay đổi").click()
    expect(page.locator("main")).to_contain_text("Đã áp dụng danh sách: 3 thay đổi.")
    axe_finds_nothing(page)
    page.goto("/nhan-su?tim=thu+nghiem")
    expect(page.locator("main")).to_contain_text("Vũ Văn Thử Nghiệm")

    _send(page, bad_list(tmp_path))
    expect(page.locator("main")).to_contain_text("Dùng lại cách hiểu cột của lần nạp")

    page.goto("/nhan-su/nhap-danh-sach/lich-su")
    axe_finds_nothing(page)
    page.get_by_role("link", name="Xem ảnh hưởng, hoàn tác").first.click()
    page.get_by_label("Vì sao hoàn tác").fill("Gửi nhầm danh sách")
    page.get_by_role("button", name=re.compile("Hoàn tác")).first.click()
    page.goto("/nhan-su?tim=thu+nghiem")
    expect(page.locator("main")).not_to_contain_text("Vũ Văn Thử Nghiệm")
    page.goto("/nhan-su/nhap-danh-sach/lich-su")
    expect(page.locator("main table")).to_contain_text("Đã hoàn tác")


def test_the_way_works_on_a_small_screen_without_scripts_and_the_head_count_is_confirmed(served, sign_in, tmp_path):
    page = sign_in("Nhân sự Ba Đình", width=360, java_script_enabled=False)
    path = tmp_path / "mot-nguoi.csv"
    path.write_text(
        "Họ và tên;Số CCCD;Phòng;Loại;Ngày sinh\nBế Thị Không Mã;001192900121;Phòng Nội vụ;công chức;31/02/1992\n",
        "utf-8",
    )
    _send(page, path)
    page.locator("summary", has_text="Người không có trong tệp").click()
    page.get_by_label("Giữ nguyên").check()
    page.get_by_role("button", name="So sánh lại").click()
    page.get_by_label("Ngày sinh đúng, dòng 2").fill("29/02/1992")
    page.get_by_role("button", name="Lưu và đọc lại").click()
    expect(page.locator("main")).to_contain_text("Không còn dòng sai nào")
    page.get_by_role("button", name="Áp dụng 1 thay đổi").click()
    expect(page.locator("main")).to_contain_text("Đã áp dụng danh sách: 1 thay đổi.")
    page.goto("/bao-cao")
    page.get_by_role("link", name=re.compile("[Qq]uân số")).first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    if (confirm := page.get_by_role("button", name="Xác nhận quân số")).count():
        confirm.click()
    page.goto("/bao-cao")
    expect(page.locator("main")).to_contain_text("Quân số đã xác nhận ngày")
