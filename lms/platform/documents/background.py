"""A picture behind every page of a paper, drawn once in the life of the process and then only copied."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pikepdf
import pydyf
from weasyprint import HTML
from weasyprint.urls import URLFetcher

POINT = 0.75
"""Points in a CSS pixel."""


@dataclass(frozen=True)
class _Drawing:
    """A finished drawing: its packed strokes and the box they fill, in CSS pixels."""

    packed: bytes
    width: float
    height: float


@lru_cache(maxsize=4)
def _drawing(picture: str, size: str, fetcher: URLFetcher) -> _Drawing:
    """Let WeasyPrint draw the picture over a whole page and take the strokes out of its PDF."""
    width, height = size.split()
    page = (
        f"<html><style>@page{{size:{size};margin:0;"
        f"background:url(giay:{picture}) 0 0/{width} {height} no-repeat}}</style><body></body></html>"
    )
    written = HTML(string=page, url_fetcher=fetcher, base_url="giay:").write_pdf()
    with pikepdf.open(io.BytesIO(written)) as document:
        resources: Any = document.pages[0].obj["/Resources"]
        form = next(iter(resources["/XObject"].values()))
        if len(form.Resources.get("/XObject", {})) or len(form.Resources.get("/Pattern", {})):
            raise ValueError(f"{picture}: a background is made of plain strokes and fills")
        return _Drawing(form.read_raw_bytes(), float(form.BBox[2]), float(form.BBox[3]))


def behind(picture: str, size: str, fetcher: URLFetcher) -> Callable[[Any, Any], None]:
    """A finisher for `write_pdf`: put the picture (of `papers/`, over a page of `size` = "297mm 210mm") behind all.

    Marked as an artifact: a screen reader passes over it.
    """

    def finish(_document: Any, pdf: Any) -> None:
        drawing = _drawing(picture, size, fetcher)
        box = pydyf.Array([0, 0, drawing.width, drawing.height])
        opaque = pydyf.Dictionary({"A1.0": pydyf.Dictionary({"CA": 1, "ca": 1}), "a1.0": pydyf.Dictionary({"ca": 1})})
        form = pydyf.Stream(
            [drawing.packed],
            {
                "Type": "/XObject",
                "Subtype": "/Form",
                "BBox": box,
                "Filter": "/FlateDecode",
                "Resources": pydyf.Dictionary({"ExtGState": opaque}),
            },
        )
        pdf.add_object(form)
        height = drawing.height * POINT
        paint = pydyf.Stream(
            [f"/Artifact BMC q {POINT} 0 0 -{POINT} 0 {height:.4f} cm /behind Do Q EMC".encode("ascii")]
        )
        pdf.add_object(paint)
        pages = [entry for entry in pdf.objects if isinstance(entry, pydyf.Dictionary) and entry.get("Type") == "/Page"]
        shared = {page["Resources"] for page in pages}
        for entry in pdf.objects:
            if isinstance(entry, pydyf.Dictionary) and "XObject" in entry and entry.reference in shared:
                entry["XObject"]["behind"] = form.reference
        for page in pages:
            page["Contents"] = pydyf.Array([paint.reference, page["Contents"]])

    return finish
