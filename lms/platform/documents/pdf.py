"""PDF by WeasyPrint: tagged, fonts embedded, nothing fetched from outside."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import pikepdf
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

HERE = Path(__file__).parent


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


def render(html: str, *, stylesheet: str = "papers.css") -> bytes:
    """Turn a paper's HTML into a tagged PDF/A-2u with header cells scoped for screen readers."""
    document = HTML(string=html, url_fetcher=_Closed(), base_url="giay:")
    written = document.write_pdf(
        stylesheets=[_stylesheet(stylesheet)], font_config=_fonts(), pdf_variant="pdf/a-2u", pdf_tags=True
    )
    return bytes(written)


def join(parts: list[bytes]) -> bytes:
    """Join PDFs laid out in parts, in order."""
    import io

    with pikepdf.new() as whole:
        for part in parts:
            with pikepdf.open(io.BytesIO(part)) as source:
                whole.pages.extend(source.pages)
        out = io.BytesIO()
        whole.save(out)
    return out.getvalue()
