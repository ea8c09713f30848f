"""Packages: what is read, what is refused, with which sentence and on which line."""

import random
import re
import struct
import zlib
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.catalogue.package import digest_of, pack, read, unpack
from tests.catalogue.packages import COURSE, LESSON, QUESTIONS, SVG, files, problems, zipped

COURSES = Path(__file__).parents[2] / "courses"
BUNDLED = sorted(path.parent.name for path in COURSES.glob("*/course.yaml"))


def png(width: int = 10, height: int = 20) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + bytes(width) for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_there_are_seven_bundled_courses():
    assert len(BUNDLED) == 7


@pytest.mark.parametrize("slug", BUNDLED)
def test_every_bundled_course_passes(slug):
    folder = COURSES / slug
    content = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    reading = read(content, folder=slug)
    assert not reading.problems
    assert reading.package is not None
    assert len(reading.package.questions) >= 25
    assert all("<h1" not in lesson.html and "<h2" in lesson.html for lesson in reading.package.lessons)


def test_a_sound_package_becomes_a_course():
    package = read(files()).package
    assert package is not None
    assert (package.slug, str(package.hours), package.minutes, package.quiz.draw) == ("khoa-thu", "1.5", 25, 2)
    assert package.sources[0].number == "239/KH-UBND"
    assert [question.kind for question in package.questions] == [
        "single", "true_false", "multiple", "matching", "ordering", "numeric",
    ]  # fmt: skip
    assert package.questions[0].body == {
        "options": [
            {"text": "Đọc kỹ", "correct": True},
            {"text": "Ký ngay", "correct": False},
            {"text": "Để đó", "correct": False},
        ]
    }
    assert package.questions[0].lesson_key == "01-mo-dau"
    assert package.questions[5].body == {"answer": "40", "tolerance": "0.5", "unit": "%"}


def test_a_lesson_becomes_html_that_begins_at_h2_and_does_not_shift():
    package = read(files()).package
    assert package is not None
    html = package.lessons[0].html
    sha = package.pictures[0].sha256
    assert '<h2 id="muc-muc-tieu-bai-hoc">Mục tiêu bài học</h2>' in html
    assert f'src="/khoa-hoc/tep/{sha}/so-do.svg"' in html
    assert 'width="720" height="300"' in html
    assert 'loading="lazy"' in html
    assert '<figure class="lms-picture">' in html
    assert 'tabindex="0" role="region" aria-label="Bảng 1: Việc, Số ngày"' in html
    assert '<td class="num">1</td>' in html
    assert '<blockquote class="lms-case">' in html
    assert "style=" not in html


def test_headings_that_begin_at_one_are_shifted_and_ids_never_repeat():
    package = read(files(second="# Một\n\n## Hai\n\n# Một\n")).package
    assert package is not None
    assert package.lessons[1].html.count("<h2") == 2
    assert 'id="muc-mot"' in package.lessons[1].html
    assert 'id="muc-mot-2"' in package.lessons[1].html
    assert '<h3 id="muc-hai">' in package.lessons[1].html


def test_decomposed_letters_are_composed():
    decomposed = COURSE.replace("Khóa học thử", "Kho\u0301a ho\u0323c thu\u031b\u0309")
    package = read(files(course=decomposed)).package
    assert package is not None
    assert package.title == "Khóa học thử về hồ sơ số"


def test_words_that_yaml_takes_for_yes_or_a_number_stay_words():
    changed = QUESTIONS.replace('{text: "Ký ngay"}', "{text: No}").replace('{text: "Để đó"}', "{text: 40}")
    package = read(files(questions=changed)).package
    assert package is not None
    assert [option["text"] for option in package.questions[0].body["options"]] == ["Đọc kỹ", "No", "40"]


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "place", "said"),
    [
        ("hours: 1.5", "hours: nhiều", "hours", "phải là một số"),
        ("hours: 1.5", "hours: 900", "hours", "từ 0.5 đến 200"),
        ("level: CB", "level: XX", "level", "Dùng một trong: CB, TC, NC, CS"),
        ("content_group: KHCN", "content_group: KH", "content_group", "các nhóm nội dung"),
        ("organiser: tp-ha-noi", "organiser: Sở KHCN", "organiser", "mã đơn vị"),
        ("slug: khoa-thu", "slug: Khóa thử", "slug", "chữ thường không dấu"),
        ('["1.1", "4.2"]', '["1.1", "4.2", "9.9"]', "skills", "khung năng lực số"),
        ("title: Khóa học thử về hồ sơ số", "title: " + "dài " * 40, "title", "tối đa 100"),
        ("title: Khóa học thử về hồ sơ số", "title:", "title", "thiếu “title”"),
        ("level: CB", "level: CB\nmau: đỏ", "mau", "không có khóa “mau”"),
        ("level: CB", "level: CB\nlevel: TC", "level: TC", "viết hai lần"),
        ("  draw: 2", "  draw: 12", "draw", "ngân hàng chỉ có 6"),
        ("  draw: 2", "  draw: 0", "draw", "số nguyên từ 1"),
        ("01-mo-dau.md, title", "09-khac.md, title", "09-khac", "Không có tệp lessons/09-khac.md"),
        ('minutes: 15, skills: ["4.2"]', 'minutes: 15, skills: ["2.1"]', "02-kiem", "năng lực 2.1 chưa có"),
        ("date: 2023-09-27", "date: hôm qua", "Kế hoạch", "phải là ngày"),
        ("summary: Học xong", "summary: Học: xong", "summary", "dấu nháy kép"),
        ("goals:\n  - Kiểm tra được một hồ sơ", "goals: Kiểm tra", "goals", "phải là danh sách"),
        ("level: CB", "level: &a CB", "level", "tham chiếu YAML"),
    ],
)
def test_faults_of_course_yaml_are_told_with_their_line(old, new, place, said):
    assert old in COURSE
    changed = COURSE.replace(old, new)
    found = problems(files(course=changed))
    expected = f"course.yaml:{line_of(changed, place)}: "
    assert any(one.startswith(expected) and said.lower() in one.lower() for one in found), found


@pytest.mark.parametrize(
    ("old", "new", "place", "said"),
    [
        (', correct: true}\n      - {text: "Ký ngay"}', '}\n      - {text: "Ký ngay"}', "options", "đang có 0"),
        ('{text: "Ký ngay"}', '{text: "Ký ngay", correct: true}', "options", "đang có 2"),
        ('{text: "Ký ngay"}', '{text: "Đọc kỹ"}', "options", "hai mục giống nhau"),
        ('{text: "Giấy ủy quyền", correct: true}', '{text: "Giấy ủy quyền"}', "Đơn", "cần ít nhất 2 phương án đúng"),
        ('{text: "Ảnh phong cảnh"}', '{text: "Ảnh phong cảnh", correct: true}', "Đơn", "1 phương án sai"),
        ("kind: single", "kind: essay", "kind: essay", "các kiểu câu hỏi"),
        ('skill: "1.1"\n    lesson', 'skill: "7.1"\n    lesson', '"7.1"', "khung năng lực số"),
        ("lesson: 01-mo-dau.md", "lesson: 05-la.md", "05-la", "các bài của course.yaml"),
        ("code: q04", "code: q03", "code", "hai mục giống nhau: “q03”"),
        ('right: "Lãnh đạo"', 'right: "Một cửa"', "q04", "hai mục giống nhau: “Một cửa”"),
        ('extra: ["Bảo vệ"]', 'extra: ["Văn thư"]', "q04", "hai mục giống nhau: “Văn thư”"),
        ('items: ["Nhận", "Xử lý", "Trả"]', 'items: ["Nhận", "Trả"]', "items", "có 2 mục"),
        ("answer: 40", "answer: bốn mươi", "bốn mươi", "phải là một số"),
        ("tolerance: 0.5", "tolerance: -1", "tolerance", "không nhỏ hơn 0"),
        ("answer: true", "answer: có lẽ", "q02", "true hoặc false"),
        ('    explanation: "Đọc trước khi ký."\n', "", "code: q01", "thiếu “explanation”"),
        ("    unit:", "    units:", "units", "không có khóa “units”"),
    ],
)
def test_faults_of_questions_are_told_with_their_line(old, new, place, said):
    assert old in QUESTIONS
    changed = QUESTIONS.replace(old, new, 1)
    found = problems(files(questions=changed))
    assert any(one.startswith("questions.yaml:") and said.lower() in one.lower() for one in found), found
    if "giống nhau" not in said and place != "options":
        assert any(one.startswith(f"questions.yaml:{line_of(changed, place)}: ") for one in found), found


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ("Chữ <b>đậm</b>.", "không dùng thẻ HTML"),
        ("<script>alert(1)</script>", "không dùng thẻ HTML"),
        ("<!-- ghi chú -->", "không dùng thẻ HTML"),
        ("[bấm](javascript:alert(1))", "bị từ chối"),
        ("[bấm](data:text/html,x)", "bị từ chối"),
        ("[bấm](JaVaScRiPt:alert(1))", "bị từ chối"),
        ("[mục](#muc)", "trong cùng bài"),
        ("![](../media/so-do.svg)", "Hình chưa có mô tả"),
        ("![Sơ đồ](../media/khac.svg)", "Không có hình media/khac.svg"),
        ("![Sơ đồ](https://example.com/a.png)", "phải nằm trong thư mục media"),
        ("#### Quá sâu", "Đề mục nhảy"),
    ],
)
def test_faults_of_a_lesson_are_told_with_their_line(added, said):
    text = f"{LESSON}\nMột dòng\nhai dòng.\n\n{added}\n"
    found = problems(files(lesson=text))
    expected = f"lessons/01-mo-dau.md:{line_of(text, added)}: "
    assert [one for one in found if one.startswith(expected) and said in one], found


def test_html_inside_a_paragraph_is_told_with_its_own_line_not_that_of_the_paragraph():
    text = "Dòng một\ndòng hai\ndòng ba <i>nghiêng</i>\n"
    assert problems(files(second=text))[0].startswith("lessons/02-kiem-tra.md:3: ")


def svg(inside: str = "", attributes: str = "") -> str:
    return SVG.replace('role="img"', f'role="img" {attributes}').replace("</svg>", f"{inside}\n</svg>")


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("<script>alert(1)</script>", "chứa mã lệnh"),
        ('<x:script xmlns:x="http://www.w3.org/2000/svg">1</x:script>', "chứa mã lệnh"),
        ("<foreignObject><p>x</p></foreignObject>", "nhúng trang web"),
        ('<image href="https://example.com/a.png"/>', "nhúng ảnh khác"),
        ('<rect onclick="alert(1)" width="1" height="1"/>', "mã chạy khi có sự kiện"),
        ('<use href="https://example.com/a.svg#b"/>', "href trỏ ra ngoài"),
        ('<use xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="a.svg#b"/>', "href trỏ ra ngoài"),
        ('<rect style="fill: url(https://example.com/x)" width="1" height="1"/>', "url(…)"),
        ('<rect fill="url(//example.com/x#a)" width="1" height="1"/>', "url(…)"),
        ("<style>@import 'x.css';</style>", "@import"),
        (r'<rect style="fill: u\72l(x)" width="1" height="1"/>', "url(…)"),
        ('<set attributeName="href" to="x"/>', "hoạt cảnh"),
        ("<rect width=1/>", "sai cú pháp XML"),
        ("<?xml-stylesheet href='x'?>", "chỉ thị"),
    ],
)
def test_svg_that_could_do_something_is_refused_with_the_reason_and_the_line(inside, said):
    found = problems(files(picture=svg(inside)))
    assert all(one.startswith("media/so-do.svg:4: ") for one in found)
    assert any(said in one for one in found), found


def test_svg_with_entities_is_refused():
    bomb = '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n' + SVG.replace("Sơ đồ", "&a;")
    assert "thực thể" in problems(files(picture=bomb))[0]


def test_svg_may_refer_to_itself():
    inside = '<defs><linearGradient id="g"/></defs><rect fill="url(#g)" width="1" height="1"/><use href="#g"/>'
    assert problems(files(picture=svg(inside))) == []


def test_svg_without_any_size_is_refused():
    assert (
        "thiếu kích thước"
        in problems(files(picture=SVG.replace('viewBox="0 0 720 300" width="720" height="300"', "")))[0]
    )


def test_a_picture_must_be_what_its_name_says():
    wrong = {**files(), "media/anh.png": SVG.encode()}
    assert problems(wrong) == ["media/anh.png: Tên tệp ghi .png nhưng nội dung là SVG. Hãy xuất lại ảnh đúng loại."]
    assert "không phải ảnh" in problems({**files(), "media/anh.jpg": b"MZ\x90"})[0]
    assert "bị hỏng" in problems({**files(), "media/anh.png": png()[:30]})[0]


def test_a_png_is_measured():
    package = read({**files(), "media/anh.png": png(12, 34)}).package
    assert package is not None
    assert (package.pictures[0].width, package.pictures[0].height) == (12, 34)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("media/phim.mp4", "không thuộc gói khóa học"),
        ("chay.exe", "không thuộc gói khóa học"),
        ("lessons/Bài một.md", "chữ thường không dấu"),
        ("media/Ảnh.png", "chữ thường không dấu"),
        ("lessons/sau/them.md", "chữ thường không dấu"),
        ("lessons/03-quen.md", "chưa được liệt kê"),
    ],
)
def test_files_that_do_not_belong_are_named(path, said):
    assert any(said in one for one in problems({**files(), path: b"x"}))


def test_large_files_are_refused():
    assert any("tối đa 200 KB" in one for one in problems(files(second="a " * 110_000)))
    assert any("tối đa 2048 KB" in one for one in problems({**files(), "media/to.png": png() + bytes(2_200_000)}))
    many = {f"media/h{n}.svg": SVG.encode() for n in range(61)}
    assert any("tối đa 60" in one for one in problems({**files(), **many}))


def test_text_that_is_not_utf_8_is_told_with_its_line():
    assert problems(files(second="một\nhai\n".encode() + b"\xff\xfe"))[0].startswith("lessons/02-kiem-tra.md:3: ")


def test_hidden_control_characters_are_refused():
    assert "U+202E" in problems(files(second="đảo \u202e ngược"))[0]


@pytest.mark.parametrize("content", ["", "- a\n- b\n", "chỉ là chữ", "a: [1, 2", 'a: "b', "a:\n\t- b", "[" * 5000])
def test_yaml_that_is_no_course_is_refused_with_a_sentence(content):
    found = problems(files(course=content))
    assert found
    assert all(one.startswith("course.yaml") for one in found)


def test_a_package_without_its_files_says_which():
    assert "thiếu tệp course.yaml" in problems(files(course=None))[0]
    assert any("thiếu tệp questions.yaml" in one for one in problems(files(questions=None)))


def test_the_folder_must_bear_the_name_of_the_course():
    reading = read(files(), folder="ten-khac")
    assert "khác tên thư mục" in reading.problems[0].message


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_whatever_is_written_in_a_lesson_never_becomes_a_script(text):
    reading = read(files(second=text))
    if reading.package is not None:
        soup = BeautifulSoup(reading.package.lessons[1].html, "html.parser")
        assert not soup.select("script, style, iframe, object, form, input")
        for tag in soup.find_all(True):
            assert not [name for name in tag.attrs if name.startswith("on") or name == "style"]
        assert all(re.match("(https?|mailto):", str(a["href"])) for a in soup.select("a[href]"))


NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
CONTENT = st.dictionaries(
    st.one_of(NAMES.map("lessons/{}.md".format), NAMES.map("media/{}.png".format)), st.binary(max_size=200), max_size=8
)


@given(CONTENT, st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_the_digest_knows_content_not_order_or_time_or_the_folder_around_it(content, chance: random.Random):
    package = {"course.yaml": b"slug: a", **content}
    shuffled = list(package.items())
    chance.shuffle(shuffled)
    assert digest_of(unpack(pack(package, "khoa"))) == digest_of(package)
    assert digest_of(unpack(zipped(dict(shuffled)))) == digest_of(package)
    assert pack(dict(shuffled), "khoa") == pack(package, "khoa")


@given(CONTENT, CONTENT)
@settings(max_examples=80, deadline=None)
def test_different_packages_have_different_digests(one, other):
    assert (digest_of(one) == digest_of(other)) == (one == other)


def test_what_the_operating_system_adds_is_left_out():
    litter = {"khoa/.DS_Store": b"x", "__MACOSX/khoa/._course.yaml": b"x"}
    archive = zipped({**{f"khoa/{path}": content for path, content in files().items()}, **litter})
    assert unpack(archive) == files()
