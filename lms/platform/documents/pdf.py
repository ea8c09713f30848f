"""PDF papers: the door to the drawing, which is loaded with the first paper and not with every command."""


def render(html: str, *, stylesheet: str = "papers.css", behind: tuple[str, str] | None = None) -> bytes:
    """Turn a paper's HTML into a tagged PDF/A-2u with header cells scoped for screen readers.

    `behind` = (picture of ours, page size) lies under every page, e.g. ("khung.svg", "297mm 210mm"); it is drawn once
    in the life of the process.
    """
    from lms.platform.documents import drawing

    return drawing.render(html, stylesheet=stylesheet, behind=behind)


def join(parts: list[bytes]) -> bytes:
    """Join PDFs laid out in parts, in order."""
    from lms.platform.documents import drawing

    return drawing.join(parts)
