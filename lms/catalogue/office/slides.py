"""A .pptx as one lesson with a section for each slide: text, tables, pictures, speaker notes."""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from lms.catalogue.office import counting, diagrams
from lms.catalogue.office.drawing import Pictures
from lms.catalogue.office.opening import Office, inside, text_of
from lms.catalogue.office.shape import Lost, NewLesson
from lms.catalogue.office.writing import Run, Writer, address, clean, inline

MOST_SLIDES = 500
_BODY = ("body", "obj", "", "subTitle")
_BESIDE = ("dt", "ftr", "sldNum", "hdr")
_USELESS_TITLES = ("powerpoint presentation", "bản trình bày powerpoint", "slide 1", "presentation")


@dataclass
class SlideReader:
    """Walks the slides in the order in which they are shown."""

    office: Office
    pictures: Pictures
    lost: list[Lost]

    def read(self, fallback: str) -> list[NewLesson]:
        """The lesson; `fallback` names a presentation without any title."""
        paths = list(self._paths())
        self.writer = Writer("")
        self.where = "Trang 1"
        shown = 0
        for number, path in enumerate(paths[:MOST_SLIDES], 1):
            self.where = f"Trang {number}"
            root = self.office.xml(path)
            if root is None:
                self.lose("slide", "Trang này hỏng hoặc thiếu trong tệp nên chưa đưa vào.")
            elif root.get("show") in ("0", "false"):
                self.lose("hidden-slide", "Trang đang ẩn nên được bỏ. Hãy bỏ ẩn nếu cần đưa vào.")
            else:
                shown += 1
                self._slide(path, root, number)
        if len(paths) > MOST_SLIDES:
            self.lose(
                "too-many-slides", f"Bản trình chiếu có {len(paths)} trang, chỉ nhận {MOST_SLIDES} trang đầu.", "Cả tệp"
            )
        if not shown:
            return []
        self.writer.title = self._title() or self.writer.title or fallback
        return [self.writer.lesson()]

    def lose(self, code: str, message: str, where: str = "") -> None:
        """Note what is not kept, on this slide."""
        self.lost.append(Lost(where or self.where, code, message))

    def _paths(self) -> Iterator[str]:
        root = self.office.xml(self.office.main)
        relations = self.office.relations(self.office.main)
        for one in inside(root, "p:sldId") if root is not None else ():
            found = relations.get(one.get("r:id", ""))
            yield found.target if found is not None else ""

    def _title(self) -> str:
        """The title somebody gave the presentation in its properties, if it says something."""
        path = self.office.related("", "core-properties") or "docProps/core.xml"
        root = self.office.xml(path)
        title = " ".join(clean(text_of(root, "dc:title")).split()) if root is not None else ""
        return "" if self.writer.title or title.lower() in _USELESS_TITLES else title

    def _slide(self, path: str, root: Element, number: int) -> None:
        self.relations = self.office.relations(path)
        tree = next(inside(root, "p:spTree"), None)
        shapes = list(_shapes(tree)) if tree is not None else []
        titles = [one for one in shapes if _role(one) in ("title", "ctrTitle")]
        title = " ".join(" ".join(filter(None, self._lines(titles[0]))).replace("\\\n", " ").split()) if titles else ""
        if title and not self.writer.title:
            self.writer.title = _plain(title)
        self.writer.heading(2, title or f"Trang {number}")
        if not title:
            self.lose(
                "no-title", f"Trang chưa có tiêu đề nên mang tên “Trang {number}”. Hãy đặt tên nói được nội dung."
            )
        for shape in shapes:
            if shape not in titles[:1]:
                self._shape(shape)
        self._notes()
        if (
            next(inside(root, "p:timing"), None) is not None
            and next(inside(root, "p:anim", "p:animEffect"), None) is not None
        ):
            self.lose("animation", "Hiệu ứng chuyển động được bỏ; nội dung hiện cùng lúc.", "Cả tệp")

    # Shapes -----------------------------------------------------------------------------------------------------------

    def _shape(self, shape: Element) -> None:
        if _role(shape) in _BESIDE:
            return
        if shape.tag == "p:pic":
            self._picture(shape)
        elif shape.tag == "p:graphicFrame":
            self._frame(shape)
        elif shape.tag == "p:sp":
            if shape.find("p:txBody") is None or not text_of(shape, "a:t").strip():
                self._fill(shape)
            else:
                self._text(shape)
        elif shape.tag == "p:contentPart":
            self.lose("ink", "Nét vẽ tay (mực) chưa đưa vào.")

    def _fill(self, shape: Element) -> None:
        """A shape without words: only its picture, if it is filled with one, says something."""
        blip = next(inside(shape, "a:blip"), None)
        if blip is not None:
            self._embedded(blip, _told(shape))
        elif _role(shape) is None and next(inside(shape, "a:custGeom"), None) is not None:
            self.lose("shape", "Hình vẽ bằng công cụ Shapes chưa đưa vào. Hãy chụp thành ảnh .png rồi chèn, kèm mô tả.")

    def _text(self, shape: Element) -> None:
        in_body = _role(shape) in _BODY
        for p in inside(shape, "a:p"):
            text = self._paragraph(p)
            if not text:
                continue
            properties = p.find("a:pPr")
            depth = counting.whole(properties.get("lvl") if properties is not None else None, 0)
            numbered = properties.find("a:buAutoNum") if properties is not None else None
            marked = properties is not None and properties.find("a:buChar") is not None
            unmarked = properties is not None and properties.find("a:buNone") is not None
            if numbered is not None:
                self.count = getattr(self, "count", 0) + 1 if self.writer.lists else 1
                form = numbered.get("type", "arabicPeriod")
                if form.startswith("arabic"):
                    self.writer.item(depth, "numbered", self.count, text)
                else:
                    letter = counting.counted(self.count, "upperRoman" if "romanUc" in form else "lowerRoman" if (
                        "roman" in form) else "upperLetter" if "alphaUc" in form else "lowerLetter")  # fmt: skip
                    self.writer.item(depth, "lettered", None, f"{letter}) {text}")
            elif (in_body and not unmarked and _role(shape) != "subTitle") or marked:
                self.writer.item(depth, "bullets", None, text)
            else:
                self.writer.add(text)

    def _lines(self, shape: Element) -> list[str]:
        return [self._paragraph(p) for p in inside(shape, "a:p")]

    def _paragraph(self, p: Element) -> str:
        runs: list[Run] = []
        for one in p:
            if one.tag in ("a:r", "a:fld"):
                properties = one.find("a:rPr")
                bold = properties is not None and properties.get("b") in ("1", "true")
                italic = properties is not None and properties.get("i") in ("1", "true")
                link = properties.find("a:hlinkClick") if properties is not None else None
                text = (text_of(one, "a:t")).replace("\v", "\n")
                runs.append(Run(text, bold, italic, self._link(link) if link is not None else ""))
            elif one.tag == "a:br":
                runs.append(Run("\n"))
            elif next(inside(one, "m:oMath"), None) is not None:
                said = clean(text_of(one, "m:t"))[:60]
                self.lose(
                    "equation", f"Công thức “{said}” chưa đưa vào. Hãy gõ lại thành chữ hoặc chèn thành ảnh có mô tả."
                )
        return inline(runs)

    def _link(self, link: Element) -> str:
        found = self.relations.get(link.get("r:id", ""))
        if found is None or not found.is_outside:
            return ""
        href = address(found.target)
        if not href:
            self.lose(
                "link",
                f"Liên kết “{clean(found.target)[:60]}” được bỏ, chỉ giữ chữ: chỉ nhận địa chỉ https, http và mailto.",
            )
        return href

    def _picture(self, shape: Element) -> None:
        if next(inside(shape, "a:videoFile", "a:quickTimeFile"), None) is not None:
            self.lose("video", "Video chưa đưa vào. Hãy tải video lên riêng.")
            return
        if next(inside(shape, "a:audioFile", "a:wavAudioFile", "a:audioCd"), None) is not None:
            self.lose("audio", "Âm thanh chưa đưa vào. Hãy tải tệp âm thanh lên riêng.")
            return
        if any(one.get("val") in ("1", "true") for one in inside(shape, "adec:decorative")):
            self.lose("decorative", "Hình đánh dấu là trang trí được bỏ.")
            return
        blip = next(inside(shape, "a:blip"), None)
        if blip is None:
            self.lose("picture", "Hình ở đây không có trong tệp.")
        else:
            self._embedded(blip, _told(shape))

    def _embedded(self, blip: Element, alt: str) -> None:
        part = self.relations.get(blip.get("r:embed", ""))
        if part is None or part.is_outside:
            self.lose(
                "picture", "Hình liên kết ra ngoài tệp nên chưa đưa vào. Hãy chèn thẳng hình vào bản trình chiếu."
            )
        else:
            self.writer.add(self.pictures.markdown(part.target, alt, self.where))

    def _frame(self, frame: Element) -> None:
        table = next(inside(frame, "a:tbl"), None)
        if table is not None:
            self._table(table)
            return
        diagram = next(inside(frame, "dgm:relIds"), None)
        if diagram is not None:
            part = self.relations.get(diagram.get("r:dm", ""))
            for block in diagrams.points(self.office, part.target if part else ""):
                self.writer.add(block)
            self.lose("smartart", "SmartArt chỉ giữ được chữ, thành danh sách. Hãy thêm hình nếu cần.")
        elif next(inside(frame, "c:chart"), None) is not None:
            self.lose("chart", "Biểu đồ chưa đưa vào. Hãy lưu biểu đồ thành ảnh .png rồi chèn, kèm mô tả.")
        elif next(inside(frame, "p:oleObj"), None) is not None:
            self.lose(
                "embedded-object", "Đối tượng nhúng (bảng tính, tệp khác) chưa đưa vào. Hãy chép nội dung ra ngoài."
            )
        else:
            self.lose("embedded-object", "Khối nội dung đặc biệt ở đây chưa đưa vào. Hãy thay bằng hình hoặc chữ.")

    def _table(self, table: Element) -> None:
        grid = []
        merged = False
        for row in table.findall("a:tr"):
            line = []
            for cell in row.findall("a:tc"):
                merged = merged or any(cell.get(name) for name in ("gridSpan", "rowSpan", "hMerge", "vMerge"))
                line.append("; ".join(filter(None, self._lines(cell))))
            grid.append(line)
        if merged:
            self.lose("merged-cells", "Bảng có ô gộp: mỗi ô gộp được tách thành các ô thường. Hãy xem lại bảng.")
        self.writer.table(grid)

    def _notes(self) -> None:
        path = next((one.target for one in self.relations.values() if one.kind == "notesSlide"), "")
        root = self.office.xml(path) if path else None
        tree = next(inside(root, "p:spTree"), None) if root is not None else None
        if tree is None:
            return
        outer, self.relations = self.relations, self.office.relations(path)
        lines = [line for shape in _shapes(tree) if _role(shape) == "body" for line in self._lines(shape) if line]
        self.relations = outer
        if lines:
            self.writer.quote([f"**Ghi chú.** {lines[0]}", *lines[1:]])


def _shapes(tree: Element) -> Iterator[Element]:
    """The shapes of a slide, those of groups among them, in the order in which a screen reader meets them."""
    for one in tree:
        if one.tag == "p:grpSp":
            yield from _shapes(one)
        elif one.tag == "mc:AlternateContent":
            chosen = one.find("mc:Choice")
            yield from _shapes(chosen if chosen is not None else one)
        elif one.tag in ("p:sp", "p:pic", "p:graphicFrame", "p:contentPart"):
            yield one


def _role(shape: Element) -> str | None:
    """What a placeholder is for ("" is the body); None for a shape that is none."""
    place = next((one for part in shape for one in inside(part, "p:nvPr")), None)
    found = place.find("p:ph") if place is not None else None
    return found.get("type", "") if found is not None else None


def _told(shape: Element) -> str:
    told = next(inside(shape, "p:cNvPr"), None)
    return (told.get("descr") or told.get("title") or "") if told is not None else ""


def _plain(title: str) -> str:
    return "".join(sign for n, sign in enumerate(title) if sign != "\\" or title[n - 1 : n] == "\\")
