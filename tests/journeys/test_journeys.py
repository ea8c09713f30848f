"""The whole way, in the users' words, in a real browser: learner, trainer, HR, leader, public."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lms.home.help.queries import shots
from scripts import help_pictures
from tests.journeys.conftest import axe_finds_nothing

pytestmark = pytest.mark.browser

SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "rosters"


def test_a_learner_on_a_phone_sees_what_to_do_today_and_why(served, sign_in):
    page = sign_in("Người học", width=360)
    expect(page.get_by_role("heading", level=1)).to_have_text("Hôm nay")
    axe_finds_nothing(page)
    page.get_by_role("link", name="Vì sao tôi phải học?").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Vì sao")
    expect(page.locator("main")).to_contain_text("239/KH-UBND")
    axe_finds_nothing(page)


def _read_to_the_end(page: Page) -> None:
    """Finish lesson after lesson until the quiz is offered."""
    for _lesson in range(12):
        button = page.get_by_role("button", name=re.compile("Học xong"))
        if button.count() == 0:
            break
        button.first.click()
        page.wait_for_load_state()


def _answer_everything(page: Page) -> None:
    """Answer each question somehow: the journey is about the way, not about passing."""
    for _question in range(20):
        for group in {box.get_attribute("name") for box in page.locator("main input[type=radio]").all()}:
            page.locator(f"main input[type=radio][name='{group}']").first.check()
        if (boxes := page.locator("main input[type=checkbox]")).count():
            boxes.first.check()
        for select in page.locator("main select").all():
            values = [option.get_attribute("value") for option in select.locator("option").all()]
            select.select_option(next(value for value in values if value))
        for text in page.locator("main input[type=text], main input[inputmode]").all():
            text.fill("12,5")
        following = page.get_by_role("button", name=re.compile("câu sau|Lưu và xem lại|Xem lại"))
        if following.count() == 0:
            break
        following.first.click()
        page.wait_for_load_state()
        if "/nop" in page.url:
            break


def test_a_learner_reads_answers_and_gets_a_result(served, sign_in):
    page = sign_in("Người học")
    page.goto("/khoa-hoc/huong-dan-nguoi-dan")
    axe_finds_nothing(page)
    page.goto("/hoc/huong-dan-nguoi-dan")
    start = page.get_by_role("button", name=re.compile("Bắt đầu|Học lại"))
    if start.count():
        start.first.click()
        page.wait_for_load_state()
    if page.get_by_role("button", name=re.compile("Học xong")).count() == 0:
        page.get_by_role("link", name=re.compile("Học tiếp|Vào bài|Bắt đầu")).first.click()
        page.wait_for_load_state()
    axe_finds_nothing(page)
    _read_to_the_end(page)
    page.goto("/hoc/huong-dan-nguoi-dan/bai-kiem-tra")
    axe_finds_nothing(page)
    page.get_by_role("button", name=re.compile("Bắt đầu làm|Làm bài|Làm tiếp|Làm lại")).first.click()
    page.wait_for_load_state()
    axe_finds_nothing(page)
    _answer_everything(page)
    page.goto(re.sub(r"/\d+$", "/nop", page.url)) if "/nop" not in page.url else None
    page.get_by_role("button", name=re.compile("Nộp bài")).first.click()
    page.wait_for_load_state()
    expect(page.locator("main")).to_contain_text(re.compile("điểm|Đạt|Chưa đạt"))
    axe_finds_nothing(page)


@pytest.mark.once
def test_reading_and_answering_work_without_javascript(served, sign_in):
    page = sign_in("Người học", width=360, java_script_enabled=False)
    page.goto("/hoc/do-thi-thong-minh")
    begin = page.get_by_role("button", name=re.compile("Bắt đầu"))
    if begin.count():
        begin.first.click()
        page.wait_for_load_state()
    if page.get_by_role("button", name=re.compile("Học xong")).count() == 0:
        page.get_by_role("link", name=re.compile("Học tiếp|Vào bài|Bắt đầu")).first.click()
    before = page.url
    page.get_by_role("button", name=re.compile("Học xong")).first.click()
    page.wait_for_load_state()
    assert page.url != before


@pytest.mark.once
def test_a_trainer_uploads_the_course_that_was_downloaded_and_nothing_changes(served, sign_in, tmp_path):
    page = sign_in("Giảng viên")
    page.goto("/soan-khoa-hoc/ai-co-trach-nhiem")
    axe_finds_nothing(page)
    with page.expect_download() as waiting:
        page.get_by_role("link", name=re.compile("Tải về|Tải gói|Tải xuống")).first.click()
    package = tmp_path / "khoa-hoc.zip"
    waiting.value.save_as(package)
    page.goto("/soan-khoa-hoc/tai-len")
    axe_finds_nothing(page)
    page.locator("input[type=file]").set_input_files(package)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_load_state()
    expect(page.locator("main")).to_contain_text(re.compile("không có gì thay đổi|giống|không thay đổi", re.IGNORECASE))


@pytest.mark.once
def test_a_trainer_is_told_why_a_bad_zip_is_refused(served, sign_in, tmp_path):
    page = sign_in("Giảng viên")
    bad = tmp_path / "khoa-hoc.zip"
    bad.write_bytes(b"not a zip at all")
    page.goto("/soan-khoa-hoc/tai-len")
    page.locator("input[type=file]").set_input_files(bad)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_load_state()
    expect(page.get_by_role("alert")).to_contain_text("không phải tệp .zip")
    axe_finds_nothing(page)


def test_hr_of_the_city_sees_what_a_roster_would_change_before_it_does(served, sign_in):
    page = sign_in("Nhân sự Thành phố")
    page.goto("/nhan-su/nhap-danh-sach")
    axe_finds_nothing(page)
    page.locator("input[type=file]").set_input_files(SAMPLES / "06_thi_xa_son_tay.csv")
    unit = page.locator("main select").first
    label = next(text for text in unit.locator("option").all_inner_texts() if "Sơn Tây" in text and "Thị xã" in text)
    unit.select_option(label=label)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_load_state()
    expect(page.locator("main")).to_contain_text("112")
    axe_finds_nothing(page)
    for box in page.locator("#ap-dung input[type=checkbox]").all():
        box.check()
    page.get_by_role("button", name=re.compile("Áp dụng")).click()
    page.wait_for_load_state()
    expect(page.locator("main")).to_contain_text("Đã áp dụng")
    axe_finds_nothing(page)


@pytest.mark.once
def test_hr_of_a_district_sees_its_own_people_and_no_others(served, sign_in):
    page = sign_in("Nhân sự Ba Đình")
    page.goto("/bao-cao")
    axe_finds_nothing(page)
    page.goto("/nhan-su")
    axe_finds_nothing(page)
    assert "Sóc Sơn" not in page.locator("main table").inner_text()


def test_two_offices_agree_on_a_transfer_and_each_sees_what_to_do_next(served, sign_in):
    sender = sign_in("Nhân sự Ba Đình", width=360)
    sender.goto("/nhan-su?loai=cong_chuc")
    sender.locator("main table a.who").filter(has_not_text="Lê Thị Bích Ngọc").first.click()
    name = sender.get_by_role("heading", level=1).inner_text()
    axe_finds_nothing(sender)
    sender.get_by_role("link", name="Điều động…").click()
    axe_finds_nothing(sender)
    sender.get_by_role("link", name=re.compile("Chuyển công tác")).click()
    axe_finds_nothing(sender)
    sender.get_by_label("Đơn vị tiếp nhận").fill("phuong cua nam")
    sender.get_by_label("Từ ngày").fill("01/09/2026")
    sender.get_by_role("button", name="Xem trước").click()
    expect(sender.locator("main")).to_contain_text("Đề nghị sẽ được gửi tới")
    expect(sender.locator("main")).to_contain_text("được tính lại")
    axe_finds_nothing(sender)
    sender.get_by_label("Lời nhắn cho đơn vị tiếp nhận").fill("Đã trao đổi với đồng chí Chủ tịch phường.")
    sender.get_by_role("button", name="Gửi đề nghị").click()
    expect(sender.locator("main")).to_contain_text("Đã gửi đề nghị.")
    axe_finds_nothing(sender)

    receiver = sign_in("Nhân sự Thành phố")
    receiver.get_by_role("link", name="Xem và trả lời").click()
    axe_finds_nothing(receiver)
    receiver.get_by_role("link", name=name).click()
    expect(receiver.locator("main")).to_contain_text("Đã trao đổi với đồng chí Chủ tịch phường.")
    axe_finds_nothing(receiver)
    receiver.get_by_role("button", name="Xem thay đổi rồi tiếp nhận").click()
    expect(receiver.locator("main")).to_contain_text("tính vào số liệu của Phường Cửa Nam")
    axe_finds_nothing(receiver)
    receiver.get_by_role("button", name="Tiếp nhận", exact=True).click()
    expect(receiver.locator("main")).to_contain_text(f"Đã tiếp nhận {name} về Phường Cửa Nam.")
    axe_finds_nothing(receiver)

    sender.goto("/nhan-su/de-nghi?muc=xong")
    expect(sender.locator("main")).to_contain_text("Đã tiếp nhận")
    axe_finds_nothing(sender)


def test_a_leader_reads_the_report_and_every_figure_leads_to_people(served, sign_in):
    page = sign_in("Lãnh đạo")
    page.goto("/bao-cao")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    axe_finds_nothing(page)
    figure = page.locator(".lms-figs .fig a").first
    count = figure.inner_text()
    figure.click()
    page.wait_for_load_state()
    expect(page.locator("main")).to_contain_text(count)
    axe_finds_nothing(page)


@pytest.mark.once
def test_the_public_verifies_a_certificate_without_signing_in(served, sign_in, browser):
    learner = sign_in("Người học")
    learner.goto("/chung-nhan")
    axe_finds_nothing(learner)
    address = learner.get_by_role("link", name=re.compile("Trang xác minh")).first.get_attribute("href")
    assert address
    context = browser.new_context(base_url=served.url, viewport={"width": 360, "height": 700})
    page = context.new_page()
    page.goto(address)
    expect(page.locator("main")).to_contain_text("hiệu lực")
    assert "Ngày sinh" not in page.locator("main").inner_text()
    axe_finds_nothing(page)
    page.goto("/xac-minh/AAAA-BBBB-CCCC")
    expect(page.locator("main")).to_contain_text("Không tìm thấy")
    axe_finds_nothing(page)
    context.close()


@pytest.mark.once
def test_the_administrator_reads_the_log_and_grants(served, sign_in):
    page = sign_in("Quản trị")
    for path in (
        "/nhat-ky", "/phan-quyen", "/tai-khoan", "/ke-hoach", "/so-cap", "/don-vi", "/don-vi/sap-xep",
        "/bao-cao/bang-noi", "/he-thong",
    ):  # fmt: skip
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        axe_finds_nothing(page)


def test_the_worker_that_came_along_has_proven_the_figures(served, sign_in):
    page = sign_in("Quản trị")
    for _ in range(60):
        page.goto("/he-thong")
        if "Số liệu khớp hoàn toàn" in page.locator("main").inner_text():
            break
        page.wait_for_timeout(1000)
    expect(page.locator("#tien-trinh")).to_contain_text("Tốt")
    expect(page.locator("#doi-chieu")).to_contain_text("Sạch")
    page.get_by_role("link", name="Đối chiếu độc lập mọi số liệu").click()
    expect(page.locator("main")).to_contain_text("Đã xong")
    axe_finds_nothing(page)


@pytest.mark.once
def test_a_dark_room_gets_dark_pages_without_losing_contrast(served, sign_in):
    page = sign_in("Người học", color_scheme="dark")
    for path in ("/", "/khoa-hoc", "/toi"):
        page.goto(path)
        axe_finds_nothing(page)


@pytest.mark.once
def test_the_guides_show_the_city_as_their_readers_see_it(served, sign_in, browser):
    folder = Path(served.environment["LMS_INSTANCE"]) / "huong-dan"
    taken = help_pictures.take(browser, served.url, served.accounts, folder)
    assert sorted(taken) == sorted(shots())
    page = sign_in("Người học", width=360)
    page.get_by_text("Danh mục").click()
    page.get_by_role("link", name="Hướng dẫn", exact=True).first.click()
    axe_finds_nothing(page)
    page.get_by_label("Tìm trong hướng dẫn").fill("quen mat khau")
    page.get_by_role("button", name="Tìm").click()
    axe_finds_nothing(page)
    page.get_by_role("link", name="Đăng nhập và hồ sơ của tôi").click()
    picture = page.locator(".lms-reading img").first
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 0
    axe_finds_nothing(page)
    page.emulate_media(color_scheme="dark")
    axe_finds_nothing(page)


def test_the_accounts_can_be_read_again(served):
    printed = served.flask("demo", "accounts")
    for login, password in served.accounts.values():
        assert login in printed
        assert password in printed


def test_hr_of_a_district_keeps_its_people_right_and_signs_off_how_many_there_are(served, sign_in):
    page = sign_in("Nhân sự Ba Đình")
    page.goto("/nhan-su")
    page.get_by_label("Tìm người").fill("le thi bich ngoc")
    page.get_by_role("button", name="Tìm", exact=True).click()
    page.get_by_role("link", name="Lê Thị Bích Ngọc").click()
    page.get_by_role("link", name=re.compile("Sửa chức danh")).first.click()
    axe_finds_nothing(page)
    page.get_by_label("Thay đổi từ ngày").fill("01/09/2026")
    page.get_by_label("Chức vụ, chức danh").fill("Phó Trưởng phòng")
    page.get_by_role("button", name="Xem trước").click()
    page.get_by_role("button", name="Ghi thay đổi").click()
    expect(page.locator("main")).to_contain_text("Phó Trưởng phòng")
    page.goto("/nhan-su")
    for box in page.get_by_role("checkbox", name=re.compile("Chọn .")).all()[1:3]:
        box.check()
    page.get_by_role("button", name="Sửa hàng loạt…").click()
    axe_finds_nothing(page)
    page.get_by_label("Từ ngày").fill("01/09/2026")
    page.get_by_label("Phòng, ban").fill("Tổ chuyển đổi số")
    page.get_by_role("button", name="Xem trước").click()
    page.get_by_role("button", name=re.compile("^Áp dụng")).first.click()
    page.goto("/nhan-su")
    expect(page.locator("main table")).to_contain_text("Tổ chuyển đổi số")
    page.goto("/thay-doi")
    page.get_by_role("link", name=re.compile("Sửa vị trí công tác của 2 người")).click()
    page.get_by_label("Vì sao hoàn tác").fill("Nhầm người")
    page.get_by_role("button", name=re.compile("Hoàn tác")).first.click()
    page.goto("/nhan-su")
    expect(page.locator("main table")).not_to_contain_text("Tổ chuyển đổi số")
    page.goto("/bao-cao")
    expect(page.locator("main")).to_contain_text("Quân số chưa được đơn vị xác nhận")
    page.get_by_role("link", name="Xem quân số").click()
    axe_finds_nothing(page)
    page.get_by_role("button", name="Xác nhận quân số").click()
    page.goto("/bao-cao")
    expect(page.locator("main")).to_contain_text("Quân số đã xác nhận ngày")
