"""The words of a SmartArt diagram: its shape is lost, what it says is not."""

from lms.catalogue.office.opening import Office, inside, text_of
from lms.catalogue.office.writing import Run, inline

MOST_POINTS = 100


def points(office: Office, path: str) -> list[str]:
    """The texts of a diagram's points, each as an item of a list."""
    root = office.xml(path) if path else None
    if root is None:
        return []
    said = (
        " ".join(text for p in inside(point, "a:p") if (text := text_of(p, "a:t").strip()))
        for point in inside(root, "dgm:pt")
    )
    items = [inline([Run(text)]) for text in said if text][:MOST_POINTS]
    return ["\n".join(f"- {item}" for item in items)] if items else []
