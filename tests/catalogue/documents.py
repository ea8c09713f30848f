"""Office documents for tests: written by independent libraries, or part by part where these cannot."""

import io
import zipfile
from collections.abc import Mapping

from docx import Document
from docx.shared import Inches
from PIL import Image
from pptx import Presentation

from lms.catalogue import office
from lms.catalogue.office import Imported

WORD_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)
HEADING_STYLES = """
<w:style w:type="paragraph" w:styleId="u1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="DM2"><w:name w:val="Đề mục 2"/></w:style>
<w:style w:type="paragraph" w:styleId="Chuong"><w:name w:val="Chương"/>
<w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Con"><w:name w:val="Tên bài"/><w:basedOn w:val="Chuong"/></w:style>
"""


def image(colour: str = "red", kind: str = "PNG", size: tuple[int, int] = (60, 40)) -> bytes:
    """A picture."""
    target = io.BytesIO()
    Image.new("RGB", size, colour).save(target, kind)
    return target.getvalue()


def zipped(parts: Mapping[str, bytes | str]) -> bytes:
    """Parts as a zip."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in parts.items():
            archive.writestr(path, content)
    return target.getvalue()


def parts_of(document: bytes) -> dict[str, bytes]:
    """A document as its parts."""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed(document: bytes, **parts: bytes | str) -> bytes:
    """A document with parts replaced or added; "__" in a name stands for "/"."""
    return zipped({**parts_of(document), **{name.replace("__", "/"): content for name, content in parts.items()}})


def word(body: str, *, relations: str = "", **parts: bytes | str) -> bytes:
    """A .docx with this body, written by hand; more parts as in `changed`."""
    overrides = f'<Override PartName="/word/document.xml" ContentType="{WORD_MAIN}"/>'
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    own = "".join(
        f'<Relationship Id="own-{name}" Type="{kind}/{name}" Target="{name}.xml"/>'
        for name in ("styles", "numbering", "footnotes", "comments")
        if f"word__{name}.xml" in parts or f"word__{name}" in parts
    )
    named = {name.replace("__", "/"): content for name, content in parts.items()}
    return zipped(
        {
            "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            f"{overrides}</Types>",
            "word/document.xml": f"<w:document {SPACES}><w:body>{body}</w:body></w:document>",
            "word/_rels/document.xml.rels": "<Relationships "
            f'xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{own}{relations}</Relationships>',
            **{(name if "." in name else f"{name}.xml"): content for name, content in named.items()},
        }
    )


def p(text: str, style: str = "", inside: str = "", properties: str = "") -> str:
    """A paragraph."""
    styled = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f'<w:p><w:pPr>{styled}{properties}</w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r>{inside}</w:p>'


def styles(inside: str = HEADING_STYLES) -> str:
    """styles.xml."""
    return f"<w:styles {SPACES}>{inside}</w:styles>"


def a_word_document() -> bytes:
    """Two lessons with most of what people write, by python-docx."""
    document = Document()
    document.add_heading("Tài liệu bồi dưỡng", 0)
    document.add_heading("Mật khẩu mạnh", 1)
    line = document.add_paragraph("Chữ ")
    line.add_run("đậm").bold = True
    line.add_run(" và ")
    line.add_run("nghiêng").italic = True
    document.add_heading("Cách đặt", 2)
    for text in ("Dài", "Khó đoán"):
        document.add_paragraph(text, style="List Bullet")
    document.add_paragraph("Từ mười hai ký tự", style="List Bullet 2")
    for text in ("Nghĩ", "Ghi nhớ"):
        document.add_paragraph(text, style="List Number")
    table = document.add_table(2, 2)
    for place, text in enumerate(("Việc", "Số ngày", "Đổi", "90")):
        table.cell(place // 2, place % 2).text = text
    document.add_picture(io.BytesIO(image()), width=Inches(1))
    document.add_heading("Thư lừa đảo", 1)
    document.add_paragraph("Đừng bấm vội.")
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def a_presentation() -> bytes:
    """Three slides, by python-pptx: title, bullets with notes and picture, a table without title."""
    shown = Presentation()
    slide = shown.slides.add_slide(shown.slide_layouts[0])
    slide.shapes.title.text = "An toàn thông tin"
    slide.placeholders[1].text = "Sở Khoa học và Công nghệ"
    slide = shown.slides.add_slide(shown.slide_layouts[1])
    slide.shapes.title.text = "Ba việc"
    slide.placeholders[1].text = "Khóa màn hình\nĐổi mật khẩu"
    slide.notes_slide.notes_text_frame.text = "Kể chuyện máy quên khóa."
    picture = slide.shapes.add_picture(io.BytesIO(image("blue")), 0, 0)
    picture._element.nvPicPr.cNvPr.set("descr", "Ổ khóa màu xanh")
    slide = shown.slides.add_slide(shown.slide_layouts[6])
    table = slide.shapes.add_table(2, 2, 0, 0, 100, 100).table
    for place, text in enumerate(("Việc", "Ai", "Khóa máy", "Mọi người")):
        table.cell(place // 2, place % 2).text = text
    target = io.BytesIO()
    shown.save(target)
    return target.getvalue()


def read_word(document: bytes) -> Imported:
    """Read a .docx."""
    return office.read(document, "tai-lieu.docx")


def codes(imported: Imported) -> list[tuple[str, str]]:
    """Where and what was lost."""
    return [(lost.where, lost.code) for lost in imported.lost]
