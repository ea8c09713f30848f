"""A published figure stands: closed in the browser, disputed, corrected in the open, exported again, tampered with."""

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Page, expect

from lms.platform import clock
from tests.journeys.conftest import Served, axe_finds_nothing

pytestmark = pytest.mark.browser

AS_OF = clock.today().replace(day=1) - timedelta(days=1)
"""The end of the last month, for which figures are published."""
NAME = f"Sơ kết tháng {AS_OF:%m/%Y}"
STUDIED = f"{AS_OF - timedelta(days=10):%d/%m/%Y}"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
DECISION = "Giấy chứng nhận số 15/GCN"


def _close_a_period(page: Page) -> str:
    """Close the figures of the end of the last month in the browser; the address of the period."""
    page.goto("/chot-so-lieu/moi")
    page.get_by_label("Tên kỳ").fill(NAME)
    page.get_by_label("Số liệu đến hết ngày").fill(f"{AS_OF:%d/%m/%Y}")
    axe_finds_nothing(page)
    page.get_by_role("button", name="Chốt và niêm phong").click()
    # Of a large city a worker closes them: its page says when it is done.
    page.wait_for_load_state()
    for _try in range(60):
        if "/viec/" not in page.url:
            break
        page.wait_for_timeout(1000)
        page.goto("/chot-so-lieu")
        if page.get_by_role("link", name=NAME).count():
            page.get_by_role("link", name=NAME).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)
    axe_finds_nothing(page)
    return page.url


def _files(page: Page, period: str, kinds: tuple[str, ...] = ("xlsx", "csv", "json", "pdf")) -> dict[str, str]:
    """The digests of the files of a period as they are downloaded."""
    digests = {}
    for kind in kinds:
        answer = page.request.get(f"{period.split('?')[0]}/tep/{kind}")
        assert answer.ok, kind
        digests[kind] = hashlib.sha256(answer.body()).hexdigest()
    return digests


def _say_that_it_is_wrong(page: Page, paper: Path) -> str:
    """The learner disputes the most urgent duty; its title."""
    page.goto("/")
    page.get_by_role("link", name="Vì sao tôi phải học?").first.click()
    title = page.locator(".lms-head p").inner_text()
    page.get_by_role("link", name="Kết quả này sai").click()
    page.get_by_label("Tôi đã học nhưng không được tính").check()
    page.get_by_label("Anh/chị thấy sai ở đâu?").fill(f"Tôi đã học lớp này tại Trường Lê Hồng Phong ngày {STUDIED}.")
    page.locator("input[type=file]").set_input_files(paper)
    axe_finds_nothing(page)
    page.get_by_role("button", name="Gửi phản ánh").click()
    expect(page.locator("main")).to_contain_text("minh-chung.pdf")
    axe_finds_nothing(page)
    return title


def _answer(page: Page) -> None:
    """HR recognises the result that the paper proves."""
    page.goto("/nhan-su/phan-anh?muc=dang-mo")
    page.locator("main table").get_by_role("link").first.click()
    expect(page.locator("main")).to_contain_text("minh-chung.pdf")
    axe_finds_nothing(page)
    page.get_by_role("link", name=re.compile("Trả lời")).first.click()
    page.get_by_label("Kết luận").select_option(label="Phản ánh đúng")
    page.get_by_label("Việc cần làm").select_option("completion")
    page.get_by_label("Trả lời người phản ánh").fill("Đã đối chiếu giấy chứng nhận gốc.")
    page.get_by_label("Số quyết định, văn bản").fill(DECISION)
    page.get_by_label("Khóa học được ghi nhận").select_option(index=1)
    page.get_by_label("Ngày hoàn thành").fill(STUDIED)
    axe_finds_nothing(page)
    page.get_by_role("button", name="Trả lời và ghi").click()
    expect(page.locator("main")).to_contain_text("Đã trả lời phản ánh")
    axe_finds_nothing(page)


def _issue_an_erratum(page: Page, period: str) -> None:
    """Set the period against what is known now, and put right what the answer changed."""
    page.goto(period)
    page.get_by_role("button", name="So sánh với hiện nay").click()
    page.get_by_role("link", name=re.compile("Giải quyết phản ánh: ")).click()
    row = page.locator("main tbody tr").first
    expect(row).to_contain_text("Nguyễn Thị Thu Hằng")
    expect(row).to_contain_text(re.compile(r"Giải quyết phản ánh số \d+, trả lời ngày .+ theo Giấy chứng nhận số 15"))
    axe_finds_nothing(page)
    for box in page.locator("main tbody input[name=chon]").all():
        box.check()
    page.get_by_label("Lý do").fill("Giải quyết phản ánh của cán bộ")
    page.get_by_role("button", name="Đính chính các lượt đã chọn").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Đính chính số 1")
    expect(page.locator("main")).to_contain_text(re.compile(r"Giải quyết phản ánh số \d+"))
    axe_finds_nothing(page)


@contextmanager
def _altered(served: Served) -> Iterator[None]:
    """One closed row is changed behind the back of the application, and afterwards put back."""
    change = "UPDATE closed_duty SET fulfilled_on = due_on WHERE period_id = (SELECT MAX(id) FROM closed_period) "
    _run(served, "CREATE TABLE kept_row AS SELECT * FROM closed_duty WHERE number = 1")
    _run(served, change + "AND number = 1")
    try:
        yield
    finally:
        back = "fulfilled_on = (SELECT k.fulfilled_on FROM kept_row k WHERE k.period_id = closed_duty.period_id)"
        _run(served, f"UPDATE closed_duty SET {back} WHERE number = 1")
        _run(served, "DROP TABLE kept_row")


def _run(served: Served, statement: str) -> None:
    """Write to the database without the application."""
    if url := served.environment.get("DATABASE_URL"):
        with psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as connection:
            connection.execute(statement)
        return
    with sqlite3.connect(Path(served.environment["LMS_INSTANCE"]) / "lms.sqlite3", timeout=30) as database:
        database.execute(statement)


def _seal_is_proven(page: Page, period: str) -> None:
    page.goto(period)
    page.get_by_role("button", name="Kiểm tra niêm phong").click()
    page.wait_for_load_state()


def test_a_dispute_changes_a_published_figure_in_the_open_and_its_files_stay_as_they_were(served, sign_in, tmp_path):
    office = sign_in("Nhân sự Thành phố")
    period = _close_a_period(office)
    published = _files(office, period)
    assert _files(office, period) == published

    paper = tmp_path / "minh-chung.pdf"
    paper.write_bytes(PDF)
    learner = sign_in("Người học", width=360)
    title = _say_that_it_is_wrong(learner, paper)
    _answer(office)
    learner.goto("/")
    expect(learner.locator("main")).to_contain_text("Phản ánh")
    learner.goto("/phan-anh")
    expect(learner.locator("main")).to_contain_text(title)
    learner.locator("main table").get_by_role("link").first.click()
    expect(learner.locator("main")).to_contain_text("Đã đối chiếu giấy chứng nhận gốc.")
    expect(learner.locator("main")).to_contain_text("Phản ánh đúng")
    axe_finds_nothing(learner)

    _issue_an_erratum(office, period)
    office.goto(period)
    expect(office.locator("main")).to_contain_text("sau đính chính số 1")
    axe_finds_nothing(office)
    assert _files(office, period) == published

    with _altered(served):
        _seal_is_proven(office, period)
        office.goto(period)
        expect(office.locator("main")).to_contain_text("không còn nguyên vẹn")
        expect(office.locator("main")).to_contain_text("Danh sách nghĩa vụ học: dòng số 1 bị sửa; nay ghi:")
        axe_finds_nothing(office)
    _seal_is_proven(office, period)
    office.goto(period)
    expect(office.locator("main")).not_to_contain_text("không còn nguyên vẹn")
