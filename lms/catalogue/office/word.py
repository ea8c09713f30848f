"""A .docx as lessons: one for each heading of level 1, with headings, lists, tables, pictures, links and footnotes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from lms.catalogue.office import counting, diagrams
from lms.catalogue.office.drawing import Pictures
from lms.catalogue.office.opening import Office, inside, text_of
from lms.catalogue.office.shape import Lost, NewLesson
from lms.catalogue.office.styles import Styles
from lms.catalogue.office.writing import Run, Writer, address, clean, inline

_SUPERSCRIPT = str.maketrans("0123456789+-()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ")
_SUBSCRIPT = str.maketrans("0123456789+-()", "₀₁₂₃₄₅₆₇₈₉₊₋₍₎")
_LINK = re.compile(r'(?i)HYPERLINK\s+"([^"]+)"')
_OLD_FONT = re.compile(r"(?i)(\.vn|vni[- ])")

_LOST = {
    "c:chart": ("chart", "Biểu đồ chưa đưa vào. Hãy lưu biểu đồ thành ảnh .png rồi chèn, kèm mô tả."),
    "o:OLEObject": (
        "embedded-object",
        "Đối tượng nhúng (bảng tính, tệp khác) chưa đưa vào. Hãy chép nội dung ra ngoài.",
    ),
    "w:control": ("control", "Ô điều khiển (nút bấm, hộp chọn) chưa đưa vào."),
}


@dataclass
class WordReader:
    """Walks the body once, from the first paragraph to the last."""

    office: Office
    pictures: Pictures
    lost: list[Lost]
    lessons: list[NewLesson] = field(default_factory=list)
    title: str = ""
    """Of the document, written in the style Title."""

    def read(self, fallback: str) -> list[NewLesson]:
        """The lessons; `fallback` names one without any heading."""
        main = self.office.main
        self.relations = self.office.relations(main)
        self.styles = Styles(
            self.office.xml(self.office.related(main, "styles")),
            self.office.xml(self.office.related(main, "numbering")),
        )
        self.notes = {
            kind: self._notes(self.office.related(main, f"{kind}s"), f"w:{kind}") for kind in ("footnote", "endnote")
        }
        self.where = "Đoạn 1"
        self.paragraphs = self.tables = 0
        self.writer = Writer("")
        root = self.office.xml(main)
        body = root.find("w:body") if root is not None else None
        self._blocks(body) if body is not None else None
        self._end_lesson(fallback)
        self._lose_what_stands_beside(main)
        return self.lessons

    def lose(self, code: str, message: str, where: str = "") -> None:
        """Note what is not kept, here."""
        self.lost.append(Lost(where or self.where, code, message))

    # Blocks -----------------------------------------------------------------------------------------------------------

    def _blocks(self, parent: Element) -> None:
        for one in parent:
            if one.tag == "w:p":
                self.paragraphs += 1
                self.where = f"Đoạn {self.paragraphs}"
                self._paragraph(one)
            elif one.tag == "w:tbl":
                self.tables += 1
                self.where = f"Bảng {self.tables}"
                self._table(one)
            elif one.tag == "w:sdt":
                self._control(one)
            elif one.tag in ("w:ins", "w:moveTo", "w:customXml", "w:smartTag", "w:sdtContent"):
                self._blocks(one)
            elif one.tag == "m:oMathPara":
                self._equation(one)
            elif one.tag == "w:altChunk":
                self.lose(
                    "embedded-object", "Một tệp khác nhúng trong tài liệu chưa đưa vào. Hãy chép nội dung ra ngoài."
                )

    def _control(self, sdt: Element) -> None:
        gallery = next(inside(sdt, "w:docPartGallery"), None)
        if gallery is not None and "contents" in gallery.get("w:val", "").lower():
            self.paragraphs += sum(1 for _ in inside(sdt, "w:p"))
            self.lose("table-of-contents", "Mục lục của tài liệu được bỏ: trang khóa học tự có mục lục.")
            return
        for content in sdt.findall("w:sdtContent"):
            self._blocks(content)

    def _paragraph(self, p: Element) -> None:
        look = self.styles.look(p)
        if look.is_contents:
            self.lose("table-of-contents", "Mục lục của tài liệu được bỏ: trang khóa học tự có mục lục.", "Cả tệp")
            return
        boxes: list[str] = []
        text = inline(list(self._runs(p, boxes, plain=bool(look.level) or look.is_title)))
        label = self.styles.label(look) if text else None
        if look.is_title and text and not self.title and not self.lessons and self.writer.is_empty:
            self.title = _plain(text)
        elif look.level == 1 and text:
            self._begin_lesson(_plain(f"{label.text} {text}" if label and label.text else text))
        elif look.level and text:
            self.writer.heading(look.level, f"{label.text} {text}" if label and label.text else text)
        elif label is not None:
            if label.is_simple:
                self.writer.item(look.depth, f"{look.list_id}", label.number, text)
            else:
                self.writer.item(look.depth, f"{look.list_id}", None, f"{inline([Run(label.text)])} {text}".strip())
        elif look.is_quote:
            self.writer.quote([text])
        else:
            self.writer.add(text)
        self.writer.quote(boxes)

    def _begin_lesson(self, title: str) -> None:
        before = self.writer
        if before.title:
            self._end_lesson("")
            self.writer = Writer(title)
        else:  # what stands before the first heading opens the first lesson
            if not before.is_empty:
                self.lose(
                    "before-first-heading",
                    f"Phần đứng trước đề mục cấp 1 đầu tiên được đặt vào đầu bài “{title[:80]}”. Hãy xem lại.",
                    "Đoạn 1",
                )
            before.title, before.level = title, 1
            before.lists = []

    def _end_lesson(self, fallback: str) -> None:
        if not self.writer.title:
            if self.writer.is_empty:
                return
            self.writer.title = self.title or fallback
            self.lose(
                "no-heading",
                "Tài liệu không có đề mục cấp 1 (kiểu Heading 1) nên thành một bài. "
                "Muốn chia bài, hãy đặt kiểu Heading 1 cho tên từng bài.",
                "Cả tệp",
            )
        self.lessons.append(self.writer.lesson())

    def _table(self, table: Element) -> None:
        rows = list(_rows(table))
        where = self.where
        if any(next(inside(row, "w:gridSpan", "w:vMerge"), None) is not None for row in rows):
            self.lose("merged-cells", "Bảng có ô gộp: mỗi ô gộp được tách thành các ô thường. Hãy xem lại bảng.")
        boxes: list[str] = []
        if len(rows) == 1 and len(cells := list(_cells(rows[0]))) == 1:
            self.writer.quote([*self._cell_blocks(cells[0], boxes), *boxes])
            return
        grid = []
        for number, row in enumerate(rows, 1):
            self.where = f"{where}, dòng {number}"
            line: list[str] = []
            for cell in _cells(row):
                properties = cell.find("w:tcPr")
                merge = properties.find("w:vMerge") if properties is not None else None
                span = properties.find("w:gridSpan") if properties is not None else None
                follows = merge is not None and merge.get("w:val", "continue") == "continue"
                line.append("" if follows else "; ".join(self._cell_blocks(cell, boxes)))
                line += [""] * (min(counting.whole(span.get("w:val") if span is not None else None, 1), 60) - 1)
            grid.append(line)
        self.writer.table(grid)
        self.writer.quote(boxes)

    def _cell_blocks(self, cell: Element, boxes: list[str]) -> list[str]:
        found = []
        for one in cell:
            if one.tag == "w:p":
                look = self.styles.look(one)
                text = inline(list(self._runs(one, boxes)))
                label = self.styles.label(look) if text else None
                if label is not None and label.text:
                    text = f"{label.text} {text}"
                found.append(text)
            elif one.tag == "w:tbl":
                self.lose(
                    "nested-table", "Bảng nằm trong ô của bảng khác: chỉ giữ được chữ. Hãy tách thành bảng riêng."
                )
                found += [text for row in _rows(one) for each in _cells(row) for text in self._cell_blocks(each, boxes)]
            elif one.tag in ("w:sdt", "w:sdtContent", "w:ins"):
                found += self._cell_blocks(one, boxes)
        return [text for text in found if text]

    # Inside a paragraph -----------------------------------------------------------------------------------------------

    def _runs(self, parent: Element, boxes: list[str], href: str = "", plain: bool = False) -> Iterator[Run]:
        """The runs of a paragraph; text boxes go into `boxes`."""
        fields: list[str] = []
        for one in parent:
            if one.tag == "w:r":
                instruction = text_of(one, "w:instrText")
                mark = one.find("w:fldChar")
                state = mark.get("w:fldCharType") if mark is not None else ""
                if state == "begin":
                    fields.append("")
                if instruction and fields:
                    fields[-1] += instruction
                if state == "end" and fields:
                    fields.pop()
                link = href or next((self._link(said[1]) for f in fields if (said := _LINK.search(f))), "")
                yield from self._run(one, boxes, link, plain)
            elif one.tag == "w:hyperlink":
                yield from self._runs(one, boxes, self._outside(one.get("r:id", "")), plain)
            elif one.tag == "w:fldSimple":
                said = _LINK.search(one.get("w:instr", ""))
                yield from self._runs(one, boxes, self._link(said[1]) if said else href, plain)
            elif one.tag in (
                "w:ins",
                "w:moveTo",
                "w:smartTag",
                "w:customXml",
                "w:sdt",
                "w:sdtContent",
                "w:dir",
                "w:bdo",
            ):
                yield from self._runs(one, boxes, href, plain)
            elif one.tag in ("m:oMath", "m:oMathPara"):
                self._equation(one)
            elif one.tag == "mc:AlternateContent":
                yield from self._drawn(one, boxes)

    def _outside(self, relation: str) -> str:
        found = self.relations.get(relation)
        return self._link(found.target) if found is not None and found.is_outside else ""

    def _link(self, target: str) -> str:
        href = address(target)
        if not href:
            self.lose(
                "link", f"Liên kết “{clean(target)[:60]}” được bỏ, chỉ giữ chữ: chỉ nhận địa chỉ https, http và mailto."
            )
        return href

    def _run(self, run: Element, boxes: list[str], href: str, plain: bool) -> Iterator[Run]:
        properties = run.find("w:rPr")
        look = _dress(properties)
        if look["vanish"]:
            if text_of(run, "w:t").strip():
                self.lose("hidden-text", "Chữ ẩn được bỏ.")
            return
        if _OLD_FONT.match(look["font"]) and text_of(run, "w:t").strip():
            self.lose(
                "old-font",
                f"Chữ dùng phông cũ “{look['font'][:30]}” (TCVN3, VNI) nên hiện sai dấu. Hãy chuyển sang Unicode.",
            )
        bold, italic = bool(look["bold"]) and not plain, bool(look["italic"]) and not plain
        for one in run:
            if one.tag == "w:t":
                text = one.text or ""
                if look["raised"]:
                    table = _SUPERSCRIPT if look["raised"] == "superscript" else _SUBSCRIPT
                    text = text.translate(table) if all(ord(sign) in table for sign in text) else text
                yield Run(text, bold, italic, href)
            elif one.tag in ("w:tab", "w:ptab"):
                yield Run(" ", bold, italic, href)
            elif one.tag in ("w:br", "w:cr"):
                yield Run("\n" if one.get("w:type", "textWrapping") == "textWrapping" else " ", bold, italic, href)
            elif one.tag == "w:noBreakHyphen":
                yield Run("-", bold, italic, href)
            elif one.tag == "w:sym":
                self.lose("symbol", "Ký hiệu của phông Symbol, Wingdings được bỏ. Hãy gõ lại bằng ký tự thường.")
            elif one.tag in ("w:footnoteReference", "w:endnoteReference"):
                yield from self._note(one)
            elif one.tag in ("w:drawing", "w:pict", "w:object", "mc:AlternateContent"):
                yield from self._drawn(one, boxes)

    def _note(self, mark: Element) -> Iterator[Run]:
        kind = mark.tag.removeprefix("w:").removesuffix("Reference")
        text = self.notes[kind].get(mark.get("w:id", ""))
        if text:
            yield Run(self.writer.footnote(text))
        else:
            self.lose("footnote", "Chú thích ở đây không có nội dung nên được bỏ.")

    def _notes(self, path: str, tag: str) -> dict[str, str]:
        """Footnotes by id, each as inline Markdown."""
        root = self.office.xml(path) if path else None
        if root is None:
            return {}
        outer, self.relations = self.relations, self.office.relations(path)
        self.where = "Chú thích"
        found = {}
        for note in root:
            if note.tag == tag and note.get("w:type", "normal") == "normal":
                lines = [inline(list(self._runs(p, []))) for p in inside(note, "w:p")]
                found[note.get("w:id", "")] = " ".join(" ".join(filter(None, lines)).replace("\\\n", " ").split())
        self.relations = outer
        return found

    # Drawings ---------------------------------------------------------------------------------------------------------

    def _drawn(self, drawing: Element, boxes: list[str]) -> Iterator[Run]:
        """Pictures stay in the line; text boxes, diagrams move behind the paragraph; the rest is named."""
        if drawing.tag == "mc:AlternateContent":
            chosen = drawing.find("mc:Choice")
            chosen = chosen if chosen is not None else drawing.find("mc:Fallback")
            for one in chosen if chosen is not None else ():
                if one.tag == "w:r":
                    yield from self._run(one, boxes, "", plain=False)
                else:
                    yield from self._drawn(one, boxes)
            return
        for tag, (code, message) in _LOST.items():
            if next(inside(drawing, tag), None) is not None:
                self.lose(code, message)
                return
        diagram = next(inside(drawing, "dgm:relIds"), None)
        if diagram is not None:
            part = self.relations.get(diagram.get("r:dm", ""))
            boxes += diagrams.points(self.office, part.target if part else "")
            self.lose("smartart", "SmartArt chỉ giữ được chữ, thành danh sách sau đoạn này. Hãy thêm hình nếu cần.")
            return
        has_text = False
        for box in inside(drawing, "w:txbxContent"):
            kept = [text for p in inside(box, "w:p") if (text := inline(list(self._runs(p, []))))]
            boxes += kept
            has_text = has_text or bool(kept)
        if has_text:
            self.lose("text-box", "Chữ trong hộp văn bản được chuyển xuống ngay sau đoạn này. Hãy xem lại chỗ đặt.")
        pictures = [*inside(drawing, "a:blip"), *inside(drawing, "v:imagedata")]
        told = next(inside(drawing, "wp:docPr"), None)
        if told is None:
            told = next(inside(drawing, "v:shape"), None)
        alt = (told.get("descr") or told.get("alt") or told.get("title") or "") if told is not None else ""
        if pictures and any(one.get("val") in ("1", "true") for one in inside(drawing, "adec:decorative")):
            self.lose("decorative", "Hình đánh dấu là trang trí được bỏ.")
            return
        for one in pictures:
            part = self.relations.get(one.get("r:embed") or one.get("r:id") or "")
            if part is None or part.is_outside:
                self.lose("picture", "Hình liên kết ra ngoài tệp nên chưa đưa vào. Hãy chèn thẳng hình vào tài liệu.")
            elif code := self.pictures.markdown(part.target, alt, self.where):
                yield Run("", code=code)
        if not pictures and not has_text:
            self.lose("shape", "Hình vẽ bằng công cụ Shapes chưa đưa vào. Hãy chụp thành ảnh .png rồi chèn, kèm mô tả.")

    def _equation(self, equation: Element) -> None:
        said = clean(text_of(equation, "m:t"))[:60]
        self.lose("equation", f"Công thức “{said}” chưa đưa vào. Hãy gõ lại thành chữ hoặc chèn thành ảnh có mô tả.")

    def _lose_what_stands_beside(self, main: str) -> None:
        kinds = {one.kind: one.target for one in self.relations.values()}
        for kind in ("header", "footer"):
            root = self.office.xml(kinds.get(kind, ""))
            if root is not None and text_of(root, "w:t").strip():
                self.lose("header-footer", "Đầu trang, chân trang được bỏ.", "Cả tệp")
                break
        comments = self.office.xml(kinds.get("comments", ""))
        if comments is not None and text_of(comments, "w:t").strip():
            self.lose("comments", "Nhận xét (Comments) bên lề được bỏ.", "Cả tệp")
        root = self.office.xml(main)
        if root is not None and next(inside(root, "w:del", "w:moveFrom"), None) is not None:
            self.lose(
                "tracked-changes", "Phần đã xóa theo dõi (Track Changes) được bỏ; phần thêm vào được giữ.", "Cả tệp"
            )


def _plain(text: str) -> str:
    """A heading as a title: no breaks, no escapes."""
    return " ".join(re.sub(r"\\([^\w\s])", r"\1", text.replace("\\\n", " ")).split())


def _rows(table: Element) -> Iterator[Element]:
    for one in table:
        if one.tag == "w:tr":
            yield one
        elif one.tag in ("w:sdt", "w:sdtContent", "w:ins", "w:customXml"):
            yield from _rows(one)


def _cells(row: Element) -> Iterator[Element]:
    for one in row:
        if one.tag == "w:tc":
            yield one
        elif one.tag in ("w:sdt", "w:sdtContent", "w:customXml"):
            yield from _cells(one)


def _dress(properties: Element | None) -> dict[str, str]:
    """Bold, italic, hidden ("" is no), raised (superscript, subscript) and the font of a run."""
    found = {"bold": "", "italic": "", "vanish": "", "raised": "", "font": ""}
    names = {"w:b": "bold", "w:i": "italic", "w:vanish": "vanish"}
    for one in properties if properties is not None else ():
        value = one.get("w:val", "")
        if one.tag in names and value not in ("0", "false", "off"):
            found[names[one.tag]] = "yes"
        elif one.tag == "w:vertAlign" and value in ("superscript", "subscript"):
            found["raised"] = value
        elif one.tag == "w:rFonts":
            found["font"] = one.get("w:ascii", "")
    return found
