"""A .pptx becomes one lesson with a section for each slide."""

import io

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from lms.catalogue import office
from lms.catalogue.office import Imported
from tests.catalogue.documents import a_presentation, codes


def read(presentation) -> Imported:
    target = io.BytesIO()
    presentation.save(target)
    return office.read(target.getvalue(), "bai-giang.pptx")


def test_each_slide_is_a_section_with_its_text_notes_tables_and_pictures():
    found = office.read(a_presentation(), "bai-giang.pptx")
    (lesson,) = found.lessons
    assert (lesson.title, lesson.pictures, lesson.tables) == ("An toàn thông tin", 1, 1)
    assert lesson.text == (
        "## An toàn thông tin\n\nSở Khoa học và Công nghệ\n\n"
        "## Ba việc\n\n- Khóa màn hình\n- Đổi mật khẩu\n\n"
        "![Ổ khóa màu xanh](../media/bai-giang-01.png)\n\n"
        "> **Ghi chú.** Kể chuyện máy quên khóa.\n\n"
        "## Trang 3\n\n| Việc | Ai |\n|---|---|\n| Khóa máy | Mọi người |\n"
    )
    assert codes(found) == [("Trang 3", "no-title")]


def test_charts_hidden_slides_and_films_are_named_with_their_slide():
    shown = Presentation()
    slide = shown.slides.add_slide(shown.slide_layouts[5])
    slide.shapes.title.text = "Số liệu"
    data = CategoryChartData()
    data.categories = ["2024", "2025"]
    data.add_series("Hồ sơ", (1, 2))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(4), Inches(3), data)
    slide.shapes.add_movie(io.BytesIO(b"film"), 0, 0, Inches(1), Inches(1))
    hidden = shown.slides.add_slide(shown.slide_layouts[5])
    hidden.shapes.title.text = "Đáp án"
    hidden._element.set("show", "0")
    found = read(shown)
    assert {("Trang 1", "chart"), ("Trang 1", "video"), ("Trang 2", "hidden-slide")} <= set(codes(found))
    assert "Đáp án" not in found.lessons[0].text


def test_numbers_levels_and_groups_are_kept():
    shown = Presentation()
    slide = shown.slides.add_slide(shown.slide_layouts[1])
    slide.shapes.title.text = "Quy trình"
    body = slide.placeholders[1].text_frame
    body.text = "Nhận"
    inner = body.add_paragraph()
    inner.text, inner.level = "Kiểm tra giấy tờ", 1
    group = slide.shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, 10, 10).text_frame.text = "Trong nhóm"
    assert read(shown).lessons[0].text == ("## Quy trình\n\n- Nhận\n  - Kiểm tra giấy tờ\n\nTrong nhóm\n")


def test_a_presentation_without_any_title_is_named_after_its_file():
    shown = Presentation()
    shown.slides.add_slide(shown.slide_layouts[6]).shapes.add_textbox(0, 0, 10, 10).text_frame.text = "Chữ"
    assert read(shown).lessons[0].title == "bai-giang"
