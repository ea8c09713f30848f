"""A .docx becomes lessons: what is kept, and what is named with its place."""

import io
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pil

from lms.catalogue import office
from lms.catalogue.office.writing import Run, Writer, inline
from lms.catalogue.package import parsed
from tests.catalogue.documents import a_word_document, codes, image, p, read_word, styles, word

PICTURE = (
    '<w:r><w:drawing><wp:inline><wp:docPr id="1" name="Picture 1" {alt}/>'
    '<a:graphic><a:graphicData><a:blip r:embed="{id}"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>'
)
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MEDIA = f'<Relationship Id="anh" Type="{KIND}/image" Target="media/anh.png"/>'


def text_of(document: bytes) -> str:
    (lesson,) = read_word(document).lessons
    return lesson.text


def test_each_heading_of_level_one_is_a_lesson_with_all_that_stands_below_it():
    found = read_word(a_word_document())
    assert [(one.title, one.pictures, one.tables) for one in found.lessons] == [
        ("Mật khẩu mạnh", 1, 1),
        ("Thư lừa đảo", 0, 0),
    ]
    assert found.lessons[0].text == (
        "Chữ **đậm** và *nghiêng*\n\n"
        "## Cách đặt\n\n"
        "- Dài\n- Khó đoán\n  - Từ mười hai ký tự\n\n"
        "1. Nghĩ\n2. Ghi nhớ\n\n"
        "| Việc | Số ngày |\n|---|---|\n| Đổi | 90 |\n\n"
        "![](../media/tai-lieu-01.png)\n"
    )
    assert found.lessons[0].words == 22
    assert found.lessons[1].words == 3
    assert codes(found) == [("Đoạn 10", "missing-alt")]


@pytest.mark.parametrize("style", ["u1", "Chuong", "Con"])
def test_heading_styles_are_known_by_name_outline_level_and_what_they_are_based_on(style):
    found = read_word(word(p("Bài một", style) + p("Nội dung."), word__styles=styles()))
    assert [one.title for one in found.lessons] == ["Bài một"]


def test_vietnamese_names_of_heading_styles_are_known_whatever_their_normal_form():
    nfd = unicodedata.normalize("NFD", styles())
    found = read_word(word(p("Bài", "u1") + p("Mục", "DM2") + p("Chữ."), word__styles=nfd))
    assert found.lessons[0].text == "## Mục\n\nChữ.\n"


def test_a_level_that_the_document_skips_is_closed_up():
    deep = '<w:outlineLvl w:val="4"/>'
    found = read_word(word(p("Bài", "u1") + p("Sâu", properties=deep) + p("Chữ."), word__styles=styles()))
    assert found.lessons[0].text.startswith("## Sâu")


def test_a_document_without_headings_is_one_lesson_named_after_the_file():
    found = office.read(word(p("Chỉ có chữ.")), "Bai_so 1.docx")
    assert [one.title for one in found.lessons] == ["Bai so 1"]
    assert codes(found) == [("Cả tệp", "no-heading")]


def test_letters_and_articles_that_word_counts_stay_readable():
    numbering = (
        '<w:numbering {s}><w:abstractNum w:abstractNumId="0">'
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="Điều %1."/></w:lvl>'
        '<w:lvl w:ilvl="1"><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%2)"/></w:lvl>'
        '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    ).format(s='xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"')

    def item(text: str, depth: int) -> str:
        return p(text, properties=f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="1"/></w:numPr>')

    body = item("Phạm vi", 0) + item("cơ quan", 1) + item("cá nhân", 1) + item("Đối tượng", 0) + item("mọi người", 1)
    assert text_of(word(body, word__numbering=numbering)) == (
        "- Điều 1. Phạm vi\n  - a) cơ quan\n  - b) cá nhân\n- Điều 2. Đối tượng\n  - a) mọi người\n"
    )


def test_the_alternative_text_comes_from_the_file_and_the_picture_is_kept_once():
    alt = 'descr="Sơ đồ [ba] bước"'
    body = p("Xem", inside=PICTURE.format(alt=alt, id="anh")) + p("", inside=PICTURE.format(alt=alt, id="anh"))
    found = read_word(word(body, relations=MEDIA, **{"word__media__anh.png": image()}))
    assert found.lessons[0].text == (
        "Xem![Sơ đồ \\[ba\\] bước](../media/tai-lieu-01.png)\n\n![Sơ đồ \\[ba\\] bước](../media/tai-lieu-01.png)\n"
    )
    assert list(found.pictures) == ["tai-lieu-01.png"]
    assert codes(found) == [("Cả tệp", "no-heading")]


@pytest.mark.parametrize("alt", ["image1.png", "Picture 3", "Hình 2", "IMG_2034.JPG", "  "])
def test_a_file_name_is_no_alternative_text(alt):
    body = p("Xem", inside=PICTURE.format(alt=f'descr="{alt}"', id="anh"))
    found = read_word(word(body, relations=MEDIA, **{"word__media__anh.png": image()}))
    assert ("Đoạn 1", "missing-alt") in codes(found)


def test_pictures_are_drawn_anew_small_enough_and_without_hidden_data():
    target = io.BytesIO()
    exif = Pil.Exif()
    exif[0x010E] = "21.0285,105.8542 nhà riêng"
    Pil.new("RGB", (4000, 1000), "green").save(target, "JPEG", exif=exif)
    body = p("Xem", inside=PICTURE.format(alt='descr="Ảnh xanh"', id="anh"))
    found = read_word(word(body, relations=MEDIA, **{"word__media__anh.png": target.getvalue() + b"<script>"}))
    (drawn,) = found.pictures.values()
    assert drawn.name.endswith(".jpg")
    assert Pil.open(io.BytesIO(drawn.content)).size == (1600, 400)
    assert b"nh\xc3\xa0 ri" not in drawn.content
    assert b"<script>" not in drawn.content


def test_links_keep_their_address_if_lessons_may_have_it():
    link = f'<Relationship Id="{{id}}" Type="{KIND}/hyperlink" Target="{{to}}" TargetMode="External"/>'
    relations = link.format(id="a", to="https://hanoi.gov.vn/a b") + link.format(id="b", to="javascript:alert(1)")
    inside = "".join(f'<w:hyperlink r:id="{i}"><w:r><w:t>chỗ {i}</w:t></w:r></w:hyperlink>' for i in "ab")
    found = read_word(word(p("Xem ", inside=inside), relations=relations))
    assert found.lessons[0].text == "Xem [chỗ a](<https://hanoi.gov.vn/a%20b>)chỗ b\n"
    assert ("Đoạn 1", "link") in codes(found)


def test_footnotes_stand_at_the_end_of_their_lesson():
    notes = (
        '<w:footnotes {s}><w:footnote w:type="separator" w:id="-1"><w:p/></w:footnote>'
        '<w:footnote w:id="2"><w:p><w:r><w:t>Luật số 91/2025/QH15.</w:t></w:r></w:p></w:footnote></w:footnotes>'
    ).format(s='xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"')
    body = p("Bài", "u1") + p("Theo luật", inside='<w:r><w:footnoteReference w:id="2"/></w:r>') + p("Hết", "u1")
    found = read_word(word(body, word__styles=styles(), word__footnotes=notes))
    assert found.lessons[0].text == "Theo luật\\[1\\]\n\n## Chú thích\n\n1. Luật số 91/2025/QH15.\n"
    assert found.lessons[1].text == ""
    assert ("Bài “Hết”", "empty-lesson") in codes(found)


LOST = {
    "chart": "<w:r><w:drawing><c:chart/></w:drawing></w:r>",
    "smartart": '<w:r><w:drawing><dgm:relIds r:dm="x"/></w:drawing></w:r>',
    "equation": "<m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath>",
    "embedded-object": "<w:r><w:object><o:OLEObject/></w:object></w:r>",
    "shape": "<w:r><w:drawing><wps:wsp/></w:drawing></w:r>",
    "symbol": '<w:r><w:sym w:font="Wingdings" w:char="F04A"/></w:r>',
    "hidden-text": "<w:r><w:rPr><w:vanish/></w:rPr><w:t>ẩn</w:t></w:r>",
    "old-font": '<w:r><w:rPr><w:rFonts w:ascii=".VnTime"/></w:rPr><w:t>Hµ Néi</w:t></w:r>',
    "tracked-changes": "<w:del><w:r><w:delText>bỏ</w:delText></w:r></w:del>",
    "picture": '<w:r><w:drawing><a:blip r:embed="khong"/></w:drawing></w:r>',
}


@pytest.mark.parametrize("code", LOST)
def test_what_is_not_kept_is_named_with_its_place(code):
    found = read_word(word(p("Đầu.") + p("Chữ.", inside=LOST[code])))
    where = "Cả tệp" if code == "tracked-changes" else "Đoạn 2"
    assert (where, code) in codes(found)
    assert "Chữ." in found.lessons[0].text
    assert "ẩn" not in found.lessons[0].text


def test_a_text_box_moves_behind_its_paragraph_and_is_named():
    box = (
        "<w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:wsp><wps:txbx><w:txbxContent>"
        "<w:p><w:r><w:t>Lưu ý riêng</w:t></w:r></w:p></w:txbxContent></wps:txbx></wps:wsp></w:drawing></mc:Choice>"
        "<mc:Fallback><w:pict><w:p><w:r><w:t>hai lần</w:t></w:r></w:p></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )
    found = read_word(word(p("Chữ.", inside=box)))
    assert found.lessons[0].text == "Chữ.\n\n> Lưu ý riêng\n"
    assert ("Đoạn 1", "text-box") in codes(found)


def test_merged_cells_are_taken_apart_and_named():
    def cell(text: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"

    span, begins, goes_on = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    table = (
        f"<w:tbl><w:tr>{cell('Cả hai', span)}</w:tr><w:tr>{cell('a | b')}{cell('c', begins)}</w:tr>"
        f"<w:tr>{cell('d')}{cell('c', goes_on)}</w:tr></w:tbl>"
    )
    found = read_word(word(table))
    assert found.lessons[0].text == "| Cả hai |  |\n|---|---|\n| a \\| b | c |\n| d |  |\n"
    assert ("Bảng 1", "merged-cells") in codes(found)


def test_a_box_of_one_cell_is_set_apart_not_a_table():
    assert text_of(word(f"<w:tbl><w:tr><w:tc>{p('Ghi nhớ')}</w:tc></w:tr></w:tbl>")) == "> Ghi nhớ\n"


# Markdown says what was written ---------------------------------------------------------------------------------------

PIECES = [*"ab ĐữZ19.,:;!?()[]{}<>#*_`~^|\\/-+=&$@%'\"“”\n\t\u200b", "&amp;", "1. ", "- ", "chữ", "---", "<b>", "    "]
WORDS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map("".join)
RUNS = st.lists(st.builds(Run, WORDS, st.booleans(), st.booleans()), min_size=1, max_size=5)


def shown(markdown: str) -> str:
    tokens = parsed(markdown)
    assert not [token for token in tokens if token.type in ("html_block", "fence", "code_block", "hr", "heading_open")]
    found = []
    for token in tokens:
        for child in token.children or ():
            assert child.type != "html_inline"
            found.append("\n" if child.type.endswith("break") else child.content)
        found.append("\n" if token.type == "inline" else "")
    return " ".join("".join(found).split())


@settings(max_examples=200, deadline=None)
@given(RUNS)
def test_a_paragraph_shows_exactly_the_words_that_were_written(runs):
    said = " ".join("".join(run.text for run in runs).replace("\u200b", "").split())
    assert shown(inline(runs)) == said


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("ab"), st.booleans(), RUNS), min_size=1, max_size=6))
def test_a_list_loses_no_word(items):
    writer = Writer("Bài")
    for number, (depth, kind, is_numbered, runs) in enumerate(items, 1):
        writer.item(depth, kind, number if is_numbered else None, inline(runs))
    said = " ".join(
        " ".join("".join(run.text for run in runs) for _, _, _, runs in items).replace("\u200b", "").split()
    )
    assert shown(writer.lesson().text) == said


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(RUNS, min_size=2, max_size=3), min_size=1, max_size=4))
def test_a_table_loses_no_word(rows):
    writer = Writer("Bài")
    writer.table([[inline(cell) for cell in row] for row in rows])
    lesson = writer.lesson()
    cells = [cell for row in rows for cell in row]
    assert lesson.tables == 1
    assert shown(lesson.text) == " ".join(
        " ".join("".join(run.text for run in cell) for cell in cells).replace("\u200b", "").split()
    )
