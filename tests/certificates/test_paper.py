"""The paper: size, fonts, words, code; short and very long contents."""

import io
import subprocess
import unicodedata
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from flask import Flask

from lms.certificates import paper, queries
from lms.certificates.rules import NotPrinted
from lms.organisation.models import Person
from tests.certificates.made import make_certificate, make_course, make_department
from tests.factories import make_person

LETTERS = "ÀẢÃÁẠĂẰẲẴẮẶÂẦẨẪẤẬĐÈẺẼÉẸÊỀỂỄẾỆÌỈĨÍỊÒỎÕÓỌÔỒỔỖỐỘƠỜỞỠỚỢÙỦŨÚỤƯỪỬỮỨỰỲỶỸÝỴ"
LONG_NAME = "Công Tằng Tôn Nữ Nguyễn Trương Hoàng Phương Thảo Quỳnh Hương"
LONG_DEPARTMENT = "Tổ Hướng dẫn, hỗ trợ tổ chức, cá nhân thực hiện thủ tục hành chính trên môi trường điện tử"
LONG_COURSE = (
    "Bồi dưỡng kiến thức, kỹ năng số, bảo vệ dữ liệu cá nhân và ứng dụng trí tuệ nhân tạo có trách nhiệm trong tiếp "
    "nhận, giải quyết thủ tục hành chính cho công chức, viên chức cấp xã năm 2026 (đợt 3)"
)


def row_of(person: Person, cast, **values) -> queries.Row:
    """A certificate with these words on it."""
    title = values.pop("title", "Kỹ năng số cơ bản")
    course = make_course(organiser=make_department(parent=cast.city), title=title)
    make_certificate(person=person, course=course, unit=cast.ward, **values)
    return queries.certificates_of(person.id)[0]


def text_of(written: bytes, folder: Path, *how: str) -> str:
    """What a reader extracts, white space folded."""
    source = folder / "paper.pdf"
    source.write_bytes(written)
    found = subprocess.run(["pdftotext", *how, str(source), "-"], check=True, capture_output=True)
    return " ".join(found.stdout.decode().split())


@pytest.fixture
def written(cast) -> bytes:
    return paper.written(row_of(cast.person("an"), cast))


def test_the_paper_is_one_sheet_of_a4_across_tagged_and_in_vietnamese(written):
    with pikepdf.open(io.BytesIO(written)) as document:
        assert len(document.pages) == 1
        width, height = (float(side) for side in document.pages[0].MediaBox[2:])
        assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (297, 210)
        assert document.Root.Lang == "vi"
        assert document.Root.MarkInfo.Marked
        assert "00001/2026/GCN-SKHCN" in str(document.docinfo["/Title"])
        # Everything of the frame is an artifact: a reader hears words only.
        frame = document.pages[0].Contents[0].read_bytes()
        assert frame.startswith(b"/Artifact BMC")
        assert frame.endswith(b"EMC")


def test_only_our_font_is_used_and_it_is_embedded(written, tmp_path):
    source = tmp_path / "paper.pdf"
    source.write_bytes(written)
    listed = subprocess.run(["pdffonts", str(source)], check=True, capture_output=True, text=True).stdout
    lines = listed.splitlines()[2:]
    assert len(lines) == 3
    assert all("+Tinos" in line and line.split()[-5:-2] == ["yes", "yes", "yes"] for line in lines), listed


def test_the_words_are_read_in_order_and_composed(written, tmp_path):
    text = text_of(written, tmp_path, "-raw")
    assert text == unicodedata.normalize("NFC", text)
    order = [
        "UBND THÀNH PHỐ HÀ NỘI", "SỞ KHOA HỌC VÀ CÔNG NGHỆ", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc", "GIẤY CHỨNG NHẬN", "HOÀN THÀNH KHÓA BỒI DƯỠNG",
        "Sở Khoa học và Công nghệ thành phố Hà Nội chứng nhận Ông/Bà", "Đặng Thị An", "09/3/1992",
        "Văn phòng, Trường Tiểu học Hoa Sen", "Kỹ năng số cơ bản",
        "8 tiết, từ ngày 02/11/2026 đến ngày 24/11/2026", "Đạt 9,25/10 điểm (92,50%)",
    ]  # fmt: skip
    places = [text.find(words) for words in order]
    assert -1 not in places, dict(zip(order, places, strict=True))
    assert places == sorted(places)
    assert "Số: 00001/2026/GCN-SKHCN" in text
    assert "Hà Nội, ngày 24 tháng 11 năm 2026" in text
    assert "GIÁM ĐỐC" in text


def test_the_code_on_the_paper_leads_to_the_public_check(cast, app: Flask):
    row = row_of(cast.person("an"), cast)
    address = paper.verification_address(row.code)
    assert address == f"{app.config['LMS'].public_url}/xac-minh/{row.code}"
    assert f"Xác minh tại {address}" in paper.html(row)


def test_every_vietnamese_letter_comes_out_as_it_went_in(cast, tmp_path):
    for start in range(0, len(LETTERS), 25):
        name = LETTERS[start : start + 25]
        person = make_person(name=name, unit=cast.ward)
        written = paper.written(replace_holder(row_of(person, cast), name))
        assert name in text_of(written, tmp_path)


def replace_holder(row: queries.Row, name: str) -> queries.Row:
    return replace(row, content={**row.content, "holder": name})


def test_the_longest_words_still_fit_on_one_sheet(cast, tmp_path):
    person = make_person(name=LONG_NAME, unit=cast.ward)
    row = row_of(person, cast, title=LONG_COURSE, department=LONG_DEPARTMENT)
    assert paper.why_not(row) is None
    written = paper.written(row)
    with pikepdf.open(io.BytesIO(written)) as document:
        assert len(document.pages) == 1
    # Nothing of the text reaches the foot of the paper, where the signature will stand.
    (tmp_path / "long.pdf").write_bytes(written)
    boxes = subprocess.run(
        ["pdftotext", "-bbox", str(tmp_path / "long.pdf"), "-"], check=True, capture_output=True, text=True
    ).stdout
    below = {line.split(">")[1].split("<")[0]: line for line in boxes.splitlines() if "<word" in line}
    result = float(below["quả:"].split('yMax="')[1].split('"')[0])
    place = float(below["Nội,"].split('yMin="')[1].split('"')[0])
    assert result < place
    text = text_of(written, tmp_path, "-raw")
    assert LONG_NAME in text
    assert LONG_COURSE in text


def test_what_is_too_long_is_refused_before_anything_is_set(cast):
    row = row_of(cast.person("an"), cast)
    assert paper.why_not(replace_holder(row, "A" * 61)) is NotPrinted.NAME_TOO_LONG
