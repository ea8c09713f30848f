"""The pages of certificates, and the command that verifies."""

import io
import json

import pytest
from openpyxl import load_workbook

from lms.catalogue.models import Course
from lms.certificates import register, service
from lms.certificates.models import Certificate
from lms.certificates.rules import Ground
from lms.learning.models import Completion
from lms.platform import clock
from lms.platform.db import db
from lms.platform.events import SYSTEM
from lms.platform.rates import limiter
from tests.certificates.made import an_certificate, make_certificate, make_course, make_department
from tests.conftest import TODAY
from tests.factories import make_person


def withdrawn(cast) -> Certificate:
    certificate = an_certificate(cast)
    service.revoke(certificate, ground=Ground.FRAUD, reason="Nhờ người làm bài", by=SYSTEM, today=TODAY)
    return certificate


def corrected(cast) -> tuple[Certificate, Certificate]:
    old = an_certificate(cast)
    cast.person("an").full_name = "Đặng Thị Ánh"
    db.session.flush()
    return old, service.reissue(old, reason="Sai tên", by=SYSTEM, today=TODAY)


# One's own


def test_a_learner_sees_only_her_own_certificates(cast, browse):
    certificate = an_certificate(cast)
    shown = browse.as_(cast.an).with_budget(8).get("certificates.mine")
    assert certificate.full_number in shown.text
    assert certificate.full_number not in browse.as_(cast.chi).get("certificates.mine").text


def test_a_learner_without_certificates_reads_how_to_get_one(cast, browse):
    shown = browse.as_(cast.an).get("certificates.mine")
    assert "Chưa có giấy chứng nhận nào" in shown.text
    assert "Chọn khóa học" in shown.links()


def test_a_result_leads_to_its_certificate(cast, browse):
    certificate = an_certificate(cast)
    led = browse.as_(cast.an).get("certificates.of_completion", 302, completion_id=certificate.completion_id)
    assert led.location == f"/chung-nhan#gcn-{certificate.id}"
    browse.as_(cast.chi).get("certificates.of_completion", 404, completion_id=certificate.completion_id)


def test_the_paper_has_a_file_name_without_anything_personal(cast, browse):
    certificate = an_certificate(cast)
    sent = browse.as_(cast.an).with_budget(8).get("certificates.pdf", certificate_id=certificate.id)
    assert sent.response.mimetype == "application/pdf"
    assert sent.response.get_data().startswith(b"%PDF-1.7")
    assert sent.response.headers["Content-Disposition"] == ("inline; filename=giay-chung-nhan-00001-2026-gcn-skhcn.pdf")


def test_a_withdrawn_paper_is_not_printed_and_the_page_says_why(cast, browse):
    certificate = withdrawn(cast)
    shown = browse.as_(cast.an).get("certificates.pdf", 410, certificate_id=certificate.id)
    assert "Giấy đã bị thu hồi nên không in được nữa" in shown.text


def test_a_corrected_paper_leads_to_the_one_in_use(cast, browse):
    old, new = corrected(cast)
    shown = browse.as_(cast.an).get("certificates.pdf", 410, certificate_id=old.id)
    assert shown.links()["Tải giấy đang dùng (PDF)"] == f"/chung-nhan/{new.id}.pdf"


def test_a_renewed_paper_can_still_be_printed(cast, browse):
    old = an_certificate(cast)
    make_certificate(person=cast.person("an"), course=course_of(old))
    assert old.replaced_by_id is not None
    browse.as_(cast.an).get("certificates.pdf", certificate_id=old.id)


def course_of(certificate: Certificate) -> Course:
    return db.session.get_one(Course, certificate.course_id)


def test_words_that_do_not_fit_are_told_with_the_remedy(cast, browse):
    certificate = an_certificate(cast, department="Phòng " + "rất dài " * 19)
    shown = browse.as_(cast.an).get("certificates.pdf", 422, certificate_id=certificate.id)
    assert "dài hơn 160 ký tự" in shown.text


# The public check


def test_anyone_reads_name_course_days_and_status_and_nothing_else(cast, browse):
    certificate = an_certificate(cast)
    shown = browse.as_(None).with_budget(2).get("certificates.verify", code=certificate.code)
    for words in ("còn hiệu lực", "Đặng Thị An", "Kỹ năng số cơ bản", "02/11/2026", "24/11/2026"):
        assert words in shown.text
    for words in ("Hoa Sen", "09/03/1992", "9,25", "001092"):
        assert words not in shown.text
    assert "không xác nhận chữ ký" in shown.text


def test_a_number_typed_without_zeros_is_found_and_does_not_give_the_code_away(cast, browse):
    certificate = an_certificate(cast)
    shown = browse.as_(None).get("/xac-minh?so=1/2026/gcn-skhcn")
    assert "Đặng Thị An" in shown.text
    assert certificate.code not in shown.response.get_data(as_text=True)


def test_a_code_typed_in_small_letters_has_an_address_of_its_own(cast, browse):
    certificate = an_certificate(cast)
    typed = certificate.code.lower().replace("-", " ")
    led = browse.as_(None).get(f"/xac-minh?so={typed}", 302)
    assert led.location == f"/xac-minh/{certificate.code}"


def test_a_withdrawn_certificate_is_found_and_says_since_when(cast, browse):
    certificate = withdrawn(cast)
    shown = browse.as_(None).get("certificates.verify", code=certificate.code)
    assert "Giấy đã bị thu hồi, không còn giá trị" in shown.text
    assert "Thu hồi ngày 24/11/2026" in shown.text
    assert "Nhờ người làm bài" not in shown.text


def test_a_replaced_certificate_names_the_number_in_use(cast, browse):
    old, new = corrected(cast)
    shown = browse.as_(None).get("certificates.verify", code=old.code)
    assert "đã được thay" in shown.text
    assert shown.links()[new.full_number] == f"/xac-minh/{new.code}"
    by_number = browse.as_(None).get(f"/xac-minh?so={old.full_number}")
    assert new.full_number in by_number.text
    assert new.code not in by_number.response.get_data(as_text=True)


@pytest.mark.parametrize("asked", ["7KQ2-9M4T-H3XW", "00099/2026/GCN-SKHCN", "khong phai so", "<script>"])
def test_what_is_not_in_the_register_is_told_so_with_404(browse, session, asked):
    shown = (
        browse.as_(None).get("/xac-minh/" + asked.replace("/", "%2F"), 404)
        if "/" not in asked
        else (browse.as_(None).get(f"/xac-minh?so={asked}", 404))
    )
    assert "Không tìm thấy" in shown.text


def test_the_check_is_slowed_down_by_address_but_not_the_empty_form(browse, session):
    limiter.enabled = True
    try:
        limiter.reset()
        visitor = browse.as_(None)
        for _ in range(30):
            visitor.get("/xac-minh?so=00099/2026/GCN", 404)
        shown = visitor.get("/xac-minh/7KQ2-9M4T-H3XW", 429)
        assert "quá nhanh" in shown.text
        visitor.get("certificates.verify_form")
    finally:
        limiter.reset()
        limiter.enabled = False


# The register


def test_a_manager_finds_a_holder_without_marks_and_by_number(cast, browse):
    certificate = an_certificate(cast)
    binh = browse.as_(cast.binh)
    for asked in ("dang an", "ĐẶNG THỊ", "1", "1/2026/gcn-skhcn"):
        shown = binh.get("certificates.register", tim=asked)
        assert [row[1] for row in shown.table()] == [certificate.full_number], asked
    assert "Không có giấy nào khớp bộ lọc" in binh.get("certificates.register", tim="khong ai").text


def test_a_manager_elsewhere_finds_nothing(cast, browse):
    an_certificate(cast)
    shown = browse.as_(cast.chi).get("certificates.register", tim="dang an")
    assert not shown.soup.select("tbody tr")


def test_the_register_counts_each_status_and_narrows_to_it(cast, browse):
    old, new = corrected(cast)
    dung = browse.as_(cast.dung)
    shown = dung.get("certificates.register")
    chips = [" ".join(chip.get_text(" ").split()) for chip in shown.soup.select(".lms-chip")]
    assert chips == ["Tất cả 2", "Còn hiệu lực 1", "Đã được thay 1"]
    narrowed = dung.get("certificates.register", **{"tinh-trang": "replaced", "so-quyen": old.series_id})
    assert [row[1] for row in narrowed.table()] == [old.full_number]
    assert f"bằng số {new.full_number}" in narrowed.text


def test_a_long_register_is_paged(cast, browse):
    course = make_course(organiser=make_department(parent=cast.city))
    for _ in range(51):
        make_certificate(person=make_person(unit=cast.ward), course=course, unit=cast.ward)
    first = browse.as_(cast.dung).get("certificates.register")
    second = browse.as_(cast.dung).get("certificates.register", trang=2)
    assert (len(first.table()), len(second.table())) == (50, 1)
    assert second.table()[0][1] == "00001/2026/GCN-SKHCN"


def test_the_workbook_has_real_numbers_and_days_and_the_filter_of_the_screen(cast, browse):
    old, new = corrected(cast)
    sent = browse.as_(cast.dung).get("certificates.register_file")
    sheet = load_workbook(io.BytesIO(sent.response.get_data())).active
    rows = list(sheet.iter_rows(values_only=True))
    head = next(number for number, row in enumerate(rows) if row[0] == register.COLUMNS[0].heading)
    assert [row[:2] for row in rows[head + 1 :]] == [(1, old.full_number), (2, new.full_number)]
    first = dict(zip(rows[head], rows[head + 1], strict=True))
    assert first["Ngày cấp"].date() == TODAY
    assert (first["Số tiết"], first["Kết quả (điểm/10)"]) == (8, 9.25)
    assert first["Ghi chú"] == f"Đã được thay bằng số {new.full_number} (Sai tên)"
    narrowed = browse.as_(cast.dung).get("certificates.register_file", **{"tinh-trang": "valid"})
    sheet = load_workbook(io.BytesIO(narrowed.response.get_data())).active
    assert [row[1] for row in sheet.iter_rows(min_row=head + 2, values_only=True)] == [new.full_number]


def test_a_certificate_whose_result_was_voided_asks_to_be_withdrawn(cast, browse):
    certificate = an_certificate(cast)
    assert (
        "Hãy xem xét thu hồi" not in browse.as_(cast.giang).get("certificates.show", certificate_id=certificate.id).text
    )
    db.session.get_one(Completion, certificate.completion_id).voided_at = clock.now()
    assert "Hãy xem xét thu hồi" in browse.as_(cast.giang).get("certificates.show", certificate_id=certificate.id).text


def test_an_administrator_withdraws_on_one_of_five_grounds(cast, browse, audited):
    certificate = an_certificate(cast)
    giang = browse.as_(cast.giang)
    asked = giang.get("certificates.revoke", certificate_id=certificate.id)
    assert len(asked.soup.select("input[type=radio]")) == 5
    wrong = giang.post("certificates.revoke", 422, data={"reason": ""}, certificate_id=certificate.id)
    assert len(wrong.errors) == 2
    done = giang.post(
        "certificates.revoke", data={"ground": "gian_lan", "reason": "Nhờ người làm bài"}, certificate_id=certificate.id
    )
    shown = giang.follow(done)
    assert "Đã thu hồi giấy chứng nhận số 00001/2026/GCN-SKHCN" in shown.text
    assert "Gian lận" in shown.text
    assert audited()[-1] == "certificates:certificate:revoked"
    again = giang.post(
        "certificates.revoke", 422, data={"ground": "gian_lan", "reason": "Lần nữa"}, certificate_id=certificate.id
    )
    assert "đã bị thu hồi trước đó" in again.text


def test_an_administrator_replaces_a_faulty_paper_after_the_records_were_put_right(cast, browse):
    certificate = an_certificate(cast)
    giang = browse.as_(cast.giang)
    assert "trùng với nội dung giấy đã cấp" in giang.get("certificates.reissue", certificate_id=certificate.id).text
    refused = giang.post("certificates.reissue", 422, data={"reason": "Sai tên"}, certificate_id=certificate.id)
    assert "không cần số mới" in refused.text
    cast.person("an").full_name = "Đặng Thị Ánh"
    asked = giang.get("certificates.reissue", certificate_id=certificate.id)
    assert asked.table() == [["Họ và tên", "Đặng Thị An", "Đặng Thị Ánh"]]
    done = giang.post("certificates.reissue", data={"reason": "Sai tên"}, certificate_id=certificate.id)
    shown = giang.follow(done)
    assert shown.heading == "Giấy chứng nhận số 00002/2026/GCN-SKHCN"
    assert "00001/2026/GCN-SKHCN" in shown.text


# The command


def test_the_command_tells_a_certificate_as_json(cast, app):
    certificate = an_certificate(cast)
    for asked in ("1/2026/GCN-SKHCN", certificate.code):
        ran = app.test_cli_runner().invoke(args=["certificates", "verify", asked, "--json"])
        assert ran.exit_code == 0, ran.output
        assert json.loads(ran.stdout) == {
            "number": "00001/2026/GCN-SKHCN", "code": certificate.code, "status": "valid", "name": "Đặng Thị An",
            "course": "Kỹ năng số cơ bản", "issued_on": "2026-11-24", "hours": 8,
            "issuer": "Sở Khoa học và Công nghệ thành phố Hà Nội", "revoked_on": None, "replaced_by": None,
        }  # fmt: skip


def test_the_command_tells_an_unknown_number_and_a_withdrawn_one(cast, app):
    ran = app.test_cli_runner().invoke(args=["certificates", "verify", "00099/2026/GCN", "--json"])
    assert ran.exit_code == 1
    assert json.loads(ran.stdout) == {"number": "00099/2026/GCN", "status": "unknown"}
    certificate = withdrawn(cast)
    ran = app.test_cli_runner().invoke(args=["certificates", "verify", certificate.full_number, "--json"])
    assert ran.exit_code == 0
    assert (json.loads(ran.stdout)["status"], json.loads(ran.stdout)["revoked_on"]) == ("revoked", "2026-11-24")
