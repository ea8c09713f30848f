"""Pictures of a document, drawn anew: true size, no hidden data, a form that every browser shows."""

import base64
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from PIL import Image, ImageFile, ImageOps

from lms.catalogue.office.opening import PICTURES, Office
from lms.catalogue.office.shape import Drawn, Lost
from lms.catalogue.office.writing import clean
from lms.catalogue.package.reading import MOST_PICTURES, PICTURE_LIMIT
from lms.platform.files import digest

WIDEST, HIGHEST = 1_600, 4_000
MOST_PIXELS = 50_000_000
SMALLEST = 4
"""Points: what is smaller is a spacer or a bullet."""
LONGEST_ALT = 400
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")
_NO_DESCRIPTION = re.compile(
    r"(?i)(picture|image|img|hình ảnh|hình|ảnh|graphic|photo|screenshot|content placeholder|chỗ dành sẵn)?"
    r"[\s_\-(]*[\d_\-.() ]*(\.\w{3,4})?|\S+\.(png|jpe?g|gif|bmp|tiff?|webp|emf|wmf)"
)
_MADE_BY_MACHINE = re.compile(
    r"(?is)\s*(description automatically generated.*|mô tả được tạo tự động.*|"
    r"ai-generated content may be incorrect\.?|nội dung do ai tạo ra có thể không chính xác\.?)\s*$"
)


class Undrawable(ValueError):
    """A picture that cannot be shown; the message completes "Hình … chưa đưa vào được: "."""


def description(alt: str) -> str:
    """An alternative text as far as a person wrote it: file names and "Picture 3" say nothing."""
    alt = " ".join(clean(_MADE_BY_MACHINE.sub("", alt)).split())
    return "" if _NO_DESCRIPTION.fullmatch(alt) else alt


_DECODING = Lock()


@contextmanager
def _only_whole() -> Iterator[None]:
    """Refuse pictures that end too early: what makes our PDF files lets them pass, for the whole process."""
    with _DECODING:
        before = ImageFile.LOAD_TRUNCATED_IMAGES
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before


def redrawn(content: bytes) -> tuple[str, bytes]:
    """(ending, bytes) of a picture as JPEG or PNG of at most 2 MB; raises Undrawable."""
    try:
        with _only_whole(), Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Undrawable("ảnh quá lớn, hãy thu nhỏ trước khi chèn")
            if min(opened.size) < SMALLEST:
                raise Undrawable("ảnh quá nhỏ, không thấy gì")
            is_photo = opened.format == "JPEG"
            opened.draft("RGB", (WIDEST, HIGHEST))
            picture = ImageOps.exif_transpose(opened)
            has_holes = "A" in picture.getbands() or "transparency" in picture.info
            picture = picture.convert("RGBA" if has_holes else "RGB")
    except Undrawable:
        raise
    except Exception as error:  # a decoder that is fed hostile bytes raises whatever it likes
        raise Undrawable("ảnh hỏng hoặc thuộc loại lạ") from error
    picture.thumbnail((WIDEST, HIGHEST))
    if not is_photo:
        drawn = _saved(picture, "PNG")
        if len(drawn) <= PICTURE_LIMIT:
            return ".png", drawn
    if picture.mode == "RGBA":
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture, mask=picture.getchannel("A"))
        picture = ground
    for quality in (86, 70, 50):
        drawn = _saved(picture, "JPEG", quality)
        if len(drawn) <= PICTURE_LIMIT:
            return ".jpg", drawn
    raise Undrawable("ảnh quá nặng, hãy thu nhỏ trước khi chèn")


def _saved(picture: Image.Image, kind: str, quality: int = 86) -> bytes:
    target = io.BytesIO()
    if kind == "PNG":
        picture.save(target, kind, optimize=picture.width * picture.height < 2_000_000)
    else:
        picture.save(target, kind, quality=quality, optimize=True)
    return target.getvalue()


@dataclass
class Pictures:
    """The pictures of one document, each kept once."""

    office: Office
    prefix: str
    lost: list[Lost]
    drawn: dict[str, Drawn] = field(default_factory=dict)
    _known: dict[str, str] = field(default_factory=dict)
    """SHA-256 of what the document holds → our name, "" for what cannot be shown."""

    def markdown(self, path: str, alt: str, where: str) -> str:
        """The Markdown of a picture at that path of the document; "", with a note, if it cannot be shown."""
        content = self.office.parts.get(path)
        if content is None:
            low = path.lower()
            why = (
                "ảnh vẽ dạng EMF, WMF" if low.endswith((".emf", ".wmf", ".emz", ".wmz"))
                else "ảnh SVG không kèm bản thường" if low.endswith(".svg")
                else "không thấy ảnh trong tệp" if low.endswith(PICTURES) else "loại ảnh không dùng được trên web"
            )  # fmt: skip
            self._lose(where, why)
            return ""
        key = digest(content)
        if key not in self._known:
            self._known[key] = self._keep(content, alt, where)
        name = self._known[key]
        if not name:
            return ""
        said = description(alt)
        if len(said) > LONGEST_ALT:
            said = said[: LONGEST_ALT - 1].rsplit(" ", 1)[0] + "…"
            self.lost.append(
                Lost(where, "long-alt", f"Mô tả hình dài quá {LONGEST_ALT} ký tự nên đã cắt bớt. Hãy xem lại.")
            )
        if not said:
            self.lost.append(
                Lost(
                    where, "missing-alt", f"Hình {name} chưa có mô tả. Hãy viết điều hình cho thấy trước khi phát hành."
                )
            )
        return f"![{plain_alt(said)}](../media/{name})"

    def _keep(self, content: bytes, alt: str, where: str) -> str:
        if len(self.drawn) >= MOST_PICTURES:
            self.lost.append(
                Lost("Cả tệp", "too-many-pictures", f"Tài liệu có hơn {MOST_PICTURES} hình, các hình sau chưa đưa vào.")
            )
            return ""
        try:
            ending, drawn = redrawn(content)
        except Undrawable as why:
            self._lose(where, str(why))
            return ""
        name = f"{self.prefix}-{len(self.drawn) + 1:02d}{ending}"
        self.drawn[name] = Drawn(name, drawn, description(alt), where)
        return name

    def _lose(self, where: str, why: str) -> None:
        self.lost.append(
            Lost(where, "picture", f"Hình ở đây chưa đưa vào được: {why}. Hãy lưu thành .png rồi chèn lại.")
        )


def plain_alt(text: str) -> str:
    """An alternative text between the brackets of a picture."""
    return re.sub(r"([\\\[\]`*_<&])", r"\\\1", text)


def with_alts(text: str, alts: Mapping[str, str]) -> str:
    """A lesson whose pictures without alternative text got those of `alts`, by picture name."""
    for name, alt in alts.items():
        if said := " ".join(clean(alt).split())[:LONGEST_ALT]:
            text = text.replace(f"![](../media/{name})", f"![{plain_alt(said)}](../media/{name})")
    return text


def thumbnail(content: bytes) -> str:
    """A picture that was drawn anew, small, as an address that holds it."""
    with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as opened:
        opened.thumbnail((240, 180))
        return f"data:image/png;base64,{base64.b64encode(_saved(opened, 'PNG')).decode()}"
