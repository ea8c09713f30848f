"""Drawing PDFs with WeasyPrint: tagged, fonts embedded, nothing fetched from outside."""

import io
import logging
from functools import lru_cache
from pathlib import Path
from typing import Any

import pikepdf
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from lms.platform.documents import background, headers

HERE = Path(__file__).parent
logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)  # seven lines a paper say nothing to an operator


class _Closed(URLFetcher):
    """Only `data:` and the papers' own pictures beside this file (`giay:khung.svg`) are ever read."""

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        if url.startswith("giay:"):
            path = (HERE / "papers" / url[5:]).resolve()
            if path.parent != (HERE / "papers").resolve():
                raise ValueError(f"not a picture of ours: {url}")
            kinds = {".svg": "image/svg+xml", ".png": "image/png"}
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kinds[path.suffix]})
        if url.startswith("data:"):
            return super().fetch(url, headers)
        raise ValueError(f"papers load nothing from outside: {url[:80]}")


@lru_cache(maxsize=1)
def _fonts() -> FontConfiguration:
    return FontConfiguration()


@lru_cache(maxsize=8)
def _stylesheet(name: str) -> CSS:
    return CSS(filename=str(HERE / "papers" / name), font_config=_fonts(), url_fetcher=_Closed())


_CLOSED = _Closed()


def render(html: str, *, stylesheet: str = "papers.css", behind: tuple[str, str] | None = None) -> bytes:
    """See lms.platform.documents.pdf."""
    document = HTML(string=html, url_fetcher=_CLOSED, base_url="giay:")
    written = document.write_pdf(
        stylesheets=[_stylesheet(stylesheet)],
        font_config=_fonts(),
        pdf_variant="pdf/a-2u",
        pdf_tags=True,
        finisher=_finish_with(background.behind(*behind, _CLOSED) if behind else None),
    )
    return bytes(written)


def _finish_with(more: Any) -> Any:
    """Scope the header cells, then do what else the paper needs."""

    def finish(document: Any, pdf: Any) -> None:
        headers.scope_headers(document, pdf)
        if more is not None:
            more(document, pdf)

    return finish


def join(parts: list[bytes]) -> bytes:
    """See lms.platform.documents.pdf."""
    with pikepdf.new() as whole:
        for part in parts:
            with pikepdf.open(io.BytesIO(part)) as source:
                whole.pages.extend(source.pages)
        out = io.BytesIO()
        whole.save(out)
    return out.getvalue()
